// Package duckdb puts the lake before DuckDB: the tables as Parquet files in folders, and the views over them. It takes
// an open database and needs no driver itself, so that only the program that opens one needs cgo.
package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	"cssa/shared/lake"
)

// A Scope says what a session may see.
type Scope int

// The scopes.
const (
	OpenOnly   Scope = iota // what is behind the open door
	Restricted              // everything
)

// Attach makes the lake's tables and views in db, over the folders of the two doors; with OpenOnly the restricted folder
// is not looked at. A table of which there is no file yet is empty and has its columns. Attaching again shows files that
// were written since.
func Attach(ctx context.Context, db *sql.DB, restrictedDir, openDir string, scope Scope) error {
	for _, t := range lake.Catalog() {
		if !t.Open && scope == OpenOnly {
			continue
		}
		dir := restrictedDir
		if t.Open {
			dir = openDir
		}
		statement, err := baseTable(t, dir)
		if err != nil {
			return err
		}
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("table %s in %s: %w", t.Name, dir, err)
		}
	}
	for _, v := range lake.Views() {
		if !v.Open && scope == OpenOnly {
			continue
		}
		if _, err := db.ExecContext(ctx, v.Create()); err != nil {
			return fmt.Errorf("view %s: %w", v.Name, err)
		}
	}
	return nil
}

// Confine takes from every later statement of db all that a reader of the lake does not need: other files, the network,
// extensions, and the settings themselves. Memory is in MB. It cannot be undone.
func Confine(ctx context.Context, db *sql.DB, memory, threads int, dirs ...string) error {
	allowed := make([]string, 0, len(dirs))
	for _, dir := range dirs {
		path, err := filepath.Abs(dir)
		if err != nil {
			return fmt.Errorf("confine to %s: %w", dir, err)
		}
		allowed = append(allowed, literal(path))
		if pattern := escapeGlob(path); pattern != path {
			allowed = append(allowed, literal(pattern)) // patterns are compared as they are written
		}
	}
	for _, statement := range []string{
		"SET GLOBAL TimeZone = 'UTC'",
		fmt.Sprintf("SET memory_limit = '%dMB'", memory),
		fmt.Sprintf("SET threads = %d", threads),
		"SET temp_directory = ''",
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allow_community_extensions = false",
		"SET allowed_directories = [" + strings.Join(allowed, ", ") + "]",
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("confine the database: %s: %w", statement, err)
		}
	}
	return nil
}

// baseTable returns the statement that makes a table over its files. An empty relation with the table's columns comes
// first, so that columns newer than every file are there, as NULL, and types are the catalogue's.
func baseTable(t lake.Table, dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("table %s: %w", t.Name, err)
	}
	glob := filepath.Join(escapeGlob(dir), filepath.FromSlash(t.Glob()))
	files, err := filepath.Glob(glob)
	if err != nil {
		return "", fmt.Errorf("table %s: files %s: %w", t.Name, glob, err)
	}
	var empty, partitions, instants []string
	for _, c := range t.Columns {
		empty = append(empty, fmt.Sprintf("CAST(NULL AS %s) AS %s", c.Type, c.Name))
		switch {
		case c.Partition:
			partitions = append(partitions, c.Name+": VARCHAR")
		case c.Type == "timestamp":
			// As in Athena, without a zone: the instant in UTC. DuckDB would show it in the session's zone.
			instants = append(instants, fmt.Sprintf("make_timestamp(epoch_us(%[1]s)) AS %[1]s", c.Name))
		}
	}
	statement := fmt.Sprintf("CREATE OR REPLACE VIEW %s AS SELECT %s WHERE false", t.Base(), strings.Join(empty, ", "))
	if len(files) == 0 {
		return statement, nil
	}
	replace := ""
	if len(instants) > 0 {
		replace = " REPLACE (" + strings.Join(instants, ", ") + ")"
	}
	return fmt.Sprintf("%s UNION ALL BY NAME SELECT *%s FROM read_parquet(%s, union_by_name = true, hive_partitioning = true, hive_types = {%s})",
		statement, replace, literal(glob), strings.Join(partitions, ", ")), nil
}

// escapeGlob keeps what stands in a folder's name from being read as a pattern.
func escapeGlob(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
