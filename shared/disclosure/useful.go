package disclosure

import (
	"cssa/shared/table"
)

// Use is how much of one group can be read at one threshold and group minimum.
type Use struct {
	Threshold, GroupMinimum int
	Group                   table.Group
	Firms                   int // of the population
	Shown                   bool
	Rows                    int // rows of distributions that are put to somebody and have cells
	Readable                int // those of them that show every count
	Cells, Told             int // their cells, and how many show their count
}

// Usefulness says what the choice of threshold and group minimum costs: for each pair of them and each group, in the order of
// the family's tables, how much can be read. The family's own threshold and minimum are not used.
func (f *Family) Usefulness(thresholds, minimums []int) ([]Use, error) {
	var out []Use
	for _, t := range thresholds {
		for _, m := range minimums {
			g := *f
			g.Threshold, g.GroupMinimum = t, m
			protected, err := g.Protect()
			if err != nil {
				return nil, err
			}
			out = append(out, g.uses(protected)...)
		}
	}
	return out, nil
}

func (f *Family) uses(protected []table.Table) []Use {
	var out []Use
	at := map[table.Group]int{}
	for _, t := range f.Tables {
		i, ok := at[t.Group]
		if !ok {
			i = len(out)
			at[t.Group] = i
			out = append(out, Use{Threshold: f.threshold(), GroupMinimum: f.minimum(), Group: t.Group, Firms: t.Firms})
		}
		for _, r := range t.Rows {
			if len(r.Cells) > 0 && r.Base > 0 {
				out[i].Rows++
				out[i].Cells += len(r.Cells)
			}
		}
	}
	for _, t := range protected {
		u := &out[at[t.Group]]
		u.Shown = true
		for _, r := range t.Rows {
			told := 0
			for _, c := range r.Cells {
				if _, ok := c.Count(); ok {
					told++
				}
			}
			u.Told += told
			if told > 0 && told == len(r.Cells) {
				u.Readable++
			}
		}
	}
	return out
}
