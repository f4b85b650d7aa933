package tally

import (
	"cssa/shared/checklist"
	"cssa/shared/table"
)

// Quartiles returns the quartiles of every number question that has classes, for every group that has members: in printed
// order, and for each the groups in order. They follow from the distribution. Nothing is withheld; Run is left to the caller.
func (t *Tally) Quartiles() []table.Quartiles {
	var out []table.Quartiles
	counts := t.counts()
	for _, def := range t.form.ed.Quartiles() {
		for i := range counts {
			out = append(out, t.quartiles(&counts[i], def))
		}
	}
	return out
}

func (t *Tally) quartiles(c *count, def *checklist.QuartileDef) table.Quartiles {
	d := def.Distribution
	row, n := t.form.bases(c, d.Place(d.Rows[0], d.Stage), 0)
	out := table.Quartiles{
		Edition: string(t.form.ed.ID), ID: d.ID, Group: c.group, Firms: c.firms, Replied: c.replied,
		Base: row.Base, Unanswered: row.Unanswered, NotApplicable: row.NotApplicable,
	}
	for _, m := range def.Marks {
		mark := table.QuartileIn(m.ID, "", 0, 0, 0)
		below := 0
		for i, class := range d.Columns {
			within := n[firstChoice+i]
			if row.Base > 0 && 4*(below+within) >= m.Fours*row.Base {
				mark = table.QuartileIn(m.ID, class.ID, below, within, row.Base-below-within)
				break
			}
			below += within
		}
		out.Marks = append(out.Marks, mark)
	}
	return out
}
