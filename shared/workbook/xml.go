package workbook

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds how deep the elements of a part may be nested.
const maxDepth = 64

// Errors of a part. All of them mean that the part is not what a spreadsheet program writes.
var (
	errDoctype  = errors.New("document type declaration")
	errDepth    = fmt.Errorf("elements nested deeper than %d", maxDepth)
	errXML      = errors.New("not well-formed XML")
	errEncoding = errors.New("not in UTF-8")
	errElement  = errors.New("an element where none is expected")
)

type event int

const (
	eventEnd event = iota // of the part
	eventOpen
	eventClose
	eventText
)

// An xmlScanner walks over a part that lies in memory, without copying. It knows no namespaces: elements and attributes
// are told by their local names, since programs differ in prefixes and the strict format in its namespaces.
type xmlScanner struct {
	b     []byte
	pos   int
	whole bool // b is a part, not a piece of one: it has one element at its root
	depth int  // of the elements open, the present one included at eventOpen and eventClose
	names [maxDepth][2]int
	local [maxDepth]int // where in the name, behind its prefix, the local name begins

	name       []byte // eventOpen and eventClose: the local name
	attrs      []byte // eventOpen
	start      int    // where the present event begins
	text       []byte // eventText: as written
	cdata      bool
	selfClosed bool
	closing    bool // the element at eventClose is left at the next step
	rooted     bool // the root has been seen
}

func (s *xmlScanner) next() (event, error) {
	if s.closing {
		s.closing = false
		s.depth--
	}
	if s.selfClosed {
		s.selfClosed = false
		s.closing = true
		s.start = s.pos
		return eventClose, nil
	}
	for s.pos < len(s.b) {
		s.start = s.pos
		if s.b[s.pos] != '<' {
			n := bytes.IndexByte(s.b[s.pos:], '<')
			if n < 0 {
				n = len(s.b) - s.pos
			}
			s.text, s.cdata = s.b[s.pos:s.pos+n], false
			s.pos += n
			return eventText, nil
		}
		rest := s.b[s.pos:]
		switch {
		case len(rest) < 2:
			return 0, errXML
		case rest[1] == '/':
			return s.closeTag()
		case rest[1] == '?':
			n := bytes.Index(rest, []byte("?>"))
			if n < 0 {
				return 0, errXML
			}
			if err := declaredUTF8(rest[:n]); err != nil {
				return 0, err
			}
			s.pos += n + 2
		case rest[1] == '!':
			switch {
			case bytes.HasPrefix(rest, []byte("<!--")):
				n := bytes.Index(rest[4:], []byte("-->"))
				if n < 0 {
					return 0, errXML
				}
				s.pos += 4 + n + 3
			case bytes.HasPrefix(rest, []byte("<![CDATA[")):
				n := bytes.Index(rest[9:], []byte("]]>"))
				if n < 0 {
					return 0, errXML
				}
				s.text, s.cdata = rest[9:9+n], true
				s.pos += 9 + n + 3
				return eventText, nil
			default:
				return 0, errDoctype
			}
		default:
			return s.openTag()
		}
	}
	if s.depth != 0 {
		return 0, errXML
	}
	return eventEnd, nil
}

func (s *xmlScanner) openTag() (event, error) {
	b := s.b
	from := s.pos + 1
	i, localFrom := from, from
	for i < len(b) && !nameEnds[b[i]] {
		if b[i] == ':' {
			localFrom = i + 1
		}
		i++
	}
	switch {
	case s.depth == maxDepth:
		return 0, errDepth
	case i == localFrom || s.whole && s.depth == 0 && s.rooted:
		return 0, errXML
	}
	s.names[s.depth] = [2]int{from, i}
	s.local[s.depth] = localFrom
	s.name = b[localFrom:i]
	attrs := i
	for i < len(b) && b[i] != '>' {
		switch b[i] {
		case '"', '\'':
			n := bytes.IndexByte(b[i+1:], b[i])
			if n < 0 {
				return 0, errXML
			}
			i += n + 1
		case '<':
			return 0, errXML
		}
		i++
	}
	if i >= len(b) {
		return 0, errXML
	}
	s.attrs = b[attrs:i]
	if n := len(s.attrs); n > 0 && s.attrs[n-1] == '/' {
		s.attrs, s.selfClosed = s.attrs[:n-1], true
	}
	s.rooted = true
	s.depth++
	s.pos = i + 1
	return eventOpen, nil
}

func (s *xmlScanner) closeTag() (event, error) {
	if s.depth == 0 {
		return 0, errXML
	}
	name := s.names[s.depth-1]
	from := s.pos + 2
	to := from + name[1] - name[0]
	if to >= len(s.b) || string(s.b[from:to]) != string(s.b[name[0]:name[1]]) {
		return 0, errXML
	}
	for to < len(s.b) && isSpace(s.b[to]) {
		to++
	}
	if to >= len(s.b) || s.b[to] != '>' {
		return 0, errXML
	}
	s.name = s.b[s.local[s.depth-1]:name[1]]
	s.pos = to + 1
	s.closing = true
	return eventClose, nil
}

