package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cssa/shared/lake"
	"cssa/shared/lake/duckdb"
)

// runProgram runs cssa-sql over a place.
func (p place) runProgram(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(context.Background(), append([]string{"--restricted", string(p.restricted), "--open", string(p.open)}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

func TestAPersonReadsATable(t *testing.T) {
	p := newPlace(t)
	p.sample(t)
	code, out, errs := p.runProgram("SELECT f.name_ja, f.size_band, a.number, a.text FROM firms f JOIN answers a USING (firm) WHERE a.question = 'hours' OR a.question = 'remarks' AND a.text <> '' ORDER BY f.firm, a.question")
	want := `name_ja         size_band     number  text
──────────────  ─────────  ─────────  ──────────────────────────
架空第一証券㈱  large        12.5000
架空第一証券㈱  large           NULL  特になし\n以上、"引用"付き
架空第二証券    large         5.0000
髙﨑ネット証券  large         4.9000
髙﨑ネット証券  large           NULL  ①㈱髙﨑
架空第四証券    small         0.0000
架空第五証券    small           NULL
架空第六証券    small      1000.0000
(8 rows)
`
	if code != exitDone || out != want || errs != "" {
		t.Errorf("exit %d\n%s%s\nwant\n%s", code, out, errs, want)
	}
	if _, out, _ := p.runProgram("SELECT chr(27) || '[2J' AS x"); out != "x\n───────\n\\x1b[2J\n(1 row)\n" {
		t.Errorf("a control character reaches the terminal: %q", out)
	}
	if _, out, _ := p.runProgram("SELECT range AS n FROM range(5000)"); strings.Count(out, "\n") != 5003 || !strings.HasSuffix(out, "\n4999\n(5000 rows)\n") {
		t.Errorf("a long result ends with %q", out[max(0, len(out)-60):])
	}
}

const everyType = `SELECT * FROM (VALUES
	(1, 'a,"b"' || chr(10), 20.2::DECIMAL(4,1), -0.05::DECIMAL(5,2), TIMESTAMP '2023-09-05 17:00:00.25', DATE '2023-06-30', true, 0.1::DOUBLE, 170141183460469231731687303715884105727::HUGEINT, ['髙', NULL]),
	(NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) t(i, s, d, e, ts, day, b, f, h, l)`

func TestMachinesReadExactValues(t *testing.T) {
	p := newPlace(t)
	code, out, errs := p.runProgram("--format", "csv", everyType)
	want := "i,s,d,e,ts,day,b,f,h,l\n" +
		"1,\"a,\"\"b\"\"\n\",20.2,-0.05,2023-09-05T17:00:00.25Z,2023-06-30,true,0.1,170141183460469231731687303715884105727,\"[\"\"髙\"\",null]\"\n" +
		",\"\",,,,,,,,\n"
	if code != exitDone || out != want {
		t.Errorf("exit %d %s\ngot  %q\nwant %q", code, errs, out, want)
	}
	if records, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil || len(records) != 3 {
		t.Errorf("another CSV reader: %v %v", records, err)
	}
	code, out, errs = p.runProgram("--format", "json", everyType)
	want = `[
{"i": 1, "s": "a,\"b\"\n", "d": 20.2, "e": -0.05, "ts": "2023-09-05T17:00:00.25Z", "day": "2023-06-30", "b": true, "f": 0.1, "h": 170141183460469231731687303715884105727, "l": ["髙",null]},
{"i": null, "s": "", "d": null, "e": null, "ts": null, "day": null, "b": null, "f": null, "h": null, "l": null}
]
`
	if code != exitDone || out != want {
		t.Errorf("exit %d %s\ngot  %s\nwant %s", code, errs, out, want)
	}
	for query, rows := range map[string]int{everyType: 2, everyType + " WHERE false": 0} {
		_, out, _ := p.runProgram("--format", "json", query)
		var got []map[string]any
		if err := json.Unmarshal([]byte(out), &got); err != nil || len(got) != rows || got == nil {
			t.Errorf("%d rows as JSON: %v in %q", rows, err, out)
		}
	}
}

// The program reads the lake and nothing else, whatever it is asked.
func TestItOnlyReads(t *testing.T) {
	p := newPlace(t)
	p.sample(t)
	secret := filepath.Join(t.TempDir(), "secret.csv")
	must(t, os.WriteFile(secret, []byte("a\nhidden\n"), 0o600))
	before := files(t, p)
	into := filepath.Join(string(p.open), "x.csv")
	for _, query := range []string{
		"COPY (SELECT 1) TO '" + into + "'",
		"EXPLAIN ANALYZE COPY (SELECT 1) TO '" + into + "'",
		"SELECT 1; COPY (SELECT 1) TO '" + into + "'",
		"EXPORT DATABASE '" + string(p.open) + "'",
		"ATTACH '" + into + "'",
		"CREATE TABLE t (i INT)",
		"DROP VIEW answers",
		"SET lock_configuration = false",
		"INSTALL httpfs",
		"PRAGMA enable_profiling",
		"SELECT * FROM read_csv('" + secret + "')",
		"SELECT * FROM '" + secret + "'",
		"SELECT * FROM glob('" + filepath.Dir(secret) + "/*')",
		"SELECT * FROM read_csv('https://example.com/x.csv')",
		"SELECT * FROM read_text('" + string(p.open) + "/../../../../../../etc/hostname')",
		"SELECT getenv('PATH')",
		"SELECT nonsense",
		"SELEC 1",
		"",
		"/* nothing */",
	} {
		if code, out, errs := p.runProgram(query); code != exitUsage || out != "" || !strings.HasPrefix(errs, "cssa-sql: ") {
			t.Errorf("%s: exit %d %q %q", query, code, out, errs)
		}
	}
	p.runProgram("SELECT * FROM enable_logging(level = 'debug', storage = 'file', storage_path = '" + string(p.open) + "')")
	if after := files(t, p); after != before {
		t.Errorf("the lake was changed:\n%s\nto\n%s", before, after)
	}
	if code, out, _ := p.runProgram("--open-only", "SELECT count(*) FROM read_parquet('"+string(p.restricted)+"/answers/*/*/*.parquet')"); code != exitUsage {
		t.Errorf("the open door leads to the restricted folder: %d %s", code, out)
	}
	if code, out, _ := p.runProgram("--open-only", "SELECT * FROM answers"); code != exitUsage {
		t.Errorf("the open door shows answers: %d %s", code, out)
	}
	for _, query := range []string{"FROM firms", "DESCRIBE answers", "SHOW TABLES", "SUMMARIZE figures", "WITH x AS (SELECT 1) SELECT * FROM x;"} {
		if code, _, errs := p.runProgram(query); code != exitDone {
			t.Errorf("%s: exit %d %s", query, code, errs)
		}
	}
}

func files(t *testing.T, p place) string {
	var b strings.Builder
	for _, dir := range []string{string(p.restricted), string(p.open)} {
		must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			b.WriteString(path + " " + info.ModTime().String() + "\n")
			return err
		}))
	}
	return b.String()
}

