package checklist

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestConditionsByHand(t *testing.T) {
	i := func(n int) *int { return &n }
	n := func(n int64) *int64 { return &n }
	is := func(place string, choices ...ChoiceID) Condition { return Condition{Is: &Is{ref(place), choices}} }
	open, shut := is("gate", "open"), is("gate", "shut")
	hours := ref("hours")
	yes := []ChoiceID{Yes}
	a := complete()
	a[ref("list.b")] = Answer{Choice: Yes}
	a[ref("list.none")] = Answer{Choice: Yes}
	a[hours] = Answer{Number: 20}
	for name, c := range map[string]struct {
		c    Condition
		want bool
	}{
		"is, the one choice":                   {open, true},
		"is, another choice":                   {shut, false},
		"is, one of two":                       {is("gate", "shut", "open"), true},
		"is, at a stage":                       {is("attack.x.drill", "held"), true},
		"is, of a blank":                       {is("attack.y.drill", "held", "not"), false},
		"not, of a blank":                      {Condition{Not: &Condition{Is: &Is{ref("attack.y.drill"), []ChoiceID{"held", "not"}}}}, true},
		"not, of what holds":                   {Condition{Not: &open}, false},
		"answered":                             {Condition{Answered: &hours}, true},
		"answered, of a blank":                 {Condition{Answered: &Ref{Question: "words"}}, false},
		"all hold":                             {Condition{All: []Condition{open, is("behind", "part")}}, true},
		"one of all does not hold":             {Condition{All: []Condition{open, shut}}, false},
		"one of any holds":                     {Condition{Any: []Condition{shut, open}}, true},
		"none of any holds":                    {Condition{Any: []Condition{shut, is("behind", "full")}}, false},
		"count within bounds, exclusive apart": {Condition{Count: &Count{Question: "list", Choices: yes, AtLeast: i(2), AtMost: i(2)}}, true},
		"count below":                          {Condition{Count: &Count{Question: "list", Choices: yes, AtLeast: i(3)}}, false},
		"count above":                          {Condition{Count: &Count{Question: "list", Choices: yes, AtMost: i(1)}}, false},
		"count at a stage":                     {Condition{Count: &Count{Question: "attack", Stage: "plan", Choices: []ChoiceID{"made"}, AtLeast: i(1), AtMost: i(1)}}, true},
		"count of a question there is not":     {Condition{Count: &Count{Question: "lists", Choices: yes, AtMost: i(9)}}, false},
		"compare on the bound":                 {Condition{Compare: &Compare{Ref: hours, AtLeast: n(20), AtMost: n(20)}}, true},
		"compare above":                        {Condition{Compare: &Compare{Ref: hours, AtMost: n(19)}}, false},
		"compare below":                        {Condition{Compare: &Compare{Ref: hours, AtLeast: n(21)}}, false},
		"compare with a blank":                 {Condition{Compare: &Compare{Ref: ref("words"), AtLeast: n(0)}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if !c.c.Valid() {
				t.Fatal("not a valid condition")
			}
			if got := c.c.Holds(sample(), a); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
	if !(*Condition)(nil).Holds(sample(), nil) {
		t.Error("no condition does not hold")
	}
}

func TestAConditionSaysExactlyOneThing(t *testing.T) {
	open := Condition{Is: &Is{ref("gate"), []ChoiceID{"open"}}}
	two := open
	two.Answered = &Ref{Question: "gate"}
	for name, c := range map[string]Condition{
		"nothing": {}, "an empty all": {All: []Condition{}}, "two things": two,
		"two things in an all": {All: []Condition{open, two}}, "nothing in an any": {Any: []Condition{{}}}, "nothing in a not": {Not: &Condition{}},
		"all and any": {All: []Condition{open}, Any: []Condition{open}},
	} {
		if c.Valid() {
			t.Errorf("%s is valid", name)
		}
	}
}

func TestTheReadPlacesOfACondition(t *testing.T) {
	least := 1
	c := Condition{All: []Condition{
		{Is: &Is{ref("gate"), []ChoiceID{"open"}}},
		{Not: &Condition{Any: []Condition{{Answered: &Ref{Question: "hours"}}, {Is: &Is{ref("gate"), []ChoiceID{"shut"}}}}}},
		{Count: &Count{Question: "attack", Stage: "drill", Choices: []ChoiceID{"held"}, AtLeast: &least}},
		{Compare: &Compare{Ref: ref("hours")}},
	}}
	if got, want := fmt.Sprint(c.Refs(sample())), "[gate hours attack.x.drill attack.y.drill]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// conditions draws any condition on the sample, with leaves of all four kinds.
func conditions(depth int) *rapid.Generator[Condition] {
	return rapid.Custom(func(t *rapid.T) Condition {
		kinds := 7
		if depth == 0 {
			kinds = 4
		}
		refs := sample().Refs()
		r := rapid.SampledFrom(refs).Draw(t, "place")
		subs := func(label string) []Condition {
			return rapid.SliceOfN(conditions(depth-1), 1, 3).Draw(t, label)
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return Condition{Is: &Is{r, rapid.SliceOfN(rapid.SampledFrom([]ChoiceID{"open", "yes", "made", "full"}), 1, 2).Draw(t, "choices")}}
		case 1:
			return Condition{Answered: &r}
		case 2:
			n := rapid.IntRange(0, 2).Draw(t, "n")
			return Condition{Count: &Count{Question: "list", Choices: []ChoiceID{"yes"}, AtLeast: &n}}
		case 3:
			n := rapid.Int64Range(0, 3).Draw(t, "n")
			return Condition{Compare: &Compare{Ref: ref("hours"), AtMost: &n}}
		case 4:
			return Condition{All: subs("all")}
		case 5:
			return Condition{Any: subs("any")}
		}
		sub := conditions(depth-1).Draw(t, "not")
		return Condition{Not: &sub}
	})
}

// anyAnswers draws answers to some of the places, of which some are right.
func anyAnswers(t *rapid.T) Answers {
	a := Answers{}
	for _, r := range sample().Refs() {
		if rapid.Bool().Draw(t, "answered") {
			a[r] = Answer{
				Choice: rapid.SampledFrom([]ChoiceID{"open", "shut", "yes", "no", "made", "held", "not", "full", "none"}).Draw(t, "choice"),
				Number: rapid.Int64Range(-1, 4).Draw(t, "number"),
			}
		}
	}
	return a
}

func TestConditionsObeyTheLawsOfLogic(t *testing.T) {
	e := sample()
	rapid.Check(t, func(t *rapid.T) {
		c, a := conditions(3).Draw(t, "condition"), anyAnswers(t)
		cs := rapid.SliceOfN(conditions(2), 1, 4).Draw(t, "conditions")
		holds := func(c Condition) bool { return c.Holds(e, a) }
		not := func(c Condition) Condition { return Condition{Not: &c} }
		nc := not(c)
		if !c.Valid() || !nc.Valid() {
			t.Fatal("a drawn condition is not valid")
		}
		if holds(not(not(c))) != holds(c) || holds(not(c)) == holds(c) {
			t.Fatal("not not c is not c")
		}
		var nots []Condition
		for _, x := range cs {
			nots = append(nots, not(x))
		}
		if holds(not(Condition{All: cs})) != holds(Condition{Any: nots}) || holds(not(Condition{Any: cs})) != holds(Condition{All: nots}) {
			t.Fatal("De Morgan does not hold")
		}
	})
}

// Whatever is answered: a place is faulted at most once outside the rules and the exclusive item, faults come in printed
// order, and answers without a blocking fault have no place that is unanswered though required, or answered though not put.
func TestWhatPassesTheCheckIsComplete(t *testing.T) {
	e := sample()
	order := map[Ref]int{}
	for i, r := range e.Refs() {
		order[r] = i
	}
	rapid.Check(t, func(t *rapid.T) {
		a := complete()
		for r, ans := range anyAnswers(t) {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				a[r] = ans
			case 1:
				delete(a, r)
			}
		}
		faults := e.Check(a, nil)
		seen, last := map[Fault]bool{}, -1
		for _, f := range faults {
			if f.Rule != "" {
				continue
			}
			if seen[f] || order[f.Ref] < last {
				t.Fatalf("%s is told twice or out of order", f.Ref)
			}
			seen[f], last = true, order[f.Ref]
		}
		if Blocking(faults) > 0 {
			return
		}
		for _, q := range e.Questions() {
			for _, r := range q.Refs() {
				_, answered := a[r]
				if s := e.State(q, r, a); s == Unanswered && q.Required || s == NotApplicable && answered {
					t.Fatalf("%s is %s, and no fault says so", r, s)
				}
			}
		}
	})
}
