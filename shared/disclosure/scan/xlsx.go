package scan

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// XLSX scans a workbook: the rows of every sheet, hidden or not, like those of a CSV file, and the numbers in every other
// part that names the place: comments, properties, the caches of charts.
func XLSX(where string, file []byte, secrets []Secret, open ...string) ([]Leak, error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w", where, err)
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		b, err := part(f)
		if err != nil {
			return nil, fmt.Errorf("scan %s: %s: %w", where, f.Name, err)
		}
		parts[f.Name] = b
	}
	shared, err := sharedTexts(parts["xl/sharedStrings.xml"])
	if err != nil {
		return nil, fmt.Errorf("scan %s: shared strings: %w", where, err)
	}
	var out []Leak
	for _, f := range z.File {
		name, b := f.Name, parts[f.Name]
		switch {
		case name == "xl/sharedStrings.xml" || !strings.HasSuffix(name, ".xml"):
		case strings.HasPrefix(name, "xl/worksheets/"):
			sh, err := rows(b, shared)
			if err != nil {
				return nil, fmt.Errorf("scan %s: %s: %w", where, name, err)
			}
			sh.where = where + " " + name
			out = append(out, sh.leaks(secrets, open)...)
		default:
			text, err := content(b)
			if err != nil {
				return nil, fmt.Errorf("scan %s: %s: %w", where, name, err)
			}
			for _, s := range secrets {
				if !mentions(text, s) {
					continue
				}
				if kind, found, ok := s.inText(text); ok {
					out = append(out, Leak{s, kind, where + " " + name, found})
				}
			}
		}
	}
	return out, nil
}

const mostPart = 64 << 20

func part(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, mostPart+1))
	if len(b) > mostPart {
		err = errors.New("it is too large")
	}
	return b, errors.Join(err, r.Close())
}

// content returns the texts of an XML part, with spaces between.
func content(b []byte) (string, error) {
	var out strings.Builder
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return "", err
		}
		if text, ok := t.(xml.CharData); ok {
			out.Write(text)
			out.WriteByte(' ')
		}
	}
}

func sharedTexts(b []byte) ([]string, error) {
	if b == nil {
		return nil, nil
	}
	var doc struct {
		Items []struct {
			Text string   `xml:"t"`
			Runs []string `xml:"r>t"`
		} `xml:"si"`
	}
	err := xml.Unmarshal(b, &doc)
	var out []string
	for _, it := range doc.Items {
		out = append(out, it.Text+strings.Join(it.Runs, ""))
	}
	return out, err
}

func rows(b []byte, shared []string) (sheet, error) {
	var doc struct {
		Rows []struct {
			Cells []struct {
				Ref    string `xml:"r,attr"`
				Type   string `xml:"t,attr"`
				Value  string `xml:"v"`
				Inline string `xml:"is>t"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	if err := xml.Unmarshal(b, &doc); err != nil {
		return sheet{}, err
	}
	var all [][]string
	for _, r := range doc.Rows {
		var row []string
		for _, c := range r.Cells {
			at := column(c.Ref)
			for len(row) <= at {
				row = append(row, "")
			}
			row[at] = c.Value + c.Inline
			if i, err := strconv.Atoi(c.Value); c.Type == "s" && err == nil && i >= 0 && i < len(shared) {
				row[at] = shared[i]
			}
		}
		all = append(all, row)
	}
	if len(all) == 0 {
		return sheet{}, nil
	}
	return sheet{columns: all[0], rows: all[1:]}, nil
}

// column returns the index of a cell's column: 0 for A1.
func column(ref string) int {
	n := 0
	for _, r := range ref {
		if r < 'A' || r > 'Z' {
			break
		}
		n = n*26 + int(r-'A') + 1
	}
	return min(max(0, n-1), 16383)
}
