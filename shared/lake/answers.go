package lake

import (
	"fmt"
	"iter"

	"cssa/shared/checklist"
)

// FirmAnswers are one firm's answers, as a run counted them.
type FirmAnswers struct {
	Firm    checklist.FirmID
	Answers checklist.Answers
}

// AnswersOf returns the answers of rows of ed, firm by firm in the order of the rows: the inverse of [AnswerRows]. What stood
// in a place that was not put to the firm is not in the rows. Rows of a place that the edition does not have are an error.
func AnswersOf(ed *checklist.Edition, batches iter.Seq2[[]AnswerRow, error]) iter.Seq2[FirmAnswers, error] {
	return func(yield func(FirmAnswers, error) bool) {
		questions := map[string]*checklist.Question{}
		for _, q := range ed.Questions() {
			questions[string(q.ID)] = q
		}
		var firm FirmAnswers
		for rows, err := range batches {
			if err != nil {
				yield(FirmAnswers{}, err)
				return
			}
			for i := range rows {
				if id := checklist.FirmID(rows[i].Firm); id != firm.Firm {
					if firm.Firm != "" && !yield(firm, nil) {
						return
					}
					firm = FirmAnswers{id, checklist.Answers{}}
				}
				q := questions[rows[i].Question]
				if q == nil {
					yield(FirmAnswers{}, fmt.Errorf("lake: answers of %s: edition %s has no question %q", firm.Firm, ed.ID, rows[i].Question))
					return
				}
				if r, a, ok := rows[i].answer(q); ok {
					firm.Answers[r] = a
				}
			}
		}
		if firm.Firm != "" {
			yield(firm, nil)
		}
	}
}

// answer returns the place and answer of a row, if it is answered.
func (row *AnswerRow) answer(q *checklist.Question) (checklist.Ref, checklist.Answer, bool) {
	r := checklist.Ref{Question: q.ID, Item: checklist.ItemID(row.Item), Stage: checklist.StageID(row.Stage)}
	if checklist.State(row.State) != checklist.Answered {
		return r, checklist.Answer{}, false
	}
	switch q.Kind {
	case checklist.Number:
		n := int64(0)
		if row.Number != nil {
			n = *row.Number
		}
		for range 4 - q.Decimals {
			n /= 10
		}
		return r, checklist.Answer{Number: n}, row.Number != nil
	case checklist.FreeText:
		return r, checklist.Answer{Text: row.Text}, true
	}
	return r, checklist.Answer{Choice: checklist.ChoiceID(row.Choice)}, true
}
