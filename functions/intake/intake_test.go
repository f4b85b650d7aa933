package intake_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cssa/events"
	"cssa/functions/intake"
	"cssa/infra/laptop/objects"
	"cssa/shared/archive"
	"cssa/shared/archive/s3"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/ledger/sqlite"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

const edition = checklist.EditionID("2023-securities")

// A room is the step with a real object store and a real ledger behind it.
type room struct {
	*intake.Step
	ed     *checklist.Edition
	inbox  *s3.Bucket
	kept   *s3.Bucket
	ledger *sqlite.Ledger
	told   []events.Event
	now    time.Time
	fail   error // of the next message told
}

func (r *room) Publish(_ context.Context, es ...events.Event) error {
	if r.fail != nil {
		err := r.fail
		r.fail = nil
		return err
	}
	r.told = append(r.told, es...)
	return nil
}

func newRoom(t *testing.T) *room {
	t.Helper()
	ctx := t.Context()
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(ctx, edition)
	must(t, err)
	r := &room{ed: ed, now: ed.Opens.Add(time.Hour).UTC()}
	srv, err := objects.Start(ctx, objects.Config{
		Dir: t.TempDir(), Now: func() time.Time { return r.now },
		Buckets: []objects.Bucket{{Name: "inbox"}, {Name: "archive", Versioned: true}},
	})
	must(t, err)
	t.Cleanup(func() { must(t, srv.Close()) })
	r.inbox, r.kept = s3.New(srv.Client(), "inbox"), s3.New(srv.Client(), "archive")
	r.ledger, err = sqlite.Open(filepath.Join(t.TempDir(), "ledger.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, r.ledger.Close()) })
	firm := func(id checklist.FirmID, name string) register.Firm {
		return register.Firm{ID: id, RegistrationNumber: string(id), Name: checklist.Text{JA: name, EN: string(id)},
			Sector: "securities", PeerGroup: "regional", SizeBand: "small", ValidFrom: checklist.Date{Year: 2010, Month: 4, Day: 1}}
	}
	must(t, r.ledger.PutRegister(ctx, register.Register{Firms: []register.Firm{firm("S-0001", "架空一証券"), firm("S-0002", "架空二証券")}}))
	must(t, r.ledger.OpenRound(ctx, ledger.Round{Edition: ed.ID, State: ledger.Open, Checksum: ed.Checksum, OpenedAt: ed.Opens.UTC(), Deadline: ed.Deadline.UTC(), Closing: ed.Closing.UTC()}))
	r.Step = &intake.Step{
		Editions: questionnaire.NewLibrary(questionnaire.Builtin()), Ledger: r.ledger, Archive: r.kept, Inbox: "inbox",
		Publisher: r, Now: func() time.Time { return r.now },
	}
	return r
}

// upload puts body into the inbox on a ticket of firm and returns the message that tells of it.
func (r *room) upload(t *testing.T, firm checklist.FirmID, body []byte) events.Uploaded {
	t.Helper()
	sum := sha256.Sum256(body)
	ticket, err := r.ledger.IssueTicket(t.Context(), ledger.Ticket{Edition: edition, Firm: firm, SHA256: hex.EncodeToString(sum[:]),
		Size: int64(len(body)), Channel: checklist.Upload, IssuedAt: r.now})
	must(t, err)
	object, err := r.inbox.Put(t.Context(), archive.InboxKey(edition, firm, ticket.Number), body)
	must(t, err)
	return events.Uploaded{Edition: edition, Firm: firm, Ticket: ticket.Number, Object: object.Key, ObjectID: object.ID, ReceivedAt: object.ReceivedAt, Size: object.Size}
}

// freeze freezes the round and seals it.
func (r *room) freeze(t *testing.T) {
	t.Helper()
	round, err := r.ledger.Round(t.Context(), edition)
	must(t, err)
	round.State, round.ClosedAt, round.FrozenAt, round.FrozenRun = ledger.Frozen, round.Closing, round.Closing.Add(time.Hour), "run"
	must(t, r.ledger.AdvanceRound(t.Context(), round))
	must(t, r.ledger.Seal(t.Context(), edition))
}

func (r *room) submission(t *testing.T, up events.Uploaded) checklist.Submission {
	t.Helper()
	s, err := r.ledger.Submission(t.Context(), up.Edition, up.Firm, up.Ticket)
	must(t, err)
	return s
}

// answers answers every place that must be, with its first choice.
func (r *room) answers() checklist.Answers {
	a := checklist.Answers{}
	for _, q := range r.ed.Questions() {
		for _, ref := range q.Refs() {
			if !q.Required || !r.ed.Applies(q, ref, a) {
				continue
			}
			a[ref] = checklist.Answer{Choice: q.ChoicesAt(ref.Stage)[0].ID}
			if it, ok := q.Item(ref.Item); ok && it.Exclusive {
				a[ref] = checklist.Answer{Choice: checklist.No}
			}
		}
	}
	return a
}

func (r *room) filled(t *testing.T, firm checklist.FirmID, a checklist.Answers) []byte {
	t.Helper()
	cover := checklist.Cover{
		FirmName: map[checklist.FirmID]string{"S-0001": "架空一証券", "S-0002": "架空二証券"}[firm], ReferenceDate: r.ed.ReferenceDate,
		Preparer: "架空 花子", Approver: "架空 太郎", ApproverTitle: "取締役", ApprovedOn: checklist.Date{Year: 2023, Month: 7, Day: 20},
	}
	var buf bytes.Buffer
	must(t, workbook.Filled(&buf, r.ed, workbook.Identity{Edition: r.ed.ID, Firm: firm, Definition: r.ed.Checksum, FirmName: cover.FirmName}, cover, a))
	return buf.Bytes()
}

func TestAFilledChecklistIsAccepted(t *testing.T) {
	r := newRoom(t)
	body := r.filled(t, "S-0001", r.answers())
	up := r.upload(t, "S-0001", body)
	must(t, r.Handle(t.Context(), up))

	s := r.submission(t, up)
	if s.Status != checklist.Accepted || len(s.Faults) != 0 {
		t.Fatalf("status %s with %d faults, want accepted with none: %v", s.Status, len(s.Faults), codes(s.Faults))
	}
	if len(s.Answers) != len(r.answers()) {
		t.Errorf("%d answers kept, want %d", len(s.Answers), len(r.answers()))
	}
	if !s.ReceivedAt.Equal(up.ReceivedAt) {
		t.Errorf("received %s, want the object store's time %s", s.ReceivedAt, up.ReceivedAt)
	}
	kept, _, err := r.kept.Get(t.Context(), s.Object, s.ObjectID, 1<<20)
	must(t, err)
	if !bytes.Equal(kept, body) {
		t.Error("the original was not kept byte for byte")
	}
	cur, err := r.ledger.Current(t.Context(), edition, "S-0001")
	must(t, err)
	if cur.Submission.Ticket != up.Ticket {
		t.Errorf("current version %d, want %d", cur.Submission.Ticket, up.Ticket)
	}
	r.wantTold(t, events.Accepted{Edition: edition, Firm: "S-0001", Ticket: up.Ticket})
}

func TestEveryBadUploadIsReturnedAndKept(t *testing.T) {
	r := newRoom(t)
	valid := r.filled(t, "S-0001", r.answers())
	missing := r.answers()
	for ref := range missing {
		if ref.Question == "policy" {
			delete(missing, ref)
		}
	}
	for _, c := range []struct {
		story string
		body  []byte
		at    time.Time
		want  checklist.FaultCode
	}{
		{"nothing in it", nil, r.now, checklist.CodeEmptyFile},
		{"a question left blank", r.filled(t, "S-0001", missing), r.now, checklist.CodeUnanswered},
		{"another firm's workbook", r.filled(t, "S-0002", r.answers()), r.now, checklist.CodeOtherFirm},
		{"a firm nobody knows", r.filled(t, "S-9999", r.answers()), r.now, checklist.CodeUnknownFirm},
		{"cut off", valid[:len(valid)/2], r.now, checklist.CodeDamaged},
		{"plain text", []byte("firm,answer\n"), r.now, checklist.CodeText},
		{"after closing", append(bytes.Clone(valid), 0), r.ed.Closing.UTC(), checklist.CodeAfterClosing},
		{"before the opening", append(bytes.Clone(valid), 0, 0), r.ed.Opens.UTC().Add(-time.Second), checklist.CodeNotOpen},
	} {
		t.Run(c.story, func(t *testing.T) {
			r.told, r.now = nil, c.at
			up := r.upload(t, "S-0001", c.body)
			must(t, r.Handle(t.Context(), up))
			s := r.submission(t, up)
			if s.Status != checklist.Returned || s.Answers != nil {
				t.Fatalf("status %s, want returned without answers", s.Status)
			}
			if got := codes(s.Faults); !strings.Contains(got, string(c.want)) {
				t.Errorf("faults %s, want %s among them", got, c.want)
			}
			kept, _, err := r.kept.Get(t.Context(), s.Object, s.ObjectID, 1<<20)
			must(t, err)
			if !bytes.Equal(kept, c.body) {
				t.Error("the original was not kept byte for byte")
			}
			r.wantTold(t, events.Returned{Edition: edition, Firm: "S-0001", Ticket: up.Ticket})
		})
	}
	if _, err := r.ledger.Current(t.Context(), edition, "S-0001"); err != nil {
		t.Fatal(err)
	}
}

func TestARepeatTellsAgainAndRecordsNothingNew(t *testing.T) {
	r := newRoom(t)
	up := r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))
	must(t, r.Handle(t.Context(), up))
	must(t, r.inbox.Delete(t.Context(), up.Object)) // the inbox is short-lived
	must(t, r.Handle(t.Context(), up))
	want := events.Accepted{Edition: edition, Firm: "S-0001", Ticket: up.Ticket}
	r.wantTold(t, want, want)
	subs, err := r.ledger.Submissions(t.Context(), edition, "S-0001")
	must(t, err)
	if len(subs) != 1 {
		t.Errorf("%d submissions, want 1", len(subs))
	}
}

