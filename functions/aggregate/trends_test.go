package aggregate_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

// A year on: the round of 2023 is frozen, that of 2024 is open, S-0001 was taken over by S-0011.
func (r *room) aYearOn(t *testing.T) *checklist.Edition {
	t.Helper()
	next, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), "2024-securities")
	must(t, err)
	reg, err := r.ledger.Register(t.Context())
	must(t, err)
	reg.Firms[0].ValidTo, reg.Firms[0].Successor = checklist.Date{Year: 2024, Month: 1, Day: 31}, firm(11)
	reg.Firms[1].SizeBand = "large" // which it was not in the frozen run
	reg.Firms = append(reg.Firms, register.Firm{ID: firm(11), RegistrationNumber: "11", Name: checklist.Text{JA: "架空", EN: "Invented"},
		Sector: "securities", PeerGroup: "regional", SizeBand: "small", ValidFrom: checklist.Date{Year: 2024, Month: 2, Day: 1}})
	must(t, r.ledger.PutRegister(t.Context(), reg))
	r.now = next.Opens.Add(time.Hour).UTC()
	must(t, r.ledger.OpenRound(t.Context(), ledger.Round{Edition: next.ID, State: ledger.Open, Checksum: next.Checksum,
		OpenedAt: next.Opens.UTC(), Deadline: next.Deadline.UTC(), Closing: next.Closing.UTC()}))
	for i, policy := range map[int]checklist.ChoiceID{11: "published", 2: "published", 3: "none", 9: "planned"} {
		must(t, ledger.Record(t.Context(), r.ledger, checklist.Submission{Edition: next.ID, Firm: firm(i), Ticket: 1, Status: checklist.Accepted,
			ReceivedAt: r.now, Channel: checklist.Upload, Definition: next.Checksum, Answers: checklist.Answers{{Question: "policy"}: {Choice: policy}}}))
	}
	return next
}

func TestARunIsComparedWithTheFrozenRunOfTheEditionBefore(t *testing.T) {
	r := newRoom(t)
	for i, policy := range map[int]checklist.ChoiceID{1: "internal", 2: "none", 3: "published", 4: "published", 5: "none"} {
		r.record(t, i, 1, policy)
	}
	r.now = r.ed.Closing.UTC()
	frozen, err := r.Freeze(t.Context(), edition)
	must(t, err)
	next := r.aYearOn(t)
	run, err := r.Nightly(t.Context(), next.ID)
	must(t, err)

	rows, err := lake.Read[lake.TrendRow](t.Context(), r.lake, next.ID, run.ID)
	must(t, err)
	var got []string
	for _, row := range rows {
		if row.Previous != string(edition) || row.PreviousRun != frozen.ID {
			t.Fatalf("compared with %s of %s", row.PreviousRun, row.Previous)
		}
		if row.Question == "policy" && row.Figure == "" && row.Series == "published" && (row.Dimension == "all" || row.Dimension == "size") {
			got = append(got, fmt.Sprintf("%s: %d→%d firms, %d both; %d/%d→%d/%d, panel of %d %d→%d", row.GroupID, row.FirmsThen, row.FirmsNow, row.FirmsBoth,
				*row.ThenCount, *row.ThenBase, *row.NowCount, *row.NowBase, *row.Panel, *row.PanelThenCount, *row.PanelNowCount))
		}
	}
	// Then 3, 4 of 1 to 5; now 11, which goes on from 1, and 2 of 11, 2, 3, 9. Then all of them were small; 2 is large now.
	want := []string{
		"all: 5→4 firms, 3 both; 2/5→2/4, panel of 3 1→2",
		"large: 0→2 firms, 0 both; 0/0→1/2, panel of 0 0→0",
		"small: 5→2 firms, 2 both; 2/5→1/2, panel of 2 1→1",
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	panel, err := lake.Read[lake.PanelRow](t.Context(), r.lake, next.ID, run.ID)
	must(t, err)
	how := ""
	for _, p := range panel {
		how += fmt.Sprintf(" %s>%s:%s", p.FirmThen, p.FirmNow, p.How)
	}
	if want := " S-0002>S-0002:own S-0003>S-0003:own >S-0009:entrant S-0001>S-0011:succession S-0004>:leaver S-0005>:leaver"; how != want {
		t.Errorf("panel%s, want%s", how, want)
	}
	transitions, err := lake.Read[lake.TransitionRow](t.Context(), r.lake, next.ID, run.ID)
	must(t, err)
	moved := ""
	for _, x := range transitions {
		if x.Question == "policy" && x.Dimension == "all" {
			moved += fmt.Sprintf(" %s→%s %d", x.ThenChoice, x.NowChoice, x.Firms)
		}
	}
	if want := " published→none 1 internal→published 1 none→published 1"; moved != want {
		t.Errorf("transitions%s, want%s", moved, want)
	}
}

func TestWithoutAFrozenEditionBeforeNothingIsCompared(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	_, err := r.Nightly(t.Context(), edition)
	must(t, err)
	next := r.aYearOn(t)
	run, err := r.Nightly(t.Context(), next.ID)
	must(t, err)
	if _, err := lake.Read[lake.TrendRow](t.Context(), r.lake, next.ID, run.ID); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("%v, want %v", err, archive.ErrNotFound)
	}
}
