package register_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cssa/shared/register"
)

// The files are written by Python (testdata/files.py), whose cp932 is Microsoft's. What is read is exactly what was written;
// what cannot be told is named by its line and column.
func TestFilesAsOfficesWriteThem(t *testing.T) {
	names := []string{"髙﨑①証券㈱", "㈲神戸～ｻｸﾗ―№２", "ソ表十能“竹”Ⅲ㈹"}
	for file, c := range map[string]struct {
		names    []string
		problems []string
	}{
		"cp932.csv":         {names, nil},
		"utf8.csv":          {names, nil},
		"utf8-bom.csv":      {names, nil},
		"cp932-private.csv": {names[:1], []string{"firms 3 name_ja 渡\ufffd証券: 2文字目"}},
		"utf8-private.csv":  {names[:1], []string{"firms 3 name_ja 渡\ue000証券: 2文字目"}},
		"utf8-then-cp932.csv": {names[:2], []string{
			"firms 4 registration_number \ufffd: 1文字目", "firms 4 name_ja \ufffd: 1文字目"}},
		"cp932-then-utf8.csv": {names[2:], []string{
			"firms 2 registration_number \ufffd: 1文字目", "firms 2 name_ja \ufffd: 1文字目", "firms 3 registration_number \ufffd: 1文字目", "firms 3 name_ja \ufffd: 1文字目"}},
		"bom-then-cp932.csv": {nil, []string{"firms 2 registration_number \ufffd: 1文字目", "firms 2 name_ja \ufffd: 1文字目"}},
		"lost.csv":           {names[1:], []string{"firms 2 name_ja 髙\ufffd①証券㈱: 2文字目"}},
		"utf16.csv":          {nil, []string{"firms 0  : CSVのテキストではありません"}},
	} {
		t.Run(file, func(t *testing.T) {
			body, err := os.Open(filepath.Join("testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			firms, problems, err := register.ReadFirms(body)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range firms {
				got = append(got, f.Name.JA)
			}
			if !slices.Equal(got, c.names) {
				t.Errorf("read %q\nwant %q", got, c.names)
			}
			if len(problems) != len(c.problems) {
				t.Fatalf("%q\nwant %q", brief(problems), c.problems)
			}
			for i, p := range problems {
				where, what, _ := strings.Cut(c.problems[i], ": ")
				found, _, _ := strings.Cut(where, "\ufffd") // how many characters were lost depends on the bytes
				if line := brief(problems[i : i+1])[0]; !strings.HasPrefix(line, strings.TrimSpace(found)) || !strings.HasPrefix(p.What.JA, what) || !p.Mend.Complete() {
					t.Errorf("%s %s\nwant %s", line, p.What.JA, c.problems[i])
				}
			}
		})
	}
}

// Every name that Python writes in CP932 is the same name here: all of its rows of kanji, marks and half-width kana.
func TestEveryCharacterOfCP932(t *testing.T) {
	cp932, err := os.ReadFile("testdata/all-cp932.csv")
	if err != nil {
		t.Fatal(err)
	}
	utf8, err := os.ReadFile("testdata/all-utf8.csv")
	if err != nil {
		t.Fatal(err)
	}
	got, problems, err := register.ReadFirms(strings.NewReader(string(cp932)))
	want, problems2, err2 := register.ReadFirms(strings.NewReader(string(utf8)))
	if err != nil || err2 != nil || len(problems)+len(problems2) > 0 {
		t.Fatal(err, err2, brief(problems), brief(problems2))
	}
	n := 0
	for i := range want {
		n += len([]rune(want[i].Name.JA))
		if got[i] != want[i] {
			t.Errorf("row %d\n got %s\nwant %s", i+2, got[i].Name.JA, want[i].Name.JA)
		}
	}
	if len(got) != len(want) || n < 7000 {
		t.Errorf("%d rows, want %d; %d characters", len(got), len(want), n)
	}
}
