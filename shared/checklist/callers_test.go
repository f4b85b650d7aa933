package checklist

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// constants returns the codes declared in fault.go by the names of their constants.
func constants(t *testing.T) map[string]FaultCode {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), "fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]FaultCode{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(v.Names[0].Name, "Code") {
			word, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared[v.Names[0].Name] = FaultCode(word)
		}
		return true
	})
	return declared
}

// The codes are read from the source: one without a line, two with the same word, or a line nobody declares, fails.
func TestEveryCodeHasOneLine(t *testing.T) {
	declared := slices.Sorted(maps.Values(constants(t)))
	var listed []FaultCode
	for _, e := range Catalogue() {
		listed = append(listed, e.Code)
	}
	slices.Sort(listed)
	if len(declared) < 40 || !slices.Equal(declared, listed) || len(slices.Compact(declared)) != len(listed) {
		t.Errorf("codes declared %v\nare not those of the catalogue %v", declared, listed)
	}
}

// The sources are read: whoever makes a fault gives all that its words ask for, and no code is made by nobody.
func TestEveryCallerGivesWhatTheWordsAskFor(t *testing.T) {
	var files []source
	for _, root := range []string{"../../shared", "../../functions", "../../infra"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if d != nil && d.Name() == "node_modules" {
				return fs.SkipDir
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			tree, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			files = append(files, source{path, tree})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	made, problems := checkCallers(files, constants(t))
	for _, p := range problems {
		t.Error(p)
	}
	for name := range constants(t) {
		if !made[name] {
			t.Errorf("nobody makes a fault of %s", name)
		}
	}
}

func TestACallerThatForgets(t *testing.T) {
	for src, want := range map[string]string{
		`func f() { NewFault(CodeTooLong) }`:                                                                          "x.go: CodeTooLong without {want}",
		`func f() { NewFault(CodeTooLong, "want", "1") }`:                                                             "",
		`func g(code FaultCode, s string) { NewFault(code, "found", s) }; func f() { g(CodeTooLarge, "want") }`:       "",
		`func g(code FaultCode, s string) { NewFault(code, "found", s) }; func f() { g(CodeTooLarge, "x") }`:          "x.go: CodeTooLarge without {want}",
		`func f() { g := func(code checklist.FaultCode) { NewFault(code, "want", "") }; g(checklist.CodeExclusive) }`: "x.go: CodeExclusive without {name}",
		`func f() { code := CodeTooLong; if x { code = CodeUnanswered }; NewFault(code) }`:                            "x.go: CodeTooLong without {want}\nx.go: CodeUnanswered without {want}",
		`func g() FaultCode { return CodeDecimals }; func f() { NewFault(g()) }`:                                      "x.go: CodeDecimals without {want}",
		`var table = []FaultCode{CodePicture}; func f() { NewFault(table[0], "want", "") }`:                           "x.go: CodePicture without {found}",
	} {
		tree, err := parser.ParseFile(token.NewFileSet(), "x.go", "package p\n"+src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := checkCallers([]source{{"x.go", tree}}, constants(t)); strings.Join(problems, "\n") != want {
			t.Errorf("%s\n got %q\nwant %q", src, problems, want)
		}
	}
}

type source struct {
	path string
	tree *ast.File
}

// A maker is a function that makes a fault of the code it is given: which argument that is, and the names it adds itself.
type maker struct {
	index int
	gives []string
}

// checkCallers looks at every call that makes a fault. Where the code is not named in the call it is any of those named
// around it: in the same function, else in the file's functions that return codes and in its tables.
func checkCallers(files []source, declared map[string]FaultCode) (made map[string]bool, problems []string) {
	made = map[string]bool{}
	byRoom := map[string]map[string]maker{}
	for _, f := range files {
		room := filepath.Dir(f.path)
		if byRoom[room] == nil {
			byRoom[room] = map[string]maker{"NewFault": {}}
		}
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name != "NewFault" {
				addMaker(byRoom[room], fn.Name.Name, fn.Type, fn.Body)
			}
		}
	}
	for _, f := range files {
		for _, d := range f.tree.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			makers := maps.Clone(byRoom[filepath.Dir(f.path)])
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
					if lit, ok := a.Rhs[0].(*ast.FuncLit); ok {
						addMaker(makers, nameOf(a.Lhs[0]), lit.Type, lit.Body)
					}
				}
				return true
			})
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				m, ok := makers[nameOf(call.Fun)]
				if !ok || m.index >= len(call.Args) {
					return true
				}
				code, given := call.Args[m.index], append(words(call), m.gives...)
				codes := []string{nameOf(code)}
				switch {
				case declared[codes[0]] != "":
				case isParameter(fn, code):
					return true // its callers are looked at
				default:
					codes = around(f.tree, fn, declared, makers)
				}
				for _, name := range codes {
					made[name] = true
					e, _ := Explain(declared[name])
					for _, p := range placeholders(e.What.JA, e.Mend.JA, e.What.EN, e.Mend.EN) {
						if !slices.Contains(given, p) {
							problems = append(problems, fmt.Sprintf("%s: %s without {%s}", f.path, name, p))
						}
					}
				}
				return true
			})
		}
	}
	return made, problems
}

