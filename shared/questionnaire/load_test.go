package questionnaire

import (
	"io/fs"
	"testing"
)

func TestTheBuiltInEditionHasNoFindings(t *testing.T) {
	folder, err := fs.Sub(Builtin(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	e, findings, err := Load(folder)
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v\n%v", err, Findings(findings))
	}
	if len(e.Figures) != 16 {
		t.Errorf("%d figures, want 16", len(e.Figures))
	}
}
