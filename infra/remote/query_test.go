package remote

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// A result is GetQueryResults' answer: a cell that is "NULL" is none.
func result(t *testing.T, next string, columns []string, rows ...[]string) answer {
	t.Helper()
	type datum struct {
		VarCharValue *string `json:",omitempty"`
	}
	type row struct{ Data []datum }
	type column struct{ Name, Type string }
	var out struct {
		NextToken string `json:",omitempty"`
		ResultSet struct {
			ResultSetMetadata struct{ ColumnInfo []column }
			Rows              []row
		}
	}
	out.NextToken = next
	for _, c := range columns {
		out.ResultSet.ResultSetMetadata.ColumnInfo = append(out.ResultSet.ResultSetMetadata.ColumnInfo, column{c, "varchar"})
	}
	for _, cells := range rows {
		var r row
		for _, c := range cells {
			d := datum{}
			if c != "NULL" {
				d.VarCharValue = &c
			}
			r.Data = append(r.Data, d)
		}
		out.ResultSet.Rows = append(out.ResultSet.Rows, r)
	}
	return answer{body: text(t, out)}
}

func state(s, reason string) answer {
	return answer{body: `{"QueryExecution":{"QueryExecutionId":"q1","Status":{"State":"` + s + `","StateChangeReason":"` + reason + `"}}}`}
}

var started = answer{body: `{"QueryExecutionId":"q1"}`}

// plain is an answer's rows as text, NULL as "NULL".
func plain(a Answer) [][]string {
	var out [][]string
	for _, r := range a.Rows {
		var cells []string
		for _, c := range r {
			if c == nil {
				cells = append(cells, "NULL")
			} else {
				cells = append(cells, *c)
			}
		}
		out = append(out, cells)
	}
	return out
}

func TestAResultOfSeveralPages(t *testing.T) {
	w := startWire(t)
	d, _ := w.stage()
	columns := []string{"item", "share"}
	w.answers["StartQueryExecution"] = []answer{started}
	w.answers["GetQueryExecution"] = []answer{state("QUEUED", ""), state("RUNNING", ""), state("SUCCEEDED", "")}
	w.answers["GetQueryResults"] = []answer{
		result(t, "p2", columns, columns, []string{"計画の策定", "77.2"}, []string{"", "NULL"}),
		result(t, "p3", columns, []string{"item", "share"}, []string{"NULL", "0"}), // only the first page begins with the names
		result(t, "", columns, []string{"ｻｲﾊﾞｰ・「演習」\n二行", "100.0"}),
	}
	a, more, err := d.Query.Ask(t.Context(), "select item, share from open_figures", true, 100)
	want := [][]string{{"計画の策定", "77.2"}, {"", "NULL"}, {"item", "share"}, {"NULL", "0"}, {"ｻｲﾊﾞｰ・「演習」\n二行", "100.0"}}
	if err != nil || more || !reflect.DeepEqual(a.Columns, columns) || !reflect.DeepEqual(plain(a), want) {
		t.Errorf("%v\n%v\n%t, %v", a.Columns, plain(a), more, err)
	}
	for _, q := range w.asked {
		if q.what == "StartQueryExecution" && (!strings.Contains(q.body, `"WorkGroup":"cssa-test-open"`) || !strings.Contains(q.body, `"Database":"cssa_test_open"`)) {
			t.Errorf("the open door was asked by %s", q.body)
		}
	}
}

func TestNoMoreRowsThanAreWanted(t *testing.T) {
	columns := []string{"n"}
	for limit, want := range map[int]struct {
		rows int
		more bool
	}{1: {1, true}, 2: {2, true}, 3: {3, false}, 4: {3, false}} {
		w := startWire(t)
		d, _ := w.stage()
		w.answers["StartQueryExecution"], w.answers["GetQueryExecution"] = []answer{started}, []answer{state("SUCCEEDED", "")}
		w.answers["GetQueryResults"] = []answer{result(t, "p2", columns, columns, []string{"1"}, []string{"2"}), result(t, "", columns, []string{"3"})}
		a, more, err := d.Query.Ask(t.Context(), "select n from t", false, limit)
		if err != nil || len(a.Rows) != want.rows || more != want.more {
			t.Errorf("limit %d: %d rows, more %t, %v", limit, len(a.Rows), more, err)
		}
	}
}

