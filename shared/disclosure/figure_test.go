package disclosure_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/questionnaire"
	"cssa/shared/table"
	"cssa/shared/tally"
)

func series(id checklist.SeriesID, choices ...checklist.ChoiceID) checklist.Series {
	return checklist.Series{ID: id, Choices: choices}
}

// The columns a b c d of a matrix: 60 and 4 are joined with b, so a+b follows, b alone and b+c do not.
func TestASeriesIsShownOnlyIfItFollowsFromTheDistribution(t *testing.T) {
	q := &checklist.Question{ID: "q", Kind: checklist.Matrix, Items: []checklist.Item{{ID: "item-0"}}}
	protected := disclosure.Distribution(raw([]int{4, 60, 100, 40}), q, "", 5)
	if got := shown(protected.Rows[0]); got != "x1 x1 100 40 ; x1=64 of 204" {
		t.Fatal(got)
	}
	fig := &checklist.Figure{ID: "fig", Question: "q", Series: []checklist.Series{
		series("whole-joint", "a", "b"), series("half-a-joint", "b", "c"), series("joint-and-cell", "b", "d", "a"),
		series("cells", "c", "d"), series("small", "a"), series("all", "a", "b", "c", "d"),
	}}
	got := disclosure.Figure(fig, q, protected)
	if s := shown(got.Rows[0]); s != "64 x 104 140 x 204 of 204" {
		t.Errorf("the figure shows %s", s)
	}
	if got.ID != "fig" || got.Group != table.All || got.Firms != 300 || got.Replied != 290 || len(got.Columns) != 6 || got.Rows[0].NotApplicable != 3 {
		t.Errorf("the figure's frame: %+v", got)
	}
	other := protected
	other.ID = "q2"
	unknown := disclosure.Figure(fig, q, other)
	if s := shown(unknown.Rows[0]); s != "x x x x x x of 0" || unknown.Group != table.All || unknown.Firms != 300 || unknown.Replied != 290 {
		t.Errorf("from another question's table the figure shows %s of %+v", s, unknown)
	}
}

// As counted the order is b (100), d (97), c (60), a (3), none. d may be 96 to 100 for all one sees, so it goes after.
func TestTheOrderTellsNothingOfWhatIsWithheld(t *testing.T) {
	q := &checklist.Question{ID: "q", Kind: checklist.Multiple}
	for i := range 5 {
		q.Items = append(q.Items, checklist.Item{ID: checklist.ItemID(fmt.Sprint("item-", i)), Exclusive: i == 0})
	}
	fig := &checklist.Figure{ID: "fig", Question: "q", Order: checklist.ByShare, Series: []checklist.Series{series("yes", "a")}}
	//                 none         a small      b             c             d great
	rows := [][]int{{50, 50}, {3, 97}, {94, 6}, {60, 40}, {97, 3}}
	order := func(rows [][]int) (s string) {
		for _, r := range disclosure.Figure(fig, q, disclosure.Distribution(raw(rows...), q, "", 5)).Rows {
			s += r.Item + " " + shown(r) + "\n"
		}
		return s
	}
	want := "item-2 94 of 100\nitem-3 60 of 100\nitem-1 x of 100\nitem-4 x of 100\nitem-0 50 of 100\n"
	if got := order(rows); got != want {
		t.Errorf("shown\n%swant\n%s", got, want)
	}
	rows[1], rows[4] = []int{99, 1}, []int{0, 100}
	if got := order(rows); got != want {
		t.Errorf("other withheld counts show\n%swant\n%s", got, want)
	}
}

// A whole sector on the real edition: what a protected figure shows is what was counted, and never below the threshold.
func TestProtectedFiguresOfTheRealEditionShowWhatWasCounted(t *testing.T) {
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(context.Background(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(2023, 6))
	var members []tally.Member
	for i := range 272 {
		members = append(members, tally.Member{Firm: checklist.FirmID(fmt.Sprintf("S-%04d", i))})
	}
	all := tally.New(ed, members)
	for _, m := range members {
		if err := all.Add(m.Firm, skewed(ed, rnd)); err != nil {
			t.Fatal(err)
		}
	}
	protected := map[string][]table.Table{}
	for _, tb := range all.Distributions() {
		q, _ := ed.Question(tb.ID)
		protected[tb.ID] = append(protected[tb.ID], disclosure.Distribution(tb, q, checklist.StageID(tb.Stage), ed.Threshold))
	}
	counted, visible, withheld := all.Figures(), 0, 0
	if len(counted) != 16 {
		t.Fatalf("%d figures", len(counted))
	}
	for _, tb := range counted {
		fig, _ := ed.Figure(checklist.FigureID(tb.ID))
		q, _ := ed.Question(string(fig.Question))
		got := disclosure.Figure(fig, q, protected[string(fig.Question)]...)
		if len(got.Rows) != len(tb.Rows) || got.Replied != tb.Replied {
			t.Fatalf("%s: %d rows of %d", tb.ID, len(got.Rows), len(tb.Rows))
		}
		want := map[string]table.Row{}
		for _, r := range tb.Rows {
			want[r.Item] = r
		}
		for _, r := range got.Rows {
			for i, c := range r.Cells {
				n, ok := c.Count()
				switch {
				case ok && (c != want[r.Item].Cells[i] || n < ed.Threshold):
					t.Errorf("%s %s %s: shows %d, counted %v", tb.ID, r.Item, tb.Columns[i], n, want[r.Item].Cells[i])
				case ok:
					visible++
				case !c.Empty():
					withheld++
				}
			}
		}
	}
	if visible == 0 || withheld == 0 {
		t.Errorf("%d cells shown, %d withheld: the test looked at one kind only", visible, withheld)
	}
}

// skewed draws answers that favour the first choice, at some places so much that the others are few.
func skewed(ed *checklist.Edition, rnd *rand.Rand) checklist.Answers {
	a := checklist.Answers{}
	for _, q := range ed.Questions() {
		for i, ref := range q.Refs() {
			switch {
			case rnd.IntN(20) == 0 || !ed.Applies(q, ref, a):
			case q.Kind == checklist.Number:
				a[ref] = checklist.Answer{Number: q.Min + rnd.Int64N(min(q.Max-q.Min, 50)+1)}
			case q.Kind == checklist.FreeText:
				a[ref] = checklist.Answer{Text: "words"}
			default:
				choices := q.ChoicesAt(ref.Stage)
				a[ref] = checklist.Answer{Choice: choices[min(int(rnd.ExpFloat64()*(0.2+float64(i%6)/5)), len(choices)-1)].ID}
			}
		}
	}
	return a
}
