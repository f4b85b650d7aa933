//go:build conformance

package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/workbook"
)

// hosted is the edition that the three hosts check: one that follows another.
const hosted = "2024-securities"

// A handed is a file that is handed to every host, with a code that must be found in it, or none.
type handed struct {
	name string // begins with the firm that sends it
	body []byte
	code checklist.FaultCode
	few  bool // intake gives no ticket for it
}

// The browser, the command and the function's intake come to one verdict on every file, byte for byte: fine ones, one with
// nearly every fault an answer can have, prefilled ones, damaged and hostile ones.
func TestThreeHostsOneVerdict(t *testing.T) {
	dir := t.TempDir()
	page := writePage(t, dir, hosted)
	files := handedFiles(t, dir)
	p := openTab(t, chromium(t), page, 1280)
	work := filepath.Join(dir, "handed")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	codes := map[checklist.FaultCode]bool{}
	compare := func(f handed) {
		t.Helper()
		file := filepath.Join(work, f.name)
		if err := os.WriteFile(file, f.body, 0o600); err != nil {
			t.Fatal(err)
		}
		inBrowser, rows := p.check(file)
		byCommand, faults := commandVerdict(t, dir, file)
		if inBrowser != byCommand {
			t.Errorf("%s: the browser says\n%s\nthe command says\n%s", f.name, inBrowser, byCommand)
		}
		if !f.few {
			if onReceipt := intakeVerdict(t, dir, file); onReceipt != lines(t, faults) {
				t.Errorf("%s: intake says\n%s\nthe command says\n%s", f.name, onReceipt, lines(t, faults))
			}
		}
		if f.code == "" && len(faults) > 0 || f.code != "" && !slices.ContainsFunc(faults, func(v workbook.VerdictLine) bool { return v.Code == f.code }) {
			t.Errorf("%s: want %q, the command says\n%s", f.name, f.code, byCommand)
		}
		if len(rows) != len(faults) {
			t.Errorf("%s: %d faults are shown, %d were found", f.name, len(rows), len(faults))
		}
		for i := range min(len(rows), len(faults)) {
			codes[faults[i].Code] = true
			for _, word := range []string{string(faults[i].Code), faults[i].Sheet, faults[i].Cell, faults[i].Question, faults[i].Found, faults[i].WhatJA, faults[i].MendJA, faults[i].MendEN} {
				if !strings.Contains(rows[i], word) {
					t.Errorf("%s: row %d does not say %q: %s", f.name, i+1, word, rows[i])
				}
			}
		}
	}
	for _, f := range files {
		compare(f)
	}
	if len(codes) < 20 {
		t.Errorf("only %d codes came up: %v", len(codes), codes)
	}
	t.Logf("%d files, %d codes", len(files), len(codes))

	// What the page gives back marked goes through again, everywhere the same.
	i := slices.IndexFunc(files, func(f handed) bool { return f.code == checklist.CodeJump })
	p.check(filepath.Join(work, files[i].name))
	marked, err := base64.StdEncoding.DecodeString(see[string](p, `(() => { let s = ""; for (const b of cssa.marked()) s += String.fromCharCode(b); return btoa(s) })()`))
	if err != nil {
		t.Fatal(err)
	}
	compare(handed{name: "S-0012-marked.xlsx", body: marked, code: checklist.CodeJump})
	p.silent()
}

