package tally_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// A round is a population and what its firms answered, drawn at random.
type round struct {
	members []tally.Member
	firms   map[checklist.FirmID]checklist.Answers
}

// drawRound draws answers anywhere, also at places that are not put to the firm, and leaves some blank.
func drawRound(t *rapid.T) round {
	r := round{firms: map[checklist.FirmID]checklist.Answers{}}
	ed := teaEdition()
	for i := range rapid.IntRange(0, 25).Draw(t, "firms") {
		firm := checklist.FirmID(fmt.Sprintf("T-%04d", i))
		r.members = append(r.members, member(firm,
			rapid.SampledFrom([]string{"old", "new", "elsewhere"}).Draw(t, "peers"),
			rapid.SampledFrom([]string{"small", "large"}).Draw(t, "size")))
		if rapid.IntRange(0, 9).Draw(t, "replies") == 0 {
			continue
		}
		a := checklist.Answers{}
		for _, q := range ed.Questions() {
			for _, ref := range q.Refs() {
				if rapid.IntRange(0, 5).Draw(t, "blank") == 0 {
					continue
				}
				switch {
				case q.Kind == checklist.Number:
					a[ref] = checklist.Answer{Number: rapid.Int64Range(0, 9).Draw(t, "number")}
				case q.Kind == checklist.FreeText:
					a[ref] = checklist.Answer{Text: "words"}
				default:
					a[ref] = checklist.Answer{Choice: rapid.SampledFrom(q.ChoicesAt(ref.Stage)).Draw(t, "choice").ID}
				}
			}
		}
		r.firms[firm] = a
	}
	return r
}

func (r round) count(t *rapid.T, order []checklist.FirmID) *tally.Tally {
	out := tally.New(teaEdition(), r.members)
	for _, firm := range order {
		if err := out.Add(firm, r.firms[firm]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func (r round) replied() []checklist.FirmID { return slices.Sorted(maps.Keys(r.firms)) }

func TestPartsSumToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRound(t)
		all := r.count(t, r.replied())
		distributions := all.Distributions()
		for _, tb := range distributions {
			for _, row := range tb.Rows {
				cells := 0
				for _, c := range row.Cells {
					n, _ := c.Count()
					cells += n
				}
				if len(tb.Columns) > 0 && cells != row.Base {
					t.Fatalf("%s %s: cells add up to %d of %d", tb.ID, row.Item, cells, row.Base)
				}
				if got := row.Base + row.Unanswered + row.NotApplicable; got != tb.Replied || tb.Replied > tb.Firms {
					t.Fatalf("%s %s: %d firms accounted for of %d, of %d", tb.ID, row.Item, got, tb.Replied, tb.Firms)
				}
			}
		}
		for _, dimension := range []string{"sector", "group", "size"} {
			groupsAddUpToAll(t, distributions, dimension)
			groupsAddUpToAll(t, all.Figures(), dimension)
		}
	})
}

func groupsAddUpToAll(t *rapid.T, tables []table.Table, dimension string) {
	total := func(d string) map[string]int {
		n := map[string]int{}
		for _, tb := range tables {
			if tb.Group.Dimension != d {
				continue
			}
			at := tb.ID + "." + tb.Stage
			n[at+" firms"] += tb.Firms
			n[at+" replied"] += tb.Replied
			for _, row := range tb.Rows {
				n[at+row.Item+" base"] += row.Base
				n[at+row.Item+" unanswered"] += row.Unanswered
				n[at+row.Item+" not applicable"] += row.NotApplicable
				for i, c := range row.Cells {
					count, _ := c.Count()
					base, _ := c.Base()
					n[at+row.Item+" count "+tb.Columns[i]] += count
					n[at+row.Item+" base "+tb.Columns[i]] += base
				}
			}
		}
		return n
	}
	whole, parts := total("all"), total(dimension)
	if whole["policy. firms"] == 0 {
		return // nobody is in any group
	}
	if !maps.Equal(whole, parts) {
		t.Fatalf("by %s: %v\nwant %v", dimension, parts, whole)
	}
}

func TestSplittingMergingAndOrderChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRound(t)
		whole := r.count(t, r.replied())
		shuffled := rapid.Permutation(r.replied()).Draw(t, "order")
		parts := make([][]checklist.FirmID, 3)
		for _, firm := range shuffled {
			k := rapid.IntRange(0, 2).Draw(t, "part")
			parts[k] = append(parts[k], firm)
		}
		merged := r.count(t, nil)
		for _, part := range parts {
			u := r.count(t, part)
			before := u.Distributions()
			if err := merged.Merge(u); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(before, u.Distributions()) {
				t.Fatal("merge changed its argument")
			}
		}
		if !reflect.DeepEqual(whole.Distributions(), merged.Distributions()) || !reflect.DeepEqual(whole.Figures(), merged.Figures()) ||
			!reflect.DeepEqual(whole.Filtered(), merged.Filtered()) {
			t.Fatal("the merged parts differ from the whole")
		}
		slices.Reverse(r.members)
		if !reflect.DeepEqual(whole.Figures(), r.count(t, shuffled).Figures()) {
			t.Fatal("the order of members or firms shows")
		}
	})
}

