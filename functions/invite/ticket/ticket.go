// Package ticket mints tickets (提出券), each good for the upload of exactly one file. It is the part of the first room that
// a deployed function does, and needs neither workbook nor bus.
package ticket

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
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

// Ledger is what minting asks of the ledger.
type Ledger interface {
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Firms(context.Context) (register.Firms, error)
	IssueTicket(context.Context, ledger.Ticket) (ledger.Ticket, error)
}

// Inbox presigns the upload of one file to one key.
type Inbox interface {
	Presign(ctx context.Context, key, sha256 string, size int64, expires time.Duration) (archive.Grant, error)
}

// A Step is the desk with its doors. All fields are required.
type Step struct {
	Editions Editions
	Ledger   Ledger
	Inbox    Inbox
	Now      func() time.Time
	Expires  time.Duration // how long a grant is good: minutes
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
	ed, round, firms, err := s.Round(ctx, r.Edition)
	if err != nil {
		return Issued{}, err
	}
	now := s.Now()
	if !round.Takes(now) {
		return Issued{}, fmt.Errorf("%s, which closed or closes %s: %w", r.Edition,
			round.Shut().In(ed.Location).Format("2006-01-02 15:04 MST"), ErrNotOpen)
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

// Round returns an edition with its round and the register. A round that was never opened is [ErrNotOpen].
func (s *Step) Round(ctx context.Context, id checklist.EditionID) (*checklist.Edition, ledger.Round, register.Firms, error) {
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
