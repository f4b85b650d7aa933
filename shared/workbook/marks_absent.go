package workbook

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// proveAbsent finds the formulas for what has no cell of its own, as it is not there, or there too often: they count ids and
// headings, wherever the firm puts them back. It is called when all sheets are marked.
func (m *marker) proveAbsent(x *mark, got *Reading) {
	f := &x.fault
	q, ok := m.ed.Question(string(f.Ref.Question))
	switch f.Code {
	case checklist.CodeDuplicateRow:
		x.related = nil // its cell goes with the row
		if id := m.idOf[cellAt{x.at.sheet, 0, x.at.row}]; id != "" {
			x.proof = m.onlyOnce(id)
		}
	case checklist.CodeSheetMissing:
		if p := m.pageOf(f.Ref); p != nil {
			x.proof = sheetBack(p, p.name)
			x.hint = fmt.Sprintf("_xlfn.SHEETS()<>%d", len(m.book.sheets)+m.listsAdded())
		}
	case checklist.CodeIDsMissing:
		if p := m.pageOf(f.Ref); p != nil {
			x.proof = sheetBack(p, f.Sheet)
			x.hint = fmt.Sprintf("ISERROR(INDIRECT(%s))", mustLiteral(sheetQuoted(f.Sheet)+"!$A$1"))
		}
	case checklist.CodeRowMissing:
		if ok {
			x.proof = m.rowsBack(q, got)
		} else {
			x.proof = m.coverRowBack(x)
		}
	case checklist.CodeAnswerColumn:
		if p := m.pageOf(f.Ref); p != nil {
			x.proof = m.columnsBack(p, m.sheetNamed(f.Sheet))
		}
	case checklist.CodeNoAnswers:
		x.hint = m.anyAnswer(got)
	case checklist.CodeMisplacedRow:
		if ok && len(q.Items) > 0 && slices.ContainsFunc(q.Items, func(it checklist.Item) bool { return clip(it.Label.JA) == f.Found }) {
			x.proof = m.labelsBack(q, x, got)
		}
	}
}

// onlyOnce is true only if an id stands in the file once.
func (m *marker) onlyOnce(id string) string {
	var counts []string
	for sheet := range m.book.sheets {
		if ids := m.ids(sheet); ids != "" {
			counts = append(counts, fmt.Sprintf(`COUNTIF(%s,"%s")`, ids, id))
		}
	}
	return strings.Join(counts, "+") + "=1"
}

// sheetBack is true only if a sheet has its ids and answers. It is looked for by its name and fixed columns, as there is nothing
// yet to be pointed at. Another sheet that was added since may be it under another name.
func sheetBack(p *page, name string) string {
	s := sheetQuoted(name)
	column := func(c int) string {
		return fmt.Sprintf(`INDIRECT(%s)`, mustLiteral(fmt.Sprintf("%s!$%s$2:$%s$%d", s, columnName(c), columnName(c), lastLooked)))
	}
	n, first, last := 0, "", ""
	for j := range p.lines {
		if l := &p.lines[j]; l.kind == answerLine {
			if last = l.id; first == "" {
				first = l.id
			}
			if mustBeAnswered(l) {
				n++
			}
		}
	}
	return fmt.Sprintf(`AND(COUNTIF(%[1]s,"%[2]s")=1,COUNTIF(%[1]s,"%[3]s")=1,COUNTIFS(%[1]s,"<>",%[4]s,"<>")>=%[5]d)`,
		column(columnID), first, last, column(columnAnswer), n)
}

// listsAdded is how many sheets the marking adds.
func (m *marker) listsAdded() int {
	if m.oldList >= 0 {
		return 0
	}
	return 1
}

// rowsBack is true only if the rows of a question that are not there are, once each, and are answered where every firm has to.
func (m *marker) rowsBack(q *checklist.Question, got *Reading) string {
	p := m.pageOf(q.Refs()[0])
	sheet := m.sheetOf(p, got)
	if m.ids(sheet) == "" {
		return ""
	}
	var all []string
	for j := range p.lines {
		l := &p.lines[j]
		if l.kind != answerLine || l.q.ID != q.ID {
			continue
		}
		if _, there := got.Places[l.refs[0]]; there {
			continue
		}
		all = append(all, fmt.Sprintf(`COUNTIF(%s,"%s")=1`, m.ids(sheet), l.id))
		all = append(all, m.between(sheet, p, j, got)...)
		if mustBeAnswered(l) {
			proof := answered(q, l.refs[0].Stage, m.entryOf(sheet, l.id, 0))
			if proof == "" {
				return ""
			}
			all = append(all, proof)
		}
	}
	return and(all)
}

