package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
)

var submissionBehaviours = map[string]func(*testing.T, Ledger){
	"what is absent is not found, and lists are empty": absent,
	"every field of a submission comes back":           everyField,
	"recording twice changes nothing":                  recordTwice,
	"other content for the same identity is a conflict and the first stays": func(t *testing.T, l Ledger) {
		first := submission("S-0001", 1, checklist.Accepted, noon)
		must(t, ledger.Record(t.Context(), l, first))
		second := submission("S-0001", 1, checklist.Accepted, noon.Add(time.Hour))
		want(t, ledger.Record(t.Context(), l, second), ledger.ErrConflict)
		got, err := l.Submission(t.Context(), edition, "S-0001", 1)
		must(t, err)
		same(t, "submission", got, first)
		c, err := l.Current(t.Context(), edition, "S-0001")
		must(t, err)
		same(t, "current", c, checklist.Current{Submission: first, FirstReceived: noon})
	},
	"a returned upload is the first upload but nothing counts": func(t *testing.T, l Ledger) {
		must(t, ledger.Record(t.Context(), l, submission("S-0001", 1, checklist.Returned, noon)))
		c, err := l.Current(t.Context(), edition, "S-0001")
		must(t, err)
		same(t, "current", c, checklist.Current{Submission: checklist.Submission{Edition: edition, Firm: "S-0001"}, FirstReceived: noon})
		same(t, "currents", all(t, l.Currents(t.Context(), edition)), []checklist.Current{c})
		accepted := submission("S-0001", 2, checklist.Accepted, noon.Add(48*time.Hour))
		must(t, ledger.Record(t.Context(), l, accepted))
		c, err = l.Current(t.Context(), edition, "S-0001")
		must(t, err)
		same(t, "current", c, checklist.Current{Submission: accepted, FirstReceived: noon})
	},
	"a withdrawal removes the answers and is no upload": func(t *testing.T, l Ledger) {
		w := submission("S-0001", 2, checklist.Withdrawn, noon)
		must(t, ledger.Record(t.Context(), l, w))
		c, err := l.Current(t.Context(), edition, "S-0001")
		must(t, err)
		same(t, "current", c, checklist.Current{Submission: w})
		must(t, ledger.Record(t.Context(), l, submission("S-0001", 1, checklist.Accepted, noon.Add(-time.Hour))))
		c, err = l.Current(t.Context(), edition, "S-0001")
		must(t, err)
		same(t, "current", c, checklist.Current{Submission: w, FirstReceived: noon.Add(-time.Hour)})
	},
	"a firm's mark is the same as long as its submissions are": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		same(t, "no marks", len(all(t, l.Marks(ctx, edition))), 0)
		for _, f := range []checklist.FirmID{"S-0002", "S-0001", "S-00011"} {
			must(t, ledger.Record(ctx, l, submission(f, 1, checklist.Returned, noon)))
		}
		elsewhere := submission("S-0009", 1, checklist.Accepted, noon)
		elsewhere.Edition = other
		must(t, ledger.Record(ctx, l, elsewhere))
		before := all(t, l.Marks(ctx, edition))
		must(t, ledger.Record(ctx, l, submission("S-0002", 1, checklist.Returned, noon)))
		same(t, "marks after a repeat", all(t, l.Marks(ctx, edition)), before)
		must(t, ledger.Record(ctx, l, submission("S-0002", 2, checklist.Accepted, noon)))
		after := all(t, l.Marks(ctx, edition))
		var firms []checklist.FirmID
		for i, m := range after {
			firms = append(firms, m.Firm)
			if changed := m.Firm == "S-0002"; changed == (m == before[i]) {
				t.Errorf("%s: %v, before %v", m.Firm, m, before[i])
			}
		}
		var listed []checklist.FirmID
		for s, err := range l.AllSubmissions(ctx, edition) {
			must(t, err)
			if len(listed) == 0 || listed[len(listed)-1] != s.Firm {
				listed = append(listed, s.Firm)
			}
		}
		same(t, "firms", firms, listed)
	},
	"callers and ledger share no memory": func(t *testing.T, l Ledger) {
		s := submission("S-0001", 1, checklist.Accepted, noon)
		s.Faults = []checklist.Fault{{Code: "W301", Severity: checklist.Confirm}}
		must(t, ledger.Record(t.Context(), l, s))
		s.Answers[checklist.Ref{Question: "policy"}] = checklist.Answer{Choice: "none"}
		s.Faults[0].Code = "changed"
		for range 2 {
			c, err := l.Current(t.Context(), edition, "S-0001")
			must(t, err)
			got, err := l.Submission(t.Context(), edition, "S-0001", 1)
			must(t, err)
			for _, g := range []checklist.Submission{c.Submission, got} {
				same(t, "answer", g.Answers[checklist.Ref{Question: "policy"}].Choice, checklist.ChoiceID("documented"))
				same(t, "fault", g.Faults[0].Code, checklist.FaultCode("W301"))
				clear(g.Answers)
				g.Faults[0].Code = "changed"
			}
		}
	},
	"times are kept and come back in UTC": func(t *testing.T, l Ledger) {
		at := noon.In(time.FixedZone("JST", 9*60*60))
		must(t, ledger.Record(t.Context(), l, submission("S-0001", 1, checklist.Accepted, at)))
		must(t, ledger.Record(t.Context(), l, submission("S-0001", 1, checklist.Accepted, at))) // a zone is no other content
		got, err := l.Submission(t.Context(), edition, "S-0001", 1)
		must(t, err)
		if !got.ReceivedAt.Equal(noon) || got.ReceivedAt.Location() != time.UTC {
			t.Fatalf("got %v, want %v", got.ReceivedAt, noon)
		}
	},
	"reasons for warnings are kept": func(t *testing.T, l Ledger) {
		s := submission("S-0001", 1, checklist.Accepted, noon)
		s.Confirmations = []checklist.Confirmation{{Code: "C005", Reason: "略称で記入"}, {Code: "W301", Ref: checklist.Ref{Question: "staff"}, Rule: "many", Reason: "統合\nのため"}}
		must(t, ledger.Record(t.Context(), l, s))
		c, err := l.Current(t.Context(), edition, "S-0001")
		must(t, err)
		got, err := l.Submission(t.Context(), edition, "S-0001", 1)
		must(t, err)
		same(t, "current", c.Submission, s)
		same(t, "submission", got, s)
	},
	"nil and empty answers stay apart": func(t *testing.T, l Ledger) {
		for i, a := range []checklist.Answers{nil, {}, {{Question: "staff"}: {}}} {
			s := submission("S-0001", checklist.TicketNumber(i+1), checklist.Accepted, noon)
			s.Answers = a
			must(t, l.PutSubmission(t.Context(), s))
			got, err := l.Submission(t.Context(), edition, "S-0001", s.Ticket)
			must(t, err)
			same(t, "answers", got.Answers, a)
		}
	},
	"what would not read back the same is refused whole": func(t *testing.T, l Ledger) {
		for name, spoil := range map[string]func(*checklist.Submission){
			"not UTF-8": func(s *checklist.Submission) { s.Cover.FirmName = "\x82\xa0" },
			"no date":   func(s *checklist.Submission) { s.Cover.ApprovedOn = checklist.Date{Year: 2023, Month: 2, Day: 30} },
			"no ref": func(s *checklist.Submission) {
				s.Answers[checklist.Ref{Question: "q", Stage: "s"}] = checklist.Answer{}
			},
			"no firm":    func(s *checklist.Submission) { s.Firm = "S#1" },
			"no ticket":  func(s *checklist.Submission) { s.Ticket = 0 },
			"no edition": func(s *checklist.Submission) { s.Edition = "2023-securities#x" },
		} {
			s := submission("S-0001", 1, checklist.Accepted, noon)
			spoil(&s)
			if err := ledger.Record(t.Context(), l, s); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		same(t, "submissions", len(all(t, l.AllSubmissions(t.Context(), edition))), 0)
		same(t, "currents", len(all(t, l.Currents(t.Context(), edition))), 0)
	},
	"more than the largest is an error that says so, and nothing is kept": func(t *testing.T, l Ledger) {
		s := largest(t, l)
		s.Faults[0].Found += "x"
		want(t, ledger.Record(t.Context(), l, s), ledger.ErrTooLarge)
		s.Faults[0].Found += strings.Repeat("x", 5<<10)
		want(t, l.UpdateCurrent(t.Context(), s), ledger.ErrTooLarge)
		_, err := l.Submission(t.Context(), edition, s.Firm, s.Ticket)
		want(t, err, ledger.ErrNotFound)
	},
	"a cancelled context is the error, and nothing is written": cancelled,
	"tickets count from one, and the same unused file gets the same": func(t *testing.T, l Ledger) {
		a := ledger.Ticket{Edition: edition, Firm: "S-0001", SHA256: "aa", Size: 10, Channel: checklist.Upload, IssuedAt: noon, Number: 99}
		first, err := l.IssueTicket(t.Context(), a)
		must(t, err)
		a.Number = 1
		same(t, "first", first, a)
		later := a
		later.IssuedAt = noon.Add(time.Minute)
		again, err := l.IssueTicket(t.Context(), later)
		must(t, err)
		same(t, "again", again, a)
		number := func(change func(*ledger.Ticket)) checklist.TicketNumber {
			x := later
			change(&x)
			got, err := l.IssueTicket(t.Context(), x)
			must(t, err)
			stored, err := l.Ticket(t.Context(), got.Edition, got.Firm, got.Number)
			must(t, err)
			same(t, "stored", stored, got)
			return got.Number
		}
		same(t, "other bytes", number(func(x *ledger.Ticket) { x.SHA256 = "bb" }), checklist.TicketNumber(2))
		same(t, "other size", number(func(x *ledger.Ticket) { x.Size = 11 }), checklist.TicketNumber(3))
		same(t, "other channel", number(func(x *ledger.Ticket) { x.Channel = checklist.OnBehalf }), checklist.TicketNumber(4))
		same(t, "other firm", number(func(x *ledger.Ticket) { x.Firm = "S-0002" }), checklist.TicketNumber(1))
		same(t, "other edition", number(func(x *ledger.Ticket) { x.Edition = other }), checklist.TicketNumber(1))
		same(t, "the first again", number(func(*ledger.Ticket) {}), checklist.TicketNumber(1))
		must(t, ledger.Record(t.Context(), l, submission("S-0001", 1, checklist.Returned, noon)))
		same(t, "the same file after its use", number(func(*ledger.Ticket) {}), checklist.TicketNumber(5))
		same(t, "and again", number(func(*ledger.Ticket) {}), checklist.TicketNumber(5))
	},
}

