package lake_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/laketest"
	"cssa/shared/register"
)

// Who replied, by which version and under which name is what the run wrote.
func TestTheRepliesOfARun(t *testing.T) {
	ed, store := laketest.Edition(), laketest.Dir(t.TempDir())
	counted := lake.Counted{Source: store}
	if _, err := counted.Replies(t.Context(), ed.ID, run); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("before the run: %v", err)
	}
	deadline := time.Date(2023, 8, 31, 8, 0, 0, 0, time.UTC)
	of := func(f checklist.FirmID, n checklist.TicketNumber, s checklist.Status, hours int) checklist.Submission {
		return checklist.Submission{Edition: ed.ID, Firm: f, Ticket: n, Status: s, ReceivedAt: deadline.Add(time.Duration(hours) * time.Hour)}
	}
	subs := []checklist.Submission{
		of("S-0003", 1, checklist.Accepted, 1), // late
		of("S-0001", 1, checklist.Returned, -2), of("S-0001", 2, checklist.Accepted, 2), of("S-0001", 3, checklist.Returned, 3),
		of("S-0002", 1, checklist.Accepted, -2), of("S-0002", 2, checklist.Withdrawn, -1),
		of("S-0004", 1, checklist.Returned, -1),
	}
	var firms []register.Firm
	for _, id := range []checklist.FirmID{"S-0001", "S-0002", "S-0003", "S-0004", "S-0005"} {
		firms = append(firms, register.Firm{ID: id, Name: checklist.Text{JA: "架空" + string(id), EN: "Invented " + string(id)}})
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(lake.Write(t.Context(), store, ed.ID, run, lake.FirmRows(firms)))
	check(lake.Write(t.Context(), store, ed.ID, run, lake.SubmissionRows(ed, deadline, subs)))
	got, err := counted.Replies(t.Context(), ed.ID, run)
	check(err)
	want := []lake.Reply{
		{Firm: "S-0001", Name: checklist.Text{JA: "架空S-0001", EN: "Invented S-0001"}, Version: 2},
		{Firm: "S-0003", Name: checklist.Text{JA: "架空S-0003", EN: "Invented S-0003"}, Version: 1, Late: true},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	other := "20230906T170000Z-nightly"
	check(lake.Write(t.Context(), store, ed.ID, other, lake.FirmRows(firms[1:])))
	check(lake.Write(t.Context(), store, ed.ID, other, lake.SubmissionRows(ed, deadline, subs)))
	if _, err := counted.Replies(t.Context(), ed.ID, other); err == nil {
		t.Error("a firm without an entry is no error")
	}
}
