package audit

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A release being written down.
type writer struct {
	*system
	ed      *checklist.Edition
	release int
	groups  []table.Group // all first
	firms   map[table.Group]int
	replied map[table.Group]int
	parts   [][]table.Group // each adds up to all
	holds   map[*checklist.Condition]int
}

// writeRelease writes down everything of one release.
func (s *system) writeRelease(p Published, release int) error {
	w := &writer{system: s, ed: p.Edition, release: release, firms: map[table.Group]int{}, replied: map[table.Group]int{}}
	tables := p.Releases[release].Tables
	for i := range tables {
		if err := w.writeGroup(&tables[i]); err != nil {
			return err
		}
	}
	if err := w.writeDimensions(); err != nil {
		return err
	}
	if release == 0 {
		if err := w.writeStrata(p.Strata); err != nil {
			return err
		}
	}
	for _, g := range w.groups {
		s.replied[groupOf{release, g}] = w.replied[g]
		w.writePlaces(g)
		w.holds = map[*checklist.Condition]int{}
		w.writeLinks(g)
		w.writeFigures(g)
	}
	w.writeSums(p.Strata)
	for i := range tables {
		if err := w.writeTable(&tables[i]); err != nil {
			return fmt.Errorf("table %s %s of %s=%s: %w", tables[i].ID, tables[i].Stage, tables[i].Group.Dimension, tables[i].Group.ID, err)
		}
	}
	return nil
}

func (w *writer) writeGroup(t *table.Table) error {
	if _, ok := w.replied[t.Group]; !ok {
		w.groups = append(w.groups, t.Group)
		w.firms[t.Group], w.replied[t.Group] = t.Firms, t.Replied
	}
	if t.Edition != string(w.ed.ID) {
		return fmt.Errorf("table %s is of edition %q, not %s", t.ID, t.Edition, w.ed.ID)
	}
	if w.firms[t.Group] != t.Firms || w.replied[t.Group] != t.Replied {
		return fmt.Errorf("table %s says that %d of %d firms of %s=%s replied, another says %d of %d", t.ID,
			t.Replied, t.Firms, t.Group.Dimension, t.Group.ID, w.replied[t.Group], w.firms[t.Group])
	}
	return nil
}

// writeDimensions finds the dimensions and what is left of the whole sector beside the groups shown.
func (w *writer) writeDimensions() error {
	if _, ok := w.replied[table.All]; !ok {
		return fmt.Errorf("there is no table of the whole sector")
	}
	w.groups = append([]table.Group{table.All}, slices.DeleteFunc(w.groups, func(g table.Group) bool { return g == table.All })...)
	byDimension := map[string][]table.Group{}
	var dimensions []string
	for _, g := range w.groups[1:] {
		if byDimension[g.Dimension] == nil {
			dimensions = append(dimensions, g.Dimension)
		}
		byDimension[g.Dimension] = append(byDimension[g.Dimension], g)
	}
	for _, d := range dimensions {
		firms, replied := w.firms[table.All], w.replied[table.All]
		for _, g := range byDimension[d] {
			firms -= w.firms[g]
			replied -= w.replied[g]
		}
		if firms < 0 || replied < 0 || replied > firms {
			return fmt.Errorf("the groups of the dimension %s have more firms than the whole sector", d)
		}
		if firms > 0 {
			rest := table.Group{Dimension: d, ID: Rest}
			w.groups = append(w.groups, rest)
			w.firms[rest], w.replied[rest] = firms, replied
			byDimension[d] = append(byDimension[d], rest)
		}
		w.parts = append(w.parts, byDimension[d])
	}
	return nil
}

func (w *writer) writeStrata(strata []Stratum) error {
	sums := map[table.Group]int{}
	for _, s := range strata {
		for _, g := range append([]table.Group{table.All}, s.Groups...) {
			sums[g] += s.Replied
		}
		w.groups = append(w.groups, s.group())
		w.replied[s.group()] = s.Replied
	}
	for g, n := range sums {
		if have, ok := w.replied[g]; ok && have != n {
			return fmt.Errorf("the strata of %s=%s are of %d firms, its tables of %d", g.Dimension, g.ID, n, have)
		}
	}
	return nil
}

func (w *writer) cell(g table.Group, r checklist.Ref, column string) Cell {
	return Cell{Release: w.release, Group: g, Place: r, Column: column}
}

