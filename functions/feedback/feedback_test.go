package feedback_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cssa/events"
	"cssa/functions/feedback"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/lake"
	"cssa/shared/lake/laketest"
	"cssa/shared/ledger"
	"cssa/shared/ledger/sqlite"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
	"cssa/shared/report"
	"cssa/shared/table"
	"cssa/shared/tally"
)

const (
	edition checklist.EditionID = "2023-securities"
	run     string              = "20231101T020000Z-freeze"
	firms                       = 40
)

var released = events.Released{Edition: edition, Run: run}

// shelf is an archive in memory that keeps what was written first.
type shelf struct {
	mu   sync.Mutex
	kept map[string][]byte
	fail string // a key that cannot be written
}

func (s *shelf) Put(_ context.Context, key string, body []byte) (archive.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key == s.fail {
		return archive.Object{}, errors.New("the disk is full")
	}
	if there, ok := s.kept[key]; ok && !bytes.Equal(there, body) {
		return archive.Object{}, archive.ErrExists
	}
	s.kept[key] = bytes.Clone(body)
	return archive.Object{Key: key}, nil
}

func (s *shelf) Get(_ context.Context, key, _ string, _ int64) ([]byte, archive.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, ok := s.kept[key]
	if !ok {
		return nil, archive.Object{}, archive.ErrNotFound
	}
	return bytes.Clone(body), archive.Object{Key: key}, nil
}

// desk notes what is published.
type desk struct {
	mu   sync.Mutex
	seen map[events.FeedbackReady]int
}

func (d *desk) Publish(_ context.Context, evs ...events.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, ev := range evs {
		d.seen[ev.(events.FeedbackReady)]++
	}
	return nil
}

type tables []table.Table

func (t tables) Released(context.Context, checklist.EditionID, string) ([]table.Table, error) {
	return t, nil
}

type world struct {
	step   *feedback.Step
	ledger *sqlite.Ledger
	shelf  *shelf
	desk   *desk
}

// newWorld is the 2023 securities edition, answered by 40 invented firms: the first was late, the second took its answers
// back, the third was returned and never sent again.
func newWorld(t testing.TB) *world {
	t.Helper()
	ctx := t.Context()
	library := questionnaire.NewLibrary(questionnaire.Builtin())
	ed, err := library.Edition(ctx, edition)
	must(t, err)
	l, err := sqlite.Open(filepath.Join(t.TempDir(), "ledger.db"))
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	must(t, l.OpenRound(ctx, ledger.Round{Edition: edition, State: ledger.Open, Checksum: ed.Checksum, OpenedAt: ed.Opens, Deadline: ed.Deadline, Closing: ed.Closing}))
	rng := rand.New(rand.NewPCG(2023, 7))
	var people register.Register
	var members []tally.Member
	var accepted, all []checklist.Submission
	for i := range firms {
		id := checklist.FirmID(fmt.Sprintf("S-%04d", i+1))
		people.Firms = append(people.Firms, register.Firm{
			ID: id, RegistrationNumber: fmt.Sprintf("架空第%d号", i+1), Sector: "securities", PeerGroup: "all", SizeBand: "small",
			Name: checklist.Text{JA: fmt.Sprintf("架空%d証券株式会社", i+1), EN: fmt.Sprintf("Kakuu %d Securities", i+1)}, ValidFrom: checklist.Date{Year: 2020, Month: 4, Day: 1},
		})
		members = append(members, tally.Member{Firm: id})
		sum := sha256.Sum256([]byte(id))
		s := checklist.Submission{
			Edition: edition, Firm: id, Ticket: 1, Status: checklist.Accepted, ReceivedAt: ed.Deadline.Add(-time.Hour).UTC(), Channel: checklist.Upload,
			Object: "originals/" + string(id), SHA256: hex.EncodeToString(sum[:]), Size: 1, Definition: ed.Checksum, Answers: draw(ed, rng),
		}
		switch i {
		case 0:
			s.ReceivedAt = ed.Deadline.Add(time.Hour).UTC()
		case 1:
			must(t, ledger.Record(ctx, l, s))
			all = append(all, s)
			s.Ticket, s.Status, s.Object, s.SHA256, s.Size, s.Answers = 2, checklist.Withdrawn, "", "", 0, nil
			s.ReceivedAt = s.ReceivedAt.Add(time.Minute)
		case 2:
			s.Status, s.Answers, s.Faults = checklist.Returned, nil, []checklist.Fault{checklist.NewFault(checklist.CodeNoAnswers)}
		}
		must(t, ledger.Record(ctx, l, s))
		all = append(all, s)
		if s.Status == checklist.Accepted {
			accepted = append(accepted, s)
		}
	}
	must(t, l.PutRegister(ctx, people))
	restricted := laketest.Dir(t.TempDir())
	must(t, lake.Write(ctx, restricted, edition, run, lake.FirmRows(people.At(ed.ReferenceDate))))
	must(t, lake.Write(ctx, restricted, edition, run, lake.SubmissionRows(ed, ed.Deadline, all)))
	must(t, l.ProposeRelease(ctx, ledger.Release{Edition: edition, Run: run, ProposedBy: "hana"}))
	must(t, l.ApproveRelease(ctx, edition, run, "jiro", time.Date(2023, 11, 15, 1, 0, 0, 0, time.UTC)))
	w := &world{ledger: l, shelf: &shelf{kept: map[string][]byte{}}, desk: &desk{seen: map[events.FeedbackReady]int{}}}
	w.step = &feedback.Step{Editions: library, Ledger: l, Counted: lake.Counted{Source: restricted}, Tables: count(t, ed, members, accepted), Archive: w.shelf, Publisher: w.desk}
	return w
}

