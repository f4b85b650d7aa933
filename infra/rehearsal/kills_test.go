//go:build conformance

package rehearsal

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/shared/ledger"
)

// A killer kills a function's process after each write that it has not come to before: a retry repeats what was done and
// dies one write further on, until it runs to its end. So every gap between two writes is died in once.
type killer struct {
	mu    sync.Mutex
	seen  map[string]bool
	times map[string]map[string]int // function → write → how often in this life of its process
	kills map[string]int            // function → kills
	mails int                       // kills right after SES took a letter
}

// runID is the id of a run, which is of its second.
var runID = regexp.MustCompile(`\d{8}T\d{6}Z`)

func (k *killer) onCall(service, operation, function string, body []byte) Fault {
	what := service + " " + operation
	switch service {
	case "S3":
		if strings.HasPrefix(operation, "GET ") || strings.HasPrefix(operation, "HEAD ") {
			return NoFault
		}
	case "DYNAMODB":
		var in struct{ Item, Key map[string]map[string]any }
		if strings.HasPrefix(operation, "Get") || operation == "Query" || operation == "BatchGetItem" || json.Unmarshal(body, &in) != nil {
			return NoFault
		}
		what += fmt.Sprint(in.Item["pk"], in.Item["sk"], in.Key["pk"], in.Key["sk"])
	case "GLUE", "EVENTBRIDGE", "SESV2":
		what += string(body)
	}
	if function == "" || function == "invite" && service == "S3" { // the desk; a firm, with the URL that it was given
		return NoFault
	}
	what = function + " " + runID.ReplaceAllString(what, "RUN")
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.times[function] == nil {
		k.times[function] = map[string]int{}
	}
	k.times[function][what]++
	nth := fmt.Sprint(what, " #", k.times[function][what])
	if k.seen[nth] {
		return NoFault
	}
	k.seen[nth] = true
	k.times[function] = nil
	k.kills[function]++
	if service == "SESV2" {
		k.mails++
	}
	return Killed
}

// few plays a round in which three firms answer, and asks again for whatever failed, as people, queues and the scheduler do.
func few(t *testing.T, w *World, r *synthesise.Round) *cloud {
	t.Helper()
	c := newCloud(t, w)
	check(t, c.book.PutRegister(t.Context(), register40(r)))
	openRound(t, c.invite, c.book)
	sent := 0
	for i := range r.Uploads {
		u := &r.Uploads[i]
		if u.Story != synthesise.Plain || sent == 3 {
			continue
		}
		sent++
		check(t, c.book.PutClient(t.Context(), "client-"+string(u.Firm), u.Firm))
		body := workbookOf(t, r, u)
		var ticket issued
		again(t, "ticket", func() bool {
			status, answer := c.ask(t, "/editions/"+string(edition)+"/tickets", c.token(u.Firm), ticketBody(body))
			return status == http.StatusCreated && json.Unmarshal(answer, &ticket) == nil
		})
		if status := put(t, ticket, body); status != http.StatusOK {
			t.Fatalf("upload of %s: %d", u.Firm, status)
		}
	}
	c.settleAll(t)
	night := time.Now()
	again(t, "nightly", func() bool {
		c.lapse(t)
		_, err := w.Fire(t.Context(), night)
		return err == nil
	})
	c.close(t)
	again(t, "freeze", func() bool {
		c.lapse(t)
		_, err := w.Invoke(t.Context(), "aggregate", []byte(`{"edition":"`+string(edition)+`","freeze":true}`))
		return err == nil
	})
	path := "/editions/" + string(edition) + "/release/"
	for _, step := range []struct{ verb, role, person string }{{"propose", "supervisor", "kaku-hanako"}, {"approve", "releaser", "kaku-taro"}} {
		again(t, step.verb, func() bool {
			status, _ := c.ask(t, path+step.verb, Caller{Role: c.role(step.role), Person: step.person}, nil)
			return status == http.StatusOK
		})
	}
	c.settleAll(t)
	return c
}

