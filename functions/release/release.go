// Package release is the fourth room (公表): a frozen run, proposed by one person and approved by another, is protected and
// issued. Only here do numbers pass from the restricted door to the open one: the tables of the whole sector and of its groups,
// protected together.
package release

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"cssa/events"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
)

// ErrNotFrozen is returned for a round without a complete frozen run.
var ErrNotFrozen = errors.New("the round has no frozen run")

// Editions gives an edition's definition.
type Editions interface {
	Edition(context.Context, checklist.EditionID) (*checklist.Edition, error)
}

// Ledger is what this room asks of the ledger.
type Ledger interface {
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Run(context.Context, checklist.EditionID, string) (ledger.Run, error)
	Releases
}

// Releases are the proposals and approvals.
type Releases interface {
	ProposeRelease(context.Context, ledger.Release) error
	ApproveRelease(ctx context.Context, e checklist.EditionID, run, by string, at time.Time) error
	Release(context.Context, checklist.EditionID, string) (ledger.Release, error)
}

// Publisher sends messages on.
type Publisher interface {
	Publish(context.Context, ...events.Event) error
}

// A Catalog is told of a run's partitions before the run is made current.
type Catalog interface {
	AddPartitions(ctx context.Context, ed checklist.EditionID, run string) error
}

// OpenLake is the open door's lake.
type OpenLake interface {
	lake.Store
	lake.Source
}

// A Step is the room with its doors. All fields are required but Catalog.
type Step struct {
	Editions  Editions
	Ledger    Ledger
	Lake      lake.Source // the restricted door's, read
	Open      OpenLake    // the open door's
	Catalog   Catalog     // of the open door; nil where its readers find partitions themselves, as on the laptop
	Publisher Publisher
	Now       func() time.Time
}

// Propose proposes the round's frozen run, once the auditor has found nothing in what would be issued: ErrDisclosed otherwise.
// Proposing it again returns the proposal that stands; one that is not approved yet is audited anew, and what would now be issued
// otherwise only its proposer can propose.
func (s *Step) Propose(ctx context.Context, id checklist.EditionID, by string) (ledger.Release, error) {
	by = strings.TrimSpace(by)
	run, err := s.frozen(ctx, id)
	if err != nil {
		return ledger.Release{}, fmt.Errorf("propose: %w", err)
	}
	r, err := s.Ledger.Release(ctx, id, run)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		r = ledger.Release{Edition: id, Run: run, ProposedBy: by, ProposedAt: s.Now().UTC()}
	case err != nil || r.ApprovedBy != "":
		return r, err
	}
	is, err := s.prepare(ctx, id, run)
	if err != nil {
		return ledger.Release{}, fmt.Errorf("propose %s: %w", run, err)
	}
	switch {
	case r.Audit.Content == is.verdict.Content:
		return r, nil
	case !samePerson(by, r.ProposedBy): // or somebody could propose in another's name, and then approve it
		return ledger.Release{}, fmt.Errorf("propose %s: %w, and %s proposed it: %w", run, ErrChanged, r.ProposedBy, ledger.ErrConflict)
	}
	r.Audit = is.verdict
	return r, s.Ledger.ProposeRelease(ctx, r)
}

