package release_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/events"
	"cssa/functions/aggregate"
	"cssa/functions/release"
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

// A room is the step with real lakes and a real ledger behind it, and a round of 12 firms: 9 with a published policy, 2
// with an internal one, 1 with none.
type room struct {
	*release.Step
	ed     *checklist.Edition
	ledger *sqlite.Ledger
	lake   *s3.Bucket
	open   *s3.Bucket
	freeze func() ledger.Run
	told   []events.Event
	now    time.Time
}

func (r *room) Publish(_ context.Context, es ...events.Event) error {
	r.told = append(r.told, es...)
	return nil
}

func newRoom(t *testing.T) *room {
	t.Helper()
	return newRoomOf(t, questionnaire.NewLibrary(questionnaire.Builtin()))
}

func newRoomOf(t *testing.T, lib *questionnaire.Library) *room {
	t.Helper()
	ed, err := lib.Edition(t.Context(), edition)
	must(t, err)
	r := &room{ed: ed, now: ed.Closing.UTC()}
	clock := func() time.Time { return r.now }
	srv, err := objects.Start(t.Context(), objects.Config{Dir: t.TempDir(), Now: clock, Buckets: []objects.Bucket{{Name: "lake"}, {Name: "open"}}})
	must(t, err)
	t.Cleanup(func() { must(t, srv.Close()) })
	r.lake, r.open = s3.New(srv.Client(), "lake"), s3.New(srv.Client(), "open")
	r.ledger, err = sqlite.Open(filepath.Join(t.TempDir(), "ledger.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, r.ledger.Close()) })
	must(t, r.ledger.OpenRound(t.Context(), ledger.Round{Edition: ed.ID, State: ledger.Open, Checksum: ed.Checksum,
		OpenedAt: ed.Opens.UTC(), Deadline: ed.Deadline.UTC(), Closing: ed.Closing.UTC()}))
	var reg register.Register
	for i := range 12 {
		id := checklist.FirmID(fmt.Sprintf("S-%04d", i+1))
		size := []string{"small", "large"}[i%2]
		reg.Firms = append(reg.Firms, register.Firm{ID: id, RegistrationNumber: fmt.Sprint(i), Name: checklist.Text{JA: "架空", EN: "Invented"},
			Sector: "securities", PeerGroup: "regional", SizeBand: size, ValidFrom: checklist.Date{Year: 2010, Month: 4, Day: 1}})
		policy := checklist.ChoiceID("published")
		if i >= 9 {
			policy = []checklist.ChoiceID{"internal", "internal", "none"}[i-9]
		}
		must(t, ledger.Record(t.Context(), r.ledger, checklist.Submission{Edition: edition, Firm: id, Ticket: 1, Status: checklist.Accepted,
			ReceivedAt: ed.Opens.UTC().Add(time.Hour), Channel: checklist.Upload, Definition: ed.Checksum,
			Answers: complete(ed, policy)}))
	}
	must(t, r.ledger.PutRegister(t.Context(), reg))
	night := &aggregate.Step{Editions: lib, Ledger: r.ledger, Lake: r.lake, Past: r.lake, Now: clock}
	r.freeze = func() ledger.Run {
		t.Helper()
		run, err := night.Freeze(t.Context(), edition)
		must(t, err)
		return run
	}
	r.Step = &release.Step{Editions: lib, Ledger: r.ledger, Lake: r.lake, Open: r.open, Publisher: r, Now: clock}
	return r
}

// complete returns answers to everything that is asked, all firms' the same but for the policy.
func complete(ed *checklist.Edition, policy checklist.ChoiceID) checklist.Answers {
	a := checklist.Answers{{Question: "policy"}: {Choice: policy}}
	for _, q := range ed.Questions() {
		for _, at := range q.Refs() {
			if ed.State(q, at, a) != checklist.Unanswered {
				continue
			}
			switch it, _ := q.Item(at.Item); {
			case q.Kind == checklist.Number:
				a[at] = checklist.Answer{Number: q.Min + 1}
			case q.Kind == checklist.FreeText:
			case q.Kind == checklist.Multiple && it.Exclusive:
				a[at] = checklist.Answer{Choice: checklist.No}
			case q.Kind == checklist.Multiple:
				a[at] = checklist.Answer{Choice: checklist.Yes}
			case at.Stage != "":
				st, _ := q.Stage(at.Stage)
				a[at] = checklist.Answer{Choice: st.Choices[0].ID}
			default:
				a[at] = checklist.Answer{Choice: q.Choices[0].ID}
			}
		}
	}
	return a
}

func TestOnePersonUnderTwoSpellingsDoesNotRelease(t *testing.T) {
	r := newRoom(t)
	r.freeze()
	if _, err := r.Approve(t.Context(), edition, "架空 太郎"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("approved what nobody proposed: %v", err)
	}
	_, err := r.Propose(t.Context(), edition, "Kakuu 花子")
	must(t, err)
	for _, by := range []string{"Kakuu 花子", " Kakuu　花子 ", "kakuu花子", "ＫＡＫＵＵ 花子", "Kakuu\u200b 花子"} {
		if _, err := r.Approve(t.Context(), edition, by); !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("approved by %q, who proposed it: %v", by, err)
		}
	}
	if _, err := lake.Current(t.Context(), r.open, edition); !errors.Is(err, archive.ErrNotFound) || len(r.told) > 0 {
		t.Fatalf("something was issued: %v, told %v", err, r.told)
	}
	for _, by := range []string{"架空 太郎", "架空　太郎"} { // a crash is mended by approving again
		rel, err := r.Approve(t.Context(), edition, by)
		must(t, err)
		if rel.ApprovedBy != "架空 太郎" {
			t.Errorf("approved by %q", rel.ApprovedBy)
		}
	}
	if _, err := r.Approve(t.Context(), edition, "架空 次郎"); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("approved by a third person: %v", err)
	}
}

