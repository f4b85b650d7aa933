package sheet

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
)

// frozen is the file of an edition that must not change any more.
const frozen = "FROZEN"

// An Imported is an edition's files with the changes of a workbook.
type Imported struct {
	Edition checklist.EditionID
	Files   map[string][]byte // all of them
	Changed []string          // names of those that are new or other than before, sorted
	Removed []string          // names of sections that are gone, sorted
	Left    Left              // to be kept for the next import

	places []spot
}

// Left says how imports have left files: by "FILE SHA-256 of the export" the SHA-256 of the file since. It tells a file
// that the same workbook was imported into from one that was edited as text, so that a workbook can be mended and imported
// again and again.
type Left map[string]string

// A spot is where a line of a text file stands in the workbook.
type spot struct {
	file, sheet string
	line        int
	thing       *thing // of the workbook
	node        *ast.MappingNode
}

// Import merges an edited workbook into the files that it was exported from; files gives those of the edition that the
// workbook names, and its error comes back. A file that was changed since, here or in the
// workbook, is taken from where it was changed; one that was changed on both sides is a problem, but for what earlier imports
// have left. With problems nothing is merged. The files may have findings after it, as after any other edit: load them, and ask [Imported.Place] for the cells.
func Import(workbook []byte, files func(checklist.EditionID) (map[string][]byte, error), left Left) (*Imported, []Problem, error) {
	pages, problems := readBook(workbook)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	in := &Imported{Edition: checklist.EditionID(pages[0].edition), Left: Left{}}
	maps.Copy(in.Left, left)
	for _, p := range pages {
		if p.edition != pages[0].edition {
			problems = append(problems, Problem{Sheet: p.name, What: name("別の実施回（"+p.edition+"）のシートです", "this is a sheet of another edition, "+p.edition),
				Mend: name("シートを削除するか、行をこの実施回のシートにコピーしてください", "remove it, or copy its rows into a sheet of this edition")})
		}
	}
	if len(problems) > 0 {
		return nil, problems, nil
	}
	have, err := files(in.Edition)
	if err != nil {
		return nil, nil, err
	}
	byFile, problems := assign(have, pages)
	in.Files = maps.Clone(have)
	for _, file := range slices.SortedFunc(maps.Keys(byFile), sheetOrder) {
		problems = append(problems, in.merge(have, file, byFile[file])...)
	}
	if in.Files[frozen] != nil && len(in.Changed)+len(in.Removed) > 0 {
		problems = append(problems, Problem{File: frozen, What: name("確定済みの実施回です。変更できません", "the edition is frozen: it cannot be changed"),
			Mend: name("新しい実施回を作ってください", "make a new edition: cssa edition new")})
	}
	if len(problems) > 0 {
		return nil, problems, nil
	}
	slices.Sort(in.Changed)
	return in, nil, nil
}

// assign says which file each page is, and that every file with a form has one.
func assign(files map[string][]byte, pages []*page) (map[string]*page, []Problem) {
	byFile := map[string]*page{}
	named := map[string]bool{}
	var problems []Problem
	for _, p := range pages {
		named[fileOf(p.name)] = true
	}
	claimed := map[string]bool{} // by a renamed sheet
	for _, p := range pages {
		file := fileOf(p.name)
		switch {
		case file == p.file:
		case formOf(p.file) != sectionForm || formOf(file) != sectionForm:
			problems = append(problems, Problem{Sheet: p.name, What: name("このシートの名前は「"+sheetOf(p.file)+"」でなければなりません", fmt.Sprintf("this sheet must be called %q", sheetOf(p.file))),
				Mend: name("シート名を戻してください", "give it that name again")})
			continue
		case !sheetName.MatchString(p.name):
			problems = append(problems, Problem{Sheet: p.name, What: name("シートの名前が区分のファイル名になりません", "the name of the sheet is no name for a section"),
				Mend: name("13-new-topic のように、英小文字・数字・ハイフンで付けてください（31文字まで）", "name it like 13-new-topic, at most 31 of a-z, 0-9 and hyphens")})
			continue
		case named[p.file] || claimed[p.file]:
			p.file, p.fileSum = file, "" // a copy: a section of its own
		default:
			claimed[p.file] = true
		}
		byFile[file] = p
	}
	for file := range files {
		if formOf(file) != nil && byFile[file] == nil && !claimed[file] {
			problems = append(problems, Problem{Sheet: sheetOf(file), What: name("シート「"+sheetOf(file)+"」がありません", fmt.Sprintf("the sheet %q is missing", sheetOf(file))),
				Mend: name("シートを戻してください。区分をやめるときは、シートを残して行をすべて消します", "put it back; to remove a section keep its sheet and delete all its rows")})
		}
	}
	slices.SortFunc(problems, func(a, b Problem) int { return strings.Compare(a.Sheet, b.Sheet) })
	return byFile, problems
}

