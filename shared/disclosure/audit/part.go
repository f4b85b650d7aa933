package audit

import (
	"errors"
	"math"
	"slices"
)

// A part is unknowns that hang together: none of the sums has an unknown of another part.
type part struct {
	unknowns []int // of the system
	lo, hi   []int
	sums     []sum
	seen     [][]int // points in whole numbers that agree with everything
	s        *simplex

	low []int   // what the reader asked for knows
	fit [][]int // of the points seen those within
}

// search is how many points are tried where a point is not in whole numbers.
const search = 2000

// as sets the bounds a reader knows.
func (p *part) as(low []int) {
	p.low, p.fit = low, nil
	var raised []int
	for v := range low {
		if low[v] > p.lo[v] {
			raised = append(raised, v)
		}
	}
	for _, point := range p.seen {
		if !slices.ContainsFunc(raised, func(v int) bool { return point[v] < low[v] }) {
			p.fit = append(p.fit, point)
		}
	}
}

// open returns the part's simplex at a point within the bounds the reader knows.
func (p *part) open() (*simplex, error) {
	first := p.s == nil
	if first {
		s, err := newSimplex(p)
		if err != nil {
			return nil, err
		}
		p.s = s
	}
	p.bound(p.low, p.hi)
	err := p.s.feasible()
	if first {
		p.s.drop(len(p.unknowns))
	}
	return p.s, err
}

func (p *part) bound(low, high []int) {
	for v := range p.unknowns {
		p.s.bound(v, float64(low[v]), float64(high[v]))
	}
}

// agrees says whether a point lies within the bounds and gives every sum.
func (p *part) agrees(point, lo, hi []int) bool {
	for v, n := range point {
		if n < lo[v] || n > hi[v] {
			return false
		}
	}
	for _, k := range p.sums {
		n := 0
		for _, t := range k.terms {
			n += t.factor * point[t.u]
		}
		if n < k.lo || n > k.hi {
			return false
		}
	}
	return true
}

// whole returns the simplex's point in whole numbers, and the first variable that is none.
func (p *part) whole(s *simplex) (point []int, broken int) {
	point, broken = make([]int, len(p.unknowns)), -1
	for v := range point {
		n := math.Round(s.value[v])
		if math.Abs(n-s.value[v]) > 1e-5 && broken < 0 {
			broken = v
		}
		point[v] = int(n)
	}
	return point, broken
}

// keep adds the point where the simplex stands to those seen, if it is one in whole numbers within the bounds. It returns
// the first variable that is none.
func (p *part) keep(lo, hi []int) (kept bool, broken int) {
	point, broken := p.whole(p.s)
	if broken >= 0 || !p.agrees(point, lo, hi) {
		return false, broken
	}
	p.seen, p.fit = append(p.seen, point), append(p.fit, point)
	return true, broken
}

// find looks for a point in whole numbers within the bounds by halving the range of what is not whole. It says whether it
// found one; if it did not, err is errImpossible where there is none.
func (p *part) find(lo, hi []int, left *int) error {
	p.bound(lo, hi)
	if err := p.s.feasible(); err != nil {
		return err
	}
	kept, broken := p.keep(lo, hi)
	if kept {
		return nil
	}
	if *left--; broken < 0 || *left < 0 {
		return errGaveUp
	}
	at, result := int(math.Floor(p.s.value[broken])), errImpossible
	for _, side := range [][2]int{{lo[broken], at}, {at + 1, hi[broken]}} {
		l, h := slices.Clone(lo), slices.Clone(hi)
		l[broken], h[broken] = side[0], side[1]
		switch err := p.find(l, h, left); {
		case err == nil:
			return nil
		case !errors.Is(err, errImpossible):
			result = err
		}
	}
	return result
}

// least returns the lower bounds that a reader knows: where its own firms are, no fewer can be.
func (p *part) least(own []int) []int {
	lo := slices.Clone(p.lo)
	for v, u := range p.unknowns {
		lo[v] = max(lo[v], own[u])
	}
	return lo
}

// bounds returns the least and the greatest whole number an unknown can be for the reader, as far as the sums over real
// numbers tell: it is never narrower than what whole numbers leave.
func (p *part) bounds(v int) (lo, hi int, err error) {
	s, err := p.open()
	if err != nil {
		return 0, 0, err
	}
	if err := s.best(v, 1); err != nil {
		return 0, 0, err
	}
	p.keep(p.low, p.hi)
	lo = int(math.Ceil(s.value[v] - 1e-6))
	if err := s.best(v, -1); err != nil {
		return 0, 0, err
	}
	p.keep(p.low, p.hi)
	return lo, int(math.Floor(s.value[v] + 1e-6)), nil
}

// run returns the longest run of consecutive values of v among the points that fit, at most want.
func (p *part) run(v, want int) int {
	has := map[int]bool{}
	for _, point := range p.fit {
		n := point[v]
		if has[n] {
			continue
		}
		has[n] = true
		from, to := n, n
		for has[from-1] && to-from < want {
			from--
		}
		for has[to+1] && to-from < want {
			to++
		}
		if to-from+1 >= want {
			return want
		}
	}
	longest := 0
	for n := range has {
		if has[n-1] {
			continue
		}
		to := n
		for has[to+1] {
			to++
		}
		longest = max(longest, to-n+1)
	}
	return longest
}

// fill looks for points that make a run of want consecutive values of v between least and most. It says whether it found
// them, and whether all values between are decided.
func (p *part) fill(v, want, least, most int) (found, decided bool) {
	decided = true
	run := 0
	for n := least; n <= most && run < want; n++ {
		have := slices.ContainsFunc(p.fit, func(point []int) bool { return point[v] == n })
		if !have {
			l, h := slices.Clone(p.low), slices.Clone(p.hi)
			l[v], h[v] = n, n
			left := search
			switch err := p.find(l, h, &left); {
			case err == nil:
				have = true
			case !errors.Is(err, errImpossible):
				decided = false
			}
		}
		if run++; !have {
			run = 0
		}
	}
	return run >= want, decided
}
