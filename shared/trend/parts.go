package trend

import (
	"fmt"
	"math/big"
	"slices"

	"cssa/shared/table"
)

// A Fraction is a count of firms and its base.
type Fraction struct{ Count, Base int }

// Rat returns the share, which there is none of an empty base.
func (f Fraction) Rat() (*big.Rat, bool) {
	if f.Base == 0 {
		return nil, false
	}
	return big.NewRat(int64(f.Count), int64(f.Base)), true
}

// Share returns the share as it is printed.
func (f Fraction) Share() (table.Share, bool) {
	if f.Base == 0 {
		return 0, false
	}
	return table.ShareOf(f.Count, f.Base), true
}

// Parts are a change of a share and what it is made of, exactly: Within + Came + Left + Redefinition = Change.
type Parts struct {
	Change       *big.Rat
	Within       *big.Rat // of the matched panel
	Came         *big.Rat // composition: firms in the base of now that are not in the panel
	Left         *big.Rat // composition: firms in the base of then that are not in the panel
	Redefinition *big.Rat
}

// Composition returns Came + Left.
func (p Parts) Composition() *big.Rat { return new(big.Rat).Add(p.Came, p.Left) }

// Points (ポイント) are a difference of shares in tenths of a percentage point.
type Points int

// String returns the points with one decimal and their sign: "+4.9", "−0.3", "0.0".
func (p Points) String() string {
	switch {
	case p > 0:
		return fmt.Sprintf("+%d.%d", p/10, p%10)
	case p < 0:
		return fmt.Sprintf("−%d.%d", -p/10, -p%10)
	}
	return "0.0"
}

// Printed are the parts of a change in tenths of a point, as they are printed.
type Printed struct{ Change, Within, Composition, Redefinition Points }

// Print rounds a change and its parts so that everything printed adds up: Change is the printed share of now less that of
// then, and the parts are rounded to it by largest remainders (each is rounded down, and the tenths that are missing go to
// the parts that lost most; of equal ones to the first of within, composition, redefinition). A part is off by less than a
// tenth, and a part that is a whole number of tenths, such as none, is printed as it is: with m parts that are not, the
// tenths that are missing are at least 0 and at most m, since Change is less than a tenth from the exact change.
func (p Parts) Print(then, now table.Share) Printed {
	parts := []*big.Rat{p.Within, p.Composition(), p.Redefinition}
	out := make([]int, len(parts))
	rest := make([]*big.Rat, len(parts))
	missing := int(now - then)
	for i, r := range parts {
		tenths := new(big.Rat).Mul(r, big.NewRat(1000, 1))
		floor := new(big.Int).Div(tenths.Num(), tenths.Denom()) // Euclidean: rounds down, the denominator being positive
		out[i] = int(floor.Int64())
		rest[i] = tenths.Sub(tenths, new(big.Rat).SetInt(floor))
		missing -= out[i]
	}
	order := []int{0, 1, 2}
	slices.SortStableFunc(order, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	for _, i := range order[:missing] {
		out[i]++
	}
	return Printed{Points(now - then), Points(out[0]), Points(out[1]), Points(out[2])}
}
