package disclosure

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// Figure returns a figure as it may be shown, made from nothing but protected distributions of its question q: all its
// stages, of one group (of a figure with a filter, those of tally's Filtered, protected). A series shows its count only
// if its choices are shown cells and whole joints, so a figure never tells more than the distributions do; any other is
// withheld and told in no joint, and so is one whose distribution is not among protected.
//
// Rows ordered by share stand in the order of what is shown: those withheld come after, in printed order.
func Figure(fig *checklist.Figure, q *checklist.Question, protected ...table.Table) table.Table {
	id := string(fig.Question)
	if fig.Filtered() {
		id = string(fig.ID)
	}
	given := protected
	protected = slices.DeleteFunc(slices.Clone(given), func(t table.Table) bool { return t.ID != id })
	out := table.Table{ID: string(fig.ID)}
	if len(protected) > 0 {
		given = protected
	}
	if len(given) > 0 { // a figure of which nothing is shown has a frame too
		t := given[0]
		out.Edition, out.Run, out.Group, out.Firms, out.Replied = t.Edition, t.Run, t.Group, t.Firms, t.Replied
	}
	protected = slices.DeleteFunc(protected, func(t table.Table) bool { return t.Group != out.Group })
	for _, s := range fig.Series {
		out.Columns = append(out.Columns, string(s.ID))
	}
	var rows []table.Row
	for _, item := range items(fig, q) {
		rows = append(rows, figureRow(fig, item, protected))
	}
	out.Rows = rows
	if fig.Order == checklist.ByShare {
		out.Rows = nil
		for _, i := range table.OrderByShare(rows, func(item string) bool {
			it, ok := q.Item(checklist.ItemID(item))
			return ok && it.Exclusive
		}) {
			out.Rows = append(out.Rows, rows[i])
		}
	}
	return out
}

func items(fig *checklist.Figure, q *checklist.Question) []checklist.ItemID {
	items := slices.Clone(fig.Items)
	if len(items) == 0 {
		for _, it := range q.Items {
			items = append(items, it.ID)
		}
	}
	if len(items) == 0 {
		items = []checklist.ItemID{""}
	}
	return items
}

func figureRow(fig *checklist.Figure, item checklist.ItemID, protected []table.Table) table.Row {
	row := table.Row{Item: string(item)}
	for i, s := range fig.Series {
		columns, src, ok := find(protected, s.Stage, item)
		if !ok {
			row.Cells = append(row.Cells, table.Withhold(-1))
			continue
		}
		if i == 0 {
			row.Base, row.Unanswered, row.NotApplicable = src.Base, src.Unanswered, src.NotApplicable
		}
		row.Cells = append(row.Cells, union(columns, src, s.Choices, fig.ShareBase(src.Base, src.Unanswered, src.NotApplicable)))
	}
	return row
}

func find(protected []table.Table, stage checklist.StageID, item checklist.ItemID) (columns []string, row table.Row, ok bool) {
	for _, t := range protected {
		if t.Stage != string(stage) {
			continue
		}
		for _, r := range t.Rows {
			if r.Item == string(item) {
				return t.Columns, r, true
			}
		}
	}
	return nil, table.Row{}, false
}

// union counts choices from the shown cells and whole joints of a row, or withholds. Base is that of the figure's shares.
func union(columns []string, r table.Row, choices []checklist.ChoiceID, base int) table.Cell {
	if r.Closed() {
		return table.Withhold(-1)
	}
	if base == 0 || r.Base == 0 { // nobody was asked, even where the figure's base counts those that were not
		return table.Count(0, 0)
	}
	in := make([]bool, len(columns))
	for i, c := range columns {
		in[i] = slices.Contains(choices, checklist.ChoiceID(c))
	}
	total := 0
	for i, c := range r.Cells {
		if n, ok := c.Count(); ok && in[i] {
			total += n
		} else if joint, ok := c.Withheld(); ok && in[i] && joint < 0 {
			return table.Withhold(-1)
		}
	}
	for _, j := range r.Joints {
		inside := 0
		for _, i := range j.Columns {
			if in[i] {
				inside++
			}
		}
		switch inside {
		case 0:
		case len(j.Columns):
			total += j.Count
		default:
			return table.Withhold(-1)
		}
	}
	return table.Count(total, base)
}

// Figures returns every figure of an edition for every group among protected, which are distributions as [Family.Protect]
// returns them: figure by figure, the groups in the order of protected. Rows ordered by share stand for every group in the
// order of the whole sector. A figure with a filter of its own does not follow from them and is withheld.
func Figures(ed *checklist.Edition, protected []table.Table) ([]table.Table, error) {
	var groups []table.Group
	of := map[table.Group][]table.Table{}
	for _, t := range protected {
		if of[t.Group] == nil {
			groups = append(groups, t.Group)
		}
		of[t.Group] = append(of[t.Group], t)
	}
	var out []table.Table
	for i := range ed.Figures {
		fig := &ed.Figures[i]
		q, ok := ed.Question(string(fig.Question))
		if !ok {
			return nil, fmt.Errorf("disclosure: figure %s: no question %s", fig.ID, fig.Question)
		}
		order := map[string]int{}
		for _, row := range Figure(fig, q, of[table.All]...).Rows {
			order[row.Item] = len(order)
		}
		for _, g := range groups {
			t := Figure(fig, q, of[g]...)
			slices.SortStableFunc(t.Rows, func(a, b table.Row) int { return order[a.Item] - order[b.Item] })
			out = append(out, t)
		}
	}
	return out, nil
}
