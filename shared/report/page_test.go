package report_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/report"
	"cssa/shared/table"
)

// nodes returns the elements under n for which ok holds, in document order.
func nodes(n *html.Node, ok func(*html.Node) bool) (all []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && ok(d) {
			all = append(all, d)
		}
	}
	return all
}

func tag(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Data == name }
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// content is the text of an element as it is read, without its drawings.
func content(n *html.Node) string {
	var out strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			out.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil && n.Data != "svg"; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.TrimSpace(out.String())
}

func parse(t testing.TB, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// in returns the part of the page in one language.
func in(doc *html.Node, lang string) *html.Node {
	return nodes(doc, func(n *html.Node) bool { return n.Data == "div" && attr(n, "id") == lang })[0]
}

// panels returns the elements of each question by its number.
func panels(doc *html.Node, lang string) map[string]*html.Node {
	all := map[string]*html.Node{}
	for _, a := range nodes(in(doc, lang), tag("article")) {
		all[content(nodes(a, func(n *html.Node) bool { return attr(n, "class") == "no" })[0])] = a
	}
	return all
}

// cells returns what the cells of a panel's tables say, without those that hold a drawing.
func cells(panel *html.Node) (all []string) {
	for _, td := range nodes(panel, tag("td")) {
		if len(nodes(td, tag("svg"))) == 0 {
			all = append(all, content(td))
		}
	}
	return all
}

// The expected values are worked out by hand from the counts of the sample: 37 of 64 is 57.8125, and so on.
func TestEveryNumberIsTheTables(t *testing.T) {
	doc := parse(t, page(t, input()))
	for number, want := range map[string]struct{ ja, en []string }{
		"1-1": {[]string{"18.8", "", "57.8", "◆ 貴社", "15.6", "", "7.8", ""}, []string{"18.8", "", "57.8", "◆ You", "15.6", "", "7.8", ""}},
		"1-2": {[]string{"62.5", "◆ 貴社", "31.3", "", "6.3", ""}, []string{"62.5", "◆ You", "31.3", "", "6.3", ""}},
		"1-3": {
			[]string{"75.0", "✓ はい", "※ 91.7超", "✓ はい", "※ 5先未満", "− いいえ", "10.0", "− いいえ"},
			[]string{"75.0", "✓ yes", "※ over 91.7", "✓ yes", "※ under 5 firms", "− no", "10.0", "− no"},
		},
		"2-1": {[]string{"34.4", "◆ 23.4", "42.2", "※ 2区分計 50.0", "◆ 50.0"}, []string{"34.4", "◆ 23.4", "42.2", "※ 2 answers together 50.0", "◆ 50.0"}},
		"2-2": {
			[]string{"◆ 68.8", "31.3", "46.9", "◆ 53.1", "◆ 77.3", "22.7", "44", "−", "−", "0"},
			[]string{"◆ 68.8", "31.3", "46.9", "◆ 53.1", "◆ 77.3", "22.7", "44", "−", "−", "0"},
		},
		"2-3": {[]string{"31.3", "", "53.1", "", "※ 2区分計 15.6", "◆", ""}, []string{"31.3", "", "53.1", "", "※ 2 answers together 15.6", "◆", ""}},
		"2-4": {},
		"2-5": {},
	} {
		if got := cells(panels(doc, "ja")[number]); !slices.Equal(got, want.ja) {
			t.Errorf("question %s says %q, want %q", number, got, want.ja)
		}
		if got := cells(panels(doc, "en")[number]); !slices.Equal(got, want.en) {
			t.Errorf("question %s says %q, want %q", number, got, want.en)
		}
	}
	for number, want := range map[string]string{"1-1": "回答先数 64先", "1-3": "回答先数 60先", "2-1": "回答先数 64先", "2-3": "回答先数 64先"} {
		if got := content(panels(doc, "ja")[number]); !strings.Contains(got, want) {
			t.Errorf("question %s does not say %q", number, want)
		}
	}
	for number, want := range map[string]string{
		"1-1": "全体：貴社より進んだ段階 18.8%、同じ段階 57.8%、手前の段階 23.4%",
		"1-2": "回答に順序はありません。",
		"1-3": "貴社の「はい」：3項目中2項目",
		"2-1": "進んだ段階 50.0%、同じ 50.0%", // the two sufficient answers tie, so their joint share is ahead as a whole
	} {
		if got := content(panels(doc, "ja")[number]); !strings.Contains(got, want) {
			t.Errorf("question %s does not say %q: %s", number, want, got)
		}
	}
}

// bars returns the drawn parts of a panel's bars: place and width in hundredths of a percent.
func bars(t testing.TB, panel *html.Node) (all [][2]int) {
	t.Helper()
	for _, r := range nodes(panel, tag("rect")) {
		if c := attr(r, "class"); c == "halo" || c == "frame" {
			continue
		}
		var part [2]int
		for i, key := range []string{"x", "width"} {
			f, err := strconv.ParseFloat(strings.TrimSuffix(attr(r, key), "%"), 64)
			if err != nil {
				t.Fatal(err)
			}
			part[i] = int(f*100 + 0.5)
		}
		all = append(all, part)
	}
	return all
}

func TestBarsAreDrawnToTheCounts(t *testing.T) {
	doc := parse(t, page(t, input()))
	for number, want := range map[string][][2]int{
		"1-1": {{0, 1875}, {1875, 5781}, {7656, 1563}, {9219, 781}},
		"1-3": {{0, 7500}, {0, 9167}, {9167, 833}, {0, 833}, {0, 1000}}, // solid to 55 of 60, hatched from there; hatched to 5 of 60
		"2-1": {{0, 3438}, {3438, 2344}, {5781, 4219}, {0, 5000}, {5000, 5000}},
		"2-3": {{0, 3125}, {0, 5313}, {0, 1563}},
	} {
		got := bars(t, panels(doc, "ja")[number])
		ok := len(got) == len(want)
		for i := 0; ok && i < len(got); i++ {
			ok = max(got[i][0]-want[i][0], want[i][0]-got[i][0], got[i][1]-want[i][1], want[i][1]-got[i][1]) <= 1
		}
		if !ok {
			t.Errorf("question %s is drawn as %v, want %v", number, got, want)
		}
	}
}

// Two sectors that differ only in how a withheld joint is divided give the same bytes: no width, no order, no alternative
// text, no sentence depends on it.
func TestAWithheldDivisionLeavesNoTrace(t *testing.T) {
	want := page(t, input())
	for name, change := range map[string]func([]table.Table){
		"many yes": func(ts []table.Table) { ts[2].Rows[1] = hide(row("progress", 60, 60, 0), 1, 0, 1) },
		"few yes":  func(ts []table.Table) { ts[2].Rows[2] = hide(row("cases", 60, 0, 60), 0, 0, 1) },
		"a matrix": func(ts []table.Table) { ts[3].Rows[1] = hide(row("audit", 64, 29, 3, 32), -1, 0, 1) },
		"a number": func(ts []table.Table) { ts[6].Rows[0] = hide(row("", 64, 20, 34, 1, 9), -1, 2, 3) },
	} {
		in := input()
		change(in.Tables)
		if page(t, in) != want {
			t.Errorf("%s: the page differs", name)
		}
	}
}

// The same for any division of a joint, and for any firm that reads it.
func TestAnyWithheldDivision(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := rapid.IntRange(0, 32).Draw(rt, "a"), rapid.IntRange(0, 32).Draw(rt, "b")
		mine := rapid.SampledFrom([]checklist.ChoiceID{"own-staff", "outside", "short"}).Draw(rt, "mine")
		with := func(n int) string {
			in := input()
			in.Submission.Answers[checklist.Ref{Question: "staff", Item: "audit"}] = checklist.Answer{Choice: mine}
			in.Tables[3].Rows[1] = hide(row("audit", 64, n, 32-n, 32), -1, 0, 1)
			return page(t, in)
		}
		if with(a) != with(b) {
			rt.Fatal("the page depends on a withheld count")
		}
	})
}

