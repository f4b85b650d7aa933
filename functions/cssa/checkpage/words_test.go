package checkpage

import (
	"os"
	"strings"
	"testing"

	"cssa/shared/checklist"
)

// The page calls a fault what the workbook, the command and the letter call it.
func TestThePageSaysWhatTheOthersSay(t *testing.T) {
	script, err := os.ReadFile("script.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []checklist.Severity{checklist.Mend, checklist.Confirm} {
		m := s.Mark()
		_, en, _ := strings.Cut(m.EN, " ")
		if want := `words("` + m.JA + `", "` + en + `")`; !strings.Contains(string(script), want) {
			t.Errorf("script.js lacks %s", want)
		}
	}
}
