package questionnaire

import (
	"fmt"

	"cssa/shared/checklist"
)

// when checks the condition under which a question is put: besides being resolvable it may read only required
// questions that come earlier, so that a firm meets the gate before what it opens, an unanswered gate is a fault of its
// own, and there are no circles.
func (l *linter) when(where string, q *checklist.Question) {
	if q.When == nil {
		return
	}
	l = l.on("when")
	l.condition(where, q.When)
	earlier := map[checklist.QuestionID]bool{}
	for _, other := range l.e.Questions() {
		if other == q {
			break
		}
		earlier[other.ID] = true
	}
	said := map[checklist.QuestionID]bool{}
	for _, r := range q.When.Refs(l.e) {
		gate, ok := l.e.Question(string(r.Question))
		if !ok || said[r.Question] {
			continue
		}
		said[r.Question] = true
		l.must(earlier[gate.ID], where, fmt.Sprintf("the condition reads %s, which does not come earlier", r.Question), "move the question behind it")
		l.must(gate.Required, where, fmt.Sprintf("the condition reads %s, which is optional", r.Question), "make that question required")
	}
}

// condition checks that a condition is well formed and that everything it names exists.
func (l *linter) condition(where string, c *checklist.Condition) {
	if !c.Valid() {
		l.say(where, "a condition does not say exactly one thing at each level", "write one of all, any, not, is, answered, count, compare")
		return
	}
	l.leaves(where, c)
}

func (l *linter) leaves(where string, c *checklist.Condition) {
	for i := range c.All {
		l.leaves(where, &c.All[i])
	}
	for i := range c.Any {
		l.leaves(where, &c.Any[i])
	}
	switch {
	case c.Not != nil:
		l.leaves(where, c.Not)
	case c.Answered != nil:
		l.place(where, *c.Answered)
	case c.Is != nil:
		if q := l.place(where, c.Is.Ref); q != nil {
			l.named(where, q, c.Is.Ref.Stage, c.Is.Choices)
			l.must(q.Kind != checklist.Number && q.Kind != checklist.FreeText, where,
				fmt.Sprintf("%s has no choices to compare with", q.ID), "use compare or answered")
		}
	case c.Compare != nil:
		if q := l.place(where, c.Compare.Ref); q != nil {
			l.must(q.Kind == checklist.Number, where, fmt.Sprintf("%s is not a number question", q.ID), "use is")
		}
		l.must(bounds(c.Compare.AtLeast, c.Compare.AtMost), where, "compare has no bounds, or they are the wrong way round", "give at_least, at_most or both")
	case c.Count != nil:
		l.count(where, c.Count)
	}
}

func (l *linter) count(where string, c *checklist.Count) {
	l.must(bounds(c.AtLeast, c.AtMost), where, "count has no bounds, or they are the wrong way round", "give at_least, at_most or both")
	q := l.questionByID(where, c.Question)
	if q == nil {
		return
	}
	if len(q.Items) == 0 {
		l.say(where, fmt.Sprintf("%s has no items to count", q.ID), "use is")
		return
	}
	countable := 0
	for _, it := range q.Items {
		if !it.Exclusive {
			countable++
		}
	}
	l.must(c.AtLeast == nil || *c.AtLeast <= countable, where, fmt.Sprintf("%s has only %d items to count", q.ID, countable), "correct at_least")
	if l.place(where, checklist.Ref{Question: q.ID, Item: q.Items[0].ID, Stage: c.Stage}) != nil {
		l.named(where, q, c.Stage, c.Choices)
	}
}

// bounds says whether there is at least one bound and, if both, in the right order.
func bounds[T int | int64](least, most *T) bool {
	return (least != nil || most != nil) && (least == nil || most == nil || *least <= *most)
}

// named checks that choices are there and exist at the stage.
func (l *linter) named(where string, q *checklist.Question, stage checklist.StageID, choices []checklist.ChoiceID) {
	if q.Kind == checklist.Number || q.Kind == checklist.FreeText {
		return
	}
	l.must(len(choices) > 0, where, "no choices are named", "name them under choices")
	seen := map[checklist.ChoiceID]bool{}
	for _, c := range choices {
		_, ok := q.Choice(stage, c)
		l.must(ok, where, fmt.Sprintf("%s has no choice %q", q.ID, c), "correct the word")
		l.must(!seen[c], where, fmt.Sprintf("the choice %q is named twice", c), "name it once")
		seen[c] = true
	}
}

// place checks that the edition has a place and returns its question, or nil.
func (l *linter) place(where string, r checklist.Ref) *checklist.Question {
	q := l.questionByID(where, r.Question)
	if q == nil {
		return nil
	}
	for _, has := range q.Refs() {
		if has == r {
			return q
		}
	}
	l.say(where, fmt.Sprintf("there is no place %q for an answer", r), "name question, item and stage as the question has them")
	return nil
}

// questionByID is strict where [checklist.Edition.Question] also takes printed numbers: those change between editions.
func (l *linter) questionByID(where string, id checklist.QuestionID) *checklist.Question {
	q, ok := l.e.Question(string(id))
	if !ok || q.ID != id {
		l.say(where, fmt.Sprintf("there is no question %q", id), "correct the word")
		return nil
	}
	return q
}
