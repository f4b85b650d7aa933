package checklist

import (
	"maps"
	"slices"
	"testing"
)

func part(s string) Part {
	p, err := ParsePart(s)
	if err != nil {
		panic(err)
	}
	return p
}

func TestAPartIsReadAsItIsWritten(t *testing.T) {
	for s, want := range map[string]Part{
		"report":                      {Question: "report"},
		"report.own-incidents":        {Question: "report", Item: "own-incidents"},
		"contingency@drill":           {Question: "contingency", Stage: "drill"},
		"policy=published":            {Question: "policy", Choice: "published"},
		"contingency@drill=conducted": {Question: "contingency", Stage: "drill", Choice: "conducted"},
	} {
		if got, err := ParsePart(s); err != nil || got != want || got.String() != s {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", ".", "Report", "a.b.c", "a=", "a@", "a.", "a@b@c", "a=b=c", "a=b@c", "a.b=c", "a.b@c", " a"} {
		if got, err := ParsePart(s); err == nil {
			t.Errorf("%q is read as %+v", s, got)
		}
	}
}

// lastYear and thisYear are small, and every change occurs between them.
func lastYear() *Edition {
	return &Edition{ID: "2023-small", Sections: []Section{{ID: "a", Questions: []Question{
		{ID: "policy", Number: "1-1", Kind: Single, Choices: []Choice{{ID: "yes", Label: Text{"ある", "Yes"}}, {ID: "partly", Label: Text{"一部", "Partly"}}, {ID: "no", Label: Text{"ない", "No"}}}},
		{ID: "scope", Number: "1-2", Kind: Single, Choices: []Choice{{ID: "yes", Label: Text{"ある", "Yes"}}, {ID: "no", Label: Text{"ない", "No"}}}},
		{ID: "report", Number: "1-3", Kind: Multiple, Choices: []Choice{{ID: Yes, Label: Text{"はい", "Yes"}}, {ID: No, Label: Text{"いいえ", "No"}}},
			Items: []Item{{ID: "old", Label: Text{"旧", "Old"}}, {ID: "stays", Label: Text{"同じ", "Same"}}, {ID: "none", Label: Text{"なし", "None"}, Exclusive: true}}},
		{ID: "staff", Number: "1-4", Kind: Number, Max: 100, Unit: Text{"人", "persons"}},
		{ID: "plan", Number: "1-5", Kind: Nested, Items: []Item{{ID: "dos"}}, Stages: []Stage{
			{ID: "plan", Choices: []Choice{{ID: "have"}, {ID: "none"}}}, {ID: "drill", After: []ChoiceID{"have"}, Choices: []Choice{{ID: "done"}, {ID: "none"}}}}},
		{ID: "gone", Number: "1-6", Kind: Number, Max: 9, Unit: Text{"件", "cases"}},
	}}}}
}

func thisYear() *Edition {
	e := lastYear()
	e.ID = "2024-small"
	qs := e.Sections[0].Questions
	qs[0].ID = "stance"
	qs[0].Choices = []Choice{{ID: "full", Label: Text{"ある", "Yes"}, Rank: 1}, {ID: "mostly", Rank: 2}, {ID: "hardly", Rank: 3}, {ID: "no", Label: Text{"ない", "No"}, Rank: 4}}
	qs[0].JumpRanks = 3
	qs[2].Items = []Item{{ID: "new"}, {ID: "stays", Label: Text{"同じ", "Same"}}, {ID: "none", Label: Text{"なし", "None"}, Exclusive: true}}
	qs[3].Max, qs[3].Jump = 50, 10
	qs[3].When = &Condition{Is: &Is{Ref: Ref{Question: "stance"}, Choices: []ChoiceID{"full"}}}
	qs[4].Stages[1].ID = "exercise"
	qs[5] = Question{ID: "more", Number: "1-6", Kind: Number, Max: 9}
	e.Mapping = &Mapping{From: "2023-small", To: "2024-small", Lines: []MappingLine{
		{Change: Reworded, Carry: true, Old: []Part{part("policy")}, New: []Part{part("stance")}},
		{Change: Reworded, Carry: true, Old: []Part{part("policy=yes")}, New: []Part{part("stance=full")}},
		{Change: Split, Old: []Part{part("policy=partly")}, New: []Part{part("stance=mostly"), part("stance=hardly")}},
		{Change: Widened, Old: []Part{part("scope")}, New: []Part{part("scope")}},
		{Change: Same, Carry: true, Old: []Part{part("report")}, New: []Part{part("report")}},
		{Change: Merged, Old: []Part{part("report.old"), part("gone")}, New: []Part{part("report.new")}},
		{Change: Widened, Old: []Part{part("report.none")}, New: []Part{part("report.none")}},
		{Change: Same, Carry: true, Old: []Part{part("staff")}, New: []Part{part("staff")}},
		{Change: Same, Carry: true, Old: []Part{part("plan")}, New: []Part{part("plan")}},
		{Change: Reworded, Carry: true, Old: []Part{part("plan@drill")}, New: []Part{part("plan@exercise")}},
		{Change: New, New: []Part{part("more")}},
	}}
	return e
}

func answersOf(words map[string]any) Answers {
	a := Answers{}
	for place, v := range words {
		r, err := ParseRef(place)
		if err != nil {
			panic(err)
		}
		switch v := v.(type) {
		case int:
			a[r] = Answer{Number: int64(v)}
		case string:
			a[r] = Answer{Choice: ChoiceID(v)}
		}
	}
	return a
}

func TestOnlyWhatMeansTheSameIsCarried(t *testing.T) {
	old, e := lastYear(), thisYear()
	p := e.Mapping.Carry(old, e, answersOf(map[string]any{
		"policy": "yes", "scope": "yes", "report.old": "yes", "report.stays": "no", "report.none": "no", "staff": 12,
		"plan.dos.plan": "have", "plan.dos.drill": "done", "gone": 3,
	}))
	want := answersOf(map[string]any{"stance": "full", "report.stays": "no", "staff": 12, "plan.dos.plan": "have", "plan.dos.exercise": "done"})
	if !maps.Equal(p.Carried, want) || !maps.Equal(p.Previous, want) || p.From != "2023-small" {
		t.Errorf("carried %v\nprevious %v\nwant     %v", p.Carried, p.Previous, want)
	}
	words := map[Ref]string{{Question: "scope"}: "1-2 ある", {Question: "report", Item: "new"}: "1-3「旧」 はい\n1-6 3件", {Question: "report", Item: "none"}: "1-3 いいえ"}
	if !maps.Equal(p.Words, words) {
		t.Errorf("in words %q", p.Words)
	}
}

func TestWhatCannotStandNowIsNotCarried(t *testing.T) {
	old, e := lastYear(), thisYear()
	for name, c := range map[string]struct{ was, carried, previous map[string]any }{
		"a choice that was split":                {map[string]any{"policy": "partly"}, nil, nil},
		"a number beyond the new bounds":         {map[string]any{"policy": "yes", "staff": 51}, map[string]any{"stance": "full"}, map[string]any{"stance": "full"}},
		"an answer to what is not asked now":     {map[string]any{"policy": "no", "staff": 5}, map[string]any{"stance": "no"}, map[string]any{"stance": "no", "staff": 5}},
		"a drill without a plan":                 {map[string]any{"plan.dos.plan": "none", "plan.dos.drill": "done"}, map[string]any{"plan.dos.plan": "none"}, map[string]any{"plan.dos.plan": "none", "plan.dos.exercise": "done"}},
		"a choice that the old edition had not":  {map[string]any{"policy": "maybe"}, nil, nil},
		"an answer of a question that went away": {map[string]any{"gone": 1}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := e.Mapping.Carry(old, e, answersOf(c.was))
			if !maps.Equal(p.Carried, answersOf(c.carried)) || !maps.Equal(p.Previous, answersOf(c.previous)) {
				t.Errorf("carried %v, previous %v", p.Carried, p.Previous)
			}
		})
	}
}

