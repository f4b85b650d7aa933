package lake

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// Recompute writes tables as a query that counts them anew from the answers, knowing nothing but their definitions: one
// row for each row, column and group of each, in the columns that distributions and figures have. It is in the common
// subset of Trino and DuckDB. The answers are read once, and once more for the filters; the rest is done on counts.
func Recompute(ed *checklist.Edition, defs ...*checklist.TableDef) string {
	l := &lists{ed: ed}
	for _, d := range defs {
		l.add(d)
	}
	return strings.NewReplacer("$edition", quote(ed.ID), "$stood", l.stood(), "$inside", l.inside(),
		"$tables", values(l.tables, 7), "$rows", values(l.rows, 5), "$columns", values(l.columns, 4), "$choices", values(l.choices, 3),
		"$share", ShareSQL("k.count", "k.share_base")).Replace(members(quote(ed.ID)) + recompute)
}

// TableQuery is the query that recomputes one table of an edition; its columns are those of the view that holds it.
func TableQuery(ed *checklist.Edition, d *checklist.TableDef) Query {
	q := Query{Name: d.ID, Edition: ed.ID, Meaning: "recomputed from the answers", Table: "distributions", Columns: distributionColumns,
		Only: fmt.Sprintf("question = %s AND stage = %s", quote(d.ID), quote(d.Stage))}
	if d.Figure != nil {
		q.Table, q.Columns, q.Only = "figures", figureColumns, "figure = "+quote(d.ID)
	}
	q.SQL = selectAs(q.Table, Recompute(ed, d))
	return q
}

var (
	distributionColumns = strings.Fields("edition question item stage choice dimension group_id position population replied base unanswered not_applicable count share")
	figureColumns       = strings.Fields("edition figure series item dimension group_id position population replied base unanswered not_applicable count share_base share")
)

// selectAs names the columns of a recomputation as the view does that holds the tables.
func selectAs(table, sql string) string {
	if table == "figures" {
		return sql + "\nSELECT t.*, t.id AS figure, t.name AS series FROM tabulated t"
	}
	return sql + "\nSELECT t.*, t.id AS question, t.name AS choice FROM tabulated t"
}

// lists are definitions as lists of values. Tables, rows, columns and filters are numbered from 1; filter 0 is none.
type lists struct {
	ed                             *checklist.Edition
	tables, rows, columns, choices []string
	filters                        []string // HAVING clauses
	questions, filtered            []string // whose answers are counted
}

func (l *lists) add(d *checklist.TableDef) {
	if len(d.Columns) == 0 {
		return
	}
	t := len(l.tables) + 1
	flag := func(yes bool) int {
		if yes {
			return 1
		}
		return 0
	}
	l.tables = append(l.tables, fmt.Sprintf("(%d, %s, %s, %s, %d, %d, %d)", t, quote(d.ID), quote(d.Stage), quote(d.Question.ID),
		flag(d.Unanswered == checklist.InBase), flag(d.NotApplicable == checklist.InBase), flag(d.Order == checklist.ByShare)))
	l.questions = once(l.questions, quote(d.Question.ID))
	whole := 0
	if d.Base != nil {
		whole = l.filter(d, d.Base)
	}
	for i, r := range d.Rows {
		filter := whole
		if r.Base != nil {
			filter = l.filter(d, d.Filter(r))
		}
		it, _ := d.Question.Item(r.Item)
		l.rows = append(l.rows, fmt.Sprintf("(%d, %d, %s, %d, %d)", t, i+1, quote(r.Item), flag(it != nil && it.Exclusive), filter))
	}
	for i, c := range d.Columns {
		l.columns = append(l.columns, fmt.Sprintf("(%d, %d, %s, %s)", t, i+1, quote(c.ID), quote(c.Stage)))
		for _, id := range c.Choices {
			l.choices = append(l.choices, fmt.Sprintf("(%d, %d, %s)", t, i+1, quote(id)))
		}
	}
}

func (l *lists) filter(d *checklist.TableDef, c *checklist.Condition) int {
	l.filters, l.filtered = append(l.filters, Having(l.ed, c)), once(l.filtered, quote(d.Question.ID))
	return len(l.filters)
}

