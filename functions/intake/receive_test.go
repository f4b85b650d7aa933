package intake_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"cssa/events"
	"cssa/functions/intake"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
)

// receive takes body in on behalf of the first firm and handles what lies in the inbox then, as the object store tells of it.
func (r *room) receive(t *testing.T, body []byte, via string, at time.Time) (ledger.Ticket, bool) {
	t.Helper()
	ticket, recorded, err := r.Receive(t.Context(), r.inbox, r.ledger, intake.Receipt{Edition: edition, Firm: "S-0001", Via: via, At: at, Body: body})
	must(t, err)
	if recorded {
		return ticket, true
	}
	key := archive.InboxKey(edition, "S-0001", ticket.Number)
	object, err := r.inbox.Head(t.Context(), key, "")
	must(t, err)
	must(t, r.Handle(t.Context(), events.Uploaded{Edition: edition, Firm: "S-0001", Ticket: ticket.Number, Object: key, ObjectID: object.ID, ReceivedAt: object.ReceivedAt, Size: object.Size}))
	must(t, r.inbox.Delete(t.Context(), key))
	return ticket, false
}

func TestAFileThatCameByMailCountsFromTheDayItCame(t *testing.T) {
	r := newRoom(t)
	r.now = r.ed.Deadline.Add(48 * time.Hour).UTC()
	came := r.ed.Deadline.Add(-26*time.Hour - 300*time.Millisecond).UTC()
	body := r.filled(t, "S-0001", r.answers())
	ticket, _ := r.receive(t, body, "  registered   mail ", came)

	s, err := r.ledger.Submission(t.Context(), edition, "S-0001", ticket.Number)
	must(t, err)
	if s.Status != checklist.Accepted || s.Channel != checklist.OnBehalf || s.Via != "registered mail" || !s.ReceivedAt.Equal(came.Truncate(time.Second)) {
		t.Errorf("%s by %s via %q received %s, faults %v", s.Status, s.Channel, s.Via, s.ReceivedAt, s.Faults)
	}
	if len(r.told) != 1 || r.told[0] != (events.Accepted{Edition: edition, Firm: "S-0001", Ticket: ticket.Number}) {
		t.Errorf("told %v", r.told)
	}
	kept, _, err := r.kept.Get(t.Context(), s.Object, s.ObjectID, 1<<20)
	must(t, err)
	if string(kept) != string(body) {
		t.Error("the original is not what came")
	}
	cur, err := r.ledger.Current(t.Context(), edition, "S-0001")
	must(t, err)
	round, err := r.ledger.Round(t.Context(), edition)
	must(t, err)
	if round.Late(cur.FirstReceived) {
		t.Errorf("late: first received %s, deadline %s", cur.FirstReceived, round.Deadline)
	}
}

func TestAReceiptIsOneVersionHoweverOftenItIsRepeated(t *testing.T) {
	r := newRoom(t)
	body := r.filled(t, "S-0001", r.answers())
	receipt := intake.Receipt{Edition: edition, Firm: "S-0001", Via: "counter", Body: body}

	// Cut off twice before anything was handled.
	for range 2 {
		ticket, recorded, err := r.Receive(t.Context(), r.inbox, r.ledger, receipt)
		must(t, err)
		if ticket.Number != 1 || recorded {
			t.Fatalf("version %d, recorded %t", ticket.Number, recorded)
		}
		r.now = r.now.Add(time.Minute)
	}
	// Told otherwise than the first time, it is not taken silently.
	other := receipt
	other.Via = "courier"
	if _, _, err := r.Receive(t.Context(), r.inbox, r.ledger, other); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("another way: %v", err)
	}
	other = receipt
	other.At = r.now.Add(-time.Hour / 2)
	if _, _, err := r.Receive(t.Context(), r.inbox, r.ledger, other); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("another time: %v", err)
	}
	if ticket, recorded := r.receive(t, body, "counter", time.Time{}); ticket.Number != 1 || recorded {
		t.Errorf("version %d, recorded %t", ticket.Number, recorded)
	}
	if ticket, recorded := r.receive(t, body, "counter", time.Time{}); ticket.Number != 1 || !recorded {
		t.Errorf("repeated after it was recorded: version %d, recorded %t", ticket.Number, recorded)
	}
	// What comes after something else is new, also if its bytes came before.
	if _, err := r.Withdraw(t.Context(), edition, "S-0001"); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.Add(time.Minute)
	if ticket, recorded := r.receive(t, body, "counter", time.Time{}); ticket.Number != 3 || recorded {
		t.Errorf("after a withdrawal: version %d, recorded %t", ticket.Number, recorded)
	}
	cur, err := r.ledger.Current(t.Context(), edition, "S-0001")
	must(t, err)
	if cur.Submission.Ticket != 3 || cur.Submission.Status != checklist.Accepted {
		t.Errorf("version %d counts, %s", cur.Submission.Ticket, cur.Submission.Status)
	}
}

