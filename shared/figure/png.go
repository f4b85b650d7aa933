package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/vector"

	"cssa/shared/figure/fonts"
)

// PNG returns the scene as a picture so many pixels wide, on white.
func (s *Scene) PNG(width int) ([]byte, error) {
	k := float64(width) / s.Width
	c := &canvas{k: k, img: image.NewRGBA(image.Rect(0, 0, width, int(math.Round(s.Height*k))))}
	draw.Draw(c.img, c.img.Bounds(), image.White, image.Point{}, draw.Src)
	c.items(s.Items, 0, 0)
	var b bytes.Buffer
	if err := png.Encode(&b, c.img); err != nil {
		return nil, fmt.Errorf("encode a picture: %w", err)
	}
	return b.Bytes(), nil
}

// A canvas fills shapes; the rasteriser covers only the box of each.
type canvas struct {
	k   float64
	img *image.RGBA
	z   vector.Rasterizer
	box image.Rectangle
}

// fill fills what draw draws inside the box x0, y0, x1, y1, given in units.
func (c *canvas) fill(x0, y0, x1, y1 float64, colour Colour, draw func(p *placed)) {
	c.box = image.Rect(int(math.Floor(x0*c.k))-1, int(math.Floor(y0*c.k))-1, int(math.Ceil(x1*c.k))+1, int(math.Ceil(y1*c.k))+1)
	if c.box = c.box.Intersect(c.img.Bounds()); c.box.Empty() {
		return
	}
	c.z.Reset(c.box.Dx(), c.box.Dy())
	draw(&placed{c})
	r, g, b := colour.RGB()
	c.z.Draw(c.img, c.box, image.NewUniform(color.RGBA{r, g, b, 255}), image.Point{})
}

// placed is a pen in pixels that draws relative to the box.
type placed struct{ c *canvas }

func (p *placed) at(x, y float32) (float32, float32) {
	return x - float32(p.c.box.Min.X), y - float32(p.c.box.Min.Y)
}
func (p *placed) MoveTo(x, y float32) { p.c.z.MoveTo(p.at(x, y)) }
func (p *placed) LineTo(x, y float32) { p.c.z.LineTo(p.at(x, y)) }
func (p *placed) QuadTo(a, b, x, y float32) {
	cx, cy := p.at(a, b)
	ex, ey := p.at(x, y)
	p.c.z.QuadTo(cx, cy, ex, ey)
}
func (p *placed) ClosePath() { p.c.z.ClosePath() }

// polygon draws points given in units.
func (p *placed) polygon(points ...float64) {
	for i := range len(points) / 2 {
		x, y := float32(points[2*i]*p.c.k), float32(points[2*i+1]*p.c.k)
		if i == 0 {
			p.MoveTo(x, y)
		} else {
			p.LineTo(x, y)
		}
	}
	p.ClosePath()
}

// circle draws a circle, the other way round if asked, which cuts a hole.
func (p *placed) circle(x, y, r float64, hole bool) {
	const n = 48
	points := make([]float64, 0, 2*n)
	for i := range n {
		a := 2 * math.Pi * float64(i) / n
		if hole {
			a = -a
		}
		points = append(points, x+r*math.Cos(a), y+r*math.Sin(a))
	}
	p.polygon(points...)
}

func (c *canvas) rect(x, y, w, h float64, colour Colour) {
	if colour != "" && w > 0 && h > 0 {
		c.fill(x, y, x+w, y+h, colour, func(p *placed) { p.polygon(x, y, x+w, y, x+w, y+h, x, y+h) })
	}
}

func (c *canvas) items(items []Item, dx, dy float64) {
	for _, i := range items {
		switch i := i.(type) {
		case Rect:
			x, y := i.X+dx, i.Y+dy
			c.rect(x, y, i.W, i.H, i.Fill)
			if i.Stroke != "" {
				t := i.Thick
				c.rect(x, y, i.W, t, i.Stroke)
				c.rect(x, y+i.H-t, i.W, t, i.Stroke)
				c.rect(x, y+t, t, i.H-2*t, i.Stroke)
				c.rect(x+i.W-t, y+t, t, i.H-2*t, i.Stroke)
			}
		case Hatch:
			i.X, i.Y = i.X+dx, i.Y+dy
			c.rect(i.X, i.Y, i.W, i.H, White)
			c.fill(i.X, i.Y, i.X+i.W, i.Y+i.H, Outline, func(p *placed) {
				for points := range i.Stripes {
					p.polygon(points...)
				}
			})
			c.items([]Item{hatchEdge(i)}, 0, 0)
		case Line:
			c.line(i, dx, dy)
		case Polygon:
			points := make([]float64, len(i.Points))
			x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
			for k := 0; k < len(points); k += 2 {
				points[k], points[k+1] = i.Points[k]+dx, i.Points[k+1]+dy
				x0, x1 = min(x0, points[k]), max(x1, points[k])
				y0, y1 = min(y0, points[k+1]), max(y1, points[k+1])
			}
			c.fill(x0, y0, x1, y1, i.Fill, func(p *placed) { p.polygon(points...) })
		case Ring:
			x, y, out, in := i.X+dx, i.Y+dy, i.R+i.Thick/2, i.R-i.Thick/2
			if i.Fill != "" {
				c.fill(x-out, y-out, x+out, y+out, i.Fill, func(p *placed) { p.circle(x, y, i.R, false) })
			}
			c.fill(x-out, y-out, x+out, y+out, i.Stroke, func(p *placed) { p.circle(x, y, out, false); p.circle(x, y, in, true) })
		case Text:
			c.text(i, dx, dy)
		case Group:
			c.items(i.Items, dx+i.X, dy+i.Y)
		}
	}
}

// line fills the rectangle of a line, or of each dash.
func (c *canvas) line(l Line, dx, dy float64) {
	x, y := l.X2-l.X1, l.Y2-l.Y1
	length := math.Hypot(x, y)
	x, y = x/length, y/length
	dash := l.Dash
	if dash == 0 {
		dash = length
	}
	for from := 0.0; from < length; from += 2 * dash {
		to := min(from+dash, length)
		ax, ay, bx, by := l.X1+dx+x*from, l.Y1+dy+y*from, l.X1+dx+x*to, l.Y1+dy+y*to
		nx, ny := -y*l.Thick/2, x*l.Thick/2
		c.fill(min(ax, bx)-l.Thick, min(ay, by)-l.Thick, max(ax, bx)+l.Thick, max(ay, by)+l.Thick, l.Stroke, func(p *placed) {
			p.polygon(ax+nx, ay+ny, bx+nx, by+ny, bx-nx, by-ny, ax-nx, ay-ny)
		})
	}
}

func (c *canvas) text(t Text, dx, dy float64) {
	f := fonts.Get(t.Weight)
	x, y := t.Left()+dx, t.Y+dy
	for _, r := range t.Text {
		if g, ok := f.Shown(r); ok {
			c.fill(x-t.Size, y-2*t.Size, x+2*t.Size, y+t.Size, t.Fill, func(p *placed) {
				f.Outline(g, float32(x*c.k), float32(y*c.k), float32(t.Size*c.k/1000), p)
			})
		}
		x += float64(f.Advance(r)) * t.Size / 1000
	}
}
