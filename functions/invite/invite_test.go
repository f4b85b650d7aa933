package invite_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cssa/events"
	"cssa/functions/invite"
	"cssa/infra/laptop/objects"
	"cssa/shared/archive/s3"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/ledger/sqlite"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

const (
	edition = checklist.EditionID("2023-securities")
	digest  = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" // of "test", by sha256sum
)

type room struct {
	*invite.Step
	ed     *checklist.Edition
	ledger *sqlite.Ledger
	kept   *s3.Bucket
	told   []events.Event
	now    time.Time
}

func (r *room) Publish(_ context.Context, es ...events.Event) error {
	r.told = append(r.told, es...)
	return nil
}

func newRoom(t *testing.T) *room {
	t.Helper()
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ed, err := lib.Edition(t.Context(), edition)
	must(t, err)
	r := &room{ed: ed, now: ed.Opens.UTC()}
	srv, err := objects.Start(t.Context(), objects.Config{Dir: t.TempDir(), Now: func() time.Time { return r.now },
		Buckets: []objects.Bucket{{Name: "inbox"}, {Name: "archive", Versioned: true}}})
	must(t, err)
	t.Cleanup(func() { must(t, srv.Close()) })
	r.kept = s3.New(srv.Client(), "archive")
	r.ledger, err = sqlite.Open(filepath.Join(t.TempDir(), "ledger.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, r.ledger.Close()) })
	firm := func(id checklist.FirmID, to checklist.Date) register.Firm {
		return register.Firm{ID: id, RegistrationNumber: string(id), Name: checklist.Text{JA: "架空証券", EN: "Invented"}, Sector: "securities",
			PeerGroup: "regional", SizeBand: "small", ValidFrom: checklist.Date{Year: 2010, Month: 4, Day: 1}, ValidTo: to}
	}
	must(t, r.ledger.PutRegister(t.Context(), register.Register{Firms: []register.Firm{
		firm("S-0001", checklist.Date{}), firm("S-0002", checklist.Date{}), firm("S-0003", checklist.Date{Year: 2023, Month: 6, Day: 29}), // gone a day before the reference date
	}}))
	r.Step = &invite.Step{Editions: lib, Ledger: r.ledger, Inbox: s3.New(srv.Client(), "inbox"), Archive: r.kept, Publisher: r,
		Now: func() time.Time { return r.now }, Expires: time.Minute}
	return r
}

func (r *room) open(t *testing.T) {
	t.Helper()
	_, err := r.Open(t.Context(), r.ledger, edition, invite.Schedule{})
	must(t, err)
}

func TestATicketUploadsItsFileAndNoOther(t *testing.T) {
	r := newRoom(t)
	r.open(t)
	issued, err := r.Ticket(t.Context(), invite.Request{Edition: edition, Firm: "S-0001", SHA256: digest, Size: 4})
	must(t, err)
	if issued.Ticket.Number != 1 || issued.Key != "2023-securities/S-0001/0001.xlsx" {
		t.Errorf("ticket %d for %s", issued.Ticket.Number, issued.Key)
	}
	if got := put(t, issued, "tset"); got == http.StatusOK {
		t.Error("other bytes were taken")
	}
	again, err := r.Ticket(t.Context(), invite.Request{Edition: edition, Firm: "S-0001", SHA256: digest, Size: 4})
	must(t, err)
	if again.Ticket.Number != 1 {
		t.Errorf("asked again before the upload: ticket %d, want the same", again.Ticket.Number)
	}
	if got := put(t, again, "test"); got != http.StatusOK {
		t.Errorf("its own file: %d", got)
	}
	if got := put(t, again, "test"); got == http.StatusOK {
		t.Error("the ticket was good twice")
	}
}

func TestWhoGetsNoTicket(t *testing.T) {
	r := newRoom(t)
	good := invite.Request{Edition: edition, Firm: "S-0001", SHA256: digest, Size: 4}
	ask := func(story string, change func(*invite.Request), want error) {
		t.Helper()
		req := good
		change(&req)
		if _, err := r.Ticket(t.Context(), req); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", story, err, want)
		}
	}
	ask("before the round was opened", func(*invite.Request) {}, invite.ErrNotOpen)
	r.open(t)
	ask("a firm nobody knows", func(q *invite.Request) { q.Firm = "S-9999" }, register.ErrUnknownFirm)
	ask("a firm gone before the reference date", func(q *invite.Request) { q.Firm = "S-0003" }, register.ErrUnknownFirm)
	ask("half a digest", func(q *invite.Request) { q.SHA256 = digest[:32] }, invite.ErrBadRequest)
	ask("a film", func(q *invite.Request) { q.Size = 4 << 30 }, invite.ErrBadRequest)
	ask("less than nothing", func(q *invite.Request) { q.Size = -1 }, invite.ErrBadRequest)
	ask("nothing", func(q *invite.Request) { q.Size = 0 }, invite.ErrBadRequest)
	r.now = r.ed.Closing.UTC()
	ask("when the doors have closed", func(*invite.Request) {}, invite.ErrNotOpen)
}

func TestEveryFirmOfThePopulationIsInvitedWithItsOwnWorkbook(t *testing.T) {
	r := newRoom(t)
	r.open(t)
	n, err := r.Invite(t.Context(), edition, nil)
	must(t, err)
	if n != 2 || len(r.told) != 2 {
		t.Fatalf("%d invited, %d told, want the 2 firms of the reference date", n, len(r.told))
	}
	for _, e := range r.told {
		ev := e.(events.Invited)
		body, _, err := r.kept.Get(t.Context(), ev.Workbook, "", 1<<20)
		must(t, err)
		id, err := workbook.IdentityOf(bytes.NewReader(body), int64(len(body)))
		must(t, err)
		if id.Firm != ev.Firm || id.Edition != edition || id.Definition != r.ed.Checksum {
			t.Errorf("the workbook of %s says it is %s of %s", ev.Firm, id.Firm, id.Edition)
		}
	}
	if _, err := r.Invite(t.Context(), edition, nil); err != nil {
		t.Errorf("inviting again: %v", err)
	}
}

func TestACorrectedNameDoesNotKeepTheOthersFromTheirInvitation(t *testing.T) {
	r := newRoom(t)
	r.open(t)
	_, err := r.Invite(t.Context(), edition, nil)
	must(t, err)
	firms, err := r.ledger.Register(t.Context())
	must(t, err)
	firms.Firms[0].Name.JA = "架空新証券"
	must(t, r.ledger.PutRegister(t.Context(), firms))
	told := len(r.told)
	n, err := r.Invite(t.Context(), edition, nil)
	must(t, err)
	if n != 2 || len(r.told) != told+2 {
		t.Errorf("%d invited, %d told, want both firms again", n, len(r.told)-told)
	}
}

func TestAnUploadOfTheSecondOfTheOpeningIsTaken(t *testing.T) {
	r := newRoom(t)
	opened := r.ed.Opens.Add(24*time.Hour + 300*time.Millisecond).UTC()
	r.now = opened
	round, err := r.Open(t.Context(), r.ledger, edition, invite.Schedule{})
	must(t, err)
	if received := opened.Add(500 * time.Millisecond).Truncate(time.Second); !round.Takes(received) { // as the object store says it
		t.Errorf("opened %s, an upload that came after it counts as received %s and is not taken", round.OpenedAt, received)
	}
}

func TestOnlySilentFirmsAreReminded(t *testing.T) {
	r := newRoom(t)
	r.open(t)
	must(t, ledger.Record(t.Context(), r.ledger, checklist.Submission{Edition: edition, Firm: "S-0002", Ticket: 1, Status: checklist.Returned,
		ReceivedAt: r.now, Channel: checklist.Upload}))
	n, err := r.Remind(t.Context(), edition, 1)
	must(t, err)
	if want := (events.Reminder{Edition: edition, Firm: "S-0001", Round: 1, At: r.now}); n != 1 || len(r.told) != 1 || r.told[0] != want {
		t.Errorf("told %v, want %v", r.told, want)
	}
}

func TestNobodyIsRemindedInTheSecondTheDoorsWereShut(t *testing.T) {
	r := newRoom(t)
	r.open(t)
	r.now = r.now.Truncate(time.Second).Add(300 * time.Millisecond)
	_, err := r.Close(t.Context(), r.ledger, edition)
	must(t, err)
	r.now = r.now.Add(300 * time.Millisecond)
	if n, err := r.Remind(t.Context(), edition, 1); n != 0 || !errors.Is(err, invite.ErrNotOpen) {
		t.Errorf("reminded %d: %v, want %v", n, err, invite.ErrNotOpen)
	}
}

func TestARoundIsOpenedOnceAndItsTimesCanMove(t *testing.T) {
	r := newRoom(t)
	r.open(t)
	r.now = r.now.Add(24 * time.Hour)
	later := r.ed.Deadline.Add(7 * 24 * time.Hour)
	round, err := r.Open(t.Context(), r.ledger, edition, invite.Schedule{Deadline: later})
	must(t, err)
	if !round.Deadline.Equal(later) || !round.OpenedAt.Equal(r.ed.Opens) || round.State != ledger.Open {
		t.Errorf("round %+v", round)
	}
	if _, err := r.Open(t.Context(), r.ledger, edition, invite.Schedule{Closing: r.ed.Opens.Add(time.Hour)}); !errors.Is(err, invite.ErrSchedule) {
		t.Errorf("closing before the deadline: %v", err)
	}
	round, err = r.Close(t.Context(), r.ledger, edition)
	must(t, err)
	if round.Takes(r.now) || !round.Takes(r.now.Add(-time.Second)) {
		t.Error("the doors do not shut at the time of closing")
	}
	if _, err := r.Open(t.Context(), r.ledger, edition, invite.Schedule{}); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("a closed round was opened: %v", err)
	}
}

func put(t *testing.T, issued invite.Issued, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), issued.Grant.Method, issued.Grant.URL, strings.NewReader(body))
	must(t, err)
	req.Header = issued.Grant.Header.Clone()
	req.ContentLength = int64(len(body))
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, res.Body.Close())
	return res.StatusCode
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
