package inproc_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cssa/events"
	"cssa/shared/bus/inproc"
	"cssa/shared/checklist"
)

// A child is this test binary, run again with a queue to work on until it kills itself.
const child = "CSSA_TEST_QUEUE"

func TestMain(m *testing.M) {
	if path := os.Getenv(child); path != "" {
		dieBetweenHandlingAndSettling(path)
	}
	os.Exit(m.Run())
}

func open(t testing.TB, path string, opt inproc.Options) *inproc.Queue {
	t.Helper()
	q, err := inproc.Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	return q
}

func accepted(n int) events.Accepted {
	return events.Accepted{Edition: "2023-securities", Firm: checklist.FirmID(fmt.Sprintf("F%03d", n)), Ticket: 1}
}

func acceptedUpTo(n int) []events.Event {
	var told []events.Event
	for i := range n {
		told = append(told, accepted(i))
	}
	return told
}

// A log records deliveries in order.
type log struct {
	mu   sync.Mutex
	keys []string
}

func (l *log) handle(_ context.Context, e events.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys = append(l.keys, e.Name()+" "+e.Key())
	return nil
}

func TestFirstInFirstOut(t *testing.T) {
	q := open(t, filepath.Join(t.TempDir(), "q"), inproc.Options{})
	if err := q.Publish(t.Context(), acceptedUpTo(3)...); err != nil {
		t.Fatal(err)
	}
	if err := q.Publish(t.Context(), accepted(1), events.Returned(accepted(1)), events.Reminder{Edition: "e", Firm: "f", Round: 2}); err != nil {
		t.Fatal(err)
	}
	if q.Pending() != 5 {
		t.Errorf("%d pending, want 5: one was told twice", q.Pending())
	}
	var l log
	if err := q.Drain(t.Context(), l.handle); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Accepted 2023-securities/F000/1", "Accepted 2023-securities/F001/1", "Accepted 2023-securities/F002/1",
		"Returned 2023-securities/F001/1", "Reminder e/f/2",
	}
	if !slices.Equal(l.keys, want) || q.Pending() != 0 {
		t.Errorf("delivered %q, %d still pending", l.keys, q.Pending())
	}
}

