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

// before is the edition of last time: manage is put to firms with vendors only, many staff are five, and fig01 counts as
// set out only what is published.
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
		Figures: []checklist.Figure{{ID: "fig07", Question: "policy",
			Series: []checklist.Series{{ID: "out", Choices: []checklist.ChoiceID{"pub"}}}}},
	}
}

// after is the edition of this time, in which policy's "none" is two, manage is put to all, many staff are ten, fig01 counts
// all that is set out, tests are fewer, ovens and kilns are one question, and taste is new.
func after() *checklist.Edition {
	ed := &checklist.Edition{ID: "2031-tea", Checksum: "new",
		Groups: []checklist.Group{{Dimension: checklist.BySize, ID: "small"}, {Dimension: checklist.BySize, ID: "large"}},
		Sections: []checklist.Section{{ID: "first", Questions: []checklist.Question{
			{ID: "policy", Kind: checklist.Single, Choices: choices("pub", "set", "planned", "none")},
			{ID: "vendor", Kind: checklist.Single, Choices: choices("have", "lack")},
			{ID: "manage", Kind: checklist.Single, Choices: choices("central", "local")},
			{ID: "staff", Kind: checklist.Number, Max: 100, Choices: staffClasses(10)},
			{ID: "tests", Kind: checklist.Single, Choices: choices("done", "not")},
			{ID: "stoves", Kind: checklist.Single, Choices: choices("have", "lack")},
			{ID: "taste", Kind: checklist.Single, Choices: choices("good", "bad")},
		}}},
		Figures: []checklist.Figure{{ID: "fig01", Question: "policy", Series: []checklist.Series{
			{ID: "out", Choices: []checklist.ChoiceID{"pub", "set"}},
			{ID: "lacking", Choices: []checklist.ChoiceID{"none"}}}}},
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
		line(checklist.Same, false, "vendor", "vendor", ""),
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

func firms(replies []reply, code func(checklist.Answers) (trend.Codes, error)) []trend.Firm {
	var out []trend.Firm
	for _, r := range replies {
		codes, err := code(r.answers())
		if err != nil {
			panic(err)
		}
		out = append(out, trend.Firm{ID: checklist.FirmID(r.id), Groups: []table.Group{{Dimension: "size", ID: r.size}}, Codes: codes})
	}
	return out
}
