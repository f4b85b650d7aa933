package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// ErrReceipt is returned for a receipt on behalf of a firm that cannot be: no word on the way it came, a time that has not
// come yet or lies before the opening, or an empty or too large file.
var ErrReceipt = errors.New("the receipt cannot be")

// maxVia is how many characters the note of the way a file came may have.
const maxVia = 100

// A Receipt (代理受付) is a file that reached the supervisor another way than the firm's own upload.
type Receipt struct {
	Edition checklist.EditionID
	Firm    checklist.FirmID
	Via     string    // the way it came, in a word or a few: mail, courier, counter
	At      time.Time // when it came; zero: now, as the object store says
	Body    []byte
}

// Inbox is where an upload is put; an object of the same key and bytes is no error.
type Inbox interface {
	Put(ctx context.Context, key string, body []byte) (archive.Object, error)
}

// Versions are a firm's submissions, oldest first.
type Versions interface {
	Submissions(context.Context, checklist.EditionID, checklist.FirmID) ([]checklist.Submission, error)
}

// Receive takes a file on behalf of a firm. It mints a ticket that says how and when the file came and puts the file into
// the inbox on it, so that it goes the way of every upload: scanned where uploads are scanned, kept, read, checked and
// answered by Handle. The ticket it returns bears the version's number. Repeating it, before the file was recorded or while
// it is the last that was recorded of the firm, gives the same version; then recorded is true.
func (s *Step) Receive(ctx context.Context, inbox Inbox, versions Versions, r Receipt) (t ledger.Ticket, recorded bool, err error) {
	if err := s.admit(ctx, &r); err != nil {
		return t, false, fmt.Errorf("receive for %s: %w", r.Firm, err)
	}
	sum := sha256.Sum256(r.Body)
	want := ledger.Ticket{
		Edition: r.Edition, Firm: r.Firm, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(r.Body)),
		Channel: checklist.OnBehalf, IssuedAt: s.Now().UTC(), Via: r.Via, ReceivedAt: r.At,
	}
	if t, recorded, err = s.last(ctx, versions, want); err != nil || recorded {
		return t, recorded, err
	}
	if t, err = s.Ledger.IssueTicket(ctx, want); err != nil {
		return t, false, fmt.Errorf("receive for %s: %w", r.Firm, err)
	}
	if t.Via != want.Via || !want.ReceivedAt.IsZero() && !t.ReceivedAt.Equal(want.ReceivedAt) {
		return t, false, fmt.Errorf("receive for %s: the file is being taken in as version %d, which came by %s%s: %w",
			r.Firm, t.Number, t.Via, at(t.ReceivedAt), ledger.ErrConflict)
	}
	if _, err := inbox.Put(ctx, archive.InboxKey(t.Edition, t.Firm, t.Number), r.Body); err != nil {
		return t, false, fmt.Errorf("receive for %s: %w", r.Firm, err)
	}
	return t, false, nil
}

// admit says why a receipt cannot be, and brings its time and note into form.
func (s *Step) admit(ctx context.Context, r *Receipt) error {
	ed, err := s.Editions.Edition(ctx, r.Edition)
	if err != nil {
		return err
	}
	round, err := s.Ledger.Round(ctx, r.Edition)
	if err != nil {
		return err
	}
	firms, err := s.Ledger.Firms(ctx)
	if err != nil {
		return err
	}
	if _, err := firms.Firm(r.Firm, ed.ReferenceDate); err != nil {
		return err
	}
	r.Via = strings.Join(strings.Fields(r.Via), " ")
	if !r.At.IsZero() {
		r.At = r.At.UTC().Truncate(time.Second) // as the object store's times are
	}
	now := s.Now()
	came := r.At
	if came.IsZero() {
		came = now
	}
	switch {
	case round.State == ledger.Frozen:
		return ledger.ErrFrozen
	case r.Via == "" || !utf8.ValidString(r.Via) || utf8.RuneCountInString(r.Via) > maxVia:
		return fmt.Errorf("%w: say in 1 to %d characters which way it came", ErrReceipt, maxVia)
	case len(r.Body) == 0 || len(r.Body) > MaxSize:
		return fmt.Errorf("%w: a checklist has 1 to %d bytes, this file has %d", ErrReceipt, MaxSize, len(r.Body))
	case came.After(now):
		return fmt.Errorf("%w: %s has not come yet", ErrReceipt, came.In(ed.Location).Format(clockTime))
	case came.Before(round.OpenedAt.Truncate(time.Second)):
		return fmt.Errorf("%w: %s is before the opening, %s", ErrReceipt, came.In(ed.Location).Format(clockTime), round.OpenedAt.In(ed.Location).Format(clockTime))
	}
	return nil
}

const clockTime = "2006-01-02 15:04 MST"

// last finds the receipt recorded already: the firm's last version, by number, with the same bytes that came the same way
// and, if a time is given, at the same time.
func (s *Step) last(ctx context.Context, versions Versions, want ledger.Ticket) (ledger.Ticket, bool, error) {
	subs, err := versions.Submissions(ctx, want.Edition, want.Firm)
	if err != nil {
		return want, false, fmt.Errorf("receive for %s: %w", want.Firm, err)
	}
	var last checklist.Submission
	for _, sub := range subs {
		if sub.Ticket > last.Ticket {
			last = sub
		}
	}
	same := last.Ticket > 0 && last.Channel == checklist.OnBehalf && last.SHA256 == want.SHA256 && last.Via == want.Via &&
		(want.ReceivedAt.IsZero() || last.ReceivedAt.Equal(want.ReceivedAt))
	if !same {
		return want, false, nil
	}
	t, err := s.Ledger.Ticket(ctx, want.Edition, want.Firm, last.Ticket)
	if err != nil {
		return t, false, fmt.Errorf("receive for %s: %w", want.Firm, err)
	}
	return t, true, nil
}

func at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " at " + t.Format(time.RFC3339)
}