// Published again after it was handled, a message is delivered again; by a source that tells all it knows, it is not.
func TestToldAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q")
	q := open(t, path, inproc.Options{MaxAttempts: 1})
	count := func(publish func(context.Context, ...events.Event) error, handlerError error) int {
		t.Helper()
		n := 0
		if err := publish(t.Context(), accepted(1)); err != nil {
			t.Fatal(err)
		}
		if err := q.Drain(t.Context(), func(context.Context, events.Event) error { n++; return handlerError }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(q.PublishOnce, nil); n != 1 {
		t.Errorf("new: %d deliveries", n)
	}
	if n := count(q.PublishOnce, nil); n != 0 {
		t.Errorf("handled, told once: %d deliveries", n)
	}
	q.Close()
	q = open(t, path, inproc.Options{MaxAttempts: 1})
	if n := count(q.PublishOnce, nil); n != 0 {
		t.Errorf("handled before the start, told once: %d deliveries", n)
	}
	if n := count(q.Publish, errors.New("no")); n != 1 {
		t.Errorf("handled, told anew: %d deliveries", n)
	}
	if n := count(q.PublishOnce, nil); n != 0 {
		t.Errorf("dead, told once: %d deliveries", n)
	}
	if n := count(q.Publish, nil); n != 1 {
		t.Errorf("dead, told anew: %d deliveries", n)
	}
	if dead, err := q.DeadLetters(t.Context()); len(dead) != 0 || err != nil {
		t.Errorf("%+v, %v: the new telling succeeded", dead, err)
	}
}

// A message told while a handler has it is delivered once more after, so the handler sees what was written before telling.
func TestToldWhileBusy(t *testing.T) {
	q := open(t, filepath.Join(t.TempDir(), "q"), inproc.Options{Workers: 3})
	if err := q.Publish(t.Context(), accepted(1)); err != nil {
		t.Fatal(err)
	}
	var state, seen, calls atomic.Int32
	err := q.Drain(t.Context(), func(ctx context.Context, e events.Event) error {
		seen.Store(state.Load())
		if calls.Add(1) == 1 {
			state.Store(1)
			return q.Publish(ctx, accepted(1))
		}
		return nil
	})
	if err != nil || calls.Load() != 2 || seen.Load() != 1 {
		t.Errorf("%d deliveries, the last saw state %d, %v", calls.Load(), seen.Load(), err)
	}
}

// Twice and shuffled: every message comes exactly twice, not one after the other, and the same seed gives the same order.
func TestTwiceAndShuffled(t *testing.T) {
	run := func(seed uint64) []string {
		q := open(t, filepath.Join(t.TempDir(), "q"), inproc.Options{Twice: true, Shuffle: rand.New(rand.NewPCG(seed, 0))})
		if err := q.Publish(t.Context(), acceptedUpTo(40)...); err != nil {
			t.Fatal(err)
		}
		var l log
		err := q.Drain(t.Context(), func(ctx context.Context, e events.Event) error {
			if a, ok := e.(events.Accepted); ok {
				if err := q.Publish(ctx, events.Withdrawn(a)); err != nil {
					return err
				}
			}
			return l.handle(ctx, e)
		})
		if err != nil {
			t.Fatal(err)
		}
		return l.keys
	}
	one, same, other := run(1), run(1), run(2)
	if !slices.Equal(one, same) {
		t.Error("the same seed gave two orders")
	}
	if slices.Equal(one, other) {
		t.Error("two seeds gave one order")
	}
	times, last, apart := map[string]int{}, map[string]int{}, 0
	for i, k := range one {
		if n, ok := last[k]; ok && i-n > 1 {
			apart++
		}
		times[k]++
		last[k] = i
	}
	for i := range 40 {
		a, w := "Accepted "+accepted(i).Key(), "Withdrawn "+accepted(i).Key()
		// A Withdrawn that was handled before the second Accepted told it again comes twice more.
		if times[a] != 2 || (times[w] != 2 && times[w] != 4) {
			t.Errorf("%s: %d times, withdrawn %d", accepted(i).Key(), times[a], times[w])
		}
	}
	if apart < 20 {
		t.Errorf("only %d messages came with others in between", apart)
	}
}

// A message that fails is tried again until it succeeds or its attempts are used up; the others don't wait for it.
func TestDeadLetters(t *testing.T) {
	at := time.Date(2023, 10, 2, 3, 4, 5, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "q")
	opt := inproc.Options{Now: func() time.Time { return at }, MaxAttempts: 3, Backoff: time.Millisecond, Workers: 2}
	q := open(t, path, opt)
	if err := q.Publish(t.Context(), acceptedUpTo(5)...); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	attempts := map[checklist.FirmID]int{}
	broken := true
	handle := func(_ context.Context, e events.Event) error {
		mu.Lock()
		defer mu.Unlock()
		firm := e.(events.Accepted).Firm
		attempts[firm]++
		switch {
		case firm == "F001" && attempts[firm] < 3:
			return errors.New("not yet")
		case firm == "F002" && broken:
			return errors.New("never")
		case firm == "F003" && broken:
			panic("a bug")
		}
		return nil
	}
	if err := q.Drain(t.Context(), handle); err != nil {
		t.Fatal(err)
	}
	want := map[checklist.FirmID]int{"F000": 1, "F001": 3, "F002": 3, "F003": 3, "F004": 1}
	if fmt.Sprint(attempts) != fmt.Sprint(want) {
		t.Errorf("attempts %v, want %v", attempts, want)
	}
	q.Close()

	q = open(t, path, opt)
	dead, err := q.DeadLetters(t.Context())
	if err != nil || len(dead) != 2 || q.Pending() != 0 {
		t.Fatalf("%+v, %v, %d pending", dead, err, q.Pending())
	}
	if d := dead[0]; d.Name != "Accepted" || d.Key != accepted(2).Key() || d.Attempts != 3 || d.Error != "never" || !d.At.Equal(at) {
		t.Errorf("%+v", d)
	}
	if !strings.HasPrefix(dead[1].Error, "panic: string\n") || strings.Contains(dead[1].Error, "a bug") || !strings.Contains(dead[1].Error, "inproc_test.go") {
		t.Errorf("the panic's letter says %q", dead[1].Error)
	}
	broken = false
	if n, err := q.Redrive(t.Context()); n != 2 || err != nil {
		t.Errorf("redrive: %d, %v", n, err)
	}
	if err := q.Drain(t.Context(), handle); err != nil {
		t.Fatal(err)
	}
	if dead, err := q.DeadLetters(t.Context()); len(dead) != 0 || err != nil || attempts["F002"] != 4 || attempts["F003"] != 4 {
		t.Errorf("after the redrive %+v, %v, attempts %v", dead, err, attempts)
	}
}

// Two workers never have the same message, in whatever way it is told, fails and comes twice.
func TestNeverTwiceAtATime(t *testing.T) {
	q := open(t, filepath.Join(t.TempDir(), "q"), inproc.Options{Workers: 8, Twice: true, Backoff: time.Microsecond, MaxAttempts: 1000})
	if err := q.Publish(t.Context(), acceptedUpTo(5)...); err != nil {
		t.Fatal(err)
	}
	var busy [5]atomic.Int32
	var calls atomic.Int32
	err := q.Drain(t.Context(), func(ctx context.Context, e events.Event) error {
		var i int
		if _, err := fmt.Sscanf(string(e.(events.Accepted).Firm), "F%d", &i); err != nil {
			return err
		}
		if busy[i].Add(1) != 1 {
			t.Error("two handlers have the same message")
		}
		defer busy[i].Add(-1)
		time.Sleep(100 * time.Microsecond)
		switch n := calls.Add(1); {
		case n > 200:
			return nil
		case n%3 == 0:
			return errors.New("again")
		default:
			return q.Publish(ctx, e)
		}
	})
	if err != nil || calls.Load() < 200 {
		t.Errorf("%d calls, %v", calls.Load(), err)
	}
}

// Run sleeps until something is published, and stops with its context. What it was stopped in waits for the next run.
// Who drains while a run is on gets what a drain promises: when it returns, what was told before has been handled, once.
func TestDrainWhileRunning(t *testing.T) {
	q := open(t, filepath.Join(t.TempDir(), "q"), inproc.Options{Workers: 2})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var l log
	done := make(chan error)
	go func() { done <- q.Run(ctx, l.handle) }()
	for i := range 200 {
		if err := q.Publish(t.Context(), accepted(i)); err != nil {
			t.Fatal(err)
		}
		if err := q.Drain(t.Context(), l.handle); err != nil {
			t.Fatal(err)
		}
		l.mu.Lock()
		n := len(l.keys)
		l.mu.Unlock()
		if n != i+1 {
			t.Fatalf("drained after %d messages, %d were handled", i+1, n)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q")
	q := open(t, path, inproc.Options{MaxAttempts: 1})
	ctx, stop := context.WithCancel(t.Context())
	got, done := make(chan events.Event), make(chan error)
	go func() {
		done <- q.Run(ctx, func(ctx context.Context, e events.Event) error {
			got <- e
			if e == accepted(2) {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
	}()
	for i := range 3 {
		if err := q.Publish(t.Context(), accepted(i)); err != nil {
			t.Fatal(err)
		}
		if e := <-got; e != accepted(i) {
			t.Errorf("got %v", e)
		}
	}
	impatient, leave := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer leave()
	if err := q.Drain(impatient, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a drain that the run has not come to the end of: %v", err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	q.Close()
	q = open(t, path, inproc.Options{})
	var l log
	if err := q.Drain(t.Context(), l.handle); err != nil || len(l.keys) != 1 || !strings.HasSuffix(l.keys[0], accepted(2).Key()) {
		t.Errorf("after the stop: %q, %v", l.keys, err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.Publish(t.Context(), accepted(1)); err != nil {
		t.Fatal(err)
	}
	if err := q.Drain(canceled, l.handle); !errors.Is(err, context.Canceled) || q.Pending() != 1 {
		t.Errorf("drain with an ended context: %v, %d pending", err, q.Pending())
	}
}

// A message of a kind this program no longer knows is set aside at once.
func TestUnreadable(t *testing.T) {
	q := open(t, filepath.Join(t.TempDir(), "q"), inproc.Options{})
	if err := q.Publish(t.Context(), unknown{}, accepted(1)); err != nil {
		t.Fatal(err)
	}
	var l log
	if err := q.Drain(t.Context(), l.handle); err != nil || len(l.keys) != 1 {
		t.Errorf("%q, %v", l.keys, err)
	}
	if dead, err := q.DeadLetters(t.Context()); err != nil || len(dead) != 1 || dead[0].Name != "Unknown" || dead[0].Attempts != 1 {
		t.Errorf("%+v, %v", dead, err)
	}
}

type unknown struct{}

func (unknown) Name() string { return "Unknown" }
func (unknown) Key() string  { return "k" }

func BenchmarkPublishAndHandle(b *testing.B) {
	q := open(b, filepath.Join(b.TempDir(), "q"), inproc.Options{})
	i := 0
	for b.Loop() {
		i++
		if err := q.Publish(b.Context(), accepted(i)); err != nil {
			b.Fatal(err)
		}
		if err := q.Drain(b.Context(), func(context.Context, events.Event) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
