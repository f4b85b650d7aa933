package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cssa/shared/checklist"
)

// OpenRound records that an edition is open. If it was opened before with the same content nothing changes; with other
// content, or if it has moved on, it is ErrConflict.
func (b *Book) OpenRound(ctx context.Context, r Round) error {
	r = rounds.utc(r)
	_, err := checklist.ParseEditionID(string(r.Edition))
	if err == nil {
		_, err = change(ctx, b.store, roundKey(r.Edition), rounds, func(old *Round) (Round, error) {
			if r.State != Open || old != nil && *old != r {
				return r, fmt.Errorf("not a round to open, or it is there: %w", ErrConflict)
			}
			return r, nil
		})
	}
	if err != nil {
		return fmt.Errorf("open round %s: %w", r.Edition, err)
	}
	return nil
}

// AdvanceRound replaces the round by r. Its state moves forward, or stays while Deadline or Closing are moved; a frozen
// round does not change any more. What is past does not change: the checksum, the opening and the times already set.
// Anything else is ErrConflict; a round that was never opened is ErrNotFound.
func (b *Book) AdvanceRound(ctx context.Context, r Round) error {
	r = rounds.utc(r)
	_, err := change(ctx, b.store, roundKey(r.Edition), rounds, func(old *Round) (Round, error) {
		if old == nil {
			return r, ErrNotFound
		}
		return r, old.advance(r)
	})
	if err != nil {
		return fmt.Errorf("advance round %s to %s: %w", r.Edition, r.State, err)
	}
	return nil
}

var roundOrder = []RoundState{Open, Closed, Frozen}

// advance says what stands against the step from r to next.
func (r Round) advance(next Round) error {
	was, is := slices.Index(roundOrder, r.State), slices.Index(roundOrder, next.State)
	keeps := func(had, has time.Time) bool { return is > was && had.IsZero() || had.Equal(has) }
	switch {
	case is < was:
		return fmt.Errorf("it is %s already: %w", r.State, ErrConflict)
	case next.Checksum != r.Checksum || !next.OpenedAt.Equal(r.OpenedAt):
		return fmt.Errorf("it was opened at another time or with another definition: %w", ErrConflict)
	case !keeps(r.ClosedAt, next.ClosedAt) || !keeps(r.FrozenAt, next.FrozenAt):
		return fmt.Errorf("it was closed or frozen at another time: %w", ErrConflict)
	case r.State == Frozen && next != r:
		return fmt.Errorf("it is frozen: %w", ErrConflict)
	}
	return nil
}

// Round returns the round of an edition, or ErrNotFound.
func (b *Book) Round(ctx context.Context, e checklist.EditionID) (Round, error) {
	r, err := get(ctx, b.store, roundKey(e), rounds)
	if err != nil {
		return Round{}, fmt.Errorf("round %s: %w", e, err)
	}
	return r, nil
}

// Rounds returns every round, by edition id.
func (b *Book) Rounds(ctx context.Context) ([]Round, error) {
	rs, err := collect(list(ctx, b.store, roundKey("").Partition, "", rounds))
	if err != nil {
		return nil, fmt.Errorf("rounds: %w", err)
	}
	return rs, nil
}

// StartRun records that a run has begun. While another run of the edition is running and its lease holds at r.StartedAt
// it is ErrHeld. A running run whose lease has lapsed becomes Failed, without a time of finish, and r takes its place;
// r may be that same run started again, and so may one that failed. The id of a run that is done is ErrConflict.
func (b *Book) StartRun(ctx context.Context, r Run) error {
	r = runInUTC(r)
	_, err := checklist.ParseEditionID(string(r.Edition))
	if err == nil {
		_, err = change(ctx, b.store, runsKey(r.Edition), runs, func(old *[]Run) ([]Run, error) {
			var rs []Run
			if old != nil {
				rs = slices.Clone(*old)
			}
			rs, err := startRun(rs, r)
			if err != nil {
				return nil, err
			}
			if body, err := runs.encode(rs); err != nil || len(body) > MaxSubmission { // what is left is for its end
				return nil, cmp.Or(err, fmt.Errorf("%d runs: %w", len(rs), ErrTooLarge))
			}
			return rs, nil
		})
	}
	if err != nil {
		return fmt.Errorf("start run %s/%s: %w", r.Edition, r.ID, err)
	}
	return nil
}

