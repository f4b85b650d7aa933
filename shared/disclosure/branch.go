package disclosure

import (
	"cmp"
	"math"
	"slices"

	"cssa/shared/table"
)

// A branch is the groups of one dimension within a whole: all firms, or a group of another dimension.
type branch struct {
	dimension string
	whole     table.Group
	groups    []table.Group // all of them
	visible   []bool        // those that are shown
	// Over the visible groups, and one leaf more, len(groups), for all other firms of the whole if there are any: a reader
	// knows them by subtraction.
	tree *node
}

// branches returns the dimensions that may be shown, a whole before its parts. A dimension whose groups are made of another's
// is told within those. One that overlaps another only in part, or is made of two that are not made of each other, is not
// shown: sums of its groups would be sums of theirs in a way no tree has, or all but a few firms of theirs.
func (f *Family) branches(x *index) []branch {
	var dimensions []string
	for _, g := range x.groups {
		if !slices.Contains(dimensions, g.Dimension) {
			dimensions = append(dimensions, g.Dimension)
		}
	}
	of := func(d string) []table.Group {
		return slices.DeleteFunc(slices.Clone(x.groups), func(g table.Group) bool { return g.Dimension != d })
	}
	dimensions = f.wholesFirst(dimensions)
	var out []branch
	shown := map[string][]branch{} // by dimension
	var coarse []string            // the dimensions shown so far
	above := map[string]string{}
	for _, d := range dimensions {
		under, tangled := "", false
		for _, e := range coarse {
			switch l := f.lies(d, e); {
			case len(of(e)) == 1 || l == apart:
			case l == inside && (under == "" || above[e] == under):
				under = e
			default:
				tangled = true
			}
		}
		if tangled {
			continue
		}
		bs := []branch{x.branch(d, table.All, of(d), f.minimum())}
		if under != "" {
			bs = nil
			for _, whole := range of(under) {
				least := f.minimum()
				if !visible(out, whole) {
					least = math.MaxInt
				}
				bs = append(bs, x.branch(d, whole, slices.DeleteFunc(of(d), func(g table.Group) bool { return !f.meets(g, whole) }), least))
			}
		}
		if slices.ContainsFunc(coarse, func(e string) bool {
			return len(of(d)) > 1 && len(of(e)) > 1 && f.lies(d, e) == apart && f.few(bs, shown[e])
		}) {
			continue
		}
		coarse, shown[d], above[d] = append(coarse, d), bs, under
		out = append(out, bs...)
	}
	return out
}

// wholesFirst puts each dimension before those whose groups lie in its own, and leaves their order else.
func (f *Family) wholesFirst(dimensions []string) []string {
	var out []string
	for _, d := range dimensions {
		at := slices.IndexFunc(out, func(e string) bool { return f.lies(e, d) == inside })
		if at < 0 {
			at = len(out)
		}
		out = slices.Insert(out, at, d)
	}
	return out
}

// visible says whether a group is shown by one of the branches.
func visible(branches []branch, g table.Group) bool {
	return slices.ContainsFunc(branches, func(b branch) bool {
		i := slices.Index(b.groups, g)
		return i >= 0 && b.visible[i]
	})
}

// How the groups of two dimensions lie.
type lie int

const (
	apart  lie = iota // no group or groups of one are groups of the other, but for all together
	inside            // each group of the first lies in one of the second
	partly
)

func (f *Family) lies(d, e string) lie {
	linked := map[table.Group]map[table.Group]bool{}
	join := func(a, b table.Group) {
		if linked[a] == nil {
			linked[a] = map[table.Group]bool{}
		}
		linked[a][b] = true
	}
	var first table.Group
	for _, gs := range f.Members {
		for _, a := range gs {
			for _, b := range gs {
				if a.Dimension == d && b.Dimension == e {
					join(a, b)
					join(b, a)
					first = a
				}
			}
		}
	}
	seen, queue := map[table.Group]bool{first: true}, []table.Group{first}
	for len(queue) > 0 {
		for g := range linked[queue[0]] {
			if !seen[g] {
				seen[g] = true
				queue = append(queue, g)
			}
		}
		queue = queue[1:]
	}
	if len(seen) >= len(linked) {
		return apart
	}
	for g, others := range linked {
		if g.Dimension == d && len(others) > 1 {
			return partly
		}
	}
	return inside
}

// meets says whether a firm is in both groups.
func (f *Family) meets(a, b table.Group) bool {
	return slices.ContainsFunc(f.Members, func(gs []table.Group) bool { return slices.Contains(gs, a) && slices.Contains(gs, b) })
}

// branch decides which groups are shown: those of at least the minimum. The other firms must not follow by subtraction as a
// group smaller than that, nor one group alone, so the smallest that would be shown are left out too until they are enough.
func (x *index) branch(d string, whole table.Group, groups []table.Group, minimum int) branch {
	b := branch{dimension: d, whole: whole, groups: groups, visible: make([]bool, len(groups))}
	var shown []int
	others, firms := 0, x.size(whole) // who is in none of the groups, too
	for i, g := range groups {
		n := x.size(g)
		if b.visible[i] = n >= minimum && n > 0; b.visible[i] {
			shown = append(shown, i)
			firms -= n
		} else if n > 0 {
			others++
		}
	}
	slices.SortStableFunc(shown, func(i, j int) int { return cmp.Compare(x.size(groups[i]), x.size(groups[j])) })
	for len(shown) > 0 && firms > 0 && (firms < minimum || others == 1) {
		i := shown[0]
		shown, b.visible[i] = shown[1:], false
		others, firms = others+1, firms+x.size(groups[i])
	}
	leaves := shown
	if firms > 0 {
		leaves = append(leaves, len(groups))
	}
	slices.Sort(leaves)
	b.tree = line(leaves, func(i int) int {
		if i == len(groups) {
			return firms
		}
		return x.size(groups[i])
	})
	return b
}
