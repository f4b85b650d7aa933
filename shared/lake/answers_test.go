package lake_test

import (
	"fmt"
	"maps"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/laketest"
)

// More firms than a batch holds rows come back from the lake with the answers they gave.
func TestAnswersComeBackAsTheyWereGiven(t *testing.T) {
	ed, dir := laketest.Edition(), laketest.Dir(t.TempDir())
	var rows []lake.AnswerRow
	const firms = 1500
	given := func(i int) checklist.Answers { return laketest.Answers()[i%6] }
	for i := range firms {
		more, err := lake.AnswerRows(ed, checklist.FirmID(fmt.Sprintf("S-%04d", i)), given(i))
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, more...)
	}
	if err := lake.Write(t.Context(), dir, ed.ID, "r", rows); err != nil {
		t.Fatal(err)
	}
	n := 0
	for firm, err := range lake.AnswersOf(ed, lake.ReadSeq[lake.AnswerRow](t.Context(), dir, ed.ID, "r")) {
		if err != nil {
			t.Fatal(err)
		}
		if want := given(n); string(firm.Firm) != fmt.Sprintf("S-%04d", n) || !maps.Equal(firm.Answers, want) {
			t.Fatalf("%s: %v, want %v", firm.Firm, firm.Answers, want)
		}
		n++
	}
	if n != firms || len(rows) < 8192*2 {
		t.Errorf("%d firms of %d, %d rows", n, firms, len(rows))
	}
	for _, err := range lake.AnswersOf(laketest.Edition(), lake.ReadSeq[lake.AnswerRow](t.Context(), dir, ed.ID, "other")) {
		if err == nil {
			t.Error("answers of a run that there is not")
		}
	}
}
