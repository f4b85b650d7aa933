package checklist

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// placeholders returns the names that a code's texts hold, without "_en".
func placeholders(code FaultCode) []string {
	m := messages[code]
	var names []string
	for _, s := range []string{m.what.JA, m.what.EN, m.mend.JA, m.mend.EN} {
		for _, found := range placeholder.FindAllStringSubmatch(s, -1) {
			names = append(names, strings.TrimSuffix(found[1], "_en"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// The codes are read from the source: one without a message, or a message nobody declares, fails.
func TestEveryFaultCodeHasAMessage(t *testing.T) {
	tree, err := parser.ParseFile(token.NewFileSet(), "fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []FaultCode
	ast.Inspect(tree, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(v.Names[0].Name, "Code") {
			word, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared = append(declared, FaultCode(word))
		}
		return true
	})
	slices.Sort(declared)
	if len(declared) < 40 || !slices.Equal(declared, slices.Compact(slices.Clone(declared))) {
		t.Fatalf("%d codes, or one of them twice: %v", len(declared), declared)
	}
	if codes := FaultCodes(); !slices.Equal(codes, declared) {
		t.Errorf("codes with a message %v\nare not those declared %v", codes, declared)
	}
}

func TestEveryMessageIsCompleteInBothLanguages(t *testing.T) {
	japanese := regexp.MustCompile(`[\p{Han}\p{Hiragana}\p{Katakana}]`)
	for _, code := range FaultCodes() {
		m := messages[code]
		if m.severity != Mend && m.severity != Confirm {
			t.Errorf("%s has the severity %q", code, m.severity)
		}
		var args, en []string
		for _, name := range placeholders(code) {
			args = append(args, name, "値")
			en = append(en, name, "値", name+"_en", "VALUE")
		}
		for _, f := range []Fault{NewFault(code, args...), NewFault(code, en...)} {
			for _, text := range []Text{f.What, f.Mend} {
				if !text.Complete() || placeholder.MatchString(text.JA+text.EN) {
					t.Errorf("%s is not complete: %+v", code, text)
				}
			}
		}
		f := NewFault(code, en...)
		if s := f.What.EN + f.Mend.EN; japanese.MatchString(s) {
			t.Errorf("%s puts Japanese into English: %s", code, s)
		}
		if s := f.What.JA + f.Mend.JA; strings.Contains(s, "VALUE") {
			t.Errorf("%s puts English into Japanese: %s", code, s)
		}
	}
}

func TestTheEnglishTextTakesTheEnglishValueWhereThereIsOne(t *testing.T) {
	for name, c := range map[string]struct {
		f    Fault
		want string
	}{
		"the text asks for want_en":                    {NewFault(CodeUnanswered, "want", "記入", "want_en", "Fill in."), "Fill in."},
		"want_en is not given":                         {NewFault(CodeUnanswered, "want", "記入"), "記入"},
		"the text asks for found, and found_en is":     {NewFault(CodeDamaged, "found", "途中", "found_en", "cut off"), "The file is damaged (cut off)."},
		"the text asks for found, and found_en is not": {NewFault(CodeDamaged, "found", "zip"), "The file is damaged (zip)."},
		"a value that looks like a placeholder stays":  {NewFault(CodeDamaged, "found", "{want}", "want", "x"), "The file is damaged ({want})."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.f.What.EN; got != c.want && c.f.Mend.EN != c.want {
				t.Errorf("%q, %q, want %q", got, c.f.Mend.EN, c.want)
			}
		})
	}
	if f := NewFault(CodeDamaged, "want", "found", "found", "x"); f.Found != "x" {
		t.Errorf("Found is %q", f.Found)
	}
}