// merge puts a page into its file.
func (in *Imported) merge(files map[string][]byte, file string, p *page) []Problem {
	have, there := files[p.file]
	renamed := there && p.file != file
	switch {
	case p.root == nil: // a section without rows
		if there {
			delete(in.Files, p.file)
			in.Removed = append(in.Removed, p.file)
		}
		return nil
	case there && p.fileSum != "" && sum(have) != p.fileSum && sum(have) != in.Left[p.file+" "+p.fileSum]:
		if now, err := readSource(p.root.kind, unix(have)); err == nil && now.same(p.root) {
			break // the same on both sides
		}
		if rowsSum(p.root) != p.rowsSum {
			return []Problem{{Sheet: p.name, File: p.file, What: name("書き出した後に、テキストファイル "+p.file+" とこのシートの両方が変更されています", "since the export both "+p.file+" and this sheet were changed"),
				Mend: name("もう一度書き出し、シートの変更を入れ直してください", "export again and repeat the changes of the sheet")}}
		}
		return nil // changed in the text only
	}
	merged, err := merge(have, p.root)
	if err != nil {
		return []Problem{{Sheet: p.name, File: p.file, What: name(p.file+" に書き込めません", p.file+": "+err.Error()),
			Mend: name("テキストファイルを直接編集してください", "edit the text file instead")}}
	}
	if renamed {
		delete(in.Files, p.file)
		in.Removed = append(in.Removed, p.file)
	}
	if renamed || !there || !bytes.Equal(have, merged) {
		in.Changed = append(in.Changed, file)
	}
	in.Files[file] = merged
	if p.fileSum != "" {
		in.Left[p.file+" "+p.fileSum] = sum(merged)
	}
	in.remember(file, p, merged)
	return nil
}

// remember notes for every row the line of the text on which it stands now.
func (in *Imported) remember(file string, p *page, body []byte) {
	now, err := readSource(p.root.kind, unix(body))
	if err != nil {
		return // merge has read it
	}
	var rows []*thing
	p.root.walk(func(t *thing, _ int) { rows = append(rows, t) })
	i := 0
	now.walk(func(t *thing, _ int) {
		in.places = append(in.places, spot{file, p.name, t.line, rows[i], t.node})
		i++
	})
}

// Place says where in the workbook a finding about the imported files is to be mended.
func (in *Imported) Place(f questionnaire.Finding) Problem {
	out := Problem{File: f.File, Line: f.Line}
	out.What, out.Mend = f.Texts()
	var at *spot
	for i, p := range in.places {
		if p.file == f.File && p.line <= f.Line && (at == nil || p.line >= at.line) {
			at = &in.places[i]
		}
	}
	switch {
	case at == nil && formOf(f.File) != nil:
		out.Sheet = sheetOf(f.File)
	case at != nil:
		out.Sheet = at.sheet
		out.Cell = at.thing.cells[keyAt(at.thing.kind, at.node, "", f.Line)]
		for _, key := range []string{f.Key, f.Key[strings.LastIndex(f.Key, ".")+1:]} { // what is missing has no line of its own
			if cell, ok := at.thing.cells[key]; ok {
				out.Cell = cell
				break
			}
		}
		if out.Cell == "" && len(at.thing.kind.fields) > 0 {
			out.Cell = at.thing.cells[at.thing.kind.fields[0].key]
		}
	}
	return out
}

// keyAt returns the field whose value stands on a line, or begins nearest above it.
func keyAt(k *kind, m *ast.MappingNode, prefix string, line int) string {
	found := ""
	for _, e := range m.Values {
		if lineOf(e.Key) > line {
			break
		}
		key := prefix + keyOf(e)
		if _, ok := k.field(key); ok {
			found = key
		} else if inner, ok := mapping(e.Value); ok && k.nested(key) {
			if in := keyAt(k, inner, key+".", line); in != "" {
				found = in
			} else if below := subkeys(k, key); len(below) > 0 {
				found = key + "." + below[0]
			}
		}
	}
	return found
}
