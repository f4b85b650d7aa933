package workbook

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// oracle is a cellReader made of excelize, a program of other people: what both read must be the same.
type oracle struct {
	f     *excelize.File
	sheet *string // the sheet that Rows walked over last
}

func (o oracle) Sheets() []string      { return o.f.GetSheetList() }
func (o oracle) Short(c *rawCell) bool { return true }

func (o oracle) Size(c *rawCell) int                { return len(c.raw) }
func (o oracle) Shows(c *rawCell, text string) bool { return string(c.raw) == text }

func (o oracle) Rows(sheet int, visit func(int, []rawCell) error) error {
	name := o.Sheets()[sheet]
	*o.sheet = name
	rows, err := o.f.Rows(name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		texts, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return err
		}
		var cells []rawCell
		for i, text := range texts {
			at := cell(i+1, n)
			formula, err := o.f.GetCellFormula(name, at)
			if err != nil {
				return err
			}
			if text == "" && formula == "" {
				continue
			}
			kind, err := o.f.GetCellType(name, at)
			if err != nil {
				return err
			}
			if kind == excelize.CellTypeFormula {
				text = unescape(text) // which excelize does for all other texts
			}
			cells = append(cells, rawCell{column: i + 1, kind: map[excelize.CellType]byte{
				excelize.CellTypeBool: kindBool, excelize.CellTypeError: kindError, excelize.CellTypeSharedString: kindText,
				excelize.CellTypeInlineString: kindText, excelize.CellTypeFormula: kindText, excelize.CellTypeDate: kindDate,
			}[kind], formula: formula != "", raw: []byte(text)})
			if c := &cells[len(cells)-1]; c.kind == 0 {
				c.kind = kindNumber
				if c.style, err = o.f.GetCellStyle(name, at); err != nil {
					return err
				}
			}
		}
		if len(cells) > 0 {
			if err := visit(n, cells); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o oracle) Merged() []area {
	merged, err := o.f.GetMergeCells(*o.sheet)
	if err != nil {
		panic(err)
	}
	var all []area
	for _, m := range merged {
		left, top, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		if err != nil {
			panic(err)
		}
		right, bottom, err := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil {
			panic(err)
		}
		all = append(all, area{left, top, right, bottom})
	}
	return all
}

func (o oracle) Value(c *rawCell) (value, error) {
	v := value{text: string(c.raw), kind: c.kind, formula: c.formula}
	if c.kind == kindBool {
		v.text = map[string]string{"1": "TRUE", "0": "FALSE"}[v.text]
	}
	if c.kind == kindNumber && c.style > 0 {
		return o.shown(v, c.style)
	}
	return v, nil
}

// shown works out with excelize what a percentage or a day looks like. It knows the formats that the tests below use.
func (o oracle) shown(v value, style int) (value, error) {
	st, err := o.f.GetStyle(style)
	if err != nil {
		return v, err
	}
	code := ""
	if st.CustomNumFmt != nil {
		code = *st.CustomNumFmt
	}
	switch n, ok := new(big.Rat).SetString(v.text); {
	case !ok:
	case st.NumFmt == 9 || strings.HasSuffix(code, "%"):
		x, _ := n.Mul(n, big.NewRat(100, 1)).Float64()
		v.text = strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(x, 'f', 14-int(math.Floor(math.Log10(math.Abs(x)+1e-300))), 64), "0"), ".") + "%"
		v.kind = kindText
	case st.NumFmt == 14 || strings.Contains(code, "yyyy"):
		x, _ := n.Float64()
		day, err := excelize.ExcelDateToTime(x, false)
		if err != nil {
			return v, err
		}
		v.text, v.kind = day.Format("2006-01-02"), kindDate
	}
	return v, nil
}

