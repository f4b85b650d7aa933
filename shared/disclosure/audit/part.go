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
}

// search is how many points are tried where a point is not in whole numbers.
const search = 60

// open returns the part's simplex with the bounds a reader knows.
func (p *part) open(lo, hi []int) (*simplex, error) {
	if p.s == nil {
		s, err := newSimplex(p)
		if err != nil {
			return nil, err
		}
		p.s = s
	}
	for v := range p.unknowns {
		p.s.bound(v, float64(lo[v]), float64(hi[v]))
	}
	return p.s, p.s.feasible()
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

// keep adds the point where the simplex stands to those seen, if it is one in whole numbers.
func (p *part) keep(s *simplex, lo, hi []int) {
	if point, broken := p.whole(s); broken < 0 && p.agrees(point, lo, hi) {
		p.seen = append(p.seen, point)
	}
}

// find looks for a point in whole numbers within the bounds by halving the range of what is not whole. It says whether it
// found one; if it did not, err is errImpossible where there is none.
func (p *part) find(s *simplex, lo, hi []int, left *int) error {
	for v := range lo {
		s.bound(v, float64(lo[v]), float64(hi[v]))
	}
	if err := s.feasible(); err != nil {
		return err
	}
	point, broken := p.whole(s)
	if broken < 0 {
		if p.agrees(point, lo, hi) {
			p.seen = append(p.seen, point)
			return nil
		}
		return errGaveUp
	}
	if *left--; *left < 0 {
		return errGaveUp
	}
	at, result := int(math.Floor(s.value[broken])), errImpossible
	for _, side := range [][2]int{{lo[broken], at}, {at + 1, hi[broken]}} {
		l, h := slices.Clone(lo), slices.Clone(hi)
		l[broken], h[broken] = side[0], side[1]
		switch err := p.find(s, l, h, left); {
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

// within returns the least and the greatest whole number an unknown can be between bounds, as far as the sums over real
// numbers tell: it is never narrower than what whole numbers leave.
func (p *part) within(v int, low, high []int) (lo, hi int, err error) {
	s, err := p.open(low, high)
	if err != nil {
		return 0, 0, err
	}
	if err := s.best(v, 1); err != nil {
		return 0, 0, err
	}
	p.keep(s, low, high)
	lo = int(math.Ceil(s.value[v] - 1e-6))
	if err := s.best(v, -1); err != nil {
		return 0, 0, err
	}
	p.keep(s, low, high)
	return lo, int(math.Floor(s.value[v] + 1e-6)), nil
}

// run returns the longest run of consecutive values of v among the points seen that lie within the bounds, at most want.
func (p *part) run(v, want int, lo, hi []int) int {
	var values []int
	for _, point := range p.seen {
		if p.fits(point, lo, hi) {
			values = append(values, point[v])
		}
	}
	slices.Sort(values)
	longest, run := 0, 0
	for i, n := range values {
		switch {
		case i > 0 && n == values[i-1]:
			continue
		case i > 0 && n == values[i-1]+1:
			run++
		default:
			run = 1
		}
		if longest = max(longest, run); longest >= want {
			break
		}
	}
	return longest
}

// fits says whether a point that was seen lies within these bounds too.
func (p *part) fits(point, lo, hi []int) bool {
	for v, n := range point {
		if n < lo[v] || n > hi[v] {
			return false
		}
	}
	return true
}

// fill looks for points that make a run of want consecutive values of v between least and most. It says whether it found
// them, and whether all values between are decided.
func (p *part) fill(v, want, least, most int, low, high []int) (found, decided bool) {
	decided = true
	s := p.s
	run := 0
	for n := least; n <= most && run < want; n++ {
		l, h := slices.Clone(low), slices.Clone(high)
		l[v], h[v] = n, n
		have := slices.ContainsFunc(p.seen, func(point []int) bool { return p.fits(point, l, h) })
		if !have {
			left := search
			switch err := p.find(s, l, h, &left); {
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
