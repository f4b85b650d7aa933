package workbook

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// A markedHead is where a sheet of the checklist has its marker row and the ids of its rows.
type markedHead struct{ row, ids int }

// lastLooked is the last row in which a formula looks for the checklist's rows. No edition's sheet is as long.
const lastLooked = 3000

// pageOf is the page on which a place is answered.
func (m *marker) pageOf(ref checklist.Ref) *page {
	for i := range m.layout.pages {
		for j := range m.layout.pages[i].lines {
			if slices.Contains(m.layout.pages[i].lines[j].refs, ref) {
				return &m.layout.pages[i]
			}
		}
	}
	return nil
}

// sheetNamed is the sheet of the file with this name, -1 if it has none.
func (m *marker) sheetNamed(name string) int {
	return slices.IndexFunc(m.book.sheets, func(s sheetPart) bool { return s.name == name })
}

// sheetOf is the sheet on which a page's other rows are.
func (m *marker) sheetOf(p *page, got *Reading) int {
	for j := range p.lines {
		for _, ref := range p.lines[j].refs {
			if at, ok := got.Places[ref]; ok {
				return m.sheetNamed(at.Sheet)
			}
		}
	}
	return m.sheetNamed(p.name)
}

// ids is the column of the ids of a sheet, "" if it has none.
func (m *marker) ids(sheet int) string {
	h, ok := m.heads[sheet]
	if !ok {
		return ""
	}
	name := columnName(h.ids)
	return fmt.Sprintf("%s!$%s:$%s", sheetQuoted(m.book.sheets[sheet].name), name, name)
}

// entryOf is the answer cell of a row in the k-th answer column, found by its id and by the heading.
func (m *marker) entryOf(sheet int, id string, k int) string {
	s := sheetQuoted(m.book.sheets[sheet].name)
	return fmt.Sprintf(`INDEX(%s!$1:$%d,MATCH("%s",%s,0),%s)`, s, lastLooked, id, m.ids(sheet), m.heading(sheet, k))
}

// heading is the number of the k-th answer column.
func (m *marker) heading(sheet, k int) string {
	return fmt.Sprintf(`MATCH("%s%d",%s,0)`, markAnswer, k+1, m.markerRow(sheet))
}

func (m *marker) markerRow(sheet int) string {
	row := m.heads[sheet].row
	return fmt.Sprintf("%s!$%d:$%d", sheetQuoted(m.book.sheets[sheet].name), row, row)
}

// mustBeAnswered says whether a line is answered by every firm.
func mustBeAnswered(l *line) bool { return l.kind == answerLine && l.q.Required && l.q.When == nil }

// lineOf is the line of the i-th item of a question.
func (m *marker) lineOf(q *checklist.Question, i int) *line {
	p := m.pageOf(q.Refs()[0])
	for j := range p.lines {
		if l := &p.lines[j]; l.kind == answerLine && l.q.ID == q.ID && l.i == i {
			return l
		}
	}
	return nil
}

func and(all []string) string {
	if len(all) == 0 || len(all) > 200 { // arguments; Excel takes 255
		return ""
	}
	return "AND(" + strings.Join(all, ",") + ")"
}

// mustLiteral writes an address, which is short, into a formula.
func mustLiteral(text string) string {
	quoted, _ := literal(text)
	return quoted
}
