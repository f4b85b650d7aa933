package questionnaire

import (
	"fmt"
	"strings"

	"cssa/shared/checklist"
)

func (l *linter) sections() {
	l.must(len(l.e.Sections) > 0, "edition", "there are no sections", "put one into the folder sections")
	sectionIDs, questionIDs, numbers := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range l.e.Sections {
		s := &l.e.Sections[i]
		where := "section " + string(s.ID)
		l.id(where, string(s.ID), sectionIDs)
		l.text(where, "title", "title", s.Title)
		l.on("number").must(s.Number == fmt.Sprint(i+1), where, fmt.Sprintf("the number %q is not %d", s.Number, i+1), "number sections from 1 in the order of their files")
		l.must(len(s.Questions) > 0, where, "the section has no questions", "remove the file, or add a question")
		for j := range s.Questions {
			q := &s.Questions[j]
			where := "question " + string(q.ID)
			l.id(where, string(q.ID), questionIDs)
			want := fmt.Sprintf("%s-%d", s.Number, j+1)
			l.on("number").must(q.Number == want, where, fmt.Sprintf("the number %q is not %s", q.Number, want), "number questions in order within their section")
			numbers[q.Number] = true
			l.question(where, q)
		}
	}
	for _, q := range l.e.Questions() {
		l.must(!numbers[string(q.ID)], "question "+string(q.ID), "the id is also a question's number", "use a word, so that the two cannot be confused")
	}
}

func (l *linter) question(where string, q *checklist.Question) {
	l.text(where, "title", "title", q.Title)
	l.text(where, "prompt", "prompt", q.Prompt)
	l.texts(where, "notes", "note", q.Notes)
	l.source(where, q.Source)
	for _, t := range q.Terms {
		_, ok := l.e.Term(t)
		l.on("terms").must(ok, where, fmt.Sprintf("the glossary has no term %q", t), "add it to glossary.yaml, or correct the word")
	}
	l.when(where, q)
	l.shape(where, q)
	l.items(where, q)
	l.choices(where, q.Choices)
	if q.Kind != checklist.Number {
		l.ranks(where, q.Choices)
	}
	l.jump(where, q)
	seen := map[string]bool{}
	for i, st := range q.Stages {
		at := where + ", stage " + string(st.ID)
		l.id(at, string(st.ID), seen)
		l.text(at, "", "label", st.Label)
		l.must(len(st.Choices) >= 2, at, "the stage has fewer than two choices", "add choices")
		l.choices(at, st.Choices)
		l.ranks(at, st.Choices)
		if i == 0 {
			l.on("after").must(len(st.After) == 0, at, "the first stage comes after nothing", "remove after")
			continue
		}
		l.must(len(st.After) > 0, at, "no answer leads to the stage", "name the answers to the stage before it under after")
		for _, c := range st.After {
			_, ok := q.Choice(q.Stages[i-1].ID, c)
			l.on("after").must(ok, at, fmt.Sprintf("the stage before it has no choice %q", c), "correct after")
		}
	}
}

// shape checks that a question has the parts that its kind needs, and no others.
func (l *linter) shape(where string, q *checklist.Question) {
	type want struct{ items, choices, stages, unit, bounds bool }
	wants := map[checklist.Kind]want{
		checklist.Single:   {choices: true},
		checklist.Multiple: {items: true, choices: true},
		checklist.Matrix:   {items: true, choices: true},
		checklist.Nested:   {items: true, stages: true},
		checklist.Number:   {choices: true, unit: true, bounds: true},
		checklist.FreeText: {bounds: true},
	}
	w, ok := wants[q.Kind]
	if !ok {
		l.on("kind").say(where, fmt.Sprintf("the kind %q is not known", q.Kind), "write single, multiple, matrix, nested, number or text")
		return
	}
	for _, part := range []struct {
		key, name string
		has, want bool
	}{
		{"items", "items", len(q.Items) > 0, w.items},
		{"choices", "choices", len(q.Choices) > 0, w.choices},
		{"stages", "stages", len(q.Stages) > 0, w.stages},
		{"unit", "a unit", q.Unit != (checklist.Text{}), w.unit},
		{"max", "a max", q.Max != 0, w.bounds},
	} {
		l := l.on(part.key)
		l.must(part.has || !part.want, where, fmt.Sprintf("a %s question needs %s", q.Kind, part.name), "add them")
		l.must(!part.has || part.want, where, fmt.Sprintf("a %s question has no use for %s", q.Kind, part.name), "remove them")
	}
	switch q.Kind {
	case checklist.Single, checklist.Matrix:
		l.must(len(q.Choices) >= 2, where, "the question has fewer than two choices", "add choices")
	case checklist.Multiple:
		l.must(len(q.Choices) == 2 && q.Choices[0].ID == checklist.Yes && q.Choices[1].ID == checklist.No, where,
			"the choices of a multiple question are not yes and no", "leave them out of the file")
	case checklist.Nested:
		l.must(len(q.Stages) >= 2, where, "a nested question needs two stages or more", "make it a matrix")
	case checklist.Number:
		l.text(where, "unit", "unit", q.Unit)
		l.on("decimals").must(q.Decimals >= 0 && q.Decimals <= 6, where, fmt.Sprintf("decimals %d is not within 0 to 6", q.Decimals), "correct it")
		l.on("min").must(q.Min < q.Max, where, "min is not below max", "correct them")
		l.classes(where, q)
	case checklist.FreeText:
		l.on("max").must(q.Max > 0 && q.Max <= 32767, where, fmt.Sprintf("max %d is not within 1 to 32767 characters", q.Max), "correct it: a cell holds no more")
	}
	l.must(q.Kind == checklist.Number || (q.Decimals == 0 && q.Min == 0), where, "decimals and min are for number questions", "remove them")
}

