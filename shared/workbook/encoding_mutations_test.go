package workbook_test

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf16"

	"cssa/shared/checklist"
)

// needed picks one of the parts whose every byte is read, and says what must come of it if it cannot be read.
func (m *subject) needed(r *rand.Rand, codes []checklist.FaultCode) (part string, w *wholeFault) {
	if i := r.IntN(8); i < 4 {
		part = []string{bookPart, relsPart, stringsPart, typesPart}[i]
		return part, &wholeFault{codes: codes, part: part}
	}
	s := pick(r, m.sheets...)
	return s.part, &wholeFault{codes: codes, sheet: s}
}

// in changes a part that must then be refused by its name.
func (m *subject) in(part string, w *wholeFault, change func(body string) string) bool {
	if m.whole != nil {
		return false
	}
	m.whole = w
	m.first(func(p *unpacked) { p.bodies[part] = change(p.bodies[part]) })
	return true
}

// first changes the parts before anything else does.
func (m *subject) first(change func(p *unpacked)) { m.parts = slices.Insert(m.parts, 0, change) }

// afterRoot puts something right behind the tag that opens the root of a part.
func afterRoot(body, what string) string {
	i := strings.IndexByte(body, '<')
	for strings.HasPrefix(body[i:], "<?") {
		i += strings.IndexByte(body[i+1:], '<') + 1
	}
	i += strings.IndexByte(body[i:], '>') + 1
	return body[:i] + what + body[i:]
}

