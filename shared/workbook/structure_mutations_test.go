package workbook_test

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"cssa/shared/checklist"
)

// structureMutations change rows, columns and what stands beside the answers.
var structureMutations = []mutation{
	{name: "rows inserted", come: read_, do: func(m *subject, r *rand.Rand) bool {
		s := m.sheetOf(r)
		s.insertRows(1+r.IntN(s.last()+2), 1+r.IntN(5))
		return true
	}},
	{name: "columns inserted", come: read_, do: func(m *subject, r *rand.Rand) bool {
		m.sheetOf(r).insertColumns(1+r.IntN(7), 1+r.IntN(3))
		return true
	}},
	{name: "a row of words deleted", come: read_, do: func(m *subject, r *rand.Rand) bool {
		p := pick(r, m.pages...)
		if p.bared { // only words tell still whose sheet it is
			return false
		}
		var free []int
		for _, row := range p.sheet.rows {
			if words := row.holds(p.ids + 2); words && !row.holds(p.ids) && !row.holds(p.ids+1) && !row.holds(p.ids+3) {
				free = append(free, row.n)
			}
		}
		if len(free) == 0 {
			return false
		}
		p.sheet.deleteRow(pick(r, free...))
		return true
	}},
	{name: "the title of a question deleted", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if !ok || p.bare {
			return false
		}
		l := pick(r, p.lines...)
		if l.q == p.lines[0].q { // above it there is no other question
			return false
		}
		n := m.titleOf(p, l.q)
		if n == 0 {
			return false
		}
		p.sheet.deleteRow(n)
		for _, k := range p.lines {
			k.mixed = k.mixed || k.q == l.q
		}
		return true
	}},
	{name: "a row with an answer deleted", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if ok {
			l := pick(r, p.lines...)
			p.sheet.deleteRow(l.row.n)
			l.lost = true
		}
		return ok
	}},
	{name: "an id cleared", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if ok {
			l := pick(r, p.lines...)
			ok = l.row.holds(p.ids)
			l.row.at(p.ids).clear()
			l.lost = true
			ok = ok && !slices.ContainsFunc(p.lines, func(l *gridLine) bool { // what stands there would seem to belong to the row above
				return slices.ContainsFunc(l.places, func(a *gridPlace) bool { return a.answer == nil })
			})
		}
		return ok
	}},
	{name: "the marker row deleted", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if ok = ok && p.sheet.rows[0].n == 1 && p.sheet.rows[0].holds(p.ids); ok {
			p.sheet.deleteRow(1)
			for _, l := range p.lines {
				l.lost = true
			}
		}
		return ok
	}},
	{name: "the column of ids deleted", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if ok {
			p.sheet.deleteColumn(p.ids)
			p.bared = true
			for _, l := range p.lines {
				l.lost = true
			}
		}
		return ok
	}},
	{name: "a column of labels deleted", come: read_, do: func(m *subject, r *rand.Rand) bool {
		p := pick(r, m.pages...)
		first, _ := p.span()
		if id := p.ids; first-id > 1 {
			for _, l := range p.lines {
				if l.mixed { // the words that show it may go
					return false
				}
			}
			p.sheet.deleteColumn(id + 1 + r.IntN(first-id-1))
			p.bare = true
			return true
		}
		return false
	}},
	{name: "an answer column deleted", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if ok {
			first, last := p.span()
			k := r.IntN(last - first + 1)
			p.sheet.deleteColumn(first + k)
			p.gone[k] = true
		}
		return ok
	}},
	{name: "the marker of an answer column typed over another column", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if ok {
			first, last := p.span()
			k := r.IntN(last - first + 1)
			if ok = p.sheet.rows[0].n == 1 && !p.sheet.rows[0].holds(last+1); ok {
				p.sheet.rows[0].at(last + 1).inline("answer-" + strconv.Itoa(k+1))
				p.gone[k] = true
			}
		}
		return ok
	}},
	{name: "a row copied", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if ok {
			l := pick(r, p.lines...)
			twin := l.row.again()
			to := 3 + r.IntN(p.sheet.last())
			after := to > l.row.n
			p.sheet.insertRows(to, 1)
			twin.n = to
			i := slices.IndexFunc(p.sheet.rows, func(x *gridRow) bool { return x.n > to })
			if i < 0 {
				i = len(p.sheet.rows)
			}
			p.sheet.rows = slices.Insert(p.sheet.rows, i, twin)
			if !after {
				twin = l.row
			}
			l.twin = &gridField{sheet: p.sheet, row: twin, cell: twin.at(p.ids)}
			for _, a := range l.places {
				a.code = "" // the row is not looked at
			}
		}
		return ok
	}},
	{name: "the ids of two items swapped", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, l, k, ok := m.twoItems(r)
		if ok {
			a, b := l.row.at(p.ids), k.row.at(p.ids)
			a.kind, b.kind, a.inner, b.inner = b.kind, a.kind, b.inner, a.inner
			l.row, k.row = k.row, l.row
			m.mixed(p, l, k)
		}
		return ok
	}},
	{name: "the ids of two questions swapped", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if !ok || p.bare {
			return false
		}
		l, k := pick(r, p.lines...), pick(r, p.lines...)
		if ok = l.q != k.q && len(l.places) == len(k.places); ok {
			a, b := l.row.at(p.ids), k.row.at(p.ids)
			a.kind, b.kind, a.inner, b.inner = b.kind, a.kind, b.inner, a.inner
			l.row, k.row = k.row, l.row
			m.mixed(p, l, k)
		}
		return ok
	}},
	{name: "two items sorted without their ids", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, l, k, ok := m.twoItems(r)
		if ok {
			for c := p.ids + 1; c < 9; c++ {
				a, b := l.row.at(c), k.row.at(c)
				a.kind, b.kind, a.inner, b.inner = b.kind, a.kind, b.inner, a.inner
			}
			m.mixed(p, l, k)
		}
		return ok
	}},
	{name: "an answer moved one cell to the right", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, alone)
		if ok = ok && !x.line.row.holds(x.cell.column+1); ok {
			to := x.line.row.at(x.cell.column + 1)
			to.kind, to.inner = x.cell.kind, x.cell.inner
			x.cell.clear()
			x.stray = &gridField{sheet: x.page.sheet, row: x.line.row, cell: to}
			x.spoil(checklist.CodeMovedAnswer)
		}
		return ok
	}},
	{name: "an answer moved into the blank row below", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, alone)
		if !ok {
			return false
		}
		row := x.page.sheet.row(x.line.row.n + 1)
		if row == nil || slices.ContainsFunc(row.cells, func(c *gridCell) bool { return c.inner != "" }) {
			return false
		}
		to := row.at(x.cell.column)
		to.kind, to.inner = x.cell.kind, x.cell.inner
		x.cell.clear()
		x.stray = &gridField{sheet: x.page.sheet, row: row, cell: to}
		return x.spoil(checklist.CodeMovedAnswer)
	}},
	{name: "a remark beside an answer", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, alone)
		if ok = ok && !x.line.row.holds(x.cell.column+1); ok {
			x.line.row.at(x.cell.column + 1 + 3*r.IntN(9)).inline(pick(r, "要確認", "前回と同じ", "2024年度は2", "△"))
		}
		return ok
	}},
	{name: "an answer merged into what is left of it", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, nil)
		if ok {
			n := x.line.row.n
			x.page.sheet.merged = append(x.page.sheet.merged, box{x.cell.column - 1, n, x.cell.column, n})
			x.spoil(checklist.CodeMerged)
		}
		return ok
	}},
	{name: "an answer merged with the cell beside it", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, alone)
		if ok = ok && !x.line.row.holds(x.cell.column+1); ok {
			n := x.line.row.n
			x.page.sheet.merged = append(x.page.sheet.merged, box{x.cell.column, n, x.cell.column + 1, n})
		}
		return ok
	}},
	{name: "hidden rows and columns", come: read_, do: func(m *subject, r *rand.Rand) bool {
		s := m.sheetOf(r)
		for _, row := range s.rows {
			if r.IntN(3) == 0 {
				row.attrs += ` hidden="1"`
			}
		}
		return true
	}},
}
