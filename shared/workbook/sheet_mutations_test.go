package workbook_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

func (m *subject) coverSheet() *gridSheet { return m.fields[workbook.FirmCell].sheet }

// other picks a sheet without answers that is not the cover.
func (m *subject) other(r *rand.Rand) *gridSheet {
	var all []*gridSheet
	for _, s := range m.sheets {
		if s.page == nil && s != m.coverSheet() {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return pick(r, all...)
}

func (m *subject) remove(s *gridSheet) {
	m.sheets = slices.DeleteFunc(m.sheets, func(x *gridSheet) bool { return x == s })
}

// add adds a sheet at any place among the others.
func (m *subject) add(s *gridSheet, r *rand.Rand) {
	n := strconv.Itoa(90 + len(m.sheets))
	s.name, s.id, s.rel, s.part = s.name+n, n, "rIdx"+n, "xl/worksheets/added"+n+".xml"
	m.sheets = slices.Insert(m.sheets, r.IntN(len(m.sheets)+1), s)
	m.bodies[relsPart] = strings.Replace(m.bodies[relsPart], "</Relationships>",
		`<Relationship Id="`+s.rel+`" Target="worksheets/added`+n+`.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>`, 1)
	m.bodies[typesPart] = strings.Replace(m.bodies[typesPart], "</Types>",
		`<Override PartName="/`+s.part+`" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`, 1)
}

// sheetMutations change whole sheets.
var sheetMutations = []mutation{
	{name: "sheets renamed", come: read_, do: func(m *subject, r *rand.Rand) bool {
		for i, s := range m.sheets {
			if r.IntN(2) == 0 {
				s.name = pick(r, "Sheet", "控え ", "Q&A <", "選択肢", "表紙 ", "1 経営方針", "'", "エラー一覧 ") + strconv.Itoa(i)
			}
		}
		return true
	}},
	{name: "sheets moved", come: read_, do: func(m *subject, r *rand.Rand) bool {
		for _, s := range m.sheets {
			if s.page != nil && slices.ContainsFunc(s.page.lines, func(l *gridLine) bool { return l.twin != nil }) {
				return false // which of the two is the second would change
			}
		}
		r.Shuffle(len(m.sheets), func(i, j int) { m.sheets[i], m.sheets[j] = m.sheets[j], m.sheets[i] })
		return true
	}},
	{name: "sheets hidden", come: read_, do: func(m *subject, r *rand.Rand) bool {
		for _, s := range m.sheets {
			s.state = pick(r, "", "hidden", "veryHidden", "visible")
		}
		return true
	}},
	{name: "a sheet without answers deleted", come: read_, do: func(m *subject, r *rand.Rand) bool {
		s := m.other(r)
		if s != nil {
			m.remove(s)
		}
		return s != nil
	}},
	{name: "a section's sheet deleted", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if ok = ok && len(m.pages) > 1 && slices.Contains(m.sheets, p.sheet); ok {
			m.remove(p.sheet)
			for _, l := range p.lines {
				l.lost = true
			}
		}
		return ok
	}},
	{name: "the cover deleted", come: refused, do: func(m *subject, r *rand.Rand) bool {
		if m.whole != nil {
			return false
		}
		m.remove(m.coverSheet())
		m.whole = &wholeFault{codes: []checklist.FaultCode{checklist.CodeNoIdentity}}
		return true
	}},
	{name: "a section's sheet copied", come: told_, do: func(m *subject, r *rand.Rand) bool {
		p, ok := m.anyPage(r)
		if !ok {
			return false
		}
		twin := p.sheet.again()
		m.add(twin, r)
		second := twin
		if slices.Index(m.sheets, twin) < slices.Index(m.sheets, p.sheet) {
			second = p.sheet
		}
		for _, l := range p.lines {
			row := second.row(l.row.n)
			l.twin = &gridField{sheet: second, row: row, cell: row.at(p.ids)}
		}
		return true
	}},
	{name: "a sheet of the firm's own", come: read_, do: func(m *subject, r *rand.Rand) bool {
		s := &gridSheet{name: "作業用", head: `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`, tail: `<mergeCells/></worksheet>`, state: pick(r, "", "hidden")}
		for n := 1 + r.IntN(3); n < 30; n += 1 + r.IntN(4) {
			row := &gridRow{n: n}
			for c := 1 + r.IntN(3); c < 8; c += 1 + r.IntN(3) {
				m.type_(row.at(c), pick(r, "policy", "report.others", "answer-1", "finding", "はい", "2", "cover/firm", "合計", "CSSA", "cssa "+strconv.Itoa(n)), r)
			}
			s.rows = append(s.rows, row)
		}
		m.add(s, r)
		return true
	}},
	{name: "a cell in the last row and column of a sheet", come: read_, do: func(m *subject, r *rand.Rand) bool {
		s := m.other(r)
		if s == nil || s.last() > 1_000_000 {
			return false
		}
		row := &gridRow{n: 1_048_576}
		row.at(16_384).inline("はい")
		s.rows = append(s.rows, row)
		return true
	}},
	{name: "a million formatted rows", come: read_, few: true, do: func(m *subject, r *rand.Rand) bool {
		s := m.sheetOf(r)
		if s.last() > 1000 {
			return false
		}
		m.first(func(p *unpacked) {
			p.bodies[s.part] = strings.Replace(p.bodies[s.part], "</sheetData>", strings.Repeat("<row><c s=\"1\"/></row>", 1_000_000)+"</sheetData>", 1)
		})
		return true
	}},
	{name: "200,001 cells", come: refused, few: true, do: func(m *subject, r *rand.Rand) bool {
		s := m.sheetOf(r)
		if s.last() > 1000 || m.whole != nil {
			return false
		}
		m.first(func(p *unpacked) {
			p.bodies[s.part] = strings.Replace(p.bodies[s.part], "</sheetData>", strings.Repeat("<row><c><v>1</v></c></row>", 200_001)+"</sheetData>", 1)
		})
		m.whole = &wholeFault{codes: []checklist.FaultCode{checklist.CodeTooLarge}, sheet: s}
		return true
	}},
	{name: "a row beyond the last", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.break_(m.sheetOf(r), checklist.CodeTooLarge, "</sheetData>", `<row r="1048577"><c r="A1048577"><v>1</v></c></row></sheetData>`)
	}},
	{name: "a column beyond the last", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.break_(m.sheetOf(r), checklist.CodeTooLarge, "</sheetData>", `<row><c/><c r="XFE`+"ROW"+`"><v>1</v></c></row></sheetData>`)
	}},
}

// break_ changes the part of a sheet when it is written, so that the file is refused with a fault of that sheet.
func (m *subject) break_(s *gridSheet, code checklist.FaultCode, old, new string) bool {
	if m.whole != nil || m.dense || !slices.Contains(m.sheets, s) {
		return false
	}
	new = strings.ReplaceAll(new, "ROW", strconv.Itoa(s.last()+1))
	m.first(func(p *unpacked) {
		if !strings.Contains(p.bodies[s.part], old) {
			panic("no " + old + " in " + s.part)
		}
		p.bodies[s.part] = strings.Replace(p.bodies[s.part], old, new, 1)
	})
	m.whole = &wholeFault{codes: []checklist.FaultCode{code}, sheet: s}
	return true
}
