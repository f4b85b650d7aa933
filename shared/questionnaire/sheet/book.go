package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"cssa/shared/checklist"
)

// A Problem is something in an edited workbook that its editor must mend. File and Line are set where it is known which
// line of the text file it is about.
type Problem struct {
	Sheet, Cell string
	File        string
	Line        int
	What, Mend  checklist.Text
}

// String returns the problem on one line, in English.
func (p Problem) String() string {
	s := p.What.EN
	if p.Mend.EN != "" {
		s += "; " + p.Mend.EN
	}
	if p.Line > 0 {
		s = fmt.Sprintf("(%s:%d) %s", p.File, p.Line, s)
	}
	if p.Sheet == "" {
		return s
	}
	return strings.TrimSuffix(p.Sheet+"!"+p.Cell, "!") + ": " + s
}

// The bounds of a workbook that is read.
const (
	MaxSize  = 16 << 20 // bytes
	maxPart  = 64 << 20 // bytes, of one part and of all, unpacked
	maxRows  = 20000
	maxSheet = 220
)

// A page is a sheet as read.
type page struct {
	name, file string
	edition    string
	fileSum    string // of the text file as it was exported
	rowsSum    string // of the rows as they were exported
	root       *thing // nil: all rows are gone
	columns    map[string]int
}

type reader struct {
	f        *excelize.File
	problems []Problem
}

func (b *reader) say(sheet, cell string, what, mend checklist.Text) {
	b.problems = append(b.problems, Problem{Sheet: sheet, Cell: cell, What: what, Mend: mend})
}

// readBook reads all sheets that have a marker.
func readBook(body []byte) ([]*page, []Problem) {
	broken := func(why string) []Problem {
		return []Problem{{What: name("ブックを読めません（"+why+"）", "the workbook cannot be read: "+why),
			Mend: name("Excelブック（.xlsx）として保存し直してください", "save it as an Excel workbook (.xlsx)")}}
	}
	if len(body) > MaxSize {
		return nil, broken(fmt.Sprintf("> %d bytes", MaxSize))
	}
	f, err := excelize.OpenReader(bytes.NewReader(body), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxPart, UnzipXMLSizeLimit: maxPart})
	if err != nil {
		return nil, broken(err.Error())
	}
	defer func() { _ = f.Close() }() // nothing of it is kept
	b := &reader{f: f}
	var pages []*page
	for _, s := range f.GetSheetList() {
		if len(pages) > maxSheet {
			return nil, broken("too many sheets")
		}
		if p := b.page(s); p != nil {
			pages = append(pages, p)
		}
	}
	if len(pages) == 0 && len(b.problems) == 0 {
		b.say("", "", name("編集用ブックではありません（1行目の印がありません）", "this is not a workbook to edit a checklist: no sheet has the marks of row 1"),
			name("cssa edition export で書き出したブックを使ってください", "take the workbook that cssa edition export wrote"))
	}
	return pages, b.problems
}

// page reads a sheet; nil if it has no marker or cannot be read.
func (b *reader) page(s string) *page {
	rows, err := b.f.GetRows(s)
	if err != nil {
		b.say(s, "", name("シートを読めません", "the sheet cannot be read: "+err.Error()), name("Excelで開き、保存し直してください", "open it in Excel and save it again"))
		return nil
	}
	if len(rows) == 0 || !slices.ContainsFunc(rows[0], func(v string) bool { return strings.HasPrefix(v, marker+" ") }) {
		return nil
	}
	if len(rows) > maxRows {
		b.say(s, "", name("行が多すぎます", fmt.Sprintf("the sheet has more than %d rows", maxRows)), name("空の行を削除してください", "delete the empty rows"))
		return nil
	}
	p := &page{name: s, columns: map[string]int{}}
	known := map[string]bool{}
	for _, c := range columns {
		known[c.key] = true
	}
	widest := 0
	for _, row := range rows {
		widest = max(widest, len(row))
	}
	for i := range widest {
		v := cellOf(rows[0], i)
		key := v
		if mark, ok := strings.CutPrefix(v, marker+" "); ok {
			parts := strings.Fields(mark)
			if len(parts) != 4 || formOf(parts[1]) == nil {
				b.say(s, cellName(i, 1), name("1行目の印が壊れています", "the mark of row 1 is broken"), name("書き出したブックのシートからコピーしてください", "copy it from the sheet as it was exported"))
				return nil
			}
			p.edition, p.file, p.fileSum, p.rowsSum, key = parts[0], parts[1], parts[2], parts[3], rowColumn
		}
		switch _, twice := p.columns[key]; {
		case key == "":
			if j := firstBelow(rows, i); j > 0 {
				b.say(s, cellName(i, j), name("列の名前がない列に記入があります", "something stands in a column without a key"), name("1行目に名前のある列に書いてください", "write it into a column that row 1 names"))
			}
		case !known[key]:
			b.say(s, cellName(i, 1), name("列「"+key+"」はありません", fmt.Sprintf("there is no column %q", key)), name("1行目は書き出したままにしてください", "leave row 1 as it was exported"))
		case twice:
			b.say(s, cellName(i, 1), name("列「"+key+"」が2つあります", fmt.Sprintf("the column %q is there twice", key)), name("一方を削除してください", "delete one of the two"))
		default:
			p.columns[key] = i
		}
	}
	form := formOf(p.file)
	for _, c := range columnsOf(form) {
		if _, ok := p.columns[c.key]; !ok && c.key != infoColumn {
			b.say(s, cellName(0, 1), name("列「"+c.key+"」がありません", fmt.Sprintf("the column %q is missing", c.key)), name("書き出したブックから列を戻してください", "put the column back from the workbook as it was exported"))
		}
	}
	if len(b.problems) > 0 {
		return p
	}
	b.rows(p, form, rows)
	return p
}

