//go:build conformance

package sheet_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"
)

// resaved returns a workbook as LibreOffice saves it. LibreOffice must be installed: without it this test fails.
func resaved(t *testing.T, book []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in", "edition.xlsx"), filepath.Join(dir, "out")
	must(t, os.Mkdir(filepath.Dir(in), 0o700))
	must(t, os.WriteFile(in, book, 0o600))
	said, err := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out, in).CombinedOutput()
	if err != nil {
		t.Fatalf("LibreOffice: %v\n%s", err, said)
	}
	body, err := os.ReadFile(filepath.Join(out, "edition.xlsx"))
	must(t, err)
	return body
}

// A workbook that LibreOffice has saved is the same: unchanged it changes nothing, changed it changes the same files.
func TestLibreOfficeSavesTheSame(t *testing.T) {
	for _, id := range editions(t) {
		t.Run(id, func(t *testing.T) {
			files := folder(t, id)
			book := export(t, files)
			in, problems := imported(t, files, resaved(t, book))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if len(in.Changed)+len(in.Removed) > 0 {
				t.Errorf("changed %v, removed %v", in.Changed, in.Removed)
			}
		})
	}
	files := mini(t)
	book := edited(t, export(t, files), func(f *excelize.File) {
		must(t, f.SetCellStr("01-first", cell(t, f, "01-first", "ja", 5), "a: b # c\n「改行」  と空白　=1+1 👍"))
		must(t, f.SetCellStr("01-first", cell(t, f, "01-first", "number", 4), "1-1"))
		must(t, f.RemoveRow("01-first", 6))
		must(t, f.DuplicateRow("02-second", 5))
		must(t, f.SetCellStr("02-second", cell(t, f, "02-second", "id", 6), "wiper"))
	})
	want, problems := imported(t, files, book)
	if len(problems) > 0 || len(want.Changed) != 2 {
		t.Fatal(problems)
	}
	got, problems := imported(t, files, resaved(t, book))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for name, body := range want.Files {
		if !bytes.Equal(body, got.Files[name]) {
			t.Errorf("%s:\n%s\nwant\n%s", name, got.Files[name], body)
		}
	}
}
