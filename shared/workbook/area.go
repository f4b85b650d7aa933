package workbook

import "bytes"

// An area is a block of cells that are merged into one; it shows what its first cell holds.
type area struct{ left, top, right, bottom int }

func (a area) String() string { return cell(a.left, a.top) + ":" + cell(a.right, a.bottom) }

// hides says whether a cell lies in the area without being its first.
func (a area) hides(column, row int) bool {
	return column >= a.left && column <= a.right && row >= a.top && row <= a.bottom && (column != a.left || row != a.top)
}

func parseArea(ref []byte) (area, bool) {
	first, last, two := bytes.Cut(ref, []byte(":"))
	if !two {
		last = first
	}
	left, top, ok := parseCell(first)
	right, bottom, also := parseCell(last)
	return area{left, top, right, bottom}, ok && also && left <= right && top <= bottom
}

// parseCell reads the A1 name of a cell.
func parseCell[S string | []byte](name S) (column, row int, ok bool) {
	i := 0
	for i < len(name) && i < 4 && name[i] >= 'A' && name[i] <= 'Z' {
		column = column*26 + int(name[i]-'A') + 1
		i++
	}
	row, ok = digits(name[i:])
	return column, row, ok && i > 0 && row > 0 && row <= maxRows && column <= maxColumns
}
