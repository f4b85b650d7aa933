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

// CreateTable returns the statement that keeps the recomputation as a table with the columns and types of Table: the way to
// the same numbers for rounds that no one process counts, since Athena spreads it over as many machines as it needs. It panics
// if the query stands for itself.
func (q Query) CreateTable(name string) string {
	types := map[string]string{}
	for _, t := range Catalog() {
		if t.Name == q.Table {
			for _, c := range t.Columns {
				types[c.Name] = c.Type
			}
		}
	}
	columns := make([]string, len(q.Columns))
	for i, c := range q.Columns {
		if types[c] == "" {
			panic(fmt.Sprintf("lake: query %s: table %q has no column %s", q.Name, q.Table, c))
		}
		columns[i] = fmt.Sprintf("CAST(%[1]s AS %[2]s) AS %[1]s", c, types[c])
	}
	return fmt.Sprintf("CREATE TABLE %s AS\nSELECT %s\nFROM (\n%s\n) r", name, strings.Join(columns, ", "), q.SQL)
}

// Queries returns the queries that recompute from the answers what the run's tables say of ed, knowing nothing of how
// they were made but the tables' definitions: distributions, figures, quartiles, and the rate of response. They are in the
// common subset of Trino and DuckDB; the three-way check compares them with the tables and with another reading of the workbooks.
func Queries(ed *checklist.Edition) []Query {
	id := quote(ed.ID)
	return []Query{
		{
			Name: "response", Edition: ed.ID, Meaning: "by group of firms: population (対象先数), firms whose answers are counted (提出先数), their share in percent",
			SQL: fmt.Sprintf("%s\nSELECT g.dimension, g.group_id, g.population, g.replied, %s AS share\nFROM populations g\nORDER BY 1, 2",
				members(id), ShareSQL("g.replied", "g.population")),
		},
		{
			Name: "distributions", Edition: ed.ID, Meaning: "the distributions (分布), recomputed from the answers",
			SQL: selectAs("distributions", Recompute(ed, ed.Distributions()...)), Table: "distributions", Columns: distributionColumns,
		},
		{
			Name: "figures", Edition: ed.ID, Meaning: "the figures (図表), recomputed from the answers",
			SQL: selectAs("figures", Recompute(ed, ed.FigureTables()...)), Table: "figures", Columns: figureColumns,
		},
		{
			Name: "quartiles", Edition: ed.ID, Meaning: "the quartiles (四分位) of numbers, by class, recomputed from the numbers",
			SQL: RecomputeQuartiles(ed, ed.Quartiles()...), Table: "quartiles", Columns: quartileColumns,
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
  UNION ALL SELECT firm, dimension, group_id FROM firm_attributes WHERE edition = $edition
), populations AS (
  SELECT m.dimension, m.group_id, count(*) AS population, count(r.firm) AS replied
  FROM members m
  LEFT JOIN (SELECT DISTINCT firm FROM answers WHERE edition = $edition) r ON r.firm = m.firm
  GROUP BY m.dimension, m.group_id
)`, "$edition", edition)
}
