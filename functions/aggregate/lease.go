package aggregate

import (
	"context"
	"fmt"
	"iter"
	"time"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
)

// lease is how long a run is held from its last sign of life. A run whose process was killed may be taken over after that: it
// is shorter than the three minutes after which Lambda has repeated an asynchronous call twice.
const lease = 90 * time.Second

// A hold keeps the lease of a run while it gets on. It is a part of the work, not beside it: a run that is stuck is not held.
type hold struct {
	runs Runs
	run  *ledger.Run
	now  func() time.Time
}

// beat renews the lease when a third of it has passed. A run that was taken over meanwhile is ledger.ErrHeld, and must stop.
func (h hold) beat(ctx context.Context) error {
	now := h.now().UTC()
	if h.run.LeaseUntil.Sub(now) > lease*2/3 {
		return nil
	}
	until := now.Add(lease)
	if err := h.runs.RenewRun(ctx, *h.run, until); err != nil {
		return err
	}
	h.run.LeaseUntil = until
	return nil
}

// beating beats at every submission that is read.
func beating(ctx context.Context, h hold, all iter.Seq2[checklist.Submission, error]) iter.Seq2[checklist.Submission, error] {
	return func(yield func(checklist.Submission, error) bool) {
		for s, err := range all {
			if err == nil {
				err = h.beat(ctx)
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// A pen beats before every file, and writes over what a run of the same id left when it was cut off: what that one read may
// have changed since, and the lease says that nobody else writes it.
type pen struct {
	lake.Store
	hold hold
}

func (p pen) Put(ctx context.Context, key string, body []byte) (archive.Object, error) {
	if err := p.hold.beat(ctx); err != nil {
		return archive.Object{}, err
	}
	return p.Replace(ctx, key, body)
}

// stillMine keeps a run that was held up and overtaken from becoming current after the one that overtook it, and a nightly
// run from becoming current over that of a freeze.
func (s *Step) stillMine(ctx context.Context, r ledger.Run) error {
	held, err := s.Ledger.Run(ctx, r.Edition, r.ID)
	if err != nil {
		return err
	}
	if held.State != ledger.Running || !held.StartedAt.Equal(r.StartedAt) {
		return fmt.Errorf("run %s was taken over: %w", r.ID, ledger.ErrHeld)
	}
	round, err := s.Ledger.Round(ctx, r.Edition)
	if err != nil {
		return fmt.Errorf("run %s: %w", r.ID, err)
	}
	if r.Kind == ledger.Nightly && round.State == ledger.Frozen {
		return fmt.Errorf("run %s: the round was frozen meanwhile: %w", r.ID, ledger.ErrConflict)
	}
	return nil
}
