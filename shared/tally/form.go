package tally

import (
	"fmt"

	"cssa/shared/checklist"
)

// The codes of a place. A choice's code is firstChoice plus its index in printed order; a number's is that of its class;
// free text, and a number without classes, is answered with firstChoice.
const (
	codeUnanswered    = 0
	codeNotApplicable = 1
	firstChoice       = 2
	mostChoices       = 256 - firstChoice
)

// A form is an edition compiled for counting.
type form struct {
	ed      *checklist.Edition
	places  []place
	index   map[checklist.Ref]int
	filters []filter
	figures []figure
	limits  []byte  // of each place: its highest code
	offsets []int32 // of each place: its first counter in a block
	width   int     // counters in a block
}

type place struct {
	q       *checklist.Question
	ref     checklist.Ref
	choices []checklist.Choice
}

// A filter is the base filter of a figure. The firms inside are counted once more, into counters of the filter's own: those
// of places[first:last], moved by shift.
type filter struct {
	figure      *checklist.Figure
	first, last int
	shift       int
}

// A figure is compiled to the places and codes that its cells count.
type figure struct {
	def   *checklist.Figure
	q     *checklist.Question
	shift int
	items []checklist.ItemID // "" alone where the question has no items
	codes [][]int            // of each series, without duplicates
}

func compile(ed *checklist.Edition) *form {
	f := &form{ed: ed, index: map[checklist.Ref]int{}}
	spans := map[checklist.QuestionID][2]int{}
	for _, q := range ed.Questions() {
		first := len(f.places)
		for _, r := range q.Refs() {
			f.addPlace(q, r)
		}
		spans[q.ID] = [2]int{first, len(f.places)}
	}
	for i := range ed.Figures {
		fig := &ed.Figures[i]
		q, ok := ed.Question(string(fig.Question))
		if !ok {
			panic(fmt.Sprintf("tally: figure %s: no question %s in edition %s", fig.ID, fig.Question, ed.ID))
		}
		shift := 0
		if fig.Base != nil {
			shift = f.addFilter(fig, spans[q.ID])
		}
		f.figures = append(f.figures, f.compileFigure(fig, q, shift))
	}
	return f
}

func (f *form) addPlace(q *checklist.Question, r checklist.Ref) {
	var choices []checklist.Choice
	if q.Kind != checklist.FreeText {
		choices = q.ChoicesAt(r.Stage)
	}
	if len(choices) > mostChoices {
		panic(fmt.Sprintf("tally: %s has %d choices, more than %d", r, len(choices), mostChoices))
	}
	n := firstChoice + max(1, len(choices))
	f.index[r] = len(f.places)
	f.places = append(f.places, place{q: q, ref: r, choices: choices})
	f.limits = append(f.limits, byte(n-1))
	f.offsets = append(f.offsets, int32(f.width))
	f.width += n
}

func (f *form) addFilter(fig *checklist.Figure, span [2]int) (shift int) {
	from, last := int(f.offsets[span[0]]), span[1]-1
	shift = f.width - from
	f.filters = append(f.filters, filter{figure: fig, first: span[0], last: span[1], shift: shift})
	f.width += int(f.offsets[last]) + int(f.limits[last]) + 1 - from
	return shift
}

func (f *form) compileFigure(fig *checklist.Figure, q *checklist.Question, shift int) figure {
	out := figure{def: fig, q: q, shift: shift, items: fig.Items}
	if len(out.items) == 0 {
		for _, it := range q.Items {
			out.items = append(out.items, it.ID)
		}
	}
	if len(out.items) == 0 {
		out.items = []checklist.ItemID{""}
	}
	for _, s := range fig.Series {
		for _, item := range out.items {
			if _, ok := f.index[checklist.Ref{Question: q.ID, Item: item, Stage: s.Stage}]; !ok {
				panic(fmt.Sprintf("tally: figure %s: question %s has no item %q at stage %q", fig.ID, q.ID, item, s.Stage))
			}
		}
		out.codes = append(out.codes, seriesCodes(fig, q, s))
	}
	return out
}

func seriesCodes(fig *checklist.Figure, q *checklist.Question, s checklist.Series) []int {
	var codes []int
	known := map[checklist.ChoiceID]bool{}
	for i, c := range q.ChoicesAt(s.Stage) {
		known[c.ID] = true
		for _, id := range s.Choices {
			if id == c.ID {
				codes = append(codes, firstChoice+i)
				break
			}
		}
	}
	for _, id := range s.Choices {
		if !known[id] {
			panic(fmt.Sprintf("tally: figure %s: series %s counts %s, which is no choice of %s", fig.ID, s.ID, id, q.ID))
		}
	}
	return codes
}

// Codes returns a firm's answers as a code vector: one byte for each place of the edition in printed order (the order of
// [checklist.Edition.Refs]), then one for each figure with a base filter, in the edition's order: 1 if the firm is inside.
//
// A place's byte is 0 if it is unanswered, 1 if it is not applicable, 2 for the first choice of its question (or stage),
// 3 for the second, and so on; of a number, by its class. Free text, and a number of a question without classes, is 2 if
// it is answered. Vectors of editions with the same checksum have the same meaning, which is what a snapshot needs.
//
// It is an error if an answer is none of the choices or a number is below the lowest class: checked answers never are.
func Codes(ed *checklist.Edition, a checklist.Answers) ([]byte, error) {
	return compile(ed).codes(a)
}

func (f *form) codes(a checklist.Answers) ([]byte, error) {
	codes := make([]byte, len(f.places)+len(f.filters))
	for i := range f.places {
		c, err := f.code(&f.places[i], a)
		if err != nil {
			return nil, err
		}
		codes[i] = c
	}
	for i, flt := range f.filters {
		if flt.figure.Base.Holds(f.ed, a) {
			codes[len(f.places)+i] = 1
		}
	}
	return codes, nil
}

func (f *form) code(p *place, a checklist.Answers) (byte, error) {
	switch f.ed.State(p.q, p.ref, a) {
	case checklist.NotApplicable:
		return codeNotApplicable, nil
	case checklist.Unanswered:
		return codeUnanswered, nil
	}
	if len(p.choices) == 0 {
		return firstChoice, nil
	}
	id := a[p.ref].Choice
	if p.q.Kind == checklist.Number {
		class, ok := p.q.Class(a[p.ref].Number)
		if !ok {
			return 0, fmt.Errorf("answer to %s is below the lowest class", p.ref)
		}
		id = class
	}
	for i := range p.choices {
		if p.choices[i].ID == id {
			return byte(firstChoice + i), nil
		}
	}
	return 0, fmt.Errorf("answer to %s is none of its choices", p.ref)
}
