package questionnaire

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// BaseSentence explains a table in words, made of its definition: who is in the population, whom the shares of each row are
// of, to whom the question was put, what a column counts if that is not the answer it is called after, and how shares are
// rounded. E.g. 「対象先は、2023年6月30日の名簿にある全先。1-3の各項目の母数は、回答した先。…」.
func BaseSentence(e *checklist.Edition, d *checklist.TableDef) checklist.Text {
	s := []checklist.Text{populationSentence(d)}
	s = append(s, bases(e, d)...)
	s = append(s, put(e, d)...)
	for _, c := range d.Columns {
		if t, ok := counts(d, c); ok {
			s = append(s, t)
		}
	}
	if d.Question.Kind == checklist.Multiple {
		s = append(s, checklist.Text{
			JA: "複数回答であり、母数は回答の数でなく先の数なので、割合の合計は100にならない。",
			EN: "Firms may say yes to several items; bases count firms, not answers, and shares do not add up to 100.",
		})
	}
	if len(d.Columns) > 0 && d.Rounding == checklist.HalfUpTenth {
		s = append(s, checklist.Text{JA: "割合は%で、小数点第2位を四捨五入した。", EN: "Shares are percentages, rounded half up to one decimal."})
	}
	return together(s)
}

// QuartileSentence explains the quartiles of a number question in words.
func QuartileSentence(e *checklist.Edition, def *checklist.QuartileDef) checklist.Text {
	d := def.Distribution
	s := append([]checklist.Text{populationSentence(d)}, bases(e, d)...)
	s = append(s, put(e, d)...)
	for _, m := range def.Marks {
		rank := [...]string{"", "n/4", "n/2", "3n/4"}[m.Fours]
		s = append(s, checklist.Text{
			JA: m.Label.JA + "は、母数のn先の数値を小さい順に並べ、第" + rank + "位（端数は切上げ）の数値が入る区分。",
			EN: m.Label.EN + ": the class of the number of rank " + rank + ", rounded up, of the n in the base in ascending order.",
		})
	}
	return together(s)
}

func together(s []checklist.Text) checklist.Text {
	var ja, en []string
	for _, t := range s {
		ja, en = append(ja, t.JA), append(en, t.EN)
	}
	return checklist.Text{JA: strings.Join(ja, ""), EN: strings.Join(en, " ")}
}

func populationSentence(d *checklist.TableDef) checklist.Text {
	day := d.Population
	return checklist.Text{
		JA: fmt.Sprintf("対象先は、%d年%d月%d日の名簿にある全先。", day.Year, day.Month, day.Day),
		EN: fmt.Sprintf("The population is every firm in the register on %d %s %d.", day.Day, day.Month, day.Year),
	}
}

// bases says whom shares are of: one sentence for the rows without a filter of their own, one for each other row; of
// several stages one each.
func bases(e *checklist.Edition, d *checklist.TableDef) []checklist.Text {
	stages := []checklist.StageID{d.FirstStage()}
	for _, c := range d.Columns {
		if !slices.Contains(stages, c.Stage) {
			stages = append(stages, c.Stage)
		}
	}
	var common []checklist.TableRow
	for _, r := range d.Rows {
		if r.Base == nil {
			common = append(common, r)
		}
	}
	var s []checklist.Text
	for _, stage := range stages {
		if len(common) == len(d.Rows) {
			common = nil // each item
		}
		if len(common) > 0 || !ownBases(d) {
			s = append(s, baseOf(e, d, placesName(d, common, stage), d.Base))
		}
		for _, r := range d.Rows {
			if r.Base != nil {
				s = append(s, baseOf(e, d, placesName(d, []checklist.TableRow{r}, stage), d.Filter(r)))
			}
		}
	}
	return s
}

func ownBases(d *checklist.TableDef) bool {
	return slices.ContainsFunc(d.Rows, func(r checklist.TableRow) bool { return r.Base != nil })
}

// treatments are the firms of a base by what became of the place.
var treatments = map[[2]checklist.Treatment]checklist.Text{
	{checklist.OutOfBase, checklist.OutOfBase}: {JA: "回答した先", EN: "the firms that answered"},
	{checklist.InBase, checklist.OutOfBase}:    {JA: "尋ねた先（無回答を含む）", EN: "the firms to which it was put, with those that left it blank"},
	{checklist.OutOfBase, checklist.InBase}:    {JA: "回答した先と尋ねなかった先（対象外）", EN: "the firms that answered and those to which it was not put"},
	{checklist.InBase, checklist.InBase}:       {JA: "提出した先（無回答と対象外を含む）", EN: "the firms that replied, with those that left it blank and those to which it was not put"},
}

