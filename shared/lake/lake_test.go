package lake_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/laketest"
	"cssa/shared/table"
)

const run = "20230905T170000Z-nightly"

// Answers as a run would write them.
func answerRows(t *testing.T) []lake.AnswerRow {
	t.Helper()
	var rows []lake.AnswerRow
	for i, a := range laketest.Answers() {
		more, err := lake.AnswerRows(laketest.Edition(), laketest.Firms()[i].ID, a)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, more...)
	}
	return rows
}

func TestAnswersKeepTheirThreeStates(t *testing.T) {
	rows := answerRows(t)
	if want := 6 * 11; len(rows) != want { // 6 firms, 1+1+3+2×2+1+1 places
		t.Fatalf("%d rows, want %d", len(rows), want)
	}
	find := func(firm, question, item, stage string) lake.AnswerRow {
		for _, r := range rows {
			if r.Firm == firm && r.Question == question && r.Item == item && r.Stage == stage {
				return r
			}
		}
		t.Fatalf("no row for %s %s %s %s", firm, question, item, stage)
		return lake.AnswerRow{}
	}
	hours := find("S-0001", "hours", "", "")
	if hours.Number == nil || *hours.Number != 125000 || hours.Choice != "from-5" || hours.State != "answered" {
		t.Errorf("12.5 hours are stored as %+v", hours)
	}
	for _, c := range []struct{ firm, question, item, stage, state string }{
		{"S-0004", "review", "", "", "not_applicable"},               // no policy
		{"S-0003", "review", "", "", "unanswered"},                   // a policy, and left blank
		{"S-0003", "report", "cases", "", "unanswered"},              // blank is not "no"
		{"S-0004", "contingency", "ddos", "drill", "not_applicable"}, // no plan, no drill
		{"S-0003", "contingency", "ddos", "drill", "not_applicable"}, // plan left blank: the drill is not put to the firm
		{"S-0005", "contingency", "ransomware", "drill", "unanswered"},
		{"S-0005", "hours", "", "", "unanswered"},
	} {
		if r := find(c.firm, c.question, c.item, c.stage); r.State != c.state || r.Choice != "" || r.Number != nil {
			t.Errorf("%s %s.%s.%s is %+v, want %s without a value", c.firm, c.question, c.item, c.stage, r, c.state)
		}
	}
}

