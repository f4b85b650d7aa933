package publication

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// The columns of a table's sheet before those of its series, which have two each.
var headColumns = []struct {
	title string
	width float64
}{
	{"区分\nGroup", 18}, {"項目\nItem", 34}, {"対象先数\nPopulation", 10}, {"提出先数\nReplied", 10}, {"回答先数\nBase", 10},
	{"無回答\nUnanswered", 11}, {"対象外\nNot applicable", 11},
}

// table writes a table: its words above, a row for each group and item, and what they are made of below.
func (b *book) table(p *Pack, s *sheet, name string) {
	last := len(headColumns) + 2*len(s.def.Columns) + 1
	row := 1
	words := func(text, style string, height float64) {
		b.set(name, 1, row, text, style)
		end, err := excelize.CoordinatesToCellName(min(last, 12), row)
		b.try(err)
		b.try(b.f.MergeCell(name, fmt.Sprintf("A%d", row), end))
		b.try(b.f.SetRowHeight(name, row, height))
		row++
	}
	words(s.title.JA, "title", 22)
	words(s.title.EN, "title", 22)
	for _, t := range append([]checklist.Text{s.base}, s.notes...) {
		words(t.JA, "small", height(t.JA, 140))
		words(t.EN, "small", height(t.EN, 140))
	}
	row++
	for i, h := range headColumns {
		b.set(name, i+1, row, h.title, "head")
		b.set(name, i+1, row+1, "", "head")
		b.width(name, i+1, h.width)
	}
	if len(s.def.Question.Items) == 0 {
		b.width(name, 2, 8)
	}
	head := 44.0
	for c, col := range s.def.Columns {
		at := len(headColumns) + 2*c + 1
		head = max(head, height(col.Label.JA, 22)+height(col.Label.EN, 22))
		b.set(name, at, row, col.Label.JA+"\n"+col.Label.EN, "head")
		b.set(name, at+1, row, "", "head")
		from, err := excelize.CoordinatesToCellName(at, row)
		b.try(err)
		to, err := excelize.CoordinatesToCellName(at+1, row)
		b.try(err)
		b.try(b.f.MergeCell(name, from, to))
		b.set(name, at, row+1, "先数\nfirms", "head")
		b.set(name, at+1, row+1, "割合\n%", "head")
		b.width(name, at, 12)
		b.width(name, at+1, 12)
	}
	b.set(name, last, row, "合計だけを示すもの\nTold together", "head")
	b.set(name, last, row+1, "", "head")
	b.width(name, last, 40)
	if !s.joints() {
		b.width(name, last, 16)
	}
	b.try(b.f.SetRowHeight(name, row, head))
	b.try(b.f.SetRowHeight(name, row+1, 30))
	b.try(b.f.SetPanes(name, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: row + 1, TopLeftCell: fmt.Sprintf("C%d", row+2), ActivePane: "bottomRight"}))
	row += 2
	for i := range s.groups {
		for k := range s.groups[i].Rows {
			b.row(p, s, name, row, &s.groups[i], &s.groups[i].Rows[k])
			row++
		}
	}
	row++
	for _, t := range []checklist.Text{basesNote, roundingNote, symbolsNote} {
		words(t.JA, "small", height(t.JA, 140))
		words(t.EN, "small", height(t.EN, 140))
	}
	words(p.originLine(), "small", height(p.originLine(), 140))
	b.page(name)
}

// page prints a sheet across, as wide as the paper.
func (b *book) page(name string) {
	landscape, fit, tall, yes := "landscape", 1, 0, true
	b.try(b.f.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &fit, FitToHeight: &tall}))
	b.try(b.f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}))
}

// height is that of so many lines of about 140 narrow characters; a Japanese one is as wide as two.
func height(s string, wide int) float64 {
	n := 0
	for _, r := range s {
		n++
		if r > 0x2e80 {
			n++
		}
	}
	return 14 * float64(1+n/wide)
}

func (b *book) row(p *Pack, s *sheet, name string, row int, t *table.Table, r *table.Row) {
	group, lines := p.groupName(t.Group), 2
	b.set(name, 1, row, group.JA+"\n"+group.EN, "label")
	label := ""
	if it, ok := s.def.Question.Item(checklist.ItemID(r.Item)); ok {
		label = it.Label.JA + "\n" + it.Label.EN
		lines = max(lines, int(height(it.Label.JA, 34)+height(it.Label.EN, 34))/14)
	}
	b.set(name, 2, row, label, "label")
	b.set(name, 3, row, t.Firms, "count")
	b.set(name, 4, row, t.Replied, "count")
	for i, n := range []int{r.Base, r.Unanswered, r.NotApplicable} {
		if r.Closed() {
			b.set(name, 5+i, row, symbolWithheld, "count")
			continue
		}
		b.set(name, 5+i, row, n, "count")
	}
	for c, cell := range r.Cells {
		at := len(headColumns) + 2*c + 1
		n, shown := cell.Count()
		share, _ := cell.Share()
		if shown {
			b.set(name, at, row, n, "count")
			b.set(name, at+1, row, float64(share)/10, "share")
			continue
		}
		symbol := symbolEmpty
		if j, ok := cell.Withheld(); ok {
			symbol = symbolWithheld
			if j >= 0 {
				symbol = fmt.Sprintf("x[%d]", j+1)
			}
		}
		b.set(name, at, row, symbol, "count")
		b.set(name, at+1, row, symbol, "share")
	}
	together := s.together(p, r)
	b.set(name, len(headColumns)+2*len(s.def.Columns)+1, row, strings.Join(together, "\n"), "label")
	b.try(b.f.SetRowHeight(name, row, 14*float64(max(lines, 2*len(together)))+4))
}

func (s *sheet) joints() bool {
	return slices.ContainsFunc(s.groups, func(t table.Table) bool {
		return slices.ContainsFunc(t.Rows, func(r table.Row) bool { return len(r.Joints) > 0 })
	})
}

// together says what the row tells of its withheld cells.
func (s *sheet) together(p *Pack, r *table.Row) []string {
	var out []string
	for j, joint := range r.Joints {
		text := fmt.Sprintf("[%d] 計%d先 / %d firms together", j+1, joint.Count, joint.Count)
		if joint.Few >= 0 {
			few := s.def.Columns[joint.Few].Label
			text += fmt.Sprintf("; 「%s」は%d先未満 / “%s” fewer than %d", few.JA, p.Edition.Threshold, few.EN, p.Edition.Threshold)
		}
		out = append(out, text)
	}
	return out
}
