package workbook

import (
	"fmt"
	"strings"

	"cssa/shared/checklist"
)

// longestEntry is the longest entry of a drop-down in characters; Excel cuts longer ones off.
const longestEntry = 200

// entry returns a choice as the drop-down shows it: its number and text, はい or いいえ for a multiple question.
func entry(q *checklist.Question, stage checklist.StageID, i int) string {
	label := q.ChoicesAt(stage)[i].Label.JA
	if q.Kind == checklist.Multiple {
		return label
	}
	label = strings.Join(strings.Fields(label), " ")
	if r := []rune(label); len(r) > longestEntry {
		label = string(r[:longestEntry-1]) + "…"
	}
	return fmt.Sprintf("%d %s", i+1, label)
}

// entries returns the drop-down of a place.
func entries(q *checklist.Question, stage checklist.StageID) []string {
	var es []string
	for i := range q.ChoicesAt(stage) {
		es = append(es, entry(q, stage, i))
	}
	return es
}

func numbered(i int, t checklist.Text) checklist.Text {
	return checklist.Text{JA: fmt.Sprintf("%d  %s", i+1, t.JA), EN: fmt.Sprintf("%d  %s", i+1, t.EN)}
}

// scale puts the choices of a stage into one line.
func scale(st *checklist.Stage) checklist.Text {
	var ja, en []string
	for i, c := range st.Choices {
		ja = append(ja, fmt.Sprintf("%d %s", i+1, c.Label.JA))
		en = append(en, fmt.Sprintf("%d %s", i+1, c.Label.EN))
	}
	return checklist.Text{
		JA: "「" + st.Label.JA + "」： " + strings.Join(ja, "　／　"),
		EN: st.Label.EN + ": " + strings.Join(en, " / "),
	}
}

// howTo is what every edition's instruction sheet says, after the edition's own instructions, about the workbook itself.
var howTo = []checklist.Text{
	{JA: "水色の欄だけに記入できます。選択式の欄は、欄を選ぶと右に出る▼から選んでください。",
		EN: "Only the light blue cells can be filled in. Where there are choices, select the cell and choose from the list under ▼."},
	{JA: "マクロのない.xlsx形式のまま、パスワードや権限管理の保護を付けずに提出してください。",
		EN: "Submit it as .xlsx, without macros, a password or rights management."},
}
