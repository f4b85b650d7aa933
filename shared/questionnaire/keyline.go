package questionnaire

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// keyLine returns the line of a key, e.g. "title.en" or "notes[1].ja", of the thing that stands on line. Where the key is
// missing it is the line of what it would stand in.
func keyLine(root ast.Node, line int, key string) int {
	if root == nil || key == "" || line == 0 {
		return line
	}
	v := &lineFinder{line: line}
	ast.Walk(v, root)
	n := v.found
	if n == nil {
		n = root // a thing of the file as such
	}
	for _, step := range strings.Split(key, ".") {
		name, index, indexed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		e := entryOf(n, name)
		if e == nil {
			return line
		}
		line, n = e.Key.GetToken().Position.Line, e.Value
		if !indexed {
			continue
		}
		s, ok := n.(*ast.SequenceNode)
		i, err := strconv.Atoi(index)
		if !ok || err != nil || i >= len(s.Values) {
			return line
		}
		n = s.Values[i]
		if es := entries(n); len(es) > 0 {
			line = es[0].Key.GetToken().Position.Line
		}
	}
	return line
}

func entries(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

func entryOf(n ast.Node, name string) *ast.MappingValueNode {
	for _, e := range entries(n) {
		if e.Key.GetToken().Value == name {
			return e
		}
	}
	return nil
}

// A lineFinder finds the innermost mapping with a key on a line.
type lineFinder struct {
	line  int
	found ast.Node
}

// Visit goes everywhere.
func (f *lineFinder) Visit(n ast.Node) ast.Visitor {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle || f.found == nil {
		for _, e := range entries(n) {
			if e.Key.GetToken().Position.Line == f.line {
				f.found = n
			}
		}
	}
	return f
}

// unnamed returns the lines of the members of lists whose members have ids that have none: nothing that is wrong with them
// could be said of a line.
func unnamed(n ast.Node, list string) []int {
	var lines []int
	switch n := n.(type) {
	case *ast.SequenceNode:
		for _, m := range n.Values {
			es := entries(m)
			if named[list] && len(es) > 0 {
				id := entryOf(m, "id")
				if id == nil || id.Value == nil || id.Value.Type() == ast.NullType {
					lines = append(lines, es[0].Key.GetToken().Position.Line)
				}
			}
			lines = append(lines, unnamed(m, "")...)
		}
	default:
		for _, e := range entries(n) {
			lines = append(lines, unnamed(e.Value, e.Key.GetToken().Value)...)
		}
	}
	return lines
}

var named = map[string]bool{"groups": true, "terms": true, "questions": true, "items": true, "choices": true, "stages": true, "rules": true, "figures": true, "series": true}
