package questionnaire

import (
	"fmt"
	"strings"

	"cssa/shared/checklist"
)

// Sentence puts a condition into words: which firms it holds for, e.g. 「4-1の回答が「存在する」の先」 and
// "firms for which the answer to 4-1 is “Yes, there are”". A nil condition holds for all. The condition must lint clean.
func Sentence(e *checklist.Edition, c *checklist.Condition) checklist.Text {
	if c == nil {
		return checklist.Text{JA: "全ての先", EN: "all firms"}
	}
	p := phraseOf(e, c)
	return checklist.Text{JA: p.ja + p.end + "先", EN: "firms for which " + p.en}
}

// A phrase is a condition as a clause. In Japanese it goes on with end before a noun and with mid before another clause.
type phrase struct{ ja, end, mid, en string }

func phraseOf(e *checklist.Edition, c *checklist.Condition) phrase {
	switch {
	case len(c.All) > 0:
		return joined(e, c.All, "、かつ", "and")
	case len(c.Any) > 0:
		return joined(e, c.Any, "、または", "or")
	case c.Not != nil:
		p := phraseOf(e, c.Not)
		if several(c.Not) {
			p.en = "(" + p.en + ")"
		}
		return phrase{"（" + p.ja + p.end + "先）に当たらな", "い", "く", "it is not so that " + p.en}
	case c.Is != nil:
		ja, en := choiceLabels(e, c.Is.Ref.Question, c.Is.Ref.Stage, c.Is.Choices)
		place := placeName(e, c.Is.Ref)
		return phrase{place.JA + "の回答が" + ja, "の", "で", "the answer to " + place.EN + " is " + en}
	case c.Answered != nil:
		place := placeName(e, *c.Answered)
		return phrase{place.JA + "に回答があ", "る", "り", place.EN + " is answered"}
	case c.Compare != nil:
		return compared(e, c.Compare)
	case c.Count != nil:
		return counted(e, c.Count)
	}
	return phrase{}
}

func joined(e *checklist.Edition, cs []checklist.Condition, ja, en string) phrase {
	if len(cs) == 1 {
		return phraseOf(e, &cs[0])
	}
	var j, n []string
	end := ""
	for i := range cs {
		p := phraseOf(e, &cs[i])
		if several(&cs[i]) {
			p = phrase{"（" + p.ja + p.end + "先）に当た", "る", "り", "(" + p.en + ")"}
		}
		if i < len(cs)-1 {
			p.ja += p.mid
		}
		end = p.end
		j, n = append(j, p.ja), append(n, p.en)
	}
	return phrase{strings.Join(j, ja), end, midOf(end), strings.Join(n, ", "+en+" ")}
}

// several says whether a condition is put into words as several clauses.
func several(c *checklist.Condition) bool {
	for len(c.All) == 1 || len(c.Any) == 1 {
		if len(c.All) == 1 {
			c = &c.All[0]
		} else {
			c = &c.Any[0]
		}
	}
	return len(c.All) > 1 || len(c.Any) > 1
}

// midOf returns the form before another clause that belongs to an ending before a noun.
func midOf(end string) string {
	switch end {
	case "る":
		return "り"
	case "い":
		return "く"
	}
	return "で"
}

func compared(e *checklist.Edition, c *checklist.Compare) phrase {
	q, ok := e.Question(string(c.Ref.Question))
	if !ok {
		return phrase{}
	}
	place := placeName(e, c.Ref)
	p := phrase{place.JA + "が", "の", "で", "the answer to " + place.EN + " is "}
	var en []string
	if c.AtLeast != nil {
		p.ja += q.Format(*c.AtLeast) + q.Unit.JA + "以上"
		en = append(en, "at least "+q.Format(*c.AtLeast))
	}
	if c.AtMost != nil {
		p.ja += q.Format(*c.AtMost) + q.Unit.JA + "以下"
		en = append(en, "at most "+q.Format(*c.AtMost))
	}
	p.en += strings.Join(en, " and ") + " (" + q.Unit.EN + ")"
	return p
}

func counted(e *checklist.Edition, c *checklist.Count) phrase {
	q, ok := e.Question(string(c.Question))
	if !ok {
		return phrase{}
	}
	ja, en := choiceLabels(e, c.Question, c.Stage, c.Choices)
	number := checklist.Text{JA: q.Number, EN: q.Number}
	if st, ok := q.Stage(c.Stage); ok {
		number = checklist.Text{JA: q.Number + "（" + st.Label.JA + "）", EN: q.Number + " (" + st.Label.EN + ")"}
	}
	p := phrase{number.JA + "のうち回答が" + ja + "の項目が", "の", "で", ""}
	var least, most string
	if c.AtLeast != nil {
		p.ja += fmt.Sprintf("%d個以上", *c.AtLeast)
		least = fmt.Sprintf("at least %d", *c.AtLeast)
	}
	if c.AtMost != nil {
		p.ja += fmt.Sprintf("%d個以下", *c.AtMost)
		most = fmt.Sprintf("at most %d", *c.AtMost)
	}
	if least != "" && most != "" {
		least += " and "
	}
	p.en = "the answer is " + en + " for " + least + most + " of the items of " + number.EN
	return p
}

// placeName returns the printed number, and the item and stage in words.
func placeName(e *checklist.Edition, r checklist.Ref) checklist.Text {
	q, ok := e.Question(string(r.Question))
	if !ok {
		return checklist.Text{JA: r.String(), EN: r.String()}
	}
	t := checklist.Text{JA: q.Number, EN: q.Number}
	if it, ok := q.Item(r.Item); ok {
		t.JA += "「" + it.Label.JA + "」"
		t.EN += " “" + it.Label.EN + "”"
	}
	if st, ok := q.Stage(r.Stage); ok {
		t.JA += "（" + st.Label.JA + "）"
		t.EN += " (" + st.Label.EN + ")"
	}
	return t
}

func choiceLabels(e *checklist.Edition, id checklist.QuestionID, stage checklist.StageID, choices []checklist.ChoiceID) (ja, en string) {
	q, ok := e.Question(string(id))
	if !ok {
		return "", ""
	}
	var j, n []string
	for _, id := range choices {
		label := checklist.Text{JA: string(id), EN: string(id)}
		if c, ok := q.Choice(stage, id); ok {
			label = c.Label
		}
		j, n = append(j, "「"+label.JA+"」"), append(n, "“"+label.EN+"”")
	}
	return strings.Join(j, "または"), strings.Join(n, " or ")
}
