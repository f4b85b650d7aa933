package audit

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A figure is a figure of the edition with the condition under which each of its rows counts a firm.
type figure struct {
	*checklist.TableDef
	filters []*checklist.Condition
}

func figures(ed *checklist.Edition) []figure {
	var out []figure
	for _, d := range ed.FigureTables() {
		f := figure{TableDef: d}
		for _, r := range d.Rows {
			f.filters = append(f.filters, d.Filter(r))
		}
		out = append(out, f)
	}
	return out
}

// conditionID names a condition, the same for every group.
func (s *system) conditionID(c *checklist.Condition) string {
	i := slices.Index(s.conditions, c)
	if i < 0 {
		i = len(s.conditions)
		s.conditions = append(s.conditions, c)
	}
	return fmt.Sprint("-holds-", i)
}

// writeFigures writes down the series of the figures as sums of answers; of a row with a base filter, of the answers of the
// firms inside, who are no more than all firms with that answer.
func (w *writer) writeFigures(g table.Group) {
	for _, f := range w.figures {
		for i, r := range f.Rows {
			written := map[checklist.StageID]bool{}
			for _, column := range f.Columns {
				of := w.cell(g, f.Place(r, column.Stage), "")
				if !written[column.Stage] {
					written[column.Stage] = true
					w.writeShareBase(of, f, i)
				}
				w.writeSeries(of, f, i, column)
			}
		}
	}
}

// within says among which firms a row of a figure counts.
func within(of Cell, f figure, row int) Cell {
	if f.filters[row] != nil {
		of.Figure = checklist.FigureID(f.ID)
	}
	return of
}

// writeShareBase writes down the base of the shares of a figure's row at one stage.
func (w *writer) writeShareBase(of Cell, f figure, row int) {
	at := within(of, f, row)
	if at.Figure != "" {
		w.writeFiltered(at, f.Question, f.filters[row])
	}
	if f.Unanswered != checklist.InBase && f.NotApplicable != checklist.InBase {
		of.Figure, of.Column, at.Column = checklist.FigureID(f.ID), ShareBase, Base
		w.at[of] = w.at[at] // the same number
		return
	}
	counted := map[string]bool{Base: true, Unanswered: f.Unanswered == checklist.InBase, NotApplicable: f.NotApplicable == checklist.InBase}
	of.Figure, of.Column = checklist.FigureID(f.ID), ShareBase
	filter := f.filters[row]
	terms := []term{{w.add(unknown{cell: of, hi: w.replied[of.Group], base: -1, in: func(a *firm) bool {
		c := a.category(f.Question, of.Place)
		return a.holds(filter) && (counted[c] || c != Unanswered && c != NotApplicable)
	}}), -1}}
	for _, column := range []string{Base, Unanswered, NotApplicable} {
		if counted[column] {
			at.Column = column
			terms = append(terms, term{w.at[at], 1})
		}
	}
	w.know(0, 0, terms...)
}

func (w *writer) writeFiltered(of Cell, q *checklist.Question, filter *checklist.Condition) {
	first := len(q.Stages) == 0 || q.Stages[0].ID == of.Place.Stage
	w.writePlace(of, q, w.replied[of.Group], filter, q.When == nil && first)
	inside := count{}
	for _, column := range append(columns(q, of.Place.Stage), Unanswered, NotApplicable) {
		c := of
		c.Column = column
		part := count{terms: []term{{w.at[c], 1}}}
		w.between(-many, 0, part, w.in(of.Group, of.Place, column).times(-1))
		inside.terms = append(inside.terms, part.terms...)
	}
	w.between(0, 0, inside, w.holding(of.Group, filter).times(-1))
}

func (w *writer) writeSeries(of Cell, f figure, row int, s checklist.TableColumn) {
	c, base := of, of
	c.Figure, c.Column = checklist.FigureID(f.ID), seriesColumn(s.ID)
	base.Figure, base.Column = c.Figure, ShareBase
	part := within(of, f, row)
	if part.Column = Base; len(s.Choices) == 1 && w.at[base] == w.at[part] {
		part.Column = string(s.Choices[0])
		w.at[c] = w.at[part] // the same number
		return
	}
	filter := f.filters[row]
	u := w.add(unknown{cell: c, hi: w.replied[c.Group], base: w.at[base], in: func(a *firm) bool {
		return a.holds(filter) && slices.Contains(s.Choices, checklist.ChoiceID(a.category(f.Question, of.Place)))
	}})
	terms := []term{{u, -1}}
	for _, choice := range s.Choices {
		part.Column = string(choice)
		terms = append(terms, term{w.at[part], 1})
	}
	w.know(0, 0, terms...)
}

