// Package events holds the messages between the rooms: plain structs that carry identities, never answers or addresses.
//
// Every message may arrive twice, late or out of order. Its identity ([Event.Key]) is made of what happened, not of when
// or how often it was told, so a receiver can tell a repeat. One JSON sample of each stands beside this file.
package events

import (
	"encoding/json"
	"fmt"
	"time"

	"cssa/shared/checklist"
)

// An Event is one message. Name is its stored type; Key is its identity within that type.
type Event interface {
	Name() string
	Key() string
}

// Uploaded tells that an object was committed to the inbox.
type Uploaded struct {
	Edition    checklist.EditionID    `json:"edition"`
	Firm       checklist.FirmID       `json:"firm"`
	Ticket     checklist.TicketNumber `json:"ticket"`
	Object     string                 `json:"object"`      // key in the inbox
	ObjectID   string                 `json:"object_id"`   // version id in the inbox
	ReceivedAt time.Time              `json:"received_at"` // the object store's time of that version
	Size       int64                  `json:"size"`
}

// Stray tells that an object came to the inbox under a key that belongs to no ticket. The supervisor is told; no firm is.
type Stray struct {
	Object     string    `json:"object"`
	ObjectID   string    `json:"object_id"`
	ReceivedAt time.Time `json:"received_at"`
	Why        string    `json:"why"` // "unknown firm", "unknown edition", "no ticket"
}

// Infected tells that the scan of uploads found malware in an object of the inbox. Nobody has read it. The supervisor is
// told, and the firm, if the object is a ticket's, by a Returned of its own.
type Infected struct {
	Edition    checklist.EditionID    `json:"edition"` // "" if the key is no ticket's, like Firm and Ticket
	Firm       checklist.FirmID       `json:"firm"`
	Ticket     checklist.TicketNumber `json:"ticket"`
	Object     string                 `json:"object"` // key in the inbox
	ObjectID   string                 `json:"object_id"`
	ReceivedAt time.Time              `json:"received_at"`
}

// Accepted tells that a submission was accepted (受理).
type Accepted struct {
	Edition checklist.EditionID    `json:"edition"`
	Firm    checklist.FirmID       `json:"firm"`
	Ticket  checklist.TicketNumber `json:"ticket"`
}

// Returned tells that a submission was returned (差戻し). Its faults are in the ledger.
type Returned struct {
	Edition checklist.EditionID    `json:"edition"`
	Firm    checklist.FirmID       `json:"firm"`
	Ticket  checklist.TicketNumber `json:"ticket"`
}

// Withdrawn tells that a firm took its answers back (取下げ).
type Withdrawn struct {
	Edition checklist.EditionID    `json:"edition"`
	Firm    checklist.FirmID       `json:"firm"`
	Ticket  checklist.TicketNumber `json:"ticket"`
}

// Invited tells that a firm's checklist workbook is ready to be sent (案内).
type Invited struct {
	Edition  checklist.EditionID `json:"edition"`
	Firm     checklist.FirmID    `json:"firm"`
	Workbook string              `json:"workbook"` // key in the archive
}

// Reminder tells that a firm that has not submitted is to be reminded (提出のお願い). Round counts reminders from 1.
type Reminder struct {
	Edition checklist.EditionID `json:"edition"`
	Firm    checklist.FirmID    `json:"firm"`
	Round   int                 `json:"round"`
	At      time.Time           `json:"at"` // when it was decided; the date of the letter
}

// Released tells that a frozen run was approved by a second person and may be issued (還元・公表).
type Released struct {
	Edition checklist.EditionID `json:"edition"`
	Run     string              `json:"run"`
}

// FeedbackReady tells that a firm's report (還元資料) is in the archive.
type FeedbackReady struct {
	Edition checklist.EditionID    `json:"edition"`
	Firm    checklist.FirmID       `json:"firm"`
	Run     string                 `json:"run"`
	Version checklist.TicketNumber `json:"version"` // of the firm's answers in the report
	Report  string                 `json:"report"`  // key in the archive
	SHA256  string                 `json:"sha256"`
}

// Name returns the stored type of the message.
func (Uploaded) Name() string      { return "Uploaded" }
func (Stray) Name() string         { return "Stray" }
func (Infected) Name() string      { return "Infected" }
func (Accepted) Name() string      { return "Accepted" }
func (Returned) Name() string      { return "Returned" }
func (Withdrawn) Name() string     { return "Withdrawn" }
func (Invited) Name() string       { return "Invited" }
func (Reminder) Name() string      { return "Reminder" }
func (Released) Name() string      { return "Released" }
func (FeedbackReady) Name() string { return "FeedbackReady" }

// Key returns the identity of what happened.
func (e Uploaded) Key() string  { return e.Object + "@" + e.ObjectID }
func (e Stray) Key() string     { return e.Object + "@" + e.ObjectID }
func (e Infected) Key() string  { return e.Object + "@" + e.ObjectID }
func (e Accepted) Key() string  { return fmt.Sprintf("%s/%s/%d", e.Edition, e.Firm, e.Ticket) }
func (e Returned) Key() string  { return fmt.Sprintf("%s/%s/%d", e.Edition, e.Firm, e.Ticket) }
func (e Withdrawn) Key() string { return fmt.Sprintf("%s/%s/%d", e.Edition, e.Firm, e.Ticket) }
func (e Invited) Key() string   { return fmt.Sprintf("%s/%s", e.Edition, e.Firm) }
func (e Reminder) Key() string  { return fmt.Sprintf("%s/%s/%d", e.Edition, e.Firm, e.Round) }
func (e Released) Key() string  { return fmt.Sprintf("%s/%s", e.Edition, e.Run) }
func (e FeedbackReady) Key() string {
	return fmt.Sprintf("%s/%s/%s/%d", e.Edition, e.Firm, e.Run, e.Version)
}

// A Verdict is what the scan of uploads said of an object.
type Verdict string

// The verdicts. Where nothing is scanned every upload counts as clean.
const (
	Clean       Verdict = "clean"
	Malware     Verdict = "malware"
	Unscannable Verdict = "unscannable" // protected by a password, compressed beyond measure, too large
)

// Decode reads the body of a message of the named type.
func Decode(name string, body []byte) (Event, error) {
	switch name {
	case "Uploaded":
		return decode[Uploaded](body)
	case "Stray":
		return decode[Stray](body)
	case "Infected":
		return decode[Infected](body)
	case "Accepted":
		return decode[Accepted](body)
	case "Returned":
		return decode[Returned](body)
	case "Withdrawn":
		return decode[Withdrawn](body)
	case "Invited":
		return decode[Invited](body)
	case "Reminder":
		return decode[Reminder](body)
	case "Released":
		return decode[Released](body)
	case "FeedbackReady":
		return decode[FeedbackReady](body)
	}
	return nil, fmt.Errorf("event %q: no such message", name)
}

func decode[E Event](body []byte) (Event, error) {
	var e E
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("event %s: %w", e.Name(), err)
	}
	return e, nil
}
