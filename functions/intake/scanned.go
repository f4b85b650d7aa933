package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"cssa/events"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/workbook"
)

// Uploads is the inbox, read.
type Uploads interface {
	Head(ctx context.Context, key, id string) (archive.Object, error)
	Get(ctx context.Context, key, id string, max int64) ([]byte, archive.Object, error)
}

// Scanned takes in one version of an object of the inbox, by what the scan of uploads said of it. What is clean is handled
// as ever. Anything else is never parsed and never reaches the archive: it is returned to the firm with a fault of its own,
// and of malware the supervisor is told too. The inbox knows when the object came. It may be repeated, as Handle may.
func (s *Step) Scanned(ctx context.Context, inbox Uploads, key, id string, v events.Verdict) error {
	object, err := inbox.Head(ctx, key, id)
	if err != nil {
		return fmt.Errorf("look at the upload: %w", err)
	}
	up := events.Uploaded{Object: key, ObjectID: id, ReceivedAt: object.ReceivedAt, Size: object.Size}
	up.Edition, up.Firm, up.Ticket, err = archive.ParseInboxKey(key)
	foreign := err != nil
	switch v {
	case events.Clean:
		if foreign {
			return s.Publisher.Publish(ctx, events.Stray{Object: key, ObjectID: id, ReceivedAt: up.ReceivedAt, Why: "no ticket"})
		}
		return s.Handle(ctx, up)
	case events.Malware:
		if !foreign {
			err = s.refuse(ctx, up, func() (checklist.Fault, error) { return checklist.NewFault(checklist.CodeInfected), nil })
			if err != nil && !errors.Is(err, errStray) {
				return err
			}
			foreign = err != nil
		}
		if foreign {
			up.Edition, up.Firm, up.Ticket = "", "", 0
		}
		return s.Publisher.Publish(ctx, events.Infected{Edition: up.Edition, Firm: up.Firm, Ticket: up.Ticket,
			Object: key, ObjectID: id, ReceivedAt: up.ReceivedAt})
	case events.Unscannable:
		err = errStray
		if !foreign {
			err = s.refuse(ctx, up, func() (checklist.Fault, error) { return look(ctx, inbox, up) })
		}
		if errors.Is(err, errStray) {
			return s.Publisher.Publish(ctx, events.Stray{Object: key, ObjectID: id, ReceivedAt: up.ReceivedAt, Why: "no ticket"})
		}
		return err
	}
	return fmt.Errorf("take in %s: no verdict %q", up.Key(), v)
}

var errStray = errors.New("the upload belongs to no ticket")

// refuse returns an upload to its firm unread, with one fault. The digest is the ticket's: nothing else could be uploaded
// on it.
func (s *Step) refuse(ctx context.Context, up events.Uploaded, fault func() (checklist.Fault, error)) error {
	done, err := s.Ledger.Submission(ctx, up.Edition, up.Firm, up.Ticket)
	if err == nil {
		return s.record(ctx, done)
	}
	if !errors.Is(err, ledger.ErrNotFound) {
		return fmt.Errorf("take in: %w", err)
	}
	ticket, stray, err := s.ticket(ctx, up)
	if err != nil {
		return err
	}
	if stray != "" {
		return errStray
	}
	sub := begun(up, ticket)
	sub.SHA256 = ticket.SHA256
	ed, err := s.Editions.Edition(ctx, up.Edition)
	if err != nil {
		return err
	}
	sub.Definition = ed.Checksum
	f, err := fault()
	if err != nil {
		return err
	}
	sub.Faults = []checklist.Fault{f}
	return s.record(ctx, sub)
}

// look says what kind of file could not be scanned, from its container alone.
func look(ctx context.Context, inbox Uploads, up events.Uploaded) (checklist.Fault, error) {
	body, _, err := inbox.Get(ctx, up.Object, up.ObjectID, MaxSize)
	if errors.Is(err, archive.ErrTooLarge) {
		return checklist.NewFault(checklist.CodeTooLarge, "found", megabytes(up.Size), "want", megabytes(MaxSize)), nil
	}
	if err != nil {
		return checklist.Fault{}, fmt.Errorf("look at the container: %w", err)
	}
	if f, wrong := workbook.Precheck(bytes.NewReader(body), int64(len(body))); wrong {
		return f, nil
	}
	return checklist.NewFault(checklist.CodeNotScanned), nil
}