var sizeBehaviours = map[string]func(*testing.T, Ledger){
	"the largest submission fits, as current too": func(t *testing.T, l Ledger) {
		s := largest(t, l)
		must(t, ledger.Record(t.Context(), l, s))
		c, err := l.Current(t.Context(), edition, s.Firm)
		must(t, err)
		same(t, "current", c.Submission, s)
	},
}

// largest returns a submission of ledger.MaxSubmission bytes, found by trying, that is not recorded yet.
func largest(t *testing.T, l Ledger) checklist.Submission {
	t.Helper()
	of := func(ticket checklist.TicketNumber, length int) checklist.Submission {
		s := submission("S-0001", ticket, checklist.Accepted, noon)
		s.Faults = []checklist.Fault{{Code: "E101", Severity: checklist.Mend, Found: strings.Repeat("x", length)}}
		return s
	}
	ticket := checklist.TicketNumber(100) // always three digits, so that only the length counts
	ok, bad := 0, ledger.MaxSubmission
	for ; ok+1 < bad; ticket++ {
		mid := (ok + bad) / 2
		err := l.PutSubmission(t.Context(), of(ticket, mid))
		switch {
		case err == nil:
			ok = mid
		case errors.Is(err, ledger.ErrTooLarge):
			bad = mid
		default:
			t.Fatal(err)
		}
	}
	return of(ticket, ok)
}

