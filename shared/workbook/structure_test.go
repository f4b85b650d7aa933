package workbook_test

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

// Sheets of the small edition.
const (
	cover  = "表紙"
	policy = "1 経営方針・体制"
	report = "2 報告と計画"
)

// TestWhereAnswersStand changes a correct workbook as people and programs do. What can still be placed for certain is read,
// and for all else the fault names the place.
func TestWhereAnswersStand(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	stories := []struct {
		story  string
		change func(f *excelize.File) error
		want   []string
	}{
		{"hidden", func(f *excelize.File) error { return f.SetSheetVisible(policy, false) }, nil},
		{"very hidden", func(f *excelize.File) error { return f.SetSheetVisible(policy, false, true) }, nil},
		{"hidden rows and columns", func(f *excelize.File) error {
			return errors.Join(f.SetRowVisible(report, 8, false), f.SetColVisible(report, "D", false))
		}, nil},
		{"a copy of a sheet, hidden", func(f *excelize.File) error {
			n, err := f.NewSheet("控え")
			from, fromErr := f.GetSheetIndex(policy)
			return errors.Join(err, fromErr, f.CopySheet(from, n), f.SetSheetVisible("控え", false))
		}, []string{"F020 policy A9", "F020 staff A14", "F020 share A18", "F020 remarks A22"}},
		{"the cover's answers column deleted", func(f *excelize.File) error { return f.RemoveCol(cover, "D") }, []string{"F010"}},
		{"the answers column deleted", func(f *excelize.File) error { return f.RemoveCol(policy, "D") }, []string{"F027 policy"}},
		{"the second answers column deleted", func(f *excelize.File) error { return f.RemoveCol(report, "E") }, []string{"F027 contingency.ransomware.drill"}},
		{"the answers column copied beside itself", func(f *excelize.File) error {
			return errors.Join(f.InsertCols(policy, "E", 1), f.SetCellStr(policy, "E1", "answer-1"), f.SetCellStr(policy, "E9", "1"))
		}, []string{"F027 policy"}},
		{"the column of ids deleted", func(f *excelize.File) error { return f.RemoveCol(policy, "A") }, []string{"F029 policy"}},
		{"the ids cleared", func(f *excelize.File) error {
			var err error
			for row := 2; row < 40; row++ {
				err = errors.Join(err, f.SetCellValue(policy, fmt.Sprint("A", row), nil))
			}
			return err
		}, []string{"F029 policy"}},
		{"the marker row deleted", func(f *excelize.File) error { return f.RemoveRow(policy, 1) }, []string{"F015 policy"}},
		{"the title of a question deleted", func(f *excelize.File) error { return f.RemoveRow(policy, 11) }, []string{"F028 staff A13 1-1"}},
		{"the words of a question deleted", func(f *excelize.File) error { return f.RemoveRow(policy, 12) }, nil},
		{"items sorted without their ids", func(f *excelize.File) error {
			return errors.Join(swap(f, report, "B7", "B8"), swap(f, report, "C7", "C8"), swap(f, report, "D7", "D8"))
		}, []string{"F028 report.incidents A7 他社事例"}},
		{"an answer copied with its words to another item", func(f *excelize.File) error { return copyTo(f, report, "C7", "C8") }, []string{"F028 report.others A8 自組織のインシデントの発生状況"}},
		{"an item's words edited", func(f *excelize.File) error { return f.SetCellStr(report, "C7", "インシデント") }, nil},
		{"the columns of words deleted", func(f *excelize.File) error { return errors.Join(f.RemoveCol(report, "B"), f.RemoveCol(report, "B")) }, nil},
		{"rows inserted between the answers of a question", func(f *excelize.File) error { return f.InsertRows(report, 8, 4) }, nil},
		{"an answer moved one column to the right", func(f *excelize.File) error {
			return errors.Join(f.SetCellValue(report, "D31", nil), f.SetCellValue(report, "E31", "1 整備している"), f.SetCellValue(report, "F31", "1 実施している"))
		}, []string{"F021 contingency.ransomware.plan F31 1 実施している", "E101 contingency.ransomware.drill E31 1 整備している"}},
		{"an answer moved into the blank row below", func(f *excelize.File) error {
			return errors.Join(f.SetCellValue(policy, "D18", nil), f.SetCellValue(policy, "D19", 12.5))
		}, []string{"F021 share D19 12.5"}},
		{"an answer in a row inserted above its own", func(f *excelize.File) error {
			return errors.Join(f.InsertRows(report, 8, 1), f.SetCellValue(report, "D9", nil), f.SetCellValue(report, "D8", "はい"))
		}, []string{"F021 report.others D8 はい"}},
		{"a remark in the blank row below an answer", func(f *excelize.File) error { return f.SetCellValue(policy, "D19", "要確認") }, []string{"W303 share D19 要確認"}},
		{"a remark in the findings' column", func(f *excelize.File) error {
			return errors.Join(f.SetCellValue(policy, "D18", nil), f.SetCellValue(policy, "F18", "△"))
		}, nil},
		{"the answers of two rows merged", func(f *excelize.File) error { return f.MergeCell(report, "D7", "D8") }, []string{"E109 report.others D8 D7:D8"}},
		{"an answer merged into its label", func(f *excelize.File) error { return f.MergeCell(policy, "C9", "D9") }, []string{"E109 policy D9 C9:D9"}},
		{"an answer merged with the cells beside it", func(f *excelize.File) error { return f.MergeCell(policy, "D9", "F9") }, nil},
		{"both answers of a row merged", func(f *excelize.File) error { return f.MergeCell(report, "D31", "E31") }, []string{"E109 contingency.ransomware.drill E31 D31:E31"}},
		{"the approver merged with the title", func(f *excelize.File) error { return f.MergeCell(cover, "D9", "D10") }, []string{"E109 表紙 D10 D9:D10"}},
		{"formulas without results", func(f *excelize.File) error {
			return errors.Join(f.SetCellFormula(policy, "D9", `=IF(A1="","","")`), f.SetCellValue(policy, "D22", nil), f.SetCellFormula(policy, "D22", `=" "`))
		}, []string{"E107 policy D9 （式のみ、結果なし）", "E107 remarks D22 （式のみ、結果なし）"}},
		{"a formula without a result on the cover", func(f *excelize.File) error {
			return errors.Join(f.SetCellValue(cover, "D9", nil), f.SetCellFormula(cover, "D9", `=D8`))
		}, []string{"E107 表紙 D9 （式のみ、結果なし）"}},
	}
	for _, s := range stories {
		t.Run(s.story, func(t *testing.T) {
			if got := summary(read(ed, edit(t, filled, s.change)).Faults); !slices.Equal(got, s.want) {
				t.Errorf("got %q\nwant %q", got, s.want)
			}
		})
	}
}

