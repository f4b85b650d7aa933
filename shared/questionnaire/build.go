package questionnaire

import (
	"fmt"
	"time"
	_ "time/tzdata" // an edition names its time zone, and a machine may know none

	"cssa/shared/checklist"
)

// edition maps all files. What cannot be mapped is a finding; everything else is left to Lint.
func (l *loader) edition() *checklist.Edition {
	e := &checklist.Edition{}

	var head editionFile
	l.parse("edition.yaml", &head)
	l.header(e, head)

	var glossary glossaryFile
	l.parse("glossary.yaml", &glossary)
	for _, t := range glossary.Terms {
		l.at("term "+t.ID.value, t.ID.line)
		e.Glossary = append(e.Glossary, checklist.Term{
			ID: t.ID.value, Name: checklist.Text(t.Name), Definition: checklist.Text(t.Definition), Source: checklist.Source(t.Source),
		})
	}

	var instructions instructionsFile
	l.parse("instructions.yaml", &instructions)
	l.at("instructions", 1)
	e.Instructions = texts(instructions.Paragraphs)

	for _, name := range l.sectionNames() {
		var s sectionFile
		l.parse(name, &s)
		l.at("section "+s.ID.value, s.ID.line)
		section := checklist.Section{ID: checklist.SectionID(s.ID.value), Number: s.Number, Title: checklist.Text(s.Title)}
		for _, q := range s.Questions {
			section.Questions = append(section.Questions, l.question(q))
		}
		e.Sections = append(e.Sections, section)
	}

	var rules rulesFile
	l.parse("rules.yaml", &rules)
	for _, r := range rules.Rules {
		e.Rules = append(e.Rules, l.rule(r))
	}

	var figures figuresFile
	l.parse("figures.yaml", &figures)
	for _, f := range figures.Figures {
		e.Figures = append(e.Figures, l.figure(e, f))
	}
	l.mapping(e, head.Previous)
	return e
}

func (l *loader) header(e *checklist.Edition, f editionFile) {
	l.at("edition", f.ID.line)
	e.ID = checklist.EditionID(f.ID.value)
	e.Title = checklist.Text(f.Title)
	e.Sector = f.Sector.value
	e.FiscalYear = f.FiscalYear
	e.Threshold, e.GroupMinimum = f.Threshold, f.GroupMinimum
	e.Office = checklist.Office{Name: checklist.Text(f.Office.Name), Phone: f.Office.Phone, Email: f.Office.Email}
	for _, d := range f.Dimensions {
		l.at("dimension "+d.ID.value, d.ID.line)
		e.Attributes = append(e.Attributes, checklist.Attribute{Dimension: checklist.Dimension(d.ID.value), Name: checklist.Text{JA: d.JA, EN: d.EN}})
	}
	for _, g := range f.Groups {
		l.at("group "+g.Dimension.value+"/"+g.ID.value, g.ID.line)
		e.Groups = append(e.Groups, checklist.Group{
			Dimension: checklist.Dimension(g.Dimension.value), ID: g.ID.value, Name: checklist.Text{JA: g.JA, EN: g.EN},
		})
	}

	var err error
	if e.ReferenceDate, err = checklist.ParseDate(f.ReferenceDate.value); err != nil {
		l.say(f.ReferenceDate.line, "reference_date", err.Error(), "write it like 2023-06-30")
	}
	// LoadLocation takes "" for UTC and "Local" for the machine's own zone; an edition must name a place.
	if e.Location, err = time.LoadLocation(f.TimeZone.value); err != nil || f.TimeZone.value == "" || f.TimeZone.value == "Local" {
		l.say(f.TimeZone.line, "time_zone", fmt.Sprintf("no time zone is called %q", f.TimeZone.value), "write it like Asia/Tokyo")
		return
	}
	for _, t := range []struct {
		key  string
		from mark
		to   *time.Time
	}{{"opens", f.Opens, &e.Opens}, {"deadline", f.Deadline, &e.Deadline}, {"closing", f.Closing, &e.Closing}} {
		if *t.to, err = time.ParseInLocation("2006-01-02 15:04", t.from.value, e.Location); err != nil {
			l.say(t.from.line, t.key, fmt.Sprintf("%q is not a date and time", t.from.value), "write it like 2023-08-25 17:00")
		}
	}
}

