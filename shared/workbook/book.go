package workbook

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"unicode/utf16"

	"cssa/shared/checklist"
)

// A cellReader walks over the cells of a workbook. The package has one, [book]; its tests have another, made of excelize.
type cellReader interface {
	// Sheets returns the names of the worksheets in their order.
	Sheets() []string
	// Rows calls visit for every row of a sheet that has a cell with something in it, from the top. The cells run from
	// left to right and are valid during the call only. It stops at the first error, which it returns.
	Rows(sheet int, visit func(row int, cells []rawCell) error) error
	// Short says whether a cell may hold something as short as an id; it keeps the search for ids from decoding everything.
	Short(c *rawCell) bool
	// Value returns what stands in a cell; the cell must come from the present call of visit.
	Value(c *rawCell) (value, error)
}

// A rawCell is a cell whose contents have not been decoded.
type rawCell struct {
	column  int // from 1
	kind    byte
	formula bool
	raw     []byte
}

// Kinds of rawCell.
const (
	kindNumber byte = 'n'
	kindShared byte = 's'
	kindInline byte = 'i'
	kindText   byte = 't' // the text a formula has as its result
	kindBool   byte = 'b'
	kindError  byte = 'e'
	kindDate   byte = 'd'
)

// A value is what stands in a cell. Numbers are as the file has them, with all digits.
type value struct {
	text    string
	kind    byte
	formula bool
}

// maxCellText in bytes as written, with room for escapes.
const maxCellRaw = 8 * maxCellText

// A book reads cells straight from the parts of the container: a narrow task, which is why it is so much faster than a
// spreadsheet library.
type book struct {
	c       *container
	sheets  []sheetPart
	shared  []byte
	strings [][2]uint32 // where each shared string lies in shared
	buf     []byte      // the present sheet
	cells   int
	rowBuf  []rawCell
	date04  bool // days are counted from 1904
}

type sheetPart struct{ name, part string }

// openBook opens a workbook and reads its list of sheets and its shared strings.
func openBook(c *container) (*book, error) {
	b := &book{c: c}
	workbook := "xl/workbook.xml"
	if rels, err := c.relations("_rels/.rels", ""); err == nil {
		for _, r := range rels {
			if r.kind == "officeDocument" {
				workbook = r.target
			}
		}
	}
	dir, file := path.Split(workbook)
	rels, err := c.relations(dir+"_rels/"+file+".rels", dir)
	if err != nil {
		return nil, err
	}
	byID := map[string]relation{}
	for _, r := range rels {
		byID[r.id] = r
		switch r.kind {
		case "sharedStrings":
			if err := b.indexStrings(r.target); err != nil {
				return nil, err
			}
		case "xlMacrosheet", "vbaProject":
			return nil, refuse(checklist.CodeMacros, r.kind, "")
		}
	}
	part, err := c.read(workbook, nil)
	if err != nil {
		return nil, err
	}
	err = walk(part, func(s *xmlScanner) error {
		switch {
		case s.depth == 2 && string(s.name) == "workbookPr":
			v := s.attr("date1904")
			b.date04 = v == "1" || v == "true"
		case s.depth == 3 && string(s.name) == "sheet":
			if r, ok := byID[s.attr("id")]; ok && r.kind == "worksheet" {
				b.sheets = append(b.sheets, sheetPart{s.attr("name"), r.target})
			}
		}
		return nil
	})
	return b, err
}

type relation struct{ id, kind, target string }

func (c *container) relations(name, dir string) ([]relation, error) {
	part, err := c.read(name, nil)
	if err != nil {
		return nil, err
	}
	var rels []relation
	err = walk(part, func(s *xmlScanner) error {
		if string(s.name) != "Relationship" || s.attr("TargetMode") == "External" {
			return nil
		}
		target := s.attr("Target")
		if strings.HasPrefix(target, "/") {
			target = target[1:]
		} else {
			target = path.Join(dir, target)
		}
		rels = append(rels, relation{s.attr("Id"), path.Base(s.attr("Type")), target})
		return nil
	})
	return rels, err
}

