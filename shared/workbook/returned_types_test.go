package workbook_test

import (
	"bytes"
	"testing"

	"cssa/shared/workbook"
)

// excelize, saving under a name, and SheetJS, always, declare macros by default for parts that are not there.
func TestADefaultForNoPartIsNoMacro(t *testing.T) {
	ed := smallEdition()
	data := write(t, ed, signed(ed), complete())
	for _, declared := range []string{"application/vnd.ms-office.vbaProject", "application/vnd.ms-excel.sheet.binary.macroEnabled.main"} {
		names, parts := workbook.Parts(t, data)
		const types = "[Content_Types].xml"
		parts[types] = bytes.Replace(parts[types], []byte("<Default "), []byte(`<Default Extension="bin" ContentType="`+declared+`"></Default><Default `), 1)
		if got := read(ed, workbook.Pack(names, parts)); len(got.Faults) > 0 {
			t.Errorf("%s: %q", declared, summary(got.Faults))
		}
		parts["xl/other.bin"] = []byte("x")
		if got := read(ed, workbook.Pack(append(names, "xl/other.bin"), parts)); len(got.Faults) != 1 {
			t.Errorf("%s, with such a part: %q", declared, summary(got.Faults))
		}
	}
}
