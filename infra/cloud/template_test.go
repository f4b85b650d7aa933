package cloud

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// scratch is where the tests synthesise to.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "cdk"); err != nil {
		panic(err)
	}
	code := m.Run()
	jsii.Close() // takes its program out of the temporary folder
	os.RemoveAll(scratch)
	os.Exit(code)
}

// unscanned is a stage of a region without GuardDuty.
func unscanned() Stage {
	st := stages()[0]
	st.Name, st.ScanUploads, st.MachineClients = "unscanned", false, nil
	return st
}

// outdir synthesises all stages, and the one without a scan, once for all tests: with the context of the project's own
// cdk.json and a program that never changes.
var outdir = sync.OnceValues(func() (string, error) {
	context, err := projectContext()
	if err != nil {
		return "", err
	}
	program := func(string) awslambda.Code { return awslambda.Code_FromAsset(s("testdata/program"), nil) }
	return scratch, write(scratch, context, program, append(stages(), unscanned())...)
})

// projectContext is that of the project's own cdk.json.
func projectContext() (map[string]any, error) {
	file, err := os.Open("../../cdk.json")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ReadContext(file)
}

func synthesised(t *testing.T) string {
	t.Helper()
	dir, err := outdir()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

type template struct {
	Resources map[string]*resource
	Outputs   map[string]struct{ Value any }
}

type resource struct {
	Type                string
	Properties          map[string]any
	DeletionPolicy      string
	UpdateReplacePolicy string
}

// read returns a fresh copy of a stage's template, which a test may spoil.
func read(t *testing.T, stage string) *template {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(synthesised(t), "cssa-"+stage+"-system.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tpl template
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // as they are written
	if err := decoder.Decode(&tpl); err != nil {
		t.Fatal(err)
	}
	return &tpl
}

// each calls a function for every resource of a type, by logical id.
func (tpl *template) each(kind string, do func(id string, r *resource)) {
	for _, id := range slices.Sorted(maps.Keys(tpl.Resources)) {
		if r := tpl.Resources[id]; r.Type == kind {
			do(id, r)
		}
	}
}

// one returns the only resource of a type whose property has the value.
func (tpl *template) one(t *testing.T, kind, property, value string) *resource {
	t.Helper()
	var found []*resource
	tpl.each(kind, func(_ string, r *resource) {
		if at(r.Properties, property) == value {
			found = append(found, r)
		}
	})
	if len(found) != 1 {
		t.Fatalf("%d resources of type %s with %s %s, want 1", len(found), kind, property, value)
	}
	return found[0]
}

// at follows a path of keys and indexes through decoded JSON and returns what is there as text.
func at(v any, path ...any) string {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return ""
			}
			v = l[step]
		}
	}
	return text(v)
}

var hash = regexp.MustCompile(`^(.*[a-z0-9])[0-9A-F]{8}$`)

// plain is a logical id without the hash that the CDK adds.
func plain(id string) string {
	if m := hash.FindStringSubmatch(id); m != nil {
		return m[1]
	}
	return id
}

// text writes a value of a template for people: references as ${Name} and ${Name.Attribute}, joins joined, the rest as it
// is or as JSON.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		if len(v) == 1 {
			return text(v[0])
		}
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = text(v[i])
		}
		return "[" + strings.Join(parts, " ") + "]"
	case map[string]any:
		if len(v) == 1 {
			if id, ok := v["Ref"].(string); ok {
				return "${" + plain(id) + "}"
			}
			if get, ok := v["Fn::GetAtt"].([]any); ok {
				return fmt.Sprintf("${%s.%s}", plain(get[0].(string)), get[1])
			}
			if join, ok := v["Fn::Join"].([]any); ok {
				parts := []string{}
				for _, p := range join[1].([]any) {
					parts = append(parts, text(p))
				}
				return strings.Join(parts, join[0].(string))
			}
		}
		parts := []string{}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, k+"="+text(v[k]))
		}
		return "{" + strings.Join(parts, " ") + "}"
	}
	return fmt.Sprint(v)
}

// many returns a value that may stand alone or in a list as a list.
func many(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

// golden compares a text with its file, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	had, have := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(had), len(have)) {
		if i >= len(had) || i >= len(have) || had[i] != have[i] {
			line := func(l []string) string {
				if i < len(l) {
					return l[i]
				}
				return "(nothing)"
			}
			t.Fatalf("%s, line %d\n  is   %s\n  want %s\n(go test -update rewrites it)", path, i+1, line(have), line(had))
		}
	}
}

// The whole of each stage's template, without what only the CDK reads. It moves when the infrastructure does, and not when
// a program does.
func TestTheTemplates(t *testing.T) {
	asset := regexp.MustCompile(`[0-9a-f]{64}`)
	for _, st := range stages() {
		body, err := os.ReadFile(filepath.Join(synthesised(t), stackName(st)+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		var tpl map[string]any
		if err := json.Unmarshal(body, &tpl); err != nil {
			t.Fatal(err)
		}
		delete(tpl, "Parameters")
		delete(tpl, "Rules")
		for _, r := range tpl["Resources"].(map[string]any) {
			delete(r.(map[string]any), "Metadata")
		}
		if body, err = json.MarshalIndent(tpl, "", " "); err != nil {
			t.Fatal(err)
		}
		golden(t, st.Name+".template.json", asset.ReplaceAllString(string(body), "ASSET")+"\n")
	}
}
