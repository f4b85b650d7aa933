package disclosure_test

import (
	"fmt"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// A crowd is firms that are all in the same groups and answer alike, one word for each place, as in "plan:have".
type crowd struct {
	firms   int
	groups  string // "group:A size:X"
	answers string
}

// linkEdition asks whether there is a plan, how good it is where there is one, whether it was drilled, and which measures were
// taken, of which one is "none".
func linkEdition() *checklist.Edition {
	yesNo := []checklist.Choice{{ID: checklist.Yes}, {ID: checklist.No}}
	choices := func(ids ...checklist.ChoiceID) (out []checklist.Choice) {
		for _, id := range ids {
			out = append(out, checklist.Choice{ID: id})
		}
		return out
	}
	return &checklist.Edition{ID: "2031-links", Threshold: 5, GroupMinimum: 20, Sections: []checklist.Section{{Questions: []checklist.Question{
		{ID: "plan", Kind: checklist.Single, Required: true, Choices: choices("have", "will", "wont")},
		{ID: "grade", Kind: checklist.Single, Required: true, Choices: choices("good", "bad"),
			When: &checklist.Condition{Is: &checklist.Is{Ref: checklist.Ref{Question: "plan"}, Choices: []checklist.ChoiceID{"have"}}}},
		{ID: "drill", Kind: checklist.Nested, Required: true, Items: []checklist.Item{{ID: "fire"}}, Stages: []checklist.Stage{
			{ID: "made", Choices: choices("yes", "no")}, {ID: "how", After: []checklist.ChoiceID{"yes"}, Choices: choices("often", "once")}}},
		{ID: "taken", Kind: checklist.Multiple, Required: true, Choices: yesNo, Items: []checklist.Item{{ID: "lock"}, {ID: "guard"}, {ID: "none", Exclusive: true}}},
		{ID: "age", Kind: checklist.Single, Choices: choices("old", "new")},
	}}}}
}

func familyOf(t *testing.T, crowds ...crowd) disclosure.Family {
	t.Helper()
	ed := linkEdition()
	f := disclosure.Family{Edition: ed}
	var members []tally.Member
	var answers []checklist.Answers
	for _, c := range crowds {
		a := checklist.Answers{}
		for _, word := range strings.Fields(c.answers) {
			place, choice, _ := strings.Cut(word, ":")
			ref, err := checklist.ParseRef(place)
			if err != nil {
				t.Fatal(err)
			}
			a[ref] = checklist.Answer{Choice: checklist.ChoiceID(choice)}
		}
		var gs []table.Group
		for _, word := range strings.Fields(c.groups) {
			d, id, _ := strings.Cut(word, ":")
			gs = append(gs, group(d, id))
		}
		for range c.firms {
			members = append(members, tally.Member{Firm: checklist.FirmID(fmt.Sprintf("T-%04d", len(members))), Groups: gs})
			answers = append(answers, a)
			f.Members = append(f.Members, gs)
		}
	}
	count := tally.New(ed, members)
	for i, m := range members {
		if err := count.Add(m.Firm, answers[i]); err != nil {
			t.Fatal(err)
		}
	}
	f.Tables = count.Distributions()
	return f
}

// told returns what is shown of a place by group, those not shown left out.
func told(t *testing.T, f disclosure.Family, place string) map[string]string {
	t.Helper()
	tables, err := f.Protect()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, tb := range tables {
		for _, r := range tb.Rows {
			ref := checklist.Ref{Question: checklist.QuestionID(tb.ID), Item: checklist.ItemID(r.Item), Stage: checklist.StageID(tb.Stage)}
			if ref.String() != place {
				continue
			}
			out[tb.Group.ID] = shown(r)
			if r.Closed() {
				out[tb.Group.ID] = "closed"
			}
		}
	}
	return out
}

func sees(t *testing.T, f disclosure.Family, place, want string) {
	t.Helper()
	if got := fmt.Sprint(told(t, f, place)); got != "map["+want+"]" {
		t.Errorf("%s: %s, want %s", place, got, want)
	}
}

// Everybody's answers to what a test does not ask about: no count of them is small in groups of twenty.
func plain(firms int, groups, answers string) []crowd {
	half := firms / 2
	return []crowd{
		{half, groups, "drill.fire.made:yes drill.fire.how:often taken.lock:yes taken.guard:no taken.none:no age:old " + answers},
		{firms - half, groups, "drill.fire.made:yes drill.fire.how:once taken.lock:no taken.guard:yes taken.none:no age:new " + answers},
	}
}

func join(crowds ...[]crowd) (out []crowd) {
	for _, c := range crowds {
		out = append(out, c...)
	}
	return out
}

func TestGroupsBelowTheMinimumDoNotFollowBySubtraction(t *testing.T) {
	all := func(sizes ...int) (out []crowd) {
		for i, n := range sizes {
			out = append(out, plain(n, "group:"+string(rune('A'+i)), "plan:will")...)
		}
		return out
	}
	for _, c := range []struct {
		why, want string
		sizes     []int
	}{
		{"all are enough", "A B C all", []int{40, 30, 20}},
		{"the one that is too small takes the next smallest along", "A all", []int{40, 30, 19}},
		{"two that are too small and enough together stay out", "A B all", []int{40, 30, 15, 14}},
		{"two that are too small together take a third along", "A all", []int{40, 30, 9, 8}},
		{"two groups of which one is too small", "all", []int{40, 19}},
	} {
		var got []string
		shown := told(t, familyOf(t, all(c.sizes...)...), "plan")
		for _, id := range []string{"A", "B", "C", "D", "all"} {
			if _, ok := shown[id]; ok {
				got = append(got, id)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.why, s, c.want)
		}
	}
	f := familyOf(t, join(plain(40, "group:A", "plan:have"), plain(30, "group:B", "plan:have"), plain(15, "", "plan:have"))...)
	if _, ok := told(t, f, "plan")["B"]; ok {
		t.Error("firms of no group follow by subtraction")
	}
}

// A place that is put to some firms is shown by group only where it is shown, in every group, to how many.
func TestAPlaceIsClosedForADimensionWhereOneGroupsBaseWouldTell(t *testing.T) {
	f := familyOf(t, join(
		plain(20, "group:A", "plan:have grade:good"), plain(10, "group:A", "plan:have grade:bad"), plain(8, "group:A", "plan:will"), plain(10, "group:A", "plan:wont"),
		plain(20, "group:B", "plan:have grade:good"), plain(10, "group:B", "plan:have grade:bad"), plain(9, "group:B", "plan:will"), plain(10, "group:B", "plan:wont"))...)
	sees(t, f, "plan", "A:30 8 10 of 48 B:30 9 10 of 49 all:60 17 20 of 97")
	sees(t, f, "grade", "A:20 10 of 30 B:20 10 of 30 all:40 20 of 60")

	f = familyOf(t, join(
		plain(20, "group:A", "plan:have grade:good"), plain(10, "group:A", "plan:have grade:bad"), plain(2, "group:A", "plan:will"),
		plain(20, "group:B", "plan:have grade:good"), plain(10, "group:B", "plan:have grade:bad"), plain(9, "group:B", "plan:will"), plain(7, "group:B", "plan:wont"),
		plain(30, "group:C", "plan:have grade:good"), plain(20, "group:C", "plan:have grade:bad"), plain(9, "group:C", "plan:will"), plain(9, "group:C", "plan:wont"))...)
	sees(t, f, "plan", "A:x1 x1 x1 ; x1=32 of 32 B:x1 x1 x1 ; x1=46 of 46 C:50 9 9 of 68 all:110 20 16 of 146")
	sees(t, f, "grade", "A:closed B:closed C:closed all:70 40 of 110")
}

// 無回答 of fewer than five closes the row, and by subtraction another group's too.
func TestAFewThatLeaveAPlaceBlankAreNotTold(t *testing.T) {
	blank := func(n int, g string) crowd {
		return crowd{n, g, "plan:will drill.fire.made:no taken.lock:yes taken.guard:no taken.none:no"}
	}
	f := familyOf(t, join(plain(40, "group:A", "plan:will"), []crowd{blank(6, "group:A")}, plain(50, "group:B", "plan:will"), []crowd{blank(7, "group:B")})...)
	sees(t, f, "age", "A:20 20 of 40 B:25 25 of 50 all:45 45 of 90")
	f = familyOf(t, join(plain(40, "group:A", "plan:will"), []crowd{blank(2, "group:A")}, plain(50, "group:B", "plan:will"), []crowd{blank(7, "group:B")})...)
	sees(t, f, "age", "A:closed B:closed all:45 45 of 90")
	f = familyOf(t, join(plain(40, "group:A", "plan:will"), plain(50, "group:B", "plan:will"), []crowd{blank(3, "group:B")})...)
	sees(t, f, "age", "A:closed B:closed all:closed")
}

// Of 44 firms of A that did not say "none", 40 locked and 2 had guards: shown, "none" would say that at least 4 had.
func TestNoneOfTheseIsWithheldWhereItBoundsAnItem(t *testing.T) {
	some := func(n int, g, lock, guard, none string) crowd {
		return crowd{n, g, "plan:will drill.fire.made:no age:old taken.lock:" + lock + " taken.guard:" + guard + " taken.none:" + none}
	}
	f := familyOf(t,
		some(40, "group:A", "yes", "no", "no"), some(2, "group:A", "no", "yes", "no"), some(10, "group:A", "no", "no", "yes"),
		some(40, "group:B", "yes", "no", "no"), some(12, "group:B", "no", "yes", "no"), some(10, "group:B", "no", "no", "yes"))
	sees(t, f, "taken.guard", "A:x1 x1 ; x1=52 of 52 B:x1 x1 ; x1=62 of 62 all:14 100 of 114")
	sees(t, f, "taken.none", "A:x1 x1 ; x1=52 of 52 B:x1 x1 ; x1=62 of 62 all:20 94 of 114")
	f = familyOf(t, some(50, "", "yes", "no", "no"), some(2, "", "no", "yes", "no"), some(10, "", "no", "no", "yes"))
	sees(t, f, "taken.none", "all:x1 x1 ; x1=62 of 62")
	f = familyOf(t, some(50, "", "yes", "no", "no"), some(2, "", "yes", "yes", "no"), some(10, "", "no", "no", "yes"))
	sees(t, f, "taken.none", "all:10 52 of 62")
}

// Peer groups that make up a sector are parted within it, so a count withheld of the sector does not follow from theirs.
func TestGroupsOfASectorTellNoMoreThanTheSector(t *testing.T) {
	part := func(g string, have, will, wont int) []crowd {
		return join(plain(have, g, "plan:have grade:good"), plain(will, g, "plan:will"), plain(wont, g, "plan:wont"))
	}
	crowds := join(
		part("sector:S group:A", 30, 20, 1), part("sector:S group:B", 40, 21, 1),
		part("sector:U group:C", 30, 20, 20), part("sector:U group:D", 45, 22, 20))
	f := familyOf(t, crowds...)
	sees(t, f, "plan", "A:30 x1 x1 ; x1=21 of 51 B:40 x1 x1 ; x1=22 of 62 C:30 x1 x1 ; x1=40 of 70 D:45 x1 x1 ; x1=42 of 87 "+
		"S:70 x1 x1 ; x1=43 of 113 U:75 x1 x1 ; x1=82 of 157 all:145 83 42 of 270")
	f.Members = append(f.Members, []table.Group{group("sector", "S"), group("group", "C")}) // C lies in both, the others do not
	if got := told(t, f, "plan"); got["A"] != "" || got["S"] == "" {
		t.Errorf("groups that overlap sectors in part: %v", got)
	}
}

// Groups and sizes cross: both are shown unless what few firms answered is the difference of two sums of theirs.
func TestDimensionsThatCrossAreShownUnlessTheyDifferByAFew(t *testing.T) {
	at := func(n int, where string) []crowd { return plain(n, where, "plan:will") }
	for _, c := range []struct {
		why            string
		ax, ay, bx, by int // firms of group A and size X, and so on
		bound          int // of those in B and X, how many are of one corporate group
		both           bool
	}{
		{"many in each", 20, 20, 20, 20, 0, true},
		{"few in one, but with many others", 40, 3, 30, 40, 0, true},
		{"X is A but for four firms, and has three others", 40, 4, 3, 40, 0, false},
		{"X is A and four firms more", 40, 0, 4, 40, 0, false},
		{"X is A and five firms more", 40, 0, 5, 40, 0, true},
		{"X is A and five firms more, three of one corporate group", 40, 0, 5, 40, 3, false},
		{"X is A and eight firms more, three of one corporate group", 40, 0, 8, 40, 3, true},
	} {
		f := familyOf(t, join(at(c.ax, "size:X group:A"), at(c.ay, "size:Y group:A"), at(c.bx, "size:X group:B"), at(c.by, "size:Y group:B"))...)
		if f.Bound = make([]bool, len(f.Members)); c.bound > 0 {
			for i := range c.bound {
				f.Bound[c.ax+c.ay+i] = true
			}
		}
		got := told(t, f, "plan")
		if both := got["A"] != "" && got["X"] != ""; both != c.both || got["A"] == "" && got["X"] == "" {
			t.Errorf("%s: %v", c.why, got)
		}
	}
}

func TestWhatAnEarlierReleaseToldIsNotToldFiner(t *testing.T) {
	first := join(plain(30, "group:A", "plan:will"), plain(20, "group:A", "plan:wont"), plain(3, "group:A", "plan:have grade:good"),
		plain(40, "group:B", "plan:will"), plain(20, "group:B", "plan:wont"), plain(30, "group:B", "plan:have grade:good"))
	f := familyOf(t, first...)
	sees(t, f, "plan", "A:x1 30 x1 ; x1=23 of 53 B:x1 40 x1 ; x1=50 of 90 all:33 70 40 of 143")
	before, err := f.Protect()
	if err != nil {
		t.Fatal(err)
	}
	again := familyOf(t, join(first, plain(10, "group:A", "plan:have grade:good"), plain(10, "group:B", "plan:wont"))...)
	sees(t, again, "plan", "A:13 30 20 of 63 B:30 40 30 of 100 all:43 70 50 of 163")
	again.Earlier = before
	sees(t, again, "plan", "A:x1 30 x1 ; x1=33 of 63 B:x1 40 x1 ; x1=60 of 100 all:43 70 50 of 163")
	again = familyOf(t, join(first, plain(2, "group:B", "plan:wont"))...)
	again.Earlier = before
	sees(t, again, "plan", "A:closed B:closed all:closed")
}

func TestTablesThatAreNoFamilyAreRefused(t *testing.T) {
	crowds := join(plain(30, "group:A", "plan:will"), plain(30, "group:B", "plan:will"))
	for why, spoil := range map[string]func(f *disclosure.Family){
		"of a question the edition does not have": func(f *disclosure.Family) { f.Tables[0].ID = "plans" },
		"twice":                func(f *disclosure.Family) { f.Tables = append(f.Tables, f.Tables[0]) },
		"none of all firms":    func(f *disclosure.Family) { f.Tables = f.Tables[1:] },
		"a group's is missing": func(f *disclosure.Family) { f.Tables = append(f.Tables[:1], f.Tables[2:]...) },
		"protected already":    func(f *disclosure.Family) { f.Tables[0].Rows[0].Cells[0] = table.Withhold(-1) },
		"more firms in the groups than in all": func(f *disclosure.Family) {
			f.Tables[1].Rows[0].Cells[1] = table.Count(99, 99)
		},
		"members of whom it is not said whether they are bound": func(f *disclosure.Family) { f.Bound = make([]bool, 1) },
		"more firms of corporate groups than firms": func(f *disclosure.Family) {
			f.Corporate = map[disclosure.Cell]int{{Group: table.All, Question: "plan", Column: "will"}: 61}
		},
	} {
		f := familyOf(t, crowds...)
		spoil(&f)
		if _, err := f.Protect(); err == nil {
			t.Errorf("%s: no error", why)
		}
	}
}

func TestUsefulnessCountsWhatCanBeRead(t *testing.T) {
	f := familyOf(t, join(plain(30, "group:A", "plan:will"), plain(40, "group:B", "plan:will"))...)
	uses, err := f.Usefulness([]int{3, 50}, []int{20, 35})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, u := range uses {
		got += fmt.Sprintf("%d %d %s %t %d/%d; ", u.Threshold, u.GroupMinimum, u.Group.ID, u.Shown, u.Readable, u.Rows)
	}
	// Rows: plan, made, how, three measures, age. Readable of both groups: lock and guard; made and plan have one answer only,
	// how depends on made, nobody said none, nobody left age blank.
	if want := "3 20 all true 2/7; 3 20 A true 2/7; 3 20 B true 2/7; 3 35 all true 2/7; 3 35 A false 0/7; 3 35 B false 0/7; " +
		"50 20 all true 0/7; 50 20 A true 0/7; 50 20 B true 0/7; 50 35 all true 0/7; 50 35 A false 0/7; 50 35 B false 0/7; "; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
