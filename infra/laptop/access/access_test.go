package access

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2023, 10, 5, 9, 30, 0, 0, time.FixedZone("JST", 9*60*60))

func three(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "access.jsonl")
	for _, r := range []Record{
		{At: at, By: "架空 花子", Account: "hanako", Why: "無回答の多い先への確認", Query: "select *\nfrom answers"},
		{At: at.Add(time.Hour), By: "Suzuki", Why: "a <complaint> & more", Query: "show tables"},
		{At: at.Add(2 * time.Hour), By: "Suzuki", Why: "the same again", Query: "show tables"},
	} {
		if err := Append(path, r); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func TestRecordsAreReadAsTheyWereWritten(t *testing.T) {
	path := three(t)
	all, err := Read(path)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d records, %v", len(all), err)
	}
	got := []string{all[0].At.String(), all[0].By, all[0].Account, all[0].Why, all[0].Query, all[0].Previous}
	if want := []string{"2023-10-05 00:30:00 +0000 UTC", "架空 花子", "hanako", "無回答の多い先への確認", "select *\nfrom answers", ""}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	if all[1].Previous != all[0].Hash || all[2].Previous != all[1].Hash {
		t.Error("the records are not chained")
	}
	// By the words of Hash, not by the code: the line with an empty hash.
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(body), "\n")
	if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Replace(line, all[0].Hash, "", 1)))); sum != all[0].Hash {
		t.Errorf("hash %s, want %s", all[0].Hash, sum)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if all, err := Read(filepath.Join(t.TempDir(), "none")); err != nil || len(all) != 0 {
		t.Errorf("no log: %v, %v", all, err)
	}
}

func TestAChangeShows(t *testing.T) {
	for name, spoil := range map[string]func(lines [][]byte) [][]byte{
		"a reason reworded": func(l [][]byte) [][]byte {
			l[1] = bytes.Replace(l[1], []byte("complaint"), []byte("question"), 1)
			return l
		},
		"a line taken out":          func(l [][]byte) [][]byte { return append(l[:1], l[2:]...) },
		"the first line taken out":  func(l [][]byte) [][]byte { return l[1:] },
		"two lines swapped":         func(l [][]byte) [][]byte { l[1], l[2] = l[2], l[1]; return l },
		"a line twice":              func(l [][]byte) [][]byte { return append(l[:1], l...) },
		"a line that is no record":  func(l [][]byte) [][]byte { l[1] = []byte("-"); return l },
		"a field that is not known": func(l [][]byte) [][]byte { l[2] = bytes.Replace(l[2], []byte("{"), []byte(`{"x":1,`), 1); return l },
		"a line broken off":         func(l [][]byte) [][]byte { l[3] = []byte(`{"at":`); return l },
	} {
		path := three(t)
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, bytes.Join(spoil(bytes.Split(body, []byte("\n"))), []byte("\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
		if err := Append(path, Record{At: at, By: "Sato", Why: "x", Query: "y"}); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: a record was added: %v", name, err)
		}
	}
}

// Lines cut off at the end show to whoever kept the hash of one.
func TestWhatIsNewSinceARecord(t *testing.T) {
	all, err := Read(three(t))
	if err != nil {
		t.Fatal(err)
	}
	if since, err := After(all, all[0].Hash); err != nil || !reflect.DeepEqual(since, all[1:]) {
		t.Errorf("%v, %v", since, err)
	}
	if since, err := After(all, all[2].Hash); err != nil || len(since) != 0 {
		t.Errorf("%v, %v", since, err)
	}
	if _, err := After(all[:2], all[2].Hash); !errors.Is(err, ErrBroken) {
		t.Errorf("a log that was cut: %v", err)
	}
}

func TestWhoAndWhyAreNeeded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.jsonl")
	for _, r := range []Record{{At: at, Why: "x"}, {At: at, By: "Sato"}, {At: at, By: " ", Why: "\t"}} {
		if err := Append(path, r); !errors.Is(err, ErrIncomplete) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("a log was begun")
	}
	if err := Append(t.TempDir(), Record{At: at, By: "Sato", Why: "x"}); err == nil {
		t.Error("a log that cannot be written took a record")
	}
}
