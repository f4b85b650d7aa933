package checklist

import "strings"

// A Prefill is what a firm answered in the edition before, as this edition's workbook shows it.
type Prefill struct {
	From     EditionID
	Previous Answers        // in this edition's places and choices, wherever they mean the same
	Carried  Answers        // those of Previous that stand in the answer cells, to be confirmed
	Words    map[Ref]string // elsewhere: the old answers in the old edition's words
}

// Carry says what a firm's answers to the edition before mean in this one. Only what means the same is carried: never what
// was widened or narrowed, split or merged, out of bounds now, or asked under a condition that the carried answers do not
// meet. Old is the edition before, e the one that follows it by m.
func (m *Mapping) Carry(old, e *Edition, a Answers) Prefill {
	p := Prefill{From: m.From, Previous: Answers{}, Carried: Answers{}, Words: map[Ref]string{}}
	for _, q := range e.Questions() {
		for _, r := range q.Refs() {
			if ans, ok := m.previous(old, q, r, a); ok {
				p.Previous[r] = ans
				if e.Applies(q, r, p.Carried) { // questions come after those that decide whether they are put
					p.Carried[r] = ans
				}
				continue
			}
			if words := m.words(old, q, r, a); words != "" {
				p.Words[r] = words
			}
		}
	}
	return p
}

// previous returns last time's answer to a place in this edition's terms, if there is one that means the same.
func (m *Mapping) previous(old *Edition, q *Question, r Ref, a Answers) (Answer, bool) {
	from, ok := m.Keeps(r)
	if !ok {
		return Answer{}, false
	}
	oq, known := old.Question(string(from.Question))
	ans, answered := a[from]
	if !known || !answered || oq.Kind != q.Kind {
		return Answer{}, false
	}
	switch q.Kind {
	case Number:
		return ans, oq.Decimals == q.Decimals && ans.Number >= q.Min && ans.Number <= q.Max
	case FreeText:
		return ans, q.Max <= 0 || int64(len([]rune(ans.Text))) <= q.Max
	}
	c, ok := m.keepsChoice(from, r, ans.Choice)
	if ok {
		_, ok = q.Choice(r.Stage, c)
	}
	return Answer{Choice: c}, ok
}

// words returns what the firm answered to the places a place comes from, in the words of that edition. An item is named
// unless it is called what it is called now.
func (m *Mapping) words(old *Edition, now *Question, r Ref, a Answers) string {
	var words []string
	for _, from := range m.sources(r) {
		q, ok := old.Question(string(from.Question))
		ans, answered := a[from]
		if !ok || !answered || q.Kind == FreeText {
			continue
		}
		label := ""
		if it, ok := now.Item(r.Item); ok {
			label = it.Label.JA
		}
		shown := q.Number
		if it, ok := q.Item(from.Item); ok && it.Label.JA != label {
			shown += "「" + it.Label.JA + "」"
		}
		if shown += " " + q.Shown(from.Stage, ans); q.Kind == Number {
			shown += q.Unit.JA
		}
		words = append(words, shown)
	}
	return strings.Join(words, "\n")
}

// sources returns the old places from which a place comes, whatever became of them.
func (m *Mapping) sources(r Ref) []Ref {
	line, ownItem := m.LineOfNew(Part{Question: r.Question}), false
	if own := m.LineOfNew(Part{Question: r.Question, Item: r.Item}); r.Item != "" && own != nil {
		line, ownItem = own, true
	}
	if line == nil {
		return nil
	}
	var refs []Ref
	for _, o := range line.Old {
		from := Ref{Question: o.Question, Item: r.Item, Stage: r.Stage}
		if ownItem {
			from.Item = o.Item
		}
		if own := m.LineOfNew(Part{Question: r.Question, Stage: r.Stage}); r.Stage != "" && own != nil && len(own.Old) == 1 {
			from.Stage = own.Old[0].Stage
		}
		refs = append(refs, from)
	}
	return refs
}

// CheckJumps returns a warning for every answer that is far from last time's: a number by the question's factor Jump, a
// choice by its JumpRanks. Previous are last time's answers in this edition's terms. Places in skip are not looked at.
func (e *Edition) CheckJumps(now, previous Answers, skip map[Ref]bool) []Fault {
	var faults []Fault
	for _, q := range e.Questions() {
		if q.Jump == 0 && q.JumpRanks == 0 {
			continue
		}
		for _, r := range q.Refs() {
			was, known := previous[r]
			is, answered := now[r]
			if !known || !answered || skip[r] || !e.Applies(q, r, now) || !q.jumps(r.Stage, was, is) {
				continue
			}
			want := Text{JA: q.Shown(r.Stage, was), EN: q.Shown(r.Stage, was)}
			if c, ok := q.Choice(r.Stage, was.Choice); ok {
				want = c.Label
			}
			faults = append(faults, fault(q, r, now, CodeJump, "want", want.JA, "want_en", want.EN))
		}
	}
	return faults
}

// jumps says whether two answers are far apart. Of two numbers the smaller in size counts as one whole unit at least, so
// that nothing and nearly nothing are not far apart.
func (q *Question) jumps(stage StageID, was, is Answer) bool {
	if q.Kind == Number {
		unit := int64(1)
		for range q.Decimals {
			unit *= 10
		}
		small, large := max(was.Number, -was.Number), max(is.Number, -is.Number)
		if small > large {
			small, large = large, small
		}
		if was.Number < 0 != (is.Number < 0) {
			small = 0
		}
		return q.Jump > 0 && large/q.Jump >= max(small, unit)
	}
	from, ok := q.Choice(stage, was.Choice)
	to, ok2 := q.Choice(stage, is.Choice)
	return ok && ok2 && q.JumpRanks > 0 && max(from.Rank-to.Rank, to.Rank-from.Rank) >= q.JumpRanks
}