// prefix returns the prefix of the name of an open element, with its colon.
func (s *xmlScanner) prefix(depth int) []byte {
	return s.b[s.names[depth-1][0]:s.local[depth-1]]
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// attr returns the value of the attribute without a prefix that has this name, references resolved; "" if it is absent.
func (s *xmlScanner) attr(name string) string {
	text, err := resolve(s.rawAttr(name))
	if err != nil {
		return ""
	}
	return text
}

// rawAttr returns the value of an attribute as written.
func (s *xmlScanner) rawAttr(name string) []byte {
	for rest := s.attrs; ; {
		key, value, after := nextAttr(rest)
		if key == nil || string(key) == name {
			return value
		}
		rest = after
	}
}

// relation returns the value of the attribute that names a relationship: the id with a prefix, whatever that is.
func (s *xmlScanner) relation() string {
	for rest := s.attrs; ; {
		key, value, after := nextAttr(rest)
		if key == nil || bytes.HasSuffix(key, []byte(":id")) {
			return string(value)
		}
		rest = after
	}
}

// nextAttr splits the first attribute off what stands in a tag behind its name. The key is nil at the end.
func nextAttr(attrs []byte) (key, value, rest []byte) {
	i := 0
	for i < len(attrs) && isSpace(attrs[i]) {
		i++
	}
	from := i
	for i < len(attrs) && !nameEnds[attrs[i]] {
		i++
	}
	to := i
	for i < len(attrs) && isSpace(attrs[i]) {
		i++
	}
	if to == from || i >= len(attrs) || attrs[i] != '=' {
		return nil, nil, nil
	}
	for i++; i < len(attrs) && isSpace(attrs[i]); i++ {
	}
	if i >= len(attrs) || attrs[i] != '"' && attrs[i] != '\'' {
		return nil, nil, nil
	}
	n := bytes.IndexByte(attrs[i+1:], attrs[i])
	if n < 0 {
		return nil, nil, nil
	}
	return attrs[from:to], attrs[i+1 : i+1+n], attrs[i+n+2:]
}

var nameEnds = func() (ends [256]bool) {
	for _, c := range []byte(" \t\r\n/><='\"") {
		ends[c] = true
	}
	return ends
}()

// declaredUTF8 refuses a declaration of any encoding but UTF-8 and its subset.
func declaredUTF8(declaration []byte) error {
	i := bytes.Index(declaration, []byte("encoding"))
	if !bytes.HasPrefix(declaration, []byte("<?xml ")) || i < 0 {
		return nil
	}
	if v := strings.ToLower(string(declaration[i:])); strings.Contains(v, "utf-8") || strings.Contains(v, "us-ascii") {
		return nil
	}
	return errEncoding
}

// resolve returns text as meant: character references resolved and line ends as XML defines them. It refuses characters
// that XML does not allow.
func resolve(raw []byte) (string, error) {
	plain := true
	for _, c := range raw {
		if c < ' ' && !isSpace(c) {
			return "", errXML
		}
		plain = plain && c != '&' && c != '\r'
	}
	if plain {
		if !utf8.Valid(raw) {
			return "", errEncoding
		}
		return string(raw), nil
	}
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); {
		switch c := raw[i]; c {
		case '\r':
			b.WriteByte('\n')
			i++
			if i < len(raw) && raw[i] == '\n' {
				i++
			}
		case '&':
			end := bytes.IndexByte(raw[i:min(len(raw), i+12)], ';')
			if end < 0 {
				return "", errXML
			}
			r, ok := reference(string(raw[i+1 : i+end]))
			if !ok {
				return "", errXML
			}
			b.WriteRune(r)
			i += end + 1
		default:
			b.WriteByte(c)
			i++
		}
	}
	if !utf8.ValidString(b.String()) {
		return "", errEncoding
	}
	return b.String(), nil
}

func reference(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if digits == name {
		return 0, false
	}
	if strings.HasPrefix(digits, "x") {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	r := rune(n)
	return r, err == nil && n <= utf8.MaxRune && utf8.ValidRune(r) && (r >= ' ' || r == '\t' || r == '\n' || r == '\r')
}

// unescape resolves the _xHHHH_ that spreadsheet programs write for characters XML does not allow, and for an underscore
// that would otherwise look like one.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var units []uint16
	var b strings.Builder
	flush := func() {
		b.WriteString(string(utf16.Decode(units)))
		units = units[:0]
	}
	for len(s) > 0 {
		if len(s) >= 7 && s[0] == '_' && s[1] == 'x' && s[6] == '_' {
			if n, err := strconv.ParseUint(s[2:6], 16, 16); err == nil {
				units = append(units, uint16(n))
				s = s[7:]
				continue
			}
		}
		flush()
		n := strings.IndexByte(s[1:], '_') + 1
		if n == 0 {
			n = len(s)
		}
		b.WriteString(s[:n])
		s = s[n:]
	}
	flush()
	return b.String()
}