// addMaker adds a function that takes a code and makes a fault of it.
func addMaker(makers map[string]maker, name string, typ *ast.FuncType, body *ast.BlockStmt) {
	index, param := 0, ""
	for _, field := range typ.Params.List {
		for _, n := range field.Names {
			if nameOf(field.Type) == "FaultCode" {
				param = n.Name
			}
			if param == "" {
				index++
			}
		}
	}
	if param == "" || body == nil {
		return
	}
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && nameOf(call.Fun) == "NewFault" && nameOf(call.Args[0]) == param {
			makers[name] = maker{index, words(call)}
		}
		return true
	})
}

// around returns the codes that a call of fn may mean whose code is a variable.
func around(tree *ast.File, fn *ast.FuncDecl, declared map[string]FaultCode, makers map[string]maker) []string {
	codes := loose(fn.Body, declared, makers)
	if len(codes) > 0 {
		return codes
	}
	for _, d := range tree.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			codes = append(codes, loose(d, declared, makers)...)
		case *ast.FuncDecl:
			if d.Type.Results != nil && slices.ContainsFunc(d.Type.Results.List, func(f *ast.Field) bool { return nameOf(f.Type) == "FaultCode" }) {
				codes = append(codes, loose(d.Body, declared, makers)...)
			}
		}
	}
	return codes
}

// loose returns the codes that are named other than to make a fault of them there or to compare with them.
func loose(in ast.Node, declared map[string]FaultCode, makers map[string]maker) []string {
	var codes []string
	ast.Inspect(in, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			_, makes := makers[nameOf(n.Fun)]
			return !makes
		case *ast.BinaryExpr:
			return false
		case *ast.CaseClause:
			for _, s := range n.Body {
				codes = append(codes, loose(s, declared, makers)...)
			}
			return false
		case *ast.Ident:
			if declared[n.Name] != "" {
				codes = append(codes, n.Name)
			}
		}
		return true
	})
	return codes
}

// isParameter says whether a code is a parameter of the function, or function literal, that the call stands in.
func isParameter(fn *ast.FuncDecl, code ast.Expr) bool {
	is := false
	takes := func(typ *ast.FuncType, body *ast.BlockStmt) {
		if body.Pos() > code.Pos() || code.End() > body.End() {
			return
		}
		for _, field := range typ.Params.List {
			for _, name := range field.Names {
				is = is || nameOf(field.Type) == "FaultCode" && name.Name == nameOf(code)
			}
		}
	}
	takes(fn.Type, fn.Body)
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			takes(lit.Type, lit.Body)
		}
		return true
	})
	return is
}

// nameOf returns the last name of an expression: "NewFault" of checklist.NewFault.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// words returns the string constants in a call's arguments.
func words(call *ast.CallExpr) []string {
	var all []string
	for _, arg := range call.Args {
		ast.Inspect(arg, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				all = append(all, strings.Trim(lit.Value, `"`))
			}
			return true
		})
	}
	return all
}
