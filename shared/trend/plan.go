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

	// Who is counted among the firms that answered: by each edition's own definition, and by the common one. Nil: all.
	ThenOwn, ThenCommon *checklist.Condition // about answers to the last edition
	NowOwn, NowCommon   *checklist.Condition // about answers to this one
}

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

// base fills in who is counted. Filters are those of a figure, or nil.
func (p *pairing) base(row *Row, l link, oldFilter, filter *checklist.Condition) {
	filterThen, ok := p.condition(filter, true)
	askedThen, ok2 := p.condition(asked(l.q, row.Ref), true)
	askedNow, ok3 := p.condition(asked(l.oq, l.old), false)
	if !ok || !ok2 || !ok3 {
		row.Broke = otherBase()
		return
	}
	row.ThenOwn, row.ThenCommon = oldFilter, both(filterThen, askedThen)
	row.NowOwn, row.NowCommon = filter, both(filter, askedNow)
}

func (p *pairing) placeRow(r checklist.Ref) Row {
	l := p.links[r]
	row := Row{Ref: r, Was: l.old, Broke: l.broke}
	if row.Broke == nil {
		p.base(&row, l, nil, nil)
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
	q, ok := p.now.Question(string(fig.Question))
	if !ok || q.Kind == checklist.FreeText {
		return nil
	}
	items := fig.Items
	if len(items) == 0 {
		for _, it := range q.Items {
			items = append(items, it.ID)
		}
	}
	if len(items) == 0 {
		items = []checklist.ItemID{""}
	}
	var stages []checklist.StageID
	for _, s := range fig.Series {
		if !slices.Contains(stages, s.Stage) {
			stages = append(stages, s.Stage)
		}
	}
	var rows []Row
	for _, item := range items {
		for _, stage := range stages {
			rows = append(rows, p.figureRow(fig, checklist.Ref{Question: q.ID, Item: item, Stage: stage}))
		}
	}
	return rows
}

func (p *pairing) figureRow(fig *checklist.Figure, r checklist.Ref) Row {
	l := p.links[r]
	row := Row{Figure: fig.ID, Ref: r, Was: l.old, Broke: l.broke}
	var before *checklist.Figure
	if row.Broke == nil {
		before = p.counterpart(fig, l.old.Question)
		var oldFilter *checklist.Condition
		if before != nil {
			oldFilter = before.Base
		} else if same, ok := p.condition(fig.Base, true); ok {
			oldFilter = same
		}
		p.base(&row, l, oldFilter, fig.Base)
	}
	for _, s := range fig.Series {
		if s.Stage != r.Stage {
			continue
		}
		out := Series{ID: string(s.ID), Now: Counted{Choices: s.Choices}}
		if row.Broke == nil {
			l.series(&out, s)
			out.Own = out.Then
			if before != nil {
				for _, o := range before.Series {
					if o.ID == s.ID && o.Stage == l.old.Stage {
						out.Own = Counted{Choices: o.Choices}
					}
				}
			}
		}
		row.Series = append(row.Series, out)
	}
	return row
}

// counterpart returns the last edition's figure of a question: the one of the same id if there are several, nil if none.
func (p *pairing) counterpart(fig *checklist.Figure, q checklist.QuestionID) *checklist.Figure {
	var found *checklist.Figure
	for i := range p.old.Figures {
		if o := &p.old.Figures[i]; o.Question == q && (found == nil || o.ID == fig.ID) {
			found = o
		}
	}
	return found
}

// series fills in what a figure's series counts in answers to the last edition, or why it cannot be told.
func (l *link) series(out *Series, s checklist.Series) {
	if l.q.Kind == checklist.Number {
		out.Broke = otherScale()
		return
	}
	var ok bool
	if out.Then.Choices, ok = l.translate(s.Choices, true); ok {
		return
	}
	out.Then, out.Broke = Counted{}, partUnion()
	for _, id := range s.Choices {
		if b := l.lost[id]; b != nil {
			out.Broke = b
			return
		}
	}
}
