package workbook_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

const (
	listSheet  = "エラー一覧"
	page1      = "1 経営方針・体制"
	page2      = "2 報告と計画"
	statusCol  = "I"
	firstRow   = 9
	openStatus = "✗ 未修正"
)

func notice() workbook.Notice {
	return workbook.Notice{Firm: who.Firm, FirmName: who.FirmName, Version: 1, ReceivedAt: time.Date(2023, 8, 21, 5, 3, 0, 0, time.UTC)}
}

// returned reads a workbook and gives it back marked.
func returned(t testing.TB, ed *checklist.Edition, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := workbook.Returned(&b, bytes.NewReader(data), int64(len(data)), ed, read(ed, data), notice()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// spoilt has a fault of nearly every kind, and answers that look like formulas.
func spoilt(t *testing.T) []byte {
	ed := smallEdition()
	return edit(t, write(t, ed, signed(ed), complete()), set(map[string]any{
		"policy": "=cmd|'/c calc'!A0", "staff": "約10人", "remarks": "=1+1", "report.nothing": "はい", "third": "ない",
		"contingency.ransomware.plan": "？", "contingency.ransomware.drill": nil, "cover/approver": nil, "cover/firm-name": "架空もみじ証券",
	}))
}

func open(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func value(t testing.TB, f *excelize.File, sheet, cell string) string {
	t.Helper()
	v, err := f.GetCellValue(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// packed returns each part of a workbook as it lies in the zip, compressed.
func packed(t *testing.T, data []byte) map[string][]byte {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.OpenRaw()
		if err != nil {
			t.Fatal(err)
		}
		if parts[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return parts
}

// Only the parts that have to change do: those of the checklist's own sheets, and those that name the sheets and formats.
func TestOtherPartsStayByteForByte(t *testing.T) {
	ed := smallEdition()
	data := spoilt(t)
	before, after := packed(t, data), packed(t, returned(t, ed, data))
	mayChange := []string{"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
		"xl/worksheets/sheet1.xml", "xl/worksheets/sheet4.xml", "xl/worksheets/sheet6.xml"}
	for name, raw := range before {
		if got, ok := after[name]; !ok || !bytes.Equal(got, raw) && !slices.Contains(mayChange, name) {
			t.Errorf("%s: changed, or gone (%d bytes, were %d)", name, len(got), len(raw))
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok && !strings.Contains(name, "omments") && !strings.Contains(name, "vmlDrawing") && !strings.Contains(name, "worksheets/") {
			t.Errorf("%s was added", name)
		}
	}
	if !bytes.Equal(returned(t, ed, data), returned(t, ed, data)) {
		t.Error("the same file gave different bytes")
	}
}

// cells returns the elements of the cells of a sheet as they are written, by name.
func cells(body []byte) map[string]string {
	all := map[string]string{}
	for rest := string(body); ; {
		i := strings.Index(rest, "<c ")
		if i < 0 {
			return all
		}
		rest = rest[i:]
		end := strings.Index(rest, ">") + 1
		if rest[end-2] != '/' {
			end = strings.Index(rest, "</c>") + 4
		}
		_, name, _ := strings.Cut(rest[:end], ` r="`)
		name, _, _ = strings.Cut(name, `"`)
		all[name] = rest[:end]
		rest = rest[end:]
	}
}

// Not a cell that the firm could have typed in changes: neither its contents nor its format, be it empty.
func TestNothingTypedChanges(t *testing.T) {
	data := spoilt(t)
	_, before := workbook.Parts(t, data)
	_, after := workbook.Parts(t, returned(t, smallEdition(), data))
	for _, name := range []string{"sheet1", "sheet4", "sheet6"} {
		part := "xl/worksheets/" + name + ".xml"
		was, is := cells(before[part]), cells(after[part])
		for at, c := range was {
			if is[at] != c && !strings.HasPrefix(at, "F") && !strings.HasPrefix(at, "G") {
				t.Errorf("%s %s was %q, is %q", name, at, c, is[at])
			}
		}
		for at, c := range is {
			if _, ok := was[at]; !ok && !strings.HasPrefix(at, "F") && !strings.HasPrefix(at, "G") {
				t.Errorf("%s %s: %s was added", name, at, c)
			}
		}
		for _, keep := range []string{"<dataValidations", "<sheetProtection", "<mergeCells", "<pageSetup", "<headerFooter"} {
			element := func(body []byte) string {
				_, x, _ := strings.Cut(string(body), keep)
				x, _, _ = strings.Cut(x, ">")
				return x
			}
			if element(before[part]) != element(after[part]) {
				t.Errorf("%s: %s changed", name, keep)
			}
		}
	}
}

// The list stands in front and says everything without being calculated; typed text stays text.
func TestListOfFindings(t *testing.T) {
	ed := smallEdition()
	data := spoilt(t)
	faults := read(ed, data).Faults
	f := open(t, returned(t, ed, data))
	if names := f.GetSheetList(); names[0] != listSheet || names[1] != "表紙" || f.GetActiveSheetIndex() != 0 {
		t.Fatalf("sheets %q, active %d", names, f.GetActiveSheetIndex())
	}
	for i, x := range faults {
		row := fmt.Sprint(firstRow + i)
		sign, status := "✗ 要修正", openStatus
		if x.Severity == checklist.Confirm {
			sign, status = "△ 要確認", "△ 要確認"
		}
		found := x.Found
		if found == "" {
			found = "（空欄）"
		}
		for column, want := range map[string]string{"B": fmt.Sprint(i + 1), "C": sign, "D": x.Cell + "　" + x.Sheet, "F": found,
			"G": x.What.JA + "\n" + x.What.EN + " (" + string(x.Code) + ")", "H": x.Mend.JA + "\n" + x.Mend.EN, statusCol: status} {
			if got := value(t, f, listSheet, column+row); got != want {
				t.Errorf("%s%s: %q, want %q", column, row, got, want)
			}
		}
		if formula, _ := f.GetCellFormula(listSheet, "F"+row); formula != "" {
			t.Errorf("F%s is a formula: %s", row, formula)
		}
		ok, link, err := f.GetCellHyperLink(listSheet, "D"+row)
		if want := "'" + x.Sheet + "'!" + x.Cell; err != nil || !ok || link != want {
			t.Errorf("D%s leads to %q, want %q", row, link, want)
		}
		finding := value(t, f, x.Sheet, findingColumn(x.Sheet)+strings.TrimLeft(x.Cell, "ABCDEFG"))
		if !strings.Contains(finding, sign[:len("✗")]) || !strings.Contains(finding, string(x.Code)) || !strings.Contains(finding, x.What.JA) {
			t.Errorf("beside %s %s stands %q", x.Sheet, x.Cell, finding)
		}
	}
	if got := value(t, f, listSheet, "B4"); got != "要修正 残り 7 件　／　要確認 1 件" {
		t.Errorf("count: %s", got)
	}
	for _, sheet := range []string{"表紙", page1, page2} {
		if got := value(t, f, sheet, findingColumn(sheet)+"2"); got != "← エラー一覧に戻る" {
			t.Errorf("%s: way back %q", sheet, got)
		}
		comments, err := f.GetComments(sheet)
		if err != nil || len(comments) == 0 {
			t.Errorf("%s: %d comments, %v", sheet, len(comments), err)
		}
		marks, err := f.GetConditionalFormats(sheet)
		if err != nil || len(marks) == 0 {
			t.Errorf("%s: no marks, %v", sheet, err)
		}
	}
}

func findingColumn(sheet string) string {
	if sheet == page2 {
		return "G"
	}
	return "F"
}

// status calculates the status of every row of the list and the finding beside a cell, with another program's formulas.
func statuses(t *testing.T, data []byte, n int) []string {
	t.Helper()
	f := open(t, data)
	var all []string
	for i := range n {
		v, err := f.CalcCellValue(listSheet, fmt.Sprint(statusCol, firstRow+i))
		if err != nil {
			t.Fatalf("row %d: %v", i, err)
		}
		all = append(all, v)
	}
	return all
}

// The status says mended only where a formula proves it; the finding and with it the colour go.
func TestStatusTurns(t *testing.T) {
	ed := smallEdition()
	const changed = "変更あり（再提出で確認）"
	for _, s := range []struct {
		story        string
		spoil, mend  map[string]any
		want         string
		acceptedThen bool
	}{
		{"left as it was", map[string]any{"policy": "x"}, nil, openStatus, false},
		{"a choice from the drop-down", map[string]any{"policy": "x"}, map[string]any{"policy": "3 =掲げる予定はない"}, "✓ 直りました", true},
		{"a choice by its number", map[string]any{"policy": nil}, map[string]any{"policy": 2}, "✓ 直りました", true},
		{"a choice in words of one's own", map[string]any{"policy": "x"}, map[string]any{"policy": "なし"}, changed, false},
		{"a number", map[string]any{"staff": "約10人"}, map[string]any{"staff": 10}, "✓ 直りました", true},
		{"a number as text", map[string]any{"staff": "約10人"}, map[string]any{"staff": "10"}, changed, true},
		{"a number with decimals", map[string]any{"staff": 1.5}, map[string]any{"staff": 2.5}, changed, false},
		{"a number out of range", map[string]any{"share": 100.1}, map[string]any{"share": 100}, "✓ 直りました", true},
		{"a shorter text", map[string]any{"remarks": strings.Repeat("長", 201)}, map[string]any{"remarks": strings.Repeat("長", 200)}, "✓ 直りました", true},
		{"spaces for a text", map[string]any{"remarks": strings.Repeat("長", 201)}, map[string]any{"remarks": "　\u00a0"}, changed, true},
		{"yes or no", map[string]any{"report.others": "たぶん"}, map[string]any{"report.others": "いいえ", "depth": nil}, "✓ 直りました", true},
		{"none of these is no", map[string]any{"report.nothing": "はい"}, map[string]any{"report.nothing": "いいえ"}, "✓ 直りました", true},
		{"only none of these is yes", map[string]any{"report.nothing": "はい"}, map[string]any{"report.incidents": "いいえ", "report.others": "いいえ", "depth": nil}, "✓ 直りました", true},
		{"one of two others is no", map[string]any{"report.nothing": "はい"}, map[string]any{"report.incidents": "いいえ"}, changed, false},
		{"an answer that does not apply, cleared", map[string]any{"third": "ない", "managed.yearly": nil}, map[string]any{"managed.contract": nil}, "✓ 直りました", true},
		{"its gate corrected", map[string]any{"third": "ない", "managed.yearly": nil}, map[string]any{"third": "ある"}, changed, false},
		{"a name on the cover", map[string]any{"cover/approver": nil}, map[string]any{"cover/approver": "架空 花子"}, "✓ 直りました", true},
		{"a date on the cover", map[string]any{"cover/approved-on": "来週"}, map[string]any{"cover/approved-on": 45138}, "✓ 直りました", true},
		{"a date in words", map[string]any{"cover/approved-on": "来週"}, map[string]any{"cover/approved-on": "令和5年7月31日"}, changed, true},
		{"a date of another year", map[string]any{"cover/approved-on": "来週"}, map[string]any{"cover/approved-on": 39290}, changed, true},
		{"a date of another year set right", map[string]any{"cover/approved-on": 39290}, map[string]any{"cover/approved-on": 45138}, "✓ 直りました", true},
		{"the reference date", map[string]any{"cover/reference-date": 45108}, map[string]any{"cover/reference-date": 45107}, "✓ 直りました", true},
		{"the firm's name", map[string]any{"cover/firm-name": "架空もみじ"}, map[string]any{"cover/firm-name": who.FirmName}, "✓ 直りました", true},
	} {
		t.Run(s.story, func(t *testing.T) {
			data := edit(t, write(t, ed, signed(ed), complete()), set(s.spoil))
			faults := read(ed, data).Faults
			marked := returned(t, ed, data)
			if len(faults) != 1 {
				t.Fatalf("%d faults: %q", len(faults), summary(faults))
			}
			mended := edit(t, marked, set(s.mend))
			if got := statuses(t, mended, 1)[0]; got != s.want {
				t.Errorf("status %q, want %q", got, s.want)
			}
			x := faults[0]
			beside := findingColumn(x.Sheet) + strings.TrimLeft(x.Cell, "ABCDEFG")
			finding, err := open(t, mended).CalcCellValue(x.Sheet, beside)
			if err != nil || (finding == "") != strings.HasPrefix(s.want, "✓") {
				t.Errorf("beside it stands %q, %v", finding, err)
			}
			if got := read(ed, mended); (checklist.Blocking(got.Faults) == 0) != s.acceptedThen {
				t.Errorf("then: %q", summary(got.Faults))
			}
		})
	}
}

// Until the firm has changed something, calculating changes nothing: what a viewer shows is what Excel shows.
func TestStatusAtFirst(t *testing.T) {
	ed := smallEdition()
	data := spoilt(t)
	n := len(read(ed, data).Faults)
	marked := returned(t, ed, data)
	f := open(t, marked)
	for i, got := range statuses(t, marked, n) {
		if cached := value(t, f, listSheet, fmt.Sprint(statusCol, firstRow+i)); got != cached {
			t.Errorf("row %d: calculated %q, written %q", i+1, got, cached)
		}
	}
	if got, err := f.CalcCellValue(listSheet, "B4"); err != nil || got != value(t, f, listSheet, "B4") {
		t.Errorf("count calculated %q, %v", got, err)
	}
}

// A marked file sent again is read like any other, and marking it again replaces the marks.
func TestMarkedAgain(t *testing.T) {
	ed := smallEdition()
	data := spoilt(t)
	once := returned(t, ed, data)
	before, again := read(ed, data), read(ed, once)
	if !reflect.DeepEqual(before.Answers, again.Answers) || !reflect.DeepEqual(before.Faults, again.Faults) || again.Identity != before.Identity {
		t.Errorf("marked, it reads as %q, before %q", summary(again.Faults), summary(before.Faults))
	}
	_, first := workbook.Parts(t, once)
	_, second := workbook.Parts(t, returned(t, ed, once))
	for name, body := range second {
		if !bytes.Equal(body, first[name]) {
			t.Errorf("%s differs when marked again: %d bytes, %d before\n%s", name, len(body), len(first[name]), body)
		}
	}
	if len(second) != len(first) {
		t.Errorf("%d parts, %d when marked once", len(second), len(first))
	}
	mended := edit(t, once, set(map[string]any{"policy": 1, "staff": 3}))
	f := open(t, returned(t, ed, mended))
	for _, at := range []string{"F9", "F14"} {
		if got := value(t, f, page1, at); got != "" {
			t.Errorf("%s still says %q", at, got)
		}
	}
	if marks, err := f.GetConditionalFormats(page1); err != nil || len(marks) != 0 {
		t.Errorf("marks left: %v %v", marks, err)
	}
	if comments, err := f.GetComments(page1); err != nil || len(comments) != 0 {
		t.Errorf("comments left: %v %v", comments, err)
	}
}

// Everything mended in the marked file is accepted.
func TestMendedIsAccepted(t *testing.T) {
	ed := smallEdition()
	mended := edit(t, returned(t, ed, spoilt(t)), set(map[string]any{
		"policy": "2", "staff": 12, "remarks": "特になし", "report.nothing": "いいえ", "third": "1 ある",
		"contingency.ransomware.plan": 1, "contingency.ransomware.drill": 1, "cover/approver": "架空 花子", "cover/firm-name": who.FirmName,
	}))
	got := read(ed, mended)
	if len(got.Faults) != 0 || !reflect.DeepEqual(got.Answers, complete()) {
		t.Errorf("faults %q\nanswers %v\nwant %v", summary(got.Faults), got.Answers, complete())
	}
}

func TestErrCannotMark(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	other := workbook.Read(bytes.NewReader(filled), int64(len(filled)), ed, workbook.Identity{Edition: ed.ID, Firm: "S-0138"})
	for story, c := range map[string]struct {
		data []byte
		got  workbook.Reading
	}{
		"another firm's":   {filled, other},
		"not a workbook":   {[]byte("no workbook"), read(ed, []byte("no workbook"))},
		"another file":     {[]byte("no workbook"), read(ed, filled)},
		"one without what": {nil, read(ed, filled)},
	} {
		var b bytes.Buffer
		err := workbook.Returned(&b, bytes.NewReader(c.data), int64(len(c.data)), ed, c.got, notice())
		if !errors.Is(err, workbook.ErrCannotMark) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", story, err, b.Len())
		}
	}
}
