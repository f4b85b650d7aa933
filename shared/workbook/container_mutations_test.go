package workbook_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// file changes the packed file, once.
func (m *subject) file(change func(data []byte) []byte) bool {
	if m.zip != nil {
		return false
	}
	m.zip = change
	return true
}

// repackage packs the parts again, each as pack wants it.
func repackage(data []byte, pack func(z *zip.Writer, f *zip.File)) []byte {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		panic(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		pack(w, f)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// member finds a part in the packed file: where its data are, and where its entry in the directory is.
func member(data []byte, part string) (from, size, entry int) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		panic(err)
	}
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	entry = int(binary.LittleEndian.Uint32(data[end+16:]))
	for _, f := range z.File {
		if strings.EqualFold(f.Name, part) {
			at, err := f.DataOffset()
			if err != nil {
				panic(err)
			}
			return int(at), int(f.CompressedSize64), entry
		}
		le := binary.LittleEndian
		entry += 46 + int(le.Uint16(data[entry+28:])) + int(le.Uint16(data[entry+30:])) + int(le.Uint16(data[entry+32:]))
	}
	panic("no part " + part)
}

// spoilMember changes a part as it lies in the file; it must be refused by the name of the part.
func (m *subject) spoilMember(r *rand.Rand, codes []checklist.FaultCode, change func(data []byte, from, size, entry int) []byte) bool {
	if m.whole != nil || m.zip != nil {
		return false
	}
	part, w := m.needed(r, codes)
	m.whole = w
	return m.file(func(data []byte) []byte {
		if to, ok := m.renamed[part]; ok {
			part = to
		}
		from, size, entry := member(data, part)
		return change(bytes.Clone(data), from, size, entry)
	})
}

// all of these are true of a file of which any byte may be wrong.
var anyOfTheFile = []checklist.FaultCode{checklist.CodeDamaged, checklist.CodeUnreadable, checklist.CodeTooLarge, checklist.CodeNotWorkbook, checklist.CodeEncrypted,
	checklist.CodeText, checklist.CodeMacros, checklist.CodeBinaryWorkbook, checklist.CodeEmptyFile}

// wreck refuses the file as a whole, with one of these codes.
func (m *subject) wreck(codes []checklist.FaultCode, change func(data []byte) []byte) bool {
	if m.whole != nil || m.zip != nil {
		return false
	}
	m.whole = &wholeFault{codes: codes}
	return m.file(change)
}

func code(c checklist.FaultCode) []checklist.FaultCode { return []checklist.FaultCode{c} }

