package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

// mark keeps the firm's own workbook with its findings marked, for dispatch to send back. A workbook that cannot be marked
// is answered by a letter alone. On a repeat the one that is there stays: the first is as good as any.
func (s *Step) mark(ctx context.Context, ed *checklist.Edition, firm register.Firm, body []byte, got workbook.Reading, sub *checklist.Submission) error {
	if !asks(sub.Faults, got.Reasons) {
		return nil
	}
	got.Faults = sub.Faults
	var marked bytes.Buffer
	err := workbook.Returned(&marked, bytes.NewReader(body), int64(len(body)), ed, got, workbook.Notice{
		Firm: firm.ID, FirmName: firm.Name.JA, Version: sub.Ticket, ReceivedAt: sub.ReceivedAt, Accepted: sub.Status == checklist.Accepted,
	})
	if errors.Is(err, workbook.ErrCannotMark) {
		return nil
	}
	if err != nil {
		return err
	}
	if marked.Len() > MaxSize {
		return nil // it could not be uploaded again
	}
	key := archive.MarkedKey(sub.Edition, sub.Firm, sub.Ticket)
	if _, err := s.Archive.Put(ctx, key, marked.Bytes()); err != nil && !errors.Is(err, archive.ErrExists) {
		return fmt.Errorf("keep the marked workbook: %w", err)
	}
	sub.Marked = key
	return nil
}

// asks says whether there is anything that the firm should mend, or look at again and has given no reason for.
func asks(faults []checklist.Fault, reasons []checklist.Confirmation) bool {
	given := map[checklist.Confirmation]bool{}
	for _, c := range reasons {
		c.Reason = ""
		given[c] = true
	}
	for _, f := range faults {
		if f.Severity != checklist.Confirm || !given[checklist.Confirmation{Code: f.Code, Ref: f.Ref, Rule: f.Rule}] {
			return true
		}
	}
	return false
}
