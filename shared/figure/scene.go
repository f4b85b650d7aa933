// Package figure (図表) draws. A drawing is a [Scene]: rectangles, lines, polygons, rings, hatching and text, placed in units
// of which a figure of the publication is 960 wide. The same scene becomes SVG and PNG.
package figure

import (
	"cssa/shared/figure/fonts"
)

// A Scene is one drawing. Its origin is at the top left, and y grows downwards.
type Scene struct {
	Width, Height float64
	Lang          string // "ja" or "en"
	Title, Desc   string // what a reader hears who does not see it: the message; the base and the values
	Items         []Item
}

// An Item is a [Rect], [Hatch], [Line], [Polygon], [Ring] or [Text], or a [Group] of them.
type Item interface{ item() }

// A Rect is filled and outlined, either if its colour is not "". The outline lies inside the rectangle.
type Rect struct {
	X, Y, W, H   float64
	Fill, Stroke Colour
	Thick        float64
}

// A Hatch is a rectangle of diagonal stripes on white, for what is not told.
type Hatch struct{ X, Y, W, H float64 }

// A Line is a straight line with flat ends; Dash is the length of its dashes and of the gaps between them, 0 for none.
type Line struct {
	X1, Y1, X2, Y2, Thick, Dash float64
	Stroke                      Colour
}

// A Polygon is filled; its Points are x, y, x, y …
type Polygon struct {
	Points []float64
	Fill   Colour
}

// A Ring is a circle around X, Y, filled and outlined; Thick is centred on the radius.
type Ring struct {
	X, Y, R, Thick float64
	Fill, Stroke   Colour
}

// An Anchor says which end of a text stands at its X.
type Anchor uint8

// The anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// A Text is one line; Y is its baseline. Full is the whole of a text that is shown shortened.
type Text struct {
	X, Y, Size float64
	Weight     fonts.Weight
	Fill       Colour
	Anchor     Anchor
	Text, Full string
}

// A Group is a set of items moved by X and Y.
type Group struct {
	X, Y  float64
	Items []Item
}

func (Rect) item()    {}
func (Hatch) item()   {}
func (Line) item()    {}
func (Polygon) item() {}
func (Ring) item()    {}
func (Text) item()    {}
func (Group) item()   {}

// Add adds items to the scene, each on top of those before it.
func (s *Scene) Add(items ...Item) { s.Items = append(s.Items, items...) }

// Left returns where the text begins.
func (t Text) Left() float64 {
	switch w := fonts.Get(t.Weight).Width(t.Text, t.Size); t.Anchor {
	case Middle:
		return t.X - w/2
	case End:
		return t.X - w
	}
	return t.X
}

// Stripes are as wide as the gaps between them, and lean to the right.
const (
	stripe = 3.0 // across, in units along x
	pitch  = 7.0
)

// Stripes calls yield with each stripe of the hatching as a polygon that ends at the edges.
func (h Hatch) Stripes(yield func(points []float64) bool) {
	for at := h.X - h.H; at < h.X+h.W; at += pitch {
		// From (at, bottom) to (at+H, top), cut at the left and right edges.
		points := clip([]float64{at, h.Y + h.H, at + stripe, h.Y + h.H, at + stripe + h.H, h.Y, at + h.H, h.Y}, h.X, 1)
		points = clip(points, h.X+h.W, -1)
		if len(points) >= 6 && !yield(points) {
			return
		}
	}
}

// clip cuts a convex polygon at the line x = edge and keeps what lies to the right (side 1) or to the left (side -1).
func clip(points []float64, edge, side float64) []float64 {
	var out []float64
	n := len(points)
	for i := range n / 2 {
		x1, y1, x2, y2 := points[2*i], points[2*i+1], points[(2*i+2)%n], points[(2*i+3)%n]
		in1, in2 := side*(x1-edge) >= 0, side*(x2-edge) >= 0
		if in1 {
			out = append(out, x1, y1)
		}
		if in1 != in2 {
			out = append(out, edge, y1+(y2-y1)*(edge-x1)/(x2-x1))
		}
	}
	return out
}
