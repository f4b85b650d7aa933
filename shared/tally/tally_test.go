package tally_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// The population of the hand-counted round. T-0005 sent nothing; T-0006 is of a size the edition does not declare.
//
//	             T-0001     T-0002     T-0003   T-0004   T-0005  T-0006
//	group size   old large  old small  new large new small new large new tiny
//	policy       pub        set        none     ·                set
//	third        have       have       lack     lack             have
//	manage       central    ·          –        –                none
//	own          yes        yes        no       ·                no
//	other        yes        no         no       yes              no
//	nothing      no         no         yes      no               yes
//	get          watched    ruled      part     none             watched
//	keep         watched    watched    ruled    ·                part
//	ransom       have done  have not   none –   have ·           none –
//	ddos         none –     have done  · –      none –           none –
//	staff        12         3          0        ·                5
//	budget       40         –          –        –                ·
//	why          –          cost       ·        x                y
//
// · left blank, – not put to the firm.
func handCounted(t *testing.T) (members []tally.Member, firms map[checklist.FirmID]checklist.Answers) {
	t.Helper()
	members = []tally.Member{
		member("T-0006", "new", "tiny"), member("T-0001", "old", "large"), member("T-0002", "old", "small"),
		member("T-0003", "new", "large"), member("T-0004", "new", "small"), member("T-0005", "new", "large"),
	}
	firms = map[checklist.FirmID]checklist.Answers{
		"T-0001": answers("policy", "pub", "third", "have", "manage", "central",
			"reports.own", "yes", "reports.other", "yes", "reports.nothing", "no", "logs.get", "watched", "logs.keep", "watched",
			"plan.ransom.plan", "have", "plan.ransom.drill", "done", "plan.ddos.plan", "none", "staff", "12", "budget", "40"),
		"T-0002": answers("policy", "set", "third", "have",
			"reports.own", "yes", "reports.other", "no", "reports.nothing", "no", "logs.get", "ruled", "logs.keep", "watched",
			"plan.ransom.plan", "have", "plan.ransom.drill", "not", "plan.ddos.plan", "have", "plan.ddos.drill", "done", "staff", "3", "why", "cost"),
		"T-0003": answers("policy", "none", "third", "lack",
			"reports.own", "no", "reports.other", "no", "reports.nothing", "yes", "logs.get", "part", "logs.keep", "ruled",
			"plan.ransom.plan", "none", "staff", "0"),
		"T-0004": answers("third", "lack", "manage", "local", // manage is not put to it: what stands there is not an answer
			"reports.other", "yes", "reports.nothing", "no", "logs.get", "none",
			"plan.ransom.plan", "have", "plan.ddos.plan", "none", "why", "x"),
		"T-0006": answers("policy", "set", "third", "have", "manage", "none",
			"reports.own", "no", "reports.other", "no", "reports.nothing", "yes", "logs.get", "watched", "logs.keep", "part",
			"plan.ransom.plan", "none", "plan.ddos.plan", "none", "staff", "5", "why", "y"),
	}
	return members, firms
}

