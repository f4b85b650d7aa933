package workbook_test

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cssa/shared/checklist"
)

// replace changes a part that is no sheet. It returns false if there is nothing to change.
func (m *subject) replace(part, old, new string) bool {
	ok := strings.Contains(m.bodies[part], old)
	m.bodies[part] = strings.Replace(m.bodies[part], old, new, 1)
	return ok
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// everySheet changes how the sheets are written.
func (m *subject) everySheet(change func(body string) string) bool {
	sheets := slices.Clone(m.sheets)
	m.parts = append(m.parts, func(p *unpacked) {
		for _, s := range sheets {
			if b, ok := p.bodies[s.part]; ok {
				p.bodies[s.part] = change(b)
			}
		}
	})
	return true
}

func (m *subject) everyPart(change func(name, body string) string) bool {
	m.parts = append(m.parts, func(p *unpacked) {
		for n, b := range p.bodies {
			if strings.HasSuffix(n, ".xml") || strings.HasSuffix(n, ".rels") {
				p.bodies[n] = change(n, b)
			}
		}
	})
	return true
}

var (
	anyTag   = regexp.MustCompile(`<(/?)([A-Za-z])`)
	anyAttr  = regexp.MustCompile(` ([A-Za-z:0-9]+)="([^"'<]*)"`)
	emptyTag = regexp.MustCompile(`<([A-Za-z]+)([^<>]*[^<>/])?></[A-Za-z]+>`)
	blankC   = regexp.MustCompile(`<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?></c>`)
)

// writingMutations write the same in another way that the format allows.
var writingMutations = []mutation{
	{name: "shared strings in another order", come: read_, do: func(m *subject, r *rand.Rand) bool {
		order := r.Perm(len(m.strings))
		mixed := make([]string, len(order))
		for i, to := range order {
			mixed[to] = m.strings[i]
		}
		m.strings = mixed
		for _, s := range m.sheets {
			for _, row := range s.rows {
				for _, c := range row.cells {
					if n, err := strconv.Atoi(between(c.inner, "<v>", "</v>")); c.kind == "s" && err == nil {
						c.inner = "<v>" + strconv.Itoa(order[n]) + "</v>"
					}
				}
			}
		}
		return true
	}},
	{name: "all shared strings inline", come: read_, do: func(m *subject, r *rand.Rand) bool {
		for _, s := range m.sheets {
			for _, row := range s.rows {
				for _, c := range row.cells {
					if n, err := strconv.Atoi(between(c.inner, "<v>", "</v>")); c.kind == "s" && err == nil {
						c.kind, c.inner = "inlineStr", "<is>"+m.strings[n]+"</is>"
					}
				}
			}
		}
		if m.strings = nil; r.IntN(2) == 0 {
			m.strings = []string{"<t/>"}
		}
		return true
	}},
	{name: "all inline strings shared", come: read_, do: func(m *subject, r *rand.Rand) bool {
		for _, s := range m.sheets {
			for _, row := range s.rows {
				for _, c := range row.cells {
					if c.kind == "inlineStr" {
						c.kind, c.inner = "s", "<v>"+m.share(strings.TrimSuffix(strings.TrimPrefix(c.inner, "<is>"), "</is>"))+"</v>"
					}
				}
			}
		}
		return true
	}},
	{name: "a shared string that answers share is changed", come: asRules, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, func(x chosen) bool { return isMultiple(x) })
		if !ok {
			return false
		}
		n := m.share(asText(x.shows()))
		for _, p := range m.pages {
			for _, l := range p.lines {
				for _, a := range l.places {
					if a.answer != nil && a.code == "" && l.q.Kind == checklist.Multiple && a.answer.Choice == x.answer.Choice && !l.lost && l.twin == nil {
						a.cell.kind, a.cell.inner = "s", "<v>"+n+"</v>"
						a.answer = &checklist.Answer{Choice: checklist.No}
					}
				}
			}
		}
		m.strings[len(m.strings)-1] = asText("いいえ")
		return true
	}},
	{name: "two parts of shared strings", come: refused, do: func(m *subject, r *rand.Rand) bool {
		if m.whole != nil {
			return false
		}
		part := pick(r, stringsPart, "xl/strings2.xml")
		m.whole = &wholeFault{codes: damaged, part: part}
		if part != stringsPart {
			m.names = append(m.names, part)
			m.bodies[part] = "<sst><si><t>1</t></si></sst>"
		}
		at := pick(r, "<Relationships ", "</Relationships>")
		rel := `<Relationship Id="rIdS" Target="/` + part + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>`
		if at[1] != '/' {
			m.whole.part = stringsPart
			return m.replace(relsPart, "<Relationship Id=", rel+"<Relationship Id=")
		}
		return m.replace(relsPart, at, rel+at)
	}},
	{name: "the strict format", come: read_, do: func(m *subject, r *rand.Rand) bool {
		to := strings.NewReplacer("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main",
			"http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
		return m.everyPart(func(_, body string) string { return to.Replace(body) })
	}},
	{name: "a prefix on every element", come: read_, do: func(m *subject, r *rand.Rand) bool {
		p := pick(r, "x", "ns0", "main")
		return m.everyPart(func(name, body string) string {
			if !strings.HasPrefix(name, "xl/") || strings.Contains(name, "_rels") || strings.Contains(body, "xmlns:"+p+"=") {
				return body
			}
			return strings.Replace(anyTag.ReplaceAllString(body, "<${1}"+p+":$2"), ` xmlns="`, ` xmlns:`+p+`="`, 1)
		})
	}},
	{name: "another prefix for relationships", come: read_, do: func(m *subject, r *rand.Rand) bool {
		to := strings.NewReplacer(" r:id=", " rel:id=", "xmlns:r=", "xmlns:rel=")
		return m.everyPart(func(_, body string) string { return to.Replace(body) })
	}},
	{name: "apostrophes for quotation marks", come: read_, do: func(m *subject, r *rand.Rand) bool {
		return m.everySheet(func(body string) string { return anyAttr.ReplaceAllString(body, " $1 = '$2'") })
	}},
	{name: "empty elements closed in one tag", come: read_, do: func(m *subject, r *rand.Rand) bool {
		return m.everySheet(func(body string) string { return emptyTag.ReplaceAllString(body, "<$1$2/>") })
	}},
	{name: "blank cells left out", come: read_, do: func(m *subject, r *rand.Rand) bool {
		return m.everySheet(func(body string) string { return blankC.ReplaceAllString(body, "") })
	}},
	{name: "comments, instructions and line breaks in between", come: read_, do: func(m *subject, r *rand.Rand) bool {
		to := strings.NewReplacer("<row ", pick(r, "\r\n  ", "<!-- <row r=\"1\"/> -->", "<?x <row/> ?>")+"<row ", "<c ", "\n\t<c\n  ", "</row>", "</row >\n")
		return m.everySheet(to.Replace)
	}},
	{name: "attributes of other namespaces", come: read_, do: func(m *subject, r *rand.Rand) bool {
		to := strings.NewReplacer("<row ", `<row x14ac:r="7" q:t="s" `, "<c ", `<c xr:r="Z99" xr:t="e" q:s="4" `)
		return m.everySheet(to.Replace)
	}},
	{name: "extensions in rows and cells", come: read_, do: func(m *subject, r *rand.Rand) bool {
		ext := `<extLst><ext uri="x"><row r="1"><c r="A1"><v>9</v></c></row></ext></extLst>`
		to := strings.NewReplacer("</v></c>", "</v>"+ext+"</c>", "</row>", ext+"</row>", "</worksheet>", `<mc:AlternateContent xmlns:mc="m"><mc:Choice Requires="x14"><controls/></mc:Choice></mc:AlternateContent></worksheet>`)
		return m.everySheet(to.Replace)
	}},
	{name: "parts of other names, in other folders", come: read_, do: func(m *subject, r *rand.Rand) bool {
		if m.parts != nil { // they may be named otherwise by then
			return false
		}
		sheets := slices.Clone(m.sheets)
		m.renamed = map[string]string{}
		m.parts = append(m.parts, func(p *unpacked) {
			for i, s := range sheets {
				old := strings.TrimPrefix(s.part, "xl/")
				new := pick(r, "blätter/表", "xl/worksheets/deep/er/s", "S") + strconv.Itoa(i) + ".xml"
				p.bodies[relsPart] = strings.NewReplacer(`"`+old+`"`, `"/`+new+`"`, `"/`+s.part+`"`, `"/`+new+`"`).Replace(p.bodies[relsPart])
				for j, n := range p.names {
					if n == s.part {
						p.names[j] = new
					}
				}
				p.bodies[new] = p.bodies[s.part]
				m.renamed[s.part] = new
			}
		})
		return true
	}},
	{name: "names of parts in other cases", come: read_, do: func(m *subject, r *rand.Rand) bool {
		m.parts = append(m.parts, func(p *unpacked) {
			for i, n := range p.names {
				if r.IntN(2) == 0 {
					up := strings.ToUpper(n)
					p.names[i], p.bodies[up] = up, p.bodies[n]
				}
			}
		})
		return true
	}},
	{name: "cells and rows without references", come: read_, do: func(m *subject, r *rand.Rand) bool {
		for _, s := range m.sheets {
			if s.last() > 5000 || m.parts != nil { // a cell left out afterwards would move those behind it
				return false
			}
		}
		plain := regexp.MustCompile(`<(c|row) r="[A-Z]*[0-9]+"`)
		for _, s := range m.sheets {
			var rows []*gridRow
			for n := 1; n <= s.last(); n++ {
				row := s.row(n)
				if row == nil {
					row = &gridRow{n: n}
				}
				for c := 1; len(row.cells) > 0 && c < row.cells[len(row.cells)-1].column; c++ {
					row.at(c)
				}
				rows = append(rows, row)
			}
			s.rows = rows
		}
		m.dense = true
		return m.everySheet(func(body string) string { return plain.ReplaceAllString(body, "<$1") })
	}},
	{name: "wrong counts and dimensions", come: read_, do: func(m *subject, r *rand.Rand) bool {
		m.parts = append(m.parts, func(p *unpacked) {
			p.bodies[stringsPart] = strings.Replace(p.bodies[stringsPart], "<sst ", `<sst count="1" uniqueCount="2" `, 1)
		})
		return m.everySheet(func(body string) string {
			return regexp.MustCompile(`<dimension ref="[^"]*"`).ReplaceAllString(body, `<dimension ref="`+pick(r, "A1", "A1:XFD1048576", "B2:C3")+`"`)
		})
	}},
}
