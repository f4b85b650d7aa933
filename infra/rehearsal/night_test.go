//go:build conformance

package rehearsal

import (
	"bytes"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cssa/infra/rehearsal/runtime"
	"cssa/shared/archive/s3"
	"cssa/shared/lake"
	"cssa/shared/ledger"
)

// secondRetry is how long after a failure Lambda repeats an asynchronous call for the second and last time: it waits one
// minute, then two (Lambda's guide, "Retry behavior in asynchronous invocation").
const secondRetry = 3 * time.Minute

// A nightly run that was killed half-way is held no longer than until Lambda's last retry, which makes the same run. Whoever
// asks for a night that is done is told of it, and nothing is written.
func TestAKilledNightIsMadeByItsRetry(t *testing.T) {
	rehearses(t, "a nightly run is killed half-way, and made by its retry")
	c, firm, body := first(t, nil)
	c.upload(t, firm, body)()
	c.settle(t)
	var kills, writes atomic.Int32
	c.w.OnCall = func(service, operation, function string, _ []byte) Fault {
		switch {
		case function != "aggregate":
		case service == "GLUE" && kills.Add(1) == 1:
			return Killed
		case strings.HasPrefix(operation, "PUT ") || strings.HasPrefix(operation, "Put"):
			writes.Add(1)
		}
		return NoFault
	}
	night := time.Now()
	if _, err := c.w.Fire(t.Context(), night); !errors.Is(err, runtime.ErrDied) {
		t.Fatalf("the function was to die: %v", err)
	}
	cut := c.onlyRun(t)
	held := time.Until(cut.LeaseUntil)
	if cut.State != ledger.Running || held <= 0 || held > secondRetry-time.Minute {
		t.Errorf("the run that was cut off is %s and held for %s; Lambda asks for the last time after %s", cut.State, held, secondRetry)
	}
	if _, err := c.w.Fire(t.Context(), night); err == nil || !strings.Contains(err.Error(), "held by another") {
		t.Errorf("asked again while it is held: %v", err)
	}
	c.lapse(t)
	answers, err := c.w.Fire(t.Context(), night)
	check(t, err)
	done := c.onlyRun(t)
	if done.ID != cut.ID || done.State != ledger.Done {
		t.Errorf("run %s is %s, want %s done", done.ID, done.State, cut.ID)
	}
	objects, _ := c.w.Clients(desk)
	if current, err := lake.Current(t.Context(), s3.New(objects, c.w.Outputs["RestrictedBucket"]), edition); err != nil || current != done.ID {
		t.Errorf("current is %q, %v; want %s", current, err, done.ID)
	}
	before := writes.Load()
	again, err := c.w.Fire(t.Context(), night)
	check(t, err)
	if !bytes.Equal(again[0], answers[0]) || writes.Load() != before || before == 0 {
		t.Errorf("asked for a night that is done: %s after %d writes more, want %s and none", again[0], writes.Load()-before, answers[0])
	}
	nothingWrong(t, c.w)
	tell(t, "night: killed half-way its run is held for %.0f s; the retry makes the same run, and one more is told that it is done", held.Seconds())
}

// onlyRun is the one run that the edition has.
func (c *cloud) onlyRun(t *testing.T) ledger.Run {
	t.Helper()
	runs, err := c.book.Runs(t.Context(), edition)
	check(t, err)
	if len(runs) != 1 {
		t.Fatalf("runs %+v, want one", runs)
	}
	return runs[0]
}
