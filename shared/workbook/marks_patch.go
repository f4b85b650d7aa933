package workbook

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// A patch changes a part at a few places and leaves every other byte as it is.
type patch struct {
	part  []byte
	edits []edit
}

type edit struct {
	from, to int
	text     string
}

// replace puts text in the place of the bytes from from to to. Edits must not overlap; those at the same place keep their order.
func (p *patch) replace(from, to int, text string) { p.edits = append(p.edits, edit{from, to, text}) }

func (p *patch) insert(at int, text string) { p.replace(at, at, text) }

// value replaces the value of an attribute, given as the slice of the part that holds it.
func (p *patch) value(attr []byte, text string) {
	from := offset(p.part, attr)
	p.replace(from, from+len(attr), text)
}

func (p *patch) bytes() []byte {
	if len(p.edits) == 0 {
		return p.part
	}
	slices.SortStableFunc(p.edits, func(a, b edit) int { // what is inserted comes before what is replaced there
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(min(a.to-a.from, 1), min(b.to-b.from, 1)))
	})
	var out bytes.Buffer
	out.Grow(len(p.part) + 256*len(p.edits))
	at := 0
	for _, e := range p.edits {
		out.Write(p.part[at:e.from])
		out.WriteString(e.text)
		at = e.to
	}
	out.Write(p.part[at:])
	return out.Bytes()
}

// offset says where in whole its slice part begins.
func offset(whole, part []byte) int { return cap(whole) - cap(part) }

// maxElements bounds what is kept of a part that is added to.
const maxElements = 200_000

// An element is an element of a part and where it lies.
type element struct {
	name       string // local, if its prefix is that of the root, or else with its prefix
	from, to   int    // of the whole element
	inner, end int    // of what it contains; both 0 if it is written <x/>
	depth      int
}

// A document is what this package has to know of a part before it adds to it: how its root names things, and the elements
// down to some depth.
type document struct {
	prefix   string // of the root and of everything added, with its colon
	strict   bool   // the strict format
	rels     string // prefix of relationship attributes, with its colon; "" if the root declares none
	elements []element
}

// The namespaces of the two formats.
const (
	mainTransitional = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	mainStrict       = "http://purl.oclc.org/ooxml/spreadsheetml/main"
	relsTransitional = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	relsStrict       = "http://purl.oclc.org/ooxml/officeDocument/relationships"
	relsPackage      = "http://schemas.openxmlformats.org/package/2006/relationships"
	typesPackage     = "http://schemas.openxmlformats.org/package/2006/content-types"
)

// survey walks over a part whose root is of one of the namespaces, and lists its elements down to a depth; visit, if any,
// sees every event. Elements of the format that have another prefix than the root are not recognised.
func survey(part []byte, depth int, visit func(*xmlScanner, event) error, namespaces ...string) (*document, error) {
	d := &document{}
	s := &xmlScanner{b: part}
	var open []int
	for {
		e, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case e == eventEnd && len(d.elements) == 0:
			return nil, errXML
		case e == eventEnd:
			return d, nil
		}
		if e == eventOpen && s.depth == 1 {
			if err := d.root(s, namespaces); err != nil {
				return nil, err
			}
		}
		if e != eventText && s.depth <= depth {
			switch e {
			case eventOpen:
				open = append(open, len(d.elements))
				name := s.b[s.names[s.depth-1][0]:s.names[s.depth-1][1]]
				x := element{name: string(name), from: s.start, depth: s.depth}
				if own, ok := bytes.CutPrefix(name, []byte(d.prefix)); ok && bytes.IndexByte(own, ':') < 0 {
					x.name = string(own)
				}
				if !s.selfClosed {
					x.inner = s.pos
				}
				if len(d.elements) == maxElements {
					return nil, tooMany("要素", "elements", maxElements)
				}
				d.elements = append(d.elements, x)
			case eventClose:
				x := &d.elements[open[len(open)-1]]
				open = open[:len(open)-1]
				x.to = s.pos
				if x.inner > 0 {
					x.end = s.start
				}
			}
		}
		if visit != nil {
			if err := visit(s, e); err != nil {
				return nil, err
			}
		}
	}
}

// root reads the declarations of the root.
func (d *document) root(s *xmlScanner, namespaces []string) error {
	name := s.b[s.names[0][0]:s.names[0][1]]
	d.prefix = string(name[:len(name)-len(s.name)])
	declared := map[string]string{}
	for rest := s.attrs; ; {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			break
		}
		key := string(bytes.TrimSpace(rest[:eq]))
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		end := -1
		if len(rest) > 0 {
			end = bytes.IndexByte(rest[1:], rest[0])
		}
		if end < 0 {
			return errXML
		}
		declared[key] = string(rest[1 : 1+end])
		rest = rest[end+2:]
	}
	key := "xmlns"
	if d.prefix != "" {
		key += ":" + d.prefix[:len(d.prefix)-1]
	}
	if !slices.Contains(namespaces, declared[key]) {
		return fmt.Errorf("root %s is of namespace %q", name, declared[key])
	}
	d.strict = declared[key] == mainStrict
	for key, uri := range declared {
		if p, ok := bytes.CutPrefix([]byte(key), []byte("xmlns:")); ok && (uri == relsTransitional || uri == relsStrict) {
			if d.rels == "" || string(p)+":" < d.rels {
				d.rels = string(p) + ":"
			}
		}
	}
	return nil
}

// relID writes a relationship attribute, declaring its prefix if the root does not.
func (d *document) relID(id string) string {
	if d.rels != "" {
		return fmt.Sprintf(` %sid="%s"`, d.rels, id)
	}
	uri := relsTransitional
	if d.strict {
		uri = relsStrict
	}
	return fmt.Sprintf(` xmlns:cssar="%s" cssar:id="%s"`, uri, id)
}

// child returns the first element of that name right below the root.
func (d *document) child(name string) *element {
	for i := range d.elements {
		if e := &d.elements[i]; e.depth == 2 && e.name == name {
			return e
		}
	}
	return nil
}

// into puts text at the end of what an element contains.
func (p *patch) into(d *document, e *element, text string) {
	if e.inner > 0 {
		p.insert(e.end, text)
		return
	}
	tag := bytes.TrimSuffix(p.part[e.from:e.to], []byte("/>"))
	p.replace(e.from+len(tag), e.to, ">"+text+"</"+d.prefix+e.name+">")
}

// add puts text, an element of that name, where the order of the format wants it below the root.
func (p *patch) add(d *document, order []string, name, text string) {
	rank := slices.Index(order, name)
	for i := range d.elements {
		if e := &d.elements[i]; e.depth == 2 && slices.Index(order, e.name) > rank {
			p.insert(e.from, text)
			return
		}
	}
	p.into(d, &d.elements[0], text)
}
