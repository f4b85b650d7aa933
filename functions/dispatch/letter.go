package dispatch

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"time"
	"unicode"

	"cssa/events"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/mail"
)

//go:embed letters/*.txt
var letterFiles embed.FS

// letters holds the wording: for each kind its subject, its Japanese and its English text. Plain text: nothing is escaped,
// nothing needs to be.
var letters = template.Must(template.New("letters").Option("missingkey=error").ParseFS(letterFiles, "letters/*.txt"))

// A letter is what the wording is filled in with.
type letter struct {
	key         ledger.LetterKey
	zone        *time.Location
	date        time.Time
	to          []mail.Address
	attachments []mail.Attachment

	Number     string // of the letter
	Office     checklist.Office
	Desk       string
	Name       checklist.Text // of the firm
	Edition    *checklist.Edition
	Round      ledger.Round
	Submission checklist.Submission
	Nth        int // of a reminder
	Document   string
	FileName   string
	Stray      events.Stray
	Infected   events.Infected
}

// message sets the letter: Japanese first, English after it, complete as plain text.
func (l *letter) message() (mail.Message, error) {
	kind := l.key.Kind
	frame := "frame"
	if l.key.Firm == "" {
		frame = "notice"
	}
	subject, err := l.set(kind + ".subject")
	if err != nil {
		return mail.Message{}, err
	}
	text, err := l.set(frame)
	if err != nil {
		return mail.Message{}, err
	}
	m := mail.Message{
		ID: l.Number, From: mail.Address{Name: l.Office.Name.JA, Email: l.Office.Email}, To: l.to,
		Subject: strings.TrimSpace(subject), Text: mail.Wrap(tidy(text)), Attachments: l.attachments, Date: l.date.In(l.zone),
	}
	if err := m.Check(); err != nil {
		return mail.Message{}, err
	}
	return m, nil
}

func (l *letter) set(name string) (string, error) {
	var out strings.Builder
	if err := letters.ExecuteTemplate(&out, name, l); err != nil {
		return "", fmt.Errorf("set the letter: %w", err)
	}
	return out.String(), nil
}

// tidy leaves at most one blank line between paragraphs and none at the ends.
func tidy(text string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \t")
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n") + "\n"
}

// Body sets the text of the letter's kind in one language.
func (l *letter) Body(lang string) (string, error) { return l.set(l.key.Kind + "." + lang) }

// Firm is the firm's id, printed as its number at the desk (受付番号).
func (l *letter) Firm() checklist.FirmID { return l.key.Firm }

var weekdays = [...]string{"日", "月", "火", "水", "木", "金", "土"}

// When writes an instant in the edition's zone: 2023年8月31日（木）17時00分.
func (l *letter) When(t time.Time) string {
	t = t.In(l.zone)
	return fmt.Sprintf("%d年%d月%d日（%s）%d時%02d分", t.Year(), int(t.Month()), t.Day(), weekdays[t.Weekday()], t.Hour(), t.Minute())
}

// WhenEN writes an instant in the edition's zone: 17:00 JST, Thursday 31 August 2023.
func (l *letter) WhenEN(t time.Time) string {
	return t.In(l.zone).Format("15:04 MST, Monday 2 January 2006")
}

// Day writes a date.
func (l *letter) Day(d checklist.Date) string {
	return fmt.Sprintf("%d年%d月%d日", d.Year, int(d.Month), d.Day)
}

// DayEN writes a date in English.
func (l *letter) DayEN(d checklist.Date) string {
	return fmt.Sprintf("%d %s %d", d.Day, d.Month, d.Year)
}

// AfterDeadline says whether this upload came after the deadline. It looks at this upload alone, so that the letter does
// not depend on what else has been read by then.
func (l *letter) AfterDeadline() bool { return l.Submission.ReceivedAt.After(l.Round.Deadline) }

// AfterClosing says whether the upload came when the doors were closed.
func (l *letter) AfterClosing() bool { return !l.Submission.ReceivedAt.Before(l.Closed()) }

// ShutOut says whether the upload was returned for its time alone: the checklist as such may be in order.
func (l *letter) ShutOut() bool {
	for _, f := range l.Submission.Faults {
		switch f.Code {
		case checklist.CodeAfterClosing, checklist.CodeNotOpen, checklist.CodeFrozen:
			return true
		}
	}
	return false
}

// Closed is when the doors closed or will.
func (l *letter) Closed() time.Time { return l.Round.Shut() }

// Places counts the places of the checklist by what became of them.
func (l *letter) Places() map[string]int {
	n := map[string]int{"answered": 0, "unanswered": 0, "not_applicable": 0}
	for _, q := range l.Edition.Questions() {
		for _, r := range q.Refs() {
			n[string(l.Edition.State(q, r, l.Submission.Answers))]++
		}
	}
	return n
}

// Faults are the submission's faults as they are listed, numbered from 1: without warnings that the firm confirmed.
func (l *letter) Faults() []fault {
	var all []fault
	for i, f := range checklist.Open(l.Submission.Faults, l.Submission.Confirmations) {
		all = append(all, fault{i + 1, f})
	}
	return all
}

// Mend is how many faults stand in the way of acceptance.
func (l *letter) Mend() int { return checklist.Blocking(l.Submission.Faults) }

// Confirm is how many faults the firm is only asked to look at again.
func (l *letter) Confirm() int { return len(l.Faults()) - l.Mend() }

// A fault is a fault with its number in the list.
type fault struct {
	No int
	checklist.Fault
}

// maxQuoted is how much of what a firm typed, or of a foreign object's name, a letter repeats, in characters.
const maxQuoted = 60

// Quoted is what was found, on one line.
func (f fault) Quoted() string { return oneLine(f.Found) }

// StrayKey is the object's key, on one line.
func (l *letter) StrayKey() string { return oneLine(l.Stray.Object) }

// InfectedKey is the object's key, on one line.
func (l *letter) InfectedKey() string { return oneLine(l.Infected.Object) }

// oneLine makes a text of others fit to be quoted: one line, no control or invisible characters, not too long.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxQuoted {
		s = string(runes[:maxQuoted]) + "…"
	}
	return s
}
