package checklist

import "time"

// approvedBefore is how many days before the reference date answers may be approved without a question: who answers early
// approves early.
const approvedBefore = 31

// ApprovalWindow returns the first and last day on which approval of a checklist of this edition is to be expected: from a
// month before its reference date to the day its doors close as the edition has it, whatever became of the round since, so
// that it is the same wherever a workbook is checked. A zero Date is open.
func (e *Edition) ApprovalWindow() (from, to Date) {
	if !e.ReferenceDate.IsZero() {
		from = DateOf(e.ReferenceDate.Start(time.UTC).AddDate(0, 0, -approvedBefore))
	}
	if !e.Closing.IsZero() {
		closing := e.Closing
		if e.Location != nil {
			closing = closing.In(e.Location)
		}
		to = DateOf(closing)
	}
	return from, to
}