func counted(t *testing.T) *tally.Tally {
	t.Helper()
	members, firms := handCounted(t)
	all := tally.New(teaEdition(), members)
	for firm, a := range firms {
		if err := all.Add(firm, a); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// print writes tables of one group a row a line: counts of base, then unanswered and not applicable.
func printed(tables []table.Table, g table.Group) string {
	var b strings.Builder
	for _, tb := range tables {
		if tb.Group != g {
			continue
		}
		for _, r := range tb.Rows {
			fmt.Fprintf(&b, "%s", strings.Join(strings.Fields(tb.ID+" "+r.Item+" "+tb.Stage), "."))
			for i, c := range r.Cells {
				n, _ := c.Count()
				base, ok := c.Base()
				switch {
				case c.Empty():
					fmt.Fprintf(&b, " %s −", tb.Columns[i])
				case ok && base != r.Base:
					fmt.Fprintf(&b, " %s %d/%d", tb.Columns[i], n, base)
				default:
					fmt.Fprintf(&b, " %s %d", tb.Columns[i], n)
				}
			}
			fmt.Fprintf(&b, " of %d · %d – %d\n", r.Base, r.Unanswered, r.NotApplicable)
		}
	}
	return b.String()
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(strings.TrimSpace(got), "\n"), strings.Split(strings.TrimSpace(want), "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = strings.TrimSpace(w[i])
		}
		if a != b {
			t.Errorf("line %d\n got %s\nwant %s", i+1, a, b)
		}
	}
}

func TestHandCountedDistributions(t *testing.T) {
	tables := counted(t).Distributions()
	compare(t, printed(tables, table.All), `
		policy pub 1 set 2 none 1 of 4 · 1 – 0
		third have 3 lack 2 of 5 · 0 – 0
		manage central 1 local 0 none 1 of 2 · 1 – 2
		reports.own yes 2 no 2 of 4 · 1 – 0
		reports.other yes 2 no 3 of 5 · 0 – 0
		reports.nothing yes 2 no 3 of 5 · 0 – 0
		logs.get watched 2 ruled 1 part 1 none 1 of 5 · 0 – 0
		logs.keep watched 2 ruled 1 part 1 none 0 of 4 · 1 – 0
		plan.ransom.plan have 3 none 2 of 5 · 0 – 0
		plan.ddos.plan have 1 none 3 of 4 · 1 – 0
		plan.ransom.drill done 1 not 1 of 2 · 1 – 2
		plan.ddos.drill done 1 not 0 of 1 · 0 – 4
		staff nobody 1 few 1 many 2 of 4 · 1 – 0
		budget of 1 · 1 – 3
		why of 3 · 1 – 1`)
	compare(t, printed(tables, group(checklist.ByGroup, "new")), `
		policy pub 0 set 1 none 1 of 2 · 1 – 0
		third have 1 lack 2 of 3 · 0 – 0
		manage central 0 local 0 none 1 of 1 · 0 – 2
		reports.own yes 0 no 2 of 2 · 1 – 0
		reports.other yes 1 no 2 of 3 · 0 – 0
		reports.nothing yes 2 no 1 of 3 · 0 – 0
		logs.get watched 1 ruled 0 part 1 none 1 of 3 · 0 – 0
		logs.keep watched 0 ruled 1 part 1 none 0 of 2 · 1 – 0
		plan.ransom.plan have 1 none 2 of 3 · 0 – 0
		plan.ddos.plan have 0 none 2 of 2 · 1 – 0
		plan.ransom.drill done − not − of 0 · 1 – 2
		plan.ddos.drill done − not − of 0 · 0 – 3
		staff nobody 1 few 0 many 1 of 2 · 1 – 0
		budget of 0 · 1 – 2
		why of 2 · 1 – 0`)
}

// fig03 in printed order is get 3/5, keep 3/4, so keep goes first, also in the old group, where they tie.
func TestHandCountedFigures(t *testing.T) {
	tables := counted(t).Figures()
	compare(t, printed(tables, table.All), `
		fig01 with 3 without 1 of 4 · 1 – 0
		fig02.own yes 2 of 4 · 1 – 0
		fig02.other yes 2 of 5 · 0 – 0
		fig02.nothing yes 2 of 5 · 0 – 0
		fig03.keep rules 3 of 4 · 1 – 0
		fig03.get rules 3 of 5 · 0 – 0
		fig04.ransom plan 3 drill 1/2 of 5 · 0 – 0
		fig04.ddos plan 1 drill 1/1 of 4 · 1 – 0
		fig05.own yes 1 of 2 · 0 – 0
		fig05.other yes 1 of 2 · 0 – 0
		fig05.nothing yes 1 of 2 · 0 – 0
		fig06.own yes 2/5 of 4 · 1 – 0
		fig06.other yes 1 of 3 · 0 – 0
		fig07 central 1/5 of 2 · 1 – 2`)
	compare(t, printed(tables, group(checklist.ByGroup, "old")), `
		fig01 with 2 without 0 of 2 · 0 – 0
		fig02.own yes 2 of 2 · 0 – 0
		fig02.other yes 1 of 2 · 0 – 0
		fig02.nothing yes 0 of 2 · 0 – 0
		fig03.keep rules 2 of 2 · 0 – 0
		fig03.get rules 2 of 2 · 0 – 0
		fig04.ransom plan 2 drill 1 of 2 · 0 – 0
		fig04.ddos plan 1 drill 1/1 of 2 · 0 – 0
		fig05.own yes 1 of 1 · 0 – 0
		fig05.other yes 1 of 1 · 0 – 0
		fig05.nothing yes 0 of 1 · 0 – 0
		fig06.own yes 2 of 2 · 0 – 0
		fig06.other yes 1 of 2 · 0 – 0
		fig07 central 1/2 of 1 · 1 – 0`)
	compare(t, printed(tables, group(checklist.BySize, "small")), `
		fig01 with 1 without 0 of 1 · 1 – 0
		fig02.own yes 1 of 1 · 1 – 0
		fig02.other yes 1 of 2 · 0 – 0
		fig02.nothing yes 0 of 2 · 0 – 0
		fig03.keep rules 1 of 1 · 1 – 0
		fig03.get rules 1 of 2 · 0 – 0
		fig04.ransom plan 2 drill 0/1 of 2 · 0 – 0
		fig04.ddos plan 1 drill 1/1 of 2 · 0 – 0
		fig05.own yes − of 0 · 0 – 0
		fig05.other yes − of 0 · 0 – 0
		fig05.nothing yes − of 0 · 0 – 0
		fig06.own yes 1/2 of 1 · 1 – 0
		fig06.other yes 0 of 1 · 0 – 0
		fig07 central 0/2 of 0 · 1 – 1`)
	compare(t, printed(counted(t).Filtered(), table.All), `
		fig05.own yes 1 no 1 of 2 · 0 – 0
		fig05.other yes 1 no 1 of 2 · 0 – 0
		fig05.nothing yes 1 no 1 of 2 · 0 – 0
		fig06.own yes 2 no 2 of 4 · 1 – 0
		fig06.other yes 1 no 2 of 3 · 0 – 0
		fig06.nothing yes 2 no 3 of 5 · 0 – 0`)
}

func TestGroupsComeInOrderWithTheirPopulation(t *testing.T) {
	got := ""
	for _, tb := range counted(t).Distributions() {
		if tb.ID == "policy" {
			got += fmt.Sprintf("%s/%s %d of %d\n", tb.Group.Dimension, tb.Group.ID, tb.Replied, tb.Firms)
		}
	}
	compare(t, got, `
		all/all 5 of 6
		sector/tea 5 of 6
		group/old 2 of 2
		group/new 3 of 4
		size/small 2 of 2
		size/large 2 of 3
		size/tiny 1 of 1`)
}

func TestAFirmCountsOnceAndOnlyIfItIsInThePopulation(t *testing.T) {
	members, firms := handCounted(t)
	all := counted(t)
	before := all.Distributions()
	if err := all.Add("T-0001", firms["T-0001"]); !errors.Is(err, tally.ErrCountedTwice) {
		t.Errorf("a second T-0001: %v", err)
	}
	if err := all.Add("T-9999", firms["T-0001"]); !errors.Is(err, tally.ErrNotInPopulation) {
		t.Errorf("a stranger: %v", err)
	}
	for name, bad := range map[string]checklist.Answers{
		"a choice of another question": answers("policy", "central"),
		"a number below every class":   {{Question: "staff"}: {Number: -1}},
	} {
		if err := all.Add("T-0005", bad); err == nil {
			t.Errorf("%s was counted", name)
		}
	}
	for name, bad := range map[string]func([]byte) []byte{
		"too short":                   func(c []byte) []byte { return c[:len(c)-1] },
		"a code beyond the scale":     func(c []byte) []byte { c[0] = 5; return c },
		"a filter that is not 0 or 1": func(c []byte) []byte { c[len(c)-1] = 2; return c },
	} {
		codes, err := tally.Codes(teaEdition(), firms["T-0001"])
		if err != nil {
			t.Fatal(err)
		}
		if err := all.AddCodes("T-0005", bad(codes)); err == nil {
			t.Errorf("codes %s were counted", name)
		}
	}
	if !reflect.DeepEqual(before, all.Distributions()) {
		t.Error("what was refused left a trace")
	}
	defer func() {
		if recover() == nil {
			t.Error("a population with a firm twice was accepted")
		}
	}()
	tally.New(teaEdition(), append(members, members[0]))
}

func TestCodesOfAFirm(t *testing.T) {
	_, firms := handCounted(t)
	for firm, want := range map[checklist.FirmID][]byte{
		// policy third manage | own other nothing | get keep | ransom plan drill, ddos plan drill | staff budget why | fig05, other of fig06
		"T-0001": {2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 3, 1, 4, 2, 1, 1, 1},
		"T-0004": {0, 3, 1, 0, 2, 3, 5, 0, 2, 0, 3, 1, 0, 1, 2, 0, 0},
	} {
		got, err := tally.Codes(teaEdition(), firms[firm])
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v %v, want %v", firm, got, err, want)
		}
	}
}

