package arch

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTheHouseKeepsTheLaw(t *testing.T) {
	rooms, err := read(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range check(theLaw, rooms) {
		t.Error(b)
	}
}

// The table itself may be edited in good faith, one exception at a time. These are the sentences of the house that no
// line may allow a breach of.
func TestTheTableKeepsTheHouse(t *testing.T) {
	for _, l := range theLaw {
		for _, to := range strings.Fields(l.ours) {
			switch {
			case to == "infra/cloud" && l.room != "infra":
				t.Errorf("%s: nobody but infra imports infra/cloud", l.room)
			case isStep(l.room) && to != "events" && !isPart(to) && !matches("shared/* "+l.room+"/*", to):
				t.Errorf("%s: a step imports events, cupboards and what lies within it, not %s", l.room, to)
			case isAdapter(l.room) && isAdapter(to):
				t.Errorf("%s: an adapter does not know the adapter %s", l.room, to)
			case l.room == "shared/bus" && to == "events": // it carries them
			case matches("shared/*", l.room) && !matches("shared/*", to) && !isPart(to):
				t.Errorf("%s: a cupboard opens into cupboards only, not %s", l.room, to)
			}
		}
		for _, thing := range strings.Fields(l.reach) {
			switch {
			case isStep(l.room) || matches("shared/*", l.room) && l.room != "shared/figure":
				t.Errorf("%s: steps and cupboards reach nothing heavy, not %s", l.room, thing)
			case thing == "cgo" && l.room != "functions/cssa/sql" && l.room != "shared/lake/duckdb":
				t.Errorf("%s: only cssa-sql needs cgo", l.room)
			case thing == "cdk" && l.room != "infra" && l.room != "infra/cloud":
				t.Errorf("%s: only infra and its stacks reach the CDK", l.room)
			}
		}
		if l.room == "shared/checklist" && l.ours+l.outside != "" {
			t.Errorf("%s imports the standard library only", l.room)
		}
		if l.room == "shared/table" && (l.ours != "shared/checklist" || l.outside != "") {
			t.Errorf("%s imports the standard library and the vocabulary only", l.room)
		}
		for _, other := range theLaw {
			if isAdapter(other.room) && matches(l.ours, other.room) && !wires(l.room) {
				t.Errorf("%s: may not wire the adapter %s", l.room, other.room)
			}
		}
	}
}

// wires says whether a room is one of those that put adapters and steps together; infra/cloud puts the tables that an
// adapter reads into its template.
func wires(dir string) bool {
	return matches("functions/*/lambda functions/cssa functions/cssa/sql infra/cloud infra/laptop infra/remote infra/rehearsal", dir)
}

func file(imports ...string) *fstest.MapFile {
	src := "package p\n"
	for _, i := range imports {
		src += "import _ \"" + i + "\"\n"
	}
	return &fstest.MapFile{Data: []byte(src)}
}

func program(imports ...string) *fstest.MapFile {
	f := file(imports...)
	f.Data = []byte(strings.Replace(string(f.Data), "package p", "package main", 1))
	return f
}

// Each breach on a small house that keeps the law but for one file. A law that did not bite here would not bite there.
func TestTheLawBites(t *testing.T) {
	law := []line{
		{"events", "", "", ""},
		{"functions/*", "events shared/*", "", ""},
		{"functions/*/sql", "shared/lake/duckdb", "", "cgo"},
		{"shared/checklist", "", "", ""},
		{"shared/store", "shared/checklist", "", ""},
		{"shared/store/s3", "shared/store", awsSDK, "aws"},
		{"shared/lake/duckdb", "", duckdb, "cgo"},
	}
	house := func() fstest.MapFS {
		return fstest.MapFS{
			"events/events.go":               file("encoding/json"),
			"functions/intake/intake.go":     file("cssa/events", "cssa/shared/checklist", "cssa/shared/store", "context"),
			"functions/cssa/sql/main.go":     program("cssa/shared/lake/duckdb"),
			"shared/checklist/checklist.go":  file("fmt"),
			"shared/store/store.go":          file("cssa/shared/checklist"),
			"shared/store/s3/s3.go":          file("cssa/shared/store", "github.com/aws/aws-sdk-go-v2/service/s3"),
			"shared/lake/duckdb/duckdb.go":   file("github.com/duckdb/duckdb-go/v2"),
			"infra/node_modules/x/x.go":      file("github.com/any/thing"),
			"build/left/over.go":             file("github.com/any/thing"),
			".cache/x.go":                    file("github.com/any/thing"),
			"functions/intake/story_test.go": file("testing", "pgregory.net/rapid", "cssa/shared/store/s3", "cssa/functions/intake"),
		}
	}
	for _, c := range []struct {
		name  string
		path  string
		file  *fstest.MapFile
		wants []string
	}{
		{"a house in order", "events/more.go", file("time"), nil},
		{"a junk drawer", "shared/util/util.go", file(), []string{"shared/util has no line in the law"}},
		{"a room that is gone", "shared/lake/duckdb/duckdb.go", nil, []string{"the law has a line for shared/lake/duckdb, which does not exist"}},
		{"a step that imports a step", "functions/other/other.go", file("cssa/functions/intake"),
			[]string{"functions/other may not import functions/intake"}},
		{"a step that imports an adapter", "functions/intake/x.go", file("cssa/shared/store/s3"), []string{
			"functions/intake may not import shared/store/s3",
			"functions/intake may not reach aws: functions/intake → shared/store/s3 → github.com/aws/aws-sdk-go-v2/service/s3"}},
		{"the SDK by a detour", "shared/store/x.go", file("github.com/aws/smithy-go"), []string{
			"functions/intake may not reach aws: functions/intake → shared/store → github.com/aws/smithy-go",
			"shared/store may not import github.com/aws/smithy-go",
			"shared/store may not reach aws: shared/store → github.com/aws/smithy-go"}},
		{"the vocabulary with a file in its hand", "shared/checklist/x.go", file("os"),
			[]string{"shared/checklist is pure and may not import os"}},
		{"cgo in a cupboard", "shared/store/x.go", file("C"), []string{
			"functions/intake may not reach cgo: functions/intake → shared/store → C",
			"shared/store may not reach cgo: shared/store → C",
			"shared/store may not use cgo",
			"shared/store/s3 may not reach cgo: shared/store/s3 → shared/store → C",
			"the tests of functions/intake may not import cssa/functions/intake: it brings cgo",
			"the tests of functions/intake may not import cssa/shared/store/s3: it brings cgo"}},
		{"a font that travels", "shared/store/files/jp.ttf", &fstest.MapFile{}, []string{
			"functions/intake may not reach fonts: functions/intake → shared/store",
			"shared/store may not reach fonts: shared/store",
			"shared/store/s3 may not reach fonts: shared/store/s3 → shared/store"}},
		{"a module by the prefix of its name", "shared/store/s3/x.go", file("github.com/aws/smithy-gopher"),
			[]string{"shared/store/s3 may not import github.com/aws/smithy-gopher"}},
		{"a test that drags in cgo", "functions/intake/x_test.go", file("cssa/shared/lake/duckdb"),
			[]string{"the tests of functions/intake may not import cssa/shared/lake/duckdb: it brings cgo"}},
		{"a test that imports a program", "functions/intake/x_test.go", file("cssa/functions/cssa/sql"),
			[]string{"the tests of functions/intake may not import cssa/functions/cssa/sql: it is a program"}},
		{"a test with a module nobody has", "functions/intake/x_test.go", file("github.com/stretchr/testify/assert"),
			[]string{"the tests of functions/intake may not import github.com/stretchr/testify/assert: no line of the law allows it to anybody"}},
		{"a test of the vocabulary with a module", "shared/checklist/x_test.go", file("github.com/xuri/excelize/v2"),
			[]string{"the tests of shared/checklist may not import github.com/xuri/excelize/v2: the room is pure"}},
		{"the CDK app from elsewhere", "functions/intake/x_test.go", file("cssa/infra/cloud"),
			[]string{"the tests of functions/intake may not import cssa/infra/cloud: only infra imports the CDK app"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := house()
			if c.file == nil {
				delete(fsys, c.path)
				delete(fsys, "functions/cssa/sql/main.go")
				law := slices.DeleteFunc(slices.Clone(law), func(l line) bool { return l.room == "functions/*/sql" })
				bites(t, law, fsys, c.wants)
				return
			}
			fsys[c.path] = c.file
			bites(t, law, fsys, c.wants)
		})
	}
}

func bites(t *testing.T, law []line, fsys fstest.MapFS, wants []string) {
	t.Helper()
	rooms, err := read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if got := check(law, rooms); !slices.Equal(got, wants) {
		t.Errorf("breaches:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(wants, "\n  "))
	}
}
