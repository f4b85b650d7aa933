package workbook

import (
	"bytes"
	"strings"
)

// plainText returns the text of an element that holds text only.
func plainText(raw []byte) (string, error) {
	if bytes.IndexByte(raw, '<') < 0 {
		return resolve(raw)
	}
	return texts(raw, strings.Clone, false)
}

// richText returns the text of a string item: of its t, or of the t of all its runs, without the phonetic runs (ふりがな).
func richText(raw []byte) (string, error) {
	for _, open := range [...]string{"<t>", `<t xml:space="preserve">`} { // what nearly every string looks like
		if text, ok := bytes.CutPrefix(raw, []byte(open)); ok {
			if text, ok = bytes.CutSuffix(text, []byte("</t>")); ok && bytes.IndexByte(text, '<') < 0 {
				text, err := resolve(text)
				return unescape(text), err
			}
		}
	}
	return texts(raw, unescape, true)
}

// texts joins the pieces of text that stand at the top of raw, or in a string item in its t and in the t of its runs, each
// mapped for itself. It refuses elements that a string item does not have, since they may hold text that would be lost.
func texts(raw []byte, mapped func(string) string, item bool) (string, error) {
	var b strings.Builder
	s := &xmlScanner{b: raw}
	inRun, inText := false, !item
	for {
		e, err := s.next()
		switch {
		case err != nil:
			return "", err
		case e == eventEnd:
			return b.String(), nil
		case e == eventText:
			if !inText {
				continue
			}
			text := string(s.text)
			if !s.cdata {
				if text, err = resolve(s.text); err != nil {
					return "", err
				}
			}
			b.WriteString(mapped(text))
		case !item:
			return "", errElement
		case s.depth == 1:
			switch string(s.name) {
			case "t":
				inText = e == eventOpen
			case "r":
				inRun = e == eventOpen
			case "rPh", "phoneticPr":
			default:
				return "", errElement
			}
		case s.depth == 2 && inRun:
			switch string(s.name) {
			case "t":
				inText = e == eventOpen
			case "rPr":
			default:
				return "", errElement
			}
		case inText:
			return "", errElement
		}
	}
}
