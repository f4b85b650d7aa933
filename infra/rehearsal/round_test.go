//go:build conformance

package rehearsal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/mail"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/functions/intake"
	"cssa/functions/invite"
	"cssa/infra/laptop"
	"cssa/infra/rehearsal/template"
	"cssa/shared/archive/s3"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

// The stage that is rehearsed, as `make rehearse` synthesised it.
const (
	assembly = "../../build/rehearsal.out"
	programs = "../../build/lambda-host"
	edition  = checklist.EditionID("2023-securities")
)

// deployed opens the world of the real template with the real functions.
func deployed(t *testing.T, verdict func(string) string) *World {
	t.Helper()
	return world(t, Config{Programs: programs, Verdict: verdict})
}

// world opens the world of the real template with what c says besides.
func world(t *testing.T, c Config) *World {
	t.Helper()
	var err error
	c.App, err = template.ReadDir(assembly)
	check(t, err)
	c.Programs, err = filepath.Abs(c.Programs)
	check(t, err)
	w := open(t, c)
	for _, name := range names {
		if w.Functions[name] == nil {
			t.Fatalf("the template has no function %s", name)
		}
	}
	return w
}

// The tables that carry numbers, as rows, by name.
type tables map[string]any

// A stage is where a round is played: the deployment that is rehearsed, or the laptop.
type stage interface {
	open(t *testing.T, r *synthesise.Round)
	upload(t *testing.T, f checklist.FirmID, body []byte) func() // mints; the returned func sends
	withdraw(t *testing.T, f checklist.FirmID)
	settle(t *testing.T)
	deadline(t *testing.T)
	close(t *testing.T)
	issue(t *testing.T) // nightly, freeze, release, feedback, letters
	published(t *testing.T) tables
	letters(t *testing.T) []string
}

// play plays the round in the order of its plan, in the machine's own time: the deadline is moved to where the late ones
// begin. What comes after closing was minted before.
func play(t *testing.T, s stage, r *synthesise.Round) {
	t.Helper()
	s.open(t, r)
	withdrawals := slices.Clone(r.Withdrawals)
	pending := map[checklist.FirmID]bool{}
	var afterwards []func()
	late := false
	for i := range r.Uploads {
		u := &r.Uploads[i]
		for len(withdrawals) > 0 && withdrawals[0].At.Before(u.At) {
			s.settle(t)
			s.withdraw(t, withdrawals[0].Firm)
			withdrawals = withdrawals[1:]
		}
		if !late && u.At.After(r.Edition.Deadline) {
			s.settle(t)
			s.deadline(t)
			late = true
		}
		if pending[u.Firm] {
			s.settle(t)
			clear(pending)
		}
		pending[u.Firm] = true
		send := s.upload(t, u.Firm, workbookOf(t, r, u))
		if u.At.After(r.Edition.Closing) {
			afterwards = append(afterwards, send)
		} else {
			send()
		}
	}
	s.settle(t)
	s.close(t)
	for _, send := range afterwards {
		send()
	}
	s.settle(t)
	s.issue(t)
}

func plan(t *testing.T) *synthesise.Round {
	t.Helper()
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), edition)
	if err != nil {
		t.Fatal(err)
	}
	r, err := synthesise.Plan(ed, synthesise.Options{Seed: 7, Firms: 40, Stories: 50})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func register40(r *synthesise.Round) register.Register {
	return register.Register{Firms: r.Register.Firms, Contacts: r.Register.Contacts}
}

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

// openRound opens the round at the desk's time: the edition's own deadline and closing are of another year.
func openRound(t *testing.T, s *invite.Step, rounds invite.Rounds) {
	t.Helper()
	now := s.Now()
	_, err := s.Open(t.Context(), rounds, edition, invite.Schedule{Deadline: now.Add(24 * time.Hour), Closing: now.Add(48 * time.Hour)})
	check(t, err)
}

