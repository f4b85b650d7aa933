package athena

import (
	"fmt"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/lake"
)

// A Query is a query an analyst finds ready by its name. It is in the common subset of Trino and DuckDB.
type Query struct {
	Name    string // with the edition, e.g. "2023-securities figure 01"
	Meaning string
	Open    bool // needs nothing but the open door
	SQL     string
}

// Queries returns the named queries of an edition. Behind the open door: every figure (図表) as it was released, with its
// labels and with "x" for what is withheld, and the rate of response. Behind the restricted door: the rate of response by
// group and by day as it stands, and the firms and numbers to look at first:
//
//   - unanswered: firms that left blank a share of the places put to them that is more than two standard deviations above
//     the sector's mean;
//   - changed: firms by the number of answers that moved two ranks or more from the last edition in which the firm took
//     part (higher is more advanced), or that were given then and are blank now;
//   - numbers: numbers more than three standard deviations from the mean of their question.
//
// Of an edition with a mapping from the one before (対応表) also what changed in the whole sector (trends) and how the matched
// firms moved (transitions).
//
// The outliers are invitations to ask a firm, not faults; standard deviations are those of the population.
func Queries(ed *checklist.Edition) []Query {
	var all []Query
	add := func(open bool, name, meaning, sql string) {
		all = append(all, Query{string(ed.ID) + " " + name, meaning, open, strings.ReplaceAll(sql, "$edition", quote(string(ed.ID)))})
	}
	for i := range ed.Figures {
		f := &ed.Figures[i]
		add(true, fmt.Sprintf("figure %02d", f.Number), fmt.Sprintf("図表%d %s / %s", f.Number, f.Title.JA, f.Title.EN),
			strings.ReplaceAll(figure, "$figure", quote(string(f.ID))))
	}
	add(true, "response released", "提出率（公表） / rate of response, as released", responseReleased)
	for _, q := range lake.Queries(ed) {
		if q.Table == "" {
			add(false, q.Name, "提出率（業態・同業グループ・規模区分別） / rate of response by group of firms", q.SQL)
		}
	}
	add(false, "response by day", "受付日別の提出先数（累計） / firms whose first upload had come by each day", responseByDay)
	add(false, "outliers unanswered", "無回答の割合が高い先 / firms with an unusual share of places left blank", outliersUnanswered)
	add(false, "outliers changed", "前回から回答が大きく変わった先 / firms whose answers changed sharply since their last edition", outliersChanged)
	add(false, "outliers numbers", "平均から大きく離れた数値 / numbers far from the mean of their question", outliersNumbers)
	if ed.Mapping != nil {
		add(false, "trends", "前回からの変化（全体） / what changed since the last edition, in the whole sector; why where nothing can be compared", trends)
		add(false, "transitions", "継続先の回答の推移（全体） / how the matched firms answered then and now, in the whole sector", transitions)
	}
	return all
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// figure shows a figure as it is printed: x is withheld, − is a share of nobody.
const figure = `SELECT figure_number, figure_ja, figure_en, item_ja, item_en, series_ja, series_en,
  CASE WHEN withheld THEN 'x' WHEN share IS NULL THEN '−' ELSE CAST(share AS varchar) END AS printed,
  count, share, share_base, replied, population, population_ja, population_en
FROM open_figure_labels
WHERE edition = $edition AND figure = $figure
ORDER BY position`

var responseReleased = `SELECT edition, run, reference_date, population, replied, ` + lake.ShareSQL("replied", "population") + ` AS share
FROM open_runs
WHERE edition = $edition`

const responseByDay = `WITH firsts AS (
  SELECT firm, min(received_on) AS received_on, max(CASE WHEN late THEN 1 ELSE 0 END) AS late
  FROM submissions
  WHERE edition = $edition AND status <> 'withdrawn'
  GROUP BY firm
), days AS (
  SELECT received_on, count(*) AS firms, sum(late) AS late
  FROM firsts
  GROUP BY received_on
)
SELECT received_on, firms, late, sum(firms) OVER (ORDER BY received_on) AS so_far
FROM days
ORDER BY received_on`

const outliersUnanswered = `WITH places AS (
  SELECT firm, sum(CASE WHEN state = 'unanswered' THEN 1 ELSE 0 END) AS unanswered,
    sum(CASE WHEN state <> 'not_applicable' THEN 1 ELSE 0 END) AS put
  FROM answers
  WHERE edition = $edition
  GROUP BY firm
), shares AS (
  SELECT firm, unanswered, put, 100.0e0 * unanswered / put AS share
  FROM places
  WHERE put > 0
), sector AS (
  SELECT avg(share) AS mean, stddev_pop(share) AS deviation
  FROM shares
)
SELECT s.firm, f.name_ja, f.name_en, s.unanswered, s.put, round(s.share, 1) AS share, round(sector.mean, 1) AS mean
FROM shares s
JOIN firms f ON f.edition = $edition AND f.firm = s.firm
CROSS JOIN sector
WHERE s.share > sector.mean + 2 * sector.deviation
ORDER BY s.share DESC, s.firm`

const outliersChanged = `WITH before AS (
  SELECT now.firm, max(past.edition) AS edition
  FROM firms now
  JOIN firms past ON past.firm = now.firm AND past.edition < now.edition
  WHERE now.edition = $edition
  GROUP BY now.firm
), pairs AS (
  SELECT now.firm, past.state AS past_state, now.state AS state, past_choice.rank AS past_rank, choice.rank AS rank
  FROM answers now
  JOIN before b ON b.firm = now.firm
  JOIN answers past ON past.edition = b.edition AND past.firm = now.firm
    AND past.question = now.question AND past.item = now.item AND past.stage = now.stage
  LEFT JOIN choices past_choice ON past_choice.edition = past.edition AND past_choice.question = past.question
    AND past_choice.stage = past.stage AND past_choice.choice = past.choice
  LEFT JOIN choices choice ON choice.edition = now.edition AND choice.question = now.question
    AND choice.stage = now.stage AND choice.choice = now.choice
  WHERE now.edition = $edition
), counted AS (
  SELECT firm, count(*) AS compared,
    sum(CASE WHEN past_rank - rank >= 2 THEN 1 ELSE 0 END) AS rose,
    sum(CASE WHEN rank - past_rank >= 2 THEN 1 ELSE 0 END) AS fell,
    sum(CASE WHEN past_state = 'answered' AND state = 'unanswered' THEN 1 ELSE 0 END) AS went_blank
  FROM pairs
  GROUP BY firm
)
SELECT c.firm, f.name_ja, f.name_en, c.compared, c.rose, c.fell, c.went_blank
FROM counted c
JOIN firms f ON f.edition = $edition AND f.firm = c.firm
WHERE c.rose + c.fell + c.went_blank > 0
ORDER BY c.rose + c.fell + c.went_blank DESC, c.firm`

const outliersNumbers = `WITH numbers AS (
  SELECT firm, question, item, CAST(number AS double) AS number
  FROM answers
  WHERE edition = $edition AND number IS NOT NULL
), questions_mean AS (
  SELECT question, item, avg(number) AS mean, stddev_pop(number) AS deviation
  FROM numbers
  GROUP BY question, item
)
SELECT n.firm, f.name_ja, f.name_en, n.question, n.item, n.number, round(m.mean, 1) AS mean
FROM numbers n
JOIN questions_mean m ON m.question = n.question AND m.item = n.item
JOIN firms f ON f.edition = $edition AND f.firm = n.firm
WHERE abs(n.number - m.mean) > 3 * m.deviation
ORDER BY n.question, n.item, abs(n.number - m.mean) DESC, n.firm`

const trends = `SELECT t.previous, t.figure, q.number AS question_number, t.question, q.title_ja AS question_ja, q.title_en AS question_en,
  t.item, t.stage, t.series, t.comparable, t.why_ja, t.why_en, t.then_share, t.now_share, t.change_points,
  t.within_points, t.composition_points, t.redefinition_points, t.panel, t.panel_then_share, t.panel_now_share,
  t.firms_then, t.firms_now, t.firms_both, t.firms_came, t.firms_left
FROM trends t
JOIN questions q ON q.edition = t.edition AND q.question = t.question
WHERE t.edition = $edition AND t.dimension = 'all'
ORDER BY t.position`

const transitions = `SELECT t.previous, q.number AS question_number, t.question, q.title_ja AS question_ja, q.title_en AS question_en,
  t.item, t.stage, t.then_state, t.then_choice, t.now_state, t.now_choice, c.label_ja AS now_choice_ja, c.label_en AS now_choice_en, t.firms
FROM transitions t
JOIN questions q ON q.edition = t.edition AND q.question = t.question
LEFT JOIN choices c ON c.edition = t.edition AND c.question = t.question AND c.stage = t.stage AND c.choice = t.now_choice
WHERE t.edition = $edition AND t.dimension = 'all'
ORDER BY q.position, t.item, t.stage, t.then_state, t.then_choice, t.now_state, t.now_choice`