func absent(t *testing.T, l Ledger) {
	ctx := t.Context()
	_, err := l.Ticket(ctx, edition, "S-0001", 1)
	want(t, err, ledger.ErrNotFound)
	_, err = l.Submission(ctx, edition, "S-0001", 1)
	want(t, err, ledger.ErrNotFound)
	_, err = l.Current(ctx, edition, "S-0001")
	want(t, err, ledger.ErrNotFound)
	_, err = l.Current(ctx, "", "")
	want(t, err, ledger.ErrNotFound)
	_, err = l.Round(ctx, edition)
	want(t, err, ledger.ErrNotFound)
	_, err = l.Run(ctx, edition, "r")
	want(t, err, ledger.ErrNotFound)
	_, err = l.Release(ctx, edition, "r")
	want(t, err, ledger.ErrNotFound)
	_, err = l.Register(ctx)
	want(t, err, ledger.ErrNotFound)
	_, err = l.RegisterOf(ctx, "S-0001")
	want(t, err, ledger.ErrNotFound)
	_, err = l.Firms(ctx)
	want(t, err, ledger.ErrNotFound)
	must(t, l.EraseContacts(ctx, "S-0001"))
	subs, err := l.Submissions(ctx, edition, "S-0001")
	must(t, err)
	rounds, err := l.Rounds(ctx)
	must(t, err)
	runs, err := l.Runs(ctx, edition)
	must(t, err)
	releases, err := l.Releases(ctx, edition)
	must(t, err)
	letters, err := l.Letters(ctx, edition)
	must(t, err)
	if n := len(subs) + len(rounds) + len(runs) + len(releases) + len(letters); n != 0 {
		t.Fatalf("%d entries in an empty ledger", n)
	}
	same(t, "submissions", len(all(t, l.AllSubmissions(ctx, edition))), 0)
	same(t, "currents", len(all(t, l.Currents(ctx, edition))), 0)
}

