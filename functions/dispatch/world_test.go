package dispatch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"cssa/events"
	"cssa/functions/dispatch"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/ledger/sqlite"
	"cssa/shared/mail/outbox"
	"cssa/shared/register"
	"cssa/shared/report"
	"cssa/shared/workbook"
)

var jst = time.FixedZone("JST", 9*60*60)

const (
	edition checklist.EditionID = "2023-sample"
	run     string              = "20231101T020000Z-freeze"
)

func text(ja, en string) checklist.Text { return checklist.Text{JA: ja, EN: en} }

func sample() *checklist.Edition {
	yesNo := []checklist.Choice{{ID: "yes", Label: text("掲げている", "Yes"), Rank: 1}, {ID: "no", Label: text("掲げていない", "No"), Rank: 2}}
	policy := checklist.Ref{Question: "policy"}
	return &checklist.Edition{
		ID: edition, Title: text("架空点検 2023年度", "Invented checklist FY2023"), Sector: "sample", FiscalYear: 2023,
		ReferenceDate: checklist.Date{Year: 2023, Month: time.June, Day: 30}, Location: jst, Threshold: 5, GroupMinimum: 30,
		Opens:    time.Date(2023, 7, 3, 9, 0, 0, 0, jst),
		Deadline: time.Date(2023, 8, 31, 17, 0, 0, 0, jst), Closing: time.Date(2023, 9, 29, 17, 0, 0, 0, jst),
		Checksum: "5bd1c8a1f0f6e2f1b7a52a9f7f4b2f6a5bd1c8a1f0f6e2f1b7a52a9f7f4b2f6a",
		Office:   checklist.Office{Name: text("CSSA事務局（架空）", "CSSA secretariat (invented)"), Phone: "03-0000-0000", Email: "cssa@example.jp"},
		Sections: []checklist.Section{{ID: "policy", Number: "1", Title: text("経営方針", "Policy"), Questions: []checklist.Question{
			{ID: "policy", Number: "1-1", Kind: checklist.Single, Title: text("経営方針", "Policy"), Prompt: text("掲げていますか。", "Is there one?"), Required: true, Choices: yesNo},
			{ID: "review", Number: "1-2", Kind: checklist.Single, Title: text("見直し", "Review"), Prompt: text("見直していますか。", "Is it reviewed?"),
				When: &checklist.Condition{Is: &checklist.Is{Ref: policy, Choices: []checklist.ChoiceID{"yes"}}}, Choices: yesNo},
			{ID: "remarks", Number: "1-3", Kind: checklist.FreeText, Title: text("自由記述", "Remarks"), Prompt: text("ご意見", "Remarks"), Max: 400},
		}}},
	}
}

type editions struct{ e *checklist.Edition }

func (s editions) Edition(_ context.Context, id checklist.EditionID) (*checklist.Edition, error) {
	if id != s.e.ID {
		return nil, fmt.Errorf("edition %s: no such edition", id)
	}
	return s.e, nil
}

// shelf is an archive in memory.
type shelf map[string][]byte

func (s shelf) Get(_ context.Context, key, _ string, _ int64) ([]byte, archive.Object, error) {
	body, ok := s[key]
	if !ok {
		return nil, archive.Object{}, archive.ErrNotFound
	}
	return body, archive.Object{Key: key}, nil
}

// A world is everything that dispatch works on: a ledger and an outbox as they are on the laptop, and what happened.
type world struct {
	t      testing.TB
	step   *dispatch.Step
	ledger *sqlite.Ledger
	shelf  shelf
	dir    string
	now    time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	dir := t.TempDir()
	l, err := sqlite.Open(filepath.Join(dir, "ledger.db"))
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	w := &world{t: t, ledger: l, shelf: shelf{}, dir: filepath.Join(dir, "outbox"), now: time.Date(2023, 12, 1, 0, 0, 0, 0, time.UTC)}
	box, err := outbox.Open(w.dir)
	must(t, err)
	ed := sample()
	w.step = &dispatch.Step{
		Editions: editions{ed}, Ledger: l, Archive: w.shelf, Sender: box, Identify: dispatch.Identify, Office: ed.Office,
		Owner: "laptop", Lease: time.Minute, Now: func() time.Time { return w.now },
	}
	ctx := t.Context()
	must(t, l.OpenRound(ctx, ledger.Round{Edition: edition, State: ledger.Open, Checksum: ed.Checksum, OpenedAt: ed.Opens, Deadline: ed.Deadline, Closing: ed.Closing}))
	must(t, l.PutRegister(ctx, people()))
	for _, s := range submissions() {
		must(t, ledger.Record(ctx, l, s))
	}
	must(t, l.ProposeRelease(ctx, ledger.Release{Edition: edition, Run: run, ProposedBy: "hana", ProposedAt: time.Date(2023, 11, 14, 0, 0, 0, 0, time.UTC)}))
	must(t, l.ApproveRelease(ctx, edition, run, "jiro", time.Date(2023, 11, 15, 1, 0, 0, 0, time.UTC)))
	maps.Copy(w.shelf, attachments())
	return w
}

