// Package intake is the second room (受付): it keeps the original of an upload, reads and checks it, records what became
// of it, and tells. Every upload of a ticket ends as an accepted or a returned submission, never in silence.
package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"cssa/events"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

// MaxSize is the largest original that is read, in bytes. A larger one is kept and returned unread.
const MaxSize = 20 << 20

// maxName is how many characters of a name or title on the cover are recorded: what a cell can hold, four of them together,
// would be too large for the ledger.
const maxName = 200

// Editions gives an edition's definition.
type Editions interface {
	Edition(context.Context, checklist.EditionID) (*checklist.Edition, error)
}

// Ledger is what this room asks of the ledger.
type Ledger interface {
	ledger.Submissions
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Firms(context.Context) (register.Firms, error)
	Tickets
}

// Tickets are the tickets and what came with them.
type Tickets interface {
	IssueTicket(context.Context, ledger.Ticket) (ledger.Ticket, error)
	Ticket(context.Context, checklist.EditionID, checklist.FirmID, checklist.TicketNumber) (ledger.Ticket, error)
	Submission(context.Context, checklist.EditionID, checklist.FirmID, checklist.TicketNumber) (checklist.Submission, error)
}

// Originals moves an upload from the inbox into the archive and reads it there, and keeps what goes back beside it.
type Originals interface {
	// Put writes an object once; other bytes under its key are archive.ErrExists.
	Put(ctx context.Context, key string, body []byte) (archive.Object, error)
	// CopyFrom copies one version of an object of the inbox, unchanged, to a key that is written once.
	CopyFrom(ctx context.Context, bucket, key, id, toKey string) (archive.Object, error)
	Get(ctx context.Context, key, id string, max int64) ([]byte, archive.Object, error)
}

// Publisher sends messages on.
type Publisher interface {
	Publish(context.Context, ...events.Event) error
}

// A Step is the room with its doors. All fields are required.
type Step struct {
	Editions  Editions
	Ledger    Ledger
	Archive   Originals
	Inbox     string // the bucket uploads come to
	Publisher Publisher
	Now       func() time.Time // for withdrawals; the time of receipt of an upload is the object store's
}

// Handle takes one upload in. It may be repeated at any point: the original is copied once, the submission is recorded
// once, and what was told is told again.
func (s *Step) Handle(ctx context.Context, up events.Uploaded) error {
	done, err := s.Ledger.Submission(ctx, up.Edition, up.Firm, up.Ticket)
	if err == nil {
		return s.record(ctx, done) // heals a crash after the first write
	}
	if !errors.Is(err, ledger.ErrNotFound) {
		return fmt.Errorf("take in: %w", err)
	}
	ticket, stray, err := s.ticket(ctx, up)
	if err != nil {
		return err
	}
	if stray != "" {
		if err := s.keepStray(ctx, up); err != nil {
			return fmt.Errorf("keep %s: %w", up.Key(), err)
		}
		return s.Publisher.Publish(ctx, events.Stray{Object: up.Object, ObjectID: up.ObjectID, ReceivedAt: up.ReceivedAt, Why: stray})
	}
	sub, err := s.take(ctx, up, ticket)
	if err != nil {
		return fmt.Errorf("take in %s: %w", up.Key(), err)
	}
	return s.record(ctx, sub)
}

// ticket returns the ticket of an upload, or says why it is a stray that belongs to no firm's ticket.
func (s *Step) ticket(ctx context.Context, up events.Uploaded) (t ledger.Ticket, stray string, err error) {
	t, err = s.Ledger.Ticket(ctx, up.Edition, up.Firm, up.Ticket)
	if err == nil {
		return t, "", nil
	}
	if !errors.Is(err, ledger.ErrNotFound) {
		return t, "", fmt.Errorf("take in: %w", err)
	}
	firms, err := s.Ledger.Firms(ctx)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return t, "", err
	}
	if firms.Known(up.Firm) {
		return t, "no ticket", nil
	}
	return t, "unknown firm", nil
}

// Keep keeps an object that was told of as a stray, for the supervisor to look at. It may be repeated.
func (s *Step) Keep(ctx context.Context, e events.Stray) error {
	if err := s.keepStray(ctx, events.Uploaded{Object: e.Object, ObjectID: e.ObjectID, ReceivedAt: e.ReceivedAt}); err != nil {
		return fmt.Errorf("keep %s: %w", e.Key(), err)
	}
	return nil
}