func TestACrashAfterRecordingIsHealedByTheRepeat(t *testing.T) {
	r := newRoom(t)
	up := r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))
	r.fail = errors.New("the bus is down")
	if err := r.Handle(t.Context(), up); err == nil {
		t.Fatal("handled although nothing could be told")
	}
	must(t, r.Handle(t.Context(), up))
	r.wantTold(t, events.Accepted{Edition: edition, Firm: "S-0001", Ticket: up.Ticket})
}

func TestAnOlderVersionNeverReplacesANewerOne(t *testing.T) {
	r := newRoom(t)
	first := r.answers()
	old := r.upload(t, "S-0001", r.filled(t, "S-0001", first))
	r.now = r.now.Add(time.Hour)
	second := r.answers()
	second[checklist.Ref{Question: "policy"}] = checklist.Answer{Choice: "none"}
	recent := r.upload(t, "S-0001", r.filled(t, "S-0001", second))
	must(t, r.Handle(t.Context(), recent))
	must(t, r.Handle(t.Context(), old)) // its message came late
	cur, err := r.ledger.Current(t.Context(), edition, "S-0001")
	must(t, err)
	if cur.Submission.Ticket != recent.Ticket {
		t.Errorf("current version %d, want %d", cur.Submission.Ticket, recent.Ticket)
	}
	if !cur.FirstReceived.Equal(old.ReceivedAt) {
		t.Errorf("first received %s, want %s", cur.FirstReceived, old.ReceivedAt)
	}
}

