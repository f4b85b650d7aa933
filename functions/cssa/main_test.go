package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cssa/infra/laptop"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// The commands of the stories are this test binary under other names, so that nothing has to be built first. They lie
// first on PATH, beside each other.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cssa": main, "cssa-sql": standInSQL})
}

// standInSQL stands where cssa-sql does, which needs cgo and has tests of its own. It says what it was asked; of the
// demo's recount it says that nothing differs.
func standInSQL() {
	sql := os.Args[len(os.Args)-1]
	switch {
	case strings.HasPrefix(sql, "SELECT count(*) AS n FROM "):
		fmt.Println(`[{"n": 1}]`)
	case slices.Contains(os.Args, "json"):
		fmt.Println(`[]`)
	case sql == "broken":
		fmt.Fprintln(os.Stderr, "cssa-sql: broken")
		os.Exit(exitSomeFailed)
	default:
		fmt.Println("asked:", strings.Join(os.Args[1:], " "))
	}
	os.Exit(0)
}

// program returns where a command of TestMain lies.
func program(t testing.TB, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// testDesk is a desk whose words nobody reads.
func testDesk(t testing.TB, dir string) *desk {
	t.Helper()
	sql := program(t, "cssa-sql")
	return &desk{
		environment: environment{
			out: io.Discard, err: io.Discard, dir: dir, now: time.Now,
			lookup: func(name string) (string, bool) { return sql, name == "CSSA_SQL" },
		},
		data: dir, edition: "2023-securities", lang: "en",
	}
}

// yield returns the SHA-256 of every file that a deployment yields, by its path: both lakes, the archive (originals,
// workbooks, reports), what is left in the inbox, and the letters.
func yield(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, sub := range []string{"s3/buckets", "outbox"} {
		err := fs.WalkDir(os.DirFS(dir), sub, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			body, err := os.ReadFile(filepath.Join(dir, path))
			digest := sha256.Sum256(body)
			files[path] = hex.EncodeToString(digest[:])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// sameYield holds one yield against another and names what differs.
func sameYield(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	var wrong []string
	for path, digest := range want {
		switch got[path] {
		case "":
			wrong = append(wrong, path+" is missing")
		case digest:
		default:
			wrong = append(wrong, path+" differs")
		}
	}
	for path := range got {
		if want[path] == "" {
			wrong = append(wrong, path+" is too many")
		}
	}
	slices.Sort(wrong)
	if len(wrong) > 20 {
		wrong = append(wrong[:20], fmt.Sprintf("and %d more", len(wrong)-20))
	}
	for _, w := range wrong {
		t.Errorf("%s: %s", what, w)
	}
}

// book returns the ledger's entries as lines: every version with its answers and faults, what counts, every letter, every
// complete run. Version ids of objects, which are random, and times of sending are left out.
func book(t testing.TB, l *laptop.Deployment) []string {
	t.Helper()
	ctx, e := t.Context(), checklist.EditionID("2023-securities")
	var lines []string
	line := func(kind string, v any) {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, kind+" "+string(raw))
	}
	answers := func(s checklist.Submission) []string {
		var all []string
		for r, a := range s.Answers {
			all = append(all, fmt.Sprintf("%s=%v", r, a))
		}
		slices.Sort(all)
		return all
	}
	for s, err := range l.Ledger.AllSubmissions(ctx, e) {
		if err != nil {
			t.Fatal(err)
		}
		line("version", []any{s.Firm, s.Ticket, s.Status, s.ReceivedAt, s.SHA256, s.Object, s.Cover, s.Faults, answers(s)})
	}
	for c, err := range l.Ledger.Currents(ctx, e) {
		if err != nil {
			t.Fatal(err)
		}
		line("current", []any{c.Submission.Firm, c.Submission.Ticket, c.Submission.Status, c.FirstReceived, answers(c.Submission)})
	}
	letters, err := l.Ledger.Letters(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(letters, func(a, b ledger.Letter) int { return cmp.Compare(a.Key.String(), b.Key.String()) })
	for _, x := range letters {
		line("letter", []any{x.Key, x.State, x.Why})
	}
	runs, err := l.Ledger.Runs(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if r.State == ledger.Done {
			line("run", []any{r.ID, r.Kind, r.Population, r.Replied, r.Answers})
		}
	}
	dead, err := l.Queue.DeadLetters(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dead {
		line("stuck", []any{d.Name, d.Key, d.Error})
	}
	return lines
}

// bookOf opens a deployment that nobody holds and reads its book.
func bookOf(t testing.TB, dir string) []string {
	t.Helper()
	l, err := laptop.Open(context.WithoutCancel(t.Context()), laptop.Config{Dir: dir, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	return book(t, l)
}

// sameBook holds one book against another and names the first lines that differ.
func sameBook(t testing.TB, what string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d lines in the ledger, want %d", what, len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("%s: line %d of the ledger is\n%.300s\nwant\n%.300s", what, i+1, got[i], want[i])
			return
		}
	}
}
