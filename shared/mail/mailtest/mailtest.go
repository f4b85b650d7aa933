// Package mailtest holds every sender to one behaviour.
package mailtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"cssa/shared/mail"
)

// A Sender sends messages.
type Sender interface {
	Send(ctx context.Context, m mail.Message) error
}

// Letter returns a message with Japanese in every place that may hold it, and an attachment.
func Letter(id string) mail.Message {
	return mail.Message{
		ID:      id,
		From:    mail.Address{Name: "CSSA事務局（架空）", Email: "cssa@example.jp"},
		To:      []mail.Address{{Name: "架空　髙﨑", Email: "ciso@sakura.example"}, {Name: "Desk, Second", Email: "desk@sakura.example"}},
		Subject: "【CSSA事務局】2023年度 還元資料のご案内（受付番号 S-0137）",
		Text:    "架空さくら証券株式会社　御中\n\n還元資料ができました。\nhttps://cssa.example.jp/\n.\nFrom here.\n",
		Attachments: []mail.Attachment{{
			Name: "CSSA-2023-S-0137-v1.html", ContentType: "text/html; charset=utf-8", Body: bytes.Repeat([]byte("<p>還元</p>\n"), 400),
		}},
		Date: time.Date(2023, time.November, 15, 10, 0, 0, 0, time.FixedZone("JST", 9*60*60)),
	}
}

// Suite runs the behaviour that every sender promises. Open returns a fresh sender and a function that lists what it has
// sent, as MIME files.
func Suite(t *testing.T, open func(t *testing.T) (Sender, func(t *testing.T) [][]byte)) {
	ctx := context.Background()
	t.Run("a message arrives as it was written", func(t *testing.T) {
		s, sent := open(t)
		want := Letter("2023-securities-S-0137-feedback-r1")
		if err := s.Send(ctx, want); err != nil {
			t.Fatal(err)
		}
		got := sent(t)
		if len(got) != 1 {
			t.Fatalf("%d messages sent, want 1", len(got))
		}
		Compare(t, got[0], want)
	})
	t.Run("sent again, it is the same message", func(t *testing.T) {
		s, sent := open(t)
		for range 3 {
			if err := s.Send(ctx, Letter("a")); err != nil {
				t.Fatal(err)
			}
		}
		all := sent(t)
		for _, one := range all {
			if !bytes.Equal(one, all[0]) {
				t.Error("a repeated message differs from the first")
			}
		}
	})
	t.Run("many at once", func(t *testing.T) {
		s, sent := open(t)
		var wg sync.WaitGroup
		for _, id := range []string{"a", "b", "c", "d", "a", "b", "c", "d"} {
			wg.Go(func() {
				if err := s.Send(ctx, Letter(id)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		ids := map[string]bool{}
		for _, one := range sent(t) {
			m, err := netmail.ReadMessage(bytes.NewReader(one))
			if err != nil {
				t.Fatal(err)
			}
			ids[m.Header.Get("X-CSSA-Letter")] = true
		}
		if len(ids) != 4 {
			t.Errorf("letters %v arrived, want a, b, c and d", ids)
		}
	})
	t.Run("a message that is not fit to be sent is refused", func(t *testing.T) {
		s, sent := open(t)
		spoil := map[string]func(*mail.Message){
			"line break in the subject": func(m *mail.Message) { m.Subject = "x\r\nBcc: other@example.jp" },
			"line break in a name":      func(m *mail.Message) { m.To[0].Name = "x\nBcc: other@example.jp" },
			"line break in an address":  func(m *mail.Message) { m.To[0].Email = "a@b.example\r\nBcc: other@example.jp" },
			"two mailboxes in one":      func(m *mail.Message) { m.To[0].Email = "a@b.example, c@d.example" },
			"line break in the sender":  func(m *mail.Message) { m.From.Name = "x\r\ny" },
			"line break in a file name": func(m *mail.Message) { m.Attachments[0].Name = "x\r\ny.html" },
			"line break in a file type": func(m *mail.Message) { m.Attachments[0].ContentType = "text/html\r\nX-Y: z" },
			"a path as the id":          func(m *mail.Message) { m.ID = "../a" },
			"line break in the id":      func(m *mail.Message) { m.ID = "a\r\nb" },
			"no id":                     func(m *mail.Message) { m.ID = "" },
			"no addressee":              func(m *mail.Message) { m.To = nil },
			"no date":                   func(m *mail.Message) { m.Date = time.Time{} },
			"no text":                   func(m *mail.Message) { m.Text = " \n" },
		}
		for name, f := range spoil {
			m := Letter("a")
			f(&m)
			if err := s.Send(ctx, m); !errors.Is(err, mail.ErrInvalid) {
				t.Errorf("%s: error %v, want %v", name, err, mail.ErrInvalid)
			}
		}
		if n := len(sent(t)); n != 0 {
			t.Errorf("%d messages sent all the same", n)
		}
	})
	t.Run("a cancelled context sends nothing", func(t *testing.T) {
		s, sent := open(t)
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		if err := s.Send(cancelled, Letter("a")); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want %v", err, context.Canceled)
		}
		if n := len(sent(t)); n != 0 {
			t.Errorf("%d messages sent all the same", n)
		}
	})
}

// Compare reads a MIME file with the standard library and compares it with the message it was made from.
func Compare(t *testing.T, eml []byte, want mail.Message) {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(eml))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != want.Subject {
		t.Errorf("subject %q (%v), want %q", subject, err, want.Subject)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != len(want.To) {
		t.Fatalf("to %v (%v), want %v", to, err, want.To)
	}
	for i, a := range to {
		if a.Name != want.To[i].Name || a.Address != want.To[i].Email {
			t.Errorf("addressee %d is %v, want %v", i, a, want.To[i])
		}
	}
	if date, err := m.Header.Date(); err != nil || !date.Equal(want.Date) {
		t.Errorf("date %v (%v), want %v", date, err, want.Date)
	}
	for header, value := range map[string]string{"X-CSSA-Letter": want.ID, "Auto-Submitted": "auto-generated"} {
		if got := m.Header.Get(header); got != value {
			t.Errorf("%s is %q, want %q", header, got, value)
		}
	}
	kinds, bodies := parts(t, m)
	if len(bodies) != 1+len(want.Attachments) {
		t.Fatalf("%d parts, want %d", len(bodies), 1+len(want.Attachments))
	}
	if kinds[0] != "text/plain" {
		t.Errorf("the first part is %s, want the text", kinds[0])
	}
	if got := strings.ReplaceAll(string(bodies[0]), "\r\n", "\n"); got != want.Text {
		t.Errorf("text is %q, want %q", got, want.Text)
	}
	for i, f := range want.Attachments {
		if !bytes.Equal(bodies[i+1], f.Body) {
			t.Errorf("attachment %s arrives with other bytes", f.Name)
		}
	}
}

func parts(t *testing.T, m *netmail.Message) (kinds []string, bodies [][]byte) {
	t.Helper()
	add := func(header interface{ Get(string) string }, r io.Reader) {
		kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		if enc := header.Get("Content-Transfer-Encoding"); enc != "base64" {
			t.Errorf("a part is encoded as %q, want base64", enc)
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, r))
		if err != nil {
			t.Fatal(err)
		}
		kinds, bodies = append(kinds, kind), append(bodies, body)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		add(m.Header, m.Body)
		return kinds, bodies
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return kinds, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		add(p.Header, p)
	}
}
