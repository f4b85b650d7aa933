package audit

import (
	"fmt"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A firm is one firm's answers to one release, with what was worked out of them.
type firm struct {
	ed         *checklist.Edition
	answers    checklist.Answers
	categories map[checklist.Ref]string
	conditions map[*checklist.Condition]bool
}

// category returns the column of a place that the firm is counted in.
func (f *firm) category(q *checklist.Question, r checklist.Ref) string {
	c, ok := f.categories[r]
	if ok {
		return c
	}
	switch f.ed.State(q, r, f.answers) {
	case checklist.NotApplicable:
		c = NotApplicable
	case checklist.Unanswered:
		c = Unanswered
	default:
		c = string(f.answers[r].Choice)
		if columns(q, r.Stage)[0] == Answered {
			c = Answered
		} else if q.Kind == checklist.Number {
			class, _ := q.Class(f.answers[r].Number)
			c = string(class)
		}
	}
	f.categories[r] = c
	return c
}

func (f *firm) holds(c *checklist.Condition) bool {
	if c == nil {
		return true
	}
	h, ok := f.conditions[c]
	if !ok {
		h = c.Holds(f.ed, f.answers)
		f.conditions[c] = h
	}
	return h
}

// at returns the firm's answers to a release; nil where it did not reply.
func (m Member) at(release int) checklist.Answers {
	if len(m.Answers) == 0 {
		return nil
	}
	return m.Answers[min(release, len(m.Answers)-1)]
}

// own counts, for every unknown, the reader's firms that are in it.
func (a *auditor) own(r Reader) ([]int, error) {
	own := make([]int, len(a.s.unknowns))
	for _, m := range r.Own {
		for release := range a.p.Releases {
			answers := m.at(release)
			if answers == nil {
				continue
			}
			f := &firm{a.p.Edition, answers, map[checklist.Ref]string{}, map[*checklist.Condition]bool{}}
			for _, g := range a.groupsOf(m, release) {
				for _, u := range a.of[groupOf{release, g}] {
					if x := &a.s.unknowns[u]; x.in != nil && x.in(f) {
						own[u]++
					}
				}
			}
		}
	}
	for u, n := range own {
		if n > a.s.unknowns[u].hi {
			return nil, fmt.Errorf("%d of its firms are in %s, which is %d at most", n, a.s.unknowns[u].cell, a.s.unknowns[u].hi)
		}
	}
	return own, nil
}

// groupsOf returns the groups of a release that a firm is counted in: all, its own, the rest of a dimension that shows none of its own, and
// its stratum.
func (a *auditor) groupsOf(m Member, release int) []table.Group {
	groups := []table.Group{table.All, Stratum{Groups: m.Groups}.group()}
	for _, dimension := range a.dimensions {
		in := table.Group{Dimension: dimension, ID: Rest}
		for _, g := range m.Groups {
			if _, shown := a.of[groupOf{release, g}]; shown && g.Dimension == dimension {
				in = g
			}
		}
		groups = append(groups, in)
	}
	return groups
}
