package workbook

import (
	"bytes"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

var workbookOrder = strings.Fields(`fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences
	definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst`)

// Kinds of parts.
const (
	typeWorksheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
	typeComments  = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
	typeVML       = "application/vnd.openxmlformats-officedocument.vmlDrawing"
)

// bookParts changes the parts that name the sheets: the list comes in front, or in the place of an earlier one.
func (m *marker) bookParts() error {
	main, err := m.c.read(m.mainPart, nil)
	if err != nil {
		return err
	}
	d, err := survey(main, 3, nil, mainTransitional, mainStrict)
	if err != nil {
		return err
	}
	p := &patch{part: main}
	if err := m.bookSheets(p, d); err != nil {
		return err
	}
	m.put(m.mainPart, p.bytes())
	list := m.list(d.prefix, d.strict)
	if m.oldList >= 0 {
		part := m.book.sheets[m.oldList].part
		m.put(part, list)
		m.remove(relsOf(part))
	} else {
		part := m.newPart(path.Dir(m.mainPart)+"/worksheets/sheet", ".xml", typeWorksheet, list)
		if err := m.relate(m.mainPart, m.listRel, "worksheet", part, d.strict); err != nil {
			return err
		}
	}
	return m.dropCalcChain()
}

// dropCalcChain takes out the order in which cells are to be calculated, which a program makes anew: one that does not
// name the new formulas would not be trusted by all.
func (m *marker) dropCalcChain() error {
	name := relsOf(m.mainPart)
	body, err := m.body(name)
	if err != nil {
		return err
	}
	rels, err := m.c.relations(name, path.Dir(m.mainPart)+"/")
	if err != nil {
		return err
	}
	p := &patch{part: body}
	for _, r := range rels {
		if r.kind != "calcChain" {
			continue
		}
		m.remove(r.target)
		d, err := survey(body, 2, nil, relsPackage)
		if err != nil {
			return err
		}
		for _, e := range d.elements[1:] {
			x := &xmlScanner{b: body, pos: e.from}
			if _, err := x.next(); err == nil && x.attr("Id") == r.id {
				p.replace(e.from, e.to, "")
			}
		}
	}
	m.put(name, p.bytes())
	return nil
}

// A sheetEntry is an entry of the workbook's list of sheets.
type sheetEntry struct {
	element
	name, number string
	list         bool // of findings
}

func (m *marker) bookSheets(p *patch, d *document) error {
	sheets := d.child("sheets")
	if sheets == nil || sheets.inner == 0 {
		return fmt.Errorf("no sheets")
	}
	var entries []sheetEntry
	highest := 0
	var err error
	if m.listRel, err = m.freeID(relsOf(m.mainPart)); err != nil {
		return err
	}
	for _, e := range d.elements {
		if e.depth != 3 || e.name != "sheet" || e.from < sheets.from || e.to > sheets.to {
			continue
		}
		x := &xmlScanner{b: p.part, pos: e.from}
		if _, err := x.next(); err != nil {
			return err
		}
		s := sheetEntry{element: e, name: x.attr("name"), number: x.attr("sheetId")}
		if s.list = m.oldList >= 0 && s.name == m.book.sheets[m.oldList].name; s.list {
			m.listRel = x.relation()
		}
		if n, err := strconv.Atoi(s.number); err == nil {
			highest = max(highest, n)
		}
		entries = append(entries, s)
	}
	number := strconv.Itoa(highest + 1)
	moved := make([]int, len(entries)) // new places of the sheets; -1 for the earlier list
	next := 1
	for i, s := range entries {
		if s.list {
			number, moved[i] = s.number, -1
			p.replace(s.from, s.to, "")
			continue
		}
		moved[i] = next
		next++
	}
	p.insert(sheets.inner, fmt.Sprintf(`<%ssheet name="%s" sheetId="%s"%s/>`, d.prefix, escaped(m.listName), number, d.relID(m.listRel)))
	m.views(p, d)
	m.names(p, d, entries, moved)
	return nil
}

// views lets the workbook open at the list.
func (m *marker) views(p *patch, d *document) {
	for _, e := range d.elements {
		if e.depth != 3 || e.name != "workbookView" {
			continue
		}
		x := &xmlScanner{b: p.part, pos: e.from}
		if _, err := x.next(); err != nil {
			continue
		}
		for _, name := range []string{"activeTab", "firstSheet"} {
			if v := x.rawAttr(name); len(v) > 0 {
				p.value(v, "0")
			}
		}
	}
}

// names numbers the sheets of defined names anew, lets the checklist's sheets print their findings, and repeats the head
// of the list on every page.
func (m *marker) names(p *patch, d *document, entries []sheetEntry, moved []int) {
	titles := fmt.Sprintf(`<%sdefinedName name="_xlnm.Print_Titles" localSheetId="0">%s!$%d:$%d</%sdefinedName>`,
		d.prefix, escaped(sheetQuoted(m.listName)), listHead, listHead, d.prefix)
	area := fmt.Sprintf(`<%sdefinedName name="_xlnm.Print_Area" localSheetId="0">%s!%s:%s</%sdefinedName>`, d.prefix, escaped(sheetQuoted(m.listName)),
		absolute(listNo, listTitle), absolute(listReason, max(listFirst, listFirst+len(m.marks)-1)), d.prefix)
	names := d.child("definedNames")
	if names == nil {
		p.add(d, workbookOrder, "definedNames", "<"+d.prefix+"definedNames>"+area+titles+"</"+d.prefix+"definedNames>")
		return
	}
	for _, e := range d.elements {
		if e.depth != 3 || e.name != "definedName" {
			continue
		}
		x := &xmlScanner{b: p.part, pos: e.from}
		if _, err := x.next(); err != nil {
			continue
		}
		local := x.rawAttr("localSheetId")
		n, err := strconv.Atoi(string(local))
		if err != nil || n < 0 || n >= len(moved) {
			continue
		}
		if moved[n] < 0 {
			p.replace(e.from, e.to, "")
			continue
		}
		p.value(local, strconv.Itoa(moved[n]))
		if x.attr("name") == "_xlnm.Print_Area" && e.inner > 0 {
			m.printArea(p, e, entries[n].name)
		}
	}
	p.into(d, names, area+titles)
}

// printArea lets a marked sheet print its findings, if its print area is a plain one.
func (m *marker) printArea(p *patch, e element, sheet string) {
	column := m.columnOf[sheet]
	if column == 0 {
		return
	}
	text := p.part[e.inner:e.end]
	at := bytes.LastIndexByte(text, '$')
	if at < 0 || bytes.ContainsRune(text, ',') {
		return
	}
	at = bytes.LastIndexByte(text[:at], '$')
	colon := bytes.LastIndexByte(text, ':')
	if at < 0 || colon != at-1 {
		return
	}
	last, row, ok := parseCell(strings.ReplaceAll(string(text[at:]), "$", ""))
	if ok && last < column {
		p.replace(e.inner+at, e.end, absolute(column, row))
	}
}

// relsOf is where the relationships of a part stand.
func relsOf(part string) string { return path.Dir(part) + "/_rels/" + path.Base(part) + ".rels" }

// relate adds a relationship of a part to another.
func (m *marker) relate(from, id, kind, to string, strict bool) error {
	rels, base := relsOf(from), relsTransitional
	target, err := filepath.Rel(path.Dir(from), to) // some programs do not know absolute ones
	if err != nil {
		return err
	}
	target = filepath.ToSlash(target)
	if strict {
		base = relsStrict
	}
	body := []byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" + `<Relationships xmlns="` + relsPackage + `"></Relationships>`)
	if m.has(rels) {
		if body, err = m.body(rels); err != nil {
			return err
		}
	}
	d, err := survey(body, 2, nil, relsPackage)
	if err != nil {
		return err
	}
	p := &patch{part: body}
	p.into(d, &d.elements[0], fmt.Sprintf(`<%sRelationship Id="%s" Type="%s/%s" Target="%s"/>`, d.prefix, id, base, kind, escaped(target)))
	m.put(rels, p.bytes())
	return nil
}

// freeID is a relationship id that a part does not use yet.
func (m *marker) freeID(rels string) (string, error) {
	if !m.has(rels) {
		return "rId1", nil
	}
	body, err := m.body(rels)
	if err != nil {
		return "", err
	}
	used := map[string]bool{}
	err = walk(body, func(s *xmlScanner) error {
		used[strings.ToLower(s.attr("Id"))] = true
		return nil
	})
	for n := 1; ; n++ {
		if id := "rId" + strconv.Itoa(n); !used[strings.ToLower(id)] || err != nil {
			return id, err
		}
	}
}

// types writes the kinds of the new parts into the part of the content types.
func (m *marker) types() error {
	const name = "[Content_Types].xml"
	body, err := m.body(name)
	if err != nil {
		return err
	}
	d, err := survey(body, 2, nil, typesPackage)
	if err != nil {
		return err
	}
	p := &patch{part: body}
	vml := false
	for _, e := range d.elements[1:] {
		x := &xmlScanner{b: body, pos: e.from}
		if _, err := x.next(); err != nil {
			return err
		}
		vml = vml || e.name == "Default" && strings.EqualFold(x.attr("Extension"), "vml")
		if e.name == "Override" && m.removed[strings.ToLower(strings.TrimPrefix(x.attr("PartName"), "/"))] {
			p.replace(e.from, e.to, "")
		}
	}
	var text strings.Builder
	for _, n := range m.newParts {
		switch kind := m.kinds[n]; {
		case kind == typeVML && vml, kind == "":
		case kind == typeVML:
			vml = true
			p.insert(d.elements[0].inner, fmt.Sprintf(`<%sDefault Extension="vml" ContentType="%s"/>`, d.prefix, typeVML))
		default:
			fmt.Fprintf(&text, `<%sOverride PartName="/%s" ContentType="%s"/>`, d.prefix, escaped(n), kind)
		}
	}
	p.into(d, &d.elements[0], text.String())
	m.put(name, p.bytes())
	return nil
}
