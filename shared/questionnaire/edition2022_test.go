package questionnaire

import (
	"strings"
	"testing"

	"cssa/shared/checklist"
)

// The edition for three sectors says what 2023-securities does not: its sector names no group, and numbers and counts
// decide what is asked. That nothing of it was published, it says of every wording and of every claim.
func TestTheEditionForThreeSectors(t *testing.T) {
	e, err := NewLibrary(Builtin()).Edition(t.Context(), "2022-regional")
	if err != nil {
		t.Fatal(err)
	}
	var sectors []string
	for _, g := range e.Groups {
		if g.Dimension == checklist.BySector {
			sectors = append(sectors, g.ID)
		}
	}
	if got := strings.Join(sectors, " "); got != "regional-banks shinkin shinkumi" || e.Sector != "regional" || e.Mapping != nil {
		t.Errorf("sectors %s of %s, mapping %v", got, e.Sector, e.Mapping)
	}
	kinds, gates := map[checklist.Kind]int{}, map[string]bool{}
	for _, q := range e.Questions() {
		kinds[q.Kind]++
		if c := q.When; c != nil {
			gates["compare"] = gates["compare"] || c.Compare != nil
			gates["count"] = gates["count"] || c.Count != nil
			gates["not"] = gates["not"] || c.Not != nil
			gates["any"] = gates["any"] || len(c.Any) > 0
			gates["is"] = gates["is"] || c.Is != nil
		}
		wordings := []checklist.Source{q.Source}
		for _, it := range q.Items {
			wordings = append(wordings, it.Source)
		}
		for _, st := range append(q.Stages, checklist.Stage{Choices: q.Choices}) {
			for _, c := range st.Choices {
				wordings = append(wordings, c.Source)
			}
		}
		for _, s := range wordings {
			if s != checklist.Composed {
				t.Errorf("%s: a wording is marked %s", q.ID, s)
			}
		}
	}
	for _, gate := range []string{"compare", "count", "not", "any", "is"} {
		if !gates[gate] {
			t.Errorf("no question is put by %s", gate)
		}
	}
	if len(kinds) != 6 || len(e.Figures) != 14 {
		t.Errorf("kinds %v, %d figures", kinds, len(e.Figures))
	}
	if q, ok := e.Question("contingency"); !ok || len(q.Stages) != 3 {
		t.Error("the plans have not three stages")
	}
	claims := 0
	for _, f := range e.Figures {
		for _, c := range f.Claims {
			claims++
			if !strings.HasPrefix(c.Quote, "（架空）") || c.Words != "相対的に低い" && c.Words != "相対的に高い" && !strings.Contains(c.Quote, strings.TrimSuffix(c.Words, "の先")) {
				t.Errorf("%s: %q is quoted for %q", f.ID, c.Quote, c.Words)
			}
		}
	}
	if claims < 12 {
		t.Errorf("%d claims", claims)
	}
}
