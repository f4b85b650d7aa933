package lake_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"cssa/shared/lake"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// The schemas are a promise: columns are only ever added. A diff of this golden says what changed.
func TestSchemasAreTheGolden(t *testing.T) {
	var b strings.Builder
	for _, schema := range []string{
		lake.Schema[lake.CurrentRunRow](), lake.Schema[lake.RunRow](), lake.Schema[lake.SubmissionRow](), lake.Schema[lake.AnswerRow](),
		lake.Schema[lake.DistributionRow](), lake.Schema[lake.FigureRow](), lake.Schema[lake.OpenDistributionRow](), lake.Schema[lake.OpenFigureRow](),
		lake.Schema[lake.FirmRow](), lake.Schema[lake.QuartileRow](), lake.Schema[lake.FirmAttributeRow](), lake.Schema[lake.QuestionRow](), lake.Schema[lake.ItemRow](), lake.Schema[lake.ChoiceRow](),
		lake.Schema[lake.SeriesRow](), lake.Schema[lake.SeriesChoiceRow](), lake.Schema[lake.FigureItemRow](), lake.Schema[lake.GroupRow](),
		lake.Schema[lake.TrendRow](), lake.Schema[lake.TransitionRow](), lake.Schema[lake.PanelRow](), lake.Schema[lake.ComparisonRow](),
	} {
		b.WriteString(schema + "\n")
	}
	golden(t, "testdata/schemas.txt", b.String())
}

func TestTheDictionaryIsTheGolden(t *testing.T) {
	golden(t, "testdata/dictionary.md", lake.Dictionary())
}

func TestTheViewsAreTheGolden(t *testing.T) {
	var b strings.Builder
	for _, v := range lake.Views() {
		b.WriteString(v.Create() + ";\n\n")
	}
	golden(t, "testdata/views.sql", b.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; -update rewrites it. Got:\n%s", path, got)
	}
}

// Every column of every table has a meaning and a type that SQL has, and no table is there twice.
func TestEveryColumnIsExplained(t *testing.T) {
	types := map[string]bool{"varchar": true, "integer": true, "bigint": true, "boolean": true, "date": true, "timestamp": true, "decimal(4,1)": true, "decimal(18,4)": true}
	seen := map[string]bool{}
	for _, table := range lake.Catalog() {
		if seen[table.Name] || table.Meaning == "" || table.Open != strings.HasPrefix(table.Name, "open_") {
			t.Errorf("table %s: twice, without meaning, or behind the wrong door", table.Name)
		}
		seen[table.Name] = true
		columns := map[string]bool{}
		for _, c := range table.Columns {
			if columns[c.Name] || strings.TrimSpace(c.Meaning) == "" || !types[c.Type] {
				t.Errorf("%s.%s (%s): twice, without meaning, or of a type without a name", table.Name, c.Name, c.Type)
			}
			columns[c.Name] = true
		}
	}
	if len(seen) != 31 {
		t.Errorf("%d tables, want 20 restricted and 11 open ones", len(seen))
	}
}

// The open door's views read nothing but the open door's tables.
func TestOpenViewsStayBehindTheirDoor(t *testing.T) {
	open, views := map[string]bool{}, 0
	for _, table := range lake.Catalog() {
		if table.Open {
			open[table.Base()], open[table.Name] = true, true
		}
	}
	for _, v := range lake.Views() {
		if !v.Open {
			continue
		}
		views++
		words := strings.Fields(v.SQL)
		for i, w := range words {
			if (w == "FROM" || w == "JOIN") && !open[words[i+1]] {
				t.Errorf("%s reads %s", v.Name, words[i+1])
			}
		}
	}
	if views != 12 {
		t.Errorf("%d open views, want 12", views)
	}
}
