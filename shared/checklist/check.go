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
func (e *Edition) Check(a Answers, skip map[Ref]bool) []Fault {
	var faults []Fault
	for _, q := range e.Questions() {
		for _, r := range q.Refs() {
			if !skip[r] {
				faults = append(faults, e.checkPlace(q, r, a, skip)...)
			}
		}
		if q.Kind == Multiple {
			faults = append(faults, q.checkExclusive(a, skip)...)
		}
	}
	for _, rule := range e.Rules {
		if touches(rule.Fails.Refs(e), skip) || !rule.Fails.Holds(e, a) {
			continue
		}
		code := CodeRule
		if rule.Severity == Confirm {
			code = CodeRuleConfirm
		}
		for _, r := range rule.At {
			q, _ := e.Question(string(r.Question))
			f := e.fault(q, r, a, code, "what", rule.What.JA, "what_en", rule.What.EN, "mend", rule.Mend.JA, "mend_en", rule.Mend.EN)
			f.Rule = rule.ID
			faults = append(faults, f)
		}
	}
	return faults
}

func (e *Edition) checkPlace(q *Question, r Ref, a Answers, skip map[Ref]bool) []Fault {
	ans, answered := a[r]
	if gate := e.gate(q, r); touches(gate, skip) {
		return nil // whether it applies is not known until the gate is mended
	}
	applies := e.Applies(q, r, a)
	switch {
	case !answered && applies && q.Required:
		want := q.Wanted(r.Stage)
		return []Fault{e.fault(q, r, a, CodeUnanswered, "want", want.JA, "want_en", want.EN)}
	case !answered:
		return nil
	case !applies:
		return []Fault{e.fault(q, r, a, CodeNotApplicable, "name", e.gateNumber(q, r))}
	}
	switch q.Kind {
	case Number:
		if ans.Number < q.Min || ans.Number > q.Max {
			return []Fault{e.fault(q, r, a, CodeOutOfRange, "want", q.Format(q.Min)+"〜"+q.Format(q.Max))}
		}
	case FreeText:
		if q.Max > 0 && int64(utf8.RuneCountInString(ans.Text)) > q.Max {
			return []Fault{e.fault(q, r, a, CodeTooLong, "want", fmt.Sprint(q.Max))}
		}
	default:
		if _, ok := q.Choice(r.Stage, ans.Choice); !ok {
			want := q.Wanted(r.Stage)
			return []Fault{e.fault(q, r, a, CodeNotAChoice, "want", want.JA, "want_en", want.EN)}
		}
	}
	return nil
}

// checkExclusive finds a "none of these" that contradicts another yes, and a question answered "no" all the way down.
func (q *Question) checkExclusive(a Answers, skip map[Ref]bool) []Fault {
	if touches(q.Refs(), skip) {
		return nil
	}
	var none *Item
	yes, no := 0, 0
	for i := range q.Items {
		it := &q.Items[i]
		if it.Exclusive {
			none = it
			continue
		}
		switch a[Ref{Question: q.ID, Item: it.ID}].Choice {
		case Yes:
			yes++
		case No:
			no++
		}
	}
	if none == nil {
		return nil
	}
	r := Ref{Question: q.ID, Item: none.ID}
	code := FaultCode("")
	switch answer := a[r].Choice; {
	case answer == Yes && yes > 0:
		code = CodeExclusive
	case answer == No && yes == 0 && no == len(q.Items)-1:
		code = CodeNothingChosen
	default:
		return nil
	}
	f := NewFault(code, "name", none.Label.JA, "name_en", none.Label.EN, "found", string(a[r].Choice))
	f.Ref, f.Question = r, q.Number
	return []Fault{f}
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

func (e *Edition) fault(q *Question, r Ref, a Answers, code FaultCode, args ...string) Fault {
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
