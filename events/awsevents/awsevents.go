// Package awsevents is what AWS hands to our functions, and what it becomes: envelopes of EventBridge (our own messages,
// results of the malware scan, uploads, mail events) in SQS batches, calls of the HTTP API, the scheduler's input. It also
// puts around every function what all have in common: a log with the request's id, one line of metrics, deadlines.
//
// One JSON sample of each envelope is in samples. Its fields and their types are held against testdata/documented.txt, which
// was taken down from:
//
//   - scan: GuardDuty User Guide, "Monitoring S3 object scans with Amazon EventBridge" and "Monitoring S3 object scans". The
//     guide's own sample was seen through programs that take these events with closed lists of fields, not in the original.
//   - object: S3 User Guide, "EventBridge event message structure"
//   - email: the detail by SES Developer Guide, "Examples of event data that Amazon SES publishes to Amazon SNS" and "Contents
//     of event data …"; the names of the kinds by EventBridge Events Reference, "Amazon Simple Email Service events". That a
//     configuration set stands in resources was seen in others' tests only; it is not read here.
//   - sqs: Lambda Developer Guide, "Using AWS Lambda with Amazon SQS"; aws-lambda-go, events/testdata/sqs-event.json
//   - ticket, release: API Gateway Developer Guide, "Working with AWS Lambda proxy integrations for HTTP APIs", format 2.0;
//     aws-lambda-go, events/testdata/apigw-v2-request-jwt-authorizer.json and -iam.json; the claims by Cognito Developer Guide,
//     "Using the access token". That a machine's sub is its client id is from experience, not from the guide.
//   - schedule, freeze: Scheduler hands the Input of its target over as it is (Lambda Developer Guide, "Using Lambda with
//     Amazon EventBridge Scheduler"); what is in it is ours.
package awsevents

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"cssa/events"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// Errors of an envelope. Both are to be retried and then dead-lettered with an alarm; neither passes in silence.
var (
	ErrForeign    = errors.New("not a message for this function")
	ErrNotScanned = errors.New("the upload was not scanned") // the scan failed, or was not allowed to read
)

// The sources of envelopes.
const (
	SourceOurs      = "cssa"
	SourceGuardDuty = "aws.guardduty"
	SourceS3        = "aws.s3"
	SourceSES       = "aws.ses"
)

// The kinds of envelopes of AWS, in its words. Ours are the names of our messages.
const (
	KindScanResult = "GuardDuty Malware Protection Object Scan Result"
	KindCreated    = "Object Created"
	KindDelivered  = "Email Delivered"
	KindDelayed    = "Email Delivery Delayed"
	KindBounced    = "Email Bounced"
	KindRejected   = "Email Rejected"
	KindComplained = "Email Complaint Received"
)

// An Envelope is an event of EventBridge, as it is the body of a message in a queue.
type Envelope struct {
	ID     string          `json:"id"`
	Source string          `json:"source"`
	Kind   string          `json:"detail-type"`
	Time   time.Time       `json:"time"`
	Detail json.RawMessage `json:"detail"`
}

// Open reads an envelope.
func Open(body []byte) (Envelope, error) {
	var e Envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return e, fmt.Errorf("%w: no envelope of EventBridge", ErrForeign) // the body is not quoted: who knows what it is
	}
	if e.Source == "" || e.Kind == "" || len(e.Detail) == 0 {
		return e, fmt.Errorf("%w: an envelope without source, kind or detail", ErrForeign)
	}
	return e, nil
}

func (e Envelope) foreign() error { return fmt.Errorf("%w: %q of %q", ErrForeign, e.Kind, e.Source) }

// Event returns the message of ours that is in the envelope.
func (e Envelope) Event() (events.Event, error) {
	if e.Source != SourceOurs {
		return nil, e.foreign()
	}
	return events.Decode(e.Kind, e.Detail)
}

// An Upload is one version of an object that came to a bucket, and what the scan said of it.
type Upload struct {
	Bucket    string
	Object    string
	VersionID string // "" where the bucket keeps no versions
	Verdict   events.Verdict
}

// Upload returns the upload that the envelope tells of: a result of the malware scan, or, where nothing is scanned, the
// object's creation itself, which counts as clean. A scan that came to no result is ErrNotScanned.
func (e Envelope) Upload() (Upload, error) {
	switch {
	case e.Source == SourceGuardDuty && e.Kind == KindScanResult:
		return e.scanned()
	case e.Source == SourceS3 && e.Kind == KindCreated:
		return e.created()
	}
	return Upload{}, e.foreign()
}

