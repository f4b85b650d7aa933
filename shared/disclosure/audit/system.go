package audit

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// An unknown is a count of firms.
type unknown struct {
	cell       Cell
	lo, hi     int
	base       int // the unknown of its base, or -1
	structural bool
	in         func(*firm) bool // whether a firm is counted; nil: not a count of firms
}

// A sum says that the terms add up to no less than lo and no more than hi.
type sum struct {
	terms  []term
	lo, hi int
}

type term struct{ u, factor int }

// A system is the unknowns and what is known of them.
type system struct {
	threshold int
	unknowns  []unknown
	at        map[Cell]int
	replied   map[groupOf]int
	sums      []sum

	figures    []figure
	conditions []*checklist.Condition // by the number in their name
}

type groupOf struct {
	release int
	group   table.Group
}

func (s *system) add(u unknown) int {
	s.unknowns = append(s.unknowns, u)
	i := len(s.unknowns) - 1
	if u.cell != (Cell{}) {
		s.at[u.cell] = i
	}
	return i
}

func (s *system) know(lo, hi int, terms ...term) { s.sums = append(s.sums, sum{terms, lo, hi}) }

// fix writes down that an unknown is n.
func (s *system) fix(u, n int) error {
	x := &s.unknowns[u]
	if n < x.lo || n > x.hi {
		return fmt.Errorf("%s is shown as %d, but lies between %d and %d", x.cell, n, x.lo, x.hi)
	}
	x.lo, x.hi = n, n
	return nil
}

func (s *system) known(u int) bool { return s.unknowns[u].lo == s.unknowns[u].hi }

// judged says whether an unknown is a number that must hold: an answer, 無回答, 対象外 or a series; not a base, nor what is
// only there to write sums down.
func (s *system) judged(u int) bool {
	x := &s.unknowns[u]
	return x.cell.Place.Question != "" && x.cell.Column != Base && x.cell.Column != ShareBase && !x.structural
}

// narrow tightens all bounds by each sum until none moves. It is an error if a sum cannot be.
func (s *system) narrow() error {
	touching := make([][]int, len(s.unknowns))
	for i, k := range s.sums {
		for _, t := range k.terms {
			touching[t.u] = append(touching[t.u], i)
		}
	}
	queued := make([]bool, len(s.sums))
	queue := make([]int, len(s.sums))
	for i := range queue {
		queue[i], queued[i] = i, true
	}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		queued[i] = false
		moved, err := s.tighten(&s.sums[i])
		if err != nil {
			return err
		}
		for _, u := range moved {
			for _, j := range touching[u] {
				if !queued[j] {
					queued[j] = true
					queue = append(queue, j)
				}
			}
		}
	}
	return nil
}

// span returns the least and the greatest the terms can add up to.
func (s *system) span(terms []term) (lo, hi int) {
	for _, t := range terms {
		x := &s.unknowns[t.u]
		if t.factor > 0 {
			lo, hi = lo+t.factor*x.lo, hi+t.factor*x.hi
		} else {
			lo, hi = lo+t.factor*x.hi, hi+t.factor*x.lo
		}
	}
	return lo, hi
}

func (s *system) tighten(k *sum) (moved []int, err error) {
	lo, hi := s.span(k.terms)
	if lo > k.hi || hi < k.lo {
		var cells []string
		for _, t := range k.terms {
			cells = append(cells, s.unknowns[t.u].cell.String())
		}
		return nil, fmt.Errorf("the numbers contradict each other at %v: they add up to %d–%d, not %d–%d", cells, lo, hi, k.lo, k.hi)
	}
	for _, t := range k.terms {
		x := &s.unknowns[t.u]
		least, most := x.lo, x.hi // what the others leave
		if t.factor > 0 {
			least = max(least, ceil(k.lo-(hi-t.factor*x.hi), t.factor))
			most = min(most, floor(k.hi-(lo-t.factor*x.lo), t.factor))
		} else {
			least = max(least, ceil(k.hi-(lo-t.factor*x.hi), t.factor))
			most = min(most, floor(k.lo-(hi-t.factor*x.lo), t.factor))
		}
		if least > most {
			return nil, fmt.Errorf("the numbers contradict each other at %s", x.cell)
		}
		if least != x.lo || most != x.hi {
			x.lo, x.hi = least, most
			moved = append(moved, t.u)
			lo, hi = s.span(k.terms)
		}
	}
	return moved, nil
}

func floor(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func ceil(a, b int) int { return -floor(-a, b) }

// split takes the system apart: two unknowns are in one part if a sum that says something has both and neither is known.
func (s *system) split() []*part {
	parent := make([]int, len(s.unknowns))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	var open []sum
	for _, k := range s.sums {
		lo, hi := s.span(k.terms)
		if lo >= k.lo && hi <= k.hi {
			continue // it says nothing that the bounds do not
		}
		left := sum{lo: k.lo, hi: k.hi}
		for _, t := range k.terms {
			if x := &s.unknowns[t.u]; s.known(t.u) {
				left.lo, left.hi = left.lo-t.factor*x.lo, left.hi-t.factor*x.lo
			} else {
				left.terms = append(left.terms, t)
			}
		}
		open = append(open, left)
		for _, t := range left.terms[1:] {
			parent[root(t.u)] = root(left.terms[0].u)
		}
	}
	parts := map[int]*part{}
	var out []*part
	local := make([]int, len(s.unknowns))
	for u := range s.unknowns {
		if s.known(u) {
			continue
		}
		p := parts[root(u)]
		if p == nil {
			p = &part{}
			parts[root(u)] = p
			out = append(out, p)
		}
		local[u] = len(p.unknowns)
		p.unknowns = append(p.unknowns, u)
		p.lo, p.hi = append(p.lo, s.unknowns[u].lo), append(p.hi, s.unknowns[u].hi)
	}
	for _, k := range open {
		p := parts[root(k.terms[0].u)]
		k.terms = slices.Clone(k.terms)
		for i := range k.terms {
			k.terms[i].u = local[k.terms[i].u]
		}
		p.sums = append(p.sums, k)
	}
	return out
}
