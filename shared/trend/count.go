package trend

import (
	"cmp"
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A Firm is a firm that replied to one of the editions, with the groups it was in then. It is in [table.All] whether Groups
// says so or not.
type Firm struct {
	ID     checklist.FirmID
	Groups []table.Group
	Codes  Codes
}

// A Comparison is both editions' answers counted. Make one with [Plan.Compare].
type Comparison struct {
	plan   *Plan
	Links  []Link
	groups []table.Group
	flows  []Flow
	cells  [][][]int32 // of each group and row: how many firms have a code then and a code now, row by row of then
}

// A Flow is how many firms of a group there are and what became of them. A firm that changed groups left the one and came to
// the other.
type Flow struct {
	Then, Now int // firms that replied
	Both      int // the matched: in the group both times
	Succeeded int // of the matched, those that go on from another firm's answers
	Came      int // Now less Both
	Left      int // Then less Both
	Merged    int // of those that left, those taken over by a firm that does not go on from their answers
}

// Compare counts. Each firm must be in its list once; heirs are those of [Match].
func (p *Plan) Compare(then, now []Firm, heirs map[checklist.FirmID]checklist.FirmID) (*Comparison, error) {
	before, ids, err := byID(then)
	if err != nil {
		return nil, fmt.Errorf("trend: %s: %w", p.old.ID, err)
	}
	after, idsNow, err := byID(now)
	if err != nil {
		return nil, fmt.Errorf("trend: %s: %w", p.now.ID, err)
	}
	c := &Comparison{plan: p, Links: Match(ids, idsNow, heirs)}
	c.groups = groupsOf(p.now, then, now)
	at := map[table.Group]int{}
	for i, g := range c.groups {
		at[g] = i
	}
	c.flows, c.cells = make([]Flow, len(c.groups)), make([][][]int32, len(c.groups))
	for g := range c.cells {
		c.cells[g] = make([][]int32, len(p.coders))
		for i := range p.coders {
			if k := &p.coders[i]; k.row.Broke == nil {
				c.cells[g][i] = make([]int32, k.then.width()*k.now.width())
			}
		}
	}
	var strata []*stratum
	alike := map[string]*stratum{}
	for _, l := range c.Links {
		pair := [2]*Firm{before[l.Then], after[l.Now]}
		was, is := membership(pair[0], at), membership(pair[1], at)
		key := string(was) + string(is)
		s := alike[key]
		if s == nil {
			s = &stratum{was: was, is: is}
			alike[key] = s
			strata = append(strata, s)
		}
		s.pairs = append(s.pairs, pair)
		for g := range c.groups {
			c.flows[g].add(was[g] > 0, is[g] > 0, l.How)
		}
	}
	blocks := p.blocks()
	for _, s := range strata {
		blocks.count(s.pairs)
		for g := range c.groups {
			blocks.addTo(c.cells[g], s.was[g] > 0, s.is[g] > 0)
		}
	}
	return c, nil
}

// A stratum is the pairs of firms that are in the same groups then, and in the same groups now.
type stratum struct {
	was, is []byte // of each group: 1 if they are in it
	pairs   [][2]*Firm
}

func byID(firms []Firm) (map[checklist.FirmID]*Firm, []checklist.FirmID, error) {
	at, ids := make(map[checklist.FirmID]*Firm, len(firms)), make([]checklist.FirmID, len(firms))
	for i := range firms {
		if at[firms[i].ID] != nil {
			return nil, nil, fmt.Errorf("firm %s is counted twice", firms[i].ID)
		}
		at[firms[i].ID], ids[i] = &firms[i], firms[i].ID
	}
	return at, ids, nil
}

func membership(f *Firm, at map[table.Group]int) []byte {
	in := make([]byte, len(at))
	if f == nil {
		return in
	}
	in[at[table.All]] = 1
	for _, g := range f.Groups {
		in[at[g]] = 1
	}
	return in
}

// add counts one firm that was, or is, in the group.
func (f *Flow) add(was, is bool, how How) {
	switch {
	case was && is:
		f.Then, f.Now, f.Both = f.Then+1, f.Now+1, f.Both+1
		if how == Succession {
			f.Succeeded++
		}
	case was:
		f.Then, f.Left = f.Then+1, f.Left+1
		if how == Merger {
			f.Merged++
		}
	case is:
		f.Now, f.Came = f.Now+1, f.Came+1
	}
}

// groupsOf returns the groups that have members in either edition, by this edition's dimensions and in the order it declares,
// those it does not declare last, by id.
func groupsOf(ed *checklist.Edition, lists ...[]Firm) []table.Group {
	dimensions := ed.Dimensions()
	dimension := func(g table.Group) int {
		if i := slices.Index(dimensions, checklist.Dimension(g.Dimension)); i >= 0 {
			return i
		}
		return len(dimensions)
	}
	declared := func(g table.Group) int {
		for i, d := range ed.Groups {
			if string(d.Dimension) == g.Dimension && d.ID == g.ID {
				return i
			}
		}
		return len(ed.Groups)
	}
	seen := map[table.Group]bool{table.All: true}
	groups := []table.Group{table.All}
	for _, firms := range lists {
		for _, f := range firms {
			for _, g := range f.Groups {
				if !seen[g] {
					seen[g] = true
					groups = append(groups, g)
				}
			}
		}
	}
	slices.SortFunc(groups, func(a, b table.Group) int {
		return cmp.Or(cmp.Compare(dimension(a), dimension(b)), cmp.Compare(a.Dimension, b.Dimension),
			cmp.Compare(declared(a), declared(b)), cmp.Compare(a.ID, b.ID))
	})
	return groups
}