func TestMergeRefusesWhatDoesNotBelong(t *testing.T) {
	members, firms := handCounted(t)
	revised := teaEdition()
	revised.Checksum = "other leaves"
	moved := append([]tally.Member{member("T-0006", "old", "tiny")}, members[1:]...)
	for name, other := range map[string]*tally.Tally{
		"a revised edition":    tally.New(revised, members),
		"a smaller population": tally.New(teaEdition(), members[1:]),
		"another grouping":     tally.New(teaEdition(), moved),
		"another firm":         tally.New(teaEdition(), append([]tally.Member{member("T-0007", "new", "tiny")}, members[1:]...)),
	} {
		if err := counted(t).Merge(other); !errors.Is(err, tally.ErrDifferent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	all, again := counted(t), tally.New(teaEdition(), members)
	if err := again.Add("T-0002", firms["T-0002"]); err != nil {
		t.Fatal(err)
	}
	before := all.Figures()
	if err := all.Merge(again); !errors.Is(err, tally.ErrCountedTwice) {
		t.Errorf("a firm in both: %v", err)
	}
	if err := all.Merge(all); !errors.Is(err, tally.ErrCountedTwice) {
		t.Errorf("itself: %v", err)
	}
	if !reflect.DeepEqual(before, all.Figures()) {
		t.Error("a refused merge left a trace")
	}
}

func TestClaimsAreHeldAgainstTheWholePopulation(t *testing.T) {
	ed := teaEdition()
	ed.Figures[0].Claims = []checklist.Claim{
		{Series: []checklist.SeriesID{"without"}, Words: "3割弱"},            // 1 of 4 is 25.0
		{Series: []checklist.SeriesID{"without"}, Words: "3割程度"},           // and not 3割程度
		{Series: []checklist.SeriesID{"with", "without"}, Words: "9割以上"},   // 4 of 4
		{Series: []checklist.SeriesID{"with"}, Rest: true, Words: "2割台半ば"}, // the rest of 3 of 4
	}
	ed.Figures[1].Claims = []checklist.Claim{
		{Item: "other", Than: "own", Series: []checklist.SeriesID{"yes"}, Words: "相対的に低い"},     // 40.0 < 50.0
		{Item: "own", Than: "other", Series: []checklist.SeriesID{"yes"}, Words: "相対的に低い"},     // and not the other way
		{Item: "nothing", Than: "other", Series: []checklist.SeriesID{"yes"}, Words: "相対的に低い"}, // 40.0 is not less than 40.0
	}
	ed.Figures[3].Claims = []checklist.Claim{
		{Item: "ransom", Series: []checklist.SeriesID{"drill"}, Words: "半数程度"}, // 1 of the 2 plan holders that answered
		{Item: "ransom", Series: []checklist.SeriesID{"plan"}, Rest: true, Words: "4割程度"},
	}
	verdicts, err := tally.Claims(ed, counted(t).Figures())
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, v := range verdicts {
		got += fmt.Sprintf("%s %s %s %v\n", v.Figure, v.Claim.Words, v.Share, v.Known && v.Holds)
	}
	compare(t, got, `
		fig01 3割弱 25.0 true
		fig01 3割程度 25.0 false
		fig01 9割以上 100.0 true
		fig01 2割台半ば 25.0 true
		fig02 相対的に低い 40.0 true
		fig02 相対的に低い 50.0 false
		fig02 相対的に低い 40.0 false
		fig04 半数程度 50.0 true
		fig04 4割程度 40.0 true`)
}

func TestAClaimThatCannotBeJudgedIsAnError(t *testing.T) {
	tables := counted(t).Figures()
	for name, tc := range map[string]struct {
		figure int
		claim  checklist.Claim
	}{
		"words that mean nothing":   {0, checklist.Claim{Series: []checklist.SeriesID{"with"}, Words: "ほぼ全て"}},
		"no series":                 {0, checklist.Claim{Words: "2割程度"}},
		"an unknown series":         {0, checklist.Claim{Series: []checklist.SeriesID{"wit"}, Words: "2割程度"}},
		"an unknown row":            {1, checklist.Claim{Item: "owl", Series: []checklist.SeriesID{"yes"}, Words: "2割程度"}},
		"nothing to compare with":   {1, checklist.Claim{Item: "own", Series: []checklist.SeriesID{"yes"}, Words: "相対的に低い"}},
		"series of different bases": {3, checklist.Claim{Item: "ransom", Series: []checklist.SeriesID{"plan", "drill"}, Words: "2割程度"}},
	} {
		ed := teaEdition()
		ed.Figures[tc.figure].Claims = []checklist.Claim{tc.claim}
		if v, err := tally.Claims(ed, tables); err == nil {
			t.Errorf("%s was judged: %+v", name, v)
		}
	}
	ed := teaEdition()
	ed.Figures[0].Claims = []checklist.Claim{{Series: []checklist.SeriesID{"with"}, Words: "2割程度"}}
	tables[0].Rows[0].Cells[0] = table.Withhold(-1)
	if v, err := tally.Claims(ed, tables); err != nil || v[0].Known || v[0].Holds {
		t.Errorf("a claim about a withheld share: %+v %v", v, err)
	}
}
