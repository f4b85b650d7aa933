package tally_test

import (
	"cssa/shared/checklist"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// teaEdition is a small invented edition with every kind of question and every way in which a place may not apply.
//
//	1 policy   single    pub set none
//	2 third    single    have lack
//	3 manage   single    central local none       only where third is have
//	4 reports  multiple  own other nothing        nothing excludes the others
//	5 logs     matrix    get keep × watched ruled part none
//	6 plan     nested    ransom ddos × plan (have none), drill (done not) after have
//	7 staff    number    classes from 0, 1, 5
//	8 budget   number    no classes               only with 5 staff or more
//	9 why      text                               only where policy is not pub
func teaEdition() *checklist.Edition {
	choices := func(ids ...checklist.ChoiceID) (cs []checklist.Choice) {
		for i, id := range ids {
			cs = append(cs, checklist.Choice{ID: id, Rank: i + 1})
		}
		return cs
	}
	items := func(ids ...checklist.ItemID) (is []checklist.Item) {
		for _, id := range ids {
			is = append(is, checklist.Item{ID: id, Exclusive: id == "nothing"})
		}
		return is
	}
	is := func(q checklist.QuestionID, c checklist.ChoiceID) *checklist.Condition {
		return &checklist.Condition{Is: &checklist.Is{Ref: checklist.Ref{Question: q}, Choices: []checklist.ChoiceID{c}}}
	}
	five := int64(5)
	staffed := &checklist.Condition{Compare: &checklist.Compare{Ref: checklist.Ref{Question: "staff"}, AtLeast: &five}}
	classes := choices("nobody", "few", "many")
	classes[1].From, classes[2].From = 1, 5
	yes := []checklist.Series{{ID: "yes", Choices: []checklist.ChoiceID{checklist.Yes}}}
	return &checklist.Edition{
		ID: "2031-tea", Checksum: "leaves",
		Groups: []checklist.Group{
			{Dimension: checklist.BySize, ID: "small"}, {Dimension: checklist.BySize, ID: "large"},
			{Dimension: checklist.ByGroup, ID: "old"}, {Dimension: checklist.ByGroup, ID: "new"}, {Dimension: checklist.ByGroup, ID: "nobody"},
			{Dimension: checklist.BySector, ID: "tea"},
		},
		Sections: []checklist.Section{
			{ID: "first", Questions: []checklist.Question{
				{ID: "policy", Kind: checklist.Single, Choices: choices("pub", "set", "none")},
				{ID: "third", Kind: checklist.Single, Choices: choices("have", "lack")},
				{ID: "manage", Kind: checklist.Single, When: is("third", "have"), Choices: choices("central", "local", "none")},
			}},
			{ID: "second", Questions: []checklist.Question{
				{ID: "reports", Kind: checklist.Multiple, Items: items("own", "other", "nothing"), Choices: choices(checklist.Yes, checklist.No)},
				{ID: "logs", Kind: checklist.Matrix, Items: items("get", "keep"), Choices: choices("watched", "ruled", "part", "none")},
				{ID: "plan", Kind: checklist.Nested, Items: items("ransom", "ddos"), Stages: []checklist.Stage{
					{ID: "plan", Choices: choices("have", "none")},
					{ID: "drill", After: []checklist.ChoiceID{"have"}, Choices: choices("done", "not")},
				}},
				{ID: "staff", Kind: checklist.Number, Max: 1000, Choices: classes},
				{ID: "budget", Kind: checklist.Number, Max: 1000, When: staffed},
				{ID: "why", Kind: checklist.FreeText, When: &checklist.Condition{Not: is("policy", "pub")}},
			}},
		},
		Figures: []checklist.Figure{
			{ID: "fig01", Question: "policy", Series: []checklist.Series{
				{ID: "with", Choices: []checklist.ChoiceID{"set", "pub", "set"}}, {ID: "without", Choices: []checklist.ChoiceID{"none"}}}},
			{ID: "fig02", Question: "reports", Items: []checklist.ItemID{"own", "other", "nothing"}, Order: checklist.ByShare, Series: yes},
			{ID: "fig03", Question: "logs", Items: []checklist.ItemID{"get", "keep"}, Order: checklist.ByShare, Series: []checklist.Series{
				{ID: "rules", Choices: []checklist.ChoiceID{"watched", "ruled"}}}},
			{ID: "fig04", Question: "plan", Items: []checklist.ItemID{"ransom", "ddos"}, Series: []checklist.Series{
				{ID: "plan", Stage: "plan", Choices: []checklist.ChoiceID{"have"}},
				{ID: "drill", Stage: "drill", Choices: []checklist.ChoiceID{"done"}}}},
			{ID: "fig05", Question: "reports", Items: []checklist.ItemID{"own", "other", "nothing"}, Base: staffed, Series: yes},
			{ID: "fig06", Question: "reports", Items: []checklist.ItemID{"own", "other"}, Unanswered: checklist.InBase, Series: yes,
				RowBases: []checklist.RowBase{{Item: "other", Base: *is("third", "have")}}},
			{ID: "fig07", Question: "manage", Unanswered: checklist.InBase, NotApplicable: checklist.InBase, Series: []checklist.Series{
				{ID: "central", Choices: []checklist.ChoiceID{"central"}}}},
		},
	}
}

func group(dimension checklist.Dimension, id string) table.Group {
	return table.Group{Dimension: string(dimension), ID: id}
}

func member(firm checklist.FirmID, peers, size string) tally.Member {
	return tally.Member{Firm: firm, Groups: []table.Group{
		group(checklist.BySize, size), group(checklist.ByGroup, peers), group(checklist.BySector, "tea"), table.All}}
}

// answers reads "place answer" pairs, as for a person: the answer to staff and budget is a number, to why a text.
func answers(pairs ...string) checklist.Answers {
	a := checklist.Answers{}
	for i := 0; i < len(pairs); i += 2 {
		r, err := checklist.ParseRef(pairs[i])
		if err != nil {
			panic(err)
		}
		a[r] = answer(r.Question, pairs[i+1])
	}
	return a
}

func answer(q checklist.QuestionID, s string) checklist.Answer {
	switch q {
	case "staff", "budget":
		n := int64(0)
		for _, d := range s {
			n = 10*n + int64(d-'0')
		}
		return checklist.Answer{Number: n}
	case "why":
		return checklist.Answer{Text: s}
	}
	return checklist.Answer{Choice: checklist.ChoiceID(s)}
}
