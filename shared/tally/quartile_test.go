package tally_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/table"
	"cssa/shared/tally"
)

func printedQuartiles(all []table.Quartiles, g table.Group) string {
	out := ""
	for _, q := range all {
		if q.Group != g {
			continue
		}
		out += q.ID
		for _, m := range q.Marks {
			if class, ok := m.Class(); ok {
				below, within, above := m.Around()
				out += fmt.Sprintf(" %s %s %d+%d+%d", m.ID, class, below, within, above)
			} else if m.Empty() {
				out += " " + m.ID + " −"
			}
		}
		out += fmt.Sprintf(" of %d · %d – %d\n", q.Base, q.Unanswered, q.NotApplicable)
	}
	return out
}

// The numbers are 0, 3, 5, 12 of all firms, 0 and 5 of the new ones; budget has no classes.
func TestHandCountedQuartiles(t *testing.T) {
	all := counted(t).Quartiles()
	for g, want := range map[table.Group]string{
		table.All:                       "staff q1 nobody 0+1+3 median few 1+1+2 q3 many 2+2+0 of 4 · 1 – 0",
		group(checklist.ByGroup, "new"): "staff q1 nobody 0+1+1 median nobody 0+1+1 q3 many 1+1+0 of 2 · 1 – 0",
		group(checklist.BySize, "tiny"): "staff q1 many 0+1+0 median many 0+1+0 q3 many 0+1+0 of 1 · 0 – 0",
	} {
		compare(t, printedQuartiles(all, g), want)
	}
	members, _ := handCounted(t)
	compare(t, printedQuartiles(tally.New(teaEdition(), members).Quartiles(), table.All), "staff q1 − median − q3 − of 0 · 0 – 0")
}

// The class is that of the number of rank ⌈k·n/4⌉ when all are put in order.
func TestQuartilesAreThoseOfTheNumbersInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRound(t)
		var numbers []int64
		for _, a := range r.firms {
			if n, ok := a[checklist.Ref{Question: "staff"}]; ok {
				numbers = append(numbers, n.Number)
			}
		}
		slices.Sort(numbers)
		for _, q := range r.count(t, r.replied()).Quartiles() {
			if q.Group != table.All {
				continue
			}
			for i, m := range q.Marks {
				want := ""
				if n := len(numbers); n > 0 {
					want = [...]string{"nobody", "few", "few", "few", "few", "many", "many", "many", "many", "many"}[numbers[((i+1)*n+3)/4-1]]
				}
				if got, _ := m.Class(); got != want {
					t.Fatalf("%s of %v is %q, want %q", m.ID, numbers, got, want)
				}
			}
		}
	})
}
