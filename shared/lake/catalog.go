package lake

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// A Table describes one table of one door.
type Table struct {
	Name    string // as views name it, e.g. "open_distributions"
	Folder  string // e.g. "distributions"
	Open    bool   // behind the open door; otherwise the restricted one
	ByRun   bool   // partitioned by edition and run; current_run by edition only
	Meaning string
	Columns []Column
}

// A Column is a column of a table. Partition columns come first; the path holds them, not the file.
type Column struct {
	Name      string
	Type      string // of SQL, in the words that Athena and DuckDB share
	Nullable  bool
	Partition bool
	Meaning   string
}

// Base returns the name of the table that holds every run, on which the view Name stands.
func (t Table) Base() string {
	if t.ByRun {
		return t.Name + "_runs"
	}
	return t.Name
}

// Glob returns the pattern of the table's files below its door's root.
func (t Table) Glob() string {
	if t.ByRun {
		return t.Folder + "/edition=*/run=*/part-*.parquet"
	}
	return t.Folder + "/edition=*/current.parquet"
}

// Catalog returns every table: those behind the restricted door, then those behind the open door, whose names begin
// with open_.
func Catalog() []Table {
	restricted := []Table{
		tableOf[CurrentRunRow]("the current run of each edition, behind this door"),
		tableOf[RunRow]("runs (実行記録)"),
		tableOf[SubmissionRow]("submissions (提出): every upload and withdrawal, and what became of it"),
		tableOf[AnswerRow]("answers (回答): a row for every place of every firm that replied"),
		tableOf[DistributionRow]("distributions (分布): unprotected, for every group"),
		tableOf[FigureRow]("figures (図表): unprotected, for every group"),
		tableOf[QuartileRow]("quartiles (四分位) of numbers, by class: unprotected, for every group"),
		tableOf[FirmAttributeRow]("attributes of firms by which the edition groups them, beside sector, peer group and size"),
		tableOf[FirmRow]("firms (先): the population, as the register had it at the reference date"),
		tableOf[TrendRow]("trends (前回比較): this edition and the one before, unprotected, for every group"),
		tableOf[TransitionRow]("transitions (推移): how the matched firms answered then and now, unprotected, for every group"),
		tableOf[PanelRow]("panel: the firms that replied to this edition, to the one before or to both"),
		tableOf[ComparisonRow]("comparisons: what a trend counts in the answers to each edition, by the mapping between them (対応表)"),
	}
	open := []Table{
		tableOf[CurrentRunRow]("the released run of each edition"),
		tableOf[RunRow]("runs (実行記録) that were released"),
		tableOf[OpenDistributionRow]("released distributions (分布) of the whole sector and the groups that are shown, after disclosure control"),
		tableOf[OpenFigureRow]("released figures (図表) of the whole sector and the groups that are shown, after disclosure control"),
	}
	dimensions := []Table{
		tableOf[QuestionRow]("questions (設問)"),
		tableOf[ItemRow]("items (項目) of questions"),
		tableOf[ChoiceRow]("choices (選択肢) of questions and of their stages"),
		tableOf[SeriesRow]("series of figures (図表)"),
		tableOf[SeriesChoiceRow]("the choices each series counts"),
		tableOf[FigureItemRow]("the rows of figures (図表)"),
		tableOf[GroupRow]("groups of firms and their names"),
	}
	tables := append(restricted, dimensions...)
	for _, t := range append(open, dimensions...) {
		t.Name, t.Open = "open_"+t.Name, true
		tables = append(tables, t)
	}
	return tables
}

func tableOf[T Row](meaning string) Table {
	var row T
	t := Table{Name: row.TableName(), Folder: row.TableName(), ByRun: row.TableName() != CurrentRunRow{}.TableName(), Meaning: meaning}
	t.Columns = append(t.Columns, Column{"edition", "varchar", false, true, "edition id (年度・実施回), e.g. 2023-securities"})
	if t.ByRun {
		t.Columns = append(t.Columns, Column{"run", "varchar", false, true, "run id; runs sort by time"})
	}
	meanings := map[string]string{}
	document(reflect.TypeFor[T](), meanings)
	for _, f := range parquet.SchemaOf(row).Fields() {
		t.Columns = append(t.Columns, Column{f.Name(), sqlType(f), f.Optional(), false, meanings[f.Name()]})
	}
	return t
}

// document collects the doc tags by column name.
func document(row reflect.Type, meanings map[string]string) {
	for i := range row.NumField() {
		f := row.Field(i)
		if f.Anonymous {
			document(f.Type, meanings)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		meanings[name] = f.Tag.Get("doc")
	}
}

func sqlType(f parquet.Field) string {
	if lt := f.Type().LogicalType(); lt != nil {
		switch text := lt.String(); {
		case strings.HasPrefix(text, "DECIMAL"):
			return strings.ToLower(text)
		case strings.HasPrefix(text, "TIMESTAMP"):
			return "timestamp"
		case text == "DATE":
			return "date"
		case text == "STRING":
			return "varchar"
		}
	}
	switch f.Type().Kind() {
	case parquet.Boolean:
		return "boolean"
	case parquet.Int32:
		return "integer"
	case parquet.Int64:
		return "bigint"
	}
	return f.Type().String()
}

// Dictionary returns the data dictionary as Markdown: every table and column with type and meaning.
func Dictionary() string {
	var b strings.Builder
	b.WriteString("# Data dictionary\n\nGenerated from the row types of package lake. Views show the current run of each edition; the tables\n" +
		"beneath them, named `…_runs`, hold every run. Instants are UTC. Text that is absent is empty, a value that does\nnot exist is NULL.\n")
	for _, t := range Catalog() {
		door := "restricted"
		if t.Open {
			door = "open"
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s. Door: %s. Files: `%s`\n\n| column | type | NULL | meaning |\n|---|---|---|---|\n", t.Name, upperFirst(t.Meaning), door, t.Glob())
		for _, c := range t.Columns {
			null := ""
			if c.Nullable {
				null = "yes"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Name, c.Type, null, strings.ReplaceAll(c.Meaning, "|", "\\|"))
		}
	}
	return b.String()
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
