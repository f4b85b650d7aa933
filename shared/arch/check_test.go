package arch

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the path of our own module; an import of it or below it is an edge between rooms.
const module = "cssa"

// A room is one package as its sources tell it: what its files import, and what its tests import beyond that.
type room struct {
	dir     string // slash-separated, from the module's root
	main    bool
	fonts   bool // font files lie in it
	imports []string
	tests   []string
}

// read parses the import clauses of every Go file below the root of fsys.
func read(fsys fs.FS) (map[string]*room, error) {
	rooms := map[string]*room{}
	at := func(dir string) *room {
		if rooms[dir] == nil {
			rooms[dir] = &room{dir: dir}
		}
		return rooms[dir]
	}
	var fonts []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && skipped(d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		switch path.Ext(name) {
		case ".ttf", ".otf", ".woff", ".woff2":
			fonts = append(fonts, name)
		case ".go":
			return readFile(fsys, name, at(path.Dir(name)))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	for _, name := range fonts {
		owner(rooms, path.Dir(name)).fonts = true
	}
	for _, r := range rooms {
		slices.Sort(r.imports)
		r.imports = slices.Compact(r.imports)
		slices.Sort(r.tests)
		r.tests = slices.Compact(r.tests)
	}
	return rooms, nil
}

func skipped(dir string) bool {
	return strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_") || dir == "node_modules" || dir == "build" || dir == "testdata"
}

func readFile(fsys fs.FS, name string, r *room) error {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
	if err != nil {
		return err
	}
	test := strings.HasSuffix(name, "_test.go")
	if !test {
		r.main = file.Name.Name == "main"
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if test {
			r.tests = append(r.tests, imported)
		} else {
			r.imports = append(r.imports, imported)
		}
	}
	return nil
}

// owner returns the nearest room at or above dir; a folder of data belongs to the package that embeds it.
func owner(rooms map[string]*room, dir string) *room {
	for ; dir != "."; dir = path.Dir(dir) {
		if r := rooms[dir]; r != nil {
			return r
		}
	}
	return &room{}
}

// ours returns the room of an import of our own module.
func ours(imported string) (dir string, ok bool) {
	return strings.CutPrefix(imported, module+"/")
}

// outside says whether an import is neither ours nor the standard library's.
func outside(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".")
}

// matches says whether dir is one of the patterns: a room, or a room with * for one whole step of its path.
func matches(patterns, dir string) bool {
	for _, p := range strings.Fields(patterns) {
		if ok, err := path.Match(p, dir); err == nil && ok {
			return true
		}
	}
	return false
}

// within says whether an import is one of the named modules or a package of one.
func within(modules, imported string) bool {
	for _, m := range strings.Fields(modules) {
		if imported == m || strings.HasPrefix(imported, m+"/") {
			return true
		}
	}
	return false
}

// lineOf returns the line that governs dir: the one that names it, else the first whose pattern fits.
func lineOf(law []line, dir string) *line {
	for i := range law {
		if law[i].room == dir {
			return &law[i]
		}
	}
	for i := range law {
		if matches(law[i].room, dir) {
			return &law[i]
		}
	}
	return nil
}

// check returns every breach of the law, one sentence each, sorted.
func check(law []line, rooms map[string]*room) []string {
	var breaches []string
	breach := func(format string, args ...any) { breaches = append(breaches, fmt.Sprintf(format, args...)) }
	used := map[string]bool{}
	for dir, r := range rooms {
		l := lineOf(law, dir)
		if l == nil {
			breach("%s has no line in the law", dir)
			continue
		}
		used[l.room] = true
		for _, imported := range r.imports {
			to, own := ours(imported)
			switch {
			case own && !matches(l.ours, to):
				breach("%s may not import %s", dir, to)
			case outside(imported) && !within(l.outside, imported):
				breach("%s may not import %s", dir, imported)
			case imported == "C" && !matches(l.reach, "cgo"):
				breach("%s may not use cgo", dir)
			case matches(pure, dir) && within(impure, imported):
				breach("%s is pure and may not import %s", dir, imported)
			}
		}
		for thing, trail := range reached(rooms, r) {
			if !matches(l.reach, thing) {
				breach("%s may not reach %s: %s", dir, thing, strings.Join(trail, " → "))
			}
		}
		for _, imported := range r.tests {
			if why := testLaw(rooms, l, imported); why != "" {
				breach("the tests of %s may not import %s: %s", dir, imported, why)
			}
		}
	}
	for _, l := range law {
		if !used[l.room] {
			breach("the law has a line for %s, which does not exist", l.room)
		}
	}
	slices.Sort(breaches)
	return breaches
}

// reached follows the imports of r to their end and returns, for each heavy thing found, the way to it.
func reached(rooms map[string]*room, r *room) map[string][]string {
	found := map[string][]string{}
	seen := map[string]bool{}
	var follow func(r *room, trail []string)
	follow = func(r *room, trail []string) {
		if seen[r.dir] {
			return
		}
		seen[r.dir] = true
		trail = append(slices.Clone(trail), r.dir)
		if r.fonts && found["fonts"] == nil {
			found["fonts"] = trail
		}
		for _, imported := range r.imports {
			for _, h := range heavies {
				if within(h.modules, imported) && found[h.name] == nil {
					found[h.name] = append(slices.Clone(trail), imported)
				}
			}
			if to, own := ours(imported); own && rooms[to] != nil {
				follow(rooms[to], trail)
			}
		}
	}
	follow(r, nil)
	return found
}
