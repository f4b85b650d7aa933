//go:build !js

package workbook

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"strings"
	"unicode/utf16"

	"cssa/shared/checklist"
)

// firmHere stands in the footers where the firm's id goes: a private-use character that no text has.
const firmHere = "\uE000"

// textHere encloses the number of a text of several fonts where the text goes.
const textHere = "\uE001"

// A Template is the checklist of an edition, built once and then filled in for firm after firm: laying it out takes a
// hundred times longer than filling it in. It is immutable and safe for concurrent use.
type Template struct {
	ed     *checklist.Edition
	layout *Layout
	parts  []templatePart
}

// A templatePart is a part of the template. One without slots is the same for every firm and is kept deflated.
type templatePart struct {
	name     string
	body     []byte
	deflated []byte
	sheet    string
	slots    []slot
}

// A slot is a cell that is filled in: where its element lies in the part, and how it begins.
type slot struct {
	cell     string
	from, to int
	style    string
}

// NewTemplate lays out the checklist of an edition.
func NewTemplate(ed *checklist.Edition) (*Template, error) {
	t := &Template{ed: ed, layout: LayoutOf(ed)}
	data, rich, err := build(ed, t.layout)
	if err == nil {
		err = t.cut(data, strings.NewReplacer(rich...))
	}
	if err != nil {
		return nil, fmt.Errorf("lay out workbook of %s: %w", ed.ID, err)
	}
	return t, nil
}

// cut takes the built workbook apart and finds the cells that are filled in.
func (t *Template) cut(data []byte, rich *strings.Replacer) error {
	c, err := open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	b, err := openBook(c)
	if err != nil {
		return err
	}
	sheets := map[string]string{}
	for _, s := range b.sheets {
		sheets[s.part] = s.name
	}
	wanted := map[Location]bool{}
	for _, at := range t.layout.answers {
		wanted[at] = true
	}
	for _, at := range t.layout.covers {
		wanted[at] = true
	}
	for _, at := range t.layout.previous {
		wanted[at] = true
	}
	for _, at := range t.layout.sums {
		wanted[at] = true
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		body, err := io.ReadAll(r)
		if err := r.Close(); err != nil {
			return err
		}
		if err != nil {
			return err
		}
		switch f.Name {
		case "xl/sharedStrings.xml":
			body = []byte(rich.Replace(string(body)))
		case "docProps/core.xml":
			body = []byte(customaryPrefix.Replace(string(body)))
		}
		p := templatePart{name: f.Name, body: body, sheet: sheets[f.Name]}
		if p.slots, err = slots(body, func(cell string) bool { return wanted[Location{p.sheet, cell}] }); err != nil {
			return err
		}
		if p.sheet == "" {
			if p.deflated, err = deflate(body); err != nil {
				return err
			}
		}
		t.parts = append(t.parts, p)
	}
	return nil
}

// customaryPrefix writes the properties of the document with the prefix that Excel writes: exceljs opens no other.
var customaryPrefix = strings.NewReplacer("<coreProperties xmlns=", "<cp:coreProperties xmlns:cp=", "</coreProperties>", "</cp:coreProperties>",
	"<lastModifiedBy>", "<cp:lastModifiedBy>", "</lastModifiedBy>", "</cp:lastModifiedBy>")

// slots finds the cells of a part that are wanted.
func slots(body []byte, wanted func(cell string) bool) ([]slot, error) {
	var all []slot
	s := &xmlScanner{b: body}
	for {
		e, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case e == eventEnd:
			return all, nil
		case s.depth != 4 || string(s.name) != "c":
		case e == eventOpen:
			if at := s.attr("r"); wanted(at) {
				all = append(all, slot{cell: at, from: s.start, style: s.attr("s")})
			}
		case e == eventClose:
			if n := len(all); n > 0 && all[n-1].to == 0 {
				all[n-1].to = s.pos
			}
		}
	}
}

// Blank writes the checklist for one firm, with nothing answered: the firm's name and the reference date are filled in.
// The workbook's edition and definition are those of the template. The same arguments always give the same bytes.
func (t *Template) Blank(w io.Writer, who Identity) error {
	return t.Filled(w, who, checklist.Cover{FirmName: who.FirmName, ReferenceDate: t.ed.ReferenceDate}, nil)
}