func TestAReturnedVersionLeavesTheAcceptedOne(t *testing.T) {
	r := newRoom(t)
	good := r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))
	must(t, r.Handle(t.Context(), good))
	r.now = r.now.Add(time.Hour)
	must(t, r.Handle(t.Context(), r.upload(t, "S-0001", []byte("spoilt"))))
	cur, err := r.ledger.Current(t.Context(), edition, "S-0001")
	must(t, err)
	if cur.Submission.Ticket != good.Ticket || cur.Submission.Status != checklist.Accepted {
		t.Errorf("current is version %d, %s; want %d, accepted", cur.Submission.Ticket, cur.Submission.Status, good.Ticket)
	}
}

func TestAWithdrawalCountsUntilTheNextUpload(t *testing.T) {
	r := newRoom(t)
	must(t, r.Handle(t.Context(), r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))))
	r.now = r.now.Add(time.Hour)
	w, err := r.Withdraw(t.Context(), edition, "S-0001")
	must(t, err)
	cur, err := r.ledger.Current(t.Context(), edition, "S-0001")
	must(t, err)
	if cur.Submission.Status != checklist.Withdrawn || cur.Submission.Ticket != w.Ticket {
		t.Fatalf("current is version %d, %s; want %d, withdrawn", cur.Submission.Ticket, cur.Submission.Status, w.Ticket)
	}
	r.now = r.now.Add(time.Hour)
	again := r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))
	must(t, r.Handle(t.Context(), again))
	cur, err = r.ledger.Current(t.Context(), edition, "S-0001")
	must(t, err)
	if cur.Submission.Ticket != again.Ticket || cur.Submission.Status != checklist.Accepted {
		t.Errorf("current is version %d, %s; want %d, accepted", cur.Submission.Ticket, cur.Submission.Status, again.Ticket)
	}
	if _, err := r.Withdraw(t.Context(), edition, "S-9999"); !errors.Is(err, register.ErrUnknownFirm) {
		t.Errorf("withdrawal of an unknown firm: %v, want %v", err, register.ErrUnknownFirm)
	}
}

