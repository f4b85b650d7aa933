package audit_test

import (
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/disclosure/audit"
	"cssa/shared/table"
)

// Each story is a release as it would be printed, with what a reader can work out of it by hand.
func TestWhatFollowsFromWhatIsShown(t *testing.T) {
	gate := checklist.Question{ID: "exists", Kind: checklist.Single, Choices: choices("some", "none")}
	gated := checklist.Question{ID: "managed", Kind: checklist.Single, Choices: choices("well", "badly"), When: is("exists", "some")}
	both := checklist.Question{ID: "deep", Kind: checklist.Single, Choices: choices("well", "badly"),
		When: &checklist.Condition{All: []checklist.Condition{*is("exists", "some"), *is("grade", "a", "b")}}}
	plan := checklist.Question{ID: "plan", Kind: checklist.Nested, Items: []checklist.Item{{ID: "fire"}}, Stages: []checklist.Stage{
		{ID: "made", Choices: choices("have", "will")}, {ID: "drill", After: []checklist.ChoiceID{"have"}, Choices: choices("done", "not")}}}
	all := table.All
	for story, tc := range map[string]struct {
		questions []checklist.Question
		tables    []table.Table
		want      []string
	}{
		"nothing is small": {[]checklist.Question{grade}, []table.Table{of(grade, "", all, 60, row("", 60, 0, 20, 30, 10))}, nil},
		"a small count is shown": {[]checklist.Question{grade}, []table.Table{of(grade, "", all, 60, row("", 60, 0, 20, 37, 3))},
			[]string{"all=all grade c: known for anybody, between 3 and 3, 5 values needed"}},
		"one withheld cell alone falls to subtraction": {[]checklist.Question{grade}, []table.Table{of(grade, "", all, 60, row("", 60, 0, 20, 37, x))},
			[]string{"all=all grade c: known for anybody, between 3 and 3, 5 values needed"}},
		"two small cells of three firms": {[]checklist.Question{grade}, []table.Table{of(grade, "", all, 60, row("", 60, 0, 57, x-1, x-1))}, []string{
			"all=all grade a: complement for anybody, between 57 and 57, 5 values needed",
			"all=all grade b: narrow for anybody, between 0 and 3, 5 values needed",
			"all=all grade c: narrow for anybody, between 0 and 3, 5 values needed"}},
		"a joint that holds the threshold": {[]checklist.Question{grade}, []table.Table{of(grade, "", all, 60, row("", 60, 0, 53, x-1, x-1))}, nil},
		"the sector less one group is the other": {[]checklist.Question{grade}, []table.Table{
			of(grade, "", all, 60, row("", 60, 0, 24, 26, 10)),
			of(grade, "", green, 30, row("", 30, 0, 12, 10, 8)),
			of(grade, "", black, 30, row("", 30, 0, x, x, x))}, []string{
			"group=black grade c: known for anybody, between 2 and 2, 5 values needed"}},
		"and where it is not shown at all": {[]checklist.Question{grade}, []table.Table{
			of(grade, "", all, 60, row("", 60, 0, 24, 26, 10)),
			of(grade, "", green, 30, row("", 30, 0, 12, 10, 8))}, []string{
			"group=-rest grade c: known for anybody, between 2 and 2, 5 values needed"}},
		"two cells in each of two groups": {[]checklist.Question{grade}, []table.Table{
			of(grade, "", all, 60, row("", 60, 0, 24, 26, 10)),
			of(grade, "", green, 30, row("", 30, 0, 12, x-1, x-1)),
			of(grade, "", black, 30, row("", 30, 0, 12, x-1, x-1))}, nil},
		"but in one group the sum is small": {[]checklist.Question{grade}, []table.Table{
			of(grade, "", all, 60, row("", 60, 0, 24, 26, 10)),
			of(grade, "", green, 15, row("", 15, 0, 12, x-1, x-1)),
			of(grade, "", black, 45, row("", 45, 0, 12, x-1, x-1))}, []string{
			"group=green grade a: complement for anybody, between 12 and 12, 5 values needed",
			"group=green grade b: narrow for anybody, between 0 and 3, 5 values needed",
			"group=green grade c: narrow for anybody, between 0 and 3, 5 values needed"}},
		"a second dimension narrows the first": {[]checklist.Question{grade}, []table.Table{ // c is 6 in all, 4 at most among the small
			of(grade, "", all, 60, row("", 60, 0, 24, x-1, x-1)),
			of(grade, "", small, 30, row("", 30, 0, 12, 15, 3)),
			of(grade, "", large, 30, row("", 30, 0, 12, x-1, x-1))}, []string{
			"size=small grade c: known for anybody, between 3 and 3, 5 values needed"}},
		"the base of a gated question is the gate's count": {[]checklist.Question{gate, gated}, []table.Table{
			of(gate, "", all, 60, row("", 60, 0, x-1, x-1)),
			of(gated, "", all, 60, row("", 57, 3, 30, 27))}, []string{
			"all=all exists some: complement for anybody, between 57 and 57, 5 values needed",
			"all=all exists none: known for anybody, between 3 and 3, 5 values needed",
			"all=all managed -not-applicable: known for anybody, between 3 and 3, 5 values needed"}},
		"closed it tells nothing": {[]checklist.Question{gate, gated}, []table.Table{
			of(gate, "", all, 60, row("", 60, 0, x-1, x-1)),
			of(gated, "", all, 60, table.CloseRow("", 2))}, nil},
		"half of a closed question tells too much": {[]checklist.Question{gate, gated}, []table.Table{
			of(gate, "", all, 60, row("", 60, 0, x-1, x-1)),
			of(gated, "", green, 57, row("", 57, 0, 30, 27))}, []string{ // the other three were asked or were not
			"all=all exists some: narrow for anybody, between 57 and 60, 5 values needed",
			"all=all exists none: narrow for anybody, between 0 and 3, 5 values needed",
			"all=all managed -not-applicable: narrow for anybody, between 0 and 3, 5 values needed",
			"group=green exists some: complement for anybody, between 57 and 57, 5 values needed",
			"group=green exists none: known for anybody, between 0 and 0, 5 values needed",
			"group=green managed -not-applicable: known for anybody, between 0 and 0, 5 values needed"}},
		"a gate of two parts is at most each": {[]checklist.Question{gate, grade, both}, []table.Table{ // 8 of deep are some: some are 8 at least
			of(gate, "", all, 12, row("", 12, 0, x-1, x-1)),
			of(grade, "", all, 12, row("", 12, 0, x-1, x-1, x-1)),
			of(both, "", all, 12, row("", 10, 2, 5, 5))}, []string{
			"all=all exists some: narrow for anybody, between 10 and 12, 5 values needed",
			"all=all exists none: narrow for anybody, between 0 and 2, 5 values needed",
			"all=all grade c: narrow for anybody, between 0 and 2, 5 values needed",
			"all=all deep -not-applicable: known for anybody, between 2 and 2, 5 values needed"}},
		"the base of a later stage": {[]checklist.Question{plan}, []table.Table{
			of(plan, "made", all, 60, row("fire", 60, 0, x-1, x-1)),
			of(plan, "drill", all, 60, row("fire", 58, 2, 30, 28))}, []string{
			"all=all plan.fire.made have: complement for anybody, between 58 and 58, 5 values needed",
			"all=all plan.fire.made will: known for anybody, between 2 and 2, 5 values needed",
			"all=all plan.fire.drill -not-applicable: known for anybody, between 2 and 2, 5 values needed"}},
		"a base smaller than the threshold hides itself": {[]checklist.Question{grade}, []table.Table{of(grade, "", all, 3, row("", 3, 0, x, x, x))}, nil},
		"nobody was asked": {[]checklist.Question{gate, gated}, []table.Table{
			of(gate, "", all, 60, row("", 60, 0, 0, 60)),
			of(gated, "", all, 60, table.Row{NotApplicable: 60, Cells: make([]table.Cell, 2)})}, []string{
			"all=all exists some: known for anybody, between 0 and 0, 5 values needed",
			"all=all exists none: complement for anybody, between 60 and 60, 5 values needed"}},
	} {
		t.Run(story, func(t *testing.T) {
			found, err := audit.Audit(audit.Published{Edition: asked(tc.questions...), Releases: []audit.Release{{Tables: tc.tables}}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, f.String())
			}
			if g, w := strings.Join(got, "\n"), strings.Join(tc.want, "\n"); g != w {
				t.Errorf("found\n%s\nwant\n%s", g, w)
			}
		})
	}
}

