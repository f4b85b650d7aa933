package trend

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
)

// A Plan is two editions compiled for comparing. Make one with [New]. It is not changed by its use.
type Plan struct {
	old, now *checklist.Edition
	rows     []Row
	coders   []coder // of each row that did not break
}

// A Row is one row of what is compared: a place, or a row of a figure at one of its stages.
type Row struct {
	Figure checklist.FigureID // "" of a place
	Ref    checklist.Ref      // the place, in this edition
	Was    checklist.Ref      // the place it is compared with, in the last one
	Broke  *Break             // nil: it is compared
	Series []Series           // in printed order; of a row that broke those of this edition, without what they count

	// Which firms are inside the filter, of each edition and of this edition's in answers to the last; nil: all.
	ThenOwn, ThenCommon, NowOwn *checklist.Condition
	// To which firms the other edition would have put it: by the common definition it is put to no others. Nil: to all.
	ThenAsked, NowAsked *checklist.Condition
	Own, Common         Base
}

// A Base says whether firms that gave no answer are in the base of shares: those that left the place blank, and those to
// which it was not put.
type Base struct{ Unanswered, NotApplicable bool }

// Compared says whether any of the row's series is compared.
func (r *Row) Compared() bool {
	return r.Broke == nil && slices.ContainsFunc(r.Series, func(s Series) bool { return s.Broke == nil })
}

// A Series is one numerator of a row: a choice, or several taken together.
type Series struct {
	ID    string // the choice, several joined by +, a figure's series
	Broke *Break
	Own   Counted // what the last edition counted under this name
	Then  Counted // what it counts in answers to the last edition
	Now   Counted // what it counts in answers to this one
}

// Counted are the answers that are counted: choices or, of a number, those from From up to and without To.
type Counted struct {
	Choices []checklist.ChoiceID
	Number  bool
	From    int64
	To      int64
	Open    bool // there is no To
}

// New compiles the comparison of two editions. Now must have a mapping from old; both must be editions that the
// questionnaire's linter accepts.
func New(old, now *checklist.Edition) (*Plan, error) {
	if now.Mapping == nil || now.Mapping.From != old.ID {
		return nil, fmt.Errorf("trend: edition %s does not follow %s", now.ID, old.ID)
	}
	p := &Plan{old: old, now: now}
	pairs := pair(old, now)
	for _, q := range now.Questions() {
		if q.Kind == checklist.FreeText || q.Kind == checklist.Number && len(q.Choices) == 0 {
			continue
		}
		for _, r := range q.Refs() {
			p.rows = append(p.rows, pairs.placeRow(r))
		}
	}
	for i := range now.Figures {
		p.rows = append(p.rows, pairs.figureRows(&now.Figures[i])...)
	}
	for i := range p.rows {
		c, err := newCoder(p, &p.rows[i])
		if err != nil {
			return nil, err
		}
		p.coders = append(p.coders, c)
	}
	return p, nil
}

// Rows returns what is compared: every place that has choices or classes, in printed order, then the rows of every figure.
func (p *Plan) Rows() []Row { return p.rows }

// Editions returns the two editions.
func (p *Plan) Editions() (old, now *checklist.Edition) { return p.old, p.now }

// base fills in who is counted. Filter is that of a figure, or nil.
func (p *pairing) base(row *Row, l link, filter *checklist.Condition) {
	filterThen, ok := p.condition(filter, true)
	askedThen, ok2 := p.condition(asked(l.q, row.Ref), true)
	askedNow, ok3 := p.condition(asked(l.oq, l.old), false)
	if !ok || !ok2 || !ok3 {
		row.Broke = otherBase()
		return
	}
	row.ThenOwn, row.ThenCommon, row.NowOwn = filterThen, filterThen, filter
	row.ThenAsked, row.NowAsked = askedThen, askedNow
}

