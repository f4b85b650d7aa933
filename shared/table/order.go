package table

import (
	"cmp"
	"slices"
)

// OrderByShare returns the indexes of rows by the share of their first cell, largest first; then the rows whose first cell
// shows no share; then those for which last holds ("none of these"). Rows that tie stay in the order given, so what a
// withheld cell hides never moves its row. Exact shares are compared, not printed ones, so that bases may differ from row to row.
func OrderByShare(rows []Row, last func(item string) bool) []int {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	class := func(r Row) int {
		switch {
		case last(r.Item):
			return 2
		case len(r.Cells) == 0 || r.Cells[0].kind != counted:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if c := cmp.Compare(class(rows[i]), class(rows[j])); c != 0 || class(rows[i]) != 0 {
			return c
		}
		a, b := rows[i].Cells[0], rows[j].Cells[0]
		return cmp.Compare(b.count*a.base, a.count*b.base)
	})
	return order
}