func baseOf(e *checklist.Edition, d *checklist.TableDef, places checklist.Text, filter *checklist.Condition) checklist.Text {
	who := treatments[[2]checklist.Treatment{d.Unanswered, d.NotApplicable}]
	t := checklist.Text{JA: places.JA + "の母数は、", EN: "The base of " + places.EN + " is " + who.EN}
	if filter != nil {
		among := Sentence(e, filter)
		t.JA += among.JA + "のうち、"
		t.EN += ", among " + among.EN
	}
	return checklist.Text{JA: t.JA + who.JA + "。", EN: t.EN + "."}
}

// placesName names the question, its rows (nil: each item) and the stage.
func placesName(d *checklist.TableDef, rows []checklist.TableRow, stage checklist.StageID) checklist.Text {
	q := d.Question
	t := checklist.Text{JA: q.Number, EN: q.Number}
	if len(q.Items) > 0 && rows == nil {
		t = checklist.Text{JA: q.Number + "の各項目", EN: "each item of " + q.Number}
	}
	var ja, en []string
	for _, r := range rows {
		if it, ok := q.Item(r.Item); ok {
			ja, en = append(ja, "「"+it.Label.JA+"」"), append(en, "“"+it.Label.EN+"”")
		}
	}
	if len(ja) > 0 {
		t = checklist.Text{JA: q.Number + "の" + strings.Join(ja, "と"), EN: strings.Join(en, " and ") + " of " + q.Number}
	}
	if st, ok := q.Stage(stage); ok {
		t.JA += "（" + st.Label.JA + "）"
		t.EN += " (" + st.Label.EN + ")"
	}
	return t
}

// put says to whom the question was put, and its later stages.
func put(e *checklist.Edition, d *checklist.TableDef) []checklist.Text {
	q := d.Question
	var s []checklist.Text
	if q.When != nil {
		to := Sentence(e, q.When)
		s = append(s, checklist.Text{JA: q.Number + "は、" + to.JA + "に尋ねた。", EN: q.Number + " was put to " + to.EN + "."})
	}
	last := slices.IndexFunc(q.Stages, func(st checklist.Stage) bool { return st.ID == d.FirstStage() })
	for _, c := range d.Columns {
		last = max(last, slices.IndexFunc(q.Stages, func(st checklist.Stage) bool { return st.ID == c.Stage }))
	}
	for i := 1; i <= last; i++ {
		st, before := q.Stages[i], q.Stages[i-1]
		ja, en := choiceLabels(e, q.ID, before.ID, st.After)
		s = append(s, checklist.Text{
			JA: q.Number + "（" + st.Label.JA + "）は、項目ごとに、（" + before.Label.JA + "）の回答が" + ja + "の先に尋ねた。",
			EN: q.Number + " (" + st.Label.EN + ") was put, item by item, to firms whose answer to (" + before.Label.EN + ") is " + en + ".",
		})
	}
	return s
}

// counts says what a column counts, unless it is the answer it is called after.
func counts(d *checklist.TableDef, c checklist.TableColumn) (checklist.Text, bool) {
	if len(c.Choices) == 1 && c.Stage == d.Stage {
		if choice, ok := d.Question.Choice(c.Stage, c.Choices[0]); ok && choice.Label == c.Label {
			return checklist.Text{}, false
		}
	}
	var ja, en []string
	for _, id := range c.Choices {
		choice, _ := d.Question.Choice(c.Stage, id)
		ja, en = append(ja, "「"+choice.Label.JA+"」"), append(en, "“"+choice.Label.EN+"”")
	}
	at := checklist.Text{}
	if st, ok := d.Question.Stage(c.Stage); ok {
		at = checklist.Text{JA: "（" + st.Label.JA + "）の", EN: " to (" + st.Label.EN + ")"}
	}
	return checklist.Text{
		JA: "「" + c.Label.JA + "」は、" + at.JA + "回答が" + strings.Join(ja, "または") + "の先。",
		EN: "“" + c.Label.EN + "” counts firms whose answer" + at.EN + " is " + strings.Join(en, " or ") + ".",
	}, true
}
