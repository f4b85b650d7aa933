package inproc_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cssa/events"
	"cssa/shared/bus/inproc"
)

func TestTheFilesAreTheirOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q")
	q := open(t, path, inproc.Options{})
	if err := q.Publish(t.Context(), accepted(1)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %s", filepath.Base(f), info.Mode())
		}
	}
}

// A message that failed, was told again while it was handled, and was handled, has all its attempts for the new telling.
func TestANewTellingHasAllItsAttempts(t *testing.T) {
	q := open(t, filepath.Join(t.TempDir(), "q"), inproc.Options{MaxAttempts: 2, Backoff: time.Millisecond})
	if err := q.Publish(t.Context(), accepted(1)); err != nil {
		t.Fatal(err)
	}
	calls := 0
	err := q.Drain(t.Context(), func(ctx context.Context, _ events.Event) error {
		switch calls++; calls {
		case 1, 3:
			return errors.New("not now")
		case 2:
			return q.Publish(ctx, accepted(1))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	dead, err := q.DeadLetters(t.Context())
	if err != nil || len(dead) != 0 || calls != 4 {
		t.Errorf("%d deliveries, dead letters %v (%v); want 4 and none", calls, dead, err)
	}
}
