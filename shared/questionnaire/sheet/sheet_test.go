package sheet_test

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/xuri/excelize/v2"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/questionnaire/sheet"
)

// editions returns the names of all editions of the library.
func editions(t testing.TB) []string {
	t.Helper()
	ids, err := questionnaire.NewLibrary(questionnaire.Builtin()).IDs()
	if err != nil || len(ids) == 0 {
		t.Fatalf("%d editions, %v", len(ids), err)
	}
	var names []string
	for _, id := range ids {
		names = append(names, string(id))
	}
	return names
}

// folder returns the files of an edition, without FROZEN.
func folder(t testing.TB, id string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(questionnaire.Builtin(), id, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Base(name) == "FROZEN" {
			return err
		}
		files[strings.TrimPrefix(name, id+"/")], err = fs.ReadFile(questionnaire.Builtin(), name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// load reads files as an edition, after those of the library.
func load(t testing.TB, files map[string][]byte) (*checklist.Edition, []questionnaire.Finding) {
	t.Helper()
	m := fstest.MapFS{}
	for name, body := range files {
		m[name] = &fstest.MapFile{Data: body}
	}
	ed, findings, err := questionnaire.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	return ed, findings
}

func export(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	ed, _ := load(t, files)
	var buf bytes.Buffer
	if err := sheet.Export(&buf, testEdition, files, ed); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

const testEdition = "2023-securities"

// imported merges a workbook into files, which are those of testEdition.
func imported(t testing.TB, files map[string][]byte, book []byte) (*sheet.Imported, []sheet.Problem) {
	t.Helper()
	in, problems, err := sheet.Import(book, func(id checklist.EditionID) (map[string][]byte, error) {
		if id != testEdition {
			t.Errorf("the workbook is of %s", id)
		}
		return files, nil
	}, nil)
	must(t, err)
	return in, problems
}

// edited returns a workbook as a person leaves it.
func edited(t testing.TB, book []byte, edit func(*excelize.File)) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	edit(f)
	buf, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// find returns the row in which the columns have these values.
func find(t testing.TB, f *excelize.File, name string, want map[string]string) int {
	t.Helper()
	rows, err := f.GetRows(name)
	must(t, err)
rows:
	for j, row := range rows {
		for key, value := range want {
			c := col(t, f, name, key)
			if c > len(row) || row[c-1] != value {
				continue rows
			}
		}
		return j + 1
	}
	t.Fatalf("sheet %s has no row with %v", name, want)
	return 0
}

// col returns the number of a column; "row" is the first.
func col(t testing.TB, f *excelize.File, name, key string) int {
	t.Helper()
	if key == "row" {
		return 1
	}
	rows, err := f.GetRows(name)
	must(t, err)
	i := slices.Index(rows[0], key)
	if i < 0 {
		t.Fatalf("sheet %s has no column %s", name, key)
	}
	return i + 1
}

func cell(t testing.TB, f *excelize.File, name, key string, row int) string {
	t.Helper()
	s, err := excelize.CoordinatesToCellName(col(t, f, name, key), row)
	must(t, err)
	return s
}

// A workbook that nobody changed changes no byte of any file, of any edition, whatever becomes of its marker.
func TestUnchangedIsUnchanged(t *testing.T) {
	for _, id := range editions(t) {
		t.Run(id, func(t *testing.T) {
			files := folder(t, id)
			book := export(t, files)
			in, problems := imported(t, files, book)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if len(in.Changed)+len(in.Removed) > 0 || !maps.EqualFunc(files, in.Files, bytes.Equal) {
				t.Errorf("changed %v, removed %v", in.Changed, in.Removed)
			}
			// From nothing but the workbook: other text, the same edition.
			anew, problems := imported(t, map[string][]byte{}, book)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			want, _ := load(t, files)
			got, findings := load(t, anew.Files)
			if len(findings) > 0 {
				t.Fatal(questionnaire.Findings(findings))
			}
			got.Checksum = want.Checksum
			if !reflect.DeepEqual(got, want) {
				t.Error("the edition that is written anew is another one")
			}
		})
	}
}
