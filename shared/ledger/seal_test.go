package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
)

// A turn is a store that several share, one call at a time, in an order that somebody else decides. Listings take a turn
// for every document.
type turn struct {
	*memory
	who   int
	waits chan bool // true: it wants to go on; false: it is done
	next  chan struct{}
}

func (s *turn) take() {
	s.waits <- true
	<-s.next
}

func (s *turn) Get(ctx context.Context, k Key) (Document, error) {
	s.take()
	return s.memory.Get(ctx, k)
}

func (s *turn) Swap(ctx context.Context, k Key, revision int64, body string) (bool, error) {
	s.take()
	return s.memory.Swap(ctx, k, revision, body)
}

func (s *turn) List(ctx context.Context, partition, prefix string) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		s.take()
		for d, err := range s.memory.List(ctx, partition, prefix) {
			if !yield(d, err) {
				return
			}
			s.take()
		}
	}
}

// interleave has all do their work at one store; pick says who is next, and for how many calls of the store.
func interleave(m *memory, pick func(waiting []*turn) (i, calls int), all ...func(*Book)) {
	var waiting []*turn
	for who, do := range all {
		s := &turn{memory: m, who: who, waits: make(chan bool), next: make(chan struct{})}
		go func() {
			do(New(s))
			s.waits <- false
		}()
		if <-s.waits {
			waiting = append(waiting, s)
		}
	}
	for len(waiting) > 0 {
		i, calls := pick(waiting)
		for range calls {
			waiting[i].next <- struct{}{}
			if !<-waiting[i].waits {
				waiting = slices.Delete(waiting, i, i+1)
				break
			}
		}
	}
}

// A version that counts, by firm and ticket.
type version struct {
	firm   checklist.FirmID
	ticket checklist.TicketNumber
	status checklist.Status
}

const racing = checklist.EditionID("2023-securities")

// counted is what a run counts.
func counted(b *Book) (map[version]bool, error) {
	all := map[version]bool{}
	for s, err := range b.AllSubmissions(context.Background(), racing) {
		if err != nil {
			return nil, err
		}
		if s.Counts() {
			all[version{s.Firm, s.Ticket, s.Status}] = true
		}
	}
	return all, nil
}

// takeIn does what is done to an upload, or a withdrawal, and returns what its firm is told. It may be done more than once.
func takeIn(b *Book, s checklist.Submission) (version, error) {
	ctx := context.Background()
	for {
		done, err := b.Submission(ctx, s.Edition, s.Firm, s.Ticket)
		if err == nil {
			return version{s.Firm, s.Ticket, done.Status}, Record(ctx, b, done)
		}
		if !errors.Is(err, ErrNotFound) {
			return version{}, err
		}
		if _, err := b.Ticket(ctx, s.Edition, s.Firm, s.Ticket); err != nil {
			return version{}, err
		}
		err = Record(ctx, b, s)
		if errors.Is(err, ErrFrozen) {
			refused := s
			refused.Status = checklist.Returned
			s, err = refused, Record(ctx, b, refused)
		}
		if !errors.Is(err, ErrConflict) { // that is the other one that takes it in
			return version{s.Firm, s.Ticket, s.Status}, err
		}
	}
}

// A race is one round, its uploads and its freezes.
type race struct {
	m    *memory
	errs []error
	told map[version]bool   // what its firm was told counts
	runs []map[version]bool // what each freeze counted
	late int                // versions that were refused
}

var closing = time.Date(2023, 10, 30, 8, 0, 0, 0, time.UTC)

func newRace() (*race, error) {
	r := &race{m: &memory{docs: map[Key]Document{}, left: -1}, told: map[version]bool{}}
	return r, New(r.m).OpenRound(context.Background(), Round{Edition: racing, State: Open, Checksum: "c", OpenedAt: closing.AddDate(0, -3, 0), Deadline: closing, Closing: closing})
}

func ticketOf(f checklist.FirmID, file int) Ticket {
	return Ticket{Edition: racing, Firm: f, SHA256: fmt.Sprint(file), Size: 1, Channel: checklist.Upload, IssuedAt: closing}
}

