package sheet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A thing is a row: from the text file, where node and line say how it is written, or from a sheet, where cells and number
// say where it stands.
type thing struct {
	kind   *kind
	values map[string]string   // by key, as a cell shows them; blank ones are left out
	under  map[string][]*thing // by list

	node *ast.MappingNode
	line int

	number int // of the row; of an upward file the number of each setting's row stands in cells
	cells  map[string]string
}

func newThing(k *kind) *thing {
	return &thing{kind: k, values: map[string]string{}, under: map[string][]*thing{}, cells: map[string]string{}}
}

// set puts a value in, or takes it out if it is blank.
func (t *thing) set(key, value string) {
	if value == "" {
		delete(t.values, key)
		return
	}
	t.values[key] = value
}

// id is what makes a thing the same thing when its other values change; "" if its kind has no ids.
func (t *thing) id() string {
	var parts []string
	for _, k := range t.kind.id {
		parts = append(parts, t.values[k])
	}
	return strings.Join(parts, "/")
}

// same says whether two things and all that is under them have the same values.
func (t *thing) same(o *thing) bool {
	if len(t.values) != len(o.values) {
		return false
	}
	for k, v := range t.values {
		if o.values[k] != v {
			return false
		}
	}
	for _, c := range t.kind.under {
		if !slices.EqualFunc(t.under[c.list], o.under[c.list], (*thing).same) {
			return false
		}
	}
	return true
}

// walk visits t and what is under it in the order of the rows.
func (t *thing) walk(visit func(*thing, int)) { t.walkAt(0, visit) }

func (t *thing) walkAt(depth int, visit func(*thing, int)) {
	visit(t, depth)
	for _, c := range t.kind.under {
		for _, u := range t.under[c.list] {
			u.walkAt(depth+1, visit)
		}
	}
}

// A sourceError is a place in a text file that has no cell.
type sourceError struct {
	line int
	what string
}

func (e *sourceError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.what) }

// readSource reads a text file that the loader of package questionnaire can read. What has no column is an error: it would
// be lost.
func readSource(k *kind, body []byte) (*thing, error) {
	file, err := parser.ParseBytes(body, 0)
	if err != nil {
		return nil, err
	}
	if len(file.Docs) != 1 {
		return nil, &sourceError{1, "not one YAML document"}
	}
	return readThing(k, file.Docs[0].Body)
}

func readThing(k *kind, n ast.Node) (*thing, error) {
	m, ok := mapping(n)
	if !ok {
		return nil, &sourceError{lineOf(n), "keys and values are wanted here"}
	}
	t := newThing(k)
	t.node, t.line = m, firstLine(m)
	return t, t.read(m, "")
}

// read puts the values of m, whose keys begin with prefix, into t.
func (t *thing) read(m *ast.MappingNode, prefix string) error {
	for _, e := range m.Values {
		key := prefix + keyOf(e)
		switch f, ok := t.kind.field(key); {
		case ok:
			v, err := cellText(f.form, e.Value)
			if err != nil {
				return err
			}
			t.set(key, v)
		case prefix == "" && t.kind.child(key) != nil:
			members, err := sequence(e.Value)
			if err != nil {
				return err
			}
			for _, n := range members {
				c, err := readThing(t.kind.child(key), n)
				if err != nil {
					return err
				}
				t.under[key] = append(t.under[key], c)
			}
		case t.kind.nested(key):
			if isNull(e.Value) {
				continue
			}
			inner, ok := mapping(e.Value)
			if !ok {
				return &sourceError{lineOf(e.Key), key + " wants keys and values"}
			}
			if err := t.read(inner, key+"."); err != nil {
				return err
			}
		default:
			return &sourceError{lineOf(e.Key), fmt.Sprintf("the key %s has no column", key)}
		}
	}
	return nil
}

func mapping(n ast.Node) (*ast.MappingNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n, true
	case *ast.MappingValueNode:
		return ast.Mapping(n.GetToken(), false, n), true
	}
	return nil, false
}

func sequence(n ast.Node) ([]ast.Node, error) {
	if isNull(n) {
		return nil, nil
	}
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		return nil, &sourceError{lineOf(n), "a list is wanted here"}
	}
	return s.Values, nil
}

func isNull(n ast.Node) bool {
	_, ok := n.(*ast.NullNode)
	return ok || n == nil
}

func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

func firstLine(m *ast.MappingNode) int {
	if len(m.Values) > 0 {
		return lineOf(m.Values[0].Key)
	}
	return lineOf(m)
}

func keyOf(e *ast.MappingValueNode) string {
	if s, ok := e.Key.(*ast.StringNode); ok {
		return s.Value
	}
	return e.Key.GetToken().Value
}

// cellText is a value of a text file as its cell shows it.
func cellText(f form, n ast.Node) (string, error) {
	switch f {
	case words:
		members, err := sequence(n)
		var out []string
		for _, m := range members {
			s, err := scalar(m)
			if err != nil {
				return "", err
			}
			out = append(out, s)
		}
		return tidy(words, strings.Join(out, ", ")), err
	case condition:
		if isNull(n) {
			return "", nil
		}
		c, err := readCondition(n)
		if err != nil {
			return "", err
		}
		return c.cell(), nil
	case yes:
		s, err := scalar(n)
		switch {
		case err != nil || s == "false" || s == "":
			return "", err
		case s == "true":
			return "yes", nil
		}
		return s, nil
	case flag:
		s, err := scalar(n)
		return strings.NewReplacer("true", "yes", "false", "no").Replace(s), err
	default:
		s, err := scalar(n)
		return tidy(f, s), err
	}
}

func scalar(n ast.Node) (string, error) {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return "", nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case ast.ScalarNode:
		return n.GetToken().Value, nil
	}
	return "", &sourceError{lineOf(n), "a word or a text is wanted here"}
}
