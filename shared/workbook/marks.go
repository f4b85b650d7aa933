package workbook

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"cssa/shared/checklist"
)

// Signs of a kind of finding and of its status: never colour alone.
const (
	signMend    = "✗"
	signConfirm = "△"
	signDone    = "✓"
)

// What the list says of a finding. The first is also what a viewer without calculation shows.
const (
	statusOpen    = signMend + " 未修正"
	statusAsked   = signConfirm + " 要確認"
	statusDone    = signDone + " 直りました"
	statusReason  = signDone + " 理由あり"
	statusChanged = "変更あり（再提出で確認）"
	statusUnknown = "再提出で確認" // no formula can tell
)

// Words on the sheets of the checklist.
const (
	wordFindings = "事務局からの指摘"
	wordBack     = "← エラー一覧に戻る"
	wordNothing  = "✓ 指摘はありません。"
)

// A mark is one fault as the list shows it and as its cell is marked.
type mark struct {
	fault       checklist.Fault
	row         int      // on the list
	at          cellAt   // its cell; the zero cellAt if it has none
	related     []cellAt // the cells a change of which may mend it, its own first
	proof       string   // a formula that is true only when it is mended; "" if none can say so
	hint        string   // a formula that is true when something changed that may mend it; "" if none can say so
	unknown     bool     // no formula sees whether it is mended
	tag         string   // how its text in the finding column begins
	reason      string   // that the firm gave already
	reasonOnly  bool     // not a fault now: the row keeps a reason that was given before
	withoutCell bool     // the finding column cannot say it: the firm wrote there, or the column is gone
}

// A cellAt is a cell of the file: the number of its sheet, and its column and row, which count from 1.
type cellAt struct{ sheet, column, row int }

func (c cellAt) isZero() bool { return c.row == 0 }

func (m *mark) sign() string {
	if m.fault.Severity == checklist.Confirm {
		return signConfirm
	}
	return signMend
}

// text is what stands in the finding column: short, and first what a person looks for.
func (m *mark) text() string { return m.tag + "　" + m.fault.What.JA }

// status is what the list says until something is changed.
func (m *mark) status() string {
	switch {
	case m.reason != "":
		return statusReason
	case m.unknown:
		return statusUnknown
	case m.fault.Severity == checklist.Confirm:
		return statusAsked
	}
	return statusOpen
}

// id names the finding on the list: its code, place and rule, with - for what it has not.
func findingID(code checklist.FaultCode, ref checklist.Ref, rule string) string {
	place := ref.String()
	if place == "" {
		place = "-"
	}
	if rule == "" {
		rule = "-"
	}
	return string(code) + " " + place + " " + rule
}

// address writes a cell as a formula of another sheet has it.
func (m *marker) address(c cellAt) string {
	return sheetQuoted(m.book.sheets[c.sheet].name) + "!" + absolute(c.column, c.row)
}

func sheetQuoted(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

func absolute(column, row int) string { return "$" + columnName(column) + "$" + strconv.Itoa(row) }

// maxLiteral is the longest text a formula may hold between quotes, in UTF-16 units.
const maxLiteral = 255

// literal writes a text into a formula; ok is false if it is too long for one.
func literal(text string) (quoted string, ok bool) {
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`, len(utf16.Encode([]rune(text))) <= maxLiteral
}

// locate finds the cell that a fault names.
func (m *marker) locate(sheet, name string) cellAt {
	column, row, ok := parseCell(name)
	if !ok {
		return cellAt{}
	}
	for i := range m.book.sheets {
		if m.book.sheets[i].name == sheet {
			return cellAt{i, column, row}
		}
	}
	return cellAt{}
}

// gather makes the marks: the faults in their order, then reasons given before that nothing asks for now, which are kept
// because the firm typed them.
func (m *marker) gather(got *Reading) {
	type key struct {
		code checklist.FaultCode
		ref  checklist.Ref
		rule string
	}
	reasons := map[key]string{}
	for _, c := range got.Reasons {
		reasons[key{c.Code, c.Ref, c.Rule}] = c.Reason
	}
	for _, f := range got.Faults {
		k := key{f.Code, f.Ref, f.Rule}
		x := mark{fault: f, at: m.locate(f.Sheet, f.Cell)}
		if f.Severity == checklist.Confirm {
			x.reason = reasons[k]
			delete(reasons, k)
		}
		m.marks = append(m.marks, x)
	}
	for _, c := range got.Reasons {
		k := key{c.Code, c.Ref, c.Rule}
		if _, left := reasons[k]; !left {
			continue
		}
		delete(reasons, k)
		f := checklist.Fault{Code: c.Code, Ref: c.Ref, Rule: c.Rule, Severity: checklist.Confirm,
			What: checklist.Text{JA: "前にご記入いただいた理由です。いまは指摘はありません。", EN: "The reason you gave before; nothing is asked now."}}
		if q, ok := m.ed.Question(string(c.Ref.Question)); ok {
			f.Question = q.Number
		}
		at := got.Places[c.Ref]
		f.Sheet, f.Cell = at.Sheet, at.Cell
		m.marks = append(m.marks, mark{fault: f, reason: c.Reason, reasonOnly: true})
	}
	perRow := map[cellAt]map[int]bool{} // the cells that are answered in a row
	for _, at := range got.Places {
		if c := m.locate(at.Sheet, at.Cell); !c.isZero() {
			row := cellAt{c.sheet, 0, c.row}
			if perRow[row] == nil {
				perRow[row] = map[int]bool{}
			}
			perRow[row][c.column] = true
			m.sections[c.sheet] = true
		}
	}
	for i := range m.marks {
		x := &m.marks[i]
		x.row = listFirst + i
		x.tag = x.sign() + " "
		answers := perRow[cellAt{x.at.sheet, 0, x.at.row}]
		if !x.at.isZero() && len(answers) > 0 && (len(answers) > 1 || !answers[x.at.column]) {
			x.tag += x.fault.Cell + " " // which of the cells of the row
		}
		x.tag += string(x.fault.Code)
		if !x.reasonOnly {
			m.prove(x, got)
		}
	}
}

// comment is what a cell says when the pointer rests on it.
func comment(marks []*mark) string {
	var parts []string
	for _, x := range marks {
		parts = append(parts, fmt.Sprintf("%s %s　%s\n%s\n%s %s", x.sign(), x.fault.Code, x.fault.What.JA, x.fault.Mend.JA, x.fault.What.EN, x.fault.Mend.EN))
	}
	return strings.Join(parts, "\n\n")
}

// ourText tells what this package wrote into a finding column or a comment from what a firm wrote.
func ourText(text string) bool {
	if text == wordFindings || text == wordBack || text == wordNothing {
		return true
	}
	rest, ok := strings.CutPrefix(text, signMend+" ")
	if !ok {
		rest, ok = strings.CutPrefix(text, signConfirm+" ")
	}
	if !ok {
		return false
	}
	word, rest, _ := strings.Cut(rest, "　")
	if name, code, two := strings.Cut(word, " "); two {
		if _, _, ok := parseCell(name); !ok {
			return false
		}
		word = code
	}
	return rest != "" && len(word) == 4 && word[0] >= 'A' && word[0] <= 'Z' && allDigits(word[1:])
}