func TestHidingDoesNotDependOnTheReader(t *testing.T) {
	sector := func(in report.Input) (all []string) {
		doc := parse(t, page(t, in))
		for _, number := range []string{"1-1", "1-2", "1-3", "2-1", "2-2", "2-3"} {
			for _, c := range cells(panels(doc, "ja")[number]) {
				c = strings.TrimPrefix(c, "◆ ")
				if c != "" && strings.ContainsAny(c, "0123456789※−") && !strings.HasPrefix(c, "− ") {
					all = append(all, c)
				}
			}
		}
		return all
	}
	other := input()
	other.Submission.Answers = checklist.Answers{
		{Question: "policy"}: {Choice: "none"}, {Question: "officer"}: {Choice: "other"}, {Question: "headcount"}: {Number: 0},
		{Question: "staff", Item: "audit"}: {Choice: "own-staff"},
	}
	if a, b := sector(input()), sector(other); !slices.Equal(a, b) {
		t.Errorf("two firms see different sectors:\n%q\n%q", a, b)
	}
}

func TestOwnAnswersOfEveryState(t *testing.T) {
	in := input()
	in.Submission.Answers = checklist.Answers{
		{Question: "officer"}:                                  {Choice: "other"}, // so 1-3 does not apply
		{Question: "staff", Item: "audit"}:                     {Choice: "own-staff"},
		{Question: "drill", Item: "ransomware", Stage: "plan"}: {Choice: "made"},
		{Question: "drill", Item: "ddos", Stage: "plan"}:       {Choice: "not"},
	}
	doc := parse(t, page(t, in))
	for lang, want := range map[string]map[string][]string{
		"ja": {
			"1-1": {"◆ 貴社の回答 無回答"}, "1-2": {"◆ 貴社の回答 その他"}, "1-3": {"対象外"},
			"2-1": {"◆ 無回答", "◆ 自組織職員のみで十分確保できている"}, "2-2": {"◆ 策定している", "◆ 無回答", "◆ 対象外"},
			"2-3": {"◆ 貴社の回答 無回答"}, "2-5": {"◆ 貴社の回答 無回答"},
		},
		"en": {
			"1-1": {"◆ Your answer unanswered"}, "1-2": {"◆ Your answer Other"}, "1-3": {"not applicable"},
			"2-1": {"◆ unanswered", "◆ Enough with own staff"}, "2-2": {"◆ Made", "◆ unanswered", "◆ not applicable"},
		},
	} {
		for number, texts := range want {
			got := content(panels(doc, lang)[number])
			for _, text := range texts {
				if !strings.Contains(got, text) {
					t.Errorf("question %s (%s) does not say %q: %s", number, lang, text, got)
				}
			}
		}
	}
	if got := content(panels(doc, "ja")["1-3"]); strings.Contains(got, "いいえ") {
		t.Errorf("a question that does not apply is answered no: %s", got)
	}
	if got := content(panels(doc, "ja")["1-1"]); strings.Contains(got, "進んだ段階") {
		t.Errorf("an unanswered question is compared: %s", got)
	}
}

