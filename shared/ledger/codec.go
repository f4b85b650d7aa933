package ledger

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// MaxSubmission is the largest submission that can be kept, in bytes of its document: with its key it stays below
// DynamoDB's 400 KB for an item. A full checklist takes about 20 KB; one returned with 300 faults about 150 KB.
const MaxSubmission = 384 << 10

// maxDocument leaves room for what a current item adds to its submission.
const maxDocument = MaxSubmission + 4<<10

// ErrTooLarge is returned for a submission whose document is larger than MaxSubmission, on every store. Nothing of it is
// kept; recording it with shorter quotes (checklist.Fault.Found) is the caller's way out. An edition has too many runs
// at some 1,500: then none starts any more, but the one that runs can still finish.
var ErrTooLarge = errors.New("too large for the ledger")

// A codec turns a record into its document and back. Both stores use it. Documents are JSON that a person can read with
// the store's own tools: answers by reference, in the order of their references, choices as strings, numbers as numbers.
// Names are stored words: fields are only ever added, and an absent one is zero.
type codec[V, D any] struct {
	max    int       // bytes of a document; 0: maxDocument
	utc    func(V) V // V with its times in UTC
	stored func(V) D
	value  func(D) V
}

// encode returns the document of v. A value that would not read back as it is (text that is not UTF-8, a date that does
// not exist, a reference that is none) is an error rather than a silent change.
func (c codec[V, D]) encode(v V) (string, error) {
	v = c.utc(v)
	b, err := marshal(c.stored(v))
	if err != nil {
		return "", fmt.Errorf("cannot be stored: %w", err)
	}
	body := string(b)
	if limit := cmp.Or(c.max, maxDocument); len(body) > limit {
		return "", fmt.Errorf("%d bytes, more than %d: %w", len(body), limit, ErrTooLarge)
	}
	back, err := c.decode(body)
	if err != nil {
		return "", fmt.Errorf("cannot be stored: %w", err)
	}
	if !reflect.DeepEqual(back, v) {
		return "", errors.New("cannot be stored: it would not read back the same (is all text UTF-8?)")
	}
	return body, nil
}

// marshal is json.Marshal that leaves <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func (c codec[V, D]) decode(body string) (V, error) {
	var d D
	var none V
	if err := json.Unmarshal([]byte(body), &d); err != nil {
		return none, fmt.Errorf("unreadable document: %w", err)
	}
	return c.value(d), nil
}

// A dateDoc is a Date as "2023-06-30", "" if it is zero.
type dateDoc checklist.Date

func (d dateDoc) MarshalText() ([]byte, error) { return []byte(checklist.Date(d).String()), nil }

func (d *dateDoc) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = dateDoc{}
		return nil
	}
	v, err := checklist.ParseDate(string(b))
	*d = dateDoc(v)
	return err
}

func (d dateDoc) IsZero() bool { return checklist.Date(d).IsZero() }

// A refDoc is a Ref as its string, "" if it is zero.
type refDoc checklist.Ref

func (r refDoc) MarshalText() ([]byte, error) { return []byte(checklist.Ref(r).String()), nil }

func (r *refDoc) UnmarshalText(b []byte) error {
	*r = refDoc(refOf(string(b)))
	return nil
}

// refOf is checklist.ParseRef without its checks: a night reads millions, and encode has seen to it that they read back.
func refOf(s string) checklist.Ref {
	q, rest, _ := strings.Cut(s, ".")
	item, stage, _ := strings.Cut(rest, ".")
	return checklist.Ref{Question: checklist.QuestionID(q), Item: checklist.ItemID(item), Stage: checklist.StageID(stage)}
}

// An answerDoc is a choice as a string, a number as a number, and any other answer as an object.
type answerDoc checklist.Answer

type answerObject struct {
	Choice checklist.ChoiceID `json:"choice,omitempty"`
	Number int64              `json:"number,omitempty"`
	Text   string             `json:"text,omitempty"`
}

func (a answerDoc) MarshalJSON() ([]byte, error) {
	switch {
	case a.Text == "" && a.Choice == "":
		return marshal(a.Number)
	case a.Text == "" && a.Number == 0:
		return marshal(a.Choice)
	}
	return marshal(answerObject(a))
}

