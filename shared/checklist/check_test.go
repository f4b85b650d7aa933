package checklist

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// told is what a fault says, in short.
func told(faults []Fault) string {
	var s []string
	for _, f := range faults {
		s = append(s, fmt.Sprintf("%s %s", f.Code, f.Ref))
	}
	return strings.Join(s, "\n")
}

func TestCheckFindsEveryFaultAtOnceInPrintedOrder(t *testing.T) {
	place := func(s string, a Answer) func(Answers) { return func(as Answers) { as[ref(s)] = a } }
	choose := func(s, c string) func(Answers) { return place(s, Answer{Choice: ChoiceID(c)}) }
	blank := func(places ...string) func(Answers) {
		return func(as Answers) {
			for _, s := range places {
				delete(as, ref(s))
			}
		}
	}
	for name, c := range map[string]struct {
		changes []func(Answers)
		skip    []string
		want    []string
	}{
		"a complete checklist has none": {},
		"nothing is answered: the gates alone are missing, not what they open": {
			changes: []func(Answers){func(a Answers) { clear(a) }},
			want:    []string{"E001 gate", "E001 list.a", "E001 list.b", "E001 list.none", "E001 attack.x.plan", "E001 attack.y.plan"},
		},
		"a blank gate is one fault, not a second one for the answer behind it": {
			changes: []func(Answers){blank("gate")}, want: []string{"E001 gate"},
		},
		"a gate with a choice it does not have is one fault": {
			changes: []func(Answers){choose("gate", "ajar")}, want: []string{"E101 gate"},
		},
		"a first stage left blank is one fault, not a second one for the drill that stands there": {
			changes: []func(Answers){blank("attack.x.plan")}, want: []string{"E001 attack.x.plan"},
		},
		"a first stage ruled out makes both later stages not applicable": {
			changes: []func(Answers){choose("attack.x.plan", "not")},
			want:    []string{"E202 attack.x.drill", "E202 attack.x.review"},
		},
		"a second stage left blank is a fault where the first leads to it": {
			changes: []func(Answers){choose("attack.y.plan", "made")}, want: []string{"E001 attack.y.drill"},
		},
		"an answer behind a shut gate does not belong there": {
			changes: []func(Answers){choose("gate", "shut")}, want: []string{"E202 behind"},
		},
		"a blank optional row is no fault": {changes: []func(Answers){blank("rows.x", "rows.y")}},
		"“none of these” beside a yes": {
			changes: []func(Answers){choose("list.none", "yes")}, want: []string{"E201 list.none"},
		},
		"“none of these” beside a yes and a blank": {
			changes: []func(Answers){choose("list.none", "yes"), blank("list.b")}, want: []string{"E001 list.b", "E201 list.none"},
		},
		"“no” all the way down": {
			changes: []func(Answers){choose("list.a", "no"), choose("gate", "shut"), blank("behind")}, want: []string{"E203 list.none"},
		},
		"“no” and a blank: nothing is known of the rest yet": {
			changes: []func(Answers){choose("list.a", "no"), blank("list.b")}, want: []string{"E001 list.b"},
		},
		"“none of these” alone is fine where no rule speaks against it": {
			changes: []func(Answers){choose("list.a", "no"), choose("list.none", "yes"), choose("gate", "shut"), blank("behind")},
		},
		"a choice of another question": {
			changes: []func(Answers){choose("rows.y", "open")}, want: []string{"E101 rows.y"},
		},
		"a number over the top and one below": {
			changes: []func(Answers){place("hours", Answer{Number: 101})}, want: []string{"E104 hours"},
		},
		"a number below": {changes: []func(Answers){place("hours", Answer{Number: -1})}, want: []string{"E104 hours"}},
		"six characters where five fit, counted as a person counts": {
			changes: []func(Answers){place("words", Answer{Text: "五文字を超"}), place("words", Answer{Text: "五文字を超え"})},
			want:    []string{"E105 words"},
		},
		"five full-width characters fit": {changes: []func(Answers){place("words", Answer{Text: "五文字まで"})}},
		"a rule to mend": {
			changes: []func(Answers){choose("list.a", "no"), choose("list.none", "yes")}, want: []string{"E301 list.none"},
		},
		"a rule that reads a blank waits until it is mended": {
			changes: []func(Answers){choose("list.a", "no"), choose("list.none", "yes"), blank("list.b")}, want: []string{"E001 list.b"},
		},
		"a rule to confirm marks each of its places": {
			changes: []func(Answers){place("hours", Answer{Number: 0})}, want: []string{"W301 hours", "W301 gate"},
		},
		"a rule that reads a number out of range waits": {
			changes: []func(Answers){place("hours", Answer{Number: -5})}, want: []string{"E104 hours"},
		},
		"a place the reader has faulted is neither checked nor blank, nor is what it decides": {
			changes: []func(Answers){blank("gate", "attack.x.plan", "list.a")}, skip: []string{"gate", "attack.x.plan", "list.a"},
		},
		"a contradiction is told beside an item the reader has faulted": {
			changes: []func(Answers){blank("list.b"), choose("list.none", "yes")}, skip: []string{"list.b"}, want: []string{"E201 list.none"},
		},
		"all at once": {
			changes: []func(Answers){blank("gate", "attack.y.plan"), choose("list.none", "yes"), choose("rows.x", "maybe"),
				choose("attack.x.drill", "not"), place("hours", Answer{Number: 0}), place("words", Answer{Text: "too long"})},
			want: []string{"E001 gate", "E201 list.none", "E101 rows.x", "E202 attack.x.review", "E001 attack.y.plan", "E105 words", "W301 hours", "W301 gate"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := complete()
			for _, change := range c.changes {
				change(a)
			}
			skip := map[Ref]bool{}
			for _, s := range c.skip {
				skip[ref(s)] = true
			}
			before := len(skip)
			if got, want := told(sample().Check(a, skip)), strings.Join(c.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if len(skip) != before {
				t.Error("the caller's skip was changed")
			}
		})
	}
}

func TestAFaultSaysWhatWasFoundAndWhatIsWanted(t *testing.T) {
	a := complete()
	a[ref("gate")] = Answer{Choice: "ajar"}
	a[ref("list.none")] = Answer{Choice: Yes}
	a[ref("rows.x")] = Answer{Choice: "maybe"}
	a[ref("hours")] = Answer{Number: 1234}
	delete(a, ref("attack.y.plan"))
	delete(a, ref("list.b"))
	var lines []string
	for _, f := range sample().Check(a, nil) {
		lines = append(lines, strings.Join([]string{f.Question, f.Found, f.What.JA, f.Mend.JA, f.What.EN, f.Mend.EN}, " | "))
	}
	want := []string{
		"1-1 | ajar | 選択肢にない回答です。 | 1〜2のどれか1つを選んでください。 | This is not one of the choices. | Please choose one of 1 to 2.",
		"2-1 |  | 回答がありません。 | 「はい」か「いいえ」を選んでください。 | Not answered. | Please choose “yes” or “no”.",
		"2-1 | はい | 「none of these（和）」とほかの「はい」は両立しません。 | どちらかを「いいえ」にしてください。 | “none of these” contradicts the other “yes” answers. | Please change one of them to “no”.",
		"2-2 | maybe | 選択肢にない回答です。 | 1〜3のどれか1つを選んでください。 | This is not one of the choices. | Please choose one of 1 to 3.",
		"3-1 |  | 回答がありません。 | 1〜2のどれか1つを選んでください。 | Not answered. | Please choose one of 1 to 2.",
		"4-1 | 123.4 | 範囲（0.0〜10.0）の外の数値です。 | 0.0〜10.0 の数値を記入してください。 | The number is outside the range 0.0 to 10.0. | Please enter a number within 0.0 to 10.0.",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestANotApplicableFaultNamesItsGate(t *testing.T) {
	a := complete()
	a[ref("gate")] = Answer{Choice: "shut"}
	a[ref("attack.x.plan")] = Answer{Choice: "not"}
	faults := sample().Check(a, nil)
	if len(faults) != 3 || !strings.Contains(faults[0].What.JA, "1-1") || !strings.Contains(faults[1].Mend.EN, "3-1") {
		t.Errorf("%+v", faults)
	}
	if Blocking(faults) != 3 {
		t.Errorf("%d stand in the way, want 3", Blocking(faults))
	}
}

func TestARuleBringsItsOwnWordsAndSeverity(t *testing.T) {
	a := complete()
	a[ref("hours")] = Answer{Number: 0}
	faults := sample().Check(a, nil)
	if len(faults) != 2 || Blocking(faults) != 0 {
		t.Fatalf("%d faults, %d in the way", len(faults), Blocking(faults))
	}
	f := faults[0]
	if f.Rule != "no-hours" || f.What != both("look") || f.Mend != both("again") || f.Severity != Confirm || f.Found != "0.0" {
		t.Errorf("%+v", f)
	}
}

func TestAMultipleQuestionThatDoesNotApplyIsNotAlsoContradictory(t *testing.T) {
	e := sample()
	list, _ := e.Question("list")
	list.When = &Condition{Is: &Is{ref("gate"), []ChoiceID{"open"}}}
	a := complete()
	a[ref("gate")] = Answer{Choice: "shut"}
	a[ref("list.none")] = Answer{Choice: Yes}
	if got, want := told(e.Check(a, nil)), "E202 behind\nE202 list.a\nE202 list.b\nE202 list.none"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestARuleThatReadsAnAnswerWhichDoesNotBelongThereWaits(t *testing.T) {
	e := sample()
	e.Rules = []Rule{{ID: "partly", Severity: Confirm, At: []Ref{ref("behind")}, Fails: Condition{Is: &Is{ref("behind"), []ChoiceID{"part"}}}}}
	a := complete()
	if got := told(e.Check(a, nil)); got != "W301 behind" {
		t.Fatalf("the rule does not bite: %s", got)
	}
	a[ref("gate")] = Answer{Choice: "shut"}
	if got := told(e.Check(a, nil)); got != "E202 behind" {
		t.Errorf("%s", got)
	}
}
