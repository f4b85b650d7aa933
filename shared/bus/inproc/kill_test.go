package inproc_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cssa/events"
	"cssa/shared/bus/inproc"
)

func dieBetweenHandlingAndSettling(path string) {
	q, err := inproc.Open(path, inproc.Options{})
	if err != nil {
		panic(err)
	}
	err = q.Drain(context.Background(), func(ctx context.Context, e events.Event) error {
		fmt.Println(e.Key())
		if e == accepted(3) {
			if err := q.Publish(ctx, events.Released{Edition: "2023-securities", Run: "r"}); err != nil {
				return err
			}
			if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
				return err
			}
			select {}
		}
		return nil
	})
	panic(err)
}

// Killed after a handler did its work and before the queue knew, the next process delivers that message again, those after
// it, and what the handler had published; those before it are done.
func TestKilledBetweenHandlingAndSettling(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q ?&#%.db")
	q := open(t, path, inproc.Options{})
	if err := q.Publish(t.Context(), acceptedUpTo(6)...); err != nil {
		t.Fatal(err)
	}
	q.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+path)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL || strings.Count(string(out), "\n") != 4 {
		t.Fatalf("the child: %v\n%s", err, out)
	}
	q = open(t, path, inproc.Options{})
	var l log
	if err := q.Drain(t.Context(), l.handle); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Accepted " + accepted(3).Key(), "Accepted " + accepted(4).Key(), "Accepted " + accepted(5).Key(), "Released 2023-securities/r",
	}
	if !slices.Equal(l.keys, want) {
		t.Errorf("delivered after the kill: %q\nwant %q", l.keys, want)
	}
}

// Whatever is published in whatever portions, by handlers or from outside, and however often handlers fail and the queue
// is closed and opened: every message is delivered, and none that nobody published.
func TestNothingIsLost(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(30) {
		draw := rand.New(rand.NewPCG(seed, 1))
		opt := inproc.Options{Workers: 1 + draw.IntN(4), Twice: draw.IntN(2) == 0, Backoff: time.Microsecond, MaxAttempts: 100}
		if draw.IntN(2) == 0 {
			opt.Shuffle = rand.New(rand.NewPCG(seed, 2))
		}
		want, got := map[string]bool{}, map[string]bool{}
		var mu sync.Mutex
		for lives := 1 + draw.IntN(3); lives >= 0; lives-- {
			q, err := inproc.Open(filepath.Join(dir, fmt.Sprint(seed)), opt)
			if err != nil {
				t.Fatal(err)
			}
			for range draw.IntN(5) {
				var told []events.Event
				for range draw.IntN(6) {
					a := accepted(draw.IntN(20))
					told = append(told, a)
					want["Accepted "+a.Key()], want["Returned "+a.Key()] = true, true
				}
				if err := q.Publish(t.Context(), told...); err != nil {
					t.Fatal(err)
				}
			}
			ctx, stop := context.WithCancel(t.Context())
			left := draw.IntN(40)
			if lives == 0 {
				left = 1_000_000 // the last life lasts until all is done
			}
			err = q.Drain(ctx, func(ctx context.Context, e events.Event) error {
				mu.Lock()
				defer mu.Unlock()
				if left--; left < 0 {
					stop()
				}
				if draw.IntN(4) == 0 {
					return errors.New("bad luck")
				}
				if a, ok := e.(events.Accepted); ok {
					if err := q.Publish(ctx, events.Returned(a)); err != nil {
						return err
					}
				}
				got[e.Name()+" "+e.Key()] = true
				return nil
			})
			stop()
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if err := q.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("seed %d: delivered %v\nwant %v", seed, got, want)
		}
	}
}
