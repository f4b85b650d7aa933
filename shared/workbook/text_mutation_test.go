package workbook_test

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

func columnOf(n int) string {
	name, err := excelize.ColumnNumberToName(n)
	if err != nil {
		panic(err)
	}
	return name
}

func (s *gridSheet) row(n int) *gridRow {
	for _, r := range s.rows {
		if r.n == n {
			return r
		}
	}
	return nil
}

func (s *gridSheet) last() int { return s.rows[len(s.rows)-1].n }

// at returns the cell in a column of the row, a new one if there is none.
func (r *gridRow) at(column int) *gridCell {
	i := slices.IndexFunc(r.cells, func(c *gridCell) bool { return c.column >= column })
	if i < 0 {
		i = len(r.cells)
	}
	if i == len(r.cells) || r.cells[i].column != column {
		r.cells = slices.Insert(r.cells, i, &gridCell{column: column})
	}
	return r.cells[i]
}

// holds says whether anything stands in a column of the row.
func (r *gridRow) holds(column int) bool {
	return slices.ContainsFunc(r.cells, func(c *gridCell) bool { return c.column == column && c.inner != "" })
}

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;")

func escapeXML(s string) string { return xmlEscapes.Replace(s) }

// looksEscaped is what a spreadsheet program would take for an escaped character.
var looksEscaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// asText is how a text stands in a t.
func asText(s string) string {
	s = looksEscaped.ReplaceAllStringFunc(s, func(x string) string { return "_x005F" + x })
	return `<t xml:space="preserve">` + escapeXML(s) + `</t>`
}

// share adds a shared string and returns its number.
func (m *subject) share(si string) string {
	m.strings = append(m.strings, si)
	return strconv.Itoa(len(m.strings) - 1)
}

func (c *gridCell) inline(text string) { c.kind, c.inner = "inlineStr", "<is>"+asText(text)+"</is>" }

func (c *gridCell) number(v string) { c.kind, c.inner = "", "<v>"+v+"</v>" }

func (c *gridCell) clear() { c.kind, c.inner = "", "" }

// shared types a text the way Excel saves it.
func (m *subject) shared(c *gridCell, text string) {
	c.kind, c.inner = "s", "<v>"+m.share(asText(text))+"</v>"
}

// shows is what stands in a cell that is answered as the template writes it.
func (x chosen) shows() string {
	switch {
	case isNumber(x):
		return x.q.Format(x.answer.Number)
	case isText(x):
		return x.answer.Text
	}
	_, c := x.choice()
	return c.Label.JA
}

func escapeUnderscore(s string) string {
	return looksEscaped.ReplaceAllStringFunc(s, func(x string) string { return "_x005F" + x })
}

// type_ types a text the way one of the programs would save it.
func (m *subject) type_(c *gridCell, text string, r *rand.Rand) {
	runs := func() string {
		x := []rune(text)
		cut := r.IntN(len(x) + 1)
		for looksEscaped.MatchString(text) && cut > 0 && cut < len(x) { // not in the middle of what looks like an escape
			cut = len(x) * r.IntN(2)
		}
		return `<r><rPr><b/><sz val="9"/></rPr>` + asText(string(x[:cut])) + `</r><r>` + asText(string(x[cut:])) + `</r><rPh sb="0" eb="1"><t>ルビ</t></rPh><phoneticPr fontId="1"/>`
	}
	switch r.IntN(7) {
	case 0:
		c.inline(text)
	case 1:
		m.shared(c, text)
	case 2:
		c.kind, c.inner = "inlineStr", "<is>"+runs()+"</is>"
	case 3:
		c.kind, c.inner = "s", "<v>"+m.share(runs())+"</v>"
	case 4:
		c.kind, c.inner = "str", "<v>"+escapeXML(escapeUnderscore(text))+"</v>"
	case 5:
		c.kind, c.inner = "inlineStr", `<is><t xml:space="preserve">`+references(escapeUnderscore(text), r)+"</t></is>"
	case 6:
		c.kind, c.inner = "s", "<v>"+m.share(`<t><![CDATA[`+strings.ReplaceAll(escapeUnderscore(text), "]]>", "]]]]><![CDATA[>")+`]]></t>`)+"</v>"
	}
}

// references writes some characters by their numbers.
func references(s string, r *rand.Rand) string {
	var b strings.Builder
	for _, c := range s {
		switch {
		case r.IntN(2) == 0 || c == '&' || c == '<':
			b.WriteString(pick(r, "&#"+strconv.Itoa(int(c))+";", "&#x"+strconv.FormatInt(int64(c), 16)+";"))
		case c == '>':
			b.WriteString("&gt;")
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// format adds a style with a number format that every workbook has.
func (m *subject) format(numFmt int) string {
	const part = "xl/styles.xml"
	before, after, _ := strings.Cut(m.bodies[part], "</cellXfs>")
	m.bodies[part] = before + `<xf numFmtId="` + strconv.Itoa(numFmt) + `" applyNumberFormat="1"/></cellXfs>` + after
	_, all, _ := strings.Cut(before, "<cellXfs")
	return strconv.Itoa(strings.Count(all, "<xf "))
}

// wide writes figures in full width.
func wide(s string) string {
	return strings.Map(func(c rune) rune {
		if c > ' ' && c < 0x7f {
			return c - 0x20 + 0xff00
		}
		return c
	}, s)
}

// thousands puts a comma between thousands.
func thousands(n string) string {
	whole, fraction, point := strings.Cut(n, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + fraction
	}
	return whole
}
