// Package table holds the values that tally makes and everyone else reads: counts with their bases, and cells that are
// either a number or withheld, never both.
//
// A withheld cell holds no number at all, so nothing downstream can let one slip. Shares are computed here and nowhere
// else, from integers, half up, to one decimal.
package table

import "fmt"

// A Table is one question's distribution (分布) or one figure (図表), for one group of firms.
type Table struct {
	Edition string
	Run     string
	ID      string // question id or figure id
	Stage   string // of a nested question's distribution; "" otherwise
	Group   Group
	Firms   int      // population (対象先数): firms of the group in the register at the reference date
	Replied int      // firms of the group whose answers are in (提出先数)
	Columns []string // choice ids of a distribution, series ids of a figure
	Rows    []Row
}

// A Group is one value of a dimension: {"all","all"}, {"group","net"}, {"size","large"} …
type Group struct{ Dimension, ID string }

// All is the group of every firm of the population.
var All = Group{"all", "all"}

// A Row is one item of the table, or its only row if the question has no items. Base, Unanswered and NotApplicable add up
// to the table's Replied, less firms that the figure's base filter leaves out.
type Row struct {
	Item          string
	Base          int    // 回答先数: firms to which the place was put and that answered it
	Unanswered    int    // 無回答
	NotApplicable int    // 対象外
	Cells         []Cell // one for each of the table's columns
	Joints        []Joint
}

// Closed says whether even the row's base is withheld, because it would tell a withheld count of another question: all its
// cells are withheld and its numbers are zero. [CloseRow] makes one.
func (r Row) Closed() bool {
	if r.Base != 0 || len(r.Cells) == 0 {
		return false
	}
	for _, c := range r.Cells {
		if c.kind != withheld {
			return false
		}
	}
	return true
}

// CloseRow returns a closed row of so many cells.
func CloseRow(item string, cells int) Row {
	r := Row{Item: item}
	for range cells {
		r.Cells = append(r.Cells, Withhold(-1))
	}
	return r
}

// A Cell is a count of firms with its base, or withheld (秘匿), or empty because its base is.
type Cell struct {
	kind        kind
	count, base int
	joint       int
}

type kind uint8

const (
	empty kind = iota
	counted
	withheld
)

// Count returns a cell that shows count of base. A base of zero makes an empty cell, printed −.
func Count(count, base int) Cell {
	if count < 0 || count > base {
		panic(fmt.Sprintf("table: count %d of %d", count, base))
	}
	if base == 0 {
		return Cell{}
	}
	return Cell{kind: counted, count: count, base: base}
}

// Withhold returns a cell that shows nothing but the joint it is part of: an index into its row's Joints, or -1 if the
// row tells no joint count.
func Withhold(joint int) Cell { return Cell{kind: withheld, joint: joint} }

// Count returns the count, if the cell shows one.
func (c Cell) Count() (int, bool) { return c.count, c.kind == counted }

// Base returns the base of the count, if the cell shows one. In a distribution it is the row's; a figure's cells may be of
// different stages and so of different bases.
func (c Cell) Base() (int, bool) { return c.base, c.kind == counted }

// Share returns the share of the base, if the cell shows one.
func (c Cell) Share() (Share, bool) {
	if c.kind != counted {
		return 0, false
	}
	return ShareOf(c.count, c.base), true
}

// Withheld says whether the cell is withheld, and as part of which joint.
func (c Cell) Withheld() (joint int, ok bool) { return c.joint, c.kind == withheld }

// Empty says whether the cell is empty because its base is.
func (c Cell) Empty() bool { return c.kind == empty }

// A Joint is the count of several withheld cells of a row taken together, which subtraction would tell anyway.
type Joint struct {
	Columns []int // indexes into the row's Cells
	Count   int
	Few     int // index of the one column said to be below the threshold ("5先未満"), or -1 where that is not told
}

// A Share (割合) is a percentage in tenths: 202 is 20.2 percent.
type Share int

// ShareOf returns count of base in tenths of a percent, rounded half up: 17 of 272 is 6.25 and becomes 6.3, as the
// publication does (小数点第2位以下を四捨五入). Base must be positive and count not negative.
func ShareOf(count, base int) Share {
	return Share((2*count*1000 + base) / (2 * base))
}

// String returns the share with one decimal and no percent sign, e.g. "20.2".
func (s Share) String() string { return fmt.Sprintf("%d.%d", s/10, s%10) }
