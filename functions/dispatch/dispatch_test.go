package dispatch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/events"
	"cssa/functions/dispatch"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/mail"
	"cssa/shared/register"
)

// everything sends a letter for all that happened, once and in order.
func everything(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	for _, ev := range w.happened() {
		if err := w.step.Handle(t.Context(), ev); err != nil {
			t.Fatalf("%s %s: %v", ev.Name(), ev.Key(), err)
		}
	}
	return w
}

func TestEveryLetterIsSentOnce(t *testing.T) {
	w := everything(t)
	if got, want := len(w.sent()), len(w.happened()); got != want {
		t.Errorf("%d letters in the outbox, want %d", got, want)
	}
	for key, l := range w.states() {
		if l.State != ledger.Sent || !l.SentAt.Equal(w.now) {
			t.Errorf("letter %s is %s at %s", key, l.State, l.SentAt)
		}
		if _, ok := w.sent()[key+".eml"]; !ok {
			t.Errorf("letter %s is not in the outbox", key)
		}
	}
}

func TestTwiceAndShuffledGivesTheSameLetters(t *testing.T) {
	want := everything(t).sent()
	for seed := range uint64(5) {
		w := newWorld(t)
		evs := slices.Concat(w.happened(), w.happened(), w.happened())
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(evs), func(i, j int) { evs[i], evs[j] = evs[j], evs[i] })
		for i, ev := range evs {
			w.now = w.now.Add(time.Duration(i) * time.Hour)
			must(t, w.step.Handle(t.Context(), ev))
		}
		if !maps.EqualFunc(want, w.sent(), bytes.Equal) {
			t.Errorf("seed %d: the outbox differs", seed)
		}
	}
}

var errKilled = errors.New("killed")

// mortal kills the process at a chosen moment: before or after one of the effects of sending a letter.
type mortal struct {
	dispatch.Ledger
	dispatch.Sender
	moment int // effects until the end; even: before the effect, odd: after it
}

func (m *mortal) effect(do func() error) error {
	defer func() { m.moment -= 2 }()
	if m.moment == 0 {
		return errKilled
	}
	err := do()
	if m.moment == 1 {
		return errKilled
	}
	return err
}

func (m *mortal) ClaimLetter(ctx context.Context, l ledger.Letter, now time.Time) (got ledger.Letter, err error) {
	return got, m.effect(func() (err error) { got, err = m.Ledger.ClaimLetter(ctx, l, now); return err })
}

func (m *mortal) Send(ctx context.Context, msg mail.Message) error {
	return m.effect(func() error { return m.Sender.Send(ctx, msg) })
}

func (m *mortal) SettleLetter(ctx context.Context, l ledger.Letter) error {
	return m.effect(func() error { return m.Ledger.SettleLetter(ctx, l) })
}

func TestKilledAtAnyMomentTheLetterIsSentOnce(t *testing.T) {
	want := everything(t).sent()
	for moment := range 6 { // before and after the claim, the sending, the settling
		t.Run(fmt.Sprint(moment), func(t *testing.T) {
			w := newWorld(t)
			whole := *w.step
			for _, ev := range w.happened() {
				m := &mortal{whole.Ledger, whole.Sender, moment}
				w.step.Ledger, w.step.Sender = m, m
				if err := w.step.Handle(t.Context(), ev); !errors.Is(err, errKilled) {
					t.Fatalf("%s: error %v, want to be killed", ev.Name(), err)
				}
				w.now = w.now.Add(time.Second) // the restarted process: same owner, later
				*w.step = whole
				must(t, w.step.Handle(t.Context(), ev))
			}
			if !maps.EqualFunc(want, w.sent(), bytes.Equal) {
				t.Error("the outbox differs")
			}
			for key, l := range w.states() {
				if l.State != ledger.Sent {
					t.Errorf("letter %s is %s", key, l.State)
				}
			}
		})
	}
}

