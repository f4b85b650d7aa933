package workbook

import (
	"bytes"
	"fmt"
	"strings"
)

// The colours of findings.
const (
	red       = "B00020"
	redFill   = "FBC8CD"
	redPale   = "FDE7EA"
	brown     = "7A5A00"
	amberFill = "FFE9A8"
	amberPale = "FFF3D6"
	green     = "0B6B3A"
	greenFill = "D9F2E3"
)

// Formats of cells that the marking needs, by their place in markStyles.xf.
const (
	xfMark = iota
	xfID
	xfTitle
	xfPlain
	xfCount
	xfHead
	xfNumber
	xfKindMend
	xfKindConfirm
	xfText
	xfTyped
	xfStatusMend
	xfStatusConfirm
	xfReason
	xfLink
	xfNoLink
	xfFindingMend
	xfFindingConfirm
	xfLinkCell
	xfCounted
)

// Differential formats, by their place in markStyles.dxf.
const (
	dxfMend = iota
	dxfConfirm
	dxfDone
	dxfChanged
	dxfCounted
)

// markStyles are where the formats of the marking stand among those of the file.
type markStyles struct {
	xf  [xfCounted]int
	dxf [dxfCounted]int
}

var stylesOrder = strings.Fields("numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst")

// addStyles returns the part of the styles with the formats of the marking at the end of each list, so that no format of
// the file changes its number. What an earlier marking added is used again.
func addStyles(part []byte) ([]byte, markStyles, error) {
	var ids markStyles
	d, err := survey(part, 3, nil, mainTransitional, mainStrict)
	if err != nil {
		return nil, ids, err
	}
	p := &patch{part: part}
	list := func(name string, items []string) (int, error) {
		e := d.child(name)
		if e == nil && name == "dxfs" {
			p.add(d, stylesOrder, name, fmt.Sprintf(`<%sdxfs count="%d">%s</%sdxfs>`, d.prefix, len(items), strings.Join(items, ""), d.prefix))
			return 0, nil
		}
		if e == nil {
			return 0, fmt.Errorf("styles without %s", name)
		}
		var children []element
		for _, c := range d.elements {
			if c.depth == 3 && c.from >= e.from && c.to <= e.to {
				children = append(children, c)
			}
		}
		text := strings.Join(items, "")
		for i, c := range children {
			if bytes.HasPrefix(part[c.from:e.to], []byte(text)) {
				return i, nil
			}
		}
		x := &xmlScanner{b: part, pos: e.from}
		if _, err := x.next(); err != nil {
			return 0, err
		}
		if count := x.rawAttr("count"); len(count) > 0 {
			p.value(count, fmt.Sprint(len(children)+len(items)))
		}
		p.into(d, e, text)
		return len(children), nil
	}
	prefixed := func(items []string) []string {
		out := make([]string, len(items))
		for i, item := range items {
			out[i] = strings.ReplaceAll(strings.ReplaceAll(item, "</", "\x00"), "<", "<"+d.prefix)
			out[i] = strings.ReplaceAll(out[i], "\x00", "</"+d.prefix)
		}
		return out
	}
	var first [3]int
	for i, l := range []struct {
		name  string
		items []string
	}{{"fonts", markFonts[:]}, {"fills", markFills[:]}, {"borders", markBorders[:]}} {
		if first[i], err = list(l.name, prefixed(l.items)); err != nil {
			return nil, ids, err
		}
	}
	var xfs []string
	for _, x := range markFormats {
		fill := first[1] + x.fill - 1
		if x.fill == 0 {
			fill = 0
		}
		border := first[2] + x.border - 1
		if x.border == 0 {
			border = 0
		}
		format := 49 // text
		if x.formula {
			format = 0
		}
		xfs = append(xfs, fmt.Sprintf(`<xf numFmtId="%d" fontId="%d" fillId="%d" borderId="%d" xfId="0" quotePrefix="%s" applyNumberFormat="1" applyFont="1" `+
			`applyFill="1" applyBorder="1" applyAlignment="1" applyProtection="1"><alignment horizontal="%s" vertical="center"%s/><protection locked="%s"/></xf>`,
			format, first[0]+x.font, fill, border, bit(x.quoted), x.horizontal, x.more, bit(!x.open)))
	}
	firstXF, err := list("cellXfs", prefixed(xfs))
	if err != nil {
		return nil, ids, err
	}
	firstDXF, err := list("dxfs", prefixed(markDXFs[:]))
	if err != nil {
		return nil, ids, err
	}
	for i := range ids.xf {
		ids.xf[i] = firstXF + i
	}
	for i := range ids.dxf {
		ids.dxf[i] = firstDXF + i
	}
	return p.bytes(), ids, nil
}

