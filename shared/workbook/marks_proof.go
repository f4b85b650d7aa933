package workbook

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// prove finds a formula that is true only when the finding is mended, and the cells a change of which may mend it. The
// formulas know less than the reader: what they cannot prove is said to be changed, and the reader decides.
func (m *marker) prove(x *mark, got *Reading) {
	f := &x.fault
	if x.at.isZero() {
		return
	}
	x.related = []cellAt{x.at}
	own := m.address(x.at)
	if f.Ref == (checklist.Ref{}) {
		return // proveCover, once it is known which field it is
	}
	q, ok := m.ed.Question(string(f.Ref.Question))
	if !ok {
		return
	}
	place := func(r checklist.Ref) string {
		at, ok := got.Places[r]
		if !ok {
			return ""
		}
		c := m.locate(at.Sheet, at.Cell)
		if c.isZero() {
			return ""
		}
		for _, have := range x.related {
			if have == c {
				return m.address(c)
			}
		}
		x.related = append(x.related, c)
		return m.address(c)
	}
	switch f.Code {
	case checklist.CodeUnanswered, checklist.CodeNotAChoice, checklist.CodeTwoChoices, checklist.CodeNotANumber, checklist.CodeOutOfRange,
		checklist.CodeTooLong, checklist.CodeCellError, checklist.CodeFormula, checklist.CodeDecimals, checklist.CodeMerged:
		x.proof = answered(q, f.Ref.Stage, own)
	case checklist.CodeMovedAnswer:
		if at := place(f.Ref); at != "" {
			if proof := answered(q, f.Ref.Stage, at); proof != "" {
				x.proof = "AND(ISBLANK(" + own + ")," + proof + ")"
			}
		}
	case checklist.CodeNotApplicable, checklist.CodeNotRead:
		x.proof = "ISBLANK(" + own + ")"
	case checklist.CodeExclusive, checklist.CodeNothingChosen:
		x.proof = oneOrNone(q, f.Ref, own, place)
	case checklist.CodeRule, checklist.CodeRuleConfirm:
		for i := range m.ed.Rules {
			if rule := &m.ed.Rules[i]; rule.ID == f.Rule {
				for _, r := range append(rule.Fails.Refs(m.ed), rule.At...) {
					place(r)
				}
			}
		}
	}
	for _, gate := range q.When.Refs(m.ed) { // another answer there, and this place may no longer be asked for
		place(gate)
	}
	for i := range q.Stages {
		if i > 0 && q.Stages[i].ID == f.Ref.Stage {
			place(checklist.Ref{Question: q.ID, Item: f.Ref.Item, Stage: q.Stages[i-1].ID})
		}
	}
}

// proveCover is prove for a field of the cover.
func (m *marker) proveCover(x *mark) string {
	f, own := &x.fault, m.address(x.at)
	var field *coverField
	for i := range coverFields {
		if string(coverFields[i].field) == m.idOf[cellAt{x.at.sheet, 0, x.at.row}] {
			field = &coverFields[i]
		}
	}
	switch {
	case f.Code == checklist.CodeFirmName:
		if name, ok := literal(m.notice.FirmName); ok && m.notice.FirmName != "" {
			return "EXACT(TRIM(" + own + ")," + name + ")"
		}
	case f.Code == checklist.CodeNotConfirmed:
		return is(own, []string{confirmed}, false)
	case field == nil:
	case field.date || f.Code == checklist.CodeCoverBlank || f.Code == checklist.CodeNoApproval:
		return m.fieldFilled(field, own)
	}
	return ""
}

// fieldFilled is true only if a cell holds what a field of the cover asks for.
func (m *marker) fieldFilled(f *coverField, at string) string {
	switch {
	case f.field == ReferenceDate:
		d := m.ed.ReferenceDate
		return fmt.Sprintf("IF(ISNUMBER(%s),INT(%s)=DATE(%d,%d,%d),FALSE)", at, at, d.Year, int(d.Month), d.Day)
	case f.field == Carried:
		return is(at, []string{confirmed}, false)
	case f.date:
		bounds := []string{at + ">=61", at + "<=2958465"}
		from, to := m.ed.ApprovalWindow()
		for than, d := range map[string]checklist.Date{">=": from, "<=": to} {
			if !d.IsZero() {
				bounds = append(bounds, fmt.Sprintf("INT(%s)%sDATE(%d,%d,%d)", at, than, d.Year, int(d.Month), d.Day))
			}
		}
		slices.Sort(bounds)
		return fmt.Sprintf("IF(ISNUMBER(%s),AND(%s),FALSE)", at, strings.Join(bounds, ","))
	}
	return notBlank(at)
}

// answered is true only if a cell holds an answer that the reader takes.
func answered(q *checklist.Question, stage checklist.StageID, at string) string {
	switch q.Kind {
	case checklist.Number:
		return fmt.Sprintf("IF(ISNUMBER(%s),AND(%s>=%s,%s<=%s,%s=ROUND(%s,%d)),FALSE)", at, at, q.Format(q.Min), at, q.Format(q.Max), at, at, q.Decimals)
	case checklist.FreeText:
		proof := notBlank(at)
		if q.Max > 0 {
			proof = fmt.Sprintf("AND(%s,LEN(%s&\"\")<=%d)", proof, at, q.Max)
		}
		return proof
	}
	return is(at, entries(q, stage), q.Kind != checklist.Multiple)
}

