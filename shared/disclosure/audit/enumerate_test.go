package audit_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"cssa/shared/disclosure/audit"
	"cssa/shared/table"
)

// worlds calls f with every table of two groups by three answers in these group sums.
func worlds(sums [2]int, f func([2][3]int)) {
	var w [2][3]int
	for w[0][0] = 0; w[0][0] <= sums[0]; w[0][0]++ {
		for w[0][1] = 0; w[0][0]+w[0][1] <= sums[0]; w[0][1]++ {
			w[0][2] = sums[0] - w[0][0] - w[0][1]
			for w[1][0] = 0; w[1][0] <= sums[1]; w[1][0]++ {
				for w[1][1] = 0; w[1][0]+w[1][1] <= sums[1]; w[1][1]++ {
					w[1][2] = sums[1] - w[1][0] - w[1][1]
					f(w)
				}
			}
		}
	}
}

// A table of two groups and the whole, of which any cells are shown: the auditor's interval of each other cell is exactly
// what listing every possible table gives.
func TestIntervalsAreThoseOfAllPossibleTables(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		sums := [2]int{1 + rng.IntN(7), 1 + rng.IntN(7)}
		var truth [2][3]int
		for g, n := range sums {
			for range n {
				truth[g][rng.IntN(3)]++
			}
		}
		var show [3][3]bool // the whole last
		for i := range show {
			for j := range show[i] {
				show[i][j] = rng.IntN(3) == 0
			}
		}
		value := func(w [2][3]int, i, j int) int {
			if i == 2 {
				return w[0][j] + w[1][j]
			}
			return w[i][j]
		}
		var want [3][3]audit.Interval
		for i := range want {
			for j := range want[i] {
				want[i][j] = audit.Interval{Least: 99, Most: -1}
			}
		}
		worlds(sums, func(w [2][3]int) {
			for i := range show {
				for j := range show[i] {
					if show[i][j] && value(w, i, j) != value(truth, i, j) {
						return
					}
				}
			}
			for i := range want {
				for j := range want[i] {
					n := value(w, i, j)
					want[i][j].Least, want[i][j].Most = min(want[i][j].Least, n), max(want[i][j].Most, n)
				}
			}
		})
		groups := []table.Group{green, black, table.All}
		firms := []int{sums[0], sums[1], sums[0] + sums[1]}
		var tables []table.Table
		for i, g := range groups {
			cells := []int{x, x, x}
			for j := range cells {
				if show[i][j] {
					cells[j] = value(truth, i, j)
				}
			}
			tables = append(tables, of(grade, "", g, firms[i], row("", firms[i], 0, cells...)))
		}
		got := intervals(t, audit.Published{Edition: asked(grade), Releases: []audit.Release{{Tables: tables}}})
		for i, g := range groups {
			for j, c := range grade.Choices {
				name := fmt.Sprintf("%s=%s grade %s", g.Dimension, g.ID, c.ID)
				have, open := got[name]
				if w := want[i][j]; open && have != w || !open && w.Least != w.Most {
					t.Fatalf("%v shown %v: %s is %v (open %t), want %v", truth, show, name, have, open, w)
				}
			}
		}
	}
}