func startRun(rs []Run, r Run) ([]Run, error) {
	if r.State != Running || r.ID == "" {
		return nil, errors.New("a run starts with an id and running")
	}
	again := -1
	for i, have := range rs {
		switch {
		case have == r:
			return rs, nil
		case have.State == Running && r.StartedAt.Before(have.LeaseUntil):
			return nil, fmt.Errorf("run %s is running until %s: %w", have.ID, have.LeaseUntil.Format(time.RFC3339), ErrHeld)
		case have.State == Done && have.ID == r.ID:
			return nil, fmt.Errorf("it is done: %w", ErrConflict)
		case have.ID == r.ID:
			again = i
		case have.State == Running:
			rs[i].State, rs[i].Why = Failed, "its lease lapsed and run "+r.ID+" took over"
		}
	}
	if again >= 0 {
		rs[again] = r
		return rs, nil
	}
	rs = append(rs, r)
	slices.SortFunc(rs, func(a, b Run) int { return cmp.Compare(a.ID, b.ID) })
	return rs, nil
}

// RenewRun holds the lease of a run that is at work until until, or longer if it is held longer already. A run that was
// taken over meanwhile, or has ended, is ErrHeld; one that never started is ErrNotFound. Of r only the edition, the id and
// the time of the start are looked at.
func (b *Book) RenewRun(ctx context.Context, r Run, until time.Time) error {
	_, err := change(ctx, b.store, runsKey(r.Edition), runs, func(old *[]Run) ([]Run, error) {
		if old == nil {
			return nil, ErrNotFound
		}
		rs := slices.Clone(*old)
		i := slices.IndexFunc(rs, func(have Run) bool { return have.ID == r.ID })
		switch {
		case i < 0:
			return nil, ErrNotFound
		case rs[i].State != Running || !rs[i].StartedAt.Equal(r.StartedAt):
			return nil, fmt.Errorf("it was taken over or has ended: %w", ErrHeld)
		case until.After(rs[i].LeaseUntil):
			rs[i].LeaseUntil = until.UTC()
		}
		return rs, nil
	})
	if err != nil {
		return fmt.Errorf("renew run %s/%s: %w", r.Edition, r.ID, err)
	}
	return nil
}

// maxWhy is how many characters are kept of why a run failed, so that there is always room for its end.
const maxWhy = 300

// FinishRun records how a run ended: r.State is Done or Failed. Of a long Why the first 300 characters are kept. A run that
// was taken over meanwhile is ErrHeld; one that ended before with other content is ErrConflict; one that never started is
// ErrNotFound.
func (b *Book) FinishRun(ctx context.Context, r Run) error {
	r = runInUTC(r)
	if why := []rune(r.Why); len(why) > maxWhy {
		r.Why = string(why[:maxWhy])
	}
	_, err := change(ctx, b.store, runsKey(r.Edition), runs, func(old *[]Run) ([]Run, error) {
		if old == nil {
			return nil, ErrNotFound
		}
		return finishRun(slices.Clone(*old), r)
	})
	if err != nil {
		return fmt.Errorf("finish run %s/%s: %w", r.Edition, r.ID, err)
	}
	return nil
}

func finishRun(rs []Run, r Run) ([]Run, error) {
	if r.State != Done && r.State != Failed {
		return nil, fmt.Errorf("a run does not end as %q", r.State)
	}
	i := slices.IndexFunc(rs, func(have Run) bool { return have.ID == r.ID })
	if i < 0 {
		return nil, ErrNotFound
	}
	have := rs[i]
	switch {
	case have == r:
		return rs, nil
	case !have.StartedAt.Equal(r.StartedAt), have.State == Failed && have.FinishedAt.IsZero():
		return nil, fmt.Errorf("it was taken over: %w", ErrHeld)
	case have.State != Running:
		return nil, fmt.Errorf("it ended before as %s: %w", have.State, ErrConflict)
	}
	rs[i] = r
	return rs, nil
}