func TestUnionsAreSumsOfTheDistributionsCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRound(t)
		all := r.count(t, r.replied())
		cells := map[string]int{}
		for _, tb := range append(all.Distributions(), all.Filtered()...) {
			for _, row := range tb.Rows {
				for i, c := range row.Cells {
					n, _ := c.Count()
					cells[fmt.Sprint(tb.Group, tb.ID, tb.Stage, row.Item, tb.Columns[i])] = n
				}
			}
		}
		for _, tb := range all.Figures() {
			fig, _ := teaEdition().Figure(checklist.FigureID(tb.ID))
			id := string(fig.Question)
			if fig.Filtered() {
				id = tb.ID
			}
			for _, row := range tb.Rows {
				for i, s := range fig.Series {
					want := 0
					for _, c := range slices.Compact(slices.Sorted(slices.Values(s.Choices))) {
						want += cells[fmt.Sprint(tb.Group, id, s.Stage, row.Item, c)]
					}
					if got, _ := row.Cells[i].Count(); got != want {
						t.Fatalf("%s %s %s: %d, want %d", tb.ID, row.Item, s.ID, got, want)
					}
				}
			}
		}
	})
}

// recount counts a round firm by firm into a map, with the edition's conditions written out by hand. Keys are like
// "old|manage..|central", "old|manage..|unanswered".
func recount(r round) map[string]int {
	n := map[string]int{}
	groups := map[checklist.FirmID][]string{}
	for _, m := range r.members {
		groups[m.Firm] = []string{"all", "tea", m.Groups[1].ID, m.Groups[0].ID}
	}
	for firm, a := range r.firms {
		says := func(ref string) string {
			p, _ := checklist.ParseRef(ref)
			return string(a[p].Choice)
		}
		for _, ref := range teaEdition().Refs() {
			ans, there := a[ref]
			put := true
			switch ref.String() {
			case "manage":
				put = says("third") == "have"
			case "plan.ransom.drill", "plan.ddos.drill":
				put = says("plan."+string(ref.Item)+".plan") == "have"
			case "budget":
				put = a[checklist.Ref{Question: "staff"}].Number >= 5
			case "why":
				put = says("policy") != "pub"
			}
			word := string(ans.Choice)
			switch {
			case !put:
				word = "not applicable"
			case !there:
				word = "unanswered"
			case ref.Question == "staff":
				word = [10]string{"nobody", "few", "few", "few", "few", "many", "many", "many", "many", "many"}[ans.Number]
			case word == "":
				word = "answered"
			}
			for _, g := range groups[firm] {
				n[fmt.Sprintf("%s|%s.%s.%s|%s", g, ref.Question, ref.Item, ref.Stage, word)]++
			}
		}
	}
	return n
}

func TestANaiveRecountAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRound(t)
		got := map[string]int{}
		for _, tb := range r.count(t, r.replied()).Distributions() {
			for _, row := range tb.Rows {
				at := fmt.Sprintf("%s|%s.%s.%s|", tb.Group.ID, tb.ID, row.Item, tb.Stage)
				got[at+"unanswered"] = row.Unanswered
				got[at+"not applicable"] = row.NotApplicable
				if len(tb.Columns) == 0 {
					got[at+"answered"] = row.Base
				}
				for i, c := range row.Cells {
					got[at+tb.Columns[i]], _ = c.Count()
				}
			}
		}
		maps.DeleteFunc(got, func(_ string, n int) bool { return n == 0 })
		if want := recount(r); !maps.Equal(got, want) {
			t.Fatalf("counted %v\nwant %v", got, want)
		}
	})
}

// bigRound is 300 single questions of 4 choices, and code vectors as a snapshot holds them.
func bigRound(firms int) (*checklist.Edition, []tally.Member, [][]byte) {
	ed := &checklist.Edition{ID: "2031-big", Sections: []checklist.Section{{ID: "all"}}}
	for i := range 300 {
		ed.Sections[0].Questions = append(ed.Sections[0].Questions, checklist.Question{
			ID: checklist.QuestionID(fmt.Sprintf("q%d", i)), Kind: checklist.Single,
			Choices: []checklist.Choice{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}},
		})
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	members, vectors := make([]tally.Member, firms), make([][]byte, firms)
	for i := range members {
		members[i] = member(checklist.FirmID(fmt.Sprintf("T-%06d", i)), fmt.Sprint("g", rnd.IntN(6)), fmt.Sprint("s", rnd.IntN(4)))
		vectors[i] = make([]byte, 300)
		for k := range vectors[i] {
			vectors[i][k] = byte(rnd.IntN(6))
		}
	}
	return ed, members, vectors
}

func BenchmarkTally(b *testing.B) {
	for _, firms := range []int{1500, 100_000} {
		ed, members, vectors := bigRound(firms)
		b.Run(fmt.Sprintf("dense/%d firms × 300", firms), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				t := tally.New(ed, members)
				for i, codes := range vectors {
					if err := t.AddCodes(members[i].Firm, codes); err != nil {
						b.Fatal(err)
					}
				}
				t.Distributions()
			}
		})
		b.Run(fmt.Sprintf("map/%d firms × 300", firms), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				naiveTally(members, vectors)
			}
		})
	}
}

type naiveKey struct {
	group table.Group
	place int
	code  byte
}

func naiveTally(members []tally.Member, vectors [][]byte) map[naiveKey]int {
	n := map[naiveKey]int{}
	for i, codes := range vectors {
		for _, g := range members[i].Groups {
			for p, c := range codes {
				n[naiveKey{g, p, c}]++
			}
		}
	}
	return n
}

func BenchmarkAddAnswers(b *testing.B) {
	ed, _, _ := bigRound(0)
	a := checklist.Answers{}
	for _, ref := range ed.Refs() {
		a[ref] = checklist.Answer{Choice: "c"}
	}
	members := make([]tally.Member, 272)
	for i := range members {
		members[i] = member(checklist.FirmID(fmt.Sprintf("T-%06d", i)), "old", "small")
	}
	b.ReportAllocs()
	for b.Loop() {
		t := tally.New(ed, members)
		for _, m := range members {
			if err := t.Add(m.Firm, a); err != nil {
				b.Fatal(err)
			}
		}
	}
}