func copyTo(f *excelize.File, sheet, from, to string) error {
	v, err := f.GetCellValue(sheet, from)
	return errors.Join(err, f.SetCellStr(sheet, to, v))
}

func swap(f *excelize.File, sheet, a, b string) error {
	v, err := f.GetCellValue(sheet, a)
	return errors.Join(err, copyTo(f, sheet, b, a), f.SetCellStr(sheet, b, v))
}

// TestShownAsPercentOrDate: what counts is what the firm sees in the cell.
func TestShownAsPercentOrDate(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	for _, s := range []struct {
		story, cell string
		typed       any
		format      string
		number      int64
		text        string
		want        []string
	}{
		{"10% is 10, not 0.1", "D18", 0.1, "0%", 100, "", nil},
		{"12.5%", "D18", 0.125, "0.0%", 125, "", nil},
		{"12.25% has a decimal too many", "D18", 0.1225, "0.00%", 0, "", []string{"E108 share D18 12.25%"}},
		{"a percentage of staff", "D14", 0.5, "0%", 0, "", []string{"E103 staff D14 50%"}},
		{"a day is no number", "D14", 4000, "yyyy/m/d", 0, "", []string{"E103 staff D14 1910-12-13"}},
		{"a time of day is no number", "D14", 0.5, "h:mm", 0, "", []string{"E103 staff D14 0.5"}},
		{"a day of an era", "D14", 4000, `[$-411]ggge"年"m"月"d"日"`, 0, "", []string{"E103 staff D14 1910-12-13"}},
		{"a number with a unit in its format", "D14", 12, `#,##0"人";[Red]-#,##0`, 12, "", nil},
		{"a number in a format with a per cent sign in quotes", "D18", 12.5, `0.0"%"`, 125, "", nil},
		{"scientific", "D14", 1200, `0.00E+00`, 1200, "", nil},
		{"1/2 in a choice became a day", "D9", 45293, "m\"月\"d\"日\"", 0, "", []string{"E101 policy D9 2024-01-02"}},
		{"a day in free text", "D22", 45138, "yyyy/m/d", 0, "2023-07-31", nil},
		{"a percentage in free text", "D22", 0.07, "0%", 0, "7%", nil},
		{"digits in free text", "D22", 2023, "General", 0, "2023", nil},
	} {
		t.Run(s.story, func(t *testing.T) {
			got := read(ed, edit(t, filled, func(f *excelize.File) error {
				style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &s.format})
				return errors.Join(err, f.SetCellValue(policy, s.cell, s.typed), f.SetCellStyle(policy, s.cell, s.cell, style))
			}))
			place := map[string]string{"D9": "policy", "D14": "staff", "D18": "share", "D22": "remarks"}[s.cell]
			if a := got.Answers[ref(place)]; !slices.Equal(summary(got.Faults), s.want) || a.Number != s.number || a.Text != s.text {
				t.Errorf("read as %d %q with %q, want %d %q with %q", a.Number, a.Text, summary(got.Faults), s.number, s.text, s.want)
			}
		})
	}
}

