package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
)

// read reads a table's sentence in one language. Columns are the labels under which the table prints its numbers.
func read(t testing.TB, ed *checklist.Edition, ja bool, sentence string, columns []checklist.Text) (r *reading) {
	t.Helper()
	r = &reading{ed: ed, ja: ja, rest: sentence, asked: everybody, after: map[checklist.StageID][]checklist.ChoiceID{}, counts: map[string]readCount{}}
	defer func() {
		if why := recover(); why != nil {
			t.Fatalf("%v\nof %s", why, sentence)
		}
	}()
	day := ed.ReferenceDate
	r.must(fmt.Sprintf("対象先は、%d年%d月%d日の名簿にある全先。", day.Year, day.Month, day.Day),
		fmt.Sprintf("The population is every firm in the register on %d %s %d.", day.Day, day.Month, day.Year))
	for r.rest != "" {
		r.take("", " ")
		r.sentence(columns)
	}
	return r
}

func (r *reading) sentence(columns []checklist.Text) {
	switch {
	case r.take("割合は%で、小数点第2位を四捨五入した。", "Shares are percentages, rounded half up to one decimal."),
		r.take("複数回答であり、母数は回答の数でなく先の数なので、割合の合計は100にならない。",
			"Firms may say yes to several items; bases count firms, not answers, and shares do not add up to 100."):
		return
	case !r.ja && r.take("", "The base of "):
		r.base()
		return
	}
	before := r.rest
	if i := r.quoted(columns); i >= 0 && r.take("は、", " counts firms whose answer") {
		r.take("", " to")
		c := readCount{stage: r.stage(r.q)}
		r.take("の", "")
		r.must("回答が", " is ")
		c.choices = r.choices(r.q, c.stage)
		r.must("の先。", ".")
		r.counts[r.in(columns[i])] = c
		return
	}
	r.rest = before
	q, ok := r.question()
	if !ok {
		panic(fmt.Sprintf("read %q", r.rest))
	}
	r.q = q
	stage := r.stage(q)
	switch {
	case stage != "" && r.take("は、項目ごとに、", " was put, item by item, to firms whose answer to"):
		from := r.stage(q)
		r.must("の回答が", " is ")
		r.after[stage] = r.choices(q, from)
		r.must("の先に尋ねた。", ".")
	case stage == "" && r.take("は、", " was put to "):
		r.asked = r.firms()
		r.must("に尋ねた。", ".")
	case r.ja:
		r.rest = before
		r.base()
	default:
		panic(fmt.Sprintf("read %q", r.rest))
	}
}

// base reads whom the shares of some rows are of.
func (r *reading) base() {
	b := readBase{among: everybody}
	if !r.ja && !r.take("", "each item of ") {
		r.englishItems(&b)
	}
	q, ok := r.question()
	if !ok {
		panic(fmt.Sprintf("read %q", r.rest))
	}
	r.q = q
	if each := r.take("の各項目", "\x00"); !each && r.ja && strings.HasPrefix(r.rest, "の「") {
		r.take("の", "")
		for id, ok := r.item(q); ok; id, ok = r.item(q) {
			b.items = append(b.items, id)
			r.take("と", "")
		}
	}
	b.stage = r.stage(q)
	r.must("の母数は、", " is ")
	if r.ja && !r.treatment(&b) {
		b.among = r.firms()
		r.must("のうち、", "")
		if !r.treatment(&b) {
			panic(fmt.Sprintf("read %q", r.rest))
		}
	} else if !r.ja {
		if !r.treatment(&b) {
			panic(fmt.Sprintf("read %q", r.rest))
		}
		if r.take("", ", among ") {
			b.among = r.firms()
		}
	}
	r.must("。", ".")
	r.bases = append(r.bases, b)
}

// englishItems reads the items, which come before the question that has them.
func (r *reading) englishItems(b *readBase) {
	for _, q := range r.ed.Questions() {
		ahead, items := *r, []checklist.ItemID(nil)
		for id, ok := ahead.item(q); ok; id, ok = ahead.item(q) {
			items = append(items, id)
			ahead.take("", " and")
		}
		if len(items) > 0 && strings.HasPrefix(ahead.rest, " of "+q.Number+" ") {
			ahead.must("", " of ")
			r.rest, b.items = ahead.rest, items
			return
		}
	}
}

func (r *reading) treatment(b *readBase) bool {
	switch {
	case r.take("回答した先と尋ねなかった先（対象外）", "the firms that answered and those to which it was not put"):
		b.notPut = true
	case r.take("回答した先", "the firms that answered"):
	case r.take("尋ねた先（無回答を含む）", "the firms to which it was put, with those that left it blank"):
		b.blank = true
	case r.take("提出した先（無回答と対象外を含む）", "the firms that replied, with those that left it blank and those to which it was not put"):
		b.blank, b.notPut = true, true
	default:
		return false
	}
	return true
}

// cell says what the sentence makes of a firm at a row and a column: whether it is in the base, and in the count.
func (r *reading) cell(item checklist.ItemID, column checklist.Text, a checklist.Answers) (inBase, counted bool) {
	what, told := r.counts[r.in(column)]
	if !told {
		what.stage = r.bases[0].stage
		for _, c := range r.q.ChoicesAt(what.stage) {
			if c.Label == column {
				what.choices = []checklist.ChoiceID{c.ID}
			}
		}
	}
	for _, b := range r.bases {
		if b.stage != what.stage || b.items != nil && !slices.Contains(b.items, item) {
			continue
		}
		put := r.asked(a) && r.put(item, what.stage, a)
		ans, there := a[checklist.Ref{Question: r.q.ID, Item: item, Stage: what.stage}]
		answered := put && there
		choice := ans.Choice
		if r.q.Kind == checklist.Number {
			choice, _ = r.q.Class(ans.Number)
		}
		in := b.among(a) && (answered || b.blank && put || b.notPut && !put)
		return in, in && answered && slices.Contains(what.choices, choice)
	}
	panic(fmt.Sprintf("no base of %q at stage %q", item, what.stage))
}

func (r *reading) put(item checklist.ItemID, stage checklist.StageID, a checklist.Answers) bool {
	for i, st := range r.q.Stages {
		if st.ID == stage && i > 0 {
			before := r.q.Stages[i-1].ID
			return r.put(item, before, a) && slices.Contains(r.after[stage], a[checklist.Ref{Question: r.q.ID, Item: item, Stage: before}].Choice)
		}
	}
	return true
}
