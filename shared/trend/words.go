package trend

import (
	"fmt"
	"strings"

	"cssa/shared/checklist"
)

// A Break says why there is no line from the last edition to this one.
type Break struct {
	Change checklist.Change // the mapping's word for it; "" where the mapping is not why
	Why    checklist.Text   // a sentence or two in both languages
}

// why are the reasons for each change, before the mapping's own note.
var why = map[checklist.Change]checklist.Text{
	checklist.Reworded: {JA: "表現を改めており、前回と同じ意味とは限らないため、比較できません。", EN: "It was reworded and need not mean what it meant, so it cannot be compared."},
	checklist.Widened:  {JA: "前回より対象を広げたため、比較できません。", EN: "It covers more than last time, so it cannot be compared."},
	checklist.Narrowed: {JA: "前回より対象を絞ったため、比較できません。", EN: "It covers less than last time, so it cannot be compared."},
	checklist.Split:    {JA: "前回の%sを分割したため、単独では比較できません。", EN: "Last time's %s was split, so this cannot be compared by itself."},
	checklist.Merged:   {JA: "前回の%sを統合したため、単独では比較できません。", EN: "Last time's %s were merged, so this cannot be compared by itself."},
	checklist.New:      {JA: "今回新設したため、前回の値はありません。", EN: "It is new, so there is nothing to compare it with."},
}

// brokeBy returns the break that a line of the mapping makes. What was split or merged is called by its words in the old
// edition.
func brokeBy(old *checklist.Edition, line *checklist.MappingLine) *Break {
	text, ok := why[line.Change]
	if !ok {
		return unmapped()
	}
	if line.Change == checklist.Split || line.Change == checklist.Merged {
		var ja, en []string
		for _, p := range line.Old {
			words := partName(old, p)
			ja, en = append(ja, "「"+words.JA+"」"), append(en, "“"+words.EN+"”")
		}
		text = checklist.Text{JA: fmt.Sprintf(text.JA, strings.Join(ja, "")), EN: fmt.Sprintf(text.EN, strings.Join(en, " and "))}
	}
	if note := line.Note; note.JA != "" {
		text.JA += note.JA
	}
	if note := line.Note; note.EN != "" {
		text.EN += " " + note.EN
	}
	return &Break{line.Change, text}
}

func partName(e *checklist.Edition, p checklist.Part) checklist.Text {
	id := checklist.Text{JA: p.String(), EN: p.String()}
	q, ok := e.Question(string(p.Question))
	if !ok {
		return id
	}
	switch {
	case p.Choice != "":
		if c, ok := q.Choice(p.Stage, p.Choice); ok {
			return c.Label
		}
	case p.Stage != "":
		if st, ok := q.Stage(p.Stage); ok {
			return st.Label
		}
	case p.Item != "":
		if it, ok := q.Item(p.Item); ok {
			return it.Label
		}
	default:
		return q.Title
	}
	return id
}

func unmapped() *Break {
	return &Break{Why: checklist.Text{JA: "前回に対応する設問・選択肢がないため、比較できません。", EN: "The last edition has nothing that it could be compared with."}}
}

func otherScale() *Break {
	return &Break{Why: checklist.Text{JA: "回答の形式、単位又は区分が前回と異なるため、比較できません。", EN: "It is answered in another form, unit or classes than last time, so it cannot be compared."}}
}

func otherBase() *Break {
	return &Break{Why: checklist.Text{JA: "集計の対象となる先の条件が前回と異なり、前回の回答では判定できないため、比較できません。",
		EN: "Who is counted changed, and the other edition's answers cannot tell who that would have been, so it cannot be compared."}}
}

func partUnion() *Break {
	return &Break{Why: checklist.Text{JA: "まとめて集計する選択肢の一部に前回との対応がないため、比較できません。", EN: "Some of the choices counted together have no counterpart, so it cannot be compared."}}
}