func TestAStrayThatIsNowhereIsAnError(t *testing.T) {
	r := newRoom(t)
	up := events.Uploaded{Edition: edition, Firm: "S-9999", Ticket: 1, Object: "2023-securities/S-9999/0001.xlsx", ReceivedAt: r.now}
	if err := r.Handle(t.Context(), up); !errors.Is(err, archive.ErrNotFound) || len(r.told) > 0 {
		t.Errorf("%v, told %v; want %v", err, r.told, archive.ErrNotFound)
	}
}

func TestAWithdrawalThatWasCutOffDoesNotSpareAnUploadThatCameSince(t *testing.T) {
	r := newRoom(t)
	_, err := r.ledger.IssueTicket(t.Context(), ledger.Ticket{Edition: edition, Firm: "S-0001", Channel: checklist.OnBehalf, IssuedAt: r.now})
	must(t, err) // and then the process was killed
	r.now = r.now.Add(time.Hour)
	must(t, r.Handle(t.Context(), r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))))
	r.now = r.now.Add(time.Hour)
	_, err = r.Withdraw(t.Context(), edition, "S-0001")
	must(t, err)
	cur, err := r.ledger.Current(t.Context(), edition, "S-0001")
	must(t, err)
	if cur.Submission.Status != checklist.Withdrawn {
		t.Errorf("after the withdrawal version %d, %s, still counts", cur.Submission.Ticket, cur.Submission.Status)
	}
}

// It came in time, and was handled only after the freeze: it is not counted, and its letter does not say it came too late.
func TestAnUploadHandledAfterTheFreezeIsReturnedForWhatItIs(t *testing.T) {
	r := newRoom(t)
	up := r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))
	r.freeze(t)
	must(t, r.Handle(t.Context(), up))
	s := r.submission(t, up)
	if s.Status != checklist.Returned || codes(s.Faults) != string(checklist.CodeFrozen) {
		t.Errorf("%s with %s, want returned with %s", s.Status, codes(s.Faults), checklist.CodeFrozen)
	}
}

