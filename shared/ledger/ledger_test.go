package ledger_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

var noon = time.Date(2023, 8, 10, 12, 0, 0, 0, time.UTC)

func TestTakes(t *testing.T) {
	open := ledger.Round{State: ledger.Open, OpenedAt: noon, Deadline: noon.Add(2 * time.Hour), Closing: noon.Add(4 * time.Hour)}
	closed := open
	closed.State, closed.ClosedAt = ledger.Closed, open.Closing
	early := closed
	early.ClosedAt = noon.Add(3 * time.Hour)
	frozen := closed
	frozen.State = ledger.Frozen
	for name, c := range map[string]struct {
		round ledger.Round
		at    time.Duration
		want  bool
	}{
		"a moment before it opens":                       {open, -1, false},
		"the moment it opens":                            {open, 0, true},
		"after the deadline":                             {open, 3 * time.Hour, true},
		"a moment before the doors close":                {open, 4*time.Hour - 1, true},
		"the moment the doors close":                     {open, 4 * time.Hour, false},
		"in time, told after the doors closed":           {closed, time.Hour, true},
		"closed, at the closing":                         {closed, 4 * time.Hour, false},
		"closed by hand before the closing, and then":    {early, 3*time.Hour + 1, false},
		"closed by hand before the closing, but earlier": {early, 3*time.Hour - 1, true},
		"frozen: nothing enters, whenever it came":       {frozen, time.Hour, false},
	} {
		if got := c.round.Takes(noon.Add(c.at)); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestLate(t *testing.T) {
	r := ledger.Round{Deadline: noon}
	for at, want := range map[time.Duration]bool{-1: false, 0: false, 1: true} {
		if got := r.Late(noon.Add(at)); got != want {
			t.Errorf("first upload %v after the deadline: late %t", at, got)
		}
	}
	if r.Late(noon.In(time.FixedZone("JST", 9*60*60))) {
		t.Error("late by its zone")
	}
}

func TestLetterKey(t *testing.T) {
	for want, k := range map[string]ledger.LetterKey{
		"2023-securities-S-0137-accepted-2":                         {Edition: "2023-securities", Firm: "S-0137", Kind: "accepted", Subject: "2"},
		"2023-securities-office-stray-a%2Fb+c":                      {Edition: "2023-securities", Kind: "stray", Subject: "a/b c"},
		"2023-securities-office-stray-..%2F..%2Fetc":                {Edition: "2023-securities", Kind: "stray", Subject: "../../etc"},
		"2023-securities-S-0137-feedback-20231101T020000Z-freeze":   {Edition: "2023-securities", Firm: "S-0137", Kind: "feedback", Subject: "20231101T020000Z-freeze"},
		"2023-securities-S-0137-reminder-%E7%9D%A3%E4%BF%831%3A%5C": {Edition: "2023-securities", Firm: "S-0137", Kind: "reminder", Subject: `督促1:\`},
	} {
		if got := k.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A scribe notes the writes in their order, and fails at one of them.
type scribe struct {
	wrote []string
	fail  string
}

var errDisk = errors.New("disk")

func (s *scribe) write(what string) error {
	s.wrote = append(s.wrote, what)
	if what == s.fail {
		return errDisk
	}
	return nil
}

func (s *scribe) PutSubmission(context.Context, checklist.Submission) error { return s.write("put") }

func (s *scribe) UpdateCurrent(context.Context, checklist.Submission) error {
	return s.write("current")
}

func TestRecordWritesInTheOrderThatHeals(t *testing.T) {
	for name, c := range map[string]struct {
		fail string
		want []string
	}{
		"both":                            {"", []string{"put", "current"}},
		"nothing after a write that fell": {"put", []string{"put"}},
		"the last one's failure is told":  {"current", []string{"put", "current"}},
	} {
		s := &scribe{fail: c.fail}
		err := ledger.Record(t.Context(), s, checklist.Submission{Status: checklist.Returned, ReceivedAt: noon})
		if (c.fail != "") != errors.Is(err, errDisk) || !slices.Equal(s.wrote, c.want) {
			t.Errorf("%s: wrote %v, error %v", name, s.wrote, err)
		}
	}
}
