package workbook_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

const sheetPart = "xl/worksheets/sheet4.xml" // of the first section

// repack changes one part of a workbook; a part that was not there is added.
func repack(t testing.TB, data []byte, name string, change func(string) string) []byte {
	names, bodies := workbook.Parts(t, data)
	if _, ok := bodies[name]; !ok {
		names = append(names, name)
	}
	bodies[name] = []byte(change(string(bodies[name])))
	return workbook.Pack(names, bodies)
}

const bombSize = 1500 << 20

// squeezed is 1.5 GB of blanks, deflated, with their checksum. Every megabyte but the first deflates to the same bytes.
var squeezed = sync.OnceValues(func() ([]byte, uint32) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		panic(err)
	}
	blank := bytes.Repeat([]byte(" "), 1<<20)
	sum := crc32.NewIEEE()
	var one []byte
	for i := range bombSize >> 20 {
		sum.Write(blank)
		if i > 1 {
			b.Write(one)
			continue
		}
		from := b.Len()
		w.Write(blank)
		w.Flush()
		one = bytes.Clone(b.Bytes()[from:])
	}
	w.Close()
	return b.Bytes(), sum.Sum32()
})

// bomb replaces a sheet by one that inflates to 1.5 GB, and lets the directory say it inflates to claimed.
func bomb(t testing.TB, data []byte, claimed int64) []byte {
	names, bodies := workbook.Parts(t, data)
	deflated, sum := squeezed()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		if n != sheetPart {
			f, err := z.Create(n)
			if err != nil {
				t.Fatal(err)
			}
			f.Write(bodies[n])
			continue
		}
		f, err := z.CreateRaw(&zip.FileHeader{Name: n, Method: zip.Deflate, CRC32: sum, CompressedSize64: uint64(len(deflated)), UncompressedSize64: uint64(claimed)})
		if err != nil {
			t.Fatal(err)
		}
		f.Write(deflated)
	}
	z.Close()
	return b.Bytes()
}

