package mail_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"

	"cssa/shared/mail"
	"cssa/shared/mail/mailtest"
)

func TestRenderReadsBack(t *testing.T) {
	m := mailtest.Letter("2023-securities-S-0137-feedback-20231101T020000Z-freeze")
	eml, err := mail.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	mailtest.Compare(t, eml, m)
	again, err := mail.Render(m)
	if err != nil || !bytes.Equal(eml, again) {
		t.Errorf("rendered twice, the message differs (%v)", err)
	}
	if !regexp.MustCompile(`Message-ID:\s+<` + regexp.QuoteMeta(m.ID) + `@example\.jp>\r\n`).Match(eml) {
		t.Error("the Message-ID is not made of the letter's key")
	}
	for _, line := range strings.Split(string(eml), "\r\n") {
		if len(line) > 78 && !strings.HasPrefix(line, "Message-ID") && !strings.HasPrefix(line, "X-CSSA-Letter") {
			t.Errorf("a line of %d characters: %s", len(line), line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r > 126 || r < ' ' }) {
			t.Errorf("a character outside ASCII: %q", line)
		}
	}
}

func TestWithoutAttachmentItIsPlainText(t *testing.T) {
	m := mailtest.Letter("a")
	m.Attachments = nil
	eml, err := mail.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	mailtest.Compare(t, eml, m)
}

// Nothing in a header breaks it, or shows a name as another one.
func TestAHeaderThatIsNotWhatItSeems(t *testing.T) {
	for _, bad := range []string{"\n", "\x00", "\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"} {
		for place, put := range map[string]func(*mail.Message){
			"sender":    func(m *mail.Message) { m.From.Name += bad },
			"addressee": func(m *mail.Message) { m.To[0].Name += bad },
			"answer to": func(m *mail.Message) { m.ReplyTo = mail.Address{Name: bad, Email: "x@example.jp"} },
			"subject":   func(m *mail.Message) { m.Subject += bad },
			"file":      func(m *mail.Message) { m.Attachments[0].Name = "a" + bad + ".html" },
		} {
			m := mailtest.Letter("2023-securities-S-0137-accepted-1")
			put(&m)
			if err := m.Check(); !errors.Is(err, mail.ErrInvalid) {
				t.Errorf("%+q in the %s: %v", bad, place, err)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"short":                         "short",
		strings.Repeat("あ", 35) + "。":   strings.Repeat("あ", 34) + "\nあ。",
		strings.Repeat("あ", 34) + "「い」": strings.Repeat("あ", 34) + "\n「い」",
		"・" + strings.Repeat("い", 40):   "・" + strings.Repeat("い", 34) + "\n  " + strings.Repeat("い", 6),
		"https://cssa.example.jp/" + strings.Repeat("x", 80):                                "https://cssa.example.jp/" + strings.Repeat("x", 80),
		"Your FY2023 feedback report is ready; it is attached to this message as one file.": "Your FY2023 feedback report is ready; it is attached to this message\nas one file.",
	} {
		if got := mail.Wrap(in); got != want {
			t.Errorf("Wrap(%q):\n%s\nwant:\n%s", in, got, want)
		}
	}
}

// Wrapping changes nothing but spaces and line ends, and leaves no line too wide that could have been broken.
func TestWrapProperty(t *testing.T) {
	spaces := regexp.MustCompile(`\s+`)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.SampledFrom([]string{"設問", "1-2", "（架空）", "。", "、", "report", " ", "「はい」", "20.2％", "\n", "ー", "a"})).Draw(t, "words")
		in := strings.Join(words, "")
		out := mail.Wrap(in)
		if a, b := spaces.ReplaceAllString(in, ""), spaces.ReplaceAllString(out, ""); a != b {
			t.Fatalf("wrapped text lost something:\n%q\n%q", in, out)
		}
		width := &runewidth.Condition{EastAsianWidth: true}
		for _, line := range strings.Split(out, "\n") {
			if width.StringWidth(line) > mail.LineWidth && !unbroken(line) {
				t.Fatalf("line too wide: %q", line)
			}
		}
	})
}

// unbroken says whether a line has no place for a break: one word, or marks that must not open a line.
func unbroken(line string) bool {
	return !strings.ContainsAny(strings.TrimSpace(line), " 設問報（「")
}