func (p *pairing) placeRow(r checklist.Ref) Row {
	l := p.links[r]
	row := Row{Ref: r, Was: l.old, Broke: l.broke}
	if row.Broke == nil {
		p.base(&row, l, nil)
	}
	if l.q.Kind == checklist.Number {
		for i, c := range l.q.Choices {
			s := Series{ID: string(c.ID), Now: Counted{Choices: []checklist.ChoiceID{c.ID}}}
			if row.Broke == nil {
				s.Then = classRange(l.q, i)
				s.Own = s.Then
				if slices.ContainsFunc(l.oq.Choices, func(o checklist.Choice) bool { return o.ID == c.ID }) {
					s.Own = Counted{Choices: []checklist.ChoiceID{c.ID}}
				}
			}
			row.Series = append(row.Series, s)
		}
		return row
	}
	for _, c := range l.q.ChoicesAt(r.Stage) {
		at := slices.IndexFunc(l.classes, func(k class) bool { return slices.Contains(k.now, c.ID) })
		s := Series{ID: string(c.ID), Broke: l.lost[c.ID], Now: Counted{Choices: []checklist.ChoiceID{c.ID}}}
		if row.Broke == nil && s.Broke == nil {
			s.Then.Choices = l.classes[at].old
			s.Own = s.Then
		}
		row.Series = append(row.Series, s)
		// What was split or merged follows its last choice, taken together.
		if row.Broke == nil && at >= 0 && s.Broke != nil && lastOf(l.q, r, l.classes[at].now) == c.ID {
			k := l.classes[at]
			together := Series{ID: k.name(), Now: Counted{Choices: k.now}, Then: Counted{Choices: k.old}, Own: Counted{Choices: k.old}}
			if len(k.now) == 1 { // merged: the choice itself stands for them all
				together.ID = string(c.ID)
				row.Series[len(row.Series)-1] = together
				continue
			}
			row.Series = append(row.Series, together)
		}
	}
	return row
}

// lastOf returns that of some choices which is printed last.
func lastOf(q *checklist.Question, r checklist.Ref, ids []checklist.ChoiceID) (last checklist.ChoiceID) {
	for _, c := range q.ChoicesAt(r.Stage) {
		if slices.Contains(ids, c.ID) {
			last = c.ID
		}
	}
	return last
}

func classRange(q *checklist.Question, i int) Counted {
	c := Counted{Number: true, From: q.Choices[i].From, Open: i+1 == len(q.Choices)}
	if !c.Open {
		c.To = q.Choices[i+1].From
	}
	return c
}

// figureRows returns a figure's rows, at each of its series' stages.
func (p *pairing) figureRows(fig *checklist.Figure) []Row {
	def, ok := fig.Table(p.now)
	if !ok || def.Question.Kind == checklist.FreeText {
		return nil
	}
	var stages []checklist.StageID
	for _, c := range def.Columns {
		if !slices.Contains(stages, c.Stage) {
			stages = append(stages, c.Stage)
		}
	}
	var rows []Row
	for _, r := range def.Rows {
		for _, stage := range stages {
			rows = append(rows, p.figureRow(def, r, def.Place(r, stage)))
		}
	}
	return rows
}

func (p *pairing) figureRow(def *checklist.TableDef, of checklist.TableRow, r checklist.Ref) Row {
	l := p.links[r]
	row := Row{Figure: def.Figure.ID, Ref: r, Was: l.old, Broke: l.broke, Common: baseOf(def)}
	var before *checklist.TableDef
	if row.Broke == nil {
		p.base(&row, l, def.Filter(of))
		row.Own = row.Common
	}
	if row.Broke == nil {
		if before = p.counterpart(def.Figure, l.old.Question); before != nil {
			row.Own, row.ThenOwn = baseOf(before), before.Base
			for _, o := range before.Rows {
				if o.Item == l.old.Item {
					row.ThenOwn = before.Filter(o)
				}
			}
		}
	}
	for _, c := range def.Columns {
		if c.Stage != r.Stage {
			continue
		}
		out := Series{ID: c.ID, Now: Counted{Choices: c.Choices}}
		if row.Broke == nil {
			l.series(&out, c.Choices)
			out.Own = out.Then
			if before != nil {
				for _, o := range before.Columns {
					if o.ID == c.ID && o.Stage == l.old.Stage {
						out.Own = Counted{Choices: o.Choices}
					}
				}
			}
		}
		row.Series = append(row.Series, out)
	}
	return row
}

func baseOf(def *checklist.TableDef) Base {
	return Base{def.Unanswered == checklist.InBase, def.NotApplicable == checklist.InBase}
}

// counterpart returns the last edition's figure of a question: the one of the same id if there are several, nil if none.
func (p *pairing) counterpart(fig *checklist.Figure, q checklist.QuestionID) *checklist.TableDef {
	var found *checklist.Figure
	for i := range p.old.Figures {
		if o := &p.old.Figures[i]; o.Question == q && (found == nil || o.ID == fig.ID) {
			found = o
		}
	}
	if found == nil {
		return nil
	}
	def, _ := found.Table(p.old)
	return def
}

// series fills in what a figure's series counts in answers to the last edition, or why it cannot be told.
func (l *link) series(out *Series, choices []checklist.ChoiceID) {
	if l.q.Kind == checklist.Number {
		out.Broke = otherScale()
		return
	}
	var ok bool
	if out.Then.Choices, ok = l.translate(choices, true); ok {
		return
	}
	out.Then, out.Broke = Counted{}, partUnion()
	for _, id := range choices {
		if b := l.lost[id]; b != nil {
			out.Broke = b
			return
		}
	}
}
