package workbook_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
)

// A day of approval far from the round is asked about and does not stand in the way; the doors close on 15 September 2023.
func TestDayOfApproval(t *testing.T) {
	ed := smallEdition()
	whole := write(t, ed, signed(ed), complete())
	for typed, asked := range map[string]bool{
		"2007/8/21": true, "2030/8/21": true, "2022/8/21": true, "2023/5/29": true, "2023/5/30": false, "2023/7/31": false,
		"令和5年9月15日": false, "2023/9/16": true,
	} {
		got := read(ed, edit(t, whole, set(map[string]any{"cover/approved-on": typed})))
		if checklist.Blocking(got.Faults) > 0 || len(got.Faults) > 1 {
			t.Fatalf("%s: %q", typed, summary(got.Faults))
		}
		if (len(got.Faults) == 1) != asked {
			t.Errorf("%s: %q", typed, summary(got.Faults))
		}
		for _, f := range got.Faults {
			if f.Code != checklist.CodeApprovalDate || f.Sheet != "表紙" || f.Cell != "D11" || f.Found != got.Cover.ApprovedOn.String() || !strings.Contains(f.What.EN, "(2023-05-30 to 2023-09-15)") {
				t.Errorf("%s: %+v", typed, f)
			}
		}
	}
}

// A date that cannot be read is answered with one of this round's, and a formula without a result is not called blank.
func TestWhatIsSaidOfDatesAndFormulas(t *testing.T) {
	ed := smallEdition()
	data := edit(t, write(t, ed, signed(ed), complete()), func(f *excelize.File) error {
		return errors.Join(set(map[string]any{"cover/reference-date": "6月末", "cover/approved-on": "7月末", "policy": nil, "cover/preparer": nil})(f),
			f.SetCellFormula(page1, "D9", "A1"), f.SetCellFormula("表紙", "D8", "A1"))
	})
	got := read(ed, data)
	var said []string
	for _, f := range got.Faults {
		said = append(said, string(f.Code)+" "+f.Found+" "+f.Mend.JA)
	}
	if want := []string{"C004 6月末 2023/6/30 のように、年・月・日を記入してください。", "E107 （式のみ、結果なし） 式を消し、回答を記入し直してください。",
		"C004 7月末 2023/7/3 のように、年・月・日を記入してください。", "E107 （式のみ、結果なし） 式を消し、回答を記入し直してください。"}; !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
}
