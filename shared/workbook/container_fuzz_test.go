package workbook

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"cssa/shared/checklist"
)

// FuzzContainer opens files of any bytes. Every part of one that opens either reads just as the standard library's reader
// reads it, or is refused; and all parts together stay within the bound.
func FuzzContainer(f *testing.F) {
	ed := &checklist.Edition{ID: "2023-tiny", Checksum: "tiny", Sections: []checklist.Section{{ID: "s", Number: "1", Title: checklist.Text{JA: "区分"}}}}
	var tiny bytes.Buffer
	if err := Blank(&tiny, ed, Identity{Firm: "S-0001"}); err != nil {
		f.Fatal(err)
	}
	f.Add(tiny.Bytes())
	f.Add(Pack([]string{"[Content_Types].xml", "a"}, map[string][]byte{"[Content_Types].xml": []byte("<Types/>"), "a": []byte("b")}))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			if x := faultOf(err); !x.What.Complete() || !x.Mend.Complete() {
				t.Fatalf("a refusal without words: %v", err)
			}
			return
		}
		total := 0
		for name, part := range c.parts {
			ours, err := c.read(name, nil)
			total += len(ours)
			if err != nil {
				continue
			}
			// The standard library also looks at the checksum behind a part, which may differ from the directory's.
			theirs, err := inflated(part)
			if !bytes.Equal(ours, bytes.TrimPrefix(theirs, []byte("\xEF\xBB\xBF"))) {
				t.Errorf("%q: we read other bytes than the standard library (%v)", name, err)
			}
		}
		if total > maxInflated {
			t.Errorf("inflated %d bytes", total)
		}
	})
}

func inflated(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