// again asks until it is done. More retries than a function has writes say that it gets nowhere.
func again(t *testing.T, what string, try func() bool) {
	t.Helper()
	for range 100 {
		if try() {
			return
		}
	}
	t.Fatalf("%s: did not end after 100 retries", what)
}

func (c *cloud) ask(t *testing.T, path string, who Caller, body any) (int, []byte) {
	t.Helper()
	status, answer, err := c.w.Post(t.Context(), path, who, body)
	check(t, err)
	return status, answer
}

// settleAll settles, and gives the dead letters back as the operator does, until none is left.
func (c *cloud) settleAll(t *testing.T) {
	t.Helper()
	again(t, "the queues", func() bool {
		c.settle(t)
		dead := len(c.w.Dead()) > 0
		c.lapse(t)
		c.w.Redrive()
		return !dead
	})
}

// lapse lets the time pass that whoever was killed had leased a run or a letter for: a claim that came later has run out
// itself. Nothing is at work meanwhile.
func (c *cloud) lapse(t *testing.T) {
	t.Helper()
	now := time.Now().UTC()
	runs, err := c.book.Runs(t.Context(), edition)
	check(t, err)
	for _, r := range runs {
		if r.State == ledger.Running && now.Before(r.LeaseUntil) {
			check(t, c.book.StartRun(t.Context(), ledger.Run{
				ID: r.ID, Edition: edition, Kind: r.Kind, State: ledger.Running, StartedAt: r.LeaseUntil, LeaseUntil: now.Add(-time.Second),
			}))
		}
	}
	letters, err := c.book.Letters(t.Context(), edition)
	check(t, err)
	for _, l := range letters {
		if l.State == ledger.Claimed && now.Before(l.LeaseUntil) {
			_, err := c.book.ClaimLetter(t.Context(), ledger.Letter{Key: l.Key, Owner: "killed", LeaseUntil: now.Add(-time.Second)}, l.LeaseUntil.Add(time.Second))
			check(t, err)
		}
	}
}

// TestKilledAtEveryWrite kills every function after each of its writes. The round ends with the numbers and the ledger of
// one in which nobody was killed. A letter came twice only if its sender was killed between SES and the ledger.
func TestKilledAtEveryWrite(t *testing.T) {
	rehearses(t, "every function is killed after each of its writes")
	r := plan(t)
	calm := deployed(t, nil)
	quiet := few(t, calm, r)
	want, wantBook, wantLetters := quiet.published(t), quiet.holds(t), withoutRun(quiet.letters(t))
	check(t, calm.Close())

	w := deployed(t, nil)
	k := &killer{seen: map[string]bool{}, times: map[string]map[string]int{}, kills: map[string]int{}}
	w.OnCall = k.onCall
	c := few(t, w, r)
	w.OnCall = nil
	kills := ""
	for _, name := range names {
		kills += fmt.Sprintf(", %s %d", name, k.kills[name])
		if k.kills[name] == 0 {
			t.Errorf("%s wrote nothing", name)
		}
	}
	got := c.published(t)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s differ: %s", name, firstDifference(got[name], want[name]))
		}
	}
	book := c.holds(t)
	if lost, more := minus(wantBook, book), minus(book, wantBook); len(lost)+len(more) > 0 || len(book) != len(wantBook) {
		t.Errorf("kept: %d, want %d\nlost:\n%s\nmore:\n%s", len(book), len(wantBook), strings.Join(lost, "\n"), strings.Join(more, "\n"))
	}
	letters := withoutRun(c.letters(t))
	if !slices.Equal(slices.Compact(slices.Clone(letters)), wantLetters) || len(letters)-len(wantLetters) > k.mails {
		t.Errorf("letters %v, want %v and no more than %d of them twice", letters, wantLetters, k.mails)
	}
	tell(t, "kills: %s, one after each write; ledger and stores as without them", kills[2:])
	tell(t, "       %d of %d letters came twice, under one number: who sent them was killed between SES and the ledger", len(letters)-len(wantLetters), len(wantLetters))
	if refused := w.Refused(); len(refused) > 0 {
		t.Errorf("refused: %s", strings.Join(refused, "\n"))
	}
}
