//go:build conformance

package rehearsal

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"cssa/functions/cssa/synthesise"
	"cssa/shared/checklist"
)

// A round that had bad luck ends as the one that had none: the same tables, and no letter lost. Every message comes twice
// and in any order, one request in forty is throttled, one in eighty is done and answered with an error, and now and then a
// function is killed after a write. A letter may be sent again only where its send was cut off, or
// its sender was killed before it had written that down (house, decision 8).
func TestBadLuckChangesNothing(t *testing.T) {
	rehearses(t, "a round of 40 firms with bad luck ends as one without")
	r := plan(t)
	calm := deployed(t, nil)
	quiet := newCloud(t, calm)
	play(t, quiet, r)
	want, wantLetters := quiet.published(t), withoutRun(quiet.letters(t))
	check(t, calm.Close())

	w := deployed(t, nil)
	w.Twice, w.Shuffle = true, rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	luck, calls, cut := rand.New(rand.NewPCG(3, 4)), 0, 0
	happened := map[Fault]int{}
	unsettled := false // SES took a letter, and the ledger does not say so yet
	w.OnCall = func(service, operation, function string, _ []byte) Fault {
		if function == "" || function == "invite" || function == "release" { // calls of people, who see the error and ask again
			return NoFault
		}
		mu.Lock()
		defer mu.Unlock()
		calls++
		n, f := luck.IntN(400), NoFault
		switch {
		case n < 10:
			f = Throttle
		case n < 15:
			f = Lost
		case n < 16 && function != "aggregate": // its run would be held for a minute and a half: TestKilledAtEveryWrite
			f = Killed
		}
		happened[f]++
		switch {
		case function == "dispatch" && service == "SESV2" && f != Throttle:
			if unsettled = f == NoFault; !unsettled {
				cut++
			}
		case function == "dispatch" && unsettled && f == Killed && operation != "PutItem": // before the settling write
			unsettled = false
			cut++
		case function == "dispatch" && operation == "PutItem" && f != Throttle:
			unsettled = false
		}
		return f
	}
	c := newCloud(t, w)
	play(t, c, r)
	tell(t, "luck: every message twice and in any order; of %d requests %d throttled, %d done with the answer lost, %d killed; %d sends cut off", calls, happened[Throttle], happened[Lost], happened[Killed], cut)
	// A letter whose sender was killed is leased for two minutes. SQS would hide its message for longer than that; here it
	// is received five times at once, and is a dead letter that the operator gives back when the lease has passed.
	w.OnCall = nil
	c.settleAll(t)
	got := c.published(t)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s differ: %s", name, firstDifference(got[name], want[name]))
		}
	}
	letters := withoutRun(c.letters(t))
	if twice := len(letters) - len(slices.Compact(slices.Clone(letters))); twice > cut {
		t.Errorf("%d letters came again, and only %d sends were cut off", twice, cut)
	}
	if lost := minus(wantLetters, letters); len(lost) > 0 {
		t.Errorf("letters lost: %v\nnotes: %v\ndead: %v\n%s", lost, w.Notes(), w.Dead(), tail(w.Log("dispatch")))
	}
	if more := minus(letters, wantLetters); len(more) > 0 {
		t.Errorf("letters of nothing: %v", more)
	}
	if dead := w.Dead(); len(dead) > 0 {
		t.Errorf("dead letters: %v\nnotes: %v", dead, w.Notes())
	}
	if happened[Throttle] == 0 || happened[Lost] == 0 || happened[Killed] == 0 {
		t.Error("there was no bad luck of some kind")
	}
}

// first opens a round with one workbook of a plain firm at hand.
func first(t *testing.T, verdict func(string) string) (*cloud, checklist.FirmID, []byte) {
	t.Helper()
	r := plan(t)
	c := newCloud(t, deployed(t, verdict))
	c.open(t, r)
	i := slices.IndexFunc(r.Uploads, func(u synthesise.Upload) bool { return u.Story == synthesise.Plain })
	return c, r.Uploads[i].Firm, workbookOf(t, r, &r.Uploads[i])
}

