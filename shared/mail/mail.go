// Package mail holds a message (メール) and its rendering as a MIME file. What a letter says is not decided here.
//
// The same [Message] always renders to the same bytes: its date, its Message-ID and its boundary come from the message
// itself, so a letter sent again after a crash is recognisably the same letter.
package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// ErrInvalid is returned for a message that must not be sent as it is: a control character in a header, no addressee, an
// id that is not fit for a file name.
var ErrInvalid = errors.New("message is not fit to be sent")

// ErrSentOther is returned by a sender that has sent another message under the same id. That one stays as it is.
var ErrSentOther = errors.New("another message was sent under that id")

// ErrRefused is returned by a sender for a message that it will never take, so that sending it again is no use.
var ErrRefused = errors.New("the mail service does not take the message")

// A Message is one letter as it is sent.
type Message struct {
	ID          string // the letter's key; makes its Message-ID, its X-CSSA-Letter header and its file name
	From        Address
	To          []Address
	ReplyTo     Address // zero: answers go to From
	Subject     string
	Text        string // complete on its own; lines end in \n
	Attachments []Attachment
	Date        time.Time // written in its own zone
}

// An Address is a mailbox with the name shown for it.
type Address struct{ Name, Email string }

// An Attachment is a file that goes with a message.
type Attachment struct {
	Name        string // file name as the reader sees it
	ContentType string
	Body        []byte
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`)

// Check says whether the message may be sent: every header value free of control characters (no header can be smuggled in
// through a name or a subject) and of those that change the direction of writing (no name is shown as another), every address a plain mailbox, an id, a date, a text and at least one addressee.
func (m Message) Check() error {
	switch {
	case !idPattern.MatchString(m.ID):
		return fmt.Errorf("%w: id %q", ErrInvalid, m.ID)
	case len(m.To) == 0:
		return fmt.Errorf("%w: no addressee", ErrInvalid)
	case m.Date.IsZero():
		return fmt.Errorf("%w: no date", ErrInvalid)
	case strings.TrimSpace(m.Text) == "":
		return fmt.Errorf("%w: no text", ErrInvalid)
	case strings.TrimSpace(m.Subject) == "":
		return fmt.Errorf("%w: no subject", ErrInvalid)
	}
	headers := []string{m.Subject}
	mailboxes := append([]Address{m.From}, m.To...)
	if m.ReplyTo != (Address{}) {
		mailboxes = append(mailboxes, m.ReplyTo)
	}
	for _, a := range mailboxes {
		parsed, err := netmail.ParseAddress(a.Email)
		if err != nil || parsed.Address != a.Email {
			return fmt.Errorf("%w: an address that is not a plain mailbox", ErrInvalid)
		}
		headers = append(headers, a.Name, a.Email)
	}
	for _, f := range m.Attachments {
		if f.Name == "" || f.ContentType == "" {
			return fmt.Errorf("%w: an attachment without name or type", ErrInvalid)
		}
		headers = append(headers, f.Name, f.ContentType)
	}
	for _, h := range headers {
		if strings.ContainsFunc(h, unicode.IsControl) {
			return fmt.Errorf("%w: a control character in a header", ErrInvalid)
		}
		if i := strings.IndexFunc(h, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
			return fmt.Errorf("%w: a character in a header that turns the order of letters around (%U): a name of the register or of a file, to be mended there",
				ErrInvalid, []rune(h[i:])[0])
		}
	}
	return nil
}

// Render returns the message as a MIME file: the text first, UTF-8 in base64, the attachments after it.
func Render(m Message) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64), gomail.WithCharset(gomail.CharsetUTF8),
		gomail.WithBoundary(boundary(m.ID)), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: m.From.Name, Address: m.From.Email})
	for _, to := range m.To {
		msg.AddToMailAddress(&netmail.Address{Name: to.Name, Address: to.Email})
	}
	if m.ReplyTo != (Address{}) {
		if err := msg.ReplyToFormat(m.ReplyTo.Name, m.ReplyTo.Email); err != nil {
			return nil, fmt.Errorf("message %s: reply to: %w", m.ID, err)
		}
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date)
	_, domain, _ := strings.Cut(m.From.Email, "@")
	msg.SetMessageIDWithValue(m.ID + "@" + domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-CSSA-Letter", m.ID)
	msg.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(m.Text, "\n", "\r\n"))
	for _, f := range m.Attachments {
		err := msg.AttachReader(f.Name, bytes.NewReader(f.Body), gomail.WithFileContentType(gomail.ContentType(f.ContentType)))
		if err != nil {
			return nil, fmt.Errorf("message %s: attach: %w", m.ID, err)
		}
	}
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("message %s: render: %w", m.ID, err)
	}
	return out.Bytes(), nil
}

// boundary is fixed by the message's id. Base64 has no hyphen, so no part can contain it.
func boundary(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "cssa-" + hex.EncodeToString(sum[:16])
}