func lines(t *testing.T, v []workbook.VerdictLine) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// commandVerdict is what cssa check says, in the one line that the browser's is.
func commandVerdict(t *testing.T, dir, file string) (string, []workbook.VerdictLine) {
	t.Helper()
	s := giveFolder(t, dir, "check", file, "--edition", hosted, "--json")
	var v workbook.Verdict
	if err := json.Unmarshal([]byte(s.out), &v); err != nil {
		t.Fatalf("%s: %v: %s", file, err, s.err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), v.Faults
}

// intakeVerdict uploads the file as its firm would and returns the faults that were recorded.
func intakeVerdict(t *testing.T, dir, file string) string {
	t.Helper()
	s := giveFolder(t, dir, "submit", file, "--edition", hosted, "--json")
	var done []submitted
	if err := json.Unmarshal([]byte(s.out), &done); err != nil || len(done) != 1 || done[0].Why != "" {
		t.Fatalf("%s: %v: %+v %s", file, err, done, s.err)
	}
	return lines(t, done[0].Faults)
}

// handedFiles plays two rounds, a year apart, up to the second's uploads, and makes files of what its firms have.
func handedFiles(t *testing.T, dir string) []handed {
	t.Helper()
	give := func(args ...string) {
		t.Helper()
		if s := giveFolder(t, dir, args...); s.code != exitDone {
			t.Fatalf("cssa %s: %s", args, s.err)
		}
	}
	deadline, closing := time.Now().AddDate(0, 0, 5).Format("2006-01-02T15:04"), time.Now().AddDate(0, 0, 9).Format("2006-01-02T15:04")
	give("synthesise", "--firms", "30", "--seed", "4", "--stories", "0", "--out", "first")
	give("firms", "import", "first/register/firms.csv", "first/register/contacts.csv")
	give("edition", "open", "--deadline", deadline, "--closing", closing)
	give("submit", "first/workbooks/S-0003-1.xlsx")
	give("synthesise", "--edition", hosted, "--follows", "first", "--seed", "4", "--stories", "0", "--out", "second")
	give("firms", "import", "second/register/firms.csv", "second/register/contacts.csv")
	give("edition", "open", "--edition", hosted, "--deadline", deadline, "--closing", closing)
	give("template", "--edition", hosted, "--firm", "S-0003", "--prefilled", "--out", "prefilled.xlsx")
	read := func(file string) []byte {
		t.Helper()
		body, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	fine := read("second/workbooks/S-0005-1.xlsx")
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), hosted)
	if err != nil {
		t.Fatal(err)
	}
	layout := workbook.LayoutOf(ed)
	at := func(q checklist.QuestionID) workbook.Location {
		q0, ok := ed.Question(string(q))
		if !ok {
			t.Fatalf("no question %s", q)
		}
		return layout.Answer(q0.Refs()[0])
	}
	edited := func(change func(f *excelize.File) error) []byte { return inExcel(t, fine, change) }
	set := func(to workbook.Location, v any) func(*excelize.File) error {
		return func(f *excelize.File) error { return f.SetCellValue(to.Sheet, to.Cell, v) }
	}
	var numbers, choices []checklist.QuestionID
	for _, q := range ed.Questions() {
		if q.When == nil && q.Kind == checklist.Number {
			numbers = append(numbers, q.ID)
		}
		if q.When == nil && q.Kind == checklist.Single {
			choices = append(choices, q.ID)
		}
	}
	plan := at(choices[0])
	return []handed{
		{name: "S-0005-fine.xlsx", body: fine},
		{name: "S-0012-jump.xlsx", body: read("second/workbooks/S-0012-1.xlsx"), code: checklist.CodeJump},
		{name: "S-0003-prefilled.xlsx", body: read("prefilled.xlsx"), code: checklist.CodeNotConfirmed},
		{name: "S-0005-answers.xlsx", code: checklist.CodeTwoChoices, body: edited(func(f *excelize.File) error {
			last := at(choices[3])
			return errors.Join(set(at(choices[1]), "おおむね実施 <b>&amp;</b>")(f), set(at(choices[2]), "1、2")(f),
				f.SetCellFormula(last.Sheet, last.Cell, "NA()"), set(at(numbers[0]), "約十人\n（兼務）")(f), set(plan, nil)(f))
		})},
		{name: "S-0005-merged.xlsx", code: checklist.CodeMerged, body: edited(func(f *excelize.File) error {
			return f.MergeCell(plan.Sheet, "C"+plan.Cell[1:], plan.Cell)
		})},
		{name: "S-0005-range.xlsx", code: checklist.CodeOutOfRange, body: edited(set(at(numbers[0]), -5))},
		{name: "S-0005-cover.xlsx", code: checklist.CodeNoApproval, body: edited(func(f *excelize.File) error {
			return errors.Join(set(layout.Cover(workbook.Approver), nil)(f), set(layout.Cover(workbook.ApprovedOn), "未定")(f),
				set(layout.Cover(workbook.ReferenceDate), "2020-01-01")(f), set(layout.Cover(workbook.Preparer), "")(f))
		})},
		{name: "S-0005-row.xlsx", code: checklist.CodeRowMissing, body: edited(func(f *excelize.File) error {
			_, row, err := excelize.CellNameToCoordinates(plan.Cell)
			return errors.Join(err, f.RemoveRow(plan.Sheet, row))
		})},
		{name: "S-0005-sheet.xlsx", code: checklist.CodeSheetMissing, body: edited(func(f *excelize.File) error { return f.DeleteSheet(plan.Sheet) })},
		{name: "S-0005-renamed.xlsx", body: edited(func(f *excelize.File) error { return f.SetSheetName(plan.Sheet, "私のシート") })},
		{name: "S-0005-template.xlsx", code: checklist.CodeOldTemplate, body: edited(set(layout.Cover(workbook.ChecksumCell), strings.Repeat("0", 64)))},
		{name: "S-0001-lastyear.xlsx", code: checklist.CodeWrongEdition, body: read("first/workbooks/S-0001-1.xlsx")},
		{name: "S-0005-short.xlsx", code: checklist.CodeDamaged, body: fine[:len(fine)*6/10]},
		{name: "S-0005-bomb.xlsx", code: checklist.CodeTooLarge, body: inflated(t, fine)},
		{name: "S-0005-other.xlsx", code: checklist.CodeNoIdentity, body: blankBook(t)},
		{name: "S-0005-picture.xlsx", code: checklist.CodePicture, body: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")},
		{name: "S-0005-text.xlsx", code: checklist.CodeText, body: []byte("設問,回答\n1-1,2\n")},
		{name: "S-0005-old.xls", code: checklist.CodeOldFormat, body: append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 1528)...)},
		{name: "S-0005-empty.xlsx", code: checklist.CodeEmptyFile, few: true},
		{name: "S-0005-huge.xlsx", code: checklist.CodeTooLarge, body: append(slices.Clone(fine), make([]byte, workbook.MaxSize)...), few: true},
	}
}

// inExcel opens a workbook, changes it and saves it.
func inExcel(t *testing.T, body []byte, change func(*excelize.File) error) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	if err := errors.Join(change(f), f.Write(&b)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func blankBook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// inflated is the workbook with a first sheet that inflates to 100 MB.
func inflated(t *testing.T, body []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			if err := out.Copy(f); err != nil {
				t.Fatal(err)
			}
			continue
		}
		w, err := out.Create(f.Name)
		if err == nil {
			_, err = io.Copy(w, io.LimitReader(blanks{}, 100<<20))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
