package workbook

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"
)

// Parts returns the parts of a workbook, and their names in order.
func Parts(t testing.TB, data []byte) ([]string, map[string][]byte) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	bodies := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, f.Name)
		bodies[f.Name] = body
	}
	return names, bodies
}

// Pack makes a workbook of parts.
func Pack(names []string, bodies map[string][]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, err := z.Create(n)
		if err != nil {
			panic(err)
		}
		w.Write(bodies[n])
	}
	z.Close()
	return b.Bytes()
}
