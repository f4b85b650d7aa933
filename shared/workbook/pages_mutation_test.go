package workbook_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"cssa/shared/checklist"
)

// anyPage picks a page all of whose rows and columns are there.
func (m *subject) anyPage(r *rand.Rand) (*gridPage, bool) {
	var whole []*gridPage
	for _, p := range m.pages {
		if len(p.gone) == 0 && !slices.ContainsFunc(p.lines, func(l *gridLine) bool { return l.lost || l.mixed || l.twin != nil }) {
			whole = append(whole, p)
		}
	}
	if len(whole) == 0 {
		return nil, false
	}
	return pick(r, whole...), true
}

// sheetOf picks the sheet of a page, or the cover.
func (m *subject) sheetOf(r *rand.Rand) *gridSheet {
	if r.IntN(5) == 0 {
		return m.coverSheet()
	}
	return pick(r, m.pages...).sheet
}

// span is the first and last column of a page's answers.
func (p *gridPage) span() (first, last int) {
	first = p.lines[0].places[0].cell.column
	for _, l := range p.lines {
		for _, a := range l.places {
			first, last = min(first, a.cell.column), max(last, a.cell.column)
		}
	}
	return first, last
}

// alone wants a line whose answers are all there, so that something beside them can be told apart from them.
func alone(x chosen) bool {
	_, last := x.page.span()
	return x.cell.column == last && !slices.ContainsFunc(x.line.places, func(a *gridPlace) bool { return a.answer == nil || a.code != "" })
}

// twoItems picks two items of a question that have labels of their own.
func (m *subject) twoItems(r *rand.Rand) (*gridPage, *gridLine, *gridLine, bool) {
	p, ok := m.anyPage(r)
	if !ok {
		return nil, nil, nil, false
	}
	a, b := pick(r, p.lines...), pick(r, p.lines...)
	return p, a, b, a != b && a.q == b.q && len(a.q.Items) > 1 && !p.bare
}

// titleOf is the row of a question's title.
func (m *subject) titleOf(p *gridPage, q *checklist.Question) int {
	for _, row := range p.sheet.rows {
		for _, c := range row.cells {
			if !row.holds(p.ids) && c.column > p.ids && m.textOf(c) == q.Number {
				return row.n
			}
		}
	}
	return 0
}

// textOf is the text of a cell that the template wrote.
func (m *subject) textOf(c *gridCell) string {
	if n, err := strconv.Atoi(between(c.inner, "<v>", "</v>")); c.kind == "s" && err == nil {
		return strings.TrimSuffix(strings.TrimPrefix(m.strings[n], "<t>"), "</t>")
	}
	return ""
}

// mixed says that two rows stand under each other's label.
func (m *subject) mixed(p *gridPage, lines ...*gridLine) {
	for _, l := range lines {
		l.mixed = true
	}
}
