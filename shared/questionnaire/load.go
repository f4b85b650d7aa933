package questionnaire

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"cssa/shared/checklist"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// The bounds of an edition's folder. They keep the loader's time and memory bounded whatever it is given.
const (
	MaxFiles    = 200
	MaxFileSize = 1 << 20 // bytes
	maxNesting  = 40      // of brackets, and of indentation in steps of two
)

const (
	frozenFile  = "FROZEN"
	mappingName = "mapping.yaml"
	sectionsDir = "sections"
)

// Load reads one edition's folder, parses and lints it. The edition is nil if the files cannot be parsed; an edition
// with findings must not be used for a round. The error is about reading, never about what was read. What an edition says
// of the one before is compared with that only by [Library.Load].
func Load(fsys fs.FS) (*checklist.Edition, []Finding, error) {
	return loadAfter(fsys, nil)
}

// loadAfter is Load with what gives out the edition before.
func loadAfter(fsys fs.FS, before func(checklist.EditionID) (*checklist.Edition, error)) (*checklist.Edition, []Finding, error) {
	files, findings, err := readFiles(fsys)
	if err != nil {
		return nil, nil, fmt.Errorf("read edition: %w", err)
	}
	if len(findings) > 0 {
		return nil, findings, nil
	}
	l := loader{files: files, lines: map[string]position{}, trees: map[string]ast.Node{}}
	e := l.edition()
	if len(l.findings) > 0 {
		sortFindings(l.findings)
		return nil, l.findings, nil
	}
	e.Checksum = checksum(files)
	lint := newLinter(e)
	lint.all()
	if err := lint.mapping(before); err != nil {
		return nil, nil, fmt.Errorf("read the edition before: %w", err)
	}
	findings = *lint.findings
	for i := range findings {
		f := &findings[i]
		if f.File, f.Line = l.find(f.Where); f.File == "" {
			f.File, f.Line = "edition.yaml", 1
		}
		f.Line = keyLine(l.trees[f.File], f.Line, f.Key)
	}
	if frozen, ok := files[frozenFile]; ok && strings.TrimSpace(string(frozen)) != e.Checksum {
		findings = append(findings, Finding{
			File: frozenFile, Line: 1, Where: "edition",
			What: "the edition is frozen, and its files are not those that were frozen",
			Mend: "undo the change, or make a new edition",
		})
	}
	sortFindings(findings)
	return e, findings, nil
}

// readFiles returns the folder's files by path. A folder that holds what no edition has is a finding, as a file that
// nobody reads would be taken for part of the edition.
func readFiles(fsys fs.FS) (map[string][]byte, []Finding, error) {
	files := map[string][]byte{}
	var findings []Finding
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if name == "." || name == sectionsDir {
				return nil
			}
			findings = append(findings, Finding{File: name, What: "an edition has no such folder", Mend: "remove it"})
			return fs.SkipDir
		case !known(name):
			findings = append(findings, Finding{File: name, What: "an edition has no such file", Mend: "remove it"})
			return nil
		case len(files) >= MaxFiles:
			findings = append(findings, Finding{File: name, What: fmt.Sprintf("more than %d files", MaxFiles), Mend: "put sections together"})
			return fs.SkipAll
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() || info.Size() > MaxFileSize {
			findings = append(findings, Finding{File: name, What: fmt.Sprintf("not a plain file of at most %d bytes", MaxFileSize), Mend: "make it smaller"})
			return nil
		}
		files[name], err = fs.ReadFile(fsys, name)
		return err
	})
	return files, findings, err
}

func known(name string) bool {
	switch name {
	case "edition.yaml", "glossary.yaml", "instructions.yaml", "rules.yaml", "figures.yaml", mappingName, frozenFile:
		return true
	}
	return path.Dir(name) == sectionsDir && path.Ext(name) == ".yaml"
}

type position struct {
	file string
	line int
}

// A loader turns files into an edition and remembers on which line things stand.
type loader struct {
	files    map[string][]byte
	file     string // the one being mapped
	lines    map[string]position
	trees    map[string]ast.Node // by file
	findings []Finding
}

