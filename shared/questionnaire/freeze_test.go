package questionnaire

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// folderOf writes the securities edition into a folder of its own.
func folderOf(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), string(securities))
	if err := os.CopyFS(dir, securitiesFiles(t)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The want is what sha256sum prints for these files, by the command in the comment of Checksum.
func TestAnotherProgramComputesTheSameChecksum(t *testing.T) {
	files := fstest.MapFS{
		"edition.yaml":     {Data: []byte("id: 2023-securities\n")},
		"rules.yaml":       {Data: []byte("rules: []\n")},
		"sections/01.yaml": {Data: []byte("ja: 区分\n")},
		"FROZEN":           {Data: []byte("anything")},
	}
	const want = "ec775ac1b205c99680d16761322da453f21a33d128e5a76c0a32dda21931fc8a"
	if got, err := Checksum(files); err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func TestTheChecksumMovesWithEveryFileAndName(t *testing.T) {
	files := securitiesFiles(t)
	was, err := Checksum(files)
	if err != nil {
		t.Fatal(err)
	}
	if e := load(t, files); e.Checksum != was {
		t.Errorf("the loaded edition's checksum is %s, want %s", e.Checksum, was)
	}
	for name, file := range files {
		changed := securitiesFiles(t)
		changed[name] = &fstest.MapFile{Data: append(append([]byte{}, file.Data...), '\n')}
		if now, err := Checksum(changed); err != nil || now == was {
			t.Errorf("a line more in %s leaves the checksum as it was, %v", name, err)
		}
	}
	changed := securitiesFiles(t)
	changed["sections/13-comments.yaml"] = changed[comments]
	delete(changed, comments)
	if now, err := Checksum(changed); err != nil || now == was {
		t.Errorf("another name leaves the checksum as it was, %v", err)
	}
}

func TestAFrozenEditionCannotChangeUnseen(t *testing.T) {
	dir := folderOf(t)
	if err := errors.Join(Freeze(dir), Freeze(dir)); err != nil {
		t.Fatalf("freezing, twice: %v", err)
	}
	load(t, os.DirFS(dir))

	change(t, dir, "rules.yaml", "\n# a remark\n")
	e, findings, err := Load(os.DirFS(dir))
	if err != nil || e == nil || len(findings) != 1 || findings[0].File != "FROZEN" {
		t.Fatalf("changed: %v\n%v", err, Findings(findings))
	}
	if err := Freeze(dir); !errors.Is(err, ErrFrozen) {
		t.Errorf("a changed edition froze over: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "FROZEN")); err != nil {
		t.Fatal(err)
	}
	if err := Freeze(dir); err != nil {
		t.Errorf("thawed by hand: %v", err)
	}
	load(t, os.DirFS(dir))

	if entries, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(entries) != 1 {
		t.Errorf("freezing left something beside the edition: %v, %v", entries, err)
	}
}

func TestAnEditionWithFindingsIsNotFrozen(t *testing.T) {
	dir := folderOf(t)
	change(t, dir, "rules.yaml", "\nruelz: []\n")
	var findings Findings
	if err := Freeze(dir); !errors.As(err, &findings) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "FROZEN")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("FROZEN: %v", err)
	}
}

func change(t *testing.T, dir, name, more string) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), append(body, more...), 0o600); err != nil {
		t.Fatal(err)
	}
}