func (l *loader) question(f questionFile) checklist.Question {
	where := "question " + f.ID.value
	l.at(where, f.ID.line)
	q := checklist.Question{
		ID: checklist.QuestionID(f.ID.value), Number: f.Number, Kind: checklist.Kind(f.Kind),
		Title: checklist.Text(f.Title), Prompt: checklist.Text(f.Prompt), Notes: texts(f.Notes),
		Required: !f.Optional, Terms: f.Terms, Source: checklist.Source(f.Source), Reference: f.Reference,
		Unit: checklist.Text(f.Unit), Decimals: f.Decimals, Min: f.Min, Max: f.Max, Jump: f.Jump, JumpRanks: f.JumpRanks,
		Choices: l.choices(where, f.Choices), When: l.condition(where, f.When),
	}
	for _, it := range f.Items {
		l.at(where+", item "+it.ID.value, it.ID.line)
		q.Items = append(q.Items, checklist.Item{
			ID: checklist.ItemID(it.ID.value), Label: checklist.Text{JA: it.JA, EN: it.EN},
			Exclusive: it.Exclusive, Source: checklist.Source(it.Source),
		})
	}
	for _, st := range f.Stages {
		at := where + ", stage " + st.ID.value
		l.at(at, st.ID.line)
		q.Stages = append(q.Stages, checklist.Stage{
			ID: checklist.StageID(st.ID.value), Label: checklist.Text{JA: st.JA, EN: st.EN},
			After: ids[checklist.ChoiceID](st.After), Choices: l.choices(at, st.Choices),
		})
	}
	if q.Kind == checklist.Multiple {
		if len(q.Choices) > 0 {
			l.say(f.ID.line, where, "a multiple question has choices of its own", "leave them out: every item is answered yes or no")
		}
		q.Choices = []checklist.Choice{
			{ID: checklist.Yes, Label: checklist.Text{JA: "はい", EN: "Yes"}, Source: checklist.Composed},
			{ID: checklist.No, Label: checklist.Text{JA: "いいえ", EN: "No"}, Source: checklist.Composed},
		}
	}
	return q
}

func (l *loader) choices(where string, fs []choiceFile) []checklist.Choice {
	var cs []checklist.Choice
	for _, c := range fs {
		l.at(where+", choice "+c.ID.value, c.ID.line)
		cs = append(cs, checklist.Choice{
			ID: checklist.ChoiceID(c.ID.value), Label: checklist.Text{JA: c.JA, EN: c.EN},
			Rank: c.Rank, From: c.From, Source: checklist.Source(c.Source),
		})
	}
	return cs
}

func (l *loader) rule(f ruleFile) checklist.Rule {
	where := "rule " + f.ID.value
	l.at(where, f.ID.line)
	r := checklist.Rule{
		ID: f.ID.value, Severity: checklist.Severity(f.Severity),
		What: checklist.Text(f.What), Mend: checklist.Text(f.Mend),
	}
	if c := l.condition(where, f.Fails); c != nil {
		r.Fails = *c
	}
	for _, m := range f.At {
		r.At = append(r.At, l.ref(where, m))
	}
	return r
}

