package audit

import (
	"errors"
	"fmt"
	"strings"
)

// An auditor is a system taken apart, with what was found out about it.
type auditor struct {
	p     Published
	s     *system
	parts []*part
	asked map[string][]verdict
	// by release and group, its unknowns
	of         map[groupOf][]int
	dimensions []string
	told       map[int]bool // what does not hold against anybody, once that was asked
}

type verdict struct {
	u        int
	interval Interval
	needed   int
	why      string
}

// attack returns what does not hold against one reader.
func (a *auditor) attack(r Reader) ([]Finding, error) {
	own, err := a.own(r)
	if err != nil {
		return nil, fmt.Errorf("audit against %s: %w", r.Name, err)
	}
	at := map[int]Finding{}
	report := func(u int, v verdict) {
		at[u] = Finding{Cell: a.s.unknowns[u].cell, Reader: r.Name, Interval: v.interval, Needed: v.needed, Why: v.why}
	}
	for u := range a.s.unknowns {
		if a.s.known(u) && a.s.judged(u) {
			if v, ok := a.judgeKnown(r, u, own); !ok {
				report(u, v)
			}
		}
	}
	for i, p := range a.parts {
		if err := a.attackPart(r, i, p, own, report); err != nil {
			return nil, fmt.Errorf("audit against %s: %w", r.Name, err)
		}
	}
	var found []Finding
	for u := range a.s.unknowns {
		f, ok := at[u]
		if ok && !a.told[u] {
			found = append(found, f)
		}
		if ok && len(r.Own) == 0 {
			a.told[u] = true
		}
	}
	return found, nil
}

// contributors is how many a reader sees in a count that its own firms are in: the others, and its own as one.
func contributors(n, own int) int {
	if own > 0 {
		return n - own + 1
	}
	return n
}

// judgeKnown says whether a count that can be told may be told.
func (a *auditor) judgeKnown(r Reader, u int, own []int) (verdict, bool) {
	x := &a.s.unknowns[u]
	base, ownBase, ok := a.baseOf(u, own)
	if !ok || base == 0 || a.toNobody(x.cell, base) {
		return verdict{}, true
	}
	v := verdict{interval: Interval{x.lo, x.lo}, needed: a.needed(r, base, ownBase)}
	switch {
	case v.needed <= 1:
		return v, true
	case contributors(x.lo, own[u]) < a.s.threshold:
		v.why = Known
		return v, false
	case x.cell.Column != Unanswered && contributors(base-x.lo, ownBase-own[u]) < a.s.threshold:
		v.why = Complement
		return v, false
	}
	return v, true
}

// baseOf returns the greatest possible base of a count, and the reader's firms in it. The base of 対象外 and 無回答 is the
// firms that replied.
func (a *auditor) baseOf(u int, own []int) (base, ownBase int, ok bool) {
	x := &a.s.unknowns[u]
	replied := a.s.replied[groupOf{x.cell.Release, x.cell.Group}]
	for _, column := range []string{Base, Unanswered, NotApplicable} {
		c := x.cell
		c.Column = column
		k, found := a.s.at[c]
		if !found && x.base < 0 {
			return 0, 0, false
		}
		if found {
			ownBase += own[k]
		}
	}
	if x.base >= 0 { // the reader knows which of its firms are outside
		return min(a.s.unknowns[x.base].hi, replied-max(ownBase-own[x.base], 0)), own[x.base], true
	}
	return replied, ownBase, true
}

// toNobody says whether the place of a 対象外 or 無回答 is known to be put to none of the firms that replied.
func (a *auditor) toNobody(c Cell, replied int) bool {
	outside := c
	outside.Column = NotApplicable
	return (c.Column == Unanswered || c.Column == NotApplicable) && a.s.unknowns[a.s.at[outside]].lo == replied
}

// needed is how many consecutive values a count must have: T for anybody, one less for a reader with firms of its own, which
// together are one contributor.
func (a *auditor) needed(r Reader, base, ownBase int) int {
	return min(max(2, a.s.threshold-min(len(r.Own), 1)), base-ownBase+1)
}

// prepare looks for points that fit all readers at once: those where each reader's own firms are. What they show of a number
// need not be asked for again for one reader after the other. Where there are none, nothing is lost.
func (a *auditor) prepare(readers []Reader) error {
	most := make([]int, len(a.s.unknowns))
	for _, r := range readers {
		own, err := a.own(r)
		if err != nil {
			return fmt.Errorf("audit against %s: %w", r.Name, err)
		}
		for u, n := range own {
			most[u] = max(most[u], n)
		}
	}
	for _, p := range a.parts {
		p.as(p.least(most))
		for v, u := range p.unknowns {
			if !a.s.judged(u) || p.run(v, a.s.threshold) >= a.s.threshold {
				continue
			}
			least, greatest, err := p.bounds(v)
			if err != nil {
				break
			}
			p.fill(v, a.s.threshold, least, greatest)
		}
	}
	return nil
}

// attackPart asks for every number of a part whether it has enough values. Readers who put the same firms into the part
// learn the same, and are asked for once.
func (a *auditor) attackPart(r Reader, i int, p *part, own []int, report func(int, verdict)) error {
	var key strings.Builder
	fmt.Fprint(&key, i, min(len(r.Own), 1))
	for _, u := range p.unknowns {
		fmt.Fprint(&key, " ", own[u])
		if b := a.s.unknowns[u].base; b >= 0 {
			fmt.Fprint(&key, "/", own[b])
		}
	}
	out, known := a.asked[key.String()]
	if !known {
		p.as(p.least(own))
		for v, u := range p.unknowns {
			if !a.s.judged(u) {
				continue
			}
			f, err := a.judge(r, p, v, own)
			if err != nil {
				return fmt.Errorf("%s: %w", a.s.unknowns[u].cell, err)
			}
			if f.why != "" {
				out = append(out, f)
			}
		}
		a.asked[key.String()] = out
	}
	for _, f := range out {
		report(f.u, f)
	}
	return nil
}

// judge asks for one number of a part.
func (a *auditor) judge(r Reader, p *part, v int, own []int) (verdict, error) {
	u := p.unknowns[v]
	base, ownBase, ok := a.baseOf(u, own)
	if !ok {
		return verdict{}, nil
	}
	out := verdict{u: u, interval: Interval{p.low[v], p.hi[v]}, needed: a.needed(r, base, ownBase)}
	if out.needed <= 1 || p.run(v, out.needed) >= out.needed {
		return out, nil
	}
	least, most, err := p.bounds(v)
	switch {
	case errors.Is(err, errTooLarge), errors.Is(err, errGaveUp):
		out.why = Unproved
		return out, nil
	case err != nil:
		return out, err
	}
	out.interval = Interval{least, most}
	x := &a.s.unknowns[u]
	small := contributors(least, own[u]) < a.s.threshold
	all := false
	if x.base >= 0 { // the least that the others of the base can be
		all = contributors(a.s.unknowns[x.base].lo-most, ownBase-own[u]) < a.s.threshold
	}
	switch {
	case !small && !all:
	case p.run(v, out.needed) >= out.needed:
	case most-least+1 < out.needed:
		out.why = Narrow
	default:
		found, decided := p.fill(v, out.needed, least, most)
		switch {
		case found:
		case decided:
			out.why = Narrow
		default:
			out.why = Unproved
		}
	}
	return out, nil
}
