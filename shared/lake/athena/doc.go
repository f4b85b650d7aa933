// Package athena puts the lake before Athena: what its Glue tables and views are, the partitions a run registers, and the
// queries an analyst finds ready by name.
//
// Everything follows from the catalogue of package lake, and so from the row types that write the Parquet files:
// [Definitions] are the tables for whoever creates them (the CDK app), [Catalog] adds a run's partitions to them (the
// nightly run and the release), and neither holds a list of columns of its own.
//
// Each door is a Glue database over a bucket. Tables hold every run (answers_runs); the views of the same names without
// the suffix show the current run only, by joining current_run. A registered partition is therefore seen by nobody until
// [lake.MakeCurrent].
package athena

import (
	"fmt"
	"strings"

	"cssa/shared/lake"
)

// A Door is one of the lake's two doors as Athena has it.
type Door struct {
	Database string // of Glue; views name it, so it must be the real name
	Bucket   string
	Open     bool // the door of released tables; otherwise the restricted one
}

// A Table is what Glue is told of a table or a view.
type Table struct {
	Name       string
	Meaning    string
	Columns    []Column // as the files have them, in their order
	Partitions []Column // of a table only
	Location   string   // of a table only: s3://bucket/folder/
	View       string   // of a view only: Glue's ViewOriginalText, in which Athena keeps the query
	Parameters map[string]string
}

// A Column is a column in Hive's words, which Glue speaks.
type Column struct {
	Name    string
	Type    string
	Comment string // one line, at most 255 characters: Glue's limit
}

// What every table's storage is: Parquet, read by Hive's reader.
const (
	InputFormat  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
	OutputFormat = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
	Serde        = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
)

// ExpandedText is what Glue's ViewExpandedText holds for every view of Athena's.
const ExpandedText = "/* Presto View */"

// Definitions returns the tables of a door, then its views. It fails where a view is not made as [lake.View] says, so that
// the types of its columns cannot be told.
func Definitions(d Door) ([]Table, error) {
	var tables []Table
	columns := map[string][]lake.Column{} // by table or view
	for _, t := range lake.Catalog() {
		if t.Open != d.Open {
			continue
		}
		columns[t.Base()] = t.Columns
		tables = append(tables, tableOf(d, t))
	}
	for _, v := range lake.Views() {
		if v.Open != d.Open {
			continue
		}
		of, err := viewColumns(v.SQL, columns)
		if err != nil {
			return nil, fmt.Errorf("athena: view %s: %w", v.Name, err)
		}
		columns[v.Name] = of
		view, err := viewOf(d, v, of)
		if err != nil {
			return nil, fmt.Errorf("athena: view %s: %w", v.Name, err)
		}
		tables = append(tables, view)
	}
	return tables, nil
}

func tableOf(d Door, t lake.Table) Table {
	out := Table{
		Name: t.Base(), Meaning: t.Meaning, Location: d.location(t.Folder),
		Parameters: map[string]string{"EXTERNAL": "TRUE", "classification": "parquet"},
	}
	for _, c := range t.Columns {
		if c.Partition {
			out.Partitions = append(out.Partitions, hiveColumn(c))
		} else {
			out.Columns = append(out.Columns, hiveColumn(c))
		}
	}
	return out
}

func (d Door) location(path string) string { return "s3://" + d.Bucket + "/" + path + "/" }

func hiveColumn(c lake.Column) Column { return Column{c.Name, hiveType(c.Type), c.Meaning} }

// hiveType returns the Hive type that Athena reads as the given SQL type.
func hiveType(sql string) string {
	switch sql {
	case "varchar":
		return "string"
	case "integer":
		return "int"
	}
	return strings.ReplaceAll(sql, " ", "") // bigint, boolean, date, timestamp, decimal(p,s)
}
