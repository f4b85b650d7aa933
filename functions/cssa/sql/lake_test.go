package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/duckdb"
	"cssa/shared/lake/laketest"
	"cssa/shared/register"
	"cssa/shared/table"
	"cssa/shared/tally"
)

const night = "20230905T170000Z-nightly"

// A place is the two doors' folders.
type place struct{ restricted, open laketest.Dir }

func newPlace(t testing.TB) place {
	dir := t.TempDir()
	p := place{laketest.Dir(filepath.Join(dir, "restricted [1]")), laketest.Dir(filepath.Join(dir, "open"))}
	for _, d := range []laketest.Dir{p.restricted, p.open} {
		if err := os.Mkdir(string(d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// attach opens a database over the place, confined as the program's is.
func (p place) attach(t testing.TB, scope duckdb.Scope) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	ctx := context.Background()
	if err := duckdb.Confine(ctx, db, 1024, 1, string(p.restricted), string(p.open)); err != nil {
		t.Fatal(err)
	}
	if err := duckdb.Attach(ctx, db, string(p.restricted), string(p.open), scope); err != nil {
		t.Fatal(err)
	}
	return db
}

// groupsOf returns the groups that a firm has in every edition, groupsIn those that it has in ed.
func groupsOf(f register.Firm) []table.Group { return groupsIn(&checklist.Edition{}, f) }

func groupsIn(ed *checklist.Edition, f register.Firm) []table.Group {
	var groups []table.Group
	for _, by := range ed.Dimensions() {
		if id := f.Group(by); id != "" {
			groups = append(groups, table.Group{Dimension: string(by), ID: id})
		}
	}
	return groups
}

// write does what a night's run does, but for making it current: answers of the firms that replied are at their index.
func (p place) write(t testing.TB, ed *checklist.Edition, run string, firms []register.Firm, answers []checklist.Answers) {
	t.Helper()
	ctx := context.Background()
	var members []tally.Member
	for _, f := range firms {
		members = append(members, tally.Member{Firm: f.ID, Groups: groupsIn(ed, f)})
	}
	counted := tally.New(ed, members)
	var rows []lake.AnswerRow
	for i, a := range answers {
		must(t, counted.Add(firms[i].ID, a))
		more, err := lake.AnswerRows(ed, firms[i].ID, a)
		must(t, err)
		rows = append(rows, more...)
	}
	named := func(tables []table.Table) []table.Table {
		for i := range tables {
			tables[i].Run = run
		}
		return tables
	}
	distributions, err := lake.DistributionRows(named(counted.Distributions()))
	must(t, err)
	figures, err := lake.FigureRows(ed, named(counted.Figures()))
	must(t, err)
	quartiles, err := lake.QuartileRows(counted.Quartiles())
	must(t, err)
	dimensions, err := lake.DimensionRows(ed)
	must(t, err)
	started := lake.Run{Edition: ed.ID, ID: run, Kind: "nightly", StartedAt: time.Date(2023, 9, 5, 17, 0, 0, 123e6, time.UTC), Replied: len(answers)}
	must(t, lake.Write(ctx, p.restricted, ed.ID, run, rows))
	must(t, lake.Write(ctx, p.restricted, ed.ID, run, distributions))
	must(t, lake.Write(ctx, p.restricted, ed.ID, run, figures))
	must(t, lake.Write(ctx, p.restricted, ed.ID, run, lake.FirmRows(firms)))
	must(t, lake.Write(ctx, p.restricted, ed.ID, run, quartiles))
	must(t, lake.Write(ctx, p.restricted, ed.ID, run, lake.FirmAttributeRows(ed, firms)))
	must(t, lake.Write(ctx, p.restricted, ed.ID, run, lake.RunRows(ed, started, len(firms))))
	must(t, lake.Write(ctx, p.restricted, ed.ID, run, lake.SubmissionRows(ed, ed.Deadline, laketest.Submissions())))
	must(t, dimensions.Write(ctx, p.restricted, ed.ID, run))
}

func (p place) sample(t testing.TB) {
	t.Helper()
	ed := laketest.Edition()
	p.write(t, ed, night, laketest.Firms(), laketest.Answers())
	must(t, lake.MakeCurrent(context.Background(), p.restricted, ed.ID, night))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ask returns the rows of a query as lines of CSV, without the head.
func ask(t testing.TB, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatalf("%s\n%v", query, err)
	}
	defer rows.Close()
	var b strings.Builder
	must(t, printRows(rows, newPrinter["csv"](&b)))
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")[1:]
}

func expect(t *testing.T, db *sql.DB, query string, want ...string) {
	t.Helper()
	if got := ask(t, db, query); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", query, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Every expected line below was counted by hand from laketest's six answers.
func TestTheSampleCountedByHand(t *testing.T) {
	p := newPlace(t)
	p.sample(t)
	db := p.attach(t, duckdb.Restricted)

	expect(t, db, `SELECT firm, version, status, received_at, received_on, late, current, answered, unanswered, not_applicable, faults_mend
		FROM submissions WHERE firm IN ('S-0002', 'S-0003', 'S-0007') ORDER BY firm, version`,
		"S-0002,1,returned,2023-08-30T03:00:00Z,2023-08-30,false,false,,,,2",
		"S-0002,2,accepted,2023-09-03T15:05:00Z,2023-09-04,false,true,9,1,1,0", // 00:05 in Japan; remarks blank, no drill for DDoS
		"S-0003,1,accepted,2023-08-31T15:00:00Z,2023-09-01,true,true,7,3,1,0",
		"S-0007,1,accepted,2023-08-02T00:00:00Z,2023-08-02,false,false,9,1,1,0",
		"S-0007,2,withdrawn,2023-09-01T00:00:00Z,2023-09-01,false,true,,,,0")
	expect(t, db, `SELECT firm, state, choice, number, text FROM answers WHERE question IN ('hours', 'remarks') AND firm IN ('S-0001', 'S-0003', 'S-0005') ORDER BY firm, question`,
		"S-0001,answered,from-5,12.5000,\"\"",
		"S-0001,answered,\"\",,\"特になし\n以上、\"\"引用\"\"付き\"",
		"S-0003,answered,under-5,4.9000,\"\"",
		"S-0003,answered,\"\",,①㈱髙﨑",
		"S-0005,unanswered,\"\",,\"\"",
		"S-0005,unanswered,\"\",,\"\"")
	expect(t, db, `SELECT name_ja, registration_number, corporate_group, successor, valid_from, valid_to FROM firms WHERE firm IN ('S-0003', 'S-0007') ORDER BY firm`,
		"髙﨑ネット証券,関東財務局長（金商）第9903号,\"\",\"\",2010-04-01,",
		"架空第七証券,関東財務局長（金商）第9907号,\"\",S-0001,2010-04-01,2023-08-31")
	expect(t, db, `SELECT * FROM runs`, "2023-sample,"+night+",nightly,2023-09-05T17:00:00.123Z,2023-06-30,5a5a5a,7,6")

	const counts = `SELECT item, stage, choice, population, replied, base, unanswered, not_applicable, count, share FROM distributions `
	expect(t, db, counts+`WHERE question = 'policy' AND dimension = 'all' ORDER BY position`,
		`"","",public,7,6,6,0,0,2,33.3`, `"","",internal,7,6,6,0,0,2,33.3`, `"","",none,7,6,6,0,0,2,33.3`)
	expect(t, db, counts+`WHERE question = 'policy' AND group_id = 'large' ORDER BY position`,
		`"","",public,3,3,3,0,0,1,33.3`, `"","",internal,3,3,3,0,0,2,66.7`, `"","",none,3,3,3,0,0,0,0.0`)
	expect(t, db, counts+`WHERE question = 'review' AND dimension = 'all' ORDER BY position`, // two firms without policy; S-0003 left it blank
		`"","",yes,7,6,3,1,2,2,66.7`, `"","",no,7,6,3,1,2,1,33.3`)
	expect(t, db, counts+`WHERE question = 'report' AND item = 'cases' AND dimension = 'all' ORDER BY position`, // blank is not no
		`cases,"",yes,7,6,5,1,0,2,40.0`, `cases,"",no,7,6,5,1,0,3,60.0`)
	expect(t, db, counts+`WHERE question = 'contingency' AND stage = 'drill' AND dimension = 'all' ORDER BY position`,
		"ransomware,drill,done,7,6,3,1,2,2,66.7", "ransomware,drill,not,7,6,3,1,2,1,33.3",
		"ddos,drill,done,7,6,3,0,3,2,66.7", "ddos,drill,not,7,6,3,0,3,1,33.3")
	expect(t, db, counts+`WHERE question = 'hours' AND group_id = 'major' ORDER BY position`,
		`"","",under-5,3,2,2,0,0,0,0.0`, `"","",from-5,3,2,2,0,0,2,100.0`)
	expect(t, db, counts+`WHERE question = 'remarks'`)

	const figures = `SELECT figure_number, item, series, base, count, share_base, share FROM figures `
	expect(t, db, figures+`WHERE dimension = 'all' ORDER BY figure_number, position`,
		`1,"",set-out,6,4,6,66.7`, `1,"",none,6,2,6,33.3`,
		"2,incidents,yes,4,3,4,75.0", "2,cases,yes,3,1,3,33.3", // firms with a policy: 1 2 3 6
		"3,ransomware,done,3,2,3,66.7", "3,ddos,done,3,2,3,66.7")

	expect(t, db, `SELECT firm_ja, question_number, item_ja, choice_ja, choice_en, unit_ja FROM answer_labels WHERE firm = 'S-0001' AND question IN ('report', 'hours') ORDER BY position, item_position`,
		"架空第一証券㈱,1-3,自組織の事案 ①㈱髙﨑,はい,Yes,\"\"", "架空第一証券㈱,1-3,他社事例,はい,Yes,\"\"", "架空第一証券㈱,1-3,報告していない,いいえ,No,\"\"",
		"架空第一証券㈱,2-2,,5時間以上,5 or more,時間")
	expect(t, db, `SELECT count(*) FROM answer_labels`, "66") // no row lost or doubled by the joins
	expect(t, db, `SELECT (SELECT count(*) FROM distributions) - (SELECT count(*) FROM distribution_labels)`, "0")
	expect(t, db, `SELECT (SELECT count(*) FROM figures) - (SELECT count(*) FROM figure_labels)`, "0")
	for _, q := range lake.Queries(laketest.Edition()) {
		if q.Name == "response" {
			expect(t, db, q.SQL, "all,all,7,6,85.7", "group,major,3,2,66.7", "group,net,4,4,100.0", "sector,sample,7,6,85.7", "size,large,3,3,100.0", "size,small,4,3,75.0")
		}
	}
}

// What was released comes out of SQL as it went in: a withheld cell has no number anywhere.
func TestReleasedTablesBehindTheOpenDoor(t *testing.T) {
	p, ed, ctx := newPlace(t), laketest.Edition(), context.Background()
	p.sample(t)
	tables := []table.Table{{
		Edition: string(ed.ID), Run: night, ID: "policy", Group: table.All, Firms: 7, Replied: 6, Columns: []string{"public", "internal", "none"},
		Rows: []table.Row{{Base: 6, Cells: []table.Cell{table.Count(3, 6), table.Withhold(0), table.Withhold(0)}, Joints: []table.Joint{{Columns: []int{1, 2}, Count: 3, Few: 2}}}},
	}}
	rows, err := lake.OpenDistributionRows(tables)
	must(t, err)
	must(t, lake.Write(ctx, p.open, ed.ID, night, rows))
	must(t, lake.MakeCurrent(ctx, p.open, ed.ID, night))
	db := p.attach(t, duckdb.OpenOnly)
	expect(t, db, `SELECT choice, count, share, withheld, joint, joint_count, few FROM open_distributions ORDER BY position`,
		"public,3,50.0,false,,,", "internal,,,true,1,3,false", "none,,,true,1,3,true")
	if _, err := db.QueryContext(ctx, "SELECT * FROM answers"); err == nil {
		t.Error("the open door shows answers")
	}
	read, err := lake.Read[lake.OpenDistributionRow](ctx, p.open, ed.ID, night)
	must(t, err)
	if got, err := lake.OpenDistributionTables(ed.ID, night, read); err != nil || !reflect.DeepEqual(got, tables) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// A reader sees the old run whole until the new one is made current, and of a half-written run nothing.
func TestARunAppearsWhole(t *testing.T) {
	p, ed, ctx := newPlace(t), laketest.Edition(), context.Background()
	seen := func() string {
		db := p.attach(t, duckdb.Restricted)
		return fmt.Sprint(ask(t, db, `SELECT (SELECT count(*) FROM answers), (SELECT count(DISTINCT run) FROM answers), (SELECT count(*) FROM figures), (SELECT count(*) FROM firms), (SELECT max(run) FROM runs)`))
	}
	nothing, first := "[0,0,0,0,]", "[66,1,36,7,"+night+"]" // 6 series × items, 6 groups
	if got := seen(); got != nothing {
		t.Errorf("before any run: %s", got)
	}
	p.write(t, ed, night, laketest.Firms(), laketest.Answers())
	if got := seen(); got != nothing {
		t.Errorf("written and not current: %s", got)
	}
	must(t, lake.MakeCurrent(ctx, p.restricted, ed.ID, night))
	if got := seen(); got != first {
		t.Errorf("current: %s", got)
	}
	const next = "20230906T170000Z-nightly"
	rows, err := lake.AnswerRows(ed, "S-0001", laketest.Answers()[0])
	must(t, err)
	must(t, lake.Write(ctx, p.restricted, ed.ID, next, rows)) // and then the run dies
	if got := seen(); got != first {
		t.Errorf("with half a run beside it: %s", got)
	}
	const third = "20230907T170000Z-nightly"
	p.write(t, ed, third, laketest.Firms(), laketest.Answers()[:5])
	db := p.attach(t, duckdb.Restricted) // attached before the run becomes current
	must(t, lake.MakeCurrent(ctx, p.restricted, ed.ID, third))
	if got, want := seen(), "[55,1,36,7,"+third+"]"; got != want {
		t.Errorf("the next run: %s, want %s", got, want)
	}
	expect(t, db, "SELECT count(*) FROM answers", "55")
}

// Two editions stand in one lake, each with its own current run.
func TestEditionsStandBesideEachOther(t *testing.T) {
	p, ctx := newPlace(t), context.Background()
	p.sample(t)
	other := laketest.Edition()
	other.ID = "2024-sample"
	p.write(t, other, "20240905T170000Z-nightly", laketest.Firms()[:3], laketest.Answers()[:3])
	must(t, lake.MakeCurrent(ctx, p.restricted, other.ID, "20240905T170000Z-nightly"))
	db := p.attach(t, duckdb.Restricted)
	expect(t, db, "SELECT edition, count(*), max(firm) FROM answers GROUP BY edition ORDER BY edition", "2023-sample,66,S-0006", "2024-sample,33,S-0003")
	expect(t, db, "SELECT count(*) FROM answer_labels", "99")
	for _, ed := range []*checklist.Edition{laketest.Edition(), other} {
		recomputes(t, db, ed)
	}
}

// recomputes fails unless SQL over the answers gives the run's tables.
func recomputes(t testing.TB, db *sql.DB, ed *checklist.Edition) {
	t.Helper()
	for _, q := range lake.Queries(ed) {
		if q.Table == "" {
			continue
		}
		if rows := ask(t, db, q.Differences()); len(rows) > 0 {
			t.Errorf("%s of %s: %d rows differ, e.g.\n%s", q.Name, ed.ID, len(rows), strings.Join(rows[:min(4, len(rows))], "\n"))
		}
	}
}