// seriesColumn keeps series apart from the choices that may have the same ids.
func seriesColumn(id string) string { return "series " + id }

// writeTable writes down what a table shows.
func (w *writer) writeTable(t *table.Table) error {
	for _, f := range w.figures {
		if f.ID == t.ID {
			return w.writeFigureTable(t, f)
		}
	}
	q, ok := w.ed.Question(t.ID)
	if !ok {
		return fmt.Errorf("the edition has neither a question nor a figure of this id")
	}
	for i := range t.Rows {
		r := &t.Rows[i]
		at := w.cell(t.Group, checklist.Ref{Question: q.ID, Item: checklist.ItemID(r.Item), Stage: checklist.StageID(t.Stage)}, "")
		if err := w.writeRow(at, r, t.Columns); err != nil {
			return err
		}
	}
	return nil
}

// writeRow writes down what one row of a distribution shows.
func (w *writer) writeRow(at Cell, r *table.Row, columns []string) error {
	if r.Closed() || w.tellsNothing(at.Group, r) {
		return nil
	}
	if err := w.writeBases(at, r); err != nil {
		return err
	}
	of := func(column int) (int, error) {
		c := at
		c.Column = columns[column]
		u, ok := w.at[c]
		if !ok {
			return 0, fmt.Errorf("the edition has no %s", c)
		}
		return u, nil
	}
	for i, c := range r.Cells {
		u, err := of(i)
		if err != nil {
			return err
		}
		if n, ok := c.Count(); ok {
			if err := w.fix(u, n); err != nil {
				return err
			}
		}
	}
	for _, j := range r.Joints {
		var together count
		for _, i := range j.Columns {
			u, err := of(i)
			if err != nil {
				return err
			}
			together.terms = append(together.terms, term{u, 1})
			if i == j.Few {
				w.unknowns[u].hi = min(w.unknowns[u].hi, w.threshold-1)
			}
		}
		w.between(j.Count, j.Count, together)
	}
	return nil
}

// tellsNothing says whether a row without cells (free text) is closed: its bases would add up to the firms that replied.
func (w *writer) tellsNothing(g table.Group, r *table.Row) bool {
	return len(r.Cells) == 0 && r.Base+r.Unanswered+r.NotApplicable == 0 && w.replied[g] > 0
}

func (w *writer) writeBases(at Cell, r *table.Row) error {
	for _, b := range []struct {
		column string
		n      int
	}{{Base, r.Base}, {Unanswered, r.Unanswered}, {NotApplicable, r.NotApplicable}} {
		at.Column = b.column
		u, ok := w.at[at]
		if !ok {
			return fmt.Errorf("the edition has no %s", at)
		}
		if err := w.fix(u, b.n); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) writeFigureTable(t *table.Table, f figure) error {
	for i := range t.Rows {
		r := &t.Rows[i]
		row := slices.IndexFunc(f.Rows, func(d checklist.TableRow) bool { return string(d.Item) == r.Item })
		if row < 0 || len(r.Cells) != len(f.Columns) {
			return fmt.Errorf("the figure has no row %q of %d series", r.Item, len(r.Cells))
		}
		if r.Closed() {
			continue
		}
		for k, c := range r.Cells {
			at := w.cell(t.Group, f.Place(f.Rows[row], f.Columns[k].Stage), "")
			if _, withheld := c.Withheld(); k == 0 && (r.Base > 0 || !withheld) {
				if err := w.writeBases(within(at, f, row), r); err != nil {
					return err
				}
			}
			n, ok := c.Count()
			if !ok {
				continue
			}
			at.Figure, at.Column = checklist.FigureID(f.ID), seriesColumn(f.Columns[k].ID)
			u := w.at[at]
			base, _ := c.Base()
			if err := w.fix(w.unknowns[u].base, base); err != nil {
				return err
			}
			if err := w.fix(u, n); err != nil {
				return err
			}
		}
	}
	return nil
}
