package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Nothing of the restricted folder can be reached from the open door's SQL, by whatever way DuckDB has: its tables, files by
// path, pattern or link, databases, extensions, settings, the environment. A word that stands only there is planted in it.
func TestTheOpenDoorLeadsNowhereElse(t *testing.T) {
	p := newPlace(t)
	p.sample(t)
	p.release(t)
	restricted, open := string(p.restricted), string(p.open)
	const planted = "only behind the restricted door"
	must(t, os.WriteFile(filepath.Join(restricted, "planted.csv"), []byte("a\n"+planted+"\n"), 0o600))
	file, err := filepath.Glob(strings.NewReplacer("[", "[[]").Replace(restricted) + "/answers/*/*/part-0.parquet")
	if err != nil || len(file) != 1 {
		t.Fatalf("%v, %v", file, err)
	}
	parquet := "'" + file[0] + "'"
	t.Setenv("CSSA_PLANTED", planted)
	queries := []string{
		"SELECT * FROM answers", "SELECT * FROM answers_runs", "SELECT * FROM firms", "SELECT * FROM main.submissions", "DESCRIBE answers", "SUMMARIZE figures",
		"SELECT * FROM read_parquet(" + parquet + ")", "FROM " + parquet, "DESCRIBE FROM " + parquet, "EXPLAIN ANALYZE SELECT * FROM " + parquet,
		"SELECT * FROM parquet_metadata(" + parquet + ")", "SELECT * FROM parquet_schema(" + parquet + ")", "SELECT * FROM parquet_kv_metadata(" + parquet + ")",
		"SELECT * FROM parquet_file_metadata(" + parquet + ")", "SELECT * FROM parquet_bloom_probe(" + parquet + ", 'firm', 'S-0001')",
		"SELECT * FROM read_parquet('" + open + "/../restricted [[]1]/answers/*/*/*.parquet')",
		"SELECT * FROM read_parquet('" + open + "/*/../../restricted [[]1]/answers/*/*/*.parquet')",
		"SELECT * FROM read_parquet('" + filepath.Dir(open) + "/**/*.parquet')",
		"SELECT * FROM read_csv('" + restricted + "/planted.csv')", "FROM '" + restricted + "/planted.csv'",
		"SELECT * FROM read_text('" + restricted + "/planted.csv')", "SELECT * FROM read_blob('" + restricted + "/planted.csv')",
		"SELECT * FROM read_text('" + open + "/../restricted [[]1]/planted.csv')", "SELECT * FROM read_text('file://" + restricted + "/planted.csv')",
		"SELECT * FROM read_json('" + restricted + "/planted.csv')", "SELECT * FROM read_ndjson_objects('" + restricted + "/planted.csv')",
		"SELECT * FROM sniff_csv('" + restricted + "/planted.csv')", "SELECT * FROM glob('" + restricted + "/*')", "SELECT * FROM glob('" + filepath.Dir(open) + "/*')",
		"SELECT * FROM glob('" + open + "/../*')", "SELECT getvariable('x'), getenv('CSSA_PLANTED')",
		"SELECT * FROM query('FROM answers')", "SELECT * FROM query_table('answers')", "SELECT * FROM query('SELECT * FROM read_parquet('" + parquet + "')')",
		"COPY (SELECT 1) TO '" + open + "/x.csv'", "COPY open_runs_runs FROM " + parquet, "IMPORT DATABASE '" + restricted + "'", "EXPORT DATABASE '" + open + "'",
		"ATTACH '" + restricted + "/x.db'", "ATTACH ':memory:' AS m", "CREATE VIEW v AS FROM " + parquet, "CREATE MACRO m() AS TABLE FROM " + parquet,
		"PREPARE q AS FROM " + parquet, "EXECUTE q", "INSTALL httpfs", "LOAD httpfs", "LOAD '" + restricted + "/x.duckdb_extension'",
		"SET enable_external_access = true", "SET allowed_directories = ['/']", "SET allowed_paths = ['/']", "RESET allowed_directories", "SET lock_configuration = false",
		"SET file_search_path = '" + restricted + "'", "PRAGMA database_list; FROM " + parquet, "SELECT 1; FROM " + parquet, "CALL pragma_version()",
		"SELECT * FROM sqlite_scan('" + restricted + "/x.db', 't')", "SELECT * FROM st_read('" + restricted + "/planted.csv')",
	}
	for _, query := range queries {
		code, out, errs := p.runProgram("--open-only", query)
		if code == exitDone || out != "" || strings.Contains(errs, planted) {
			t.Errorf("%s: exit %d %q %q", query, code, out, errs)
		}
	}
	// Asking may tell nothing either: not what tables there are, nor where the other door's files lie.
	for _, query := range []string{
		"SHOW ALL TABLES", "SELECT * FROM duckdb_views()", "SELECT * FROM duckdb_settings()", "SELECT * FROM information_schema.columns", "SELECT * FROM duckdb_databases()",
		"SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_logs", "SELECT * FROM pragma_database_list",
	} {
		if _, out, _ := p.runProgram("--open-only", "--format", "csv", query); strings.Contains(out, restricted) || strings.Contains(out, "answers_runs") || strings.Contains(out, planted) {
			t.Errorf("%s tells of the restricted door: %s", query, out)
		}
	}
	if code, out, errs := p.runProgram("--open-only", "--format", "csv", "SELECT count(*) > 0 AS some FROM open_figures"); code != exitDone || out != "some\ntrue\n" {
		t.Errorf("the open door itself: %d %s %s", code, out, errs)
	}
	link := filepath.Join(open, "figures", "link")
	must(t, os.Symlink(restricted, link))
	if code, out, errs := p.runProgram("--open-only", "FROM '"+link+"/planted.csv'"); code != exitEnvironment || out != "" || !strings.Contains(errs, "is a symbolic link") {
		t.Errorf("a link in the open folder: exit %d %q %q", code, out, errs)
	}
	if _, err := os.Stat(filepath.Join(open, "x.csv")); err == nil {
		t.Error("a file was written behind the open door")
	}
}
