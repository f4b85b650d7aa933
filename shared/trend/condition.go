package trend

import (
	"slices"

	"cssa/shared/checklist"
)

// asked returns the condition under which a place is put to a firm: its question's, and for a later stage of a nested
// question that every stage before it leads on. Nil: it is put to all.
func asked(q *checklist.Question, r checklist.Ref) *checklist.Condition {
	var all []checklist.Condition
	if q.When != nil {
		all = append(all, *q.When)
	}
	for i := range q.Stages {
		if r.Stage == "" || q.Stages[i].ID == r.Stage && i == 0 {
			break
		}
		if i > 0 {
			before := checklist.Ref{Question: r.Question, Item: r.Item, Stage: q.Stages[i-1].ID}
			all = append(all, checklist.Condition{Is: &checklist.Is{Ref: before, Choices: q.Stages[i].After}})
		}
		if q.Stages[i].ID == r.Stage {
			break
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return &all[0]
	}
	return &checklist.Condition{All: all}
}

// condition returns what a condition about the answers to one edition is about those to the other: it holds for the same
// firms, had they answered alike. It fails where the condition asks for something that does not mean the same in both.
func (p *pairing) condition(c *checklist.Condition, toOld bool) (*checklist.Condition, bool) {
	switch {
	case c == nil:
		return nil, true
	case len(c.All) > 0:
		subs, ok := p.conditions(c.All, toOld)
		return &checklist.Condition{All: subs}, ok
	case len(c.Any) > 0:
		subs, ok := p.conditions(c.Any, toOld)
		return &checklist.Condition{Any: subs}, ok
	case c.Not != nil:
		sub, ok := p.condition(c.Not, toOld)
		return &checklist.Condition{Not: sub}, ok
	case c.Is != nil:
		r, l, ok := p.other(c.Is.Ref, toOld)
		if !ok {
			return nil, false
		}
		choices, ok := l.translate(c.Is.Choices, toOld)
		return &checklist.Condition{Is: &checklist.Is{Ref: r, Choices: choices}}, ok
	case c.Answered != nil:
		r, _, ok := p.other(*c.Answered, toOld)
		return &checklist.Condition{Answered: &r}, ok
	case c.Compare != nil:
		r, _, ok := p.other(c.Compare.Ref, toOld)
		return &checklist.Condition{Compare: &checklist.Compare{Ref: r, AtLeast: c.Compare.AtLeast, AtMost: c.Compare.AtMost}}, ok
	case c.Count != nil:
		n, ok := p.count(c.Count, toOld)
		return &checklist.Condition{Count: n}, ok
	}
	return nil, false
}

func (p *pairing) conditions(cs []checklist.Condition, toOld bool) ([]checklist.Condition, bool) {
	out := make([]checklist.Condition, len(cs))
	for i := range cs {
		c, ok := p.condition(&cs[i], toOld)
		if !ok {
			return nil, false
		}
		out[i] = *c
	}
	return out, true
}

// other returns the place that a place is compared with in the other edition.
func (p *pairing) other(r checklist.Ref, toOld bool) (checklist.Ref, link, bool) {
	if toOld {
		l, ok := p.links[r]
		return l.old, l, ok && l.broke == nil
	}
	now, ok := p.back[r]
	return now, p.links[now], ok
}

// count translates a count of places, which must be all of one question's in both editions.
func (p *pairing) count(c *checklist.Count, toOld bool) (*checklist.Count, bool) {
	from, to := p.old, p.now
	if toOld {
		from, to = p.now, p.old
	}
	q, ok := from.Question(string(c.Question))
	if !ok {
		return nil, false
	}
	var out *checklist.Count
	var items []checklist.ItemID
	for _, it := range q.Items {
		if it.Exclusive {
			continue
		}
		r, l, ok := p.other(checklist.Ref{Question: q.ID, Item: it.ID, Stage: c.Stage}, toOld)
		if !ok {
			return nil, false
		}
		choices, ok := l.translate(c.Choices, toOld)
		switch {
		case !ok:
			return nil, false
		case out == nil:
			out = &checklist.Count{Question: r.Question, Stage: r.Stage, Choices: choices, AtLeast: c.AtLeast, AtMost: c.AtMost}
		case out.Question != r.Question || out.Stage != r.Stage || !slices.Equal(out.Choices, choices):
			return nil, false
		}
		items = append(items, r.Item)
	}
	if out == nil {
		return nil, false
	}
	there, ok := to.Question(string(out.Question))
	if !ok {
		return nil, false
	}
	for _, it := range there.Items {
		if !it.Exclusive && !slices.Contains(items, it.ID) {
			return nil, false
		}
	}
	return out, true
}