func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func markFont(size float64, color, more string) string {
	return fmt.Sprintf(`<font>%s<sz val="%g"/><color rgb="FF%s"/><name val="%s"/><family val="3"/><charset val="128"/></font>`, more, size, color, fontName)
}

const (
	fontFine = iota
	fontTiny
	fontTitleMark
	fontSub
	fontCount
	fontHead
	fontText
	fontRed
	fontBrown
	fontLink
)

var markFonts = [...]string{
	fontFine: markFont(1, faint, ""), fontTiny: markFont(5, faint, ""), fontTitleMark: markFont(16, navy, "<b/>"), fontSub: markFont(fontJA, ink, ""),
	fontCount: markFont(13, red, "<b/>"), fontHead: markFont(fontJA, "FFFFFF", "<b/>"), fontText: markFont(fontJA, ink, ""),
	fontRed: markFont(fontJA, red, "<b/>"), fontBrown: markFont(fontJA, brown, "<b/>"), fontLink: markFont(fontJA, blue, "<u/>"),
}

func markFill(color string) string {
	return `<fill><patternFill patternType="solid"><fgColor rgb="FF` + color + `"/><bgColor indexed="64"/></patternFill></fill>`
}

const (
	fillNavy = iota + 1
	fillRed
	fillAmber
	fillEntry
)

var markFills = [...]string{markFill(navy), markFill(redPale), markFill(amberPale), markFill(answerFill)}

func markBorder(style, color string) string {
	var b strings.Builder
	for _, side := range []string{"left", "right", "top", "bottom"} {
		fmt.Fprintf(&b, `<%s style="%s"><color rgb="FF%s"/></%s>`, side, style, color, side)
	}
	return "<border>" + b.String() + "<diagonal/></border>"
}

const (
	borderRule = iota + 1
	borderEntry
)

var markBorders = [...]string{markBorder("thin", rule), markBorder("thin", blue)}

type markFormat struct {
	font, fill, border int
	horizontal, more   string
	open, quoted       bool
	formula            bool
}

const (
	wrapText  = ` wrapText="1"`
	indented  = ` wrapText="1" indent="1"`
	unwrapped = ""
)

var markFormats = [xfCounted]markFormat{
	xfMark:           {font: fontFine, horizontal: "left"},
	xfID:             {font: fontTiny, horizontal: "left"},
	xfTitle:          {font: fontTitleMark, horizontal: "left"},
	xfPlain:          {font: fontSub, horizontal: "left"},
	xfCount:          {formula: true, font: fontCount, horizontal: "left"},
	xfHead:           {font: fontHead, fill: fillNavy, border: borderRule, horizontal: "left", more: indented},
	xfNumber:         {font: fontText, border: borderRule, horizontal: "center"},
	xfKindMend:       {font: fontRed, fill: fillRed, border: borderRule, horizontal: "center"},
	xfKindConfirm:    {font: fontBrown, fill: fillAmber, border: borderRule, horizontal: "center"},
	xfText:           {font: fontText, border: borderRule, horizontal: "left", more: indented},
	xfTyped:          {font: fontText, border: borderRule, horizontal: "left", more: indented, quoted: true},
	xfStatusMend:     {formula: true, font: fontRed, fill: fillRed, border: borderRule, horizontal: "center", more: wrapText},
	xfStatusConfirm:  {formula: true, font: fontBrown, fill: fillAmber, border: borderRule, horizontal: "center", more: wrapText},
	xfReason:         {font: fontText, fill: fillEntry, border: borderEntry, horizontal: "left", more: indented, open: true},
	xfLink:           {font: fontLink, horizontal: "left", more: unwrapped},
	xfNoLink:         {font: fontText, border: borderRule, horizontal: "left", more: indented},
	xfFindingMend:    {formula: true, font: fontRed, horizontal: "left", more: ` indent="1"`},
	xfFindingConfirm: {formula: true, font: fontBrown, horizontal: "left", more: ` indent="1"`},
	xfLinkCell:       {font: fontLink, border: borderRule, horizontal: "left", more: indented},
}

func markDXF(font, color, fill, border string) string {
	edge := ""
	if border != "" {
		edge = strings.Replace(markBorder(border, color), "<diagonal/>", "", 1)
	}
	return fmt.Sprintf(`<dxf><font><b/><color rgb="FF%s"/></font><fill><patternFill patternType="solid"><fgColor rgb="FF%s"/><bgColor rgb="FF%s"/></patternFill></fill>%s</dxf>`,
		font, fill, fill, edge)
}

var markDXFs = [dxfCounted]string{
	dxfMend:    markDXF(ink, red, redFill, "thin"),
	dxfConfirm: markDXF(ink, brown, amberFill, "dashed"),
	dxfDone:    markDXF(green, green, greenFill, ""),
	dxfChanged: markDXF(blue, blue, pale, ""),
}
