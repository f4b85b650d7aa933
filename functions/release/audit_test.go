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

// sector is an invented sector as counted, and who may attack what is issued of it: every firm that replied, every corporate group.
func sector(t *testing.T, ed *checklist.Edition, o synthesise.Options) (disclosure.Family, []audit.Reader) {
	t.Helper()
	plan, err := synthesise.Plan(ed, o)
	must(t, err)
	var members []tally.Member
	var readers []audit.Reader
	f := disclosure.Family{Edition: ed, Corporate: map[disclosure.Cell]int{}}
	together, size := map[string][]audit.Member{}, map[string]int{}
	firms := register.Firms(plan.Register.Firms).At(ed.ReferenceDate)
	for _, firm := range firms {
		size[firm.CorporateGroup]++
	}
	for _, firm := range firms {
		groups := []table.Group{{Dimension: "sector", ID: firm.Sector}, {Dimension: "group", ID: firm.PeerGroup}, {Dimension: "size", ID: firm.SizeBand}}
		members = append(members, tally.Member{Firm: firm.ID, Groups: groups})
		a := plan.Final[firm.ID]
		if a == nil {
			continue
		}
		m := audit.Member{Groups: groups, Answers: []checklist.Answers{a}}
		readers = append(readers, audit.Reader{Name: string(firm.ID), Own: []audit.Member{m}})
		bound := firm.CorporateGroup != "" && size[firm.CorporateGroup] > 1
		f.Members, f.Bound = append(f.Members, groups), append(f.Bound, bound)
		if !bound {
			continue
		}
		together[firm.CorporateGroup] = append(together[firm.CorporateGroup], m)
		for _, q := range ed.Questions() {
			for _, r := range q.Refs() {
				c := disclosure.Cell{Group: table.All, Question: q.ID, Item: r.Item, Stage: r.Stage, Column: string(a[r].Choice)}
				switch ed.State(q, r, a) {
				case checklist.Unanswered:
					c.Column = disclosure.Unanswered
				case checklist.NotApplicable:
					c.Column = disclosure.NotApplicable
				case checklist.Answered:
					if q.Kind == checklist.Number {
						class, _ := q.Class(a[r].Number)
						c.Column = string(class)
					}
				}
				for _, c.Group = range append([]table.Group{table.All}, groups...) {
					f.Corporate[c]++
				}
			}
		}
	}
	for name, own := range together {
		if len(own) > 1 {
			readers = append(readers, audit.Reader{Name: name, Own: own})
		}
	}
	counted := tally.New(ed, members)
	for id, a := range plan.Final {
		must(t, counted.Add(id, a))
	}
	f.Tables = counted.Distributions()
	return f, readers
}

// issued is what a release would issue of distributions.
func issued(t *testing.T, ed *checklist.Edition, distributions []table.Table) []table.Table {
	t.Helper()
	figures, err := disclosure.Figures(ed, distributions)
	must(t, err)
	return append(figures, distributions...)
}

func securities(t *testing.T) *checklist.Edition {
	t.Helper()
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), "2023-securities")
	must(t, err)
	return ed
}

// The sector of the demo, attacked by everybody: with protection nothing is told; without it the release is refused, by the names
// of tables and places and no number; and what contradicts itself is refused without a word of whose answers.
func TestTheAuditorStandsBeforeTheOpenDoor(t *testing.T) {
	ed := securities(t)
	f, readers := sector(t, ed, synthesise.Options{Seed: 2023})
	if len(readers) < 200 {
		t.Fatalf("%d readers", len(readers))
	}
	shown, err := f.Protect()
	must(t, err)
	must(t, attack(ed, issued(t, ed, shown), readers))
	err = attack(ed, issued(t, ed, f.Tables), readers)
	if !errors.Is(err, ErrDisclosed) || !strings.Contains(err.Error(), "numbers: ") || strings.Contains(err.Error(), "S-0") {
		t.Errorf("unprotected: %v", err)
	}
	t.Log(err)
	readers[7].Own[0].Answers[0] = checklist.Answers{}
	if err := attack(ed, issued(t, ed, f.Tables), readers); !errors.Is(err, ErrContradiction) || strings.Contains(err.Error(), readers[7].Name) {
		t.Errorf("a firm that answered nothing: %v", err)
	}
}

// Small sectors, in which a corporate group is much: what is issued of each passes the auditor.
func TestSmallSectorsCanBeReleased(t *testing.T) {
	ed := securities(t)
	groups := 0
	for seed := range uint64(8) {
		for _, n := range []int{30, 40} {
			f, readers := sector(t, ed, synthesise.Options{Seed: seed, Firms: n, Stories: 50})
			if len(readers) > len(f.Members) {
				groups++
			}
			shown, err := f.Protect()
			must(t, err)
			if err := attack(ed, issued(t, ed, shown), readers); err != nil {
				t.Errorf("%d firms of seed %d: %v", n, seed, err)
			}
		}
	}
	if groups < 8 {
		t.Errorf("only %d sectors have a corporate group of several firms", groups)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
