package disclosure_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/table"
)

var (
	single = &checklist.Question{ID: "q", Kind: checklist.Single}
	yesNo  = &checklist.Question{ID: "q", Kind: checklist.Multiple}
)

// raw is a distribution with rows of these counts, as tally makes it.
func raw(rows ...[]int) table.Table {
	t := table.Table{Edition: "2031-tea", ID: "q", Group: table.All, Firms: 300, Replied: 290}
	for i := range rows[0] {
		t.Columns = append(t.Columns, string(rune('a'+i)))
	}
	for i, counts := range rows {
		r := table.Row{Item: fmt.Sprint("item-", i), NotApplicable: 3}
		for _, n := range counts {
			r.Base += n
		}
		r.Unanswered = t.Replied - r.Base - r.NotApplicable
		for _, n := range counts {
			r.Cells = append(r.Cells, table.Count(n, r.Base))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// shown writes all that a reader of a row sees: x1 is a cell of joint 1, x one of none, and after ; the joints.
func shown(r table.Row) string {
	var b strings.Builder
	for _, c := range r.Cells {
		n, ok := c.Count()
		joint, withheld := c.Withheld()
		switch {
		case ok:
			b.WriteString(strconv.Itoa(n))
		case withheld && joint < 0:
			b.WriteByte('x')
		case withheld:
			b.WriteByte('x')
			b.WriteString(strconv.Itoa(joint + 1))
		default:
			b.WriteString("−")
		}
		b.WriteByte(' ')
	}
	for i, j := range r.Joints {
		b.WriteString("; x")
		b.WriteString(strconv.Itoa(i + 1))
		b.WriteByte('=')
		b.WriteString(strconv.Itoa(j.Count))
		if j.Few >= 0 {
			b.WriteString(" few ")
			b.WriteString(strconv.Itoa(j.Few))
		}
		b.WriteByte(' ')
	}
	b.WriteString("of ")
	b.WriteString(strconv.Itoa(r.Base))
	return b.String()
}

func protect(q *checklist.Question, threshold int, counts ...int) string {
	return shown(disclosure.Distribution(raw(counts), q, "", threshold).Rows[0])
}

func TestHandWorkedRows(t *testing.T) {
	for _, tc := range []struct {
		why    string
		q      *checklist.Question
		counts []int
		want   string
	}{
		{"nothing is small", single, []int{5, 60, 7}, "5 60 7 of 72"},
		{"the last joins the one before", single, []int{150, 100, 18, 4}, "150 100 x1 x1 ; x1=22 of 272"},
		{"two small ones are enough", single, []int{200, 60, 3, 4}, "200 60 x1 x1 ; x1=7 of 267"},
		{"two small ones are not enough", single, []int{200, 60, 2, 1}, "200 x1 x1 x1 ; x1=63 of 263"},
		{"the smaller neighbour, left", single, []int{10, 3, 50}, "x1 x1 50 ; x1=13 of 63"},
		{"the smaller neighbour, right", single, []int{50, 3, 10}, "50 x1 x1 ; x1=13 of 63"},
		{"a near tie takes both: 9 and 4 alone would be told", single, []int{8, 9, 4, 9}, "8 x1 x1 x1 ; x1=22 of 30"},
		{"left no larger than right even with the small one", single, []int{9, 4, 13}, "x1 x1 13 ; x1=13 of 26"},
		{"by one it would be", single, []int{10, 4, 13}, "x1 x1 x1 ; x1=27 of 27"},
		{"left too small to hide a small one behind it", single, []int{5, 1, 90}, "x1 x1 x1 ; x1=96 of 96"},
		{"zero is small", single, []int{0, 50, 60}, "x1 x1 60 ; x1=50 of 110"},
		{"two joints", single, []int{4, 120, 140, 3}, "x1 x1 x2 x2 ; x1=124 ; x2=143 of 267"},
		{"a joint is extended", single, []int{4, 3, 2, 0}, "x1 x1 x1 x1 ; x1=9 of 9"},
		{"everyone gave one answer", single, []int{70, 0, 0}, "x1 x1 x1 ; x1=70 of 70"},
		{"a base below the threshold", single, []int{2, 1, 1}, "x x x of 4"},
		{"an empty base", single, []int{0, 0, 0}, "− − − of 0"},
		{"both sides are many", yesNo, []int{5, 9}, "5 9 of 14"},
		{"few said yes", yesNo, []int{4, 268}, "x1 x1 ; x1=272 few 0 of 272"},
		{"few said no", yesNo, []int{272, 0}, "x1 x1 ; x1=272 few 1 of 272"},
		{"the least base that tells which is few", yesNo, []int{5, 4}, "x1 x1 ; x1=9 few 1 of 9"},
		{"a base that would tell more than few", yesNo, []int{5, 3}, "x1 x1 ; x1=8 of 8"},
		{"yes and no of a base below the threshold", yesNo, []int{4, 0}, "x x of 4"},
		{"yes and no of nobody", yesNo, []int{0, 0}, "− − of 0"},
	} {
		if got := protect(tc.q, 5, tc.counts...); got != tc.want {
			t.Errorf("%s: %v shows %s, want %s", tc.why, tc.counts, got, tc.want)
		}
	}
}

// everyRow calls f with every row of k counts that add up to base.
func everyRow(k, base int, f func([]int)) {
	counts := make([]int, k)
	var fill func(i, left int)
	fill = func(i, left int) {
		if i == k-1 {
			counts[i] = left
			f(counts)
			return
		}
		for n := 0; n <= left; n++ {
			counts[i] = n
			fill(i+1, left-n)
		}
	}
	fill(0, base)
}

// attack plays a reader who knows the rule: for every row of k counts with this base it lists all rows that show the same,
// and returns the cells below the threshold that have fewer than want possible counts, or a gap between them.
func attack(k, base, threshold, want int, show func([]int) string) (told []string, cells int) {
	possible := map[string][][]bool{}
	everyRow(k, base, func(counts []int) {
		s := show(counts)
		if possible[s] == nil {
			possible[s] = make([][]bool, k)
			for i := range possible[s] {
				possible[s][i] = make([]bool, base+1)
			}
		}
		for i, n := range counts {
			possible[s][i][n] = true
		}
	})
	everyRow(k, base, func(counts []int) {
		for i, n := range counts {
			if n >= threshold {
				continue
			}
			cells++
			at, lo, hi := possible[show(counts)][i], n, n
			for lo > 0 && at[lo-1] {
				lo--
			}
			for hi < base && at[hi+1] {
				hi++
			}
			if hi-lo+1 < want {
				told = append(told, fmt.Sprintf("%v cell %d is %d to %d", counts, i, lo, hi))
			}
		}
	})
	return told, cells
}

func TestAReaderWhoKnowsTheRuleCannotNarrowASmallCount(t *testing.T) {
	for _, tc := range []struct{ threshold, cells, bases int }{
		{2, 2, 30}, {2, 3, 25}, {2, 4, 20}, {2, 5, 14}, {2, 6, 10},
		{3, 2, 30}, {3, 3, 30}, {3, 4, 22}, {3, 5, 17}, {3, 6, 12},
		{5, 2, 60}, {5, 3, 45}, {5, 4, 30}, {5, 5, 20},
	} {
		all := 0
		for base := tc.threshold; base <= tc.bases; base++ {
			told, cells := attack(tc.cells, base, tc.threshold, tc.threshold, func(counts []int) string {
				return protect(single, tc.threshold, counts...)
			})
			all += cells
			if len(told) > 0 {
				t.Fatalf("threshold %d: %d counts are told, the first in %s", tc.threshold, len(told), told[0])
			}
		}
		if all == 0 {
			t.Errorf("threshold %d, %d cells: nothing was attacked", tc.threshold, tc.cells)
		}
	}
}

// Below the threshold only the base is told, so a count may be anything up to it.
func TestARowWithASmallBaseTellsItsBaseOnly(t *testing.T) {
	for base := 1; base < 5; base++ {
		if told, _ := attack(4, base, 5, base+1, func(counts []int) string { return protect(single, 5, counts...) }); len(told) > 0 {
			t.Errorf("%s", told[0])
		}
	}
}

func TestAReaderCannotNarrowASmallYesOrNo(t *testing.T) {
	for threshold := 2; threshold <= 6; threshold++ {
		for base := threshold; base <= 60; base++ {
			if told, _ := attack(2, base, threshold, threshold, func(counts []int) string { return protect(yesNo, threshold, counts...) }); len(told) > 0 {
				t.Fatalf("threshold %d: %s", threshold, told[0])
			}
		}
	}
}

// The attack bites: taking the smaller neighbour as such, and telling which of yes and no is few whatever the base, fall.
func TestTheAttackTellsWhatSimplerRulesLeak(t *testing.T) {
	smaller := func(counts []int) string { // of rows of four where one count is below 5, the third
		if counts[2] >= 5 || counts[0] < 5 || counts[1] < 5 || counts[3] < 5 {
			return fmt.Sprint(counts) + "another case"
		}
		if counts[1] <= counts[3] {
			return fmt.Sprint(counts[0], counts[1]+counts[2], "left", counts[3])
		}
		return fmt.Sprint(counts[0], counts[1], counts[2]+counts[3], "right")
	}
	told, _ := attack(4, 30, 5, 2, smaller)
	if !slices.Contains(told, "[8 9 4 9] cell 2 is 4 to 4") {
		t.Errorf("the smaller neighbour stands the attack: %q", told[:min(3, len(told))])
	}
	few := func(counts []int) string {
		return fmt.Sprint(counts[0]+counts[1], counts[0] < 5, counts[0] >= 5 && counts[1] < 5)
	}
	if told, _ := attack(2, 7, 5, 5, few); len(told) == 0 {
		t.Error("telling the few of a small base stands the attack")
	}
}

func TestWhatIsShownAddsUpAndNothingSmallIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 7).Draw(t, "cells")
		threshold := rapid.IntRange(1, 7).Draw(t, "threshold")
		count := rapid.OneOf(rapid.IntRange(0, 12), rapid.IntRange(0, 200))
		rows := rapid.SliceOfN(rapid.SliceOfN(count, k, k), 1, 6).Draw(t, "rows")
		before := raw(rows...)
		got := disclosure.Distribution(before, single, "", threshold)
		if !reflect.DeepEqual(before, raw(rows...)) {
			t.Fatal("the table given was changed")
		}
		for i, r := range got.Rows {
			if r.Item != before.Rows[i].Item || r.Base != before.Rows[i].Base || r.Unanswered != before.Rows[i].Unanswered || r.NotApplicable != 3 {
				t.Fatalf("row %d has other bases: %+v", i, r)
			}
			checkRow(t, r, rows[i], threshold)
		}
		slices.Reverse(rows)
		again := disclosure.Distribution(raw(rows...), single, "", threshold)
		for i := range rows {
			if shown(again.Rows[i]) != shown(got.Rows[len(rows)-1-i]) {
				t.Fatal("a row is protected differently in another place")
			}
		}
	})
}

