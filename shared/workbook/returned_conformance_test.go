//go:build conformance

package workbook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// mend opens a workbook in LibreOffice, types into cells as at the keyboard, lets it calculate, saves, and prints what the
// list of findings then says, and the background of the cells that were asked for as they are drawn.
const mend = `
import json, subprocess, sys, time, uno
from com.sun.star.beans import PropertyValue
path, saved, profile, pipe = sys.argv[1:5]
typed, asked = json.load(sys.stdin)
def option(name, value):
    p = PropertyValue()
    p.Name, p.Value = name, value
    return p
office = subprocess.Popen(["soffice", "-env:UserInstallation=file://" + profile, "--headless", "--accept=pipe,name=%s;urp;" % pipe])
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
for _ in range(600):
    try:
        context = resolver.resolve("uno:pipe,name=%s;urp;StarOffice.ComponentContext" % pipe)
        break
    except Exception:
        time.sleep(0.1)
desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
doc = desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, (option("Hidden", True),))
for sheet, name, text in typed:
    if text == "delete the row":
        doc.Sheets.getByName(sheet).unprotect("")
        doc.Sheets.getByName(sheet).Rows.removeByIndex(int(name[1:]) - 1, 1)
    else:
        doc.Sheets.getByName(sheet).getCellRangeByName(name).setFormula(text)
doc.calculateAll()
said = [doc.Sheets.getByName(sheet).getCellRangeByName(name).String for sheet, name in asked]
doc.storeToURL(uno.systemPathToFileUrl(saved), (option("FilterName", "Calc MS Excel 2007 XML"),))
doc.close(True)
try:
    desktop.terminate()
except Exception:
    pass
office.wait(60)
json.dump(said, sys.stdout)
`

// LibreOffice shows the findings, and as they are mended there, they go; what it saves is read as mended.
func TestLibreOfficeMends(t *testing.T) {
	ed := smallEdition()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "marked.xlsx"), filepath.Join(dir, "mended.xlsx")
	if err := os.WriteFile(in, returned(t, ed, spoilt(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	order, err := json.Marshal([]any{
		[][3]string{{page1, "D9", "2"}, {page1, "D14", "12"}, {"表紙", "D9", "架空 花子"}, {page2, "D9", "なし"}, {listSheet, "J9", "商号を変更したため"}},
		[][2]string{{listSheet, "B4"}, {listSheet, "I9"}, {listSheet, "I10"}, {listSheet, "I11"}, {listSheet, "I12"}, {listSheet, "I13"}, {listSheet, "I14"},
			{page1, "F9"}, {page1, "F14"}, {"表紙", "F6"}, {"表紙", "F9"}, {page2, "G9"}, {page2, "G31"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", "-c", mend, in, out, filepath.Join(dir, "profile"), "cssa"+filepath.Base(dir))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(order), os.Stderr
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("LibreOffice: %v", err)
	}
	var got []string
	if err := json.Unmarshal(said, &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"要修正 残り 3 件　／　要確認 0 件　／　再提出で確認 1 件", "✓ 理由あり", "✓ 直りました", "✓ 直りました", "✓ 直りました", "変更あり（再提出で確認）", openStatus,
		"", "", "", "", "✗ E201　「定例報告していない」とほかの「はい」は両立しません。　", "✗ D31 E101　選択肢にない回答です。　"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("LibreOffice shows %q\nwant %q", got, want)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	after := read(ed, data)
	if got := strings.Join(summary(after.Faults), "\n"); got != strings.Join([]string{"C005 表紙 D6 架空もみじ証券", "E101 report.nothing D9 なし",
		"E202 managed.contract D23 2 ルールを定めている", "E202 managed.yearly D24 3 定めていない", "E101 contingency.ransomware.plan D31 ？"}, "\n") {
		t.Errorf("then it reads as\n%s", got)
	}
	if len(after.Reasons) != 1 || after.Reasons[0].Reason != "商号を変更したため" {
		t.Errorf("reasons %+v", after.Reasons)
	}
	again := returned(t, ed, data)
	if names := open(t, again).GetSheetList(); names[0] != listSheet || len(names) != 7 {
		t.Errorf("marked again, its sheets are %q", names)
	}
	if got := read(ed, again); !reflect.DeepEqual(got.Faults, after.Faults) || !reflect.DeepEqual(got.Reasons, after.Reasons) {
		t.Errorf("marked again, it reads as %q", summary(got.Faults))
	}
}

// What was gone or there twice is put right in LibreOffice, and its status turns there too.
func TestLibreOfficeSeesWhatIsPutBack(t *testing.T) {
	ed := smallEdition()
	data := edit(t, write(t, ed, signed(ed), complete()), func(f *excelize.File) error {
		return errors.Join(f.DuplicateRow(page1, 14), f.SetCellValue(page1, "A9", nil), f.SetCellValue(page1, "D9", nil),
			f.SetCellValue("表紙", "A8", nil), f.SetCellValue(page2, "D8", nil), f.MergeCell(page2, "D7", "D8"), f.SetCellValue(page2, "E1", nil))
	})
	dir := t.TempDir()
	in, out := filepath.Join(dir, "marked.xlsx"), filepath.Join(dir, "mended.xlsx")
	if err := os.WriteFile(in, returned(t, ed, data), 0o600); err != nil {
		t.Fatal(err)
	}
	var asked [][2]string
	faults := read(ed, data).Faults
	for i := range faults {
		asked = append(asked, [2]string{listSheet, fmt.Sprint(statusCol, firstRow+i)})
	}
	order := func(typed [][3]string) []string {
		body, err := json.Marshal([]any{typed, asked})
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("/usr/bin/python3", "-c", mend, in, out, filepath.Join(dir, "profile"), "cssa"+filepath.Base(dir))
		cmd.Stdin, cmd.Stderr = bytes.NewReader(body), os.Stderr
		said, err := cmd.Output()
		if err != nil {
			t.Fatalf("LibreOffice: %v", err)
		}
		var got []string
		if err := json.Unmarshal(said, &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	for i, got := range order([][3]string{}) {
		if got != openStatus {
			t.Errorf("%s: at first %q", faults[i].Code, got)
		}
	}
	got := order([][3]string{{page1, "A9", "policy"}, {page1, "D9", "2"}, {page1, "A15", "delete the row"}, {"表紙", "A8", "cover/preparer"},
		{page2, "D8", "はい"}, {page2, "E1", "answer-2"}})
	for i := range faults {
		if got[i] != "✓ 直りました" {
			t.Errorf("%s: then %q", faults[i].Code, got[i])
		}
	}
}
