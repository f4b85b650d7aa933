package report_test

import (
	"strings"
	"testing"

	"cssa/shared/table"
)

// shut closes every row of the tables of a question, as disclosure does where its base would tell a withheld count.
func shut(tables []table.Table, question string) {
	for i := range tables {
		if tables[i].ID != question || tables[i].Group != table.All {
			continue
		}
		for j, r := range tables[i].Rows {
			tables[i].Rows[j] = table.CloseRow(r.Item, len(r.Cells))
		}
	}
}

func TestAClosedDistributionShowsTheOwnAnswersAndNoNumber(t *testing.T) {
	in := input()
	for _, q := range []string{"officer", "report", "drill", "headcount"} {
		shut(in.Tables, q)
	}
	doc := parse(t, page(t, in))
	for number, own := range map[string]string{"1-2": "役員", "1-3": "はい", "2-2": "策定している", "2-3": "6"} {
		panel := panels(doc, "ja")[number]
		text := content(panel)
		if !strings.Contains(text, "この分布は示しません") {
			t.Errorf("%s does not say why there is no distribution", number)
		}
		if !strings.Contains(text, own) {
			t.Errorf("%s does not show the firm's own answer %q: %s", number, own, text)
		}
		if svg := nodes(panel, tag("svg")); len(svg) != 0 {
			t.Errorf("%s draws %d bars", number, len(svg))
		}
		if strings.Contains(text, "回答先数 ") || strings.Contains(text, "%") {
			t.Errorf("%s prints a base or a share: %s", number, text)
		}
	}
}

func TestWhatIsClosedLeavesNoTrace(t *testing.T) {
	a, b := input(), input()
	b.Tables[2].Rows[0] = row("incidents", 57, 44, 13) // another base behind the closed door
	shut(a.Tables, "report")
	shut(b.Tables, "report")
	if page(t, a) != page(t, b) {
		t.Error("two closed distributions make two pages")
	}
}
