//go:build conformance

package synthesise

import (
	"maps"
	"os/exec"
	"testing"
)

// A workbook that LibreOffice itself opened and saved reads back to its answers.
func TestLibreOfficeSavesWhatReadsBackTheSame(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal(err)
	}
	r := plan(t, Options{Seed: 5, Firms: 100, Stories: 30, Soffice: soffice})
	tried := 0
	for i := range r.Uploads {
		u := &r.Uploads[i]
		if u.Story != LibreOffice {
			continue
		}
		tried++
		got, codes := received(r, u, written(t, r, u))
		if len(codes) != len(u.Expect.Codes) || !maps.Equal(got.Answers, u.Answers) || got.Cover != u.Cover {
			t.Errorf("%s: faults %+v, cover %+v", u.File, got.Faults, got.Cover)
		}
	}
	if tried == 0 {
		t.Fatal("no file of that story")
	}
}
