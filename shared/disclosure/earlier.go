package disclosure

import (
	"slices"

	"cssa/shared/table"
)

// before returns what earlier releases told of a place for a group, and whether a number they showed has moved by fewer firms
// than the threshold since: that would tell what those firms answered. What was told together stays together, and what was
// closed stays closed.
func (w *work) before(p *place, g table.Group) (told decided, moved bool) {
	now := w.of(p.key, g).Rows[p.row]
	for i := range w.Earlier {
		t := &w.Earlier[i]
		if t.ID != p.id || t.Stage != p.stage || t.Group != g {
			continue
		}
		for _, r := range t.Rows {
			if r.Item != now.Item {
				continue
			}
			if r.Closed() || slices.ContainsFunc(r.Cells, func(c table.Cell) bool { j, ok := c.Withheld(); return ok && j < 0 }) {
				told.closed = true
				continue
			}
			for _, j := range r.Joints {
				told.p = append(told.p, p.columnsOf(t, j))
			}
			moved = moved || w.moved(p, t, r, now)
		}
	}
	return told, moved
}

func (w *work) moved(p *place, t *table.Table, r, now table.Row) bool {
	few := func(a, b int) bool { return a != b && abs(a-b) < w.threshold() }
	if few(r.Base, now.Base) || few(r.Unanswered, now.Unanswered) || few(r.NotApplicable, now.NotApplicable) {
		return true
	}
	is := func(a int) int { n, _ := now.Cells[a].Count(); return n }
	for i, c := range r.Cells {
		at := slices.Index(p.columns, t.Columns[i])
		if n, ok := c.Count(); ok && at >= 0 && few(n, is(at)) {
			return true
		}
	}
	for _, j := range r.Joints {
		n := 0
		for _, a := range p.columnsOf(t, j) {
			n += is(a)
		}
		if few(j.Count, n) {
			return true
		}
	}
	return false
}

func (p *place) columnsOf(t *table.Table, j table.Joint) []int {
	var out []int
	for _, c := range j.Columns {
		if at := slices.Index(p.columns, t.Columns[c]); at >= 0 {
			out = append(out, at)
		}
	}
	return out
}

// asBefore makes what may be told of a branch no finer than earlier releases told it of any of its groups.
func (w *work) asBefore(p *place, b branch, from decided) decided {
	for _, g := range b.groups {
		told, moved := w.before(p, g)
		if told.closed || moved {
			return decided{closed: true}
		}
		if !from.closed {
			from.p = from.p.coarser(told.p)
		}
	}
	return from
}

func abs(n int) int { return max(n, -n) }
