package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/functions/invite"
	"cssa/infra/laptop"
	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

// A life is a cssa process from its start to its end.
type life struct {
	cmd    *exec.Cmd
	out    bytes.Buffer
	exited chan struct{} // closed when it has ended
	err    error         // of Wait; read it after exited
}

func start(t *testing.T, args ...string) *life {
	t.Helper()
	l := &life{cmd: exec.Command(program(t, "cssa"), args...), exited: make(chan struct{})}
	l.cmd.Stdout, l.cmd.Stderr = &l.out, &l.out
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(l.exited)
		l.err = l.cmd.Wait()
	}()
	t.Cleanup(l.kill)
	return l
}

// kill ends the process as kill -9 does, if it has not ended.
func (l *life) kill() {
	_ = l.cmd.Process.Kill() // an error says that it has ended already
	<-l.exited
}

func (l *life) ended() bool {
	select {
	case <-l.exited:
		return true
	default:
		return false
	}
}

// filesIn counts the files that a deployment has made so far, finished or not.
func filesIn(dir string) int {
	n := 0
	for _, sub := range []string{"s3/buckets", "outbox"} {
		_ = fs.WalkDir(os.DirFS(dir), sub, func(_ string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				n++
			}
			return nil // what is gone since it was listed does not count
		})
	}
	return n
}

// The demo is killed at moments all over its run, and the same command given again each time. What it comes to in the end
// is what a demo comes to that nobody killed, to the byte, and the ledger says the same.
func TestDemoKilled(t *testing.T) {
	demo := func(dir string) []string {
		return []string{"demo", "--data", dir, "--firms", "30", "--stories", "67"}
	}
	calm := filepath.Join(t.TempDir(), "calm")
	l := start(t, demo(calm)...)
	if <-l.exited; l.err != nil {
		t.Fatalf("the demo that nobody kills: %v\n%s", l.err, &l.out)
	}
	want := yield(t, calm)

	const kills = 6
	dir := filepath.Join(t.TempDir(), "killed")
	rng := rand.New(rand.NewPCG(9, 9))
	killed := 0
	for i := range kills {
		l := start(t, demo(dir)...)
		// Files are the clock: moments of the run, however slow the machine is.
		for moment := (2*i + rng.IntN(3)) * len(want) / (2*kills + 1); filesIn(dir) < moment && !l.ended(); {
			time.Sleep(2 * time.Millisecond)
		}
		time.Sleep(time.Duration(rng.IntN(60)) * time.Millisecond)
		l.kill()
		if l.err != nil && l.cmd.ProcessState.ExitCode() == -1 {
			killed++
		} else {
			t.Errorf("life %d ended by itself: %v\n%s", i+1, l.err, &l.out)
		}
		t.Logf("killed with %d of %d files", filesIn(dir), len(want))
	}
	if killed < kills {
		t.Errorf("%d lives were ended by a kill, want %d", killed, kills)
	}
	l = start(t, demo(dir)...)
	if <-l.exited; l.err != nil {
		t.Errorf("the demo after %d kills: %v\n%s", kills, l.err, &l.out)
	}
	sameYield(t, "killed", yield(t, dir), want)
	sameBook(t, "killed", bookOf(t, dir), bookOf(t, calm))
}

