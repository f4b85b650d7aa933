package checklist

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Rule is a consistency rule of an edition: where Fails holds, the places At are marked with What and Mend.
type Rule struct {
	ID       string
	Severity Severity
	Fails    Condition
	At       []Ref
	What     Text
	Mend     Text
}

// Check returns all faults in a firm's answers, in printed order, then those of the edition's rules. It knows nothing of
// sheets and cells; the workbook adds them. Places in skip already have a fault of their own (text in a choice cell, say)
// and are neither checked again nor taken for blank.
//
// One slip is one fault: while a gate is blank or wrong, nothing is said of the places it decides, and a rule that reads
// a place with a fault waits until that is mended.
func (e *Edition) Check(a Answers, skip map[Ref]bool) []Fault {
	var faults []Fault
	open := map[Ref]bool{} // places whose answer, or whether there should be one, is not settled
	for r := range skip {
		open[r] = skip[r]
	}
	for _, q := range e.Questions() {
		for _, r := range q.Refs() {
			if touches(e.gate(q, r), open) {
				open[r] = true // whether it applies is not known until the gate is mended
				continue
			}
			if skip[r] {
				continue
			}
			if f, ok := e.checkPlace(q, r, a); ok {
				faults = append(faults, f)
				open[r] = open[r] || f.Code != CodeNotApplicable
			}
			if f, ok := e.checkExclusive(q, r, a); ok {
				faults = append(faults, f)
			}
		}
	}
	for _, f := range faults {
		open[f.Ref] = true
	}
	for i := range e.Rules {
		rule := &e.Rules[i]
		if touches(rule.Fails.Refs(e), open) || !rule.Fails.Holds(e, a) {
			continue
		}
		code := CodeRule
		if rule.Severity == Confirm {
			code = CodeRuleConfirm
		}
		for _, r := range rule.At {
			q, _ := e.Question(string(r.Question))
			f := fault(q, r, a, code, "what", rule.What.JA, "what_en", rule.What.EN, "mend", rule.Mend.JA, "mend_en", rule.Mend.EN)
			f.Rule = rule.ID
			faults = append(faults, f)
		}
	}
	return faults
}

func (e *Edition) checkPlace(q *Question, r Ref, a Answers) (Fault, bool) {
	ans, answered := a[r]
	applies := e.Applies(q, r, a)
	switch {
	case !answered && applies && q.Required:
		want := q.Wanted(r.Stage)
		return fault(q, r, a, CodeUnanswered, "want", want.JA, "want_en", want.EN), true
	case !answered:
		return Fault{}, false
	case !applies:
		return fault(q, r, a, CodeNotApplicable, "name", e.gateNumber(q, r)), true
	}
	switch q.Kind {
	case Number:
		if ans.Number < q.Min || ans.Number > q.Max {
			low, high := q.Format(q.Min), q.Format(q.Max)
			return fault(q, r, a, CodeOutOfRange, "want", low+"〜"+high, "want_en", low+" to "+high), true
		}
	case FreeText:
		if q.Max > 0 && int64(utf8.RuneCountInString(ans.Text)) > q.Max {
			return fault(q, r, a, CodeTooLong, "want", fmt.Sprint(q.Max)), true
		}
	default:
		if _, ok := q.Choice(r.Stage, ans.Choice); !ok {
			want := q.Wanted(r.Stage)
			return fault(q, r, a, CodeNotAChoice, "want", want.JA, "want_en", want.EN), true
		}
	}
	return Fault{}, false
}

// checkExclusive finds, at the exclusive item of a multiple question, a "none of these" that contradicts another yes, and
// a question answered "no" all the way down.
func (e *Edition) checkExclusive(q *Question, r Ref, a Answers) (Fault, bool) {
	none, ok := q.Item(r.Item)
	if q.Kind != Multiple || !ok || !none.Exclusive || !e.Applies(q, r, a) {
		return Fault{}, false
	}
	yes, no := 0, 0
	for _, it := range q.Items {
		switch a[Ref{Question: q.ID, Item: it.ID}].Choice {
		case Yes:
			yes++
		case No:
			no++
		}
	}
	code := FaultCode("")
	switch {
	case a[r].Choice == Yes && yes > 1:
		code = CodeExclusive
	case no == len(q.Items):
		code = CodeNothingChosen
	default:
		return Fault{}, false
	}
	return fault(q, r, a, code, "name", none.Label.JA, "name_en", none.Label.EN), true
}

// gate returns the places that decide whether r is put to the firm.
func (e *Edition) gate(q *Question, r Ref) []Ref {
	refs := q.When.Refs(e)
	for i := range q.Stages {
		if i > 0 && q.Stages[i].ID == r.Stage {
			refs = append(refs, Ref{r.Question, r.Item, q.Stages[i-1].ID})
		}
	}
	return refs
}

func (e *Edition) gateNumber(q *Question, r Ref) string {
	var numbers []string
	for _, g := range e.gate(q, r) {
		if gq, ok := e.Question(string(g.Question)); ok && !contains(numbers, gq.Number) {
			numbers = append(numbers, gq.Number)
		}
	}
	return strings.Join(numbers, ", ")
}

// fault places a fault at r and says what stands there. A nil q is a rule's place that the edition does not have.
func fault(q *Question, r Ref, a Answers, code FaultCode, args ...string) Fault {
	f := NewFault(code, args...)
	f.Ref = r
	if q == nil {
		return f
	}
	f.Question = q.Number
	if ans, ok := a[r]; ok {
		f.Found = q.Shown(r.Stage, ans)
	}
	return f
}

// Wanted says in words what may stand in an answer cell.
func (q *Question) Wanted(stage StageID) Text {
	switch q.Kind {
	case Number:
		return Text{"数字を記入してください（単位：" + q.Unit.JA + "）。", "Please enter a number (unit: " + q.Unit.EN + ")."}
	case FreeText:
		return Text{"記入してください。", "Please fill it in."}
	case Multiple:
		return Text{"「はい」か「いいえ」を選んでください。", "Please choose “yes” or “no”."}
	}
	n := len(q.ChoicesAt(stage))
	return Text{fmt.Sprintf("1〜%dのどれか1つを選んでください。", n), fmt.Sprintf("Please choose one of 1 to %d.", n)}
}

// Shown returns an answer as a person would write it: the choice's number and label, the number, the text.
func (q *Question) Shown(stage StageID, a Answer) string {
	switch q.Kind {
	case Number:
		return q.Format(a.Number)
	case FreeText:
		return a.Text
	}
	for _, c := range q.ChoicesAt(stage) {
		if c.ID == a.Choice {
			return c.Label.JA
		}
	}
	return string(a.Choice)
}

// Format writes a number answer with the question's decimals.
func (q *Question) Format(n int64) string {
	if q.Decimals == 0 {
		return fmt.Sprint(n)
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	unit := int64(1)
	for range q.Decimals {
		unit *= 10
	}
	return fmt.Sprintf("%s%d.%0*d", sign, n/unit, q.Decimals, n%unit)
}

func touches(refs []Ref, skip map[Ref]bool) bool {
	for _, r := range refs {
		if skip[r] {
			return true
		}
	}
	return false
}
