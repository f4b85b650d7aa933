package checklist

// An Answer (回答) to one place. Choice is set for single, multiple, matrix and nested questions, Number for number
// questions (an integer of 10^-Decimals), Text for free text, kept as typed.
type Answer struct {
	Choice ChoiceID
	Number int64
	Text   string
}

// Answers are one firm's answers. A place that is absent was left blank.
type Answers map[Ref]Answer

// A State says what became of a place for one firm. Values are stored words.
type State string

// The states. They are never merged, in storage, in statistics or on paper.
const (
	Answered      State = "answered"       // 回答あり
	Unanswered    State = "unanswered"     // 無回答: the question was put to the firm and left blank
	NotApplicable State = "not_applicable" // 対象外: the question was not put to the firm
)

// Applies says whether the place is put to a firm with these answers: the question's condition holds and, for a later
// stage of a nested question, every stage before it has one of the answers that lead on.
func (e *Edition) Applies(q *Question, r Ref, a Answers) bool {
	if !q.When.Holds(e, a) {
		return false
	}
	if r.Stage == "" {
		return true
	}
	for i := range q.Stages {
		if i > 0 {
			before, ok := a[Ref{r.Question, r.Item, q.Stages[i-1].ID}]
			if !ok || !contains(q.Stages[i].After, before.Choice) {
				return false
			}
		}
		if q.Stages[i].ID == r.Stage {
			return true
		}
	}
	return true
}

// State returns the state of a place of q. A place that does not apply is not applicable even if something stands in it.
func (e *Edition) State(q *Question, r Ref, a Answers) State {
	if !e.Applies(q, r, a) {
		return NotApplicable
	}
	if _, ok := a[r]; !ok {
		return Unanswered
	}
	return Answered
}

// A Cover (表紙) is the signed front sheet of a filled checklist.
type Cover struct {
	FirmName      string // as typed
	ReferenceDate Date
	Preparer      string // 作成者, name and department
	Approver      string // 承認者, the officer who approved the answers
	ApproverTitle string
	ApprovedOn    Date
}
