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
	if len(checklist.Open(sub.Faults, sub.Confirmations)) == 0 {
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