func once(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// values writes rows of a list; an empty one has a row that belongs to no table.
func values(rows []string, width int) string {
	if len(rows) == 0 {
		rows = []string{"(0" + strings.Repeat(", 0", width-1) + ")"}
		if width == 4 || width == 3 {
			rows = []string{"(0, 0" + strings.Repeat(", ''", width-2) + ")"}
		}
	}
	return "VALUES " + strings.Join(rows, ", ")
}

// inside lists the firms that each filter lets in.
func (l *lists) inside() string {
	parts := []string{"SELECT 0 AS filter, '' AS firm WHERE false"}
	for i, having := range l.filters {
		parts = append(parts, fmt.Sprintf("SELECT %d, firm FROM answers WHERE edition = $edition GROUP BY firm HAVING %s", i+1, having))
	}
	return strings.ReplaceAll(strings.Join(parts, "\n  UNION ALL "), "$edition", quote(l.ed.ID))
}

// stood counts the firms by what became of a place: of all firms, then of those inside each filter.
func (l *lists) stood() string {
	count := func(filter, join string, questions []string) string {
		return fmt.Sprintf(`SELECT %[1]s AS filter, a.question, a.item, a.stage, a.state, a.choice, m.dimension, m.group_id, count(*) AS firms
  FROM answers a JOIN members m ON m.firm = a.firm%[2]s
  WHERE a.edition = %[3]s AND a.question IN (%[4]s)
  GROUP BY %[5]sa.question, a.item, a.stage, a.state, a.choice, m.dimension, m.group_id`,
			filter, join, quote(l.ed.ID), strings.Join(append(questions, "''"), ", "), map[bool]string{true: filter + ", "}[join != ""])
	}
	sql := count("0", "", l.questions)
	if len(l.filters) > 0 {
		sql += "\n  UNION ALL " + count("i.filter", " JOIN inside i ON i.firm = a.firm", l.filtered)
	}
	return sql
}

// recompute continues a query with the tables that definitions describe: tabulated.
const recompute = `, def_tables (t, id, stage, question, blank_in, not_put_in, by_share) AS ($tables
), def_rows (t, r, item, last, filter) AS ($rows
), def_columns (t, c, name, stage) AS ($columns
), def_choices (t, c, choice) AS ($choices
), inside AS (
  $inside
), stood AS (
  $stood
), placed AS (
  SELECT d.t, w.r, c.c, s.dimension, s.group_id,
    sum(CASE WHEN s.state = 'answered' THEN s.firms ELSE 0 END) AS answered,
    sum(CASE WHEN s.state = 'unanswered' THEN s.firms ELSE 0 END) AS unanswered,
    sum(CASE WHEN s.state = 'not_applicable' THEN s.firms ELSE 0 END) AS not_applicable,
    sum(CASE WHEN s.state = 'answered' AND n.choice IS NOT NULL THEN s.firms ELSE 0 END) AS counted
  FROM stood s
  JOIN def_tables d ON d.question = s.question
  JOIN def_rows w ON w.t = d.t AND w.item = s.item AND w.filter = s.filter
  JOIN def_columns c ON c.t = d.t AND c.stage = s.stage
  LEFT JOIN def_choices n ON n.t = d.t AND n.c = c.c AND n.choice = s.choice
  GROUP BY d.t, w.r, c.c, s.dimension, s.group_id
), cells AS (
  SELECT d.t, d.id, d.stage, d.by_share, w.r, w.item, w.last, c.c, c.name, g.dimension, g.group_id, g.population, g.replied,
    coalesce(f.answered, 0) AS base, coalesce(f.unanswered, 0) AS unanswered, coalesce(f.not_applicable, 0) AS not_applicable,
    coalesce(p.counted, 0) AS count,
    coalesce(p.answered + d.blank_in * p.unanswered + d.not_put_in * p.not_applicable, 0) AS share_base
  FROM def_tables d
  JOIN def_rows w ON w.t = d.t
  JOIN def_columns c ON c.t = d.t
  CROSS JOIN populations g
  LEFT JOIN placed f ON f.t = d.t AND f.r = w.r AND f.c = 1 AND f.dimension = g.dimension AND f.group_id = g.group_id
  LEFT JOIN placed p ON p.t = d.t AND p.r = w.r AND p.c = c.c AND p.dimension = g.dimension AND p.group_id = g.group_id
), ranked AS (
  SELECT t, r,
    CASE WHEN by_share = 0 THEN 0 WHEN last = 1 THEN 2 WHEN share_base = 0 THEN 1 ELSE 0 END AS class,
    CASE WHEN by_share = 1 AND last = 0 AND share_base > 0 THEN CAST(count AS double) / CAST(share_base AS double) ELSE 0e0 END AS first_share
  FROM cells
  WHERE c = 1 AND dimension = 'all'
), ordered AS (
  SELECT t, r, row_number() OVER (PARTITION BY t ORDER BY class, first_share DESC, r) AS place
  FROM ranked
), widths AS (
  SELECT t, count(*) AS width FROM def_columns GROUP BY t
), tabulated AS (
  SELECT $edition AS edition, k.id, k.stage, k.item, k.name, k.dimension, k.group_id, (o.place - 1) * w.width + k.c AS position,
    k.population, k.replied, k.base, k.unanswered, k.not_applicable, k.count, k.share_base, $share AS share
  FROM cells k
  JOIN ordered o ON o.t = k.t AND o.r = k.r
  JOIN widths w ON w.t = k.t
)`
