package workbook

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"cssa/shared/checklist"
)

// The names of the sheets that every edition has. The sheet of lists is hidden and feeds the drop-downs.
const (
	coverSheet        = "表紙"
	instructionsSheet = "記入要領"
	glossarySheet     = "用語集"
	listSheet         = "選択肢"
)

// The words of the marker row, by which the reader recognises a sheet and its columns.
const (
	markIDs     = "cssa"
	markAnswer  = "answer-"
	markFinding = "finding"

	markPrevious = "previous-" // over last edition's answers, if the edition follows another
	markSum      = "previous"  // over what these cells held, [sumOf]
)

// Columns and rows of a sheet as it is written.
const (
	columnID      = 1
	columnNumber  = 2
	columnLabel   = 3
	columnAnswer  = 4 // the first answer column; one more for each further stage, as many for last time's answers, then one to spare, then the findings
	rowMark       = 1
	rowTitle      = 2
	rowHead       = 3
	firstQuestion = 4
)

// A Location is a cell of the workbook as it was written, or in a Reading as it was found.
type Location struct{ Sheet, Cell string }

// A Field is a cell of the cover (表紙). Its value is the id that stands in the cover's column of ids.
type Field string

// The fields of the cover. The last three are locked: they say whose workbook it is.
const (
	FirmName      Field = "cover/firm-name"
	ReferenceDate Field = "cover/reference-date"
	Preparer      Field = "cover/preparer"
	Approver      Field = "cover/approver"
	ApproverTitle Field = "cover/approver-title"
	ApprovedOn    Field = "cover/approved-on"
	EditionCell   Field = "cover/edition"
	FirmCell      Field = "cover/firm"
	ChecksumCell  Field = "cover/definition"
)

// Fields of the cover of an edition that follows another. The second is locked.
const (
	Carried       Field = "cover/carried"        // that the answers carried over were looked at
	PrefilledFrom Field = "cover/prefilled-from" // the edition they are from; blank if the workbook was not prefilled
)

// A Layout says where the workbook of an edition has its cells.
type Layout struct {
	pages    []page
	answers  map[checklist.Ref]Location
	previous map[checklist.Ref]Location // nil if the edition follows none
	sums     map[string]Location        // of previous, by the id of the row
	covers   map[Field]Location
}

// LayoutOf lays out an edition. The same edition always has the same layout.
func LayoutOf(ed *checklist.Edition) *Layout {
	l := &Layout{answers: make(map[checklist.Ref]Location, 64*len(ed.Sections)), covers: map[Field]Location{}}
	for _, f := range coverFieldsOf(ed) {
		l.covers[f.field] = Location{coverSheet, cell(columnAnswer, f.row)}
	}
	if ed.Mapping != nil {
		l.previous, l.sums = map[checklist.Ref]Location{}, map[string]Location{}
	}
	taken := map[string]bool{coverSheet: true, instructionsSheet: true, glossarySheet: true, listSheet: true}
	for i := range ed.Sections {
		p := layOutSection(ed, &ed.Sections[i], taken)
		for j, line := range p.lines {
			if l.sums != nil && line.kind == answerLine {
				l.sums[line.id] = Location{p.name, cell(columnAnswer+p.columns+p.before, firstQuestion+j)}
			}
			for k, r := range line.refs {
				l.answers[r] = Location{p.name, cell(columnAnswer+k, firstQuestion+j)}
				if l.previous != nil {
					l.previous[r] = Location{p.name, cell(columnAnswer+p.columns+k, firstQuestion+j)}
				}
			}
		}
		l.pages = append(l.pages, p)
	}
	return l
}

// Answer returns the answer cell of a place, or the zero Location if the edition has no such place.
func (l *Layout) Answer(r checklist.Ref) Location { return l.answers[r] }

// Previous returns the cell that shows last edition's answer to a place, or the zero Location if the edition follows none.
func (l *Layout) Previous(r checklist.Ref) Location { return l.previous[r] }

// Cover returns the cell of a field of the cover.
func (l *Layout) Cover(f Field) Location { return l.covers[f] }

// A page is the sheet of one section.
type page struct {
	name    string
	section *checklist.Section
	columns int // answer columns
	before  int // columns of last time's answers: as many, or none
	lines   []line
}

// A line is one row of a page below its head.
type line struct {
	kind lineKind
	q    *checklist.Question
	i    int             // which term, note, choice, stage or item of q
	refs []checklist.Ref // answered in this row, one for each answer column from the first on
	id   string          // what stands in the column of ids: the refs, separated by spaces
}

type lineKind int

