package release

import (
	"errors"
	"strings"
	"testing"

	"cssa/functions/cssa/synthesise"
	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/disclosure/audit"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// The sector of the demo, attacked by everybody: with protection nothing is told; without it the release is refused, by the names
// of tables and places and no number; and what contradicts itself is refused without a word of whose answers.
func TestTheAuditorStandsBeforeTheOpenDoor(t *testing.T) {
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), "2023-securities")
	must(t, err)
	plan, err := synthesise.Plan(ed, synthesise.Options{Seed: 2023})
	must(t, err)
	var members []tally.Member
	var readers []audit.Reader
	f := disclosure.Family{Edition: ed}
	for _, firm := range register.Firms(plan.Register.Firms).At(ed.ReferenceDate) {
		groups := []table.Group{{Dimension: "sector", ID: firm.Sector}, {Dimension: "group", ID: firm.PeerGroup}, {Dimension: "size", ID: firm.SizeBand}}
		members = append(members, tally.Member{Firm: firm.ID, Groups: groups})
		if a := plan.Final[firm.ID]; a != nil {
			f.Members = append(f.Members, groups)
			readers = append(readers, audit.Reader{Name: string(firm.ID), Own: []audit.Member{{Groups: groups, Answers: []checklist.Answers{a}}}})
		}
	}
	counted := tally.New(ed, members)
	for id, a := range plan.Final {
		must(t, counted.Add(id, a))
	}
	f.Tables = counted.Distributions()
	issued := func(distributions []table.Table) []table.Table {
		figures, err := disclosure.Figures(ed, distributions)
		must(t, err)
		return append(figures, distributions...)
	}
	shown, err := f.Protect()
	must(t, err)
	if len(readers) < 200 {
		t.Fatalf("%d readers", len(readers))
	}
	must(t, attack(ed, issued(shown), readers))
	err = attack(ed, issued(f.Tables), readers)
	if !errors.Is(err, ErrDisclosed) || !strings.Contains(err.Error(), "numbers: ") || strings.Contains(err.Error(), "S-0") {
		t.Errorf("unprotected: %v", err)
	}
	t.Log(err)
	readers[7].Own[0].Answers[0] = checklist.Answers{}
	if err := attack(ed, issued(f.Tables), readers); !errors.Is(err, ErrContradiction) || strings.Contains(err.Error(), readers[7].Name) {
		t.Errorf("a firm that answered nothing: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
