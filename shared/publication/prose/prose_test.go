package prose_test

import (
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/publication/prose"
	"cssa/shared/table"
)

// 図表5: 160, 54, 58 of 272, so 58.8, 19.9, 21.3 %; two of 図表6 are withheld, 80 of 272 (29.4 %) is shown.
var (
	ed = &checklist.Edition{Figures: []checklist.Figure{
		{ID: "fig05", Number: 5, Claims: []checklist.Claim{{Series: []checklist.SeriesID{"a"}, Words: "6割程度", Quote: "定期的に行っている証券会社は6割程度となっていた（図表5）。"}}},
		{ID: "fig06", Number: 6},
	}}
	tables = []table.Table{
		{ID: "fig05", Group: table.All, Columns: []string{"a", "b", "c"}, Rows: []table.Row{{Base: 272, Cells: []table.Cell{table.Count(160, 272), table.Count(54, 272), table.Count(58, 272)}}}},
		{ID: "fig06", Group: table.All, Columns: []string{"a", "b", "c"}, Rows: []table.Row{{Base: 272, Cells: []table.Cell{table.Count(80, 272), table.Withhold(-1), table.Withhold(-1)}}}},
	}
)

func TestWordsAreHeldAgainstNumbers(t *testing.T) {
	for text, want := range map[string]string{ // "" holds, "?" cites nothing, else part of the finding
		"定期的に行っている証券会社は6割程度となっていた（図表5）。":      "",
		"行っているのは約2割（図表5）。":                    "",
		"行っているのは8割近く（図表5）。":                   "", // a and b together are 78.7
		"行っているのは9割程度（図表5）。":                   "no published number of the figure is 9割程度",
		"4分の1の先が行っている（図表5）。":                  "4分の1",
		"過半数が行っている（図表5）。":                     "",
		"About 20 % of firms do (Figure 5).":  "",
		"Nearly 80 % of firms do (Figure 5).": "",
		"About 70 % of firms do (Figure 5).":  "no published number of the figure is About 70 %",
		"Three in four do [fig05:a].":         "58.8 % (160 of 272, a)",
		"About 60 % do [figure-5:a].":         "",
		"58.8 % do (Figure 5).":               "",
		"58.9 % do (Figure 5).":               "58.8 % (160 of 272, a)",
		"59％が行っている（図表5）。":                     "",
		"About 20 % do [fig06:b].":            "it is not there, or withheld",
		"7割程度が決定している（図表6）。":                   "29.4 % (80 of 272, a)",
		"12.3 % of 7 firms do.":               "no count of 7 firms is 12.3 %",
		"14.3 % of 7 firms do.":               "?",
		"7先のうち12.3％が行っている。":                   "1 of 7 is 14.3 %",
		"6割程度が行っている。":                         "?",
		"58.82 % do (Figure 5).":              "one decimal",
	} {
		got := prose.Check(ed, tables, "\n"+text)
		said := ""
		for _, f := range got.Findings {
			said += strings.Join([]string{f.Words, f.What, f.Number, f.Mend}, "|")
			if f.Line != 2 {
				t.Errorf("%s: line %d", text, f.Line)
			}
		}
		switch {
		case want == "?" && (got.Uncited != 1 || said != ""), want == "" && (got.Checked != 1 || said != ""), len(want) > 1 && !strings.Contains(said, want):
			t.Errorf("%s: %+v, want %q", text, got, want)
		}
	}
}
