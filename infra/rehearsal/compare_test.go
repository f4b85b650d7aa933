//go:build conformance

package rehearsal

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cssa/shared/lake"
)

// The tables that carry numbers, as rows, by name.
type tables map[string]any

// publishedOf reads every table that carries a number, of the run that each door shows.
func publishedOf(t *testing.T, restricted, opened lake.Source) tables {
	t.Helper()
	run, err := lake.Current(t.Context(), opened, edition)
	check(t, err)
	if inside, err := lake.Current(t.Context(), restricted, edition); err != nil || inside != run {
		t.Fatalf("the open door shows run %s, the restricted one %s (%v)", run, inside, err)
	}
	return tables{
		"open distributions": rowsOf[lake.OpenDistributionRow](t, opened, run), "open figures": rowsOf[lake.OpenFigureRow](t, opened, run),
		"distributions": rowsOf[lake.DistributionRow](t, restricted, run), "figures": rowsOf[lake.FigureRow](t, restricted, run),
		"answers": rowsOf[lake.AnswerRow](t, restricted, run), "firms": rowsOf[lake.FirmRow](t, restricted, run),
	}
}

func rowsOf[T lake.Row](t *testing.T, source lake.Source, run string) []T {
	t.Helper()
	rows, err := lake.Read[T](context.WithoutCancel(t.Context()), source, edition, run)
	check(t, err)
	if len(rows) == 0 {
		t.Fatalf("%T: no rows", rows)
	}
	return rows
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func tail(log string) string { return log[max(0, len(log)-1500):] }

// withoutRun takes the run out of the letters' ids: it is named by its time.
func withoutRun(ids []string) []string {
	var out []string
	for _, id := range ids {
		if i := strings.Index(id, "-feedback-"); i >= 0 {
			id = id[:i+len("-feedback")]
		}
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func firstDifference(a, b any) string {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range min(x.Len(), y.Len()) {
		if !reflect.DeepEqual(x.Index(i).Interface(), y.Index(i).Interface()) {
			return fmt.Sprintf("row %d: %+v\nwant %+v", i, x.Index(i).Interface(), y.Index(i).Interface())
		}
	}
	return ""
}
