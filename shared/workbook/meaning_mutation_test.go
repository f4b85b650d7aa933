package workbook_test

import (
	"slices"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// A meaning is what a subject says, and what must come of reading it.
type meaning struct {
	pages  []*gridPage
	fields map[workbook.Field]*gridField
	cover  checklist.Cover
	whole  *wholeFault // the file is refused as a whole
	maybe  bool        // reading it exactly would be right as well
}

// A wholeFault stands alone.
type wholeFault struct {
	codes []checklist.FaultCode // one of these
	part  string                // the part it must name; "" if it is of the whole file or of a sheet
	sheet *gridSheet            // the sheet it must name
	at    *gridField            // the cell it must name
}

type gridPage struct {
	name  string // as the template has it
	sheet *gridSheet
	lines []*gridLine
	ids   int          // the column of ids
	gone  map[int]bool // answer columns that are gone
	bare  bool         // a column of words is gone
	bared bool         // the column of ids is gone
}

// A gridLine is a row that is answered.
type gridLine struct {
	q      *checklist.Question
	row    *gridRow
	places []*gridPlace
	lost   bool // the row is gone, or its id is
	mixed  bool // its label is another row's
	twin   *gridField
}

type gridPlace struct {
	ref    checklist.Ref
	cell   *gridCell
	answer *checklist.Answer   // nil: none
	code   checklist.FaultCode // the fault of the cell
	stray  *gridField          // where the fault must point instead
}

// A gridField is a cell of a sheet.
type gridField struct {
	sheet *gridSheet
	row   *gridRow
	cell  *gridCell
	code  checklist.FaultCode
	lost  bool
}

func (f *gridField) name() string { return columnOf(f.cell.column) + number(f.row.n) }

// means gives a subject that was taken apart its meaning.
func (m *subject) means(ed *checklist.Edition, c checklist.Cover, a checklist.Answers) {
	m.ed, m.cover, m.fields = ed, c, map[workbook.Field]*gridField{}
	layout := workbook.LayoutOf(ed)
	find := func(at workbook.Location) (*gridSheet, *gridRow, *gridCell) {
		for _, s := range m.sheets {
			if s.name == at.Sheet {
				column, n := coordinates(at.Cell)
				return s, s.row(n), s.row(n).at(column)
			}
		}
		panic("no sheet " + at.Sheet)
	}
	for _, f := range []workbook.Field{workbook.FirmName, workbook.ReferenceDate, workbook.Preparer, workbook.Approver, workbook.ApproverTitle,
		workbook.ApprovedOn, workbook.EditionCell, workbook.FirmCell, workbook.ChecksumCell} {
		s, r, c := find(layout.Cover(f))
		m.fields[f] = &gridField{sheet: s, row: r, cell: c}
	}
	for i := range ed.Sections {
		p := &gridPage{gone: map[int]bool{}}
		for j := range ed.Sections[i].Questions {
			q := &ed.Sections[i].Questions[j]
			for _, ref := range q.Refs() {
				s, r, c := find(layout.Answer(ref))
				p.sheet, p.name, p.ids, s.page = s, s.name, 1, p
				if n := len(p.lines); n == 0 || p.lines[n-1].row != r {
					p.lines = append(p.lines, &gridLine{q: q, row: r})
				}
				place := &gridPlace{ref: ref, cell: c}
				if x, ok := a[ref]; ok {
					place.answer = &x
				}
				l := p.lines[len(p.lines)-1]
				l.places = append(l.places, place)
			}
		}
		m.pages = append(m.pages, p)
	}
}

// again is a copy of the meaning that points into the copied sheets.
func (x *meaning) again(from, to *subject) meaning {
	c := meaning{cover: x.cover, fields: map[workbook.Field]*gridField{}}
	moved := func(s *gridSheet, r *gridRow, g *gridCell) (*gridSheet, *gridRow, *gridCell) {
		t := to.sheets[slices.Index(from.sheets, s)]
		u := t.rows[slices.Index(s.rows, r)]
		if g == nil {
			return t, u, nil
		}
		return t, u, u.cells[slices.Index(r.cells, g)]
	}
	for f, g := range x.fields {
		y := &gridField{}
		y.sheet, y.row, y.cell = moved(g.sheet, g.row, g.cell)
		c.fields[f] = y
	}
	for _, p := range x.pages {
		q := &gridPage{name: p.name, gone: map[int]bool{}, ids: p.ids, sheet: to.sheets[slices.Index(from.sheets, p.sheet)]}
		q.sheet.page = q
		for _, l := range p.lines {
			k := &gridLine{q: l.q}
			_, k.row, _ = moved(p.sheet, l.row, nil)
			for _, a := range l.places {
				b := &gridPlace{ref: a.ref, answer: a.answer}
				_, _, b.cell = moved(p.sheet, l.row, a.cell)
				k.places = append(k.places, b)
			}
			q.lines = append(q.lines, k)
		}
		c.pages = append(c.pages, q)
	}
	return c
}

// A told is a fault as far as it matters here: its code and its place.
func told(code checklist.FaultCode, ref checklist.Ref, sheet, cell string) string {
	return strings.Join([]string{string(code), ref.String(), sheet, cell}, "|")
}

// mean works out the answers that must be read and the faults that must be told, from the mutation's own account and from the
// edition's rules.
func (m *subject) mean() (checklist.Answers, []string) {
	answers, skip, at := checklist.Answers{}, map[checklist.Ref]bool{}, map[checklist.Ref][2]string{}
	var faults []string
	for _, f := range m.fields {
		if f.code != "" {
			faults = append(faults, told(f.code, checklist.Ref{}, f.sheet.name, f.name()))
		}
	}
	for _, p := range m.pages {
		if !slices.ContainsFunc(p.lines, func(l *gridLine) bool { return !l.lost }) {
			code, name := checklist.CodeSheetMissing, p.name
			if p.bared {
				code, name = checklist.CodeIDsMissing, p.sheet.name
			}
			faults = append(faults, told(code, p.lines[0].places[0].ref, name, ""))
			for _, l := range p.lines {
				for _, a := range l.places {
					skip[a.ref] = true
				}
			}
			continue
		}
		said, column := map[string]bool{}, false
		for _, l := range p.lines {
			if l.lost || l.twin != nil || l.mixed {
				code, sheet, cell := checklist.CodeRowMissing, p.name, ""
				switch {
				case l.twin != nil:
					code, sheet, cell = checklist.CodeDuplicateRow, l.twin.sheet.name, l.twin.name()
				case l.mixed:
					code, sheet, cell = checklist.CodeMisplacedRow, p.sheet.name, columnOf(p.ids)+number(l.row.n)
				}
				if key := string(code) + string(l.q.ID); !said[key] {
					said[key] = true
					faults = append(faults, told(code, l.places[0].ref, sheet, cell))
				}
				for _, a := range l.places {
					skip[a.ref] = true
				}
				continue
			}
			for k, a := range l.places {
				cell := columnOf(a.cell.column) + number(l.row.n)
				switch {
				case p.gone[k]:
					skip[a.ref] = true
					if !column {
						faults = append(faults, told(checklist.CodeAnswerColumn, a.ref, p.sheet.name, ""))
					}
					column = true
					continue
				case a.code != "":
					skip[a.ref] = true
					f := &gridField{sheet: p.sheet, row: l.row, cell: a.cell}
					if a.stray != nil {
						f = a.stray
					}
					faults = append(faults, told(a.code, a.ref, f.sheet.name, f.name()))
				case a.answer != nil:
					answers[a.ref] = *a.answer
				}
				at[a.ref] = [2]string{p.sheet.name, cell}
			}
		}
	}
	for _, f := range m.ed.Check(answers, skip) {
		x := at[f.Ref]
		faults = append(faults, told(f.Code, f.Ref, x[0], x[1]))
	}
	slices.Sort(faults)
	return answers, faults
}
