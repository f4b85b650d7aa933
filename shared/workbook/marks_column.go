package workbook

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// widthFinding is how wide the finding column is made, in characters, unless it is wide already.
const widthFinding = 58.0

// findingCell writes the finding cell of the present row; "" if there is none.
func (s *sheetMarker) findingCell() string {
	if s.cols == nil || s.cols.finding == 0 || s.row <= s.markRow {
		return ""
	}
	text := s.findingOf()
	if text == "" {
		return ""
	}
	if from, to, ok := bytes.Cut(s.spans, []byte(":")); ok {
		if last, err := strconv.Atoi(string(to)); err == nil && last < s.cols.finding {
			s.value(s.spans, string(from)+":"+strconv.Itoa(s.cols.finding))
		}
	}
	return text
}

func (s *sheetMarker) findingOf() string {
	at, p := cell(s.cols.finding, s.row), s.prefix
	if marks := s.rows[s.row]; len(marks) > 0 {
		var formulas, now []string
		style := xfFindingConfirm
		for _, x := range marks {
			status, text := s.onList(listStatus, x.row), s.onList(listText, x.row)
			formulas = append(formulas, fmt.Sprintf(`IF(LEFT(%s,1)="%s","",%s&"　")`, status, signDone, text))
			if x.reason == "" {
				now = append(now, x.text()+"　")
			}
			if x.sign() == signMend {
				style = xfFindingMend
			}
		}
		s.written[s.row] = true
		return fmt.Sprintf(`<%sc r="%s" s="%d" t="str"><%sf>%s</%sf><%sv>%s</%sv></%sc>`, p, at, s.styles.xf[style], p, escaped(strings.Join(formulas, "&")), p,
			p, escaped(strings.Join(now, "")), p, p)
	}
	words, style := "", xfLink
	switch {
	case s.row == s.markRow+1:
		words, s.link = wordBack, at
	case s.row == s.headRow() && len(s.rows) > 0:
		words, style = wordFindings, xfHead
	default:
		return ""
	}
	return fmt.Sprintf(`<%sc r="%s" s="%d" t="inlineStr"><%sis><%st>%s</%st></%sis></%sc>`, p, at, s.styles.xf[style], p, p, words, p, p, p)
}

// headRow is the row of the sheet's heading; the cover's stands lower.
func (s *sheetMarker) headRow() int {
	if s.sections[s.sheet] {
		return s.markRow + rowHead - rowMark
	}
	return s.markRow + coverHeadRow - rowMark
}

// widen makes the finding column wide enough to be read and printed. Columns beside it stay as they are.
func (s *sheetMarker) widen() {
	p, n := s.doc.prefix, s.cols.finding
	ours := fmt.Sprintf(`<%scol min="%d" max="%d" width="%g" customWidth="1"/>`, p, n, n, widthFinding)
	e := s.doc.child("cols")
	if e == nil {
		s.add(s.doc, worksheetOrder, "cols", "<"+p+"cols>"+ours+"</"+p+"cols>")
		return
	}
	at := e.end
	x := &xmlScanner{b: s.part[:e.to:cap(s.part)], pos: e.from}
	for {
		ev, err := x.next()
		if err != nil || ev == eventEnd {
			break
		}
		if ev != eventOpen || x.depth != 2 {
			continue
		}
		low, err1 := strconv.Atoi(x.attr("min"))
		high, err2 := strconv.Atoi(x.attr("max"))
		if err1 != nil || err2 != nil || high < n {
			continue
		}
		if low > n {
			at = min(at, x.start)
			break
		}
		if w, err := strconv.ParseFloat(x.attr("width"), 64); err == nil && w >= widthFinding/2 && x.attr("hidden") == "" {
			return
		}
		tag := string(s.part[x.start:x.pos])
		end := x.pos
		if !x.selfClosed {
			end += bytes.IndexByte(s.part[x.pos:], '>') + 1
		}
		pieces := ""
		bounded := func(low, high int) string {
			part := &patch{part: []byte(tag)}
			y := &xmlScanner{b: part.part}
			if _, err := y.next(); err != nil {
				return ""
			}
			part.value(y.rawAttr("min"), strconv.Itoa(low))
			part.value(y.rawAttr("max"), strconv.Itoa(high))
			text := string(part.bytes())
			if !x.selfClosed {
				text += "</" + p + "col>"
			}
			return text
		}
		if low < n {
			pieces += bounded(low, n-1)
		}
		pieces += ours
		if high > n {
			pieces += bounded(n+1, high)
		}
		s.replace(x.start, end, pieces)
		return
	}
	s.insert(at, ours)
}

// backLink makes the words that lead back to the list a link.
func (s *sheetMarker) backLink() {
	p := s.doc.prefix
	ours := ""
	if s.link != "" {
		ours = fmt.Sprintf(`<%shyperlink ref="%s" location="%s"/>`, p, s.link, escaped(sheetQuoted(s.listName)+"!A1"))
	}
	e := s.doc.child("hyperlinks")
	if e == nil {
		if ours != "" {
			s.add(s.doc, worksheetOrder, "hyperlinks", "<"+p+"hyperlinks>"+ours+"</"+p+"hyperlinks>")
		}
		return
	}
	x := &xmlScanner{b: s.part[:e.to:cap(s.part)], pos: e.from}
	from, others := -1, 0
	var old [][2]int
	for {
		ev, err := x.next()
		if err != nil || ev == eventEnd {
			break
		}
		if x.depth != 2 || string(x.name) != "hyperlink" {
			continue
		}
		if ev == eventOpen {
			from = -1
			if s.ownLinks[x.attr("ref")] || x.attr("ref") == s.link {
				from = x.start
			} else {
				others++
			}
		} else if ev == eventClose && from >= 0 {
			old = append(old, [2]int{from, x.pos})
		}
	}
	if others == 0 && ours == "" {
		s.replace(e.from, e.to, "")
		return
	}
	for _, o := range old {
		s.replace(o[0], o[1], "")
	}
	if ours != "" {
		s.into(s.doc, e, ours)
	}
}
