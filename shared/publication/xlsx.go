package publication

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"cssa/shared/checklist"
)

// A book writes the workbook: contents, notes, then one sheet each table.
type book struct {
	f      *excelize.File
	styles map[string]int
	err    error // the first
}

// workbook returns all tables as one workbook, for people to read: shares and counts side by side, and beside a withheld cell
// what it is told together with.
func (p *Pack) workbook(sheets []sheet) ([]byte, error) {
	b := &book{f: excelize.NewFile(), styles: map[string]int{}}
	b.makeStyles()
	names := make([]string, len(sheets))
	for i := range sheets {
		names[i] = sheetName(&sheets[i])
	}
	b.try(b.f.SetSheetName("Sheet1", contentsName))
	b.contents(p, sheets, names)
	b.newSheet(notesName)
	b.notes(p)
	for i := range sheets {
		b.newSheet(names[i])
		b.table(p, &sheets[i], names[i])
	}
	b.f.SetActiveSheet(0)
	b.try(b.f.SetDocProps(&excelize.DocProperties{Title: p.Edition.Title.JA, Subject: p.release(), Description: p.originLine(), Creator: "cssa", Language: "ja"}))
	if b.err != nil {
		return nil, errors.Join(b.err, b.f.Close())
	}
	var out bytes.Buffer
	if err := errors.Join(b.f.Write(&out), b.f.Close()); err != nil {
		return nil, err
	}
	return sameEverywhere(out.Bytes())
}

const (
	contentsName = "目次 Contents"
	notesName    = "注 Notes"
)

// sheetName is the table's printed name. Excel allows 31 characters and no : \ / ? * [ ].
func sheetName(s *sheet) string {
	if s.def.Figure != nil {
		return fmt.Sprintf("図表%d", s.def.Figure.Number)
	}
	name := s.def.Question.Number
	if s.def.Stage != "" {
		name += " " + string(s.def.Stage)
	}
	r := []rune(strings.Map(func(c rune) rune {
		if strings.ContainsRune(`:\/?*[]`, c) {
			return '-'
		}
		return c
	}, name))
	return string(r[:min(len(r), 31)])
}

// sameEverywhere packs the parts of a workbook anew: by name, and without dates.
func sameEverywhere(file []byte) ([]byte, error) {
	r, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	files := slices.Clone(r.File)
	slices.SortFunc(files, func(a, b *zip.File) int {
		// Readers look for the list of types first.
		if first := "[Content_Types].xml"; a.Name == first || b.Name == first {
			return map[bool]int{true: -1, false: 1}[a.Name == first]
		}
		return strings.Compare(a.Name, b.Name)
	})
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		from, err := f.Open()
		if err != nil {
			return nil, err
		}
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err == nil {
			_, err = io.Copy(to, from) //nolint:gosec // our own file, just written
		}
		if err := errors.Join(err, from.Close()); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (b *book) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) newSheet(name string) {
	_, err := b.f.NewSheet(name)
	b.try(err)
}

func (b *book) set(sheet string, col, row int, v any, style string) {
	at, err := excelize.CoordinatesToCellName(col, row)
	b.try(err)
	b.try(b.f.SetCellValue(sheet, at, v))
	b.try(b.f.SetCellStyle(sheet, at, at, b.styles[style]))
}

func (b *book) width(sheet string, col int, w float64) {
	name, err := excelize.ColumnNumberToName(col)
	b.try(err)
	b.try(b.f.SetColWidth(sheet, name, name, w))
}

const fontName = "Meiryo UI"

