package questionnaire

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
)

// compare holds what is said to be the same, or to mean the same, against both editions.
func (m *mappingLinter) compare() {
	for i := range m.m.Lines {
		line := &m.m.Lines[i]
		if !line.Change.OneToOne() || len(line.Old) != 1 || len(line.New) != 1 {
			continue
		}
		old, now := line.Old[0], line.New[0]
		oq, ok := m.part(m.old, old)
		q, ok2 := m.part(m.e, now)
		if !ok || !ok2 {
			continue
		}
		where := mapped("new", now)
		if line.Carry {
			m.must(alike(oq, q), where, fmt.Sprintf("%q and %q differ in kind, unit or decimals, so no answer can be carried", old, now), "remove carry")
			if level(now) == "item" {
				m.must(m.sameScale(oq, q), where, fmt.Sprintf("%q and %q are answered by different choices, so no answer can be carried", old, now), "remove carry, or name the choices in lines")
			}
		}
		if line.Change == checklist.Same {
			m.must(slices.Equal(m.words(m.old, oq, old), m.words(m.e, q, now)), where,
				fmt.Sprintf("%q has other words than %q had", now, old), "write reworded, widened or narrowed")
			if level(now) == "question" {
				m.asked(oq, q)
			}
		}
		if level(now) == "question" {
			m.inherited(oq, q)
			m.exclusive(line, oq, q)
		}
	}
}

// alike says whether two questions are answered in the same way.
func alike(a, b *checklist.Question) bool {
	return a.Kind == b.Kind && a.Decimals == b.Decimals && a.Unit == b.Unit
}

// words returns what a firm reads of a part: of a question also its terms as they are defined.
func (m *mappingLinter) words(e *checklist.Edition, q *checklist.Question, p checklist.Part) []checklist.Text {
	switch level(p) {
	case "item":
		it, _ := q.Item(p.Item)
		return []checklist.Text{it.Label}
	case "stage":
		st, _ := q.Stage(p.Stage)
		return []checklist.Text{st.Label}
	case "choice":
		c, _ := q.Choice(p.Stage, p.Choice)
		return []checklist.Text{c.Label}
	}
	words := append([]checklist.Text{q.Title, q.Prompt, q.Unit}, q.Notes...)
	for _, id := range q.Terms {
		if t, ok := e.Term(id); ok { // another check says that it is not in the glossary
			words = append(words, t.Name, t.Definition)
		}
	}
	return words
}

// inherited checks that the parts that no line names have the words that they had.
func (m *mappingLinter) inherited(oq, q *checklist.Question) {
	for _, p := range q.Parts()[1:] {
		old := p
		old.Question = oq.ID
		_, known := m.part(m.old, old)
		if !known || m.m.LineOfNew(p) != nil || m.m.LineOfOld(old) != nil {
			continue
		}
		m.must(slices.Equal(m.words(m.old, oq, old), m.words(m.e, q, p)), mapped("new", p),
			fmt.Sprintf("%q has other words than before, and no line says so", p), "give it a line")
	}
}

// sameScale says whether the choices of two questions that no line names are the same.
func (m *mappingLinter) sameScale(oq, q *checklist.Question) bool {
	for _, c := range oq.Choices {
		p := checklist.Part{Question: oq.ID, Choice: c.ID}
		if m.m.LineOfOld(p) != nil {
			continue
		}
		if now, ok := q.Choice("", c.ID); !ok || now.Label != c.Label {
			return false
		}
	}
	return true
}

// exclusive checks that "none of these" is not carried once these are others.
func (m *mappingLinter) exclusive(line *checklist.MappingLine, oq, q *checklist.Question) {
	kept := map[checklist.ItemID]bool{}
	changed := false
	var none checklist.ItemID
	for _, it := range q.Items {
		if it.Exclusive {
			none = it.ID
		}
		from, ok := m.m.Keeps(checklist.Ref{Question: q.ID, Item: it.ID})
		if ok && from.Question == oq.ID {
			kept[from.Item] = true
		} else if !it.Exclusive {
			changed = true
		}
	}
	if none == "" {
		return
	}
	for _, it := range oq.Items {
		changed = changed || !it.Exclusive && !kept[it.ID]
	}
	_, carried := m.m.Keeps(checklist.Ref{Question: q.ID, Item: none})
	m.must(!line.Carry || !changed || !carried, mapped("new", checklist.Part{Question: q.ID, Item: none}),
		fmt.Sprintf("the other items of %q changed, so %q means something else", q.ID, none), "give it a line: widened or narrowed")
}
