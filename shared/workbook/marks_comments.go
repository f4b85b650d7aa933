package workbook

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

const commentAuthor = "事務局 (cssa)"

// comments puts a comment on every marked cell, on a sheet that has no comments but those of an earlier marking. Beside
// comments of the firm's, only the words of earlier ones of ours are renewed: nobody's drawing is taken apart.
func (s *sheetMarker) comments() error {
	sheet := s.book.sheets[s.sheet].part
	rels, err := s.relationsOf(sheet)
	if err != nil {
		return err
	}
	drawing, part, threaded := "", "", false
	if e := s.doc.child("legacyDrawing"); e != nil {
		x := &xmlScanner{b: s.part, pos: e.from}
		if _, err := x.next(); err != nil {
			return err
		}
		for _, r := range rels {
			if r.id == x.relation() {
				drawing = r.target
			}
		}
	}
	for _, r := range rels {
		if r.kind == "comments" {
			part = r.target
		}
		threaded = threaded || strings.HasPrefix(r.kind, "threadedComment")
	}
	switch {
	case part != "":
		return s.renewComments(part, drawing, threaded)
	case drawing != "" || threaded || s.doc.strict || s.doc.child("legacyDrawing") != nil || len(s.rows) == 0:
		return nil
	}
	dir := path.Dir(s.mainPart)
	part = s.newPart(dir+"/comments", ".xml", typeComments, s.commentsPart())
	drawing = s.newPart(dir+"/drawings/vmlDrawing", ".vml", typeVML, s.vmlPart())
	id, err := s.freeID(relsOf(sheet))
	if err != nil {
		return err
	}
	if err := s.relate(sheet, id, "vmlDrawing", drawing, false); err != nil {
		return err
	}
	s.add(s.doc, worksheetOrder, "legacyDrawing", "<"+s.doc.prefix+"legacyDrawing"+s.doc.relID(id)+"/>")
	if id, err = s.freeID(relsOf(sheet)); err != nil {
		return err
	}
	return s.relate(sheet, id, "comments", part, false)
}

// relationsOf are the relationships of a part; none if it has none.
func (m *marker) relationsOf(part string) ([]relation, error) {
	if !m.has(relsOf(part)) {
		return nil, nil
	}
	return m.c.relations(relsOf(part), path.Dir(part)+"/")
}

// renewComments writes the comments of an earlier marking anew.
func (s *sheetMarker) renewComments(part, drawing string, threaded bool) error {
	body, err := s.body(part)
	if err != nil {
		return err
	}
	var from int
	var ref string
	var ours, others int
	p := &patch{part: body}
	d, err := survey(body, 1, func(x *xmlScanner, e event) error {
		switch {
		case x.depth == 3 && string(x.name) == "comment" && e == eventOpen:
			ref = x.attr("ref")
		case x.depth == 4 && string(x.name) == "text" && e == eventOpen:
			from = x.pos
		case x.depth == 4 && string(x.name) == "text" && e == eventClose && from <= x.start:
			text, err := richText(body[from:x.start])
			if err != nil {
				return err
			}
			first, _, _ := strings.Cut(text, "\n")
			if !ourText(strings.TrimSpace(first)) {
				others++
				return nil
			}
			ours++
			prefix := string(body[x.names[3][0]:x.names[3][1]])
			prefix = strings.TrimSuffix(prefix, "text")
			now := comment(s.marksAt(ref))
			if now == "" {
				now = wordNothing
			}
			p.replace(from, x.start, fmt.Sprintf(`<%sr><%st xml:space="preserve">%s</%st></%sr>`, prefix, prefix, escaped(now), prefix, prefix))
		}
		return nil
	}, mainTransitional, mainStrict)
	if err != nil {
		return err
	}
	if ours == 0 {
		return nil
	}
	if others == 0 && !threaded && drawing != "" && d.prefix == "" && !d.strict {
		shapes, err := s.body(drawing)
		if err != nil {
			return err
		}
		if bytes.Count(shapes, []byte("ClientData ObjectType=")) == ours && bytes.Count(shapes, []byte(`"Note"`)) == ours {
			s.put(part, s.commentsPart())
			s.put(drawing, s.vmlPart())
			return nil
		}
	}
	s.put(part, p.bytes())
	return nil
}

func (s *sheetMarker) marksAt(ref string) []*mark {
	column, row, ok := parseCell(ref)
	if !ok {
		return nil
	}
	var all []*mark
	for _, x := range s.rows[row] {
		if x.at.column == column && x.reason == "" {
			all = append(all, x)
		}
	}
	return all
}

func (s *sheetMarker) commentsPart() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+`<comments xmlns="%s"><authors><author>%s</author></authors><commentList>`, mainTransitional, commentAuthor)
	for _, at := range s.commented() {
		ref := cell(at.column, at.row)
		fmt.Fprintf(&b, `<comment ref="%s" authorId="0"><text><r><t xml:space="preserve">%s</t></r></text></comment>`, ref, escaped(comment(s.marksAt(ref))))
	}
	b.WriteString("</commentList></comments>")
	return []byte(b.String())
}

// vmlPart is what a spreadsheet program draws the comments with.
func (s *sheetMarker) vmlPart() []byte {
	var b strings.Builder
	b.WriteString(`<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">` +
		`<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>` +
		`<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>`)
	for i, at := range s.commented() {
		top, left := at.row-1, at.column
		fmt.Fprintf(&b, `<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;visibility:hidden;width:360pt;height:110pt;z-index:%d" fillcolor="#FFF9E5" o:insetmode="auto">`+
			`<v:fill color2="#FFF9E5"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>`+
			`<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>%d, 15, %d, 2, %d, 15, %d, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>%d</x:Row><x:Column>%d</x:Column></x:ClientData></v:shape>`,
			1025+i, i+1, left, top, left+4, top+6, at.row-1, at.column-1)
	}
	b.WriteString("</xml>")
	return []byte(b.String())
}

// commented are the cells that get a comment.
func (s *sheetMarker) commented() []cellAt {
	var all []cellAt
	seen := map[cellAt]bool{}
	for _, row := range sorted(s.rows) {
		for _, x := range s.rows[row] {
			if !seen[x.at] && x.reason == "" {
				seen[x.at] = true
				all = append(all, x.at)
			}
		}
	}
	return all
}

func sorted(rows map[int][]*mark) []int { return slices.Sorted(maps.Keys(rows)) }