func intervals(t *testing.T, p audit.Published) map[string]audit.Interval {
	t.Helper()
	found, err := audit.Intervals(p, audit.Reader{})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]audit.Interval{}
	for c, i := range found {
		out[c.String()] = i
	}
	return out
}

// By hand: whoever says "none of these" says no to logs and to tests, so at most 48 do; 10 and 12 say yes to one, so all
// but 22 at most say neither, and those say "none of these".
func TestNoneOfTheseLiesBetweenWhatTheOthersLeave(t *testing.T) {
	list := checklist.Question{ID: "list", Kind: checklist.Multiple, Choices: choices("yes", "no"),
		Items: []checklist.Item{{ID: "logs"}, {ID: "tests"}, {ID: "none", Exclusive: true}}}
	got := intervals(t, audit.Published{Edition: asked(list), Releases: []audit.Release{{Tables: []table.Table{
		of(list, "", table.All, 60, row("logs", 60, 0, 10, 50), row("tests", 60, 0, 12, 48), row("none", 60, 0, x-1, x-1))}}}})
	if want := (audit.Interval{Least: 38, Most: 48}); got["all=all list.none yes"] != want || len(got) != 2 {
		t.Errorf("%v, want yes to none of these %v", got, want)
	}
}

// A figure's series is a sum of answers; one within a base filter is no more than the answers of all.
func TestFiguresTellWhatDistributionsWithhold(t *testing.T) {
	ed := asked(grade, checklist.Question{ID: "exists", Kind: checklist.Single, Choices: choices("some", "none")})
	series := []checklist.Series{{ID: "ab", Choices: []checklist.ChoiceID{"a", "b"}}}
	ed.Figures = []checklist.Figure{{ID: "plain", Question: "grade", Series: series}, {ID: "filtered", Question: "grade", Series: series, Base: is("exists", "some")}}
	figure := func(id string, base, n int) table.Table {
		return table.Table{Edition: "2031-tea", ID: id, Group: table.All, Firms: 60, Replied: 60, Columns: []string{"ab"},
			Rows: []table.Row{{Base: base, Cells: []table.Cell{table.Count(n, base)}}}}
	}
	hidden := of(grade, "", table.All, 60, row("", 60, 0, x-1, x-1, x-1))
	exists := of(*ed.Questions()[1], "", table.All, 60, row("", 60, 0, 20, 40))
	got := intervals(t, audit.Published{Edition: ed, Releases: []audit.Release{{Tables: []table.Table{hidden, exists, figure("filtered", 20, 17)}}}})
	if c := got["all=all grade c"]; c != (audit.Interval{Least: 3, Most: 43}) {
		t.Errorf("three of the twenty answered c, and of the others anything: %v", c)
	}
	found, err := audit.Audit(audit.Published{Edition: ed, Releases: []audit.Release{{Tables: []table.Table{hidden, exists, figure("plain", 60, 57)}}}})
	if err != nil || len(found) != 4 || found[0].Interval != (audit.Interval{Least: 3, Most: 3}) { // c is 3, and 3 at most of those inside the filter
		t.Errorf("%v, %v", found, err)
	}
}

