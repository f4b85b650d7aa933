package workbook

import (
	"bytes"
	"strings"
)

// worksheetOrder is the order of the elements of a worksheet.
var worksheetOrder = strings.Fields(`sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges
	scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks
	printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
	legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls mc:AlternateContent webPublishItems tableParts extLst`)

// A sheetMarker marks one sheet.
type sheetMarker struct {
	*marker
	patch
	doc      *document
	sheet    int
	cols     *columns
	markRow  int
	prefix   string
	rows     map[int][]*mark // by row, of this sheet
	wanted   map[cellAt]bool // cells whose values the list keeps
	link     string          // where the way back to the list stands
	ownLinks map[string]bool // cells of an earlier way back
	written  map[int]bool    // rows whose finding cell is written
	topRules int             // highest priority of a rule there is

	row       int
	column    int
	rowOpen   [2]int // of the tag
	rowClosed bool   // written <row/>
	rowTag    string
	spans     []byte
	placed    bool // the finding cell of this row is done
	cell      foundCell
	untilMark []rawCell // of the present row, until the marker row is found
}

// A foundCell is the cell the walk is in.
type foundCell struct {
	from, fFrom, vFrom int
	kind               byte
	hasFormula         bool
	formula, raw       []byte
	shallow            bool // nothing of it is needed
}

// markSheet returns the part of a sheet with its marks, or the same part if there is nothing to change. It also fetches
// what the list has to know of the sheet's cells.
func (m *marker) markSheet(sheet int, part []byte) ([]byte, error) {
	s := &sheetMarker{
		marker: m, patch: patch{part: part}, sheet: sheet, rows: map[int][]*mark{}, wanted: map[cellAt]bool{},
		ownLinks: map[string]bool{}, written: map[int]bool{},
	}
	for i := range m.marks {
		x := &m.marks[i]
		if x.at.sheet == sheet && !x.at.isZero() {
			s.rows[x.at.row] = append(s.rows[x.at.row], x)
		}
		for _, c := range x.related {
			if c.sheet == sheet {
				s.wanted[c] = true
			}
		}
	}
	doc, err := survey(part, 2, s.visit, mainTransitional, mainStrict)
	if err != nil {
		return nil, err
	}
	s.doc = doc
	if s.cols == nil || s.cols.list {
		return s.bytes(), nil
	}
	m.heads[sheet] = markedHead{s.markRow, s.cols.ids}
	for _, marks := range s.rows {
		for _, x := range marks {
			x.withoutCell = !s.written[x.at.row]
		}
	}
	if s.cols.finding > 0 && len(s.rows) > 0 {
		m.columnOf[m.book.sheets[sheet].name] = s.cols.finding
		s.widen()
	}
	s.rules()
	if s.link != "" || len(s.ownLinks) > 0 {
		s.backLink()
	}
	if err := s.comments(); err != nil {
		return nil, err
	}
	return s.bytes(), nil
}

// visit follows the walk over the part.
func (s *sheetMarker) visit(x *xmlScanner, e event) error {
	switch {
	case e == eventOpen && x.depth == 1:
		name := x.b[x.names[0][0]:x.names[0][1]]
		s.prefix = string(name[:len(name)-len(x.name)])
	case e == eventOpen && x.depth == 3 && string(x.name) == "sheetView":
		if v := x.rawAttr("tabSelected"); len(v) > 0 && string(v) != "0" && string(v) != "false" {
			s.value(v, "0") // sheets selected together are typed into together
		}
	case e == eventOpen && x.depth == 3 && string(x.name) == "row":
		return s.openRow(x)
	case e == eventClose && x.depth == 3 && string(x.name) == "row":
		return s.closeRow(x)
	case x.depth == 4 && string(x.name) == "c" && e == eventOpen:
		return s.openCell(x)
	case x.depth == 4 && string(x.name) == "c" && e == eventClose:
		return s.closeCell(x)
	case x.depth == 5 && e != eventText && !s.cell.shallow:
		s.inCell(x, e)
	}
	return nil
}

