//go:build conformance

package rehearsal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/functions/intake"
	"cssa/functions/invite"
	"cssa/shared/archive/s3"
	"cssa/shared/checklist"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/questionnaire"
)

// cloud is the rehearsed deployment. The supervisor's desk (register, opening, invitations, withdrawals, closing) is this
// test, on the deployment's own stores.
type cloud struct {
	w       *World
	book    *dynamo.Ledger
	archive *s3.Bucket
	invite  *invite.Step
	intake  *intake.Step
}

func newCloud(t *testing.T, w *World) *cloud {
	t.Helper()
	objects, db := w.Clients(desk)
	c := &cloud{w: w, book: dynamo.New(db, w.Outputs["LedgerTable"]), archive: s3.New(objects, w.Outputs["ArchiveBucket"])}
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	c.invite = &invite.Step{Editions: lib, Ledger: c.book, Archive: c.archive, Inbox: s3.New(objects, w.Outputs["InboxBucket"]), Publisher: bus{w}, Now: w.c.Now, Expires: time.Minute}
	c.intake = &intake.Step{Editions: lib, Ledger: c.book, Archive: c.archive, Inbox: w.Outputs["InboxBucket"], Publisher: bus{w}, Now: w.c.Now}
	return c
}

func (c *cloud) open(t *testing.T, r *synthesise.Round) {
	t.Helper()
	check(t, c.book.PutRegister(t.Context(), register40(r)))
	for _, f := range r.Register.Firms {
		check(t, c.book.PutClient(t.Context(), "client-"+string(f.ID), f.ID))
	}
	openRound(t, c.invite, c.book)
	_, err := c.invite.Invite(t.Context(), edition, nil)
	check(t, err)
	c.settle(t)
}

func (c *cloud) token(f checklist.FirmID) Caller {
	return Caller{Claims: map[string]string{"token_use": "access", "sub": "client-" + string(f), "client_id": "client-" + string(f), "scope": "cssa/tickets"}}
}

type issued struct {
	Version int
	URL     string
	Header  map[string]string
}

func (c *cloud) ticket(t *testing.T, f checklist.FirmID, body []byte) issued {
	t.Helper()
	status, answer, err := c.w.Post(t.Context(), "/editions/"+string(edition)+"/tickets", c.token(f), ticketBody(body))
	if err != nil || status != http.StatusCreated {
		t.Fatalf("ticket of %s: %d %s %v\nlog: %s\nrefused: %s", f, status, answer, err, tail(c.w.Log("invite")), strings.Join(c.w.Refused(), "\n"))
	}
	var i issued
	check(t, json.Unmarshal(answer, &i))
	return i
}

// ticketBody is the body of a request for a ticket.
func ticketBody(body []byte) map[string]any {
	sum := sha256.Sum256(body)
	return map[string]any{"sha256": hex.EncodeToString(sum[:]), "size": len(body)}
}

func (c *cloud) upload(t *testing.T, f checklist.FirmID, body []byte) func() {
	t.Helper()
	i := c.ticket(t, f, body)
	return func() {
		t.Helper()
		if status := put(t, i, body); status != http.StatusOK {
			t.Fatalf("upload of %s: %d\nrefused: %s", f, status, strings.Join(c.w.Refused(), "\n"))
		}
	}
}

func put(t *testing.T, i issued, body []byte) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, i.URL, bytes.NewReader(body))
	check(t, err)
	for k, v := range i.Header {
		r.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(r)
	check(t, err)
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	check(t, err)
	return resp.StatusCode
}

func (c *cloud) withdraw(t *testing.T, f checklist.FirmID) {
	t.Helper()
	_, err := c.intake.Withdraw(t.Context(), edition, f)
	check(t, err)
}

func (c *cloud) settle(t *testing.T) {
	t.Helper()
	if err := c.w.Drain(t.Context()); err != nil {
		t.Fatalf("%v\nnotes: %s\nrefused: %s", err, strings.Join(c.w.Notes(), "\n"), strings.Join(c.w.Refused(), "\n"))
	}
}

func (c *cloud) deadline(t *testing.T) { t.Helper(); moveDeadline(t, c.invite, c.book) }

func (c *cloud) close(t *testing.T) {
	t.Helper()
	_, err := c.invite.Close(t.Context(), c.book, edition)
	check(t, err)
	time.Sleep(1100 * time.Millisecond)
}

func (c *cloud) role(suffix string) string {
	for _, r := range c.w.policies.Roles() {
		if strings.HasSuffix(r, "-"+suffix) || strings.HasSuffix(r, "-"+suffix+"role") {
			return r
		}
	}
	return ""
}

func (c *cloud) issue(t *testing.T) {
	t.Helper()
	fail := func(what string, v ...any) {
		t.Helper()
		t.Fatalf("%s: %v\nnotes: %s\nrefused: %s", what, v, strings.Join(c.w.Notes(), "\n"), strings.Join(c.w.Refused(), "\n"))
	}
	if _, err := c.w.Fire(t.Context(), time.Now()); err != nil {
		fail("nightly", err, tail(c.w.Log("aggregate")))
	}
	time.Sleep(1100 * time.Millisecond) // a run's id is of its second
	if out, err := c.w.Invoke(t.Context(), "aggregate", []byte(`{"edition":"`+string(edition)+`","freeze":true}`)); err != nil {
		fail("freeze", string(out), err, tail(c.w.Log("aggregate")))
	}
	path := "/editions/" + string(edition) + "/release/"
	if status, body, err := c.w.Post(t.Context(), path+"propose", Caller{Role: c.role("supervisor"), Person: "kaku-hanako"}, nil); err != nil || status >= 300 {
		fail("propose", status, string(body), err, tail(c.w.Log("release")))
	}
	if status, _, err := c.w.Post(t.Context(), path+"approve", Caller{Role: c.role("releaser"), Person: "kaku-hanako"}, nil); err != nil || status < 400 {
		fail("the proposer approved", status, err)
	}
	if status, body, err := c.w.Post(t.Context(), path+"approve", Caller{Role: c.role("releaser"), Person: "kaku-taro"}, nil); err != nil || status >= 300 {
		fail("approve", status, string(body), err, tail(c.w.Log("release")))
	}
	c.settle(t)
}

func (c *cloud) published(t *testing.T) tables {
	t.Helper()
	objects, _ := c.w.Clients(desk)
	return publishedOf(t, s3.New(objects, c.w.Outputs["RestrictedBucket"]), s3.New(objects, c.w.Outputs["OpenBucket"]))
}

func (c *cloud) letters(t *testing.T) []string {
	t.Helper()
	var ids []string
	for _, m := range c.w.Mails() {
		msg, err := mail.ReadMessage(bytes.NewReader(m.Raw))
		check(t, err)
		ids = append(ids, msg.Header.Get("X-CSSA-Letter"))
	}
	slices.Sort(ids)
	return ids
}