// Between the sending and the settling the register was corrected: the letter that went out is the letter.
func TestWhatWasSentBeforeACorrectionCountsAsSent(t *testing.T) {
	w := newWorld(t)
	whole := *w.step
	ev := w.happened()[0]
	m := &mortal{whole.Ledger, whole.Sender, 3} // after the sending
	w.step.Ledger, w.step.Sender = m, m
	if err := w.step.Handle(t.Context(), ev); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	before := w.sent()
	*w.step = whole
	reg, err := w.ledger.Register(t.Context())
	must(t, err)
	for i := range reg.Firms {
		reg.Firms[i].Name.JA += "（改称）"
	}
	must(t, w.ledger.PutRegister(t.Context(), reg))
	must(t, w.step.Handle(t.Context(), ev))
	if !maps.EqualFunc(before, w.sent(), bytes.Equal) {
		t.Error("the outbox changed")
	}
	for key, l := range w.states() {
		if l.State != ledger.Sent {
			t.Errorf("letter %s is %s", key, l.State)
		}
	}
}

func TestAnotherProcessWaitsForTheLease(t *testing.T) {
	w := newWorld(t)
	ev := events.Accepted{Edition: edition, Firm: "S-0002", Ticket: 1}
	first := *w.step
	first.Ledger = &mortal{first.Ledger, first.Sender, 1} // dies holding the claim
	if err := first.Handle(t.Context(), ev); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	w.step.Owner = "another"
	if err := w.step.Handle(t.Context(), ev); !errors.Is(err, ledger.ErrHeld) {
		t.Errorf("error %v, want %v", err, ledger.ErrHeld)
	}
	if n := len(w.sent()); n != 0 {
		t.Errorf("%d letters sent while the lease held", n)
	}
	w.now = w.now.Add(w.step.Lease)
	must(t, w.step.Handle(t.Context(), ev))
	if n := len(w.sent()); n != 1 {
		t.Errorf("%d letters sent after the lease lapsed, want 1", n)
	}
}

func TestAnotherFirmsAttachmentIsRefused(t *testing.T) {
	otherEdition := func(w *world) {
		ed := sample()
		ed.ID = "2022-sample"
		w.shelf["workbooks/S-0001"] = blank(ed, "S-0001")
	}
	for name, c := range map[string]struct {
		spoil func(*world)
		event func(*world) events.Event
	}{
		"the reports of two firms swapped": {
			func(w *world) {
				w.shelf["reports/S-0001"], w.shelf["reports/S-0002"] = w.shelf["reports/S-0002"], w.shelf["reports/S-0001"]
			},
			func(w *world) events.Event { return w.ready("S-0001", 2) },
		},
		"the workbooks of two firms swapped": {
			func(w *world) {
				w.shelf["workbooks/S-0001"], w.shelf["workbooks/S-0002"] = w.shelf["workbooks/S-0002"], w.shelf["workbooks/S-0001"]
			},
			func(*world) events.Event {
				return events.Invited{Edition: edition, Firm: "S-0001", Workbook: "workbooks/S-0001"}
			},
		},
		"the workbook of another edition": {
			otherEdition,
			func(*world) events.Event {
				return events.Invited{Edition: edition, Firm: "S-0001", Workbook: "workbooks/S-0001"}
			},
		},
		"another firm's workbook marked": {
			func(w *world) { w.shelf["marked/1"] = w.shelf["workbooks/S-0002"] },
			func(*world) events.Event { return events.Returned{Edition: edition, Firm: "S-0001", Ticket: 1} },
		},
		"another firm's fresh workbook": {
			func(w *world) {
				w.shelf[archive.WorkbookKey(edition, sample().Checksum, "S-0003")] = w.shelf["workbooks/S-0002"]
			},
			func(*world) events.Event { return events.Returned{Edition: edition, Firm: "S-0003", Ticket: 1} },
		},
		"another file than announced": {
			func(*world) {},
			func(w *world) events.Event {
				ev := w.ready("S-0001", 2)
				w.shelf["reports/S-0001"] = append(w.shelf["reports/S-0001"], '\n')
				return ev
			},
		},
		"a file that does not say whose it is": {
			func(w *world) { w.shelf["reports/S-0001"] = []byte("<html>") },
			func(w *world) events.Event { return w.ready("S-0001", 2) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.spoil(w)
			ev := c.event(w)
			for range 2 { // a retry must not make it look well
				if err := w.step.Handle(t.Context(), ev); !errors.Is(err, dispatch.ErrRefused) {
					t.Errorf("error %v, want %v", err, dispatch.ErrRefused)
				}
			}
			maps.Copy(w.shelf, attachments()) // nor does mending the file: what was refused is refused for good
			if err := w.step.Handle(t.Context(), ev); !errors.Is(err, dispatch.ErrRefused) {
				t.Errorf("after the file was mended: error %v, want %v", err, dispatch.ErrRefused)
			}
			if n := len(w.sent()); n != 0 {
				t.Errorf("%d letters sent", n)
			}
			for key, l := range w.states() {
				if l.State != ledger.Refused || l.Why == "" {
					t.Errorf("letter %s is %s: %q", key, l.State, l.Why)
				}
			}
		})
	}
}

