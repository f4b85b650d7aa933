package checklist

import (
	"fmt"
	"testing"
)

func both(s string) Text { return Text{JA: s + "（和）", EN: s} }

// sample is an edition with every kind of question: a gate (1-1) and what it opens (1-2), a multiple question with an
// exclusive item (2-1), an optional matrix (2-2), a nested question of three stages (3-1), a number with decimals (4-1)
// and a free text (4-2), both optional.
func sample() *Edition {
	yesNo := []Choice{{ID: Yes, Label: Text{"はい", "Yes"}}, {ID: No, Label: Text{"いいえ", "No"}}}
	scale := []Choice{{ID: "full", Label: both("full"), Rank: 1}, {ID: "part", Label: both("part"), Rank: 2}, {ID: "none", Label: both("none"), Rank: 3}}
	two := func(a, b ChoiceID) []Choice {
		return []Choice{{ID: a, Label: both(string(a))}, {ID: b, Label: both(string(b))}}
	}
	none := 0
	return &Edition{
		ID: "2023-sample",
		Sections: []Section{
			{ID: "one", Number: "1", Questions: []Question{
				{ID: "gate", Number: "1-1", Kind: Single, Required: true, Choices: two("open", "shut")},
				{ID: "behind", Number: "1-2", Kind: Single, Required: true, Choices: scale,
					When: &Condition{Is: &Is{Ref{Question: "gate"}, []ChoiceID{"open"}}}},
			}},
			{ID: "two", Number: "2", Questions: []Question{
				{ID: "list", Number: "2-1", Kind: Multiple, Required: true, Choices: yesNo, Items: []Item{
					{ID: "a", Label: both("a")}, {ID: "b", Label: both("b")}, {ID: "none", Label: both("none of these"), Exclusive: true},
				}},
				{ID: "rows", Number: "2-2", Kind: Matrix, Choices: scale, Items: []Item{{ID: "x", Label: both("x")}, {ID: "y", Label: both("y")}}},
			}},
			{ID: "three", Number: "3", Questions: []Question{
				{ID: "attack", Number: "3-1", Kind: Nested, Required: true, Items: []Item{{ID: "x", Label: both("x")}, {ID: "y", Label: both("y")}},
					Stages: []Stage{
						{ID: "plan", Choices: two("made", "not")},
						{ID: "drill", Choices: two("held", "not"), After: []ChoiceID{"made"}},
						{ID: "review", Choices: two("done", "not"), After: []ChoiceID{"held"}},
					}},
			}},
			{ID: "four", Number: "4", Questions: []Question{
				{ID: "hours", Number: "4-1", Kind: Number, Unit: Text{"時間", "hours"}, Decimals: 1, Min: 0, Max: 100,
					Choices: []Choice{{ID: "low", From: 0}, {ID: "high", From: 50}}},
				{ID: "words", Number: "4-2", Kind: FreeText, Max: 5},
			}},
		},
		Rules: []Rule{
			{ID: "open-but-empty", Severity: Mend, At: []Ref{{Question: "list", Item: "none"}}, What: both("what"), Mend: both("mend"),
				Fails: Condition{All: []Condition{
					{Is: &Is{Ref{Question: "gate"}, []ChoiceID{"open"}}},
					{Count: &Count{Question: "list", Choices: []ChoiceID{Yes}, AtMost: &none}},
				}}},
			{ID: "no-hours", Severity: Confirm, At: []Ref{{Question: "hours"}, {Question: "gate"}}, What: both("look"), Mend: both("again"),
				Fails: Condition{Compare: &Compare{Ref: Ref{Question: "hours"}, AtMost: new(int64)}}},
		},
	}
}

// complete answers everything of the sample that applies, without a fault.
func complete() Answers {
	return answers(
		"gate", "open", "behind", "part",
		"list.a", "yes", "list.b", "no", "list.none", "no",
		"rows.x", "full", "rows.y", "none",
		"attack.x.plan", "made", "attack.x.drill", "held", "attack.x.review", "not",
		"attack.y.plan", "not",
	)
}

func ref(s string) Ref {
	r, err := ParseRef(s)
	if err != nil {
		panic(err)
	}
	return r
}

// answers builds answers from pairs of a place and a choice.
func answers(pairs ...string) Answers {
	a := Answers{}
	for i := 0; i < len(pairs); i += 2 {
		a[ref(pairs[i])] = Answer{Choice: ChoiceID(pairs[i+1])}
	}
	return a
}

func TestPlacesComeInPrintedOrder(t *testing.T) {
	want := "[gate behind list.a list.b list.none rows.x rows.y " +
		"attack.x.plan attack.x.drill attack.x.review attack.y.plan attack.y.drill attack.y.review hours words]"
	if got := fmt.Sprint(sample().Refs()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnsweredUnansweredAndNotApplicableAreThreeStates(t *testing.T) {
	for name, c := range map[string]struct {
		place string
		given []string
		want  State
	}{
		"an answer":                  {"gate", []string{"gate", "shut"}, Answered},
		"a blank":                    {"gate", nil, Unanswered},
		"behind an open gate, blank": {"behind", []string{"gate", "open"}, Unanswered},
		"behind a shut gate":         {"behind", []string{"gate", "shut"}, NotApplicable},
		"behind a shut gate, though something stands": {"behind", []string{"gate", "shut", "behind", "full"}, NotApplicable},
		"behind a blank gate":                         {"behind", nil, NotApplicable},
		"a first stage":                               {"attack.x.plan", nil, Unanswered},
		"a second stage that the first leads to":      {"attack.x.drill", []string{"attack.x.plan", "made"}, Unanswered},
		"a second stage that the first rules out":     {"attack.x.drill", []string{"attack.x.plan", "not"}, NotApplicable},
		"a second stage after another row's first":    {"attack.y.drill", []string{"attack.x.plan", "made"}, NotApplicable},
		"a third stage behind a ruled out second": {"attack.x.review",
			[]string{"attack.x.plan", "not", "attack.x.drill", "held", "attack.x.review", "done"}, NotApplicable},
		"a third stage all the way": {"attack.x.review",
			[]string{"attack.x.plan", "made", "attack.x.drill", "held", "attack.x.review", "done"}, Answered},
	} {
		t.Run(name, func(t *testing.T) {
			e, r := sample(), ref(c.place)
			q, _ := e.Question(string(r.Question))
			if got := e.State(q, r, answers(c.given...)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestANumberFallsIntoOneClass(t *testing.T) {
	q, _ := sample().Question("hours")
	for n, want := range map[int64]ChoiceID{0: "low", 49: "low", 50: "high", 100: "high", -1: ""} {
		if got, ok := q.Class(n); got != want || ok != (want != "") {
			t.Errorf("%d falls into %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0.0", 7: "0.7", 125: "12.5", -3: "-0.3"} {
		if got := q.Format(n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
}
