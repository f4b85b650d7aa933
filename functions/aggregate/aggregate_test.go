package aggregate_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"cssa/functions/aggregate"
	"cssa/infra/laptop/objects"
	"cssa/shared/archive"
	"cssa/shared/archive/s3"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/ledger/sqlite"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
	"cssa/shared/table"
)

const edition = checklist.EditionID("2023-securities")

// A room is the step with a real lake and a real ledger behind it.
type room struct {
	*aggregate.Step
	ed     *checklist.Edition
	ledger *sqlite.Ledger
	lake   *s3.Bucket
	now    time.Time
}

func newRoom(t *testing.T) *room {
	t.Helper()
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ed, err := lib.Edition(t.Context(), edition)
	must(t, err)
	r := &room{ed: ed, now: ed.Opens.Add(24 * time.Hour).UTC()}
	srv, err := objects.Start(t.Context(), objects.Config{Dir: t.TempDir(), Now: func() time.Time { return r.now }, Buckets: []objects.Bucket{{Name: "lake"}}})
	must(t, err)
	t.Cleanup(func() { must(t, srv.Close()) })
	r.lake = s3.New(srv.Client(), "lake")
	r.ledger, err = sqlite.Open(filepath.Join(t.TempDir(), "ledger.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, r.ledger.Close()) })
	var reg register.Register
	for i := 1; i <= 10; i++ {
		size := "small"
		if i > 6 {
			size = "large"
		}
		reg.Firms = append(reg.Firms, register.Firm{ID: firm(i), RegistrationNumber: fmt.Sprint(i), Name: checklist.Text{JA: "架空", EN: "Invented"},
			Sector: "securities", PeerGroup: "regional", SizeBand: size, ValidFrom: checklist.Date{Year: 2010, Month: 4, Day: 1}})
	}
	must(t, r.ledger.PutRegister(t.Context(), reg))
	must(t, r.ledger.OpenRound(t.Context(), ledger.Round{Edition: ed.ID, State: ledger.Open, Checksum: ed.Checksum,
		OpenedAt: ed.Opens.UTC(), Deadline: ed.Deadline.UTC(), Closing: ed.Closing.UTC()}))
	r.Step = &aggregate.Step{Editions: lib, Ledger: r.ledger, Lake: r.lake, Past: r.lake, Now: func() time.Time { return r.now }}
	return r
}

func firm(i int) checklist.FirmID { return checklist.FirmID(fmt.Sprintf("S-%04d", i)) }

// record records a version of firm i that answers 1-1 and nothing else; "" withdraws.
func (r *room) record(t *testing.T, i, version int, policy checklist.ChoiceID) {
	t.Helper()
	s := checklist.Submission{Edition: edition, Firm: firm(i), Ticket: checklist.TicketNumber(version), Status: checklist.Accepted,
		ReceivedAt: r.ed.Opens.UTC().Add(time.Duration(version) * time.Hour), Channel: checklist.Upload, Definition: r.ed.Checksum,
		Answers: checklist.Answers{{Question: "policy"}: {Choice: policy}}}
	if policy == "" {
		s.Status, s.Answers = checklist.Withdrawn, nil
	}
	must(t, ledger.Record(t.Context(), r.ledger, s))
}

// policy returns the counts of 1-1 of the current run by group: published, internal, planned, none, and unanswered.
func (r *room) policy(t *testing.T) map[table.Group][5]int {
	t.Helper()
	run, err := lake.Current(t.Context(), r.lake, edition)
	must(t, err)
	rows, err := lake.Read[lake.DistributionRow](t.Context(), r.lake, edition, run)
	must(t, err)
	tables, err := lake.DistributionTables(edition, run, rows)
	must(t, err)
	got := map[table.Group][5]int{}
	for _, tb := range tables {
		if tb.ID != "policy" {
			continue
		}
		var n [5]int
		for i, c := range tb.Rows[0].Cells {
			n[i], _ = c.Count()
		}
		n[4] = tb.Rows[0].Unanswered
		got[tb.Group] = n
	}
	return got
}

func TestANightlyRunCountsWhatStandsNow(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	r.record(t, 2, 1, "none")
	r.record(t, 2, 2, "planned") // corrected
	r.record(t, 3, 1, "internal")
	r.record(t, 3, 2, "") // withdrawn
	r.record(t, 7, 1, "published")
	run, err := r.Nightly(t.Context(), edition)
	must(t, err)
	if run.Population != 10 || run.Replied != 3 {
		t.Errorf("%d of %d firms, want 3 of 10", run.Replied, run.Population)
	}
	got := r.policy(t)
	for g, want := range map[table.Group][5]int{
		table.All:                        {2, 0, 1, 0, 0},
		{Dimension: "size", ID: "small"}: {1, 0, 1, 0, 0},
		{Dimension: "size", ID: "large"}: {1, 0, 0, 0, 0},
	} {
		if got[g] != want {
			t.Errorf("%v: %v, want %v", g, got[g], want)
		}
	}
	subs, err := lake.Read[lake.SubmissionRow](t.Context(), r.lake, edition, run.ID)
	must(t, err)
	if len(subs) != 6 {
		t.Errorf("%d rows of submissions, want all 6", len(subs))
	}
	answers, err := lake.Read[lake.AnswerRow](t.Context(), r.lake, edition, run.ID)
	must(t, err)
	if want := 3 * len(r.ed.Refs()); len(answers) != want || run.Answers != want {
		t.Errorf("%d rows of answers, %d in the record, want %d", len(answers), run.Answers, want)
	}
}

// A store that stops after some writes, as a killed process does.
type dying struct {
	lake.Store
	left int
}

var errKilled = errors.New("killed")

func (d *dying) Put(ctx context.Context, key string, body []byte) (archive.Object, error) {
	if d.left--; d.left < 0 {
		return archive.Object{}, errKilled
	}
	return d.Store.Put(ctx, key, body)
}

func (d *dying) Replace(ctx context.Context, key string, body []byte) (archive.Object, error) {
	if d.left--; d.left < 0 {
		return archive.Object{}, errKilled
	}
	return d.Store.Replace(ctx, key, body)
}

func TestAHalfWrittenRunIsNeverSeen(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	_, err := r.Nightly(t.Context(), edition)
	must(t, err)
	before := r.policy(t)
	r.record(t, 2, 1, "published")
	killed := 0
	for writes := 0; ; writes++ {
		r.now = r.now.Add(time.Hour)
		r.Lake = &dying{r.lake, writes}
		run, err := r.Nightly(t.Context(), edition)
		if err == nil {
			break
		}
		if !errors.Is(err, errKilled) || run.State != ledger.Failed {
			t.Fatalf("after %d writes: state %s, %v", writes, run.State, err)
		}
		if got := r.policy(t); got[table.All] != before[table.All] {
			t.Fatalf("after %d writes the tables show %v, want those of the run before: %v", writes, got[table.All], before[table.All])
		}
		killed++
	}
	if killed < 10 {
		t.Errorf("only %d places to die were tried", killed)
	}
	if got := r.policy(t)[table.All]; got != [5]int{2, 0, 0, 0, 0} {
		t.Errorf("the complete run shows %v, want 2 published", got)
	}
}

// A refusal says each thing once, and when the doors really shut.
func TestARefusalSaysEachThingOnce(t *testing.T) {
	r := newRoom(t)
	at := r.now
	must(t, r.ledger.StartRun(t.Context(), ledger.Run{ID: "other", Edition: edition, Kind: ledger.Nightly, State: ledger.Running, StartedAt: at, LeaseUntil: at.Add(time.Minute)}))
	_, err := r.Nightly(t.Context(), edition)
	if want := "aggregate: start run 2023-securities/20230704T000000Z-nightly: run other is running until 2023-07-04T00:01:00Z: held by another"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	round, err := r.ledger.Round(t.Context(), edition)
	must(t, err)
	round.State, round.ClosedAt = ledger.Closed, r.now.Add(time.Hour)
	must(t, r.ledger.AdvanceRound(t.Context(), round))
	_, err = r.Freeze(t.Context(), edition)
	if want := "freeze 2023-securities, which closes 2023-07-04 10:00 JST: the round still takes uploads"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestFreezingMakesOneRunHoweverOftenItIsKilled(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	if _, err := r.Freeze(t.Context(), edition); !errors.Is(err, aggregate.ErrNotClosed) {
		t.Fatalf("frozen while it takes uploads: %v", err)
	}
	r.now = r.ed.Closing.UTC()
	r.Lake = &dying{r.lake, 3}
	first, err := r.Freeze(t.Context(), edition)
	if !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	r.Lake, r.now = r.lake, r.now.Add(time.Hour)
	second, err := r.Freeze(t.Context(), edition)
	must(t, err)
	third, err := r.Freeze(t.Context(), edition)
	must(t, err)
	if first.ID != second.ID || second.ID != third.ID || third.State != ledger.Done {
		t.Errorf("runs %s, %s, %s (%s), want one that is done", first.ID, second.ID, third.ID, third.State)
	}
	if _, err := r.Nightly(t.Context(), edition); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("a nightly run of a frozen round: %v, want a conflict", err)
	}
}

// A ledger that a killed process leaves: the run's end was never written.
type cutOff struct{ aggregate.Ledger }

func (cutOff) FinishRun(context.Context, ledger.Run) error { return errKilled }

func TestAFreezeWhoseProcessWasKilledIsTakenOverWhenItsLeaseLapsed(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	r.now = r.ed.Closing.UTC()
	r.Ledger, r.Lake = cutOff{r.ledger}, &dying{r.lake, 3}
	first, err := r.Freeze(t.Context(), edition)
	if !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	r.Ledger, r.Lake = r.ledger, r.lake
	r.now = r.now.Add(time.Minute)
	if _, err := r.Freeze(t.Context(), edition); !errors.Is(err, ledger.ErrHeld) {
		t.Errorf("while the killed run's lease holds: %v, want %v", err, ledger.ErrHeld)
	}
	r.now = r.now.Add(time.Hour)
	second, err := r.Freeze(t.Context(), edition)
	must(t, err)
	if second.ID != first.ID || second.State != ledger.Done {
		t.Errorf("run %s, %s; want %s, done", second.ID, second.State, first.ID)
	}
	if err := r.ledger.FinishRun(t.Context(), first); err == nil {
		t.Error("the run that was taken over could still write its end")
	}
}

// A ledger whose process is killed when the round is frozen and not sealed yet.
type unsealed struct{ aggregate.Ledger }

func (unsealed) Seal(context.Context, checklist.EditionID) error { return errKilled }

// Nothing is counted before the round is sealed: what is in the run, and what comes too late for it, is decided by then.
func TestAFreezeCountsOnlyWhatIsSealed(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	_, err := r.ledger.IssueTicket(t.Context(), ledger.Ticket{Edition: edition, Firm: firm(2), SHA256: "file", Size: 1})
	must(t, err)
	r.now, r.Ledger = r.ed.Closing.UTC(), unsealed{r.ledger}
	if _, err := r.Freeze(t.Context(), edition); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	runs, err := r.ledger.Runs(t.Context(), edition)
	must(t, err)
	if len(runs) > 0 {
		t.Fatalf("runs %v before the round is sealed", runs)
	}
	r.Ledger = r.ledger
	run, err := r.Freeze(t.Context(), edition)
	must(t, err)
	late := checklist.Submission{Edition: edition, Firm: firm(2), Ticket: 1, Status: checklist.Accepted, ReceivedAt: r.ed.Opens.UTC()}
	if err := ledger.Record(t.Context(), r.ledger, late); run.Replied != 1 || !errors.Is(err, ledger.ErrFrozen) {
		t.Errorf("%d replied, and after it: %v", run.Replied, err)
	}
}

func TestAFreezeCutOffIsMadeAgainOfWhatTheRegisterSaysNow(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	r.now = r.ed.Closing.UTC()
	r.Lake = &dying{r.lake, 8} // after the firms were written
	if _, err := r.Freeze(t.Context(), edition); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	reg, err := r.ledger.Register(t.Context())
	must(t, err)
	reg.Firms[0].Name.JA = "架空新証券"
	must(t, r.ledger.PutRegister(t.Context(), reg))
	r.Lake, r.now = r.lake, r.now.Add(time.Hour)
	run, err := r.Freeze(t.Context(), edition)
	must(t, err)
	firms, err := lake.Read[lake.FirmRow](t.Context(), r.lake, edition, run.ID)
	must(t, err)
	if len(firms) != 10 || firms[0].NameJA != "架空新証券" {
		t.Errorf("%d firms, the first %q", len(firms), firms[0].NameJA)
	}
}

// A nightly run that counted while the round was frozen must not become current over the run of the freeze.
func TestANightlyRunOvertakenByTheFreezeIsNotCurrent(t *testing.T) {
	r := newRoom(t)
	r.record(t, 1, 1, "published")
	r.now = r.ed.Closing.UTC()
	r.Lake = &freezing{r.lake, func() {
		round, err := r.ledger.Round(t.Context(), edition)
		must(t, err)
		round.State, round.ClosedAt, round.FrozenAt, round.FrozenRun = ledger.Frozen, round.Closing, r.now, "other"
		must(t, r.ledger.AdvanceRound(t.Context(), round))
	}}
	run, err := r.Nightly(t.Context(), edition)
	if !errors.Is(err, ledger.ErrConflict) || run.State != ledger.Failed {
		t.Errorf("run %s: %v", run.State, err)
	}
	if _, err := lake.Current(t.Context(), r.lake, edition); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("it is current: %v", err)
	}
}

// freezing freezes the round at the first write.
type freezing struct {
	lake.Store
	freeze func()
}

func (f *freezing) Replace(ctx context.Context, key string, body []byte) (archive.Object, error) {
	if f.freeze != nil {
		f.freeze()
		f.freeze = nil
	}
	return f.Store.Replace(ctx, key, body)
}

func TestTwoRunsAtOnce(t *testing.T) {
	r := newRoom(t)
	at := r.now
	must(t, r.ledger.StartRun(t.Context(), ledger.Run{ID: "other", Edition: edition, Kind: ledger.Nightly, State: ledger.Running, StartedAt: at, LeaseUntil: at.Add(time.Minute)}))
	if _, err := r.Nightly(t.Context(), edition); !errors.Is(err, ledger.ErrHeld) {
		t.Errorf("a second run at once: %v, want %v", err, ledger.ErrHeld)
	}
	r.now = at.Add(2 * time.Minute) // the other one died
	if _, err := r.Nightly(t.Context(), edition); err != nil {
		t.Errorf("after the lease of a dead run: %v", err)
	}
}

func TestAnswersOfAFirmOutsideTheRegisterStopTheRun(t *testing.T) {
	r := newRoom(t)
	r.record(t, 99, 1, "published")
	run, err := r.Nightly(t.Context(), edition)
	if err == nil || run.State != ledger.Failed {
		t.Fatalf("counted: %s, %v", run.State, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