func TestWithoutAContactNothingIsSent(t *testing.T) {
	w := newWorld(t)
	must(t, w.step.Handle(t.Context(), events.Invited{Edition: edition, Firm: "S-0004", Workbook: "workbooks/S-0004"}))
	must(t, w.step.Handle(t.Context(), events.Invited{Edition: edition, Firm: "S-0004", Workbook: "workbooks/S-0004"}))
	if n := len(w.sent()); n != 0 {
		t.Errorf("%d letters sent", n)
	}
	l := w.states()["2023-sample-S-0004-invitation-1"]
	if l.State != ledger.Refused || l.Why != dispatch.NoContact {
		t.Errorf("the letter is %s: %q", l.State, l.Why)
	}
}

// choosy refuses every message, as a mail service does of a wrong address.
type choosy struct{ asked int }

func (c *choosy) Send(context.Context, mail.Message) error {
	c.asked++
	return fmt.Errorf("the service says MessageRejected: %w", mail.ErrRefused)
}

func TestALetterThatTheMailServiceRefusesIsSettledAndNotTriedAgain(t *testing.T) {
	w := newWorld(t)
	sender := &choosy{}
	w.step.Sender = sender
	for range 2 {
		must(t, w.step.Handle(t.Context(), events.Accepted{Edition: edition, Firm: "S-0001", Ticket: 2}))
	}
	l := w.states()["2023-sample-S-0001-accepted-2"]
	if l.State != ledger.Refused || !strings.HasPrefix(l.Why, dispatch.NotTaken) || !l.SentAt.IsZero() || sender.asked != 1 {
		t.Errorf("asked %d times, the letter is %s: %q", sender.asked, l.State, l.Why)
	}
}

// Mail goes to who was a contact on the day of the letter, not before and not after.
func TestContactsOfTheLettersDay(t *testing.T) {
	for day, want := range map[int]int{19: 0, 20: 1, 25: 1, 26: 0} {
		w := newWorld(t)
		people := people()
		people.Contacts = []register.Contact{{
			Firm: "S-0003", Role: register.Officer, Name: "架空　三郎", Email: "ciso@matsu.example",
			ValidFrom: checklist.Date{Year: 2023, Month: time.August, Day: 20}, ValidTo: checklist.Date{Year: 2023, Month: time.August, Day: 25},
		}}
		must(t, w.ledger.PutRegister(t.Context(), people))
		// a minute after midnight in the edition's zone is still the day before in UTC
		at := time.Date(2023, 8, day, 0, 1, 0, 0, jst)
		must(t, w.step.Handle(t.Context(), events.Reminder{Edition: edition, Firm: "S-0003", Round: 1, At: at}))
		if n := len(w.sent()); n != want {
			t.Errorf("on the %dth %d letters were sent, want %d", day, n, want)
		}
	}
}

func TestAHeaderCannotBeSmuggledInByTheRegister(t *testing.T) {
	w := newWorld(t)
	people := people()
	for _, name := range []string{"三郎\r\nBcc: x@example.jp", "三郎\u202egro.elpmaxe@x"} {
		people.Contacts[4].Name = name
		must(t, w.ledger.PutRegister(t.Context(), people))
		err := w.step.Handle(t.Context(), events.Returned{Edition: edition, Firm: "S-0003", Ticket: 1})
		if !errors.Is(err, mail.ErrInvalid) {
			t.Errorf("error %v, want %v", err, mail.ErrInvalid)
		}
	}
	if n := len(w.sent()); n != 0 {
		t.Errorf("%d letters sent", n)
	}
}

