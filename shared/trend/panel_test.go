package trend_test

import (
	"testing"

	"cssa/functions/cssa/synthesise"
	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/table"
	"cssa/shared/trend"
)

// The real editions, with 272 invented firms a year on: what the panel answered then is what its workbooks are prefilled
// with, which is worked out by other code, and the parts of every change add up.
func TestThePanelOfAYearAnsweredThenWhatItsWorkbooksRemember(t *testing.T) {
	library := questionnaire.NewLibrary(questionnaire.Builtin())
	old, err := library.Edition(t.Context(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	ed, err := library.Edition(t.Context(), "2024-securities")
	if err != nil {
		t.Fatal(err)
	}
	last, err := synthesise.Plan(old, synthesise.Options{Seed: 7, Firms: 272, Stories: 30})
	if err != nil {
		t.Fatal(err)
	}
	next, err := synthesise.Follow(last, ed, synthesise.Options{Seed: 7, Stories: 30})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := trend.New(old, ed)
	if err != nil {
		t.Fatal(err)
	}
	firms := func(final map[checklist.FirmID]checklist.Answers, code func(checklist.Answers) (trend.Codes, error)) (out []trend.Firm) {
		for id, a := range final {
			if a == nil {
				continue
			}
			codes, err := code(a)
			if err != nil {
				t.Fatal(id, err)
			}
			out = append(out, trend.Firm{ID: id, Codes: codes})
		}
		return out
	}
	c, err := plan.Compare(firms(last.Final, plan.Then), firms(next.Final, plan.Now), next.Register.Heirs(ed.ReferenceDate))
	if err != nil {
		t.Fatal(err)
	}
	flow := c.Trends()[0].Flow
	if flow.Both < 200 || flow.Succeeded != 1 || flow.Merged < 4 || flow.Came < 5 {
		t.Errorf("%+v", flow)
	}

	type answer struct {
		ref checklist.Ref
		id  string
	}
	remembered := map[answer]int{}
	for _, l := range c.Links {
		pre, ok := next.Prefill(l.Now)
		if l.Now == "" || !ok {
			continue
		}
		if l.Then == "" {
			t.Errorf("%s remembers answers and is not in the panel", l.Now)
		}
		for r, was := range pre.Previous {
			q, _ := ed.Question(string(r.Question))
			id := was.Choice
			if q.Kind == checklist.Number {
				id, _ = q.Class(was.Number)
			}
			if ed.State(q, r, next.Final[l.Now]) == checklist.Answered {
				remembered[answer{r, string(id)}]++
			}
		}
	}
	compared, broken := 0, 0
	for _, tr := range c.Trends() {
		parts, split := tr.Parts()
		if printed, _ := tr.Print(); split && printed.Within+printed.Composition+printed.Redefinition != printed.Change {
			t.Errorf("%s %s prints %v", tr.Ref, tr.Series, printed)
		} else if split && parts.Redefinition.Sign() != 0 {
			t.Errorf("%s %s was redefined, though no such line is in the mapping", tr.Ref, tr.Series)
		}
		_, single := remembered[answer{tr.Ref, tr.Series}]
		switch {
		case tr.Figure != "" || tr.Group != table.All:
		case tr.Broke != nil:
			broken++
			if single {
				t.Errorf("%s %s broke, and workbooks remember it", tr.Ref, tr.Series)
			}
		case single:
			compared++
			if n := remembered[answer{tr.Ref, tr.Series}]; tr.PanelThen.Count != n {
				t.Errorf("%s %s: %d of the panel answered so then, %d workbooks remember it", tr.Ref, tr.Series, tr.PanelThen.Count, n)
			}
		}
	}
	if compared < 100 || broken < 20 {
		t.Errorf("%d compared, %d broken", compared, broken)
	}
}
