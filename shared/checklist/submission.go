package checklist

import (
	"cmp"
	"time"
)

// A Submission (提出) is one upload of one firm, or one withdrawal, and what became of it. It is immutable: its identity
// is (Edition, Firm, Ticket), and recording it again changes nothing.
type Submission struct {
	Edition    EditionID
	Firm       FirmID
	Ticket     TicketNumber // the version (版) as printed
	Status     Status
	ReceivedAt time.Time // the object store's time of that object version, UTC; for a withdrawal the time it was recorded
	Channel    Channel
	Via        string // on behalf of a firm: the way its file came, in the supervisor's words, e.g. "mail"; else ""
	Object     string // key of the original in the archive; "" for a withdrawal
	ObjectID   string // version id of the original in the archive
	SHA256     string // of the original, hex
	Size       int64  // of the original, bytes
	Definition string // checksum of the edition's definition that it was checked against
	Marked     string // key in the archive of this upload with its findings marked, which goes back to the firm; "" if there is none
	Cover      Cover
	Answers    Answers // nil unless accepted
	Faults     []Fault // all of them, in printed order; those to confirm also when accepted

	Confirmations []Confirmation // those of Faults that the firm confirmed with a reason, in their order; nil if none
}

// A Status says what became of a submission. Values are stored words.
type Status string

// The statuses. Whether a submission is late or resubmitted follows from the others of its firm.
const (
	Accepted  Status = "accepted"  // 受理
	Returned  Status = "returned"  // 差戻し
	Withdrawn Status = "withdrawn" // 取下げ: the firm took its answers back
)

// A Channel says how a submission reached the supervisor. Values are stored words.
type Channel string

// The channels.
const (
	Upload   Channel = "upload"    // the firm's own upload
	OnBehalf Channel = "on_behalf" // 代理受付: recorded by the supervisor for the firm
)

// Older says whether s counts as older than t: by time of receipt, then by ticket number.
// Object version ids have no order and an object store's times are whole seconds, so the ticket number decides ties.
func (s *Submission) Older(t *Submission) bool {
	return cmp.Or(s.ReceivedAt.Compare(t.ReceivedAt), cmp.Compare(s.Ticket, t.Ticket)) < 0
}

// Counts says whether s decides a firm's current answers: an accepted submission sets them, a withdrawal removes them,
// a returned one leaves them as they were.
func (s *Submission) Counts() bool { return s.Status == Accepted || s.Status == Withdrawn }

// A Current is where one firm of an edition stands: the newest submission that counts, and when its first upload of any
// status came. If nothing counts yet, the submission names the edition and the firm only; if nothing was uploaded, as after
// a lone withdrawal, the time is zero.
type Current struct {
	Submission    Submission
	FirstReceived time.Time
}

// With returns where the firm stands once s is known as well. Submissions may become known in any order and more than once.
// This is the one place that says which version counts.
func (c Current) With(s Submission) Current {
	if s.Status != Withdrawn && (c.FirstReceived.IsZero() || s.ReceivedAt.Before(c.FirstReceived)) {
		c.FirstReceived = s.ReceivedAt
	}
	switch {
	case s.Counts() && (c.Submission.Ticket == 0 || c.Submission.Older(&s)):
		c.Submission = s
	case c.Submission.Ticket == 0:
		c.Submission = Submission{Edition: s.Edition, Firm: s.Firm}
	}
	return c
}

// Stand returns where a firm stands by its submissions, in any order.
func Stand(versions []Submission) Current {
	var c Current
	for _, s := range versions {
		c = c.With(s)
	}
	return c
}
