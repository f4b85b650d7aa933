// Package feedback is the room of the feedback (還元): when a frozen run was released, it makes the report of every firm
// whose answers count, keeps it in the archive and tells that it is ready.
//
// Everything a report holds is fixed when the run is released, its time of issue too, so doing it again makes the same
// bytes under the same keys and the same messages. Where a later program would make others, what was issued stands.
package feedback

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"cssa/events"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
	"cssa/shared/report"
	"cssa/shared/table"
)

// ErrNotReleased is returned for a run that no second person approved: nothing of it may be issued.
var ErrNotReleased = errors.New("the run was not released")

// Editions gives an edition's definition.
type Editions interface {
	Edition(context.Context, checklist.EditionID) (*checklist.Edition, error)
}

// Ledger is what this room asks of the ledger.
type Ledger interface {
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Release(ctx context.Context, e checklist.EditionID, run string) (ledger.Release, error)
	Currents(context.Context, checklist.EditionID) iter.Seq2[checklist.Current, error]
	Firms(context.Context) (register.Firms, error)
}

// Tables gives the released, protected tables of a run.
type Tables interface {
	Released(ctx context.Context, e checklist.EditionID, run string) ([]table.Table, error)
}

// Archive keeps the reports.
type Archive interface {
	Put(ctx context.Context, key string, body []byte) (archive.Object, error)
	Get(ctx context.Context, key, id string, max int64) ([]byte, archive.Object, error)
}

// maxReport is the largest report that is read back, in bytes.
const maxReport = 20 << 20

// Publisher sends messages on.
type Publisher interface {
	Publish(context.Context, ...events.Event) error
}

// A Step is the room with its doors. All fields but Progress are required.
type Step struct {
	Editions  Editions
	Ledger    Ledger
	Tables    Tables
	Archive   Archive
	Publisher Publisher
	Progress  func(done, total int) // nil: nobody watches; called by one goroutine at a time
}

// Key is where a firm's report is kept. One released run and one version of the answers, one report.
func Key(e checklist.EditionID, run string, f checklist.FirmID, v checklist.TicketNumber) string {
	return fmt.Sprintf("reports/%s/%s/%s-v%d.html", e, run, f, v)
}

// Handle makes the reports of a released run. A firm whose report fails does not keep the others from theirs: the errors
// of all are returned together, and doing it again makes good what was missing.
func (s *Step) Handle(ctx context.Context, ev events.Released) error {
	issue, firms, err := s.prepare(ctx, ev)
	if err != nil {
		return fmt.Errorf("feedback of %s: %w", ev.Key(), err)
	}
	type failure struct {
		firm checklist.FirmID
		err  error
	}
	var (
		mu       sync.Mutex
		failures []failure
		done     int
		g        errgroup.Group
	)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, c := range firms {
		g.Go(func() error {
			err := s.one(ctx, issue, c)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failures = append(failures, failure{c.Submission.Firm, err})
			}
			done++
			if s.Progress != nil {
				s.Progress(done, len(firms))
			}
			return nil
		})
	}
	_ = g.Wait() // its errors are in failures
	slices.SortFunc(failures, func(a, b failure) int { return cmp.Compare(a.firm, b.firm) })
	var all []error
	for _, f := range failures {
		all = append(all, fmt.Errorf("feedback of %s for %s: %w", ev.Key(), f.firm, f.err))
	}
	return errors.Join(all...)
}

// An issue is what all reports of a release have in common.
type issue struct {
	edition *checklist.Edition
	round   ledger.Round
	release ledger.Release
	firms   register.Firms
	tables  []table.Table
}

// prepare reads what the reports are made of and the firms that get one: those with accepted answers that count.
func (s *Step) prepare(ctx context.Context, ev events.Released) (issue, []checklist.Current, error) {
	var is issue
	var err error
	if is.edition, err = s.Editions.Edition(ctx, ev.Edition); err != nil {
		return is, nil, fmt.Errorf("edition: %w", err)
	}
	if is.release, err = s.Ledger.Release(ctx, ev.Edition, ev.Run); err != nil {
		return is, nil, fmt.Errorf("release: %w", err)
	}
	if is.release.ApprovedBy == "" || is.release.ApprovedAt.IsZero() {
		return is, nil, ErrNotReleased
	}
	if is.round, err = s.Ledger.Round(ctx, ev.Edition); err != nil {
		return is, nil, fmt.Errorf("round: %w", err)
	}
	if is.firms, err = s.Ledger.Firms(ctx); err != nil {
		return is, nil, fmt.Errorf("register: %w", err)
	}
	if is.tables, err = s.Tables.Released(ctx, ev.Edition, ev.Run); err != nil {
		return is, nil, fmt.Errorf("tables: %w", err)
	}
	var firms []checklist.Current
	for c, err := range s.Ledger.Currents(ctx, ev.Edition) {
		if err != nil {
			return is, nil, fmt.Errorf("current answers: %w", err)
		}
		if c.Submission.Status == checklist.Accepted {
			firms = append(firms, c)
		}
	}
	return is, firms, nil
}

// one makes, keeps and announces the report of one firm.
func (s *Step) one(ctx context.Context, is issue, c checklist.Current) error {
	sub := c.Submission
	firm, err := is.firms.Firm(sub.Firm, is.edition.ReferenceDate)
	if err != nil {
		return err
	}
	doc, err := report.Build(report.Input{
		Edition: is.edition, Firm: sub.Firm, Name: firm.Name, Submission: sub, Late: is.round.Late(c.FirstReceived),
		Run: is.release.Run, Tables: is.tables, IssuedAt: is.release.ApprovedAt,
	})
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := report.HTML(&page, doc); err != nil {
		return err
	}
	key := Key(is.edition.ID, is.release.Run, sub.Firm, sub.Ticket)
	kept := page.Bytes()
	_, err = s.Archive.Put(ctx, key, kept)
	if errors.Is(err, archive.ErrExists) {
		// Made by an earlier program, or before the register was corrected: what was issued stands.
		kept, _, err = s.Archive.Get(ctx, key, "", maxReport)
	}
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	sum := sha256.Sum256(kept)
	return s.Publisher.Publish(ctx, events.FeedbackReady{
		Edition: is.edition.ID, Firm: sub.Firm, Run: is.release.Run, Version: sub.Ticket,
		Report: key, SHA256: hex.EncodeToString(sum[:]),
	})
}
