package lake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// Schema returns the Parquet schema of T as text.
func Schema[T Row]() string {
	var row T
	return parquet.NewSchema(row.TableName(), parquet.SchemaOf(row)).String()
}

// SchemaHash returns the SHA-256 (hex) of the schema of T, as it is written into every file under the key cssa.schema.
func SchemaHash[T Row]() string {
	sum := sha256.Sum256([]byte(Schema[T]()))
	return hex.EncodeToString(sum[:])
}

// rowsPerGroup bounds what a writer or reader holds in memory: one row group.
const rowsPerGroup = 1 << 18

// A Writer writes rows as one Parquet file, zstd-compressed, holding one row group in memory. The same rows make the
// same bytes. Every page tells its least and greatest value, though that takes two fifths of the time: Trino takes a page
// without for one that holds nothing but the empty text, and hides its rows.
type Writer[T Row] struct{ w *parquet.GenericWriter[T] }

// NewWriter returns a Writer to w.
func NewWriter[T Row](w io.Writer) *Writer[T] {
	var row T
	options := []parquet.WriterOption{
		parquet.NewSchema(row.TableName(), parquet.SchemaOf(row)),
		parquet.Compression(&parquet.Zstd),
		parquet.CreatedBy("cssa", "1", "lake"),
		parquet.KeyValueMetadata("cssa.schema", SchemaHash[T]()),
		parquet.MaxRowsPerRowGroup(rowsPerGroup),
	}
	return &Writer[T]{parquet.NewGenericWriter[T](w, options...)}
}

// Write adds rows.
func (w *Writer[T]) Write(rows []T) error {
	if _, err := w.w.Write(rows); err != nil {
		return fmt.Errorf("lake: write rows: %w", err)
	}
	return nil
}

// Close ends the file. The underlying writer stays open.
func (w *Writer[T]) Close() error {
	if err := w.w.Close(); err != nil {
		return fmt.Errorf("lake: end of file: %w", err)
	}
	return nil
}

// Encode returns rows as a Parquet file.
func Encode[T Row](rows []T) ([]byte, error) {
	var b bytes.Buffer
	w := NewWriter[T](&b)
	if err := w.Write(rows); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Decode reads a Parquet file of T. Columns that the file does not have yet are zero.
func Decode[T Row](file []byte) ([]T, error) {
	var row T
	rows, err := parquet.Read[T](bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("lake: read %s: %w", row.TableName(), err)
	}
	return rows, nil
}