// count is what aggregate and release make of the answers: protected distributions of the run.
func count(t testing.TB, ed *checklist.Edition, members []tally.Member, accepted []checklist.Submission) (all tables) {
	t.Helper()
	sums := tally.New(ed, members)
	for _, s := range accepted {
		must(t, sums.Add(s.Firm, s.Answers))
	}
	for _, d := range sums.Distributions() {
		q, _ := ed.Question(d.ID)
		d = disclosure.Distribution(d, q, checklist.StageID(d.Stage), ed.Threshold)
		d.Run = run
		all = append(all, d)
	}
	return all
}

// draw answers every place that applies, at random.
func draw(ed *checklist.Edition, rng *rand.Rand) checklist.Answers {
	a := checklist.Answers{}
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			if !ed.Applies(q, r, a) {
				continue
			}
			switch q.Kind {
			case checklist.Number:
				a[r] = checklist.Answer{Number: q.Min + rng.Int64N(min(q.Max-q.Min, 100)+1)}
			case checklist.FreeText:
				a[r] = checklist.Answer{Text: strings.Repeat("架空の意見です。", 20)}
			default:
				choices := q.ChoicesAt(r.Stage)
				a[r] = checklist.Answer{Choice: choices[rng.IntN(len(choices))].ID}
			}
		}
	}
	return a
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryFirmThatCountsGetsItsReport(t *testing.T) {
	w := newWorld(t)
	var seen []int
	w.step.Progress = func(done, total int) { seen = append(seen, done, total) }
	must(t, w.step.Handle(t.Context(), released))
	if len(seen) != 2*(firms-2) || seen[0] != 1 || seen[1] != firms-2 || seen[len(seen)-2] != firms-2 {
		t.Errorf("progress went %v", seen)
	}
	if got, want := len(w.shelf.kept), firms-2; got != want {
		t.Errorf("%d reports, want %d: none for the firm that withdrew, none for the one never accepted", got, want)
	}
	if got := len(w.desk.seen); got != len(w.shelf.kept) {
		t.Errorf("%d messages for %d reports", got, len(w.shelf.kept))
	}
	for ev, n := range w.desk.seen {
		body := w.shelf.kept[ev.Report]
		sum := sha256.Sum256(body)
		id, err := report.IdentityOf(bytes.NewReader(body))
		if err != nil || id.Firm != ev.Firm || id.Edition != edition || id.Run != run || id.Version != 1 || ev.Version != 1 || n != 1 || ev.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%d messages %+v for the report of %+v (%v)", n, ev, id, err)
		}
		if got, want := bytes.Contains(body, []byte("期限後")), ev.Firm == "S-0001"; got != want {
			t.Errorf("the report of %s is marked late: %v", ev.Firm, got)
		}
		if len(body) > 200_000 {
			t.Errorf("the report of %s has %d bytes, want at most 200 KB", ev.Firm, len(body))
		}
	}
	if _, ok := w.shelf.kept["reports/2023-securities/20231101T020000Z-freeze/S-0001-v1.html"]; !ok {
		t.Errorf("no report under the key it is known by: %v", slices.Sorted(maps.Keys(w.shelf.kept))[:1])
	}

	first := maps.Clone(w.shelf.kept)
	must(t, w.step.Handle(t.Context(), released))
	if !maps.EqualFunc(first, w.shelf.kept, bytes.Equal) {
		t.Error("the second time the archive differs")
	}
	if len(w.desk.seen) != len(first) {
		t.Errorf("%d different messages for %d reports", len(w.desk.seen), len(first))
	}
}

