package invite_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"cssa/events"
	"cssa/functions/invite"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

const following = checklist.EditionID("2024-securities")

// lastAnswer is a firm's answers; the number tells firms apart.
func lastAnswer(n int64) checklist.Answers {
	return checklist.Answers{{Question: "headcount"}: {Number: n}, {Question: "policy"}: {Choice: "internal"}, {Question: "terminal", Item: "edr"}: {Choice: "yes"}}
}

// succession is a room whose register a year on has a firm that stayed, one that took another over, one that took over two,
// a new name for an old one, and an entrant; and their answers of the year before.
func succession(t *testing.T) *room {
	t.Helper()
	r := newRoom(t)
	r.open(t)
	long, spring, summer := checklist.Date{Year: 2010, Month: 4, Day: 1}, checklist.Date{Year: 2024, Month: 3, Day: 31}, checklist.Date{Year: 2024, Month: 4, Day: 1}
	firm := func(id, successor checklist.FirmID, from, to checklist.Date) register.Firm {
		return register.Firm{ID: id, RegistrationNumber: string(id), Name: checklist.Text{JA: "架空証券", EN: "Invented"}, Sector: "securities",
			PeerGroup: "regional", SizeBand: "small", Successor: successor, ValidFrom: from, ValidTo: to}
	}
	none := checklist.Date{}
	must(t, r.ledger.PutRegister(t.Context(), register.Register{Firms: []register.Firm{
		firm("S-0001", "", long, none), firm("S-0002", "S-0001", long, spring), // S-0001 took S-0002 over
		firm("S-0003", "S-0004", long, spring), firm("S-0004", "", summer, none), // S-0003 is S-0004 now
		firm("S-0005", "S-0007", long, spring), firm("S-0006", "S-0007", long, spring), firm("S-0007", "", summer, none), // two became a third
		firm("S-0008", "", summer, none),
		firm("S-0009", "", long, none), firm("S-0010", "", long, none), firm("S-0011", "", long, none),
	}}))
	submit := func(f checklist.FirmID, n int64, change func(*checklist.Submission)) {
		s := checklist.Submission{Edition: edition, Firm: f, Ticket: 1, Status: checklist.Accepted, ReceivedAt: r.now, Channel: checklist.Upload,
			Definition: r.ed.Checksum, Answers: lastAnswer(n)}
		if change != nil {
			change(&s)
		}
		must(t, ledger.Record(t.Context(), r.ledger, s))
	}
	for i, f := range []checklist.FirmID{"S-0001", "S-0002", "S-0003", "S-0005", "S-0006"} {
		submit(f, int64(i+1), nil)
	}
	submit("S-0009", 9, func(s *checklist.Submission) { s.Status, s.Answers = checklist.Returned, nil })
	submit("S-0010", 10, nil)
	submit("S-0010", 10, func(s *checklist.Submission) {
		s.Ticket, s.Status, s.Answers, s.ReceivedAt = 2, checklist.Withdrawn, nil, r.now.Add(time.Hour)
	})
	submit("S-0011", 11, func(s *checklist.Submission) { s.Definition = "another" })
	return r
}

func TestEveryFirmGoesOnFromItsOwnAnswers(t *testing.T) {
	r := succession(t)
	ed, err := r.Editions.Edition(t.Context(), following)
	must(t, err)
	for firm, want := range map[checklist.FirmID]struct {
		from      checklist.FirmID
		headcount int64
	}{
		"S-0001": {"S-0001", 1}, // its own, not those of the firm it took over
		"S-0004": {"S-0003", 3}, // of the one firm it came from
		"S-0007": {"", 0},       // of two: neither
		"S-0008": {"", 0},       // an entrant
		"S-0009": {"", 0},       // was returned
		"S-0010": {"", 0},       // withdrew
		"S-0011": {"", 0},       // answered another definition
	} {
		body, from, err := r.Checklist(t.Context(), following, firm, false)
		must(t, err)
		got := workbook.Read(bytes.NewReader(body), int64(len(body)), ed, workbook.Identity{Firm: firm})
		if from != want.from || got.Answers[checklist.Ref{Question: "headcount"}].Number != want.headcount || got.Identity.Firm != firm {
			t.Errorf("%s: from %q, headcount %d, want %+v", firm, from, got.Answers[checklist.Ref{Question: "headcount"}].Number, want)
		}
		if _, widened := got.Answers[checklist.Ref{Question: "terminal", Item: "edr"}]; widened {
			t.Errorf("%s: the answer to a question that was widened is carried", firm)
		}
		if asked := has(got.Faults, checklist.CodeNotConfirmed); asked != (from != "") {
			t.Errorf("%s: asked to confirm: %v", firm, asked)
		}
	}
	if _, _, err := r.Checklist(t.Context(), following, "S-0002", false); !errors.Is(err, register.ErrUnknownFirm) {
		t.Errorf("a firm that is gone: %v", err)
	}
	body, from, err := r.Checklist(t.Context(), edition, "S-0001", false)
	must(t, err)
	if from != "" || len(body) == 0 {
		t.Errorf("an edition that follows none is prefilled from %q", from)
	}
}

func has(faults []checklist.Fault, code checklist.FaultCode) bool {
	for _, f := range faults {
		if f.Code == code {
			return true
		}
	}
	return false
}

func TestTheInvitationCarriesThePrefilledWorkbook(t *testing.T) {
	r := succession(t)
	_, err := r.Open(t.Context(), r.ledger, following, invite.Schedule{})
	must(t, err)
	n, err := r.Invite(t.Context(), following, nil)
	must(t, err)
	if n != 7 || len(r.told) != 7 {
		t.Fatalf("%d invited, %d told, want the 7 firms of the reference date", n, len(r.told))
	}
	for _, e := range r.told {
		ev := e.(events.Invited)
		kept, _, err := r.kept.Get(t.Context(), ev.Workbook, "", 1<<20)
		must(t, err)
		want, _, err := r.Checklist(t.Context(), following, ev.Firm, false)
		must(t, err)
		if !bytes.Equal(kept, want) {
			t.Errorf("%s was sent another workbook than Checklist makes", ev.Firm)
		}
	}
}

// broken cannot read where a firm stands.
type broken struct{ invite.Ledger }

func (broken) Current(context.Context, checklist.EditionID, checklist.FirmID) (checklist.Current, error) {
	return checklist.Current{}, errors.New("the ledger is away")
}

func TestNobodyGetsABlankWorkbookBecauseTheLedgerIsAway(t *testing.T) {
	r := succession(t)
	_, err := r.Open(t.Context(), r.ledger, following, invite.Schedule{})
	must(t, err)
	r.Ledger = broken{r.ledger}
	if _, err := r.Invite(t.Context(), following, nil); err == nil || len(r.told) != 0 {
		t.Errorf("%v, %d told", err, len(r.told))
	}
}
