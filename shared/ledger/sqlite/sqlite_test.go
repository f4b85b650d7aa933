package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/ledger/ledgertest"
	"cssa/shared/ledger/sqlite"
)

var _ ledgertest.Ledger = (*sqlite.Ledger)(nil)

func TestSmoke(t *testing.T) {
	l, err := sqlite.Open(filepath.Join(t.TempDir(), "a b?#%.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := checklist.Submission{Edition: "2023-securities", Firm: "S-0001", Ticket: 1, Status: checklist.Accepted, ReceivedAt: time.Now(), Answers: checklist.Answers{{Question: "policy"}: {Choice: "yes"}}}
	for range 2 {
		if err := ledger.Record(t.Context(), l, s); err != nil {
			t.Fatal(err)
		}
	}
	for c, err := range l.Currents(t.Context(), "2023-securities") {
		t.Log(c, err)
	}
	tk, err := l.IssueTicket(t.Context(), ledger.Ticket{Edition: "2023-securities", Firm: "S-0001", SHA256: "x"})
	t.Log(tk, err)
}
