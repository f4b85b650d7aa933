package sheet

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/xuri/excelize/v2"

	"cssa/shared/checklist"
)

type writer struct {
	f      *excelize.File
	id     checklist.EditionID
	ed     *checklist.Edition
	styles map[look]int
}

// A look is how a cell is drawn.
type look struct {
	fill, color string
	bold, wrap  bool
	indent      int
}

const (
	ink       = "1F2933"
	grey      = "7B8794"
	dark      = "243B53" // headings, sections
	pale      = "D9E2EC" // questions, terms, rules, figures
	faint     = "F5F7FA" // for information
	lineColor = "CBD2D9"
)

func (b *writer) style(l look) (int, error) {
	if id, ok := b.styles[l]; ok {
		return id, nil
	}
	s := &excelize.Style{
		NumFmt:    49, // text: nothing that is typed turns into a date or a number
		Font:      &excelize.Font{Family: "Yu Gothic", Size: 10, Bold: l.bold, Color: l.color},
		Alignment: &excelize.Alignment{Vertical: "top", WrapText: l.wrap, Indent: l.indent},
	}
	if l.fill != "" {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{l.fill}}
	}
	for _, side := range []string{"left", "right", "top", "bottom"} {
		s.Border = append(s.Border, excelize.Border{Type: side, Color: lineColor, Style: 1})
	}
	id, err := b.f.NewStyle(s)
	b.styles[l] = id
	return id, err
}

// put writes a text with its look.
func (b *writer) put(sheet string, col, row int, s string, l look) error {
	cell, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return err
	}
	if why := holds(s); why != "" {
		return errors.New(why)
	}
	id, err := b.style(l)
	if err == nil && s != "" {
		err = b.f.SetCellStr(sheet, cell, s)
	}
	return errors.Join(err, b.f.SetCellStyle(sheet, cell, cell, id))
}

// sheet writes the sheet of a file.
func (b *writer) sheet(name, file string, root *thing, body []byte) error {
	if _, err := b.f.NewSheet(name); err != nil {
		return err
	}
	cs := columnsOf(root.kind)
	rows := b.rowsOf(root, body)
	for i, c := range cs {
		first := c.key
		if i == 0 {
			first = strings.Join([]string{marker, string(b.id), file, sum(body), rowsSum(root)}, " ")
		}
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		whole, err := b.style(lookOf(c, sheetRow{})) // what is typed below the rows looks the same
		if err != nil {
			return err
		}
		if err := errors.Join(
			b.f.SetColStyle(name, col, whole),
			b.put(name, i+1, markerRow, first, look{color: lineColor}),
			b.put(name, i+1, headingRow, c.ja+"\n"+c.en, look{fill: dark, color: "FFFFFF", bold: true, wrap: true}),
			b.f.SetColWidth(name, col, col, c.width),
		); err != nil {
			return err
		}
	}
	for j, r := range rows {
		tall := 1
		for i, c := range cs {
			if err := b.put(name, i+1, firstRow+j, text(c, r), lookOf(c, r)); err != nil {
				return err
			}
			if lookOf(c, r).wrap {
				tall = max(tall, linesOf(text(c, r), c.width))
			}
		}
		if err := b.f.SetRowHeight(name, firstRow+j, min(float64(tall)*lineHeight+3, 400)); err != nil {
			return err
		}
	}
	return b.furnish(name, root.kind, cs, firstRow+len(rows)+spareRows-1)
}

const lineHeight = 13.5 // points

// linesOf estimates on how many lines a text stands in a column.
func linesOf(s string, width float64) int {
	lines := 0
	for _, line := range strings.Split(s, "\n") {
		wide := 0.0
		for _, r := range line {
			if wide++; r >= 0x1100 { // East Asian letters are twice as wide
				wide++
			}
		}
		lines += max(1, int(math.Ceil(wide*1.08/width)))
	}
	return lines
}

// text is what a cell shows.
func text(c column, r sheetRow) string {
	if c.key == rowColumn && r.kind != nil {
		return r.kind.name.JA + " " + r.kind.name.EN
	}
	return r.cells[c.key]
}

func lookOf(c column, r sheetRow) look {
	l := look{color: ink, wrap: c.width >= 26}
	switch {
	case c.key == infoColumn:
		return look{fill: faint, color: grey, wrap: true}
	case r.kind == nil:
		return l
	case r.kind.list == "" && !r.kind.upward:
		l.fill, l.bold = "9FB3C8", true
	case len(r.kind.under) > 0 && r.kind.list != "stages" || r.kind.spaced:
		l.fill, l.bold = pale, c.key == rowColumn || c.key == "ja" || c.key == "en"
	}
	if c.key == rowColumn {
		l.indent = max(0, r.depth-1)
	}
	return l
}

