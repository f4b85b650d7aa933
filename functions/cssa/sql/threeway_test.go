package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/duckdb"
	"cssa/shared/lake/laketest"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// shapes is laketest's edition with a dimension of its own and a figure of every shape that a definition can have.
func shapes() *checklist.Edition {
	ed := laketest.Edition()
	ed.Attributes = []checklist.Attribute{{Dimension: "region", Name: checklist.Text{JA: "地域", EN: "Region"}}}
	ed.Groups = append(ed.Groups, checklist.Group{Dimension: "region", ID: "east", Name: checklist.Text{JA: "東", EN: "East"}},
		checklist.Group{Dimension: "region", ID: "west", Name: checklist.Text{JA: "西", EN: "West"}})
	one, two, five, nine := 1, 2, int64(50), int64(90)
	is := func(place, choice string) checklist.Condition {
		ref, _ := checklist.ParseRef(place)
		return checklist.Condition{Is: &checklist.Is{Ref: ref, Choices: []checklist.ChoiceID{checklist.ChoiceID(choice)}}}
	}
	long := checklist.Condition{Compare: &checklist.Compare{Ref: checklist.Ref{Question: "hours"}, AtLeast: &five}}
	middling := checklist.Condition{Compare: &checklist.Compare{Ref: checklist.Ref{Question: "hours"}, AtLeast: &five, AtMost: &nine}}
	reports := checklist.Condition{Count: &checklist.Count{Question: "report", Choices: []checklist.ChoiceID{"yes"}, AtLeast: &one, AtMost: &two}}
	plans := checklist.Condition{Count: &checklist.Count{Question: "contingency", Stage: "plan", Choices: []checklist.ChoiceID{"has"}, AtMost: &one}}
	answered := checklist.Condition{Answered: &checklist.Ref{Question: "report", Item: "cases"}}
	drilled := is("contingency.ransomware.drill", "done")
	either := checklist.Condition{Any: []checklist.Condition{long, is("policy", "none")}}
	not := func(c checklist.Condition) checklist.Condition { return checklist.Condition{Not: &c} }
	both := func(cs ...checklist.Condition) *checklist.Condition { return &checklist.Condition{All: cs} }
	yes := []checklist.Series{{ID: "yes", Label: checklist.Text{JA: "報告している", EN: "Reported"}, Choices: []checklist.ChoiceID{"yes"}}}
	drills := []checklist.Series{
		{ID: "plan", Stage: "plan", Label: checklist.Text{JA: "計画あり", EN: "Has a plan"}, Choices: []checklist.ChoiceID{"has"}},
		{ID: "drill", Stage: "drill", Label: checklist.Text{JA: "うち訓練", EN: "Drilled"}, Choices: []checklist.ChoiceID{"done"}},
		{ID: "neither", Stage: "drill", Label: checklist.Text{JA: "訓練の回答", EN: "Said of drills"}, Choices: []checklist.ChoiceID{"done", "not"}},
	}
	for _, f := range []checklist.Figure{
		{Question: "report", Series: yes, Order: checklist.ByShare, Base: both(either, not(drilled)), Unanswered: checklist.InBase,
			RowBases: []checklist.RowBase{{Item: "cases", Base: reports}, {Item: "nothing", Base: not(*both(answered, long))}}},
		{Question: "report", Series: yes, RowBases: []checklist.RowBase{{Item: "incidents", Base: plans}, {Item: "cases", Base: middling}, {Item: "nothing", Base: answered}}},
		{Question: "report", Series: yes, Order: checklist.ByShare, Items: []checklist.ItemID{"nothing", "cases"}, Base: &either},
		{Question: "contingency", Series: drills, Order: checklist.ByShare, NotApplicable: checklist.InBase},
		{Question: "contingency", Series: drills, Base: &plans, Unanswered: checklist.InBase, NotApplicable: checklist.InBase,
			RowBases: []checklist.RowBase{{Item: "ddos", Base: is("policy", "public")}}},
		{Question: "review", NotApplicable: checklist.InBase, Base: both(not(either), answered), Series: []checklist.Series{
			{ID: "yes", Label: checklist.Text{JA: "はい", EN: "Yes"}, Choices: []checklist.ChoiceID{"yes"}}}},
		{Question: "hours", Unanswered: checklist.InBase, Series: []checklist.Series{
			{ID: "any", Label: checklist.Text{JA: "回答あり", EN: "Any"}, Choices: []checklist.ChoiceID{"from-5", "under-5"}}}},
	} {
		f.Number = len(ed.Figures) + 1
		f.ID = checklist.FigureID(fmt.Sprintf("fig%02d", f.Number))
		ed.Figures = append(ed.Figures, f)
	}
	return ed
}

