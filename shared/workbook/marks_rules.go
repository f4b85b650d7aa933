package workbook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// rules colours the marked cells by conditional formatting that looks at the finding column: once the finding is gone, so
// is the colour, and the firm's own formats were never touched. Rules of an earlier marking are taken away.
func (s *sheetMarker) rules() {
	for i := range s.doc.elements {
		if e := &s.doc.elements[i]; e.depth == 2 && e.name == "conditionalFormatting" {
			s.dropRules(e)
		}
	}
	var text strings.Builder
	p, priority := s.doc.prefix, s.topRules
	for _, at := range s.cells() {
		fmt.Fprintf(&text, `<%sconditionalFormatting sqref="%s">`, p, cell(at.column, at.row))
		for _, kind := range []struct {
			sign string
			dxf  int
		}{{signMend, dxfMend}, {signConfirm, dxfConfirm}} {
			if formula := s.ruleFor(at, kind.sign); formula != "" {
				priority++
				fmt.Fprintf(&text, `<%scfRule type="expression" dxfId="%d" priority="%d"><%sformula>%s</%sformula></%scfRule>`,
					p, s.styles.dxf[kind.dxf], priority, p, escaped(formula), p, p)
			}
		}
		fmt.Fprintf(&text, `</%sconditionalFormatting>`, p)
	}
	if text.Len() > 0 {
		s.add(s.doc, worksheetOrder, "conditionalFormatting", text.String())
	}
}

// cells are the marked cells of the sheet, from the top.
func (s *sheetMarker) cells() []cellAt {
	var all []cellAt
	for _, marks := range s.rows {
		for _, x := range marks {
			if !slices.Contains(all, x.at) && s.ruleOf(x) != "" {
				all = append(all, x.at)
			}
		}
	}
	slices.SortFunc(all, func(a, b cellAt) int {
		if a.row != b.row {
			return a.row - b.row
		}
		return a.column - b.column
	})
	return all
}

func (s *sheetMarker) ruleFor(at cellAt, sign string) string {
	for _, x := range s.rows[at.row] {
		if x.at == at && x.sign() == sign {
			if rule := s.ruleOf(x); rule != "" {
				return rule
			}
		}
	}
	return ""
}

// ruleOf is true while a finding stands: while its sign stands in the finding column or, where the firm wrote there, while
// its cell is as it was.
func (s *sheetMarker) ruleOf(x *mark) string {
	if !x.withoutCell {
		tag, _ := literal(strings.TrimSuffix(x.tag, string(x.fault.Code)))
		return fmt.Sprintf("ISNUMBER(FIND(%s,%s))", tag, absolute(s.cols.finding, x.at.row))
	}
	own := absolute(x.at.column, x.at.row)
	was, ok := s.was[x.at]
	switch text, short := literal(was.text); {
	case was.kind == kindError:
		return fmt.Sprintf(`AND("%s"<>"",ISERROR(%s))`, x.sign(), own)
	case !ok || was.text == "":
		return fmt.Sprintf(`AND("%s"<>"",LEN(%s&"")=0)`, x.sign(), own)
	case short:
		return fmt.Sprintf(`AND("%s"<>"",EXACT(%s&"",%s))`, x.sign(), own, text)
	}
	return ""
}

// dropRules takes the rules of an earlier marking out of an element, or the element itself if it has no others.
func (s *sheetMarker) dropRules(e *element) {
	x := &xmlScanner{b: s.part[:e.to:cap(s.part)], pos: e.from}
	var ours [][2]int
	from, mine, others, priority := 0, false, 0, 0
	for {
		ev, err := x.next()
		if err != nil || ev == eventEnd {
			break
		}
		switch {
		case x.depth == 2 && ev == eventOpen:
			from, mine, priority = x.start, false, 0
			if n, err := strconv.Atoi(x.attr("priority")); err == nil {
				priority = n
			}
		case ev == eventText:
			text := string(x.text)
			mine = mine || strings.Contains(text, `"`+signMend) || strings.Contains(text, `"`+signConfirm) ||
				strings.Contains(text, "&quot;"+signMend) || strings.Contains(text, "&quot;"+signConfirm) ||
				strings.Contains(text, "&#34;"+signMend) || strings.Contains(text, "&#34;"+signConfirm)
		case x.depth == 2 && ev == eventClose && mine:
			ours = append(ours, [2]int{from, x.pos})
		case x.depth == 2 && ev == eventClose:
			others++
			s.topRules = max(s.topRules, priority)
		}
	}
	if len(ours) > 0 && others == 0 {
		s.replace(e.from, e.to, "")
		return
	}
	for _, o := range ours {
		s.replace(o[0], o[1], "")
	}
}