func (a *answerDoc) UnmarshalJSON(b []byte) (err error) {
	*a = answerDoc{}
	switch {
	case b[0] == '{':
		err = json.Unmarshal(b, (*answerObject)(a))
	case b[0] != '"':
		a.Number, err = strconv.ParseInt(string(b), 10, 64)
	case bytes.IndexByte(b, '\\') < 0:
		a.Choice = checklist.ChoiceID(b[1 : len(b)-1]) // nearly all answers are this
	default:
		err = json.Unmarshal(b, &a.Choice)
	}
	return err
}

type textDoc struct {
	JA string `json:"ja,omitempty"`
	EN string `json:"en,omitempty"`
}

type coverDoc struct {
	FirmName      string  `json:"firm_name,omitempty"`
	ReferenceDate dateDoc `json:"reference_date,omitzero"`
	Preparer      string  `json:"preparer,omitempty"`
	Approver      string  `json:"approver,omitempty"`
	ApproverTitle string  `json:"approver_title,omitempty"`
	ApprovedOn    dateDoc `json:"approved_on,omitzero"`
}

type faultDoc struct {
	Code     checklist.FaultCode `json:"code"`
	Severity checklist.Severity  `json:"severity"`
	Ref      refDoc              `json:"ref,omitzero"`
	Question string              `json:"question,omitempty"`
	Sheet    string              `json:"sheet,omitempty"`
	Cell     string              `json:"cell,omitempty"`
	Found    string              `json:"found,omitempty"`
	What     textDoc             `json:"what,omitzero"`
	Mend     textDoc             `json:"mend,omitzero"`
	Rule     string              `json:"rule,omitempty"`
}

type confirmationDoc struct {
	Code   checklist.FaultCode `json:"code"`
	Ref    refDoc              `json:"ref,omitzero"`
	Rule   string              `json:"rule,omitempty"`
	Reason string              `json:"reason"`
}

type submissionDoc struct {
	Edition    checklist.EditionID    `json:"edition"`
	Firm       checklist.FirmID       `json:"firm"`
	Ticket     checklist.TicketNumber `json:"ticket"`
	Status     checklist.Status       `json:"status"`
	ReceivedAt time.Time              `json:"received_at"`
	Channel    checklist.Channel      `json:"channel"`
	Via        string                 `json:"via,omitempty"`
	Object     string                 `json:"object,omitempty"`
	ObjectID   string                 `json:"object_id,omitempty"`
	SHA256     string                 `json:"sha256,omitempty"`
	Size       int64                  `json:"size,omitempty"`
	Definition string                 `json:"definition,omitempty"`
	Marked     string                 `json:"marked,omitempty"`
	Cover      coverDoc               `json:"cover,omitzero"`
	Answers    map[string]answerDoc   `json:"answers,omitzero"`
	Faults     []faultDoc             `json:"faults,omitzero"`

	Confirmations []confirmationDoc `json:"confirmations,omitzero"`
}

func storedSubmission(s checklist.Submission) submissionDoc {
	d := submissionDoc{
		s.Edition, s.Firm, s.Ticket, s.Status, s.ReceivedAt, s.Channel, s.Via, s.Object, s.ObjectID, s.SHA256, s.Size, s.Definition, s.Marked,
		coverDoc{s.Cover.FirmName, dateDoc(s.Cover.ReferenceDate), s.Cover.Preparer, s.Cover.Approver,
			s.Cover.ApproverTitle, dateDoc(s.Cover.ApprovedOn)}, nil, nil, nil,
	}
	if s.Answers != nil {
		d.Answers = make(map[string]answerDoc, len(s.Answers))
		for r, a := range s.Answers {
			d.Answers[r.String()] = answerDoc(a)
		}
	}
	if s.Faults != nil {
		d.Faults = make([]faultDoc, len(s.Faults))
		for i, f := range s.Faults {
			d.Faults[i] = faultDoc{f.Code, f.Severity, refDoc(f.Ref), f.Question, f.Sheet, f.Cell, f.Found,
				textDoc(f.What), textDoc(f.Mend), f.Rule}
		}
	}
	if s.Confirmations != nil {
		d.Confirmations = make([]confirmationDoc, len(s.Confirmations))
		for i, c := range s.Confirmations {
			d.Confirmations[i] = confirmationDoc{c.Code, refDoc(c.Ref), c.Rule, c.Reason}
		}
	}
	return d
}

