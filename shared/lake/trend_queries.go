package lake

import (
	"fmt"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/trend"
)

// TrendQueries returns the queries that recompute from the answers to both editions what the run's tables say of the change
// between them, by the tables panel and comparisons. They are in the common subset of Trino and DuckDB. The parts of a
// change follow from the counts and are not recomputed.
func TrendQueries(plan *trend.Plan) []Query {
	old, now := plan.Editions()
	fill := strings.NewReplacer("$then", quote(old.ID), "$now", quote(now.ID))
	key := []string{"edition", "question", "item", "stage", "dimension", "group_id"}
	return []Query{
		{
			Name: "trends", Edition: now.ID, Meaning: "the last edition and this one (前回比較), recomputed from the answers",
			SQL:   fill.Replace("WITH " + trendMembers + ",\n" + outside(plan) + trendSeries + trendSums + trendSelect),
			Table: "trends", Only: "comparable",
			Columns: append(key, "figure", "series", "firms_then", "firms_now", "firms_both", "firms_succeeded", "firms_came", "firms_left", "firms_merged",
				"then_count", "then_base", "then_share", "now_count", "now_base", "now_share", "then_common_count", "then_common_base",
				"now_common_count", "now_common_base", "panel", "panel_then_count", "panel_then_share", "panel_now_count", "panel_now_share"),
		},
		{
			Name: "transitions", Edition: now.ID, Meaning: "how the matched firms answered then and now, recomputed from the answers",
			SQL:   fill.Replace("WITH " + trendMembers + ",\n" + outside(plan) + transitionSelect),
			Table: "transitions", Columns: append(key, "then_state", "then_choice", "now_state", "now_choice", "firms"),
		},
	}
}

// outside lists the firms that are outside a filter, or to which the other edition would not have put a place, for every row
// that has any.
func outside(plan *trend.Plan) string {
	old, now := plan.Editions()
	var parts []string
	for _, r := range plan.Rows() {
		if r.Broke != nil {
			continue
		}
		for _, d := range []struct {
			name string
			ed   *checklist.Edition
			c    *checklist.Condition
		}{{"then_own", old, r.ThenOwn}, {"then_common", old, r.ThenCommon}, {"then_asked", old, r.ThenAsked}, {"now_own", now, r.NowOwn}, {"now_asked", now, r.NowAsked}} {
			if d.c != nil {
				parts = append(parts, fmt.Sprintf("SELECT %s AS definition, %s AS figure, %s AS question, %s AS item, %s AS stage, firm FROM answers WHERE edition = %s GROUP BY firm HAVING NOT (%s)",
					quote(d.name), quote(r.Figure), quote(r.Ref.Question), quote(r.Ref.Item), quote(r.Ref.Stage), quote(d.ed.ID), Having(d.ed, d.c)))
			}
		}
	}
	if len(parts) == 0 {
		parts = []string{"SELECT '' AS definition, '' AS figure, '' AS question, '' AS item, '' AS stage, firm FROM answers WHERE false"}
	}
	return "outside AS (\n  " + strings.Join(parts, "\n  UNION ALL ") + "\n)"
}

// left joins what a condition leaves out.
func left(alias, definition string) string {
	return fmt.Sprintf(`LEFT JOIN outside %[1]s ON %[1]s.definition = '%[2]s' AND %[1]s.figure = s.figure AND %[1]s.question = s.question
    AND %[1]s.item = s.item AND %[1]s.stage = s.stage AND %[1]s.firm = s.firm`, alias, definition)
}

