package tally_test

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/tally"
)

// put drops what stands at places that are not put to the firm, as checking does.
func put(ed *checklist.Edition, a checklist.Answers) checklist.Answers {
	out := checklist.Answers{}
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			if ed.State(q, r, a) == checklist.Answered {
				out[r] = a[r]
			}
		}
	}
	return out
}

// filtered is tea's edition with figures whose filters are of every kind that a condition can be.
func filtered() *checklist.Edition {
	ed := teaEdition()
	one, two, three, six := 1, 2, int64(3), int64(6)
	ref := func(s string) checklist.Ref { r, _ := checklist.ParseRef(s); return r }
	is := func(at string, ids ...checklist.ChoiceID) checklist.Condition {
		return checklist.Condition{Is: &checklist.Is{Ref: ref(at), Choices: ids}}
	}
	answered := func(at string) checklist.Condition { r := ref(at); return checklist.Condition{Answered: &r} }
	between := checklist.Condition{Compare: &checklist.Compare{Ref: ref("staff"), AtLeast: &three, AtMost: &six}}
	some := checklist.Condition{Count: &checklist.Count{Question: "reports", Choices: []checklist.ChoiceID{"yes"}, AtLeast: &one, AtMost: &two}}
	plans := checklist.Condition{Count: &checklist.Count{Question: "plan", Stage: "plan", Choices: []checklist.ChoiceID{"have"}, AtMost: &one}}
	for i, when := range []checklist.Condition{
		is("policy", "pub", "set"), is("plan.ransom.drill", "done"), is("staff", "few"), answered("why"), answered("plan.ddos.drill"),
		answered("nowhere"), between, some, plans, {Not: &between}, {All: []checklist.Condition{some, {Not: &plans}}},
		{Any: []checklist.Condition{between, answered("manage"), is("third", "lack")}},
	} {
		f := ed.Figures[0]
		f.ID, f.Number, f.Base, f.RowBases = checklist.FigureID("more"+string(rune('a'+i))), 100+i, &when, nil
		ed.Figures = append(ed.Figures, f)
	}
	return ed
}

// Filters worked out from a vector and its numbers are those worked out from the answers, which every condition is
// evaluated on one by one.
func TestFiltersFollowFromAVector(t *testing.T) {
	ed := filtered()
	coder := tally.NewCoder(ed)
	if !coder.ReadsNumbers() || tally.NewCoder(teaEdition()).Width() >= coder.Width() {
		t.Fatal("the edition has no filters to speak of")
	}
	rapid.Check(t, func(t *rapid.T) {
		for _, a := range drawRound(t).firms {
			a = put(ed, a)
			want, err := coder.Codes(a)
			if err != nil {
				t.Fatal(err)
			}
			numbers := make([]int64, coder.Places())
			for r, answer := range a {
				p, ok := coder.Place(r)
				if !ok {
					t.Fatalf("no place %s", r)
				}
				numbers[p] = answer.Number
			}
			got := slices.Clone(want)
			for i := coder.Places(); i < coder.Width(); i++ {
				got[i] = 7
			}
			if coder.Filter(got, numbers); !bytes.Equal(got, want) {
				t.Fatalf("%v, want %v", got, want)
			}
		}
	})
}

// What a code means, coded again, is the code.
func TestAVectorReadsBack(t *testing.T) {
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ed, err := lib.Edition(t.Context(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	coder := tally.NewCoder(ed)
	seen := 0
	for p := range coder.Places() {
		r, q := coder.Ref(p)
		for c := range 3 + len(q.ChoicesAt(r.Stage)) {
			codes := make([]byte, coder.Width())
			codes[p] = byte(c)
			if coder.Valid(codes) != nil {
				continue
			}
			state, choice := coder.Meaning(p, byte(c))
			if back, err := coder.Code(p, state, choice); err != nil || back != byte(c) {
				t.Errorf("%s: %d is %s %q, which is %d, %v", r, c, state, choice, back, err)
			}
			seen++
		}
		for _, wrong := range []struct {
			state  checklist.State
			choice checklist.ChoiceID
		}{{"lost", ""}, {checklist.Answered, "no such choice"}} {
			free := wrong.state == checklist.Answered && (q.Kind == checklist.FreeText || len(q.ChoicesAt(r.Stage)) == 0)
			if _, err := coder.Code(p, wrong.state, wrong.choice); (err == nil) != free {
				t.Errorf("%s: %s %q is coded: %v", r, wrong.state, wrong.choice, err)
			}
		}
	}
	if seen < 4*coder.Places() {
		t.Errorf("only %d codes at %d places", seen, coder.Places())
	}
	if coder.Valid(make([]byte, 3)) == nil {
		t.Error("a vector that is too short is valid")
	}
}

func TestTalliesAreEqualIfTheyCountTheSame(t *testing.T) {
	members, firms := handCounted(t)
	count := func(but checklist.FirmID) *tally.Tally {
		out := tally.New(teaEdition(), members)
		for f, a := range firms {
			if f == but {
				continue
			}
			if err := out.Add(f, a); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	if !count("").Equal(count("")) || count("").Equal(count("T-0001")) || count("T-0002").Equal(count("T-0001")) {
		t.Error("equal is not what it says")
	}
	firms["T-0001"][checklist.Ref{Question: "policy"}] = checklist.Answer{Choice: "none"}
	changed := count("")
	firms["T-0001"][checklist.Ref{Question: "policy"}] = checklist.Answer{Choice: "pub"}
	if changed.Equal(count("")) {
		t.Error("another answer is not noticed")
	}
}
