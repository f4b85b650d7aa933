package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"cssa/shared/figure"
	"cssa/shared/figure/fonts"
)

func scene() *figure.Scene {
	s := &figure.Scene{Width: 240, Height: 100, Lang: "ja", Title: "経営方針 & <計画>", Desc: "n=272"}
	s.Add(
		figure.Rect{X: 0, Y: 0, W: 40, H: 20, Fill: "#0B3C5D"},
		figure.Hatch{X: 60, Y: 0, W: 70, H: 20},
		figure.Line{X1: 0, Y1: 50, X2: 200, Y2: 50, Thick: 2, Stroke: figure.Ink},
		figure.Group{X: 150, Y: 0, Items: []figure.Item{
			figure.Polygon{Points: []float64{0, 0, 20, 0, 10, 20}, Fill: figure.Own},
			figure.Ring{X: 50, Y: 10, R: 8, Thick: 2, Fill: figure.White, Stroke: figure.Own},
		}},
		figure.Text{X: 120, Y: 80, Size: 20, Weight: fonts.Bold, Fill: figure.Ink, Anchor: figure.Middle, Text: "架空…", Full: "架空さくら証券"},
	)
	return s
}

func TestAnSVGIsWellFormedAndSaysWhatItShows(t *testing.T) {
	out := scene().SVG()
	if !bytes.Equal(out, scene().SVG()) {
		t.Error("the same scene makes other bytes")
	}
	var said strings.Builder
	for d := xml.NewDecoder(bytes.NewReader(out)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			said.Write(text)
		}
	}
	for _, want := range []string{"経営方針 & <計画>", "n=272", "架空さくら証券"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not said in %q", want, said.String())
		}
	}
	if !strings.Contains(string(out), `role="img"`) {
		t.Error("it is no image to a reader")
	}
	if got := scene().Plain(); got != "架空さくら証券\n" {
		t.Errorf("its text is %q", got)
	}
}

// What stands where, by hand: points inside the shapes and beside them, in units.
func TestAPictureShowsTheShapesInTheirPlaces(t *testing.T) {
	data, err := scene().PNG(480)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 480 || b.Dy() != 200 {
		t.Fatalf("the picture is %v", b)
	}
	for _, c := range []struct {
		x, y int
		want figure.Colour
	}{
		{20, 10, "#0B3C5D"}, {50, 10, figure.White}, {160, 5, figure.Own}, {151, 15, figure.White},
		{200, 10, figure.White}, {192, 10, figure.Own}, {100, 50, figure.Ink}, {220, 50, figure.White},
	} {
		r, g, b, _ := img.At(2*c.x, 2*c.y).RGBA()
		wr, wg, wb := c.want.RGB()
		if uint8(r>>8) != wr || uint8(g>>8) != wg || uint8(b>>8) != wb {
			t.Errorf("at %d, %d is #%02X%02X%02X, want %s", c.x, c.y, r>>8, g>>8, b>>8, c.want)
		}
	}
	ink := 0
	for x := 160; x < 320; x++ {
		for y := 120; y < 180; y++ {
			if r, _, _, _ := img.At(x, y).RGBA(); r < 0x8000 {
				ink++
			}
		}
	}
	if ink < 300 {
		t.Errorf("the text has %d dark points only", ink)
	}
}

func TestHatchingStaysWithinItsEdges(t *testing.T) {
	for _, w := range []float64{0.5, 3, 40, 440} {
		h := figure.Hatch{X: 7, Y: 3, W: w, H: 24}
		for points := range h.Stripes {
			for i := 0; i < len(points); i += 2 {
				if x, y := points[i], points[i+1]; x < 7-1e-9 || x > 7+w+1e-9 || y < 3-1e-9 || y > 27+1e-9 {
					t.Fatalf("a stripe of a hatch %v wide reaches %v, %v", w, x, y)
				}
			}
		}
	}
}

// Ratios as the design states them; WCAG 2.2 asks for 4.5 of text and 3 of shapes.
func TestContrast(t *testing.T) {
	for _, c := range []struct {
		a, b figure.Colour
		want float64
	}{
		{"#FFFFFF", "#000000", 21}, {figure.Mute, figure.White, 6.18}, {figure.Own, figure.White, 5.75}, {figure.Own, figure.OwnTint, 5.18}, {"#2F7F76", figure.White, 4.75},
	} {
		if got := figure.Contrast(c.a, c.b); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s on %s is %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
	for n := 1; n <= 6; n++ {
		for _, inOrder := range []bool{true, false} {
			for _, fill := range figure.Levels(n, inOrder) {
				if got := figure.Contrast(figure.On(fill), fill); got < 4.5 {
					t.Errorf("a value on %s has contrast %.2f", fill, got)
				}
			}
		}
	}
}
