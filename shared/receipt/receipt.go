package receipt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"cssa/shared/checklist"
)

// A Receipt (受領証) is what is signed, for one upload of one firm. Its fields are stored and printed words; they never change.
type Receipt struct {
	Edition    checklist.EditionID    `json:"edition"`
	Definition string                 `json:"definition"` // checksum of the definition it was checked against
	Firm       checklist.FirmID       `json:"firm"`
	Version    checklist.TicketNumber `json:"version"`
	SHA256     string                 `json:"sha256"` // of the original, hex
	Size       int64                  `json:"bytes"`  // of the original
	ReceivedAt string                 `json:"received_at"`
	Channel    checklist.Channel      `json:"channel"`
	Outcome    checklist.Status       `json:"outcome"` // accepted or returned
	ToMend     int                    `json:"faults_to_mend"`
	ToConfirm  int                    `json:"faults_to_confirm"`
	Approver   string                 `json:"approver"` // name and title of the cover's approving officer; "" if it names none
	ApprovedOn string                 `json:"approved_on"`
}

// Of returns the receipt of a submission, and whether there is one: a withdrawal sends nothing that could be received.
func Of(s checklist.Submission) (Receipt, bool) {
	if s.Status == checklist.Withdrawn {
		return Receipt{}, false
	}
	mend := checklist.Blocking(s.Faults)
	r := Receipt{
		Edition: s.Edition, Definition: s.Definition, Firm: s.Firm, Version: s.Ticket, SHA256: s.SHA256, Size: s.Size,
		ReceivedAt: s.ReceivedAt.UTC().Format(time.RFC3339), Channel: s.Channel, Outcome: s.Status, ToMend: mend, ToConfirm: len(s.Faults) - mend,
		Approver: oneLine(s.Cover.Approver + " " + s.Cover.ApproverTitle),
	}
	if s.Cover.ApprovedOn != (checklist.Date{}) {
		r.ApprovedOn = s.Cover.ApprovedOn.String()
	}
	return r, true
}

// oneLine leaves out what JSON writers write differently: control characters and separators of lines.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// canonical returns the bytes that are signed: the receipt as JSON without white space, its fields in the order of their
// declaration, after a line that says what is signed.
func (r Receipt) canonical() []byte {
	var b bytes.Buffer
	b.WriteString("cssa-receipt-v1\n")
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		panic(fmt.Sprintf("receipt: %v", err)) // strings and integers only
	}
	return b.Bytes()
}