// What a reader's own firms answered is taken off, and counts as one.
func TestAReaderKnowsItsOwnAnswers(t *testing.T) {
	ed := asked(grade)
	answer := func(id checklist.ChoiceID) audit.Member {
		return audit.Member{Answers: []checklist.Answers{{checklist.Ref{Question: "grade"}: {Choice: id}}}}
	}
	firms := func(name string, ids ...checklist.ChoiceID) audit.Reader {
		r := audit.Reader{Name: name}
		for _, id := range ids {
			r.Own = append(r.Own, answer(id))
		}
		return r
	}
	for story, tc := range map[string]struct {
		row    table.Row
		reader audit.Reader
		want   string
	}{
		"one firm takes one off, and needs one less": {row("", 60, 0, 55, x-1, x-1), firms("one", "b"), ""},
		"three of five are one group's": {row("", 60, 0, 55, x-1, x-1), firms("trio", "b", "b", "b"),
			"all=all grade a: complement for trio, between 55 and 55, 4 values needed" + // all but two others and itself
				"all=all grade b: narrow for trio, between 3 and 5, 4 values needed" +
				"all=all grade c: narrow for trio, between 0 and 2, 4 values needed"},
		"the group is told how few the others are": {row("", 60, 0, 30, 24, 6), firms("trio", "c", "c", "c"),
			"all=all grade c: known for trio, between 6 and 6, 4 values needed"},
		"one firm is one of the threshold": {row("", 60, 0, 30, 25, 5), firms("one", "c"), ""},
	} {
		found, err := audit.Audit(audit.Published{Edition: ed, Releases: []audit.Release{{Tables: []table.Table{of(grade, "", table.All, 60, tc.row)}}}}, tc.reader)
		got := ""
		for _, f := range found {
			got += f.String()
		}
		if err != nil || got != tc.want {
			t.Errorf("%s: %q, %v, want %q", story, got, err, tc.want)
		}
	}
	impossible := firms("liar", "c", "c", "c", "c", "c", "c")
	if _, err := audit.Audit(audit.Published{Edition: ed, Releases: []audit.Release{{Tables: []table.Table{of(grade, "", table.All, 60, row("", 60, 0, 30, 25, 5))}}}}, impossible); err == nil {
		t.Error("six firms answered what five did, and nobody noticed")
	}
}

// Two releases of the same answers with other cells withheld tell together what neither does; with answers changed in
// between they tell it up to that.
func TestAnEarlierReleaseIsHeldAgainstTheNew(t *testing.T) {
	newest := audit.Release{Tables: []table.Table{of(grade, "", table.All, 60, row("", 60, 0, 20, x-1, x-1))}}
	before := audit.Release{Tables: []table.Table{of(grade, "", table.All, 60, row("", 60, 0, x-1, 37, x-1))}}
	for changed, want := range map[int]audit.Interval{1: {Least: 2, Most: 4}, 6: {Least: 0, Most: 9}} {
		before.Changed = changed
		got := intervals(t, audit.Published{Edition: asked(grade), Releases: []audit.Release{newest, before}})
		if got["all=all grade c"] != want {
			t.Errorf("%d changed: %v, want %v", changed, got["all=all grade c"], want)
		}
	}
	before.Changed = 0
	found, err := audit.Audit(audit.Published{Edition: asked(grade), Releases: []audit.Release{newest, before}})
	if err != nil || len(found) != 2 || found[0].Interval != (audit.Interval{Least: 3, Most: 3}) {
		t.Errorf("%v, %v", found, err)
	}
}

// The margins of two dimensions leave the strata open; who knows how many firms each stratum has can tell more.
func TestStrata(t *testing.T) {
	tables := []table.Table{
		of(grade, "", table.All, 40, row("", 40, 0, 20, 20, 0)),
		of(grade, "", green, 20, row("", 20, 0, 20, 0, 0)), of(grade, "", black, 20, row("", 20, 0, 0, 20, 0)),
		of(grade, "", small, 20, row("", 20, 0, x, x, x)), of(grade, "", large, 20, row("", 20, 0, x, x, x)),
	}
	p := audit.Published{Edition: asked(grade), Releases: []audit.Release{{Tables: tables}}}
	if got := intervals(t, p)["size=small grade a"]; got != (audit.Interval{Least: 0, Most: 20}) {
		t.Errorf("without strata %v", got)
	}
	p.Strata = []audit.Stratum{{[]table.Group{green, small}, 8}, {[]table.Group{green, large}, 12}, {[]table.Group{black, small}, 12}, {[]table.Group{black, large}, 8}}
	found, err := audit.Audit(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Cell.Group == small && f.Cell.Column == "b" {
			t.Errorf("twelve small firms answered b, which is more than the threshold: %v", f)
		}
	}
	if _, ok := intervals(t, p)["size=small grade a"]; ok {
		t.Error("the eight green small firms answered a, and it is not told")
	}
}

func TestWhatCannotBeAuditedIsAnError(t *testing.T) {
	ed := asked(grade)
	good := of(grade, "", table.All, 60, row("", 60, 0, 20, 30, 10))
	for want, tables := range map[string][]table.Table{
		"no table of the whole sector":    {of(grade, "", green, 60, row("", 60, 0, 20, 30, 10))},
		"contradict":                      {good, of(grade, "", green, 30, row("", 30, 0, 21, 9, 0))},
		"is shown as 21":                  {good, of(grade, "", table.All, 60, row("", 60, 0, 21, 29, 10))},
		"more firms than the whole":       {good, of(grade, "", green, 61, row("", 61, 0, 21, 30, 10))},
		"neither a question nor a figure": {good, {Edition: "2031-tea", ID: "other", Group: table.All, Firms: 60, Replied: 60}},
		"another says":                    {good, of(grade, "", table.All, 61, row("", 61, 0, 20, 31, 10))},
		"is of edition":                   {{ID: "grade", Group: table.All}},
	} {
		_, err := audit.Audit(audit.Published{Edition: ed, Releases: []audit.Release{{Tables: tables}}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
