package lake

import (
	"fmt"
	"strings"
)

// A View is a named query that stands in the catalogue of Athena and DuckDB alike.
type View struct {
	Name string
	Open bool   // reads nothing but what is behind the open door
	SQL  string // the query, in the common subset of Trino and DuckDB
}

// Create returns the statement that makes the view, or makes it anew.
func (v View) Create() string { return fmt.Sprintf("CREATE OR REPLACE VIEW %s AS\n%s", v.Name, v.SQL) }

// Views returns the views: one for each table of the catalogue, showing the current run of each edition, then those that
// put the texts beside the ids. A view uses only tables and the views before it.
func Views() []View {
	var views []View
	for _, t := range Catalog() {
		if t.ByRun {
			views = append(views, View{t.Name, t.Open, currentRows(t)})
		}
	}
	views = append(views, View{"answer_labels", false, answerLabels})
	for _, v := range []View{{"distribution_labels", false, distributionLabels}, {"figure_labels", false, figureLabels}} {
		views = append(views, v, View{"open_" + v.Name, true, openDoor(v.SQL)})
	}
	return views
}

// currentRows selects the current run's rows of t.
func currentRows(t Table) string {
	current := CurrentRunRow{}.TableName()
	if t.Open {
		current = "open_" + current
	}
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = "t." + c.Name
	}
	return fmt.Sprintf("SELECT %s\nFROM %s t\nJOIN %s c ON c.edition = t.edition AND c.run = t.run", strings.Join(columns, ", "), t.Base(), current)
}

// openDoor turns a query over the restricted door into the same over the open one, whose rows say more of each cell.
func openDoor(sql string) string {
	sql = strings.ReplaceAll(sql, "FROM ", "FROM open_")
	sql = strings.ReplaceAll(sql, "JOIN ", "JOIN open_")
	return strings.Replace(sql, ".share,", ".share, t.withheld, t.joint, t.joint_count, t.few,", 1)
}

const answerLabels = `SELECT t.edition, t.run, t.firm, f.name_ja AS firm_ja, f.name_en AS firm_en, q.number AS question_number, q.position,
  t.question, q.title_ja AS question_ja, q.title_en AS question_en, t.item, i.position AS item_position, i.label_ja AS item_ja, i.label_en AS item_en,
  t.stage, t.state, t.choice, c.label_ja AS choice_ja, c.label_en AS choice_en, t.number, q.unit_ja, q.unit_en, t.text
FROM answers t
JOIN firms f ON f.edition = t.edition AND f.firm = t.firm
JOIN questions q ON q.edition = t.edition AND q.question = t.question
LEFT JOIN items i ON i.edition = t.edition AND i.question = t.question AND i.item = t.item
LEFT JOIN choices c ON c.edition = t.edition AND c.question = t.question AND c.stage = t.stage AND c.choice = t.choice`

const distributionLabels = `SELECT t.edition, t.run, t.dimension, t.group_id, q.number AS question_number, q.position AS question_position, t.position,
  t.question, q.title_ja AS question_ja, q.title_en AS question_en, t.item, i.label_ja AS item_ja, i.label_en AS item_en,
  t.stage, c.stage_ja, c.stage_en, t.choice, c.label_ja AS choice_ja, c.label_en AS choice_en,
  t.count, t.share, t.base, t.unanswered, t.not_applicable, t.replied, t.population
FROM distributions t
JOIN questions q ON q.edition = t.edition AND q.question = t.question
JOIN choices c ON c.edition = t.edition AND c.question = t.question AND c.stage = t.stage AND c.choice = t.choice
LEFT JOIN items i ON i.edition = t.edition AND i.question = t.question AND i.item = t.item`

const figureLabels = `SELECT t.edition, t.run, t.dimension, t.group_id, t.figure_number, t.position,
  t.figure, s.title_ja AS figure_ja, s.title_en AS figure_en, t.item, i.label_ja AS item_ja, i.label_en AS item_en,
  t.series, s.label_ja AS series_ja, s.label_en AS series_en, s.population_ja, s.population_en,
  t.count, t.share, t.share_base, t.replied, t.population
FROM figures t
JOIN series s ON s.edition = t.edition AND s.figure = t.figure AND s.series = t.series
LEFT JOIN items i ON i.edition = t.edition AND i.question = s.question AND i.item = t.item`