// furnish gives a sheet its drop-downs, frozen headings and print settings.
func (b *writer) furnish(name string, k *kind, cs []column, last int) error {
	var names []string
	for _, k := range kindsOf(k) {
		names = append(names, k.name.JA+" "+k.name.EN)
	}
	for i, c := range cs {
		list := c.list
		if c.key == rowColumn {
			list = names
		}
		if list == nil {
			continue
		}
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		dv := excelize.NewDataValidation(true)
		dv.SetSqref(fmt.Sprintf("%s%d:%s%d", col, firstRow, col, last))
		dv.SetError(excelize.DataValidationErrorStyleStop, "選べません Not a choice", "リストから選んでください。Please pick one from the list.")
		if err := errors.Join(dv.SetDropList(list), b.f.AddDataValidation(name, dv)); err != nil {
			return err
		}
	}
	landscape, width, height, fit := "landscape", 1, 0, true
	return errors.Join(
		b.f.SetRowHeight(name, markerRow, 4),
		b.f.SetRowHeight(name, headingRow, 30),
		b.f.SetPanes(name, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: headingRow, TopLeftCell: "B3", ActivePane: "bottomRight",
			Selection: []excelize.Selection{{SQRef: "B3", ActiveCell: "B3", Pane: "bottomRight"}}}),
		b.f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}),
		b.f.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &width, FitToHeight: &height}),
	)
}

// guide writes the sheet that tells how to edit.
func (b *writer) guide() error {
	lines := []checklist.Text{
		{JA: "点検票の編集用ブック", EN: "Workbook to edit a checklist"},
		{JA: "編集が終わったら保存し、cssa edition import でテキストファイルに戻します。変えなかったところは1文字も変わりません。",
			EN: "When you have finished, save it and merge it into the text files with cssa edition import. What you have not changed stays as it is to the letter."},
		{JA: "1行が1つのもの（設問・項目・選択肢など）です。属する設問の下に並べます。行の挿入・削除・並べ替えは自由です。",
			EN: "A row is one thing: a question, an item, a choice. It stands below the question that it belongs to. Insert, delete and move rows as you like."},
		{JA: "A列は行の種類です。リストから選びます。1行目（細い行）は消さないでください。",
			EN: "Column A says what a row is; pick it from the list. Leave row 1, the thin one, as it is."},
		{JA: "文章はすべて日本語と英語の両方を書きます。IDは英小文字・数字・ハイフンです。同じ意味の設問のIDは翌年も変えないでください。",
			EN: "Write every text in Japanese and English. Ids are lower-case letters, digits and hyphens. Keep the id of a question that means the same as last year."},
		{JA: "条件は、例えば is: {place: policy, choices: [published]} のように書きます。右端の列に言葉で出ます（書き出したときのもの）。",
			EN: "A condition is written like is: {place: policy, choices: [published]}. The last column has it in words, as of the export."},
		{JA: "新しい区分は、区分のシートをコピーし、シート名を 13-new-topic のように付けます。区分をやめるときは、シートを残して行をすべて消します。",
			EN: "For a new section copy a section's sheet and name it like 13-new-topic. To remove a section keep its sheet and delete all its rows."},
		{JA: "灰色の列は参考です。書き換えても読み込みません。", EN: "The grey column is for information; what you write there is not read."},
	}
	for _, err := range []error{
		b.f.SetColWidth(guideSheet, "A", "A", 4), b.f.SetColWidth(guideSheet, "B", "B", 110), b.f.SetSheetView(guideSheet, 0, &excelize.ViewOptions{ShowGridLines: new(bool)}),
	} {
		if err != nil {
			return err
		}
	}
	for i, t := range lines {
		l := look{color: ink, wrap: true}
		number := fmt.Sprint(i)
		if i == 0 {
			l, number = look{fill: dark, color: "FFFFFF", bold: true, wrap: true}, ""
		}
		if err := errors.Join(b.put(guideSheet, 1, i+1, number, l), b.put(guideSheet, 2, i+1, t.JA+"\n"+t.EN, l), b.f.SetRowHeight(guideSheet, i+1, 44)); err != nil {
			return err
		}
	}
	return nil
}
