package workbook_test

import (
	"os"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/workbook"
)

func TestLookTmp(t *testing.T) {
	ed := smallEdition()
	if os.Getenv("REAL") != "" {
		e, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), "2023-securities")
		if err != nil {
			t.Fatal(err)
		}
		ed = e
	}
	f, _ := os.Create("/tmp/wb/small.xlsx")
	defer f.Close()
	if err := workbook.Blank(f, ed, workbook.Identity{Firm: "S-0137", FirmName: "架空さくら証券株式会社"}); err != nil {
		t.Fatal(err)
	}
	_ = checklist.Yes
}
