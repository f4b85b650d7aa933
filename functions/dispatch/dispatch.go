// Package dispatch is the room of the mail (送付): it turns what happened into a letter and sends it, once.
//
// A letter is claimed in the ledger by a lease, composed, sent and settled. Its date is the time of what it tells about, so
// a letter repeated after a crash is the same letter, unless the register or the round's times were changed in between:
// then the one that was sent first counts as sent.
//
// The wrong letter is the worst incident. Mail goes only to contacts that the register names on the letter's day, and an
// attachment is asked whose it is: if it is not the addressee's, the letter is refused for good.
package dispatch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"cssa/events"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/mail"
	"cssa/shared/register"
)

// ErrRefused is returned for a letter that must not be sent and never will be, because its attachment is not the
// addressee's or not what was announced. Somebody has to look: it is to be dead-lettered with an alarm, not retried.
var ErrRefused = errors.New("the letter is refused")

// NoContact is the reason in the ledger for a letter to a firm without a contact on the letter's day. That is no error: the
// supervisor finds the letter among the refused ones.
const NoContact = "the register names no contact of the firm on the letter's day"

// NotTaken begins the reason in the ledger for a letter that the mail service will never take. That is no error either: an
// address in the register is wrong.
const NotTaken = "the mail service does not take it: "

// NoticeEdition stands in a letter's key where there is no edition: notices of objects that belong to nobody.
const NoticeEdition checklist.EditionID = "inbox"

// maxAttachment is the largest attachment that is fetched, in bytes.
const maxAttachment = 20 << 20

// Editions gives an edition's definition.
type Editions interface {
	Edition(context.Context, checklist.EditionID) (*checklist.Edition, error)
}

// Ledger is what this room reads from the ledger.
type Ledger interface {
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Submission(context.Context, checklist.EditionID, checklist.FirmID, checklist.TicketNumber) (checklist.Submission, error)
	Release(ctx context.Context, e checklist.EditionID, run string) (ledger.Release, error)
	RegisterOf(context.Context, checklist.FirmID) (register.Register, error)
	Letters
}

// Letters is where it is kept that a letter goes out once.
type Letters interface {
	ClaimLetter(ctx context.Context, l ledger.Letter, now time.Time) (ledger.Letter, error)
	SettleLetter(context.Context, ledger.Letter) error
}

// Archive gives the attachments.
type Archive interface {
	Get(ctx context.Context, key, id string, max int64) ([]byte, archive.Object, error)
}

// A Sender sends a message. The same message again is no error. Its mail.ErrRefused settles the letter as refused, and is
// written into the ledger: it names no address.
type Sender interface {
	Send(context.Context, mail.Message) error
}

// A Step is the room with its doors. All fields are required but Desk.
type Step struct {
	Editions Editions
	Ledger   Ledger
	Archive  Archive
	Sender   Sender
	Identify func(name string, body []byte) (checklist.EditionID, checklist.FirmID, error) // whose an attachment is; see [Identify]
	Office   checklist.Office                                                              // receives and sends notices that belong to no edition
	Desk     string                                                                        // URL where a firm has a ticket minted; "": the secretariat mints it on request
	Owner    string                                                                        // who claims letters; differs between processes that run at the same time
	Lease    time.Duration                                                                 // how long a claim holds: longer than sending takes
	Now      func() time.Time
}

// Handle sends the letter that a message asks for. It may be called again with the same message, at any time.
func (s *Step) Handle(ctx context.Context, ev events.Event) error {
	switch ev := ev.(type) {
	case events.Accepted:
		return s.submission(ctx, "accepted", checklist.Accepted, ev.Edition, ev.Firm, ev.Ticket)
	case events.Returned:
		return s.submission(ctx, "returned", checklist.Returned, ev.Edition, ev.Firm, ev.Ticket)
	case events.Withdrawn:
		return s.submission(ctx, "withdrawn", checklist.Withdrawn, ev.Edition, ev.Firm, ev.Ticket)
	case events.Invited:
		return s.invitation(ctx, ev)
	case events.Reminder:
		key := ledger.LetterKey{Edition: ev.Edition, Firm: ev.Firm, Kind: "reminder", Subject: strconv.Itoa(ev.Round)}
		return s.once(ctx, key, func(l *letter) error {
			l.date, l.Nth = ev.At, ev.Round
			return nil
		})
	case events.FeedbackReady:
		return s.feedback(ctx, ev)
	case events.Stray:
		return s.notice(ctx, "stray", ev, func(l *letter) { l.date, l.Stray = ev.ReceivedAt, ev })
	case events.Infected:
		return s.notice(ctx, "infected", ev, func(l *letter) { l.date, l.Infected = ev.ReceivedAt, ev })
	}
	return fmt.Errorf("dispatch: no letter tells of %s", ev.Name())
}

