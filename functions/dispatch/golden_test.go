package dispatch_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"github.com/rogpeppe/go-internal/txtar"

	"cssa/shared/mail"
)

var update = flag.Bool("update", false, "rewrite the golden letters")

// The letters as a firm reads them: go test ./functions/dispatch -update, then read testdata/letters.txtar.
func TestGoldenLetters(t *testing.T) {
	const golden = "testdata/letters.txtar"
	sent := everything(t).sent()
	var got txtar.Archive
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(readable(t, sent[name]))})
	}
	if *update {
		must(t, os.WriteFile(golden, txtar.Format(&got), 0o644))
	}
	want, err := txtar.ParseFile(golden)
	must(t, err)
	if len(got.Files) != len(want.Files) {
		t.Fatalf("%d letters, want %d", len(got.Files), len(want.Files))
	}
	for i, f := range got.Files {
		if f.Name != want.Files[i].Name || !bytes.Equal(f.Data, want.Files[i].Data) {
			t.Errorf("%s is not the golden letter; if that is meant, run with -update and read it. Got:\n%s", f.Name, f.Data)
		}
	}
}

// Prose stays within 35 full-width characters, in both languages, whatever is filled in.
func TestLinesAreShort(t *testing.T) {
	width := &runewidth.Condition{EastAsianWidth: true}
	for name, eml := range everything(t).sent() {
		for _, line := range strings.Split(readable(t, eml), "\n") {
			header := strings.HasPrefix(line, "Subject:") || strings.HasPrefix(line, "To:") || strings.HasPrefix(line, "[")
			if w := width.StringWidth(line); w > mail.LineWidth && !header && !strings.Contains(line, "-S-0001-feedback-") {
				t.Errorf("%s: %d columns: %s", name, w, line)
			}
		}
	}
}

// readable decodes a MIME file: the headers a reader sees, the text, the names of what is attached.
func readable(t *testing.T, eml []byte) string {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(eml))
	must(t, err)
	var out strings.Builder
	for _, h := range []string{"Date", "From", "To", "Subject"} {
		value, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(h))
		must(t, err)
		fmt.Fprintf(&out, "%s: %s\n", h, value)
	}
	out.WriteString("\n")
	text := func(r io.Reader) {
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, r))
		must(t, err)
		out.WriteString(strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	if kind == "text/plain" {
		text(m.Body)
		return out.String()
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		must(t, err)
		if p.FileName() == "" {
			text(p)
			continue
		}
		kind, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";")
		fmt.Fprintf(&out, "[attached: %s, %s]\n", p.FileName(), kind)
	}
}
