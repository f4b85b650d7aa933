package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
)

// people returns a register of n firms with two contacts each, told apart by its generation's name.
func people(n int, generation string) register.Register {
	var r register.Register
	from := checklist.Date{Year: 2020, Month: 4, Day: 1}
	for i := range n {
		id := checklist.FirmID(fmt.Sprintf("S-%04d", i+1))
		r.Firms = append(r.Firms, register.Firm{ID: id, Name: checklist.Text{JA: generation, EN: generation}, ValidFrom: from})
		r.Contacts = append(r.Contacts,
			register.Contact{Firm: id, Role: register.Officer, Name: generation, Email: "officer@example.jp", ValidFrom: from},
			register.Contact{Firm: id, Role: register.Desk, Name: generation, Email: "desk@example.jp", ValidFrom: from})
	}
	return r
}

var registerBehaviours = map[string]func(*testing.T, Ledger){
	"every field of the register comes back": func(t *testing.T, l Ledger) {
		r := full[register.Register](t)
		must(t, l.PutRegister(t.Context(), r))
		got, err := l.Register(t.Context())
		must(t, err)
		same(t, "register", got, r)
	},
	"one firm's entries come alone": func(t *testing.T, l Ledger) {
		r := people(12, "all")
		r.Firms = append(r.Firms, register.Firm{ID: "S-00010"}, register.Firm{ID: "S-0001", Sector: "b"})
		must(t, l.PutRegister(t.Context(), people(30, "old")))
		must(t, l.PutRegister(t.Context(), r))
		got, err := l.RegisterOf(t.Context(), "S-0001")
		must(t, err)
		same(t, "register", got, register.Register{Firms: register.Firms{r.Firms[0], {ID: "S-0001", Sector: "b"}}, Contacts: r.Contacts[:2]})
		got, err = l.RegisterOf(t.Context(), "S-0099")
		must(t, err)
		same(t, "register", got, register.Register{})
	},
	"the firms come alone, whatever becomes of the contacts": func(t *testing.T, l Ledger) {
		r := people(3, "all")
		must(t, l.PutRegister(t.Context(), r))
		must(t, l.EraseContacts(t.Context(), "S-0002"))
		got, err := l.Firms(t.Context())
		must(t, err)
		same(t, "firms", got, r.Firms)
		must(t, l.PutRegister(t.Context(), people(2, "new")))
		got, err = l.Firms(t.Context())
		must(t, err)
		same(t, "firms", got, people(2, "new").Firms)
	},
	"a register replaces the one before": func(t *testing.T, l Ledger) {
		must(t, l.PutRegister(t.Context(), people(30, "old")))
		must(t, l.PutRegister(t.Context(), people(28, "new")))
		got, err := l.Register(t.Context())
		must(t, err)
		same(t, "register", got, people(28, "new"))
		must(t, l.PutRegister(t.Context(), register.Register{}))
		got, err = l.Register(t.Context())
		must(t, err)
		same(t, "register", got, register.Register{})
	},
	"entries of one firm, even on the same day, are all kept": func(t *testing.T, l Ledger) {
		r := register.Register{Firms: []register.Firm{{ID: "S-0001", Sector: "a"}, {ID: "S-0001", Sector: "a"}, {ID: "S-0001", Sector: "b"}}}
		must(t, l.PutRegister(t.Context(), r))
		got, err := l.Register(t.Context())
		must(t, err)
		same(t, "register", got, r)
	},
	"contacts are erased alone": func(t *testing.T, l Ledger) {
		r := people(12, "all")
		r.Contacts = append(r.Contacts, register.Contact{Firm: "S-00010", Role: register.Desk, Email: "x@example.jp"})
		r.Firms = append(r.Firms, register.Firm{ID: "S-00010"})
		must(t, l.PutRegister(t.Context(), r))
		for range 2 {
			must(t, l.EraseContacts(t.Context(), "S-0001"))
			got, err := l.Register(t.Context())
			must(t, err)
			same(t, "firms", len(got.Firms), 13)
			left := slices.DeleteFunc(slices.Clone(r.Contacts), func(c register.Contact) bool { return c.Firm == "S-0001" })
			slices.SortStableFunc(left, func(a, b register.Contact) int { return strings.Compare(string(a.Firm), string(b.Firm)) })
			same(t, "contacts", got.Contacts, left)
		}
	},
	"a bad entry leaves the register as it was": func(t *testing.T, l Ledger) {
		must(t, l.PutRegister(t.Context(), people(3, "old")))
		bad := people(3, "new")
		bad.Contacts[5].Name = "\xff"
		if err := l.PutRegister(t.Context(), bad); err == nil {
			t.Fatal("no error")
		}
		got, err := l.Register(t.Context())
		must(t, err)
		same(t, "register", got, people(3, "old"))
	},
}