// TestAsOtherProgramsWrite writes a workbook in all the ways the format allows. Its answers stay the same.
func TestAsOtherProgramsWrite(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	names, bodies := workbook.Parts(t, filled)
	everywhere := func(change func(name, body string) (string, string)) []byte {
		var newNames []string
		newBodies := map[string][]byte{}
		for _, n := range names {
			name, body := change(n, string(bodies[n]))
			newNames = append(newNames, name)
			newBodies[name] = []byte(body)
		}
		return workbook.Pack(newNames, newBodies)
	}
	replace := func(pairs ...string) []byte {
		r := strings.NewReplacer(pairs...)
		return everywhere(func(name, body string) (string, string) { return name, r.Replace(body) })
	}
	inSheets := func(change func(body string) string) []byte {
		return everywhere(func(name, body string) (string, string) {
			if strings.HasPrefix(name, "xl/worksheets/sheet") {
				body = change(body)
			}
			return name, body
		})
	}
	tag := regexp.MustCompile(`<(/?)([A-Za-z])`)
	cellRef := regexp.MustCompile(`(<c) r="[A-Z]+[0-9]+"`)
	blankCells := regexp.MustCompile(`<c r="([A-Z]+)([0-9]+)" s="[0-9]+" ?(/>|></c>)`)
	stories := map[string][]byte{
		"the strict format": replace(
			"http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main",
			"http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships"),
		"a prefix on every element": everywhere(func(name, body string) (string, string) {
			if strings.HasPrefix(name, "xl/worksheets/sheet") || name == "xl/sharedStrings.xml" || name == "xl/workbook.xml" || name == "xl/styles.xml" {
				body = tag.ReplaceAllString(body, "<${1}ns0:$2")
				body = strings.Replace(body, ` xmlns="`, ` xmlns:ns0="`, 1)
			}
			return name, body
		}),
		"another prefix for relationships": replace("r:id=", "rel:id=", "xmlns:r=", "xmlns:rel="),
		"attributes of other namespaces that end in the same letters": inSheets(func(body string) string {
			return strings.ReplaceAll(strings.ReplaceAll(body, "<row ", `<row xx:r="7" yy:t="s" `), "<c ", `<c xr:r="Z99" xr:t="e" `)
		}),
		"targets from the root, and parts of other names": everywhere(func(name, body string) (string, string) {
			name = strings.NewReplacer("xl/worksheets/sheet", "custom/Blatt", "xl/sharedStrings.xml", "custom/strings.bin.xml", "xl/styles.xml", "looks.xml").Replace(name)
			body = strings.NewReplacer(`"worksheets/sheet`, `"/custom/Blatt`, `"/xl/worksheets/sheet`, `"/custom/Blatt`, `"sharedStrings.xml"`, `"../custom/strings.bin.xml"`, `"/xl/sharedStrings.xml"`, `"../custom/strings.bin.xml"`,
				`"styles.xml"`, `"/looks.xml"`, `"/xl/styles.xml"`, `"/looks.xml"`).Replace(body)
			return name, body
		}),
		"names of parts in other cases": everywhere(func(name, body string) (string, string) {
			if strings.HasPrefix(name, "xl/worksheets/") && !strings.Contains(name, "_rels") {
				name = strings.ToUpper(name)
			}
			return name, body
		}),
		"no cell has its reference, no row its number": inSheets(func(body string) string {
			return dense(t, body, cellRef)
		}),
		"cells without anything in them left out": inSheets(func(body string) string { return blankCells.ReplaceAllString(body, "") }),
		"comments, blanks and line breaks between everything": inSheets(func(body string) string {
			return strings.NewReplacer("<row ", "\r\n  <!-- <c r=\"A1\"> --><row ", "<c ", "\n\t<c\n  ", "</row>", " </row >").Replace(body)
		}),
		"byte order marks": everywhere(func(name, body string) (string, string) {
			if strings.HasSuffix(name, ".xml") {
				body = "\ufeff" + body
			}
			return name, body
		}),
		"extensions in rows and cells, and a choice of controls behind them": inSheets(func(body string) string {
			ext := `<extLst><ext uri="x"><row r="1"><c r="A1"><v>9</v></c></row></ext></extLst>`
			body = strings.NewReplacer("</v></c>", "</v>"+ext+"</c>", "</row>", ext+"</row>").Replace(body)
			return strings.Replace(body, "</worksheet>", `<mc:AlternateContent><mc:Choice Requires="x14"><controls><row r="1"/></controls></mc:Choice></mc:AlternateContent></worksheet>`, 1)
		}),
	}
	for story, data := range stories {
		t.Run(story, func(t *testing.T) {
			got := read(ed, data)
			if !reflect.DeepEqual(got.Answers, complete()) || got.Cover != signed(ed) || len(got.Faults) > 0 {
				t.Errorf("read as\n%v\n%+v\n%v", got.Answers, got.Cover, summary(got.Faults))
			}
		})
	}
}