// attachments are made once: a workbook takes its time.
var attachments = sync.OnceValue(func() map[string][]byte {
	all := map[string][]byte{}
	for _, f := range []checklist.FirmID{"S-0001", "S-0002", "S-0003", "S-0004"} {
		all["workbooks/"+string(f)], all["reports/"+string(f)] = blank(sample(), f), page(f)
	}
	all["marked/1"], all["marked/2"] = all["workbooks/S-0001"], all["workbooks/S-0001"] // whose it is is all that matters here
	all[archive.WorkbookKey(edition, sample().Checksum, "S-0003")] = all["workbooks/S-0003"]
	return all
})

// people are four firms: the first with two contacts now and one who left, the last without any.
func people() register.Register {
	from := checklist.Date{Year: 2020, Month: time.April, Day: 1}
	var r register.Register
	for i, name := range []checklist.Text{
		text("架空さくら証券株式会社", "Kakuu Sakura Securities"), text("架空うめ証券株式会社", "Kakuu Ume Securities"),
		text("架空まつ証券株式会社", "Kakuu Matsu Securities"), text("架空たけ証券株式会社", "Kakuu Take Securities"),
	} {
		r.Firms = append(r.Firms, register.Firm{
			ID: checklist.FirmID(fmt.Sprintf("S-%04d", i+1)), RegistrationNumber: fmt.Sprintf("架空第%d号", i+1), Name: name,
			Sector: "sample", PeerGroup: "all", SizeBand: "small", ValidFrom: from,
		})
	}
	r.Contacts = []register.Contact{
		{Firm: "S-0001", Role: register.Desk, Name: "架空　花子", Email: "desk@sakura.example", ValidFrom: from},
		{Firm: "S-0001", Role: register.Officer, Name: "架空　太郎", Email: "ciso@sakura.example", ValidFrom: from},
		{Firm: "S-0001", Role: register.Officer, Name: "架空　前任", Email: "left@sakura.example", ValidFrom: from, ValidTo: checklist.Date{Year: 2023, Month: time.June, Day: 30}},
		{Firm: "S-0002", Role: register.Officer, Name: "架空　次郎", Email: "ciso@ume.example", ValidFrom: from},
		{Firm: "S-0003", Role: register.Officer, Name: "架空　三郎", Email: "ciso@matsu.example", ValidFrom: from},
	}
	return r
}

func submissions() []checklist.Submission {
	confirm := checklist.NewFault(checklist.CodeFirmName, "want", "架空さくら証券株式会社", "found", "架空さくら証券（株）")
	confirm.Sheet, confirm.Cell = "表紙", "C5"
	blankFault := checklist.NewFault(checklist.CodeUnanswered, "want", "1〜2のどれか1つを選んでください。", "want_en", "Please choose one of 1 to 2.")
	blankFault.Question, blankFault.Sheet, blankFault.Cell = "1-1", "1 経営方針", "D11"
	two := checklist.NewFault(checklist.CodeTwoChoices, "want", "1〜2のどれか1つを選んでください。", "want_en", "Please choose one of 1 to 2.",
		"found", "1と2\n両方です。\u202e=HYPERLINK(\"http://evil.example\")")
	two.Question, two.Sheet, two.Cell = "1-2", "1 経営方針", "D12"
	file := checklist.NewFault(checklist.CodeAfterClosing, "want", "2023年9月29日17時00分")
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2023, month, day, hour, 30, 0, 0, time.UTC)
	}
	sub := func(f checklist.FirmID, n checklist.TicketNumber, s checklist.Status, received time.Time) checklist.Submission {
		sum := sha256.Sum256(fmt.Append(nil, f, n))
		return checklist.Submission{
			Edition: edition, Firm: f, Ticket: n, Status: s, ReceivedAt: received, Channel: checklist.Upload, Object: "originals/x",
			SHA256: hex.EncodeToString(sum[:]), Size: 41230, Definition: sample().Checksum,
		}
	}
	returned := sub("S-0001", 1, checklist.Returned, at(8, 30, 1))
	returned.Faults, returned.Marked = []checklist.Fault{confirm, blankFault, two}, "marked/1"
	accepted := sub("S-0001", 2, checklist.Accepted, at(9, 1, 2))
	accepted.Faults, accepted.Marked = []checklist.Fault{confirm}, "marked/2"
	accepted.Answers = checklist.Answers{{Question: "policy"}: {Choice: "no"}}
	inTime := sub("S-0002", 1, checklist.Accepted, at(8, 1, 3))
	inTime.Answers = checklist.Answers{{Question: "policy"}: {Choice: "yes"}, {Question: "review"}: {Choice: "no"}}
	withdrawn := sub("S-0002", 2, checklist.Withdrawn, at(8, 2, 3))
	withdrawn.Object, withdrawn.SHA256, withdrawn.Size = "", "", 0
	late := sub("S-0003", 1, checklist.Returned, at(9, 5, 3))
	late.Faults = []checklist.Fault{blankFault}
	after := sub("S-0003", 2, checklist.Returned, at(10, 2, 3))
	after.Faults = []checklist.Fault{file}
	return []checklist.Submission{returned, accepted, inTime, withdrawn, late, after}
}

