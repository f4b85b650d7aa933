package questionnaire

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"cssa/shared/checklist"
)

func TestAFolderThatIsNoEdition(t *testing.T) {
	for name, c := range map[string]struct {
		change func(fstest.MapFS)
		want   string
	}{
		"a file is missing":   {func(m fstest.MapFS) { delete(m, "rules.yaml") }, "rules.yaml: the file is missing"},
		"a file nobody reads": {func(m fstest.MapFS) { m["sections/notes.txt"] = &fstest.MapFile{} }, "sections/notes.txt: an edition has no such file"},
		"an editor's copy":    {func(m fstest.MapFS) { m["rules.yaml~"] = &fstest.MapFile{} }, "rules.yaml~: an edition has no such file"},
		"a folder too many":   {func(m fstest.MapFS) { m["old/edition.yaml"] = &fstest.MapFile{} }, "old: an edition has no such folder"},
		"an empty file":       {func(m fstest.MapFS) { m["rules.yaml"] = &fstest.MapFile{} }, "rules.yaml:1: not one YAML document"},
		"a file of more than 1 MiB": {func(m fstest.MapFS) {
			m["rules.yaml"] = &fstest.MapFile{Data: bytes.Repeat([]byte("#"), MaxFileSize+1)}
		}, "rules.yaml: not a plain file of at most 1048576 bytes"},
		"more than 200 files": {func(m fstest.MapFS) {
			for i := range MaxFiles {
				m[fmt.Sprintf("sections/%03d.yaml", i)] = &fstest.MapFile{}
			}
		}, "more than 200 files"},
	} {
		t.Run(name, func(t *testing.T) {
			files := securitiesFiles(t)
			c.change(files)
			e, findings, err := Load(files)
			if err != nil || e != nil || !strings.Contains(Findings(findings).Error(), c.want) {
				t.Errorf("edition %v, error %v, findings\n%v\nwant %q", e != nil, err, Findings(findings), c.want)
			}
		})
	}
}

func TestAFolderThatCannotBeReadIsAnError(t *testing.T) {
	if _, findings, err := Load(brokenFS{}); err == nil {
		t.Errorf("no error, findings %v", Findings(findings))
	}
}

// All files are parsed, so that an editor sees the findings of all of them at once.
func TestTheFindingsOfAllFilesComeAtOnce(t *testing.T) {
	files := securitiesFiles(t)
	files["rules.yaml"] = &fstest.MapFile{Data: []byte("rulez: []\n")}
	files["glossary.yaml"] = &fstest.MapFile{Data: []byte("terms: {\n")}
	_, findings, err := Load(files)
	if err != nil || len(findings) != 2 || findings[0].File != "glossary.yaml" || findings[1].String() !=
		`rules.yaml:1: unknown field "rulez"; see the other editions for the format` {
		t.Errorf("%v\n%v", err, Findings(findings))
	}
}

// FuzzLoad puts any bytes in the place of a file of an edition that follows another. Whatever they are, the loader returns,
// and what it accepts is usable.
func FuzzLoad(f *testing.F) {
	// A small one, so that much is tried in little time.
	before := os.DirFS("sheet/testdata/mini")
	old, findings, err := Load(before)
	if err != nil || len(findings) > 0 {
		f.Fatal(err, findings)
	}
	files, _, err := Follow(must2(Files(before)), old, "2024-securities")
	if err != nil {
		f.Fatal(err)
	}
	seeds, shelf := fstest.MapFS{}, fstest.MapFS{}
	for name, body := range files {
		seeds[name] = &fstest.MapFile{Data: body}
	}
	for name, body := range must2(Files(before)) {
		shelf["2023-securities/"+name] = &fstest.MapFile{Data: body}
	}
	lib := NewLibrary(shelf)
	names := slices.Sorted(maps.Keys(seeds))
	for i, name := range names {
		f.Add(byte(i), seeds[name].Data)
	}
	rules := byte(slices.Index(names, "rules.yaml"))
	f.Add(rules, []byte("rules:\n- fails: {all: [{not: {is: {place: a.b, choices: [c]}}}]}\n"))
	f.Add(rules, []byte("? [[{a: !!int b, *c : &d e}]]\n"))
	f.Fuzz(func(t *testing.T, which byte, body []byte) {
		files := fstest.MapFS{}
		for n, file := range seeds {
			files[n] = file
		}
		files[names[int(which)%len(names)]] = &fstest.MapFile{Data: body}
		e, findings, err := lib.Load(t.Context(), files)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if what, mend := f.Texts(); f.What == "" || what.JA == "" || f.Mend == "" || mend.JA == "" || f.File == "" {
				t.Errorf("%s: it does not say where, what and how to mend it", f)
			}
		}
		if e == nil && len(findings) == 0 {
			t.Fatal("neither an edition nor a finding")
		}
		if len(findings) > 0 {
			return
		}
		if _, _, err := Follow(must2(Files(files)), e, checklist.EditionID(fmt.Sprintf("%d-%s-zz", e.FiscalYear+1, e.Sector))); err != nil && e.FiscalYear < 9999 && !strings.Contains(err.Error(), "line of its own") {
			t.Error(err)
		}
		// Answering nothing must be checkable, and each condition must have words.
		e.Check(nil, nil)
		for _, q := range e.Questions() {
			if s := Sentence(e, q.When); !s.Complete() {
				t.Errorf("the condition of %s has no words", q.ID)
			}
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func must2[T, U any](v T, _ U, err error) T { return must(v, err) }