// Approve records the approval of the proposed run by another person, writes the open tables, makes them current and tells.
// The approval comes first and every later write may be repeated, so a crash is mended by approving again. The proposer
// under another spelling (spaces, width, case) is no other person: ledger.ErrConflict. Before anything is recorded it is
// audited as by Propose, and must be what was proposed: a program that protects otherwise is ErrChanged, and it is proposed
// again.
func (s *Step) Approve(ctx context.Context, id checklist.EditionID, by string) (ledger.Release, error) {
	by = strings.TrimSpace(by)
	run, err := s.frozen(ctx, id)
	if err != nil {
		return ledger.Release{}, fmt.Errorf("approve: %w", err)
	}
	r, err := s.Ledger.Release(ctx, id, run)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return ledger.Release{}, fmt.Errorf("approve: nobody proposed it yet: %w", err)
	case err != nil:
		return ledger.Release{}, fmt.Errorf("approve: %w", err)
	case samePerson(by, r.ProposedBy):
		return ledger.Release{}, fmt.Errorf("approve %s: %s proposed it and cannot approve it: %w", run, r.ProposedBy, ledger.ErrConflict)
	case samePerson(by, r.ApprovedBy):
		by = r.ApprovedBy
	}
	issued, err := s.issued(ctx, id, run)
	if err != nil {
		return ledger.Release{}, fmt.Errorf("approve %s: %w", run, err)
	}
	var is issue
	if !issued {
		is, err = s.prepare(ctx, id, run)
		if err == nil && is.verdict.Content != r.Audit.Content {
			err = ErrChanged
		}
		if err != nil {
			return ledger.Release{}, fmt.Errorf("approve %s: %w", run, err)
		}
	}
	if err := s.Ledger.ApproveRelease(ctx, id, run, by, s.Now().UTC()); err != nil {
		return ledger.Release{}, err
	}
	if r, err = s.Ledger.Release(ctx, id, run); err != nil {
		return r, fmt.Errorf("approve: %w", err)
	}
	if !issued {
		if err := s.issue(ctx, run, is); err != nil {
			return r, fmt.Errorf("issue %s: %w", run, err)
		}
	}
	if err := s.Publisher.Publish(ctx, events.Released{Edition: id, Run: run}); err != nil {
		return r, fmt.Errorf("tell of the release of %s: %w", run, err)
	}
	return r, nil
}

// samePerson says whether two spellings name one person: width, case, spaces and invisible characters do not matter.
func samePerson(a, b string) bool {
	plain := func(s string) string {
		return strings.ToLower(strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, norm.NFKC.String(s)))
	}
	return plain(a) == plain(b)
}

// frozen returns the round's frozen run, once it is complete.
func (s *Step) frozen(ctx context.Context, id checklist.EditionID) (string, error) {
	round, err := s.Ledger.Round(ctx, id)
	if err != nil {
		return "", err
	}
	if round.State != ledger.Frozen {
		return "", fmt.Errorf("%s is %s: %w", id, round.State, ErrNotFrozen)
	}
	run, err := s.Ledger.Run(ctx, id, round.FrozenRun)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return "", err
	}
	if run.State != ledger.Done {
		return "", fmt.Errorf("run %s is not complete, freeze again: %w", round.FrozenRun, ErrNotFrozen)
	}
	return run.ID, nil
}

// issued says whether a run is the open door's. What was issued stands: a later program may protect otherwise, and two versions
// of one run together would tell more than either.
func (s *Step) issued(ctx context.Context, id checklist.EditionID, run string) (bool, error) {
	current, err := lake.Current(ctx, s.Open, id)
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil
	}
	return err == nil && current == run, err
}

// issue writes what was audited through the open door and makes it current.
func (s *Step) issue(ctx context.Context, run string, is issue) error {
	id := is.ed.ID
	dimensions, err := lake.DimensionRows(is.ed)
	if err != nil {
		return err
	}
	runs, err := lake.Read[lake.RunRow](ctx, s.Lake, id, run)
	if err != nil {
		return err
	}
	for _, write := range []func() error{
		func() error { return lake.Write(ctx, s.Open, id, run, is.distributions) },
		func() error { return lake.Write(ctx, s.Open, id, run, is.figures) },
		func() error { return lake.Write(ctx, s.Open, id, run, runs) },
		func() error { return dimensions.Write(ctx, s.Open, id, run) },
		func() error { return s.announce(ctx, id, run) },
		func() error { return lake.MakeCurrent(ctx, s.Open, id, run) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Step) announce(ctx context.Context, id checklist.EditionID, run string) error {
	if s.Catalog == nil {
		return nil
	}
	return s.Catalog.AddPartitions(ctx, id, run)
}
