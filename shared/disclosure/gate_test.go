package disclosure

import (
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// gated is an edition with a gate (exists: yes, no), a question put to those that said yes, and plans with drills.
func gated() *checklist.Edition {
	choices := func(ids ...checklist.ChoiceID) (cs []checklist.Choice) {
		for _, id := range ids {
			cs = append(cs, checklist.Choice{ID: id})
		}
		return cs
	}
	exists := checklist.Ref{Question: "exists"}
	return &checklist.Edition{Sections: []checklist.Section{{Questions: []checklist.Question{
		{ID: "exists", Kind: checklist.Single, Choices: choices("some", "none")},
		{ID: "managed", Kind: checklist.Single, Choices: choices("well", "badly"),
			When: &checklist.Condition{Is: &checklist.Is{Ref: exists, Choices: []checklist.ChoiceID{"some"}}}},
		{ID: "plan", Kind: checklist.Nested, Items: []checklist.Item{{ID: "fire"}}, Stages: []checklist.Stage{
			{ID: "made", Choices: choices("have", "will", "wont")},
			{ID: "drill", After: []checklist.ChoiceID{"have"}, Choices: choices("done", "not")},
		}},
	}}}}
}

func dist(id, stage, item string, replied, notApplicable int, columns []string, counts ...int) table.Table {
	r := table.Row{Item: item, NotApplicable: notApplicable}
	for _, c := range counts {
		r.Base += c
	}
	for _, c := range counts {
		r.Cells = append(r.Cells, table.Count(c, r.Base))
	}
	return table.Table{ID: id, Stage: stage, Group: table.All, Replied: replied, Columns: columns, Rows: []table.Row{r}}
}

func TestAGatedQuestionIsClosedWhereItsBaseTellsAWithheldCount(t *testing.T) {
	e := gated()
	for _, c := range []struct {
		story   string
		none    int // firms of 100 that have nothing to manage
		have    int // firms of 100 with a plan; will and wont share the rest, will has 4 where few
		few     bool
		managed bool // whether the gated question stays open
		drill   bool // whether the drills stay open
	}{
		{"both gates show their counts", 40, 60, false, true, true},
		{"three firms have nothing to manage: the base 97 would say so", 3, 60, false, false, true},
		{"nobody has nothing to manage: a withheld zero", 0, 60, false, false, true},
		{"the two without a plan are joined, the plan holders shown", 40, 92, true, true, true},
		{"the plan holders are few and joined: the drills' base would say how many", 40, 3, false, true, false},
	} {
		t.Run(c.story, func(t *testing.T) {
			will := (100 - c.have) / 2
			if c.few {
				will = 4
			}
			tables := []table.Table{
				dist("exists", "", "", 100, 0, []string{"some", "none"}, 100-c.none, c.none),
				dist("managed", "", "", 100, c.none, []string{"well", "badly"}, (100-c.none)/2, 100-c.none-(100-c.none)/2),
				dist("plan", "made", "fire", 100, 0, []string{"have", "will", "wont"}, c.have, will, 100-c.have-will),
				dist("plan", "drill", "fire", 100, 100-c.have, []string{"done", "not"}, c.have/2, c.have-c.have/2),
			}
			for i := range tables {
				q, _ := e.Question(tables[i].ID)
				tables[i] = Distribution(tables[i], q, checklist.StageID(tables[i].Stage), 5)
			}
			got := Gated(e, tables, 5)
			for i, want := range []bool{true, c.managed, true, c.drill} {
				row := got[i].Rows[0]
				if row.Closed() == want {
					t.Errorf("%s %s: closed %t, want %t", got[i].ID, got[i].Stage, row.Closed(), !want)
				}
				if row.Closed() && (row.Base != 0 || row.NotApplicable != 0 || row.Unanswered != 0 || len(row.Joints) != 0) {
					t.Errorf("%s %s: closed, and still tells %+v", got[i].ID, got[i].Stage, row)
				}
			}
			if tables[1].Rows[0].Closed() || tables[3].Rows[0].Closed() {
				t.Error("the tables given were changed")
			}
		})
	}
}

func TestAFigureOfAClosedQuestionIsWithheld(t *testing.T) {
	e := gated()
	q, _ := e.Question("managed")
	closed := table.Table{ID: "managed", Group: table.All, Columns: []string{"well", "badly"}, Rows: []table.Row{table.CloseRow("", 2)}}
	fig := &checklist.Figure{ID: "fig", Question: "managed", Series: []checklist.Series{{ID: "well", Choices: []checklist.ChoiceID{"well"}}}}
	if _, withheld := Figure(fig, q, closed).Rows[0].Cells[0].Withheld(); !withheld {
		t.Error("it shows a number")
	}
}