func TestAMessageThatTheLedgerContradictsIsAnError(t *testing.T) {
	w := newWorld(t)
	for _, ev := range []events.Event{
		events.Accepted{Edition: edition, Firm: "S-0001", Ticket: 1},      // it was returned
		events.Returned{Edition: edition, Firm: "S-0001", Ticket: 7},      // it never was
		events.Accepted{Edition: "2022-other", Firm: "S-0001", Ticket: 1}, // no such edition
		events.Reminder{Edition: edition, Firm: "S-0001", Round: 1},       // it does not say when
		events.Released{Edition: edition, Run: run},                       // no letter tells of it
	} {
		if err := w.step.Handle(t.Context(), ev); err == nil {
			t.Errorf("%s %s: no error", ev.Name(), ev.Key())
		}
	}
	if n := len(w.sent()); n != 0 {
		t.Errorf("%d letters sent", n)
	}
}

// BenchmarkLetter sends receipts in a sector of 272 firms.
func BenchmarkLetter(b *testing.B) {
	w := newWorld(b)
	all := people()
	for i := len(all.Firms); i < 272; i++ {
		f, c := all.Firms[0], all.Contacts[0]
		f.ID = checklist.FirmID(fmt.Sprintf("S-%04d", i+1))
		c.Firm = f.ID
		all.Firms, all.Contacts = append(all.Firms, f), append(all.Contacts, c, c)
	}
	must(b, w.ledger.PutRegister(b.Context(), all))
	sub := submissions()[2]
	n := checklist.TicketNumber(10)
	for b.Loop() {
		n++
		sub.Ticket = n
		must(b, w.ledger.PutSubmission(b.Context(), sub))
		must(b, w.step.Handle(b.Context(), events.Accepted{Edition: edition, Firm: "S-0002", Ticket: n}))
	}
}

// A sender whose process is told to stop while it sends.
type stopping struct {
	dispatch.Sender
	stop context.CancelFunc
}

func (s stopping) Send(ctx context.Context, m mail.Message) error {
	err := s.Sender.Send(ctx, m)
	s.stop()
	return err
}

func TestALetterSentWhileTheProcessIsToldToStopIsNotSentAgain(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	w.step.Sender = stopping{w.step.Sender, stop}
	must(t, w.step.Handle(ctx, events.Accepted{Edition: edition, Firm: "S-0002", Ticket: 1}))
	for key, l := range w.states() {
		if l.State != ledger.Sent {
			t.Errorf("letter %s is %s, want sent", key, l.State)
		}
	}
}

// A sender that keeps what it was given.
type keeping struct{ kept []mail.Message }

func (k *keeping) Send(_ context.Context, m mail.Message) error {
	k.kept = append(k.kept, m)
	return nil
}

func TestDoorsThatWereShutEarlyAreClosedInTheLetterToo(t *testing.T) {
	w := newWorld(t)
	round, err := w.ledger.Round(t.Context(), edition)
	must(t, err)
	round.State, round.ClosedAt = ledger.Closed, time.Date(2023, 9, 4, 8, 0, 0, 0, time.UTC)
	must(t, w.ledger.AdvanceRound(t.Context(), round))
	box := &keeping{}
	w.step.Sender = box
	must(t, w.step.Handle(t.Context(), events.Returned{Edition: edition, Firm: "S-0003", Ticket: 1})) // came a day later
	if len(box.kept) != 1 {
		t.Fatalf("%d letters", len(box.kept))
	}
	body := strings.Join(strings.Fields(box.kept[0].Text), " ")
	if !strings.Contains(body, "The doors have closed (17:00 JST, Monday 4 September 2023)") || strings.Contains(body, "you may submit") {
		t.Error(box.kept[0].Text)
	}
}

// A warning that the firm confirmed with a reason is not asked again.
func TestWhatAFirmConfirmedIsNotAskedAgain(t *testing.T) {
	w := newWorld(t)
	s := submissions()[1]
	s.Ticket, s.Marked = 3, ""
	s.Confirmations = []checklist.Confirmation{{Code: s.Faults[0].Code, Reason: "略称で記入しました。"}}
	must(t, ledger.Record(t.Context(), w.ledger, s))
	must(t, w.step.Handle(t.Context(), events.Accepted{Edition: edition, Firm: s.Firm, Ticket: 3}))
	letters := w.sent()
	if len(letters) != 1 {
		t.Fatalf("%d letters", len(letters))
	}
	for _, body := range letters {
		text := readable(t, body)
		if !strings.Contains(text, "受理しました") || strings.Contains(text, "C005") || strings.Contains(text, "ご確認いただきたい点") {
			t.Errorf("the letter says\n%s", text)
		}
	}
}
