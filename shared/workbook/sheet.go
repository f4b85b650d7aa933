//go:build !js

package workbook

import (
	"fmt"
	"math"
	"strings"
	"time"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
)

// A sheet is a sheet being written.
type sheet struct {
	w    *writer
	name string
	row  map[int]float64
}

func (s *sheet) widths(widths ...float64) {
	for i, width := range widths {
		name := columnName(i + 1)
		s.w.check(s.w.f.SetColWidth(s.name, name, name, width))
	}
}

func (s *sheet) height(row int, points float64) {
	s.w.check(s.w.f.SetRowHeight(s.name, row, math.Min(points, 409)))
}

func (s *sheet) style(column, row int, l look) {
	at := cell(column, row)
	s.w.check(s.w.f.SetCellStyle(s.name, at, at, s.w.looks[l]))
}

// put writes text, always as text: what starts with = + - or @ never becomes a formula.
func (s *sheet) put(column, row int, text string, l look) {
	s.style(column, row, l)
	if text != "" {
		s.w.check(s.w.f.SetCellStr(s.name, cell(column, row), text))
	}
}

// pair writes both languages into one cell, the second smaller. excelize takes quadratic time over texts of several fonts,
// so it is given a stand-in, and build puts the texts into the part of the shared strings.
func (s *sheet) pair(column, row int, t checklist.Text, l look, between string, second func() *excelize.Font) {
	if t.EN == "" {
		s.put(column, row, t.JA, l)
		return
	}
	st, err := s.w.f.GetStyle(s.w.looks[l])
	if err != nil {
		s.w.check(err)
		return
	}
	rich := run(st.Font, t.JA) + run(second(), between+t.EN)
	id, ok := s.w.standIns[rich]
	if !ok {
		id = fmt.Sprintf("%s%d%s", textHere, len(s.w.rich), textHere)
		s.w.standIns[rich] = id
		s.w.rich = append(s.w.rich, "<t>"+id+"</t>", rich)
	}
	s.put(column, row, id, l)
}

// run is a piece of a shared string in a font of its own.
func run(f *excelize.Font, text string) string {
	bold := ""
	if f.Bold {
		bold = "<b/>"
	}
	return fmt.Sprintf(`<r><rPr>%s<sz val="%g"/><color rgb="FF%s"/><rFont val="%s"/></rPr><t xml:space="preserve">%s</t></r>`, bold, f.Size, f.Color, f.Family, escaped(text))
}

func (s *sheet) merge(from, to, row int) {
	if from < to {
		s.w.check(s.w.f.MergeCell(s.name, cell(from, row), cell(to, row)))
	}
}

// serial is Excel's number of a day in the 1900 system, right from 1 March 1900 on.
func serial(d checklist.Date) int {
	return int(d.Start(time.UTC).Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

func (s *sheet) link(column, row int, to string) {
	s.put(column, row, to, lookLink)
	s.w.check(s.w.f.SetCellHyperLink(s.name, cell(column, row), "'"+to+"'!A1", "Location"))
}

// marks writes the marker row, by which the reader recognises the sheet and its columns.
func (s *sheet) marks(answers, before int) {
	s.put(columnID, rowMark, markIDs, lookMark)
	for i := range answers {
		s.put(columnAnswer+i, rowMark, fmt.Sprint(markAnswer, i+1), lookMark)
	}
	for i := range before {
		s.put(columnAnswer+answers+i, rowMark, fmt.Sprint(markPrevious, i+1), lookMark)
	}
	if before > 0 {
		s.put(columnAnswer+answers+before, rowMark, markSum, lookMark)
	}
	s.put(columnAnswer+answers+before+1, rowMark, markFinding, lookMark)
	s.height(rowMark, 3)
}

func (s *sheet) textLength(cells []string, longest int) {
	dv := excelize.NewDataValidation(true)
	s.w.check(dv.SetRange(0, longest, excelize.DataValidationTypeTextLength, excelize.DataValidationOperatorBetween))
	dv.SetError(excelize.DataValidationErrorStyleStop, "点検票 Checklist", fmt.Sprintf("%d文字以内で記入してください。\nAt most %d characters, please.", longest, longest))
	dv.SetSqref(strings.Join(cells, " "))
	s.w.check(s.w.f.AddDataValidation(s.name, dv))
}

func (s *sheet) dates(cells []string) {
	dv := excelize.NewDataValidation(true)
	from, to := checklist.Date{Year: 2000, Month: 1, Day: 1}, checklist.Date{Year: 2100, Month: 1, Day: 1}
	s.w.check(dv.SetRange(serial(from), serial(to), excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween))
	dv.SetError(excelize.DataValidationErrorStyleStop, "点検票 Checklist", "2023/7/31 のように記入してください。\nPlease write it like 2023/7/31.")
	dv.SetSqref(strings.Join(cells, " "))
	s.w.check(s.w.f.AddDataValidation(s.name, dv))
}

// finish sets what every sheet has: protection, no gridlines, frozen head, A4 one page wide, a footer with room for the firm's id.
func (s *sheet) finish(first, last, lastRow, headRow int, orientation string) {
	f, no, yes := s.w.f, false, true
	s.w.check(f.ProtectSheet(s.name, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true}))
	s.w.check(f.SetSheetView(s.name, 0, &excelize.ViewOptions{ShowGridLines: &no}))
	a4, wide, tall := 9, 1, 0
	s.w.check(f.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: &yes}))
	s.w.check(f.SetPageLayout(s.name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &tall}))
	side, top, foot := 0.5, 0.55, 0.3
	s.w.check(f.SetPageMargins(s.name, &excelize.PageLayoutMarginsOptions{
		Left: &side, Right: &side, Top: &top, Bottom: &top, Header: &foot, Footer: &foot, Horizontally: &yes,
	}))
	s.w.check(f.SetHeaderFooter(s.name, &excelize.HeaderFooterOptions{
		OddFooter: "&L&8 " + escapeFooter(s.w.ed.Title.JA) + "&C&8 " + firmHere + "&R&8 &A　&P / &N",
	}))
	quoted := "'" + s.name + "'"
	s.w.check(f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", Scope: s.name,
		RefersTo: fmt.Sprintf("%s!$%s$%d:$%s$%d", quoted, columnName(first), rowTitle, columnName(last), lastRow)}))
	if headRow > 0 {
		s.w.check(f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: s.name,
			RefersTo: fmt.Sprintf("%s!$%d:$%d", quoted, headRow, headRow)}))
		s.w.check(f.SetPanes(s.name, &excelize.Panes{Freeze: true, YSplit: headRow, TopLeftCell: cell(1, headRow+1), ActivePane: "bottomLeft"}))
	}
}
