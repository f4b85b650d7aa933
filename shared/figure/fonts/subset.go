package fonts

import (
	"encoding/binary"
	"slices"
)

// A Subset is the part of a face that some texts need, numbered anew: every character has a code of its own, so that a
// text can be read back as it was typed even where two characters look alike or a geta mark stands for one. Code 0 is
// the glyph of an unknown character. A Subset grows by Add; it is safe to read by several goroutines once none adds.
type Subset struct {
	Face  *Face
	codes [0x300]*[256]uint16
	runes []rune // by code, less one
}

// NewSubset returns an empty subset of a face.
func NewSubset(f *Face) *Subset { return &Subset{Face: f} }

// Code returns the code of a character, or 0 if it was not added.
func (s *Subset) Code(r rune) uint16 {
	if r < 0 || int(r) >= len(s.codes)<<8 || s.codes[r>>8] == nil {
		return 0
	}
	return s.codes[r>>8][r&255]
}

// Add adds the characters of a text. Control characters, which no text of ours should have, are left out.
func (s *Subset) Add(text string) {
	for _, r := range text {
		s.AddRune(r)
	}
}

// AddRune adds a character and returns its code.
func (s *Subset) AddRune(r rune) uint16 {
	if c := s.Code(r); c != 0 {
		return c
	}
	if r < 0x20 || int(r) >= len(s.codes)<<8 || len(s.runes) == 0xfffe {
		return 0
	}
	if s.codes[r>>8] == nil {
		s.codes[r>>8] = new([256]uint16)
	}
	s.runes = append(s.runes, r)
	s.codes[r>>8][r&255] = uint16(len(s.runes))
	return uint16(len(s.runes))
}

// Runes returns the characters in the order of their codes, which begin at 1.
func (s *Subset) Runes() []rune { return s.runes }

// TrueType returns the subset as a font file whose glyph numbers are the codes. It has the tables that a PDF needs and no
// others, and depends on nothing but the characters and the order in which they were added.
func (s *Subset) TrueType() []byte {
	f := s.Face
	glyphs := []uint16{0} // of the face, by the number in the subset
	for _, r := range s.runes {
		g, ok := f.Shown(r)
		if !ok {
			g = none
		}
		glyphs = append(glyphs, g)
	}
	var glyf, loca, hmtx []byte
	for _, g := range glyphs {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		if g == none {
			hmtx = append(hmtx, 0, 0, 0, 0)
			continue
		}
		hmtx = binary.BigEndian.AppendUint16(hmtx, f.advances[g])
		data, left := f.data(g), 0
		if len(data) > 0 {
			left = i16(data, 2)
		}
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(int16(left)))
		glyf = append(glyf, data...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	head, hhea, maxp := slices.Clone(f.tables["head"]), slices.Clone(f.tables["hhea"]), slices.Clone(f.tables["maxp"])
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	binary.BigEndian.PutUint32(head[8:], 0)  // the sum of the whole file, set below
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(glyphs)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(glyphs)))
	tables := []table{{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}}
	if prep := f.tables["prep"]; prep != nil {
		tables = append(tables, table{"prep", prep})
	}
	return file(tables)
}

// none is no glyph at all, for a character that shows nothing.
const none = 0xffff

type table struct {
	tag  string
	data []byte
}

// file lays out a font file: a directory, then the tables in the order of their names.
func file(tables []table) []byte {
	entries := 1
	selector := 0
	for entries*2 <= len(tables) {
		entries, selector = entries*2, selector+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, v := range []int{len(tables), entries * 16, selector, (len(tables) - entries) * 16} {
		out = binary.BigEndian.AppendUint16(out, uint16(v))
	}
	at, head := len(out)+16*len(tables), 0
	for _, t := range tables {
		if t.tag == "head" {
			head = at
		}
		out = append(out, t.tag...)
		out = binary.BigEndian.AppendUint32(out, sum(t.data))
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t.data)))
		at += (len(t.data) + 3) &^ 3
	}
	for _, t := range tables {
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	binary.BigEndian.PutUint32(out[head+8:], 0xb1b0afba-sum(out))
	return out
}

// sum adds up a table as big-endian words of 32 bits, as its directory entry does.
func sum(data []byte) uint32 {
	var s uint32
	for len(data) >= 4 {
		s += binary.BigEndian.Uint32(data)
		data = data[4:]
	}
	var last [4]byte
	copy(last[:], data)
	return s + binary.BigEndian.Uint32(last[:])
}
