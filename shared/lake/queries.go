package lake

import (
	"fmt"
	"strings"

	"cssa/shared/checklist"
)

// A Query is a named query over the views.
type Query struct {
	Name    string
	Meaning string
	Edition checklist.EditionID
	SQL     string
	// Table is the view that must hold the same rows, in its columns of the same names; "" if the query stands for itself.
	// [Query.Differences] asks for what is in one and not in the other.
	Table   string
	Columns []string
	Only    string // a condition on the table's rows; "": all of the edition
}

// Differences returns a query for the rows that are not in both the recomputation and the table, with the side they are
// on. It has no rows if the two agree.
func (q Query) Differences() string {
	cols := strings.Join(q.Columns, ", ")
	table := fmt.Sprintf("SELECT %s FROM %s WHERE edition = %s", cols, q.Table, quote(q.Edition))
	if q.Only != "" {
		table += " AND " + q.Only
	}
	return fmt.Sprintf(`WITH recomputed AS (
%[1]s
)
SELECT 'recomputed' AS side, d.* FROM (SELECT %[2]s FROM recomputed EXCEPT ALL %[3]s) d
UNION ALL
SELECT 'table' AS side, d.* FROM (%[3]s EXCEPT ALL SELECT %[2]s FROM recomputed) d`, q.SQL, cols, table)
}

// Queries returns the queries that recompute from the answers what the run's tables say of ed, knowing nothing of how
// they were made: distributions, figures, and the rate of response. They are in the common subset of Trino and DuckDB;
// the three-way check compares them with the tables and with another reading of the workbooks.
func Queries(ed *checklist.Edition) []Query {
	id := quote(ed.ID)
	groupColumns := []string{"dimension", "group_id", "population", "replied"}
	bases := []string{"base", "unanswered", "not_applicable", "count", "share"}
	return []Query{
		{
			Name: "response", Edition: ed.ID, Meaning: "by group of firms: population (対象先数), firms whose answers are counted (提出先数), their share in percent",
			SQL: fmt.Sprintf("%s\nSELECT g.dimension, g.group_id, g.population, g.replied, %s AS share\nFROM populations g\nORDER BY 1, 2",
				members(id), ShareSQL("g.replied", "g.population")),
		},
		{
			Name: "distributions", Edition: ed.ID, Meaning: "the distributions (分布), recomputed from the answers",
			SQL:   strings.ReplaceAll(members(id)+recomputeDistributions, "$edition", id),
			Table: "distributions", Columns: append(append([]string{"edition", "question", "item", "stage", "choice"}, groupColumns...), bases...),
		},
		{
			Name: "figures", Edition: ed.ID, Meaning: "the figures (図表), recomputed from the answers",
			SQL:   strings.ReplaceAll(members(id)+insideBase(ed)+recomputeFigures, "$edition", id),
			Table: "figures", Columns: append(append([]string{"edition", "figure", "series", "item"}, groupColumns...), append(bases, "share_base")...),
		},
	}
}

// ShareSQL writes count of base in percent, half up to one decimal, as a decimal(4,1). The quotient is floored in doubles,
// which is exact for any number of firms: it is never nearer to a whole number than 1/(2·base) without being one.
func ShareSQL(count, base string) string {
	return fmt.Sprintf("CASE WHEN %[2]s > 0 THEN CAST(CAST(floor(CAST(2000 * %[1]s + %[2]s AS double) / CAST(2 * %[2]s AS double)) AS decimal(6,0)) * 0.1 AS decimal(4,1)) END", count, base)
}

// members begins a query with the groups each firm of the population is in, and how many firms each group has.
func members(edition string) string {
	return strings.ReplaceAll(`WITH members AS (
  SELECT firm, 'all' AS dimension, 'all' AS group_id FROM firms WHERE edition = $edition
  UNION ALL SELECT firm, 'sector', sector FROM firms WHERE edition = $edition AND sector <> ''
  UNION ALL SELECT firm, 'group', peer_group FROM firms WHERE edition = $edition AND peer_group <> ''
  UNION ALL SELECT firm, 'size', size_band FROM firms WHERE edition = $edition AND size_band <> ''
), populations AS (
  SELECT m.dimension, m.group_id, count(*) AS population, count(r.firm) AS replied
  FROM members m
  LEFT JOIN (SELECT DISTINCT firm FROM answers WHERE edition = $edition) r ON r.firm = m.firm
  GROUP BY m.dimension, m.group_id
)`, "$edition", edition)
}

