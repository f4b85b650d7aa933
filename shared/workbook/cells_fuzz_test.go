package workbook

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"
)

// FuzzSameCellsAsExcelize reads sheets and shared strings of any bytes. What we read, excelize reads too; where we differ, we
// must have refused the file with a fault.
func FuzzSameCellsAsExcelize(f *testing.F) {
	sheet := func(data string) []byte {
		return []byte(`<worksheet` + mainNS + `><sheetData>` + data + `</sheetData></worksheet>`)
	}
	shared := []byte(`<sst` + mainNS + `><si><t>ふつう</t></si><si><r><t xml:space="preserve">a </t></r><r><rPr><b/></rPr><t>b</t></r><rPh sb="0" eb="1"><t>ルビ</t></rPh></si><si><t/></si></sst>`)
	for _, data := range []string{
		`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row><row r="3"><c r="B3"><v>1.5</v></c></row>`,
		`<row><c><v>1</v></c><c t="inlineStr"><is><t> a&amp;b </t></is></c></row><row><c t="str"><f>A1</f><v>x_x000D_y</v></c></row>`,
		`<row r="2"><c r="A2" t="b"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c><c r="C2"><f>1+1</f></c><c r="D2"/></row>`,
		`<row r="2"><c r="A2" t="inlineStr"><is><r><t>東</t></r><r><t>京</t></r><rPh sb="0" eb="1"><t>ト</t></rPh></is></c><!-- x --></row>`,
		`<row r="1"><c r="A1" t="str"><v><![CDATA[a<b]]></v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells><sheetData>`,
		`<row r="1"><c r="A1" t="d"><v>2023-07-31</v></c><c t="s"><v>2</v></c><c t="n"><v>1E3</v></c></row>`,
	} {
		f.Add(sheet(data), shared)
	}
	f.Add([]byte(`<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>`), shared)
	far := regexp.MustCompile(`\d{4}|[A-Z]{3}`) // excelize takes minutes over a million rows
	f.Fuzz(func(t *testing.T, sheet, shared []byte) {
		if data := bytes.ReplaceAll(sheet, []byte("/2006/"), nil); far.Match(data) {
			return
		}
		data := handmade(t, string(sheet), string(shared))
		c, err := open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := openBook(c)
		var ours map[string]string
		if err == nil {
			ours, err = cellsOf(b)
		}
		if err != nil {
			if x := faultOf(err); !x.What.Complete() || !x.Mend.Complete() {
				t.Fatalf("a refusal without words: %v", err)
			}
			return
		}
		theirs, err := excelizeCells(data)
		if err != nil {
			return // what excelize refuses it cannot judge
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
	})
}

// excelizeCells are the cells that excelize reads. It panics on some parts that are not well-formed.
func excelizeCells(data []byte) (cells map[string]string, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("excelize panicked")
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return cellsOf(oracle{f, new(string)})
}
