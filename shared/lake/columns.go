package lake

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
)

// words is a column of text as indexes into the list of all words that were seen in it, in whatever file.
type words struct {
	ids  []int32 // of the rows of the row group read last; NULL is the empty word
	list []string
	at   map[string]int32
	same []int32 // of the words of a dictionary, its index in list
}

func (w *words) id(word []byte) int32 {
	if i, ok := w.at[string(word)]; ok {
		return i
	}
	if w.at == nil {
		w.at = map[string]int32{}
	}
	i := int32(len(w.list))
	w.at[string(word)], w.list = i, append(w.list, string(word))
	return i
}

// read reads a column chunk of that many rows.
func (w *words) read(chunk parquet.ColumnChunk, rows int64) error {
	w.ids = slices.Grow(w.ids[:0], int(rows))
	var dict parquet.Dictionary
	err := pagesOf(chunk, func(page parquet.Page) error {
		data := page.Data()
		if page.Dictionary() == nil || data.Kind() != encoding.Int32 {
			return w.plain(page)
		}
		if dict != page.Dictionary() {
			dict = page.Dictionary()
			w.same = w.same[:0]
			for i := range dict.Len() {
				w.same = append(w.same, w.id(dict.Index(int32(i)).ByteArray()))
			}
		}
		return w.indexed(data.Int32(), page.DefinitionLevels())
	})
	if err == nil && int64(len(w.ids)) != rows {
		err = fmt.Errorf("%d values, want %d", len(w.ids), rows)
	}
	return err
}

// indexed takes the indexes of a page; where the column is optional there are none of what is NULL.
func (w *words) indexed(indexes []int32, defined []byte) error {
	same := w.same
	for _, i := range indexes {
		if uint(i) >= uint(len(same)) {
			return errors.New("an index beyond the dictionary")
		}
	}
	if len(defined) == 0 {
		for _, i := range indexes {
			w.ids = append(w.ids, same[i])
		}
		return nil
	}
	null, k := w.id(nil), 0
	for _, level := range defined {
		switch {
		case level == 0:
			w.ids = append(w.ids, null)
			continue
		case k == len(indexes):
			return errors.New("fewer values than are said to be there")
		}
		w.ids = append(w.ids, same[indexes[k]])
		k++
	}
	return nil
}

// plain takes the values of a page without a dictionary.
func (w *words) plain(page parquet.Page) error {
	return valuesOf(page, func(v parquet.Value) {
		if v.IsNull() {
			w.ids = append(w.ids, w.id(nil))
		} else {
			w.ids = append(w.ids, w.id(v.ByteArray()))
		}
	})
}

// numbers is a column of 64-bit integers; NULL is 0.
type numbers struct{ values []int64 }

func (n *numbers) read(chunk parquet.ColumnChunk, rows int64) error {
	n.values = slices.Grow(n.values[:0], int(rows))
	err := pagesOf(chunk, func(page parquet.Page) error {
		if page.NumNulls() == page.NumValues() { // nearly every page: few questions are answered with a number
			n.values = append(n.values, make([]int64, page.NumValues())...)
			return nil
		}
		return valuesOf(page, func(v parquet.Value) {
			if v.IsNull() {
				n.values = append(n.values, 0)
			} else {
				n.values = append(n.values, v.Int64())
			}
		})
	})
	if err == nil && int64(len(n.values)) != rows {
		err = fmt.Errorf("%d values, want %d", len(n.values), rows)
	}
	return err
}

func valuesOf(page parquet.Page, each func(parquet.Value)) error {
	r, some := page.Values(), make([]parquet.Value, 512)
	for {
		n, err := r.ReadValues(some)
		for _, v := range some[:n] {
			each(v)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
