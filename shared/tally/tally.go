package tally

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// Errors that callers tell apart.
var (
	ErrNotInPopulation = errors.New("firm is not in the population")
	ErrCountedTwice    = errors.New("firm is counted already")
	ErrDifferent       = errors.New("tally of another edition or population")
)

// A Member is a firm of the population (対象先) with the groups it is counted in. Every member is in [table.All],
// whether Groups says so or not.
type Member struct {
	Firm   checklist.FirmID
	Groups []table.Group
}

// A Tally accumulates the answers of one edition's firms. Make one with [New]. It is not safe for concurrent use: give
// each goroutine a tally of its own and merge them.
type Tally struct {
	form   *form
	groups []table.Group            // in the order of tables
	firms  map[checklist.FirmID]int // index into stratum and added
	// Of each member, in the order of firm ids.
	stratum []int32
	added   []bool
	strata  []stratum
}

// A stratum is the members that have all their groups in common.
type stratum struct {
	groups  []int // ascending indexes into the tally's groups
	firms   int
	replied int
	counts  []uint32 // the block, [form.width]
}

// New returns an empty tally of ed over a population. The members must be distinct firms and ed an edition that the
// questionnaire's linter accepts: New panics otherwise, because no count could be right.
func New(ed *checklist.Edition, members []Member) *Tally {
	t := &Tally{form: compile(ed), groups: groupsOf(ed, members), firms: make(map[checklist.FirmID]int, len(members))}
	at := make(map[table.Group]int, len(t.groups))
	for i, g := range t.groups {
		at[g] = i
	}
	sorted := slices.SortedFunc(slices.Values(members), func(a, b Member) int { return cmp.Compare(a.Firm, b.Firm) })
	t.stratum, t.added = make([]int32, len(sorted)), make([]bool, len(sorted))
	strata := map[string]int32{}
	var key []int
	var name []byte
	for i, m := range sorted {
		if _, twice := t.firms[m.Firm]; twice {
			panic(fmt.Sprintf("tally: firm %s is in the population twice", m.Firm))
		}
		t.firms[m.Firm] = i
		key = append(key[:0], at[table.All])
		for _, g := range m.Groups {
			key = append(key, at[g])
		}
		slices.Sort(key)
		key = slices.Compact(key)
		name = name[:0]
		for _, g := range key {
			name = binary.AppendUvarint(name, uint64(g))
		}
		s, ok := strata[string(name)]
		if !ok {
			s = int32(len(t.strata))
			strata[string(name)] = s
			t.strata = append(t.strata, stratum{groups: slices.Clone(key), counts: make([]uint32, t.form.width)})
		}
		t.stratum[i] = s
		t.strata[s].firms++
	}
	return t
}

// groupsOf returns the groups that have members: all, then by dimension (sector, group, size, the edition's attributes, any
// other by name) in the order the edition declares, those it does not declare last, by id.
func groupsOf(ed *checklist.Edition, members []Member) []table.Group {
	dimensions := ed.Dimensions()
	rank := func(g table.Group) (dimension, declared int) {
		dimension, declared = slices.Index(dimensions, checklist.Dimension(g.Dimension)), len(ed.Groups)
		if dimension < 0 {
			dimension = len(dimensions)
		}
		for i, d := range ed.Groups {
			if string(d.Dimension) == g.Dimension && d.ID == g.ID {
				declared = i
				break
			}
		}
		return dimension, declared
	}
	seen := map[table.Group]bool{table.All: true}
	groups := []table.Group{table.All}
	for _, m := range members {
		for _, g := range m.Groups {
			if !seen[g] {
				seen[g] = true
				groups = append(groups, g)
			}
		}
	}
	slices.SortFunc(groups, func(a, b table.Group) int {
		da, na := rank(a)
		db, nb := rank(b)
		return cmp.Or(cmp.Compare(da, db), strings.Compare(a.Dimension, b.Dimension), cmp.Compare(na, nb), strings.Compare(a.ID, b.ID))
	})
	return groups
}