// containerMutations change the zip.
var containerMutations = []mutation{
	{name: "parts stored, or deflated as other programs do, in another order", come: read_, do: func(m *subject, r *rand.Rand) bool {
		m.parts = append(m.parts, func(p *unpacked) {
			r.Shuffle(len(p.names), func(i, j int) { p.names[i], p.names[j] = p.names[j], p.names[i] })
		})
		return m.file(func(data []byte) []byte {
			return repackage(data, func(z *zip.Writer, f *zip.File) {
				w, _ := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: pick(r, zip.Store, zip.Deflate), Extra: pick(r, nil, []byte{0x99, 0x99, 4, 0, 1, 2, 3, 4})})
				c, _ := f.Open()
				var b bytes.Buffer
				b.ReadFrom(c)
				w.Write(b.Bytes())
			})
		})
	}},
	{name: "other files in the zip", come: read_, do: func(m *subject, r *rand.Rand) bool {
		m.parts = append(m.parts, func(p *unpacked) {
			for _, n := range []string{"__MACOSX/._x", ".DS_Store", "xl/", "customXml/item1.xml", "xl/media/画像1.png", "xl/printerSettings/printerSettings1.bin"} {
				if r.IntN(2) == 0 {
					p.names = append(p.names, n)
				}
			}
		})
		return true
	}},
	{name: "a comment behind the directory", come: read_, do: func(m *subject, r *rand.Rand) bool {
		return m.file(func(data []byte) []byte {
			n := 1 + r.IntN(100)
			data = append(bytes.Clone(data), strings.Repeat("c", n)...)
			binary.LittleEndian.PutUint16(data[len(data)-n-2:], uint16(n))
			return data
		})
	}},
	{name: "a flipped bit in a part", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.spoilMember(r, damaged, func(data []byte, from, size, _ int) []byte {
			data[from+r.IntN(size)] ^= 1 << r.IntN(8)
			return data
		})
	}},
	{name: "bytes of a part blanked", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.spoilMember(r, damaged, func(data []byte, from, size, _ int) []byte {
			at := from + r.IntN(size-8)
			if bytes.Equal(data[at:at+8], make([]byte, 8)) {
				data[at] = 1
				return data
			}
			copy(data[at:], make([]byte, 8))
			return data
		})
	}},
	{name: "a wrong checksum in the directory", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.spoilMember(r, damaged, func(data []byte, _, _, entry int) []byte {
			data[entry+16+r.IntN(4)] ^= byte(1 + r.IntN(255))
			return data
		})
	}},
	{name: "a wrong size in the directory", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.spoilMember(r, []checklist.FaultCode{checklist.CodeDamaged, checklist.CodeTooLarge}, func(data []byte, _, _, entry int) []byte {
			data[entry+24+r.IntN(2)] ^= byte(1 + r.IntN(255))
			return data
		})
	}},
	{name: "a compression that is not known", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.spoilMember(r, damaged, func(data []byte, _, _, entry int) []byte {
			binary.LittleEndian.PutUint16(data[entry+10:], pick(r, uint16(1), 9, 12, 14, 93, 95))
			return data
		})
	}},
	{name: "an encrypted part", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.wreck(code(checklist.CodeEncrypted), func(data []byte) []byte {
			_, _, entry := member(data, stringsPart)
			data = bytes.Clone(data)
			data[entry+8] |= 1
			return data
		})
	}},
	{name: "cut short", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.wreck([]checklist.FaultCode{checklist.CodeDamaged, checklist.CodeNotWorkbook, checklist.CodeText, checklist.CodeEmptyFile}, func(data []byte) []byte { return data[:r.IntN(len(data))] })
	}},
	{name: "its beginning lost", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.wreck([]checklist.FaultCode{checklist.CodeDamaged, checklist.CodeNotWorkbook, checklist.CodeText, checklist.CodePicture}, func(data []byte) []byte { return data[1+r.IntN(len(data)-1):] })
	}},
	{name: "any byte of the file changed", come: either, do: func(m *subject, r *rand.Rand) bool {
		if m.zip != nil {
			return false
		}
		m.maybe = m.whole == nil
		codes := anyOfTheFile
		if m.whole != nil {
			codes = append(slices.Clone(codes), m.whole.codes...)
		}
		m.whole = &wholeFault{codes: codes}
		return m.file(func(data []byte) []byte {
			data = bytes.Clone(data)
			for range 1 + r.IntN(3) {
				data[r.IntN(len(data))] ^= byte(1 + r.IntN(255))
			}
			return data
		})
	}},
	{name: "a part missing", come: refused, do: func(m *subject, r *rand.Rand) bool {
		part, w := m.needed(r, damaged)
		if m.whole != nil {
			return false
		}
		m.whole = w
		if part == typesPart {
			m.whole = &wholeFault{codes: code(checklist.CodeNotWorkbook)}
		}
		m.first(func(p *unpacked) {
			var rest []string
			for _, n := range p.names {
				if n != part {
					rest = append(rest, n)
				}
			}
			p.names = rest
		})
		return true
	}},
	{name: "a part twice", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.twice(r, func(n string) string { return n })
	}},
	{name: "a part twice, the second in capitals", come: refused, do: func(m *subject, r *rand.Rand) bool { return m.twice(r, strings.ToUpper) }},
	{name: "a part whose name leads out of the zip", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.with(damaged, pick(r, "../x", "/xl/x.xml", "xl/../x", `xl\x.xml`, "C:/x", "xl//x.xml", "./x"))
	}},
	{name: "macros", come: refused, do: func(m *subject, r *rand.Rand) bool {
		return m.with(code(checklist.CodeMacros), pick(r, "xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"))
	}},
	{name: "another kind of document", come: refused, do: func(m *subject, r *rand.Rand) bool {
		name := pick(r, "xl/workbook.bin", "word/document.xml", "ppt/presentation.xml", "mimetype")
		if name == "xl/workbook.bin" {
			return m.with(code(checklist.CodeBinaryWorkbook), name)
		}
		return m.with(code(checklist.CodeNotWorkbook), name)
	}},
}

func (m *subject) twice(r *rand.Rand, named func(string) string) bool {
	if m.whole != nil {
		return false
	}
	m.whole = &wholeFault{codes: damaged}
	m.parts = append(m.parts, func(p *unpacked) {
		n := pick(r, p.names...)
		for named(n) == n && named("x") != "x" { // a name all in capitals
			n = pick(r, p.names...)
		}
		p.names = append(p.names, named(n))
		p.bodies[named(n)] = p.bodies[n]
	})
	return true
}

// with adds a part, for which the file is refused.
func (m *subject) with(codes []checklist.FaultCode, name string) bool {
	if m.whole != nil {
		return false
	}
	m.whole = &wholeFault{codes: codes}
	m.parts = append(m.parts, func(p *unpacked) { p.names = append(p.names, name) })
	return true
}