// between is true only if the j-th line of a page stands between those of its neighbours that are where they were.
func (m *marker) between(sheet int, p *page, j int, got *Reading) (proofs []string) {
	row := func(id string) string { return fmt.Sprintf(`MATCH("%s",%s,0)`, id, m.ids(sheet)) }
	for _, way := range []struct {
		step int
		than string
	}{{-1, ">"}, {1, "<"}} {
		for k := j + way.step; k >= 0 && k < len(p.lines); k += way.step {
			if p.lines[k].kind != answerLine {
				continue
			}
			if _, there := got.Places[p.lines[k].refs[0]]; there {
				proofs = append(proofs, row(p.lines[j].id)+way.than+row(p.lines[k].id))
				break
			}
		}
	}
	return proofs
}

// coverRowBack is rowsBack for a row of the cover.
func (m *marker) coverRowBack(x *mark) string {
	f := m.fieldNamed(x.fault.What.JA)
	sheet := m.sheetNamed(x.fault.Sheet)
	if f == nil || m.ids(sheet) == "" {
		return ""
	}
	once := fmt.Sprintf(`COUNTIF(%s,"%s")=1`, m.ids(sheet), f.field)
	if f.locked {
		return once
	}
	return and([]string{once, m.fieldFilled(f, m.entryOf(sheet, string(f.field), 0))})
}

// fieldNamed is the field of the cover whose row a fault says is missing.
func (m *marker) fieldNamed(what string) *coverField {
	fields := coverFieldsOf(m.ed)
	for i := range fields {
		f := &fields[i]
		for _, name := range []string{f.short.JA, f.label.JA} {
			if name != "" && checklist.NewFault(checklist.CodeRowMissing, "want", name).What.JA == what {
				return f
			}
		}
	}
	return nil
}

// columnsBack is true only if every answer column of a sheet is there once and holds as many answers as every firm gives.
func (m *marker) columnsBack(p *page, sheet int) string {
	if m.ids(sheet) == "" {
		return ""
	}
	var all []string
	s := sheetQuoted(m.book.sheets[sheet].name)
	for k := range p.columns {
		all = append(all, fmt.Sprintf(`COUNTIF(%s,"%s%d")=1`, m.markerRow(sheet), markAnswer, k+1))
	}
	n := 0
	for j := range p.lines {
		if mustBeAnswered(&p.lines[j]) {
			n++
		}
	}
	row, ids := m.heads[sheet].row+1, columnName(m.heads[sheet].ids)
	return and(append(all, fmt.Sprintf(`COUNTIFS(%s!$%s$%d:$%s$%d,"<>",INDEX(%s!$%d:$%d,0,%s),"<>")>=%d`,
		s, ids, row, ids, lastLooked, s, row, lastLooked, m.heading(sheet, 0), n)))
}

// anyAnswer is true only if something stands in an answer cell.
func (m *marker) anyAnswer(got *Reading) string {
	var counts []string
	for i := range m.layout.pages {
		p := &m.layout.pages[i]
		sheet := m.sheetOf(p, got)
		if m.ids(sheet) == "" {
			continue
		}
		s, row, ids := sheetQuoted(m.book.sheets[sheet].name), m.heads[sheet].row+1, columnName(m.heads[sheet].ids)
		for k := range p.columns {
			counts = append(counts, fmt.Sprintf(`IFERROR(COUNTIFS(%s!$%s$%d:$%s$%d,"<>",INDEX(%s!$%d:$%d,0,%s),"<>"),0)`,
				s, ids, row, ids, lastLooked, s, row, lastLooked, m.heading(sheet, k)))
		}
	}
	if len(counts) == 0 {
		return ""
	}
	return strings.Join(counts, "+") + ">0"
}

// labelsBack is true only if the rows of a question that stood by another's words stand by their own. It also looks at those
// words for a change.
func (m *marker) labelsBack(q *checklist.Question, x *mark, got *Reading) string {
	sheet := x.at.sheet
	if m.ids(sheet) == "" {
		return ""
	}
	label := columnName(m.heads[sheet].ids + columnLabel - columnID)
	var all []string
	for j := range q.Items {
		l := m.lineOf(q, j)
		if _, there := got.Places[l.refs[0]]; there {
			continue
		}
		words, ok := literal(q.Items[j].Label.JA)
		if !ok {
			return ""
		}
		all = append(all, fmt.Sprintf(`EXACT(LEFT(INDEX(%s!$%s:$%s,MATCH("%s",%s,0))&CHAR(10),LEN(%s)+1),%s&CHAR(10))`,
			sheetQuoted(m.book.sheets[sheet].name), label, label, l.id, m.ids(sheet), words, words))
	}
	return and(all)
}