// What is approved is what was proposed: where another program would issue something else, it is proposed again.
func TestWhatIsApprovedIsWhatWasProposed(t *testing.T) {
	r := newRoom(t)
	run := r.freeze()
	rel, err := r.Propose(t.Context(), edition, "架空 花子")
	must(t, err)
	if v := rel.Audit; v.Readers != 13 || v.Cells == 0 || v.Withheld == 0 || v.Withheld > v.Cells || len(v.Content) != 64 || !v.At.Equal(r.now) {
		t.Errorf("verdict %+v", v)
	}
	audited := rel.Audit.Content
	rel.Audit.Content = strings.Repeat("0", 64)
	must(t, r.ledger.ProposeRelease(t.Context(), rel))
	if _, err := r.Approve(t.Context(), edition, "架空 太郎"); !errors.Is(err, release.ErrChanged) {
		t.Fatalf("approved something else: %v", err)
	}
	if _, err := lake.Current(t.Context(), r.open, edition); !errors.Is(err, archive.ErrNotFound) || len(r.told) > 0 {
		t.Fatalf("something was issued: %v, told %v", err, r.told)
	}
	if _, err := r.Propose(t.Context(), edition, "架空 太郎"); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("proposed in another's name: %v", err)
	}
	_, err = r.Propose(t.Context(), edition, "架空 花子")
	must(t, err)
	rel, err = r.Approve(t.Context(), edition, "架空 太郎")
	must(t, err)
	if rel.Run != run.ID || rel.Audit.Content != audited {
		t.Errorf("released %+v", rel)
	}
	rel.Audit.Content = strings.Repeat("0", 64)
	rel.ApprovedBy, rel.ApprovedAt = "", time.Time{}
	must(t, r.ledger.ProposeRelease(t.Context(), rel))
	if rel, err = r.Propose(t.Context(), edition, "架空 花子"); err != nil || rel.Audit.Content != audited {
		t.Errorf("the verdict on what was approved changed: %+v, %v", rel, err)
	}
}