// keepStray keeps an object of nobody's. On a repeat it may have left the inbox: then it is in the archive already.
func (s *Step) keepStray(ctx context.Context, up events.Uploaded) error {
	key := archive.StrayKey(up.Object, up.ReceivedAt)
	_, err := s.Archive.CopyFrom(ctx, s.Inbox, up.Object, up.ObjectID, key)
	if !errors.Is(err, archive.ErrNotFound) {
		return err
	}
	if _, _, kept := s.Archive.Get(ctx, key, "", MaxSize); kept == nil || errors.Is(kept, archive.ErrTooLarge) {
		return nil
	}
	return err
}

// begun is the submission of an upload before it is looked at. A ticket of the supervisor's says how and when the file came.
func begun(up events.Uploaded, t ledger.Ticket) checklist.Submission {
	sub := checklist.Submission{
		Edition: up.Edition, Firm: up.Firm, Ticket: up.Ticket, Status: checklist.Returned,
		ReceivedAt: up.ReceivedAt.UTC(), Channel: t.Channel, Via: t.Via, Size: up.Size,
	}
	if !t.ReceivedAt.IsZero() {
		sub.ReceivedAt = t.ReceivedAt
	}
	return sub
}

// take keeps the original and decides what becomes of it.
func (s *Step) take(ctx context.Context, up events.Uploaded, t ledger.Ticket) (checklist.Submission, error) {
	sub := begun(up, t)
	original, err := s.Archive.CopyFrom(ctx, s.Inbox, up.Object, up.ObjectID, archive.OriginalKey(up.Edition, up.Firm, up.Ticket))
	if err != nil {
		return sub, fmt.Errorf("keep the original: %w", err)
	}
	sub.Object, sub.ObjectID = original.Key, original.ID

	ed, err := s.Editions.Edition(ctx, up.Edition)
	if err != nil {
		return sub, err
	}
	sub.Definition = ed.Checksum
	body, _, err := s.Archive.Get(ctx, original.Key, original.ID, MaxSize)
	if errors.Is(err, archive.ErrTooLarge) {
		sub.Faults = []checklist.Fault{checklist.NewFault(checklist.CodeTooLarge, "found", megabytes(up.Size), "want", megabytes(MaxSize))}
		return sub, nil
	}
	if err != nil {
		return sub, fmt.Errorf("read the original: %w", err)
	}
	sum := sha256.Sum256(body)
	sub.SHA256, sub.Size = hex.EncodeToString(sum[:]), int64(len(body))

	door, err := s.door(ctx, ed, sub.ReceivedAt)
	if err != nil || door != nil {
		sub.Faults = door
		return sub, err
	}
	return sub, s.read(ctx, ed, body, &sub)
}

// door returns the fault of an upload that came while the round took none, or nil.
func (s *Step) door(ctx context.Context, ed *checklist.Edition, received time.Time) ([]checklist.Fault, error) {
	round, err := s.Ledger.Round(ctx, ed.ID)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return []checklist.Fault{checklist.NewFault(checklist.CodeNotOpen)}, nil
	case err != nil:
		return nil, err
	case round.Checksum != ed.Checksum:
		return nil, fmt.Errorf("edition %s was changed after it was opened: %w", ed.ID, ledger.ErrConflict)
	case round.Takes(received):
		return nil, nil
	case round.State == ledger.Frozen && received.Before(round.Shut()):
		return []checklist.Fault{checklist.NewFault(checklist.CodeFrozen)}, nil
	case received.Before(round.OpenedAt):
		return []checklist.Fault{checklist.NewFault(checklist.CodeNotOpen)}, nil
	}
	return []checklist.Fault{afterClosing(round.Shut().In(ed.Location))}, nil
}

func afterClosing(shut time.Time) checklist.Fault {
	return checklist.NewFault(checklist.CodeAfterClosing, "want", shut.Format("2006年1月2日15時04分"), "want_en", shut.Format("2 January 2006, 15:04 MST"))
}

