package workbook_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

// A subject is a correct workbook taken apart into its sheets, rows and cells, together with what it says. A mutation changes
// both, so that what must come of it never depends on the reader.
type subject struct {
	ed      *checklist.Edition
	sheets  []*gridSheet
	strings []string // of the shared strings, what stands in each si
	names   []string // of the parts that are no sheets
	bodies  map[string]string

	meaning
	parts   []func(*unpacked)   // done to the parts before they are packed
	zip     func([]byte) []byte // done to the file
	renamed map[string]string   // parts that were
	dense   bool                // references are taken off the cells
}

type gridSheet struct {
	name, part, id, rel, state string
	head, tail                 string // before and after sheetData, without the merged cells
	rows                       []*gridRow
	merged                     []box
	page                       *gridPage // that stands on it
}

type gridRow struct {
	n     int
	attrs string
	cells []*gridCell
}

type gridCell struct {
	column             int
	style, kind, inner string
}

type box struct{ left, top, right, bottom int }

// unpacked are the parts of a workbook.
type unpacked struct {
	names  []string
	bodies map[string]string
}

var (
	gridSheets = regexp.MustCompile(`<sheet name="([^"]*)" sheetId="(\d+)" r:id="([^"]*)"[^>]*></sheet>`)
	gridRel    = regexp.MustCompile(`<Relationship Id="([^"]*)" Target="/?([^"]*)" Type="[^"]*/worksheet"`)
	gridRows   = regexp.MustCompile(`(?s)<row r="(\d+)"([^>]*)>(.*?)</row>`)
	gridCells  = regexp.MustCompile(`(?s)<c r="([A-Z]+)\d+"(?: s="(\d+)")?(?: t="(\w+)")?>(.*?)</c>`)
	gridMerged = regexp.MustCompile(`(?s)<mergeCells.*?</mergeCells>`)
	gridBox    = regexp.MustCompile(`ref="([A-Z]+\d+):([A-Z]+\d+)"`)
	gridSi     = regexp.MustCompile(`(?s)<si>(.*?)</si>`)
)

const (
	bookPart    = "xl/workbook.xml"
	relsPart    = "xl/_rels/workbook.xml.rels"
	stringsPart = "xl/sharedStrings.xml"
	typesPart   = "[Content_Types].xml"
)

// takeApart takes a workbook apart that the template wrote.
func takeApart(t testing.TB, data []byte) *subject {
	names, raw := workbook.Parts(t, data)
	m := &subject{bodies: map[string]string{}}
	target := map[string]string{}
	for _, x := range gridRel.FindAllStringSubmatch(string(raw[relsPart]), -1) {
		target[x[1]] = "xl/" + x[2]
	}
	for _, x := range gridSheets.FindAllStringSubmatch(string(raw[bookPart]), -1) {
		s := &gridSheet{name: x[1], id: x[2], rel: x[3], part: target[x[3]]}
		body := string(raw[s.part])
		from, to := strings.Index(body, "<sheetData>"), strings.Index(body, "</sheetData>")
		if from < 0 || to < 0 {
			t.Fatalf("no sheetData in %s", s.part)
		}
		s.head, s.tail = body[:from], body[to+len("</sheetData>"):]
		for _, b := range gridBox.FindAllStringSubmatch(gridMerged.FindString(s.tail), -1) {
			left, top, _ := excelize.CellNameToCoordinates(b[1])
			right, bottom, _ := excelize.CellNameToCoordinates(b[2])
			s.merged = append(s.merged, box{left, top, right, bottom})
		}
		s.tail = gridMerged.ReplaceAllString(s.tail, "<mergeCells/>")
		for _, x := range gridRows.FindAllStringSubmatch(body[from:to], -1) {
			row := &gridRow{attrs: x[2]}
			row.n, _ = strconv.Atoi(x[1])
			for _, c := range gridCells.FindAllStringSubmatch(x[3], -1) {
				column, _ := excelize.ColumnNameToNumber(c[1])
				row.cells = append(row.cells, &gridCell{column, c[2], c[3], c[4]})
			}
			s.rows = append(s.rows, row)
		}
		m.sheets = append(m.sheets, s)
	}
	for _, x := range gridSi.FindAllStringSubmatch(string(raw[stringsPart]), -1) {
		m.strings = append(m.strings, x[1])
	}
	for _, n := range names {
		if !slices.ContainsFunc(m.sheets, func(s *gridSheet) bool { return s.part == n }) {
			m.names = append(m.names, n)
			m.bodies[n] = string(raw[n])
		}
	}
	return m
}

