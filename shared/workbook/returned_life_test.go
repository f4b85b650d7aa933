package workbook_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

// Whatever people did to the file, it comes back with what they typed and with its findings where they belong.
func TestReturnedAfterLife(t *testing.T) {
	ed := smallEdition()
	for _, s := range []struct {
		story  string
		change func(*excelize.File) error
		sheet  string // where the finding on policy stands
		at     string
	}{
		{"nothing else", func(*excelize.File) error { return nil }, page1, "F9"},
		{"sheets renamed and moved", func(f *excelize.File) error {
			return errors.Join(f.SetSheetName(page1, "Bob's 'sheet' & <co>"), f.MoveSheet(page2, "表紙"))
		}, "Bob's 'sheet' & <co>", "F9"},
		{"rows and columns inserted", func(f *excelize.File) error {
			return errors.Join(f.InsertRows(page1, 1, 3), f.InsertCols(page1, "C", 2), f.InsertRows(page2, 8, 2))
		}, page1, "H12"},
		{"a hidden sheet of the firm's in front", func(f *excelize.File) error {
			_, err := f.NewSheet("社内メモ")
			return errors.Join(err, f.SetCellValue("社内メモ", "A1", "cssa"), f.MoveSheet("社内メモ", "表紙"), f.SetSheetVisible("社内メモ", false))
		}, page1, "F9"},
		{"a sheet with the list's name", func(f *excelize.File) error {
			_, err := f.NewSheet(listSheet)
			return errors.Join(err, f.SetCellValue(listSheet, "A1", "社内の一覧"))
		}, page1, "F9"},
		{"sheets selected together", func(f *excelize.File) error {
			return f.GroupSheets([]string{"表紙", page1, page2})
		}, page1, "F9"},
		{"names and a formula of the firm's", func(f *excelize.File) error {
			return errors.Join(f.SetDefinedName(&excelize.DefinedName{Name: "人数", RefersTo: "'" + page1 + "'!$D$14", Scope: page2}),
				f.SetCellFormula("用語集", "F1", "'"+page1+"'!D14"))
		}, page1, "F9"},
	} {
		t.Run(s.story, func(t *testing.T) {
			data := edit(t, edit(t, write(t, ed, signed(ed), complete()), set(map[string]any{"policy": "x"})), s.change)
			marked := returned(t, ed, data)
			before, after := read(ed, data), read(ed, marked)
			if !reflect.DeepEqual(before.Answers, after.Answers) || !reflect.DeepEqual(before.Faults, after.Faults) {
				t.Errorf("reads as %q, was %q", summary(after.Faults), summary(before.Faults))
			}
			f, was := open(t, marked), open(t, data)
			if got := value(t, f, s.sheet, s.at); !strings.HasPrefix(got, "✗ E101　") {
				t.Errorf("beside the answer stands %q", got)
			}
			names := f.GetSheetList()
			if got := names[1:]; !slices.Equal(got, was.GetSheetList()) || !strings.HasPrefix(names[0], listSheet) {
				t.Errorf("sheets %q, were %q", names, was.GetSheetList())
			}
			_, parts := workbook.Parts(t, marked)
			selected := 0
			for name, body := range parts {
				if strings.Contains(name, "worksheets/sheet") {
					selected += strings.Count(string(body), `tabSelected="1"`) + strings.Count(string(body), `tabSelected="true"`)
				}
			}
			if selected != 1 {
				t.Errorf("%d sheets are selected", selected)
			}
			for i, n := range was.GetDefinedName() {
				got := f.GetDefinedName()[i]
				if !strings.HasPrefix(n.Name, "_xlnm") && got != n || got.Name != n.Name || got.Scope != n.Scope {
					t.Errorf("name %+v, was %+v", got, n)
				}
			}
			if again := returned(t, ed, marked); len(open(t, again).GetSheetList()) != len(names) {
				t.Error("the list was piled up")
			}
			wellFormed(t, marked)
		})
	}
}

