package workbook

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"cssa/shared/checklist"
)

// A finding holds the rows of a checklist that were found in a workbook, by their ids.
type finding struct {
	rows    map[string]*foundRow
	reasons []checklist.Confirmation       // typed on the list of findings
	bare    map[*checklist.Question]string // sheets whose rows have lost their ids, by a question on them
	lost    map[string]bool                // of these, and of those that show no question, the sheets without the column of ids
}

// A foundRow is a row with an id the edition knows.
type foundRow struct {
	sheet             string
	row               int
	columns           []int    // of its answers, 0 where the sheet has no such column or has it twice
	values            []value  // of its answers
	before            []value  // last time's answers; nil if the sheet has no columns for them
	beforeAt          []int    // their columns
	sum               string   // what these held when the workbook was written
	merged            []string // the area an answer cell is hidden in, "" where it is not; nil if none is
	stray             string   // a cell near the answer cells in which something stands, if any
	strayText         string
	beside            bool   // it stands in the row itself, not between this row and the next
	again, againSheet string // where the same id stands a second time
	other             string // the words of another row's heading beside which it stands
	id                int    // the column of its id
}

func (f *foundRow) cell(k int) string {
	if k < len(f.columns) && f.columns[k] > 0 {
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

// identity returns what the identity cells say: codes, so that their width does not count. A cell that is there twice says
// nothing.
func (f *finding) identity() Identity {
	one := func(id Field) string {
		if r := f.rows[string(id)]; r != nil && r.again != "" {
			return ""
		}
		return f.text(id)
	}
	code := func(id Field) string { return norm.NFKC.String(visible(one(id))) }
	return Identity{
		Edition: checklist.EditionID(code(EditionCell)), Firm: checklist.FirmID(code(FirmCell)),
		Definition: code(ChecksumCell), FirmName: one(FirmName),
	}
}

func coverRows() map[string]bool {
	rows := map[string]bool{}
	for i := range coverFields {
		rows[string(coverFields[i].field)] = true
	}
	for i := range followingFields {
		rows[string(followingFields[i].field)] = true
	}
	return rows
}

// find looks for the rows with these ids on every sheet. A sheet without a marker row, such as one the firm or the
// secretariat added, is passed over.
func find(cells cellReader, h *headings) (*finding, error) {
	f := &finding{rows: make(map[string]*foundRow, len(h.lines)), bare: map[*checklist.Question]string{}, lost: map[string]bool{}}
	for i, sheet := range cells.Sheets() {
		s := &search{cells: cells, headings: h, found: f, sheet: sheet}
		if err := cells.Rows(i, s.visit); err != nil {
			return nil, inSheet(sheet, err)
		}
		s.hide(cells.Merged())
		if s.bare {
			f.lost[sheet] = true
		}
		if s.under != nil && len(s.rows) == 0 {
			f.bare[s.under] = sheet
		}
	}
	return f, nil
}

// A search goes through one sheet.
type search struct {
	*headings
	cells cellReader
	found *finding
	sheet string
	cols  *columns            // nil above the marker row
	bare  bool                // the marker row is there without the ids
	under *checklist.Question // whose number stands above
	rows  []*foundRow
	last  *foundRow // the row of answers right above, with nothing but blank rows between
	loose string    // a cell in one of those blank rows in which something stands
	text  string    // what stands there
}

func (s *search) visit(row int, cs []rawCell) error {
	if s.cols == nil {
		var err error
		if s.cols, err = marked(s.cells, cs); s.cols != nil || err != nil {
			return err
		}
		return s.withoutIDs(cs)
	}
	if s.cols.list {
		return s.found.reason(s.cells, s.cols, cs)
	}
	id, at, err := s.id(cs)
	switch {
	case err != nil:
		return err
	case id == "":
		q, err := s.title(s.cells, s.cols, cs)
		if q != nil {
			s.under = q
		}
		if err != nil {
			return err
		}
		return s.between(row, cs)
	}
	if seen := s.found.rows[id]; seen != nil {
		if seen.again == "" {
			seen.againSheet, seen.again = s.sheet, cell(at, row)
		}
		s.last = nil
		return nil
	}
	r, err := s.cols.row(s.cells, row, cs, strings.Count(id, " ")+1)
	if err != nil {
		return err
	}
	r.sheet, r.id = s.sheet, at
	if r.other, err = s.misplaced(s.cells, s.cols, cs, s.lines[id], s.under); err != nil {
		return err
	}
	if s.last != nil && s.loose != "" && r.stray == "" {
		r.stray, r.strayText = s.loose, s.text
	}
	s.found.rows[id] = r
	s.rows = append(s.rows, r)
	s.last, s.loose = r, ""
	return nil
}

// id returns the id that a row has, "" if it has none that the edition knows.
func (s *search) id(cs []rawCell) (id string, column int, err error) {
	for i := range cs {
		c := &cs[i]
		if c.column != s.cols.ids || !s.cells.Short(c) {
			continue
		}
		v, err := s.cells.Value(c)
		if err != nil {
			return "", 0, err
		}
		if _, ok := s.lines[v.text]; ok {
			return v.text, c.column, nil
		}
		id := strings.Join(strings.Fields(v.text), " ")
		if _, ok := s.lines[id]; ok {
			return id, c.column, nil
		}
	}
	return "", 0, nil
}

// between looks at a row that is none of the checklist's. An answer typed into a blank row below its own, or above, would
// be lost if nobody said so.
func (s *search) between(row int, cs []rawCell) error {
	if s.last == nil {
		return nil
	}
	first := s.cols.first()
	for i := range cs {
		c := &cs[i]
		own := c.column < first // the words of the checklist's next question
		if !own && (s.cols.named[c.column] && !slices.Contains(s.cols.answers, c.column) || s.loose != "") {
			continue
		}
		if own && !s.cells.Short(c) {
			s.last = nil
			return nil
		}
		v, err := s.cells.Value(c)
		switch {
		case err != nil:
			return err
		case v.blank():
		case own:
			s.last = nil
			return nil
		default:
			s.loose, s.text = cell(c.column, row), v.text
			if s.last.stray == "" {
				s.last.stray, s.last.strayText = s.loose, s.text
			}
		}
	}
	return nil
}

// hide notes which answer cells of the sheet are hidden in merged cells.
func (s *search) hide(merged []area) {
	for _, a := range merged {
		i, _ := slices.BinarySearchFunc(s.rows, a.top, func(r *foundRow, top int) int { return cmp.Compare(r.row, top) })
		for ; i < len(s.rows) && s.rows[i].row <= a.bottom; i++ {
			for k, column := range s.rows[i].columns {
				if a.hides(column, s.rows[i].row) {
					if s.rows[i].merged == nil {
						s.rows[i].merged = make([]string, len(s.rows[i].columns))
					}
					s.rows[i].merged[k] = a.String()
				}
			}
		}
	}
}

// columns are those that the marker row of a sheet names.
type columns struct {
	list    bool // a list of findings, which has ids and reasons only
	reason  int
	ids     int
	answers []int // by number, 0 where there is none or there are two
	before  []int // of last time's answers, by number
	sum     int   // of what these held
	finding int
	named   map[int]bool // every column with a word in the marker row: the checklist's own
}

// columns are those of the first n answers.
func (cols *columns) columns(n int) []int {
	for len(cols.answers) < n {
		cols.answers = append(cols.answers, 0)
	}
	return cols.answers[:n:n]
}

// first is the first answer column.
func (cols *columns) first() int {
	for _, c := range cols.answers {
		if c > 0 {
			return c
		}
	}
	return maxColumns + 1
}

// marked reads a marker row; it returns nil for any other row.
func marked(cells cellReader, cs []rawCell) (*columns, error) {
	var cols *columns
	seen := map[string]bool{}
	for i := range cs {
		c := &cs[i]
		if c.kind == kindNumber || !cells.Short(c) {
			continue
		}
		v, err := cells.Value(c)
		if err != nil {
			return nil, err
		}
		word := trim(v.text)
		if cols == nil {
			if word == markIDs || word == markList {
				cols = &columns{ids: c.column, list: word == markList, named: map[int]bool{c.column: true}}
			}
			continue
		}
		switch {
		case word == markReason && cols.list:
			cols.reason = c.column
		case word == markSum:
			cols.sum = c.column
		case word == markFinding:
			cols.finding = c.column
		}
		cols.named[c.column] = cols.named[c.column] || word != ""
		column := c.column
		if seen[word] { // which of two holds the answers would be a guess
			column = 0
		}
		seen[word] = true
		if number, ok := strings.CutPrefix(word, markAnswer); ok {
			cols.answers = withNumber(cols.answers, number, column)
		} else if number, ok := strings.CutPrefix(word, markPrevious); ok {
			cols.before = withNumber(cols.before, number, column)
		}
	}
	return cols, nil
}

// withNumber notes the column of the n-th of several, as its heading says it.
func withNumber(columns []int, number string, column int) []int {
	if n, err := strconv.Atoi(number); err == nil && number == strconv.Itoa(n) && n >= 1 && n <= 100 {
		for len(columns) < n {
			columns = append(columns, 0)
		}
		columns[n-1] = column
	}
	return columns
}

// row reads the answer cells of a row of n places, and notes the first cell beyond its answer cells that holds something.
// The columns between the ids and the answers are the checklist's own, as are those that the marker row names.
func (cols *columns) row(cells cellReader, row int, cs []rawCell, n int) (*foundRow, error) {
	r := &foundRow{row: row, columns: cols.columns(n), values: make([]value, n)}
	if len(cols.before) > 0 {
		r.before, r.beforeAt = make([]value, len(cols.before)), cols.before
	}
	first := cols.first()
	for i := range cs {
		c := &cs[i]
		if k := slices.Index(cols.before, c.column); k >= 0 {
			v, err := cells.Value(c)
			if err != nil {
				return nil, err
			}
			r.before[k] = v
			continue
		}
		if c.column == cols.sum {
			v, err := cells.Value(c)
			if err != nil {
				return nil, err
			}
			r.sum = v.text
			continue
		}
		if c.column < first {
			continue
		}
		k := slices.Index(r.columns, c.column)
		if k < 0 && (cols.named[c.column] && !slices.Contains(cols.answers, c.column) || r.stray != "") {
			continue
		}
		v, err := cells.Value(c)
		switch {
		case err != nil:
			return nil, err
		case k >= 0:
			r.values[k] = v
		case !v.blank():
			r.stray, r.strayText, r.beside = cell(c.column, row), v.text, true
		}
	}
	return r, nil
}
