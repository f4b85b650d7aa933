package checklist

import (
	"testing"
	"time"
)

func TestApprovalWindow(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	ed := Edition{ReferenceDate: Date{2024, 3, 31}, Closing: time.Date(2024, 9, 14, 15, 0, 0, 0, time.UTC), Location: tokyo}
	if from, to := ed.ApprovalWindow(); from != (Date{2024, 2, 29}) || to != (Date{2024, 9, 15}) {
		t.Errorf("%s to %s", from, to)
	}
	if from, to := new(Edition).ApprovalWindow(); !from.IsZero() || !to.IsZero() {
		t.Errorf("an edition without dates: %s to %s", from, to)
	}
}
