package publication

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/table"
)

// A Pack is one release, to be published.
type Pack struct {
	Edition  *checklist.Edition
	Run      string    // the frozen run that was released: the snapshot
	Released time.Time // when its release was approved
	Code     string    // what code the numbers come from, see [Code]
	Corrects []Issue   // the releases of the edition before this one, oldest first
	Tables   []table.Table
}

// An Issue is an earlier release.
type Issue struct {
	Run      string    `json:"run"`
	Released time.Time `json:"released"`
}

// A File is one file of a pack. Names have / between folders.
type File struct {
	Name string
	Body []byte
}

// SHA256 returns the digest of the body, hex.
func (f File) SHA256() string {
	sum := sha256.Sum256(f.Body)
	return hex.EncodeToString(sum[:])
}

// A sheet is one table of the edition with its values for every group that is shown.
type sheet struct {
	def    *checklist.TableDef
	name   string // of its files
	title  checklist.Text
	base   checklist.Text
	notes  []checklist.Text
	groups []table.Table
}

// Files returns the files of the pack, by name. Tables that are not of the edition or of another run are an error.
func (p *Pack) Files() ([]File, error) {
	sheets, err := p.sheets()
	if err != nil {
		return nil, err
	}
	var files []File
	var listed []listing
	for i := range sheets {
		s := &sheets[i]
		records := s.records(p)
		made, err := p.tableFiles(s, records)
		if err != nil {
			return nil, fmt.Errorf("publication: %s: %w", s.name, err)
		}
		for _, f := range made {
			listed = append(listed, listing{Name: f.Name, Title: s.title, Rows: len(records), SHA256: f.SHA256()})
		}
		files = append(files, made...)
	}
	book, err := p.workbook(sheets)
	if err != nil {
		return nil, fmt.Errorf("publication: workbook: %w", err)
	}
	whole := File{"publication.xlsx", book}
	listed = append(listed, listing{Name: whole.Name, Title: p.Edition.Title, Rows: len(sheets), SHA256: whole.SHA256()})
	contents, err := p.contents(listed)
	if err != nil {
		return nil, fmt.Errorf("publication: contents: %w", err)
	}
	files = append(files, whole, contents)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return append(files, sums(files)), nil
}

func (p *Pack) tableFiles(s *sheet, records []record) ([]File, error) {
	var files []File
	for _, f := range []struct {
		suffix string
		make   func(*sheet, []record) ([]byte, error)
	}{{".csv", p.csv}, {".csv-metadata.json", p.metadata}, {".json", p.json}, {".parquet", p.parquet}} {
		body, err := f.make(s, records)
		if err != nil {
			return nil, err
		}
		files = append(files, File{"tables/" + s.name + f.suffix, body})
	}
	return files, nil
}

// sums is a file that sha256sum -c reads.
func sums(files []File) File {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s  %s\n", f.SHA256(), f.Name)
	}
	return File{"SHA256SUMS", []byte(b.String())}
}

// sheets puts the tables under their definitions, figures first, in printed order.
func (p *Pack) sheets() ([]sheet, error) {
	defs := append(p.Edition.FigureTables(), p.Edition.Distributions()...)
	out := make([]sheet, 0, len(defs))
	at := map[[2]string]int{}
	for _, d := range defs {
		if len(d.Columns) == 0 {
			continue // free text is not tabulated
		}
		at[[2]string{d.ID, string(d.Stage)}] = len(out)
		out = append(out, p.sheet(d))
	}
	for i := range p.Tables {
		t := &p.Tables[i]
		n, ok := at[[2]string{t.ID, t.Stage}]
		if !ok || t.Edition != string(p.Edition.ID) || t.Run != p.Run {
			return nil, fmt.Errorf("publication: table %s %s of %s, run %s, is none of %s, run %s", t.ID, t.Stage, t.Edition, t.Run, p.Edition.ID, p.Run)
		}
		if len(t.Columns) != len(out[n].def.Columns) {
			return nil, fmt.Errorf("publication: table %s %s has %d columns, its definition %d", t.ID, t.Stage, len(t.Columns), len(out[n].def.Columns))
		}
		out[n].groups = append(out[n].groups, *t)
	}
	for i := range out {
		if len(out[i].groups) == 0 || out[i].groups[0].Group != table.All {
			return nil, fmt.Errorf("publication: table %s %s of all firms is missing", out[i].def.ID, out[i].def.Stage)
		}
	}
	return out, nil
}

func (p *Pack) sheet(d *checklist.TableDef) sheet {
	s := sheet{def: d, name: d.ID, base: questionnaire.BaseSentence(p.Edition, d)}
	if d.Figure != nil {
		s.title = checklist.Text{
			JA: fmt.Sprintf("図表%d %s", d.Figure.Number, d.Figure.Title.JA),
			EN: fmt.Sprintf("Figure %d %s", d.Figure.Number, d.Figure.Title.EN),
		}
		s.notes = d.Figure.Notes
		return s
	}
	s.title = checklist.Text{JA: d.Question.Number + " " + d.Question.Title.JA, EN: d.Question.Number + " " + d.Question.Title.EN}
	s.notes = d.Question.Notes
	if st, ok := d.Question.Stage(d.Stage); ok {
		s.name += "." + string(d.Stage)
		s.title.JA += "（" + st.Label.JA + "）"
		s.title.EN += " (" + st.Label.EN + ")"
	}
	return s
}

// allNotes are the notes of a table and those that hold for every one.
func (s *sheet) allNotes() []checklist.Text {
	return append(slices.Clone(s.notes), basesNote, roundingNote, symbolsNote)
}

// corrects names the releases that this one corrects; "" if none.
func (p *Pack) corrects() string {
	runs := make([]string, len(p.Corrects))
	for i, c := range p.Corrects {
		runs[i] = c.Run
	}
	return strings.Join(runs, " ")
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