func (s *Step) submission(ctx context.Context, kind string, want checklist.Status, e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) error {
	key := ledger.LetterKey{Edition: e, Firm: f, Kind: kind, Subject: strconv.Itoa(int(n))}
	return s.once(ctx, key, func(l *letter) error {
		sub, err := s.Ledger.Submission(ctx, e, f, n)
		if err != nil {
			return err
		}
		if sub.Status != want {
			return fmt.Errorf("the ledger says the submission is %s", sub.Status)
		}
		l.date, l.Submission = sub.ReceivedAt, sub
		return s.workbook(ctx, l)
	})
}

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// workbook attaches what the firm goes on with: its upload with the findings marked or, where nothing of its upload can be
// used, the checklist it was invited with.
func (s *Step) workbook(ctx context.Context, l *letter) error {
	sub := &l.Submission
	switch {
	case sub.Marked != "":
		return s.attach(ctx, l, sub.Marked, "", fmt.Sprintf("CSSA-%d-%s-v%d.xlsx", l.Edition.FiscalYear, sub.Firm, sub.Ticket), xlsx)
	case sub.Status != checklist.Returned || l.ShutOut():
		return nil
	}
	err := s.attach(ctx, l, archive.WorkbookKey(sub.Edition, sub.Definition, sub.Firm), "", fmt.Sprintf("CSSA-%d-%s.xlsx", l.Edition.FiscalYear, sub.Firm), xlsx)
	if errors.Is(err, archive.ErrNotFound) {
		return nil // invited on another way
	}
	return err
}

func (s *Step) invitation(ctx context.Context, ev events.Invited) error {
	key := ledger.LetterKey{Edition: ev.Edition, Firm: ev.Firm, Kind: "invitation", Subject: "1"}
	return s.once(ctx, key, func(l *letter) error {
		l.date = l.Round.OpenedAt
		name := fmt.Sprintf("CSSA-%d-%s.xlsx", l.Edition.FiscalYear, ev.Firm)
		return s.attach(ctx, l, ev.Workbook, "", name, xlsx)
	})
}

func (s *Step) feedback(ctx context.Context, ev events.FeedbackReady) error {
	key := ledger.LetterKey{Edition: ev.Edition, Firm: ev.Firm, Kind: "feedback", Subject: fmt.Sprintf("%s-v%d", ev.Run, ev.Version)}
	return s.once(ctx, key, func(l *letter) error {
		release, err := s.Ledger.Release(ctx, ev.Edition, ev.Run)
		if err != nil {
			return err
		}
		if release.ApprovedAt.IsZero() {
			return errors.New("the run was not released")
		}
		sub, err := s.Ledger.Submission(ctx, ev.Edition, ev.Firm, ev.Version)
		if err != nil {
			return err
		}
		l.date, l.Submission = release.ApprovedAt, sub
		l.Document = fmt.Sprintf("CSSA-%d-%s-v%d", l.Edition.FiscalYear, ev.Firm, ev.Version)
		return s.attach(ctx, l, ev.Report, ev.SHA256, l.Document+".html", "text/html; charset=utf-8")
	})
}

// notice tells the supervisor of an object in the inbox.
func (s *Step) notice(ctx context.Context, kind string, ev events.Event, fill func(*letter)) error {
	sum := sha256.Sum256([]byte(ev.Key()))
	key := ledger.LetterKey{Edition: NoticeEdition, Kind: kind, Subject: hex.EncodeToString(sum[:12])}
	return s.once(ctx, key, func(l *letter) error {
		fill(l)
		return nil
	})
}