// figure fills in what a figure leaves out: all items, a series for each choice, a series' own choice and label.
func (l *loader) figure(e *checklist.Edition, f figureFile) checklist.Figure {
	where := "figure " + f.ID.value
	l.at(where, f.ID.line)
	fig := checklist.Figure{
		ID: checklist.FigureID(f.ID.value), Number: f.Number, Title: checklist.Text(f.Title),
		Question: checklist.QuestionID(f.Question), Population: checklist.Text(f.Population),
		Base: l.condition(where, f.Base), Items: ids[checklist.ItemID](f.Items),
		Unanswered: checklist.Treatment(f.Unanswered), NotApplicable: checklist.Treatment(f.NotApplicable),
		Uncounted: ids[checklist.ChoiceID](f.Uncounted), Order: checklist.Order(f.Order), Notes: texts(f.Notes),
	}
	q, ok := e.Question(f.Question)
	if !ok {
		q = &checklist.Question{} // Lint says that there is no such question
	}
	if len(f.Items) == 0 {
		for _, it := range q.Items {
			fig.Items = append(fig.Items, it.ID)
		}
	}
	for _, s := range f.Series {
		l.at(where+", series "+s.ID.value, s.ID.line)
		series := checklist.Series{
			ID: checklist.SeriesID(s.ID.value), Label: checklist.Text{JA: s.JA, EN: s.EN},
			Stage: checklist.StageID(s.Stage), Choices: ids[checklist.ChoiceID](s.Choices),
		}
		if len(series.Choices) == 0 {
			series.Choices = []checklist.ChoiceID{checklist.ChoiceID(s.ID.value)}
		}
		if c, ok := q.Choice(series.Stage, series.Choices[0]); ok && len(s.Choices) == 0 && series.Label == (checklist.Text{}) {
			series.Label = c.Label
		}
		fig.Series = append(fig.Series, series)
	}
	if len(f.Series) == 0 && q.Kind != checklist.Nested {
		for _, c := range q.Choices {
			fig.Series = append(fig.Series, checklist.Series{ID: checklist.SeriesID(c.ID), Label: c.Label, Choices: []checklist.ChoiceID{c.ID}})
		}
	}
	for _, b := range f.Bases {
		at := where + ", base of " + b.Item.value
		l.at(at, b.Item.line)
		row := checklist.RowBase{Item: checklist.ItemID(b.Item.value)}
		if c := l.condition(at, b.Base); c != nil {
			row.Base = *c
		}
		fig.RowBases = append(fig.RowBases, row)
	}
	for i, c := range f.Claims {
		l.at(fmt.Sprintf("%s, claim %d", where, i+1), c.Words.line)
		fig.Claims = append(fig.Claims, checklist.Claim{
			Item: checklist.ItemID(c.Item), Series: ids[checklist.SeriesID](c.Series), Rest: c.Rest,
			Words: c.Words.value, Than: checklist.ItemID(c.Than), Quote: c.Quote,
		})
	}
	return fig
}

func (l *loader) condition(where string, f *conditionFile) *checklist.Condition {
	if f == nil {
		return nil
	}
	c := &checklist.Condition{Not: l.condition(where, f.Not)}
	for i := range f.All {
		c.All = append(c.All, *l.condition(where, &f.All[i]))
	}
	for i := range f.Any {
		c.Any = append(c.Any, *l.condition(where, &f.Any[i]))
	}
	if f.Is != nil {
		c.Is = &checklist.Is{Ref: l.ref(where, f.Is.Place), Choices: ids[checklist.ChoiceID](f.Is.Choices)}
	}
	if f.Answered != nil {
		r := l.ref(where, *f.Answered)
		c.Answered = &r
	}
	if f.Count != nil {
		c.Count = &checklist.Count{
			Question: checklist.QuestionID(f.Count.Question.value), Stage: checklist.StageID(f.Count.Stage),
			Choices: ids[checklist.ChoiceID](f.Count.Choices), AtLeast: f.Count.AtLeast, AtMost: f.Count.AtMost,
		}
	}
	if f.Compare != nil {
		c.Compare = &checklist.Compare{Ref: l.ref(where, f.Compare.Place), AtLeast: f.Compare.AtLeast, AtMost: f.Compare.AtMost}
	}
	return c
}

func (l *loader) ref(where string, m mark) checklist.Ref {
	r, err := checklist.ParseRef(m.value)
	if err != nil {
		l.say(m.line, where, err.Error(), "write it like policy or report.own-incidents")
	}
	return r
}

func texts(fs []textFile) []checklist.Text {
	var ts []checklist.Text
	for _, f := range fs {
		ts = append(ts, checklist.Text(f))
	}
	return ts
}

func ids[T ~string](words []string) []T {
	var out []T
	for _, w := range words {
		out = append(out, T(w))
	}
	return out
}