func TestSubmissionsSayWhoIsLateAndWhichCounts(t *testing.T) {
	ed := laketest.Edition()
	type row struct {
		firm          string
		version       int32
		late, current bool
		day           string
		mend, confirm int32
	}
	var got []row
	for _, r := range lake.SubmissionRows(ed, ed.Deadline, laketest.Submissions()) {
		got = append(got, row{r.Firm, r.Version, r.Late, r.Current, r.ReceivedOn.Date().String(), r.FaultsMend, r.FaultsConfirm})
	}
	want := []row{
		{"S-0001", 1, false, true, "2023-07-10", 0, 0},
		{"S-0002", 1, false, false, "2023-08-30", 2, 1},
		{"S-0002", 2, false, true, "2023-09-04", 0, 0}, // its first upload was in time; 00:05 JST is the day before in UTC
		{"S-0003", 1, true, true, "2023-09-01", 0, 0},
		{"S-0004", 1, false, false, "2023-08-01", 0, 0},
		{"S-0004", 2, false, true, "2023-08-20", 0, 0},
		{"S-0005", 1, false, true, "2023-08-31", 0, 0}, // at the deadline is in time
		{"S-0006", 1, false, true, "2023-08-31", 0, 0},
		{"S-0007", 1, false, false, "2023-08-02", 0, 0},
		{"S-0007", 2, false, true, "2023-09-01", 0, 0}, // withdrawn: it decides, and has no answers
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestSubmissionsSayWhyWarningsStand(t *testing.T) {
	ed := laketest.Edition()
	s := laketest.Submissions()[1]
	s.Confirmations = []checklist.Confirmation{{Code: "C005", Reason: "略称"}, {Code: "W301", Ref: checklist.Ref{Question: "hours"}, Rule: "long-hours", Reason: "統合\nのため"}}
	rows := lake.SubmissionRows(ed, ed.Deadline, []checklist.Submission{s})
	if len(rows) != 1 || rows[0].Confirmed != 2 || rows[0].Reasons != "C005: 略称\nW301 hours (long-hours): 統合 のため" {
		t.Errorf("%+v", rows)
	}
}

// drawTables draws tables as disclosure would leave them: cells shown, empty, or withheld alone or in joints, some with
// the one below the threshold named.
//
// The cells of a figure may be of different stages and so have bases of their own.
func drawTables(protected, figures bool) *rapid.Generator[[]table.Table] {
	return rapid.Custom(func(t *rapid.T) []table.Table {
		var tables []table.Table
		for i := range rapid.IntRange(0, 4).Draw(t, "tables") {
			tables = append(tables, drawTable(t, i, protected, figures))
		}
		return tables
	})
}

func drawTable(t *rapid.T, i int, protected, figures bool) table.Table {
	out := table.Table{Edition: "2023-sample", Run: run, ID: "fig0" + strconv.Itoa(i%3+1), Group: table.All, Firms: 300, Replied: 290}
	if !protected && rapid.Bool().Draw(t, "grouped") {
		out.Group = table.Group{Dimension: "size", ID: rapid.SampledFrom([]string{"large", "small"}).Draw(t, "size")}
	}
	for c := range rapid.IntRange(1, 5).Draw(t, "columns") {
		out.Columns = append(out.Columns, "c"+strconv.Itoa(c))
	}
	for r := range rapid.IntRange(1, 4).Draw(t, "rows") {
		row := table.Row{Item: "", Base: rapid.IntRange(0, 290).Draw(t, "base")}
		if rapid.Bool().Draw(t, "items") {
			row.Item = "i" + strconv.Itoa(r)
		}
		row.Unanswered = rapid.IntRange(0, 290-row.Base).Draw(t, "unanswered")
		row.NotApplicable = 290 - row.Base - row.Unanswered
		for c := range out.Columns {
			kind := 0
			if protected && row.Base > 0 {
				kind = rapid.IntRange(0, 3).Draw(t, "kind")
			}
			switch {
			case kind == 3:
				row.Cells = append(row.Cells, table.Withhold(-1))
			case kind == 2 && len(row.Joints) > 0:
				j := len(row.Joints) - 1
				row.Joints[j].Columns = append(row.Joints[j].Columns, c)
				row.Cells = append(row.Cells, table.Withhold(j))
			case kind >= 1:
				row.Joints = append(row.Joints, table.Joint{Columns: []int{c}, Count: rapid.IntRange(0, row.Base).Draw(t, "joint"), Few: -1})
				row.Cells = append(row.Cells, table.Withhold(len(row.Joints)-1))
			default:
				base := row.Base
				if figures && c > 0 {
					base = rapid.IntRange(0, row.Base).Draw(t, "stage's base")
				}
				row.Cells = append(row.Cells, table.Count(rapid.IntRange(0, base).Draw(t, "count"), base))
			}
		}
		for j := range row.Joints {
			if rapid.Bool().Draw(t, "few") {
				row.Joints[j].Few = rapid.SampledFrom(row.Joints[j].Columns).Draw(t, "which")
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// What is read back from the file is the table that was written, withheld cells, joints and all.
func TestTablesSurviveTheFile(t *testing.T) {
	ed := laketest.Edition()
	rapid.Check(t, func(t *rapid.T) {
		open, restricted := drawTables(true, false).Draw(t, "open"), drawTables(false, false).Draw(t, "restricted")
		roundTrip(t, open, lake.OpenDistributionRows, lake.OpenDistributionTables)
		roundTrip(t, restricted, lake.DistributionRows, lake.DistributionTables)
		open, restricted = drawTables(true, true).Draw(t, "open figures"), drawTables(false, true).Draw(t, "restricted figures")
		roundTrip(t, open, func(ts []table.Table) ([]lake.OpenFigureRow, error) { return lake.OpenFigureRows(ed, ts) }, lake.OpenFigureTables)
		roundTrip(t, restricted, func(ts []table.Table) ([]lake.FigureRow, error) { return lake.FigureRows(ed, ts) }, lake.FigureTables)
	})
}

func roundTrip[T lake.Row](t *rapid.T, tables []table.Table, rows func([]table.Table) ([]T, error), back func(checklist.EditionID, string, []T) ([]table.Table, error)) {
	written, err := rows(tables)
	if err != nil {
		t.Fatal(err)
	}
	file, err := lake.Encode(written)
	if err != nil {
		t.Fatal(err)
	}
	read, err := lake.Decode[T](file)
	if err != nil {
		t.Fatal(err)
	}
	if len(written) > 0 && !reflect.DeepEqual(written, read) {
		t.Fatalf("wrote %v\nread %v", written, read)
	}
	got, err := back("2023-sample", run, read)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, tables) {
		t.Fatalf("got  %+v\nwant %+v", got, tables)
	}
}

func TestWhatMayNotEnterTheLake(t *testing.T) {
	ed := laketest.Edition()
	shown := table.Table{ID: "fig01", Group: table.All, Columns: []string{"a"}, Rows: []table.Row{{Base: 9, Cells: []table.Cell{table.Count(4, 9)}}}}
	change := func(f func(*table.Table)) []table.Table {
		c := shown
		c.Rows = []table.Row{{Base: 9, Cells: []table.Cell{table.Count(4, 9)}}}
		f(&c)
		return []table.Table{c}
	}
	for name, c := range map[string]struct {
		tables     []table.Table
		restricted bool // whether the restricted door refuses it too
	}{
		"a figure the edition does not have":         {change(func(t *table.Table) { t.ID = "fig99" }), true},
		"more columns than cells":                    {change(func(t *table.Table) { t.Columns = []string{"a", "b"} }), true},
		"a withheld cell outside its joint":          {change(func(t *table.Table) { t.Rows[0].Cells[0] = table.Withhold(0) }), true},
		"a joint that tells of a cell that is shown": {change(func(t *table.Table) { t.Rows[0].Joints = []table.Joint{{Columns: []int{0}, Count: 4, Few: -1}} }), true},
	} {
		if _, err := lake.OpenFigureRows(ed, c.tables); !errors.Is(err, lake.ErrTable) {
			t.Errorf("%s: open: %v", name, err)
		}
		if _, err := lake.FigureRows(ed, c.tables); errors.Is(err, lake.ErrTable) != c.restricted {
			t.Errorf("%s: restricted: %v", name, err)
		}
	}
	withheld := change(func(t *table.Table) { t.Rows[0].Cells[0] = table.Withhold(-1) })
	another := change(func(t *table.Table) { t.Rows[0].Cells[0] = table.Count(4, 8) })
	if _, err := lake.OpenDistributionRows(another); !errors.Is(err, lake.ErrTable) {
		t.Errorf("a distribution whose cell has another base than its row: %v", err)
	}
	if _, err := lake.DistributionRows(withheld); !errors.Is(err, lake.ErrTable) {
		t.Errorf("a withheld cell among the restricted tables: %v", err)
	}
}

func TestARunIsWrittenOnceAndMadeCurrent(t *testing.T) {
	ctx, dir, rows := context.Background(), laketest.Dir(t.TempDir()), answerRows(t)
	for range 2 { // a rerun writes the same bytes
		if err := lake.Write(ctx, dir, "2023-sample", run, rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := lake.Write(ctx, dir, "2023-sample", run, rows[1:]); !errors.Is(err, archive.ErrExists) {
		t.Errorf("other rows for the same run: %v", err)
	}
	if _, err := lake.Current(ctx, dir, "2023-sample"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("no run is current yet: %v", err)
	}
	for _, r := range []string{run, "20230906T170000Z-nightly"} {
		if err := lake.MakeCurrent(ctx, dir, "2023-sample", r); err != nil {
			t.Fatal(err)
		}
		if got, err := lake.Current(ctx, dir, "2023-sample"); err != nil || got != r {
			t.Errorf("current is %q, %v; want %q", got, err, r)
		}
	}
	got, err := lake.Read[lake.AnswerRow](ctx, dir, "2023-sample", run)
	if err != nil || !reflect.DeepEqual(got, rows) {
		t.Errorf("read back %d rows, %v", len(got), err)
	}
	if _, err := lake.Read[lake.AnswerRow](ctx, dir, "2023-sample", "another"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("a run that was not written: %v", err)
	}
}

func TestManyRowsMakeSeveralFiles(t *testing.T) {
	ctx, dir := context.Background(), laketest.Dir(t.TempDir())
	batch := make([]lake.CurrentRunRow, 1<<20)
	for i := range batch {
		batch[i].Run = strconv.Itoa(i % 7)
	}
	err := lake.WriteSeq(ctx, dir, "2023-sample", run, func(yield func([]lake.CurrentRunRow, error) bool) {
		for range 5 {
			if !yield(batch, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := dir.Get(ctx, lake.Key("current_run", "2023-sample", run, 1), "", 0); err != nil {
		t.Error(err)
	}
	rows, err := lake.Read[lake.CurrentRunRow](ctx, dir, "2023-sample", run)
	if err != nil || len(rows) != 5<<20 || rows[len(rows)-1] != batch[len(batch)-1] {
		t.Errorf("read back %d rows, %v", len(rows), err)
	}
	broken := errors.New("the ledger broke off")
	err = lake.WriteSeq(ctx, dir, "2023-sample", "cut-short", func(yield func([]lake.CurrentRunRow, error) bool) {
		_ = yield(batch[:10], nil) && yield(nil, broken)
	})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, _, err := dir.Get(ctx, lake.Key("current_run", "2023-sample", "cut-short", 0), "", 0); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("what was cut short is stored: %v", err)
	}
}

func TestTheSameRowsMakeTheSameFile(t *testing.T) {
	first, err := lake.Encode(answerRows(t))
	if err != nil {
		t.Fatal(err)
	}
	second, err := lake.Encode(answerRows(t))
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("two encodings differ: %v", err)
	}
	if hash := lake.SchemaHash[lake.AnswerRow](); !bytes.Contains(first, []byte(hash)) {
		t.Errorf("the file does not say its schema %s", hash)
	}
}

func TestDaysAreCivil(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := lake.Day(rapid.IntRange(-40000, 80000).Draw(t, "day"))
		if got := *lake.DayOf(n.Date()); got != n {
			t.Fatalf("%d is %s is %d", n, n.Date(), got)
		}
	})
	d, _ := checklist.ParseDate("2023-06-30")
	if got := *lake.DayOf(d); got != 19538 { // date -d 2023-06-30 +%s, over 86400
		t.Errorf("2023-06-30 is day %d", got)
	}
	if lake.DayOf(checklist.Date{}) != nil {
		t.Error("no date is a day")
	}
}
