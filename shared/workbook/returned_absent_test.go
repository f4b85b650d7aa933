package workbook_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

// What is not there has no cell to look at, and what is there twice goes with its cell: the status turns all the same, or says
// from the start that only sending it again will tell.
func TestStatusOfWhatIsNotThere(t *testing.T) {
	ed := smallEdition()
	const done, changed, unknown = "✓ 直りました", "変更あり（再提出で確認）", "再提出で確認"
	column := func(f *excelize.File, name string) (values []string) {
		for row := range 40 {
			v, _ := f.GetCellValue(page1, fmt.Sprint(name, row+1))
			values = append(values, v)
		}
		return values
	}
	var answers []string // of the first page, before its column was deleted
	put := func(f *excelize.File, sheet string, cells map[string]any) error {
		for at, v := range cells {
			if err := f.SetCellValue(sheet, at, v); err != nil {
				return err
			}
		}
		return nil
	}
	whole := write(t, ed, signed(ed), complete())
	rowsOf := func(sheet string) [][]string {
		rows, err := open(t, whole).GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	for _, s := range []struct {
		story       string
		code        checklist.FaultCode
		spoil, mend func(f *excelize.File) error
		first, then string
	}{
		{"a row put back", checklist.CodeRowMissing,
			func(f *excelize.File) error { return put(f, page1, map[string]any{"A14": nil, "D14": nil}) },
			func(f *excelize.File) error { return put(f, page1, map[string]any{"A14": "staff", "D14": 3}) }, openStatus, done},
		{"a row inserted again", checklist.CodeRowMissing,
			func(f *excelize.File) error { return f.RemoveRow(page1, 14) },
			func(f *excelize.File) error {
				return errors.Join(f.InsertRows(page1, 14, 1), put(f, page1, map[string]any{"A14": "staff", "D14": 3}))
			}, openStatus, done},
		{"a row put by another question", checklist.CodeRowMissing,
			func(f *excelize.File) error { return f.RemoveRow(page1, 14) },
			func(f *excelize.File) error { return put(f, page1, map[string]any{"A60": "staff", "D60": 3}) }, openStatus, openStatus},
		{"a row put back blank", checklist.CodeRowMissing,
			func(f *excelize.File) error { return put(f, page1, map[string]any{"A14": nil, "D14": nil}) },
			func(f *excelize.File) error { return put(f, page1, map[string]any{"A14": "staff"}) }, openStatus, openStatus},
		{"a row of the cover put back", checklist.CodeRowMissing,
			func(f *excelize.File) error { return f.RemoveRow("表紙", 8) },
			func(f *excelize.File) error {
				return put(f, "表紙", map[string]any{"A30": "cover/preparer", "D30": "架空 太郎"})
			}, openStatus, done},
		{"a copied row deleted", checklist.CodeDuplicateRow,
			func(f *excelize.File) error { return f.DuplicateRow(page1, 14) },
			func(f *excelize.File) error { return put(f, page1, map[string]any{"A15": nil}) }, openStatus, done},
		{"a copied row left", checklist.CodeDuplicateRow,
			func(f *excelize.File) error { return f.DuplicateRow(page1, 14) },
			func(*excelize.File) error { return nil }, openStatus, openStatus},
		{"an answer column put back", checklist.CodeAnswerColumn,
			func(f *excelize.File) error { answers = column(f, "D"); return f.RemoveCol(page1, "D") },
			func(f *excelize.File) error {
				err := f.InsertCols(page1, "D", 1)
				for i, v := range answers {
					err = errors.Join(err, f.SetCellValue(page1, fmt.Sprint("D", i+1), v))
				}
				return err
			}, openStatus, done},
		{"its heading alone put back", checklist.CodeAnswerColumn,
			func(f *excelize.File) error { return f.RemoveCol(page1, "D") },
			func(f *excelize.File) error { return put(f, page1, map[string]any{"H1": "answer-1"}) }, openStatus, openStatus},
		{"a sheet put back", checklist.CodeSheetMissing,
			func(f *excelize.File) error { return f.DeleteSheet(page2) },
			func(f *excelize.File) error {
				_, err := f.NewSheet(page2)
				for i, row := range rowsOf(page2) {
					err = errors.Join(err, f.SetSheetRow(page2, fmt.Sprint("A", i+1), &row))
				}
				return err
			}, openStatus, done},
		{"a sheet put back under another name", checklist.CodeSheetMissing,
			func(f *excelize.File) error { return f.DeleteSheet(page2) },
			func(f *excelize.File) error { _, err := f.NewSheet(page2 + " (2)"); return err }, openStatus, changed},
		{"the column of ids put back", checklist.CodeIDsMissing,
			func(f *excelize.File) error { return f.RemoveCol(page1, "A") },
			func(f *excelize.File) error {
				err := f.InsertCols(page1, "A", 1)
				for i, row := range rowsOf(page1) {
					if len(row) > 0 && row[0] != "" {
						err = errors.Join(err, f.SetCellStr(page1, fmt.Sprint("A", i+1), row[0]))
					}
				}
				return err
			}, openStatus, done},
		{"answers filled in", checklist.CodeNoAnswers,
			func(f *excelize.File) error {
				err := error(nil)
				for _, r := range ed.Refs() {
					at := workbook.LayoutOf(ed).Answer(r)
					err = errors.Join(err, f.SetCellValue(at.Sheet, at.Cell, nil))
				}
				return err
			},
			func(f *excelize.File) error { return put(f, page1, map[string]any{"D9": 2}) }, openStatus, changed},
		{"sorted rows put back", checklist.CodeMisplacedRow,
			func(f *excelize.File) error {
				return put(f, page2, map[string]any{"C7": "他社事例", "C8": "自組織のインシデントの発生状況"})
			},
			func(f *excelize.File) error {
				return put(f, page2, map[string]any{"C7": "自組織のインシデントの発生状況\nIncidents of our own", "C8": "他社事例"})
			}, openStatus, done},
		{"a heading that is gone", checklist.CodeMisplacedRow,
			func(f *excelize.File) error { return put(f, page1, map[string]any{"B11": nil}) },
			func(*excelize.File) error { return nil }, unknown, unknown},
		{"cells unmerged", checklist.CodeMerged,
			func(f *excelize.File) error {
				return errors.Join(f.SetCellValue(page2, "D8", nil), f.MergeCell(page2, "D7", "D8"))
			},
			func(f *excelize.File) error {
				return errors.Join(f.UnmergeCell(page2, "D7", "D8"), put(f, page2, map[string]any{"D8": "はい"}))
			}, openStatus, done},
	} {
		t.Run(s.story, func(t *testing.T) {
			data := edit(t, whole, s.spoil)
			faults := read(ed, data).Faults
			if len(faults) != 1 || faults[0].Code != s.code {
				t.Fatalf("%q", summary(faults))
			}
			marked := returned(t, ed, data)
			if got := value(t, open(t, marked), listSheet, fmt.Sprint(statusCol, firstRow)); got != s.first {
				t.Errorf("written as %q, want %q", got, s.first)
			}
			switch {
			case s.code == checklist.CodeMerged: // excelize gives a hidden cell the value of the one that shows
			case s.first != unknown:
				if got := statuses(t, marked, 1)[0]; got != s.first {
					t.Errorf("calculated as %q, want %q", got, s.first)
				}
			default:
				if got := value(t, open(t, marked), listSheet, "B4"); !strings.HasPrefix(got, "要修正 残り 0 件") || !strings.HasSuffix(got, "再提出で確認 1 件") {
					t.Errorf("counted as %q", got)
				}
			}
			if got, err := open(t, marked).CalcCellValue(listSheet, "B4"); s.code != checklist.CodeMerged && (err != nil || got != value(t, open(t, marked), listSheet, "B4")) {
				t.Errorf("count calculated as %q, %v", got, err)
			}
			mended := edit(t, marked, s.mend)
			if s.then == unknown {
				return
			}
			if got := statuses(t, mended, 1)[0]; got != s.then {
				t.Errorf("status %q, want %q", got, s.then)
			}
			if got := read(ed, mended); (checklist.Blocking(got.Faults) == 0) != (s.then == done) {
				t.Errorf("then %q", summary(got.Faults))
			}
		})
	}
}
