package scan

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// A sheet is rows of data under a header.
type sheet struct {
	where   string
	columns []string
	rows    [][]string
}

// leaks scans the rows that hold all ids of a secret. Columns named in open are published, so that what stands in them is
// compared with nothing. No rows but one may be of the same place.
func (sh sheet) leaks(secrets []Secret, open []string) []Leak {
	var out []Leak
	for _, s := range secrets {
		var same []int
		for i, r := range sh.rows {
			if !slices.ContainsFunc(s.ID, func(id string) bool { return !slices.Contains(r, id) }) {
				same = append(same, i)
			}
		}
		if len(same) > 1 && len(same) == s.Count {
			out = append(out, Leak{s, Rows, sh.where, fmt.Sprint(len(same))})
		}
		alone := s
		alone.Shown = nil // in a column of its own nothing else is published
		for _, i := range same {
			for c, v := range sh.rows[i] {
				name := ""
				if c < len(sh.columns) {
					name = sh.columns[c]
				}
				if slices.Contains(s.ID, v) || slices.Contains(open, name) {
					continue
				}
				if kind, found, ok := alone.inText(v); ok {
					out = append(out, Leak{s, kind, fmt.Sprintf("%s row %d column %s", sh.where, i+1, name), found})
				}
			}
		}
	}
	return out
}

// CSV scans a CSV file with a header.
func CSV(where string, file []byte, secrets []Secret, open ...string) ([]Leak, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	r.Comment = 0
	all, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w", where, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("scan %s: it is empty", where)
	}
	out := sheet{where, all[0], all[1:]}.leaks(secrets, open)
	for i, record := range all { // notes around the table: a line that names the place and is no row of it
		if len(record) != len(all[0]) {
			for _, s := range secrets {
				line := strings.Join(record, " ")
				if !mentions(line, s) {
					continue
				}
				if kind, found, ok := s.inText(line); ok {
					out = append(out, Leak{s, kind, fmt.Sprintf("%s line %d", where, i+1), found})
				}
			}
		}
	}
	return out, nil
}

// mentions says whether a text names the question of a secret, by id or by number.
func mentions(text string, s Secret) bool {
	return len(s.ID) > 0 && strings.Contains(text, s.ID[0]) || len(s.Place) > 0 && containsAny(text, s.Place[0].Is)
}