var trendMembers = `members AS (
  SELECT edition, firm, 'all' AS dimension, 'all' AS group_id FROM firms WHERE edition IN ($then, $now)
  UNION ALL SELECT edition, firm, 'sector', sector FROM firms WHERE edition IN ($then, $now) AND sector <> ''
  UNION ALL SELECT edition, firm, 'group', peer_group FROM firms WHERE edition IN ($then, $now) AND peer_group <> ''
  UNION ALL SELECT edition, firm, 'size', size_band FROM firms WHERE edition IN ($then, $now) AND size_band <> ''
  UNION ALL SELECT edition, firm, dimension, group_id FROM firm_attributes WHERE edition IN ($then, $now)
), links AS (
  SELECT firm_then, firm_now, how, dimension, group_id, max(was) AS was, max(remains) AS remains
  FROM (
    SELECT p.firm_then, p.firm_now, p.how, m.dimension, m.group_id, 1 AS was, 0 AS remains
    FROM panel p JOIN members m ON m.edition = $then AND m.firm = p.firm_then WHERE p.edition = $now
    UNION ALL SELECT p.firm_then, p.firm_now, p.how, m.dimension, m.group_id, 0, 1
    FROM panel p JOIN members m ON m.edition = $now AND m.firm = p.firm_now WHERE p.edition = $now
  ) sides
  GROUP BY firm_then, firm_now, how, dimension, group_id
)`

var trendSeries = `, series_then AS (
  SELECT c.figure, c.question, c.item, c.stage, c.series, a.firm, a.state,
    max(CASE WHEN c.side = 'own' AND ` + hits + ` THEN 1 ELSE 0 END) AS own_hit,
    max(CASE WHEN c.side = 'then' AND ` + hits + ` THEN 1 ELSE 0 END) AS hit,
    max(CASE WHEN c.side = 'own' AND c.blank_in_base THEN 1 ELSE 0 END) AS own_blank, max(CASE WHEN c.side = 'own' AND c.not_put_in_base THEN 1 ELSE 0 END) AS own_not_put,
    max(CASE WHEN c.side = 'then' AND c.blank_in_base THEN 1 ELSE 0 END) AS blank, max(CASE WHEN c.side = 'then' AND c.not_put_in_base THEN 1 ELSE 0 END) AS not_put
  FROM comparisons c
  JOIN answers a ON a.edition = $then AND a.question = c.place_question AND a.item = c.place_item AND a.stage = c.place_stage
  WHERE c.edition = $now AND c.side <> 'now'
  GROUP BY c.figure, c.question, c.item, c.stage, c.series, a.firm, a.state
), series_now AS (
  SELECT c.figure, c.question, c.item, c.stage, c.series, a.firm, a.state, max(CASE WHEN ` + hits + ` THEN 1 ELSE 0 END) AS hit,
    max(CASE WHEN c.blank_in_base THEN 1 ELSE 0 END) AS blank, max(CASE WHEN c.not_put_in_base THEN 1 ELSE 0 END) AS not_put
  FROM comparisons c
  JOIN answers a ON a.edition = $now AND a.question = c.place_question AND a.item = c.place_item AND a.stage = c.place_stage
  WHERE c.edition = $now AND c.side = 'now'
  GROUP BY c.figure, c.question, c.item, c.stage, c.series, a.firm, a.state
), base_then AS (
  SELECT s.figure, s.question, s.item, s.stage, s.series, s.firm, s.own_hit, CASE WHEN k.firm IS NULL THEN s.hit ELSE 0 END AS hit,
    CASE WHEN o.firm IS NULL AND ` + inBase("s.state", "s.own_blank", "s.own_not_put") + ` THEN 1 ELSE 0 END AS own,
    CASE WHEN x.firm IS NULL AND ` + inBase("CASE WHEN k.firm IS NULL THEN s.state ELSE 'not_applicable' END", "s.blank", "s.not_put") + ` THEN 1 ELSE 0 END AS common
  FROM series_then s
  ` + left("o", "then_own") + `
  ` + left("x", "then_common") + `
  ` + left("k", "then_asked") + `
), base_now AS (
  SELECT s.figure, s.question, s.item, s.stage, s.series, s.firm, s.hit AS own_hit, CASE WHEN k.firm IS NULL THEN s.hit ELSE 0 END AS hit,
    CASE WHEN o.firm IS NULL AND ` + inBase("s.state", "s.blank", "s.not_put") + ` THEN 1 ELSE 0 END AS own,
    CASE WHEN o.firm IS NULL AND ` + inBase("CASE WHEN k.firm IS NULL THEN s.state ELSE 'not_applicable' END", "s.blank", "s.not_put") + ` THEN 1 ELSE 0 END AS common
  FROM series_now s
  ` + left("o", "now_own") + `
  ` + left("k", "now_asked") + `
)`