func (b *book) makeStyles() {
	line := []excelize.Border{{Type: "bottom", Color: "BFBFBF", Style: 1}}
	share, whole := "0.0", "#,##0"
	styles := map[string]excelize.Style{
		"":      {Font: &excelize.Font{Family: fontName, Size: 10}, Alignment: &excelize.Alignment{Vertical: "top"}},
		"wrap":  {Font: &excelize.Font{Family: fontName, Size: 10}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}},
		"title": {Font: &excelize.Font{Family: fontName, Size: 14, Bold: true}},
		"small": {Font: &excelize.Font{Family: fontName, Size: 9, Color: "595959"}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}},
		"head": {Font: &excelize.Font{Family: fontName, Size: 10, Bold: true}, Border: line, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EAF0F6"}},
			Alignment: &excelize.Alignment{WrapText: true, Vertical: "center", Horizontal: "center"}},
		"label": {Font: &excelize.Font{Family: fontName, Size: 10}, Border: line, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}},
		"count": {Font: &excelize.Font{Family: fontName, Size: 10, Color: "595959"}, Border: line, CustomNumFmt: &whole, Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "right"}},
		"share": {Font: &excelize.Font{Family: fontName, Size: 10}, Border: line, CustomNumFmt: &share, Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "right"}},
		"link":  {Font: &excelize.Font{Family: fontName, Size: 10, Color: "0563C1", Underline: "single"}, Alignment: &excelize.Alignment{Vertical: "top"}},
	}
	for _, name := range slices.Sorted(maps.Keys(styles)) { // the order makes the ids
		s := styles[name]
		id, err := b.f.NewStyle(&s)
		b.try(err)
		b.styles[name] = id
	}
}

func (b *book) contents(p *Pack, sheets []sheet, names []string) {
	b.set(contentsName, 1, 1, p.Edition.Title.JA, "title")
	b.set(contentsName, 1, 2, p.Edition.Title.EN, "title")
	b.set(contentsName, 1, 3, p.originLine(), "")
	for i, h := range []string{"シート Sheet", "表題", "Title"} {
		b.set(contentsName, i+1, 5, h, "head")
	}
	for i := range sheets {
		row := 6 + i
		b.set(contentsName, 1, row, names[i], "link")
		at, err := excelize.CoordinatesToCellName(1, row)
		b.try(err)
		b.try(b.f.SetCellHyperLink(contentsName, at, "'"+names[i]+"'!A1", "Location"))
		b.set(contentsName, 2, row, sheets[i].title.JA, "wrap")
		b.set(contentsName, 3, row, sheets[i].title.EN, "wrap")
		b.try(b.f.SetRowHeight(contentsName, row, max(height(sheets[i].title.JA, 58), height(sheets[i].title.EN, 66))))
	}
	b.width(contentsName, 1, 16)
	b.width(contentsName, 2, 60)
	b.width(contentsName, 3, 70)
	b.page(contentsName)
}

func (b *book) notes(p *Pack) {
	b.set(notesName, 1, 1, notesName, "title")
	row := 3
	for _, n := range []checklist.Text{basesNote, roundingNote, symbolsNote} {
		b.set(notesName, 1, row, n.JA, "wrap")
		b.set(notesName, 2, row, n.EN, "wrap")
		b.try(b.f.SetRowHeight(notesName, row, max(height(n.JA, 56), height(n.EN, 76))))
		row++
	}
	o := p.origin()
	row++
	for _, line := range [][2]string{
		{"実施回 Edition", string(o.Edition)}, {"公表 Release", o.Release}, {"集計時点 Run (snapshot)", o.Run}, {"承認 Released", o.Released},
		{"設問定義 Definition, SHA-256", o.Definition}, {"プログラム Code", o.Code}, {"訂正する公表 Corrects", p.corrects()},
	} {
		b.set(notesName, 1, row, line[0], "")
		b.set(notesName, 2, row, line[1], "")
		row++
	}
	b.width(notesName, 1, 60)
	b.width(notesName, 2, 80)
	b.page(notesName)
}

// originLine says in one line where the numbers come from.
func (p *Pack) originLine() string {
	line := "release " + p.release() + "; definition " + p.Edition.Checksum + "; code " + p.Code
	if c := p.corrects(); c != "" {
		line += "; corrects " + c
	}
	return line
}