func (s *sheetMarker) openRow(x *xmlScanner) error {
	row, err := rowNumber(x.rawAttr("r"), s.row)
	if err != nil {
		return err
	}
	s.row, s.column, s.placed, s.untilMark = row, 0, false, s.untilMark[:0]
	s.rowOpen, s.rowClosed, s.spans = [2]int{x.start, x.pos}, x.selfClosed, x.rawAttr("spans")
	s.rowTag = string(x.b[x.names[2][0]:x.names[2][1]])
	return nil
}

func (s *sheetMarker) closeRow(x *xmlScanner) (err error) {
	if s.cols == nil {
		if s.cols, err = marked(s.book, s.untilMark); s.cols != nil {
			s.markRow = s.row
		}
		return err
	}
	if s.placed {
		return nil
	}
	text := s.findingCell()
	switch {
	case text == "":
	case s.rowClosed:
		tag := bytes.TrimSuffix(s.part[s.rowOpen[0]:s.rowOpen[1]], []byte("/>"))
		s.replace(s.rowOpen[0]+len(tag), s.rowOpen[1], ">"+text+"</"+s.rowTag+">")
	default:
		s.insert(x.start, text)
	}
	return nil
}

func (s *sheetMarker) openCell(x *xmlScanner) error {
	column, err := cellColumn(x.rawAttr("r"), s.row, s.column)
	if err != nil {
		return err
	}
	s.column = column
	if s.cols != nil && column > s.cols.finding && !s.placed {
		if text := s.findingCell(); text != "" {
			s.insert(x.start, text)
		}
		s.placed = true
	}
	s.cell = foundCell{from: x.start, kind: cellKind(x.rawAttr("t"))}
	s.cell.shallow = s.cols != nil && column != s.cols.finding && !s.wanted[cellAt{s.sheet, column, s.row}] &&
		(column != s.cols.ids || s.rows[s.row] == nil)
	return nil
}

func (s *sheetMarker) inCell(x *xmlScanner, e event) {
	c := &s.cell
	inline := c.kind == kindInline
	switch name := string(x.name); {
	case name == "f" && e == eventOpen:
		c.hasFormula, c.fFrom = true, x.pos
	case name == "f":
		c.formula = s.part[c.fFrom:x.start]
	case (name == "v" && !inline || name == "is" && inline) && e == eventOpen:
		c.vFrom = x.pos
	case name == "v" && !inline || name == "is" && inline:
		c.raw = s.part[c.vFrom:x.start]
	}
}

func (s *sheetMarker) closeCell(x *xmlScanner) error {
	c := &s.cell
	if c.shallow {
		return nil
	}
	raw := rawCell{column: s.column, kind: c.kind, formula: c.hasFormula, raw: c.raw}
	at := cellAt{s.sheet, s.column, s.row}
	if s.cols == nil {
		if len(raw.raw) > 0 {
			s.untilMark = append(s.untilMark, raw)
		}
		return nil
	}
	v, err := s.book.Value(&raw)
	if err != nil {
		return err
	}
	if s.wanted[at] {
		s.was[at] = v
	}
	if s.column == s.cols.ids {
		s.idOf[cellAt{s.sheet, 0, s.row}] = strings.TrimSpace(v.text)
	}
	if s.column != s.cols.finding || s.row == s.markRow {
		return nil
	}
	s.placed = true
	formula, err := plainText(c.formula)
	if err != nil {
		return err
	}
	switch {
	case c.hasFormula && strings.Contains(formula, `="`+signDone+`"`), !c.hasFormula && ourText(v.text), v.blank() && !c.hasFormula:
		if v.text == wordBack {
			s.ownLinks[cell(s.column, s.row)] = true
		}
		if text := s.findingCell(); text != "" || !v.blank() || c.hasFormula {
			s.replace(c.from, x.pos, text)
		}
	}
	return nil
}
