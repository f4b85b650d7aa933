package sheet

import (
	"fmt"
	"slices"
	"strings"
)

// rows reads the rows of a page into things. A row belongs to the nearest row above it that can have it.
func (b *reader) rows(p *page, form *kind, rows [][]string) {
	root := newThing(form)
	open := []*thing{root} // the row above and what it belongs to
	headed, any := len(form.fields) == 0, false
	seen := map[string]bool{}
	for j := firstRow - 1; j < len(rows); j++ {
		cells := rows[j]
		blank := !slices.ContainsFunc(cells, func(v string) bool { return strings.TrimSpace(v) != "" })
		if blank {
			continue
		}
		any = true
		first := cellName(p.columns[rowColumn], j+1)
		k := kindNamed(form, cellOf(cells, p.columns[rowColumn]))
		switch {
		case k == nil:
			b.say(p.name, first, name("行の種類がわかりません", fmt.Sprintf("%q is not what a row of this sheet can be", cellOf(cells, p.columns[rowColumn]))),
				name("A列のリストから選ぶか、行を空にしてください", "pick it from the list in the cell, or clear the row"))
			return // what follows may belong to it
		case k == form && form.upward:
			b.setting(p, root, cells, j+1, seen)
			headed = true
			continue
		case k == form:
			if headed {
				b.say(p.name, first, name("「"+k.name.JA+"」の行が2つあります", "a second "+k.name.EN+" in one sheet"), name("シートを分けてください", "make a sheet of its own for it"))
				return
			}
			headed = true
			root.number = j + 1
			b.fill(p, root, cells, j+1)
			continue
		}
		for len(open) > 0 && !slices.Contains(open[len(open)-1].kind.under, k) {
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			b.say(p.name, first, name("「"+k.name.JA+"」の行が属する行が上にありません", "no row above can have this "+k.name.EN),
				name("属する行の下に移してください", "move it below the row that it belongs to"))
			return
		}
		t := newThing(k)
		t.number = j + 1
		b.fill(p, t, cells, j+1)
		above := open[len(open)-1]
		above.under[k.list] = append(above.under[k.list], t)
		open = append(open, t)
	}
	if any && !headed {
		b.say(p.name, cellName(p.columns[rowColumn], firstRow), name("「"+form.name.JA+"」の行がありません", "there is no row of the kind "+form.name.EN),
			name("先頭に入れてください", "put one on top"))
		return
	}
	if any || form != sectionForm {
		p.root = root
	}
}

func cellOf(cells []string, col int) string {
	if col < len(cells) {
		return cells[col]
	}
	return ""
}

// kindNamed finds what a row is by its word, in either language or both.
func kindNamed(form *kind, s string) *kind {
	s = strings.ToLower(tidy(word, s))
	for _, k := range kindsOf(form) {
		if s == k.name.JA || s == k.name.EN || s == k.name.JA+" "+k.name.EN {
			return k
		}
	}
	return nil
}

// fill reads the cells of a row. What stands in a column that its kind does not have is a problem.
func (b *reader) fill(p *page, t *thing, cells []string, row int) {
	mine := map[string]bool{rowColumn: true, infoColumn: true}
	for _, f := range t.kind.fields {
		mine[f.column] = true
		col := p.columns[f.column]
		t.cells[f.key] = cellName(col, row)
		if raw := cellOf(cells, col); raw != "" {
			t.set(f.key, b.value(p.name, t.cells[f.key], raw, f))
		}
	}
	b.stray(p, cells, row, mine, t.kind)
}

func (b *reader) stray(p *page, cells []string, row int, mine map[string]bool, k *kind) {
	for key, col := range p.columns {
		if !mine[key] && strings.TrimSpace(cellOf(cells, col)) != "" {
			b.say(p.name, cellName(col, row), name("「"+k.name.JA+"」の行はこの列を使いません", fmt.Sprintf("a row of the kind %s has no use for the column %s", k.name.EN, key)),
				name("セルを空にするか、行の種類を直してください", "clear the cell, or correct what the row is"))
		}
	}
}

// setting reads a row that is a setting of the file itself.
func (b *reader) setting(p *page, root *thing, cells []string, row int, seen map[string]bool) {
	_, of := settings(root.kind)
	col := p.columns[settingColumn]
	key := tidy(word, cellOf(cells, col))
	switch {
	case of[key] == nil:
		b.say(p.name, cellName(col, row), name("設定「"+key+"」はありません", fmt.Sprintf("there is no setting %q", key)), name("設定名は書き出したままにしてください", "leave the names of the settings as they were exported"))
		return
	case seen[key]:
		b.say(p.name, cellName(col, row), name("設定「"+key+"」が2行あります", fmt.Sprintf("the setting %q is there twice", key)), name("一方を削除してください", "delete one of the two"))
		return
	}
	seen[key] = true
	mine := map[string]bool{rowColumn: true, infoColumn: true, settingColumn: true}
	for _, f := range of[key] {
		mine[settingColumnOf(f)] = true
		at := p.columns[settingColumnOf(f)]
		root.cells[f.key] = cellName(at, row)
		if raw := cellOf(cells, at); raw != "" {
			root.set(f.key, b.value(p.name, root.cells[f.key], raw, f))
		}
	}
	b.stray(p, cells, row, mine, root.kind)
}
