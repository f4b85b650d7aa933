package checklist

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAReferenceReadsBackAsItIsWritten(t *testing.T) {
	id := rapid.StringMatching(`[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}`)
	rapid.Check(t, func(t *rapid.T) {
		r := Ref{Question: QuestionID(id.Draw(t, "question"))}
		if parts := rapid.IntRange(1, 3).Draw(t, "parts"); parts > 1 {
			r.Item = ItemID(id.Draw(t, "item"))
			if parts > 2 {
				r.Stage = StageID(id.Draw(t, "stage"))
			}
		}
		if got, err := ParseRef(r.String()); err != nil || got != r {
			t.Fatalf("%v, %v, want %v", got, err, r)
		}
	})
	for _, s := range []string{"", ".", "a.", ".a", "a..b", "a.b.c.d", "A", "a b", "a_b", "a-", "あ"} {
		if r, err := ParseRef(s); err == nil {
			t.Errorf("%q is read as %v", s, r)
		}
	}
}

func TestIDsHaveAForm(t *testing.T) {
	for s, want := range map[string]bool{"S-0137": true, "ABCD-12345678": true, "s-0137": false, "S-137": false, "S0137": false, "S-0137 ": false, "S-0137\n": false, "Ｓ-0137": false, "../S-0137": false, "": false} {
		if _, err := ParseFirmID(s); (err == nil) != want {
			t.Errorf("firm %q: %v", s, err)
		}
	}
	for s, want := range map[string]bool{"2023-securities": true, "2023-regional-banks": true, "23-securities": false, "2023": false, "2023-": false, "2023-Securities": false, "2023-a/b": false,
		"2023-" + strings.Repeat("a", 60): false} {
		if _, err := ParseEditionID(s); (err == nil) != want {
			t.Errorf("edition %q: %v", s, err)
		}
	}
}

func TestReferencesAreOrderedByTheirIDs(t *testing.T) {
	sorted := []Ref{{"a", "", ""}, {"a", "b", ""}, {"a", "b", "a"}, {"a", "c", ""}, {"b", "", ""}}
	for i := range sorted {
		for j := range sorted {
			if got := CompareRefs(sorted[i], sorted[j]); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%v and %v: %d", sorted[i], sorted[j], got)
			}
		}
	}
}

func TestDates(t *testing.T) {
	d, err := ParseDate("2023-06-30")
	if err != nil || d != (Date{2023, 6, 30}) || d.String() != "2023-06-30" {
		t.Errorf("%v, %v", d, err)
	}
	for _, s := range []string{"", "2023-6-30", "2023/06/30", "2023-06-31", "30.6.2023"} {
		if d, err := ParseDate(s); err == nil {
			t.Errorf("%q is read as %v", s, d)
		}
	}
	days := []Date{{}, {2022, 12, 31}, {2023, 6, 29}, {2023, 6, 30}, {2023, 7, 1}}
	for i := range days {
		for j := range days {
			if days[i].Before(days[j]) != (i < j) {
				t.Errorf("%v before %v", days[i], days[j])
			}
		}
	}
	tokyo := time.FixedZone("JST", 9*60*60)
	if got, want := d.Start(tokyo), time.Date(2023, 6, 29, 15, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("the day starts at %v, want %v", got, want)
	}
	// The same instant is another day elsewhere.
	if got := DateOf(time.Date(2023, 6, 30, 15, 0, 0, 0, time.UTC).In(tokyo)); got != (Date{2023, 7, 1}) {
		t.Errorf("%v", got)
	}
}

func TestTheOlderSubmissionIsTheOneReceivedEarlierThenOfTheLowerTicket(t *testing.T) {
	at := time.Date(2023, 8, 1, 3, 0, 0, 0, time.UTC)
	first, second, later := Submission{ReceivedAt: at, Ticket: 2}, Submission{ReceivedAt: at, Ticket: 3}, Submission{ReceivedAt: at.Add(time.Second), Ticket: 1}
	order := []*Submission{&first, &second, &later}
	for i, s := range order {
		for j, other := range order {
			if s.Older(other) != (i < j) {
				t.Errorf("%d older than %d", i, j)
			}
		}
	}
}

// Whatever the order in which a firm's submissions become known, and however often, it stands where they put it.
func TestWhereAFirmStands(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2023, 8, 1, hour, 0, 0, 0, time.UTC) }
	of := func(n TicketNumber, s Status, hour int) Submission {
		return Submission{Edition: "2023-securities", Firm: "S-0001", Ticket: n, Status: s, ReceivedAt: at(hour)}
	}
	for story, c := range map[string]struct {
		versions []Submission
		counts   TicketNumber
		first    time.Time
	}{
		"nothing":                             {nil, 0, time.Time{}},
		"returned":                            {[]Submission{of(1, Returned, 9)}, 0, at(9)},
		"mended":                              {[]Submission{of(1, Returned, 9), of(2, Accepted, 10)}, 2, at(9)},
		"a bad correction leaves the answers": {[]Submission{of(1, Accepted, 9), of(2, Returned, 10)}, 1, at(9)},
		"corrected":                           {[]Submission{of(1, Accepted, 9), of(2, Accepted, 10)}, 2, at(9)},
		"a later ticket used earlier":         {[]Submission{of(1, Accepted, 10), of(2, Accepted, 9)}, 1, at(9)},
		"two within a second":                 {[]Submission{of(1, Accepted, 9), of(2, Accepted, 9)}, 2, at(9)},
		"a lone withdrawal is no upload":      {[]Submission{of(1, Withdrawn, 9)}, 1, time.Time{}},
		"withdrawn and sent again":            {[]Submission{of(1, Accepted, 9), of(2, Withdrawn, 10), of(3, Accepted, 11)}, 3, at(9)},
	} {
		for n := range 6 { // all orders of up to three
			told := slices.Clone(c.versions)
			for i := len(told); i > 1; i-- {
				told[i-1], told[n%i] = told[n%i], told[i-1]
			}
			got := Stand(append(told, told...))
			if got.Submission.Ticket != c.counts || !got.FirstReceived.Equal(c.first) {
				t.Errorf("%s: version %d counts and the first came %s; want %d and %s", story, got.Submission.Ticket, got.FirstReceived, c.counts, c.first)
			}
			if len(told) > 0 && (got.Submission.Firm != "S-0001" || got.Submission.Edition != "2023-securities") {
				t.Errorf("%s: it names no firm: %+v", story, got.Submission)
			}
		}
	}
}
