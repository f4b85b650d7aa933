package questionnaire

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

func (l *linter) figures() {
	seen := map[string]bool{}
	for i := range l.e.Figures {
		f := &l.e.Figures[i]
		where := "figure " + string(f.ID)
		l.id(where, string(f.ID), seen)
		l.on("number").must(f.Number == i+1, where, fmt.Sprintf("the number %d is not %d", f.Number, i+1), "number figures from 1 in order")
		l.text(where, "title", "title", f.Title)
		l.text(where, "population", "population", f.Population)
		l.texts(where, "notes", "note", f.Notes)
		if f.Base != nil {
			l.on("base").condition(where, f.Base)
		}
		q := l.on("question").questionByID(where, f.Question)
		if q == nil {
			continue
		}
		if q.Kind == checklist.FreeText {
			l.say(where, "free text is never shown", "take another question")
			continue
		}
		l.rows(where, f, q)
		l.bases(where, f)
		l.series(where, f, q)
		for j := range f.Claims {
			l.claim(fmt.Sprintf("%s, claim %d", where, j+1), f, &f.Claims[j])
		}
	}
}

func (l *linter) rows(where string, f *checklist.Figure, q *checklist.Question) {
	l.must((len(f.Items) > 0) == (len(q.Items) > 0), where, "the figure's rows are not the question's items", "name items only of a question that has them")
	seen := map[checklist.ItemID]bool{}
	for _, it := range f.Items {
		_, ok := q.Item(it)
		l := l.on("items")
		l.must(ok, where, fmt.Sprintf("%s has no item %q", q.ID, it), "correct items")
		l.must(!seen[it], where, fmt.Sprintf("the item %q is there twice", it), "name it once")
		seen[it] = true
	}
	switch f.Order {
	case checklist.InChecklistOrder:
	case checklist.ByShare:
		l.on("order").must(len(f.Items) > 0, where, "a figure without rows cannot be sorted", "write order: checklist")
	default:
		l.on("order").say(where, fmt.Sprintf("the order %q is not known", f.Order), "write checklist or share")
	}
}

// bases checks what a figure says of its bases beside its filter.
func (l *linter) bases(where string, f *checklist.Figure) {
	seen := map[checklist.ItemID]bool{}
	for i := range f.RowBases {
		b := &f.RowBases[i]
		at := where + ", base of " + string(b.Item)
		l.must(slices.Contains(f.Items, b.Item), at, fmt.Sprintf("item: the figure has no row %q", b.Item), "name one of the figure's items")
		l.must(!seen[b.Item], at, "the row has two bases", "join them with all")
		l.on("base").condition(at, &b.Base)
		seen[b.Item] = true
	}
	for _, t := range []struct {
		key  string
		says checklist.Treatment
	}{{"unanswered", f.Unanswered}, {"not_applicable", f.NotApplicable}} {
		l.on(t.key).must(t.says == checklist.OutOfBase || t.says == checklist.InBase, where,
			fmt.Sprintf("%s says %q", t.key, t.says), "write in_base, or leave it out: then these firms are not in the base")
	}
}

// series checks that numerators can be resolved, do not overlap (claims add them up), and that no choice is forgotten.
func (l *linter) series(where string, f *checklist.Figure, q *checklist.Question) {
	l.must(len(f.Series) > 0, where, "the figure counts nothing", "add series")
	type key struct {
		stage  checklist.StageID
		choice checklist.ChoiceID
	}
	ids, counted := map[string]bool{}, map[key]bool{}
	for _, s := range f.Series {
		at := where + ", series " + string(s.ID)
		l.id(at, string(s.ID), ids)
		l.text(at, "", "label", s.Label)
		_, ok := q.Stage(s.Stage)
		if q.Kind == checklist.Nested && !ok || q.Kind != checklist.Nested && s.Stage != "" {
			l.on("stage").say(at, fmt.Sprintf("%s has no stage %q", q.ID, s.Stage), "name a stage of the question, or none if it has none")
			continue
		}
		l.must(len(s.Choices) > 0, at, "the series counts no choice", "name its choices")
		for _, c := range s.Choices {
			l := l.on("choices")
			_, ok := q.Choice(s.Stage, c)
			l.must(ok, at, fmt.Sprintf("%s has no choice %q", q.ID, c), "correct choices")
			l.must(!counted[key{s.Stage, c}], at, fmt.Sprintf("the choice %q is counted twice", c), "let one series count it")
			counted[key{s.Stage, c}] = true
		}
	}
	if q.Kind == checklist.Nested {
		l.must(len(f.Uncounted) == 0, where, "uncounted is not for nested questions", "remove it")
		return
	}
	uncounted := map[checklist.ChoiceID]bool{}
	for _, c := range f.Uncounted {
		l := l.on("uncounted")
		_, ok := q.Choice("", c)
		l.must(ok, where, fmt.Sprintf("uncounted: %s has no choice %q", q.ID, c), "correct uncounted")
		l.must(!counted[key{"", c}], where, fmt.Sprintf("the choice %q is counted, yet under uncounted", c), "remove it from one of them")
		uncounted[c] = true
	}
	for _, c := range q.Choices {
		l.on("uncounted").must(counted[key{"", c.ID}] || uncounted[c.ID], where, fmt.Sprintf("no series counts the choice %q", c.ID), "count it, or name it under uncounted")
	}
}

func (l *linter) claim(where string, f *checklist.Figure, c *checklist.Claim) {
	row := func(name string, it checklist.ItemID) {
		for _, has := range f.Items {
			if has == it {
				return
			}
		}
		l.on(name).say(where, fmt.Sprintf("%s: the figure has no row %q", name, it), "name one of the figure's items")
	}
	if len(f.Items) > 0 || c.Item != "" {
		row("item", c.Item)
	}
	if c.Than != "" {
		row("than", c.Than)
		l.on("than").must(c.Than != c.Item, where, "a row is compared with itself", "name another row under than")
	}
	l.must(len(c.Series) > 0, where, "the claim names no series", "name them under series")
	stages := map[checklist.StageID]bool{}
	seen := map[checklist.SeriesID]bool{}
	for _, id := range c.Series {
		found := false
		for _, s := range f.Series {
			if s.ID == id {
				found = true
				stages[s.Stage] = true
			}
		}
		l := l.on("series")
		l.must(found, where, fmt.Sprintf("the figure has no series %q", id), "correct series")
		l.must(!seen[id], where, fmt.Sprintf("the series %q is named twice", id), "name it once")
		seen[id] = true
	}
	l.must(len(stages) <= 1, where, "series of two stages have different bases and do not add up", "make two claims")
	l.on("words").must(strings.TrimSpace(c.Words) != "", where, "the claim has no words", "write them as the source has them")
	l.on("quote").must(strings.TrimSpace(c.Quote) != "", where, "the claim has no quote", "copy the source's sentence")
}