// columns returns the answers of a place.
func columns(q *checklist.Question, stage checklist.StageID) []string {
	var ids []string
	if q.Kind != checklist.FreeText {
		for _, c := range q.ChoicesAt(stage) {
			ids = append(ids, string(c.ID))
		}
	}
	if len(ids) == 0 {
		ids = []string{Answered}
	}
	return ids
}

// writePlaces writes down that at each place every firm of the group that replied is in one column.
func (w *writer) writePlaces(g table.Group) {
	n := w.replied[g]
	for _, q := range w.ed.Questions() {
		for _, r := range q.Refs() {
			first := len(q.Stages) == 0 || q.Stages[0].ID == r.Stage
			w.writePlace(w.cell(g, r, ""), q, n, nil, q.When == nil && first)
		}
	}
}

// writePlace writes down the columns of a place among n firms, those of the group for which the filter holds.
func (w *writer) writePlace(at Cell, q *checklist.Question, n int, filter *checklist.Condition, toAll bool) {
	count := func(column string, in func(column string) bool) int {
		c := at
		c.Column = column
		return w.add(unknown{cell: c, hi: n, base: -1, in: func(a *firm) bool { return a.holds(filter) && in(a.category(q, at.Place)) }})
	}
	is := func(column string) func(string) bool { return func(c string) bool { return c == column } }
	base := count(Base, func(c string) bool { return c != Unanswered && c != NotApplicable })
	answers := []term{{base, -1}}
	for _, id := range columns(q, at.Place.Stage) {
		u := count(id, is(id))
		w.unknowns[u].base = base
		w.unknowns[u].structural = id == Answered
		answers = append(answers, term{u, 1})
	}
	w.know(0, 0, answers...)
	blank, outside := count(Unanswered, is(Unanswered)), count(NotApplicable, is(NotApplicable))
	if q.Required {
		w.unknowns[blank].hi, w.unknowns[blank].structural = 0, true
	}
	if toAll {
		w.unknowns[outside].hi, w.unknowns[outside].structural = 0, true
	}
	if filter == nil {
		w.know(n, n, term{base, 1}, term{blank, 1}, term{outside, 1})
	}
}

// writeSums writes down that every count of the whole sector is the sum over the groups of each dimension, and every count
// of a group that over its strata.
func (w *writer) writeSums(strata []Stratum) {
	if w.release > 0 {
		strata = nil
	}
	for u := range w.unknowns {
		c := w.unknowns[u].cell
		if c.Release != w.release || c.Group == (table.Group{}) {
			continue
		}
		add := func(groups []table.Group) {
			terms := []term{{u, -1}}
			for _, g := range groups {
				part := c
				part.Group = g
				terms = append(terms, term{w.at[part], 1})
			}
			w.know(0, 0, terms...)
		}
		var of []table.Group
		for _, s := range strata {
			if c.Group == table.All || slices.Contains(s.Groups, c.Group) {
				of = append(of, s.group())
			}
		}
		if c.Group == table.All {
			for _, groups := range w.parts {
				add(groups)
			}
		}
		if len(of) > 0 && c.Group.Dimension != "stratum" {
			add(of)
		}
	}
}

// writeChange writes down that no more than changed firms moved between two releases, from and to no reply included.
func (s *system) writeChange(release, changed int) {
	moved := map[Cell]*[2][]term{}
	var places []Cell
	n := len(s.unknowns)
	for u := range n {
		c := s.unknowns[u].cell
		if c.Release != release || c.Column == Base || c.Place.Question == "" || c.Figure != "" {
			continue
		}
		c.Release--
		v, ok := s.at[c]
		if !ok {
			continue
		}
		if changed == 0 {
			s.know(0, 0, term{u, 1}, term{v, -1})
			continue
		}
		up, down := s.add(unknown{hi: changed, base: -1}), s.add(unknown{hi: changed, base: -1})
		s.know(0, 0, term{v, 1}, term{u, -1}, term{up, -1}, term{down, 1})
		c.Column = ""
		if moved[c] == nil {
			moved[c] = &[2][]term{}
			places = append(places, c)
		}
		moved[c][0] = append(moved[c][0], term{up, 1})
		moved[c][1] = append(moved[c][1], term{down, 1})
	}
	for _, c := range places {
		s.know(0, changed, moved[c][0]...)
		s.know(0, changed, moved[c][1]...)
	}
}