// moveDeadline brings the deadline to just before now.
func moveDeadline(t *testing.T, s *invite.Step, rounds invite.Rounds) {
	t.Helper()
	time.Sleep(2100 * time.Millisecond) // times of receipt are whole seconds
	round, err := rounds.Round(t.Context(), edition)
	check(t, err)
	round.Deadline = s.Now().UTC().Add(-time.Second).Truncate(time.Second)
	check(t, rounds.AdvanceRound(t.Context(), round))
	time.Sleep(1100 * time.Millisecond)
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

func workbookOf(t *testing.T, r *synthesise.Round, u *synthesise.Upload) []byte {
	t.Helper()
	var file bytes.Buffer
	check(t, r.WriteWorkbook(&file, u))
	return file.Bytes()
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

// publishedOf reads every table that carries a number, of the run that each door shows.
func publishedOf(t *testing.T, restricted, opened lake.Source) tables {
	t.Helper()
	run, err := lake.Current(t.Context(), opened, edition)
	check(t, err)
	if inside, err := lake.Current(t.Context(), restricted, edition); err != nil || inside != run {
		t.Fatalf("the open door shows run %s, the restricted one %s (%v)", run, inside, err)
	}
	return tables{
		"open distributions": rowsOf[lake.OpenDistributionRow](t, opened, run), "open figures": rowsOf[lake.OpenFigureRow](t, opened, run),
		"distributions": rowsOf[lake.DistributionRow](t, restricted, run), "figures": rowsOf[lake.FigureRow](t, restricted, run),
		"answers": rowsOf[lake.AnswerRow](t, restricted, run), "firms": rowsOf[lake.FirmRow](t, restricted, run),
	}
}

func rowsOf[T lake.Row](t *testing.T, source lake.Source, run string) []T {
	t.Helper()
	rows, err := lake.Read[T](context.WithoutCancel(t.Context()), source, edition, run)
	check(t, err)
	if len(rows) == 0 {
		t.Fatalf("%T: no rows", rows)
	}
	return rows
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func tail(log string) string { return log[max(0, len(log)-1500):] }

// TestTheRehearsal plays a round of 40 firms on the functions and settings of the template, and the same files on the
// laptop: every table is the same, row by row, and the same letters went out. Nothing was refused, nothing is dead.
func TestTheRehearsal(t *testing.T) {
	rehearses(t, "a round of 40 firms, and the same files on the laptop")
	r := plan(t)
	stories := map[synthesise.Story]int{}
	for _, u := range r.Uploads {
		stories[u.Story]++
	}
	t.Logf("stories: %v", stories)
	started := time.Now()
	w := deployed(t, nil)
	c := newCloud(t, w)
	play(t, c, r)
	got, gotLetters := c.published(t), c.letters(t)
	took := time.Since(started)
	report(t, w)
	check(t, w.Close())

	started = time.Now()
	l, err := laptop.Open(t.Context(), laptop.Config{Dir: t.TempDir(), Now: time.Now})
	check(t, err)
	defer l.Close()
	d := &desktop{l}
	play(t, d, r)
	tell(t, "round: 40 firms, %d uploads, %d stories; %.0f s here, %.0f s on the laptop", len(r.Uploads), len(stories), took.Seconds(), time.Since(started).Seconds())
	want, wantLetters := d.published(t), d.letters(t)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		n := reflect.ValueOf(want[name]).Len()
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s: %d rows, not the laptop's %d\n%s", name, reflect.ValueOf(got[name]).Len(), n, firstDifference(got[name], want[name]))
			continue
		}
		tell(t, "numbers: %-18s %5d rows, identical with the laptop's", name, n)
	}
	if g, n := withoutRun(gotLetters), withoutRun(wantLetters); !slices.Equal(g, n) {
		t.Errorf("letters: %d, the laptop's %d\nonly here: %v\nonly there: %v", len(g), len(n), minus(g, n), minus(n, g))
	} else {
		tell(t, "letters: %d, the laptop's", len(g))
	}
}

// report says what was measured, and fails on anything that went wrong on the way.
func report(t *testing.T, w *World) {
	t.Helper()
	for _, name := range names {
		m, f := w.Measures(name), w.Functions[name]
		measured(name, func(s *startOf) { s.ready, s.first, s.peak, s.memory = m.Ready, m.First, m.PeakMB, f.MemoryMB })
		t.Logf("%-10s ready %4d ms, first answer %5d ms, peak %6.1f of %d MB", name, m.Ready.Milliseconds(), m.First.Milliseconds(), m.PeakMB, f.MemoryMB)
		if m.PeakMB > float64(f.MemoryMB) {
			t.Errorf("%s needs more memory than the template gives it", name)
		}
		if log := w.Log(name); strings.Contains(log, "X-Amz-Signature") || strings.Contains(log, "@") {
			t.Errorf("%s logs a presigned URL or an address", name)
		}
	}
	t.Logf("rights used:\n%s", strings.Join(w.Used(), "\n"))
	nothingWrong(t, w)
}

// nothingWrong fails on a request that was refused, an event that nobody took, and a dead letter.
func nothingWrong(t *testing.T, w *World) {
	t.Helper()
	for what, lines := range map[string][]string{"refused": w.Refused(), "notes": w.Notes()} {
		if len(lines) > 0 {
			t.Errorf("%s:\n%s", what, strings.Join(lines, "\n"))
		}
	}
	if dead := w.Dead(); len(dead) > 0 {
		t.Errorf("dead letters: %v", dead)
	}
}

// withoutRun takes the run out of the letters' ids: it is named by its time.
func withoutRun(ids []string) []string {
	var out []string
	for _, id := range ids {
		if i := strings.Index(id, "-feedback-"); i >= 0 {
			id = id[:i+len("-feedback")]
		}
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func firstDifference(a, b any) string {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range min(x.Len(), y.Len()) {
		if !reflect.DeepEqual(x.Index(i).Interface(), y.Index(i).Interface()) {
			return fmt.Sprintf("row %d: %+v\nwant %+v", i, x.Index(i).Interface(), y.Index(i).Interface())
		}
	}
	return ""
}
