package intake_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

// A workbook with a fault is kept marked, before anything is told; mended and sent again, it is accepted.
func TestAReturnedWorkbookIsKeptMarked(t *testing.T) {
	r := newRoom(t)
	answers := r.answers()
	first := r.ed.Questions()[0].Refs()[0]
	right := answers[first]
	delete(answers, first)
	up := r.upload(t, "S-0001", r.filled(t, "S-0001", answers))
	must(t, r.Handle(t.Context(), up))
	sub := r.submission(t, up)
	if sub.Status != checklist.Returned || sub.Marked != archive.MarkedKey(edition, "S-0001", up.Ticket) {
		t.Fatalf("%s, marked %q", sub.Status, sub.Marked)
	}
	body, _, err := r.kept.Get(t.Context(), sub.Marked, "", 1<<20)
	must(t, err)
	got := workbook.Read(bytes.NewReader(body), int64(len(body)), r.ed, workbook.Identity{Firm: "S-0001"})
	if len(got.Faults) != 1 || got.Faults[0].Ref != first {
		t.Errorf("the marked workbook reads as %v", got.Faults)
	}
	if id, err := workbook.IdentityOf(bytes.NewReader(body), int64(len(body))); err != nil || id.Firm != "S-0001" {
		t.Errorf("the marked workbook is %v's, %v", id, err)
	}
	must(t, r.Handle(t.Context(), up)) // a repeat changes nothing
	again, _, err := r.kept.Get(t.Context(), sub.Marked, "", 1<<20)
	if err != nil || !bytes.Equal(again, body) {
		t.Errorf("a repeat wrote another: %v", err)
	}
	answers[first] = right
	up = r.upload(t, "S-0001", r.filled(t, "S-0001", answers))
	must(t, r.Handle(t.Context(), up))
	if sub := r.submission(t, up); sub.Status != checklist.Accepted || sub.Marked != "" {
		t.Errorf("mended: %s, marked %q, %v", sub.Status, sub.Marked, sub.Faults)
	}
}

// What is no checklist of the firm's is answered by a letter alone.
func TestWhatCannotBeMarkedIsNot(t *testing.T) {
	r := newRoom(t)
	for _, body := range [][]byte{[]byte("a,b\n1,2\n"), r.filled(t, "S-0002", r.answers())} {
		up := r.upload(t, "S-0001", body)
		must(t, r.Handle(t.Context(), up))
		sub := r.submission(t, up)
		if sub.Status != checklist.Returned || sub.Marked != "" {
			t.Errorf("%v: %s, marked %q", sub.Faults, sub.Status, sub.Marked)
		}
		if _, _, err := r.kept.Get(t.Context(), archive.MarkedKey(edition, "S-0001", up.Ticket), "", 1<<20); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("something is kept: %v", err)
		}
	}
}

// A warning does not stand in the way. Confirmed with a reason in the list that came back, it is recorded and not asked again.
func TestAWarningIsConfirmedWithAReason(t *testing.T) {
	r := newRoom(t)
	name := workbook.LayoutOf(r.ed).Cover(workbook.FirmName)
	up := r.upload(t, "S-0001", typed(t, r.filled(t, "S-0001", r.answers()), name.Sheet, name.Cell, "架空ひと証券"))
	must(t, r.Handle(t.Context(), up))
	sub := r.submission(t, up)
	if sub.Status != checklist.Accepted || sub.Marked == "" || sub.Confirmations != nil || len(sub.Faults) != 1 {
		t.Fatalf("%s, marked %q, %v, %v", sub.Status, sub.Marked, sub.Faults, sub.Confirmations)
	}
	body, _, err := r.kept.Get(t.Context(), sub.Marked, "", 1<<20)
	must(t, err)
	for reason, want := range map[string][]checklist.Confirmation{
		" 略称で記入しました。\n": {{Code: checklist.CodeFirmName, Reason: "略称で記入しました。"}},
		"   ":           nil,
	} {
		up = r.upload(t, "S-0001", withReason(t, body, "C005", reason))
		must(t, r.Handle(t.Context(), up))
		sub = r.submission(t, up)
		if sub.Status != checklist.Accepted || len(sub.Faults) != 1 || !slices.Equal(sub.Confirmations, want) || (sub.Marked == "") != (want != nil) {
			t.Errorf("%q: %s, marked %q, %v, %+v", reason, sub.Status, sub.Marked, codes(sub.Faults), sub.Confirmations)
		}
	}
}

// typed is a workbook with another text in one cell.
func typed(t *testing.T, body []byte, sheet, cell, text string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	must(t, err)
	defer f.Close()
	must(t, f.SetCellStr(sheet, cell, text))
	var out bytes.Buffer
	must(t, f.Write(&out))
	return out.Bytes()
}

// withReason types a reason beside a code in the list of findings.
func withReason(t *testing.T, body []byte, code, reason string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	must(t, err)
	defer f.Close()
	rows, err := f.GetRows("エラー一覧")
	must(t, err)
	column := slices.IndexFunc(rows[0], func(mark string) bool { return mark == "reason" }) + 1
	for i, row := range rows {
		if column > 0 && slices.ContainsFunc(row, func(text string) bool { return strings.HasPrefix(text, code+" ") }) {
			cell, err := excelize.CoordinatesToCellName(column, i+1)
			must(t, err)
			return typed(t, body, "エラー一覧", cell, reason)
		}
	}
	t.Fatalf("%s is not in the list %q", code, rows)
	return nil
}
