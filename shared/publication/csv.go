package publication

import (
	"bytes"
	"encoding/csv"
	"reflect"
	"strconv"
	"strings"

	"cssa/shared/table"
)

// A column is a column of CSV and Parquet, as the record's tags say.
type column struct {
	name   string
	ja, en string
	kind   reflect.Type
	share  bool
}

func columns() []column {
	of := reflect.TypeFor[record]()
	out := make([]column, of.NumField())
	for i := range out {
		f := of.Field(i)
		c := column{kind: f.Type}
		if c.kind.Kind() == reflect.Pointer {
			c.kind = c.kind.Elem()
		}
		c.name, _, _ = strings.Cut(f.Tag.Get("parquet"), ",")
		c.ja, c.en, _ = strings.Cut(f.Tag.Get("doc"), "|")
		c.share = c.name == "share"
		out[i] = c
	}
	return out
}

// csv writes the records: UTF-8 with a byte order mark, without which Excel takes Japanese for another encoding, and which
// decoders drop; lines end as RFC 4180 says.
func (p *Pack) csv(_ *sheet, records []record) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	all := columns()
	line := make([]string, len(all))
	for i, c := range all {
		line[i] = c.name
	}
	if err := w.Write(line); err != nil {
		return nil, err
	}
	for i := range records {
		v := reflect.ValueOf(&records[i]).Elem()
		for k, c := range all {
			line[k] = text(v.Field(k), c)
		}
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func text(v reflect.Value, c column) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	switch {
	case c.share:
		return table.Share(v.Int()).String()
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case v.Kind() == reflect.Int32:
		return strconv.FormatInt(v.Int(), 10)
	}
	return v.String()
}
