package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// Parquet scans a Parquet file: its rows like those of a CSV file, and what lies beside them. Every value in a dictionary,
// a statistic or a page index must stand in a row; one that does not was there before something was withheld.
func Parquet(where string, file []byte, secrets []Secret, open ...string) ([]Leak, error) {
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w", where, err)
	}
	sh := sheet{where: where}
	for _, path := range f.Schema().Columns() {
		sh.columns = append(sh.columns, strings.Join(path, "."))
	}
	var out []Leak
	for g, group := range f.RowGroups() {
		first := len(sh.rows)
		for range group.NumRows() {
			sh.rows = append(sh.rows, make([]string, len(sh.columns)))
		}
		for c, chunk := range group.ColumnChunks() {
			column := fmt.Sprintf("%s row group %d column %s", where, g, sh.columns[c])
			values, entries, err := read(chunk)
			if err != nil {
				return nil, fmt.Errorf("scan %s: %w", column, err)
			}
			seen := map[string]bool{}
			for i, v := range values {
				if i < int(group.NumRows()) && !v.IsNull() {
					sh.rows[first+i][c] = written(chunk, v)
				}
				seen[v.String()] = true
			}
			for _, e := range entries {
				if !seen[e.String()] {
					out = append(out, Leak{Kind: Dictionary, Where: column, Found: e.String()})
				}
			}
			for _, v := range bounds(f, g, c, chunk) {
				if !seen[v.String()] {
					out = append(out, Leak{Kind: Statistic, Where: column, Found: v.String()})
				}
			}
		}
	}
	out = append(out, sh.leaks(secrets, open)...)
	for _, kv := range f.Metadata().KeyValueMetadata {
		for _, s := range secrets {
			if text := kv.Key + " " + kv.Value; mentions(text, s) {
				if kind, found, ok := s.inText(text); ok {
					out = append(out, Leak{s, kind, where + " metadata " + kv.Key, found})
				}
			}
		}
	}
	return out, nil
}

// written is a value as a reader of the table sees it: a decimal with its point.
func written(chunk parquet.ColumnChunk, v parquet.Value) string {
	l := chunk.Type().LogicalType()
	if l == nil {
		return v.String()
	}
	d, ok := l.Value.(*format.DecimalType)
	if !ok || v.Kind() != parquet.Int32 && v.Kind() != parquet.Int64 {
		return v.String()
	}
	n := v.Int64()
	if v.Kind() == parquet.Int32 {
		n = int64(v.Int32())
	}
	return strconv.FormatFloat(float64(n)/math.Pow10(int(d.Scale)), 'f', int(d.Scale), 64)
}

// read returns the values of a column of a row group, and all entries of its dictionary.
func read(chunk parquet.ColumnChunk) (values, entries []parquet.Value, err error) {
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return values, entries, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if d := page.Dictionary(); d != nil && entries == nil {
			for i := range d.Len() {
				entries = append(entries, d.Index(int32(i)).Clone())
			}
		}
		some := make([]parquet.Value, page.NumValues())
		n, err := page.Values().ReadValues(some)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, err
		}
		for _, v := range some[:n] {
			values = append(values, v.Clone())
		}
		parquet.Release(page)
	}
}

// bounds returns the least and greatest values that the footer and the page index tell. Bounds of text may be cut short,
// and no count is text, so those are left out.
func bounds(f *parquet.File, group, column int, chunk parquet.ColumnChunk) []parquet.Value {
	kind := chunk.Type().Kind()
	if kind == parquet.ByteArray || kind == parquet.FixedLenByteArray {
		return nil
	}
	var out []parquet.Value
	add := func(b []byte) {
		if len(b) > 0 {
			out = append(out, kind.Value(b))
		}
	}
	meta := f.Metadata().RowGroups[group].Columns[column].MetaData
	for _, b := range [][]byte{meta.Statistics.MinValue, meta.Statistics.MaxValue, meta.Statistics.Min, meta.Statistics.Max} {
		add(b)
	}
	columns := len(f.Metadata().RowGroups[group].Columns)
	if index := f.ColumnIndexes(); len(index) > group*columns+column {
		at := index[group*columns+column]
		for i := range at.MinValues {
			if i >= len(at.NullPages) || !at.NullPages[i] {
				add(at.MinValues[i])
				add(at.MaxValues[i])
			}
		}
	}
	return out
}