// again is a copy of a subject that shares nothing that a mutation changes.
func (m *subject) again() *subject {
	c := &subject{ed: m.ed, strings: slices.Clone(m.strings), names: slices.Clone(m.names), bodies: map[string]string{}}
	for n, b := range m.bodies {
		c.bodies[n] = b
	}
	for _, s := range m.sheets {
		c.sheets = append(c.sheets, s.again())
	}
	c.meaning = m.meaning.again(m, c)
	return c
}

func (s *gridSheet) again() *gridSheet {
	x := *s
	x.rows, x.merged = make([]*gridRow, len(s.rows)), slices.Clone(s.merged)
	for i, r := range s.rows {
		x.rows[i] = r.again()
	}
	return &x
}

func (r *gridRow) again() *gridRow {
	x := *r
	x.cells = make([]*gridCell, len(r.cells))
	for i, c := range r.cells {
		y := *c
		x.cells[i] = &y
	}
	return &x
}

// pack puts the workbook together.
func (m *subject) pack() []byte {
	p := &unpacked{names: slices.Clone(m.names), bodies: map[string]string{}}
	for n, b := range m.bodies {
		p.bodies[n] = b
	}
	var list strings.Builder
	for _, s := range m.sheets {
		state := ""
		if s.state != "" {
			state = ` state="` + s.state + `"`
		}
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%s"%s r:id="%s"/>`, escapeXML(s.name), s.id, state, s.rel)
		p.names = append(p.names, s.part)
		p.bodies[s.part] = s.xml()
	}
	before, rest, _ := strings.Cut(p.bodies[bookPart], "<sheets>")
	_, after, _ := strings.Cut(rest, "</sheets>")
	p.bodies[bookPart] = before + "<sheets>" + list.String() + "</sheets>" + after
	var all strings.Builder
	all.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)
	for _, s := range m.strings {
		all.WriteString("<si>" + s + "</si>")
	}
	p.bodies[stringsPart] = all.String() + "</sst>"
	for _, change := range m.parts {
		change(p)
	}
	data := p.pack()
	if m.zip != nil {
		data = m.zip(data)
	}
	return data
}

// pack makes a file of the parts, quickly.
func (p *unpacked) pack() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, n := range p.names {
		w, err := z.Create(n)
		if err != nil {
			panic(err)
		}
		io.WriteString(w, p.bodies[n])
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func (s *gridSheet) xml() string {
	var b strings.Builder
	b.WriteString(s.head + "<sheetData>")
	for _, r := range s.rows {
		n := strconv.Itoa(r.n)
		b.WriteString(`<row r="` + n + `"` + r.attrs + `>`)
		for _, c := range r.cells {
			b.WriteString(`<c r="` + columnOf(c.column) + n + `"`)
			if c.style != "" {
				b.WriteString(` s="` + c.style + `"`)
			}
			if c.kind != "" {
				b.WriteString(` t="` + c.kind + `"`)
			}
			b.WriteString(">" + c.inner + "</c>")
		}
		b.WriteString("</row>")
	}
	merged := ""
	for _, x := range s.merged {
		merged += `<mergeCell ref="` + columnOf(x.left) + strconv.Itoa(x.top) + ":" + columnOf(x.right) + strconv.Itoa(x.bottom) + `"/>`
	}
	if merged != "" {
		merged = "<mergeCells>" + merged + "</mergeCells>"
	}
	b.WriteString("</sheetData>" + strings.Replace(s.tail, "<mergeCells/>", merged, 1))
	return b.String()
}
