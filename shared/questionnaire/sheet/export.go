package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
)

// marker begins cell A1 of every sheet that is read back. Behind it stand the edition, the sheet's file, the SHA-256 of the
// file as it was exported, and that of the rows.
const marker = "cssa-edition"

// guideSheet is the sheet that tells how to edit.
const guideSheet = "はじめに"

const (
	markerRow  = 1
	headingRow = 2
	firstRow   = 3
	spareRows  = 1000 // below the last row that have drop-downs too
	cellLimit  = 32767
)

// Export writes the workbook of an edition's files, as [questionnaire.Files] gives them. The edition puts conditions into
// words; where the files have findings it is nil. A file that cannot be shown whole is an error that names it.
func Export(w io.Writer, id checklist.EditionID, files map[string][]byte, ed *checklist.Edition) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	b := &writer{f: f, id: id, ed: ed, styles: map[look]int{}}
	if err := f.SetSheetName("Sheet1", guideSheet); err != nil {
		return err
	}
	seen := map[string]string{strings.ToLower(guideSheet): ""}
	for _, file := range slices.SortedFunc(maps.Keys(files), sheetOrder) {
		k := formOf(file)
		if k == nil {
			continue
		}
		name := sheetOf(file)
		if other, twice := seen[strings.ToLower(name)]; twice || fileOf(name) != file || !sheetName.MatchString(name) {
			return fmt.Errorf("%s: a sheet cannot be called %q (%s); rename the file, at most 31 of a-z, 0-9 and hyphens", file, name, other)
		}
		seen[strings.ToLower(name)] = file
		root, err := readSource(k, unix(files[file]))
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := b.sheet(name, file, root, files[file]); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	if err := b.guide(); err != nil {
		return err
	}
	_, err = f.WriteTo(w)
	return err
}

var sheetName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

func unix(body []byte) []byte { return []byte(strings.ReplaceAll(string(body), "\r\n", "\n")) }

func sum(body []byte) string {
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:])
}

// rowsSum is a checksum of what rows say.
func rowsSum(root *thing) string {
	h := sha256.New()
	root.walk(func(t *thing, depth int) {
		row, err := json.Marshal([]any{depth, t.kind.name.EN, t.values}) // keys are sorted
		if err != nil {
			panic(err) // strings can be marshalled
		}
		h.Write(append(row, '\n'))
	})
	return hex.EncodeToString(h.Sum(nil))
}

// A row of the workbook before it is written.
type sheetRow struct {
	kind  *kind
	depth int
	cells map[string]string // by column
}

// rowsOf lays the things of a file out as rows.
func (b *writer) rowsOf(root *thing, body []byte) []sheetRow {
	var rows []sheetRow
	comments := commentsOf(body)
	root.walk(func(t *thing, depth int) {
		if t.kind.upward {
			order, of := settings(t.kind)
			for _, key := range order {
				info := settingNames[key]
				if c := comments[key]; c != "" {
					info += "　" + c
				}
				r := sheetRow{t.kind, 0, map[string]string{settingColumn: key, infoColumn: info}}
				for _, f := range of[key] {
					r.cells[settingColumnOf(f)] = t.values[f.key]
				}
				rows = append(rows, r)
			}
			return
		}
		if len(t.kind.fields) == 0 {
			return // the file itself says nothing
		}
		r := sheetRow{t.kind, depth, map[string]string{}}
		for _, f := range t.kind.fields {
			r.cells[f.column] = t.values[f.key]
		}
		r.cells[infoColumn] = b.inWords(t)
		rows = append(rows, r)
	})
	return rows
}

// inWords puts the condition of a thing into words.
func (b *writer) inWords(t *thing) string {
	if b.ed == nil {
		return ""
	}
	var c *checklist.Condition
	switch t.kind.list {
	case "questions":
		if q, ok := b.ed.Question(t.values["id"]); ok {
			c = q.When
		}
	case "rules":
		for i := range b.ed.Rules {
			if b.ed.Rules[i].ID == t.values["id"] {
				c = &b.ed.Rules[i].Fails
			}
		}
	case "figures":
		for i := range b.ed.Figures {
			if string(b.ed.Figures[i].ID) == t.values["id"] {
				c = b.ed.Figures[i].Base
			}
		}
	}
	if c == nil {
		return ""
	}
	s := questionnaire.Sentence(b.ed, c)
	return s.JA + "\n" + s.EN
}

// commentsOf returns what stands behind the values of a file's outermost keys.
func commentsOf(body []byte) map[string]string {
	out := map[string]string{}
	for _, line := range strings.Split(string(unix(body)), "\n") {
		key, rest, ok := strings.Cut(line, ":")
		if !ok || strings.ContainsAny(key, " #-\"'") {
			continue
		}
		rest = strings.TrimLeft(rest, " ")
		out[key] = strings.TrimSpace(strings.TrimPrefix(rest[valueEnd(rest):], "#"))
	}
	return out
}

// holds says what keeps a text out of a cell, or "".
func holds(s string) string {
	if len(utf16.Encode([]rune(s))) > cellLimit {
		return fmt.Sprintf("a text is longer than the %d characters that a cell holds", cellLimit)
	}
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' || r == '\uFFFE' || r == '\uFFFF' || r == '\uFFFD' || r >= 0x7f && r < 0xa0 {
			return fmt.Sprintf("the character %U stands in a text; a cell cannot hold it", r)
		}
	}
	return ""
}
