package sheet

import (
	"errors"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// errMerge says that a change cannot be written. It is a fault of this package, never of the workbook.
var errMerge = errors.New("the changes cannot be written into the text file")

// merge returns body with the changes that make it say what want says. Lines that say nothing else than before stay as
// they are. Whatever was done, the result is read again and must say exactly what want says.
func merge(body []byte, want *thing) ([]byte, error) {
	if len(body) == 0 {
		return verified([]string{""}, "\n", newLines, want)
	}
	text, eol := strings.ReplaceAll(string(body), "\r\n", "\n"), "\n"
	if len(text) < len(body) {
		eol = "\r\n"
	}
	have, err := readSource(want.kind, []byte(text)) // the parser counts \r\n as two lines
	if err != nil {
		return nil, err
	}
	if have.same(want) {
		return body, nil
	}
	lines := strings.Split(text, "\n")
	p := patch{lines: lines}
	for _, p.quote = range []bool{false, true} {
		out := p.keys(have.node, len(lines)+1, want, "", want.kind.order)
		out = append(slices.Clone(lines[:max(0, have.line-1)]), out...)
		if merged := []byte(strings.Join(out, eol)); says(merged, want) {
			return merged, nil
		}
	}
	// The file is written in a way that lines cannot be told apart: what stands above its first key is kept.
	return verified(lines[:max(0, have.line-1)], eol, newLines, want)
}

// verified writes a file anew below head.
func verified(head []string, eol string, write func(*thing, string, bool) []string, want *thing) ([]byte, error) {
	for _, quote := range []bool{false, true} {
		out := append(slices.Clone(head), write(want, "", quote)...)
		if len(head) == 1 && head[0] == "" {
			out = out[1:]
		}
		if merged := []byte(strings.Join(append(out, ""), eol)); says(merged, want) {
			return merged, nil
		}
	}
	return nil, errMerge
}

func says(body []byte, want *thing) bool {
	got, err := readSource(want.kind, body)
	return err == nil && got.same(want)
}

// A patch writes the lines of a changed file.
type patch struct {
	lines []string // of the file as it is
	quote bool
}

// An entry is a key or a member of a list with its lines: lead are the blank lines and comments above it.
type entry struct {
	name       string
	lead, body []string
}

func flatten(es []entry) []string {
	var out []string
	for _, e := range es {
		out = append(append(out, e.lead...), e.body...)
	}
	return out
}

// cut cuts the lines from the first start up to but not including line end into entries. What stands blank or commented
// above an entry is its lead; tail is what stands so below the last.
func (p *patch) cut(starts []int, end int) (es []entry, tail []string) {
	var gap []string
	for i, from := range starts {
		to := end
		if i+1 < len(starts) {
			to = starts[i+1]
		}
		if to < from { // two on one line: verification will see what comes of it
			to = from
		}
		last := to
		for last-1 > from && idle(p.lines[last-2]) {
			last--
		}
		es = append(es, entry{lead: gap, body: p.lines[from-1 : last-1]})
		gap = p.lines[last-1 : to-1]
	}
	return es, gap
}

func idle(line string) bool {
	s := strings.TrimSpace(line)
	return s == "" || strings.HasPrefix(s, "#")
}

// keys returns the lines of a mapping as want has it, up to but not including line end. Its keys begin with prefix.
func (p *patch) keys(m *ast.MappingNode, end int, want *thing, prefix string, order []string) []string {
	var starts []int
	for _, e := range m.Values {
		starts = append(starts, lineOf(e.Key))
	}
	if m.IsFlowStyle || len(starts) == 0 {
		starts = nil
	}
	old, tail := p.cut(starts, end)
	var es []entry
	for i, o := range old {
		e := m.Values[i]
		o.name = keyOf(e)
		to := end - len(tail)
		if i+1 < len(old) {
			to = starts[i+1] - len(old[i+1].lead)
		}
		o.body = p.key(e, o.body, to, want, prefix+o.name, i == 0 && prefix == "")
		if o.body == nil {
			o.lead = nil
		}
		es = append(es, o)
	}
	indent := ""
	if len(m.Values) > 0 {
		indent = strings.Repeat(" ", m.Values[0].Key.GetToken().Position.Column-1)
	}
	for i, k := range order {
		if slices.ContainsFunc(es, func(e entry) bool { return e.name == k }) {
			continue
		}
		if body := newKey(want, prefix+k, k, indent, p.quote, false); body != nil {
			es = slices.Insert(es, slot(es, order[:i]), entry{name: k, body: body})
		}
	}
	return append(flatten(es), tail...)
}

// slot returns where a key goes that comes after those before it, but never first: there may be the dash of a list.
func slot(es []entry, before []string) int {
	at := min(1, len(es))
	for i, e := range es {
		if slices.Contains(before, e.name) {
			at = i + 1
		}
	}
	return at
}

// key returns the lines of one key as want has it; nil if it goes. Its lines are body, which end before line end.
func (p *patch) key(e *ast.MappingValueNode, body []string, end int, want *thing, key string, first bool) []string {
	column := e.Key.GetToken().Position.Column
	indent := strings.Repeat(" ", column-1)
	own := keyOf(e)
	fresh := func() []string {
		lines := newKey(want, key, own, indent, p.quote, first && want.kind.list != "")
		if first && len(lines) > 0 {
			lines[0] = cutColumns(body[0], column-1) + strings.TrimLeft(lines[0], " ")
		}
		return lines
	}
	if f, ok := want.kind.field(key); ok {
		if was, err := cellText(f.form, e.Value); err == nil && tidy(f.form, was) == want.values[key] {
			return body
		}
		if len(body) == 1 && f.form != condition && want.values[key] != "" {
			return []string{splice(body[0], column-1+len([]rune(own)), f.form, want.values[key], p.quote)}
		}
		return fresh()
	}
	if c := want.kind.child(key); c != nil {
		s, ok := e.Value.(*ast.SequenceNode)
		switch {
		case len(want.under[key]) == 0 && want.kind.list == "" && len(want.kind.order) == 1:
			if was, err := sequence(e.Value); err == nil && len(was) == 0 {
				return body
			}
			return []string{own + ": []"}
		case ok && !s.IsFlowStyle && len(want.under[key]) > 0:
			if lines := p.members(s, lineOf(e.Key), end, c, want.under[key]); lines != nil {
				return lines
			}
		}
		return fresh()
	}
	m, ok := mapping(e.Value)
	if ok && want.sameBelow(m, key+".") {
		return body
	}
	if ok && !m.IsFlowStyle && firstLine(m) > lineOf(e.Key) {
		head := p.lines[lineOf(e.Key)-1 : firstLine(m)-1]
		if lines := p.keys(m, end, want, key+".", subkeys(want.kind, key)); !slices.Equal(lines, nil) {
			return append(slices.Clone(head), lines...)
		}
		return nil
	}
	return fresh()
}

// sameBelow says whether the keys of m, which begin with prefix, have t's values.
func (t *thing) sameBelow(m *ast.MappingNode, prefix string) bool {
	have := newThing(t.kind)
	if have.read(m, prefix) != nil {
		return false
	}
	for _, f := range t.kind.fields {
		if strings.HasPrefix(f.key, prefix) && have.values[f.key] != t.values[f.key] {
			return false
		}
	}
	return true
}
