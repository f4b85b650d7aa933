package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// freeze freezes the round and seals it.
func freeze(ctx context.Context, l Ledger) error {
	r, err := l.Round(ctx, edition)
	if err != nil {
		return err
	}
	r.State, r.ClosedAt, r.FrozenAt, r.FrozenRun = ledger.Frozen, r.Closing, r.Closing.Add(time.Hour), "r9"
	if err := l.AdvanceRound(ctx, r); err != nil {
		return err
	}
	return l.Seal(ctx, edition)
}

func issue(ctx context.Context, l Ledger, f checklist.FirmID) (checklist.TicketNumber, error) {
	t, err := l.IssueTicket(ctx, ledger.Ticket{Edition: edition, Firm: f, SHA256: "file of " + string(f), Size: 1, Channel: checklist.Upload, IssuedAt: noon})
	return t.Number, err
}

var freezeBehaviours = map[string]func(*testing.T, Ledger){
	"after the freeze nothing that counts is recorded, and what was recorded stays": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		want(t, l.Seal(ctx, edition), ledger.ErrNotFound)
		must(t, l.OpenRound(ctx, round()))
		want(t, l.Seal(ctx, edition), ledger.ErrConflict)
		for _, f := range []checklist.FirmID{"S-0001", "S-0002", "S-0003"} {
			_, err := issue(ctx, l, f)
			must(t, err)
		}
		first := submission("S-0001", 1, checklist.Accepted, noon)
		must(t, ledger.Record(ctx, l, first))
		must(t, freeze(ctx, l))
		must(t, l.Seal(ctx, edition))
		must(t, ledger.Record(ctx, l, first)) // a repeat that heals
		for _, f := range []checklist.FirmID{"S-0002", "S-0003", "S-0004"} {
			want(t, ledger.Record(ctx, l, submission(f, 1, checklist.Accepted, noon)), ledger.ErrFrozen)
			want(t, ledger.Record(ctx, l, submission(f, 1, checklist.Withdrawn, noon)), ledger.ErrFrozen)
			_, err := l.Submission(ctx, edition, f, 1)
			want(t, err, ledger.ErrNotFound)
			none, err := l.Submissions(ctx, edition, f)
			must(t, err)
			same(t, "submissions", len(none), 0)
			_, err = l.Current(ctx, edition, f)
			want(t, err, ledger.ErrNotFound)
		}
		same(t, "all submissions", all(t, l.AllSubmissions(ctx, edition)), []checklist.Submission{first})
		returned := submission("S-0002", 1, checklist.Returned, noon)
		for range 2 {
			must(t, ledger.Record(ctx, l, returned))
			must(t, l.Seal(ctx, edition))
		}
		same(t, "all submissions", all(t, l.AllSubmissions(ctx, edition)), []checklist.Submission{first, returned})
		want(t, ledger.Record(ctx, l, submission("S-0002", 1, checklist.Accepted, noon)), ledger.ErrConflict)
		n, err := issue(ctx, l, "S-0003") // its ticket takes no answers any more
		must(t, err)
		same(t, "the next ticket", n, checklist.TicketNumber(2))
	},
	"a freeze is of one edition, and a status that is the ledger's own is refused": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		must(t, l.OpenRound(ctx, round()))
		must(t, freeze(ctx, l))
		elsewhere := submission("S-0001", 1, checklist.Accepted, noon)
		elsewhere.Edition = other
		must(t, ledger.Record(ctx, l, elsewhere))
		if err := l.PutSubmission(ctx, submission("S-0001", 1, "void", noon)); err == nil {
			t.Error("a void submission was taken")
		}
	},
}

// A firm is told that its version counts, or that it came after the freeze; the run counts those that were told so.
func racingTheFreeze(t *testing.T, l Ledger) {
	ctx := context.Background()
	must(t, l.OpenRound(ctx, round()))
	const firms = 12
	run := map[checklist.FirmID]bool{}
	errs := race(firms+1, func(i int) error {
		if i == firms {
			if err := freeze(ctx, l); err != nil {
				return fmt.Errorf("freeze: %w", err)
			}
			for s, err := range l.AllSubmissions(ctx, edition) {
				if err != nil {
					return err
				}
				run[s.Firm] = true
			}
			return nil
		}
		f := checklist.FirmID(fmt.Sprintf("S-%04d", i))
		n, err := issue(ctx, l, f)
		if err != nil {
			return err
		}
		return ledger.Record(ctx, l, submission(f, n, checklist.Accepted, noon))
	})
	for i, err := range errs {
		if err != nil && (i == firms || !errors.Is(err, ledger.ErrFrozen)) {
			t.Fatalf("%d: %v", i, err)
		}
		if f := checklist.FirmID(fmt.Sprintf("S-%04d", i)); i < firms && run[f] != (err == nil) {
			t.Errorf("%s: in the run %t, and its firm was told %v", f, run[f], err)
		}
	}
}
