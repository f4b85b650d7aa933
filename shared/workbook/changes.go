package workbook

import (
	"fmt"
	"strings"

	"cssa/shared/checklist"
)

// changeWords are the changes as firms read them.
var changeWords = map[checklist.Change]checklist.Text{
	checklist.Reworded: {JA: "表現変更", EN: "Reworded"},
	checklist.Widened:  {JA: "範囲拡大", EN: "Widened"},
	checklist.Narrowed: {JA: "範囲縮小", EN: "Narrowed"},
	checklist.Split:    {JA: "分割", EN: "Split"},
	checklist.Merged:   {JA: "統合", EN: "Merged"},
	checklist.New:      {JA: "新設", EN: "New"},
}

// changes says what is not as it was last time in a question, in one line; nothing if all is the same.
func changes(m *checklist.Mapping, q *checklist.Question) checklist.Text {
	var ja, en []string
	add := func(line *checklist.MappingLine, places []string) {
		word, ok := changeWords[line.Change]
		if !ok {
			return
		}
		j, e := "【"+word.JA+"】"+strings.Join(places, "・"), word.EN
		if len(places) > 0 {
			e += " " + strings.Join(places, ", ")
		}
		if line.Note != (checklist.Text{}) {
			j, e = j+" "+line.Note.JA, e+": "+strings.TrimSuffix(line.Note.EN, ".")
		}
		ja, en = append(ja, j), append(en, e)
	}
	var last *checklist.MappingLine
	var places []string
	for _, p := range q.Parts() {
		line := m.LineOfNew(p)
		if line == nil {
			continue
		}
		if line != last && last != nil {
			add(last, places)
			places = nil
		}
		last = line
		if p != p.Whole() {
			places = append(places, placeOf(q, p))
		}
	}
	if last != nil {
		add(last, places)
	}
	if len(ja) == 0 {
		return checklist.Text{}
	}
	return checklist.Text{JA: "前回から " + strings.Join(ja, "　"), EN: "Since last time: " + strings.Join(en, "; ") + "."}
}

// placeOf names a part as the sheet prints it: an item by its number in brackets, a choice by its number, a stage by its words.
func placeOf(q *checklist.Question, p checklist.Part) string {
	for i := range q.Items {
		if q.Items[i].ID == p.Item {
			return fmt.Sprintf("(%d)", i+1)
		}
	}
	for i, c := range q.ChoicesAt(p.Stage) {
		if c.ID == p.Choice {
			return fmt.Sprint(i + 1)
		}
	}
	if st, ok := q.Stage(p.Stage); ok {
		return st.Label.JA
	}
	return ""
}
