package workbook_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

// An example types a line's example into a correct workbook, as found or mended, and reads it.
type example func(t *testing.T, typed string) outcome

type outcome struct {
	ed   *checklist.Edition
	data []byte
	got  workbook.Reading
}

// cellExamples are those of the catalogue that stand in one cell.
func cellExamples(t *testing.T) map[checklist.FaultCode]example {
	ed := smallEdition()
	strict := smallEdition()
	strict.Rules[0].Severity = checklist.Mend
	filled := write(t, ed, signed(ed), complete())
	in := func(ed *checklist.Edition, place string, around map[string]any) example {
		return func(t *testing.T, typed string) outcome {
			all := map[string]any{place: typed}
			for k, v := range around {
				all[k] = v
			}
			if strings.HasPrefix(typed, "（") {
				all[place] = nil
			}
			data := edit(t, filled, set(all))
			return outcome{ed, data, read(ed, data)}
		}
	}
	change := func(f func(f *excelize.File, typed string) error) example {
		return func(t *testing.T, typed string) outcome {
			data := edit(t, filled, func(x *excelize.File) error { return f(x, typed) })
			return outcome{ed, data, read(ed, data)}
		}
	}
	n := regexp.MustCompile(`^[0-9]+`)
	next, old := following(t)
	carried := func(place func(*workbook.Layout) workbook.Location) example {
		return func(t *testing.T, typed string) outcome {
			at := place(workbook.LayoutOf(next))
			data := edit(t, prefilled(t, next, next.Mapping.Carry(old, next, lastAnswers(old))), func(f *excelize.File) error {
				return f.SetCellStr(at.Sheet, at.Cell, strings.Trim(typed, "（空欄）"))
			})
			return outcome{next, data, read(next, data)}
		}
	}
	return map[checklist.FaultCode]example{
		checklist.CodeCoverBlank:    in(ed, "cover/preparer", nil),
		checklist.CodeNoApproval:    in(ed, "cover/approver", nil),
		checklist.CodeReferenceDate: in(ed, "cover/reference-date", nil),
		checklist.CodeCoverDate:     in(ed, "cover/approved-on", nil),
		checklist.CodeApprovalDate:  in(ed, "cover/approved-on", nil),
		checklist.CodeFirmName:      in(ed, "cover/firm-name", nil),
		checklist.CodeNotConfirmed:  carried(func(l *workbook.Layout) workbook.Location { return l.Cover(workbook.Carried) }),
		checklist.CodeUnanswered:    in(ed, "policy", nil),
		checklist.CodeNotAChoice:    in(ed, "policy", nil),
		checklist.CodeTwoChoices:    in(ed, "policy", nil),
		checklist.CodeNotANumber:    in(ed, "staff", nil),
		checklist.CodeOutOfRange:    in(ed, "staff", nil),
		checklist.CodeTooLong: func(t *testing.T, typed string) outcome {
			length := map[string]int{"200": 200, "201": 201}[n.FindString(typed)]
			return in(ed, "remarks", nil)(t, strings.Repeat("長", length))
		},
		checklist.CodeCellError: func(t *testing.T, typed string) outcome {
			data := filled
			if strings.HasPrefix(typed, "#") {
				data = repack(t, filled, sheetPart, func(s string) string {
					return regexp.MustCompile(`<c r="D9"([^>]*?) t="[^"]*"[^>]*>.*?</c>`).ReplaceAllString(s, `<c r="D9"$1 t="e"><v>`+typed+`</v></c>`)
				})
			}
			return outcome{ed, data, read(ed, data)}
		},
		checklist.CodeFormula: change(func(f *excelize.File, typed string) error {
			if formula, ok := strings.CutPrefix(typed, "="); ok {
				return errors.Join(f.SetCellValue(policy, "D9", nil), f.SetCellFormula(policy, "D9", formula))
			}
			return f.SetCellStr(policy, "D9", typed)
		}),
		checklist.CodeDecimals: in(ed, "share", nil),
		checklist.CodeMerged: change(func(f *excelize.File, typed string) error {
			if from, to, ok := strings.Cut(typed, ":"); ok {
				return f.MergeCell(report, from, to)
			}
			return nil
		}),
		checklist.CodeExclusive:     in(ed, "report.nothing", nil),
		checklist.CodeNotApplicable: in(ed, "managed.contract", map[string]any{"third": "2", "managed.yearly": nil}),
		checklist.CodeNothingChosen: in(ed, "report.nothing", map[string]any{"report.incidents": "いいえ", "report.others": "いいえ", "depth": nil}),
		checklist.CodeRule:          in(strict, "staff", map[string]any{"policy": "1"}),
		checklist.CodeRuleConfirm:   in(ed, "policy", map[string]any{"policy": "1", "staff": 0}),
		checklist.CodeNotRead: change(func(f *excelize.File, typed string) error {
			if strings.HasPrefix(typed, "（") {
				return nil
			}
			return f.SetCellStr(policy, "D15", typed)
		}),
		checklist.CodeJump: carried(func(l *workbook.Layout) workbook.Location { return l.Answer(ref("headcount")) }),
	}
}