func (d submissionDoc) value() checklist.Submission {
	s := checklist.Submission{
		Edition: d.Edition, Firm: d.Firm, Ticket: d.Ticket, Status: d.Status, ReceivedAt: d.ReceivedAt, Channel: d.Channel, Via: d.Via,
		Object: d.Object, ObjectID: d.ObjectID, SHA256: d.SHA256, Size: d.Size, Definition: d.Definition, Marked: d.Marked,
		Cover: checklist.Cover{FirmName: d.Cover.FirmName, ReferenceDate: checklist.Date(d.Cover.ReferenceDate),
			Preparer: d.Cover.Preparer, Approver: d.Cover.Approver, ApproverTitle: d.Cover.ApproverTitle,
			ApprovedOn: checklist.Date(d.Cover.ApprovedOn)},
	}
	if d.Answers != nil {
		s.Answers = make(checklist.Answers, len(d.Answers))
		for k, a := range d.Answers {
			s.Answers[refOf(k)] = checklist.Answer(a)
		}
	}
	if d.Faults != nil {
		s.Faults = make([]checklist.Fault, len(d.Faults))
		for i, f := range d.Faults {
			s.Faults[i] = checklist.Fault{Code: f.Code, Severity: f.Severity, Ref: checklist.Ref(f.Ref), Question: f.Question,
				Sheet: f.Sheet, Cell: f.Cell, Found: f.Found, What: checklist.Text(f.What), Mend: checklist.Text(f.Mend), Rule: f.Rule}
		}
	}
	if d.Confirmations != nil {
		s.Confirmations = make([]checklist.Confirmation, len(d.Confirmations))
		for i, c := range d.Confirmations {
			s.Confirmations[i] = checklist.Confirmation{Code: c.Code, Ref: checklist.Ref(c.Ref), Rule: c.Rule, Reason: c.Reason}
		}
	}
	return s
}

var submissions = codec[checklist.Submission, submissionDoc]{
	max: MaxSubmission,
	utc: func(s checklist.Submission) checklist.Submission {
		s.ReceivedAt = s.ReceivedAt.UTC()
		return s
	},
	stored: storedSubmission,
	value:  submissionDoc.value,
}

type currentDoc struct {
	Edition       checklist.EditionID `json:"edition"`
	Firm          checklist.FirmID    `json:"firm"`
	FirstReceived time.Time           `json:"first_received,omitzero"`
	Submission    *submissionDoc      `json:"submission,omitempty"` // absent if nothing counts yet
}

var currents = codec[checklist.Current, currentDoc]{
	utc: func(c checklist.Current) checklist.Current {
		c.Submission, c.FirstReceived = submissions.utc(c.Submission), c.FirstReceived.UTC()
		return c
	},
	stored: func(c checklist.Current) currentDoc {
		d := currentDoc{c.Submission.Edition, c.Submission.Firm, c.FirstReceived, nil}
		if c.Submission.Ticket != 0 {
			s := storedSubmission(c.Submission)
			d.Submission = &s
		}
		return d
	},
	value: func(d currentDoc) checklist.Current {
		if d.Submission == nil {
			return checklist.Current{Submission: checklist.Submission{Edition: d.Edition, Firm: d.Firm}, FirstReceived: d.FirstReceived}
		}
		return checklist.Current{Submission: d.Submission.value(), FirstReceived: d.FirstReceived}
	},
}

type ticketDoc struct {
	Edition  checklist.EditionID    `json:"edition"`
	Firm     checklist.FirmID       `json:"firm"`
	Number   checklist.TicketNumber `json:"number"`
	SHA256   string                 `json:"sha256,omitempty"`
	Size     int64                  `json:"size,omitempty"`
	Channel  checklist.Channel      `json:"channel"`
	IssuedAt time.Time              `json:"issued_at"`

	Via        string    `json:"via,omitempty"`
	ReceivedAt time.Time `json:"received_at,omitzero"`
}

