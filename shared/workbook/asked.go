package workbook

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// asked says to whom a question is put: a condition on one or several answers is spelled out. Of one that is nested deeper
// only the questions it depends on are named.
func asked(ed *checklist.Edition, c *checklist.Condition) checklist.Text {
	cases, and := []checklist.Condition{*c}, checklist.Text{}
	switch {
	case len(c.All) > 0:
		cases, and = c.All, checklist.Text{JA: "場合で、かつ", EN: " and "}
	case len(c.Any) > 0:
		cases, and = oneOf(c.Any), checklist.Text{JA: "場合、または", EN: " or "}
	}
	var ja, en []string
	for i := range cases {
		t, ok := askedCase(ed, &cases[i])
		if !ok {
			return dependent(ed, c)
		}
		ja, en = append(ja, t.JA), append(en, t.EN)
	}
	return checklist.Text{
		JA: "対象 " + strings.Join(ja, and.JA) + "場合だけ、回答してください。ほかの場合は空欄にしてください。",
		EN: "Answer only if " + strings.Join(en, and.EN) + ". Otherwise leave it blank.",
	}
}

// oneOf makes of alternatives about the same place one that names all their choices.
func oneOf(alternatives []checklist.Condition) []checklist.Condition {
	var out []checklist.Condition
	for _, c := range alternatives {
		i := slices.IndexFunc(out, func(o checklist.Condition) bool { return c.Is != nil && o.Is != nil && o.Is.Ref == c.Is.Ref })
		if i < 0 {
			out = append(out, c)
			continue
		}
		out[i].Is = &checklist.Is{Ref: c.Is.Ref, Choices: slices.Concat(out[i].Is.Choices, c.Is.Choices)}
	}
	return out
}

// askedCase puts a condition on one answer, or on the answers to one question, into words.
func askedCase(ed *checklist.Edition, c *checklist.Condition) (checklist.Text, bool) {
	switch {
	case c.Is != nil:
		return askedChoices(ed, c.Is, "と", "")
	case c.Not != nil && c.Not.Is != nil:
		return askedChoices(ed, c.Not.Is, "以外を", "other than ")
	case c.Compare != nil:
		place, q, ok := placeWords(ed, c.Compare.Ref)
		if !ok {
			return checklist.Text{}, false
		}
		ja, en := "", []string{}
		if n := c.Compare.AtLeast; n != nil {
			ja, en = ja+q.Format(*n)+q.Unit.JA+"以上", append(en, "at least "+q.Format(*n))
		}
		if n := c.Compare.AtMost; n != nil {
			ja, en = ja+q.Format(*n)+q.Unit.JA+"以下", append(en, "at most "+q.Format(*n))
		}
		return checklist.Text{JA: place.JA + "で" + ja + "と回答した", EN: "the answer to " + place.EN + " is " + strings.Join(en, " and ") + " (" + q.Unit.EN + ")"}, true
	case c.Count != nil:
		place, q, ok := placeWords(ed, checklist.Ref{Question: c.Count.Question, Stage: c.Count.Stage})
		if !ok {
			return checklist.Text{}, false
		}
		ja, en := "", []string{}
		if n := c.Count.AtLeast; n != nil {
			ja, en = ja+fmt.Sprintf("%dつ以上", *n), append(en, fmt.Sprintf("at least %d", *n))
		}
		if n := c.Count.AtMost; n != nil {
			ja, en = ja+fmt.Sprintf("%dつ以下", *n), append(en, fmt.Sprintf("at most %d", *n))
		}
		choices := choiceWords(q, c.Count.Stage, c.Count.Choices)
		return checklist.Text{
			JA: place.JA + "で" + choices.JA + "と回答した項目が" + ja + "の",
			EN: strings.Join(en, " and ") + " of the items of " + place.EN + " are answered " + choices.EN,
		}, true
	}
	return checklist.Text{}, false
}

func askedChoices(ed *checklist.Edition, is *checklist.Is, ja, en string) (checklist.Text, bool) {
	place, q, ok := placeWords(ed, is.Ref)
	choices := choiceWords(q, is.Ref.Stage, is.Choices)
	return checklist.Text{JA: place.JA + "で" + choices.JA + ja + "回答した", EN: "the answer to " + place.EN + " is " + en + choices.EN}, ok
}

// placeWords names a place by its printed number, with its item and stage if it has them.
func placeWords(ed *checklist.Edition, r checklist.Ref) (checklist.Text, *checklist.Question, bool) {
	q, ok := ed.Question(string(r.Question))
	if !ok {
		return checklist.Text{}, &checklist.Question{}, false
	}
	t := checklist.Text{JA: "設問" + q.Number, EN: q.Number}
	if it, ok := q.Item(r.Item); ok {
		t.JA, t.EN = t.JA+"「"+it.Label.JA+"」", t.EN+" “"+it.Label.EN+"”"
	}
	if st, ok := q.Stage(r.Stage); ok {
		t.JA, t.EN = t.JA+"（"+st.Label.JA+"）", t.EN+" ("+st.Label.EN+")"
	}
	return t, q, true
}

// choiceWords names choices as the cell's list does.
func choiceWords(q *checklist.Question, stage checklist.StageID, choices []checklist.ChoiceID) checklist.Text {
	var ja, en []string
	for i, c := range q.ChoicesAt(stage) {
		switch {
		case !slices.Contains(choices, c.ID):
		case q.Kind == checklist.Multiple: // its list is of yes and no, without numbers
			ja, en = append(ja, "「"+c.Label.JA+"」"), append(en, "“"+c.Label.EN+"”")
		default:
			ja = append(ja, fmt.Sprintf("「%d %s」", i+1, c.Label.JA))
			en = append(en, fmt.Sprintf("“%d %s”", i+1, c.Label.EN))
		}
	}
	return checklist.Text{JA: strings.Join(ja, "か"), EN: strings.Join(en, " or ")}
}

func dependent(ed *checklist.Edition, c *checklist.Condition) checklist.Text {
	var numbers []string
	for _, r := range c.Refs(ed) {
		if q, ok := ed.Question(string(r.Question)); ok && !slices.Contains(numbers, q.Number) {
			numbers = append(numbers, q.Number)
		}
	}
	return checklist.Text{
		JA: "対象 設問" + strings.Join(numbers, "、") + "の回答により、対象となる場合だけ回答してください。",
		EN: "Answer only if the answers to " + strings.Join(numbers, ", ") + " make it apply.",
	}
}
