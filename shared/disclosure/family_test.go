package disclosure_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/table"
)

// A town is firms by stratum, all groups in common: how many gave each answer at the one place there is. The last answer is
// 無回答 if the question may be left blank.
type town struct {
	groups   [][]table.Group // of each stratum
	answers  [][]int         // of each stratum
	optional bool
}

func group(d, id string) table.Group { return table.Group{Dimension: d, ID: id} }

func (c town) family(threshold int) disclosure.Family {
	k := len(c.answers[0])
	q := checklist.Question{ID: "q", Kind: checklist.Single, Required: !c.optional}
	if c.optional {
		k--
	}
	all := table.Table{ID: "q", Group: table.All}
	for a := range k {
		id := string(rune('a' + a))
		q.Choices = append(q.Choices, checklist.Choice{ID: checklist.ChoiceID(id)})
		all.Columns = append(all.Columns, id)
	}
	f := disclosure.Family{Edition: &checklist.Edition{Threshold: threshold, GroupMinimum: threshold, Sections: []checklist.Section{{Questions: []checklist.Question{q}}}}}
	names := []table.Group{table.All}
	sum := map[table.Group][]int{table.All: make([]int, k+1)}
	for s, gs := range c.groups {
		for _, g := range append([]table.Group{table.All}, gs...) {
			if sum[g] == nil {
				names = append(names, g)
				sum[g] = make([]int, k+1)
			}
			for a, n := range c.answers[s] {
				sum[g][a] += n
			}
		}
		for _, n := range c.answers[s] {
			for range n {
				f.Members = append(f.Members, gs)
			}
		}
	}
	for _, g := range names {
		t := all
		t.Group = g
		r := table.Row{Unanswered: sum[g][k]}
		for _, n := range sum[g][:k] {
			r.Base += n
		}
		for _, n := range sum[g][:k] {
			r.Cells = append(r.Cells, table.Count(n, r.Base))
		}
		t.Rows, t.Replied, t.Firms = []table.Row{r}, r.Base+r.Unanswered, r.Base+r.Unanswered
		f.Tables = append(f.Tables, t)
	}
	return f
}

func (c town) shown(threshold int) string { return written(c.family(threshold)) }

// written protects a family of one place and writes what a reader sees.
func written(f disclosure.Family) string {
	tables, err := f.Protect()
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	for _, t := range tables {
		fmt.Fprintf(&b, "%s: %s of %d, %d blank | ", t.Group.ID, shown(t.Rows[0]), t.Rows[0].Base, t.Rows[0].Unanswered)
	}
	return b.String()
}

// everyTown calls f with every way in which each stratum's firms can answer.
func everyTown(c town, f func(town)) {
	var fill func(s int)
	fill = func(s int) {
		if s == len(c.answers) {
			f(c)
			return
		}
		firms := 0
		for _, n := range c.answers[s] {
			firms += n
		}
		keep := c.answers[s]
		everyRow(len(keep), firms, func(n []int) {
			c.answers[s] = n
			fill(s + 1)
		})
		c.answers[s] = keep
	}
	fill(0)
}

// cells are the counts of free contributors in a town, for all firms and for each group.
func (c town) cells() map[string]int {
	out := map[string]int{}
	for s, gs := range c.groups {
		for _, g := range append([]table.Group{table.All}, gs...) {
			for a, n := range c.answers[s] {
				out[fmt.Sprintf("%s %d", g.ID, a)] += n
			}
		}
	}
	return out
}

// empty says whether nobody was asked: then − is printed everywhere.
func (c town) empty() bool {
	asked := 0
	for _, n := range c.answers {
		for _, v := range n {
			asked += v
		}
	}
	return asked == 0
}

// A view is a town and what is shown of it.
type view struct {
	town
	shown string
	of    map[string]int
}

// look shows every town that firms in these strata can make, but those of which nobody answered.
func look(c town, show func(town) string) []view {
	var out []view
	everyTown(c, func(c town) {
		if c.empty() {
			return
		}
		keep := clone(c)
		out = append(out, view{keep, show(keep), keep.cells()})
	})
	return out
}

