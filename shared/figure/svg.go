package figure

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"cssa/shared/figure/fonts"
)

// Stack is the family of fonts that an SVG asks for: the one its text was measured in, and others of the same design.
const Stack = `'Noto Sans JP','Noto Sans CJK JP','Hiragino Sans','Yu Gothic',Meiryo,sans-serif`

// SVG returns the scene as a document of its own: text as text, title and description as its alternative. The same scene
// makes the same bytes. Nothing in it needs an id, so several can stand in one page.
func (s *Scene) SVG() []byte {
	w := &svg{}
	w.text(`<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="`).escape(s.Lang)
	w.text(`" viewBox="0 0 `).num(s.Width).text(" ").num(s.Height).text(`" width="`).num(s.Width).text(`" height="`).num(s.Height)
	w.text(`" font-family="` + Stack + `" style="font-kerning:none;font-variant-numeric:tabular-nums"><title>`).escape(s.Title)
	w.text("</title>")
	if s.Desc != "" {
		w.text("<desc>").escape(s.Desc).text("</desc>")
	}
	w.items(s.Items)
	w.text("</svg>\n")
	return w.b
}

type svg struct{ b []byte }

func (w *svg) text(s string) *svg {
	w.b = append(w.b, s...)
	return w
}

func (w *svg) num(v float64) *svg {
	w.b = AppendNumber(w.b, v)
	return w
}

// AppendNumber writes a length with two decimals at most.
func AppendNumber(b []byte, v float64) []byte {
	n := int64(math.Round(v * 100))
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/100, 10)
	if n %= 100; n > 0 {
		b = append(b, '.', byte('0'+n/10))
		if n%10 > 0 {
			b = append(b, byte('0'+n%10))
		}
	}
	return b
}

func (w *svg) attr(name string, v float64) *svg {
	return w.text(" " + name + `="`).num(v).text(`"`)
}

func (w *svg) colour(name string, c Colour) *svg {
	if c == "" {
		c = "none"
	}
	return w.text(" " + name + `="` + string(c) + `"`)
}

// escape writes text, less the characters that XML cannot hold.
func (w *svg) escape(s string) *svg {
	for _, r := range s {
		switch {
		case r == '&':
			w.text("&amp;")
		case r == '<':
			w.text("&lt;")
		case r == '>':
			w.text("&gt;")
		case r == '"':
			w.text("&quot;")
		case unicode.IsControl(r) || r == 0xfffe || r == 0xffff:
		default:
			w.b = append(w.b, string(r)...)
		}
	}
	return w
}

func (w *svg) items(items []Item) {
	for _, i := range items {
		switch i := i.(type) {
		case Rect:
			in := 0.0
			if i.Stroke != "" {
				in = i.Thick / 2
			}
			w.text("<rect").attr("x", i.X+in).attr("y", i.Y+in).attr("width", i.W-2*in).attr("height", i.H-2*in).colour("fill", i.Fill)
			if i.Stroke != "" {
				w.colour("stroke", i.Stroke).attr("stroke-width", i.Thick)
			}
			w.text("/>")
		case Hatch:
			w.text("<rect").attr("x", i.X).attr("y", i.Y).attr("width", i.W).attr("height", i.H).colour("fill", White).text("/><path")
			w.colour("fill", Outline).text(` d="`)
			for points := range i.Stripes {
				w.path(points)
			}
			w.text(`"/>`)
			w.items([]Item{hatchEdge(i)})
		case Line:
			w.text("<line").attr("x1", i.X1).attr("y1", i.Y1).attr("x2", i.X2).attr("y2", i.Y2).colour("stroke", i.Stroke).attr("stroke-width", i.Thick)
			if i.Dash > 0 {
				w.attr("stroke-dasharray", i.Dash)
			}
			w.text("/>")
		case Polygon:
			w.text("<path").colour("fill", i.Fill).text(` d="`)
			w.path(i.Points)
			w.text(`"/>`)
		case Ring:
			w.text("<circle").attr("cx", i.X).attr("cy", i.Y).attr("r", i.R).colour("fill", i.Fill).colour("stroke", i.Stroke).attr("stroke-width", i.Thick).text("/>")
		case Text:
			w.textItem(i)
		case Group:
			w.text(`<g transform="translate(`).num(i.X).text(" ").num(i.Y).text(`)">`)
			w.items(i.Items)
			w.text("</g>")
		}
	}
}

func hatchEdge(h Hatch) Rect {
	return Rect{X: h.X, Y: h.Y, W: h.W, H: h.H, Stroke: Outline, Thick: 0.8}
}

func (w *svg) path(points []float64) {
	for i := 0; i < len(points); i += 2 {
		w.text(map[bool]string{true: "M", false: "L"}[i == 0]).num(points[i]).text(" ").num(points[i+1])
	}
	w.text("Z")
}

func (w *svg) textItem(t Text) {
	w.text("<text").attr("x", t.X).attr("y", t.Y).attr("font-size", t.Size).colour("fill", t.Fill)
	if t.Weight == fonts.Bold {
		w.text(` font-weight="700"`)
	}
	switch t.Anchor {
	case Middle:
		w.text(` text-anchor="middle"`)
	case End:
		w.text(` text-anchor="end"`)
	}
	w.text(">").escape(t.Text)
	if t.Full != "" && t.Full != t.Text {
		w.text("<title>").escape(t.Full).text("</title>")
	}
	w.text("</text>")
}

// Plain returns every text of the scene, a line each, as a reader or a search sees it; shortened ones whole.
func (s *Scene) Plain() string {
	var b strings.Builder
	var walk func([]Item)
	walk = func(items []Item) {
		for _, i := range items {
			switch i := i.(type) {
			case Group:
				walk(i.Items)
			case Text:
				if i.Full != "" {
					i.Text = i.Full
				}
				b.WriteString(i.Text + "\n")
			}
		}
	}
	walk(s.Items)
	return b.String()
}