// at remembers the line of what a Where names. Of two things of one name the later one is remembered: it is the one to mend.
func (l *loader) at(where string, line int) {
	if line > 0 {
		l.lines[where] = position{l.file, line}
	}
}

// find returns the line of where, or of the nearest thing around it.
func (l *loader) find(where string) (string, int) {
	for {
		if p, ok := l.lines[where]; ok {
			return p.file, p.line
		}
		i := strings.LastIndex(where, ", ")
		if i < 0 {
			return "", 0
		}
		where = where[:i]
	}
}

// say adds a finding. What is not there at all is said of the file's first line.
func (l *loader) say(line int, where, what, mend string) {
	if _, there := l.files[l.file]; there && line == 0 {
		line = 1
	}
	l.findings = append(l.findings, Finding{File: l.file, Line: line, Where: where, What: what, Mend: mend})
}

// parse decodes one file strictly into v: an unknown or repeated key is a finding.
func (l *loader) parse(name string, v any) {
	l.file = name
	body, ok := l.files[name]
	if !ok {
		l.say(0, "", "the file is missing", "every edition has it")
		return
	}
	if line := tooDeep(body); line > 0 {
		l.say(line, "", fmt.Sprintf("nested more than %d deep", maxNesting), "write it flatter")
		return
	}
	tree, err := parser.ParseBytes(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), 0) // the parser counts \r\n as two lines
	if err != nil {
		l.broken(err)
		return
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		l.say(1, "", "not one YAML document", "write the file as one document")
		return
	}
	if n := cleverness(tree.Docs[0].Body); n != nil {
		l.say(n.GetToken().Position.Line, "", "anchors, aliases and tags are not used in editions", "write the text out")
		return
	}
	if nameless := unnamed(tree.Docs[0].Body, ""); len(nameless) > 0 {
		for _, line := range nameless {
			l.say(line, "", "the id is missing", "give it one: lower-case letters and digits in words joined by hyphens")
		}
		return
	}
	l.trees[name] = tree.Docs[0].Body
	if err := yaml.NewDecoder(bytes.NewReader(nil), yaml.Strict()).DecodeFromNode(tree.Docs[0].Body, v); err != nil {
		l.broken(err)
	}
}

func (l *loader) broken(err error) {
	var at yaml.Error
	if errors.As(err, &at) {
		line := 0
		if t := at.GetToken(); t != nil {
			line = t.Position.Line
		}
		l.say(line, "", at.GetMessage(), "see the other editions for the format")
		return
	}
	l.say(0, "", err.Error(), "see the other editions for the format")
}

// tooDeep returns the first line that is nested deeper than any edition needs, or 0. The parser recurses, so depth must
// be bounded before it runs. Brackets in texts count too, which is harmless.
func tooDeep(body []byte) int {
	depth := 0
	for i, line := range bytes.Split(body, []byte("\n")) {
		indent := bytes.IndexFunc(line, func(r rune) bool { return r != ' ' && r != '-' && r != '?' && r != '\t' && r != '\r' })
		if indent < 0 {
			indent = len(line)
		}
		depth = max(0, depth+bytes.Count(line, []byte("["))+bytes.Count(line, []byte("{"))-
			bytes.Count(line, []byte("]"))-bytes.Count(line, []byte("}")))
		opened := bytes.Count(line, []byte("[")) + bytes.Count(line, []byte("{"))
		if depth > maxNesting || opened > maxNesting || indent > 2*maxNesting {
			return i + 1
		}
	}
	return 0
}

// cleverness returns the first node that makes a file mean something else than it shows, or nil.
func cleverness(root ast.Node) ast.Node {
	v := &finder{}
	ast.Walk(v, root)
	return v.found
}

type finder struct{ found ast.Node }

// Visit stops at the first anchor, alias, tag or merge key.
func (f *finder) Visit(n ast.Node) ast.Visitor {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		if f.found == nil {
			f.found = n
		}
	}
	if f.found != nil {
		return nil
	}
	return f
}

// sectionNames returns the section files in the order of their names, which is the printed order.
func (l *loader) sectionNames() []string {
	var names []string
	for name := range l.files {
		if path.Dir(name) == sectionsDir {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