// attackViews plays a reader who knows the rule and how many firms are in each stratum: to every town belong all that show the
// same. It returns the small counts that have fewer than want consecutive values. Of those towns only count in which own, a
// firm of the reader's, if not nil, is where the reader knows it to be: in this stratum, with this answer.
func attackViews(views []view, threshold, want int, own []int) (told []string, small int) {
	possible := func(v view) bool { return own == nil || v.answers[own[0]][own[1]] > 0 }
	classes := map[string]map[string][]bool{}
	for _, v := range views {
		if !possible(v) {
			continue
		}
		if classes[v.shown] == nil {
			classes[v.shown] = map[string][]bool{}
		}
		for cell, n := range v.of {
			if classes[v.shown][cell] == nil {
				classes[v.shown][cell] = make([]bool, 64)
			}
			classes[v.shown][cell][n] = true
		}
	}
	for _, v := range views {
		if !possible(v) {
			continue
		}
		for cell, n := range v.of {
			if n >= threshold {
				continue
			}
			small++
			at, lo, hi := classes[v.shown][cell], n, n
			for lo > 0 && at[lo-1] {
				lo--
			}
			for at[hi+1] {
				hi++
			}
			if hi-lo+1 < want {
				told = append(told, fmt.Sprintf("%v: %s is %d to %d, shown %s", v.answers, cell, lo, hi, v.shown))
			}
		}
	}
	return told, small
}

// in makes a dimension's groups of so many firms each, one stratum each, with k answers.
func in(d string, k int, optional bool, firms ...int) town {
	c := town{optional: optional}
	for i, n := range firms {
		c.groups = append(c.groups, []table.Group{group(d, string(rune('A'+i)))})
		c.answers = append(c.answers, append([]int{n}, make([]int, k-1)...))
	}
	return c
}

func TestAReaderWhoKnowsTheRuleCannotNarrowASmallCountOfAGroup(t *testing.T) {
	for _, tc := range []struct {
		name      string
		threshold int
		c         town
	}{
		{"two groups", 2, in("group", 3, false, 7, 8)},
		{"two groups", 3, in("group", 3, false, 9, 8)},
		{"two groups, four answers", 2, in("group", 4, false, 6, 6)},
		{"two groups, yes or no", 5, in("group", 2, false, 25, 19)},
		{"three groups, yes or no", 4, in("group", 2, false, 11, 9, 14)},
		{"three groups", 2, in("group", 3, false, 4, 4, 5)},
		{"four groups, yes or no", 3, in("group", 2, false, 7, 6, 7, 8)},
		{"two groups that may leave it blank", 2, in("group", 3, true, 7, 8)},
		{"three groups that may leave it blank", 2, in("group", 3, true, 4, 4, 4)},
	} {
		views := look(tc.c, func(c town) string { return c.shown(tc.threshold) })
		told, small := attackViews(views, tc.threshold, tc.threshold, nil)
		if len(told) > 0 || small == 0 {
			t.Errorf("%s, threshold %d: of %d small counts %d are told: %.1q", tc.name, tc.threshold, small, len(told), told)
		}
		for a := range tc.c.answers[0] { // a reader who is one of the first group
			if told, _ := attackViews(views, tc.threshold, tc.threshold-1, []int{0, a}); len(told) > 0 {
				t.Errorf("%s, threshold %d: a firm that answered %d is told %d small counts: %.1q", tc.name, tc.threshold, a, len(told), told)
			}
		}
	}
}

// Two dimensions of the same firms: the reader knows how many firms each group has, but not which are in two groups at once. So
// every pair of tables that give the same whole belongs together.
func TestTwoDimensionsTellNoMoreThanTheirOwnSums(t *testing.T) {
	const threshold = 2
	groups, sizes := in("group", 3, false, 5, 5), in("size", 3, false, 4, 6)
	bySum := map[string][]town{}
	everyTown(sizes, func(c town) {
		bySum[sumOf(c)] = append(bySum[sumOf(c)], clone(c))
	})
	var views []view
	everyTown(groups, func(c town) {
		for _, other := range bySum[sumOf(c)] {
			f := c.family(threshold)
			f.Tables = append(f.Tables, other.family(threshold).Tables[1:]...)
			f.Members = nil
			v := view{clone(c), written(f), c.cells()}
			for cell, n := range other.cells() {
				v.of["size "+cell] = n
			}
			views = append(views, v)
		}
	})
	if told, small := attackViews(views, threshold, threshold, nil); len(told) > 0 || small == 0 {
		t.Errorf("of %d small counts %d are told: %.1q", small, len(told), told)
	}
}