func TestASpoiltFileThatCameByMailIsReturned(t *testing.T) {
	r := newRoom(t)
	ticket, _ := r.receive(t, []byte("not a workbook"), "mail", time.Time{})
	s, err := r.ledger.Submission(t.Context(), edition, "S-0001", ticket.Number)
	must(t, err)
	if s.Status != checklist.Returned || checklist.Blocking(s.Faults) != 1 || s.Via != "mail" {
		t.Errorf("%s via %q: %v", s.Status, s.Via, s.Faults)
	}
	if !s.ReceivedAt.Equal(r.now.Truncate(time.Second)) {
		t.Errorf("received %s, want the object store's %s", s.ReceivedAt, r.now)
	}
}

func TestWhatIsNotReceivedOnBehalf(t *testing.T) {
	r := newRoom(t)
	r.now = r.ed.Opens.Add(24 * time.Hour).UTC()
	good := intake.Receipt{Edition: edition, Firm: "S-0001", Via: "mail", At: r.ed.Opens.Add(time.Hour), Body: []byte("x")}
	for name, c := range map[string]struct {
		change func(*intake.Receipt)
		want   error
	}{
		"of tomorrow":        {func(c *intake.Receipt) { c.At = r.now.Add(24 * time.Hour) }, intake.ErrReceipt},
		"before the opening": {func(c *intake.Receipt) { c.At = r.ed.Opens.Add(-time.Minute) }, intake.ErrReceipt},
		"by no way":          {func(c *intake.Receipt) { c.Via = " \n" }, intake.ErrReceipt},
		"by a long way":      {func(c *intake.Receipt) { c.Via = strings.Repeat("あ", 101) }, intake.ErrReceipt},
		"empty":              {func(c *intake.Receipt) { c.Body = nil }, intake.ErrReceipt},
		"too large":          {func(c *intake.Receipt) { c.Body = make([]byte, intake.MaxSize+1) }, intake.ErrReceipt},
		"of nobody":          {func(c *intake.Receipt) { c.Firm = "S-0099" }, register.ErrUnknownFirm},
	} {
		bad := good
		c.change(&bad)
		if _, _, err := r.Receive(t.Context(), r.inbox, r.ledger, bad); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	round, err := r.ledger.Round(t.Context(), edition)
	must(t, err)
	round.State, round.ClosedAt, round.FrozenAt, round.FrozenRun = ledger.Frozen, r.now, r.now, "run"
	must(t, r.ledger.AdvanceRound(t.Context(), round))
	if _, _, err := r.Receive(t.Context(), r.inbox, r.ledger, good); !errors.Is(err, ledger.ErrFrozen) {
		t.Errorf("after the freeze: %v", err)
	}
	if _, err := r.ledger.Ticket(t.Context(), edition, "S-0001", 1); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("a ticket was minted: %v", err)
	}
}