func (e Envelope) scanned() (Upload, error) {
	var d struct {
		Object struct {
			Bucket  string `json:"bucketName"`
			Key     string `json:"objectKey"`
			Version string `json:"versionId"`
		} `json:"s3ObjectDetails"`
		Result struct {
			Status string `json:"scanResultStatus"`
		} `json:"scanResultDetails"`
	}
	if err := e.read(&d); err != nil {
		return Upload{}, err
	}
	verdict, ok := map[string]events.Verdict{
		"NO_THREATS_FOUND": events.Clean, "THREATS_FOUND": events.Malware, "UNSUPPORTED": events.Unscannable,
	}[d.Result.Status]
	if !ok { // FAILED, ACCESS_DENIED, or a word that is new
		return Upload{}, fmt.Errorf("%w: %s/%s: %q", ErrNotScanned, d.Object.Bucket, d.Object.Key, d.Result.Status)
	}
	return e.upload(Upload{d.Object.Bucket, d.Object.Key, d.Object.Version, verdict})
}

func (e Envelope) created() (Upload, error) {
	var d struct {
		Bucket struct {
			Name string `json:"name"`
		} `json:"bucket"`
		Object struct {
			Key     string `json:"key"` // as it is, not escaped as in S3's own notifications
			Version string `json:"version-id"`
		} `json:"object"`
	}
	if err := e.read(&d); err != nil {
		return Upload{}, err
	}
	return e.upload(Upload{d.Bucket.Name, d.Object.Key, d.Object.Version, events.Clean})
}

func (e Envelope) upload(u Upload) (Upload, error) {
	if u.Bucket == "" || u.Object == "" {
		return u, fmt.Errorf("%w: %q without bucket or object", ErrForeign, e.Kind)
	}
	if u.VersionID == "null" {
		u.VersionID = ""
	}
	return u, nil
}

// A letter is known by the header that mail.Render gives it, or, where SES leaves headers out, by the tag that it is sent
// with.
const (
	letterHeader = "X-CSSA-Letter"
	letterTag    = "letter"
)

// Delivery returns what the mail service said of a letter of ours. It is false for mail that is no letter and for events
// that say nothing of its fate (sent, opened). Addresses are left where they are.
func (e Envelope) Delivery() (ledger.Delivery, bool, error) {
	if e.Source != SourceSES {
		return ledger.Delivery{}, false, e.foreign()
	}
	type moment struct {
		At time.Time `json:"timestamp"`
	}
	var d struct {
		Mail struct {
			At        time.Time `json:"timestamp"`
			Truncated bool      `json:"headersTruncated"`
			Headers   []struct{ Name, Value string }
			Tags      map[string][]string
		}
		Delivery moment
		Delay    struct {
			moment
			Type string `json:"delayType"`
		} `json:"deliveryDelay"`
		Bounce struct {
			moment
			Type    string `json:"bounceType"`
			Subtype string `json:"bounceSubType"`
		}
		Complaint struct {
			moment
			Type string `json:"complaintFeedbackType"`
		}
		Reject struct{ Reason string }
	}
	if err := e.read(&d); err != nil {
		return ledger.Delivery{}, false, err
	}
	note := ledger.Delivery{}
	switch e.Kind {
	case KindDelivered:
		note.State, note.At = ledger.Delivered, d.Delivery.At
	case KindDelayed:
		note.State, note.At, note.Why = ledger.Delayed, d.Delay.At, d.Delay.Type
	case KindBounced:
		note.State, note.At, note.Why = ledger.Bounced, d.Bounce.At, d.Bounce.Type+" "+d.Bounce.Subtype
	case KindRejected:
		note.State, note.At, note.Why = ledger.Bounced, d.Mail.At, "Rejected "+d.Reject.Reason
	case KindComplained:
		note.State, note.At, note.Why = ledger.Complained, d.Complaint.At, d.Complaint.Type
	default:
		return note, false, nil
	}
	for _, h := range d.Mail.Headers {
		if strings.EqualFold(h.Name, letterHeader) {
			note.Letter = h.Value
		}
	}
	if tag := d.Mail.Tags[letterTag]; note.Letter == "" && len(tag) == 1 {
		note.Letter = tag[0]
	}
	if note.Letter == "" && d.Mail.Truncated {
		return note, false, fmt.Errorf("%w: %q of a mail whose headers are cut short", ErrForeign, e.Kind)
	}
	if note.At.IsZero() {
		note.At = e.Time
	}
	return note, note.Letter != "", nil
}

func (e Envelope) read(detail any) error {
	if err := json.Unmarshal(e.Detail, detail); err != nil {
		return fmt.Errorf("%w: the detail of %q cannot be read", ErrForeign, e.Kind)
	}
	return nil
}

// A Night is the input of the nightly count, from the scheduler or from the operator.
type Night struct {
	Edition checklist.EditionID `json:"edition"`
	Due     time.Time           `json:"due,omitzero"`     // when the schedule names the night; not of the operator
	Freeze  bool                `json:"freeze,omitempty"` // shut the round for good and make its last run
}
