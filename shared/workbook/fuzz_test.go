package workbook_test

import (
	"bytes"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// FuzzRead reads anything at all: as a file, and as one part of a workbook, which a fuzzer does not reach behind the
// checksums by itself. Reading it twice gives the same, a file that cannot be read has exactly one fault, and what was read
// can be written and reads back.
func FuzzRead(f *testing.F) {
	ed := smallEdition()
	filled := write(f, ed, signed(ed), complete())
	template, err := workbook.NewTemplate(ed)
	if err != nil {
		f.Fatal(err)
	}
	_, bodies := workbook.Parts(f, filled)
	small := []string{"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/sharedStrings.xml", sheetPart, "xl/worksheets/sheet1.xml"}
	f.Add(byte(0), filled)
	f.Add(byte(0), filled[:2000])
	f.Add(byte(0), compoundFile("Root Entry", "EncryptedPackage"))
	for i, name := range small {
		f.Add(byte(i+1), bodies[name])
	}
	f.Add(byte(5), []byte(`<worksheet><sheetData><row><c t="inlineStr"><is><t>cssa</t></is></c><c r="D1" t="str"><v>answer-1</v></c></row><row r="9"><c t="str"><v>policy</v></c><c r="D9"><v>1</v></c></row></sheetData></worksheet>`))
	f.Fuzz(func(t *testing.T, which byte, data []byte) {
		if n := int(which) % (len(small) + 1); n > 0 {
			name := small[n-1]
			data = repack(t, filled, name, func(string) string { return string(data) })
		}
		got, again := read(ed, data), read(ed, data)
		if a, b := listed(got), listed(again); a != b {
			t.Fatalf("read twice:\n%s\n%s", a, b)
		}
		for _, x := range got.Faults {
			if x.Code == checklist.CodeUnreadable && len(got.Faults) != 1 {
				t.Fatalf("unreadable, and yet %s", listed(got))
			}
			if !x.What.Complete() || !x.Mend.Complete() {
				t.Fatalf("a fault without words: %+v", x)
			}
		}
		if got.Answers == nil {
			if len(got.Faults) == 0 {
				t.Fatal("no answers and no faults")
			}
			return
		}
		who, err := workbook.IdentityOf(bytes.NewReader(data), int64(len(data)))
		if err != nil || who.Firm != identityOf(ed).Firm {
			t.Fatalf("identity %+v, %v", who, err)
		}
		var b bytes.Buffer
		if err := template.Filled(&b, identityOf(ed), got.Cover, got.Answers); err != nil {
			t.Fatal(err)
		}
		if back := read(ed, b.Bytes()); len(back.Answers) != len(got.Answers) {
			t.Fatalf("wrote %d answers, read %d", len(got.Answers), len(back.Answers))
		}
	})
}

func listed(r workbook.Reading) (s string) {
	for _, line := range summary(r.Faults) {
		s += line + "\n"
	}
	return s
}
