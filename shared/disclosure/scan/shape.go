package scan

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

var lengths = []string{"x", "width", "height", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d", "points", "style", "transform", "value", "max", "min"}

// geometric says whether an attribute places or sizes a shape, and is read as such.
func geometric(n *html.Node, key string) bool {
	return (inSVG(n) || key == "style") && slices.Contains(lengths, key)
}

func inSVG(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.Data == "svg" {
			return true
		}
	}
	return false
}

var styleLength = regexp.MustCompile(`(?:^|[;\s])(?:width|height|left|right|flex-basis|inset-inline-start)\s*:\s*([0-9.]+)%`)

// inShape looks at the lengths an element draws, each as a part of the whole: of 100%, of the width or the height of the
// drawing, or of what the shapes of the drawing reach to. The element is a drawing, or has a style of its own.
func (s Secret) inShape(n *html.Node) (string, bool) {
	if m := styleLength.FindAllStringSubmatch(attr(n, "style"), -1); m != nil {
		for _, one := range m {
			if v, err := strconv.ParseFloat(one[1], 64); err == nil && s.isPart(v/100, half(one[1])/100) {
				return one[0], true
			}
		}
	}
	if n.Data != "svg" {
		return "", false
	}
	var across, down []span
	walk(n, func(c *html.Node) {
		switch c.Data {
		case "rect", "image", "foreignobject":
			across = append(across, newSpan(attr(c, "x"), attr(c, "width"), false))
			down = append(down, newSpan(attr(c, "y"), attr(c, "height"), false))
		case "line":
			across = append(across, newSpan(attr(c, "x1"), attr(c, "x2"), true))
			down = append(down, newSpan(attr(c, "y1"), attr(c, "y2"), true))
		case "path", "polyline", "polygon":
			xs, ys := points(attr(c, "d") + attr(c, "points"))
			across, down = append(across, xs...), append(down, ys...)
		}
	})
	width, height := size(n)
	if found, ok := s.inSpans(across, width); ok {
		return found, true
	}
	return s.inSpans(down, height)
}

// A span is where something begins and ends along one axis. Percent of the drawing or its units; never both in one drawing.
type span struct {
	from, to float64
	percent  bool
	half     float64 // the most that writing it down took off
}

func newSpan(from, to string, ends bool) span {
	f, percentFrom := number(from)
	t, percent := number(to)
	sp := span{f, t, percent || percentFrom, max(half(from), half(to))}
	if !ends {
		sp.to = f + t
	}
	return sp
}

func number(s string) (v float64, percent bool) {
	digits, percent := strings.CutSuffix(strings.TrimSuffix(strings.TrimSpace(s), "px"), "%")
	v, _ = strconv.ParseFloat(digits, 64)
	return v, percent
}

// half is half of the last digit written.
func half(s string) float64 {
	_, decimals, _ := strings.Cut(strings.TrimRight(s, "%px "), ".")
	return 0.5 * math.Pow10(-len(decimals))
}

func (s Secret) inSpans(spans []span, whole float64) (string, bool) {
	if len(spans) == 0 {
		return "", false
	}
	var edges []float64
	reach := 0.0
	for _, sp := range spans {
		edges = append(edges, sp.from, sp.to)
		reach = max(reach, sp.from, sp.to)
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	wholes := []float64{whole, reach}
	if spans[0].percent {
		wholes = []float64{100}
	}
	tolerance := 2 * spans[0].half
	for _, w := range wholes {
		if w <= 0 {
			continue
		}
		for _, sp := range spans {
			if l := math.Abs(sp.to - sp.from); s.isPart(l/w, tolerance/w) {
				return strconv.FormatFloat(l, 'f', -1, 64), true
			}
		}
		for i := 1; i < len(edges); i++ {
			if l := edges[i] - edges[i-1]; s.isPart(l/w, tolerance/w) {
				return strconv.FormatFloat(l, 'f', -1, 64) + " between edges", true
			}
		}
	}
	return "", false
}

// isPart says whether a length is the secret's part of its base, and that of no number shown. A length that could be
// several counts tells none.
func (s Secret) isPart(part, tolerance float64) bool {
	if s.Base == 0 || s.Count == 0 || part <= 0 {
		return false
	}
	at := part * float64(s.Base)
	slack := min(tolerance*float64(s.Base)+1e-9, 0.3)
	if math.Abs(at-float64(s.Count)) > slack {
		return false
	}
	return !slices.ContainsFunc(s.Shown, func(n float64) bool { return math.Abs(at-n) <= slack })
}

var coordinate = regexp.MustCompile(`-?[0-9.]+`)

// points returns the ways between the successive points of a path written in absolute or relative coordinates, as lengths
// from nought: where it stands in the drawing does not matter.
func points(d string) (xs, ys []span) {
	written := coordinate.FindAllString(d, -1)
	var x, y []float64
	h := 0.5
	for i, w := range written {
		v, err := strconv.ParseFloat(w, 64)
		if err != nil {
			continue
		}
		h = min(h, half(w))
		if i%2 == 0 {
			x = append(x, v)
		} else {
			y = append(y, v)
		}
	}
	ways := func(at []float64) (out []span) {
		for i, v := range at {
			out = append(out, span{0, v, false, h})
			if i > 0 {
				out = append(out, span{at[i-1], v, false, h})
			}
		}
		return out
	}
	return ways(x), ways(y)
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if strings.EqualFold(a.Key, key) {
			return a.Val
		}
	}
	return ""
}

// size returns the width and the height of a drawing in its own units, 0 where it does not say.
func size(svg *html.Node) (width, height float64) {
	if box := strings.Fields(strings.ReplaceAll(attr(svg, "viewBox"), ",", " ")); len(box) == 4 {
		width, _ = number(box[2])
		height, _ = number(box[3])
		return width, height
	}
	width, _ = number(attr(svg, "width"))
	height, _ = number(attr(svg, "height"))
	return width, height
}
