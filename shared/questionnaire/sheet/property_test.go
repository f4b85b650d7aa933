package sheet_test

import (
	"bytes"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/questionnaire/sheet"
)

// mini is a small edition, written in as many ways as people write YAML.
func mini(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{"edition", "instructions", "glossary", "rules", "figures", "sections/01-first", "sections/02-second"} {
		body, err := os.ReadFile("testdata/mini/" + name + ".yaml")
		must(t, err)
		files[name+".yaml"] = body
	}
	return files
}

func TestTheSmallEditionIsOne(t *testing.T) {
	files := mini(t)
	if _, findings := load(t, files); len(findings) > 0 {
		t.Fatal(questionnaire.Findings(findings))
	}
	in, problems := imported(t, files, export(t, files))
	if len(problems) > 0 || len(in.Changed)+len(in.Removed) > 0 {
		t.Errorf("%v, changed %v, removed %v", problems, in.Changed, in.Removed)
	}
}

// words are texts that break things.
var anyText = rapid.OneOf(
	rapid.SampledFrom([]string{"yes", "no", "null", "1-1", "12", "1e3", "- a", "a: b", "a # b", "'", `"`, `\`, "#", "&x", "*x", "!x", "{a}", "[a", "%", "@", "~",
		"「」", "あ　い", "a\nb", "a\n\n b", "=SUM(A1)", "_x000D_", "&lt;", "👍", "e\u0301", "x:", ": x", "? x", "|", ">", "---", "...", "\u00a0x", "a\tb", "<<"}),
	rapid.StringMatching(`[ -~あ-ん、。「」（）]{1,20}`),
).Filter(func(s string) bool { return strings.TrimSpace(s) != "" })

// What a person changes in the workbook is what the loaded edition then says, and nothing else: texts, rows that are added,
// taken out and moved, in a file of any style.
func TestEditsInTheWorkbookAppearInTheEdition(t *testing.T) {
	files := mini(t)
	book := export(t, files)
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom([]string{"01-first", "02-second"}).Draw(r, "sheet")
		var want [][3]string
		changed := edited(t, book, func(f *excelize.File) {
			for range rapid.IntRange(1, 4).Draw(r, "edits") {
				change(t, r, f, name)
			}
			want = said(t, f, name)
		})
		in, problems := imported(t, files, changed)
		if len(problems) > 0 {
			r.Fatal(problems)
		}
		for _, other := range in.Changed {
			if other != "sections/"+name+".yaml" {
				r.Fatalf("%s changed", other)
			}
		}
		ed, findings := load(t, in.Files)
		if ed == nil {
			r.Fatalf("%v\n%s", questionnaire.Findings(findings), in.Files["sections/"+name+".yaml"])
		}
		if got := saying(ed.Sections[map[string]int{"01-first": 0, "02-second": 1}[name]]); !reflect.DeepEqual(got, want) {
			r.Fatalf("the edition says\n%q\nthe workbook\n%q\n%s", got, want, in.Files["sections/"+name+".yaml"])
		}
		// Exported again and read again, it is the same.
		var again bytes.Buffer
		must(t, sheet.Export(&again, testEdition, in.Files, nil))
		if next, problems := imported(t, in.Files, again.Bytes()); len(problems) > 0 || len(next.Changed) > 0 {
			r.Fatalf("%v, changed %v", problems, next.Changed)
		}
	})
}

// change does one thing that a person may do.
func change(t testing.TB, r *rapid.T, f *excelize.File, name string) {
	rows, err := f.GetRows(name)
	must(t, err)
	row := rapid.IntRange(4, len(rows)).Draw(r, "row") // the section itself stays
	kind := rows[row-1][0]
	leaf := strings.HasSuffix(kind, "item") || strings.HasSuffix(kind, "note") || strings.HasSuffix(kind, "choice")
	switch op := rapid.IntRange(0, 4).Draw(r, "op"); {
	case op == 0 && leaf:
		must(t, f.RemoveRow(name, row))
	case op == 1 && leaf:
		must(t, f.DuplicateRow(name, row))
		if !strings.HasSuffix(kind, "note") {
			must(t, f.SetCellStr(name, cell(t, f, name, "id", row+1), rapid.StringMatching(`new-[a-z]{3}`).Draw(r, "id")))
		}
	case op == 2 && leaf && row < len(rows) && rows[row][0] == kind: // with the one below
		must(t, f.DuplicateRowTo(name, row, row+2))
		must(t, f.RemoveRow(name, row))
	default:
		must(t, f.SetCellStr(name, cell(t, f, name, rapid.SampledFrom([]string{"ja", "en"}).Draw(r, "side"), row), anyText.Draw(r, "text")))
	}
}

// said returns what the rows of a section's sheet say, in the order in which the edition holds it.
func said(t testing.TB, f *excelize.File, name string) [][3]string {
	rows, err := f.GetRows(name)
	must(t, err)
	id, ja, en := col(t, f, name, "id")-1, col(t, f, name, "ja")-1, col(t, f, name, "en")-1
	var out [][3]string
	for _, row := range rows[2:] {
		row = append(row, make([]string, 40)...)
		if row[0] != "" {
			out = append(out, [3]string{strings.TrimSpace(row[id]), strings.TrimSpace(row[ja]), strings.TrimSpace(row[en])})
		}
	}
	return out
}

// saying is what said is, of the edition.
func saying(s checklist.Section) [][3]string {
	out := [][3]string{{string(s.ID), s.Title.JA, s.Title.EN}}
	say := func(id string, t checklist.Text) { out = append(out, [3]string{id, t.JA, t.EN}) }
	for _, q := range s.Questions {
		say(string(q.ID), q.Title)
		for _, n := range q.Notes {
			say("", n)
		}
		for _, it := range q.Items {
			say(string(it.ID), it.Label)
		}
		if q.Kind != checklist.Multiple { // its yes and no are not written
			for _, c := range q.Choices {
				say(string(c.ID), c.Label)
			}
		}
		for _, st := range q.Stages {
			say(string(st.ID), st.Label)
			for _, c := range st.Choices {
				say(string(c.ID), c.Label)
			}
		}
	}
	return out
}