// classes checks that every number within the bounds falls into exactly one class, and that each class can be reached.
func (l *linter) classes(where string, q *checklist.Question) {
	if len(q.Choices) == 0 {
		return // said already
	}
	l.must(q.Choices[0].From <= q.Min, where, "the first class does not reach down to min", "start the first class at min")
	for i, c := range q.Choices {
		at := where + ", choice " + string(c.ID)
		l.on("from").must(i == 0 || c.From > q.Choices[i-1].From, at, "the classes do not ascend", "order them by from")
		l.on("from").must(c.From <= q.Max, at, "the class begins above max", "remove it, or raise max")
		l.on("rank").must(c.Rank == 0, at, "classes have no ranks", "remove rank")
	}
}

func (l *linter) items(where string, q *checklist.Question) {
	seen, labels := map[string]bool{}, labels{}
	exclusive := 0
	for _, it := range q.Items {
		at := where + ", item " + string(it.ID)
		l.id(at, string(it.ID), seen)
		l.text(at, "", "label", it.Label)
		l.source(at, it.Source)
		l.must(labels.add(it.Label), at, "two items have the same label", "word them apart")
		if it.Exclusive {
			exclusive++
			l.on("exclusive").must(q.Kind == checklist.Multiple, at, "only an item of a multiple question can be exclusive", "remove exclusive")
			l.on("exclusive").must(exclusive == 1, at, "two items are exclusive", "keep one “none of these”")
		}
	}
	l.must(len(q.Items) == 0 || exclusive < len(q.Items), where, "every item is exclusive", "add items")
}

// labels finds labels that differ in nothing but case and space, in either language: people type them.
type labels map[checklist.Text]bool

// add says whether t is new.
func (seen labels) add(t checklist.Text) bool {
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
	ja, en := checklist.Text{JA: plain(t.JA)}, checklist.Text{EN: plain(t.EN)}
	isNew := !seen[ja] && !seen[en]
	seen[ja], seen[en] = true, true
	return isNew
}

// choices checks ids and labels.
func (l *linter) choices(where string, cs []checklist.Choice) {
	seen, labels := map[string]bool{}, labels{}
	for _, c := range cs {
		at := where + ", choice " + string(c.ID)
		l.id(at, string(c.ID), seen)
		l.text(at, "", "label", c.Label)
		l.source(at, c.Source)
		l.must(labels.add(c.Label), at, "two choices have the same label", "word them apart")
	}
}

// ranks checks that all choices have a rank or none has, and that ranks start at 1 and leave no gap.
func (l *linter) ranks(where string, cs []checklist.Choice) {
	ranked, top := 0, 0
	used := map[int]bool{}
	for _, c := range cs {
		l.on("rank").must(c.Rank >= 0, where+", choice "+string(c.ID), "the rank is negative", "count ranks from 1")
		if c.Rank != 0 {
			ranked++
		}
		used[c.Rank] = true
		top = max(top, c.Rank)
	}
	if ranked == 0 {
		return
	}
	l.must(ranked == len(cs), where, "some choices have ranks and some have none", "give a rank to all or to none")
	if top > len(cs) {
		top = len(cs) // a gap for certain; do not count up to any number
	}
	for r := 1; r <= top; r++ {
		l.must(used[r], where, fmt.Sprintf("no choice has the rank %d", r), "number ranks from 1 without gaps; equal ranks tie")
	}
	l.must(top >= 2, where, "all choices have the same rank", "remove the ranks, or tell the choices apart")
}

// jump checks that what counts as far from last time's answer can be measured.
func (l *linter) jump(where string, q *checklist.Question) {
	l.on("jump").must(q.Jump == 0 || q.Kind == checklist.Number && q.Jump >= 2 && q.Jump <= 1000, where,
		fmt.Sprintf("jump %d is not a factor of 2 to 1000 of a number question", q.Jump), "correct or remove it")
	ordered := (q.Kind == checklist.Single || q.Kind == checklist.Matrix) && q.Ordered("")
	top := 0
	for _, c := range q.Choices {
		top = max(top, c.Rank)
	}
	l.on("jump_ranks").must(q.JumpRanks == 0 || ordered && q.JumpRanks >= 1 && q.JumpRanks < top, where,
		fmt.Sprintf("jump_ranks %d cannot be reached: it is for ordered choices, and below their ranks", q.JumpRanks), "correct or remove it")
}
