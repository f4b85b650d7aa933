package tally

import (
	"fmt"
	"slices"

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
	ed            *checklist.Edition
	places        []place
	index         map[checklist.Ref]int
	filters       []filter
	distributions []plan
	figures       []plan
	filtered      []plan  // of every figure with a filter, the distributions of its question among the firms inside
	limits        []byte  // of each place: its highest code
	offsets       []int32 // of each place: its first counter in a block
	width         int     // counters in a block
}

type place struct {
	q       *checklist.Question
	ref     checklist.Ref
	choices []checklist.Choice
}

// A filter is the condition of a figure's rows. The firms inside are counted once more, into counters of the filter's own:
// those of places[first:last], moved by shift.
type filter struct {
	when        *checklist.Condition
	first, last int
	shift       int
}

// A plan is a table's definition with the places and codes that its cells count.
type plan struct {
	def    *checklist.TableDef
	shifts []int   // of each row
	codes  [][]int // of each column
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
	for _, def := range ed.Distributions() {
		f.distributions = append(f.distributions, f.plan(def, func(checklist.ItemID) int { return 0 }))
	}
	for i := range ed.Figures {
		fig := &ed.Figures[i]
		def, ok := fig.Table(ed)
		if !ok {
			panic(fmt.Sprintf("tally: figure %s: no question %s in edition %s", fig.ID, fig.Question, ed.ID))
		}
		shift := f.addFilters(def, spans[def.Question.ID])
		f.figures = append(f.figures, f.plan(def, shift))
		if !fig.Filtered() {
			continue
		}
		for _, of := range ed.DistributionsOf(def.Question) {
			of.ID = def.ID
			f.filtered = append(f.filtered, f.plan(of, shift))
		}
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

// addFilters adds the filter of a table, and of each row that has one of its own, and returns by how much the counters of
// an item are moved.
func (f *form) addFilters(def *checklist.TableDef, span [2]int) func(checklist.ItemID) int {
	whole := 0
	if def.Base != nil {
		whole = f.addFilter(def.Base, span[0], span[1])
	}
	own := map[checklist.ItemID]int{}
	for _, r := range def.Rows {
		if r.Base == nil {
			continue
		}
		first, last := span[1], span[0] // the places of an item stand together
		for p := span[0]; p < span[1]; p++ {
			if f.places[p].ref.Item == r.Item {
				first, last = min(first, p), p+1
			}
		}
		if first < last {
			own[r.Item] = f.addFilter(def.Filter(r), first, last)
		}
	}
	return func(item checklist.ItemID) int {
		if shift, ok := own[item]; ok {
			return shift
		}
		return whole
	}
}

func (f *form) addFilter(when *checklist.Condition, first, last int) (shift int) {
	from := int(f.offsets[first])
	shift = f.width - from
	f.filters = append(f.filters, filter{when: when, first: first, last: last, shift: shift})
	f.width += int(f.offsets[last-1]) + int(f.limits[last-1]) + 1 - from
	return shift
}

func (f *form) plan(def *checklist.TableDef, shift func(checklist.ItemID) int) plan {
	p := plan{def: def}
	for _, r := range def.Rows {
		for _, c := range slices.Concat(def.Columns, []checklist.TableColumn{{ID: "its base", Stage: def.FirstStage()}}) {
			if _, ok := f.index[def.Place(r, c.Stage)]; !ok {
				panic(fmt.Sprintf("tally: table %s: question %s has no item %q at stage %q", def.ID, def.Question.ID, r.Item, c.Stage))
			}
		}
		p.shifts = append(p.shifts, shift(r.Item))
	}
	for _, c := range def.Columns {
		p.codes = append(p.codes, codesOf(def, c))
	}
	return p
}

func codesOf(def *checklist.TableDef, col checklist.TableColumn) []int {
	var codes []int
	for i, c := range def.Question.ChoicesAt(col.Stage) {
		if slices.Contains(col.Choices, c.ID) {
			codes = append(codes, firstChoice+i)
		}
	}
	if len(codes) != len(col.Choices) {
		panic(fmt.Sprintf("tally: table %s: %s counts what is no choice of %s", def.ID, col.ID, def.Question.ID))
	}
	return codes
}

// Codes returns a firm's answers as a code vector: one byte for each place of the edition in printed order (the order of
// [checklist.Edition.Refs]), then one for each filter of a figure, in the edition's order, that of all its rows before those
// of single ones: 1 if the firm is inside.
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
		if flt.when.Holds(f.ed, a) {
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
