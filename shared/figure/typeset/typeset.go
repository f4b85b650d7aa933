// Package typeset breaks text into lines for drawings and pages: Japanese by the rules of JIS X 4051 (no closing bracket,
// full stop, small kana … at the beginning of a line, no opening bracket at its end, nothing parted that belongs together),
// Latin text at its spaces, and both mixed. Nothing is ever lost: the lines together are the text, less the spaces at which
// lines end.
package typeset

import (
	"math"
	"strings"

	"cssa/shared/figure/fonts"
)

// A Span is a piece of text in one face.
type Span struct {
	Text string
	Face *fonts.Face
}

// A Line is one line of spans, with its width in the unit of the size it was broken for.
type Line struct {
	Spans []Span
	Width float64
}

// Text returns the characters of the line.
func (l Line) Text() string {
	var b strings.Builder
	for _, s := range l.Spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Running breaks running text: every line takes what it can hold. A word that is wider than the line is broken where the
// line ends, and \n ends a line.
func Running(width, size float64, spans ...Span) []Line {
	return lines(spans, width, size, (*paragraph).greedy)
}

// Label breaks a heading, a label or a question: as few lines as Running needs, but of similar width, and broken at the
// ends of phrases where that can be had.
func Label(width, size float64, spans ...Span) []Line {
	return lines(spans, width, size, (*paragraph).balanced)
}

// Fit returns what of a text a single line can hold, with an ellipsis if that is not all. Where it is cut the caller shows
// the whole elsewhere; see Text.Full of a scene.
func Fit(f *fonts.Face, text string, width, size float64) (shown string, cut bool) {
	if f.Width(text, size) <= width {
		return text, false
	}
	const ellipsis = '…'
	left := int(width*1000/size) - f.Advance(ellipsis)
	end := 0
	for i, r := range text {
		if left -= f.Advance(r); left < 0 {
			end = i
			break
		}
	}
	return strings.TrimRight(text[:end], " \u3000、。・（「") + string(ellipsis), true
}

func lines(spans []Span, width, size float64, ends func(*paragraph) []int) []Line {
	var out []Line
	for _, p := range paragraphs(spans, int(math.Floor(width*1000/size+1e-6))) {
		from := 0
		for _, to := range ends(p) {
			l := p.line(from, to)
			l.Width *= size / 1000
			out = append(out, l)
			from = to
		}
	}
	return out
}

// A paragraph is text without an end of line in it: its characters with their faces, their widths added up, and the cost
// of breaking before each of them.
type paragraph struct {
	runes []rune
	faces []*fonts.Face
	until []int // width of all characters before this one; one more than there are characters
	costs []int // of breaking before this one
	limit int
}

func paragraphs(spans []Span, limit int) []*paragraph {
	p := &paragraph{limit: limit}
	all := []*paragraph{p}
	for _, s := range spans {
		for _, r := range s.Text {
			if r == '\n' {
				p = &paragraph{limit: limit}
				all = append(all, p)
				continue
			}
			p.runes, p.faces = append(p.runes, r), append(p.faces, s.Face)
		}
	}
	for _, p := range all {
		p.measure()
	}
	return all
}

func (p *paragraph) measure() {
	p.until = make([]int, len(p.runes)+1)
	p.costs = make([]int, len(p.runes)+1)
	for i, r := range p.runes {
		p.until[i+1] = p.until[i] + p.faces[i].Advance(r)
		if i > 0 {
			p.costs[i] = cost(p.runes[i-1], r)
		}
	}
	p.costs[0] = never
	from := 0
	for i := 1; i <= len(p.runes); i++ {
		if i < len(p.runes) && p.costs[i] == never {
			continue
		}
		if p.width(from, i) > p.limit {
			for j := from + 1; j < i; j++ {
				if classOf(p.runes[j]) != joined {
					p.costs[j] = forced
				}
			}
		}
		from = i
	}
}

// width returns the width of a line, less the spaces at its end.
func (p *paragraph) width(from, to int) int {
	for to > from && classOf(p.runes[to-1]) == space {
		to--
	}
	return p.until[to] - p.until[from]
}

func (p *paragraph) line(from, to int) Line {
	for to > from && classOf(p.runes[to-1]) == space {
		to--
	}
	l := Line{Width: float64(p.until[to] - p.until[from])}
	for i := from; i < to; {
		j := i
		for j < to && p.faces[j] == p.faces[i] {
			j++
		}
		l.Spans = append(l.Spans, Span{string(p.runes[i:j]), p.faces[i]})
		i = j
	}
	return l
}

// greedy returns where the lines end.
func (p *paragraph) greedy() []int {
	var ends []int
	from, last := 0, 0
	for i := 1; i <= len(p.runes); i++ {
		if p.width(from, i) > p.limit && last > from {
			ends = append(ends, last)
			from = last
			i = last
			continue
		}
		if i == len(p.runes) || p.costs[i] != never {
			last = i
		}
	}
	return append(ends, len(p.runes))
}

// balanced returns where the lines end so that the sum of the squares of what they leave empty, and of the costs of the
// places where they break, is least, with as many lines as greedy makes.
func (p *paragraph) balanced() []int {
	n, count := len(p.runes), len(p.greedy())
	if count == 1 {
		return []int{n}
	}
	const far = math.MaxFloat64
	best := make([][]float64, count+1) // by lines so far and characters in them
	back := make([][]int, count+1)
	for k := range best {
		best[k], back[k] = make([]float64, n+1), make([]int, n+1)
		for i := range best[k] {
			best[k][i] = far
		}
	}
	best[0][0] = 0
	for k := 1; k <= count; k++ {
		for from := range n {
			if best[k-1][from] == far {
				continue
			}
			for to := from + 1; to <= n; to++ {
				w := p.width(from, to)
				if w > p.limit && to > from+1 {
					break
				}
				if to < n && p.costs[to] == never {
					continue
				}
				empty := 1 - float64(w)/float64(p.limit)
				total := best[k-1][from] + 100*empty*empty
				if to < n {
					total += 6 * float64(p.costs[to])
				}
				if total < best[k][to] {
					best[k][to], back[k][to] = total, from
				}
			}
		}
	}
	if best[count][n] == far {
		return p.greedy()
	}
	ends := make([]int, count)
	for k, at := count, n; k > 0; k-- {
		ends[k-1], at = at, back[k][at]
	}
	return ends
}
