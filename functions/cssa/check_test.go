package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/workbook"
)

// A workbook of an edition that is not here is not held against another one.
func TestAWorkbookOfAnEditionThatIsNotHere(t *testing.T) {
	dir := t.TempDir()
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	later := *ed
	later.ID = "2031-securities"
	var buf bytes.Buffer
	if err := workbook.Blank(&buf, &later, workbook.Identity{Edition: later.ID, Firm: "S-0001", Definition: strings.Repeat("0", 64), FirmName: "架空証券"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "later.xlsx"), buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s := giveFolder(t, dir, "check", "later.xlsx")
	if want := "later.xlsx is of the edition 2031-securities, which is not here. Here are: [2022-regional 2023-securities 2024-securities]"; s.code != exitSomeFailed || !strings.Contains(s.err, want) {
		t.Errorf("code %d, %s; want %s", s.code, s.err, want)
	}
	s = giveFolder(t, dir, "check", "later.xlsx", "--edition", "2023-securities")
	if s.code != exitSomeFailed || !strings.Contains(s.out, string(checklist.CodeWrongEdition)) {
		t.Errorf("asked for another edition: code %d, %s%s", s.code, s.out, s.err)
	}
}
