package disclosure

import (
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// Gated returns the protected distributions of one group with those closed whose bases would tell a withheld count: the base
// of a question that is put only to some firms is the number of firms that answered so before, and the base of a later
// stage is the number of those that the stage before leads on. Such a table stays open only where those answers are
// shown cells and whole joints of what they are answers to. Protected must be in printed order, and is left alone.
//
// A condition of several parts, or one that counts or compares, tells the number of firms for which it holds, which stands
// in no table: there, both that number and that of the other firms must be none or at least the threshold in every row.
func Gated(e *checklist.Edition, protected []table.Table, threshold int) []table.Table {
	out := slices.Clone(protected)
	for i := range out {
		q, ok := e.Question(out[i].ID)
		if !ok || open(q, &out[i], out[:i], threshold) {
			continue
		}
		rows := make([]table.Row, len(out[i].Rows))
		for j, r := range out[i].Rows {
			rows[j] = table.CloseRow(r.Item, len(r.Cells))
		}
		out[i].Rows = rows
	}
	return out
}

// open says whether the bases of t, a distribution of q, tell nothing that the tables before it withhold.
func open(q *checklist.Question, t *table.Table, before []table.Table, threshold int) bool {
	if q.When != nil && !holds(q.When, t, before, threshold) {
		return false
	}
	for i := range q.Stages {
		if i == 0 || string(q.Stages[i].ID) != t.Stage {
			continue
		}
		for _, it := range q.Items {
			from := checklist.Ref{Question: q.ID, Item: it.ID, Stage: q.Stages[i-1].ID}
			if !shown(&checklist.Is{Ref: from, Choices: q.Stages[i].After}, before) {
				return false
			}
		}
	}
	return true
}

func holds(c *checklist.Condition, t *table.Table, before []table.Table, threshold int) bool {
	for c.Not != nil {
		c = c.Not
	}
	if c.Is != nil {
		return shown(c.Is, before)
	}
	for _, r := range t.Rows {
		for _, n := range []int{r.Base + r.Unanswered, r.NotApplicable} {
			if n > 0 && n < threshold {
				return false
			}
		}
	}
	parts := append(slices.Clone(c.All), c.Any...)
	for i := range parts {
		if !holds(&parts[i], t, before, threshold) {
			return false
		}
	}
	return true
}

// shown says whether the number of firms whose answer at the place is one of the choices follows from what is shown.
func shown(is *checklist.Is, before []table.Table) bool {
	of := slices.DeleteFunc(slices.Clone(before), func(t table.Table) bool { return t.ID != string(is.Ref.Question) })
	columns, row, ok := find(of, is.Ref.Stage, is.Ref.Item)
	if !ok {
		return false
	}
	_, withheld := union(columns, row, is.Choices, row.Base).Withheld()
	return !withheld
}
