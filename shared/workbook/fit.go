package workbook

import (
	"math"
	"strings"

	"cssa/shared/checklist"
)

// maxCellText is the longest text Excel keeps in a cell, in UTF-16 units.
const maxCellText = 32767

// textHeight estimates the height in points of both languages, one under the other, in a cell of that width; Excel does
// not fit the height of merged cells itself. Scale is the size of the font against the ordinary one.
func textHeight(t checklist.Text, width, scale float64) float64 {
	const ja, en = 15.0, 12.0
	return float64(wrapped(t.JA, width/scale))*ja*scale + float64(wrapped(t.EN, width*fontJA/fontEN*1.12))*en
}

// wrapped counts the lines a text takes at a width in half-width characters.
func wrapped(text string, width float64) int {
	if text == "" {
		return 0
	}
	n := 0
	for _, para := range strings.Split(text, "\n") {
		units := 0.0
		for _, r := range para {
			if r >= 0x2E80 {
				units += 2
			} else {
				units++
			}
		}
		n += int(math.Max(1, math.Ceil(units/(width*0.96))))
	}
	return n
}
