package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/duckdb"
	"cssa/shared/questionnaire"
)

// athenaLimit is how many bytes a statement may have ("Service Quotas", Athena User Guide).
const athenaLimit = 262_144

// The tables that SQL makes of the answers of every edition are those that a run wrote: in every row and number, in the
// names and types of their columns.
func TestTablesCreatedFromTheAnswersAreThoseOfTheRun(t *testing.T) {
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ids, err := lib.IDs()
	must(t, err)
	editions := []*checklist.Edition{shapes()}
	for _, id := range ids {
		ed, err := lib.Edition(t.Context(), id)
		must(t, err)
		editions = append(editions, ed)
	}
	created, rows := 0, 0
	for n, ed := range editions {
		t.Run(fmt.Sprintf("%s %d", ed.ID, n), func(t *testing.T) {
			p := newPlace(t)
			firms, answers := invent(ed, 90)
			p.write(t, ed, night, firms, answers[:70])
			must(t, lake.MakeCurrent(context.Background(), p.restricted, ed.ID, night))
			db := p.attach(t, duckdb.Restricted)
			for _, q := range lake.Queries(ed) {
				if q.Table == "" {
					continue
				}
				name, columns := "recomputed_"+q.Table, strings.Join(q.Columns, ", ")
				statement := q.CreateTable(name)
				if len(statement) > athenaLimit {
					t.Errorf("%s: %d bytes, more than Athena takes", q.Name, len(statement))
				}
				_, err := db.ExecContext(t.Context(), statement)
				must(t, err)
				created++
				both := ask(t, db, fmt.Sprintf("SELECT count(*), (SELECT count(*) FROM %s) FROM %s", name, q.Table))
				var here, there int
				if _, err := fmt.Sscanf(both[0], "%d,%d", &here, &there); err != nil || here != there || here == 0 && len(ed.Figures) > 0 && q.Table == "figures" {
					t.Errorf("%s: rows %s, %v", q.Name, both[0], err)
				}
				rows += there
				for _, pair := range [][2]string{{name, q.Table}, {q.Table, name}} {
					if more := ask(t, db, fmt.Sprintf("SELECT %[1]s FROM %[2]s EXCEPT ALL SELECT %[1]s FROM %[3]s", columns, pair[0], pair[1])); len(more) > 0 {
						t.Errorf("%s: %d rows of %s only, e.g. %s", q.Name, len(more), pair[0], more[0])
					}
				}
				typesOf := func(table string) string {
					return strings.Join(ask(t, db, fmt.Sprintf("SELECT column_name, column_type FROM (DESCRIBE SELECT %s FROM %s)", columns, table)), " ")
				}
				if got, want := typesOf(name), typesOf(q.Table); got != want {
					t.Errorf("%s: columns %s, want %s", q.Name, got, want)
				}
			}
		})
	}
	if created < 3*len(editions) || rows < 5000 {
		t.Errorf("only %d tables with %d rows", created, rows)
	}
}
