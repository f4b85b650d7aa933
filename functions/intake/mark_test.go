package intake_test

import (
	"bytes"
	"errors"
	"testing"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/workbook"
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
