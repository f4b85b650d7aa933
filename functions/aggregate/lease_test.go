package aggregate_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"cssa/functions/aggregate"
	"cssa/shared/archive"
	"cssa/shared/lake"
	"cssa/shared/ledger"
)

// slow takes its time for every file, and tells when one is written.
type slow struct {
	lake.Store
	wrote func(file int)
	files int
}

func (s *slow) Replace(ctx context.Context, key string, body []byte) (archive.Object, error) {
	s.files++
	s.wrote(s.files)
	return s.Store.Replace(ctx, key, body)
}

// started is another run that begins now.
func (r *room) started(id string) ledger.Run {
	return ledger.Run{ID: id, Edition: edition, Kind: ledger.Nightly, State: ledger.Running, StartedAt: r.now, LeaseUntil: r.now.Add(time.Minute)}
}

// A run may take as long as it gets on: nobody takes it over meanwhile.
func TestARunAtWorkIsHeld(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	began := r.now
	r.Lake = &slow{Store: r.lake, wrote: func(int) {
		r.now = r.now.Add(80 * time.Second)
		if err := r.ledger.StartRun(t.Context(), r.started("other")); !errors.Is(err, ledger.ErrHeld) {
			t.Errorf("after %s another run may begin: %v", r.now.Sub(began), err)
		}
	}}
	run, err := r.Nightly(t.Context(), edition)
	must(t, err)
	if run.State != ledger.Done || run.FinishedAt.Sub(run.StartedAt) < 15*time.Minute {
		t.Errorf("%s after %s", run.State, run.FinishedAt.Sub(run.StartedAt))
	}
}

// A run that was held up and taken over, whatever it wrote just then, stops before its next file and does not become current.
func TestARunThatWasTakenOverStops(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	const files = 15 // and then the one that makes it current
	for at := 1; at <= files; at++ {
		r.now = r.now.Add(time.Hour)
		store := &slow{Store: r.lake}
		store.wrote = func(file int) {
			if file == at {
				r.now = r.now.Add(91 * time.Second)
				must(t, r.ledger.StartRun(t.Context(), r.started(fmt.Sprint("other-", at))))
			}
		}
		r.Lake = store
		run, err := r.Nightly(t.Context(), edition)
		if !errors.Is(err, ledger.ErrHeld) || run.State != ledger.Failed || store.files != at {
			t.Errorf("taken over at file %d: %s, wrote %d files, %v", at, run.State, store.files, err)
		}
	}
	if _, err := lake.Current(t.Context(), r.lake, edition); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("one of them is current: %v", err)
	}
	counted := &slow{Store: r.lake, wrote: func(int) {}}
	r.now, r.Lake = r.now.Add(time.Hour), counted
	if _, err := r.Nightly(t.Context(), edition); err != nil || counted.files != files+1 {
		t.Errorf("a run writes %d files, want %d: %v", counted.files, files+1, err)
	}
}

// However often a night is asked for, it is one run: made again where it was cut off, and told of where it is done.
func TestANightIsMadeOnce(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	due := r.now.Truncate(time.Second)
	r.now = r.now.Add(3 * time.Minute)
	r.Ledger, r.Lake = cutOff{r.ledger}, &dying{r.lake, 3}
	if _, err := r.Night(t.Context(), edition, due); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	r.Ledger, r.Lake = r.ledger, r.lake
	r.now = r.now.Add(time.Minute)
	if _, err := r.Night(t.Context(), edition, due); !errors.Is(err, ledger.ErrHeld) {
		t.Errorf("a minute after: %v, want %v", err, ledger.ErrHeld)
	}
	r.record(t, 2, 1, "published")
	r.now = r.now.Add(2 * time.Minute)
	made, err := r.Night(t.Context(), edition, due)
	must(t, err)
	if want := due.Format("20060102T150405Z") + "-nightly"; made.ID != want || made.Replied != 2 {
		t.Errorf("run %s of %d, want %s of what stands now, 2", made.ID, made.Replied, want)
	}
	r.record(t, 3, 1, "published")
	r.now, r.Lake = r.now.Add(time.Hour), &dying{r.lake, 0}
	again, err := r.Night(t.Context(), edition, due)
	must(t, err)
	if again != made {
		t.Errorf("asked again: %+v, want %+v", again, made)
	}
	runs, err := r.ledger.Runs(t.Context(), edition)
	must(t, err)
	if len(runs) != 1 {
		t.Errorf("runs %v, want one", runs)
	}
	r.Lake = r.lake
	if next, err := r.Night(t.Context(), edition, due.AddDate(0, 0, 1)); err != nil || next.ID == made.ID || next.Replied != 3 {
		t.Errorf("the next night: %+v, %v", next, err)
	}
	if _, err := r.Night(t.Context(), "2099-nothing", due); err == nil || errors.Is(err, aggregate.ErrNotOpen) {
		t.Errorf("an edition that there is not: %v", err)
	}
}
