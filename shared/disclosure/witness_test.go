package disclosure_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"cssa/shared/table"
)

// For tables as large as a sector's the others that show the same cannot be listed, but some can be found: for every small count T
// consecutive values, each with a whole table that is put through the protection and shows the same.
func TestEverySmallCountOfLargeTablesHasWitnesses(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 2))
	small, withheld, cells := 0, 0, 0
	for range 1000 {
		threshold := []int{3, 5}[rnd.IntN(2)]
		c := drawTown(rnd)
		want, joints := c.shown(threshold), c.joints(t, threshold)
		for i := range c.answers {
			for a, n := range c.answers[i] {
				cells++
				if n >= threshold {
					continue
				}
				small++
				if lo, hi := c.reach(rnd, threshold, want, joints, i, a); hi-lo+1 < threshold {
					t.Fatalf("threshold %d, %v: %d of group %d, answer %d, was found between %d and %d; shown %s", threshold, c.answers, n, i, a, lo, hi, want)
				}
			}
		}
		for i := range joints {
			for _, j := range joints[i] {
				if j >= 0 {
					withheld++
				}
			}
		}
	}
	t.Logf("%d cells, %d small, %d withheld", cells, small, withheld)
	if small < 1000 || withheld == cells {
		t.Errorf("of %d cells %d are small and %d withheld: the test looked at nothing", cells, small, withheld)
	}
}

// drawTown draws groups of 20 to 100 firms that answer alike, more or less.
func drawTown(rnd *rand.Rand) town {
	for {
		k := 2 + rnd.IntN(4)
		var c town
		likes := make([]float64, k)
		for a := range likes {
			likes[a] = rnd.ExpFloat64() + 0.05
		}
		for i := range 2 + rnd.IntN(4) {
			n, own, sum := make([]int, k), slices.Clone(likes), 0.0
			for a := range own {
				own[a] *= 0.5 + rnd.Float64()
				sum += own[a]
			}
			for range 20 + rnd.IntN(80) {
				a, at := 0, rnd.Float64()*sum
				for ; a < k-1 && at > own[a]; a++ {
					at -= own[a]
				}
				n[a]++
			}
			c.answers = append(c.answers, n)
			c.groups = append(c.groups, []table.Group{group("group", string(rune('A'+i)))})
		}
		if everyAnswer(c) >= 10 {
			return c
		}
	}
}

// everyAnswer returns how many firms gave the answer that the fewest gave.
func everyAnswer(c town) int {
	least := 1 << 30
	for a := range c.answers[0] {
		sum := 0
		for i := range c.answers {
			sum += c.answers[i][a]
		}
		least = min(least, sum)
	}
	return least
}

// reach looks for the consecutive values around a count of which another town shows the same, until they are enough.
func (c town) reach(rnd *rand.Rand, threshold int, want string, joints [][]int, i, a int) (lo, hi int) {
	lo, hi = c.answers[i][a], c.answers[i][a]
	for lo > 0 && hi-lo+1 < threshold && c.witness(rnd, threshold, want, joints, i, a, lo-1) {
		lo--
	}
	for hi-lo+1 < threshold && c.witness(rnd, threshold, want, joints, i, a, hi+1) {
		hi++
	}
	return lo, hi
}

func (c town) witness(rnd *rand.Rand, threshold int, want string, joints [][]int, i, a, v int) bool {
	for try := range 400 {
		d := clone(c)
		for range 3 * try / 10 { // later tries start further away
			d.swap(rnd, joints, rnd.IntN(len(c.answers)), rnd.IntN(len(c.answers[0])), 1-2*rnd.IntN(2))
		}
		for moves := 0; d.answers[i][a] != v && moves < 50; moves++ {
			d.swap(rnd, joints, i, a, sign(v-d.answers[i][a]))
		}
		if d.answers[i][a] == v && d.shown(threshold) == want {
			return true
		}
	}
	return false
}

// swap moves one firm of a group to an answer, or from it, and one of another group the other way, within joints of both.
func (c town) swap(rnd *rand.Rand, joints [][]int, i, a, by int) {
	h, b := rnd.IntN(len(c.answers)), rnd.IntN(len(c.answers[0]))
	from, to := c.answers[i], c.answers[h]
	if h == i || b == a || from[a]+by < 0 || from[b]-by < 0 || to[a]-by < 0 || to[b]+by < 0 ||
		joints[i][a] < 0 || joints[i][a] != joints[i][b] || joints[h][a] < 0 || joints[h][a] != joints[h][b] {
		return
	}
	from[a], from[b], to[a], to[b] = from[a]+by, from[b]-by, to[a]-by, to[b]+by
}

// joints returns the joint of each group's cells, -1 of those that are shown.
func (c town) joints(t *testing.T, threshold int) [][]int {
	f := c.family(threshold)
	tables, err := f.Protect()
	if err != nil {
		t.Fatal(err)
	}
	var out [][]int
	for _, tb := range tables[1:] {
		var js []int
		for _, cell := range tb.Rows[0].Cells {
			j, ok := cell.Withheld()
			if !ok {
				j = -1
			}
			js = append(js, j)
		}
		out = append(out, js)
	}
	return out
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

func BenchmarkProtect(b *testing.B) {
	c := town{}
	for s := range 15 { // five groups by three sizes, 272 firms
		c.groups = append(c.groups, []table.Group{group("group", fmt.Sprint(s/3)), group("size", fmt.Sprint(s%3))})
		c.answers = append(c.answers, []int{4 + s%5, 5, 4 + s/5, 3})
	}
	f := c.family(5)
	for b.Loop() {
		if _, err := f.Protect(); err != nil {
			b.Fatal(err)
		}
	}
}
