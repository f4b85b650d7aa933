// Package lake is the lake: tables as Parquet files, written by a run and read with SQL (DuckDB on the laptop, Athena in
// the cloud) behind two doors. Behind the restricted door, for the supervisor, stand submissions, firms' answers and
// every run's tables. Behind the open door stands only what was released, after disclosure control: the whole sector's
// tables and those of the groups that are shown, with withheld cells that hold no number.
//
// Each door is a bucket of its own with the same layout:
//
//	answers/edition=2023-securities/run=20231101T020000Z-nightly/part-0.parquet
//	distributions/edition=2023-securities/run=20231101T020000Z-nightly/part-0.parquet
//	…
//	current_run/edition=2023-securities/current.parquet
//
// Beside them, under snapshots/, lies what the next night starts from ([SnapshotHead]).
//
// A run writes under its own prefix only. It becomes current when the one-row current_run table is replaced; every view
// joins that table, so a reader sees the old run whole or the new run whole, and a half-written run not at all.
// Writing is idempotent: the same rows make the same bytes.
//
// Conventions of all tables: what is absent from an identity (the item of a question without items, the stage of one
// that is not nested, a firm's corporate group) is the empty string, so that joins need no special case; what has no
// value (the number of a choice question, a share of an empty base, a withheld count) is NULL. Instants are UTC, days are
// those of the edition's time zone. Columns are only ever added, never renamed, retyped or removed.
//
// The row types are the schema, and the doc tags of their fields are the data dictionary ([Dictionary]).
package lake