// dense takes the references off all cells and rows, after filling the gaps between them with blank ones.
func dense(t *testing.T, body string, cellRef *regexp.Regexp) string {
	rows := regexp.MustCompile(`(?s)<row r="(\d+)"([^>]*?)(/>|>(.*?)</row>)`)
	cells := regexp.MustCompile(`<c r="([A-Z]+)\d+"`)
	next := 1
	body = rows.ReplaceAllStringFunc(body, func(row string) string {
		m := rows.FindStringSubmatch(row)
		out := ""
		for ; next < atoi(t, m[1]); next++ {
			out += "<row/>"
		}
		next++
		column := 1
		inner := cells.ReplaceAllStringFunc(m[4], func(c string) string {
			at, _, err := excelize.CellNameToCoordinates(cells.FindStringSubmatch(c)[1] + "1")
			if err != nil {
				t.Fatal(err)
			}
			gap := strings.Repeat("<c/>", at-column)
			column = at + 1
			return gap + "<c"
		})
		return out + "<row>" + inner + "</row>"
	})
	if cellRef.MatchString(body) {
		t.Fatal("a reference was left")
	}
	return body
}

func atoi(t *testing.T, s string) (n int) {
	for _, c := range s {
		n = 10*n + int(c-'0')
	}
	return n
}

