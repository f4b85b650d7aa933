package intake_test

import (
	"bytes"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// A cell holds 32,767 characters. Whatever a firm types into the cover, its upload is answered and its letter is short.
func TestACoverFullOfTextIsAnswered(t *testing.T) {
	r := newRoom(t)
	long := strings.Repeat("架", 32767)
	cover := checklist.Cover{FirmName: long, ReferenceDate: r.ed.ReferenceDate, Preparer: long, Approver: long, ApproverTitle: long,
		ApprovedOn: checklist.Date{Year: 2023, Month: 7, Day: 20}}
	for _, c := range []struct {
		firm checklist.FirmID // in the workbook
		want checklist.Status
	}{{"S-0001", checklist.Accepted}, {checklist.FirmID(long), checklist.Returned}} {
		r.told = nil
		var buf bytes.Buffer
		must(t, workbook.Filled(&buf, r.ed, workbook.Identity{Edition: r.ed.ID, Firm: c.firm, Definition: r.ed.Checksum, FirmName: "架空一証券"}, cover, r.answers()))
		up := r.upload(t, "S-0001", buf.Bytes())
		must(t, r.Handle(t.Context(), up))
		s := r.submission(t, up)
		if s.Status != c.want || len(r.told) != 1 {
			t.Errorf("%s with faults %s, told %v; want %s", s.Status, codes(s.Faults), r.told, c.want)
		}
		for _, f := range s.Faults {
			if len(f.What.JA)+len(f.What.EN) > 2000 {
				t.Errorf("fault %s says %d bytes", f.Code, len(f.What.JA)+len(f.What.EN))
			}
		}
	}
}
