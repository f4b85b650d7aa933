// Package invite is the first room (案内): it sends a round's firms their checklist workbook, reminds those that have not
// answered, and mints tickets (提出券), each good for the upload of exactly one file.
package invite

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"cssa/events"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

// MaxUpload is the largest file a ticket is minted for, in bytes. A filled checklist is well under 1 MB.
const MaxUpload = 20 << 20

// Errors of a request for a ticket, for the caller to show; everything else is our own failure.
var (
	ErrNotOpen    = errors.New("the edition takes no uploads at this time")
	ErrBadRequest = errors.New("not a request for a ticket")
)

// Editions gives an edition's definition.
type Editions interface {
	Edition(context.Context, checklist.EditionID) (*checklist.Edition, error)
}

// Ledger is what this room asks of the ledger.
type Ledger interface {
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Firms(context.Context) (register.Firms, error)
	IssueTicket(context.Context, ledger.Ticket) (ledger.Ticket, error)
	Currents(context.Context, checklist.EditionID) iter.Seq2[checklist.Current, error]
}

// Inbox presigns the upload of one file to one key.
type Inbox interface {
	Presign(ctx context.Context, key, sha256 string, size int64, expires time.Duration) (archive.Grant, error)
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
	Editions  Editions
	Ledger    Ledger
	Inbox     Inbox
	Archive   Archive
	Publisher Publisher
	Now       func() time.Time
	Expires   time.Duration // how long a grant is good: minutes
}

// A Request asks for a ticket for one file.
type Request struct {
	Edition checklist.EditionID
	Firm    checklist.FirmID
	SHA256  string // of the file, hex
	Size    int64  // of the file, bytes
}

// An Issued ticket with its grant. The grant is a secret: it never travels by mail and is never logged.
type Issued struct {
	Ticket ledger.Ticket
	Key    string // in the inbox
	Grant  archive.Grant
}

// Ticket mints a ticket for a firm of the population of a round that takes uploads. Asking again for the same file, before
// it was received, gives the same ticket with a fresh grant.
func (s *Step) Ticket(ctx context.Context, r Request) (Issued, error) {
	if sum, err := hex.DecodeString(r.SHA256); err != nil || len(sum) != 32 {
		return Issued{}, fmt.Errorf("%w: sha256 must be 64 hexadecimal digits", ErrBadRequest)
	}
	if r.Size < 1 || r.Size > MaxUpload {
		return Issued{}, fmt.Errorf("%w: size %d: a checklist has 1 to %d bytes", ErrBadRequest, r.Size, MaxUpload)
	}
	ed, round, firms, err := s.round(ctx, r.Edition)
	if err != nil {
		return Issued{}, err
	}
	now := s.Now()
	if !round.Takes(now) {
		return Issued{}, fmt.Errorf("%s, which closed or closes %s: %w", r.Edition,
			round.Closing.In(ed.Location).Format("2006-01-02 15:04 MST"), ErrNotOpen)
	}
	if _, err := firms.Firm(r.Firm, ed.ReferenceDate); err != nil {
		return Issued{}, fmt.Errorf("ticket for %s: %w", r.Firm, err)
	}
	t, err := s.Ledger.IssueTicket(ctx, ledger.Ticket{
		Edition: r.Edition, Firm: r.Firm, SHA256: r.SHA256, Size: r.Size, Channel: checklist.Upload, IssuedAt: now,
	})
	if err != nil {
		return Issued{}, fmt.Errorf("issue a ticket: %w", err)
	}
	key := archive.InboxKey(t.Edition, t.Firm, t.Number)
	grant, err := s.Inbox.Presign(ctx, key, t.SHA256, t.Size, s.Expires)
	if err != nil {
		return Issued{}, fmt.Errorf("presign: %w", err)
	}
	return Issued{t, key, grant}, nil
}

// Invite makes every firm's blank workbook and tells that it is ready. It may be repeated: the same workbook is kept once
// and the same letter is sent once. Progress, if not nil, is called after each firm with the number done.
func (s *Step) Invite(ctx context.Context, id checklist.EditionID, progress func(done, total int)) (int, error) {
	ed, _, firms, err := s.round(ctx, id)
	if err != nil {
		return 0, err
	}
	template, err := workbook.NewTemplate(ed)
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
			key, err := s.workbook(ctx, ed, template, f)
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

func (s *Step) workbook(ctx context.Context, ed *checklist.Edition, template *workbook.Template, f register.Firm) (string, error) {
	var buf bytes.Buffer
	err := template.Blank(&buf, workbook.Identity{
		Edition: ed.ID, Firm: f.ID, Definition: ed.Checksum, FirmName: f.Name.JA,
	})
	if err != nil {
		return "", err
	}
	key := archive.WorkbookKey(ed.ID, ed.Checksum, f.ID)
	// A firm whose name was corrected in the register meanwhile keeps the workbook that it was sent.
	if _, err = s.Archive.Put(ctx, key, buf.Bytes()); errors.Is(err, archive.ErrExists) {
		return key, nil
	}
	return key, err
}

// Remind tells every firm of the population from which nothing has come to be reminded, for the nth time.
func (s *Step) Remind(ctx context.Context, id checklist.EditionID, nth int) (int, error) {
	ed, round, firms, err := s.round(ctx, id)
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

func (s *Step) round(ctx context.Context, id checklist.EditionID) (*checklist.Edition, ledger.Round, register.Firms, error) {
	ed, err := s.Editions.Edition(ctx, id)
	if err != nil {
		return nil, ledger.Round{}, nil, fmt.Errorf("edition: %w", err)
	}
	round, err := s.Ledger.Round(ctx, id)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, ledger.Round{}, nil, fmt.Errorf("%s was never opened: %w", id, ErrNotOpen)
	}
	if err != nil {
		return nil, ledger.Round{}, nil, fmt.Errorf("round: %w", err)
	}
	firms, err := s.Ledger.Firms(ctx)
	if err != nil {
		return nil, ledger.Round{}, nil, fmt.Errorf("register: %w", err)
	}
	return ed, round, firms, nil
}
