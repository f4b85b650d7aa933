//go:build conformance

package workbook_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/workbook"
)

// entered is what a person types or chooses for answers and a cover.
func entered(ed *checklist.Edition, c checklist.Cover, a checklist.Answers) (cells [][3]any) {
	layout := workbook.LayoutOf(ed)
	put := func(at workbook.Location, v any) { cells = append(cells, [3]any{at.Sheet, at.Cell, v}) }
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			x, ok := a[r]
			if !ok {
				continue
			}
			switch q.Kind {
			case checklist.Number:
				n := float64(x.Number)
				for range q.Decimals {
					n /= 10
				}
				put(layout.Answer(r), n)
			case checklist.FreeText:
				put(layout.Answer(r), x.Text)
			default:
				cs := q.ChoicesAt(r.Stage)
				i := slices.IndexFunc(cs, func(c checklist.Choice) bool { return c.ID == x.Choice })
				text := cs[i].Label.JA
				if q.Kind != checklist.Multiple {
					text = fmt.Sprint(i+1, " ", text)
				}
				put(layout.Answer(r), text)
			}
		}
	}
	put(layout.Cover(workbook.Preparer), c.Preparer)
	put(layout.Cover(workbook.Approver), c.Approver)
	put(layout.Cover(workbook.ApproverTitle), c.ApproverTitle)
	put(layout.Cover(workbook.ApprovedOn), 45138) // 31 July 2023
	return cells
}

// wrong are cells that cannot be accepted, in the small edition; right is what mends them.
var (
	wrong = map[string]any{"policy": "検討中", "staff": "約10人", "report.nothing": "はい", "third": "ない", "contingency.ransomware.plan": "？",
		"contingency.ransomware.drill": nil, "cover/approver": nil}
	right = map[string]any{"policy": "2 経営方針として掲げている（対外公表はしていない）", "staff": 12.0, "report.nothing": "いいえ", "third": "1 ある", "contingency.ransomware.plan": "1 整備している",
		"contingency.ransomware.drill": "1 実施している", "cover/approver": "架空 花子"}
)

func at(ed *checklist.Edition, values map[string]any) (cells [][3]any) {
	layout := workbook.LayoutOf(ed)
	for place, v := range values {
		x := layout.Cover(workbook.Field(place))
		if !strings.Contains(place, "/") {
			x = layout.Answer(ref(place))
		}
		cells = append(cells, [3]any{x.Sheet, x.Cell, v})
	}
	return cells
}

func blank(t *testing.T, ed *checklist.Edition) []byte {
	var b bytes.Buffer
	if err := workbook.Blank(&b, ed, identityOf(ed)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWritersMatrix lets each program do each operation, and reads back what is written here.
func TestWritersMatrix(t *testing.T) {
	small, library := smallEdition(), questionnaire.NewLibrary(questionnaire.Builtin())
	editions := []*checklist.Edition{small}
	for _, id := range []checklist.EditionID{"2023-securities", "2024-securities", "2022-regional"} {
		ed, err := library.Edition(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		editions = append(editions, ed)
	}
	r := rand.New(rand.NewPCG(mutationSeed, 1))
	answers := map[*checklist.Edition]checklist.Answers{small: trickyAnswers()}
	// Most programs write such a text without the escape that it needs, so that it is "A" from then on, in Excel too.
	remarks := answers[small][ref("remarks")]
	remarks.Text = strings.ReplaceAll(remarks.Text, "_x0041_", "")
	answers[small][ref("remarks")] = remarks
	for _, ed := range editions[1:] {
		answers[ed] = drawAnswers(ed, r)
		for place, a := range answers[ed] {
			a.Text = strings.NewReplacer("_x0041_", "", "_x000D_", "").Replace(a.Text)
			answers[ed][place] = a
		}
	}
	same := func(t *testing.T, ed *checklist.Edition, data []byte, a checklist.Answers) {
		t.Helper()
		got, c := read(ed, data), signed(ed)
		if !sameAnswers(got.Answers, a) || got.Cover != c || got.Identity != identityOf(ed) || checklist.Blocking(got.Faults) > 0 {
			t.Errorf("%s: other answers at %q, cover %+v, faults %v", ed.ID, differences(got.Answers, a), got.Cover, summary(got.Faults))
		}
	}
	operations := []struct {
		name string
		do   func(t *testing.T, w writer)
	}{
		{"the blank checklist filled in", func(t *testing.T, w writer) {
			var books [][]byte
			var typed [][][3]any
			for _, ed := range editions {
				books, typed = append(books, blank(t, ed)), append(typed, entered(ed, signed(ed), answers[ed]))
			}
			for i, data := range w.through(t, books, typed) {
				same(t, editions[i], data, answers[editions[i]])
			}
		}},
		{"the filled one saved again", func(t *testing.T, w writer) {
			var books [][]byte
			for _, ed := range editions {
				books = append(books, write(t, ed, signed(ed), answers[ed]))
			}
			for i, data := range w.through(t, books, make([][][3]any, len(books))) {
				same(t, editions[i], data, answers[editions[i]])
			}
		}},
		{"a returned one mended", func(t *testing.T, w writer) {
			spoilt := edit(t, write(t, small, signed(small), complete()), set(wrong))
			marked := returned(t, small, spoilt)
			same(t, small, w.through(t, [][]byte{marked}, [][][3]any{at(small, right)})[0], complete())
		}},
		{"its own filled one returned, mended", func(t *testing.T, w writer) {
			own := w.through(t, [][]byte{write(t, small, signed(small), complete())}, [][][3]any{at(small, wrong)})[0]
			before := read(small, own)
			var want []string
			for _, f := range read(small, edit(t, write(t, small, signed(small), complete()), set(wrong))).Faults {
				want = append(want, told(f.Code, f.Ref, f.Sheet, f.Cell))
			}
			var have []string
			for _, f := range before.Faults {
				have = append(have, told(f.Code, f.Ref, f.Sheet, f.Cell))
			}
			if !slices.Equal(have, want) || len(want) < 7 {
				t.Errorf("faults %q, want %q", have, want)
			}
			marked := returned(t, small, own)
			same(t, small, w.through(t, [][]byte{marked}, [][][3]any{at(small, right)})[0], complete())
		}},
		{"returned, saved unmended, returned again, mended", func(t *testing.T, w writer) {
			marked := returned(t, small, edit(t, write(t, small, signed(small), complete()), set(wrong)))
			again := returned(t, small, w.through(t, [][]byte{marked}, [][][3]any{nil})[0])
			same(t, small, w.through(t, [][]byte{again}, [][][3]any{at(small, right)})[0], complete())
		}},
	}
	table := fmt.Sprintf("%-50s", "")
	for _, w := range writers() {
		table += fmt.Sprintf(" %-12s", w.name)
	}
	for _, o := range operations {
		table += fmt.Sprintf("\n%-50s", o.name)
		for _, w := range writers() {
			sign := "same"
			if !t.Run(o.name+"/"+w.name, func(t *testing.T) { o.do(t, w) }) {
				sign = "NOT"
			}
			table += fmt.Sprintf(" %-12s", sign)
		}
	}
	t.Log("\n" + table)
}