// A refusal says each thing once.
func TestARefusalSaysEachThingOnce(t *testing.T) {
	r := newRoom(t)
	_, err := r.Propose(t.Context(), "2022-securities", "架空 太郎")
	if want := "propose: round 2022-securities: not in the ledger"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	run := r.freeze()
	_, err = r.Approve(t.Context(), edition, "架空 太郎")
	if want := "approve: nobody proposed it yet: release 2023-securities/" + run.ID + ": not in the ledger"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestOnlyAFrozenRunIsReleased(t *testing.T) {
	r := newRoom(t)
	if _, err := r.Propose(t.Context(), edition, "架空 花子"); !errors.Is(err, release.ErrNotFrozen) {
		t.Errorf("proposed before the freeze: %v", err)
	}
}

// What was issued stands, whatever a later program would make of it: two versions of one run tell more than either.
func TestAnIssuedRunIsNotIssuedAnew(t *testing.T) {
	r := newRoom(t)
	r.freeze()
	_, err := r.Propose(t.Context(), edition, "Sato")
	must(t, err)
	_, err = r.Approve(t.Context(), edition, "Suzuki")
	must(t, err)
	r.Open = &dying{r.open, 0} // any write kills
	if _, err := r.Approve(t.Context(), edition, "Suzuki"); err != nil {
		t.Errorf("approved again it wrote again: %v", err)
	}
	if len(r.told) != 2 {
		t.Errorf("told %d times, want again", len(r.told))
	}
}

// A store that stops after some writes, as a killed process does.
type dying struct {
	release.OpenLake
	left int
}

var errKilled = errors.New("killed")

func (d *dying) Put(ctx context.Context, key string, body []byte) (archive.Object, error) {
	if d.left--; d.left < 0 {
		return archive.Object{}, errKilled
	}
	return d.OpenLake.Put(ctx, key, body)
}

func (d *dying) Replace(ctx context.Context, key string, body []byte) (archive.Object, error) {
	if d.left--; d.left < 0 {
		return archive.Object{}, errKilled
	}
	return d.OpenLake.Replace(ctx, key, body)
}

func TestAHalfIssuedReleaseIsNeverSeenAndMendedByApprovingAgain(t *testing.T) {
	r := newRoom(t)
	run := r.freeze()
	_, err := r.Propose(t.Context(), edition, "架空 花子")
	must(t, err)
	killed := 0
	for writes := 0; ; writes++ {
		r.now = r.now.Add(time.Hour)
		r.Open = &dying{r.open, writes}
		_, err := r.Approve(t.Context(), edition, "架空 太郎")
		if err == nil {
			break
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		if _, err := lake.Current(t.Context(), r.open, edition); !errors.Is(err, archive.ErrNotFound) || len(r.told) > 0 {
			t.Fatalf("after %d writes something is issued: %v, told %v", writes, err, r.told)
		}
		killed++
	}
	if killed < 5 {
		t.Errorf("only %d places to die were tried", killed)
	}
	current, err := lake.Current(t.Context(), r.open, edition)
	must(t, err)
	if want := (events.Released{Edition: edition, Run: run.ID}); current != run.ID || len(r.told) != 1 || r.told[0] != want {
		t.Errorf("run %s is issued, told %v", current, r.told)
	}
}

func TestTheOpenDoorHoldsTheWholeSectorProtected(t *testing.T) {
	r := newRoom(t)
	run := r.freeze()
	_, err := r.Propose(t.Context(), edition, "架空 花子")
	must(t, err)
	_, err = r.Approve(t.Context(), edition, "架空 太郎")
	must(t, err)

	runs, err := lake.Read[lake.RunRow](t.Context(), r.open, edition, run.ID)
	must(t, err)
	if len(runs) != 1 || runs[0].Kind != "freeze" || runs[0].Replied != 12 {
		t.Errorf("runs behind the open door: %+v", runs)
	}
	rows, err := lake.Read[lake.OpenDistributionRow](t.Context(), r.open, edition, run.ID)
	must(t, err)
	policy := 0
	for _, row := range rows {
		if row.Dimension != table.All.Dimension { // of twelve firms no group has thirty
			t.Fatalf("a row of %s %s is behind the open door", row.Dimension, row.GroupID)
		}
		if row.Withheld != (row.Count == nil) || row.Withheld && row.Share != nil {
			t.Errorf("%s %s: withheld %t, count %v, share %v", row.Question, row.Choice, row.Withheld, row.Count, row.Share)
		}
		if row.Count != nil && row.Base > 0 && int(*row.Count) < r.ed.Threshold {
			t.Errorf("%s %s shows %d firms, the threshold is %d", row.Question, row.Choice, *row.Count, r.ed.Threshold)
		}
		if row.Question == "policy" && row.Withheld {
			policy++
		}
	}
	if policy < 2 {
		t.Errorf("%d cells of policy are withheld; its small ones are 2, 1 and 0", policy)
	}
	figures, err := lake.Read[lake.OpenFigureRow](t.Context(), r.open, edition, run.ID)
	must(t, err)
	if len(figures) == 0 {
		t.Error("no figures")
	}
	for _, row := range figures {
		if row.Withheld && (row.Count != nil || row.Share != nil || row.ShareBase != nil) {
			t.Errorf("%s %s is withheld and holds a number", row.Figure, row.Series)
		}
	}
}

// With a group minimum of five the two size bands of six firms are shown, the one peer group too, and nothing small of them.
func TestTheTablesOfGroupsAreIssuedProtectedTogether(t *testing.T) {
	own := t.TempDir()
	must(t, os.CopyFS(own, questionnaire.Builtin()))
	dir := filepath.Join(own, string(edition))
	must(t, os.Remove(filepath.Join(dir, "FROZEN")))
	file := filepath.Join(dir, "edition.yaml")
	body, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, []byte(strings.Replace(string(body), "group_minimum: 30", "group_minimum: 5", 1)), 0o600))
	r := newRoomOf(t, questionnaire.NewLibrary(os.DirFS(own)))
	run := r.freeze()
	_, err = r.Propose(t.Context(), edition, "架空 花子")
	must(t, err)
	_, err = r.Approve(t.Context(), edition, "架空 太郎")
	must(t, err)
	rows, err := lake.Read[lake.OpenDistributionRow](t.Context(), r.open, edition, run.ID)
	must(t, err)
	told, base := map[string]int32{}, map[string]int32{}
	for _, row := range rows {
		if row.Question != "policy" {
			continue
		}
		group := row.Dimension + " " + row.GroupID
		base[group] = row.Base
		switch {
		case row.Count != nil && *row.Count < int32(r.ed.Threshold):
			t.Errorf("%s %s shows %d firms", group, row.Choice, *row.Count)
		case row.Count != nil:
			told[group] += *row.Count
		case row.JointCount != nil:
			told[group] = max(told[group], *row.JointCount)
		}
	}
	want := map[string]int32{"all all": 12, "sector securities": 12, "group regional": 12, "size small": 6, "size large": 6}
	if !maps.Equal(base, want) || !maps.Equal(told, want) {
		t.Errorf("told %v of %v, want %v", told, base, want)
	}
	figures, err := lake.Read[lake.OpenFigureRow](t.Context(), r.open, edition, run.ID)
	must(t, err)
	if !slices.ContainsFunc(figures, func(row lake.OpenFigureRow) bool { return row.Dimension == "size" && row.Figure == "fig01" }) {
		t.Error("no figure of a size band")
	}
}

