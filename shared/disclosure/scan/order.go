package scan

import "slices"

// A Row is a row of a list, in printed order.
type Row struct {
	Label    string
	Withheld bool
	Last     bool // it stands last whatever it holds ("none of these")
}

// Ordered scans the order in which the rows of a list are displayed, by their labels. It may be the printed order; or that
// of the numbers shown, and then what is withheld comes after, in printed order. Anything else tells where a withheld
// number lies among the others.
func Ordered(where string, displayed []string, printed []Row) []Leak {
	row := map[string]Row{}
	var labels, hidden, want []string
	for _, r := range printed {
		row[r.Label] = r
		labels = append(labels, r.Label)
		if r.Withheld && !r.Last {
			want = append(want, r.Label)
		}
	}
	if slices.Equal(displayed, labels) {
		return nil
	}
	leak := func(label string) []Leak {
		return []Leak{{Secret{ID: []string{label}}, Order, where, label}}
	}
	for i, l := range displayed {
		switch r := row[l]; {
		case r.Last:
		case r.Withheld:
			hidden = append(hidden, l)
			if want[len(hidden)-1] != l {
				return leak(l)
			}
		case len(hidden) > 0:
			return leak(displayed[i-1])
		}
	}
	return nil
}
