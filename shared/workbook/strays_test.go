package workbook_test

import (
	"errors"
	"slices"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

// An answer typed over last time's, in the column that only shows it, is never lost beside the one that was carried over.
func TestTypedOverLastTimesAnswer(t *testing.T) {
	ed, old := following(t)
	p := ed.Mapping.Carry(old, ed, lastAnswers(old))
	l := workbook.LayoutOf(ed)
	full, blank := prefilled(t, ed, p), write(t, ed, signed(ed), someAnswers(ed))
	moved := func(data []byte, typed map[workbook.Location]any) (at []workbook.Location, got workbook.Reading) {
		got = read(ed, edit(t, data, func(f *excelize.File) error {
			var err error
			for x, v := range typed {
				err = errors.Join(err, f.SetCellValue(x.Sheet, x.Cell, v))
			}
			return err
		}))
		for _, f := range got.Faults {
			if f.Code == checklist.CodeMovedAnswer {
				at = append(at, workbook.Location{Sheet: f.Sheet, Cell: f.Cell})
			}
		}
		return at, got
	}
	if at, _ := moved(full, nil); len(at) > 0 {
		t.Fatalf("as it was written: %v", at)
	}
	for place, typed := range map[string]any{"policy": 2, "headcount": 9, "report.patching": "はい", "training.plan": "いいえ", "contingency.cloud.plan": "1"} {
		x := l.Previous(ref(place))
		for name, data := range map[string][]byte{"prefilled": full, "not prefilled": blank} {
			at, got := moved(data, map[workbook.Location]any{x: typed})
			if !slices.Equal(at, []workbook.Location{x}) {
				t.Errorf("%s, %s: told at %v, not %v", name, place, at, x)
			}
			if _, taken := got.Answers[ref(place)]; taken {
				t.Errorf("%s, %s: the answer beside it is taken for the firm's", name, place)
			}
		}
	}
	var all map[workbook.Location]any // who clears last time's answers, or writes them again in another way, has moved nothing
	for _, v := range []any{nil, "  4\n", "４"} {
		all = map[workbook.Location]any{l.Previous(ref("headcount")): v}
		if at, _ := moved(full, all); len(at) > 0 {
			t.Errorf("%v over 4: %v", v, at)
		}
	}
}

// What stands in the blank row below an answer is another answer, the same again, or a text that is not read: the firm is told
// where it stands.
func TestTextBelowAnAnswer(t *testing.T) {
	ed := smallEdition()
	whole := write(t, ed, signed(ed), complete())
	for _, s := range []struct {
		story, sheet, cell string
		typed              any
		want               []string
	}{
		{"another choice", page1, "D10", "3", []string{"F021 policy D10 3"}},
		{"another number", page1, "D15", 7, []string{"F021 staff D15 7"}},
		{"the same again", page1, "D15", "12人", nil},
		{"a remark", page1, "D15", "来期に増員予定", []string{"W303 staff D15 来期に増員予定"}},
		{"more of a text", page1, "D23", "以下に補足します", []string{"W303 remarks D23 以下に補足します"}},
		{"beside the answer column", page1, "E10", "部長確認済", []string{"W303 policy E10 部長確認済"}},
	} {
		t.Run(s.story, func(t *testing.T) {
			data := edit(t, whole, func(f *excelize.File) error { return f.SetCellValue(s.sheet, s.cell, s.typed) })
			got := read(ed, data)
			if said := summary(got.Faults); !slices.Equal(said, s.want) {
				t.Fatalf("%q, want %q", said, s.want)
			}
			for _, f := range got.Faults {
				if _, taken := got.Answers[f.Ref]; taken == (f.Severity == checklist.Mend) {
					t.Errorf("its answer is taken: %v", taken)
				}
				if f.Severity == checklist.Confirm {
					mended := edit(t, returned(t, ed, data), func(x *excelize.File) error { return x.SetCellValue(s.sheet, s.cell, nil) })
					if got := statuses(t, mended, 1)[0]; got != "✓ 直りました" {
						t.Errorf("cleared: %q", got)
					}
				}
			}
		})
	}
}