// openRound makes a deployment whose round takes uploads now, and returns the invented sector it is of.
func openRound(t *testing.T, dir string, firms int) *synthesise.Round {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(ctx, "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	r, err := synthesise.Plan(ed, synthesise.Options{Seed: 1, Firms: firms})
	if err != nil {
		t.Fatal(err)
	}
	l, err := laptop.Open(ctx, laptop.Config{Dir: dir, Now: func() time.Time { return time.Now().Add(-time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	err = l.Ledger.PutRegister(ctx, register.Register{Firms: r.Register.Firms, Contacts: r.Register.Contacts})
	if err == nil {
		_, err = l.Invite.Open(ctx, l.Ledger, ed.ID, invite.Schedule{Deadline: time.Now().AddDate(0, 0, 1), Closing: time.Now().AddDate(0, 0, 2)})
	}
	if err := errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	return r
}

// A grant is what `cssa ticket --json` prints.
type grant struct {
	Version checklist.TicketNumber `json:"version"`
	Method  string                 `json:"method"`
	URL     string                 `json:"url"`
	Header  map[string]string      `json:"header"`
}

// order gives a verb to the serve that holds dir, and only to it: a dead one is an error.
func orderTo(ctx context.Context, dir string, args ...string) ([]byte, error) {
	var out, errs bytes.Buffer
	d := &desk{environment: environment{out: &out, err: &errs, dir: dir}, data: dir, args: append(args, "--data", dir)}
	if err := d.forward(ctx); err != nil {
		return nil, fmt.Errorf("%w: %s", err, &errs)
	}
	return out.Bytes(), nil
}

// sendTo uploads a file as a firm does: a ticket, then the PUT. Its error says that the upload was not acknowledged.
func sendTo(ctx context.Context, dir string, f checklist.FirmID, body []byte) (checklist.TicketNumber, error) {
	raw, err := orderTo(ctx, dir, "ticket", "--json", "--firm", string(f), "--sha256", sum(body), "--size", fmt.Sprint(len(body)))
	if err != nil {
		return 0, err
	}
	var g grant
	if err := json.Unmarshal(raw, &g); err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, g.Method, g.URL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	for name, value := range g.Header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	// 412: it was received when the one before this was killed, which had no time to say so.
	if err == nil && res.StatusCode != http.StatusOK && res.StatusCode != http.StatusPreconditionFailed {
		err = fmt.Errorf("%s: %s", res.Status, answer)
	}
	return g.Version, err
}

// greeted waits until a serve takes orders.
func greeted(t *testing.T, l *life, dir string) {
	t.Helper()
	for !l.ended() {
		if _, err := orderTo(t.Context(), dir, "edition", "show", "--json"); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("serve ended: %v\n%s", l.err, &l.out)
}

// Serve is killed again and again while firms upload. Every upload that was acknowledged has one version in the ledger, its
// own bytes in the archive, and one letter; and nothing else is there but versions with a letter each.
func TestServeKilled(t *testing.T) {
	const lives, writers = 6, 3
	dir := filepath.Join(t.TempDir(), "served")
	r := openRound(t, dir, 30)
	bodies := make([][]byte, len(r.Uploads))
	for i := range bodies {
		var buf bytes.Buffer
		if err := r.WriteWorkbook(&buf, &r.Uploads[i]); err != nil {
			t.Fatal(err)
		}
		bodies[i] = buf.Bytes()
	}
	type key struct {
		firm    checklist.FirmID
		version checklist.TicketNumber
	}
	acknowledged := map[key]string{} // → digest of what was sent
	rng := rand.New(rand.NewPCG(4, 4))
	next := make([]int, writers) // every writer has firms of its own, in turn
	for range lives {
		l := start(t, "serve", "--data", dir, "--addr", "127.0.0.1:0")
		greeted(t, l, dir)
		acks := make(chan struct{}, 1000)
		var mu sync.Mutex
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				for ; ; next[w]++ {
					i := (w + writers*next[w]) % (len(bodies) - len(bodies)%writers)
					n, err := sendTo(t.Context(), dir, r.Uploads[i].Firm, bodies[i])
					if err != nil {
						select {
						case <-l.exited: // the killed one's sockets break before its end is seen, long before on a busy machine
						case <-time.After(20 * time.Second):
							t.Errorf("an upload to a running serve: %v", err)
							l.kill()
						}
						return
					}
					mu.Lock()
					acknowledged[key{r.Uploads[i].Firm, n}] = sum(bodies[i])
					mu.Unlock()
					acks <- struct{}{}
				}
			})
		}
		for range 2 + rng.IntN(6) {
			select {
			case <-acks:
			case <-l.exited:
				group.Wait()
				t.Fatalf("serve ended: %v\n%s", l.err, &l.out)
			}
		}
		time.Sleep(time.Duration(rng.IntN(40)) * time.Millisecond)
		l.kill()
		group.Wait()
	}

	ctx := context.WithoutCancel(t.Context())
	l, err := laptop.Open(ctx, laptop.Config{Dir: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	versions := map[key]bool{}
	for s, err := range l.Ledger.AllSubmissions(ctx, r.Edition.ID) {
		if err != nil {
			t.Fatal(err)
		}
		k := key{s.Firm, s.Ticket}
		versions[k] = true
		if s.Status != checklist.Accepted {
			t.Errorf("%s version %d was %s: %+v", s.Firm, s.Ticket, s.Status, s.Faults)
		}
		if digest, ok := acknowledged[k]; ok && s.SHA256 != digest {
			t.Errorf("%s version %d holds other bytes than were sent", s.Firm, s.Ticket)
		}
		body, _, err := l.Archive.Get(ctx, s.Object, "", 1<<20)
		if err != nil || sum(body) != s.SHA256 {
			t.Errorf("the original of %s version %d: %v", s.Firm, s.Ticket, err)
		}
	}
	for k := range acknowledged {
		if !versions[k] {
			t.Errorf("%s version %d was acknowledged and is nowhere", k.firm, k.version)
		}
	}
	letters, err := os.ReadDir(l.OutboxDir())
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, e := range letters {
		if name := e.Name(); strings.HasSuffix(name, ".eml") {
			written[name] = true
		}
	}
	for k := range versions {
		name := fmt.Sprintf("%s-%s-accepted-%d.eml", r.Edition.ID, k.firm, k.version)
		if !written[name] {
			t.Errorf("no letter %s", name)
		}
		delete(written, name)
	}
	for name := range written {
		t.Errorf("letter %s is about nothing", name)
	}
	if left, err := l.Queue.DeadLetters(ctx); err != nil || len(left) > 0 || l.Queue.Pending() > 0 {
		t.Errorf("%d messages are stuck, %d wait, %v", len(left), l.Queue.Pending(), err)
	}
	for o, err := range l.Inbox.List(ctx, "") {
		t.Errorf("the inbox holds %s, %v", o.Key, err)
	}
	if len(acknowledged) < 2*lives {
		t.Errorf("%d acknowledged uploads are too few to mean anything", len(acknowledged))
	}
	t.Logf("%d lives, %d acknowledged, %d versions", lives, len(acknowledged), len(versions))
}
