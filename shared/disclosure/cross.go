package disclosure

import (
	"math/bits"
	"slices"

	"cssa/shared/table"
)

// mostCrossed bounds the groups of the smaller of two dimensions whose unions are all compared with the other's.
const mostCrossed = 16

// few says whether sums of the groups that one dimension shows and sums of those that another shows differ by fewer firms than the
// threshold in either: a reader who knows which they are would have their answers by subtraction. Bound firms do not count.
func (f *Family) few(d, e []branch) bool {
	if len(f.leaves(e)) < len(f.leaves(d)) {
		d, e = e, d
	}
	a, b := f.leaves(d), f.leaves(e)
	if len(a) > mostCrossed {
		return true
	}
	firms := make([][]int, len(b)) // by leaf of b, then of a
	for i := range firms {
		firms[i] = make([]int, len(a))
	}
	for i, gs := range f.Members {
		if len(f.Bound) > 0 && f.Bound[i] {
			continue
		}
		firms[slices.Index(b, leaf(e, gs))][slices.Index(a, leaf(d, gs))]++
	}
	for set := range uint(1) << len(a) {
		if f.differs(firms, set, len(a)) {
			return true
		}
	}
	return false
}

// A reached says how many firms are only in a union of one dimension's groups, at the least, and of which of another's it is made:
// of none, of all, of some.
type reached struct{ none, all, some int }

// differs says whether some union of leaves differs by few firms from that of the other dimension's leaves in set, of which there
// are so many.
func (f *Family) differs(firms [][]int, set uint, others int) bool {
	limit := f.threshold()
	never := reached{limit, limit, limit}
	least := slices.Repeat([]reached{never}, limit) // by the firms that are only in the union of leaves
	least[0] = reached{0, 0, limit}
	for leaf, row := range firms {
		inSet, not := 0, 0
		for k, n := range row {
			if set>>k&1 == 1 {
				inSet += n
			} else {
				not += n
			}
		}
		next := slices.Repeat([]reached{never}, limit)
		for i, s := range least {
			left, taken := s.all, s.none // were all so far, and this is not; none, and this is
			if leaf == 0 {
				left, taken = limit, limit
			}
			next[i].none = min(next[i].none, s.none+inSet)
			next[i].some = min(next[i].some, s.some+inSet, left+inSet)
			if i+not < limit {
				next[i+not].all = min(next[i+not].all, s.all)
				next[i+not].some = min(next[i+not].some, s.some, taken)
			}
		}
		least = next
	}
	return slices.ContainsFunc(least, func(s reached) bool {
		return s.some < limit || set != 0 && s.none < limit || bits.OnesCount(set) < others && s.all < limit
	})
}

// leaf returns the group of a firm that is one of those shown, or no group.
func leaf(shown []branch, gs []table.Group) table.Group {
	for _, g := range gs {
		if visible(shown, g) {
			return g
		}
	}
	return table.Group{}
}

// leaves returns the groups a reader can tell apart in a dimension: those shown, and all other firms, if there are any.
func (f *Family) leaves(shown []branch) []table.Group {
	var out []table.Group
	for _, gs := range f.Members {
		if g := leaf(shown, gs); !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}
