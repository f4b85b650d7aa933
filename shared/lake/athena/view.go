package athena

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"cssa/shared/lake"
)

// A prestoView is what Athena keeps of a view, as JSON in base64 within a comment. Names without a database are looked up
// in Schema. Athena refuses the view as stale where the query does not give the columns.
type prestoView struct {
	OriginalSQL string         `json:"originalSql"`
	Catalog     string         `json:"catalog"`
	Schema      string         `json:"schema"`
	Columns     []prestoColumn `json:"columns"`
}

type prestoColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func viewOf(d Door, v lake.View, columns []lake.Column) (Table, error) {
	out := Table{
		Name: v.Name, Meaning: "the current run of each edition: " + v.Name,
		Parameters: map[string]string{"presto_view": "true", "comment": "Presto View"},
	}
	view := prestoView{OriginalSQL: v.SQL, Catalog: "awsdatacatalog", Schema: d.Database}
	for _, c := range columns {
		out.Columns = append(out.Columns, hiveColumn(c))
		view.Columns = append(view.Columns, prestoColumn{c.Name, prestoType(c.Type)})
	}
	body, err := json.Marshal(view)
	if err != nil {
		return Table{}, fmt.Errorf("encode: %w", err)
	}
	out.View = "/* Presto View: " + base64.StdEncoding.EncodeToString(body) + " */"
	return out, nil
}

// prestoType returns a SQL type as Athena writes it into views. Its instants from Hive tables have milliseconds.
func prestoType(sql string) string {
	if sql == "timestamp" {
		return "timestamp(3)"
	}
	return sql
}

var (
	sources  = regexp.MustCompile(`\b(?:FROM|JOIN) (\w+) (\w+)`)
	selected = regexp.MustCompile(`^(\w+)\.(\w+)(?: AS (\w+))?$`)
)

// viewColumns returns the columns of a view's query. The views of the lake select columns of named tables and nothing else
// (t.run, q.title_ja AS question_ja), so that each has the type of the column it shows.
func viewColumns(sql string, known map[string][]lake.Column) ([]lake.Column, error) {
	list, from, ok := strings.Cut(strings.TrimPrefix(sql, "SELECT "), "\nFROM ")
	if !ok {
		return nil, fmt.Errorf("no line begins with FROM")
	}
	table := map[string]string{}
	for _, m := range sources.FindAllStringSubmatch("FROM "+from, -1) {
		table[m[2]] = m[1]
	}
	var columns []lake.Column
	for _, word := range strings.Split(list, ",") {
		m := selected.FindStringSubmatch(strings.TrimSpace(word))
		if m == nil {
			return nil, fmt.Errorf("%q is not a column of a table", strings.TrimSpace(word))
		}
		c, ok := find(known[table[m[1]]], m[2])
		if !ok {
			return nil, fmt.Errorf("%s.%s is no column of %q", m[1], m[2], table[m[1]])
		}
		if m[3] != "" {
			c.Name = m[3]
		}
		c.Partition = false
		columns = append(columns, c)
	}
	return columns, nil
}

func find(columns []lake.Column, name string) (lake.Column, bool) {
	for _, c := range columns {
		if c.Name == name {
			return c, true
		}
	}
	return lake.Column{}, false
}
