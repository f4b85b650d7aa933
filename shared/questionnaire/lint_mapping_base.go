package questionnaire

import (
	"fmt"
	"reflect"
	"slices"

	"cssa/shared/checklist"
)

// asked checks that what is said to be the same is put to the same firms: an answer's share is of those that were asked. A
// stage that changed has a line of its own.
func (m *mappingLinter) asked(oq, q *checklist.Question) {
	now := checklist.Part{Question: q.ID}
	same := reflect.DeepEqual(oq.When, m.before(q.When))
	for i, s := range q.Stages {
		ref := m.refBefore(checklist.Ref{Question: q.ID, Stage: s.ID})
		os, ok := oq.Stage(ref.Stage)
		if line := m.m.LineOfNew(checklist.Part{Question: q.ID, Stage: s.ID}); i == 0 || !ok || line != nil && line.Change != checklist.Same {
			continue
		}
		same = same && sameChoices(os.After, m.choicesBefore(checklist.Part{Question: q.ID, Stage: q.Stages[i-1].ID}, s.After))
	}
	m.must(same, mapped("new", now), fmt.Sprintf("%q is put to other firms than %q was", now, oq.ID), "write widened or narrowed")
}

// before returns a condition in the terms of the edition before. What has no single counterpart there keeps its name.
func (m *mappingLinter) before(c *checklist.Condition) *checklist.Condition {
	if c == nil {
		return nil
	}
	out := *c
	out.All, out.Any = m.allBefore(c.All), m.allBefore(c.Any)
	out.Not = m.before(c.Not)
	if c.Is != nil {
		out.Is = &checklist.Is{Ref: m.refBefore(c.Is.Ref), Choices: m.choicesBefore(checklist.Part{Question: c.Is.Ref.Question, Stage: c.Is.Ref.Stage}, c.Is.Choices)}
	}
	if c.Answered != nil {
		ref := m.refBefore(*c.Answered)
		out.Answered = &ref
	}
	if c.Count != nil {
		n := *c.Count
		ref := m.refBefore(checklist.Ref{Question: n.Question, Stage: n.Stage})
		n.Choices = m.choicesBefore(checklist.Part{Question: n.Question, Stage: n.Stage}, n.Choices)
		n.Question, n.Stage = ref.Question, ref.Stage
		out.Count = &n
	}
	if c.Compare != nil {
		n := *c.Compare
		n.Ref = m.refBefore(n.Ref)
		out.Compare = &n
	}
	return &out
}

func (m *mappingLinter) allBefore(cs []checklist.Condition) []checklist.Condition {
	var out []checklist.Condition
	for i := range cs {
		out = append(out, *m.before(&cs[i]))
	}
	return out
}

func (m *mappingLinter) refBefore(r checklist.Ref) checklist.Ref {
	p := checklist.Part{Question: r.Question}
	if r.Item != "" && m.m.LineOfNew(checklist.Part{Question: r.Question, Item: r.Item}) != nil {
		p.Item = r.Item
	}
	if line := m.m.LineOfNew(p); line != nil && line.Change.OneToOne() {
		r.Question = line.Old[0].Question
		if p.Item != "" {
			r.Item = line.Old[0].Item
		}
	}
	if r.Stage != "" {
		if line := m.m.LineOfNew(checklist.Part{Question: p.Question, Stage: r.Stage}); line != nil && line.Change.OneToOne() {
			r.Stage = line.Old[0].Stage
		}
	}
	return r
}

func (m *mappingLinter) choicesBefore(at checklist.Part, ids []checklist.ChoiceID) []checklist.ChoiceID {
	var out []checklist.ChoiceID
	for _, id := range ids {
		if line := m.m.LineOfNew(checklist.Part{Question: at.Question, Stage: at.Stage, Choice: id}); line != nil && line.Change.OneToOne() {
			id = line.Old[0].Choice
		}
		out = append(out, id)
	}
	return out
}

func sameChoices(a, b []checklist.ChoiceID) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
