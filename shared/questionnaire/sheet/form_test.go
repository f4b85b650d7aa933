package sheet

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every key that the loader knows has its place in a form, and every field its column.
func TestTheFormsHaveEveryKey(t *testing.T) {
	forms := []*kind{editionForm, glossaryForm, instructionsForm, sectionForm, rulesForm, figuresForm, mappingForm}
	have := map[string]bool{}
	var see func(*kind)
	see = func(k *kind) {
		for _, key := range k.order {
			have[key] = true
		}
		for _, f := range k.fields {
			for _, key := range strings.Split(f.key, ".") {
				have[key] = true
			}
			if !slices.ContainsFunc(columns, func(c column) bool { return c.key == f.column }) && !k.upward {
				t.Errorf("the field %s of %s has no column", f.key, k.name.EN)
			}
			if top, _, _ := strings.Cut(f.key, "."); !slices.Contains(k.order, top) {
				t.Errorf("the field %s of %s has no place in the order of its keys", f.key, k.name.EN)
			}
		}
		for _, c := range k.under {
			if !slices.Contains(k.order, c.list) {
				t.Errorf("the list %s of %s has no place in the order of its keys", c.list, k.name.EN)
			}
			see(c)
		}
	}
	for _, k := range forms {
		see(k)
	}
	tree, err := parser.ParseFile(token.NewFileSet(), "../file.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	conditions := map[string]bool{"conditionFile": true, "isFile": true, "countFile": true, "compareFile": true} // one cell
	known := 0
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || conditions[spec.Name.Name] {
			return true
		}
		fields, ok := spec.Type.(*ast.StructType)
		if !ok {
			return true
		}
		for _, f := range fields.Fields.List {
			if f.Tag == nil {
				continue
			}
			tag, err := strconv.Unquote(f.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			key := reflect.StructTag(tag).Get("yaml")
			if known++; !have[key] {
				t.Errorf("%s: the key %s has no place in a form", spec.Name.Name, key)
			}
		}
		return true
	})
	if known < 60 {
		t.Errorf("only %d keys: this test does not see them", known)
	}
}
