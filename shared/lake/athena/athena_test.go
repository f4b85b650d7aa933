package athena

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cssa/shared/lake"
)

var doors = []Door{{Database: "cssa_restricted", Bucket: "restricted-1"}, {Database: "cssa_open", Bucket: "open-1", Open: true}}

func definitions(t *testing.T, d Door) []Table {
	t.Helper()
	tables, err := Definitions(d)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// written is what the writers of Parquet say of each table's file: the schema as text, by door and folder.
func written(open bool) map[string]string {
	schemas := map[string]string{
		"current_run": lake.Schema[lake.CurrentRunRow](), "runs": lake.Schema[lake.RunRow](), "questions": lake.Schema[lake.QuestionRow](),
		"items": lake.Schema[lake.ItemRow](), "choices": lake.Schema[lake.ChoiceRow](), "series": lake.Schema[lake.SeriesRow](),
		"series_choices": lake.Schema[lake.SeriesChoiceRow](), "figure_items": lake.Schema[lake.FigureItemRow](), "groups": lake.Schema[lake.GroupRow](),
	}
	if open {
		schemas["distributions"], schemas["figures"] = lake.Schema[lake.OpenDistributionRow](), lake.Schema[lake.OpenFigureRow]()
		return schemas
	}
	schemas["distributions"], schemas["figures"] = lake.Schema[lake.DistributionRow](), lake.Schema[lake.FigureRow]()
	schemas["submissions"], schemas["answers"], schemas["firms"] = lake.Schema[lake.SubmissionRow](), lake.Schema[lake.AnswerRow](), lake.Schema[lake.FirmRow]()
	schemas["quartiles"], schemas["firm_attributes"] = lake.Schema[lake.QuartileRow](), lake.Schema[lake.FirmAttributeRow]()
	schemas["trends"], schemas["transitions"] = lake.Schema[lake.TrendRow](), lake.Schema[lake.TransitionRow]()
	schemas["panel"], schemas["comparisons"] = lake.Schema[lake.PanelRow](), lake.Schema[lake.ComparisonRow]()
	return schemas
}

// reads is what Athena's Parquet reader takes each Parquet type for, as its manual has it (AWS: "Parquet SerDe", "Data
// types in Amazon Athena"): written here by hand, not taken from the code.
var reads = map[string]string{
	"binary (STRING)": "string", "boolean": "boolean",
	"int32 (INT(32,true))": "int", "int64 (INT(64,true))": "bigint", "int32 (DATE)": "date",
	"int64 (TIMESTAMP(isAdjustedToUTC=true,unit=MILLIS))": "timestamp",
	"int32 (DECIMAL(4,1))":                                "decimal(4,1)", "int64 (DECIMAL(18,4))": "decimal(18,4)",
}

var field = regexp.MustCompile(`^\s+(?:required|optional) (\S+) (\w+)(?: (\(.*\)))?;$`)

// hiveColumns reads a Parquet schema's text the way Athena reads a file.
func hiveColumns(t *testing.T, schema string) []string {
	t.Helper()
	var columns []string
	lines := strings.Split(strings.TrimSpace(schema), "\n")
	for _, l := range lines[1 : len(lines)-1] {
		m := field.FindStringSubmatch(l)
		if m == nil {
			t.Fatalf("not understood: %q", l)
		}
		hive, ok := reads[strings.TrimSpace(m[1]+" "+m[3])]
		if !ok {
			t.Fatalf("Athena reads no %s %s", m[1], m[3])
		}
		columns = append(columns, m[2]+" "+hive)
	}
	return columns
}

func hiveOf(columns []Column) []string {
	var all []string
	for _, c := range columns {
		all = append(all, c.Name+" "+c.Type)
	}
	return all
}

// differences compares a door's Glue tables with what is written into their folders, column by column.
func differences(t *testing.T, d Door, tables []Table) []string {
	t.Helper()
	var found []string
	seen := map[string]bool{}
	schemas := written(d.Open)
	for _, g := range tables {
		if g.View != "" {
			continue
		}
		folder := strings.TrimSuffix(strings.TrimPrefix(g.Location, "s3://"+d.Bucket+"/"), "/")
		seen[folder] = true
		if want, got := hiveColumns(t, schemas[folder]), hiveOf(g.Columns); !reflect.DeepEqual(got, want) {
			found = append(found, fmt.Sprintf("%s: Glue has %v, the files in %s/ have %v", g.Name, got, folder, want))
		}
		partitions := []string{"edition string", "run string"}
		if folder == "current_run" {
			partitions = partitions[:1]
		}
		if got := hiveOf(g.Partitions); !reflect.DeepEqual(got, partitions) {
			found = append(found, fmt.Sprintf("%s: partitioned by %v, folders are %v", g.Name, got, partitions))
		}
	}
	for folder := range schemas {
		if !seen[folder] {
			found = append(found, "no Glue table over "+folder+"/")
		}
	}
	return found
}

func TestGlueTablesAreTheFilesThatAreWritten(t *testing.T) {
	for _, d := range doors {
		for _, diff := range differences(t, d, definitions(t, d)) {
			t.Error(diff)
		}
	}
}

// The comparison above sees a renamed column, another type, another order, a missing and an extra column or table.
func TestADifferenceBites(t *testing.T) {
	index := func(tables []Table, name string) int {
		return slices.IndexFunc(tables, func(t Table) bool { return t.Name == name })
	}
	for name, spoil := range map[string]func([]Table) []Table{
		"renamed":        func(ts []Table) []Table { ts[index(ts, "answers_runs")].Columns[2].Name = "items"; return ts },
		"retyped":        func(ts []Table) []Table { ts[index(ts, "answers_runs")].Columns[6].Type = "double"; return ts },
		"reordered":      func(ts []Table) []Table { slices.Reverse(ts[index(ts, "runs_runs")].Columns); return ts },
		"column missing": func(ts []Table) []Table { i := index(ts, "firms_runs"); ts[i].Columns = ts[i].Columns[1:]; return ts },
		"partition added": func(ts []Table) []Table {
			i := index(ts, "current_run")
			ts[i].Partitions = append(ts[i].Partitions, Column{"run", "string", ""})
			return ts
		},
		"table missing": func(ts []Table) []Table { i := index(ts, "groups_runs"); return slices.Delete(ts, i, i+1) },
	} {
		if len(differences(t, doors[0], spoil(definitions(t, doors[0])))) == 0 {
			t.Errorf("%s: not noticed", name)
		}
	}
}

// decode reads a view as Athena does.
func decode(t *testing.T, g Table) prestoView {
	t.Helper()
	text, ok := strings.CutPrefix(g.View, "/* Presto View: ")
	text, end := strings.CutSuffix(text, " */")
	body, err := base64.StdEncoding.DecodeString(text)
	if !ok || !end || err != nil {
		t.Fatalf("%s: not a view: %.40q…, %v", g.Name, g.View, err)
	}
	var v prestoView
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%s: %v", g.Name, err)
	}
	return v
}

