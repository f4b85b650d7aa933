package events_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cssa/events"
)

// Every message has a sample and every sample a message; a sample shows every field, decodes, and encodes to itself.
func TestSamples(t *testing.T) {
	var sampled []string
	keys := map[string]string{}
	files, err := filepath.Glob("samples/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		sampled = append(sampled, name)
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		e, err := events.Decode(name, body)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if e.Name() != name {
			t.Errorf("%s decodes to a message %s", file, e.Name())
		}
		again, err := json.MarshalIndent(e, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if again = append(again, '\n'); !bytes.Equal(again, body) {
			t.Errorf("%s encodes to\n%s\nnot to itself\n%s", file, again, body)
		}
		v := reflect.ValueOf(e)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s does not show field %s", file, v.Type().Field(i).Name)
			}
		}
		id := e.Name() + " " + e.Key()
		if other := keys[id]; other != "" || strings.Contains(e.Key(), "//") {
			t.Errorf("%s has the identity %q (%s)", file, id, other)
		}
		keys[id] = file
	}
	if messages := declared(t); !slices.Equal(sampled, messages) {
		t.Errorf("samples of %v\nmessages   %v", sampled, messages)
	}
}

// declared returns the names of the types of this package that have a Name method: the messages.
func declared(t *testing.T) []string {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if m, ok := d.(*ast.FuncDecl); ok && m.Recv != nil && m.Name.Name == "Name" {
				names = append(names, m.Recv.List[0].Type.(*ast.Ident).Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// A message of two firms, editions, tickets … is two messages: its key tells each identity apart.
func TestKeysTellApart(t *testing.T) {
	for _, c := range []struct{ one, other events.Event }{
		{events.Accepted{Edition: "e", Firm: "f", Ticket: 1}, events.Accepted{Edition: "e", Firm: "f", Ticket: 11}},
		{events.Accepted{Edition: "e", Firm: "f1", Ticket: 1}, events.Accepted{Edition: "e", Firm: "f", Ticket: 11}},
		{events.Uploaded{Object: "k", ObjectID: "1"}, events.Uploaded{Object: "k", ObjectID: "2"}},
		{events.Reminder{Edition: "e", Firm: "f", Round: 1}, events.Reminder{Edition: "e", Firm: "f", Round: 2}},
		{events.FeedbackReady{Edition: "e", Firm: "f", Run: "r", Version: 1}, events.FeedbackReady{Edition: "e", Firm: "f", Run: "r", Version: 2}},
		{events.FeedbackReady{Edition: "e", Firm: "f", Run: "r1"}, events.FeedbackReady{Edition: "e", Firm: "f", Run: "r2"}},
	} {
		if c.one.Key() == c.other.Key() {
			t.Errorf("%+v and %+v have the key %q", c.one, c.other, c.one.Key())
		}
	}
	same := events.Uploaded{Object: "k", ObjectID: "1", Size: 5}
	if told := (events.Uploaded{Object: "k", ObjectID: "1", Size: 5, Edition: "e"}); told.Key() != same.Key() {
		t.Error("the same upload has two keys")
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, body := range map[string]string{"Unheard": `{}`, "": `{}`, "Accepted": `{"ticket": "three"}`, "Released": `[]`} {
		if e, err := events.Decode(name, []byte(body)); err == nil {
			t.Errorf("%s %s decodes to %+v", name, body, e)
		}
	}
}