func TestExitCodesTellWhoCanMendIt(t *testing.T) {
	p := newPlace(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--restricted", "/nowhere", "--open", string(p.open), "SELECT 1"}, exitEnvironment, "no such folder: /nowhere"},
		{[]string{"--open", string(p.open), "SELECT 1"}, exitUsage, "--restricted and --open are needed"},
		{[]string{"--open", string(p.open), "--open-only"}, exitUsage, "want one SQL query"},
		{[]string{"--open", string(p.open), "--open-only", "--format", "xml", "SELECT 1"}, exitUsage, "want table, csv or json"},
		{[]string{"--nonsense"}, exitUsage, "flag provided but not defined"},
		{[]string{"--open", string(p.open), "--open-only", "--timeout", "300ms", "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range % 7 = b.range % 11"}, exitEnvironment, "stopped after 300ms"},
		{[]string{"--open", string(p.open), "--open-only", "--memory", "32", "SELECT list(range) FROM range(30000000)"}, exitEnvironment, "Out of Memory"},
		{[]string{"--help"}, exitDone, "usage: cssa-sql"},
	} {
		var out, errs bytes.Buffer
		if code := run(context.Background(), c.args, &out, &errs); code != c.code || !strings.Contains(errs.String(), c.says) {
			t.Errorf("%q: exit %d, %s", c.args, code, errs.String())
		}
	}
}

// The columns of every view, empty or not, are the golden's: names, order and types are a promise to analysts.
func TestColumnsOfEveryView(t *testing.T) {
	golden, err := os.ReadFile("testdata/columns.txt")
	must(t, err)
	empty, full := newPlace(t), newPlace(t)
	full.sample(t)
	for name, p := range map[string]place{"without any file": empty, "with a run": full} {
		db := p.attach(t, duckdb.Restricted)
		var b strings.Builder
		for _, v := range lake.Views() {
			b.WriteString(v.Name + "\n")
			for _, line := range ask(t, db, "SELECT column_name, column_type FROM (DESCRIBE "+v.Name+")") {
				b.WriteString("  " + strings.Replace(line, ",", " ", 1) + "\n")
			}
			if rows := ask(t, db, "SELECT count(*) FROM "+v.Name); name == "without any file" && rows[0] != "0" {
				t.Errorf("%s: %s has %s rows", name, v.Name, rows[0])
			}
		}
		if b.String() != string(golden) {
			t.Errorf("%s: the columns are\n%s", name, b.String())
		}
	}
}