// wellFormed lets another program's parser read every part.
func wellFormed(t testing.TB, data []byte) {
	t.Helper()
	_, parts := workbook.Parts(t, data)
	for name, body := range parts {
		if ext := path.Ext(name); ext != ".xml" && ext != ".rels" && ext != ".vml" {
			continue
		}
		d := xml.NewDecoder(bytes.NewReader(body))
		d.Strict = true
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

// What the firm wrote into the finding column, and its own comments and colours, stay.
func TestTheFirmsOwnNotesStay(t *testing.T) {
	ed := smallEdition()
	data := edit(t, write(t, ed, signed(ed), complete()), func(f *excelize.File) error {
		blue, err := f.NewConditionalStyle(&excelize.Style{Font: &excelize.Font{Color: "0000FF"}})
		return errors.Join(err, set(map[string]any{"policy": "x", "staff": "y"})(f),
			f.SetCellValue(page1, "F9", "部長に確認中"), f.AddComment(page1, excelize.Comment{Cell: "D14", Author: "架空", Text: "人事に聞く"}),
			f.SetConditionalFormat(page1, "D14", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: ">", Value: "100", Format: &blue}}))
	})
	check := func(marked []byte) {
		t.Helper()
		f := open(t, marked)
		if got := value(t, f, page1, "F9"); got != "部長に確認中" {
			t.Errorf("the firm's note is %q", got)
		}
		comments, err := f.GetComments(page1)
		if err != nil || len(comments) != 1 || comments[0].Author != "架空" || !strings.Contains(comments[0].Text, "人事に聞く") {
			t.Errorf("comments %+v, %v", comments, err)
		}
		marks, err := f.GetConditionalFormats(page1)
		if err != nil || len(marks) != 2 || len(marks["D9"]) != 1 || len(marks["D14"]) != 2 {
			t.Errorf("conditional formats %+v, %v", marks, err)
		}
		if got := marks["D9"][0].Criteria; !strings.Contains(got, `EXACT($D$9&"","x")`) {
			t.Errorf("the cell beside the note is coloured while %s", got)
		}
		if got := value(t, f, page1, "F14"); !strings.HasPrefix(got, "✗ E103") {
			t.Errorf("beside the other stands %q", got)
		}
	}
	marked := returned(t, ed, data)
	check(marked)
	check(returned(t, ed, marked))
}

// A reason for a warning is read back, survives another return, and is kept while nothing asks for it.
func TestReasons(t *testing.T) {
	ed := smallEdition()
	marked := returned(t, ed, edit(t, write(t, ed, signed(ed), complete()), set(map[string]any{"policy": 1, "staff": 0})))
	f := open(t, marked)
	row := fmt.Sprint(firstRow + 1)
	if got := value(t, f, listSheet, "C"+row); got != "△ 要確認" {
		t.Fatalf("row %s is %q", row, got)
	}
	given := edit(t, marked, func(f *excelize.File) error {
		return f.SetCellValue(listSheet, "J"+row, " =外部に委託しているため ")
	})
	want := []checklist.Confirmation{{Code: checklist.CodeRuleConfirm, Ref: ref("staff"), Rule: "published-without-staff", Reason: "=外部に委託しているため"}}
	got := read(ed, given)
	if !reflect.DeepEqual(got.Reasons, want) || len(got.Faults) != 2 {
		t.Errorf("reasons %+v, faults %q", got.Reasons, summary(got.Faults))
	}
	if s := statuses(t, given, 2); s[0] != "△ 要確認" || s[1] != "✓ 理由あり" {
		t.Errorf("statuses %q", s)
	}
	again := returned(t, ed, given)
	if got := read(ed, again).Reasons; !reflect.DeepEqual(got, want) {
		t.Errorf("returned again: reasons %+v", got)
	}
	if got := value(t, open(t, again), page1, "F14"); got != "" {
		t.Errorf("with its reason, there still stands %q", got)
	}
	// Now another answer is wrong, and the rule waits for it.
	waiting := returned(t, ed, edit(t, again, set(map[string]any{"staff": "x"})))
	if got := read(ed, waiting); !reflect.DeepEqual(got.Reasons, want) || len(got.Faults) != 1 {
		t.Errorf("while it is not asked for: reasons %+v, faults %q", got.Reasons, summary(got.Faults))
	}
}