// SHOW and DESCRIBE have no row of names, and DESCRIBE gives a row as one text; a statement may have no result at all.
func TestStatementsThatAreNoSelect(t *testing.T) {
	for what, c := range map[string]struct {
		answer  answer
		columns []string
		want    [][]string
	}{
		"show tables": {result(t, "", []string{"tab_name"}, []string{"answers"}, []string{"firms"}), []string{"tab_name"}, [][]string{{"answers"}, {"firms"}}},
		"describe": {result(t, "", []string{"col_name", "data_type", "comment"}, []string{"edition             \tstring              \t実施回"}, []string{"run                 \tstring"}),
			[]string{"col_name", "data_type", "comment"}, [][]string{{"edition", "string", "実施回"}, {"run", "string", "NULL"}}},
		"nothing": {answer{body: `{"ResultSet":{"Rows":[]}}`}, nil, nil},
		"silence": {answer{body: `{}`}, nil, nil},
	} {
		w := startWire(t)
		d, _ := w.stage()
		w.answers["StartQueryExecution"], w.answers["GetQueryExecution"] = []answer{started}, []answer{state("SUCCEEDED", "")}
		w.answers["GetQueryResults"] = []answer{c.answer}
		a, more, err := d.Query.Ask(t.Context(), what, false, 10)
		if err != nil || more || !reflect.DeepEqual(a.Columns, c.columns) || !reflect.DeepEqual(plain(a), c.want) {
			t.Errorf("%s: %v %q, %t, %v", what, a.Columns, plain(a), more, err)
		}
	}
}

func TestAQueryThatFails(t *testing.T) {
	for what, c := range map[string]struct {
		last answer
		want []string
	}{
		"failed":    {state("FAILED", "COLUMN_NOT_FOUND: line 1:8: Column 'shear' cannot be resolved"), []string{"the query FAILED: COLUMN_NOT_FOUND: line 1:8: Column 'shear' cannot be resolved"}},
		"cancelled": {state("CANCELLED", "Query cancelled by user"), []string{"the query CANCELLED: Query cancelled by user"}},
		"too much":  {state("CANCELLED", "Bytes scanned limit was exceeded"), []string{"CANCELLED: Bytes scanned limit was exceeded", "fewer columns", "ScanLimitMB"}},
		"said elsewhere": {answer{body: `{"QueryExecution":{"Status":{"State":"FAILED","AthenaError":{"ErrorCategory":2,"ErrorMessage":"表がありません"}}}}`},
			[]string{"FAILED: 表がありません"}},
		"no reason": {answer{body: `{"QueryExecution":{"Status":{"State":"FAILED"}}}`}, []string{"FAILED: Athena gives no reason"}},
	} {
		t.Run(what, func(t *testing.T) {
			w := startWire(t)
			d, _ := w.stage()
			w.answers["StartQueryExecution"], w.answers["GetQueryExecution"] = []answer{started}, []answer{state("RUNNING", ""), c.last}
			_, _, err := d.Query.Ask(t.Context(), "select shear from open_figures", true, 10)
			says(t, err, c.want...)
			if !errors.Is(err, ErrRefused) || w.count("GetQueryResults") > 0 {
				t.Errorf("%v, %d results asked for", err, w.count("GetQueryResults"))
			}
		})
	}
}

// A person who gives up does not pay for the rest.
func TestAQueryNobodyWaitsForIsStopped(t *testing.T) {
	w := startWire(t)
	d, _ := w.stage()
	ctx, stop := context.WithCancel(t.Context())
	running := state("RUNNING", "")
	running.do = stop
	w.answers["StartQueryExecution"], w.answers["GetQueryExecution"] = []answer{started}, []answer{running}
	w.answers["StopQueryExecution"] = []answer{{body: `{}`}}
	_, _, err := d.Query.Ask(ctx, "select 1", true, 10)
	if !errors.Is(err, context.Canceled) || w.count("StopQueryExecution") != 1 {
		t.Errorf("%v, stopped %d times", err, w.count("StopQueryExecution"))
	}
}
