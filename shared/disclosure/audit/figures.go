package audit

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// conditionID names a condition, the same for every group: its place in memory would do, but not for a reader.
func (w *writer) conditionID(c *checklist.Condition) string { return fmt.Sprintf("-holds-%p", c) }

func figureItems(fig *checklist.Figure, q *checklist.Question) []checklist.ItemID {
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

// writeFigures writes down the series of the figures as sums of answers; of a figure with a base filter, of the answers of
// the firms inside, who are no more than all firms with that answer.
func (w *writer) writeFigures(g table.Group) {
	for i := range w.ed.Figures {
		fig := &w.ed.Figures[i]
		q, ok := w.ed.Question(string(fig.Question))
		if !ok {
			continue
		}
		for _, item := range figureItems(fig, q) {
			written := map[checklist.StageID]bool{}
			for _, s := range fig.Series {
				r := checklist.Ref{Question: q.ID, Item: item, Stage: s.Stage}
				of := w.cell(g, r, "")
				if fig.Base != nil {
					of.Figure = fig.ID
					if !written[s.Stage] {
						written[s.Stage] = true
						w.writeFiltered(of, q, fig.Base)
					}
				}
				w.writeSeries(of, fig, q, s)
			}
		}
	}
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

func (w *writer) writeSeries(of Cell, fig *checklist.Figure, q *checklist.Question, s checklist.Series) {
	c := of
	c.Figure, c.Column = fig.ID, seriesColumn(s.ID)
	base := of
	base.Column = Base
	u := w.add(unknown{cell: c, hi: w.replied[c.Group], base: w.at[base], in: func(a checklist.Answers) bool {
		return fig.Base.Holds(w.ed, a) && slices.Contains(s.Choices, checklist.ChoiceID(category(w.ed, q, of.Place, a)))
	}})
	terms := []term{{u, -1}}
	for _, column := range columns(q, of.Place.Stage) {
		if slices.Contains(s.Choices, checklist.ChoiceID(column)) {
			part := of
			part.Column = column
			terms = append(terms, term{w.at[part], 1})
		}
	}
	w.know(0, 0, terms...)
}

// seriesColumn keeps series apart from the choices that may have the same ids.
func seriesColumn(id checklist.SeriesID) string { return "series " + string(id) }

// writeTable writes down what a table shows.
func (w *writer) writeTable(t *table.Table) error {
	if fig, ok := w.ed.Figure(checklist.FigureID(t.ID)); ok {
		return w.writeFigureTable(t, fig)
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
	if r.Closed() {
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

func (w *writer) writeFigureTable(t *table.Table, fig *checklist.Figure) error {
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Closed() {
			continue
		}
		for k, c := range r.Cells {
			at := w.cell(t.Group, checklist.Ref{Question: fig.Question, Item: checklist.ItemID(r.Item), Stage: fig.Series[k].Stage}, "")
			bases := at
			if fig.Base != nil {
				bases.Figure = fig.ID
			}
			if _, withheld := c.Withheld(); k == 0 && (r.Base > 0 || !withheld) {
				if err := w.writeBases(bases, r); err != nil {
					return err
				}
			}
			n, ok := c.Count()
			if !ok {
				continue
			}
			base, _ := c.Base()
			bases.Column = Base
			at.Figure, at.Column = fig.ID, seriesColumn(fig.Series[k].ID)
			u, ok := w.at[at]
			if !ok {
				return fmt.Errorf("the edition has no %s", at)
			}
			if err := w.fix(w.at[bases], base); err != nil {
				return err
			}
			if err := w.fix(u, n); err != nil {
				return err
			}
		}
	}
	return nil
}