// For every table of every edition of the library, and of one with every shape, three accounts agree on every number: the
// count in Go, the SQL of the same definition over the written Parquet, and its sentence, read in Japanese and in English
// and applied to the answers firm by firm.
func TestEveryTableAgreesThreeWays(t *testing.T) {
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ids, err := lib.IDs()
	must(t, err)
	type sector struct {
		ed      *checklist.Edition
		firms   []register.Firm
		answers []checklist.Answers
	}
	var sectors []sector
	for _, id := range ids {
		ed, err := lib.Edition(t.Context(), id)
		must(t, err)
		firms, answers := invent(ed, 60)
		sectors = append(sectors, sector{ed, firms, answers[:50]})
	}
	rounds := rapid.Custom(func(t *rapid.T) sector {
		s := sector{ed: shapes(), firms: drawFirms(t)}
		for i := range s.firms {
			region := rapid.SampledFrom([]string{"", "east", "west"}).Draw(t, "region")
			s.firms[i].Attributes = register.AttributesOf(map[string]string{"region": region})
		}
		for range rapid.IntRange(0, len(s.firms)).Draw(t, "replied") {
			s.answers = append(s.answers, draw(t, s.ed))
		}
		return s
	})
	for seed := range 6 {
		sectors = append(sectors, rounds.Example(seed))
	}
	tables, cells := 0, 0
	for n, s := range sectors {
		t.Run(fmt.Sprintf("%s %d", s.ed.ID, n), func(t *testing.T) {
			p := newPlace(t)
			p.write(t, s.ed, night, s.firms, s.answers)
			must(t, lake.MakeCurrent(context.Background(), p.restricted, s.ed.ID, night))
			db := p.attach(t, duckdb.Restricted)
			recomputes(t, db, s.ed)
			for _, def := range s.ed.Tables() {
				if len(def.Columns) == 0 {
					continue // free text
				}
				tables++
				q := lake.TableQuery(s.ed, def)
				if rows := ask(t, db, q.Differences()); len(rows) > 0 {
					t.Errorf("%s %s: %d rows differ, e.g.\n%s", def.ID, def.Stage, len(rows), strings.Join(rows[:min(4, len(rows))], "\n"))
				}
			}
			cells += sentencesAgree(t, s.ed, s.firms, s.answers)
		})
	}
	if tables < 200 || cells < 15_000 {
		t.Errorf("only %d tables and %d cells were compared", tables, cells)
	}
	t.Logf("%d tables, %d cells in two languages", tables, cells)
}

// sentencesAgree holds every cell of every table against the sentence, and returns how many.
func sentencesAgree(t *testing.T, ed *checklist.Edition, firms []register.Firm, answers []checklist.Answers) (cells int) {
	t.Helper()
	made := tabulated(t, ed, firms, answers)
	for _, def := range ed.Tables() {
		n, why := sentenceAgrees(t, ed, def, made, firms, answers)
		cells += n
		if why != "" {
			t.Error(why)
		}
	}
	return cells
}

// tabulated counts a round in Go: the tables of every group, by id and stage.
func tabulated(t *testing.T, ed *checklist.Edition, firms []register.Firm, answers []checklist.Answers) map[string][]table.Table {
	t.Helper()
	var members []tally.Member
	for _, f := range firms {
		members = append(members, tally.Member{Firm: f.ID, Groups: groupsIn(ed, f)})
	}
	counted := tally.New(ed, members)
	for i, a := range answers {
		must(t, counted.Add(firms[i].ID, a))
	}
	made := map[string][]table.Table{}
	for _, tb := range append(counted.Distributions(), counted.Figures()...) {
		made[tb.ID+"@"+tb.Stage] = append(made[tb.ID+"@"+tb.Stage], tb)
	}
	return made
}

