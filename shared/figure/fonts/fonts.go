// Package fonts holds the two weights that every drawing of ours is set in, Noto Sans JP Regular and Bold (SIL Open Font
// License, see OFL.txt), and reads them: which glyph a character has, how wide it is, its outline, and a subset for a PDF.
//
// Lengths of a font are in thousandths of the size of the type, as in its own tables and in a PDF. Figures are tabular by
// themselves, and no kerning or ligature is applied, so the width of a text is the sum of the widths of its characters.
package fonts

import (
	_ "embed" // the fonts
	"encoding/binary"
	"fmt"
	"sync"
	"unicode"
)

//go:embed NotoSansJP-Regular.ttf
var regularTTF []byte

//go:embed NotoSansJP-Bold.ttf
var boldTTF []byte

// A Weight is how heavy a face is.
type Weight uint8

// The two weights.
const (
	Regular Weight = iota
	Bold
)

var weights = []func() *Face{
	Regular: sync.OnceValue(func() *Face { return mustParse("NotoSansJP-Regular", regularTTF) }),
	Bold:    sync.OnceValue(func() *Face { return mustParse("NotoSansJP-Bold", boldTTF) }),
}

// Get returns the face of a weight, which is read once.
func Get(w Weight) *Face { return weights[w]() }

// Geta (下駄) is the mark that Japanese printers set for a character they have no type for.
const Geta = '〓'

// A Face is one font. It is never changed after it is read and may be used by several goroutines.
type Face struct {
	Name                       string // the PostScript name
	Ascent, Descent, CapHeight int    // of the Latin letters; Descent is negative
	Box                        [4]int // around all glyphs: left, bottom, right, top

	tables   map[string][]byte
	pages    [0x300]*[256]uint16 // the glyph of a character, by its upper and its last eight bits
	advances []uint16
	loca     []uint32
	glyf     []byte
	geta     uint16
}

func mustParse(name string, ttf []byte) *Face {
	f, err := parse(name, ttf)
	if err != nil {
		panic(fmt.Sprintf("fonts: %s: %v", name, err)) // the file is part of the program
	}
	return f
}

func u16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func i16(b []byte, at int) int { return int(int16(binary.BigEndian.Uint16(b[at:]))) }
func u32(b []byte, at int) int { return int(binary.BigEndian.Uint32(b[at:])) }

func parse(name string, ttf []byte) (*Face, error) {
	f := &Face{Name: name, tables: map[string][]byte{}}
	for i := range u16(ttf, 4) {
		at := 12 + 16*i
		from := u32(ttf, at+8)
		f.tables[string(ttf[at:at+4])] = ttf[from : from+u32(ttf, at+12)]
	}
	for _, table := range []string{"head", "hhea", "maxp", "hmtx", "loca", "glyf", "cmap", "OS/2"} {
		if f.tables[table] == nil {
			return nil, fmt.Errorf("no table %q", table)
		}
	}
	head, hhea, os2 := f.tables["head"], f.tables["hhea"], f.tables["OS/2"]
	if em := u16(head, 18); em != 1000 {
		return nil, fmt.Errorf("%d units to the em, not 1000", em)
	}
	f.Box = [4]int{i16(head, 36), i16(head, 38), i16(head, 40), i16(head, 42)}
	f.Ascent, f.Descent, f.CapHeight = i16(os2, 68), i16(os2, 70), i16(os2, 88)
	glyphs, long := u16(f.tables["maxp"], 4), u16(head, 50) == 1
	hmtx, measured := f.tables["hmtx"], u16(hhea, 34)
	f.advances = make([]uint16, glyphs)
	for g := range f.advances {
		f.advances[g] = uint16(u16(hmtx, 4*min(g, measured-1)))
	}
	f.glyf = f.tables["glyf"]
	f.loca = make([]uint32, glyphs+1)
	for g := range f.loca {
		if long {
			f.loca[g] = uint32(u32(f.tables["loca"], 4*g))
		} else {
			f.loca[g] = 2 * uint32(u16(f.tables["loca"], 2*g))
		}
	}
	for g := range f.advances {
		if d := f.data(uint16(g)); len(d) > 0 && i16(d, 0) < 0 {
			return nil, fmt.Errorf("glyph %d is made of others, which outlines and subsets do not know", g)
		}
	}
	if err := f.readCmap(); err != nil {
		return nil, err
	}
	geta, ok := f.Glyph(Geta)
	if !ok {
		return nil, fmt.Errorf("no %c for characters that are missing", Geta)
	}
	f.geta = geta
	return f, nil
}

// readCmap reads the one subtable that has every character: format 12, segments of the whole of Unicode.
func (f *Face) readCmap() error {
	cmap := f.tables["cmap"]
	for i := range u16(cmap, 2) {
		sub := cmap[u32(cmap, 4+8*i+4):]
		if u16(sub, 0) != 12 {
			continue
		}
		for g := range u32(sub, 12) {
			from, to, glyph := u32(sub, 16+12*g), u32(sub, 20+12*g), u32(sub, 24+12*g)
			for r := from; r <= to && r < len(f.pages)<<8; r++ {
				page := &f.pages[r>>8]
				if *page == nil {
					*page = new([256]uint16)
				}
				(*page)[r&255] = uint16(glyph + r - from)
			}
		}
		return nil
	}
	return fmt.Errorf("no cmap of format 12")
}

// Glyph returns the glyph of a character, if the face has one.
func (f *Face) Glyph(r rune) (uint16, bool) {
	if r < 0 || int(r) >= len(f.pages)<<8 || f.pages[r>>8] == nil {
		return 0, false
	}
	g := f.pages[r>>8][r&255]
	return g, g != 0
}

// Shown returns the glyph that is set for a character: its own, the geta mark where the face has none, or none at all for
// a character that shows nothing.
func (f *Face) Shown(r rune) (glyph uint16, ok bool) {
	if g, ok := f.Glyph(r); ok {
		return g, true
	}
	if silent(r) {
		return 0, false
	}
	return f.geta, true
}

// silent says whether a character has no shape: controls, marks of direction and joining, and selectors of a variant,
// which stand behind the character they are about.
func silent(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

// Advance returns the width of a character as it is set, in thousandths of the size.
func (f *Face) Advance(r rune) int {
	g, ok := f.Shown(r)
	if !ok {
		return 0
	}
	return int(f.advances[g])
}

// Width returns the width of a line of text, in the unit of size.
func (f *Face) Width(text string, size float64) float64 {
	n := 0
	for _, r := range text {
		n += f.Advance(r)
	}
	return float64(n) * size / 1000
}

// Missing returns the characters of a text for which a geta mark is set, in their order.
func (f *Face) Missing(text string) []rune {
	var missing []rune
	for _, r := range text {
		if _, ok := f.Glyph(r); !ok && !silent(r) {
			missing = append(missing, r)
		}
	}
	return missing
}
