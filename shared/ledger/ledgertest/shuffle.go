package ledgertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// A fact is what happened to one firm, in the words of the model.
type fact struct {
	Ticket int
	Second int // after noon; several uploads may share one
	Status checklist.Status
}

// stand is the model: what should be current, and when the first upload came, whatever the order of telling. It is
// written without the ledger's own comparison.
func stand(facts []fact) (current *fact, first *int) {
	for i, f := range facts {
		if f.Status != checklist.Withdrawn && (first == nil || f.Second < *first) {
			first = &facts[i].Second
		}
		if f.Status == checklist.Returned {
			continue
		}
		if current == nil || f.Second*1000+f.Ticket > current.Second*1000+current.Ticket {
			current = &facts[i]
		}
	}
	return current, first
}

func shuffled(t *testing.T, l Ledger) {
	ctx := context.Background() // rapid's own goroutines end with the test
	firms := 0
	rapid.Check(t, func(t *rapid.T) {
		firms++
		firm := checklist.FirmID(fmt.Sprintf("S-%06d", firms))
		n := rapid.IntRange(1, 5).Draw(t, "submissions")
		var facts []fact
		for i := range n {
			facts = append(facts, fact{i + 1, rapid.IntRange(0, 3).Draw(t, "second"),
				rapid.SampledFrom([]checklist.Status{checklist.Accepted, checklist.Returned, checklist.Withdrawn}).Draw(t, "status")})
		}
		told := rapid.Permutation(append(append([]fact(nil), facts...), facts[:rapid.IntRange(0, n).Draw(t, "repeats")]...)).Draw(t, "told")
		for _, f := range told {
			s := submission(firm, checklist.TicketNumber(f.Ticket), f.Status, noon.Add(time.Duration(f.Second)*time.Second))
			if err := ledger.Record(ctx, l, s); err != nil {
				t.Fatal(err)
			}
		}
		got, err := l.Current(ctx, edition, firm)
		current, first := stand(facts)
		if current == nil && first == nil {
			t.Fatal("the model has nothing to compare")
		}
		if err != nil {
			t.Fatal(err)
		}
		if current == nil && got.Submission.Ticket != 0 || current != nil && int(got.Submission.Ticket) != current.Ticket {
			t.Fatalf("current ticket %d, want %+v", got.Submission.Ticket, current)
		}
		if first == nil && !got.FirstReceived.IsZero() || first != nil && !got.FirstReceived.Equal(noon.Add(time.Duration(*first)*time.Second)) {
			t.Fatalf("first upload %v, want second %v", got.FirstReceived, first)
		}
		subs, err := l.Submissions(ctx, edition, firm)
		if err != nil || len(subs) != n {
			t.Fatalf("%d submissions (%v), want %d", len(subs), err, n)
		}
	})
}
