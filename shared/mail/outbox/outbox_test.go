package outbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cssa/shared/mail"
	"cssa/shared/mail/mailtest"
	"cssa/shared/mail/outbox"
)

func TestOutbox(t *testing.T) {
	mailtest.Suite(t, func(t *testing.T) (mailtest.Sender, func(*testing.T) [][]byte) {
		dir := t.TempDir()
		f, err := outbox.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		return f, func(t *testing.T) [][]byte { return files(t, dir) }
	})
}

func files(t *testing.T, dir string) (all [][]byte) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".eml" {
			t.Errorf("the outbox holds %s", e.Name())
		}
		body, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, body)
	}
	return all
}

func TestOneFileForOneID(t *testing.T) {
	dir := t.TempDir()
	f, err := outbox.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	first := mailtest.Letter("a")
	for range 2 {
		if err := f.Send(t.Context(), first); err != nil {
			t.Fatal(err)
		}
	}
	other := first
	other.Text = "something else\n"
	if err := f.Send(t.Context(), other); !errors.Is(err, mail.ErrSentOther) {
		t.Errorf("another message of the same id: error %v, want %v", err, mail.ErrSentOther)
	}
	all := files(t, dir)
	if len(all) != 1 {
		t.Fatalf("%d files, want 1", len(all))
	}
	mailtest.Compare(t, all[0], first)
}
