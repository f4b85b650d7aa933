package tally_test

import (
	"context"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// Two firms that give the first and the last choice everywhere: every figure of the real edition counts them, and every
// claim can be judged.
func TestTheRealEditionsFiguresAreAllProduced(t *testing.T) {
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(context.Background(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	all := tally.New(ed, []tally.Member{{Firm: "S-0001"}, {Firm: "S-0002"}, {Firm: "S-0003"}})
	for firm, pick := range map[checklist.FirmID]func(n int) int{
		"S-0001": func(int) int { return 0 },
		"S-0002": func(n int) int { return n - 1 },
	} {
		a := checklist.Answers{}
		for _, q := range ed.Questions() {
			for _, ref := range q.Refs() {
				if cs := q.ChoicesAt(ref.Stage); q.Kind != checklist.Number && len(cs) > 0 {
					a[ref] = checklist.Answer{Choice: cs[pick(len(cs))].ID}
				}
			}
		}
		if err := all.Add(firm, a); err != nil {
			t.Fatal(err)
		}
	}
	figures := all.Figures()
	if len(figures) != 16 {
		t.Fatalf("%d figures, want 16", len(figures))
	}
	for i, tb := range figures {
		fig := ed.Figures[i]
		if tb.ID != string(fig.ID) || tb.Group != table.All || tb.Firms != 3 || tb.Replied != 2 || len(tb.Rows) != max(1, len(fig.Items)) {
			t.Errorf("%s: %+v", fig.ID, tb)
		}
		for _, r := range tb.Rows {
			if r.Base+r.Unanswered+r.NotApplicable != 2 || len(r.Cells) != len(fig.Series) || r.Base == 0 {
				t.Errorf("%s %s: %d answered, %d blank, %d not asked", fig.ID, r.Item, r.Base, r.Unanswered, r.NotApplicable)
			}
		}
	}
	claims := 0
	for _, f := range ed.Figures {
		claims += len(f.Claims)
	}
	verdicts, err := tally.Claims(ed, figures)
	if err != nil || len(verdicts) != claims || claims == 0 {
		t.Errorf("%d of %d claims judged: %v", len(verdicts), claims, err)
	}
}
