package sheet

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A term is a piece of a condition as it is written: a word, a list or keys with their values. Whether it is a condition
// that makes sense is for the loader to say.
type term struct {
	word  string
	bare  bool // a number: written without quotes
	list  []term
	keys  []string
	vals  []term
	isMap bool
	isSeq bool
}

func readCondition(n ast.Node) (term, error) {
	switch n := n.(type) {
	case *ast.MappingNode:
		t := term{isMap: true}
		for _, e := range n.Values {
			v, err := readCondition(e.Value)
			if err != nil {
				return term{}, err
			}
			t.keys, t.vals = append(t.keys, keyOf(e)), append(t.vals, v)
		}
		return t, nil
	case *ast.MappingValueNode:
		m, _ := mapping(n)
		return readCondition(m)
	case *ast.SequenceNode:
		t := term{isSeq: true}
		for _, m := range n.Values {
			v, err := readCondition(m)
			if err != nil {
				return term{}, err
			}
			t.list = append(t.list, v)
		}
		return t, nil
	case *ast.IntegerNode:
		return term{word: n.GetToken().Value, bare: true}, nil
	}
	s, err := scalar(n)
	return term{word: s}, err
}

// deepest bounds the brackets of a condition in a cell: the parser recurses.
const deepest = 40

// parseCondition reads a condition from a cell, with or without the outermost braces.
func parseCondition(s string) (term, error) {
	if strings.Count(s, "{")+strings.Count(s, "[") > deepest || strings.ContainsAny(s, "\n\r\t#&*!") {
		return term{}, fmt.Errorf("it is too long, or has characters that conditions do not have")
	}
	if !strings.HasPrefix(s, "{") {
		s = "{" + s + "}"
	}
	file, err := parser.ParseBytes([]byte(s), 0)
	if err != nil {
		return term{}, err
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return term{}, fmt.Errorf("nothing stands here")
	}
	return readCondition(file.Docs[0].Body)
}

// cell is the condition as its cell shows it: on one line, the outermost braces left out.
func (t term) cell() string {
	return strings.TrimSuffix(strings.TrimPrefix(t.flow(), "{"), "}")
}

func (t term) flow() string {
	switch {
	case t.isMap:
		parts := make([]string, len(t.keys))
		for i, k := range t.keys {
			parts[i] = flowWord(k) + ": " + t.vals[i].flow()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case t.isSeq:
		parts := make([]string, len(t.list))
		for i := range t.list {
			parts[i] = t.list[i].flow()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case t.bare:
		return t.word
	}
	return flowWord(t.word)
}

// lines are the condition in the text file, below its key: all, any and not one below the other, the rest on one line.
func (t term) lines(indent string) []string {
	if !t.isMap {
		return []string{indent + t.flow()}
	}
	var out []string
	for i, k := range t.keys {
		v := t.vals[i]
		switch {
		case (k == "all" || k == "any") && v.isSeq && len(v.list) > 0:
			out = append(out, indent+k+":")
			for _, c := range v.list {
				inner := c.lines(indent + "    ")
				inner[0] = indent + "  - " + strings.TrimLeft(inner[0], " ")
				out = append(out, inner...)
			}
		case k == "not" && v.isMap:
			out = append(append(out, indent+k+":"), v.lines(indent+"  ")...)
		default:
			out = append(out, indent+flowWord(k)+": "+v.flow())
		}
	}
	return out
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./@=-]*$`)

// flowWord writes a word within brackets.
func flowWord(s string) string {
	if plainWord.MatchString(s) && !ambiguous(s) {
		return s
	}
	return strconv.Quote(s)
}

var numeric = regexp.MustCompile(`^[-+]?(0[xob])?[0-9_]*\.?[0-9_]*([eE][-+]?[0-9]+)?$`)

// ambiguous says whether some reader of YAML takes the word for something else than a word.
func ambiguous(s string) bool {
	switch strings.ToLower(s) {
	case "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", "-.inf", ".nan", "<<", "=":
		return true
	}
	return numeric.MatchString(s)
}
