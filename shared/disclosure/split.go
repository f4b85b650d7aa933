package disclosure

import (
	"cmp"
	"slices"
)

// A partition says which answers are told together. Each block is answers in printed order; a block of one is shown.
type partition [][]int

// split says which of some answers are told together of two parts of a group, that is, left[a] of the firms that gave answer
// a are in one part and right[a] in the other. What both parts hold together is known to every reader.
//
// All answers are first told together. Then the one that most firms gave is set apart from the rest, if it and the rest are
// each at least the threshold in either part; then the next, and so on until that fails or all are told. The package comment
// says why this tells nothing about a small count.
func split(left, right []int, threshold int) (together []int) {
	order := make([]int, len(left))
	for a := range order {
		order[a] = a
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(left[a]+right[a], left[b]+right[b]) })
	l, r := 0, 0
	for a := range left {
		l, r = l+left[a], r+right[a]
	}
	many := func(l, r int) bool { return l >= threshold && r >= threshold }
	for k := len(order) - 1; k > 0; k-- {
		a := order[k]
		if l, r = l-left[a], r-right[a]; !many(left[a], right[a]) || !many(l, r) {
			return order[:k+1]
		}
	}
	return nil
}

// A node is a group of firms and, if it is not one that may be shown, the two parts it is made of. Which groups make a node
// depends on public numbers only.
type node struct {
	group int // of a leaf
	parts [2]*node
}

// line makes a tree of groups: the two smallest make one, that and the next smallest the next, and so on. So a group is told
// together with smaller ones only: what has to be withheld of a small one is withheld in few and small others.
func line(groups []int, firms func(group int) int) *node {
	groups = slices.Clone(groups)
	slices.SortStableFunc(groups, func(a, b int) int { return cmp.Compare(firms(a), firms(b)) })
	var tree *node
	for _, g := range groups {
		if next := (&node{group: g}); tree == nil {
			tree = next
		} else {
			tree = &node{parts: [2]*node{tree, next}}
		}
	}
	return tree
}

func (n *node) leaf() bool { return n.parts[0] == nil }

// sum adds up a group's counts by block.
func (n *node) sum(free [][]int, p partition) []int {
	if !n.leaf() {
		out := n.parts[0].sum(free, p)
		for i, v := range n.parts[1].sum(free, p) {
			out[i] += v
		}
		return out
	}
	out := make([]int, len(p))
	for i, block := range p {
		for _, a := range block {
			out[i] += free[n.group][a]
		}
	}
	return out
}

// divide goes down the tree and sets each leaf's partition. What is told together of a group is told together of all its parts:
// no sum of theirs tells more of the group than it shows itself.
func (n *node) divide(free [][]int, p partition, threshold int, out []partition) {
	if n.leaf() {
		out[n.group] = p
		return
	}
	p = p.merge(split(n.parts[0].sum(free, p), n.parts[1].sum(free, p), threshold))
	for _, part := range n.parts {
		part.divide(free, p, threshold, out)
	}
}

// merge returns p with some of its blocks made one.
func (p partition) merge(blocks []int) partition {
	if len(blocks) == 0 {
		return p
	}
	var out partition
	var one []int
	for i, b := range p {
		if slices.Contains(blocks, i) {
			one = append(one, b...)
		} else {
			out = append(out, b)
		}
	}
	slices.Sort(one)
	out = append(out, one)
	slices.SortFunc(out, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return out
}

// coarser returns the finest partition in which everything stands together that does so in p or in q.
func (p partition) coarser(q partition) partition {
	for _, b := range q {
		var touched []int
		for i, c := range p {
			if slices.ContainsFunc(c, func(a int) bool { return slices.Contains(b, a) }) {
				touched = append(touched, i)
			}
		}
		if len(touched) > 1 {
			p = p.merge(touched)
		}
	}
	return p
}