// Run returns one run, or ErrNotFound.
func (b *Book) Run(ctx context.Context, e checklist.EditionID, id string) (Run, error) {
	rs, err := b.Runs(ctx, e)
	if err != nil {
		return Run{}, err
	}
	i := slices.IndexFunc(rs, func(r Run) bool { return r.ID == id })
	if i < 0 {
		return Run{}, fmt.Errorf("run %s/%s: %w", e, id, ErrNotFound)
	}
	return rs[i], nil
}

// Runs returns the runs of an edition, by id; none is no error.
func (b *Book) Runs(ctx context.Context, e checklist.EditionID) ([]Run, error) {
	rs, err := get(ctx, b.store, runsKey(e), runs)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("runs of %s: %w", e, err)
	}
	return rs, nil
}

// ProposeRelease records the proposal to release a run. The same person proposing again changes nothing but the auditor's
// verdict, and that only until it is approved; another's proposal of the same run is ErrConflict.
func (b *Book) ProposeRelease(ctx context.Context, r Release) error {
	_, err := change(ctx, b.store, releaseKey(r.Edition, r.Run), releases, func(old *Release) (Release, error) {
		switch {
		case r.Run == "" || r.ProposedBy == "" || r.ApprovedBy != "" || !r.ApprovedAt.IsZero():
			return r, errors.New("a proposal names its run and its proposer, and is not approved yet")
		case old == nil:
			return r, nil
		case old.ProposedBy != r.ProposedBy:
			return r, fmt.Errorf("proposed by another person: %w", ErrConflict)
		case old.ApprovedBy == "" && r.Audit != (Verdict{}):
			again := *old
			again.Audit = r.Audit
			return again, nil
		}
		return *old, nil
	})
	if err != nil {
		return fmt.Errorf("propose release %s/%s: %w", r.Edition, r.Run, err)
	}
	return nil
}

// ApproveRelease records that a second person approved a proposed release. The proposer, and anyone after another
// approved, gets ErrConflict; the same person again changes nothing; what was not proposed is ErrNotFound.
func (b *Book) ApproveRelease(ctx context.Context, e checklist.EditionID, run, by string, at time.Time) error {
	_, err := change(ctx, b.store, releaseKey(e, run), releases, func(old *Release) (Release, error) {
		switch {
		case by == "":
			return Release{}, errors.New("an approval names who approves")
		case old == nil:
			return Release{}, ErrNotFound
		case old.ProposedBy == by:
			return Release{}, fmt.Errorf("who proposed cannot approve: %w", ErrConflict)
		case old.ApprovedBy != "" && old.ApprovedBy != by:
			return Release{}, fmt.Errorf("approved by another person: %w", ErrConflict)
		}
		r := *old
		if r.ApprovedBy == "" {
			r.ApprovedBy, r.ApprovedAt = by, at
		}
		return r, nil
	})
	if err != nil {
		return fmt.Errorf("approve release %s/%s: %w", e, run, err)
	}
	return nil
}

// Release returns the release of a run, or ErrNotFound if none was proposed.
func (b *Book) Release(ctx context.Context, e checklist.EditionID, run string) (Release, error) {
	r, err := get(ctx, b.store, releaseKey(e, run), releases)
	if err != nil {
		return Release{}, fmt.Errorf("release %s/%s: %w", e, run, err)
	}
	return r, nil
}

// Releases returns the releases of an edition, by run.
func (b *Book) Releases(ctx context.Context, e checklist.EditionID) ([]Release, error) {
	rs, err := collect(list(ctx, b.store, releaseKey(e, "").Partition, "", releases))
	if err != nil {
		return nil, fmt.Errorf("releases of %s: %w", e, err)
	}
	return rs, nil
}
