package trend

import (
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// A pairing says which places and choices of two editions mean the same.
type pairing struct {
	old, now *checklist.Edition
	links    map[checklist.Ref]link          // of every place of now
	back     map[checklist.Ref]checklist.Ref // from comparable places of old
}

// A link is a place of the new edition and the place of the old one that it is compared with, or why there is none.
type link struct {
	q, oq   *checklist.Question
	old     checklist.Ref
	broke   *Break
	classes []class // in printed order; of a number none
	lost    map[checklist.ChoiceID]*Break
}

// A class is choices of a place that, taken together, mean in both editions the same: one on each side, or several of one
// side that were split or merged.
type class struct{ old, now []checklist.ChoiceID }

func pair(old, now *checklist.Edition) *pairing {
	p := &pairing{old: old, now: now, links: map[checklist.Ref]link{}, back: map[checklist.Ref]checklist.Ref{}}
	for _, q := range now.Questions() {
		for _, r := range q.Refs() {
			l := link{q: q}
			l.old, l.broke = p.place(r)
			if l.broke == nil {
				l.oq, l.broke = p.scale(q, l.old)
			}
			if l.broke == nil {
				p.choices(&l, r)
				p.back[l.old] = r
			}
			p.links[r] = l
		}
	}
	return p
}

// keeps says whether a line says that the meaning is the same.
func keeps(l *checklist.MappingLine) bool {
	return l.Change == checklist.Same || l.Change == checklist.Reworded && l.Carry
}

// place returns where in the old edition the answer of a place stood, if it means the same there. An item's own line decides
// over its question's, but within a question that was widened or narrowed nothing means the same.
func (p *pairing) place(r checklist.Ref) (checklist.Ref, *Break) {
	m := p.now.Mapping
	line := m.LineOfNew(checklist.Part{Question: r.Question})
	if line == nil {
		return checklist.Ref{}, unmapped()
	}
	if line.Change == checklist.Widened || line.Change == checklist.Narrowed {
		return checklist.Ref{}, brokeBy(p.old, line)
	}
	if own := m.LineOfNew(checklist.Part{Question: r.Question, Item: r.Item}); r.Item != "" && own != nil {
		line = own
	}
	if !keeps(line) {
		return checklist.Ref{}, brokeBy(p.old, line)
	}
	old := checklist.Ref{Question: line.Old[0].Question, Item: r.Item, Stage: r.Stage}
	if line.Old[0].Item != "" {
		old.Item = line.Old[0].Item
	}
	if own := m.LineOfNew(checklist.Part{Question: r.Question, Stage: r.Stage}); r.Stage != "" && own != nil {
		if !keeps(own) {
			return checklist.Ref{}, brokeBy(p.old, own)
		}
		old.Stage = own.Old[0].Stage
	}
	return old, nil
}

// scale returns the old place's question, if both are answered in the same way.
func (p *pairing) scale(q *checklist.Question, old checklist.Ref) (*checklist.Question, *Break) {
	oq, ok := p.old.Question(string(old.Question))
	if !ok || !slices.Contains(oq.Refs(), old) {
		return nil, unmapped()
	}
	if oq.Kind != q.Kind || oq.Decimals != q.Decimals || oq.Unit != q.Unit {
		return nil, otherScale()
	}
	// A number of last time has a class of this time unless it may lie below the lowest.
	if q.Kind == checklist.Number && len(q.Choices) > 0 && q.Choices[0].From > oq.Min {
		return nil, otherScale()
	}
	return oq, nil
}

// choices fills in what became of the choices of a comparable place.
func (p *pairing) choices(l *link, r checklist.Ref) {
	l.lost = map[checklist.ChoiceID]*Break{}
	if l.q.Kind == checklist.Number || l.q.Kind == checklist.FreeText {
		return
	}
	m := p.now.Mapping
	seen := map[*checklist.MappingLine]bool{}
	for _, c := range l.q.ChoicesAt(r.Stage) {
		line := m.LineOfNew(checklist.Part{Question: r.Question, Stage: r.Stage, Choice: c.ID})
		if line == nil {
			_, there := l.oq.Choice(l.old.Stage, c.ID)
			if !there || m.LineOfOld(checklist.Part{Question: l.old.Question, Stage: l.old.Stage, Choice: c.ID}) != nil {
				l.lost[c.ID] = unmapped()
				continue
			}
			l.classes = append(l.classes, class{[]checklist.ChoiceID{c.ID}, []checklist.ChoiceID{c.ID}})
			continue
		}
		old, within := choicesAt(line.Old, l.old)
		now, withinNow := choicesAt(line.New, r)
		whole := within && withinNow && len(old) > 0 && len(now) > 0
		regrouped := line.Change == checklist.Split || line.Change == checklist.Merged
		if !keeps(line) || !whole {
			l.lost[c.ID] = brokeBy(p.old, line)
		}
		if whole && (keeps(line) || regrouped) && !seen[line] {
			seen[line] = true
			l.classes = append(l.classes, class{old, now})
		}
	}
}

// choicesAt returns the choices of parts, and whether all of them are of one place.
func choicesAt(parts []checklist.Part, r checklist.Ref) ([]checklist.ChoiceID, bool) {
	var ids []checklist.ChoiceID
	for _, p := range parts {
		if p.Choice == "" || p.Question != r.Question || p.Stage != r.Stage {
			return nil, false
		}
		ids = append(ids, p.Choice)
	}
	return ids, true
}

// name returns the id of a class as a series: its choices of now, joined by +.
func (c class) name() string {
	ids := make([]string, len(c.now))
	for i, id := range c.now {
		ids[i] = string(id)
	}
	return strings.Join(ids, "+")
}

// translate returns what a set of choices of one edition is in the other. It fails where the set takes a part of what was
// split or merged, or a choice that has no counterpart.
func (l *link) translate(ids []checklist.ChoiceID, toOld bool) ([]checklist.ChoiceID, bool) {
	left := slices.Clone(ids)
	out := []checklist.ChoiceID{}
	for _, c := range l.classes {
		from, to := c.old, c.now
		if toOld {
			from, to = c.now, c.old
		}
		n := 0
		for _, id := range from {
			if slices.Contains(ids, id) {
				n++
			}
		}
		if n > 0 && n < len(from) {
			return nil, false
		}
		if n > 0 {
			out = append(out, to...)
			left = slices.DeleteFunc(left, func(id checklist.ChoiceID) bool { return slices.Contains(from, id) })
		}
	}
	return out, len(left) == 0
}