// happened is everything that a letter tells of.
func (w *world) happened() []events.Event {
	evs := []events.Event{
		events.Invited{Edition: edition, Firm: "S-0001", Workbook: "workbooks/S-0001"},
		events.Invited{Edition: edition, Firm: "S-0002", Workbook: "workbooks/S-0002"},
		events.Reminder{Edition: edition, Firm: "S-0003", Round: 1, At: time.Date(2023, 8, 24, 0, 0, 0, 0, time.UTC)},
		events.Returned{Edition: edition, Firm: "S-0001", Ticket: 1},
		events.Accepted{Edition: edition, Firm: "S-0001", Ticket: 2},
		events.Accepted{Edition: edition, Firm: "S-0002", Ticket: 1},
		events.Withdrawn{Edition: edition, Firm: "S-0002", Ticket: 2},
		events.Returned{Edition: edition, Firm: "S-0003", Ticket: 1},
		events.Returned{Edition: edition, Firm: "S-0003", Ticket: 2},
		w.ready("S-0001", 2),
		events.Stray{Object: "2023-sample/S-9999/0001.xlsx\r\nBcc: x@example.jp", ObjectID: "v1", ReceivedAt: time.Date(2023, 8, 3, 0, 0, 0, 0, time.UTC), Why: "unknown firm"},
		events.Infected{Edition: edition, Firm: "S-0003", Ticket: 3, Object: "2023-sample/S-0003/0003.xlsx", ObjectID: "v1", ReceivedAt: time.Date(2023, 9, 6, 0, 0, 0, 0, time.UTC)},
		events.Infected{Object: "planted.exe", ObjectID: "v1", ReceivedAt: time.Date(2023, 9, 7, 0, 0, 0, 0, time.UTC)},
	}
	return evs
}

func (w *world) ready(f checklist.FirmID, v checklist.TicketNumber) events.FeedbackReady {
	key := "reports/" + string(f)
	sum := sha256.Sum256(w.shelf[key])
	return events.FeedbackReady{Edition: edition, Firm: f, Run: run, Version: v, Report: key, SHA256: hex.EncodeToString(sum[:])}
}

// sent returns the outbox: file names and bytes.
func (w *world) sent() map[string][]byte {
	w.t.Helper()
	files, err := os.ReadDir(w.dir)
	must(w.t, err)
	all := map[string][]byte{}
	for _, f := range files {
		body, err := os.ReadFile(filepath.Join(w.dir, f.Name()))
		must(w.t, err)
		all[f.Name()] = body
	}
	return all
}

// states returns what the ledger says of the letters of the edition.
func (w *world) states() map[string]ledger.Letter {
	w.t.Helper()
	all := map[string]ledger.Letter{}
	for _, e := range []checklist.EditionID{edition, dispatch.NoticeEdition} {
		letters, err := w.ledger.Letters(w.t.Context(), e)
		must(w.t, err)
		for _, l := range letters {
			all[l.Key.String()] = l
		}
	}
	return all
}

// page is a firm's report, as feedback makes it.
func page(f checklist.FirmID) []byte {
	ed := sample()
	ed.Sections = nil // what it says does not matter here, only whose it is
	d, err := report.Build(report.Input{
		Edition: ed, Firm: f, Name: text("架空", "Invented"), Run: run,
		Submission: checklist.Submission{Edition: edition, Firm: f, Ticket: 2, Status: checklist.Accepted},
	})
	check(err)
	var out bytes.Buffer
	check(report.HTML(&out, d))
	return out.Bytes()
}

// blank is a firm's checklist workbook, as invite makes it.
func blank(ed *checklist.Edition, f checklist.FirmID) []byte {
	var out bytes.Buffer
	check(workbook.Blank(&out, ed, workbook.Identity{Edition: ed.ID, Firm: f, Definition: ed.Checksum, FirmName: "架空"}))
	return out.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// check is must for what is made outside of a test.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
