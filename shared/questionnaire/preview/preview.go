// Package preview shows an edition on one page before it is frozen: what firms will be asked, question by question, with
// conditions and rules in words, and what becomes of the answers.
package preview

import (
	_ "embed" // of the page's template and stylesheet
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
)

//go:embed page.html
var pageSource string

//go:embed style.css
var style string

// The stylesheet becomes part of the template, so that it is the program's own text and never data.
var pageTemplate = template.Must(template.New("page").Parse(strings.Replace(pageSource, "STYLE", style, 1)))

// HTML writes the edition as one page in Japanese and English that needs nothing else: no script and no resource from
// anywhere. The edition must lint clean.
func HTML(w io.Writer, ed *checklist.Edition) error {
	if err := pageTemplate.Execute(w, page{ed}); err != nil {
		return fmt.Errorf("preview of %s: %w", ed.ID, err)
	}
	return nil
}

type page struct{ *checklist.Edition }

// A question is a question with what the page says about it.
type question struct {
	*checklist.Question
	ed *checklist.Edition
}

// Of returns the questions of a section.
func (p page) Of(s checklist.Section) []question {
	var qs []question
	for i := range s.Questions {
		qs = append(qs, question{&s.Questions[i], p.Edition})
	}
	return qs
}

// Dates are the dates of the round, in words with their weekdays.
func (p page) Dates() []labelled {
	ja := []rune("日月火水木金土")
	var out []labelled
	for _, d := range []struct {
		name  checklist.Text
		at    time.Time
		clock bool
	}{
		{text("基準日", "Reference date"), p.ReferenceDate.Start(p.Location), false}, {text("受付開始", "Opens"), p.Opens, true},
		{text("提出期限", "Deadline"), p.Deadline, true}, {text("受付終了", "Closing"), p.Closing, true},
	} {
		at := d.at.In(p.Location)
		v := text(fmt.Sprintf("%s（%c）", at.Format("2006年1月2日"), ja[at.Weekday()]), at.Format("Monday 2 January 2006"))
		if d.clock {
			v.JA, v.EN = v.JA+at.Format("15:04"), v.EN+at.Format(", 15:04")
		}
		out = append(out, labelled{d.name, v})
	}
	return append(out, labelled{text("秘匿基準", "Threshold"), text(fmt.Sprintf("%d先", p.Threshold), fmt.Sprintf("%d firms", p.Threshold))})
}

// A labelled is a text with its name.
type labelled struct{ Name, Text checklist.Text }

func text(ja, en string) checklist.Text { return checklist.Text{JA: ja, EN: en} }

// Counts says how much is asked.
func (p page) Counts() checklist.Text {
	qs, refs := len(p.Questions()), len(p.Refs())
	return text(fmt.Sprintf("%d問、回答欄は%dか所", qs, refs), fmt.Sprintf("%d questions, %d cells to answer", qs, refs))
}

// Words puts a condition into words.
func (p page) Words(c *checklist.Condition) checklist.Text {
	return questionnaire.Sentence(p.Edition, c)
}

// Fails puts into words what a rule holds against a firm.
func (p page) Fails(r checklist.Rule) checklist.Text {
	return questionnaire.Sentence(p.Edition, &r.Fails)
}

// Marks names the places that a rule marks.
func (p page) Marks(r checklist.Rule) string {
	var names []string
	for _, ref := range r.At {
		name := ref.String()
		if q, ok := p.Question(string(ref.Question)); ok {
			name = q.Number
			if it, ok := q.Item(ref.Item); ok {
				name += "「" + it.Label.JA + "」"
			}
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// Asked says to whom the question is put; "" if to all.
func (q question) Asked() checklist.Text {
	if q.When == nil {
		return checklist.Text{}
	}
	return questionnaire.Sentence(q.ed, q.When)
}

// Shown are the terms that stand beside the question.
func (q question) Shown() []checklist.Term {
	var out []checklist.Term
	for _, id := range q.Terms {
		if t, ok := q.ed.Term(id); ok {
			out = append(out, *t)
		}
	}
	return out
}

// How says how the question is answered.
func (q question) How() checklist.Text {
	switch q.Kind {
	case checklist.Single:
		return text("1つ選ぶ", "choose one")
	case checklist.Multiple:
		return text("項目ごとに、はい・いいえ", "yes or no for each item")
	case checklist.Matrix:
		return text("項目ごとに1つ選ぶ", "choose one for each item")
	case checklist.Nested:
		return text("項目ごと・段階ごとに1つ選ぶ", "choose one for each item, stage by stage")
	case checklist.Number:
		least, most := q.Format(q.Min), q.Format(q.Max)
		return text(fmt.Sprintf("数値（%s〜%s%s）", least, most, q.Unit.JA), fmt.Sprintf("a number from %s to %s (%s)", least, most, q.Unit.EN))
	case checklist.FreeText:
		return text(fmt.Sprintf("自由記入（%d文字まで）", q.Max), fmt.Sprintf("free text, at most %d characters", q.Max))
	}
	return checklist.Text{}
}

// A change is what became of a question since the edition before.
type change struct{ Name, Note checklist.Text }

// Changed says what became of the question; nil if nothing, or if there is no edition before.
func (q question) Changed() *change {
	if q.ed.Mapping == nil {
		return nil
	}
	l := q.ed.Mapping.LineOfNew(checklist.Part{Question: q.ID})
	if l == nil || l.Change == checklist.Same {
		return nil
	}
	names := map[checklist.Change]checklist.Text{
		checklist.Reworded: text("表現変更", "reworded"), checklist.Widened: text("範囲拡大", "widened"), checklist.Narrowed: text("範囲縮小", "narrowed"),
		checklist.Split: text("分割", "split"), checklist.Merged: text("統合", "merged"), checklist.New: text("新設", "new"),
	}
	return &change{names[l.Change], l.Note}
}

// Class says from where on a class of a number question reaches.
func (q question) Class(c checklist.Choice) string { return q.Format(c.From) + "–" }

// After names the answers that lead to a stage.
func (q question) After(st checklist.Stage) checklist.Text {
	var out checklist.Text
	for i, before := range q.Stages {
		if before.ID != st.ID || i == 0 {
			continue
		}
		var ja, en []string
		for _, id := range st.After {
			if c, ok := q.Choice(q.Stages[i-1].ID, id); ok {
				ja, en = append(ja, "「"+c.Label.JA+"」"), append(en, "“"+c.Label.EN+"”")
			}
		}
		out = text(q.Stages[i-1].Label.JA+"が"+strings.Join(ja, "または")+"の項目だけ", "only where "+q.Stages[i-1].Label.EN+" is "+strings.Join(en, " or "))
	}
	return out
}
