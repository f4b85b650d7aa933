// Package ledger is the ledger (台帳): who was given which ticket, who submitted what and which version counts, what state
// an edition is in, which runs were made and released, and which letters went out.
//
// The types and all rules live here, in [Book]; what a [Store] has to bring is reading, listing and compare-and-swap of
// documents. sqlite and dynamo are the Stores, and ledgertest holds both to one behaviour. Every step declares the few
// methods it uses. What all of them promise:
//
//   - what a method has returned without error is durable and seen by every later call;
//   - a repeated call changes nothing and returns as the first did, unless it says otherwise;
//   - values are copied both ways: callers and ledger never share memory;
//   - times are UTC; what is absent is ErrNotFound, never a zero value.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"cssa/shared/checklist"
)

// Errors that callers tell apart with errors.Is. Everything else is the store failing: retry or give up.
var (
	ErrNotFound = errors.New("not in the ledger")
	ErrConflict = errors.New("the ledger holds something else there") // the same identity with other content, or a state passed by
	ErrHeld     = errors.New("held by another")                       // a run or letter is leased to someone else
	ErrFrozen   = errors.New("the round is frozen")                   // nothing that counts is recorded any more
)

// A Ticket (提出券) is the right to upload one file: whose, for which edition, with which bytes.
type Ticket struct {
	Edition  checklist.EditionID
	Firm     checklist.FirmID
	Number   checklist.TicketNumber // set by the ledger: 1 for the firm's first
	SHA256   string                 // of the file it is good for, hex
	Size     int64                  // of the file it is good for, bytes
	Channel  checklist.Channel
	IssuedAt time.Time

	// Of a file that the supervisor received on behalf of the firm.
	Via        string    // the way it came
	ReceivedAt time.Time // when it came; zero: the object store's time counts, as for an upload
}

// A RoundState says how far an edition has come. Values are stored words.
type RoundState string

// The states of a round, in order; a round only moves forward.
const (
	Open   RoundState = "open"   // 受付中: firms may submit
	Closed RoundState = "closed" // 受付終了
	Frozen RoundState = "frozen" // 確定: nothing enters any more
)

// A Round is the state of an edition, with the times that hold for it: the edition's own unless the supervisor moved them.
type Round struct {
	Edition   checklist.EditionID
	State     RoundState
	Checksum  string // of the definition the round was opened with; it never changes
	OpenedAt  time.Time
	Deadline  time.Time // 提出期限
	Closing   time.Time // 受付終了
	ClosedAt  time.Time // zero until closed
	FrozenAt  time.Time // zero until frozen
	FrozenRun string    // id of the run that the freeze made; "" until frozen
}

// Takes says whether an upload received at t is taken: after the round was opened, before its doors closed, not frozen.
func (r Round) Takes(t time.Time) bool {
	return r.State != Frozen && !t.Before(r.OpenedAt) && t.Before(r.Shut())
}

// Shut is when the doors close, or closed if somebody shut them before their time.
func (r Round) Shut() time.Time {
	if !r.ClosedAt.IsZero() && r.ClosedAt.Before(r.Closing) {
		return r.ClosedAt
	}
	return r.Closing
}

// Late says whether a firm whose first upload came at first is late (期限後). A firm whose first upload was in time stays
// in time even if that upload was returned.
func (r Round) Late(first time.Time) bool { return first.After(r.Deadline) }

// A Run (実行記録) is one aggregation.
type Run struct {
	ID         string // e.g. "20231101T020000Z-nightly": sorts by time
	Edition    checklist.EditionID
	Kind       RunKind
	State      RunState
	StartedAt  time.Time
	FinishedAt time.Time // zero while running
	LeaseUntil time.Time // a running run that has passed it may be taken over
	Population int       // 対象先数
	Replied    int       // firms whose answers were counted
	Answers    int       // rows of answers written
	Why        string    // of a failure
}

// A RunKind says why a run was made. Values are stored words.
type RunKind string

// A RunState says what became of a run. Values are stored words.
type RunState string

