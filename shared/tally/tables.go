package tally

import (
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A count is what one group's strata add up to.
type count struct {
	group   table.Group
	firms   int
	replied int
	block   []int
}

func (t *Tally) counts() []count {
	out := make([]count, len(t.groups))
	for i, g := range t.groups {
		out[i] = count{group: g, block: make([]int, t.form.width)}
	}
	for i := range t.strata {
		s := &t.strata[i]
		for _, g := range s.groups {
			out[g].firms += s.firms
			out[g].replied += s.replied
			for k, n := range s.counts {
				out[g].block[k] += int(n)
			}
		}
	}
	return out
}

// Distributions returns the distribution of every question, of every stage if it is nested, for every group that has
// members: in printed order, and for each the groups in order (all; sectors; peer groups; sizes). The columns are the
// choices (of a number question its classes), the rows the items; a question without items has one row with Item "".
// Free text has rows without cells: its bases only. Nothing is withheld. Run is left to the caller.
func (t *Tally) Distributions() []table.Table {
	var out []table.Table
	counts := t.counts()
	for _, q := range t.form.ed.Questions() {
		out = append(out, t.distributions(counts, q, string(q.ID), 0)...)
	}
	return out
}

// Filtered returns, for every figure with a base filter, the distributions of its question among the firms inside, with
// the figure's id as ID. They are not for print: disclosure works out from them what such a figure may show.
func (t *Tally) Filtered() []table.Table {
	var out []table.Table
	counts := t.counts()
	for i := range t.form.figures {
		if f := &t.form.figures[i]; f.def.Base != nil {
			out = append(out, t.distributions(counts, f.q, string(f.def.ID), f.shift)...)
		}
	}
	return out
}

func (t *Tally) distributions(counts []count, q *checklist.Question, id string, shift int) []table.Table {
	stages := []checklist.StageID{""}
	if q.Kind == checklist.Nested {
		stages = stages[:0]
		for _, st := range q.Stages {
			stages = append(stages, st.ID)
		}
	}
	var out []table.Table
	refs := q.Refs()
	for _, stage := range stages {
		var columns []string
		if q.Kind != checklist.FreeText {
			for _, c := range q.ChoicesAt(stage) {
				columns = append(columns, string(c.ID))
			}
		}
		for i := range counts {
			tb := t.table(&counts[i], id)
			tb.Stage, tb.Columns = string(stage), slices.Clone(columns)
			for _, r := range refs {
				if r.Stage == stage {
					tb.Rows = append(tb.Rows, t.form.distributionRow(&counts[i], r, shift))
				}
			}
			out = append(out, tb)
		}
	}
	return out
}

func (t *Tally) table(c *count, id string) table.Table {
	return table.Table{Edition: string(t.form.ed.ID), ID: id, Group: c.group, Firms: c.firms, Replied: c.replied}
}

// row returns the bases of a place, and its counters by code.
func (f *form) row(c *count, r checklist.Ref, shift int) (table.Row, []int) {
	p := f.index[r]
	at := int(f.offsets[p]) + shift
	n := c.block[at : at+int(f.limits[p])+1]
	row := table.Row{Item: string(r.Item), Unanswered: n[codeUnanswered], NotApplicable: n[codeNotApplicable]}
	for _, k := range n[firstChoice:] {
		row.Base += k
	}
	return row, n
}

func (f *form) distributionRow(c *count, r checklist.Ref, shift int) table.Row {
	row, n := f.row(c, r, shift)
	for i := range f.places[f.index[r]].choices {
		row.Cells = append(row.Cells, table.Count(n[firstChoice+i], row.Base))
	}
	return row
}

// Figures returns every figure of the edition for every group that has members: in the edition's order, and for each the
// groups in order. The columns are the series. A union is counted from its choices, never added up from shares.
//
// Firms outside the figure's base filter are in no part of its rows. Where the series are of different stages each cell has
// its stage's own base ([table.Cell.Base]): of 図表15 the plan's is every firm that answered it, the drill's the plan
// holders that answered. The row's Base, Unanswered and NotApplicable are those of the first series.
//
// Rows stand in printed order; where the figure orders them by share, in the order of [table.All] for every group.
// Nothing is withheld. Run is left to the caller.
func (t *Tally) Figures() []table.Table {
	var out []table.Table
	counts := t.counts()
	for i := range t.form.figures {
		f := &t.form.figures[i]
		var order []int // set by table.All, which is always the first group
		for k := range counts {
			tb := t.table(&counts[k], string(f.def.ID))
			for _, s := range f.def.Series {
				tb.Columns = append(tb.Columns, string(s.ID))
			}
			for _, item := range f.items {
				tb.Rows = append(tb.Rows, t.form.figureRow(&counts[k], f, item))
			}
			if order == nil {
				order = rowOrder(f, tb.Rows)
			}
			rows := make([]table.Row, len(order))
			for to, from := range order {
				rows[to] = tb.Rows[from]
			}
			tb.Rows = rows
			out = append(out, tb)
		}
	}
	return out
}

func (f *form) figureRow(c *count, fig *figure, item checklist.ItemID) table.Row {
	var first table.Row
	var cells []table.Cell
	for i, s := range fig.def.Series {
		row, n := f.row(c, checklist.Ref{Question: fig.q.ID, Item: item, Stage: s.Stage}, fig.shift)
		if i == 0 {
			first = row
		}
		sum := 0
		for _, code := range fig.codes[i] {
			sum += n[code]
		}
		cells = append(cells, table.Count(sum, row.Base))
	}
	first.Cells = cells
	return first
}

func rowOrder(f *figure, rows []table.Row) []int {
	if f.def.Order == checklist.ByShare {
		return table.OrderByShare(rows, func(item string) bool {
			it, ok := f.q.Item(checklist.ItemID(item))
			return ok && it.Exclusive
		})
	}
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	return order
}
