package questionnaire

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"cssa/shared/checklist"
)

var (
	fenced  = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	example = regexp.MustCompile(`^# (\d{4}-tea/\S+\.yaml)\n`)
)

// page returns README.md, and the editions that are written in it, by folder. The later one has the files of the earlier
// but for those it writes itself.
func page(t *testing.T) (string, fstest.MapFS) {
	t.Helper()
	body, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, m := range fenced.FindAllSubmatch(body, -1) {
		name := example.FindSubmatch(m[1])
		if name == nil {
			t.Errorf("an example does not say of which file it is: %.60q", m[1])
			continue
		}
		files[string(name[1])] = &fstest.MapFile{Data: m[1]}
	}
	for name, f := range files {
		later := strings.Replace(name, "2030-", "2031-", 1)
		if _, ok := files[later]; !ok {
			files[later] = f
		}
	}
	return string(body), files
}

func TestTheEditionsOfThePageLintClean(t *testing.T) {
	_, files := page(t)
	l := NewLibrary(files)
	for id, places := range map[checklist.EditionID]int{"2030-tea": 13, "2031-tea": 13} {
		e, err := l.Edition(t.Context(), id)
		if err != nil {
			t.Fatalf("%s:\n%v", id, err)
		}
		kinds := map[checklist.Kind]bool{}
		for _, q := range e.Questions() {
			kinds[q.Kind] = true
		}
		if len(e.Refs()) != places || len(kinds) != 6 || len(e.Figures) != 4 || len(e.Rules) != 2 {
			t.Errorf("%s: %d places, kinds %v", id, len(e.Refs()), kinds)
		}
	}
}

// They freeze as the page says, to the checksum that the page's own command computes (see freeze_test.go).
func TestTheEditionsOfThePageFreeze(t *testing.T) {
	_, files := page(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"2030-tea", "2031-tea"} {
		if err := Freeze(filepath.Join(dir, id)); err != nil {
			t.Error(err)
		}
	}
}

// Every key of the format is explained on the page, in code, and occurs in one of its files.
func TestThePageNamesEveryKey(t *testing.T) {
	body, files := page(t)
	var written bytes.Buffer
	for _, f := range files {
		written.Write(f.Data)
	}
	prose := fenced.ReplaceAllString(body, "")
	seen := map[string]bool{}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ.Name()] {
			return
		}
		seen[typ.Name()] = true
		for i := range typ.NumField() {
			key := typ.Field(i).Tag.Get("yaml")
			if key == "" {
				continue // a mark's own fields
			}
			seen["key "+key] = true
			if !regexp.MustCompile("`[^`]*\\b"+key+"\\b[^`]*`").MatchString(prose) && !regexp.MustCompile(`(?m)^    .*\b`+key+`:`).MatchString(prose) {
				t.Errorf("the page does not explain %s", key)
			}
			if !regexp.MustCompile(`(?m)(^|[-{ ,])` + key + `:`).Match(written.Bytes()) {
				t.Errorf("no file of the page has %s", key)
			}
			visit(typ.Field(i).Type)
		}
	}
	for _, f := range []any{editionFile{}, glossaryFile{}, instructionsFile{}, sectionFile{}, rulesFile{}, figuresFile{}, mappingFile{}} {
		visit(reflect.TypeOf(f))
	}
	keys := 0
	for name := range seen {
		if strings.HasPrefix(name, "key ") {
			keys++
		}
	}
	if keys < 60 {
		t.Errorf("only %d keys: this test does not see them", keys)
	}
}

// Every word that has a meaning of its own in the format (a kind, a severity, a change …) is on the page, in code.
func TestThePageNamesEveryWord(t *testing.T) {
	body, _ := page(t)
	words := 0
	for _, name := range []string{"edition.go", "figure.go", "fault.go", "mapping.go"} {
		tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "checklist", name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typ, ok := spec.Type.(*ast.Ident)
			if !ok || !strings.Contains(" Kind Source Order Severity Change Dimension ", " "+typ.Name+" ") || spec.Names[0].Name == "ByAll" {
				return true
			}
			words++
			if word := strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`); !strings.Contains(body, "`"+word+"`") {
				t.Errorf("the page does not name the %s %s", typ.Name, word)
			}
			return true
		})
	}
	if words < 23 {
		t.Errorf("only %d words: this test does not see them", words)
	}
}

// The findings shown on the page are those that come of two slips in its files, in the words of cssa edition lint.
func TestThePageShowsFindingsAsTheyAre(t *testing.T) {
	body, files := page(t)
	tea := fstest.MapFS{}
	for name, f := range files {
		if rest, ok := strings.CutPrefix(name, "2030-tea/"); ok {
			tea[rest] = f
		}
	}
	slip := func(file, old, changed string) {
		tea[file] = &fstest.MapFile{Data: bytes.Replace(tea[file].Data, []byte(old), []byte(changed), 1)}
	}
	slip("sections/01-guarding.yaml", "rank: 1\n        source: composed", "rank: 1\n        source: invented")
	slip("figures.yaml", "    claims:\n", "    series: [{id: kept}, {id: set}]\n    claims:\n")
	_, findings, err := Load(tea)
	if err != nil || len(findings) != 2 {
		t.Fatalf("%v\n%v", err, Findings(findings))
	}
	for _, f := range findings {
		shown := fmt.Sprintf("    FAIL  %s:%d %s  %s\n          %s\n", f.File, f.Line, f.Where, f.What, f.Mend)
		if !strings.Contains(body, shown) {
			t.Errorf("the page does not show\n%s", shown)
		}
	}
}
