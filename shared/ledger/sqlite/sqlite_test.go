package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/ledger/ledgertest"
	"cssa/shared/ledger/sqlite"
)

func open(t testing.TB, path string) *sqlite.Ledger {
	t.Helper()
	l, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestLedger(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledgertest.Ledger { return open(t, filepath.Join(t.TempDir(), "ledger.db")) },
		ledgertest.Caps{Races: true, Sizes: true})
}

func submission(n int) checklist.Submission {
	s := checklist.Submission{
		Edition: "2023-securities", Firm: checklist.FirmID(fmt.Sprintf("S-%04d", n)), Ticket: 1, Status: checklist.Accepted,
		ReceivedAt: time.Date(2023, 8, 10, 12, 0, 0, 0, time.UTC), Channel: checklist.Upload, Answers: checklist.Answers{},
	}
	for q := range 30 {
		for i := range 8 {
			s.Answers[checklist.Ref{Question: checklist.QuestionID(fmt.Sprint("question-", q)), Item: checklist.ItemID(fmt.Sprint("item-", i))}] = checklist.Answer{Choice: checklist.Yes}
		}
	}
	return s
}

func TestWhatWasWrittenIsThereAfterReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "台帳 50%?#.db") // characters that mean something in a URI
	first, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := ledger.Record(t.Context(), first, submission(1)); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the ledger: %v", info.Mode())
	}
	if _, err := open(t, path).Current(t.Context(), "2023-securities", "S-0001"); err != nil {
		t.Fatal(err)
	}
}

func TestAFileOfANewerProgramIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	open(t, path)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(fmt.Sprintf("PRAGMA user_version = %d", sqlite.Schema+1)); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(path); !errors.Is(err, sqlite.ErrNewer) {
		t.Fatalf("got %v, want ErrNewer", err)
	}
}

func TestAFileThatIsNoLedgerIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := sqlite.Open(path); err == nil {
		l.Close()
		t.Fatal("no error")
	}
}

// A person with the sqlite3 shell sees rows, not only JSON; and commits are synced.
func TestTheViewsAndTheSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l := open(t, path)
	if err := ledger.Record(t.Context(), l, submission(7)); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string]string{
		`SELECT firm || ' ' || ticket || ' ' || status || ' ' || received_at FROM submissions`: "S-0007 1 accepted 2023-08-10T12:00:00Z",
		`SELECT firm || ' ' || (answers->>'$."question-3.item-5"') FROM currents`:              "S-0007 yes",
		`SELECT count(*) FROM tickets, rounds, letters`:                                        "0",
		`PRAGMA journal_mode`: "wal",
	} {
		var got string
		if err := db.QueryRow(query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", query, got, err, want)
		}
	}
}

// TestMain lets the test be its own second process: see TestKilled.
func TestMain(m *testing.M) {
	if path := os.Getenv("CSSA_TEST_LEDGER"); path != "" {
		writeForever(path)
	}
	os.Exit(m.Run())
}

// writeForever records submissions and prints each firm once its submission is recorded, until it is killed.
func writeForever(path string) {
	l, err := sqlite.Open(path)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for n := 1; ; n++ {
		if err := ledger.Record(context.Background(), l, submission(n)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(submission(n).Firm)
	}
}

func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	mine := open(t, path) // and another process at the same file
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var recorded []checklist.FirmID
	for kill := range 5 {
		other := exec.CommandContext(t.Context(), self)
		other.Env = append(os.Environ(), "CSSA_TEST_LEDGER="+path)
		out, err := other.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 7+kill && lines.Scan(); n++ {
			recorded = append(recorded, checklist.FirmID(lines.Text()))
			s := submission(5000 + 100*kill + n)
			if err := ledger.Record(t.Context(), mine, s); err != nil {
				t.Fatal(err)
			}
			recorded = append(recorded, s.Firm)
		}
		if err := other.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it had still acknowledged
			recorded = append(recorded, checklist.FirmID(lines.Text()))
		}
		if err := other.Wait(); err == nil {
			t.Fatal("the other process ended by itself")
		}
	}
	if len(recorded) < 90 {
		t.Fatalf("only %d recorded: %v", len(recorded), recorded)
	}
	for _, firm := range recorded {
		if _, err := mine.Current(t.Context(), "2023-securities", firm); err != nil {
			t.Errorf("acknowledged and lost: %v", err)
		}
		if _, err := mine.Submission(t.Context(), "2023-securities", firm, 1); err != nil {
			t.Errorf("acknowledged and lost: %v", err)
		}
	}
}

func BenchmarkRecordSector(b *testing.B) {
	for b.Loop() {
		l := open(b, filepath.Join(b.TempDir(), "ledger.db"))
		for n := range 272 {
			if err := ledger.Record(b.Context(), l, submission(n+1)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkCurrents(b *testing.B) {
	l := open(b, filepath.Join(b.TempDir(), "ledger.db"))
	for n := range 272 {
		if err := ledger.Record(b.Context(), l, submission(n+1)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		n := 0
		for _, err := range l.Currents(b.Context(), "2023-securities") {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 272 {
			b.Fatalf("%d firms", n)
		}
	}
}