var tickets = codec[Ticket, ticketDoc]{
	utc:    func(t Ticket) Ticket { inUTC(&t.IssuedAt, &t.ReceivedAt); return t },
	stored: func(t Ticket) ticketDoc { return ticketDoc(t) },
	value:  func(d ticketDoc) Ticket { return Ticket(d) },
}

type roundDoc struct {
	Edition   checklist.EditionID `json:"edition"`
	State     RoundState          `json:"state"`
	Checksum  string              `json:"checksum"`
	OpenedAt  time.Time           `json:"opened_at"`
	Deadline  time.Time           `json:"deadline"`
	Closing   time.Time           `json:"closing"`
	ClosedAt  time.Time           `json:"closed_at,omitzero"`
	FrozenAt  time.Time           `json:"frozen_at,omitzero"`
	FrozenRun string              `json:"frozen_run,omitempty"`
}

var rounds = codec[Round, roundDoc]{
	utc: func(r Round) Round {
		inUTC(&r.OpenedAt, &r.Deadline, &r.Closing, &r.ClosedAt, &r.FrozenAt)
		return r
	},
	stored: func(r Round) roundDoc { return roundDoc(r) },
	value:  func(d roundDoc) Round { return Round(d) },
}

type runDoc struct {
	ID         string              `json:"id"`
	Edition    checklist.EditionID `json:"edition"`
	Kind       RunKind             `json:"kind"`
	State      RunState            `json:"state"`
	StartedAt  time.Time           `json:"started_at"`
	FinishedAt time.Time           `json:"finished_at,omitzero"`
	LeaseUntil time.Time           `json:"lease_until,omitzero"`
	Population int                 `json:"population,omitempty"`
	Replied    int                 `json:"replied,omitempty"`
	Answers    int                 `json:"answers,omitempty"`
	Why        string              `json:"why,omitempty"`
}

func runInUTC(r Run) Run {
	inUTC(&r.StartedAt, &r.FinishedAt, &r.LeaseUntil)
	return r
}

// All runs of an edition are one document, so that one swap decides who runs.
var runs = codec[[]Run, []runDoc]{
	utc: func(rs []Run) []Run {
		out := make([]Run, len(rs))
		for i, r := range rs {
			out[i] = runInUTC(r)
		}
		return out
	},
	stored: func(rs []Run) []runDoc {
		ds := make([]runDoc, len(rs))
		for i, r := range rs {
			ds[i] = runDoc(r)
		}
		return ds
	},
	value: func(ds []runDoc) []Run {
		rs := make([]Run, len(ds))
		for i, d := range ds {
			rs[i] = Run(d)
		}
		return rs
	},
}

type letterDoc struct {
	Edition    checklist.EditionID `json:"edition"`
	Firm       checklist.FirmID    `json:"firm,omitempty"`
	Kind       string              `json:"kind"`
	Subject    string              `json:"subject"`
	State      LetterState         `json:"state"`
	Owner      string              `json:"owner"`
	LeaseUntil time.Time           `json:"lease_until,omitzero"`
	SentAt     time.Time           `json:"sent_at,omitzero"`
	Why        string              `json:"why,omitempty"`
}

var letters = codec[Letter, letterDoc]{
	utc: func(l Letter) Letter { inUTC(&l.LeaseUntil, &l.SentAt); return l },
	stored: func(l Letter) letterDoc {
		return letterDoc{l.Key.Edition, l.Key.Firm, l.Key.Kind, l.Key.Subject, l.State, l.Owner, l.LeaseUntil, l.SentAt, l.Why}
	},
	value: func(d letterDoc) Letter {
		return Letter{LetterKey{d.Edition, d.Firm, d.Kind, d.Subject}, d.State, d.Owner, d.LeaseUntil, d.SentAt, d.Why}
	},
}

