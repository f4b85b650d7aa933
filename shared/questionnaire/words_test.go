package questionnaire

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var kana = regexp.MustCompile(`[ぁ-んァ-ン一-龠]`)

// Everything that a finding can say has Japanese words: all strings that the sources give to say, must and a Finding.
func TestEveryFindingHasJapaneseWords(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	check := func(name string, e ast.Expr) {
		if call, ok := e.(*ast.CallExpr); ok && len(call.Args) > 0 {
			e = call.Args[0]
		}
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		en, err := strconv.Unquote(lit.Value)
		if err != nil {
			t.Fatal(err)
		}
		en = strings.NewReplacer("%d", "7", "%s", "x-y", "%q", `"x-y"`).Replace(en)
		if said++; !kana.MatchString(japanese(en)) && !strings.HasPrefix(en, "write it like ") {
			t.Errorf("%s: %q has no Japanese words", name, en)
		}
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "say" || sel.Sel.Name == "must") && len(n.Args) >= 3 {
					check(name, n.Args[len(n.Args)-2])
					check(name, n.Args[len(n.Args)-1])
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "What" || key.Name == "Mend") {
					check(name, n.Value)
				}
			}
			return true
		})
	}
	if said < 200 {
		t.Errorf("only %d sentences: this test does not see them", said)
	}
}

func TestFindingsInJapanese(t *testing.T) {
	for en, want := range map[string]string{
		`title has no text in en`:                         "題名の文（en）がありません",
		`note 2 has no text in ja`:                        "注2の文（ja）がありません",
		`the id "published" is there twice`:               "ID「published」が2つあります",
		`unknown field "promt"`:                           "「promt」というキーはありません",
		`no line names the new question "plan"`:           "今回の設問「plan」の行がありません",
		`a number question needs a unit`:                  "形式 number の設問には 単位 が必要です",
		`Monday 25 August 2023, 17:00 is not on a Monday`: "Monday 25 August 2023, 17:00 は月曜日ではありません",
		`2025-08-31: moved from 2024-08-31, now a Sunday`: "2025-08-31（2024-08-31 から移しました。日曜日です）",
		`something that nobody says`:                      "something that nobody says",
	} {
		if got := japanese(en); got != want {
			t.Errorf("%s: got %s, want %s", en, got, want)
		}
	}
}
