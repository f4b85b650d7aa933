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
	// Merged returns the merged cells of the sheet that Rows walked over last.
	Merged() []area
	// Short says whether a cell may hold something as short as an id; it keeps the search for ids from decoding everything.
	Short(c *rawCell) bool
	// Size returns about how many bytes Value would decode.
	Size(c *rawCell) int
	// Shows says whether a cell plainly holds a run of just this text, without decoding it. It may hold the text all the same
	// if it does not.
	Shows(c *rawCell, text string) bool
	// Value returns what stands in a cell; the cell must come from the present call of visit.
	Value(c *rawCell) (value, error)
}

// A rawCell is a cell whose contents have not been decoded.
type rawCell struct {
	column  int // from 1
	kind    byte
	style   int
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

// A value is what stands in a cell. Numbers are as the file has them, with all digits, unless their cell shows them as a
// percentage or a date: then the text is that.
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
	scanner rowScanner  // of the present sheet
	cells   int
	date04  bool   // days are counted from 1904
	styles  string // the part of the styles
	styled  []shown
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
			if b.shared != nil { // which of two are meant would be a guess
				return nil, damaged("部品 "+r.target+" のほかにも文字列", "strings besides part "+r.target)
			}
			if err := b.indexStrings(r.target); err != nil {
				return nil, inPart(r.target, err)
			}
		case "styles":
			b.styles = r.target
		case "xlMacrosheet", "vbaProject":
			return nil, refuse(checklist.CodeMacros, r.kind, "")
		}
	}
	err = c.walk(workbook, func(s *xmlScanner) error {
		switch {
		case s.depth == 2 && string(s.name) == "workbookPr":
			v := s.attr("date1904")
			b.date04 = v == "1" || v == "true"
		case s.depth == 3 && string(s.name) == "sheet":
			if r, ok := byID[s.relation()]; ok && r.kind == "worksheet" {
				b.sheets = append(b.sheets, sheetPart{s.attr("name"), r.target})
			}
		}
		return nil
	})
	return b, err
}

type relation struct{ id, kind, target string }

func (c *container) relations(name, dir string) ([]relation, error) {
	var rels []relation
	err := c.walk(name, func(s *xmlScanner) error {
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
	// Most items are longer than this, so there is room for all from the start and yet never more than a few times the part.
	b.strings = make([][2]uint32, 0, min(len(part)/40, maxStrings))
	s := &xmlScanner{b: part, whole: true}
	from := 0
	for {
		e, err := s.next()
		switch {
		case err != nil:
			return err
		case e == eventEnd:
			return nil
		case e == eventText || s.depth != 2 || string(s.name) == "extLst":
		case string(s.name) != "si" || !bytes.Equal(s.prefix(2), s.prefix(1)): // it would shift the numbers of the strings
			return errElement
		case e == eventOpen:
			from = s.pos
			if !s.selfClosed {
				s.pos += itemLength(part[from:], s.prefix(2))
			}
		case e == eventClose:
			if len(b.strings) == maxStrings {
				return tooMany("文字列", "strings", maxStrings)
			}
			b.strings = append(b.strings, [2]uint32{uint32(from), uint32(s.start)})
		}
	}
}

// itemLength returns the length of what is in a string item, up to its end tag, if that is plain to see: then it need not be
// looked at until it is used. A comment or CDATA may hide an end tag that is none, so it is 0 if there is one.
func itemLength(rest, prefix []byte) int {
	end := []byte("</si>")
	if len(prefix) > 0 {
		return 0
	}
	n := bytes.Index(rest, end[:4])
	if n < 0 || !bytes.HasPrefix(rest[n:], end) || bytes.Contains(rest[:n], []byte("<!")) {
		return 0
	}
	return n
}

func (b *book) Sheets() []string {
	var names []string
	for _, s := range b.sheets {
		names = append(names, s.name)
	}
	return names
}

func (b *book) Merged() []area { return b.scanner.merged }

// digits reads a natural number of at most nine digits.
func digits[S string | []byte](s S) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, len(s) > 0 && len(s) < 10
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

func (b *book) Short(c *rawCell) bool { return b.Size(c) < 4000 }

func (b *book) Size(c *rawCell) int {
	raw, err := b.rawText(c)
	if err != nil {
		return 0 // Value tells what is wrong with it
	}
	return len(raw)
}

func (b *book) Shows(c *rawCell, text string) bool {
	raw, err := b.rawText(c)
	at := bytes.Index(raw, []byte(text)) // characters that are written otherwise than they are read are left to Value
	return err == nil && at > 0 && raw[at-1] == '>' && at+len(text) < len(raw) && raw[at+len(text)] == '<' && !strings.ContainsAny(text, "<&_")
}

func (b *book) Value(c *rawCell) (value, error) {
	v, err := b.value(c)
	if err != nil {
		err = inCell(c.column, b.scanner.row, err)
	}
	return v, err
}

func (b *book) value(c *rawCell) (value, error) {
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
		switch strings.TrimSpace(v.text) {
		case "1", "true":
			v.text = "TRUE"
		case "0", "false":
			v.text = "FALSE"
		default:
			return v, damaged("セルの値", "value of a cell")
		}
	case kindNumber:
		v.text = strings.TrimSpace(v.text)
		return b.asShown(v, c.style)
	default:
		v.text = strings.TrimSpace(v.text)
	}
	return v, nil
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
