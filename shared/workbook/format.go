package workbook

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// A shown says how a cell shows the number it holds.
type shown byte

const (
	asNumber shown = iota
	asPercent
	asDate
)

// formats returns how each style of the workbook shows numbers. It reads the part of the styles when it is first needed:
// a checklist whose numbers are all typed as text never needs it.
func (b *book) formats() ([]shown, error) {
	if b.styles == "" || b.styled != nil {
		return b.styled, nil
	}
	codes := map[int]shown{}
	b.styled = []shown{}
	inCells := false
	err := b.c.walk(b.styles, func(s *xmlScanner) error {
		switch {
		case s.depth == 2:
			inCells = string(s.name) == "cellXfs"
		case s.depth == 3 && string(s.name) == "numFmt":
			if id, ok := digits(s.rawAttr("numFmtId")); ok {
				codes[id] = showing(s.attr("formatCode"))
			}
		case s.depth == 3 && inCells && string(s.name) == "xf":
			id, _ := digits(s.rawAttr("numFmtId"))
			how, ok := codes[id]
			if !ok {
				how = builtIn(id)
			}
			b.styled = append(b.styled, how)
		}
		return nil
	})
	return b.styled, err
}

// builtIn says how the formats that every workbook has show numbers; 27 to 36 and 50 to 58 are dates in Japanese Excel.
func builtIn(id int) shown {
	switch {
	case id == 9 || id == 10:
		return asPercent
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 45 && id <= 47, id >= 50 && id <= 58:
		return asDate
	}
	return asNumber
}

// showing reads the code of a format, e.g. 0.0% or yyyy"年"m"月". Of several sections, the first is for what is not negative.
func showing(code string) shown {
	code = strings.ToLower(code)
	if strings.HasPrefix(code, "general") {
		return asNumber
	}
	how := asNumber
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return how
		case '"':
			n := strings.IndexByte(code[i+1:], '"')
			if n < 0 {
				return how
			}
			i += n + 1
		case '[': // a colour, a condition, a language; or hours, minutes or seconds beyond the day
			n := strings.IndexByte(code[i:], ']')
			if n < 0 {
				return how
			}
			if word := code[i+1 : i+n]; word != "" && strings.Trim(word, "hms") == "" {
				return asDate
			}
			i += n
		case '\\', '_', '*': // the next character stands for itself
			i++
		case '%':
			how = asPercent
		case 'e': // the year of an era, or the exponent in 0.00e+00
			if i+1 >= len(code) || code[i+1] != '+' && code[i+1] != '-' {
				return asDate
			}
		case 'y', 'm', 'd', 'h', 's', 'g':
			return asDate
		}
	}
	return how
}

// asShown puts a number that its cell shows as a percentage or a date into the text that stands there, since that is what
// the firm means by it: 0.125 as 12.5%, a day's number as that day. Other numbers stay as they are.
func (b *book) asShown(v value, style int) (value, error) {
	how := asNumber
	if style > 0 {
		styled, err := b.formats()
		if err != nil {
			return v, err
		}
		if style < len(styled) {
			how = styled[style]
		}
	}
	n, err := strconv.ParseFloat(v.text, 64)
	if how == asNumber || err != nil {
		return v, nil
	}
	if how == asPercent {
		v.kind, v.text = kindText, tidy(n*100)+"%"
		return v, nil
	}
	v.kind = kindDate
	if day, ok := dayOf(n, b.date04); ok {
		v.text = day.Format(time.DateOnly)
		if seconds := math.Round((n - math.Floor(n)) * 24 * 60 * 60); seconds > 0 {
			v.text = day.Add(time.Duration(seconds) * time.Second).Format("2006-01-02T15:04:05")
		}
	}
	return v, nil
}

// tidy writes a number with the 15 digits that a spreadsheet keeps.
func tidy(n float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	if err != nil {
		rounded = n
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// dayOf returns the day that a spreadsheet counts as n. Excel's 60 is 29 February 1900, which never was, and what comes before
// it is a day off.
func dayOf(n float64, from1904 bool) (time.Time, bool) {
	if n < 61 || n > 2_958_465 {
		return time.Time{}, false
	}
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if from1904 {
		day = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return day.AddDate(0, 0, int(math.Floor(n))), true
}
