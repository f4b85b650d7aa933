package disclosure

import (
	"cssa/shared/checklist"
	"cssa/shared/table"
)

// opens says whether the bases of a place, group by group of a dimension, tell nothing that is withheld of the places before it:
// in each group it is shown how many firms it is put to. One group where it is not closes the place for the dimension, as the
// others would give it away.
func (w *work) opens(p *place, dimension string) bool {
	for _, g := range w.visible() {
		if g.Dimension != dimension {
			continue
		}
		t := *w.of(p.key, g)
		t.Rows = t.Rows[p.row : p.row+1]
		if c := p.q.When; c != nil && (compound(c) && !w.many(p, dimension) || !holds(c, &t, w.shown[g], w.threshold())) {
			return false
		}
		for i := range p.q.Stages {
			if i > 0 && string(p.q.Stages[i].ID) == p.stage {
				from := checklist.Ref{Question: p.q.ID, Item: checklist.ItemID(t.Rows[0].Item), Stage: p.q.Stages[i-1].ID}
				if !shown(&checklist.Is{Ref: from, Choices: p.q.Stages[i].After}, w.shown[g]) {
					return false
				}
			}
		}
	}
	return true
}

// compound says whether a condition is more than an answer at one place.
func compound(c *checklist.Condition) bool {
	for c.Not != nil {
		c = c.Not
	}
	return c.Is == nil
}

// many says whether in each group of a dimension, shown or not, and among the firms of none, the place is put to at least the
// threshold of firms and not put to as many.
func (w *work) many(p *place, dimension string) bool {
	of := func(g table.Group) (put, not int) {
		r := w.of(p.key, g).Rows[p.row]
		return r.Base + r.Unanswered, r.NotApplicable
	}
	put, not := of(table.All)
	for _, g := range w.groups {
		if g.Dimension != dimension {
			continue
		}
		n, m := of(g)
		if put, not = put-n, not-m; min(n, m) < w.threshold() {
			return false
		}
	}
	return put+not == 0 || min(put, not) >= w.threshold()
}

// exclusive withholds "none of these" where it would bound a withheld item: who did not say "none" said yes to another item, and
// who did, to no other. It is withheld for all groups of a dimension, and where it is for all firms, everywhere.
func (w *work) exclusive() {
	for _, q := range w.Edition.Questions() {
		for _, it := range q.Items {
			if q.Kind != checklist.Multiple || !it.Exclusive || len(q.Choices) != 2 {
				continue
			}
			everywhere := w.bounded(q, it.ID, table.All, "")
			if everywhere {
				w.withhold(q, it.ID, table.All)
			}
			for _, b := range w.branches {
				closed := everywhere
				for i, g := range b.groups {
					closed = closed || b.visible[i] && w.bounded(q, it.ID, g, b.dimension)
				}
				if !closed {
					continue
				}
				for _, g := range w.visible() {
					if g.Dimension == b.dimension {
						w.withhold(q, it.ID, g)
					}
				}
			}
		}
	}
}

func (w *work) find(q *checklist.Question, item checklist.ItemID, g table.Group) (*table.Row, bool) {
	for i := range w.shown[g] {
		if t := &w.shown[g][i]; t.ID == string(q.ID) {
			for j := range t.Rows {
				if t.Rows[j].Item == string(item) {
					return &t.Rows[j], true
				}
			}
		}
	}
	return nil, false
}

// bounded says whether "none of these", shown for a group, leaves a withheld item of the question less than its row does.
func (w *work) bounded(q *checklist.Question, none checklist.ItemID, g table.Group, dimension string) bool {
	row, ok := w.find(q, none, g)
	if !ok {
		return false
	}
	no, ok := w.count(q, row, checklist.No)
	if !ok {
		return false
	}
	hidden, yes := false, 0
	for _, it := range q.Items {
		r, ok := w.find(q, it.ID, g)
		if it.ID == none || !ok {
			continue
		}
		if n, ok := w.count(q, r, checklist.Yes); ok {
			yes += n
			continue
		}
		hidden = true
		if r.Base != row.Base || dimension != "" && w.movable(q, it.ID, dimension) > no {
			return true
		}
	}
	return hidden && yes < no
}

// movable returns how many firms said yes to an item in the groups of a dimension that do not show it: what a reader knows of it.
func (w *work) movable(q *checklist.Question, item checklist.ItemID, dimension string) int {
	n := 0
	for _, g := range w.groups {
		if g.Dimension != dimension {
			continue
		}
		if r, ok := w.find(q, item, g); ok {
			if _, ok := w.count(q, r, checklist.Yes); ok {
				continue
			}
		}
		t := w.of(key{string(q.ID), ""}, g)
		for i := range t.Rows {
			if t.Rows[i].Item == string(item) {
				v, _ := w.count(q, &t.Rows[i], checklist.Yes)
				n += v
			}
		}
	}
	return n
}

func (w *work) count(q *checklist.Question, r *table.Row, choice checklist.ChoiceID) (int, bool) {
	for i, c := range q.Choices {
		if c.ID == choice && i < len(r.Cells) {
			return r.Cells[i].Count()
		}
	}
	return 0, false
}

// withhold makes one joint of an item's row, if it shows anything.
func (w *work) withhold(q *checklist.Question, item checklist.ItemID, g table.Group) {
	r, ok := w.find(q, item, g)
	if !ok || r.Closed() || r.Base == 0 || len(r.Joints) > 0 {
		return
	}
	*r = withhold(table.Row{Item: r.Item, Base: r.Base, Unanswered: r.Unanswered, NotApplicable: r.NotApplicable, Cells: r.Cells}, 0, len(r.Cells), r.Base, -1)
}
