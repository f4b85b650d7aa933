package report_test

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden page")

// The page as a whole, to be looked at when it changes: go test ./shared/report -update, then open the file.
func TestGolden(t *testing.T) {
	const golden = "testdata/sample.html"
	got := page(t, input())
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the page is not %s; if the change is meant, run with -update and look at it", golden)
	}
	if again := page(t, input()); again != got {
		t.Error("built twice, the page differs")
	}
}