// Filled writes the checklist with its cover and answers filled in, choices as the drop-down's own entries. A choice the
// question does not have is written as it is. Places of a that the edition does not have are left out.
func (t *Template) Filled(w io.Writer, who Identity, c checklist.Cover, a checklist.Answers) error {
	return t.write(w, who, c, a, nil)
}

// write writes the checklist with what fills its cells. More are cells beyond the cover and the answers.
func (t *Template) write(w io.Writer, who Identity, c checklist.Cover, a checklist.Answers, more map[Location]string) error {
	values := map[Location]string{}
	maps.Copy(values, more)
	fields := coverFieldsOf(t.ed)
	for i := range fields {
		f := &fields[i]
		if _, ok := values[t.layout.Cover(f.field)]; ok {
			continue
		}
		text, day := f.value(t.ed, who, c)
		if f.date && !day.IsZero() {
			values[t.layout.Cover(f.field)] = number(fmt.Sprint(serial(day)))
		} else {
			values[t.layout.Cover(f.field)] = inline(text)
		}
		if len(utf16.Encode([]rune(text))) > maxCellText {
			return fmt.Errorf("write workbook of %s for %s: cover text of %d characters", t.ed.ID, who.Firm, len(text))
		}
	}
	for i := range t.layout.pages {
		for j := range t.layout.pages[i].lines {
			l := &t.layout.pages[i].lines[j]
			for _, r := range l.refs {
				ans, ok := a[r]
				if !ok {
					continue
				}
				if len(utf16.Encode([]rune(ans.Text))) > maxCellText {
					return fmt.Errorf("write workbook of %s for %s: %s has more characters than a cell holds", t.ed.ID, who.Firm, r)
				}
				values[t.layout.Answer(r)] = typed(l.q, r, ans)
			}
		}
	}
	z := zip.NewWriter(w)
	for i := range t.parts {
		p := &t.parts[i]
		body, deflated := p.body, p.deflated
		if p.sheet != "" {
			body = p.fill(values, string(who.Firm))
			var err error
			if deflated, err = deflate(body); err != nil {
				return fmt.Errorf("write workbook of %s for %s: %w", t.ed.ID, who.Firm, err)
			}
		}
		part, err := z.CreateRaw(&zip.FileHeader{
			Name: p.name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(body),
			CompressedSize64: uint64(len(deflated)), UncompressedSize64: uint64(len(body)),
		})
		if err == nil {
			_, err = part.Write(deflated)
		}
		if err != nil {
			return fmt.Errorf("write workbook of %s for %s: %w", t.ed.ID, who.Firm, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write workbook of %s for %s: %w", t.ed.ID, who.Firm, err)
	}
	return nil
}

// fill returns the part with values in its slots and the firm's id in its footer.
func (p *templatePart) fill(values map[Location]string, firm string) []byte {
	var b bytes.Buffer
	b.Grow(len(p.body) + 8192)
	at := 0
	for _, s := range p.slots {
		v, ok := values[Location{p.sheet, s.cell}]
		if !ok {
			continue
		}
		b.Write(p.body[at:s.from])
		fmt.Fprintf(&b, `<c r="%s" s="%s"%s</c>`, s.cell, s.style, v)
		at = s.to
	}
	b.Write(p.body[at:])
	return bytes.ReplaceAll(b.Bytes(), []byte(firmHere), []byte(escaped(escapeFooter(firm))))
}

// typed writes an answer into a cell the way the firm would.
func typed(q *checklist.Question, r checklist.Ref, a checklist.Answer) string {
	text := typedText(q, r, a)
	if q.Kind == checklist.Number {
		return number(text)
	}
	return inline(text)
}

// typedText is what a cell then holds.
func typedText(q *checklist.Question, r checklist.Ref, a checklist.Answer) string {
	switch q.Kind {
	case checklist.Number:
		return q.Format(a.Number)
	case checklist.FreeText:
		return a.Text
	}
	for i, c := range q.ChoicesAt(r.Stage) {
		if c.ID == a.Choice {
			return entry(q, r.Stage, i)
		}
	}
	return string(a.Choice)
}

func number(n string) string { return "><v>" + n + "</v>" }

// inline writes text, always as text: what starts with = + - or @ never becomes a formula.
func inline(text string) string {
	if text == "" {
		return ">"
	}
	return ` t="inlineStr"><is><t xml:space="preserve">` + escaped(text) + "</t></is>"
}

func deflate(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}
