package lake

import (
	"fmt"

	"cssa/shared/checklist"
	"cssa/shared/tally"
)

// A CodedFirm is a firm's answers as a code vector with what a vector does not say: the numbers and the texts answered, in
// the order of their places.
type CodedFirm struct {
	Codes   []byte
	Numbers []int64 // in their questions' units
	Texts   []string
}

// CodeFirm codes answers.
func CodeFirm(coder *tally.Coder, a checklist.Answers) (CodedFirm, error) {
	codes, err := coder.Codes(a)
	if err != nil {
		return CodedFirm{}, err
	}
	f := CodedFirm{Codes: codes}
	for p := range coder.Places() {
		r, q := coder.Ref(p)
		if q.Kind != checklist.Number && q.Kind != checklist.FreeText {
			continue
		}
		if state, _ := coder.Meaning(p, codes[p]); state != checklist.Answered {
			continue
		}
		if q.Kind == checklist.Number {
			f.Numbers = append(f.Numbers, a[r].Number)
		} else {
			f.Texts = append(f.Texts, a[r].Text)
		}
	}
	return f, nil
}

// Rows returns the rows of a firm's answers: those that [AnswerRows] returns for the answers that were coded.
func (f CodedFirm) Rows(coder *tally.Coder, firm checklist.FirmID) ([]AnswerRow, error) {
	if err := coder.Valid(f.Codes); err != nil {
		return nil, fmt.Errorf("lake: firm %s: %w", firm, err)
	}
	rows := make([]AnswerRow, coder.Places())
	numbers, texts := f.Numbers, f.Texts
	for p := range rows {
		r, q := coder.Ref(p)
		state, choice := coder.Meaning(p, f.Codes[p])
		rows[p] = AnswerRow{Firm: string(firm), Question: string(r.Question), Item: string(r.Item), Stage: string(r.Stage), State: string(state), Choice: string(choice)}
		switch {
		case state != checklist.Answered:
		case q.Kind == checklist.Number && len(numbers) > 0:
			n, err := decimal4(numbers[0], q.Decimals)
			if err != nil {
				return nil, fmt.Errorf("lake: firm %s, place %s: %w", firm, r, err)
			}
			rows[p].Number, numbers = &n, numbers[1:]
		case q.Kind == checklist.FreeText && len(texts) > 0:
			rows[p].Text, texts = texts[0], texts[1:]
		case q.Kind == checklist.Number || q.Kind == checklist.FreeText:
			return nil, fmt.Errorf("lake: firm %s, place %s: what was answered is not there", firm, r)
		}
	}
	if len(numbers) > 0 || len(texts) > 0 {
		return nil, fmt.Errorf("lake: firm %s: more was answered than there are places for it", firm)
	}
	return rows, nil
}
