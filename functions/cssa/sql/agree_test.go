package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/duckdb"
	"cssa/shared/lake/laketest"
	"cssa/shared/register"
	"cssa/shared/table"
)

// draw draws a firm's answers: any mixture of answered and blank, places that do not apply left blank.
func draw(t *rapid.T, ed *checklist.Edition) checklist.Answers {
	a := checklist.Answers{}
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			if !ed.Applies(q, r, a) || rapid.IntRange(0, 5).Draw(t, "blank") == 0 {
				continue
			}
			switch q.Kind {
			case checklist.Number:
				a[r] = checklist.Answer{Number: rapid.Int64Range(0, 120).Draw(t, "number")}
			case checklist.FreeText:
				a[r] = checklist.Answer{Text: rapid.String().Draw(t, "text")}
			default:
				a[r] = checklist.Answer{Choice: rapid.SampledFrom(q.ChoicesAt(r.Stage)).Draw(t, "choice").ID}
			}
		}
	}
	return a
}

func drawFirms(t *rapid.T) []register.Firm {
	firms := make([]register.Firm, rapid.IntRange(1, 40).Draw(t, "firms"))
	for i := range firms {
		firms[i] = register.Firm{
			ID: checklist.FirmID(fmt.Sprintf("S-%04d", i+1)), Sector: "sample",
			PeerGroup: rapid.SampledFrom([]string{"major", "net"}).Draw(t, "group"), SizeBand: rapid.SampledFrom([]string{"large", "small"}).Draw(t, "size"),
		}
	}
	return firms
}

// A round is firms, of which the first replied with these answers.
type round struct {
	firms   []register.Firm
	answers []checklist.Answers
}

// Whatever firms answer, SQL over the answers and the tally agree on every number of every table.
func TestSQLRecomputesEveryTable(t *testing.T) {
	ed, p := laketest.Edition(), newPlace(t)
	p.sample(t)
	db := p.attach(t, duckdb.Restricted)
	rounds := rapid.Custom(func(t *rapid.T) round {
		r := round{firms: drawFirms(t)}
		for range rapid.IntRange(0, len(r.firms)).Draw(t, "replied") {
			r.answers = append(r.answers, draw(t, ed))
		}
		return r
	})
	for seed := range 20 {
		r, id := rounds.Example(seed), fmt.Sprintf("run-%d", seed)
		must(t, os.RemoveAll(string(p.restricted)))
		p.write(t, ed, id, r.firms, r.answers)
		must(t, lake.MakeCurrent(context.Background(), p.restricted, ed.ID, id))
		recomputes(t, db, ed)
		if rows := ask(t, db, "SELECT count(*) > 0, max(run) FROM distributions"); rows[0] != "true,"+id {
			t.Errorf("nothing was compared: %v", rows)
		}
		if t.Failed() {
			t.Fatalf("round %d: %+v", seed, r)
		}
	}
}

// The comparison would see a single wrong number, and a single missing row.
func TestTheComparisonBites(t *testing.T) {
	for name, spoil := range map[string]func(rows []lake.DistributionRow) []lake.DistributionRow{
		"a count one too high": func(rows []lake.DistributionRow) []lake.DistributionRow { rows[7].Count++; return rows },
		"a share a tenth off":  func(rows []lake.DistributionRow) []lake.DistributionRow { *rows[0].Share++; return rows },
		"a row missing":        func(rows []lake.DistributionRow) []lake.DistributionRow { return rows[1:] },
		"a row twice":          func(rows []lake.DistributionRow) []lake.DistributionRow { return append(rows, rows[3]) },
		"no rows":              func([]lake.DistributionRow) []lake.DistributionRow { return nil },
	} {
		p, ed, ctx := newPlace(t), laketest.Edition(), context.Background()
		p.sample(t)
		rows, err := lake.Read[lake.DistributionRow](ctx, p.restricted, ed.ID, night)
		must(t, err)
		file, err := lake.Encode(spoil(rows))
		must(t, err)
		_, err = p.restricted.Replace(ctx, lake.Key("distributions", ed.ID, night, 0), file)
		must(t, err)
		db := p.attach(t, duckdb.Restricted)
		found := false
		for _, q := range lake.Queries(ed) {
			found = found || q.Table != "" && len(ask(t, db, q.Differences())) > 0
		}
		if !found {
			t.Errorf("%s: not noticed", name)
		}
	}
}