var recomputeDistributions = `, places AS (
  SELECT a.question, a.item, a.stage, m.dimension, m.group_id,
    sum(CASE WHEN a.state = 'answered' THEN 1 ELSE 0 END) AS base,
    sum(CASE WHEN a.state = 'unanswered' THEN 1 ELSE 0 END) AS unanswered,
    sum(CASE WHEN a.state = 'not_applicable' THEN 1 ELSE 0 END) AS not_applicable
  FROM answers a JOIN members m ON m.firm = a.firm
  WHERE a.edition = $edition
  GROUP BY a.question, a.item, a.stage, m.dimension, m.group_id
), chosen AS (
  SELECT a.question, a.item, a.stage, a.choice, m.dimension, m.group_id, count(*) AS firms
  FROM answers a JOIN members m ON m.firm = a.firm
  WHERE a.edition = $edition AND a.state = 'answered'
  GROUP BY a.question, a.item, a.stage, a.choice, m.dimension, m.group_id
), grid AS (
  SELECT c.question, coalesce(i.item, '') AS item, c.stage, c.choice, g.dimension, g.group_id, g.population, g.replied
  FROM choices c
  LEFT JOIN items i ON i.edition = c.edition AND i.question = c.question
  CROSS JOIN populations g
  WHERE c.edition = $edition
), counted AS (
  SELECT g.*, coalesce(p.base, 0) AS base, coalesce(p.unanswered, 0) AS unanswered, coalesce(p.not_applicable, 0) AS not_applicable,
    coalesce(n.firms, 0) AS count
  FROM grid g
  LEFT JOIN places p ON p.question = g.question AND p.item = g.item AND p.stage = g.stage AND p.dimension = g.dimension AND p.group_id = g.group_id
  LEFT JOIN chosen n ON n.question = g.question AND n.item = g.item AND n.stage = g.stage AND n.choice = g.choice
    AND n.dimension = g.dimension AND n.group_id = g.group_id
)
SELECT $edition AS edition, k.question, k.item, k.stage, k.choice, k.dimension, k.group_id, k.population, k.replied,
  k.base, k.unanswered, k.not_applicable, k.count, ` + ShareSQL("k.count", "k.base") + ` AS share
FROM counted k`

// insideBase continues a query with the firms that each figure's base filter lets in.
func insideBase(ed *checklist.Edition) string {
	parts := make([]string, len(ed.Figures))
	for i := range ed.Figures {
		f := &ed.Figures[i]
		parts[i] = fmt.Sprintf("SELECT %s AS figure, firm FROM answers WHERE edition = $edition GROUP BY firm HAVING %s", quote(f.ID), Having(ed, f.Base))
	}
	if len(parts) == 0 {
		parts = []string{"SELECT '' AS figure, firm FROM answers WHERE false"}
	}
	return ", inside AS (\n  " + strings.Join(parts, "\n  UNION ALL ") + "\n)"
}

var recomputeFigures = `, places AS (
  SELECT s.figure, s.series, a.item, m.dimension, m.group_id,
    sum(CASE WHEN a.state = 'answered' THEN 1 ELSE 0 END) AS base,
    sum(CASE WHEN a.state = 'unanswered' THEN 1 ELSE 0 END) AS unanswered,
    sum(CASE WHEN a.state = 'not_applicable' THEN 1 ELSE 0 END) AS not_applicable,
    sum(CASE WHEN a.state = 'answered' AND c.choice IS NOT NULL THEN 1 ELSE 0 END) AS count
  FROM answers a
  JOIN series s ON s.edition = a.edition AND s.question = a.question AND s.stage = a.stage
  JOIN inside b ON b.figure = s.figure AND b.firm = a.firm
  JOIN members m ON m.firm = a.firm
  LEFT JOIN series_choices c ON c.edition = s.edition AND c.figure = s.figure AND c.series = s.series AND c.choice = a.choice
  WHERE a.edition = $edition
  GROUP BY s.figure, s.series, a.item, m.dimension, m.group_id
), grid AS (
  SELECT s.figure, s.series, i.item, opening.series AS first_series, g.dimension, g.group_id, g.population, g.replied
  FROM series s
  JOIN series opening ON opening.edition = s.edition AND opening.figure = s.figure AND opening.position = 1
  JOIN figure_items i ON i.edition = s.edition AND i.figure = s.figure
  CROSS JOIN populations g
  WHERE s.edition = $edition
), counted AS (
  SELECT g.*, coalesce(f.base, 0) AS base, coalesce(f.unanswered, 0) AS unanswered, coalesce(f.not_applicable, 0) AS not_applicable,
    coalesce(p.count, 0) AS count, coalesce(p.base, 0) AS share_base
  FROM grid g
  LEFT JOIN places f ON f.figure = g.figure AND f.series = g.first_series AND f.item = g.item AND f.dimension = g.dimension AND f.group_id = g.group_id
  LEFT JOIN places p ON p.figure = g.figure AND p.series = g.series AND p.item = g.item AND p.dimension = g.dimension AND p.group_id = g.group_id
)
SELECT $edition AS edition, k.figure, k.series, k.item, k.dimension, k.group_id, k.population, k.replied,
  k.base, k.unanswered, k.not_applicable, k.count, k.share_base, ` + ShareSQL("k.count", "k.share_base") + ` AS share
FROM counted k`