func checkRow(t *rapid.T, r table.Row, counts []int, threshold int) {
	if r.Base == 0 {
		return
	}
	total, joined := 0, map[int]int{}
	for i, c := range r.Cells {
		joint, withheld := c.Withheld()
		n, ok := c.Count()
		switch {
		case ok && (n != counts[i] || n < threshold):
			t.Fatalf("%v shows %s", counts, shown(r))
		case withheld && joint < 0 && r.Base >= threshold:
			t.Fatalf("%v withholds without telling a joint", counts)
		case withheld && joint >= 0:
			joined[joint]++
		}
		total += n
	}
	if r.Base < threshold {
		if len(r.Joints) > 0 || total > 0 {
			t.Fatalf("%v shows %s", counts, shown(r))
		}
		return
	}
	for i, j := range r.Joints {
		held := 0
		for k, col := range j.Columns {
			held += counts[col]
			if at, _ := r.Cells[col].Withheld(); at != i || k > 0 && col != j.Columns[k-1]+1 {
				t.Fatalf("%v: joint %d of %v", counts, i, j.Columns)
			}
		}
		if held != j.Count || held < threshold || len(j.Columns) < 2 || joined[i] != len(j.Columns) || j.Few != -1 {
			t.Fatalf("%v: joint %+v", counts, j)
		}
		total += j.Count
	}
	if total != r.Base {
		t.Fatalf("%v shows %s, which adds up to %d", counts, shown(r), total)
	}
}