// A figure with a base filter of its own is withheld, and does not stand in the way of the release.
func TestAFigureWithABaseOfItsOwnIsWithheld(t *testing.T) {
	own := t.TempDir()
	must(t, os.CopyFS(own, questionnaire.Builtin()))
	dir := filepath.Join(own, string(edition))
	must(t, os.Remove(filepath.Join(dir, "FROZEN")))
	file := filepath.Join(dir, "figures.yaml")
	body, err := os.ReadFile(file)
	must(t, err)
	filtered := strings.Replace(string(body), "    question: plan\n", "    question: plan\n    base:\n      is: {place: policy, choices: [published]}\n", 1)
	must(t, os.WriteFile(file, []byte(filtered), 0o600))

	r := newRoomOf(t, questionnaire.NewLibrary(os.DirFS(own)))
	run := r.freeze()
	_, err = r.Propose(t.Context(), edition, "架空 花子")
	must(t, err)
	_, err = r.Approve(t.Context(), edition, "架空 太郎")
	must(t, err)
	figures, err := lake.Read[lake.OpenFigureRow](t.Context(), r.open, edition, run.ID)
	must(t, err)
	rows := 0
	for _, row := range figures {
		if row.Figure != "fig02" {
			continue
		}
		if rows++; !row.Withheld || row.Population != 12 || row.Replied != 12 {
			t.Errorf("%s: withheld %t, of %d firms %d replied", row.Series, row.Withheld, row.Population, row.Replied)
		}
	}
	if rows != 4 {
		t.Errorf("%d rows of the figure", rows)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
