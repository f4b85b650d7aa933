package laptop_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cssa/functions/invite"
	"cssa/infra/laptop"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
)

const edition = checklist.EditionID("2023-securities")

// day is a moment of the round, well before its deadline.
var day = time.Date(2023, 7, 20, 3, 0, 0, 0, time.UTC)

// open opens a deployment on the clock, with a register of one firm and the round open since its first day.
func open(t *testing.T, dir string, now *time.Time) *laptop.Deployment {
	t.Helper()
	l, err := laptop.Open(t.Context(), laptop.Config{Dir: dir, Now: func() time.Time { return *now }})
	must(t, err)
	return l
}

func newRound(t *testing.T, l *laptop.Deployment) {
	t.Helper()
	must(t, l.Ledger.PutRegister(t.Context(), register.Register{Firms: []register.Firm{{ID: "S-0001", RegistrationNumber: "1",
		Name: checklist.Text{JA: "架空証券", EN: "Invented"}, Sector: "securities", PeerGroup: "regional", SizeBand: "small",
		ValidFrom: checklist.Date{Year: 2010, Month: 4, Day: 1}}}}))
	_, err := l.Invite.Open(t.Context(), l.Ledger, edition, invite.Schedule{})
	must(t, err)
}

func TestAFolderHasOneProcess(t *testing.T) {
	now, dir := day, t.TempDir()
	l := open(t, dir, &now)
	if _, err := laptop.Lock(t.Context(), dir, 0); !errors.Is(err, laptop.ErrHeld) {
		t.Errorf("the folder was taken twice: %v", err)
	}
	must(t, l.Close())
	lock, err := laptop.Lock(t.Context(), dir, 0)
	must(t, err)
	must(t, lock.Unlock())
}

// Whoever puts something into the inbox past the tickets: it is kept, the supervisor is told once, and it is gone from there.
func TestAnObjectOfNobodyIsKeptAndTold(t *testing.T) {
	now := day
	dir := t.TempDir()
	l := open(t, dir, &now)
	for _, key := range []string{"holiday.xlsx", "2023-securities/S-0001/0007.xlsx"} {
		_, err := l.Inbox.Put(t.Context(), key, []byte(key))
		must(t, err)
	}
	must(t, l.Drain(t.Context()))
	must(t, l.Close())
	l = open(t, dir, &now) // what is left in the inbox would be announced again
	must(t, l.Drain(t.Context()))
	for _, key := range []string{"holiday.xlsx", "2023-securities/S-0001/0007.xlsx"} {
		kept, _, err := l.Archive.Get(t.Context(), archive.StrayKey(key, day), "", 1<<10)
		must(t, err)
		if string(kept) != key {
			t.Errorf("%s was kept as %q", key, kept)
		}
		if _, err := l.Inbox.Head(t.Context(), key, ""); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("%s is still in the inbox: %v", key, err)
		}
	}
	letters, err := filepath.Glob(filepath.Join(l.OutboxDir(), "*stray*.eml"))
	must(t, err)
	if len(letters) != 2 {
		t.Errorf("%d letters, want 2", len(letters))
	}
	dead, err := l.Queue.DeadLetters(t.Context())
	must(t, err)
	if len(dead) != 0 {
		t.Errorf("dead letters: %+v", dead)
	}
	must(t, l.Close())
}

func TestARunThatAKilledProcessLeftIsSettled(t *testing.T) {
	now, dir := day, t.TempDir()
	l := open(t, dir, &now)
	newRound(t, l)
	must(t, l.Ledger.StartRun(t.Context(), ledger.Run{ID: "cut-off", Edition: edition, Kind: ledger.Nightly, State: ledger.Running,
		StartedAt: now, LeaseUntil: now.Add(time.Hour)}))
	must(t, l.Close())
	l = open(t, dir, &now)
	r, err := l.Ledger.Run(t.Context(), edition, "cut-off")
	must(t, err)
	if r.State != ledger.Failed || r.Why == "" {
		t.Errorf("run %+v, want failed with a reason", r)
	}
	if _, err := l.Aggregate.Nightly(t.Context(), edition); err != nil {
		t.Errorf("the next run: %v", err)
	}
	must(t, l.Close())
}

func TestAMissedNightIsCaughtUpOnce(t *testing.T) {
	now := day
	l := open(t, t.TempDir(), &now)
	newRound(t, l)
	runs := func() []ledger.Run {
		rs, err := l.Ledger.Runs(t.Context(), edition)
		must(t, err)
		return rs
	}
	serve := func() {
		stop, err := l.Nights(t.Context(), 2, 0)
		must(t, err)
		must(t, stop())
	}
	serve()
	if rs := runs(); len(rs) != 0 {
		t.Fatalf("a run before the first night: %v", rs)
	}
	now = day.Add(48 * time.Hour) // two nights passed while nobody served
	serve()
	if rs := runs(); len(rs) != 1 || rs[0].State != ledger.Done {
		t.Fatalf("runs %+v, want one that is done", rs)
	}
	now = now.Add(time.Hour)
	serve()
	if rs := runs(); len(rs) != 1 {
		t.Errorf("the same night was made good twice: %+v", rs)
	}
	must(t, l.Close())
}

// What holds answers, keys and messages is for its owner alone.
func TestTheFolderIsForItsOwnerAlone(t *testing.T) {
	now, dir := day, filepath.Join(t.TempDir(), "データ と 空白")
	l := open(t, dir, &now)
	newRound(t, l)
	must(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		must(t, err)
		info, err := e.Info()
		must(t, err)
		if mode := info.Mode().Perm(); !e.IsDir() && mode&0o077 != 0 && !strings.Contains(path, "s3/buckets") {
			t.Errorf("%s has mode %v", path, mode)
		}
		return nil
	}))
	info, err := os.Stat(dir)
	must(t, err)
	if fmt.Sprint(info.Mode().Perm()) != "-rwx------" {
		t.Errorf("the folder has mode %v", info.Mode())
	}
	must(t, l.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
