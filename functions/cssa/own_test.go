package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// A supervisor writes an edition for another sector, as data: it is linted, looked at, frozen and played from the register
// to the last letter, with what a demo checks but the recount by SQL, and no program was changed for it.
func TestAnEditionOfOnesOwnIsPlayedWithoutAProgram(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/own-edition.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	folder := filepath.Join(dir, "editions", "2032-ferries")
	for _, f := range archive.Files {
		name := filepath.Join(folder, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	env := testDesk(t, dir).environment
	sql, _ := env.lookup("CSSA_SQL")
	env.out, env.err = &out, &errs
	env.lookup = func(name string) (string, bool) { return map[string]string{"CSSA_SQL": sql}[name], name == "CSSA_SQL" }
	do := func(want string, args ...string) {
		t.Helper()
		out.Reset()
		errs.Reset()
		if code := run(t.Context(), env, append(args, "--data", dir, "--edition", "2032-ferries")); code != exitDone {
			t.Fatalf("%v: exit code %d\n%s%s", args, code, &out, &errs)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%v: want %q, got\n%s", args, want, &out)
		}
	}
	do("6 questions, 10 places, 3 figures", "edition", "lint")
	do("the blank workbook", "edition", "preview", "--out", filepath.Join(dir, "editions"))
	do("The files of 2032-ferries are frozen", "edition", "freeze", "--definition")
	do("0 other than planned", "demo", "--firms", "60")
	do("Ferries   firms 60", "tab", "1-1", "--by", "sector")

	// Another demo of the folder takes the old one's place, and leaves the edition where it is.
	do("accepted       40 firms of 40", "demo", "--firms", "40", "--stories", "0", "--wipe")
	do("6 questions", "edition", "lint")
}