func utf16Of(s string, order binary.AppendByteOrder) string {
	b := order.AppendUint16(nil, 0xfeff)
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

var (
	unreadable = []checklist.FaultCode{checklist.CodeUnreadable}
	damaged    = []checklist.FaultCode{checklist.CodeDamaged}
)

// inAnswer writes something into the part that holds the text of an answer.
func (m *subject) inAnswer(r *rand.Rand, codes []checklist.FaultCode, kind, inner string) bool {
	x, ok := m.choose(r, nil)
	if !ok || m.whole != nil || !slices.Contains(m.sheets, x.page.sheet) {
		return false
	}
	x.cell.kind, x.cell.inner = kind, inner
	m.whole = &wholeFault{codes: codes, at: &gridField{sheet: x.page.sheet, row: x.line.row, cell: x.cell}}
	return true
}

// encodingMutations change how parts are encoded, and what XML they are.
var encodingMutations = []mutation{
	{name: "byte order marks", come: read_, do: func(m *subject, r *rand.Rand) bool {
		return m.everyPart(func(_, body string) string { return "\ufeff" + strings.TrimPrefix(body, "\ufeff") })
	}},
	{name: "a part in UTF-16", come: refused, do: func(m *subject, r *rand.Rand) bool {
		part, w := m.needed(r, unreadable)
		return m.in(part, w, func(body string) string {
			return utf16Of(strings.Replace(body, "UTF-8", "UTF-16", 1), pick[binary.AppendByteOrder](r, binary.LittleEndian, binary.BigEndian))
		})
	}},
	{name: "a part declared in another encoding", come: refused, do: func(m *subject, r *rand.Rand) bool {
		part, w := m.needed(r, unreadable)
		return m.in(part, w, func(body string) string {
			return `<?xml version="1.0" encoding="` + pick(r, "Shift_JIS", "windows-31j", "EUC-JP", "UTF-16", "iso-8859-1") + `"?>` + body[strings.Index(body, "?>")+2:]
		})
	}},
	{name: "a document type, with or without entities", come: refused, do: func(m *subject, r *rand.Rand) bool {
		part, w := m.needed(r, unreadable)
		return m.in(part, w, func(body string) string {
			i := strings.Index(body, "?>") + 2
			return body[:i] + pick(r, `<!DOCTYPE x>`, `<!DOCTYPE x [<!ENTITY a "1"><!ENTITY b "&a;&a;">]>`, `<!DOCTYPE x SYSTEM "file:///etc/passwd">`) + body[i:]
		})
	}},
	{name: "an entity or a character that XML has not, in an answer", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.inAnswer(r, unreadable, "inlineStr", "<is><t>"+pick(r, "&lol;", "&#0;", "&#x110000;", "&#xD800;", "a & b", "\x01", "\x00", "&#8;")+"</t></is>")
	}},
	{name: "bytes that are not UTF-8, in an answer", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.inAnswer(r, unreadable, pick(r, "inlineStr"), "<is><t>"+pick(r, "\x93\xc1\x82\xc9", "\xff", "\xc0\xaf", "a\xe3\x81", "\xed\xa0\x80")+"</t></is>")
	}},
	{name: "a value of no type, or not of its type, in an answer", come: refused, do: func(m *subject, r *rand.Rand) bool {
		kind := pick(r, "x", "b", "s", "s", "inlineStr", "")
		inner := map[string]string{"x": "<v>1</v>", "b": "<v>2</v>", "inlineStr": "<v>1</v>", "": "<v>1</v><v>2</v>"}[kind]
		if kind == "s" {
			inner = pick(r, "<v>99999</v>", "<v>-1</v>", "<v>1.0</v>", "<v>x</v>", "<v>1e0</v>")
		}
		return m.inAnswer(r, damaged, kind, inner)
	}},
	{name: "text in an element that is not known, in an answer", come: refused, do: func(m *subject, r *rand.Rand) bool {
		if r.IntN(2) == 0 {
			return m.inAnswer(r, unreadable, "inlineStr", pick(r, "<is><t/><del><t>2</t></del></is>", "<is><r><ins><t>2</t></ins></r></is>", "<is><t>1<b>2</b></t></is>"))
		}
		return m.inAnswer(r, unreadable, "", pick(r, "<v>1<x>2</x></v>", "<y><v>1</v></y>", `<mc:AlternateContent><mc:Choice Requires="x"><v>1</v></mc:Choice></mc:AlternateContent>`))
	}},
	{name: "elements nested without end", come: refused, do: func(m *subject, r *rand.Rand) bool {
		part, w := m.needed(r, unreadable)
		n := 70 + r.IntN(5000)
		return m.in(part, w, func(body string) string {
			return afterRoot(body, strings.Repeat("<extLst>", n)+strings.Repeat("</extLst>", n))
		})
	}},
	{name: "a tag that is not closed, or not the one that was opened", come: refused, do: func(m *subject, r *rand.Rand) bool {
		part, w := m.needed(r, unreadable)
		return m.in(part, w, func(body string) string {
			switch r.IntN(4) {
			case 0:
				return afterRoot(body, "<x>")
			case 1:
				return afterRoot(body, "</x>")
			case 2:
				return body[:strings.LastIndexByte(body, '<')]
			}
			return body + "<again/>"
		})
	}},
	{name: "rows in an alternative, or of another vocabulary", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.break_(m.sheetOf(r), checklist.CodeUnreadable, "<sheetData>", "<sheetData>"+pick(r,
			`<mc:AlternateContent><mc:Choice Requires="x"><row r="1"/></mc:Choice></mc:AlternateContent>`, `<z:row><z:c><z:v>1</z:v></z:c></z:row>`, `<c r="A1"/>`))
	}},
	{name: "rows out of order, or twice", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.break_(m.sheetOf(r), checklist.CodeDamaged, "</sheetData>", pick(r, `<row r="1"><c r="A1"/></row></sheetData>`, `<row r="0"/></sheetData>`, `<row r="1x"/></sheetData>`, `<row r="-1"/></sheetData>`))
	}},
	{name: "cells out of order, of another row, or twice", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.break_(m.sheetOf(r), checklist.CodeDamaged, "</sheetData>", pick(r, `<row r="ROW"><c r="BROW"/><c r="AROW"/></row></sheetData>`, `<row r="ROW"><c r="A1"/></row></sheetData>`,
			`<row r="ROW"><c r="AROW"/><c r="AROW"/></row></sheetData>`, `<row r="ROW"><c r="ROW"/></row></sheetData>`, `<row r="ROW"><c r="$A$ROW"/></row></sheetData>`))
	}},
	{name: "a string among the shared strings that is none", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.in(stringsPart, &wholeFault{codes: unreadable, part: stringsPart}, func(body string) string {
			return strings.Replace(body, "<si>", pick(r, `<mc:AlternateContent><mc:Choice><si/></mc:Choice></mc:AlternateContent><si>`, `<z:si><z:t/></z:si><si>`, `<x/><si>`), 1)
		})
	}},
}
