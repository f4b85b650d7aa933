package publication

import (
	"bytes"

	"github.com/parquet-go/parquet-go"
)

// parquet writes the records, zstd-compressed, with what the file is made of in its metadata.
func (p *Pack) parquet(s *sheet, records []record) ([]byte, error) {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[record](&b,
		parquet.NewSchema("table", parquet.SchemaOf(record{})),
		parquet.Compression(&parquet.Zstd),
		parquet.CreatedBy("cssa", "1", "publication"),
		parquet.KeyValueMetadata("cssa.release", p.release()),
		parquet.KeyValueMetadata("cssa.run", p.Run),
		parquet.KeyValueMetadata("cssa.definition", p.Edition.Checksum),
		parquet.KeyValueMetadata("cssa.code", p.Code),
		parquet.KeyValueMetadata("cssa.corrects", p.corrects()),
		parquet.KeyValueMetadata("cssa.title.ja", s.title.JA),
		parquet.KeyValueMetadata("cssa.title.en", s.title.EN),
		parquet.KeyValueMetadata("cssa.base.ja", s.base.JA),
		parquet.KeyValueMetadata("cssa.base.en", s.base.EN),
	)
	if _, err := w.Write(records); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
