package table_test

import (
	"fmt"
	"math/big"
	"testing"

	"cssa/shared/table"
)

// big.Rat.FloatString rounds to the nearest, halves away from zero: another program's half up.
func reference(count, base int) string {
	return new(big.Rat).SetFrac64(int64(count)*100, int64(base)).FloatString(1)
}

func TestShareAgreesWithRationalArithmetic(t *testing.T) {
	bases := []int{1500, 2500, 100_000, 1_000_003}
	for n := 1; n <= 1000; n++ {
		bases = append(bases, n)
	}
	for _, n := range bases {
		step := max(1, n/1000)
		for c := 0; c <= n; c += step {
			if got, want := table.ShareOf(c, n).String(), reference(c, n); got != want {
				t.Fatalf("share of %d of %d is %s, want %s", c, n, got, want)
			}
		}
	}
}

// The four counts of 272 whose share ends in exactly 5 after the first decimal: rounding to even prints 6.2 and 31.2.
func TestSharesOfThePublicationRoundHalfUp(t *testing.T) {
	for count, want := range map[int]string{17: "6.3", 85: "31.3", 153: "56.3", 221: "81.3", 0: "0.0", 1: "0.4", 55: "20.2", 272: "100.0"} {
		if got := table.ShareOf(count, 272).String(); got != want {
			t.Errorf("%d of 272 prints %s, want %s", count, got, want)
		}
	}
	if got := table.ShareOf(145, 185).String(); got != "78.4" {
		t.Errorf("145 of 185 prints %s, want 78.4", got)
	}
}

// Why withholding is decided on counts: up to a thousand firms the printed share names its numerator.
func TestPrintedShareIdentifiesTheCountUpToAThousandFirms(t *testing.T) {
	collisions := func(n int) int {
		seen, twice := map[string]bool{}, 0
		for c := 0; c <= n; c++ {
			s := table.ShareOf(c, n).String()
			if seen[s] {
				twice++
			}
			seen[s] = true
		}
		return twice
	}
	for n := 1; n <= 1000; n++ {
		if k := collisions(n); k != 0 {
			t.Fatalf("of %d firms %d counts print alike", n, k)
		}
	}
	if collisions(1001) == 0 {
		t.Error("1002 counts cannot all print differently with 1001 shares")
	}
}

func TestACellIsANumberOrWithheldOrEmptyNeverTwo(t *testing.T) {
	for name, tc := range map[string]struct {
		cell                     table.Cell
		counted, withheld, empty bool
	}{
		"a count":                {table.Count(3, 7), true, false, false},
		"a count of none":        {table.Count(0, 7), true, false, false},
		"an empty base":          {table.Count(0, 0), false, false, true},
		"withheld in a joint":    {table.Withhold(2), false, true, false},
		"withheld without joint": {table.Withhold(-1), false, true, false},
		"the zero cell":          {table.Cell{}, false, false, true},
	} {
		n, counted := tc.cell.Count()
		base, based := tc.cell.Base()
		share, shared := tc.cell.Share()
		joint, withheld := tc.cell.Withheld()
		if counted != tc.counted || based != tc.counted || shared != tc.counted || withheld != tc.withheld || tc.cell.Empty() != tc.empty {
			t.Errorf("%s: counted %v, withheld %v, empty %v", name, counted, withheld, tc.cell.Empty())
		}
		if !counted && (n != 0 || base != 0 || share != 0) {
			t.Errorf("%s lets a number slip: %d of %d", name, n, base)
		}
		if withheld && tc.cell != table.Withhold(joint) {
			t.Errorf("%s holds more than its joint %d", name, joint)
		}
	}
}

func TestACountBeyondItsBaseIsRefused(t *testing.T) {
	for _, c := range [][2]int{{-1, 5}, {6, 5}, {1, 0}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("count %d of %d made a cell", c[0], c[1])
				}
			}()
			table.Count(c[0], c[1])
		}()
	}
}

func TestOrderByShare(t *testing.T) {
	rows := []table.Row{
		{Item: "none", Cells: []table.Cell{table.Count(9, 10)}},
		{Item: "hidden-b", Cells: []table.Cell{table.Withhold(0)}},
		{Item: "third", Cells: []table.Cell{table.Count(1, 3)}},
		{Item: "empty", Cells: []table.Cell{table.Count(0, 0)}},
		{Item: "333-of-1000", Cells: []table.Cell{table.Count(333, 1000)}}, // prints 33.3 like 1 of 3, but is less
		{Item: "two-sixths", Cells: []table.Cell{table.Count(2, 6)}},       // ties with third
		{Item: "most", Cells: []table.Cell{table.Count(5, 7)}},
		{Item: "hidden-a", Cells: []table.Cell{table.Withhold(-1)}},
	}
	got := ""
	for _, i := range table.OrderByShare(rows, func(item string) bool { return item == "none" }) {
		got += rows[i].Item + " "
	}
	if want := "most third two-sixths 333-of-1000 hidden-b empty hidden-a none "; got != want {
		t.Errorf("order\n%s, want\n%s", got, want)
	}
}

func ExampleShareOf() {
	fmt.Println(table.ShareOf(17, 272), table.ShareOf(55, 272))
	// Output: 6.3 20.2
}