// hits says whether an answer is what a row of comparisons counts.
const hits = "a.state = 'answered' AND (c.at_least IS NULL AND a.choice = c.choice OR a.number >= c.at_least AND (c.below IS NULL OR a.number < c.below))"

// inBase says whether a state is in the base of shares.
func inBase(state, blank, notPut string) string {
	return strings.NewReplacer("$state", state, "$blank", blank, "$not_put", notPut).Replace(
		"CASE $state WHEN 'answered' THEN 1 WHEN 'unanswered' THEN $blank ELSE $not_put END = 1")
}

const trendSums = `, sums_then AS (
  SELECT b.figure, b.question, b.item, b.stage, b.series, m.dimension, m.group_id,
    sum(b.own) AS base, sum(b.own * b.own_hit) AS firms, sum(b.common) AS common_base, sum(b.common * b.hit) AS common_firms
  FROM base_then b JOIN members m ON m.edition = $then AND m.firm = b.firm
  GROUP BY b.figure, b.question, b.item, b.stage, b.series, m.dimension, m.group_id
), sums_now AS (
  SELECT b.figure, b.question, b.item, b.stage, b.series, m.dimension, m.group_id,
    sum(b.own) AS base, sum(b.own * b.own_hit) AS firms, sum(b.common) AS common_base, sum(b.common * b.hit) AS common_firms
  FROM base_now b JOIN members m ON m.edition = $now AND m.firm = b.firm
  GROUP BY b.figure, b.question, b.item, b.stage, b.series, m.dimension, m.group_id
), sums_panel AS (
  SELECT t.figure, t.question, t.item, t.stage, t.series, l.dimension, l.group_id, count(*) AS base, sum(t.hit) AS then_firms, sum(n.hit) AS now_firms
  FROM links l
  JOIN base_then t ON t.firm = l.firm_then AND t.common = 1
  JOIN base_now n ON n.firm = l.firm_now AND n.common = 1
    AND n.figure = t.figure AND n.question = t.question AND n.item = t.item AND n.stage = t.stage AND n.series = t.series
  WHERE l.was = 1 AND l.remains = 1
  GROUP BY t.figure, t.question, t.item, t.stage, t.series, l.dimension, l.group_id
), flows AS (
  SELECT dimension, group_id, sum(was) AS firms_then, sum(remains) AS firms_now, sum(was * remains) AS firms_both,
    sum(CASE WHEN how = 'succession' THEN was * remains ELSE 0 END) AS firms_succeeded,
    sum(CASE WHEN how = 'merger' THEN was ELSE 0 END) AS firms_merged
  FROM links
  GROUP BY dimension, group_id
), grid AS (
  SELECT c.figure, c.question, c.item, c.stage, c.series, f.*
  FROM (SELECT DISTINCT figure, question, item, stage, series FROM comparisons WHERE edition = $now) c
  CROSS JOIN flows f
), counted AS (
  SELECT g.*, coalesce(t.firms, 0) AS then_count, coalesce(t.base, 0) AS then_base, coalesce(n.firms, 0) AS now_count, coalesce(n.base, 0) AS now_base,
    coalesce(t.common_firms, 0) AS then_common_count, coalesce(t.common_base, 0) AS then_common_base,
    coalesce(n.common_firms, 0) AS now_common_count, coalesce(n.common_base, 0) AS now_common_base,
    coalesce(p.base, 0) AS panel, coalesce(p.then_firms, 0) AS panel_then_count, coalesce(p.now_firms, 0) AS panel_now_count
  FROM grid g
  LEFT JOIN sums_then t ON t.figure = g.figure AND t.question = g.question AND t.item = g.item AND t.stage = g.stage AND t.series = g.series
    AND t.dimension = g.dimension AND t.group_id = g.group_id
  LEFT JOIN sums_now n ON n.figure = g.figure AND n.question = g.question AND n.item = g.item AND n.stage = g.stage AND n.series = g.series
    AND n.dimension = g.dimension AND n.group_id = g.group_id
  LEFT JOIN sums_panel p ON p.figure = g.figure AND p.question = g.question AND p.item = g.item AND p.stage = g.stage AND p.series = g.series
    AND p.dimension = g.dimension AND p.group_id = g.group_id
)
`