// upload obtains a ticket and takes in what came on it.
func (r *race) upload(ticket Ticket, status checklist.Status) func(*Book) {
	return func(b *Book) {
		issued, err := b.IssueTicket(context.Background(), ticket)
		if err != nil {
			r.errs = append(r.errs, err)
			return
		}
		v, err := takeIn(b, checklist.Submission{Edition: racing, Firm: ticket.Firm, Ticket: issued.Number, Status: status, ReceivedAt: closing})
		if err != nil {
			r.errs = append(r.errs, err)
		}
		if v.status == checklist.Returned {
			r.late++
		} else {
			r.told[v] = true
		}
	}
}

func (r *race) freeze(b *Book) {
	ctx := context.Background()
	round, err := b.Round(ctx, racing)
	if err == nil && round.State != Frozen {
		round.State, round.ClosedAt, round.FrozenAt, round.FrozenRun = Frozen, closing, closing.Add(time.Hour), "run"
		err = b.AdvanceRound(ctx, round)
	}
	if err == nil {
		err = b.Seal(ctx, racing)
	}
	if err != nil {
		r.errs = append(r.errs, err)
		return
	}
	run, err := counted(b)
	r.errs, r.runs = append(r.errs, err), append(r.runs, run)
}

// check says how what the firms were told differs from what a run counts, or from what is there now.
func (r *race) check() error {
	if err := errors.Join(r.errs...); err != nil {
		return err
	}
	end, err := counted(New(r.m))
	if err != nil {
		return err
	}
	for _, run := range append(r.runs, end) {
		if !maps.Equal(run, r.told) {
			return fmt.Errorf("a run counts %v, the firms were told that %v count", run, r.told)
		}
	}
	return nil
}

// An upload is held up between any two of its calls while a whole freeze goes by, or a freeze while a whole upload does:
// what a firm is told counts is in the frozen run, and what is in it was told so.
func TestAFreezeBetweenAnyTwoCallsOfAnUploadIsExact(t *testing.T) {
	for _, had := range []bool{false, true} {
		for _, first := range []int{0, 1} {
			refused := 0
			for held := range 20 {
				r, err := newRace()
				if err != nil {
					t.Fatal(err)
				}
				mine := ticketOf("S-0001", 1)
				if had { // its ticket was issued long before
					if _, err := New(r.m).IssueTicket(t.Context(), mine); err != nil {
						t.Fatal(err)
					}
				}
				calls := held
				interleave(r.m, func(waiting []*turn) (int, int) {
					i := slices.IndexFunc(waiting, func(s *turn) bool { return (s.who == first) == (calls > 0) })
					n := max(1, calls)
					calls = 0
					return max(0, i), n
				}, r.upload(mine, checklist.Accepted), r.freeze)
				if err := r.check(); err != nil {
					t.Errorf("ticket there %t, %d first, held up after %d calls: %v", had, first, held, err)
				}
				refused += r.late
			}
			if refused == 0 || refused == 20 {
				t.Errorf("ticket there %t, %d first: refused %d of 20 times: one side was not tried", had, first, refused)
			}
		}
	}
}

// The same for several uploads, withdrawals and freezes, delivered once or twice, in orders that are drawn.
func TestAFreezeIsExact(t *testing.T) {
	before, after := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		r, err := newRace()
		if err != nil {
			t.Fatal(err)
		}
		var all []func(*Book)
		for i := range rapid.IntRange(1, 4).Draw(t, "versions") {
			ticket := ticketOf(checklist.FirmID(fmt.Sprintf("S-%04d", i/2)), i) // two of a firm
			if rapid.Bool().Draw(t, "has its ticket") {
				if _, err := New(r.m).IssueTicket(context.Background(), ticket); err != nil {
					t.Fatal(err)
				}
			}
			one := r.upload(ticket, rapid.SampledFrom([]checklist.Status{checklist.Accepted, checklist.Withdrawn}).Draw(t, "status"))
			all = append(all, one)
			if rapid.Bool().Draw(t, "delivered twice") {
				all = append(all, one)
			}
		}
		for range rapid.IntRange(1, 2).Draw(t, "freezes") {
			all = append(all, r.freeze)
		}
		interleave(r.m, func(waiting []*turn) (int, int) {
			// Often somebody does all of it while another stands between two calls.
			return rapid.IntRange(0, len(waiting)-1).Draw(t, "next"), rapid.SampledFrom([]int{1, 2, 100}).Draw(t, "calls")
		}, all...)
		if err := r.check(); err != nil {
			t.Fatal(err)
		}
		before, after = before+len(r.told), after+r.late
	})
	if before == 0 || after == 0 {
		t.Errorf("%d came before the freeze and %d after: one side was not tried", before, after)
	}
}
