package disclosure

import (
	"cmp"
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// The columns of a [Cell] that are no choice.
const (
	Unanswered    = "-unanswered"     // 無回答
	NotApplicable = "-not-applicable" // 対象外
)

// A Cell names a count of a distribution, of one group.
type Cell struct {
	Group    table.Group
	Question checklist.QuestionID
	Item     checklist.ItemID
	Stage    checklist.StageID
	Column   string // choice id, or one of the columns above
}

// A Family is all tables of one release that tell of the same answers, and what protecting them together takes.
type Family struct {
	Edition *checklist.Edition
	// Tables are the distributions as counted: of every question and stage, for [table.All] and every other group.
	Tables []table.Table
	// Corporate is how many firms in a cell belong to a corporate group of several firms of the population. Each of them may
	// know what all of them answered, so they protect nobody. A cell that is not in it has none.
	Corporate map[Cell]int
	// Members are the groups of each firm that replied. They say whether the groups of one dimension are made of those of another,
	// or of all but a few firms of them. Nil: no two dimensions are so.
	Members [][]table.Group
	// Bound says of each of Members whether it is of a corporate group of several firms: like those in Corporate, it protects
	// nobody. Nil: none is.
	Bound []bool
	// Earlier are the protected tables of every release of the edition that was issued before, all outlets together.
	Earlier []table.Table
	// Threshold and GroupMinimum stand for the edition's where they are not 0.
	Threshold, GroupMinimum int
}

func (f *Family) threshold() int { return cmp.Or(f.Threshold, f.Edition.Threshold) }

func (f *Family) minimum() int { return cmp.Or(f.GroupMinimum, f.Edition.GroupMinimum) }

// Protect returns the distributions as they may be shown together, in the order given: those of [table.All] and of the groups
// that are shown. It is an error if they are not a family: a table that is protected already, of a question or stage the
// edition does not have, without one of all firms, twice, or of groups that do not add up.
func (f *Family) Protect() ([]table.Table, error) {
	if f.Bound != nil && len(f.Bound) != len(f.Members) {
		return nil, fmt.Errorf("disclosure: it is said of %d firms whether they are bound, and there are %d", len(f.Bound), len(f.Members))
	}
	x, err := f.index()
	if err != nil {
		return nil, err
	}
	w := &work{Family: f, index: x, branches: f.branches(x), shown: map[table.Group][]table.Table{}}
	for _, t := range x.order {
		if err := w.protect(t); err != nil {
			return nil, err
		}
	}
	w.exclusive()
	var out []table.Table
	next := map[table.Group]int{}
	for i := range f.Tables {
		g := f.Tables[i].Group
		if tables := w.shown[g]; next[g] < len(tables) {
			out = append(out, tables[next[g]])
			next[g]++
		}
	}
	return out, nil
}

// A key names the tables of one question and stage.
type key struct{ id, stage string }

// An index is the family's tables by what they are of.
type index struct {
	order  []key
	tables map[key]map[table.Group]*table.Table
	groups []table.Group // but table.All, in the order of the tables
}

func (f *Family) index() (*index, error) {
	x := &index{tables: map[key]map[table.Group]*table.Table{}}
	for i := range f.Tables {
		t := &f.Tables[i]
		k := key{t.ID, t.Stage}
		q, ok := f.Edition.Question(t.ID)
		if !ok || string(q.ID) != t.ID {
			return nil, fmt.Errorf("disclosure: a table of question %s, which %s does not have", t.ID, f.Edition.ID)
		}
		if x.tables[k] == nil {
			x.tables[k] = map[table.Group]*table.Table{}
			x.order = append(x.order, k)
		}
		if x.tables[k][t.Group] != nil {
			return nil, fmt.Errorf("disclosure: two tables of %s %s for %s %s", t.ID, t.Stage, t.Group.Dimension, t.Group.ID)
		}
		if err := unprotected(t); err != nil {
			return nil, err
		}
		x.tables[k][t.Group] = t
		if t.Group != table.All && !slices.Contains(x.groups, t.Group) {
			x.groups = append(x.groups, t.Group)
		}
	}
	for _, k := range x.order {
		all := x.tables[k][table.All]
		if all == nil {
			return nil, fmt.Errorf("disclosure: no table of %s %s for all firms", k.id, k.stage)
		}
		for _, g := range x.groups {
			t := x.tables[k][g]
			if t == nil || !slices.Equal(t.Columns, all.Columns) || !slices.EqualFunc(t.Rows, all.Rows, func(a, b table.Row) bool { return a.Item == b.Item }) {
				return nil, fmt.Errorf("disclosure: the table of %s %s for %s %s is missing, or not like that for all firms", k.id, k.stage, g.Dimension, g.ID)
			}
		}
	}
	return x, nil
}

func unprotected(t *table.Table) error {
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			if _, withheld := c.Withheld(); withheld {
				return fmt.Errorf("disclosure: the table of %s %s for %s %s is protected already", t.ID, t.Stage, t.Group.Dimension, t.Group.ID)
			}
		}
	}
	return nil
}

// of returns a table of a group.
func (x *index) of(k key, g table.Group) *table.Table { return x.tables[k][g] }

// size returns how many firms a group is made of for a reader: of its population those that replied.
func (x *index) size(g table.Group) int {
	if len(x.order) == 0 {
		return 0
	}
	t := x.of(x.order[0], g)
	return min(t.Firms, t.Replied)
}

// work is a family while it is being protected.
type work struct {
	*Family
	*index
	branches []branch
	shown    map[table.Group][]table.Table // what was decided so far, in printed order
}
