package workbook

import (
	"strconv"
	"strings"

	"cssa/shared/checklist"
)

// A finding holds the rows of a checklist that were found in a workbook, by their ids.
type finding struct {
	rows    map[string]*foundRow
	reasons []checklist.Confirmation // typed on the list of findings
}

// A foundRow is a row with an id the edition knows.
type foundRow struct {
	sheet   string
	row     int
	columns []int   // of its answers
	values  []value // of its answers
	stray   string  // a cell outside the answer columns in which something stands, if any
	strayText,
	again, againSheet string // where the same id stands a second time
}

func (f *foundRow) cell(k int) string {
	if k < len(f.columns) {
		return cell(f.columns[k], f.row)
	}
	return ""
}

func (v value) blank() bool {
	return trim(v.text) == "" && !v.formula && v.kind != kindError
}

// text returns what stands in the first answer cell of a row.
func (f *finding) text(id Field) string {
	if r := f.rows[string(id)]; r != nil {
		return trim(r.values[0].text)
	}
	return ""
}

// identity returns what the identity cells say. A cell that is there twice says nothing.
func (f *finding) identity() Identity {
	one := func(id Field) string {
		if r := f.rows[string(id)]; r != nil && r.again != "" {
			return ""
		}
		return f.text(id)
	}
	return Identity{
		Edition: checklist.EditionID(one(EditionCell)), Firm: checklist.FirmID(one(FirmCell)),
		Definition: one(ChecksumCell), FirmName: one(FirmName),
	}
}

func coverRows() map[string]bool {
	rows := map[string]bool{}
	for i := range coverFields {
		rows[string(coverFields[i].field)] = true
	}
	return rows
}

// columns are those that the marker row of a sheet names.
type columns struct {
	list    bool // a list of findings, which has ids and reasons only
	reason  int
	ids     int
	answers []int // by number, 0 where there is none
	finding int
}

// find looks for the rows with these ids on every sheet. A sheet without a marker row, such as one the firm or the
// secretariat added, is passed over.
func find(cells cellReader, ids map[string]bool) (*finding, error) {
	f := &finding{rows: make(map[string]*foundRow, len(ids))}
	for i, sheet := range cells.Sheets() {
		var cols *columns
		err := cells.Rows(i, func(row int, cs []rawCell) error {
			if cols == nil {
				var err error
				cols, err = marked(cells, cs)
				return err
			}
			if cols.list {
				return f.reason(cells, cols, cs)
			}
			for j := range cs {
				c := &cs[j]
				if c.column != cols.ids || !cells.Short(c) {
					continue
				}
				v, err := cells.Value(c)
				if err != nil {
					return err
				}
				id := v.text
				if !ids[id] {
					id = strings.Join(strings.Fields(id), " ")
				}
				if !ids[id] {
					continue
				}
				if seen := f.rows[id]; seen != nil {
					if seen.again == "" {
						seen.againSheet, seen.again = sheet, cell(c.column, row)
					}
					return nil
				}
				found, err := cols.row(cells, cs, strings.Count(id, " ")+1)
				if err != nil {
					return err
				}
				found.sheet, found.row = sheet, row
				if found.stray != "" {
					found.stray += strconv.Itoa(row)
				}
				f.rows[id] = found
				return nil
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

// marked reads a marker row; it returns nil for any other row.
func marked(cells cellReader, cs []rawCell) (*columns, error) {
	var cols *columns
	for i := range cs {
		c := &cs[i]
		if c.kind == kindNumber || !cells.Short(c) {
			continue
		}
		v, err := cells.Value(c)
		if err != nil {
			return nil, err
		}
		word := strings.TrimSpace(v.text)
		switch number, isAnswer := strings.CutPrefix(word, markAnswer); {
		case cols == nil && word == markIDs:
			cols = &columns{ids: c.column}
		case cols == nil && word == markList:
			cols = &columns{ids: c.column, list: true}
		case cols == nil:
		case word == markReason && cols.list:
			cols.reason = c.column
		case word == markFinding:
			cols.finding = c.column
		case isAnswer:
			if n, err := strconv.Atoi(number); err == nil && n >= 1 && n <= 100 {
				for len(cols.answers) < n {
					cols.answers = append(cols.answers, 0)
				}
				cols.answers[n-1] = c.column
			}
		}
	}
	return cols, nil
}

// row reads the answer cells of a row of n places, and notes the first cell beyond its answer cells that holds something.
// The columns between the ids and the answers are the checklist's own and those of findings are the secretariat's.
func (cols *columns) row(cells cellReader, cs []rawCell, n int) (*foundRow, error) {
	r := &foundRow{columns: make([]int, n), values: make([]value, n)}
	copy(r.columns, cols.answers)
	first := 0
	if len(cols.answers) > 0 {
		first = cols.answers[0]
	}
next:
	for i := range cs {
		c := &cs[i]
		for k, column := range r.columns {
			if column == c.column {
				v, err := cells.Value(c)
				if err != nil {
					return nil, err
				}
				r.values[k] = v
				continue next
			}
		}
		if c.column > first && c.column != cols.finding && r.stray == "" {
			v, err := cells.Value(c)
			if err != nil {
				return nil, err
			}
			if !v.blank() {
				r.stray, r.strayText = columnName(c.column), v.text
			}
		}
	}
	return r, nil
}
