package lake

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A QuartileRow is one quartile (四分位) of the numbers answered to one question, for one group of firms: the class in which
// it lies.
type QuartileRow struct {
	Question string `parquet:"question,dict" doc:"question id (設問), of a number with classes"`
	Quartile string `parquet:"quartile,dict" doc:"q1, median or q3: the number of rank ⌈n/4⌉, ⌈n/2⌉, ⌈3n/4⌉ of the n in ascending order"`
	Counts
	Class  string `parquet:"class,dict" doc:"choice id of the class in which the quartile lies; empty where base is 0"`
	Below  int32  `parquet:"below" doc:"firms whose number is in a lower class"`
	Within int32  `parquet:"within" doc:"firms whose number is in the class"`
	Above  int32  `parquet:"above" doc:"firms whose number is in a higher class"`
}

// TableName is the table's folder.
func (QuartileRow) TableName() string { return "quartiles" }

// QuartileRows returns unprotected quartiles, for the restricted door, in the order given.
func QuartileRows(all []table.Quartiles) ([]QuartileRow, error) {
	var rows []QuartileRow
	for _, q := range all {
		for i, m := range q.Marks {
			if m.Withheld() {
				return nil, fmt.Errorf("lake: %w: quartile %s of %s is withheld, for the restricted door", ErrTable, m.ID, q.ID)
			}
			class, _ := m.Class()
			below, within, above := m.Around()
			rows = append(rows, QuartileRow{q.ID, m.ID, Counts{
				q.Group.Dimension, q.Group.ID, int32(i + 1), int32(q.Firms), int32(q.Replied), int32(q.Base), int32(q.Unanswered), int32(q.NotApplicable),
			}, class, int32(below), int32(within), int32(above)})
		}
	}
	return rows, nil
}

// A FirmAttributeRow is the group of a firm in a dimension that the edition adds to sector, peer group and size.
type FirmAttributeRow struct {
	Firm      string `parquet:"firm" doc:"firm id, e.g. S-0137"`
	Dimension string `parquet:"dimension,dict" doc:"the dimension: a column of the register that the edition names"`
	GroupID   string `parquet:"group_id,dict" doc:"id of the group within the dimension"`
}

// TableName is the table's folder.
func (FirmAttributeRow) TableName() string { return "firm_attributes" }

var quartileColumns = strings.Fields("edition question quartile dimension group_id position population replied base unanswered not_applicable class below within above")

// RecomputeQuartiles writes quartiles as a query that finds them anew from the numbers themselves, put in order, and from
// nothing else but the definitions. It is in the common subset of Trino and DuckDB.
func RecomputeQuartiles(ed *checklist.Edition, defs ...*checklist.QuartileDef) string {
	var class, questions, classes, marks []string
	for _, def := range defs {
		d := def.Distribution
		id := quote(d.ID)
		questions = append(questions, id)
		for i, c := range slices.Backward(d.Question.Choices) {
			classes = append(classes, fmt.Sprintf("(%s, %d, %s)", id, i+1, quote(c.ID)))
			class = append(class, fmt.Sprintf("WHEN a.question = %s AND a.number >= %s THEN %d", id, d.Question.Format(c.From), i+1))
		}
		for i, m := range def.Marks {
			marks = append(marks, fmt.Sprintf("(%s, %d, %s, %d)", id, i+1, quote(m.ID), m.Fours))
		}
	}
	if len(defs) == 0 {
		questions, classes, marks, class = []string{"''"}, []string{"('', 0, '')"}, []string{"('', 0, '', 0)"}, []string{"WHEN false THEN 0"}
	}
	return strings.NewReplacer("$edition", quote(ed.ID), "$questions", strings.Join(questions, ", "), "$classes", strings.Join(classes, ", "),
		"$marks", strings.Join(marks, ", "), "$class", strings.Join(class, " ")).Replace(members(quote(ed.ID)) + recomputeQuartiles)
}

const recomputeQuartiles = `, def_classes (question, c, class) AS (VALUES $classes
), def_marks (question, position, quartile, fours) AS (VALUES $marks
), states AS (
  SELECT a.question, m.dimension, m.group_id,
    sum(CASE WHEN a.state = 'answered' THEN 1 ELSE 0 END) AS base,
    sum(CASE WHEN a.state = 'unanswered' THEN 1 ELSE 0 END) AS unanswered,
    sum(CASE WHEN a.state = 'not_applicable' THEN 1 ELSE 0 END) AS not_applicable
  FROM answers a JOIN members m ON m.firm = a.firm
  WHERE a.edition = $edition AND a.question IN ($questions)
  GROUP BY a.question, m.dimension, m.group_id
), numbers AS (
  SELECT a.question, m.dimension, m.group_id, CASE $class END AS c,
    row_number() OVER (PARTITION BY a.question, m.dimension, m.group_id ORDER BY a.number, a.firm) AS place
  FROM answers a JOIN members m ON m.firm = a.firm
  WHERE a.edition = $edition AND a.question IN ($questions) AND a.state = 'answered'
), marked AS (
  SELECT d.question, d.position, d.quartile, g.dimension, g.group_id, g.population, g.replied,
    coalesce(s.base, 0) AS base, coalesce(s.unanswered, 0) AS unanswered, coalesce(s.not_applicable, 0) AS not_applicable, n.c
  FROM def_marks d
  CROSS JOIN populations g
  LEFT JOIN states s ON s.question = d.question AND s.dimension = g.dimension AND s.group_id = g.group_id
  LEFT JOIN numbers n ON n.question = d.question AND n.dimension = g.dimension AND n.group_id = g.group_id
    AND 4 * n.place >= d.fours * s.base AND 4 * (n.place - 1) < d.fours * s.base
  WHERE d.question <> ''
)
SELECT $edition AS edition, k.question, k.quartile, k.dimension, k.group_id, k.position, k.population, k.replied, k.base, k.unanswered, k.not_applicable,
  coalesce(max(d.class), '') AS class,
  coalesce(sum(CASE WHEN n.c < k.c THEN 1 ELSE 0 END), 0) AS below,
  coalesce(sum(CASE WHEN n.c = k.c THEN 1 ELSE 0 END), 0) AS within,
  coalesce(sum(CASE WHEN n.c > k.c THEN 1 ELSE 0 END), 0) AS above
FROM marked k
LEFT JOIN def_classes d ON d.question = k.question AND d.c = k.c
LEFT JOIN numbers n ON n.question = k.question AND n.dimension = k.dimension AND n.group_id = k.group_id
GROUP BY k.question, k.quartile, k.dimension, k.group_id, k.position, k.population, k.replied, k.base, k.unanswered, k.not_applicable, k.c`