func TestOneFirmsFailureIsItsOwn(t *testing.T) {
	w := newWorld(t)
	w.shelf.fail = feedback.Key(edition, run, "S-0007", 1)
	err := w.step.Handle(t.Context(), released)
	if err == nil || !strings.Contains(err.Error(), "S-0007") || strings.Contains(err.Error(), "S-0008") {
		t.Errorf("error %v, want that of S-0007 alone", err)
	}
	if got, want := len(w.desk.seen), firms-3; got != want {
		t.Errorf("%d reports announced, want %d", got, want)
	}
	w.shelf.fail = ""
	must(t, w.step.Handle(t.Context(), released))
	if got, want := len(w.desk.seen), firms-2; got != want {
		t.Errorf("after the repair %d reports are announced, want %d", got, want)
	}
}

func TestNothingIsIssuedWithoutApproval(t *testing.T) {
	w := newWorld(t)
	must(t, w.ledger.ProposeRelease(t.Context(), ledger.Release{Edition: edition, Run: "other", ProposedBy: "hana"}))
	if err := w.step.Handle(t.Context(), events.Released{Edition: edition, Run: "other"}); !errors.Is(err, feedback.ErrNotReleased) {
		t.Errorf("error %v, want %v", err, feedback.ErrNotReleased)
	}
	if err := w.step.Handle(t.Context(), events.Released{Edition: edition, Run: "never"}); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("error %v, want %v", err, ledger.ErrNotFound)
	}
	if n := len(w.shelf.kept); n != 0 {
		t.Errorf("%d reports made", n)
	}
}

// BenchmarkFeedback makes the reports of 38 firms.
func BenchmarkFeedback(b *testing.B) {
	w := newWorld(b)
	for b.Loop() {
		must(b, w.step.Handle(b.Context(), released))
	}
}

// The frozen run says who replied, under which name and with which version. What the register and the ledger say since, a
// corrected name, a firm that left, a version that was recorded too late, changes no report.
func TestReportsAreThoseOfTheFrozenRun(t *testing.T) {
	w := newWorld(t)
	must(t, w.step.Handle(t.Context(), released))
	first := maps.Clone(w.shelf.kept)
	clear(w.shelf.kept)
	reg, err := w.ledger.Register(t.Context())
	must(t, err)
	for i := range reg.Firms {
		reg.Firms[i].Name.JA += "（改称）"
	}
	reg.Firms = reg.Firms[10:]
	must(t, w.ledger.PutRegister(t.Context(), reg))
	late, err := w.ledger.Submission(t.Context(), edition, "S-0020", 1)
	must(t, err)
	late.Ticket, late.ReceivedAt = 2, late.ReceivedAt.Add(-time.Minute)
	must(t, ledger.Record(t.Context(), w.ledger, late))
	late.Ticket, late.ReceivedAt = 3, late.ReceivedAt.AddDate(0, 3, 0)
	must(t, ledger.Record(t.Context(), w.ledger, late))
	must(t, w.step.Handle(t.Context(), released))
	if !maps.EqualFunc(first, w.shelf.kept, bytes.Equal) {
		t.Error("the reports are others")
	}
}

// A report that an earlier program made was issued: it stands, and the letter goes out with it.
func TestWhatWasIssuedStands(t *testing.T) {
	w := newWorld(t)
	must(t, w.step.Handle(t.Context(), released))
	for key := range w.shelf.kept {
		w.shelf.kept[key] = append(w.shelf.kept[key], "<!-- of an earlier program -->"...)
	}
	first := maps.Clone(w.shelf.kept)
	clear(w.desk.seen)
	must(t, w.step.Handle(t.Context(), released))
	if !maps.EqualFunc(first, w.shelf.kept, bytes.Equal) {
		t.Error("a report was changed")
	}
	for ev := range w.desk.seen {
		if sum := sha256.Sum256(first[ev.Report]); ev.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%s announces another file than the one that is kept", ev.Key())
		}
	}
	if len(w.desk.seen) != len(first) {
		t.Errorf("%d messages for %d reports", len(w.desk.seen), len(first))
	}
}
