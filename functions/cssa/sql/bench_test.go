package main

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/register"
	"cssa/shared/tally"
)

// The benchmarks do the same work twice in one run, here and in DuckDB on one thread, and report how many times faster
// ours is: "×" above 1 is faster than DuckDB.

// a sample of the real edition large enough to drown what is fixed.
type load struct {
	ed      *checklist.Edition
	firms   []register.Firm
	answers []checklist.Answers
	rows    []lake.AnswerRow
	dir     string
	file    string
	db      *sql.DB // unconfined, one thread: it writes files too
}

func newLoad(b *testing.B, n int) *load {
	b.Helper()
	l := &load{ed: securities(b), dir: b.TempDir()}
	l.firms, l.answers = invent(l.ed, n)
	for i, a := range l.answers {
		rows, err := lake.AnswerRows(l.ed, l.firms[i].ID, a)
		must(b, err)
		l.rows = append(l.rows, rows...)
	}
	file, err := lake.Encode(l.rows)
	must(b, err)
	l.file = filepath.Join(l.dir, "answers.parquet")
	must(b, os.WriteFile(l.file, file, 0o600))
	firms, err := lake.Encode(lake.FirmRows(l.firms))
	must(b, err)
	must(b, os.WriteFile(filepath.Join(l.dir, "firms.parquet"), firms, 0o600))
	l.db, err = sql.Open("duckdb", "")
	must(b, err)
	b.Cleanup(func() { l.db.Close() })
	l.do(b, "SET threads = 1")
	l.do(b, "CREATE TABLE answers AS FROM '"+l.file+"'")
	l.do(b, `CREATE TABLE members AS WITH f AS (FROM '`+filepath.Join(l.dir, "firms.parquet")+`')
		SELECT firm, 'all' AS dimension, 'all' AS group_id FROM f UNION ALL SELECT firm, 'sector', sector FROM f
		UNION ALL SELECT firm, 'group', peer_group FROM f UNION ALL SELECT firm, 'size', size_band FROM f`)
	return l
}

func (l *load) do(b *testing.B, query string) {
	b.Helper()
	if _, err := l.db.ExecContext(context.Background(), query); err != nil {
		b.Fatalf("%s: %v", query, err)
	}
}

// took returns how long f takes.
func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func BenchmarkParquetWriteAgainstDuckDB(b *testing.B) {
	l := newLoad(b, 5000)
	var ours, theirs time.Duration
	size := 0
	for b.Loop() {
		ours += took(func() {
			var file bytes.Buffer
			w := lake.NewWriter[lake.AnswerRow](&file)
			must(b, w.Write(l.rows))
			must(b, w.Close())
			must(b, os.WriteFile(filepath.Join(l.dir, "ours.parquet"), file.Bytes(), 0o600))
			size = file.Len()
		})
		theirs += took(func() {
			l.do(b, "COPY answers TO '"+filepath.Join(l.dir, "theirs.parquet")+"' (FORMAT parquet, COMPRESSION zstd)")
		})
	}
	info, err := os.Stat(filepath.Join(l.dir, "theirs.parquet"))
	must(b, err)
	b.ReportMetric(float64(theirs)/float64(ours), "×duckdb")
	b.ReportMetric(float64(len(l.rows))*float64(b.N)/ours.Seconds()/1e6, "Mrows/s")
	b.ReportMetric(float64(size)/float64(info.Size()), "size/duckdb")
}

func BenchmarkTallyAgainstDuckDB(b *testing.B) {
	l := newLoad(b, 5000)
	var members []tally.Member
	for _, f := range l.firms {
		members = append(members, tally.Member{Firm: f.ID, Groups: groupsOf(f)})
	}
	codes := make([][]byte, len(l.answers))
	for i, a := range l.answers {
		var err error
		codes[i], err = tally.Codes(l.ed, a)
		must(b, err)
	}
	groupBy := func(from string) string {
		return `CREATE OR REPLACE TABLE result AS SELECT question, item, stage, state, choice, dimension, group_id, count(*) AS n
			FROM ` + from + ` a JOIN members m ON m.firm = a.firm GROUP BY ALL`
	}
	for _, c := range []struct {
		name, from string
		add        func(t *tally.Tally, i int) error
	}{
		{"codes-against-memory", "answers", func(t *tally.Tally, i int) error { return t.AddCodes(l.firms[i].ID, codes[i]) }},
		{"codes-against-parquet", "'" + l.file + "'", func(t *tally.Tally, i int) error { return t.AddCodes(l.firms[i].ID, codes[i]) }},
		{"answers-against-parquet", "'" + l.file + "'", func(t *tally.Tally, i int) error { return t.Add(l.firms[i].ID, l.answers[i]) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			var ours, theirs time.Duration
			for b.Loop() {
				ours += took(func() {
					t := tally.New(l.ed, members)
					for i := range l.firms {
						must(b, c.add(t, i))
					}
					if len(t.Distributions()) == 0 {
						b.Fatal("nothing counted")
					}
				})
				theirs += took(func() { l.do(b, groupBy(c.from)) })
			}
			b.ReportMetric(float64(theirs)/float64(ours), "×duckdb")
			b.ReportMetric(float64(len(l.rows))*float64(b.N)/ours.Seconds()/1e6, "Manswers/s")
		})
	}
}

// BenchmarkQuery is what an analyst waits for: a figure of the sample, over the views, in a session of its own.
func BenchmarkQuery(b *testing.B) {
	p := newPlace(b)
	p.sample(b)
	for b.Loop() {
		var out, errs bytes.Buffer
		args := []string{"--restricted", string(p.restricted), "--open", string(p.open), "SELECT * FROM figure_labels"}
		if code := run(context.Background(), args, &out, &errs); code != exitDone {
			b.Fatal(errs.String())
		}
	}
}