// sentenceAgrees holds a table of every group against the sentence of a definition in both languages, cell by cell. It
// returns how many cells it saw, and the first that does not agree.
func sentenceAgrees(t *testing.T, ed *checklist.Edition, def *checklist.TableDef, made map[string][]table.Table, firms []register.Firm, answers []checklist.Answers) (cells int, why string) {
	t.Helper()
	var labels []checklist.Text
	for _, c := range def.Columns {
		labels = append(labels, c.Label)
	}
	sentence := questionnaire.BaseSentence(ed, def)
	for _, text := range []string{sentence.JA, sentence.EN} {
		said := read(t, ed, text == sentence.JA, text, labels)
		for _, tb := range made[def.ID+"@"+string(def.Stage)] {
			for _, row := range tb.Rows {
				for k, c := range row.Cells {
					base, count := 0, 0
					for i, a := range answers {
						if !slices.Contains(groupsIn(ed, firms[i]), tb.Group) {
							continue
						}
						in, is := said.cell(checklist.ItemID(row.Item), labels[k], a)
						if in {
							base++
						}
						if is {
							count++
						}
					}
					if cells++; c != table.Count(count, base) {
						shown, _ := c.Count()
						of, _ := c.Base()
						return cells, fmt.Sprintf("%s %s %s %s, %v: counted %d of %d, said %d of %d by\n%s", def.ID, def.Stage, row.Item, tb.Columns[k], tb.Group, shown, of, count, base, text)
					}
				}
			}
		}
	}
	return cells, ""
}

// Whatever is changed in a definition, the SQL and the sentence made of it no longer agree with the table.
func TestTheThreeWaysBite(t *testing.T) {
	ed, p := shapes(), newPlace(t)
	firms, answers := invent(ed, 500)
	p.write(t, ed, night, firms, answers)
	must(t, lake.MakeCurrent(context.Background(), p.restricted, ed.ID, night))
	db := p.attach(t, duckdb.Restricted)
	made, changed := tabulated(t, ed, firms, answers), 0
	for i := range ed.Figures {
		for name, change := range map[string]func(*checklist.TableDef) bool{
			"the filter is gone":     func(d *checklist.TableDef) bool { had := d.Base != nil; d.Base = nil; return had },
			"a row's filter is gone": func(d *checklist.TableDef) bool { had := d.Rows[0].Base != nil; d.Rows[0].Base = nil; return had },
			"blanks count otherwise": func(d *checklist.TableDef) bool { d.Unanswered = other(d.Unanswered); return true },
			"a union lost a choice": func(d *checklist.TableDef) bool {
				c := &d.Columns[len(d.Columns)-1]
				had := len(c.Choices) > 1
				c.Choices = c.Choices[:1]
				return had
			},
			"a column of another stage": func(d *checklist.TableDef) bool {
				if d.Columns[0].Stage != "plan" {
					return false
				}
				d.Columns[0] = checklist.TableColumn{ID: d.Columns[0].ID, Label: d.Columns[0].Label, Stage: "drill", Choices: []checklist.ChoiceID{"done"}}
				return true
			},
		} {
			def, _ := ed.Figures[i].Table(ed)
			if !change(def) {
				continue
			}
			changed++
			if rows := ask(t, db, lake.TableQuery(ed, def).Differences()); len(rows) == 0 {
				t.Errorf("%s, %s: not noticed by SQL", def.ID, name)
			}
			if _, why := sentenceAgrees(t, ed, def, made, firms, answers); why == "" {
				t.Errorf("%s, %s: not noticed by the sentence", def.ID, name)
			}
		}
	}
	if changed < 20 {
		t.Errorf("only %d changes", changed)
	}
}

func other(says checklist.Treatment) checklist.Treatment {
	if says == checklist.InBase {
		return checklist.OutOfBase
	}
	return checklist.InBase
}