// compoundFile makes an OLE compound file whose directory has these entries.
func compoundFile(names ...string) []byte {
	b := make([]byte, 512*4)
	copy(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	binary.LittleEndian.PutUint16(b[28:], 0xfffe)
	for i, n := range names {
		entry := b[1024+128*i:]
		for j := range len(n) {
			entry[2*j] = n[j]
		}
		binary.LittleEndian.PutUint16(entry[64:], uint16(2*len(n)+2))
	}
	return b
}

type hostile struct {
	story string
	file  func() []byte
	code  checklist.FaultCode
}

func hostiles(t testing.TB) []hostile {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	names, bodies := workbook.Parts(t, filled)
	one := func(b []byte) func() []byte { return func() []byte { return b } }
	with := func(name, body string) func() []byte {
		return func() []byte { return repack(t, filled, name, func(string) string { return body }) }
	}
	sheet := func(data string) string {
		return `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + data + `</sheetData></worksheet>`
	}
	return []hostile{
		{"nothing at all", one(nil), checklist.CodeEmptyFile},
		{"a text", one([]byte("設問,回答\n1-1,2\n")), checklist.CodeText},
		{"a text in CP932", one([]byte("\x90\xdd\x96\xe2,\x89\xf1\x93\x9a\r\n1-1,2\r\n")), checklist.CodeText},
		{"a web page", one([]byte("\n<!DOCTYPE html><html>")), checklist.CodeNotWorkbook},
		{"a picture renamed .xlsx", one([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")), checklist.CodePicture},
		{"a photo", one([]byte("\xff\xd8\xff\xe0\x00\x10JFIF")), checklist.CodePicture},
		{"a PDF", one([]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3")), checklist.CodePicture},
		{"bytes of no kind", one([]byte{1, 2, 3, 0, 255}), checklist.CodeNotWorkbook},
		{"encrypted with a password", one(compoundFile("Root Entry", "EncryptedPackage", "\x06DataSpaces", "EncryptionInfo")), checklist.CodeEncrypted},
		{"rights-managed", one(compoundFile("Root Entry", "DRMEncryptedTransform")), checklist.CodeEncrypted},
		{"the old .xls", one(compoundFile("Root Entry", "Workbook")), checklist.CodeOldFormat},
		{"the older .xls", one(compoundFile("Root Entry", "Book")), checklist.CodeOldFormat},
		{"an old .doc", one(compoundFile("Root Entry", "WordDocument")), checklist.CodeNotWorkbook},
		{"a macro workbook", with("xl/vbaProject.bin", "x"), checklist.CodeMacros},
		{"a macro workbook by its type", func() []byte {
			return repack(t, filled, "[Content_Types].xml", func(s string) string {
				return strings.Replace(s, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml", 1)
			})
		}, checklist.CodeMacros},
		{"a binary workbook", with("xl/workbook.bin", "x"), checklist.CodeBinaryWorkbook},
		{"a .docx", one(workbook.Pack([]string{"[Content_Types].xml", "word/document.xml"}, nil)), checklist.CodeNotWorkbook},
		{"an .ods", one(workbook.Pack([]string{"mimetype", "content.xml"}, nil)), checklist.CodeNotWorkbook},
		{"a zip with the workbook in it", one(workbook.Pack([]string{"点検票.xlsx"}, map[string][]byte{"点検票.xlsx": filled})), checklist.CodeNotWorkbook},
		{"an empty zip", one(workbook.Pack(nil, nil)), checklist.CodeNotWorkbook},
		{"cut short", one(filled[:len(filled)*2/3]), checklist.CodeDamaged},
		{"one flipped byte in a sheet", func() []byte { return flip(t, filled, sheetPart) }, checklist.CodeDamaged},
		{"one flipped byte in the shared strings", func() []byte { return flip(t, filled, "xl/sharedStrings.xml") }, checklist.CodeDamaged},
		{"1.6 MB that inflates to 1.5 GB", func() []byte { return bomb(t, filled, bombSize) }, checklist.CodeTooLarge},
		{"the same, with a directory that lies", func() []byte { return bomb(t, filled, 1<<20) }, checklist.CodeDamaged},
		{"2 million nested tags", with(sheetPart, sheet(strings.Repeat("<row>", 2_000_000))), checklist.CodeUnreadable},
		{"60,000 empty entries", func() []byte {
			for i := range 60_000 {
				names = append(names, fmt.Sprintf("x/%d", i))
			}
			return workbook.Pack(names, bodies)
		}, checklist.CodeTooLarge},
		{"1,200 entries", func() []byte { return workbook.Pack(names[:min(len(names), 1200)], bodies) }, checklist.CodeTooLarge},
		{"two parts of the same name", func() []byte { return workbook.Pack([]string{"[Content_Types].xml", sheetPart, sheetPart}, bodies) }, checklist.CodeDamaged},
		{"two parts whose names differ in case", func() []byte {
			return workbook.Pack([]string{"[Content_Types].xml", sheetPart, strings.ToUpper(sheetPart)}, bodies)
		}, checklist.CodeDamaged},
		{"a name that climbs", with("../../etc/passwd", "x"), checklist.CodeDamaged},
		{"a name from the root", with("/xl/x.xml", "x"), checklist.CodeDamaged},
		{"a document type", with(sheetPart, `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>`+sheet("")), checklist.CodeUnreadable},
		{"an entity of its own", with(sheetPart, sheet(`<row r="1"><c r="A1" t="inlineStr"><is><t>&lol;</t></is></c></row>`)), checklist.CodeUnreadable},
		{"tags that do not match", with(sheetPart, sheet("<row></c>")), checklist.CodeUnreadable},
		{"Shift_JIS inside", with(sheetPart, `<?xml version="1.0" encoding="Shift_JIS"?><worksheet/>`), checklist.CodeUnreadable},
		{"row 1,048,577", with(sheetPart, sheet(`<row r="1048577"><c><v>1</v></c></row>`)), checklist.CodeTooLarge},
		{"column XFE", with(sheetPart, sheet(`<row r="1"><c r="XFE1"><v>1</v></c></row>`)), checklist.CodeTooLarge},
		{"rows out of order", with(sheetPart, sheet(`<row r="2"/><row r="1"/>`)), checklist.CodeDamaged},
		{"200,001 cells", with(sheetPart, sheet(strings.Repeat("<row><c><v>1</v></c></row>", 200_001))), checklist.CodeTooLarge},
		{"a string that is not there", with(sheetPart, sheet(`<row r="1"><c r="A1" t="s"><v>999999</v></c></row>`)), checklist.CodeDamaged},
		{"no sheet part", func() []byte {
			var rest []string
			for _, n := range names[:min(len(names), 30)] {
				if n != sheetPart {
					rest = append(rest, n)
				}
			}
			return workbook.Pack(rest, bodies)
		}, checklist.CodeDamaged},
		{"21 MiB", func() []byte { return append(bytes.Clone(filled), make([]byte, 21<<20)...) }, checklist.CodeTooLarge},
	}
}

// flip changes one byte in the middle of a part as it lies compressed in the file.
func flip(t testing.TB, data []byte, name string) []byte {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if f.Name == name {
			at, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			out := bytes.Clone(data)
			out[at+int64(f.CompressedSize64)/2] ^= 0x10
			return out
		}
	}
	t.Fatalf("no part %s", name)
	return nil
}

func TestHostileFiles(t *testing.T) {
	ed := smallEdition()
	for _, h := range hostiles(t) {
		t.Run(h.story, func(t *testing.T) {
			got := read(ed, h.file())
			if len(got.Faults) != 1 || got.Faults[0].Code != h.code || got.Answers != nil {
				t.Fatalf("got %v with %d answers, want %s alone", summary(got.Faults), len(got.Answers), h.code)
			}
			f := got.Faults[0]
			if !f.What.Complete() || !f.Mend.Complete() || strings.ContainsAny(f.What.JA+f.What.EN+f.Mend.JA+f.Mend.EN, "{}") {
				t.Errorf("incomplete words %+v %+v", f.What, f.Mend)
			}
		})
	}
}