func TestHeadOfThePage(t *testing.T) {
	late := input()
	late.Late = true
	doc := parse(t, page(t, late))
	for lang, want := range map[string][]string{
		"ja": {"取扱注意・貴社限り", "架空点検 2023年度 還元資料", "架空さくら証券株式会社", "S-0137", "64先（貴社を含む）／対象70先", "2023年6月30日", "2023年8月30日 10:05 JST", "期限後", "第2版", "2023年11月15日 10:00 JST", "CSSA-2023-S-0137-v2", "小数点第2位以下を四捨五入しているため、割合の合計は必ずしも100にならない。", "設問1-2の回答により", run},
		"en": {"Confidential", "Invented checklist FY2023 Feedback report", "Kakuu Sakura Securities", "S-0137", "64 firms that answered, yours included, of 70 asked", "30 June 2023", "30 August 2023 10:05 JST", "after the deadline", "15 November 2023 10:00 JST", "CSSA-2023-S-0137-v2", "rounded half up", "given the answer to 1-2", run},
	} {
		got := content(in(doc, lang))
		for _, text := range want {
			if !strings.Contains(got, text) {
				t.Errorf("%s does not say %q", lang, text)
			}
		}
	}
	if got := page(t, input()); strings.Contains(got, "期限後") {
		t.Error("a report in time is marked late")
	}
}

// English stands in English and Japanese in Japanese, but for what the firm typed and the link to the other language.
func TestBothLanguagesAreWhole(t *testing.T) {
	doc := parse(t, page(t, input()))
	english := in(doc, "en")
	for _, a := range nodes(english, tag("a")) {
		if attr(a, "lang") == "ja" {
			a.Parent.RemoveChild(a)
		}
	}
	text := strings.ReplaceAll(content(english), answers()[checklist.Ref{Question: "remarks"}].Text, "")
	for _, r := range text {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
			t.Errorf("the English part has %q", r)
			break
		}
	}
	ja, en := panels(doc, "ja"), panels(doc, "en")
	if len(ja) != 8 || len(en) != 8 {
		t.Fatalf("%d and %d questions, want 8 in both", len(ja), len(en))
	}
	for number := range ja {
		if a, b := bars(t, ja[number]), bars(t, en[number]); !slices.Equal(a, b) {
			t.Errorf("question %s is drawn differently in English", number)
		}
	}
	if got := attr(nodes(doc, tag("html"))[0], "lang"); got != "ja" {
		t.Errorf("the page is in %q", got)
	}
}