const (
	gapLine lineKind = iota
	titleLine
	changeLine
	promptLine
	conditionLine
	termLine
	noteLine
	choiceLine
	scaleLine
	stageLine
	answerLine
)

// words returns what stands in the column of labels.
func (l *line) words(ed *checklist.Edition) checklist.Text {
	q := l.q
	switch l.kind {
	case titleLine:
		if q.Required {
			return q.Title
		}
		return checklist.Text{JA: q.Title.JA + "［任意］", EN: q.Title.EN + " (optional)"}
	case changeLine:
		return changes(ed.Mapping, q)
	case promptLine:
		return q.Prompt
	case conditionLine:
		return asked(ed, q.When)
	case termLine:
		t, _ := ed.Term(q.Terms[l.i])
		return checklist.Text{JA: "用語 「" + t.Name.JA + "」：" + t.Definition.JA, EN: "“" + t.Name.EN + "”: " + t.Definition.EN}
	case noteLine:
		return checklist.Text{JA: "注 " + q.Notes[l.i].JA, EN: "Note: " + q.Notes[l.i].EN}
	case choiceLine:
		return numbered(l.i, q.Choices[l.i].Label)
	case scaleLine:
		return scale(&q.Stages[l.i])
	case answerLine:
		if len(q.Items) > 0 {
			return q.Items[l.i].Label
		}
		return q.Wanted("")
	}
	return checklist.Text{}
}

// number returns what stands in the column of numbers.
func (l *line) number() string {
	switch {
	case l.kind == titleLine:
		return l.q.Number
	case l.kind != answerLine:
		return ""
	case len(l.q.Items) > 0:
		return fmt.Sprintf("(%d)", l.i+1)
	}
	return "回答"
}

func layOutSection(ed *checklist.Edition, s *checklist.Section, taken map[string]bool) page {
	p := page{name: sheetName(s.Number+" "+s.Title.JA, taken), section: s, columns: 1}
	for i := range s.Questions {
		q := &s.Questions[i]
		p.columns = max(p.columns, len(q.Stages))
		p.lines = withLines(p.lines, ed, q)
	}
	if ed.Mapping != nil {
		p.before = p.columns
	}
	return p
}

// withLines appends the lines of a question.
func withLines(ls []line, ed *checklist.Edition, q *checklist.Question) []line {
	from := len(ls)
	ls = append(ls, line{kind: titleLine})
	if ed.Mapping != nil && changes(ed.Mapping, q) != (checklist.Text{}) {
		ls = append(ls, line{kind: changeLine})
	}
	ls = append(ls, line{kind: promptLine})
	if q.When != nil {
		ls = append(ls, line{kind: conditionLine})
	}
	for i, id := range q.Terms {
		if _, ok := ed.Term(id); ok {
			ls = append(ls, line{kind: termLine, i: i})
		}
	}
	for i := range q.Notes {
		ls = append(ls, line{kind: noteLine, i: i})
	}
	switch q.Kind {
	case checklist.Single, checklist.Matrix:
		for i := range q.Choices {
			ls = append(ls, line{kind: choiceLine, i: i})
		}
	case checklist.Nested:
		for i := range q.Stages {
			ls = append(ls, line{kind: scaleLine, i: i})
		}
		ls = append(ls, line{kind: stageLine})
	}
	refs := q.Refs()
	rows := max(1, len(q.Items))
	for i := range rows {
		columns := len(refs) / rows
		l := line{kind: answerLine, i: i, refs: refs[i*columns : (i+1)*columns]}
		for k, r := range l.refs {
			if k > 0 {
				l.id += " "
			}
			l.id += r.String()
		}
		ls = append(ls, l)
	}
	ls = append(ls, line{kind: gapLine})
	for i := from; i < len(ls); i++ {
		ls[i].q = q
	}
	return ls
}

// sheetName makes a name Excel allows: at most 31 UTF-16 units, without : \ / ? * [ ] and ', not taken yet.
func sheetName(s string, taken map[string]bool) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) || r < ' ' {
			return ' '
		}
		return r
	}, s))
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = fmt.Sprintf(" (%d)", n)
		}
		name := s
		for len(utf16.Encode([]rune(name))) > 31-len(suffix) {
			name = string([]rune(name)[:len([]rune(name))-1])
		}
		name = strings.TrimSpace(name) + suffix
		if key := strings.ToLower(name); !taken[key] && name != "" {
			taken[key] = true
			return name
		}
	}
}

// cell returns the A1 name of a cell; columns and rows count from 1.
func cell(column, row int) string { return columnName(column) + strconv.Itoa(row) }

func columnName(column int) string {
	name := ""
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}
