package trend

import (
	"math/big"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A Trend is one series of one row for one group of firms.
type Trend struct {
	Group  table.Group
	Flow   Flow
	Figure checklist.FigureID // "" of a place
	Ref    checklist.Ref
	Series string
	Broke  *Break // there is no line, and no number below is set

	Then, Now             Fraction // all respondents, each by its edition's own definition
	ThenCommon, NowCommon Fraction // all respondents, by the common definition
	PanelThen, PanelNow   Fraction // the matched panel, by the common definition; its size is their base
}

// Panel returns the firms of the matched panel: those that answered the place in both editions.
func (t Trend) Panel() int { return t.PanelNow.Base }

// Came and Left return the firms in the base of one edition alone, by the common definition.
func (t Trend) Came() int { return t.NowCommon.Base - t.Panel() }

// Left returns the firms in the base of then that are not in the panel.
func (t Trend) Left() int { return t.ThenCommon.Base - t.Panel() }

// Change returns the change of the share of all respondents. There is none where the row broke or nobody answered in one of
// the editions.
func (t Trend) Change() (*big.Rat, bool) {
	then, ok := t.Then.Rat()
	now, ok2 := t.Now.Rat()
	if t.Broke != nil || !ok || !ok2 {
		return nil, false
	}
	return new(big.Rat).Sub(now, then), true
}

// Parts splits the change. It cannot be split where there is none, or no firm is in the panel.
func (t Trend) Parts() (Parts, bool) {
	change, ok := t.Change()
	if !ok || t.Panel() == 0 {
		return Parts{}, false
	}
	less := func(a, b Fraction) *big.Rat {
		x, _ := a.Rat() // the panel is in every base, so none is empty
		y, _ := b.Rat()
		return new(big.Rat).Sub(x, y)
	}
	return Parts{
		Change: change,
		Within: less(t.PanelNow, t.PanelThen),
		Came:   less(t.NowCommon, t.PanelNow), Left: less(t.PanelThen, t.ThenCommon),
		Redefinition: new(big.Rat).Add(less(t.Now, t.NowCommon), less(t.ThenCommon, t.Then)),
	}, true
}

// Print returns what is printed of the parts.
func (t Trend) Print() (Printed, bool) {
	parts, ok := t.Parts()
	if !ok {
		return Printed{}, false
	}
	then, _ := t.Then.Share()
	now, _ := t.Now.Share()
	return parts.Print(then, now), true
}

// Trends returns every series of every row for every group, in the order of [Plan.Rows] and for each the groups in order.
// A row that broke has one trend for all its series. Nothing is withheld.
func (c *Comparison) Trends() []Trend {
	var out []Trend
	for i := range c.plan.coders {
		k := &c.plan.coders[i]
		for g, group := range c.groups {
			t := Trend{Group: group, Flow: c.flows[g], Figure: k.row.Figure, Ref: k.row.Ref}
			if t.Broke = k.row.Broke; t.Broke != nil {
				out = append(out, t)
				continue
			}
			for s := range k.row.Series {
				out = append(out, k.trend(t, s, c.cells[g][i]))
			}
		}
	}
	return out
}

func (k *coder) trend(t Trend, s int, block []int32) Trend {
	t.Series = k.row.Series[s].ID
	if t.Broke = k.row.Series[s].Broke; t.Broke != nil {
		return t
	}
	for at, n := range block {
		if n == 0 {
			continue
		}
		a, b := k.counted(s, at)
		t.Then.add(n, a.own, a.ownHit)
		t.ThenCommon.add(n, a.common, a.hit)
		t.Now.add(n, b.own, b.ownHit)
		t.NowCommon.add(n, b.common, b.hit)
		t.PanelThen.add(n, a.common && b.common, a.hit)
		t.PanelNow.add(n, a.common && b.common, b.hit)
	}
	return t
}

func (f *Fraction) add(n int32, base, hit bool) {
	if base {
		f.Base += int(n)
		if hit {
			f.Count += int(n)
		}
	}
}

// A counting is how a series counts a firm in one edition: in its base, and in its count, by both definitions.
type counting struct{ own, common, ownHit, hit bool }

// counted returns how a series counts the firms of one cell of a row's block.
func (k *coder) counted(s, at int) (then, now counting) {
	if a := at / k.now.width(); a > 0 {
		own, common := k.then.split(a)
		then = counting{own.in, common.in, k.own[s][own.cat], k.was[s][common.cat]}
	}
	if b := at % k.now.width(); b > 0 {
		own, common := k.now.split(b)
		now = counting{own.in, common.in, k.is[s][own.cat], k.is[s][common.cat]}
	}
	return then, now
}

// A Transition is how many matched firms of a group answered a place so then and so now. Choices are each edition's own; of
// a number the classes of this edition. Among firms that answered both times they add up to the panel.
type Transition struct {
	Group     table.Group
	Ref       checklist.Ref
	ThenState checklist.State // by the common definition: not applicable also where only one edition would have asked
	Then      checklist.ChoiceID
	NowState  checklist.State
	Now       checklist.ChoiceID
	Firms     int
}

// Transitions returns the transition matrix of every place of which something is compared, for every group: the cells that
// are not zero, always in the same order.
func (c *Comparison) Transitions() []Transition {
	var out []Transition
	for i := range c.plan.coders {
		k := &c.plan.coders[i]
		if k.row.Figure != "" || !k.row.Compared() {
			continue
		}
		for g, group := range c.groups {
			out = append(out, k.transitions(group, c.cells[g][i])...)
		}
	}
	return out
}

func (k *coder) transitions(g table.Group, block []int32) []Transition {
	thenIDs, nowIDs := k.then.ids, k.now.ids
	if k.now.q.Kind == checklist.Number {
		thenIDs = make([]checklist.ChoiceID, len(k.then.cuts))
		for i, from := range k.then.cuts {
			thenIDs[i], _ = k.now.q.Class(from)
		}
	}
	var out []Transition
	for at, n := range block {
		a, b := at/k.now.width(), at%k.now.width()
		if n == 0 || a == 0 || b == 0 {
			continue
		}
		t := Transition{Group: g, Ref: k.row.Ref, Firms: int(n)}
		t.ThenState, t.Then = stateOf(&k.then, a, thenIDs)
		t.NowState, t.Now = stateOf(&k.now, b, nowIDs)
		same := false
		for j := range out { // of a place with conditions several codes are one state
			if o := &out[j]; o.ThenState == t.ThenState && o.Then == t.Then && o.NowState == t.NowState && o.Now == t.Now {
				o.Firms, same = o.Firms+t.Firms, true
			}
		}
		if !same {
			out = append(out, t)
		}
	}
	return out
}

func stateOf(s *side, c int, ids []checklist.ChoiceID) (checklist.State, checklist.ChoiceID) {
	switch _, common := s.split(c); common.cat {
	case catNotApplicable:
		return checklist.NotApplicable, ""
	case catUnanswered:
		return checklist.Unanswered, ""
	default:
		return checklist.Answered, ids[common.cat-firstChoice]
	}
}
