//go:build conformance

package workbook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// python is where .ci/install puts openpyxl.
const python = "../../infra/.venv/bin/python"

// dump prints every cell with something in it as JSON, values as openpyxl understands them.
const dump = `
import json, sys, datetime, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
cells = {}
for sheet in book:
    for row in sheet.iter_rows():
        for c in row:
            if c.value is not None:
                v = c.value
                cells[sheet.title + "!" + c.coordinate] = v.strftime("%Y-%m-%d") if isinstance(v, datetime.datetime) else str(v)
menus = sum(len(v.sqref.ranges) for sheet in book for v in sheet.data_validations.dataValidation)
locked = {s.title + "!" + c.coordinate: c.protection.locked for s in book for row in s.iter_rows() for c in row}
json.dump({"Cells": cells, "Menus": menus, "Locked": locked, "Protected": all(s.protection.sheet for s in book)}, sys.stdout)
`

type seen struct {
	Cells     map[string]string
	Menus     int
	Locked    map[string]bool
	Protected bool
}

func openpyxl(t *testing.T, data []byte) seen {
	t.Helper()
	path := filepath.Join(t.TempDir(), "filled.xlsx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", dump, path)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openpyxl: %v (make conformance installs it)", err)
	}
	var s seen
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// office lets LibreOffice open a workbook and save it again.
func office(t *testing.T, data []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	in := filepath.Join(dir, "filled.xlsx")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless",
		"--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", filepath.Join(dir, "out"), in).CombinedOutput()
	if err != nil {
		t.Fatalf("LibreOffice: %v\n%s", err, out)
	}
	saved, err := os.ReadFile(filepath.Join(dir, "out", "filled.xlsx"))
	if err != nil {
		t.Fatalf("LibreOffice saved nothing: %v\n%s", err, out)
	}
	return saved
}

func trickyAnswers() checklist.Answers {
	a := complete()
	a[ref("remarks")] = checklist.Answer{Text: "=1+1 で始まる\n二行目 & <b> \"引用\" 𠮷👪　全角空白 _x0041_ １２"}
	return a
}

func TestLibreOfficeSavesItTheSame(t *testing.T) {
	for _, ed := range []*checklist.Edition{smallEdition(), realEdition(t)} {
		t.Run(string(ed.ID), func(t *testing.T) {
			a := trickyAnswers()
			if ed.ID != "2023-invented" {
				a = someAnswers(ed)
			}
			filled := write(t, ed, signed(ed), a)
			saved := office(t, filled)
			if bytes.Equal(saved, filled) {
				t.Fatal("LibreOffice copied the file")
			}
			before, after := read(ed, filled), read(ed, saved)
			if !reflect.DeepEqual(after.Answers, a) || after.Cover != signed(ed) || after.Identity != identityOf(ed) {
				t.Errorf("answers\n%v\nread back as\n%v\ncover %+v\nfaults %v", a, after.Answers, after.Cover, summary(after.Faults))
			}
			if fmt.Sprint(summary(before.Faults)) != fmt.Sprint(summary(after.Faults)) {
				t.Errorf("faults before %v, after %v", summary(before.Faults), summary(after.Faults))
			}
		})
	}
}

func TestOpenpyxlReadsTheSame(t *testing.T) {
	ed := realEdition(t)
	a := someAnswers(ed)
	data := write(t, ed, signed(ed), a)
	got, them := read(ed, data), openpyxl(t, data)
	layout := workbook.LayoutOf(ed)
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			at := layout.Answer(r)
			cell, ans := them.Cells[at.Sheet+"!"+at.Cell], got.Answers[r]
			want := ans.Text
			switch c, isChoice := q.Choice(r.Stage, ans.Choice); {
			case q.Kind == checklist.Number && ans != (checklist.Answer{}):
				want = q.Format(ans.Number)
			case isChoice && q.Kind == checklist.Multiple:
				want = c.Label.JA
			case isChoice:
				_, cell, _ = strings.Cut(cell, " ")
				want = c.Label.JA
			}
			if cell != want {
				t.Errorf("%s in %v: openpyxl reads %q, we %+v", r, at, cell, ans)
			}
			if locked, ok := them.Locked[at.Sheet+"!"+at.Cell]; !ok || locked {
				t.Errorf("%s in %v is locked", r, at)
			}
		}
	}
	for field, want := range map[workbook.Field]string{
		workbook.FirmName: got.Cover.FirmName, workbook.ReferenceDate: "2023-06-30", workbook.ApprovedOn: "2023-07-31",
		workbook.EditionCell: string(ed.ID), workbook.FirmCell: "S-0137", workbook.ChecksumCell: ed.Checksum,
	} {
		at := layout.Cover(field)
		if cell := them.Cells[at.Sheet+"!"+at.Cell]; cell != want {
			t.Errorf("%s: openpyxl reads %q, want %q", field, cell, want)
		}
	}
	if !them.Protected || them.Menus == 0 {
		t.Errorf("protected %v, %d ranges with a drop-down or another validation", them.Protected, them.Menus)
	}
}