// ShareSQL is table.ShareOf, for every count of every base up to 400, and of the bases around 1,000 and 100,000.
func TestSharesAgree(t *testing.T) {
	db := newPlace(t).attach(t, duckdb.OpenOnly)
	rows, err := db.Query("SELECT c, b, CAST(share * 10 AS INTEGER) FROM (SELECT c.range AS c, b.range AS b, " + lake.ShareSQL("c.range", "b.range") +
		" AS share FROM range(1, 401) b, range(0, 401) c WHERE c.range <= b.range UNION ALL SELECT c.range, b.range, " + lake.ShareSQL("c.range", "b.range") +
		" FROM (SELECT range + 995 AS range FROM range(10) UNION ALL SELECT range + 99995 FROM range(10)) b, range(0, 100005, 7) c WHERE c.range <= b.range)")
	must(t, err)
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var c, b, tenths int
		must(t, rows.Scan(&c, &b, &tenths))
		if want := table.ShareOf(c, b); int(want) != tenths {
			t.Fatalf("%d of %d is %d in SQL, %d in Go", c, b, tenths, want)
		}
	}
	must(t, rows.Err())
	if n < 200000 {
		t.Errorf("%d shares compared", n)
	}
}

// A condition written as SQL holds for the firms for which the condition holds.
func TestConditionsAgree(t *testing.T) {
	ed, dir, n := laketest.Edition(), t.TempDir(), 0
	db := place{laketest.Dir(dir), laketest.Dir(dir)}.attach(t, duckdb.OpenOnly)
	rapid.Check(t, func(rt *rapid.T) {
		answers := make([]checklist.Answers, rapid.IntRange(1, 12).Draw(rt, "firms"))
		var rows []lake.AnswerRow
		for i := range answers {
			answers[i] = draw(rt, ed)
			more, err := lake.AnswerRows(ed, checklist.FirmID(fmt.Sprintf("S-%04d", i)), answers[i])
			must(t, err)
			rows = append(rows, more...)
		}
		file, err := lake.Encode(rows)
		must(t, err)
		n++
		path := filepath.Join(dir, fmt.Sprintf("answers-%d.parquet", n))
		must(t, os.WriteFile(path, file, 0o600))
		for range 5 {
			c := drawCondition(rt, ed, 3)
			var want []string
			for i, a := range answers {
				if c.Holds(ed, a) {
					want = append(want, fmt.Sprintf("S-%04d", i))
				}
			}
			query := "SELECT firm FROM read_parquet('" + path + "') GROUP BY firm HAVING " + lake.Having(ed, c) + " ORDER BY firm"
			if got := ask(t, db, query); strings.Join(got, " ") != strings.Join(want, " ") {
				rt.Fatalf("%s\ngot  %v\nwant %v", query, got, want)
			}
		}
	})
}

func drawCondition(t *rapid.T, ed *checklist.Edition, depth int) *checklist.Condition {
	ref := func() checklist.Ref { return rapid.SampledFrom(ed.Refs()).Draw(t, "ref") }
	choices := func(q *checklist.Question, st checklist.StageID) []checklist.ChoiceID {
		ids := []checklist.ChoiceID{"no-such"}
		for _, c := range q.ChoicesAt(st) {
			if rapid.Bool().Draw(t, "take") {
				ids = append(ids, c.ID)
			}
		}
		return ids
	}
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	if depth == 0 {
		kind = kind % 4
	}
	switch kind {
	case 0:
		// Number answers have no choice for Is to look at, so a number is asked for with Compare.
		r := ref()
		for r.Question == "hours" || r.Question == "remarks" {
			r = ref()
		}
		q, _ := ed.Question(string(r.Question))
		return &checklist.Condition{Is: &checklist.Is{Ref: r, Choices: choices(q, r.Stage)}}
	case 1:
		r := ref()
		return &checklist.Condition{Answered: &r}
	case 2:
		low, high := rapid.IntRange(0, 3).Draw(t, "low"), rapid.IntRange(0, 3).Draw(t, "high")
		count := &checklist.Count{Question: "report", AtLeast: &low, AtMost: &high}
		if rapid.Bool().Draw(t, "nested") {
			count.Question, count.Stage = "contingency", rapid.SampledFrom([]checklist.StageID{"plan", "drill"}).Draw(t, "stage")
		}
		q, _ := ed.Question(string(count.Question))
		count.Choices = choices(q, count.Stage)
		if rapid.Bool().Draw(t, "unbounded") {
			count.AtMost = nil
		}
		return &checklist.Condition{Count: count}
	case 3:
		low, high := rapid.Int64Range(0, 120).Draw(t, "from"), rapid.Int64Range(0, 120).Draw(t, "to")
		return &checklist.Condition{Compare: &checklist.Compare{Ref: checklist.Ref{Question: "hours"}, AtLeast: &low, AtMost: &high}}
	case 4:
		return &checklist.Condition{Not: drawCondition(t, ed, depth-1)}
	}
	var parts []checklist.Condition
	for range rapid.IntRange(1, 3).Draw(t, "parts") {
		parts = append(parts, *drawCondition(t, ed, depth-1))
	}
	if kind == 5 {
		return &checklist.Condition{All: parts}
	}
	return &checklist.Condition{Any: parts}
}

