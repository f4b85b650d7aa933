package workbook

import (
	"testing"

	"cssa/shared/checklist"
)

func TestAFirmIsToldWhenAQuestionIsPutToIt(t *testing.T) {
	choice := func(id checklist.ChoiceID, ja, en string) checklist.Choice {
		return checklist.Choice{ID: id, Label: checklist.Text{JA: ja, EN: en}}
	}
	ed := &checklist.Edition{Sections: []checklist.Section{{Questions: []checklist.Question{
		{ID: "soc", Number: "1-1", Kind: checklist.Single, Choices: []checklist.Choice{choice("always", "常時", "Always"), choice("hours", "日中", "By day"), choice("none", "なし", "Never")}},
		{ID: "staff", Number: "1-2", Kind: checklist.Number, Decimals: 1, Unit: checklist.Text{JA: "人", EN: "persons"}},
		{ID: "plans", Number: "2-1", Kind: checklist.Nested, Items: []checklist.Item{{ID: "fire", Label: checklist.Text{JA: "火災", EN: "Fire"}}},
			Stages: []checklist.Stage{{ID: "plan", Label: checklist.Text{JA: "計画", EN: "Plan"}, Choices: []checklist.Choice{choice("made", "ある", "Made")}}}},
		{ID: "topics", Number: "3-1", Kind: checklist.Multiple, Items: []checklist.Item{{ID: "own", Label: checklist.Text{JA: "自社", EN: "Own"}}},
			Choices: []checklist.Choice{choice(checklist.Yes, "はい", "Yes"), choice(checklist.No, "いいえ", "No")}},
	}}}}
	one, two, ten, twenty := 1, 2, int64(10), int64(20)
	is := func(place string, choices ...checklist.ChoiceID) checklist.Condition {
		r, err := checklist.ParseRef(place)
		if err != nil {
			t.Fatal(err)
		}
		return checklist.Condition{Is: &checklist.Is{Ref: r, Choices: choices}}
	}
	not := func(c checklist.Condition) checklist.Condition { return checklist.Condition{Not: &c} }
	staff := checklist.Condition{Compare: &checklist.Compare{Ref: checklist.Ref{Question: "staff"}, AtLeast: &ten, AtMost: &twenty}}
	const rest, restEN = "場合だけ、回答してください。ほかの場合は空欄にしてください。", ". Otherwise leave it blank."
	for _, c := range []struct {
		condition checklist.Condition
		ja, en    string
	}{
		{is("soc", "always", "hours"), "対象 設問1-1で「1 常時」か「2 日中」と回答した" + rest, "Answer only if the answer to 1-1 is “1 Always” or “2 By day”" + restEN},
		{checklist.Condition{Any: []checklist.Condition{is("soc", "always"), is("soc", "hours")}}, "対象 設問1-1で「1 常時」か「2 日中」と回答した" + rest, "Answer only if the answer to 1-1 is “1 Always” or “2 By day”" + restEN},
		{not(is("soc", "none")), "対象 設問1-1で「3 なし」以外を回答した" + rest, "Answer only if the answer to 1-1 is other than “3 Never”" + restEN},
		{is("topics.own", "yes"), "対象 設問3-1「自社」で「はい」と回答した" + rest, "Answer only if the answer to 3-1 “Own” is “Yes”" + restEN},
		{is("plans.fire.plan", "made"), "対象 設問2-1「火災」（計画）で「1 ある」と回答した" + rest, "Answer only if the answer to 2-1 “Fire” (Plan) is “1 Made”" + restEN},
		{staff, "対象 設問1-2で1.0人以上2.0人以下と回答した" + rest, "Answer only if the answer to 1-2 is at least 1.0 and at most 2.0 (persons)" + restEN},
		{checklist.Condition{Count: &checklist.Count{Question: "plans", Stage: "plan", Choices: []checklist.ChoiceID{"made"}, AtLeast: &one, AtMost: &two}},
			"対象 設問2-1（計画）で「1 ある」と回答した項目が1つ以上2つ以下の" + rest, "Answer only if at least 1 and at most 2 of the items of 2-1 (Plan) are answered “1 Made”" + restEN},
		{checklist.Condition{All: []checklist.Condition{is("soc", "none"), staff}}, "対象 設問1-1で「3 なし」と回答した場合で、かつ設問1-2で1.0人以上2.0人以下と回答した" + rest,
			"Answer only if the answer to 1-1 is “3 Never” and the answer to 1-2 is at least 1.0 and at most 2.0 (persons)" + restEN},
		{checklist.Condition{Any: []checklist.Condition{is("soc", "none"), is("topics.own", "no")}}, "対象 設問1-1で「3 なし」と回答した場合、または設問3-1「自社」で「いいえ」と回答した" + rest,
			"Answer only if the answer to 1-1 is “3 Never” or the answer to 3-1 “Own” is “No”" + restEN},
		{not(staff), "対象 設問1-2の回答により、対象となる場合だけ回答してください。", "Answer only if the answers to 1-2 make it apply."},
	} {
		if got := asked(ed, &c.condition); got.JA != c.ja || got.EN != c.en {
			t.Errorf("got\n%s\n%s\nwant\n%s\n%s", got.JA, got.EN, c.ja, c.en)
		}
	}
}
