package scan_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"cssa/shared/disclosure/scan"
	"cssa/shared/lake"
)

func encode(t *testing.T, change func([]lake.OpenDistributionRow) []lake.OpenDistributionRow) []byte {
	t.Helper()
	rows := openRows(t)
	if change != nil {
		rows = change(rows)
	}
	file, err := lake.Encode(rows)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// progress is the index of the row of those that said yes to progress: 2 of 61.
func progress(rows []lake.OpenDistributionRow) int {
	for i, r := range rows {
		if r.Item == "progress" && r.Choice == "yes" {
			return i
		}
	}
	return -1
}

// footer changes what a file says of itself and leaves its rows alone.
func footer(t *testing.T, file []byte, change func(*format.FileMetaData)) []byte {
	t.Helper()
	size := int(binary.LittleEndian.Uint32(file[len(file)-8:]))
	at := len(file) - 8 - size
	var meta format.FileMetaData
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), file[at:len(file)-8], &meta); err != nil {
		t.Fatal(err)
	}
	change(&meta)
	b, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		t.Fatal(err)
	}
	out := append(bytes.Clone(file[:at]), b...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(b))), "PAR1"...)
}

func column(meta *format.FileMetaData, name string) *format.ColumnMetaData {
	for i := range meta.RowGroups[0].Columns {
		m := &meta.RowGroups[0].Columns[i].MetaData
		if m.PathInSchema[0] == name {
			return m
		}
	}
	panic(name)
}

// forgotten is a file whose dictionary has an entry that no row shows: of the counts 5, 4, 5 the second was overwritten.
func forgotten(t *testing.T) []byte {
	t.Helper()
	type row struct {
		Count int32 `parquet:"count,dict"`
	}
	var out bytes.Buffer
	w := parquet.NewGenericWriter[row](&out, parquet.Compression(&parquet.Uncompressed))
	if _, err := w.Write([]row{{5}, {4}, {5}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file := out.Bytes()
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	meta := f.Metadata().RowGroups[0].Columns[0].MetaData
	end := meta.DictionaryPageOffset + meta.TotalCompressedSize
	if !bytes.Equal(file[end-7:end], []byte{1, 2, 0, 2, 1, 2, 0}) { // of one bit; three runs of one: entries 0, 1, 0
		t.Fatalf("the page is %x", file[end-7:end])
	}
	sum := func() []byte { // as the header of a page holds it
		return binary.AppendVarint(nil, int64(int32(crc32.ChecksumIEEE(file[end-7:end]))))
	}
	was := sum()
	file[end-3] = 0
	at := bytes.LastIndex(file[:end-7], was)
	if at < 0 || len(sum()) != len(was) {
		t.Fatal("the page's checksum is not where it was")
	}
	copy(file[at:], sum())
	return footer(t, file, func(m *format.FileMetaData) {
		m.RowGroups[0].Columns[0].MetaData.Statistics = format.Statistics{}
		m.RowGroups[0].Columns[0].ColumnIndexOffset, m.RowGroups[0].Columns[0].ColumnIndexLength = 0, 0
		m.RowGroups[0].Columns[0].OffsetIndexOffset, m.RowGroups[0].Columns[0].OffsetIndexLength = 0, 0
	})
}

func TestParquet(t *testing.T) {
	n := func(v int32) *int32 { return &v }
	for story, tc := range map[string]struct {
		file []byte
		kind string
	}{
		"as it is written": {encode(t, nil), ""},
		"the count": {encode(t, func(r []lake.OpenDistributionRow) []lake.OpenDistributionRow {
			r[progress(r)].Count = n(2)
			return r
		}), scan.Count},
		"the share in tenths": {encode(t, func(r []lake.OpenDistributionRow) []lake.OpenDistributionRow {
			r[progress(r)].Share = n(33)
			return r
		}), scan.Share},
		"a row for every firm": {encode(t, func(r []lake.OpenDistributionRow) []lake.OpenDistributionRow {
			return append(r, r[progress(r)])
		}), scan.Rows},
		"the least count in the footer": {footer(t, encode(t, nil), func(m *format.FileMetaData) {
			column(m, "count").Statistics.MinValue = []byte{2, 0, 0, 0}
		}), scan.Statistic},
		"metadata": {footer(t, encode(t, nil), func(m *format.FileMetaData) {
			m.KeyValueMetadata = append(m.KeyValueMetadata, format.KeyValue{Key: "note", Value: "list progress yes: 2"})
		}), scan.Count},
		"an entry of a dictionary that no row shows": {forgotten(t), scan.Dictionary},
	} {
		leaks, err := scan.Parquet("distributions", tc.file, secrets(), open...)
		if err != nil || tc.kind == "" && len(leaks) > 0 || tc.kind != "" && (len(leaks) == 0 || leaks[0].Kind != tc.kind) {
			t.Errorf("%s: %v, %v", story, leaks, err)
		}
	}
}