// DuckDB, another reader of Parquet, reads what parquet-go wrote and what parquet-go reads: every value, every NULL.
func TestTwoReadersReadTheSameRows(t *testing.T) {
	dir, n := t.TempDir(), 0
	db := place{laketest.Dir(dir), laketest.Dir(dir)}.attach(t, duckdb.OpenOnly)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("髙﨑①㈱ｱ\n\"',あ\u0000")), 0, 8, -1))
		count := rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(0, 5), rapid.IntRange(0, 5), rapid.Just(300))
		var rows []lake.AnswerRow
		for range count.Draw(rt, "rows") {
			row := lake.AnswerRow{
				Firm: text.Draw(rt, "firm"), Question: "q", State: rapid.SampledFrom([]string{"answered", "unanswered"}).Draw(rt, "state"), Text: text.Draw(rt, "text"),
			}
			if rapid.Bool().Draw(rt, "number") {
				n := rapid.Int64Range(-1e18+1, 1e18-1).Draw(rt, "n")
				row.Number = &n
			}
			rows = append(rows, row)
		}
		file, err := lake.Encode(rows)
		must(t, err)
		read, err := lake.Decode[lake.AnswerRow](file)
		must(t, err)
		if len(rows) > 0 && !reflect.DeepEqual(read, rows) {
			rt.Fatalf("parquet-go read %v, wrote %v", read, rows)
		}
		n++
		path := filepath.Join(dir, fmt.Sprintf("answers-%d.parquet", n))
		must(t, os.WriteFile(path, file, 0o600))
		got, err := db.Query("SELECT firm, question, item, stage, state, choice, CAST(CAST(number AS DECIMAL(30,4)) * 10000 AS BIGINT), text FROM read_parquet('" + path + "')")
		must(t, err)
		defer got.Close()
		var other []lake.AnswerRow
		for got.Next() {
			var r lake.AnswerRow
			must(t, got.Scan(&r.Firm, &r.Question, &r.Item, &r.Stage, &r.State, &r.Choice, &r.Number, &r.Text))
			other = append(other, r)
		}
		must(t, got.Err())
		if !reflect.DeepEqual(other, rows) {
			rt.Fatalf("DuckDB read %v, wrote %v", other, rows)
		}
	})
}

// A file from before a column was added still answers, with NULL in that column.
func TestOlderFilesLackColumns(t *testing.T) {
	p, ed, ctx := newPlace(t), laketest.Edition(), context.Background()
	p.sample(t)
	db := p.attach(t, duckdb.Restricted)
	older := filepath.Join(string(p.restricted), filepath.FromSlash(lake.Key("runs", ed.ID, night, 0)))
	_, err := db.ExecContext(ctx, fmt.Sprintf("COPY (SELECT kind, started_at, population FROM runs) TO '%s' (FORMAT parquet)", older))
	must(t, err)
	expect(t, p.attach(t, duckdb.Restricted), "SELECT kind, population, replied, definition FROM runs", "nightly,7,,")
	rows, err := lake.Read[lake.RunRow](ctx, p.restricted, ed.ID, night)
	if err != nil || len(rows) != 1 || rows[0].Population != 7 || rows[0].Replied != 0 {
		t.Errorf("%+v, %v", rows, err)
	}
}

// The bytes of the file do not depend on the run of the program: no clock, no map order.
func TestTheLakeIsTheSameEveryTime(t *testing.T) {
	var first []string
	for range 3 {
		p := newPlace(t)
		p.sample(t)
		var all []string
		must(t, filepath.WalkDir(string(p.restricted), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			body, err := os.ReadFile(path)
			all = append(all, strings.TrimPrefix(path, string(p.restricted))+" "+fmt.Sprintf("%x", bytes.Clone(body)))
			return err
		}))
		if first == nil {
			first = all
		}
		if !slices.Equal(first, all) {
			t.Fatal("a second run wrote other bytes")
		}
	}
}

// What a file tells of a column's least and greatest value never hides a row: every value is found by looking for it.
func TestStatisticsHideNoRow(t *testing.T) {
	p := newPlace(t)
	p.sample(t)
	db := p.attach(t, duckdb.Restricted)
	expect(t, db, "SELECT firm FROM answers WHERE number > 4.9 ORDER BY firm", "S-0001", "S-0002", "S-0006")
	expect(t, db, "SELECT firm FROM answers WHERE number < 4.9", "S-0004")
	expect(t, db, "SELECT firm FROM answers WHERE text = '①㈱髙﨑'", "S-0003")
	expect(t, db, "SELECT count(*) FROM answers WHERE choice = 'public' AND question = 'policy' AND state >= 'answered'", "2")
	expect(t, db, "SELECT count(*) FROM answers WHERE number IS NULL AND question = 'hours'", "1")
	path := filepath.Join(string(p.restricted), filepath.FromSlash(lake.Key("answers", "2023-sample", night, 0)))
	expect(t, db, "SELECT path_in_schema, stats_min_value, stats_max_value FROM parquet_metadata('"+strings.ReplaceAll(path, "[", "[[]")+"') WHERE path_in_schema IN ('firm', 'question', 'number') ORDER BY 1",
		"firm,S-0001,S-0006", "number,0.0000,1000.0000", "question,contingency,review")
}
