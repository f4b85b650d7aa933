//go:build !js

package workbook

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
)

// Blank writes the checklist of an edition for one firm, with nothing answered; see [Template.Blank].
func Blank(w io.Writer, ed *checklist.Edition, who Identity) error {
	t, err := NewTemplate(ed)
	if err != nil {
		return err
	}
	return t.Blank(w, who)
}

// Filled writes the checklist of an edition with its cover and answers filled in; see [Template.Filled].
func Filled(w io.Writer, ed *checklist.Edition, who Identity, c checklist.Cover, a checklist.Answers) error {
	t, err := NewTemplate(ed)
	if err != nil {
		return err
	}
	return t.Filled(w, who, c, a)
}

// build writes the checklist of an edition with nothing in the cells that differ from firm to firm.
// The texts of several fonts are still to be put in: pairs of what stands in their place, and the texts.
func build(ed *checklist.Edition, layout *Layout) (data []byte, rich []string, err error) {
	f := excelize.NewFile()
	defer f.Close()
	b := &writer{f: f, ed: ed, layout: layout, lists: map[string]string{}, standIns: map[string]string{}}
	b.cover()
	b.instructions()
	b.glossary()
	for i := range layout.pages {
		b.section(&layout.pages[i])
	}
	b.finish()
	if b.err != nil {
		return nil, nil, b.err
	}
	var out bytes.Buffer
	err = f.Write(&out)
	return out.Bytes(), b.rich, err
}

// A writer builds one workbook. The first error sticks and is reported at the end.
type writer struct {
	f        *excelize.File
	ed       *checklist.Edition
	layout   *Layout
	looks    [lookCount]int
	lists    map[string]string // entries joined → range on the sheet of lists
	standIns map[string]string // text of several fonts → its stand-in
	rich     []string          // pairs of a stand-in and its text, in the order of writing
	err      error
}

func (w *writer) check(err error) {
	if w.err == nil && err != nil {
		w.err = err
	}
}

// sheet adds a sheet. The first call also makes the styles and the sheet of lists, which has to exist before it is used.
func (w *writer) sheet(name string) *sheet {
	if len(w.f.GetSheetList()) == 1 && name == coverSheet {
		w.check(w.f.SetDefaultFont(fontName))
		looks, err := styles(w.f, w.ed.Mapping != nil)
		w.check(err)
		w.looks = looks
		w.check(w.f.SetSheetName("Sheet1", coverSheet))
	} else {
		_, err := w.f.NewSheet(name)
		w.check(err)
	}
	return &sheet{w: w, name: name, row: map[int]float64{}}
}

func (w *writer) instructions() {
	s := w.sheet(instructionsSheet)
	s.widths(2.5, 5, 110)
	s.put(columnLabel, rowTitle, wordHowTo.JA+"　"+wordHowTo.EN, lookTitle)
	s.height(rowTitle, 30)
	row := rowTitle + 2
	for i, t := range append(append([]checklist.Text{}, w.ed.Instructions...), howTo...) {
		s.put(columnNumber, row, fmt.Sprint(i+1), lookItemNumber)
		s.pair(columnLabel, row, t, lookItem, "\n", w.small)
		s.height(row, textHeight(t, 110, 1)+6)
		row++
	}
	s.finish(columnNumber, columnLabel, row, 0, "portrait")
}

func (w *writer) glossary() {
	s := w.sheet(glossarySheet)
	s.widths(2.5, 34, 84)
	s.put(columnNumber, rowTitle, wordGlossary.JA+"　"+wordGlossary.EN, lookTitle)
	s.height(rowTitle, 30)
	s.pair(columnNumber, rowHead, wordTerm, lookHead, "　", w.white)
	s.pair(columnLabel, rowHead, wordMeaning, lookHead, "　", w.white)
	s.height(rowHead, 20)
	row := rowHead + 1
	for _, t := range w.ed.Glossary {
		s.pair(columnNumber, row, t.Name, lookItem, "\n", w.small)
		s.pair(columnLabel, row, t.Definition, lookItem, "\n", w.small)
		s.height(row, max(textHeight(t.Name, 34, 1), textHeight(t.Definition, 84, 1))+6)
		row++
	}
	s.finish(columnNumber, columnLabel, row, rowHead, "portrait")
}

// finish adds the sheet of lists, the document properties and the protection of the workbook's structure.
func (w *writer) finish() {
	if index, err := w.f.GetSheetIndex(listSheet); err == nil && index >= 0 {
		w.check(w.f.ProtectSheet(listSheet, &excelize.SheetProtectionOptions{SelectLockedCells: true}))
		w.check(w.f.SetSheetVisible(listSheet, false))
	}
	for _, sheet := range w.f.GetSheetList() {
		w.dimension(sheet)
	}
	w.f.SetActiveSheet(0)
	w.check(w.f.ProtectWorkbook(&excelize.WorkbookProtectionOptions{LockStructure: true}))
	// Fixed times: the bytes depend on the edition and the answers alone.
	at := w.ed.Opens.UTC().Format(time.RFC3339)
	w.check(w.f.SetDocProps(&excelize.DocProperties{
		Title: w.ed.Title.JA, Subject: string(w.ed.ID), Creator: w.ed.Office.Name.JA,
		LastModifiedBy: w.ed.Office.Name.JA, Created: at, Modified: at, Language: "ja-JP",
	}))
}

// dimension says which cells of a sheet are used: programs that read a sheet as a stream go by it.
func (w *writer) dimension(sheet string) {
	rows, err := w.f.GetRows(sheet)
	w.check(err)
	columns := 1
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	w.check(w.f.SetSheetDimension(sheet, "A1:"+cell(columns, max(1, len(rows)))))
}

// list returns the range on the hidden sheet that holds the entries of a drop-down.
func (w *writer) list(entries []string) string {
	key := fmt.Sprintf("%q", entries)
	if at, ok := w.lists[key]; ok {
		return at
	}
	if len(w.lists) == 0 {
		_, err := w.f.NewSheet(listSheet)
		w.check(err)
	}
	column := len(w.lists) + 1
	for i, e := range entries {
		w.check(w.f.SetCellStr(listSheet, cell(column, i+1), e))
	}
	at := fmt.Sprintf("'%s'!$%s$1:$%s$%d", listSheet, columnName(column), columnName(column), len(entries))
	w.lists[key] = at
	return at
}

// Fonts of the second language, after the first in the same cell.
func (w *writer) small() *excelize.Font {
	return &excelize.Font{Family: fontName, Size: fontEN, Color: mute}
}

func (w *writer) white() *excelize.Font {
	return &excelize.Font{Family: fontName, Size: fontEN, Color: "FFFFFF"}
}
