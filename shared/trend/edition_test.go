package trend_test

import (
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/table"
	"cssa/shared/trend"
)

func is(q checklist.QuestionID, ids ...checklist.ChoiceID) *checklist.Condition {
	return &checklist.Condition{Is: &checklist.Is{Ref: checklist.Ref{Question: q}, Choices: ids}}
}

func choices(ids ...checklist.ChoiceID) (cs []checklist.Choice) {
	for _, id := range ids {
		cs = append(cs, checklist.Choice{ID: id, Label: checklist.Text{JA: "選" + string(id), EN: "C " + string(id)}})
	}
	return cs
}

func staffClasses(many int64) []checklist.Choice {
	cs := choices("nobody", "few", "many")
	cs[1].From, cs[2].From = 1, many
	return cs
}

// before is the edition of last time: manage is put to firms with vendors only, many staff are five, the figures of policy
// count as set out only what is published, and fig02 is about firms with a staff of five.
func before() *checklist.Edition {
	return &checklist.Edition{ID: "2030-tea", Checksum: "old",
		Sections: []checklist.Section{{ID: "first", Questions: []checklist.Question{
			{ID: "policy", Kind: checklist.Single, Choices: choices("pub", "set", "none")},
			{ID: "vendor", Kind: checklist.Single, Choices: choices("have", "lack")},
			{ID: "manage", Kind: checklist.Single, Choices: choices("central", "local"), When: is("vendor", "have")},
			{ID: "staff", Kind: checklist.Number, Max: 100, Choices: staffClasses(5)},
			{ID: "tests", Kind: checklist.Single, Choices: choices("done", "not")},
			{ID: "oven", Kind: checklist.Single, Title: checklist.Text{JA: "窯", EN: "Ovens"}, Choices: choices("have", "lack")},
			{ID: "kiln", Kind: checklist.Single, Title: checklist.Text{JA: "炉", EN: "Kilns"}, Choices: choices("have", "lack")},
		}}},
		Figures: []checklist.Figure{
			{ID: "fig07", Question: "policy", Series: []checklist.Series{{ID: "out", Choices: []checklist.ChoiceID{"pub"}}}},
			{ID: "fig02", Question: "policy", Series: []checklist.Series{{ID: "out", Choices: []checklist.ChoiceID{"pub"}}},
				Base: &checklist.Condition{Compare: &checklist.Compare{Ref: checklist.Ref{Question: "staff"}, AtLeast: &five}}},
			{ID: "fig08", Question: "policy", Series: []checklist.Series{{ID: "out", Choices: []checklist.ChoiceID{"set"}}}},
			{ID: "fig03", Question: "manage", Series: []checklist.Series{{ID: "one", Choices: []checklist.ChoiceID{"central"}}}},
		},
	}
}

var five = int64(5)

// after is the edition of this time, in which policy's "none" is two, vendors are called supply, manage is put to all, many
// staff are ten, tests are fewer, ovens and kilns are one question, and taste is new. The figures of policy count all that is
// set out, fig02 is about firms with vendors, and fig03 has every firm that replied in its base.
func after() *checklist.Edition {
	ed := &checklist.Edition{ID: "2031-tea", Checksum: "new",
		Groups: []checklist.Group{{Dimension: checklist.BySize, ID: "small"}, {Dimension: checklist.BySize, ID: "large"}},
		Sections: []checklist.Section{{ID: "first", Questions: []checklist.Question{
			{ID: "policy", Kind: checklist.Single, Choices: choices("pub", "set", "planned", "none")},
			{ID: "supply", Kind: checklist.Single, Choices: choices("with", "lack")},
			{ID: "manage", Kind: checklist.Single, Choices: choices("central", "local")},
			{ID: "staff", Kind: checklist.Number, Max: 100, Choices: staffClasses(10)},
			{ID: "tests", Kind: checklist.Single, Choices: choices("done", "not")},
			{ID: "stoves", Kind: checklist.Single, Choices: choices("have", "lack")},
			{ID: "taste", Kind: checklist.Single, Choices: choices("good", "bad")},
		}}},
		Figures: []checklist.Figure{{ID: "fig01", Question: "policy", Series: []checklist.Series{
			{ID: "out", Choices: []checklist.ChoiceID{"pub", "set"}},
			{ID: "lacking", Choices: []checklist.ChoiceID{"none"}}}},
			{ID: "fig02", Question: "policy", Base: is("supply", "with"), Series: []checklist.Series{{ID: "out", Choices: []checklist.ChoiceID{"pub", "set"}}}},
			{ID: "fig03", Question: "manage", Unanswered: checklist.InBase, NotApplicable: checklist.InBase,
				Series: []checklist.Series{{ID: "one", Choices: []checklist.ChoiceID{"central"}}}},
		},
	}
	line := func(c checklist.Change, carry bool, old, now string, note string) checklist.MappingLine {
		l := checklist.MappingLine{Change: c, Carry: carry, Note: checklist.Text{JA: note, EN: note}}
		for _, side := range []struct {
			words string
			parts *[]checklist.Part
		}{{old, &l.Old}, {now, &l.New}} {
			for _, w := range strings.Fields(side.words) {
				p, err := checklist.ParsePart(w)
				if err != nil {
					panic(err)
				}
				*side.parts = append(*side.parts, p)
			}
		}
		return l
	}
	ed.Mapping = &checklist.Mapping{From: "2030-tea", To: ed.ID, Lines: []checklist.MappingLine{
		line(checklist.Same, true, "policy", "policy", ""),
		line(checklist.Split, false, "policy=none", "policy=planned policy=none", "two."),
		line(checklist.Same, false, "vendor", "supply", ""),
		line(checklist.Reworded, true, "vendor=have", "supply=with", ""),
		line(checklist.Reworded, true, "manage", "manage", ""),
		line(checklist.Same, true, "staff", "staff", ""),
		line(checklist.Narrowed, false, "tests", "tests", "Only real ones."),
		line(checklist.Merged, false, "oven kiln", "stoves", ""),
		line(checklist.New, false, "", "taste", ""),
	}}
	return ed
}

// A reply is what a firm of the tests answers: "" and -1 are left blank.
type reply struct {
	id, size               string
	policy, vendor, manage checklist.ChoiceID
	staff                  int64
}

func (r reply) answers() checklist.Answers {
	a := checklist.Answers{}
	for q, c := range map[checklist.QuestionID]checklist.ChoiceID{"policy": r.policy, "vendor": r.vendor, "manage": r.manage} {
		if c != "" {
			a[checklist.Ref{Question: q}] = checklist.Answer{Choice: c}
		}
	}
	if r.staff >= 0 {
		a[checklist.Ref{Question: "staff"}] = checklist.Answer{Number: r.staff}
	}
	return a
}

// answersNow are the answers to this edition.
func (r reply) answersNow() checklist.Answers {
	a := r.answers()
	vendor, supply := checklist.Ref{Question: "vendor"}, checklist.Ref{Question: "supply"}
	if was, ok := a[vendor]; ok {
		if delete(a, vendor); was.Choice == "have" {
			was.Choice = "with"
		}
		a[supply] = was
	}
	return a
}

func firms(replies []reply, answers func(reply) checklist.Answers, code func(checklist.Answers) (trend.Codes, error)) []trend.Firm {
	var out []trend.Firm
	for _, r := range replies {
		codes, err := code(answers(r))
		if err != nil {
			panic(err)
		}
		out = append(out, trend.Firm{ID: checklist.FirmID(r.id), Groups: []table.Group{{Dimension: "size", ID: r.size}}, Codes: codes})
	}
	return out
}
