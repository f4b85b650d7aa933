package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"cssa/infra/laptop"
	"cssa/infra/laptop/access"
	"cssa/infra/remote"
)

func (d *desk) queryCommand() *cobra.Command {
	var a question
	format := "table"
	c := &cobra.Command{
		Use: "query SQL", Short: "Query the lake with SQL, read only (DuckDB on a laptop, Athena on a stage)", Args: cobra.ExactArgs(1),
		Long: "Views carry the names they have in Athena. Without --open this is the restricted door: firm-level answers and nightly\n" +
			"tables. It is asked with a reason, which is recorded with your name and the query before the query runs: cssa access shows\n" +
			"it. List the tables: cssa query --open \"show tables\". On a stage the query runs in the Athena workgroup of the door, AWS\n" +
			"records who asked, the reason stands at the head of the query in the workgroup's history, and at most 1000 rows are printed.",
		Example: "  cssa query --by 'Sato Hanako' --why 'figures for the press' \"select share from figures where figure='fig01'\"\n" +
			"  cssa query --open --format csv \"select * from open_figures\"",
	}
	c.Flags().BoolVar(&a.open, "open", false, "the open door: released tables only; no reason is asked")
	c.Flags().StringVar(&a.why, "why", "", "the reason for asking behind the restricted door")
	c.Flags().StringVar(&a.by, "by", "", "name of the person who asks there; required on a laptop, refused on a stage, where AWS says who you are")
	c.Flags().StringVar(&format, "format", format, "table, csv or json")
	c.RunE = d.with(func(ctx context.Context, l *deployment, args []string) error {
		if d.json {
			format = "json"
		}
		a.sql, a.by, a.why = args[0], strings.TrimSpace(a.by), strings.Join(strings.Fields(a.why), " ")
		switch {
		case !a.open && a.why == "":
			return usage("behind the restricted door a reason is asked: --why \"…\" (released tables: --open)")
		case a.open && a.why+a.by != "":
			return usage("--open takes no --why and no --by: nothing is recorded of it")
		}
		return l.Queries.query(ctx, d, a, format)
	})
	return c
}

// A question is SQL for one of the doors; for the restricted one with who asks and why.
type question struct {
	sql, by, why string
	open         bool
}

// queries runs SQL and prints its result on the desk. AccessLog is the file that says who asked behind the restricted door;
// "" where AWS records that.
type queries interface {
	query(ctx context.Context, d *desk, q question, format string) error
	accessLog() string
}

// folderQueries asks the lake in a folder by cssa-sql.
type folderQueries struct{ l *laptop.Deployment }

func (q folderQueries) accessLog() string { return q.l.AccessLog() }

func (q folderQueries) query(ctx context.Context, d *desk, ask question, format string) error {
	program, err := sqlProgram(d.lookup)
	if err != nil {
		return err
	}
	if !ask.open {
		if ask.by == "" {
			return usage("--by NAME is required")
		}
		if err := access.Append(q.l.AccessLog(), access.Record{At: d.now(), By: ask.by, Account: account(), Why: ask.why, Query: ask.sql}); err != nil {
			return fmt.Errorf("nothing was asked, since it cannot be recorded: %w", err)
		}
	}
	args := []string{"--restricted", q.l.RestrictedDir(), "--open", q.l.OpenDir(), "--format", format}
	if ask.open {
		args = append(args, "--open-only")
	}
	cmd := exec.CommandContext(ctx, program, append(args, "--", ask.sql)...)
	cmd.Stdout, cmd.Stderr = d.out, d.err
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return failure{exit.ExitCode(), forwarded{errors.New("the query failed")}}
	}
	return err
}

// sqlProgram finds cssa-sql: beside this program, or where CSSA_SQL says.
func sqlProgram(lookup func(string) (string, bool)) (string, error) {
	if p, ok := lookup("CSSA_SQL"); ok && p != "" {
		return p, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find cssa-sql: %w", err)
	}
	p := filepath.Join(filepath.Dir(self), "cssa-sql")
	if _, err := os.Stat(p); err != nil {
		return "", fmt.Errorf("cssa-sql is not beside %s; build both: make build", self)
	}
	return p, nil
}

// maxRows is how many rows of a stage's answer are printed.
const maxRows = 1000

// stageQueries asks a stage's lake through Athena.
type stageQueries struct{ *remote.Query }

func (q stageQueries) accessLog() string { return "" }

func (q stageQueries) query(ctx context.Context, d *desk, ask question, format string) error {
	if ask.by != "" {
		return usage("on a stage AWS says who you are: leave out --by")
	}
	if format != "table" && format != "csv" && format != "json" {
		return usage("--format %q: want table, csv or json", format)
	}
	if !ask.open {
		ask.sql = "-- why: " + ask.why + "\n" + ask.sql // kept with the query, under its id, which AWS's trail names with the person
	}
	a, more, err := q.Ask(ctx, ask.sql, ask.open, maxRows)
	if err != nil {
		return err
	}
	if more {
		fmt.Fprintf(d.err, "cssa: only the first %d rows are printed; the whole result is in the workgroup's bucket\n", maxRows)
	}
	switch format {
	case "json":
		return d.rowsJSON(a)
	case "csv":
		return d.rowsCSV(a)
	}
	d.rowsTable(a)
	return nil
}

func (d *desk) rowsJSON(a remote.Answer) error {
	rows := make([]map[string]*string, len(a.Rows))
	for i, r := range a.Rows {
		rows[i] = map[string]*string{}
		for c, name := range a.Columns {
			rows[i][name] = r[c]
		}
	}
	enc := json.NewEncoder(d.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(rows)
}

func (d *desk) rowsCSV(a remote.Answer) error {
	w := csv.NewWriter(d.out)
	w.Write(a.Columns) //nolint:errcheck // Error below tells
	for _, r := range a.Rows {
		w.Write(texts(r)) //nolint:errcheck // Error below tells
	}
	w.Flush()
	return w.Error()
}

func (d *desk) rowsTable(a remote.Answer) {
	width := make([]int, len(a.Columns))
	lines := [][]string{a.Columns}
	for _, r := range a.Rows {
		lines = append(lines, texts(r))
	}
	for _, cells := range lines {
		for c, text := range cells {
			width[c] = max(width[c], min(runewidth.StringWidth(text), 60))
		}
	}
	for _, cells := range lines {
		padded := make([]string, len(cells))
		for c, text := range cells {
			padded[c] = pad(text, width[c])
		}
		fmt.Fprintln(d.out, strings.TrimRight(strings.Join(padded, "  "), " "))
	}
}

// texts returns the values of a row as text, NULL as nothing.
func texts(row []*string) []string {
	out := make([]string, len(row))
	for i, v := range row {
		if v != nil {
			out[i] = *v
		}
	}
	return out
}