// cellsOf returns every cell with something in it, e.g. "表紙!D6" → "架空さくら証券".
func cellsOf(r cellReader) (map[string]string, error) {
	all := map[string]string{}
	for i, name := range r.Sheets() {
		err := r.Rows(i, func(row int, cells []rawCell) error {
			for j := range cells {
				v, err := r.Value(&cells[j])
				if err != nil {
					return err
				}
				if v.text != "" {
					all[name+"!"+cell(cells[j].column, row)] = v.text
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, a := range r.Merged() {
			all[fmt.Sprintf("%s!merged %s", name, a)] = "merged"
		}
	}
	return all, nil
}

func openBoth(t interface {
	Helper()
	Fatal(...any)
}, data []byte) (*book, oracle) {
	t.Helper()
	c, err := open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := openBook(c)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return b, oracle{f, new(string)}
}

func sameCells(t interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}, data []byte) map[string]string {
	t.Helper()
	b, o := openBoth(t, data)
	defer o.f.Close()
	ours, err := cellsOf(b)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := cellsOf(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range slices.Sorted(maps.Keys(ours)) {
		if ours[at] != theirs[at] {
			t.Errorf("%s: we read %q, excelize %q", at, ours[at], theirs[at])
		}
	}
	for _, at := range slices.Sorted(maps.Keys(theirs)) {
		if _, ok := ours[at]; !ok {
			t.Errorf("%s: we read nothing, excelize %q", at, theirs[at])
		}
	}
	return ours
}

func TestSameCellsAsExcelize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := excelize.NewFile()
		defer f.Close()
		if rapid.Bool().Draw(t, "second sheet") {
			if _, err := f.NewSheet("二枚目"); err != nil {
				t.Fatal(err)
			}
		}
		var styles []int
		for _, code := range []string{"0%", "0.0#%", "m/d/yyyy", `yyyy"年"m"月"d"日"`, `#,##0.0"%"`, "0.00E+00", "@", "General"} {
			style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
			if err != nil {
				t.Fatal(err)
			}
			styles = append(styles, style)
		}
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab あ漢𠮷&<>\"'=_x\n\t0")), 0, 20, -1).Filter(func(s string) bool { return !looksEscaped(s, 0) && !strings.Contains(s, "_x") })
		for range rapid.IntRange(1, 30).Draw(t, "cells") {
			sheets := f.GetSheetList()
			sheet := rapid.SampledFrom(sheets).Draw(t, "sheet")
			at := cell(rapid.IntRange(1, 30).Draw(t, "column"), rapid.IntRange(1, 60).Draw(t, "row"))
			var err error
			switch rapid.IntRange(0, 8).Draw(t, "kind") {
			case 0:
				err = f.SetCellStr(sheet, at, text.Draw(t, "text"))
			case 1:
				err = f.SetCellValue(sheet, at, rapid.Float64Range(-1e9, 1e9).Draw(t, "float"))
			case 2:
				err = f.SetCellInt(sheet, at, rapid.Int64Range(-1e12, 1e12).Draw(t, "int"))
			case 3:
				err = f.SetCellBool(sheet, at, rapid.Bool().Draw(t, "bool"))
			case 4:
				err = f.SetCellRichText(sheet, at, []excelize.RichTextRun{{Text: text.Draw(t, "run")}, {Text: text.Draw(t, "run"), Font: &excelize.Font{Bold: true}}})
			case 5:
				err = f.SetCellFormula(sheet, at, "=1+1")
			case 6:
				n := rapid.Int64Range(61, 60000).Draw(t, "day or number")
				err = errors.Join(f.SetCellInt(sheet, at, n), f.SetCellStyle(sheet, at, at, rapid.SampledFrom(styles).Draw(t, "style")))
			case 7:
				n := float64(rapid.Int64Range(1, 1e6).Draw(t, "parts")) / 1e5
				err = errors.Join(f.SetCellFloat(sheet, at, n, -1, 64), f.SetCellStyle(sheet, at, at, styles[rapid.IntRange(0, 1).Draw(t, "style")]))
			case 8:
				column, row, err := excelize.CellNameToCoordinates(at)
				if err == nil {
					err = f.MergeCell(sheet, at, cell(column+rapid.IntRange(0, 2).Draw(t, "wide"), row+rapid.IntRange(1, 3).Draw(t, "tall")))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		sameCells(t, b.Bytes())
	})
}

// handmade makes a workbook by hand, of one sheet and shared strings as other programs write them.
func handmade(t testing.TB, sheet, shared string) []byte {
	var b bytes.Buffer
	f := excelize.NewFile()
	defer f.Close()
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	names, bodies := Parts(t, b.Bytes())
	bodies["xl/worksheets/sheet1.xml"] = []byte(sheet)
	if !slices.Contains(names, "xl/sharedStrings.xml") {
		names = append(names, "xl/sharedStrings.xml")
		bodies["xl/_rels/workbook.xml.rels"] = []byte(strings.Replace(string(bodies["xl/_rels/workbook.xml.rels"]), "</Relationships>",
			`<Relationship Id="rId99" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`, 1))
	}
	bodies["xl/sharedStrings.xml"] = []byte(shared)
	return Pack(names, bodies)
}

const mainNS = ` xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`

func TestHowProgramsWriteCells(t *testing.T) {
	sheet := `<?xml version='1.0' encoding="UTF-8" standalone="yes"?>
<!-- a comment with <row> in it -->
<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
 <x:dimension ref="A1:C9"/>
 <x:sheetData>
  <x:row r="1" spans="1:3"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1" t="s" ><x:v> 1 </x:v></x:c><x:c r='C1' s="1"/></x:row>
  <x:row><x:c t="inlineStr"><x:is><x:t>詰めた&#x3042;&amp;</x:t></x:is></x:c><x:c t="b"><x:v>1</x:v></x:c></x:row>
  <x:row r="5"><x:c r="B5" t="e"><x:v>#N/A</x:v></x:c><x:c r="D5"><x:v>1.5E-3</x:v></x:c><x:c><x:v>45138</x:v></x:c></x:row>
  <x:row r="6"><x:c r="A6" t="str"><x:f>"a"&amp;"b"</x:f><x:v>ab</x:v></x:c><x:c r="B6"><x:f>1/3</x:f></x:c><x:c r="C6"><x:f t="shared" si="0"/><x:v>2</x:v></x:c></x:row>
  <x:row r="7"><x:c r="A7" t="inlineStr"><x:is><x:r><x:rPr><x:b/></x:rPr><x:t xml:space="preserve">東 </x:t></x:r><x:r><x:t>京</x:t></x:r><x:rPh sb="0" eb="1"><x:t>ヒガシ</x:t></x:rPh></x:is></x:c><x:c r="B7" t="inlineStr"><x:is><x:t><![CDATA[<b>&]]></x:t></x:is></x:c></x:row>
  <x:row r="8" note="a>b"><x:c r="C8" t="s"><x:v>2</x:v></x:c></x:row>
 </x:sheetData>
 <x:extLst><x:ext><row><c r="A1"><v>no</v></c></row></x:ext></x:extLst>
</x:worksheet>`
	shared := `<sst` + mainNS + `><si><t>ふつう</t><phoneticPr fontId="1"/></si><si><r><rPr><sz val="9"/></rPr><t xml:space="preserve">rich </t></r><r><t>text</t></r><rPh sb="0" eb="2"><t>リッチ</t></rPh></si><si><t xml:space="preserve"> a_x000D_b
c</t></si></sst>`
	data := handmade(t, sheet, shared)
	b, _ := openBoth(t, data)
	got, err := cellsOf(b)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"A1": "ふつう", "B1": "rich text", "A2": "詰めたあ&", "B2": "TRUE", "B5": "#N/A", "D5": "1.5E-3", "E5": "45138",
		"A6": "ab", "C6": "2", "A7": "東 京", "B7": "<b>&", "C8": " a\rb\nc",
	}
	for at, text := range want {
		if got["Sheet1!"+at] != text {
			t.Errorf("%s: read %q, want %q", at, got["Sheet1!"+at], text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("read %d cells, want %d: %v", len(got), len(want), got)
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		"a_x000D_b": "a\rb", "_x005F_x0041_": "_x0041_", "_xD83D__xDE00_": "😀", "_x00G0_": "_x00G0_", "_x": "_x", "__x0041_": "_A", "_x0041": "_x0041", "": "",
	} {
		if got := unescape(in); got != want {
			t.Errorf("unescape(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestReadWithOracle reads checklists with excelize in place of our scanner: the same answers and faults come out.
func TestReadWithOracle(t *testing.T) {
	ed := wideEdition(12)
	a := checklist.Answers{}
	for i, r := range ed.Refs() {
		if i%7 != 0 {
			a[r] = checklist.Answer{Choice: checklist.ChoiceID(fmt.Sprint("c", i%5))} // c4 is none of the choices
		}
	}
	var b bytes.Buffer
	if err := Filled(&b, ed, Identity{Firm: "S-0001"}, checklist.Cover{FirmName: "架空"}, a); err != nil {
		t.Fatal(err)
	}
	ours, theirs := openBoth(t, b.Bytes())
	x, y := readCells(ours, false, ed, Identity{}), readCells(theirs, false, ed, Identity{})
	if fmt.Sprint(x) != fmt.Sprint(y) || len(x.Answers) == 0 || len(x.Faults) == 0 {
		t.Errorf("with our reader\n%v\nwith excelize\n%v", x, y)
	}
	sameCells(t, b.Bytes())
}