func sumOf(c town) string {
	sum := make([]int, len(c.answers[0]))
	for _, n := range c.answers {
		for a, v := range n {
			sum[a] += v
		}
	}
	return fmt.Sprint(sum)
}

// A corporate group's firms know what all of them answered, and what they answered moves with nobody else's.
func TestACorporateGroupThatKnowsItsOwnAnswersCannotNarrowASmallCount(t *testing.T) {
	const threshold = 3
	for _, own := range [][][]int{{{2, 0, 0}, {0, 1, 0}}, {{0, 2, 1}, {0, 0, 0}}, {{1, 1, 1}, {1, 0, 2}}} {
		firms := in("group", 3, false, 8, 7)
		show := func(c town) string {
			f := clone(c).plus(own).family(threshold)
			f.Corporate = map[disclosure.Cell]int{}
			for s, n := range own {
				for a, v := range n {
					for _, g := range append([]table.Group{table.All}, c.groups[s]...) {
						f.Corporate[disclosure.Cell{Group: g, Question: "q", Column: string(rune('a' + a))}] += v
					}
				}
			}
			return written(f)
		}
		told, small := attackViews(look(firms, show), threshold, threshold, nil)
		if len(told) > 0 || small == 0 {
			t.Errorf("%v: of %d small counts %d are told: %.1q", own, small, len(told), told)
		}
	}
	// Counted like any others, they give three firms away for five: two of five at one place are of one corporate group.
	c := town{groups: [][]table.Group{{group("group", "A")}, {group("group", "B")}}, answers: [][]int{{5, 40}, {30, 30}}}
	f := c.family(5)
	if got := written(f); !strings.Contains(got, "A: 5 40") {
		t.Errorf("of no corporate group: %s", got)
	}
	f.Corporate = map[disclosure.Cell]int{{Group: table.All, Question: "q", Column: "a"}: 2, {Group: group("group", "A"), Question: "q", Column: "a"}: 2}
	if got := written(f); !strings.Contains(got, "A: x1 x1") || !strings.Contains(got, "B: x1 x1") {
		t.Errorf("with two firms of one corporate group: %s", got)
	}
}

func clone(c town) town {
	out := c
	out.answers = nil
	for _, n := range c.answers {
		out.answers = append(out.answers, slices.Clone(n))
	}
	return out
}

func (c town) plus(more [][]int) town {
	for s, n := range more {
		for a, v := range n {
			c.answers[s][a] += v
		}
	}
	return c
}

// The attack bites: two ways of protecting groups that look right are seen. Each group's row by itself falls to subtraction; and
// the fewest and smallest cells that leave wide enough intervals tell by being chosen.
func TestTheAttackSeesBrokenProtectionOfGroups(t *testing.T) {
	const threshold = 2
	views := look(in("group", 3, false, 7, 8), func(c town) string {
		f := c.family(threshold)
		out := ""
		for _, tb := range f.Tables {
			q, _ := f.Edition.Question(tb.ID)
			out += shown(disclosure.Distribution(tb, q, "", threshold).Rows[0]) + "; "
		}
		return out
	})
	if told, _ := attackViews(views, threshold, threshold, nil); len(told) == 0 {
		t.Error("each row alone stands the attack")
	}
	views = look(in("group", 2, false, 10, 10, 10), func(c town) string { return fewest(c, threshold) })
	if told, _ := attackViews(views, threshold, 1, nil); len(told) > 0 {
		t.Errorf("the fewest cells show a small one: %.1q", told)
	}
	if told, _ := attackViews(views, threshold, threshold, nil); len(told) == 0 {
		t.Error("the fewest cells stand the attack")
	}
}

// fewest withholds, of two answers, both of each group where one is small, and where that is one group alone, both of the group
// that has the smallest count of those left.
func fewest(c town, threshold int) string {
	hidden := map[int]bool{}
	smallest := -1
	for i, n := range c.answers {
		if slices.Min(n) < threshold {
			hidden[i] = true
		} else if smallest < 0 || slices.Min(n) < slices.Min(c.answers[smallest]) {
			smallest = i
		}
	}
	if len(hidden) == 1 {
		hidden[smallest] = true
	}
	out := sumOf(c)
	for i, n := range c.answers {
		if hidden[i] {
			out += " x"
		} else {
			out += fmt.Sprint(n)
		}
	}
	return out
}
