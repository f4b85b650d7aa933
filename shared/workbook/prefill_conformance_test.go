//go:build conformance

package workbook_test

import (
	"bytes"
	"fmt"
	"maps"
	"testing"

	"github.com/xuri/excelize/v2"

	"cssa/shared/workbook"
)

// Another program saves a prefilled workbook: what was carried, what jumped and what is to be confirmed stay.
func TestLibreOfficeSavesAPrefilledWorkbookTheSame(t *testing.T) {
	ed, old := following(t)
	p := ed.Mapping.Carry(old, ed, lastAnswers(old))
	l := workbook.LayoutOf(ed)
	at := l.Answer(ref("headcount"))
	filled := edit(t, prefilled(t, ed, p), func(f *excelize.File) error { return f.SetCellValue(at.Sheet, at.Cell, 40) })
	saved := office(t, filled)
	if bytes.Equal(saved, filled) {
		t.Fatal("LibreOffice copied the file")
	}
	before, after := read(ed, filled), read(ed, saved)
	if !maps.Equal(before.Answers, after.Answers) || fmt.Sprint(summary(before.Faults)) != fmt.Sprint(summary(after.Faults)) {
		t.Errorf("answers %v\nafter   %v\nfaults %v\nafter  %v", before.Answers, after.Answers, summary(before.Faults), summary(after.Faults))
	}
	found := map[string]bool{}
	for _, f := range after.Faults {
		found[string(f.Code)] = true
	}
	if !found["W302"] || !found["C006"] {
		t.Errorf("faults %v", summary(after.Faults))
	}
}
