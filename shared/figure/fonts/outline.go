package fonts

// A Pen draws outlines: closed curves of lines and quadratic Bézier curves.
type Pen interface {
	MoveTo(x, y float32)
	LineTo(x, y float32)
	QuadTo(cx, cy, x, y float32)
	ClosePath()
}

// Outline draws a glyph with its origin at x, y, scaled from thousandths, and y growing downwards.
func (f *Face) Outline(glyph uint16, x, y, scale float32, pen Pen) {
	data := f.data(glyph)
	if len(data) == 0 {
		return
	}
	n := i16(data, 0)
	if n < 0 {
		panic("fonts: a glyph is made of others") // parse has refused such a font
	}
	simple(data, n, func(p *point) { p.x, p.y = x+scale*p.x, y-scale*p.y }, pen)
}

// data returns the glyph's own bytes; a blank one has none.
func (f *Face) data(glyph uint16) []byte { return f.glyf[f.loca[glyph]:f.loca[glyph+1]] }

// Flags of a point of a simple glyph.
const (
	onCurve = 1 << iota
	xShort
	yShort
	repeated
	xSame
	ySame
)

type point struct {
	x, y float32
	on   bool
}

func simple(data []byte, contours int, place func(*point), pen Pen) {
	if contours == 0 {
		return
	}
	n := u16(data, 10+2*(contours-1)) + 1
	at := 10 + 2*contours
	at += 2 + u16(data, at)
	flags := make([]byte, 0, n)
	for len(flags) < n {
		flag := data[at]
		at++
		flags = append(flags, flag)
		if flag&repeated != 0 {
			for range min(int(data[at]), n-len(flags)) {
				flags = append(flags, flag)
			}
			at++
		}
	}
	points := make([]point, n)
	coordinate := func(short, same byte, set func(p *point, v float32)) {
		v := 0
		for i, flag := range flags {
			switch {
			case flag&short != 0:
				d := int(data[at])
				at++
				if flag&same == 0 {
					d = -d
				}
				v += d
			case flag&same == 0:
				v += i16(data, at)
				at += 2
			}
			set(&points[i], float32(v))
		}
	}
	coordinate(xShort, xSame, func(p *point, v float32) { p.x = v })
	coordinate(yShort, ySame, func(p *point, v float32) { p.y = v })
	for i := range points {
		points[i].on = flags[i]&onCurve != 0
		place(&points[i])
	}
	from := 0
	for c := range contours {
		to := u16(data, 10+2*c) + 1
		if to > from {
			contour(points[from:to], pen)
		}
		from = to
	}
}

// contour draws one closed curve. Between two points off the curve there is one on it, in their middle.
func contour(points []point, pen Pen) {
	middle := func(a, b point) point { return point{(a.x + b.x) / 2, (a.y + b.y) / 2, true} }
	first, last := points[0], points[len(points)-1]
	start, rest := first, points[1:]
	if !first.on {
		if last.on {
			start, rest = last, points[:len(points)-1]
		} else {
			start, rest = middle(last, first), points
		}
	}
	pen.MoveTo(start.x, start.y)
	var off *point
	for i := range rest {
		p := rest[i]
		switch {
		case p.on && off == nil:
			pen.LineTo(p.x, p.y)
		case p.on:
			pen.QuadTo(off.x, off.y, p.x, p.y)
			off = nil
		case off == nil:
			off = &rest[i]
		default:
			m := middle(*off, p)
			pen.QuadTo(off.x, off.y, m.x, m.y)
			off = &rest[i]
		}
	}
	if off != nil {
		pen.QuadTo(off.x, off.y, start.x, start.y)
	}
	pen.ClosePath()
}
