// Cssa-sql queries the lake with SQL: the tables as Parquet files in folders, and the views that Athena has, in an
// in-memory DuckDB. It reads and does nothing else: one query, no other file, no network, no extension, bounded memory
// and time. The verb "cssa query" runs it; it is a program of its own because DuckDB needs cgo.
//
//	cssa-sql --restricted DIR --open DIR [--open-only] [--format table|csv|json] SQL
//
// Exit codes: 0 done, 2 usage or SQL, 3 environment (a folder, memory, time).
package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	driver "github.com/duckdb/duckdb-go/v2"

	"cssa/shared/lake/duckdb"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitDone        = 0
	exitUsage       = 2
	exitEnvironment = 3
)

// errSQL marks what the asker can mend in the query.
var errSQL = errors.New("SQL")

type options struct {
	restricted, open string
	openOnly         bool
	format           string
	timeout          time.Duration
	memory, threads  int
	sql              string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opt, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(stderr, "cssa-sql: %v\n", err)
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(ctx, opt.timeout)
	defer cancel()
	out := bufio.NewWriter(stdout)
	err = query(ctx, opt, out)
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil:
		fmt.Fprintf(stderr, "cssa-sql: stopped after %s: %v\n", opt.timeout, ctx.Err())
		return exitEnvironment
	case errors.Is(err, errSQL):
		fmt.Fprintf(stderr, "cssa-sql: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "cssa-sql: %v\n", err)
	return exitEnvironment
}

func parse(args []string, stderr io.Writer) (options, error) {
	var opt options
	flags := flag.NewFlagSet("cssa-sql", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&opt.restricted, "restricted", "", "`folder` of the restricted lake")
	flags.StringVar(&opt.open, "open", "", "`folder` of the open lake")
	flags.BoolVar(&opt.openOnly, "open-only", false, "only what was released")
	flags.StringVar(&opt.format, "format", "table", "table, csv or json")
	flags.DurationVar(&opt.timeout, "timeout", time.Minute, "longest time a query may take")
	flags.IntVar(&opt.memory, "memory", 1024, "memory a query may use, in MB")
	flags.IntVar(&opt.threads, "threads", 2, "threads a query may use")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: cssa-sql --restricted DIR --open DIR [--open-only] [--format table|csv|json] SQL")
		flags.PrintDefaults()
		fmt.Fprintln(stderr, "example: cssa-sql --open ./open --open-only \"SELECT figure, series, share FROM open_figures\"")
	}
	if err := flags.Parse(args); err != nil {
		return opt, err
	}
	switch {
	case opt.open == "" || opt.restricted == "" && !opt.openOnly:
		return opt, errors.New("--restricted and --open are needed (with --open-only, --open alone)")
	case flags.NArg() != 1:
		return opt, fmt.Errorf("want one SQL query, got %d arguments", flags.NArg())
	case newPrinter[opt.format] == nil:
		return opt, fmt.Errorf("--format %s: want table, csv or json", opt.format)
	case opt.timeout <= 0 || opt.memory <= 0 || opt.threads <= 0:
		return opt, errors.New("--timeout, --memory and --threads must be above zero")
	}
	opt.sql = flags.Arg(0)
	return opt, nil
}

// query runs the one query and prints its rows.
func query(ctx context.Context, opt options, out io.Writer) error {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return fmt.Errorf("open a database in memory: %w", err)
	}
	defer db.Close()
	scope, dirs := duckdb.Restricted, []string{opt.restricted, opt.open}
	if opt.openOnly {
		scope, dirs = duckdb.OpenOnly, []string{opt.open}
	}
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return fmt.Errorf("no such folder: %s", dir)
		}
		if err := noLinks(dir); err != nil {
			return err
		}
	}
	if err := duckdb.Confine(ctx, db, opt.memory, opt.threads, dirs...); err != nil {
		return err
	}
	if err := duckdb.Attach(ctx, db, opt.restricted, opt.open, scope); err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	if err := readsOnly(conn, opt.sql); err != nil {
		return err
	}
	rows, err := conn.QueryContext(ctx, opt.sql)
	if err != nil {
		return fate(err)
	}
	defer rows.Close()
	return printRows(rows, newPrinter[opt.format](out))
}

// noLinks fails if the folder holds a symbolic link: DuckDB would follow it out of the folder it is confined to.
func noLinks(dir string) error {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return fmt.Errorf("folder %s: %w", dir, err)
	}
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a file may be replaced meanwhile
			return fmt.Errorf("folder %s: %w", dir, err)
		}
		if err == nil && e.Type()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%s is a symbolic link, which may lead out of the lake; remove it", path)
		}
		return nil
	})
}

// readsOnly fails unless the text is one statement and that a query. Folders a query may read it could write as well
// (COPY … TO), so this is what keeps the lake unchanged.
func readsOnly(conn *sql.Conn, text string) error {
	return conn.Raw(func(c any) error {
		prepared, err := c.(*driver.Conn).Prepare(text)
		if err != nil {
			return fmt.Errorf("%w: %w", errSQL, err)
		}
		defer prepared.Close()
		kind, err := prepared.(*driver.Stmt).StatementType()
		if err != nil {
			return fmt.Errorf("kind of statement: %w", err)
		}
		if kind != driver.STATEMENT_TYPE_SELECT {
			return fmt.Errorf("%w: only a query is run: SELECT, WITH, FROM, DESCRIBE, SHOW or SUMMARIZE", errSQL)
		}
		return nil
	})
}

// fate tells what the asker can mend from what the machine lacks.
func fate(err error) error {
	var from *driver.Error
	if errors.As(err, &from) {
		switch from.Type {
		case driver.ErrorTypeOutOfMemory, driver.ErrorTypeIO, driver.ErrorTypeInterrupt, driver.ErrorTypeInternal, driver.ErrorTypeFatal:
			return err
		}
	}
	return fmt.Errorf("%w: %w", errSQL, err)
}