// The kinds and states of a run.
const (
	Nightly RunKind = "nightly"
	Freeze  RunKind = "freeze"

	Running RunState = "running"
	Done    RunState = "done"
	Failed  RunState = "failed"
)

// A Release (還元・公表) is the proposal to issue a frozen run and its approval by another person.
type Release struct {
	Edition    checklist.EditionID
	Run        string
	ProposedBy string
	ProposedAt time.Time
	ApprovedBy string // "" until approved; never ProposedBy
	ApprovedAt time.Time
	Audit      Verdict // zero of a proposal from before there was one
}

// A Verdict is what the auditor said of what a release issues: nothing can be told of it that is withheld. A release that it
// finds something in is not proposed.
type Verdict struct {
	At       time.Time
	Readers  int    // how many readers attacked it: one from outside, the firms that replied, the corporate groups
	Cells    int    // of all tables
	Withheld int    // of Cells
	Content  string // SHA-256, hex, of what is issued
}

// A LetterKey identifies a letter: one of a kind to one firm about one thing. It makes the letter's file name and number.
type LetterKey struct {
	Edition checklist.EditionID
	Firm    checklist.FirmID // "" for a notice to the supervisor
	Kind    string           // "accepted", "returned", "withdrawn", "invitation", "reminder", "feedback", "stray"
	Subject string           // what of that kind: the version, the reminder's round, the run
}

// String returns the key as words joined by hyphens, fit for a file name and a message id: in Subject, what is not a
// letter, a digit or one of -_.~ is escaped. Different keys have different strings.
func (k LetterKey) String() string {
	firm := string(k.Firm)
	if firm == "" {
		firm = "office"
	}
	return fmt.Sprintf("%s-%s-%s-%s", k.Edition, firm, k.Kind, url.QueryEscape(k.Subject))
}

// A Letter says what became of a letter.
type Letter struct {
	Key        LetterKey
	State      LetterState
	Owner      string    // who holds the lease
	LeaseUntil time.Time // a claimed letter that has passed it may be claimed by another
	SentAt     time.Time // zero until sent
	Why        string    // of a refusal
}

// A LetterState says how far a letter has come. Values are stored words.
type LetterState string

// The states of a letter.
const (
	Claimed LetterState = "claimed"
	Sent    LetterState = "sent"
	Refused LetterState = "refused" // it will not be sent: no contact, or the attachment is another firm's
)

// A Delivery is what the mail service said of a letter after it took it. Of a letter to several people it is the worst.
type Delivery struct {
	Letter string // LetterKey.String of the letter
	State  DeliveryState
	At     time.Time
	Why    string // in the mail service's words, without an address
}

// A DeliveryState says what became of a letter that was sent. Values are stored words.
type DeliveryState string

// The states of a delivery, from good to bad.
const (
	Delivered  DeliveryState = "delivered"
	Delayed    DeliveryState = "delayed"
	Bounced    DeliveryState = "bounced"    // no mailbox took it
	Complained DeliveryState = "complained" // the addressee calls it spam
)

// Submissions are the writes that recording a submission is made of. Each is atomic and may be repeated.
type Submissions interface {
	// PutSubmission writes s, whose ticket was issued before, if its identity is new. The same content again is no error;
	// other content is ErrConflict, and what was written first stays. What counts (checklist.Submission.Counts) and was not
	// written before the round was frozen is ErrFrozen: it is not in the frozen run ([Book.Seal]).
	PutSubmission(ctx context.Context, s checklist.Submission) error
	// UpdateCurrent brings where the firm stands up to s ([checklist.Current.With]).
	UpdateCurrent(ctx context.Context, s checklist.Submission) error
}

// Record writes s in the order that heals (house, decision 8): the immutable submission, then where the firm stands. A
// crash in between is mended by recording s again.
func Record(ctx context.Context, l Submissions, s checklist.Submission) error {
	if err := l.PutSubmission(ctx, s); err != nil {
		return err
	}
	return l.UpdateCurrent(ctx, s)
}
