package report

import (
	"regexp"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

func TestCompare(t *testing.T) {
	ordered := []checklist.Choice{{ID: "a", Rank: 1}, {ID: "b", Rank: 2}, {ID: "c", Rank: 2}, {ID: "d", Rank: 3}}
	shown := func(counts ...int) *table.Row {
		r := &table.Row{}
		for _, n := range counts {
			r.Base += n
		}
		for _, n := range counts {
			r.Cells = append(r.Cells, table.Count(n, r.Base))
		}
		return r
	}
	hidden := func(r *table.Row, joints ...[]int) *table.Row {
		for _, columns := range joints {
			j := table.Joint{Columns: columns, Few: -1}
			for _, c := range columns {
				n, _ := r.Cells[c].Count()
				j.Count += n
				r.Cells[c] = table.Withhold(len(r.Joints))
			}
			r.Joints = append(r.Joints, j)
		}
		return r
	}
	for name, c := range map[string]struct {
		row  *table.Row
		own  int
		want string
	}{
		"all shown":                      {shown(10, 20, 30, 40), 3, "進んだ段階 60.0%、同じ 40.0%"},
		"ties are the same":              {shown(10, 20, 30, 40), 1, "進んだ段階 10.0%、同じ 50.0%、手前 40.0%"},
		"none is further":                {shown(10, 20, 30, 40), 0, "同じ 10.0%、手前 90.0%"},
		"a joint within one place":       {hidden(shown(10, 3, 47, 40), []int{1, 2}), 2, "進んだ段階 10.0%、同じ 50.0%、手前 40.0%"},
		"a joint across two places":      {hidden(shown(3, 37, 20, 40), []int{0, 1}), 2, "進んだ段階または同じ 60.0%、手前 40.0%"},
		"a joint behind the own answer":  {hidden(shown(10, 20, 68, 2), []int{2, 3}), 0, "同じ 10.0%、手前 90.0%"},
		"a joint behind and the same":    {hidden(shown(10, 20, 68, 2), []int{2, 3}), 1, "進んだ段階 10.0%、同じまたは手前 90.0%"},
		"joints that chain":              {hidden(shown(3, 17, 78, 2), []int{2, 3}, []int{0, 1}), 1, ""},
		"a joint over everything":        {hidden(shown(1, 2, 1, 96), []int{0, 1, 2, 3}), 1, ""},
		"not even a joint is told":       {&table.Row{Base: 100, Cells: []table.Cell{table.Count(60, 100), table.Withhold(-1), table.Withhold(-1), table.Count(20, 100)}}, 0, ""},
		"the firm has no answer":         {shown(10, 20, 30, 40), -1, ""},
		"nobody answered":                {&table.Row{Cells: make([]table.Cell, 4)}, 0, ""},
		"totals from counts, not shares": {shown(1, 1, 1, 1021), 3, "進んだ段階 0.3%、同じ 99.7%"},
	} {
		if got := compareShort(ordered, c.row, c.own).JA; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := compare([]checklist.Choice{{ID: "a"}, {ID: "b"}}, shown(1, 2), 0); got != words["unordered"] {
		t.Errorf("answers without order are compared: %v", got)
	}
}

// A joint is one cell over the answers it holds where they stand side by side, and one hatched segment at the first of them.
func TestJointsApart(t *testing.T) {
	row := &table.Row{Base: 100, Joints: []table.Joint{{Columns: []int{0, 2}, Count: 30, Few: -1}}, Cells: []table.Cell{
		table.Withhold(0), table.Count(50, 100), table.Withhold(0), table.Count(20, 100),
	}}
	cells := shares(row, 2)
	for i, want := range []Cell{
		{Text: checklist.Text{JA: "※ 2区分計 30.0", EN: "※ 2 answers together 30.0"}, Span: 1, Withheld: true},
		{Text: same("50.0"), Span: 1},
		{Text: checklist.Text{JA: "※ 2区分計 30.0", EN: "※ 2 answers together 30.0"}, Span: 1, Withheld: true, Mine: true},
		{Text: same("20.0"), Span: 1},
	} {
		if cells[i] != want {
			t.Errorf("cell %d is %+v, want %+v", i, cells[i], want)
		}
	}
	legend := []Level{{Class: "l1"}, {Class: "l2"}, {Class: "l3"}, {Class: "l4"}}
	bar := segments(row, legend, 2)
	want := []Segment{
		{From: 0, To: 30, Of: 100, Class: "x", Label: "※", Mine: true, Withheld: true},
		{From: 30, To: 80, Of: 100, Class: "l2", Label: "50.0"},
		{From: 80, To: 100, Of: 100, Class: "l4", Label: "20.0"},
	}
	for i := range want {
		if i >= len(bar) || bar[i] != want[i] {
			t.Fatalf("the bar is %+v, want %+v", bar, want)
		}
	}
}

// Where no joint is told, what is left of the bar is one segment, and the cells say ※ alone.
func TestWithheldWithoutJoint(t *testing.T) {
	row := &table.Row{Base: 100, Cells: []table.Cell{table.Withhold(-1), table.Count(50, 100), table.Withhold(-1)}}
	bar := segments(row, []Level{{Class: "l1"}, {Class: "l2"}, {Class: "l4"}}, 0)
	if len(bar) != 2 || bar[0].To-bar[0].From != 50 || !bar[0].Withheld || !bar[0].Mine {
		t.Errorf("the bar is %+v", bar)
	}
	for _, i := range []int{0, 2} {
		if c := shares(row, 0)[i]; c.Text != same("※") || c.Span != 1 {
			t.Errorf("cell %d is %+v", i, c)
		}
	}
	_, cell := yesShare(&table.Row{Base: 60, Cells: []table.Cell{table.Withhold(-1), table.Withhold(-1)}}, 0, 5)
	if cell.Text != same("※") {
		t.Errorf("the share of yes is %+v", cell)
	}
}

func TestWordsAreWhole(t *testing.T) {
	used := map[string]bool{"yes": true, "no": true, "unordered": true, "ownYes": true, "unanswered": true, "outside": true}
	for _, m := range regexp.MustCompile(`Say "([^"]+)"`).FindAllStringSubmatch(pageSource, -1) {
		used[m[1]] = true
		if _, ok := words[m[1]]; !ok {
			t.Errorf("the page says %q, which is no word", m[1])
		}
	}
	for key, text := range words {
		if !text.Complete() {
			t.Errorf("words %q are not there in both languages", key)
		}
		if !used[key] {
			t.Errorf("words %q are not used", key)
		}
	}
}
