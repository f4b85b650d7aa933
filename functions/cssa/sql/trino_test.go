//go:build trino

package main

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	driver "github.com/duckdb/duckdb-go/v2"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/athena"
	"cssa/shared/lake/duckdb"
	"cssa/shared/lake/laketest"
	"cssa/shared/questionnaire"
)

// trinoTypes is what Trino calls what Hive calls so.
var trinoTypes = map[string]string{"string": "varchar", "int": "integer", "timestamp": "timestamp(3)"}

// create makes the tables of a door in Trino over the folder, as Glue is told them, registers its partitions, and makes the
// views of the text that Glue keeps. A view's columns must have the names and types that Glue is told.
func (s trino) create(t *testing.T, d athena.Door, folder string) {
	t.Helper()
	s.must(t, "", "CREATE SCHEMA hive."+d.Database)
	tables, err := athena.Definitions(d)
	must(t, err)
	for _, table := range tables {
		if table.View == "" {
			s.createTable(t, d, table, folder)
			continue
		}
		text := strings.TrimSuffix(strings.TrimPrefix(table.View, "/* Presto View: "), " */")
		body, err := base64.StdEncoding.DecodeString(text)
		must(t, err)
		var told struct {
			OriginalSQL string
			Columns     []trinoColumn
		}
		must(t, json.Unmarshal(body, &told))
		s.must(t, d.Database, "CREATE VIEW "+table.Name+" AS "+told.OriginalSQL)
		if got, _ := s.must(t, d.Database, "SELECT * FROM "+table.Name+" LIMIT 0"); !slices.Equal(got, told.Columns) {
			t.Errorf("%s: Trino has %v, Glue is told %v", table.Name, got, told.Columns)
		}
	}
}

func (s trino) createTable(t *testing.T, d athena.Door, table athena.Table, folder string) {
	t.Helper()
	var columns, partitions []string
	for _, c := range append(slices.Clone(table.Columns), table.Partitions...) {
		kind := c.Type
		if name, ok := trinoTypes[kind]; ok {
			kind = name
		}
		columns = append(columns, c.Name+" "+kind)
	}
	for _, c := range table.Partitions {
		partitions = append(partitions, "'"+c.Name+"'")
	}
	path := strings.TrimPrefix(table.Location, "s3://"+d.Bucket+"/")
	must(t, os.MkdirAll(filepath.Join(folder, path), 0o700)) // in S3 there are no folders to be missing
	s.must(t, d.Database, fmt.Sprintf("CREATE TABLE %s (%s) WITH (external_location = 'local:///%s/%s', format = 'PARQUET', partitioned_by = ARRAY[%s])",
		table.Name, strings.Join(columns, ", "), filepath.Base(folder), path, strings.Join(partitions, ", ")))
	s.must(t, d.Database, fmt.Sprintf("CALL system.sync_partition_metadata('%s', '%s', 'ADD')", d.Database, table.Name))
}

// written writes a value of either engine alike: numbers exactly, doubles to twelve digits, since sums of doubles have no order.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case json.Number:
		return number(v.String())
	case float64:
		return double(v)
	case float32, int, int8, int16, int32, int64, *big.Int:
		return number(fmt.Sprint(v))
	case driver.Decimal:
		return number(new(big.Rat).SetFrac(v.Value, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(v.Scale)), nil)).FloatString(int(v.Scale)))
	case time.Time:
		if v.Equal(v.Truncate(24*time.Hour)) && v.Location() == time.UTC {
			return v.Format("2006-01-02")
		}
		return v.UTC().Format("2006-01-02 15:04:05.000")
	case string:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(v)
}

func number(text string) string {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	return r.RatString()
}

func double(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e12 {
		return number(fmt.Sprintf("%.0f", f))
	}
	return fmt.Sprintf("%.12g", f)
}

// fromTrino writes a cell by the type of its column: decimals, dates and instants come as text.
func fromTrino(v any, kind string) string {
	text, ok := v.(string)
	switch {
	case ok && strings.HasPrefix(kind, "decimal"):
		return number(text)
	case ok && (kind == "date" || strings.HasPrefix(kind, "timestamp")):
		return strings.TrimSuffix(text, " 00:00:00.000")
	}
	if n, ok := v.(json.Number); ok && kind == "double" {
		f, err := n.Float64()
		if err == nil {
			return double(f)
		}
	}
	return written(v)
}

