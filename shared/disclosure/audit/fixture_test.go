package audit_test

import (
	"cssa/shared/checklist"
	"cssa/shared/table"
)

func choices(ids ...checklist.ChoiceID) (cs []checklist.Choice) {
	for _, id := range ids {
		cs = append(cs, checklist.Choice{ID: id})
	}
	return cs
}

func is(place string, ids ...checklist.ChoiceID) *checklist.Condition {
	r, err := checklist.ParseRef(place)
	if err != nil {
		panic(err)
	}
	return &checklist.Condition{Is: &checklist.Is{Ref: r, Choices: ids}}
}

// asked is an edition of the questions given, with threshold 5.
func asked(questions ...checklist.Question) *checklist.Edition {
	for i := range questions {
		questions[i].Required = true
	}
	return &checklist.Edition{ID: "2031-tea", Threshold: 5, GroupMinimum: 10, Sections: []checklist.Section{{Questions: questions}}}
}

var (
	grade = checklist.Question{ID: "grade", Kind: checklist.Single, Choices: choices("a", "b", "c")}
	green = table.Group{Dimension: "group", ID: "green"}
	black = table.Group{Dimension: "group", ID: "black"}
	small = table.Group{Dimension: "size", ID: "small"}
	large = table.Group{Dimension: "size", ID: "large"}
)

// x stands for a withheld cell that is told in no joint; x−j for one of joint j, from 1.
const x = -1000

// row is one row as it is printed: counts, or x. What the base leaves after the cells shown is told as the joint 1.
func row(item string, base, outside int, cells ...int) table.Row {
	r := table.Row{Item: item, Base: base, NotApplicable: outside}
	j := table.Joint{Count: base, Few: -1}
	for i, n := range cells {
		switch {
		case n == x-1:
			r.Cells = append(r.Cells, table.Withhold(0))
			j.Columns = append(j.Columns, i)
		case n == x:
			r.Cells = append(r.Cells, table.Withhold(-1))
		default:
			r.Cells = append(r.Cells, table.Count(n, base))
			j.Count -= n
		}
	}
	if len(j.Columns) > 0 {
		r.Joints = []table.Joint{j}
	}
	return r
}

// of is the table of a question for one group, all of whose firms replied.
func of(q checklist.Question, stage string, g table.Group, firms int, rows ...table.Row) table.Table {
	t := table.Table{Edition: "2031-tea", ID: string(q.ID), Stage: stage, Group: g, Firms: firms, Replied: firms, Rows: rows}
	for _, c := range q.ChoicesAt(checklist.StageID(stage)) {
		t.Columns = append(t.Columns, string(c.ID))
	}
	return t
}