// indexStrings notes where each shared string lies; most are never looked at.
func (b *book) indexStrings(name string) error {
	part, err := b.c.read(name, nil)
	if err != nil {
		return err
	}
	b.shared = part
	s := &xmlScanner{b: part}
	from := 0
	for {
		e, err := s.next()
		switch {
		case err != nil:
			return err
		case e == eventEnd:
			return nil
		case s.depth != 2 || string(s.name) != "si":
		case e == eventOpen:
			from = s.pos
		case e == eventClose:
			if len(b.strings) == maxStrings {
				return tooMany("文字列", "strings", maxStrings)
			}
			b.strings = append(b.strings, [2]uint32{uint32(from), uint32(s.start)})
		}
	}
}

func (b *book) Sheets() []string {
	var names []string
	for _, s := range b.sheets {
		names = append(names, s.name)
	}
	return names
}

func (b *book) Rows(sheet int, visit func(row int, cells []rawCell) error) error {
	part, err := b.c.read(b.sheets[sheet].part, b.buf)
	if err != nil {
		return err
	}
	b.buf = part[:0]
	s := &xmlScanner{b: part}
	row, column := 0, 0
	cells := b.rowBuf[:0]
	var now rawCell
	valueFrom, filled, inData := 0, false, false
	for {
		e, err := s.next()
		if err != nil {
			return err
		}
		if e == eventEnd {
			b.rowBuf = cells
			return nil
		}
		if e == eventText {
			continue
		}
		if s.depth == 2 {
			inData = e == eventOpen && string(s.name) == "sheetData"
			continue
		}
		if !inData || s.depth < 3 || s.depth > 5 {
			continue
		}
		switch {
		case s.depth == 3 && string(s.name) == "row":
			if e == eventOpen {
				next, err := rowNumber(s.rawAttr("r"), row)
				if err != nil {
					return err
				}
				row, column, cells = next, 0, cells[:0]
			} else if len(cells) > 0 {
				if err := visit(row, cells); err != nil {
					return err
				}
			}
		case s.depth == 4 && string(s.name) == "c":
			if e == eventOpen {
				next, err := cellColumn(s.rawAttr("r"), row, column)
				if err != nil {
					return err
				}
				column, filled = next, false
				now = rawCell{column: column, kind: cellKind(s.rawAttr("t"))}
			} else if filled {
				if b.cells++; b.cells > maxCells {
					return tooMany("セル", "cells", maxCells)
				}
				cells = append(cells, now)
			}
		case s.depth == 5:
			switch name := string(s.name); {
			case name == "f" && e == eventOpen:
				now.formula, filled = true, true
			case (name == "v" && now.kind != kindInline || name == "is" && now.kind == kindInline) && e == eventOpen:
				valueFrom = s.pos
			case name == "v" && now.kind != kindInline || name == "is" && now.kind == kindInline:
				now.raw = part[valueFrom:s.start]
				filled = filled || len(now.raw) > 0
			}
		}
	}
}

func rowNumber(attr []byte, before int) (int, error) {
	row := before + 1
	if len(attr) > 0 {
		n, ok := digits(attr)
		if !ok || n < row {
			return 0, damaged("行番号 "+clip(string(attr)), "row number "+clip(string(attr)))
		}
		row = n
	}
	if row > maxRows {
		return 0, tooMany("行", "rows", maxRows)
	}
	return row, nil
}

func cellColumn(attr []byte, row, before int) (int, error) {
	column := before + 1
	if len(attr) > 0 {
		n, i := 0, 0
		for i < len(attr) && i < 4 && attr[i] >= 'A' && attr[i] <= 'Z' {
			n = n*26 + int(attr[i]-'A') + 1
			i++
		}
		if r, ok := digits(attr[i:]); !ok || r != row || n < column {
			return 0, damaged("セル番地 "+clip(string(attr)), "cell reference "+clip(string(attr)))
		}
		column = n
	}
	if column > maxColumns {
		return 0, tooMany("列", "columns", maxColumns)
	}
	return column, nil
}

// digits reads a natural number of at most nine digits.
func digits(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(b) > 0 && len(b) < 10
}