// attach fetches the letter's attachment and asks it whose it is.
func (s *Step) attach(ctx context.Context, l *letter, key, sha, name, contentType string) error {
	body, _, err := s.Archive.Get(ctx, key, "", maxAttachment)
	if err != nil {
		return fmt.Errorf("attachment: %w", err)
	}
	if sum := sha256.Sum256(body); sha != "" && hex.EncodeToString(sum[:]) != sha {
		return refusal("the attachment is not the file that was announced")
	}
	edition, firm, err := s.Identify(name, body)
	switch {
	case err != nil:
		return refusal("the attachment does not say whose it is: " + err.Error())
	case edition != l.key.Edition || firm != l.key.Firm:
		return refusal(fmt.Sprintf("the attachment is that of %s in %s", firm, edition))
	}
	l.attachments = []mail.Attachment{{Name: name, ContentType: contentType, Body: body}}
	l.FileName = name
	return nil
}

// A refusal is why a letter will never be sent.
type refusal string

func (r refusal) Error() string { return string(r) }

// once claims the letter, fills it in, sends it and settles it. A letter that was settled before is left alone.
func (s *Step) once(ctx context.Context, key ledger.LetterKey, fill func(*letter) error) error {
	now := s.Now()
	claim, err := s.Ledger.ClaimLetter(ctx, ledger.Letter{Key: key, Owner: s.Owner, LeaseUntil: now.Add(s.Lease)}, now)
	if err != nil {
		return fmt.Errorf("dispatch: %w", err)
	}
	switch claim.State {
	case ledger.Sent:
		return nil
	case ledger.Refused:
		return refused(key, claim.Why)
	}
	outcome := ledger.Letter{Key: key, State: ledger.Sent, Owner: s.Owner, LeaseUntil: claim.LeaseUntil}
	message, err := s.message(ctx, key, fill)
	var why refusal
	switch {
	case errors.As(err, &why):
		outcome.State, outcome.Why = ledger.Refused, string(why)
	case err != nil:
		return fmt.Errorf("dispatch: letter %s: %w", key, err)
	default:
		switch err := s.Sender.Send(ctx, message); {
		case errors.Is(err, mail.ErrRefused):
			outcome.State, outcome.Why = ledger.Refused, NotTaken+err.Error()
		case err != nil && !errors.Is(err, mail.ErrSentOther): // what was sent before a crash may have been worded otherwise
			return fmt.Errorf("dispatch: letter %s: %w", key, err)
		default:
			outcome.SentAt = s.Now()
		}
	}
	// What was sent is settled even when ctx has ended meanwhile, or it would be sent again.
	if err := s.Ledger.SettleLetter(context.WithoutCancel(ctx), outcome); err != nil {
		return fmt.Errorf("dispatch: %w", err)
	}
	if outcome.State == ledger.Refused {
		return refused(key, outcome.Why)
	}
	return nil
}

// refused is the error of a refused letter, the first time and on every repeat, so that a retry cannot hide it.
func refused(key ledger.LetterKey, why string) error {
	if why == NoContact || strings.HasPrefix(why, NotTaken) {
		return nil
	}
	return fmt.Errorf("dispatch: letter %s: %w: %s", key, ErrRefused, why)
}

// message composes the letter.
func (s *Step) message(ctx context.Context, key ledger.LetterKey, fill func(*letter) error) (mail.Message, error) {
	l := letter{key: key, Number: key.String(), Office: s.Office, Desk: s.Desk, zone: time.UTC}
	if key.Firm == "" {
		l.to = []mail.Address{{Name: s.Office.Name.JA, Email: s.Office.Email}}
		if err := fill(&l); err != nil {
			return mail.Message{}, err
		}
		return l.message()
	}
	var err error
	if l.Edition, err = s.Editions.Edition(ctx, key.Edition); err != nil {
		return mail.Message{}, err
	}
	l.Office, l.zone = l.Edition.Office, l.Edition.Location
	if l.Round, err = s.Ledger.Round(ctx, key.Edition); err != nil {
		return mail.Message{}, err
	}
	people, err := s.Ledger.RegisterOf(ctx, key.Firm)
	if err != nil {
		return mail.Message{}, err
	}
	firm, err := people.Firm(key.Firm, l.Edition.ReferenceDate)
	if err != nil {
		return mail.Message{}, err
	}
	l.Name = firm.Name
	if err := fill(&l); err != nil {
		return mail.Message{}, err
	}
	if l.date.IsZero() {
		return mail.Message{}, errors.New("the message does not say when it happened")
	}
	for _, c := range people.ContactsOf(key.Firm, checklist.DateOf(l.date.In(l.zone))) {
		l.to = append(l.to, mail.Address{Name: c.Name, Email: c.Email})
	}
	if len(l.to) == 0 {
		return mail.Message{}, refusal(NoContact)
	}
	return l.message()
}
