package trend

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
)

// A code is what one firm's answer to one row is: 0 is kept for a firm that is not there; then the firm's state or choice,
// with, where the row has conditions, the bits of those that hold.
type code = uint16

const (
	catUnanswered = iota
	catNotApplicable
	firstChoice

	inOwn    = 1 // inside the edition's own filter
	inCommon = 2 // inside the common one
	isAsked  = 4 // the other edition would have put the place to it
	bits     = 8
)

// Codes are one firm's answers to one of the two editions, as [Plan.Then] or [Plan.Now] makes them.
type Codes []code

// A coder turns answers into the codes of a row, and knows what each series counts.
type coder struct {
	row       *Row
	then, now side
	own       [][]bool // of each series: what the last edition counted, by category
	was, is   [][]bool // of each series: what is counted then and now, by category
}

// A side is a row in one edition.
type side struct {
	ed     *checklist.Edition
	q      *checklist.Question
	ref    checklist.Ref
	ids    []checklist.ChoiceID // the choices; of a number its classes
	cuts   []int64              // of a number: lower bounds of ids
	flags  int                  // bits where there are conditions, else 1
	own    *checklist.Condition
	common *checklist.Condition
	asked  *checklist.Condition
	bases  [2]Base // by the edition's own definition, and by the common one
}

func newCoder(p *Plan, row *Row) (coder, error) {
	c := coder{row: row}
	if row.Broke != nil {
		return c, nil
	}
	var err error
	if c.then, err = newSide(p.old, row.Was, row.ThenOwn, row.ThenCommon, row.ThenAsked); err != nil {
		return c, err
	}
	if c.now, err = newSide(p.now, row.Ref, row.NowOwn, row.NowOwn, row.NowAsked); err != nil {
		return c, err
	}
	c.then.bases, c.now.bases = [2]Base{row.Own, row.Common}, [2]Base{row.Common, row.Common}
	if c.now.q.Kind == checklist.Number {
		c.then.cutAlso(c.now.q)
	}
	for _, s := range row.Series {
		c.own = append(c.own, c.then.set(s.Own))
		c.was = append(c.was, c.then.set(s.Then))
		c.is = append(c.is, c.now.set(s.Now))
	}
	return c, nil
}

func newSide(ed *checklist.Edition, r checklist.Ref, own, common, asked *checklist.Condition) (side, error) {
	q, ok := ed.Question(string(r.Question))
	if !ok {
		return side{}, fmt.Errorf("trend: edition %s has no question %s", ed.ID, r.Question)
	}
	s := side{ed: ed, q: q, ref: r, own: own, common: common, asked: asked, flags: 1}
	if own != nil || common != nil || asked != nil {
		s.flags = bits
	}
	for _, c := range q.ChoicesAt(r.Stage) {
		s.ids = append(s.ids, c.ID)
		if q.Kind == checklist.Number {
			s.cuts = append(s.cuts, c.From)
		}
	}
	return s, nil
}

// cutAlso divides the classes of a number further at the bounds of another edition's, so that both are unions of them. A
// part keeps the name of the class it is of; what lies below the lowest has none.
func (s *side) cutAlso(q *checklist.Question) {
	cuts := slices.Clone(s.cuts)
	for _, c := range q.Choices {
		cuts = append(cuts, c.From)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	ids := make([]checklist.ChoiceID, len(cuts))
	for i, from := range cuts {
		ids[i], _ = s.q.Class(from)
	}
	s.cuts, s.ids = cuts, ids
}

// set returns the categories that are counted.
func (s *side) set(c Counted) []bool {
	in := make([]bool, firstChoice+len(s.ids))
	for i, id := range s.ids {
		if c.Number {
			in[firstChoice+i] = s.cuts[i] >= c.From && (c.Open || s.cuts[i] < c.To)
		} else {
			in[firstChoice+i] = slices.Contains(c.Choices, id)
		}
	}
	return in
}

// width is how many codes there are, that of nobody included.
func (s *side) width() int { return 1 + s.flags*(firstChoice+len(s.ids)) }

// A stand is what a code says of a firm by one of two definitions: its category, and whether it is in the base.
type stand struct {
	cat int
	in  bool
}

// split returns what a code, which is not that of nobody, says by the edition's own definition and by the common one.
func (s *side) split(c int) (own, common stand) {
	c--
	f := inOwn | inCommon | isAsked
	if s.flags > 1 {
		f = c % s.flags
	}
	own.cat, common.cat = c/s.flags, c/s.flags
	if f&isAsked == 0 {
		common.cat = catNotApplicable
	}
	own.in = f&inOwn > 0 && s.bases[0].holds(own.cat)
	common.in = f&inCommon > 0 && s.bases[1].holds(common.cat)
	return own, common
}

func (b Base) holds(cat int) bool {
	return cat >= firstChoice || cat == catUnanswered && b.Unanswered || cat == catNotApplicable && b.NotApplicable
}

func (s *side) code(a checklist.Answers) (code, error) {
	cat, err := s.category(a)
	if err != nil {
		return 0, err
	}
	if s.flags == 1 {
		return code(1 + cat), nil
	}
	f := 0
	if s.own.Holds(s.ed, a) {
		f |= inOwn
	}
	if s.common.Holds(s.ed, a) {
		f |= inCommon
	}
	if s.asked.Holds(s.ed, a) {
		f |= isAsked
	}
	return code(1 + cat*s.flags + f), nil
}

func (s *side) category(a checklist.Answers) (int, error) {
	switch s.ed.State(s.q, s.ref, a) {
	case checklist.NotApplicable:
		return catNotApplicable, nil
	case checklist.Unanswered:
		return catUnanswered, nil
	}
	at := slices.Index(s.ids, a[s.ref].Choice)
	if s.q.Kind == checklist.Number {
		at = -1
		for i, from := range s.cuts {
			if a[s.ref].Number >= from {
				at = i
			}
		}
	}
	if at < 0 {
		return 0, fmt.Errorf("answer to %s is none of its choices", s.ref)
	}
	return firstChoice + at, nil
}

// Then returns what a firm's answers to the last edition say to each row. It is an error if an answer is none of the
// choices or a number is below the lowest class: checked answers never are.
func (p *Plan) Then(a checklist.Answers) (Codes, error) {
	return p.codes(a, func(c *coder) *side { return &c.then })
}

// Now returns what a firm's answers to this edition say to each row.
func (p *Plan) Now(a checklist.Answers) (Codes, error) {
	return p.codes(a, func(c *coder) *side { return &c.now })
}

func (p *Plan) codes(a checklist.Answers, of func(*coder) *side) (Codes, error) {
	out := make(Codes, len(p.coders))
	for i := range p.coders {
		if p.coders[i].row.Broke != nil {
			continue
		}
		c, err := of(&p.coders[i]).code(a)
		if err != nil {
			return nil, fmt.Errorf("trend: %w", err)
		}
		out[i] = c
	}
	return out, nil
}
