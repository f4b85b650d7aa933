package workbook_test

import (
	"bytes"
	"reflect"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/workbook"

	"pgregory.net/rapid"
)

func realEdition(t testing.TB) *checklist.Edition {
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	return ed
}

// someAnswers answers every place that applies with one of its choices, in turn.
func someAnswers(ed *checklist.Edition) checklist.Answers {
	a := checklist.Answers{}
	for i, q := range ed.Questions() {
		for j, r := range q.Refs() {
			switch cs := q.ChoicesAt(r.Stage); {
			case !ed.Applies(q, r, a):
			case q.Kind == checklist.Number:
				a[r] = checklist.Answer{Number: q.Min + int64(i)%(q.Max-q.Min+1)}
			case q.Kind == checklist.FreeText:
				a[r] = checklist.Answer{Text: "-1 は計算しない。\n=二行目"}
			default:
				a[r] = checklist.Answer{Choice: cs[(i+j)%len(cs)].ID}
			}
		}
	}
	return a
}

// TestSecuritiesReadBackTheSame draws answers to the edition that is really sent out.
func TestSecuritiesReadBackTheSame(t *testing.T) {
	ed := realEdition(t)
	template, err := workbook.NewTemplate(ed)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		a := draw(t, ed)
		var b bytes.Buffer
		if err := template.Filled(&b, identityOf(ed), signed(ed), a); err != nil {
			t.Fatal(err)
		}
		got := read(ed, b.Bytes())
		if !reflect.DeepEqual(got.Answers, a) || got.Cover != signed(ed) {
			t.Fatalf("answers\n%v\nread back as\n%v", a, got.Answers)
		}
		for _, f := range got.Faults {
			if f.Code != checklist.CodeRule && f.Code != checklist.CodeRuleConfirm {
				t.Fatalf("%v", summary(got.Faults))
			}
		}
	})
}