// A ledger before which the round is frozen, once, when a version is about to be recorded.
type overtaken struct {
	intake.Ledger
	freeze func()
}

func (o *overtaken) PutSubmission(ctx context.Context, s checklist.Submission) error {
	if o.freeze != nil {
		o.freeze()
		o.freeze = nil
	}
	return o.Ledger.PutSubmission(ctx, s)
}

// The round is frozen after the workbook was read and found good: the firm is not told that it was accepted, because the
// frozen run does not count it.
func TestAnUploadThatTheFreezeOvertakesIsReturned(t *testing.T) {
	r := newRoom(t)
	up := r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))
	r.Ledger = &overtaken{r.ledger, func() { r.freeze(t) }}
	for range 2 {
		must(t, r.Handle(t.Context(), up))
		s := r.submission(t, up)
		if s.Status != checklist.Returned || codes(s.Faults) != string(checklist.CodeFrozen) || s.Answers != nil || s.SHA256 == "" {
			t.Errorf("%s with %s, want returned with %s and the original's digest", s.Status, codes(s.Faults), checklist.CodeFrozen)
		}
	}
	told := events.Returned{Edition: edition, Firm: "S-0001", Ticket: up.Ticket}
	r.wantTold(t, told, told)
}

func TestAWithdrawalThatTheFreezeOvertakesIsRefused(t *testing.T) {
	r := newRoom(t)
	must(t, r.Handle(t.Context(), r.upload(t, "S-0001", r.filled(t, "S-0001", r.answers()))))
	r.told, r.Ledger = nil, &overtaken{r.ledger, func() { r.freeze(t) }}
	for range 2 {
		if _, err := r.Withdraw(t.Context(), edition, "S-0001"); !errors.Is(err, ledger.ErrFrozen) || len(r.told) > 0 {
			t.Errorf("%v, told %v; want %v and nothing told", err, r.told, ledger.ErrFrozen)
		}
	}
	cur, err := r.ledger.Current(t.Context(), edition, "S-0001")
	must(t, err)
	if cur.Submission.Status != checklist.Accepted {
		t.Errorf("version %d, %s, counts", cur.Submission.Ticket, cur.Submission.Status)
	}
}

func TestAnObjectOfNobodyIsToldToTheSupervisor(t *testing.T) {
	r := newRoom(t)
	for _, c := range []struct {
		firm checklist.FirmID
		want string
	}{{"S-0001", "no ticket"}, {"S-9999", "unknown firm"}} {
		r.told = nil
		object, err := r.inbox.Put(t.Context(), archive.InboxKey(edition, c.firm, 77), []byte("x"))
		must(t, err)
		must(t, r.Handle(t.Context(), events.Uploaded{Edition: edition, Firm: c.firm, Ticket: 77, Object: object.Key, ReceivedAt: object.ReceivedAt, Size: 1}))
		stray := events.Stray{Object: object.Key, ReceivedAt: object.ReceivedAt, Why: c.want}
		r.wantTold(t, stray)
		must(t, r.inbox.Delete(t.Context(), object.Key)) // the inbox is short-lived
		must(t, r.Handle(t.Context(), events.Uploaded{Edition: edition, Firm: c.firm, Ticket: 77, Object: object.Key, ReceivedAt: object.ReceivedAt, Size: 1}))
		r.wantTold(t, stray, stray)
		if _, err := r.ledger.Submission(t.Context(), edition, c.firm, 77); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("%s: something was recorded: %v", c.firm, err)
		}
	}
}

func (r *room) wantTold(t *testing.T, want ...events.Event) {
	t.Helper()
	if len(r.told) != len(want) {
		t.Fatalf("told %v, want %v", r.told, want)
	}
	for i := range want {
		if r.told[i] != want[i] {
			t.Errorf("told %v, want %v", r.told[i], want[i])
		}
	}
}

func codes(faults []checklist.Fault) string {
	var cs []string
	for _, f := range faults {
		cs = append(cs, string(f.Code))
	}
	return strings.Join(cs, " ")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
