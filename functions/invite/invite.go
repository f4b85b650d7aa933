// Package invite is the first room (案内): it sends a round's firms their checklist workbook, reminds those that have not
// answered, and mints tickets (提出券), each good for the upload of exactly one file; the last by package ticket, which is
// apart so that the function that does nothing else carries no workbook.
package invite

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cssa/events"
	"cssa/functions/invite/ticket"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/register"
)

// MaxUpload is the largest file a ticket is minted for, in bytes.
const MaxUpload = ticket.MaxUpload

// Errors of a request, for the caller to show; everything else is our own failure.
var (
	ErrNotOpen    = ticket.ErrNotOpen
	ErrBadRequest = ticket.ErrBadRequest
)

// Ledger is what this room asks of the ledger.
type Ledger interface {
	ticket.Ledger
	Current(context.Context, checklist.EditionID, checklist.FirmID) (checklist.Current, error)
	Currents(context.Context, checklist.EditionID) iter.Seq2[checklist.Current, error]
}

// Archive keeps the workbooks that were sent.
type Archive interface {
	Put(ctx context.Context, key string, body []byte) (archive.Object, error)
}

// Publisher sends messages on.
type Publisher interface {
	Publish(context.Context, ...events.Event) error
}

// A Step is the room with its doors. All fields are required.
type Step struct {
	Editions  ticket.Editions
	Ledger    Ledger
	Inbox     ticket.Inbox
	Archive   Archive
	Publisher Publisher
	Now       func() time.Time
	Expires   time.Duration // how long a grant is good: minutes
}

// What the ticket desk is asked and what it gives; see [ticket.Step].
type (
	Request = ticket.Request
	Issued  = ticket.Issued
)

// Ticket mints a ticket as [ticket.Step.Ticket] does.
func (s *Step) Ticket(ctx context.Context, r Request) (Issued, error) { return s.desk().Ticket(ctx, r) }

func (s *Step) desk() *ticket.Step {
	return &ticket.Step{Editions: s.Editions, Ledger: s.Ledger, Inbox: s.Inbox, Now: s.Now, Expires: s.Expires}
}

// Invite makes every firm's workbook and tells that it is ready. Where the edition follows another, the workbook is
// prefilled with the firm's answers to that one. It may be repeated: the same workbook is kept once and the same letter is
// sent once. Progress, if not nil, is called after each firm with the number done.
func (s *Step) Invite(ctx context.Context, id checklist.EditionID, progress func(done, total int)) (int, error) {
	ed, round, firms, err := s.desk().Round(ctx, id)
	if err != nil {
		return 0, err
	}
	press, err := s.press(ctx, dated(ed, round), firms)
	if err != nil {
		return 0, err
	}
	population := firms.At(ed.ReferenceDate)
	var mu sync.Mutex
	done := 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range population {
		g.Go(func() error {
			key, err := s.workbook(ctx, press, f)
			if err != nil {
				return fmt.Errorf("workbook of %s: %w", f.ID, err)
			}
			if err := s.Publisher.Publish(ctx, events.Invited{Edition: id, Firm: f.ID, Workbook: key}); err != nil {
				return fmt.Errorf("invite %s: %w", f.ID, err)
			}
			if progress == nil {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			progress(done, len(population))
			return nil
		})
	}
	return len(population), g.Wait()
}

func (s *Step) workbook(ctx context.Context, p *press, f register.Firm) (string, error) {
	body, _, err := p.print(ctx, f)
	if err != nil {
		return "", err
	}
	key := archive.WorkbookKey(p.ed.ID, p.ed.Checksum, f.ID)
	// A firm whose name or last answers were corrected meanwhile keeps the workbook that it was sent.
	if _, err = s.Archive.Put(ctx, key, body); errors.Is(err, archive.ErrExists) {
		return key, nil
	}
	return key, err
}

// Remind tells every firm of the population from which nothing has come to be reminded, for the nth time.
func (s *Step) Remind(ctx context.Context, id checklist.EditionID, nth int) (int, error) {
	ed, round, firms, err := s.desk().Round(ctx, id)
	if err != nil {
		return 0, err
	}
	if !round.Takes(s.Now()) { // to the instant: the doors may have been shut within this second
		return 0, fmt.Errorf("remind: %w", ErrNotOpen)
	}
	now := s.Now().UTC().Truncate(time.Second)
	came := map[checklist.FirmID]bool{}
	for c, err := range s.Ledger.Currents(ctx, id) {
		if err != nil {
			return 0, fmt.Errorf("remind: %w", err)
		}
		came[c.Submission.Firm] = !c.FirstReceived.IsZero()
	}
	n := 0
	for _, f := range firms.At(ed.ReferenceDate) {
		if came[f.ID] {
			continue
		}
		if err := s.Publisher.Publish(ctx, events.Reminder{Edition: id, Firm: f.ID, Round: nth, At: now}); err != nil {
			return n, fmt.Errorf("remind %s: %w", f.ID, err)
		}
		n++
	}
	return n, nil
}
