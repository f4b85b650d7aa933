package trend_test

import (
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/table"
	"cssa/shared/trend"
)

// The round that is counted by hand. D and M left: M was taken over by A, which has answers of its own. E goes on as F. G
// came. B grew from small to large. · left blank, – not put to the firm.
//
//	         A        B       C        D       E → F      M        G
//	size     large    small   small    small   large      large
//	         large    large   small            large               large
//	policy   pub      set     none     none    set        pub
//	         pub      pub     planned          none                set
//	vendor   have     have    lack     have    lack       have
//	         have     lack    have             lack                have
//	manage   central  local   –        ·       –          central
//	         local    central central          ·                   central
//	staff    3        7       12       0       5          4
//	         8        12      12               2                   20
var (
	then = []reply{
		{"A", "large", "pub", "have", "central", 3}, {"B", "small", "set", "have", "local", 7}, {"C", "small", "none", "lack", "", 12},
		{"D", "small", "none", "have", "", 0}, {"E", "large", "set", "lack", "", 5}, {"M", "large", "pub", "have", "central", 4},
	}
	now = []reply{
		{"G", "large", "set", "have", "central", 20}, {"A", "large", "pub", "have", "local", 8}, {"B", "large", "pub", "lack", "central", 12},
		{"C", "small", "planned", "have", "central", 12}, {"F", "large", "none", "lack", "", 2},
	}
	heirs = map[checklist.FirmID]checklist.FirmID{"M": "A", "E": "F"}
)

func compared(t *testing.T) *trend.Comparison {
	t.Helper()
	p, err := trend.New(before(), after())
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.Compare(firms(then, reply.answers, p.Then), firms(now, reply.answersNow, p.Now), heirs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// told writes a trend: shares of all, of the panel, and the parts: within, came, left, redefinition.
func told(tr trend.Trend) string {
	f := func(x trend.Fraction) string { return fmt.Sprintf("%d/%d", x.Count, x.Base) }
	s := fmt.Sprintf("%s %s→%s panel %s→%s", tr.Series, f(tr.Then), f(tr.Now), f(tr.PanelThen), f(tr.PanelNow))
	if p, ok := tr.Parts(); ok {
		s += fmt.Sprintf(" = %s: %s %s %s %s", p.Change.RatString(), p.Within.RatString(), p.Came.RatString(), p.Left.RatString(), p.Redefinition.RatString())
	}
	return s
}

func TestATrendCountedByHand(t *testing.T) {
	want := map[string]string{
		// A, M of 6; A, B of 5. Of A, B, C, E–F: A, then A and B.
		"policy pub": "pub 2/6→2/5 panel 1/4→2/4 = 1/15: 1/4 -1/10 -1/12 0",
		// C and D; C, which plans to, and F.
		"policy planned+none": "planned+none 2/6→2/5 panel 1/4→2/4 = 1/15: 1/4 -1/10 -1/12 0",
		// A and M of A, B, M; of A, B, C, G all but A. Those with vendors, to whom it would have been put last time, are A, C,
		// G. B has none any more, so the panel is A.
		"manage central": "central 2/3→3/4 panel 1/1→0/1 = 1/12: -1 2/3 1/3 1/12",
		// One to four are A and M, one to nine are A, B, E, M; now A and F.
		"staff few": "few 2/6→2/5 panel 3/4→2/4 = 1/15: -1/4 -1/10 1/12 1/3",
		// Published A, M; set out A, B, E, M; now A, B, G.
		"fig01 out": "out 2/6→3/5 panel 3/4→2/4 = 4/15: -1/4 1/10 1/12 1/3",
		// Of B, C, E, with five staff, none published; of A, B, D, M, with vendors, all but D had set it out. Now A, G of A, C, G.
		"fig02 out": "out 0/3→2/3 panel 1/1→1/1 = 2/3: 0 -1/3 1/4 3/4",
		// A, M of A, B, M, and of all six; B, C, G of all five, of which to B, as to F, it would not have been put.
		"fig03 one": "one 2/3→3/5 panel 1/4→1/4 = -1/15: 0 3/20 -1/12 -2/15",
	}
	for _, tr := range compared(t).Trends() {
		name := strings.Join(strings.Fields(string(tr.Figure)+" "+tr.Series), " ")
		if tr.Figure == "" {
			name = tr.Ref.String() + " " + tr.Series
		}
		if w, ok := want[name]; ok && tr.Group == table.All {
			if got := told(tr); got != w {
				t.Errorf("%s\n got %s\nwant %s", name, got, w)
			}
			delete(want, name)
		}
	}
	if len(want) > 0 {
		t.Errorf("no trend of %v", want)
	}
}

func TestWhoCameAndWhoLeft(t *testing.T) {
	c := compared(t)
	got := map[table.Group]trend.Flow{}
	for _, tr := range c.Trends() {
		got[tr.Group] = tr.Flow
	}
	want := map[table.Group]trend.Flow{
		table.All:                        {Then: 6, Now: 5, Both: 4, Succeeded: 1, Came: 1, Left: 2, Merged: 1},
		{Dimension: "size", ID: "small"}: {Then: 3, Now: 1, Both: 1, Left: 2},
		{Dimension: "size", ID: "large"}: {Then: 3, Now: 4, Both: 2, Succeeded: 1, Came: 2, Left: 1, Merged: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	links := []trend.Link{{"A", "A", trend.Own}, {"B", "B", trend.Own}, {"C", "C", trend.Own}, {"E", "F", trend.Succession},
		{"", "G", trend.Entrant}, {"D", "", trend.Leaver}, {"M", "", trend.Merger}}
	if !reflect.DeepEqual(c.Links, links) {
		t.Errorf("links %v, want %v", c.Links, links)
	}
}

func TestOfTwoFirmsThatBecameAThirdNeitherIsItsPast(t *testing.T) {
	got := trend.Match([]checklist.FirmID{"X", "Y"}, []checklist.FirmID{"Z"}, map[checklist.FirmID]checklist.FirmID{"X": "Z", "Y": "Z"})
	if want := []trend.Link{{"", "Z", trend.Entrant}, {"X", "", trend.Merger}, {"Y", "", trend.Merger}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTransitionsCountedByHand(t *testing.T) {
	got := map[string]string{}
	for _, x := range compared(t).Transitions() {
		if x.Group != table.All {
			continue
		}
		name := func(s checklist.State, c checklist.ChoiceID) string {
			if s == checklist.Answered {
				return string(c)
			}
			return map[checklist.State]string{checklist.Unanswered: "·", checklist.NotApplicable: "–"}[s]
		}
		got[x.Ref.String()] += fmt.Sprintf(" %s→%s %d", name(x.ThenState, x.Then), name(x.NowState, x.Now), x.Firms)
	}
	want := map[string]string{
		"policy": " pub→pub 1 set→pub 1 set→none 1 none→planned 1",
		"supply": " have→with 1 have→lack 1 lack→with 1 lack→lack 1",
		// B, C, F by the common definition: has no vendors any more; had none; has none still.
		"manage": " –→– 1 –→central 1 central→local 1 local→– 1",
		"staff":  " few→few 2 few→many 1 many→many 1",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestWhereAQuestionBrokeThereIsNoLineAndAReason(t *testing.T) {
	got := map[string]*trend.Break{}
	for _, tr := range compared(t).Trends() {
		if tr.Broke != nil && tr.Group == table.All {
			got[strings.TrimSpace(string(tr.Figure)+" "+tr.Ref.String()+" "+tr.Series)] = tr.Broke
		}
		if _, ok := tr.Change(); ok && tr.Broke != nil || tr.Broke != nil && tr.Then != (trend.Fraction{}) {
			t.Errorf("%s %s has a line", tr.Ref, tr.Series)
		}
	}
	want := map[string]trend.Break{
		"policy planned":       {checklist.Split, checklist.Text{JA: "前回の「選none」を分割したため、単独では比較できません。two.", EN: "Last time's “C none” was split, so this cannot be compared by itself. two."}},
		"policy none":          {checklist.Split, checklist.Text{JA: "前回の「選none」を分割したため、単独では比較できません。two.", EN: "Last time's “C none” was split, so this cannot be compared by itself. two."}},
		"tests":                {checklist.Narrowed, checklist.Text{JA: "前回より対象を絞ったため、比較できません。Only real ones.", EN: "It covers less than last time, so it cannot be compared. Only real ones."}},
		"stoves":               {checklist.Merged, checklist.Text{JA: "前回の「窯」「炉」を統合したため、単独では比較できません。", EN: "Last time's “Ovens” and “Kilns” were merged, so this cannot be compared by itself."}},
		"taste":                {checklist.New, checklist.Text{JA: "今回新設したため、前回の値はありません。", EN: "It is new, so there is nothing to compare it with."}},
		"fig01 policy lacking": {checklist.Split, checklist.Text{JA: "前回の「選none」を分割したため、単独では比較できません。two.", EN: "Last time's “C none” was split, so this cannot be compared by itself. two."}},
	}
	for name, w := range want {
		if g := got[name]; g == nil || *g != w {
			t.Errorf("%s: %+v, want %+v", name, g, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d broke, want %d: %v", len(got), len(want), got)
	}
}

func TestWhatEndsALine(t *testing.T) {
	for name, c := range map[string]struct {
		change func(old, now *checklist.Edition)
		place  checklist.QuestionID
	}{
		"reworded without the same meaning": {func(_, now *checklist.Edition) { now.Mapping.Lines[4].Carry = false }, "manage"},
		"widened":                           {func(_, now *checklist.Edition) { now.Mapping.Lines[4].Change = checklist.Widened }, "manage"},
		"another kind of question":          {func(old, _ *checklist.Edition) { old.Sections[0].Questions[3].Kind = checklist.Single }, "staff"},
		"another unit":                      {func(_, now *checklist.Edition) { now.Sections[0].Questions[3].Unit.EN = "heads" }, "staff"},
		"numbers below the lowest class":    {func(_, now *checklist.Edition) { now.Sections[0].Questions[3].Choices[0].From = 1 }, "staff"},
		"put to whom nobody can tell": {func(_, now *checklist.Edition) {
			now.Sections[0].Questions[2].When = is("policy", "planned")
		}, "manage"},
		"put by a question that is new": {func(_, now *checklist.Edition) {
			now.Sections[0].Questions[2].When = &checklist.Condition{Not: is("taste", "good")}
		}, "manage"},
	} {
		old, ed := before(), after()
		c.change(old, ed)
		p, err := trend.New(old, ed)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rows() {
			if r.Figure == "" && r.Ref.Question == c.place && (r.Broke == nil || r.Broke.Why.JA == "" || r.Broke.Why.EN == "") {
				t.Errorf("%s: %s is compared", name, c.place)
			}
		}
	}
	if _, err := trend.New(after(), before()); err == nil {
		t.Error("an edition without a mapping is compared")
	}
}

func TestPrintedPartsAddUpToThePrintedChange(t *testing.T) {
	for _, tr := range compared(t).Trends() {
		if tr.Group != table.All || tr.Ref.Question != "policy" || tr.Series != "pub" {
			continue
		}
		// 33.3 → 40.0; 25.0 within; −11/60 is −18.33.
		if got, ok := tr.Print(); !ok || fmt.Sprint(got) != "{+6.7 +25.0 −18.3 0.0}" {
			t.Errorf("%v", got)
		}
	}
	// Thirds: of +0.333…, +0.333…, +0.333… and 1 from 0.0 to 0.1 tenths nothing is lost.
	third := big.NewRat(1, 3000)
	p := trend.Parts{Change: big.NewRat(1, 1000), Within: third, Came: third, Left: new(big.Rat), Redefinition: third}
	if got := p.Print(0, 1); got != (trend.Printed{Change: 1, Within: 1}) {
		t.Errorf("%v", got)
	}
	// A part that is none is printed as none, though the printed shares are a tenth further apart than the exact ones.
	p = trend.Parts{Change: big.NewRat(19, 10000), Within: big.NewRat(19, 10000), Came: new(big.Rat), Left: new(big.Rat), Redefinition: new(big.Rat)}
	if got := p.Print(0, 2); got != (trend.Printed{Change: 2, Within: 2}) {
		t.Errorf("%v", got)
	}
}