func TestAJumpIsAskedAbout(t *testing.T) {
	e := thisYear()
	for name, c := range map[string]struct {
		was, is map[string]any
		skip    bool
		want    []string
	}{
		"ten times as many":         {map[string]any{"staff": 4}, map[string]any{"stance": "full", "staff": 40}, false, []string{"staff 4"}},
		"not quite ten times":       {map[string]any{"staff": 4}, map[string]any{"stance": "full", "staff": 39}, false, nil},
		"a tenth":                   {map[string]any{"staff": 40}, map[string]any{"stance": "full", "staff": 4}, false, []string{"staff 40"}},
		"from none to nine":         {map[string]any{"staff": 0}, map[string]any{"stance": "full", "staff": 9}, false, nil},
		"from none to ten":          {map[string]any{"staff": 0}, map[string]any{"stance": "full", "staff": 10}, false, []string{"staff 0"}},
		"three ranks":               {map[string]any{"stance": "no"}, map[string]any{"stance": "full"}, false, []string{"stance ない"}},
		"two ranks":                 {map[string]any{"stance": "no"}, map[string]any{"stance": "mostly"}, false, nil},
		"nothing to compare with":   {nil, map[string]any{"stance": "full", "staff": 50}, false, nil},
		"what has a fault already":  {map[string]any{"staff": 4}, map[string]any{"stance": "full", "staff": 40}, true, nil},
		"what does not apply now":   {map[string]any{"staff": 4}, map[string]any{"stance": "no", "staff": 40}, false, nil},
		"a question without a rule": {map[string]any{"more": 1}, map[string]any{"more": 9}, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			skip := map[Ref]bool{{Question: "staff"}: c.skip}
			var got []string
			for _, f := range e.CheckJumps(answersOf(c.is), answersOf(c.was), skip) {
				if f.Code != CodeJump || f.Severity != Confirm || f.Found == "" {
					t.Errorf("%+v", f)
				}
				was := f.What.JA[len("前回の回答（"):]
				got = append(got, f.Ref.String()+" "+was[:len(was)-len("）から大きく変わっています。")])
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
	tenths := Question{Kind: Number, Decimals: 1, Jump: 10, Min: -1000, Max: 1000}
	for _, c := range []struct {
		was, is int64
		want    bool
	}{{1, 90, false}, {1, 100, true}, {15, 149, false}, {15, 150, true}, {-30, 20, false}, {-1, 99, false}, {-1, 100, true}} {
		if got := tenths.jumps("", Answer{Number: c.was}, Answer{Number: c.is}); got != c.want {
			t.Errorf("from %d to %d tenths: %v", c.was, c.is, got)
		}
	}
}
