package workbook

import "bytes"

// A rowScanner walks over the part of a sheet. Its elements must have the prefix of the root and stand where the format has
// them: what stands elsewhere, such as rows in an mc:AlternateContent, cannot be placed for certain and is refused.
type rowScanner struct {
	xmlScanner
	row, column int
	cells       []rawCell
	merged      []area
	now         rawCell
	filled      bool // now holds something
	valued      bool // now has its value
	valueFrom   int
}

// Rows walks over the cells that hold something.
func (b *book) Rows(sheet int, visit func(row int, cells []rawCell) error) error {
	if b.buf == nil {
		b.buf = make([]byte, 0, b.largestSheet())
	}
	part, err := b.c.read(b.sheets[sheet].part, b.buf)
	if err != nil {
		return err
	}
	b.buf = part[:0]
	s := &b.scanner
	*s = rowScanner{xmlScanner: xmlScanner{b: part, whole: true}, cells: s.cells[:0], merged: s.merged[:0]}
	inData := false
	for {
		e, err := s.next()
		switch {
		case err != nil:
			return err
		case e == eventEnd:
			return nil
		case e == eventText:
		case s.depth == 1:
			if string(s.name) != "worksheet" {
				return errElement
			}
		case s.depth == 2:
			inData = e == eventOpen && string(s.name) == "sheetData"
		case inData && s.depth <= 5:
			if err := b.inData(s, e, visit); err != nil {
				return err
			}
		case inData:
		case string(s.name) == "sheetData":
			return errElement
		case s.depth == 3 && e == eventOpen && string(s.name) == "mergeCell":
			if len(s.merged) == maxMerged {
				return tooMany("結合セル", "merged cells", maxMerged)
			}
			a, ok := parseArea(s.rawAttr("ref"))
			if !ok {
				return damaged("結合セル", "merged cells")
			}
			s.merged = append(s.merged, a)
		}
	}
}

// largestSheet is the size of a buffer that holds any of the sheets; one too large to be read does not count.
func (b *book) largestSheet() int64 {
	var largest int64
	for _, s := range b.sheets {
		largest = max(largest, b.c.size(s.part)+1)
	}
	return largest
}

// inData takes an element of a row, a cell or what is in a cell.
func (b *book) inData(s *rowScanner, e event, visit func(row int, cells []rawCell) error) error {
	if e == eventOpen && !bytes.Equal(s.prefix(s.depth), s.prefix(1)) {
		return s.placed(errElement)
	}
	switch name := string(s.name); {
	case s.depth == 3 && name == "row":
		if e == eventOpen {
			return s.openRow()
		}
		if len(s.cells) > 0 {
			return visit(s.row, s.cells)
		}
	case s.depth == 4 && name == "c":
		if e == eventOpen {
			if err := s.openCell(); err != nil || !s.plainCell() {
				return err
			}
		}
		if s.filled {
			if b.cells++; b.cells > maxCells {
				return tooMany("セル", "cells", maxCells)
			}
			s.cells = append(s.cells, s.now)
		}
	case s.depth == 5 && (name == "v" || name == "is"):
		if e == eventOpen {
			s.valueFrom = s.pos
			return nil
		}
		return s.closeValue(name == "is")
	case s.depth == 5 && name == "f":
		s.now.formula, s.filled = true, true
	case name == "extLst" || s.depth == 5 && string(s.b[s.local[3]:s.names[3][1]]) == "extLst":
	default:
		return s.placed(errElement)
	}
	return nil
}

// placed says at which cell an error is, if it is in one.
func (s *rowScanner) placed(err error) error {
	if s.depth < 5 || s.column == 0 {
		return err
	}
	return inCell(s.column, s.row, err)
}

func (s *rowScanner) openRow() (err error) {
	s.row, err = rowNumber(s.rawAttr("r"), s.row)
	s.column, s.cells = 0, s.cells[:0]
	return err
}

func (s *rowScanner) openCell() (err error) {
	s.now, s.filled, s.valued = rawCell{kind: kindNumber}, false, false
	var ref []byte
	for rest := s.attrs; ; {
		key, v, after := nextAttr(rest)
		if key == nil {
			break
		}
		rest = after
		if len(key) != 1 {
			continue
		}
		switch key[0] {
		case 'r':
			ref = v
		case 's':
			s.now.style, _ = digits(v)
		case 't':
			if s.now.kind = cellKind(v); s.now.kind == 0 {
				err = damaged("セルの型 "+clip(string(v)), "type of a cell "+clip(string(v)))
			}
		}
	}
	column, misplaced := cellColumn(ref, s.row, s.column)
	switch {
	case misplaced != nil:
		return misplaced
	case err != nil:
		return inCell(column, s.row, err)
	}
	s.column, s.now.column = column, column
	return nil
}

// plainCell takes the rest of a cell that has a value and nothing else, as nearly every cell has, in one step.
func (s *rowScanner) plainCell() bool {
	rest, ok := bytes.CutPrefix(s.b[s.pos:], []byte("<v>"))
	if !ok || s.selfClosed || s.now.kind == kindInline || len(s.prefix(4)) > 0 {
		return false
	}
	n := bytes.IndexByte(rest, '<')
	if n <= 0 || !bytes.HasPrefix(rest[n:], []byte("</v></c>")) {
		return false
	}
	s.now.raw, s.filled = rest[:n], true
	s.pos += len("<v>") + n + len("</v></c>")
	s.depth--
	return true
}

// rowNumber reads the number of a row, which stands below the one before.
func rowNumber(attr []byte, before int) (int, error) {
	row := before + 1
	if len(attr) > 0 {
		n, ok := digits(attr)
		if !ok || n < row {
			return 0, damaged("行番号 "+clip(string(attr)), "row number "+clip(string(attr)))
		}
		row = n
	}
	if row > maxRows {
		return 0, tooMany("行", "rows", maxRows)
	}
	return row, nil
}

// cellColumn reads the column of a cell, which stands to the right of the one before.
func cellColumn(attr []byte, row, before int) (int, error) {
	column := before + 1
	if len(attr) > 0 {
		n, i := 0, 0
		for i < len(attr) && i < 4 && attr[i] >= 'A' && attr[i] <= 'Z' {
			n = n*26 + int(attr[i]-'A') + 1
			i++
		}
		if r, ok := digits(attr[i:]); !ok || r != row || n < column {
			return 0, damaged("セル番地 "+clip(string(attr)), "cell reference "+clip(string(attr)))
		}
		column = n
	}
	if column > maxColumns {
		return 0, tooMany("列", "columns", maxColumns)
	}
	return column, nil
}

// closeValue takes the value of a cell: is for an inline string, v for any other.
func (s *rowScanner) closeValue(inline bool) error {
	raw := s.b[s.valueFrom:s.start]
	if len(raw) == 0 {
		return nil
	}
	if s.valued || inline != (s.now.kind == kindInline) {
		return s.placed(damaged("セルの値", "value of a cell"))
	}
	s.now.raw, s.valued, s.filled = raw, true, true
	return nil
}

// cellKind returns the kind that an attribute names, 0 if there is no such kind.
func cellKind(t []byte) byte {
	switch string(t) {
	case "s":
		return kindShared
	case "n", "":
		return kindNumber
	case "inlineStr":
		return kindInline
	case "str":
		return kindText
	case "b":
		return kindBool
	case "e":
		return kindError
	case "d":
		return kindDate
	}
	return 0
}