func firstBelow(rows [][]string, col int) int {
	for j := 1; j < len(rows); j++ {
		if col < len(rows[j]) && strings.TrimSpace(rows[j][col]) != "" {
			return j + 1
		}
	}
	return 0
}

// cellName names a cell by its column from 0 and its row from 1.
func cellName(col, row int) string {
	s, err := excelize.CoordinatesToCellName(col+1, row)
	if err != nil {
		return ""
	}
	return s
}

// value reads the cell of a field. What is not a text or a number in the form that the field has is a problem.
func (b *reader) value(sheet, cell, raw string, f field) string {
	mend := name("文字で書き直してください", "write it as text")
	if formula, err := b.f.GetCellFormula(sheet, cell); err == nil && formula != "" {
		b.say(sheet, cell, name("数式が入っています", "a formula stands here"), mend)
		return ""
	}
	typ, err := b.f.GetCellType(sheet, cell)
	if err != nil {
		b.say(sheet, cell, name("セルを読めません", "the cell cannot be read: "+err.Error()), mend)
		return ""
	}
	switch typ {
	case excelize.CellTypeError:
		b.say(sheet, cell, name("エラー値です", "an error value stands here: "+raw), mend)
		return ""
	case excelize.CellTypeNumber, excelize.CellTypeUnset, excelize.CellTypeDate:
		if !b.isDate(sheet, cell) {
			break
		}
		if s, ok := dateText(f.key, raw); ok {
			return s
		}
		b.say(sheet, cell, name("日付になっています", "Excel has made a date of what was written here"),
			name("セルの表示形式を「文字列」にして書き直してください", "give the cell the format Text and write it again"))
		return ""
	}
	v := tidy(f.form, raw)
	switch {
	case v == "":
	case f.form == whole:
		if n, err := strconv.ParseInt(v, 10, 64); err != nil || strconv.FormatInt(n, 10) != v {
			b.say(sheet, cell, name("整数ではありません", fmt.Sprintf("%q is not a whole number", v)), name("整数を半角で書いてください", "write a whole number"))
			return ""
		}
	case f.form == yes && v != "yes":
		b.say(sheet, cell, name("yes ではありません", fmt.Sprintf("%q is not yes", v)), name("yes と書くか、空欄にしてください", "write yes, or leave it blank"))
		return ""
	case f.form == flag && v != "yes" && v != "no":
		b.say(sheet, cell, name("yes でも no でもありません", fmt.Sprintf("%q is neither yes nor no", v)), name("yes か no と書くか、空欄にしてください", "write yes or no, or leave it blank"))
		return ""
	case f.form == condition:
		if _, err := parseCondition(v); err != nil {
			first, _, _ := strings.Cut(err.Error(), "\n")
			b.say(sheet, cell, name("条件として読めません", "this cannot be read as a condition: "+first),
				name("例: is: {place: policy, choices: [published]}", "write it like is: {place: policy, choices: [published]}"))
			return ""
		}
	}
	if why := holds(v); why != "" {
		b.say(sheet, cell, name("セルに書けない文字があります", why), name("その文字を取ってください", "remove the character"))
		return ""
	}
	return v
}

// isDate says whether a number is shown as a date or a time.
func (b *reader) isDate(sheet, cell string) bool {
	id, err := b.f.GetCellStyle(sheet, cell)
	if err != nil {
		return false
	}
	s, err := b.f.GetStyle(id)
	if err != nil {
		return false
	}
	if s.CustomNumFmt != nil {
		return strings.ContainsAny(strings.ToLower(*s.CustomNumFmt), "ymdhs")
	}
	return s.NumFmt >= 14 && s.NumFmt <= 22 || s.NumFmt >= 27 && s.NumFmt <= 36 || s.NumFmt >= 45 && s.NumFmt <= 47 || s.NumFmt >= 50 && s.NumFmt <= 58
}

// dateText writes the number of a date as the setting has it.
func dateText(key, raw string) (string, bool) {
	layout := map[string]string{"reference_date": time.DateOnly, "opens": "2006-01-02 15:04", "deadline": "2006-01-02 15:04", "closing": "2006-01-02 15:04"}[key]
	n, err := strconv.ParseFloat(raw, 64)
	if layout == "" || err != nil {
		return "", false
	}
	t, err := excelize.ExcelDateToTime(n, false)
	return t.Round(time.Minute).Format(layout), err == nil
}
