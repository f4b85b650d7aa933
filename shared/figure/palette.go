package figure

import (
	"math"
	"strconv"
)

// A Colour is #RRGGBB, or "" for none.
type Colour string

// RGB returns the parts of a colour, 0–255.
func (c Colour) RGB() (r, g, b uint8) {
	n, err := strconv.ParseUint(string(c[1:]), 16, 24)
	if err != nil || len(c) != 7 || c[0] != '#' {
		panic("figure: " + string(c) + " is no colour")
	}
	return uint8(n >> 16), uint8(n >> 8), uint8(n)
}

// The palette. No two things are told apart by colour alone: a white gap, a value, a shape or a word repeats it.
const (
	White   Colour = "#FFFFFF"
	Ink     Colour = "#17212B" // text
	Mute    Colour = "#55636F" // secondary text
	Grid    Colour = "#D5DADF" // lines to measure by
	Outline Colour = "#7A8793" // edges of light fills, whiskers, bars of "none of these"
	Accent  Colour = "#1F6699" // numbers of figures
	Own     Colour = "#B3400A" // the reader's firm, and nothing else
	OwnTint Colour = "#FDF1EA"
	Band    Colour = "#C3D9E8" // the middle half
)

// ordered are the levels of answers with an order, from the furthest; unordered the answers without one.
var (
	ordered   = []Colour{"#0B3C5D", "#2B74A6", "#6FA3C8", "#A9CCE3", "#CBDDEA", "#EEF1F4"}
	unordered = []Colour{"#14564F", "#2F7F76", "#6FB0A8", "#A5D3CC", "#CFE6E2", "#EEF1F4"}
)

// Levels returns the fills of n answers in the order of the checklist. The last is always the lightest, drawn with an
// outline; beyond six the middle ones repeat, told apart by their gaps.
func Levels(n int, inOrder bool) []Colour {
	all := ordered
	if !inOrder {
		all = unordered
	}
	// Which of the six: two levels are far apart, and four those of the report's design.
	pick := map[int][]int{1: {0}, 2: {0, 5}, 3: {0, 1, 5}, 4: {0, 1, 3, 5}, 5: {0, 1, 2, 3, 5}}[n]
	out := make([]Colour, n)
	for i := range out {
		if pick != nil {
			out[i] = all[pick[i]]
		} else {
			out[i] = all[i*len(all)/n]
		}
	}
	if n > 0 {
		out[n-1] = all[map[bool]int{true: 0, false: 5}[n == 1]]
	}
	return out
}

// On returns the colour of text on a fill: white or ink, whichever stands out more.
func On(fill Colour) Colour {
	if Contrast(White, fill) >= Contrast(Ink, fill) {
		return White
	}
	return Ink
}

// Contrast returns the contrast of two colours, 1–21, as WCAG 2.2 defines it.
func Contrast(a, b Colour) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c Colour) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	r, g, b := c.RGB()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