// same compares what both engines answer, as bags of rows: equal rows may come in either order where the query leaves it open.
func same(t *testing.T, s trino, schema string, db *sql.DB, name, query string) (rows int) {
	t.Helper()
	columns, data, err := s.run(schema, query)
	if err != nil {
		t.Errorf("%s: Trino refuses it: %v\n%.2000s", name, err, query)
		return 0
	}
	var theirs, ours []string
	for _, r := range data {
		var line []string
		for i, v := range r {
			line = append(line, fromTrino(v, columns[i].Type))
		}
		theirs = append(theirs, strings.Join(line, " | "))
	}
	got, err := db.QueryContext(context.Background(), query)
	must(t, err)
	defer got.Close()
	names, err := got.Columns()
	must(t, err)
	values := make([]any, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for got.Next() {
		must(t, got.Scan(into...))
		var line []string
		for _, v := range values {
			line = append(line, written(v))
		}
		ours = append(ours, strings.Join(line, " | "))
	}
	must(t, got.Err())
	for i, c := range columns {
		if i >= len(names) || names[i] != c.Name {
			t.Errorf("%s: columns %v and %v", name, columns, names)
			break
		}
	}
	slices.Sort(theirs)
	slices.Sort(ours)
	for i := range max(len(ours), len(theirs)) {
		if i >= len(ours) || i >= len(theirs) || ours[i] != theirs[i] {
			t.Errorf("%s: DuckDB has %d rows, Trino %d; row %d:\n  %.400s\n  %.400s", name, len(ours), len(theirs), i, rowAt(ours, i), rowAt(theirs, i))
			break
		}
	}
	return len(theirs)
}

func rowAt(rows []string, i int) string {
	if i < len(rows) {
		return rows[i]
	}
	return "none"
}

// What Glue and Athena are told works in Trino, the engine of Athena, over the files that are written: tables, partitions, views, every
// named query of both doors and every recomputation give what DuckDB gives, to the row.
func TestTrinoAnswersAsDuckDB(t *testing.T) {
	root, ctx := t.TempDir(), context.Background()
	p := place{laketest.Dir(filepath.Join(root, "restricted")), laketest.Dir(filepath.Join(root, "open"))}
	for _, d := range []laketest.Dir{p.restricted, p.open} {
		must(t, os.Mkdir(string(d), 0o700))
	}
	p.sample(t)
	p.release(t)
	old := securities(t)
	now, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(ctx, "2024-securities")
	must(t, err)
	plan := planned(t, old, now)
	firms, answers := invent(old, 60)
	firmsNow, answersNow := invent(now, 70)
	p.compare(t, plan, round{firms[:50], answers[:40]}, round{firmsNow[10:], answersNow[10:60]}, map[checklist.FirmID]checklist.FirmID{firms[0].ID: firmsNow[69].ID})

	s := startTrino(t, root)
	doors := []athena.Door{{Database: "r", Bucket: "restricted"}, {Database: "o", Bucket: "open", Open: true}}
	s.create(t, doors[0], string(p.restricted))
	s.create(t, doors[1], string(p.open))
	schema := map[bool]string{false: "r", true: "o"}
	db := map[bool]*sql.DB{false: p.attach(t, duckdb.Restricted), true: p.attach(t, duckdb.OpenOnly)}

	rows, asked := 0, 0
	ask := func(open bool, name, query string) int {
		n := same(t, s, schema[open], db[open], name, query)
		rows, asked = rows+n, asked+1
		return n
	}
	for _, v := range lake.Views() { // every value of every table: types, NULLs, Japanese, days, instants, decimals
		if n := ask(v.Open, "view "+v.Name, "SELECT * FROM "+v.Name); n == 0 && v.Name != "firm_attributes" && !strings.HasPrefix(v.Name, "open_distribution") {
			t.Errorf("view %s has no row to compare", v.Name)
		}
	}
	for _, ed := range []*checklist.Edition{laketest.Edition(), old, now} {
		for _, q := range athena.Queries(ed) {
			ask(q.Open, q.Name, q.SQL)
		}
		for _, q := range lake.Queries(ed) {
			recomputed(t, s, ask, q)
		}
	}
	for _, q := range lake.TrendQueries(plan) {
		recomputed(t, s, ask, q)
	}
	if rows < 10_000 {
		t.Errorf("%d rows compared", rows)
	}
	t.Logf("%d queries, %d rows: the same in Trino and DuckDB", asked, rows)
}

// recomputed shows that Trino too recomputes the table to the number.
func recomputed(t *testing.T, s trino, ask func(bool, string, string) int, q lake.Query) {
	t.Helper()
	name := string(q.Edition) + " recomputed " + q.Name
	if n := ask(false, name, q.SQL); n == 0 {
		t.Errorf("%s: nothing", name)
	}
	if q.Table != "" {
		if n := ask(false, name+", differences", q.Differences()); n != 0 {
			t.Errorf("%s: %d rows differ in Trino", name, n)
		}
	}
}