// race calls do from many goroutines at once and returns what each got.
func race[V any](n int, do func(i int) V) []V {
	got := make([]V, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			got[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	return got
}

// oneWinner fails unless exactly one error is nil and all others are the sentinel.
func oneWinner(t *testing.T, what string, errs []error, sentinel error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, sentinel) {
			t.Errorf("%s: a loser got %v, want %v", what, err, sentinel)
		}
	}
	if won != 1 {
		t.Errorf("%s: %d winners", what, won)
	}
}

var raceBehaviours = map[string]func(*testing.T, Ledger){
	"racing a freeze: what is told to count is in the run, and nothing else is": racingTheFreeze,
	"racing for tickets: other files get other numbers, the same file the same": func(t *testing.T, l Ledger) {
		type result struct {
			n   checklist.TicketNumber
			err error
		}
		got := race(12, func(i int) result {
			tk, err := l.IssueTicket(context.Background(), ledger.Ticket{Edition: edition, Firm: "S-0001", SHA256: fmt.Sprint("file ", i/2), Size: 1})
			return result{tk.Number, err}
		})
		numbers := map[checklist.TicketNumber]bool{}
		for i, r := range got {
			must(t, r.err)
			if r.n != got[i/2*2].n {
				t.Errorf("the same file got tickets %d and %d", r.n, got[i/2*2].n)
			}
			numbers[r.n] = true
		}
		for n := range checklist.TicketNumber(6) {
			if !numbers[n+1] {
				t.Errorf("ticket %d was not given out: %v", n+1, got)
			}
		}
	},
	"racing to start a run, claim a letter, approve a release: one wins": func(t *testing.T, l Ledger) {
		ctx := context.Background()
		oneWinner(t, "start a run", race(8, func(i int) error { return l.StartRun(ctx, run(fmt.Sprint("r", i), noon)) }), ledger.ErrHeld)
		oneWinner(t, "take over a run", race(8, func(i int) error { return l.StartRun(ctx, run(fmt.Sprint("s", i), noon.Add(2*time.Hour))) }), ledger.ErrHeld)
		oneWinner(t, "claim a letter", race(8, func(i int) error {
			_, err := l.ClaimLetter(ctx, letter(fmt.Sprint(i), noon.Add(time.Hour)), noon)
			return err
		}), ledger.ErrHeld)
		must(t, l.ProposeRelease(ctx, ledger.Release{Edition: edition, Run: "r", ProposedBy: "suzuki"}))
		oneWinner(t, "approve a release", race(8, func(i int) error { return l.ApproveRelease(ctx, edition, "r", fmt.Sprint(i), noon) }), ledger.ErrConflict)
		must(t, l.OpenRound(ctx, round()))
		oneWinner(t, "close a round", race(8, func(i int) error {
			r := round()
			r.State, r.ClosedAt = ledger.Closed, noon.Add(time.Duration(i+1)*time.Hour)
			return l.AdvanceRound(ctx, r)
		}), ledger.ErrConflict)
	},
	"racing records of one firm end with the newest": func(t *testing.T, l Ledger) {
		errs := race(10, func(i int) error {
			return ledger.Record(context.Background(), l, submission("S-0001", checklist.TicketNumber(i+1), checklist.Accepted, noon.Add(time.Duration(i)*time.Second)))
		})
		must(t, errors.Join(errs...))
		c, err := l.Current(t.Context(), edition, "S-0001")
		must(t, err)
		same(t, "current", c.Submission.Ticket, checklist.TicketNumber(10))
		same(t, "first", c.FirstReceived, noon)
	},
	"a reader sees one register or the other, never a mixture": func(t *testing.T, l Ledger) {
		ctx := context.Background()
		must(t, l.PutRegister(ctx, people(40, "0")))
		var put, read error
		var wg sync.WaitGroup
		done := make(chan struct{})
		wg.Go(func() {
			defer close(done)
			for i := 1; i <= 6 && put == nil; i++ {
				put = l.PutRegister(ctx, people(40, fmt.Sprint(i)))
			}
		})
		wg.Go(func() {
			for {
				r, err := l.Register(ctx)
				if err != nil {
					read = err
					return
				}
				if len(r.Firms) != 40 || len(r.Contacts) != 80 || r.Firms[0].Name != r.Firms[39].Name || r.Firms[0].Name.JA != r.Contacts[79].Name {
					read = fmt.Errorf("a mixture: %d firms, %d contacts, %v and %v", len(r.Firms), len(r.Contacts), r.Firms[0].Name, r.Firms[len(r.Firms)-1].Name)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
		wg.Wait()
		must(t, put)
		must(t, read)
	},
	"of racing registers one is current, whole": func(t *testing.T, l Ledger) {
		ctx := context.Background()
		errs := race(4, func(i int) error { return l.PutRegister(ctx, people(30, fmt.Sprint(i))) })
		for _, err := range errs {
			if err != nil && !errors.Is(err, ledger.ErrConflict) {
				t.Error(err)
			}
		}
		r, err := l.Register(ctx)
		must(t, err)
		same(t, "register", r, people(30, r.Firms[0].Name.JA))
	},
}