// is is true only if a cell holds one of the entries of a drop-down, or, numbered, its number.
func is(at string, es []string, numbered bool) string {
	var any []string
	for i, e := range es {
		if text, ok := literal(e); ok {
			any = append(any, "EXACT(TRIM("+at+"),"+text+")")
		}
		if numbered {
			any = append(any, fmt.Sprintf("EXACT(TRIM(%s),\"%d\")", at, i+1))
		}
	}
	const longest = 200 // arguments; Excel takes 255
	if len(any) == 0 || len(any) > longest {
		return ""
	}
	return "OR(" + strings.Join(any, ",") + ")"
}

// oneOrNone is true only if the exclusive item is yes and all others are no, or it is no and another is yes.
func oneOrNone(q *checklist.Question, none checklist.Ref, own string, place func(checklist.Ref) string) string {
	entry := map[checklist.ChoiceID]string{}
	for i, c := range q.Choices {
		entry[c.ID] = entries(q, "")[i]
	}
	says := func(at string, c checklist.ChoiceID) string { return is(at, []string{entry[c]}, false) }
	var yes, no []string
	for _, it := range q.Items {
		r := checklist.Ref{Question: q.ID, Item: it.ID}
		if r == none {
			continue
		}
		at := place(r)
		if at == "" {
			return ""
		}
		yes, no = append(yes, says(at, checklist.Yes)), append(no, says(at, checklist.No))
	}
	if len(yes) == 0 || len(yes) > 50 {
		return ""
	}
	return "OR(AND(" + says(own, checklist.No) + ",OR(" + strings.Join(yes, ",") + ")),AND(" + says(own, checklist.Yes) + "," + strings.Join(no, ",") + "))"
}

// notBlank is true only if something other than space stands in a cell; a spreadsheet's own TRIM knows one kind of space.
func notBlank(at string) string {
	text := at + `&""`
	for _, space := range "\t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff" {
		if space < ' ' {
			continue // CLEAN takes these
		}
		text = "SUBSTITUTE(" + text + `,"` + string(space) + `","")`
	}
	return "LEN(TRIM(CLEAN(" + text + ")))>0"
}

// settle says of a finding whether its status can be followed at all: by the cells that may mend it, or by a formula that
// Excel takes.
func (m *marker) settle(x *mark) {
	const longest = 8000 // Excel takes 8192 characters
	if len([]rune(m.statusFormula(x))) > longest {
		x.proof, x.hint = "", ""
	}
	was := m.was[x.at]
	merged := x.fault.Code == checklist.CodeMerged && !was.blank()        // unmerging shows what the cell held all along
	sorted := x.fault.Code == checklist.CodeMisplacedRow && x.proof == "" // it is not this row that has to change
	x.unknown = merged || sorted || len(x.related) == 0 && x.proof == "" && x.hint == "" || len([]rune(m.statusFormula(x))) > longest
}

// statusFormula is the live status of a finding. What the cells held when the list was made stands in its hidden columns.
func (m *marker) statusFormula(x *mark) string {
	open, done := `"`+statusOpen+`"`, `"`+statusDone+`"`
	if x.fault.Severity == checklist.Confirm {
		open = `"` + statusAsked + `"`
	}
	formula := open
	switch {
	case x.unknown:
		if x.fault.Severity != checklist.Confirm {
			return ""
		}
		formula = `"` + statusUnknown + `"`
	case len(x.related) == 0:
		if x.hint != "" {
			formula = fmt.Sprintf(`IF(%s,"%s",%s)`, x.hint, statusChanged, open)
		}
		if x.proof != "" {
			formula = fmt.Sprintf(`IF(IFERROR(%s,FALSE),%s,%s)`, x.proof, done, formula)
		}
		formula = fmt.Sprintf(`IFERROR(%s,"%s")`, formula, statusChanged)
	default:
		var changed []string
		for i, c := range x.related {
			changed = append(changed, fmt.Sprintf(`NOT(EXACT(%s&"",%s&""))`, m.address(c), absolute(listWas+i, x.row)))
		}
		formula = fmt.Sprintf(`IF(OR(%s),"%s",%s)`, strings.Join(changed, ","), statusChanged, open)
		if x.proof != "" {
			formula = fmt.Sprintf(`IF(IFERROR(%s,FALSE),%s,%s)`, x.proof, done, formula)
		}
		formula = fmt.Sprintf(`IF(ISERROR(%s),%s,IFERROR(%s,"%s"))`, m.address(x.at), open, formula, statusChanged)
	}
	if x.fault.Severity == checklist.Confirm {
		formula = fmt.Sprintf(`IF(LEN(TRIM(%s))>0,"%s",%s)`, absolute(listReason, x.row), statusReason, formula)
	}
	return formula
}
