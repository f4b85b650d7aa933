package tally

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
)

// A Coder makes the code vectors of one edition, and reads them. It is not changed by its use.
type Coder struct {
	form  *form
	tests []test // of each filter
	reads bool   // some test asks for a number
}

// NewCoder compiles an edition that the questionnaire's linter accepts. It panics if the edition is none.
func NewCoder(ed *checklist.Edition) *Coder {
	f := compile(ed)
	c := &Coder{form: f}
	for _, flt := range f.filters {
		c.tests = append(c.tests, c.test(flt.when))
	}
	return c
}

// Codes is [Codes], without compiling the edition anew.
func (c *Coder) Codes(a checklist.Answers) ([]byte, error) { return c.form.codes(a) }

// Width is the length of a code vector: the places, then the filters.
func (c *Coder) Width() int { return len(c.form.places) + len(c.form.filters) }

// Places is how many places there are.
func (c *Coder) Places() int { return len(c.form.places) }

// Place returns the index of a place.
func (c *Coder) Place(r checklist.Ref) (int, bool) {
	p, ok := c.form.index[r]
	return p, ok
}

// Ref returns the place at an index, and its question.
func (c *Coder) Ref(place int) (checklist.Ref, *checklist.Question) {
	p := &c.form.places[place]
	return p.ref, p.q
}

// Code returns the code of a place at which a choice (of a number its class) was stored with a state.
func (c *Coder) Code(place int, state checklist.State, choice checklist.ChoiceID) (byte, error) {
	p := &c.form.places[place]
	switch state {
	case checklist.Unanswered:
		return codeUnanswered, nil
	case checklist.NotApplicable:
		return codeNotApplicable, nil
	case checklist.Answered:
		if len(p.choices) == 0 {
			return firstChoice, nil
		}
		for i := range p.choices {
			if p.choices[i].ID == choice {
				return byte(firstChoice + i), nil
			}
		}
		return 0, fmt.Errorf("answer to %s is none of its choices", p.ref)
	}
	return 0, fmt.Errorf("state of %s is none that there is", p.ref)
}

// Meaning is the inverse of [Coder.Code] for a vector that [Coder.Valid] accepts. The choice is empty where nothing was
// chosen: of free text, and of a number without classes.
func (c *Coder) Meaning(place int, code byte) (checklist.State, checklist.ChoiceID) {
	p := &c.form.places[place]
	switch {
	case code == codeUnanswered:
		return checklist.Unanswered, ""
	case code == codeNotApplicable:
		return checklist.NotApplicable, ""
	case len(p.choices) == 0:
		return checklist.Answered, ""
	}
	return checklist.Answered, p.choices[code-firstChoice].ID
}

// Valid says what is wrong with a code vector: of another length, or with a code that there is not.
func (c *Coder) Valid(codes []byte) error { return c.form.validate(codes) }

// ReadsNumbers says whether [Coder.Filter] asks for numbers.
func (c *Coder) ReadsNumbers() bool { return c.reads }

// Filter sets the filters of a vector whose places are set, from what stands at the places. Numbers are those answered, by
// place, in their question's units; they may be nil if [Coder.ReadsNumbers] says no. It gives what [Codes] gives for
// answers that stand at places put to the firm only, as checked answers do.
func (c *Coder) Filter(codes []byte, numbers []int64) {
	for i, holds := range c.tests {
		codes[len(c.form.places)+i] = 0
		if holds(codes, numbers) {
			codes[len(c.form.places)+i] = 1
		}
	}
}

// A test is a condition over a code vector and the numbers beside it.
type test func(codes []byte, numbers []int64) bool

func never([]byte, []int64) bool { return false }

func (c *Coder) test(when *checklist.Condition) test {
	switch {
	case when == nil:
		return func([]byte, []int64) bool { return true }
	case len(when.All) > 0:
		parts := c.testsOf(when.All)
		return func(codes []byte, numbers []int64) bool {
			return !slices.ContainsFunc(parts, func(t test) bool { return !t(codes, numbers) })
		}
	case len(when.Any) > 0:
		parts := c.testsOf(when.Any)
		return func(codes []byte, numbers []int64) bool {
			return slices.ContainsFunc(parts, func(t test) bool { return t(codes, numbers) })
		}
	case when.Not != nil:
		inner := c.test(when.Not)
		return func(codes []byte, numbers []int64) bool { return !inner(codes, numbers) }
	case when.Is != nil:
		return c.is(when.Is.Ref, when.Is.Choices)
	case when.Answered != nil:
		p, ok := c.form.index[*when.Answered]
		if !ok {
			return never
		}
		return func(codes []byte, _ []int64) bool { return codes[p] >= firstChoice }
	case when.Count != nil:
		return c.count(when.Count)
	case when.Compare != nil:
		return c.compare(when.Compare)
	}
	return never
}

func (c *Coder) testsOf(parts []checklist.Condition) []test {
	out := make([]test, len(parts))
	for i := range parts {
		out[i] = c.test(&parts[i])
	}
	return out
}

// is holds for a choice; what is answered with a number or in words is no choice.
func (c *Coder) is(r checklist.Ref, choices []checklist.ChoiceID) test {
	p, ok := c.form.index[r]
	if !ok || c.form.places[p].q.Kind == checklist.Number {
		return never
	}
	in := make([]bool, firstChoice+mostChoices)
	for i, ch := range c.form.places[p].choices {
		in[firstChoice+i] = slices.Contains(choices, ch.ID)
	}
	return func(codes []byte, _ []int64) bool { return in[codes[p]] }
}

func (c *Coder) count(n *checklist.Count) test {
	q, ok := c.form.ed.Question(string(n.Question))
	if !ok {
		return never
	}
	var parts []test
	for _, it := range q.Items {
		if !it.Exclusive {
			parts = append(parts, c.is(checklist.Ref{Question: n.Question, Item: it.ID, Stage: n.Stage}, n.Choices))
		}
	}
	return func(codes []byte, numbers []int64) bool {
		k := 0
		for _, t := range parts {
			if t(codes, numbers) {
				k++
			}
		}
		return (n.AtLeast == nil || k >= *n.AtLeast) && (n.AtMost == nil || k <= *n.AtMost)
	}
}

func (c *Coder) compare(n *checklist.Compare) test {
	p, ok := c.form.index[n.Ref]
	if !ok {
		return never
	}
	c.reads = true
	return func(codes []byte, numbers []int64) bool {
		return codes[p] >= firstChoice && (n.AtLeast == nil || numbers[p] >= *n.AtLeast) && (n.AtMost == nil || numbers[p] <= *n.AtMost)
	}
}
