package lake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"

	"cssa/shared/archive"
	"cssa/shared/checklist"
)

// A Store is the bucket behind one door, as a run writes it.
type Store interface {
	// Put writes a key once: the same bytes again are no error, others are archive.ErrExists.
	Put(ctx context.Context, key string, body []byte) (archive.Object, error)
	// Replace writes a key whatever it held.
	Replace(ctx context.Context, key string, body []byte) (archive.Object, error)
}

// A Source is the bucket behind one door, as readers in Go see it. An empty id asks for the newest version.
type Source interface {
	Get(ctx context.Context, key, id string, max int64) ([]byte, archive.Object, error)
}

// rowsPerFile bounds the size of a file, which is held in memory, compressed, until it is stored.
const rowsPerFile = 1 << 22

// Key returns the key of one file of a table, parts counting from 0.
func Key(tableName string, ed checklist.EditionID, run string, part int) string {
	return fmt.Sprintf("%s/edition=%s/run=%s/part-%d.parquet", tableName, ed, run, part)
}

// CurrentKey returns the key of the edition's current_run file.
func CurrentKey(ed checklist.EditionID) string {
	return fmt.Sprintf("%s/edition=%s/current.parquet", CurrentRunRow{}.TableName(), ed)
}

// Write stores rows as the table's files of a run. Writing the same rows again changes nothing; other rows are
// archive.ErrExists. No rows make one file without rows.
func Write[T Row](ctx context.Context, store Store, ed checklist.EditionID, run string, rows []T) error {
	return WriteSeq(ctx, store, ed, run, func(yield func([]T, error) bool) { yield(rows, nil) })
}

// WriteSeq is Write for rows that come in batches, one firm's answers at a time, say. It holds one row group and one
// compressed file in memory, however many rows there are. An error of the sequence is returned, and what it cut short is
// not stored.
func WriteSeq[T Row](ctx context.Context, store Store, ed checklist.EditionID, run string, batches iter.Seq2[[]T, error]) error {
	var row T
	var file bytes.Buffer
	w, n, part := NewWriter[T](&file), 0, 0
	put := func() error {
		if err := w.Close(); err != nil {
			return err
		}
		key := Key(row.TableName(), ed, run, part)
		if _, err := store.Put(ctx, key, bytes.Clone(file.Bytes())); err != nil {
			return fmt.Errorf("lake: store %s: %w", key, err)
		}
		file.Reset()
		w, n, part = NewWriter[T](&file), 0, part+1
		return nil
	}
	for batch, err := range batches {
		if err != nil {
			return fmt.Errorf("lake: rows of %s: %w", row.TableName(), err)
		}
		for chunk := range slices.Chunk(batch, rowsPerFile) {
			if n > 0 && n+len(chunk) > rowsPerFile {
				if err := put(); err != nil {
					return err
				}
			}
			if err := w.Write(chunk); err != nil {
				return err
			}
			n += len(chunk)
		}
	}
	if n > 0 || part == 0 {
		return put()
	}
	return nil
}

// Write stores the dimensions of a run.
func (d Dimensions) Write(ctx context.Context, store Store, ed checklist.EditionID, run string) error {
	for _, write := range []func() error{
		func() error { return Write(ctx, store, ed, run, d.Questions) },
		func() error { return Write(ctx, store, ed, run, d.Items) },
		func() error { return Write(ctx, store, ed, run, d.Choices) },
		func() error { return Write(ctx, store, ed, run, d.Series) },
		func() error { return Write(ctx, store, ed, run, d.SeriesChoices) },
		func() error { return Write(ctx, store, ed, run, d.FigureItems) },
		func() error { return Write(ctx, store, ed, run, d.Groups) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// MakeCurrent makes a run current behind the store's door, for every view at once. It is the last write of a run.
func MakeCurrent(ctx context.Context, store Store, ed checklist.EditionID, run string) error {
	file, err := Encode([]CurrentRunRow{{run}})
	if err != nil {
		return err
	}
	if _, err := store.Replace(ctx, CurrentKey(ed), file); err != nil {
		return fmt.Errorf("lake: make %s current: %w", run, err)
	}
	return nil
}

// Current returns the run that is current behind the source's door; archive.ErrNotFound if none is yet.
func Current(ctx context.Context, source Source, ed checklist.EditionID) (string, error) {
	file, _, err := source.Get(ctx, CurrentKey(ed), "", math.MaxInt64)
	if err != nil {
		return "", fmt.Errorf("lake: current run of %s: %w", ed, err)
	}
	rows, err := Decode[CurrentRunRow](file)
	if err != nil {
		return "", err
	}
	if len(rows) != 1 {
		return "", fmt.Errorf("lake: current run of %s: %d rows, want 1", ed, len(rows))
	}
	return rows[0].Run, nil
}

// Read returns the rows of a table of a run, in the order they were written; archive.ErrNotFound if there are none.
func Read[T Row](ctx context.Context, source Source, ed checklist.EditionID, run string) ([]T, error) {
	var rows []T
	for more, err := range ReadSeq[T](ctx, source, ed, run) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// rowsPerBatch bounds what ReadSeq decodes at a time.
const rowsPerBatch = 1 << 13

// ReadSeq is Read in batches. It holds one compressed file and one batch in memory, however many rows there are.
func ReadSeq[T Row](ctx context.Context, source Source, ed checklist.EditionID, run string) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		var row T
		for part := 0; ; part++ {
			key := Key(row.TableName(), ed, run, part)
			file, _, err := source.Get(ctx, key, "", math.MaxInt64)
			if part > 0 && errors.Is(err, archive.ErrNotFound) {
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("lake: fetch %s: %w", key, err))
				return
			}
			for rows, err := range batches[T](file) {
				if !yield(rows, err) || err != nil {
					return
				}
			}
		}
	}
}

// batches decodes a file of T piece by piece.
func batches[T Row](file []byte) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		for rows, err := range inBatches[T](file, rowsPerBatch) {
			if err != nil {
				var row T
				err = fmt.Errorf("lake: read %s: %w", row.TableName(), err)
			}
			if !yield(rows, err) {
				return
			}
		}
	}
}

// inBatches decodes a file, so many rows at a time. An error ends it.
func inBatches[T any](file []byte, batch int) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		r := parquet.NewGenericReader[T](bytes.NewReader(file))
		defer r.Close()
		for {
			rows := make([]T, batch)
			n, err := r.Read(rows)
			if n > 0 && !yield(rows[:n], nil) || errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}