func TestViewsAreThoseOfTheLakeWithTheirTypes(t *testing.T) {
	queries := map[string]string{}
	for _, v := range lake.Views() {
		queries[v.Name] = v.SQL
	}
	views := 0
	for _, d := range doors {
		for _, g := range definitions(t, d) {
			if g.View == "" {
				continue
			}
			views++
			v := decode(t, g)
			if v.OriginalSQL != queries[g.Name] || v.Schema != d.Database || v.Catalog != "awsdatacatalog" {
				t.Errorf("%s: %+v", g.Name, v)
			}
			if g.Parameters["presto_view"] != "true" || g.Location != "" || len(g.Partitions) > 0 {
				t.Errorf("%s is not marked as a view: %+v", g.Name, g)
			}
			if len(v.Columns) != len(g.Columns) {
				t.Errorf("%s: %d columns for Athena, %d for Glue", g.Name, len(v.Columns), len(g.Columns))
			}
		}
	}
	if views != len(queries) {
		t.Errorf("%d views in Glue, %d in the lake", views, len(queries))
	}
	// Some, by hand: a partition column, an instant, a decimal, and columns that take another name.
	for view, want := range map[string][]prestoColumn{
		"runs":               {{"edition", "varchar"}, {"started_at", "timestamp(3)"}, {"reference_date", "date"}, {"replied", "integer"}},
		"answer_labels":      {{"firm_ja", "varchar"}, {"position", "integer"}, {"number", "decimal(18,4)"}, {"unit_en", "varchar"}},
		"open_figure_labels": {{"share", "decimal(4,1)"}, {"withheld", "boolean"}, {"few", "boolean"}, {"figure_ja", "varchar"}},
		"submissions":        {{"size", "bigint"}, {"late", "boolean"}, {"received_on", "date"}},
	} {
		for _, d := range doors {
			for _, g := range definitions(t, d) {
				if g.Name != view {
					continue
				}
				for _, w := range want {
					if !slices.Contains(decode(t, g).Columns, w) {
						t.Errorf("%s has no %v: %v", view, w, decode(t, g).Columns)
					}
				}
			}
		}
	}
}

// Athena answers SELECT with these names only if they stand in quotes, which the lake's SQL never writes (AWS: "Reserved
// keywords in SQL SELECT statements").
var reserved = strings.Fields(`ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH
	CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE
	EXISTS EXTRACT FALSE FIRST FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN JSON_ARRAY JSON_EXISTS
	JSON_OBJECT JSON_QUERY JSON_TABLE JSON_VALUE LAST LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT NULL ON OR ORDER
	OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRIM TRUE UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH`)

var plain = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Glue's limits and Athena's words: names without quotes, comments of 255 characters on one line.
func TestGlueTakesEveryNameAndComment(t *testing.T) {
	for _, d := range doors {
		for _, g := range definitions(t, d) {
			names := []string{g.Name}
			for _, c := range append(g.Columns, g.Partitions...) {
				names = append(names, c.Name)
				if len(c.Comment) > 255 || strings.ContainsAny(c.Comment, "\r\n") {
					t.Errorf("%s.%s: comment of %d bytes", g.Name, c.Name, len(c.Comment))
				}
			}
			for _, n := range names {
				if !plain.MatchString(n) || slices.Contains(reserved, strings.ToUpper(n)) {
					t.Errorf("%s: %q needs quotes in Athena", g.Name, n)
				}
			}
		}
	}
}

func TestAViewOfAnotherFormIsRefused(t *testing.T) {
	known := map[string][]lake.Column{"runs": {{Name: "kind", Type: "varchar"}}}
	for _, sql := range []string{"SELECT t.kind", "SELECT count(*) AS n\nFROM runs t", "SELECT t.kin\nFROM runs t", "SELECT t.kind\nFROM walks t"} {
		if columns, err := viewColumns(sql, known); err == nil {
			t.Errorf("%q has columns %v", sql, columns)
		}
	}
}