func everyField(t *testing.T, l Ledger) {
	ctx := t.Context()
	s := full[checklist.Submission](t)
	s.Status = checklist.Accepted
	must(t, ledger.Record(ctx, l, s))
	got, err := l.Submission(ctx, s.Edition, s.Firm, s.Ticket)
	must(t, err)
	same(t, "submission", got, s)
	ofFirm, err := l.Submissions(ctx, s.Edition, s.Firm)
	must(t, err)
	same(t, "submissions", ofFirm, []checklist.Submission{s})
	same(t, "all submissions", all(t, l.AllSubmissions(ctx, s.Edition)), []checklist.Submission{s})
	c := checklist.Current{Submission: s, FirstReceived: s.ReceivedAt}
	gotC, err := l.Current(ctx, s.Edition, s.Firm)
	must(t, err)
	same(t, "current", gotC, c)
	same(t, "currents", all(t, l.Currents(ctx, s.Edition)), []checklist.Current{c})
	tk := full[ledger.Ticket](t)
	tk.Number = 1
	gotT, err := l.IssueTicket(ctx, tk)
	must(t, err)
	same(t, "issued ticket", gotT, tk)
	gotT, err = l.Ticket(ctx, tk.Edition, tk.Firm, 1)
	must(t, err)
	same(t, "ticket", gotT, tk)
}

func recordTwice(t *testing.T, l Ledger) {
	s := submission("S-0001", 1, checklist.Accepted, noon)
	for range 2 {
		must(t, ledger.Record(t.Context(), l, s))
		subs, err := l.Submissions(t.Context(), edition, "S-0001")
		must(t, err)
		same(t, "submissions", subs, []checklist.Submission{s})
		same(t, "currents", all(t, l.Currents(t.Context(), edition)), []checklist.Current{{Submission: s, FirstReceived: noon}})
	}
}