// read reads and checks the workbook and completes the submission.
func (s *Step) read(ctx context.Context, ed *checklist.Edition, body []byte, sub *checklist.Submission) error {
	firms, err := s.Ledger.Firms(ctx)
	if err != nil {
		return err
	}
	firm, err := firms.Firm(sub.Firm, ed.ReferenceDate)
	if err != nil {
		return err
	}
	got := workbook.Read(bytes.NewReader(body), int64(len(body)), ed, workbook.Identity{
		Edition: ed.ID, Firm: firm.ID, Definition: ed.Checksum, FirmName: firm.Name.JA,
	})
	sub.Cover, sub.Faults = got.Cover, got.Faults
	for _, s := range []*string{&sub.Cover.FirmName, &sub.Cover.Preparer, &sub.Cover.Approver, &sub.Cover.ApproverTitle} {
		if r := []rune(*s); len(r) > maxName { // the original holds all of it
			*s = string(r[:maxName]) + "…"
		}
	}
	for i, f := range sub.Faults {
		if f.Code == checklist.CodeOtherFirm && !firms.Known(got.Identity.Firm) {
			unknown := checklist.NewFault(checklist.CodeUnknownFirm, "found", f.Found)
			unknown.Sheet, unknown.Cell = f.Sheet, f.Cell
			sub.Faults[i] = unknown
		}
	}
	sub.Confirmations = checklist.Confirmed(sub.Faults, got.Reasons)
	if checklist.Blocking(sub.Faults) == 0 {
		sub.Status, sub.Answers = checklist.Accepted, got.Answers
	}
	return s.mark(ctx, ed, firm, body, got, sub)
}

// record writes the submission in the order that heals, then tells. Repeats write nothing new and tell again. Reading takes
// a while, and the round may have been frozen meanwhile: what the frozen run does not count is returned.
func (s *Step) record(ctx context.Context, sub checklist.Submission) error {
	err := ledger.Record(ctx, s.Ledger, sub)
	if errors.Is(err, ledger.ErrFrozen) && sub.Status == checklist.Accepted {
		sub.Status, sub.Answers, sub.Faults = checklist.Returned, nil, []checklist.Fault{checklist.NewFault(checklist.CodeFrozen)}
		sub.Marked, sub.Confirmations = "", nil // they say that the upload was accepted
		err = ledger.Record(ctx, s.Ledger, sub)
	}
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	var told events.Event
	switch sub.Status {
	case checklist.Accepted:
		told = events.Accepted{Edition: sub.Edition, Firm: sub.Firm, Ticket: sub.Ticket}
	case checklist.Returned:
		told = events.Returned{Edition: sub.Edition, Firm: sub.Firm, Ticket: sub.Ticket}
	case checklist.Withdrawn:
		told = events.Withdrawn{Edition: sub.Edition, Firm: sub.Firm, Ticket: sub.Ticket}
	default:
		return fmt.Errorf("record %s: status %q", sub.Firm, sub.Status)
	}
	if err := s.Publisher.Publish(ctx, told); err != nil {
		return fmt.Errorf("tell of %s %s version %d: %w", sub.Edition, sub.Firm, sub.Ticket, err)
	}
	return nil
}

// Withdraw takes a firm's answers back at its request (取下げ): a submission of its own with the next number, so that a
// later upload counts again. Until the round is frozen.
func (s *Step) Withdraw(ctx context.Context, e checklist.EditionID, f checklist.FirmID) (checklist.Submission, error) {
	round, err := s.Ledger.Round(ctx, e)
	if err != nil {
		return checklist.Submission{}, fmt.Errorf("withdraw: %w", err)
	}
	if round.State == ledger.Frozen {
		return checklist.Submission{}, fmt.Errorf("withdraw %s: %w", f, ledger.ErrFrozen)
	}
	firms, err := s.Ledger.Firms(ctx)
	if err != nil {
		return checklist.Submission{}, fmt.Errorf("withdraw: %w", err)
	}
	if !firms.Known(f) {
		return checklist.Submission{}, fmt.Errorf("withdraw %s: %w", f, register.ErrUnknownFirm)
	}
	now := s.Now().UTC()
	// The ticket of a withdrawal that was cut off is given out again, with its time. This one is made now: an upload that
	// came in between must not outlive it.
	t, err := s.Ledger.IssueTicket(ctx, ledger.Ticket{Edition: e, Firm: f, Channel: checklist.OnBehalf, IssuedAt: now})
	if err != nil {
		return checklist.Submission{}, fmt.Errorf("withdraw %s: %w", f, err)
	}
	sub := checklist.Submission{
		Edition: e, Firm: f, Ticket: t.Number, Status: checklist.Withdrawn,
		ReceivedAt: now.Truncate(time.Second), Channel: checklist.OnBehalf, Definition: round.Checksum,
	}
	return sub, s.record(ctx, sub)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }
