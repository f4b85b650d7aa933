package tally

import (
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
// members: in printed order, and for each the groups in order (all; sectors; peer groups; sizes; attributes). The columns
// are the choices (of a number question its classes), the rows the items; a question without items has one row with Item "".
// Free text has rows without cells: its bases only. Nothing is withheld. Run is left to the caller.
func (t *Tally) Distributions() []table.Table { return t.tables(t.form.distributions) }

// Filtered returns, for every figure with a filter, the distributions of its question among the firms inside, with the
// figure's id as ID. They are not for print: disclosure works out from them what such a figure may show.
func (t *Tally) Filtered() []table.Table { return t.tables(t.form.filtered) }

// Figures returns every figure of the edition for every group that has members: in the edition's order, and for each the
// groups in order. The columns are the series. A union is counted from its choices, never added up from shares.
//
// Firms outside a row's filter are in no part of the row. Where the series are of different stages each cell has its
// stage's own base ([table.Cell.Base]): of 図表15 the plan's is every firm that answered it, the drill's the plan holders
// that answered. The row's Base, Unanswered and NotApplicable are those of the first series, whatever the figure counts in
// the base of its shares.
//
// Rows stand in printed order; where the figure orders them by share, in the order of [table.All] for every group.
// Nothing is withheld. Run is left to the caller.
func (t *Tally) Figures() []table.Table { return t.tables(t.form.figures) }

// tables makes the table of every plan for every group.
func (t *Tally) tables(plans []plan) []table.Table {
	out := make([]table.Table, 0, len(plans)*len(t.groups))
	counts := t.counts()
	for i := range plans {
		p := &plans[i]
		var order []int // set by table.All, which is always the first group
		for k := range counts {
			tb := t.table(&counts[k], p)
			rows := make([]table.Row, len(p.def.Rows))
			for n := range p.def.Rows {
				rows[n] = t.form.row(&counts[k], p, n)
			}
			if order == nil {
				order = rowOrder(p.def, rows)
			}
			for _, n := range order {
				tb.Rows = append(tb.Rows, rows[n])
			}
			out = append(out, tb)
		}
	}
	return out
}

func (t *Tally) table(c *count, p *plan) table.Table {
	tb := table.Table{
		Edition: string(t.form.ed.ID), ID: p.def.ID, Stage: string(p.def.Stage), Group: c.group, Firms: c.firms, Replied: c.replied,
	}
	for _, col := range p.def.Columns {
		tb.Columns = append(tb.Columns, col.ID)
	}
	return tb
}

// row counts row n of a plan in one group.
func (f *form) row(c *count, p *plan, n int) table.Row {
	def, r := p.def, p.def.Rows[n]
	row, _ := f.bases(c, def.Place(r, def.FirstStage()), p.shifts[n])
	for i, col := range def.Columns {
		of, counts := f.bases(c, def.Place(r, col.Stage), p.shifts[n])
		sum := 0
		for _, code := range p.codes[i] {
			sum += counts[code]
		}
		row.Cells = append(row.Cells, table.Count(sum, def.ShareBase(of.Base, of.Unanswered, of.NotApplicable)))
	}
	return row
}

// bases returns the bases of a place, and its counters by code.
func (f *form) bases(c *count, r checklist.Ref, shift int) (table.Row, []int) {
	p := f.index[r]
	at := int(f.offsets[p]) + shift
	n := c.block[at : at+int(f.limits[p])+1]
	row := table.Row{Item: string(r.Item), Unanswered: n[codeUnanswered], NotApplicable: n[codeNotApplicable]}
	for _, k := range n[firstChoice:] {
		row.Base += k
	}
	return row, n
}

func rowOrder(def *checklist.TableDef, rows []table.Row) []int {
	if def.Order == checklist.ByShare {
		return table.OrderByShare(rows, func(item string) bool {
			it, ok := def.Question.Item(checklist.ItemID(item))
			return ok && it.Exclusive
		})
	}
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	return order
}
