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
	was, ids, err := byID(then)
	if err != nil {
		return nil, fmt.Errorf("trend: %s: %w", p.old.ID, err)
	}
	is, idsNow, err := byID(now)
	if err != nil {
		return nil, fmt.Errorf("trend: %s: %w", p.now.ID, err)
	}
	c := &Comparison{plan: p}
	sets := newSets()
	thenIn, nowIn := sets.of(was), sets.of(is)
	c.groups = groupsOf(p.now, sets.groups)
	member := sets.membership(c.groups)
	c.flows, c.cells = make([]Flow, len(c.groups)), make([][][]int32, len(c.groups))
	for g := range c.cells {
		c.cells[g] = p.cells()
	}
	type stratum [2]int // the sets of groups that its firms were in, and are in
	pairs := map[stratum]*[]couple{}
	var strata []stratum
	links := match(ids, idsNow, heirs)
	c.Links = make([]Link, len(links))
	for i, m := range links {
		c.Links[i] = m.Link
		var s stratum
		if m.then >= 0 {
			s[0] = thenIn[m.then]
		}
		if m.now >= 0 {
			s[1] = nowIn[m.now]
		}
		of := pairs[s]
		if of == nil {
			of = new([]couple)
			pairs[s], strata = of, append(strata, s)
		}
		*of = append(*of, couple{int32(m.then), int32(m.now)})
		for g := range c.flows {
			c.flows[g].add(member[s[0]][g], member[s[1]][g], m.How)
		}
	}
	blocks := p.blocks()
	for _, s := range strata {
		blocks.count(*pairs[s], was, is)
		for g := range c.groups {
			blocks.addTo(c.cells[g], member[s[0]][g], member[s[1]][g])
		}
	}
	return c, nil
}

// cells returns the cells of one group.
func (p *Plan) cells() [][]int32 {
	cells := make([][]int32, len(p.coders))
	for i := range p.coders {
		if k := &p.coders[i]; k.row.Broke == nil {
			cells[i] = make([]int32, k.then.width()*k.now.width())
		}
	}
	return cells
}

// byID returns firms and their ids, by id.
func byID(firms []Firm) ([]*Firm, []checklist.FirmID, error) {
	sorted, ids := make([]*Firm, len(firms)), make([]checklist.FirmID, len(firms))
	for i := range firms {
		sorted[i] = &firms[i]
	}
	byID := func(a, b *Firm) int { return cmp.Compare(a.ID, b.ID) }
	if !slices.IsSortedFunc(sorted, byID) {
		slices.SortFunc(sorted, byID)
	}
	for i, f := range sorted {
		if ids[i] = f.ID; i > 0 && ids[i] == ids[i-1] {
			return nil, nil, fmt.Errorf("firm %s is counted twice", f.ID)
		}
	}
	return sorted, ids, nil
}

// sets number the sets of groups that firms are in. Set 0 is nobody's.
type sets struct {
	groups []table.Group
	at     map[table.Group]int
	byKey  map[string]int
	in     [][]int // of each set: indexes in groups
}

func newSets() *sets {
	return &sets{groups: []table.Group{table.All}, at: map[table.Group]int{table.All: 0}, byKey: map[string]int{}, in: [][]int{nil}}
}

// of returns the set of each firm.
func (s *sets) of(firms []*Firm) []int {
	out := make([]int, len(firms))
	var key []byte
	for i, f := range firms {
		key = key[:0]
		for _, g := range f.Groups {
			key = append(append(append(append(key, g.Dimension...), 0), g.ID...), 0)
		}
		set, ok := s.byKey[string(key)]
		if !ok {
			set = len(s.in)
			s.byKey[string(key)], s.in = set, append(s.in, s.indexes(f.Groups))
		}
		out[i] = set
	}
	return out
}

func (s *sets) indexes(groups []table.Group) []int {
	in := []int{0} // all
	for _, g := range groups {
		at, ok := s.at[g]
		if !ok {
			at = len(s.groups)
			s.at[g], s.groups = at, append(s.groups, g)
		}
		in = append(in, at)
	}
	return in
}

// membership says of each set which of the groups are in it.
func (s *sets) membership(groups []table.Group) [][]bool {
	at := make([]int, len(groups))
	for i, g := range groups {
		at[s.at[g]] = i
	}
	out := make([][]bool, len(s.in))
	for i, in := range s.in {
		out[i] = make([]bool, len(groups))
		for _, g := range in {
			out[i][at[g]] = true
		}
	}
	return out
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

// groupsOf sorts the groups that have members in either edition, by this edition's dimensions and in the order it declares,
// those it does not declare last, by id.
func groupsOf(ed *checklist.Edition, groups []table.Group) []table.Group {
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
	groups = slices.Clone(groups)
	slices.SortFunc(groups, func(a, b table.Group) int {
		return cmp.Or(cmp.Compare(dimension(a), dimension(b)), cmp.Compare(a.Dimension, b.Dimension),
			cmp.Compare(declared(a), declared(b)), cmp.Compare(a.ID, b.ID))
	})
	return groups
}
