package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"cssa/infra/laptop"
)

func (d *desk) queryCommand() *cobra.Command {
	var open bool
	format := "table"
	c := &cobra.Command{
		Use: "query SQL", Short: "Query the lake with SQL, read only (DuckDB, by the program cssa-sql)", Args: cobra.ExactArgs(1),
		Long: "Views carry the names they have in Athena. Without --open this is the restricted door: firm-level answers and nightly\n" +
			"tables. List them: cssa query \"show tables\"",
		Example: "  cssa query \"select share from figures where figure='fig01'\"\n  cssa query --open --format csv \"select * from open_figures\"",
	}
	c.Flags().BoolVar(&open, "open", false, "the open door: released tables only")
	c.Flags().StringVar(&format, "format", format, "table, csv or json")
	c.RunE = d.with(func(ctx context.Context, l *laptop.Deployment, args []string) error {
		if d.json {
			format = "json"
		}
		return d.query(ctx, l, args[0], open, format)
	})
	return c
}

func (d *desk) query(ctx context.Context, l *laptop.Deployment, sql string, open bool, format string) error {
	program, err := sqlProgram(d.lookup)
	if err != nil {
		return err
	}
	args := []string{"--restricted", l.RestrictedDir(), "--open", l.OpenDir(), "--format", format}
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