func cellKind(t []byte) byte {
	switch string(t) {
	case "s":
		return kindShared
	case "inlineStr":
		return kindInline
	case "str":
		return kindText
	case "b":
		return kindBool
	case "e":
		return kindError
	case "d":
		return kindDate
	}
	return kindNumber
}

// rawText returns the bytes a cell's text is decoded from, in its rich form if it has one.
func (b *book) rawText(c *rawCell) ([]byte, error) {
	if c.kind != kindShared {
		return c.raw, nil
	}
	n, ok := digits(bytes.TrimSpace(c.raw))
	if !ok || n >= len(b.strings) {
		return nil, damaged("文字列の番号", "index of a shared string")
	}
	at := b.strings[n]
	return b.shared[at[0]:at[1]], nil
}

func (b *book) Short(c *rawCell) bool {
	raw, err := b.rawText(c)
	return err != nil || len(raw) < 4000 // Value tells what is wrong with it
}

func (b *book) Value(c *rawCell) (value, error) {
	v := value{kind: c.kind, formula: c.formula}
	if len(c.raw) == 0 {
		return v, nil
	}
	raw, err := b.rawText(c)
	if err != nil {
		return v, err
	}
	if len(raw) > maxCellRaw {
		return v, tooMany("1つのセルの文字", "characters in a cell", maxCellText)
	}
	if c.kind == kindShared || c.kind == kindInline {
		v.text, err = richText(raw)
	} else {
		v.text, err = plainText(raw)
	}
	if err != nil {
		return v, err
	}
	switch c.kind {
	case kindShared, kindInline, kindText:
		if c.kind == kindText {
			v.text = unescape(v.text)
		}
		if len(v.text) > maxCellText && len(utf16.Encode([]rune(v.text))) > maxCellText {
			return v, tooMany("1つのセルの文字", "characters in a cell", maxCellText)
		}
	case kindBool:
		v.text = map[string]string{"1": "TRUE", "0": "FALSE"}[strings.TrimSpace(v.text)]
	default:
		v.text = strings.TrimSpace(v.text)
	}
	return v, nil
}

// plainText returns the text of an element that holds text only.
func plainText(raw []byte) (string, error) {
	if bytes.IndexByte(raw, '<') < 0 {
		return resolve(raw)
	}
	return texts(raw, strings.Clone, func(*xmlScanner) bool { return true })
}

// richText returns the text of a string item: of its t, or of the t of all its runs, without the phonetic runs (ふりがな).
func richText(raw []byte) (string, error) {
	for _, open := range [...]string{"<t>", `<t xml:space="preserve">`} { // what nearly every string looks like
		if text, ok := bytes.CutPrefix(raw, []byte(open)); ok {
			if text, ok = bytes.CutSuffix(text, []byte("</t>")); ok && bytes.IndexByte(text, '<') < 0 {
				text, err := resolve(text)
				return unescape(text), err
			}
		}
	}
	return texts(raw, unescape, func(s *xmlScanner) bool {
		path := s.names[:s.depth]
		at := func(i int) string { return string(local(s.b[path[i][0]:path[i][1]])) }
		return len(path) == 1 && at(0) == "t" || len(path) == 2 && at(0) == "r" && at(1) == "t"
	})
}

// texts joins the pieces of text that stand where inside says so, each mapped for itself.
func texts(raw []byte, mapped func(string) string, inside func(*xmlScanner) bool) (string, error) {
	var b strings.Builder
	s := &xmlScanner{b: raw}
	for {
		e, err := s.next()
		switch {
		case err != nil:
			return "", err
		case e == eventEnd:
			return b.String(), nil
		case e != eventText || !inside(s):
			continue
		}
		text := string(s.text)
		if !s.cdata {
			if text, err = resolve(s.text); err != nil {
				return "", err
			}
		}
		b.WriteString(mapped(text))
	}
}

func tooMany(ja, en string, limit int) error {
	return tooLarge(ja+"が多すぎる", "too many "+en, fmt.Sprint(limit), fmt.Sprint(limit))
}

// clip keeps what is quoted in a fault short.
func clip(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}