type deliveryDoc struct {
	Letter string        `json:"letter"`
	State  DeliveryState `json:"state"`
	At     time.Time     `json:"at"`
	Why    string        `json:"why,omitempty"`
}

var deliveries = codec[Delivery, deliveryDoc]{
	utc:    func(d Delivery) Delivery { inUTC(&d.At); return d },
	stored: func(d Delivery) deliveryDoc { return deliveryDoc(d) },
	value:  func(d deliveryDoc) Delivery { return Delivery(d) },
}

// A clientDoc says whose a machine client is; "" if it is nobody's any more.
type clientDoc struct {
	Firm checklist.FirmID `json:"firm,omitempty"`
}

var clients = codec[clientDoc, clientDoc]{
	utc:    func(c clientDoc) clientDoc { return c },
	stored: func(c clientDoc) clientDoc { return c },
	value:  func(c clientDoc) clientDoc { return c },
}

type firmDoc struct {
	ID                 checklist.FirmID  `json:"id"`
	RegistrationNumber string            `json:"registration_number,omitempty"`
	Name               textDoc           `json:"name,omitzero"`
	Sector             string            `json:"sector,omitempty"`
	PeerGroup          string            `json:"peer_group,omitempty"`
	SizeBand           string            `json:"size_band,omitempty"`
	CorporateGroup     string            `json:"corporate_group,omitempty"`
	Successor          checklist.FirmID  `json:"successor,omitempty"`
	ValidFrom          dateDoc           `json:"valid_from,omitzero"`
	ValidTo            dateDoc           `json:"valid_to,omitzero"`
	Attributes         map[string]string `json:"attributes,omitempty"` // by column of the register
}

var firms = codec[register.Firm, firmDoc]{
	utc: func(f register.Firm) register.Firm { return f },
	stored: func(f register.Firm) firmDoc {
		return firmDoc{f.ID, f.RegistrationNumber, textDoc(f.Name), f.Sector, f.PeerGroup, f.SizeBand, f.CorporateGroup,
			f.Successor, dateDoc(f.ValidFrom), dateDoc(f.ValidTo), f.Attributes.Codes()}
	},
	value: func(d firmDoc) register.Firm {
		return register.Firm{ID: d.ID, RegistrationNumber: d.RegistrationNumber, Name: checklist.Text(d.Name), Sector: d.Sector,
			PeerGroup: d.PeerGroup, SizeBand: d.SizeBand, CorporateGroup: d.CorporateGroup, Successor: d.Successor, Attributes: register.AttributesOf(d.Attributes),
			ValidFrom: checklist.Date(d.ValidFrom), ValidTo: checklist.Date(d.ValidTo)}
	},
}

type contactDoc struct {
	Firm      checklist.FirmID `json:"firm"`
	Role      register.Role    `json:"role"`
	Name      string           `json:"name,omitempty"`
	Email     string           `json:"email,omitempty"`
	ValidFrom dateDoc          `json:"valid_from,omitzero"`
	ValidTo   dateDoc          `json:"valid_to,omitzero"`
}

var contacts = codec[register.Contact, contactDoc]{
	utc: func(c register.Contact) register.Contact { return c },
	stored: func(c register.Contact) contactDoc {
		return contactDoc{c.Firm, c.Role, c.Name, c.Email, dateDoc(c.ValidFrom), dateDoc(c.ValidTo)}
	},
	value: func(d contactDoc) register.Contact {
		return register.Contact{Firm: d.Firm, Role: d.Role, Name: d.Name, Email: d.Email,
			ValidFrom: checklist.Date(d.ValidFrom), ValidTo: checklist.Date(d.ValidTo)}
	},
}

// A generationDoc says which generation of the register is read, and which was given out last to a writer.
type generationDoc struct {
	Current int `json:"current"`
	Last    int `json:"last"`
}

var generations = codec[generationDoc, generationDoc]{
	utc:    func(g generationDoc) generationDoc { return g },
	stored: func(g generationDoc) generationDoc { return g },
	value:  func(g generationDoc) generationDoc { return g },
}

func inUTC(ts ...*time.Time) {
	for _, t := range ts {
		*t = t.UTC()
	}
}
