package audit

import (
	"errors"
	"math"
	"slices"
)

// A simplex is a system of sums over real numbers between bounds, and a point of it. Each sum is a variable of its own, so
// that all there is are bounds and, for the variables in the basis, how they follow from those that are not. Bounds may be
// changed and the point found again from where it was: thousands of questions are put to one system.
//
// The method is the simplex method for bounded variables in the form of Dutertre and de Moura (A Fast Linear-Arithmetic
// Solver for DPLL(T), 2006), with Bland's rule where a step gains nothing, so that it ends.
type simplex struct {
	n     int // variables: the unknowns, then the sums, then one that is always 1
	lo    []float64
	hi    []float64
	value []float64
	basic []int       // of each row: its variable
	out   []int       // of each column: its variable
	row   []int       // of each variable: its row, or -1
	d     [][]float64 // basic = d · out
	asked int
}

const (
	eps      = 1e-7
	mostStep = 20_000
	mostSize = 500_000 // entries of d
)

var (
	errImpossible = errors.New("no counts agree with it")
	errTooLarge   = errors.New("too large to be computed")
	errGaveUp     = errors.New("the search was given up")
)

func newSimplex(p *part) (*simplex, error) {
	cols, rows := len(p.unknowns), len(p.sums)
	if cols*rows > mostSize {
		return nil, errTooLarge
	}
	s := &simplex{n: cols + rows + 1}
	s.lo, s.hi, s.value, s.row = make([]float64, s.n), make([]float64, s.n), make([]float64, s.n), make([]int, s.n)
	for j := range cols {
		s.out = append(s.out, j)
		s.row[j] = -1
		s.lo[j], s.hi[j] = float64(p.lo[j]), float64(p.hi[j])
		s.value[j] = s.lo[j]
	}
	one := s.n - 1
	s.out = append(s.out, one)
	s.row[one], s.lo[one], s.hi[one], s.value[one] = -1, 1, 1, 1
	for i, k := range p.sums {
		d := make([]float64, cols+1)
		for _, t := range k.terms {
			d[t.u] += float64(t.factor)
		}
		s.d = append(s.d, d)
		s.basic = append(s.basic, cols+i)
		s.row[cols+i] = i
		s.lo[cols+i], s.hi[cols+i] = float64(k.lo), float64(k.hi)
	}
	s.recompute()
	return s, nil
}

// drop takes out the columns of the sums that are known exactly: once outside the basis they never move again, and nearly all
// sums are of that kind.
func (s *simplex) drop(unknowns int) {
	last := len(s.out) - 1
	for j := last - 1; j >= 0; j-- {
		x := s.out[j]
		if x < unknowns || x == s.n-1 || s.lo[x] != s.hi[x] {
			continue
		}
		one := slices.Index(s.out, s.n-1)
		for i, d := range s.d {
			d[one] += d[j] * s.value[x]
			s.d[i] = slices.Delete(d, j, j+1)
		}
		s.out = slices.Delete(s.out, j, j+1)
	}
}

// recompute makes the values of the basis anew, so that roundings do not add up.
func (s *simplex) recompute() {
	for i, d := range s.d {
		v := 0.0
		for j, x := range s.out {
			if d[j] != 0 {
				v += d[j] * s.value[x]
			}
		}
		s.value[s.basic[i]] = v
	}
}

// bound changes the bounds of a variable. One outside the basis is kept within them, and the basis follows.
func (s *simplex) bound(x int, lo, hi float64) {
	s.lo[x], s.hi[x] = lo, hi
	by := min(max(s.value[x], lo), hi) - s.value[x]
	if s.row[x] >= 0 || by == 0 {
		return
	}
	s.value[x] += by
	c := slices.Index(s.out, x)
	for i, z := range s.basic {
		s.value[z] += s.d[i][c] * by
	}
}

// pivot exchanges the variable of row r with that of column c.
func (s *simplex) pivot(r, c int) {
	dr := s.d[r]
	inv := 1 / dr[c]
	for j := range dr {
		dr[j] *= -inv
	}
	dr[c] = inv
	for i, d := range s.d {
		f := d[c]
		if i == r || f == 0 {
			continue
		}
		d[c] = 0
		for j, v := range dr {
			if v != 0 {
				d[j] += f * v
				if math.Abs(d[j]) < 1e-12 {
					d[j] = 0
				}
			}
		}
	}
	in, out := s.out[c], s.basic[r]
	s.basic[r], s.out[c] = in, out
	s.row[in], s.row[out] = r, -1
}

