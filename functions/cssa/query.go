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
	"cssa/infra/remote"
)

func (d *desk) queryCommand() *cobra.Command {
	var open bool
	format := "table"
	c := &cobra.Command{
		Use: "query SQL", Short: "Query the lake with SQL, read only (DuckDB on a laptop, Athena on a stage)", Args: cobra.ExactArgs(1),
		Long: "Views carry the names they have in Athena. Without --open this is the restricted door: firm-level answers and nightly\n" +
			"tables. List them: cssa query \"show tables\". On a stage the query runs in the Athena workgroup of the door, which logs who\n" +
			"asked what, and at most 1000 rows are printed.",
		Example: "  cssa query \"select share from figures where figure='fig01'\"\n  cssa query --open --format csv \"select * from open_figures\"",
	}
	c.Flags().BoolVar(&open, "open", false, "the open door: released tables only")
	c.Flags().StringVar(&format, "format", format, "table, csv or json")
	c.RunE = d.with(func(ctx context.Context, l *deployment, args []string) error {
		if d.json {
			format = "json"
		}
		return l.Queries.query(ctx, d, args[0], open, format)
	})
	return c
}

// queries runs SQL and prints its result on the desk.
type queries interface {
	query(ctx context.Context, d *desk, sql string, open bool, format string) error
}

// folderQueries asks the lake in a folder by cssa-sql.
type folderQueries struct{ l *laptop.Deployment }

func (q folderQueries) query(ctx context.Context, d *desk, sql string, open bool, format string) error {
	program, err := sqlProgram(d.lookup)
	if err != nil {
		return err
	}
	args := []string{"--restricted", q.l.RestrictedDir(), "--open", q.l.OpenDir(), "--format", format}
	if open {
		args = append(args, "--open-only")
	}
	cmd := exec.CommandContext(ctx, program, append(args, sql)...)
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

func (q stageQueries) query(ctx context.Context, d *desk, sql string, open bool, format string) error {
	if format != "table" && format != "csv" && format != "json" {
		return usage("--format %q: want table, csv or json", format)
	}
	a, more, err := q.Ask(ctx, sql, open, maxRows)
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
