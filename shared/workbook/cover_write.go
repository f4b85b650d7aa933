//go:build !js

package workbook

import (
	"fmt"
	"time"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
)

func (w *writer) cover() {
	s := w.sheet(coverSheet)
	s.widths(2.5, 3, 44, 78)
	s.marks(1, 0)
	s.put(columnLabel, coverTitleRow, w.ed.Title.JA, lookTitle)
	s.height(coverTitleRow, 30)
	s.put(columnLabel, coverTitleRow+1, w.ed.Title.EN, lookPlain)
	s.merge(columnLabel, columnAnswer, coverTitleRow+1)
	for _, block := range []struct {
		row   int
		words checklist.Text
		look  look
		small func() *excelize.Font
	}{{coverHeadRow, wordEntry, lookHead, w.white}, {coverRow(w.ed, coverIdentity), wordIdentity, lookQuiet, w.small}, {coverRow(w.ed, coverContents), wordContents, lookHead, w.white}} {
		s.merge(columnLabel, columnAnswer, block.row)
		s.pair(columnLabel, block.row, block.words, block.look, "　", block.small)
		s.style(columnAnswer, block.row, block.look)
		s.height(block.row, 22)
	}
	var texts, dates []string
	fields := coverFieldsOf(w.ed)
	for i := range fields {
		f := &fields[i]
		s.put(columnID, f.row, string(f.field), lookID)
		s.pair(columnLabel, f.row, f.label, lookCoverLabel, "　", w.small)
		at := cell(columnAnswer, f.row)
		switch {
		case f.locked:
			s.style(columnAnswer, f.row, lookFine)
			s.height(f.row, 16)
			continue
		case f.date:
			s.style(columnAnswer, f.row, lookAnswerDate)
			dates = append(dates, at)
		case f.field == Carried:
			s.style(columnAnswer, f.row, lookEntry)
			s.confirmation(at)
		default:
			s.style(columnAnswer, f.row, lookEntry)
			texts = append(texts, at)
		}
		s.height(f.row, 30)
	}
	s.textLength(texts, 200)
	s.dates(dates)
	facts := []struct {
		label checklist.Text
		text  string
	}{
		{wordDeadline, w.instant(w.ed.Deadline)},
		{wordClosing, w.instant(w.ed.Closing)},
		{wordOffice, both(w.ed.Office.Name)},
		{wordContact, w.ed.Office.Phone + "　" + w.ed.Office.Email},
	}
	for i, f := range facts {
		row := coverRow(w.ed, coverFacts+i)
		s.pair(columnLabel, row, f.label, lookCoverLabel, "　", w.small)
		s.put(columnAnswer, row, f.text, lookCoverFact)
		s.height(row, 22)
	}
	row := coverRow(w.ed, coverContents) + 1
	for _, name := range []string{instructionsSheet, glossarySheet} {
		s.link(columnLabel, row, name)
		s.put(columnAnswer, row, map[string]string{instructionsSheet: wordHowTo.EN, glossarySheet: wordGlossary.EN}[name], lookPlain)
		s.height(row, 19)
		row++
	}
	for i := range w.layout.pages {
		p := &w.layout.pages[i]
		s.link(columnLabel, row, p.name)
		s.put(columnAnswer, row, p.section.Title.EN, lookPlain)
		s.height(row, 19)
		row++
	}
	s.finish(columnLabel, columnAnswer, row, 0, "portrait")
}

// instant writes an instant in the edition's time zone, in both languages.
func (w *writer) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	loc := w.ed.Location
	if loc == nil {
		loc = time.UTC
	}
	t = t.In(loc)
	zone, _ := t.Zone()
	return fmt.Sprintf("%d年%d月%d日 %s　%s (%s)", t.Year(), int(t.Month()), t.Day(), t.Format("15:04"), t.Format("2 January 2006, 15:04"), zone)
}

func both(t checklist.Text) string {
	if t.EN == "" {
		return t.JA
	}
	return t.JA + "　" + t.EN
}
