package disclosure

import (
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// Distribution returns the distribution t of q at a stage ("" where q is not nested) as it may be shown. It depends on
// nothing but each row's counts and the threshold; t is left alone. Every row's bases stay shown. Of free text, which
// shows none of its answers, the table is returned as it is. It panics if t is of another stage or has withheld cells.
func Distribution(t table.Table, q *checklist.Question, stage checklist.StageID, threshold int) table.Table {
	if t.Stage != string(stage) {
		panic("disclosure: table " + t.ID + " is of stage " + t.Stage + ", not " + string(stage))
	}
	t.Columns = slices.Clone(t.Columns)
	t.Rows = slices.Clone(t.Rows)
	for i := range t.Rows {
		t.Rows[i] = protect(t.Rows[i], q.Kind == checklist.Multiple, threshold)
	}
	return t
}

func protect(r table.Row, yesNo bool, threshold int) table.Row {
	r.Joints = nil
	r.Cells = slices.Clone(r.Cells)
	if r.Base == 0 || len(r.Cells) == 0 {
		return r
	}
	counts := make([]int, len(r.Cells))
	for i, c := range r.Cells {
		n, ok := c.Count()
		if !ok {
			panic("disclosure: row " + r.Item + " is protected already")
		}
		counts[i] = n
	}
	switch {
	case r.Base < threshold:
		for i := range r.Cells {
			r.Cells[i] = table.Withhold(-1)
		}
	case yesNo:
		if slices.Min(counts) < threshold {
			r = withhold(r, 0, len(counts), r.Base, few(counts, threshold))
		}
	default:
		for _, b := range join(counts, threshold) {
			if b.joint {
				r = withhold(r, b.from, b.to, sum(counts, b), -1)
			}
		}
	}
	return r
}

// few returns the side of a yes-no row that may be said to be below the threshold, or -1.
func few(counts []int, threshold int) int {
	base := 0
	for _, n := range counts {
		base += n
	}
	if base < 2*threshold-1 {
		return -1
	}
	return slices.IndexFunc(counts, func(n int) bool { return n < threshold })
}

// withhold makes one joint of the cells from (inclusive) to to (exclusive).
func withhold(r table.Row, from, to, count, few int) table.Row {
	j := table.Joint{Count: count, Few: few}
	for i := from; i < to; i++ {
		r.Cells[i] = table.Withhold(len(r.Joints))
		j.Columns = append(j.Columns, i)
	}
	r.Joints = append(r.Joints, j)
	return r
}