// fileExamples are workbooks with which something is the matter as a whole.
func fileExamples(t *testing.T) map[checklist.FaultCode]outcome {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	all := map[checklist.FaultCode]outcome{}
	for _, h := range hostiles(t) {
		if _, there := all[h.code]; !there {
			data := h.file()
			all[h.code] = outcome{ed, data, read(ed, data)}
		}
	}
	for code, change := range map[checklist.FaultCode]func(f *excelize.File) error{
		checklist.CodeNoIdentity:   set(map[string]any{string(workbook.FirmCell): nil}),
		checklist.CodeWrongEdition: set(map[string]any{string(workbook.EditionCell): "2022-securities"}),
		checklist.CodeOldTemplate:  set(map[string]any{string(workbook.ChecksumCell): "0123456789ab"}),
		checklist.CodeOtherFirm:    set(map[string]any{string(workbook.FirmCell): "S-0138"}),
		checklist.CodeSheetMissing: func(f *excelize.File) error { return f.DeleteSheet(report) },
		checklist.CodeRowMissing:   func(f *excelize.File) error { return f.RemoveRow(policy, 14) },
		checklist.CodeDuplicateRow: func(f *excelize.File) error { return f.DuplicateRow(policy, 14) },
		checklist.CodeMovedAnswer: func(f *excelize.File) error {
			return errors.Join(f.SetCellValue(policy, "D18", nil), f.SetCellValue(policy, "D19", 2))
		},
		"F028": func(f *excelize.File) error {
			return errors.Join(f.SetCellStr(report, "C7", "他社事例"), f.SetCellStr(report, "C8", "自組織のインシデントの発生状況"))
		},
		checklist.CodeIDsMissing:   func(f *excelize.File) error { return f.RemoveCol(policy, "A") },
		checklist.CodeAnswerColumn: func(f *excelize.File) error { return f.RemoveCol(policy, "D") },
	} {
		data := edit(t, filled, change)
		all[code] = outcome{ed, data, read(ed, data)}
	}
	empty := write(t, ed, signed(ed), nil)
	all[checklist.CodeNoAnswers] = outcome{ed, empty, read(ed, empty)}
	return all
}

// Every code of the catalogue is produced: what it calls found is typed into a workbook and found, what it calls mended is
// not, and the fault is shown where the catalogue says. What only the receipt knows is produced by a test of intake.
func TestEveryCodeIsProduced(t *testing.T) {
	cells, files := cellExamples(t), fileExamples(t)
	for _, e := range checklist.Catalogue() {
		t.Run(string(e.Code), func(t *testing.T) {
			example, inCell := cells[e.Code]
			o, inFile := files[e.Code]
			switch {
			case e.FoundBy == checklist.FoundOnReceipt:
				if inCell || inFile || !testedByIntake(t, e.Code) {
					t.Errorf("found on receipt: produced by the workbook alone (%t), tested by intake (%t)", inCell || inFile, testedByIntake(t, e.Code))
				}
				return
			case inCell == inFile:
				t.Fatalf("the example of a cell: %t, of a file: %t", inCell, inFile)
			case inCell:
				o = example(t, e.Found.JA)
			}
			f := wantFault(t, o, e)
			if inCell && e.Severity == checklist.Mend || e.Code[0] == 'C' {
				if mended := example(t, e.Mended.JA); slices.ContainsFunc(mended.got.Faults, func(f checklist.Fault) bool { return f.Code == e.Code }) {
					t.Errorf("%q is not mended: %v", e.Mended.JA, summary(mended.got.Faults))
				}
			}
			err := workbook.Returned(io.Discard, bytes.NewReader(o.data), int64(len(o.data)), o.ed, o.got, workbook.Notice{Firm: who.Firm})
			is := checklist.ShownInList
			switch {
			case errors.Is(err, workbook.ErrCannotMark):
				is = checklist.ShownInLetter
			case err != nil:
				t.Fatal(err)
			case f.Cell != "":
				is = checklist.ShownAtCell
			}
			if is != e.Shown {
				t.Errorf("shown in the %s, the catalogue says %s: %v", is, e.Shown, err)
			}
		})
	}
}

func wantFault(t *testing.T, o outcome, e checklist.Entry) checklist.Fault {
	t.Helper()
	for _, f := range o.got.Faults {
		if f.Code == e.Code {
			if f.Severity != e.Severity || !f.What.Complete() || !f.Mend.Complete() || strings.ContainsAny(f.What.JA+f.What.EN+f.Mend.JA+f.Mend.EN, "{}") {
				t.Errorf("%s: %+v", f.Code, f)
			}
			return f
		}
	}
	t.Fatalf("%q gives %v", e.Found.JA, summary(o.got.Faults))
	return checklist.Fault{}
}

// testedByIntake says whether a test of intake expects the code.
func testedByIntake(t *testing.T, code checklist.FaultCode) bool {
	t.Helper()
	names := map[checklist.FaultCode]string{
		checklist.CodeUnknownFirm: "CodeUnknownFirm", checklist.CodeAfterClosing: "CodeAfterClosing", checklist.CodeNotOpen: "CodeNotOpen",
		checklist.CodeInfected: "CodeInfected", checklist.CodeNotScanned: "CodeNotScanned", checklist.CodeFrozen: "CodeFrozen",
	}
	tests, err := filepath.Glob("../../functions/intake/*_test.go")
	if err != nil || len(tests) == 0 {
		t.Fatal("no tests of intake", err)
	}
	for _, path := range tests {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if names[code] != "" && bytes.Contains(source, []byte("checklist."+names[code])) || bytes.Contains(source, []byte(`"`+code+`"`)) {
			return true
		}
	}
	return false
}