func TestHostileTextStaysText(t *testing.T) {
	evil := `"><script>alert(1)</script><meta name="cssa:firm" content="S-0001"><img src=x onerror=alert(1)>` + "\u2028</style>{{.Firm}}"
	in := input()
	in.Name = text(evil, evil)
	in.Edition.Office.Phone = evil
	in.Submission.Answers[checklist.Ref{Question: "remarks"}] = checklist.Answer{Text: evil}
	in.Edition.Sections[0].Questions[0].Title = text(evil, evil)
	got := page(t, in)
	doc := parse(t, got)
	if n := len(nodes(doc, func(n *html.Node) bool {
		return slices.Contains([]string{"script", "img", "iframe", "object", "link"}, n.Data)
	})); n > 0 {
		t.Errorf("%d elements of hostile text stand on the page", n)
	}
	for _, n := range nodes(doc, func(*html.Node) bool { return true }) {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "src") && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	id, err := report.IdentityOf(strings.NewReader(got))
	if err != nil || id.Firm != "S-0137" {
		t.Errorf("the page says it is %s's (%v)", id.Firm, err)
	}
	if !strings.Contains(content(panels(doc, "ja")["2-5"]), "<script>alert(1)</script>") {
		t.Error("the firm's own text is not there as typed")
	}
}

func TestThePageNeedsNothingElse(t *testing.T) {
	got := page(t, input())
	for _, p := range []string{`https?://`, `<script`, `@import`, `url\([^#]`, ` style=`} {
		if found := regexp.MustCompile(p).FindString(got); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
	ids := map[string]bool{}
	for _, n := range nodes(parse(t, got), func(n *html.Node) bool { return attr(n, "id") != "" }) {
		if ids[attr(n, "id")] {
			t.Errorf("the id %q stands twice", attr(n, "id"))
		}
		ids[attr(n, "id")] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(got, -1) {
		if !ids[m[1]] {
			t.Errorf("the link to %q leads nowhere", m[1])
		}
	}
}

func TestWhatDoesNotFitIsAnError(t *testing.T) {
	for name, spoil := range map[string]func(*report.Input){
		"a table is missing":         func(in *report.Input) { in.Tables = in.Tables[1:] },
		"a table of another run":     func(in *report.Input) { in.Tables[0].Run = "other" },
		"a table of another edition": func(in *report.Input) { in.Tables[0].Edition = "2022-sample" },
		"columns in another order":   func(in *report.Input) { in.Tables[0].Columns = []string{"internal", "public", "planned", "none"} },
		"a row is missing":           func(in *report.Input) { in.Tables[2].Rows = in.Tables[2].Rows[1:] },
		"rows in another order":      func(in *report.Input) { r := in.Tables[3].Rows; r[0], r[1] = r[1], r[0] },
		"a row that does not add up": func(in *report.Input) { in.Tables[0].Rows[0].Base++ },
		"a cell is missing":          func(in *report.Input) { in.Tables[0].Rows[0].Cells = in.Tables[0].Rows[0].Cells[1:] },
		"a joint without its cell":   func(in *report.Input) { in.Tables[3].Rows[1].Joints[0].Columns = []int{1, 2} },
		"no name in English":         func(in *report.Input) { in.Name.EN = "" },
		"another firm's answers":     func(in *report.Input) { in.Submission.Firm = "S-0001" },
		"answers of another edition": func(in *report.Input) { in.Submission.Edition = "2022-sample" },
		"answers that were returned": func(in *report.Input) { in.Submission.Status = checklist.Returned },
	} {
		in := input()
		spoil(&in)
		if _, err := report.Build(in); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestIdentityReadsBack(t *testing.T) {
	whole := page(t, input())
	want := report.Identity{Edition: "2023-sample", Firm: "S-0137", Run: run, Version: 2, Number: "CSSA-2023-S-0137-v2"}
	if got, err := report.IdentityOf(strings.NewReader(whole)); err != nil || got != want {
		t.Errorf("the page says it is %+v (%v), want %+v", got, err, want)
	}
	meta := `<meta name="cssa:firm" content="S-0137">`
	for name, spoilt := range map[string]string{
		"empty":             "",
		"not a report":      "<!doctype html><title>x</title>",
		"cut off":           whole[:strings.Index(whole, meta)],
		"said twice":        strings.Replace(whole, meta, meta+meta, 1),
		"another firm":      strings.Replace(whole, meta, `<meta name="cssa:firm" content="S-0001">`, 1),
		"no firm id":        strings.Replace(whole, meta, `<meta name="cssa:firm" content="137">`, 1),
		"another version":   strings.Replace(whole, `<meta name="cssa:version" content="2">`, `<meta name="cssa:version" content="3">`, 1),
		"no run":            strings.Replace(whole, run, "", 1),
		"far down the page": strings.Repeat(" ", 8192) + whole,
	} {
		if got, err := report.IdentityOf(strings.NewReader(spoilt)); err == nil {
			t.Errorf("%s: read as %+v", name, got)
		}
	}
	if fmt.Sprint(report.Number(edition(), "S-0137", 2)) != want.Number {
		t.Error("the document number is not the page's")
	}
}