// A workbook written with a prefix, or in the strict format, is marked in its own way or not at all.
func TestOtherWaysToWriteAWorkbook(t *testing.T) {
	ed := smallEdition()
	data := spoilt(t)
	const transitional, strict = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
	prefixed := func(body []byte) []byte {
		s := strings.ReplaceAll(string(body), `xmlns="`+transitional, `xmlns:x="`+transitional)
		var b strings.Builder
		for i, piece := range strings.Split(s, "<") {
			switch {
			case i == 0:
				b.WriteString(piece)
				continue
			case strings.HasPrefix(piece, "/"):
				piece = "/x:" + piece[1:]
			case piece[0] >= 'a' && piece[0] <= 'z':
				piece = "x:" + piece
			}
			b.WriteString("<" + piece)
		}
		return []byte(b.String())
	}
	for _, s := range []struct {
		story  string
		change func(name string, body []byte) []byte
	}{
		{"a prefix", func(name string, body []byte) []byte {
			if strings.HasPrefix(name, "xl/worksheets/sheet") || slices.Contains([]string{"xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"}, name) {
				return prefixed(body)
			}
			return body
		}},
		{"the strict format", func(name string, body []byte) []byte {
			body = bytes.ReplaceAll(body, []byte(transitional), []byte(strict))
			return bytes.ReplaceAll(body, []byte("http://schemas.openxmlformats.org/officeDocument/2006/relationships"), []byte("http://purl.oclc.org/ooxml/officeDocument/relationships"))
		}},
	} {
		t.Run(s.story, func(t *testing.T) {
			names, parts := workbook.Parts(t, data)
			for _, n := range names {
				parts[n] = s.change(n, parts[n])
			}
			data := workbook.Pack(names, parts)
			got := read(ed, data)
			if len(got.Faults) == 0 || got.Answers == nil {
				t.Fatalf("faults %q", summary(got.Faults))
			}
			marked := returned(t, ed, data)
			wellFormed(t, marked)
			if again := read(ed, marked); !reflect.DeepEqual(again.Faults, got.Faults) || !reflect.DeepEqual(again.Answers, got.Answers) {
				t.Errorf("reads as %q, was %q", summary(again.Faults), summary(got.Faults))
			}
			twice := returned(t, ed, marked)
			_, a := workbook.Parts(t, marked)
			_, b := workbook.Parts(t, twice)
			if len(a) != len(b) {
				t.Errorf("%d parts, %d when marked again", len(a), len(b))
			}
			if _, parts := workbook.Parts(t, marked); s.story == "the strict format" && parts["xl/comments1.xml"] != nil {
				t.Error("the strict format has no drawings of comments")
			}
		})
	}
}

// Whatever the bytes are, a workbook that comes back reads as it did, or it does not come back.
func FuzzReturned(f *testing.F) {
	ed := smallEdition()
	var seed bytes.Buffer
	a := complete()
	delete(a, ref("policy"))
	if err := workbook.Filled(&seed, ed, identityOf(ed), signed(ed), a); err != nil {
		f.Fatal(err)
	}
	marked := returned(f, ed, seed.Bytes())
	_, parts := workbook.Parts(f, marked)
	for _, name := range []string{"xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet4.xml", "xl/comments1.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/_rels/sheet4.xml.rels"} {
		f.Add(name, parts[name])
	}
	names, _ := workbook.Parts(f, marked)
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		if _, ok := parts[name]; !ok {
			return
		}
		changed := map[string][]byte{}
		for n, b := range parts {
			changed[n] = b
		}
		changed[name] = body
		data := workbook.Pack(names, changed)
		got := read(ed, data)
		var out bytes.Buffer
		if err := workbook.Returned(&out, bytes.NewReader(data), int64(len(data)), ed, got, notice()); err != nil {
			if !errors.Is(err, workbook.ErrCannotMark) || out.Len() > 0 {
				t.Fatalf("%v after %d bytes", err, out.Len())
			}
			return
		}
		again := read(ed, out.Bytes())
		if !reflect.DeepEqual(again.Answers, got.Answers) || !reflect.DeepEqual(again.Faults, got.Faults) {
			t.Fatalf("reads as %q, was %q", summary(again.Faults), summary(got.Faults))
		}
	})
}
