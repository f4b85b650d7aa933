package fonts_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"cssa/shared/figure/fonts"
)

var files = map[fonts.Weight]string{fonts.Regular: "NotoSansJP-Regular.ttf", fonts.Bold: "NotoSansJP-Bold.ttf"}

// Sums of the fonts' hmtx tables by fontTools 4.
func TestWidths(t *testing.T) {
	for text, want := range map[string][2]float64{
		"12領域のうち9領域で、同業グループの中央値以上です。":                      {25665, 25770},
		"Most firms (78.4%) run at least one drill a year": {21202, 22591},
		"髙﨑㈱ n=272":  {6054, 6228},
		"20.2 17.0":  {4110, 4417},
		"ｶﾀｶﾅ ÀÉ fi": {4245, 4386},
	} {
		for w, want := range want {
			if got := fonts.Get(fonts.Weight(w)).Width(text, 1000); got != want {
				t.Errorf("%q is %v wide, want %v", text, got, want)
			}
		}
	}
}

// Another reader of fonts finds the same glyph, width and outline for every character that both know.
func TestEveryCharacterReadsAsAnotherReaderReadsIt(t *testing.T) {
	for w, name := range files {
		other, f := open(t, name), fonts.Get(w)
		var buf sfnt.Buffer
		known := 0
		for r := rune(0); r < 0x30000; r++ {
			got, _ := f.Glyph(r)
			want, err := other.GlyphIndex(&buf, r)
			if err != nil || sfnt.GlyphIndex(got) != want {
				t.Fatalf("%s: %U is glyph %d, want %d (%v)", name, r, got, want, err)
			}
			if got == 0 {
				continue
			}
			known++
			if known%7 != 0 { // a seventh of them, to be quick
				continue
			}
			advance, err := other.GlyphAdvance(&buf, want, fixed.I(1000), font.HintingNone)
			if err != nil || fixed.I(f.Advance(r)) != advance {
				t.Fatalf("%s: %U is %d wide, want %v (%v)", name, r, f.Advance(r), advance, err)
			}
			segments, err := other.LoadGlyph(&buf, want, fixed.I(1000), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := pen(f, got), corners(segments); !alike(got, want) {
				t.Fatalf("%s: %U has the outline\n%v, want\n%v", name, r, got, want)
			}
		}
		if known < 16_000 {
			t.Errorf("%s has %d characters only", name, known)
		}
	}
}

// Names of people and firms, as registers have them.
func TestCharactersThatNamesNeed(t *testing.T) {
	const names = "髙﨑㈱濵德塚渡邊邉齋齊𠮷祐①−〜ー※▼◆◇○✓▲△▽ⅣｱｲÀéö—…“”"
	for w := range files {
		if m := fonts.Get(w).Missing(names); len(m) > 0 {
			t.Errorf("no type for %q", m)
		}
	}
}

func TestAMissingCharacterIsSetAsAGetaMarkAndNamed(t *testing.T) {
	f := fonts.Get(fonts.Regular)
	const text = "架空\U0002F9F4\U000E0100ก証券\u200b"
	if got := string(f.Missing(text)); got != "\U0002F9F4ก" && got != "ก" {
		t.Errorf("missing %q", got)
	}
	geta, _ := f.Glyph(fonts.Geta)
	if g, ok := f.Shown('ก'); !ok || g != geta {
		t.Errorf("glyph %d is set for a missing character", g)
	}
	if n := f.Advance('ก'); n != 1000 {
		t.Errorf("a geta mark is %d wide", n)
	}
	for _, r := range []rune{'\U000E0100', '\u200b', '\ufe00', '\n'} {
		if n := f.Advance(r); n != 0 {
			t.Errorf("%U, which shows nothing, is %d wide", r, n)
		}
	}
}

func TestASubsetIsAFontWithTheSameShapes(t *testing.T) {
	f := fonts.Get(fonts.Bold)
	s := fonts.NewSubset(f)
	s.Add("架空さくら証券 K.K. 髙﨑ก\u00a0\U000E0100")
	s.Add("架空")
	small, err := sfnt.Parse(complete(t, s.TrueType()))
	if err != nil {
		t.Fatal(err)
	}
	runes := s.Runes()
	if small.NumGlyphs() != len(runes)+1 {
		t.Fatalf("%d glyphs for %d characters", small.NumGlyphs(), len(runes))
	}
	var buf sfnt.Buffer
	for _, r := range runes {
		code := sfnt.GlyphIndex(s.Code(r))
		if advance, err := small.GlyphAdvance(&buf, code, fixed.I(1000), font.HintingNone); err != nil || advance != fixed.I(f.Advance(r)) {
			t.Errorf("%c is %v wide in the subset (%v)", r, advance, err)
		}
		segments, err := small.LoadGlyph(&buf, code, fixed.I(1000), nil)
		if err != nil {
			t.Fatal(err)
		}
		var want []float32
		if g, ok := f.Shown(r); ok {
			want = pen(f, g)
		}
		if got := corners(segments); !alike(got, want) {
			t.Errorf("%c looks different in the subset", r)
		}
	}
	again := fonts.NewSubset(f)
	again.Add("架空さくら証券 K.K. 髙﨑ก\u00a0\U000E0100")
	if !bytes.Equal(again.TrueType(), s.TrueType()) {
		t.Error("the same characters make another file")
	}
}

// complete adds the tables that a PDF does not need and the other reader wants, from the whole font.
func complete(t *testing.T, subset []byte) []byte {
	t.Helper()
	whole, err := os.ReadFile(files[fonts.Bold])
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string][]byte{}
	for _, file := range [][]byte{whole, subset} {
		for i := range int(binary.BigEndian.Uint16(file[4:])) {
			e := file[12+16*i:]
			at, n := binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
			tables[string(e[:4])] = file[at : at+n]
		}
	}
	names := []string{"OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"}
	out := append([]byte{0, 1, 0, 0, 0, byte(len(names))}, make([]byte, 6)...)
	at := uint32(12 + 16*len(names))
	for _, name := range names {
		out = append(append(out, name...), 0, 0, 0, 0)
		out = binary.BigEndian.AppendUint32(out, at)
		out = binary.BigEndian.AppendUint32(out, uint32(len(tables[name])))
		at += uint32(len(tables[name])+3) &^ 3
	}
	for _, name := range names {
		out = append(out, tables[name]...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	return out
}

func open(t *testing.T, name string) *sfnt.Font {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := sfnt.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A tracer writes down what a pen is told: how many points each stroke has, and where they are.
type tracer []float32

func (p *tracer) MoveTo(x, y float32)         { *p = append(*p, 0, x, y) }
func (p *tracer) LineTo(x, y float32)         { *p = append(*p, 1, x, y) }
func (p *tracer) QuadTo(cx, cy, x, y float32) { *p = append(*p, 2, cx, cy, x, y) }
func (p *tracer) ClosePath()                  {}

// alike says whether two outlines are the same but for less than a unit: the other reader rounds middles of points.
func alike(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return x-y < 1 && y-x < 1 })
}

func pen(f *fonts.Face, glyph uint16) []float32 {
	var p tracer
	f.Outline(glyph, 0, 0, 1, &p)
	return canonical(p)
}

func corners(segments sfnt.Segments) []float32 {
	var p tracer
	for _, s := range segments {
		p = append(p, float32(s.Op))
		for _, a := range s.Args[:map[sfnt.SegmentOp]int{0: 1, 1: 1, 2: 2}[s.Op]] {
			p = append(p, float32(a.X)/64, float32(a.Y)/64)
		}
	}
	return canonical(p)
}

// canonical leaves out lines back to where the contour began, which closing it draws anyway, and lines of no length.
func canonical(p []float32) []float32 {
	var out []float32
	start := 0
	closed := func() {
		if n := len(out); n >= start+6 && out[n-3] == 1 && slices.Equal(out[n-2:], out[start+1:start+3]) {
			out = out[:n-3]
		}
	}
	for i := 0; i < len(p); {
		n := map[float32]int{0: 2, 1: 2, 2: 4}[p[i]]
		args := p[i+1 : i+1+n]
		if p[i] == 0 {
			closed()
			start = len(out)
		}
		if p[i] != 1 || !slices.Equal(args, out[len(out)-2:]) {
			out = append(append(out, p[i]), args...)
		}
		i += 1 + n
	}
	closed()
	return out
}
