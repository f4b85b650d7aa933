package disclosure_test

import (
	"fmt"
	"slices"
	"testing"

	"cssa/shared/table"
)

// The worked small examples of others: which cells are primary, and how many they withhold.
//
//   - sdcTable 0.34.0, tests/testthat/test-protectTable.r on data microdata1 (100 persons, region × gender): A female, 2, is
//     primary; OPT, HITAS and HYPERCUBE withhold it, A male and both of C, GAUSS as many others.
//   - GaussSuppression 1.2.3, vignette "Small count frequency table suppression", Table 1 (age × geo, maxN = 1): young Portugal, 0, is
//     primary; withheld with it are old Portugal and both of Iceland.
//   - ESSnet Handbook on Statistical Disclosure Control, chapter 5.2: marital status by sex, the single women (1) and, with its
//     usual minimum of 3, no other are at risk; married by hours worked, where all (6) and none (0) tell of every one. It withholds
//     nothing itself; the least that hides one cell of a table with totals is four, and of the second all is at risk.
func TestAgainstTheWorkedExamplesOfOthers(t *testing.T) {
	for _, tc := range []struct {
		name      string
		threshold int
		counts    [][]int // by group, then answer
		primary   int
		withheld  int // by the reference
	}{
		{"sdcTable, region × gender", 3, [][]int{{18, 2}, {14, 19}, {12, 10}, {11, 14}}, 1, 4},
		{"GaussSuppression, age × geo", 2, [][]int{{6, 3, 4}, {5, 2, 0}}, 1, 4},
		{"ESSnet, sex × marital status", 3, [][]int{{38, 7, 3}, {17, 4, 1}}, 1, 4},
		{"ESSnet, marital status × hours worked", 3, [][]int{{6, 0}, {5, 1}, {2, 2}}, 4, 6},
	} {
		c := town{answers: tc.counts}
		primary := 0
		for i, n := range tc.counts {
			c.groups = append(c.groups, []table.Group{group("group", string(rune('A'+i)))})
			for _, v := range n {
				if v < tc.threshold {
					primary++
				}
			}
		}
		f := c.family(tc.threshold)
		protected, err := f.Protect()
		if err != nil {
			t.Fatal(err)
		}
		withheld, least, most := intervals(t, protected)
		n := 0
		for i := range withheld {
			for j, hidden := range withheld[i] {
				if hidden {
					n++
				}
				switch small := tc.counts[i][j] < tc.threshold; {
				case small && !hidden:
					t.Errorf("%s: %d is shown", tc.name, tc.counts[i][j])
				case small && most[i][j]-least[i][j]+1 < tc.threshold:
					t.Errorf("%s: %d is between %d and %d", tc.name, tc.counts[i][j], least[i][j], most[i][j])
				}
			}
		}
		if primary != tc.primary || n > tc.withheld {
			t.Errorf("%s: %d primary, want %d; %d withheld, by the reference %d", tc.name, primary, tc.primary, n, tc.withheld)
		}
		t.Logf("%s: %d primary, %d withheld, by the reference %d", tc.name, primary, n, tc.withheld)
	}
}

// The handbook's chapter 4.2, example 3 (Geurts 1992): what intervals does it find?
func TestIntervalsFindsWhatTheHandbookFinds(t *testing.T) {
	row := func(total int, cells ...table.Cell) []table.Row {
		r := table.Row{Base: total, Cells: cells}
		if _, withheld := cells[0].Withheld(); withheld {
			r.Joints = []table.Joint{{Columns: []int{0, 1}, Count: total, Few: -1}}
		}
		return []table.Row{r}
	}
	x := table.Withhold(0)
	_, least, most := intervals(t, []table.Table{
		{Group: table.All, Rows: row(16, table.Count(9, 16), table.Count(7, 16))},
		{Group: group("g", "1"), Rows: row(7, x, x)}, {Group: group("g", "2"), Rows: row(3, x, x)},
		{Group: group("g", "3"), Rows: row(6, table.Count(3, 6), table.Count(3, 6))},
	})
	if got := fmt.Sprint(least, most); got != "[[3 1] [0 0] [3 3]] [[6 4] [3 3] [3 3]]" {
		t.Errorf("between %s", got)
	}
}

// intervals returns the cells of the groups that are withheld, and by trying all whole numbers the least and the greatest each cell
// can be for a reader who knows the sums. The first table is of all firms, and all is shown of it.
func intervals(t *testing.T, protected []table.Table) (withheld [][]bool, least, most [][]int) {
	t.Helper()
	var left []int
	for _, c := range protected[0].Rows[0].Cells {
		n, ok := c.Count()
		if !ok {
			t.Fatalf("the whole sector shows %v", protected[0].Rows[0])
		}
		left = append(left, n)
	}
	type unknown struct{ i, j, joint int }
	var cells []unknown
	sums := map[int]int{}
	now := [][]int{}
	for i, p := range protected[1:] {
		r := p.Rows[0]
		now = append(now, make([]int, len(left)))
		withheld = append(withheld, make([]bool, len(left)))
		least, most = append(least, slices.Repeat([]int{1 << 30}, len(left))), append(most, slices.Repeat([]int{-1}, len(left)))
		for k, j := range r.Joints {
			sums[100*i+k] = j.Count
		}
		for j, c := range r.Cells {
			if joint, ok := c.Withheld(); ok {
				withheld[i][j] = true
				cells = append(cells, unknown{i, j, 100*i + joint})
				continue
			}
			now[i][j], _ = c.Count()
			left[j] -= now[i][j]
		}
	}
	var try func(k int)
	try = func(k int) {
		if k == len(cells) {
			if slices.Max(left) > 0 {
				return
			}
			for i := range now {
				for j, v := range now[i] {
					least[i][j], most[i][j] = min(least[i][j], v), max(most[i][j], v)
				}
			}
			return
		}
		u := cells[k]
		last := k+1 == len(cells) || cells[k+1].joint != u.joint
		for v := 0; v <= min(left[u.j], sums[u.joint]); v++ {
			if last && v != sums[u.joint] {
				continue
			}
			now[u.i][u.j] = v
			left[u.j] -= v
			sums[u.joint] -= v
			try(k + 1)
			left[u.j] += v
			sums[u.joint] += v
		}
	}
	try(0)
	return withheld, least, most
}