// TestCannotBePlaced: where the file leaves open what stands in a cell, it is refused.
func TestCannotBePlaced(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	change := func(part, old, new string) []byte {
		return repack(t, filled, part, func(body string) string {
			if !strings.Contains(body, old) {
				t.Fatalf("no %q in %s", old, part)
			}
			return strings.Replace(body, old, new, 1)
		})
	}
	for story, s := range map[string]struct {
		data []byte
		code checklist.FaultCode
		cell string // which it must name, if it is in one
	}{
		"rows in an alternative":        {change(sheetPart, `<row r="9"`, `<mc:AlternateContent><mc:Choice Requires="x"><row r="9"/></mc:Choice></mc:AlternateContent><row r="9"`), checklist.CodeUnreadable, ""},
		"rows of another vocabulary":    {change(sheetPart, `<row r="9"`, `<z:row r="8"><z:c r="D8"><z:v>1</z:v></z:c></z:row><row r="9"`), checklist.CodeUnreadable, ""},
		"all rows in an alternative":    {change(sheetPart, `<sheetData>`, `<mc:AlternateContent><mc:Choice><sheetData/></mc:Choice></mc:AlternateContent><sheetData>`), checklist.CodeUnreadable, ""},
		"a string in an alternative":    {change("xl/sharedStrings.xml", `<si>`, `<mc:AlternateContent><mc:Choice><si/></mc:Choice></mc:AlternateContent><si>`), checklist.CodeUnreadable, ""},
		"text in an unknown element":    {change(sheetPart, `<v>12</v></c>`, `<v>12</v></c><c r="E14" t="inlineStr"><is><t/><del><t>13</t></del></is></c>`), checklist.CodeUnreadable, "E14"},
		"an element in a value":         {change(sheetPart, `<v>12</v>`, `<v>12<x>3</x></v>`), checklist.CodeUnreadable, "D14"},
		"not a worksheet":               {repack(t, filled, sheetPart, func(body string) string { return strings.ReplaceAll(body, "worksheet", "chartsheet") }), checklist.CodeUnreadable, ""},
		"a second root":                 {change(sheetPart, `</worksheet>`, `</worksheet><worksheet/>`), checklist.CodeUnreadable, ""},
		"a number beyond its kind":      {change(sheetPart, `<c r="D14"`, `<c t="x" r="D14"`), checklist.CodeDamaged, "D14"},
		"neither true nor false":        {change(sheetPart, `<v>12</v>`, `<v>12</v></c><c r="E14" t="b"><v>2</v>`), checklist.CodeDamaged, "E14"},
		"two values in a cell":          {change(sheetPart, `<v>12</v>`, `<v>12</v><v>13</v>`), checklist.CodeDamaged, "D14"},
		"a value and an inline string":  {change(sheetPart, `<v>12</v>`, `<v>12</v><is><t>13</t></is>`), checklist.CodeDamaged, "D14"},
		"cells out of order":            {change(sheetPart, `<v>12</v></c>`, `<v>12</v></c><c r="A14"/>`), checklist.CodeDamaged, ""},
		"a cell of another row":         {change(sheetPart, `<v>12</v></c>`, `<v>12</v></c><c r="E15"/>`), checklist.CodeDamaged, ""},
		"merged cells without a corner": {change(sheetPart, `<mergeCell ref="`, `<mergeCell ref="A`), checklist.CodeDamaged, ""},
		"a control character":           {change(sheetPart, `特になし`, "特に\x01なし"), checklist.CodeUnreadable, "D22"},
		"bytes that are not UTF-8":      {change(sheetPart, `特になし`, "\x93\xc1\x82\xc9"), checklist.CodeUnreadable, "D22"},
	} {
		t.Run(story, func(t *testing.T) {
			got := read(ed, s.data)
			if len(got.Faults) != 1 || got.Faults[0].Code != s.code || got.Answers != nil {
				t.Errorf("%d answers, %v; want %s", len(got.Answers), summary(got.Faults), s.code)
			}
			if f := got.Faults[0]; f.Sheet != policy && !strings.Contains(f.Found, "sharedStrings") {
				t.Errorf("it names neither the sheet nor the part: %+v", f)
			}
			if f := got.Faults[0]; s.cell != f.Cell {
				t.Errorf("it names the cell %q, want %q", f.Cell, s.cell)
			}
		})
	}
}