func cancelled(t *testing.T, l Ledger) {
	s := submission("S-0001", 1, checklist.Accepted, noon)
	must(t, l.OpenRound(t.Context(), round()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := func(_ any, err error) error { return err }
	last := func(seq func(func(checklist.Submission, error) bool)) error {
		var last error
		seq(func(_ checklist.Submission, err error) bool { last = err; return true })
		return last
	}
	calls := []error{
		l.PutSubmission(ctx, s), l.UpdateCurrent(ctx, s),
		e(l.IssueTicket(ctx, ledger.Ticket{Edition: edition, Firm: "S-0001"})), e(l.Ticket(ctx, edition, "S-0001", 1)),
		e(l.Submission(ctx, edition, "S-0001", 1)), e(l.Submissions(ctx, edition, "S-0001")), last(l.AllSubmissions(ctx, edition)),
		e(l.Current(ctx, edition, "S-0001")),
		l.OpenRound(ctx, round()), l.AdvanceRound(ctx, round()), e(l.Round(ctx, edition)), e(l.Rounds(ctx)), l.Seal(ctx, edition),
		l.StartRun(ctx, run("r1", noon)), l.RenewRun(ctx, run("r1", noon), noon), l.FinishRun(ctx, finished(run("r1", noon))), e(l.Run(ctx, edition, "r1")), e(l.Runs(ctx, edition)),
		l.ProposeRelease(ctx, ledger.Release{Edition: edition, Run: "r1", ProposedBy: "a"}), l.ApproveRelease(ctx, edition, "r1", "b", noon),
		e(l.Release(ctx, edition, "r1")), e(l.Releases(ctx, edition)),
		e(l.ClaimLetter(ctx, letter("a", noon), noon)), l.SettleLetter(ctx, settled(letter("a", noon))), e(l.Letters(ctx, edition)),
		l.PutRegister(ctx, register.Register{}), e(l.Register(ctx)), e(l.RegisterOf(ctx, "S-0001")), e(l.Firms(ctx)), l.EraseContacts(ctx, "S-0001"),
	}
	for i, err := range calls {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("call %d: got %v, want context.Canceled", i, err)
		}
	}
	for _, err := range l.Currents(ctx, edition) {
		want(t, err, context.Canceled)
	}
	same(t, "submissions", len(all(t, l.AllSubmissions(t.Context(), edition))), 0)
	same(t, "currents", len(all(t, l.Currents(t.Context(), edition))), 0)
}

var orderBehaviours = map[string]func(*testing.T, Ledger){
	"iteration goes by firm id, each firm's oldest first": func(t *testing.T, l Ledger) {
		for _, s := range []checklist.Submission{
			submission("SA-0001", 1, checklist.Accepted, noon),
			submission("S-0010", 3, checklist.Accepted, noon.Add(-time.Hour)), // a later ticket, used earlier
			submission("S-0010", 2, checklist.Accepted, noon),
			submission("S-0010", 1, checklist.Accepted, noon), // the same second: the ticket decides
			submission("S-00100", 1, checklist.Accepted, noon),
			submission("S-0002", 11, checklist.Accepted, noon.Add(time.Hour)),
			submission("S-0002", 9, checklist.Returned, noon),
		} {
			must(t, ledger.Record(t.Context(), l, s))
		}
		foreign := submission("S-0001", 1, checklist.Accepted, noon)
		foreign.Edition = other
		must(t, ledger.Record(t.Context(), l, foreign))

		var got []string
		for _, s := range all(t, l.AllSubmissions(t.Context(), edition)) {
			got = append(got, fmt.Sprint(s.Firm, " ", s.Ticket))
		}
		same(t, "all submissions", got, []string{"S-0002 9", "S-0002 11", "S-0010 3", "S-0010 1", "S-0010 2", "S-00100 1", "SA-0001 1"})
		got = nil
		ofFirm, err := l.Submissions(t.Context(), edition, "S-0010")
		must(t, err)
		for _, s := range ofFirm {
			got = append(got, fmt.Sprint(s.Ticket))
		}
		same(t, "submissions", got, []string{"3", "1", "2"})
		got = nil
		for _, c := range all(t, l.Currents(t.Context(), edition)) {
			got = append(got, fmt.Sprint(c.Submission.Firm, " ", c.Submission.Ticket))
		}
		same(t, "currents", got, []string{"S-0002 11", "S-0010 2", "S-00100 1", "SA-0001 1"})
	},
	"a sector of many pages comes whole, and may be written to meanwhile": func(t *testing.T, l Ledger) {
		var firms, got []checklist.FirmID
		for i := range 230 {
			s := submission(checklist.FirmID(fmt.Sprintf("S-%04d", i)), 1, checklist.Accepted, noon)
			s.Answers[checklist.Ref{Question: "remarks"}] = checklist.Answer{Text: strings.Repeat("備考", 1000)} // 6 KB: more than 1 MB in all
			must(t, l.PutSubmission(t.Context(), s))
			must(t, l.UpdateCurrent(t.Context(), s))
			firms = append(firms, s.Firm)
		}
		for c, err := range l.Currents(t.Context(), edition) {
			must(t, err)
			got = append(got, c.Submission.Firm)
			must(t, l.UpdateCurrent(t.Context(), submission(c.Submission.Firm, 2, checklist.Returned, noon.Add(-time.Hour))))
		}
		same(t, "firms of currents", got, firms)
		got = nil
		for _, s := range all(t, l.AllSubmissions(t.Context(), edition)) {
			got = append(got, s.Firm)
		}
		same(t, "firms of submissions", got, firms)
		got = nil
		for c, err := range l.Currents(t.Context(), edition) { // whoever iterates may stop
			must(t, err)
			if got = append(got, c.Submission.Firm); len(got) == 3 {
				break
			}
		}
		same(t, "the first three", got, slices.Clone(firms[:3]))
	},
	"any order of arrival, with repeats, ends the same": shuffled,
	"killed between any two writes, recording again heals": func(t *testing.T, l Ledger) {
		n := 0
		for _, status := range []checklist.Status{checklist.Accepted, checklist.Returned, checklist.Withdrawn} {
			for at := range 2 {
				for _, persisted := range []bool{false, true} {
					n++
					firm := checklist.FirmID(fmt.Sprintf("S-%04d", n))
					older := submission(firm, 1, checklist.Accepted, noon)
					must(t, ledger.Record(t.Context(), l, older))
					s := submission(firm, 2, status, noon.Add(time.Hour))
					if err := ledger.Record(t.Context(), &killer{Ledger: l, at: at, persisted: persisted}, s); !errors.Is(err, errKilled) {
						t.Fatalf("%s at write %d: %v, want the kill", status, at, err)
					}
					must(t, ledger.Record(t.Context(), l, s))
					subs, err := l.Submissions(t.Context(), edition, firm)
					must(t, err)
					same(t, "submissions", subs, []checklist.Submission{older, s})
					c, err := l.Current(t.Context(), edition, firm)
					must(t, err)
					want := checklist.Current{Submission: s, FirstReceived: noon}
					if status == checklist.Returned {
						want.Submission = older
					}
					same(t, fmt.Sprintf("current after %s killed at write %d (persisted %t)", status, at, persisted), c, want)
				}
			}
		}
	},
}

var errKilled = errors.New("killed")

// A killer fails at one write: before it is persisted, or after.
type killer struct {
	Ledger
	at        int
	persisted bool
}

func (k *killer) write(do func() error) error {
	k.at--
	if k.at >= 0 {
		return do()
	}
	if k.persisted {
		if err := do(); err != nil {
			return err
		}
	}
	return errKilled
}

func (k *killer) PutSubmission(ctx context.Context, s checklist.Submission) error {
	return k.write(func() error { return k.Ledger.PutSubmission(ctx, s) })
}

func (k *killer) UpdateCurrent(ctx context.Context, s checklist.Submission) error {
	return k.write(func() error { return k.Ledger.UpdateCurrent(ctx, s) })
}