// An infected file is never read: it is returned, the firm and the supervisor are told. One that GuardDuty cannot open goes
// back to the firm.
func TestVerdictsOfTheScanner(t *testing.T) {
	rehearses(t, "files that GuardDuty finds infected or cannot read")
	for _, verdict := range []string{Infected, Unsupported} {
		c, firm, body := first(t, func(string) string { return verdict })
		before := len(c.w.Mails())
		c.upload(t, firm, body)()
		c.settle(t)
		s, err := c.book.Submission(t.Context(), edition, firm, 1)
		check(t, err)
		if s.Status != checklist.Returned || len(s.Faults) == 0 || len(s.Answers) > 0 {
			t.Errorf("%s: %s with %d faults and %d answers", verdict, s.Status, len(s.Faults), len(s.Answers))
		}
		ids := strings.Join(c.letters(t), "\n")
		if !strings.Contains(ids, string(firm)+"-returned-1") || verdict == Infected && !strings.Contains(ids, "office-") {
			t.Errorf("%s: the firm or the supervisor was not told: %d letters, %d before", verdict, len(c.w.Mails()), before)
		}
		if dead := c.w.Dead(); len(dead) > 0 {
			t.Errorf("%s: dead letters %v %v", verdict, dead, c.w.Notes())
		}
		check(t, c.w.Close())
	}
}

// A message that no program can read ends as a dead letter, and holds nobody up.
func TestAPoisonMessage(t *testing.T) {
	rehearses(t, "a message that no program can read")
	c, firm, body := first(t, nil)
	c.w.route(busARN(c.w.Outputs["EventBus"]), envelope("poison", "cssa", "Accepted", json.RawMessage(`{"edition":7}`)))
	c.upload(t, firm, body)()
	c.settle(t)
	dead := c.w.Dead()
	if len(dead) != 1 || len(dead["cssa-prod-letters-dead"]) != 1 {
		t.Errorf("dead letters: %v", dead)
	}
	if ids := strings.Join(c.letters(t), "\n"); !strings.Contains(ids, string(firm)+"-accepted-1") {
		t.Error("the letter behind the poison did not go out")
	}
}

// SES refuses one firm's address: its letter is recorded as refused, and the others go out.
func TestSESRefusesAFirm(t *testing.T) {
	rehearses(t, "SES refuses one firm's address")
	r := plan(t)
	c := newCloud(t, deployed(t, nil))
	gone := r.Register.Contacts[0]
	for _, p := range r.Register.Contacts {
		if p.Firm == gone.Firm {
			c.w.RefuseMail(p.Email)
		}
	}
	c.open(t, r)
	letters, err := c.book.Letters(t.Context(), edition)
	check(t, err)
	states := map[string]int{}
	for _, l := range letters {
		states[string(l.State)]++
		if (l.Key.Firm == gone.Firm) != (l.State == "refused") {
			t.Errorf("letter %s is %s", l.Key, l.State)
		}
	}
	t.Logf("letters: %v", states)
	if states["refused"] != 1 || states["sent"] != len(c.w.Mails()) || len(c.w.Dead()) > 0 {
		t.Errorf("letters %v, %d mails, dead %v", states, len(c.w.Mails()), c.w.Dead())
	}
}

// Two runs at once: one is made, the other is told that it is held. A run that was killed half-way is finished by the next.
func TestTwoRunsAtOnce(t *testing.T) {
	rehearses(t, "two nightly runs at once")
	c, firm, body := first(t, nil)
	c.upload(t, firm, body)()
	c.settle(t)
	other, err := c.w.Another("aggregate")
	check(t, err)
	input := []byte(fmt.Sprintf(`{"edition":%q}`, edition))
	var done atomic.Int32
	var wait sync.WaitGroup
	errs := make([]error, 2)
	for i, invoke := range []func() ([]byte, error){
		func() ([]byte, error) { return c.w.Invoke(t.Context(), "aggregate", input) },
		func() ([]byte, error) { return other.Invoke(t.Context(), input) },
	} {
		wait.Go(func() {
			if _, errs[i] = invoke(); errs[i] == nil {
				done.Add(1)
			}
		})
	}
	wait.Wait()
	runs, err := c.book.Runs(t.Context(), edition)
	check(t, err)
	made := 0
	for _, r := range runs {
		if r.State == "done" {
			made++
		}
	}
	t.Logf("answers %v; runs %d, done %d", errs, len(runs), made)
	if done.Load() < 1 || made < 1 || made > int(done.Load()) || len(c.w.Refused()) > 0 {
		t.Errorf("runs: %+v, refused %v", runs, c.w.Refused())
	}
}