// Add counts a firm's current answers. A firm counts once: adding it again is [ErrCountedTwice], and a firm that is no
// member of the population is [ErrNotInPopulation]. After an error the tally is as it was.
func (t *Tally) Add(firm checklist.FirmID, a checklist.Answers) error {
	codes, err := t.form.codes(a)
	if err != nil {
		return fmt.Errorf("count %s: %w", firm, err)
	}
	return t.AddCodes(firm, codes)
}

// AddCodes counts a firm by its code vector, as [Codes] made it for the same edition.
func (t *Tally) AddCodes(firm checklist.FirmID, codes []byte) error {
	i, ok := t.firms[firm]
	switch {
	case !ok:
		return fmt.Errorf("count %s: %w", firm, ErrNotInPopulation)
	case t.added[i]:
		return fmt.Errorf("count %s: %w", firm, ErrCountedTwice)
	}
	f := t.form
	if err := f.validate(codes); err != nil {
		return fmt.Errorf("count %s: %w", firm, err)
	}
	s := &t.strata[t.stratum[i]]
	counts, offsets := s.counts, f.offsets[:len(f.places)]
	for p, at := range offsets {
		counts[int(at)+int(codes[p])]++
	}
	for k, flt := range f.filters {
		if codes[len(f.places)+k] == 0 {
			continue
		}
		for p := flt.first; p < flt.last; p++ {
			counts[int(offsets[p])+flt.shift+int(codes[p])]++
		}
	}
	s.replied++
	t.added[i] = true
	return nil
}

func (f *form) validate(codes []byte) error {
	if len(codes) != len(f.places)+len(f.filters) {
		return fmt.Errorf("code vector of %d bytes, want %d", len(codes), len(f.places)+len(f.filters))
	}
	for p, limit := range f.limits {
		if codes[p] > limit {
			return fmt.Errorf("code %d at %s, want at most %d", codes[p], f.places[p].ref, limit)
		}
	}
	for _, c := range codes[len(f.places):] {
		if c > 1 {
			return fmt.Errorf("base filter code %d, want 0 or 1", c)
		}
	}
	return nil
}

// Merge adds the firms of u to t and leaves u alone. Both must be of the same edition and population ([ErrDifferent])
// and have no firm in common ([ErrCountedTwice]). After an error t is as it was.
func (t *Tally) Merge(u *Tally) error {
	if !t.sameAs(u) {
		return fmt.Errorf("merge: %w", ErrDifferent)
	}
	for firm, i := range t.firms {
		if t.added[i] && u.added[i] {
			return fmt.Errorf("merge: %s: %w", firm, ErrCountedTwice)
		}
	}
	for i, added := range u.added {
		t.added[i] = t.added[i] || added
	}
	for i := range t.strata {
		s := &t.strata[i]
		s.replied += u.strata[i].replied
		for k, n := range u.strata[i].counts {
			s.counts[k] += n
		}
	}
	return nil
}

// Equal says whether two tallies are of the same edition and population, and counted the same of the same firms.
func (t *Tally) Equal(u *Tally) bool {
	return t.sameAs(u) && slices.Equal(t.added, u.added) && slices.EqualFunc(t.strata, u.strata, func(a, b stratum) bool {
		return a.firms == b.firms && a.replied == b.replied && slices.Equal(a.counts, b.counts)
	})
}

func (t *Tally) sameAs(u *Tally) bool {
	if t.form.ed.ID != u.form.ed.ID || t.form.ed.Checksum != u.form.ed.Checksum ||
		!slices.Equal(t.form.offsets, u.form.offsets) || t.form.width != u.form.width ||
		!slices.Equal(t.groups, u.groups) || !slices.Equal(t.stratum, u.stratum) || len(t.firms) != len(u.firms) {
		return false
	}
	for firm, i := range t.firms {
		if k, ok := u.firms[firm]; !ok || k != i {
			return false
		}
	}
	return slices.EqualFunc(t.strata, u.strata, func(a, b stratum) bool { return slices.Equal(a.groups, b.groups) })
}