// feasible finds a point within all bounds, from where it is. It mends the worst breach first, and only where that has gone
// on for long the first by number, which is sure to end.
func (s *simplex) feasible() error {
	if s.asked++; s.asked%100 == 0 {
		s.recompute()
	}
	for step := range mostStep {
		bland := step > 10*len(s.basic)
		r, worst := -1, eps
		for i, x := range s.basic {
			breach := max(s.lo[x]-s.value[x], s.value[x]-s.hi[x])
			if breach > worst && !bland || breach > eps && bland && (r < 0 || x < s.basic[r]) {
				r, worst = i, breach
			}
		}
		if r < 0 {
			return nil
		}
		x := s.basic[r]
		target, up := s.lo[x], true
		if s.value[x] > s.hi[x] {
			target, up = s.hi[x], false
		}
		c, odd := -1, 0.0
		for j, y := range s.out {
			a := s.d[r][j]
			rise := (a > eps) == up
			if math.Abs(a) <= eps || rise && s.value[y] >= s.hi[y]-eps || !rise && s.value[y] <= s.lo[y]+eps {
				continue
			}
			if o := oddness(a); c < 0 || bland && y < s.out[c] || !bland && (o < odd-eps || o < odd+eps && y < s.out[c]) {
				c, odd = j, o
			}
		}
		if c < 0 {
			return errImpossible
		}
		by := (target - s.value[x]) / s.d[r][c] // what comes in takes what x needs, and the others follow
		s.value[s.out[c]] += by
		for i, z := range s.basic {
			s.value[z] += s.d[i][c] * by
		}
		s.pivot(r, c)
		s.value[x] = target
		if step%50 == 49 {
			s.recompute()
		}
	}
	return errGaveUp
}

// oddness is nought for 1 and −1: exchanging variables at any other number makes fractions.
func oddness(a float64) float64 { return math.Abs(math.Log(math.Abs(a))) }

// best moves to a point where x is least (sign +1) or greatest (−1). The point must be feasible.
func (s *simplex) best(x int, sign float64) error {
	stuck := 0
	for range mostStep {
		c, gain := -1, eps
		for j, y := range s.out {
			cost := s.cost(x, j) * sign
			room := cost > 0 && s.value[y] > s.lo[y]+eps || cost < 0 && s.value[y] < s.hi[y]-eps
			if !room || math.Abs(cost) <= eps {
				continue
			}
			if stuck > 50 { // Bland's rule
				if c < 0 || y < s.out[c] {
					c = j
				}
			} else if math.Abs(cost) > gain {
				c, gain = j, math.Abs(cost)
			}
		}
		if c < 0 {
			return nil
		}
		if s.advance(c, s.cost(x, c)*sign < 0) > eps {
			stuck = 0
		} else {
			stuck++
		}
	}
	return errGaveUp
}

// cost is how much x changes with the variable of column j.
func (s *simplex) cost(x, j int) float64 {
	if r := s.row[x]; r >= 0 {
		return s.d[r][j]
	}
	if s.out[j] == x {
		return 1
	}
	return 0
}

// advance moves the variable of column c as far up or down as it can go and returns how far that was.
func (s *simplex) advance(c int, up bool) float64 {
	y := s.out[c]
	dir, step := 1.0, s.hi[y]-s.value[y]
	if !up {
		dir, step = -1, s.value[y]-s.lo[y]
	}
	r := -1
	for i, x := range s.basic {
		a := s.d[i][c] * dir
		if math.Abs(a) <= eps {
			continue
		}
		room := (s.hi[x] - s.value[x]) / a
		if a < 0 {
			room = (s.lo[x] - s.value[x]) / a
		}
		room = max(room, 0)
		if room < step-eps || room < step+eps && r >= 0 && (oddness(a) < oddness(s.d[r][c])-eps || oddness(a) < oddness(s.d[r][c])+eps && x < s.basic[r]) {
			r, step = i, min(room, step)
		}
	}
	s.value[y] += dir * step
	for i, x := range s.basic {
		s.value[x] += s.d[i][c] * dir * step
	}
	if r < 0 {
		return step
	}
	x := s.basic[r]
	bound := s.lo[x]
	if s.d[r][c]*dir > 0 {
		bound = s.hi[x]
	}
	s.pivot(r, c)
	s.value[x] = bound
	return step
}