var trendSelect = `SELECT $now AS edition, k.question, k.item, k.stage, k.dimension, k.group_id, k.figure, k.series, k.firms_then, k.firms_now, k.firms_both,
  k.firms_succeeded, k.firms_now - k.firms_both AS firms_came, k.firms_then - k.firms_both AS firms_left, k.firms_merged,
  k.then_count, k.then_base, ` + ShareSQL("k.then_count", "k.then_base") + ` AS then_share,
  k.now_count, k.now_base, ` + ShareSQL("k.now_count", "k.now_base") + ` AS now_share,
  k.then_common_count, k.then_common_base, k.now_common_count, k.now_common_base,
  k.panel, k.panel_then_count, ` + ShareSQL("k.panel_then_count", "k.panel") + ` AS panel_then_share,
  k.panel_now_count, ` + ShareSQL("k.panel_now_count", "k.panel") + ` AS panel_now_share
FROM counted k`

var transitionSelect = `, places AS (
  SELECT DISTINCT '' AS figure, question, item, stage, side, place_question, place_item, place_stage
  FROM comparisons
  WHERE edition = $now AND figure = '' AND side <> 'own'
), classes AS (
  SELECT question, item, stage, series, at_least, below
  FROM comparisons
  WHERE edition = $now AND figure = '' AND side = 'then' AND at_least IS NOT NULL
), stood AS (
  SELECT p.figure, p.question, p.item, p.stage, p.side, a.firm, a.state, coalesce(k.series, a.choice) AS choice
  FROM places p
  JOIN answers a ON a.edition = CASE WHEN p.side = 'then' THEN $then ELSE $now END
    AND a.question = p.place_question AND a.item = p.place_item AND a.stage = p.place_stage
  LEFT JOIN classes k ON p.side = 'then' AND k.question = p.question AND k.item = p.item AND k.stage = p.stage
    AND a.number >= k.at_least AND (k.below IS NULL OR a.number < k.below)
), stands AS (
  SELECT s.figure, s.question, s.item, s.stage, s.side, s.firm,
    CASE WHEN x.firm IS NULL AND y.firm IS NULL THEN s.state ELSE 'not_applicable' END AS state,
    CASE WHEN x.firm IS NULL AND y.firm IS NULL AND s.state = 'answered' THEN s.choice ELSE '' END AS choice
  FROM stood s
  ` + strings.Replace(left("x", "then_asked"), " ON ", " ON s.side = 'then' AND ", 1) + `
  ` + strings.Replace(left("y", "now_asked"), " ON ", " ON s.side = 'now' AND ", 1) + `
)
SELECT $now AS edition, t.question, t.item, t.stage, l.dimension, l.group_id, t.state AS then_state, t.choice AS then_choice,
  n.state AS now_state, n.choice AS now_choice, count(*) AS firms
FROM links l
JOIN stands t ON t.side = 'then' AND t.firm = l.firm_then
JOIN stands n ON n.side = 'now' AND n.firm = l.firm_now AND n.question = t.question AND n.item = t.item AND n.stage = t.stage
WHERE l.was = 1 AND l.remains = 1
GROUP BY t.question, t.item, t.stage, l.dimension, l.group_id, t.state, t.choice, n.state, n.choice`