// TestFormulaResults reads what a program saved as the result of a formula, and says so where it saved none.
func TestFormulaResults(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	for _, s := range []struct {
		cell string
		want []string
	}{
		{`<c r="D14"><f>6*2</f><v>12</v></c>`, nil},
		{`<c r="D14" t="str"><f>"1"&amp;"2"</f><v>12</v></c>`, nil},
		{`<c r="D14"><f t="shared" si="0"/><v>12</v></c>`, nil},
		{`<c r="D14"><f>6*2</f></c>`, []string{"E107 staff D14 （式のみ、結果なし）"}},
		{`<c r="D14"><f>6*2</f><v></v></c>`, []string{"E107 staff D14 （式のみ、結果なし）"}},
		{`<c r="D14"><f>6*2</f><v/></c>`, []string{"E107 staff D14 （式のみ、結果なし）"}},
		{`<c r="D14" t="str"><f>""</f><v></v></c>`, []string{"E107 staff D14 （式のみ、結果なし）"}},
		{`<c r="D14" t="str"><f>" "</f><v xml:space="preserve"> </v></c>`, []string{"E107 staff D14 （式のみ、結果なし）"}},
		{`<c r="D14" t="e"><f>1/0</f><v>#DIV/0!</v></c>`, []string{"E106 staff D14 #DIV/0!"}},
		{`<c r="D14" t="e"><v>#REF!</v></c>`, []string{"E106 staff D14 #REF!"}},
		{`<c r="D14" t="e"/>`, []string{"E001 staff D14"}},
		{`<c r="D14" t="b"><v>true</v></c>`, []string{"E103 staff D14 TRUE"}},
		{`<c r="D14" t="d"><v>2023-07-31T00:00:00</v></c>`, []string{"E103 staff D14 2023-07-31T00:00:00"}},
		{`<c r="D14" t="inlineStr"><is/></c>`, []string{"E001 staff D14"}},
		{`<c r="D14" t="inlineStr"><is><t></t></is></c>`, []string{"E001 staff D14"}},
		{`<c r="D14" t="inlineStr"><is><r><t>1</t></r><r><rPr><b/></rPr><t>2</t></r><rPh sb="0" eb="1"><t>3</t></rPh><phoneticPr fontId="1"/></is></c>`, nil},
		{`<c r="D14" t="n"><v> 1.2E1 </v></c>`, nil},
		{`<c r="D14"><v>0xC</v></c>`, []string{"E103 staff D14 0xC"}},
	} {
		stood := regexp.MustCompile(`<c r="D14"[^>]*>.*?</c>`)
		got := read(ed, repack(t, filled, sheetPart, func(body string) string {
			if n := len(stood.FindAllString(body, -1)); n != 1 {
				t.Fatalf("D14 stands there %d times", n)
			}
			return stood.ReplaceAllLiteralString(body, s.cell)
		}))
		if !slices.Equal(summary(got.Faults), s.want) || s.want == nil && got.Answers[ref("staff")].Number != 12 {
			t.Errorf("%s read as %v with %q, want %q", s.cell, got.Answers[ref("staff")], summary(got.Faults), s.want)
		}
	}
}
