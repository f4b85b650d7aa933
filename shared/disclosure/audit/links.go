package audit

import (
	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A count is a number of firms as a sum of unknowns and a constant.
type count struct {
	terms []term
	plus  int
}

// minus returns n less the count.
func (c count) minus(n int) count {
	out := count{plus: n - c.plus}
	for _, t := range c.terms {
		out.terms = append(out.terms, term{t.u, -t.factor})
	}
	return out
}

// between writes down that the counts, each times its factor, add up to no less than lo and no more than hi.
func (w *writer) between(lo, hi int, counts ...count) {
	var terms []term
	at := map[int]int{}
	for _, c := range counts {
		lo, hi = lo-c.plus, hi-c.plus
		for _, t := range c.terms {
			if i, ok := at[t.u]; ok {
				terms[i].factor += t.factor
				continue
			}
			at[t.u] = len(terms)
			terms = append(terms, t)
		}
	}
	kept := terms[:0]
	for _, t := range terms {
		if t.factor != 0 {
			kept = append(kept, t)
		}
	}
	if len(kept) > 0 {
		w.know(lo, hi, kept...)
	}
}

func (c count) times(n int) count {
	out := count{plus: n * c.plus}
	for _, t := range c.terms {
		out.terms = append(out.terms, term{t.u, n * t.factor})
	}
	return out
}

// many is no bound.
const many = 1 << 40

// in returns the firms of the group whose answer at a place is one of the columns.
func (w *writer) in(g table.Group, r checklist.Ref, columns ...string) count {
	var c count
	seen := map[string]bool{}
	for _, id := range columns {
		if u, ok := w.at[w.cell(g, r, id)]; ok && !seen[id] {
			seen[id] = true
			c.terms = append(c.terms, term{u, 1})
		}
	}
	return c
}

func ids(choices []checklist.ChoiceID) []string {
	out := make([]string, len(choices))
	for i, c := range choices {
		out[i] = string(c)
	}
	return out
}

// writeLinks writes down what the definition says between places.
func (w *writer) writeLinks(g table.Group) {
	n := w.replied[g]
	for _, q := range w.ed.Questions() {
		for _, r := range q.Refs() {
			outside := w.in(g, r, NotApplicable)
			for i := range q.Stages {
				if i > 0 && q.Stages[i].ID == r.Stage {
					before := r
					before.Stage = q.Stages[i-1].ID
					w.between(n, n, outside, w.in(g, before, ids(q.Stages[i].After)...))
				}
			}
			if q.When != nil && (len(q.Stages) == 0 || q.Stages[0].ID == r.Stage) {
				w.between(n, n, outside, w.holding(g, q.When))
			}
		}
		if q.Kind == checklist.Multiple {
			w.writeExclusive(g, q)
		}
	}
	for i := range w.ed.Rules {
		if w.ed.Rules[i].Severity != checklist.Confirm {
			w.between(0, 0, w.holding(g, &w.ed.Rules[i].Fails))
		}
	}
}

// writeExclusive: nobody says yes both to "none of these" and to another item, and nobody says no to all.
func (w *writer) writeExclusive(g table.Group, q *checklist.Question) {
	n := w.replied[g]
	yes := func(it checklist.Item) count {
		return w.in(g, checklist.Ref{Question: q.ID, Item: it.ID}, string(checklist.Yes))
	}
	for _, none := range q.Items {
		if !none.Exclusive {
			continue
		}
		outside := w.in(g, checklist.Ref{Question: q.ID, Item: none.ID}, NotApplicable)
		var noes []count
		for _, it := range q.Items {
			noes = append(noes, w.in(g, checklist.Ref{Question: q.ID, Item: it.ID}, string(checklist.No)))
			if it.ID != none.ID {
				w.between(-many, n, yes(none), yes(it), outside)
			}
		}
		fewer := len(q.Items) - 1
		w.between(-many, fewer*n, append(noes, outside.times(fewer))...)
	}
}

// holding returns the firms of the group for which a condition holds. Of one in several parts it is an unknown, of which
// only the bounds that the parts' numbers give are written down.
func (w *writer) holding(g table.Group, c *checklist.Condition) count {
	n := w.replied[g]
	switch {
	case c == nil:
		return count{plus: n}
	case c.Not != nil:
		return w.holding(g, c.Not).minus(n)
	case c.Is != nil:
		return w.in(g, c.Is.Ref, ids(c.Is.Choices)...)
	case c.Answered != nil:
		return w.in(g, *c.Answered, Base)
	}
	h, ok := w.holds[c]
	if !ok {
		h = w.add(unknown{
			cell: Cell{Release: w.release, Group: g, Column: w.conditionID(c)},
			hi:   n, base: -1, in: func(a *firm) bool { return a.holds(c) },
		})
		w.holds[c] = h
		w.writeParts(g, c, count{terms: []term{{h, 1}}})
	}
	return count{terms: []term{{h, 1}}}
}

func (w *writer) writeParts(g table.Group, c *checklist.Condition, h count) {
	n := w.replied[g]
	switch {
	case len(c.All) > 0: // Fréchet's bounds
		var parts []count
		for i := range c.All {
			parts = append(parts, w.holding(g, &c.All[i]))
			w.between(-many, 0, h, parts[i].times(-1))
		}
		w.between(-many, (len(parts)-1)*n, append(parts, h.times(-1))...)
	case len(c.Any) > 0:
		var parts []count
		for i := range c.Any {
			parts = append(parts, w.holding(g, &c.Any[i]))
			w.between(-many, 0, parts[i], h.times(-1))
		}
		w.between(0, many, append(parts, h.times(-1))...)
	case c.Count != nil:
		w.writeCount(g, c.Count, h)
	case c.Compare != nil:
		w.writeCompare(g, c.Compare, h)
	}
}

// writeCount: a firm for which it holds has between AtLeast and AtMost of the answers, any other between none and all, and,
// where only one bound binds, too few or too many.
func (w *writer) writeCount(g table.Group, c *checklist.Count, h count) {
	q, ok := w.ed.Question(string(c.Question))
	if !ok {
		w.between(0, 0, h)
		return
	}
	n := w.replied[g]
	var given []count
	for _, it := range q.Items {
		if !it.Exclusive {
			given = append(given, w.in(g, checklist.Ref{Question: q.ID, Item: it.ID, Stage: c.Stage}, ids(c.Choices)...))
		}
	}
	all := len(given)
	least, most, others := 0, all, [2]int{0, all}
	if c.AtLeast != nil {
		least = max(0, *c.AtLeast)
	}
	if c.AtMost != nil {
		most = min(all, *c.AtMost)
	}
	switch {
	case c.AtMost == nil:
		others[1] = least - 1
	case c.AtLeast == nil:
		others[0] = most + 1
	}
	// least·h + others[0]·(n−h) ≤ given ≤ most·h + others[1]·(n−h)
	w.between(others[0]*n, many, append(given, h.times(others[0]-least))...)
	w.between(-many, others[1]*n, append(given, h.times(others[1]-most))...)
}

// writeCompare: the classes that lie inside the bounds are in it, those outside are not.
func (w *writer) writeCompare(g table.Group, c *checklist.Compare, h count) {
	q, ok := w.ed.Question(string(c.Ref.Question))
	if !ok {
		w.between(0, 0, h)
		return
	}
	var inside, touched []string
	for i, class := range q.Choices {
		from, to := class.From, q.Max
		if to == 0 {
			to = many
		}
		if i+1 < len(q.Choices) {
			to = q.Choices[i+1].From - 1
		}
		if c.AtLeast != nil && to < *c.AtLeast || c.AtMost != nil && from > *c.AtMost {
			continue
		}
		touched = append(touched, string(class.ID))
		if (c.AtLeast == nil || from >= *c.AtLeast) && (c.AtMost == nil || to <= *c.AtMost) {
			inside = append(inside, string(class.ID))
		}
	}
	if len(q.Choices) == 0 {
		touched = []string{Answered}
	}
	w.between(-many, 0, w.in(g, c.Ref, inside...), h.times(-1))
	w.between(-many, 0, h, w.in(g, c.Ref, touched...).times(-1))
}
