package questionnaire

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"cssa/shared/checklist"
)

// ErrNotFound says that no source has the edition.
var ErrNotFound = errors.New("no such edition")

//go:embed editions
var builtin embed.FS

// Builtin returns the editions that come with the program, one folder each, named by edition id.
func Builtin() fs.FS {
	sub, err := fs.Sub(builtin, "editions")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// A Library gives out editions by id. It loads each once and is safe for concurrent use.
type Library struct {
	sources []fs.FS

	mu     sync.Mutex
	loaded map[checklist.EditionID]*checklist.Edition
}

// NewLibrary returns a library over sources whose folders are named by edition id. Where two sources have an edition,
// the earlier one's is taken.
func NewLibrary(sources ...fs.FS) *Library {
	return &Library{sources: sources, loaded: map[checklist.EditionID]*checklist.Edition{}}
}

// Edition returns the edition with this id. Callers share it and must not change it. The error is ErrNotFound if no
// source has it, and [Findings] if its files have any.
func (l *Library) Edition(ctx context.Context, id checklist.EditionID) (*checklist.Edition, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := checklist.ParseEditionID(string(id)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.edition(id)
}

// edition is Edition with the lock held.
func (l *Library) edition(id checklist.EditionID) (*checklist.Edition, error) {
	if e, ok := l.loaded[id]; ok {
		return e, nil
	}
	e, err := l.load(id)
	if err != nil {
		return nil, fmt.Errorf("edition %s: %w", id, err)
	}
	l.loaded[id] = e
	return e, nil
}

func (l *Library) load(id checklist.EditionID) (*checklist.Edition, error) {
	e, findings, err := l.check(id)
	if err == nil && len(findings) > 0 {
		err = Findings(findings)
	}
	return e, err
}

// Check loads the edition with this id anew and returns its findings, also that its folder has another name.
func (l *Library) Check(ctx context.Context, id checklist.EditionID) (*checklist.Edition, []Finding, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.check(id)
}

func (l *Library) check(id checklist.EditionID) (*checklist.Edition, []Finding, error) {
	folder, err := l.Folder(id)
	if err != nil {
		return nil, nil, err
	}
	e, findings, err := loadAfter(folder, l.edition)
	if err != nil || e == nil || e.ID == id {
		return e, findings, err
	}
	line := 0
	if body, err := fs.ReadFile(folder, "edition.yaml"); err == nil {
		line = lineOfID(body)
	}
	return e, append(findings, Finding{File: "edition.yaml", Line: line, Where: "edition", Key: "id",
		What: fmt.Sprintf("the id is %s, not the folder's name", e.ID), Mend: "rename one of them"}), nil
}

// lineOfID returns the line of the outermost key id.
func lineOfID(body []byte) int {
	for i, line := range strings.Split(string(body), "\n") {
		if strings.HasPrefix(line, "id:") {
			return i + 1
		}
	}
	return 0
}

// Load is [Load] of any folder, with its mapping compared with the edition before, which the library gives out.
func (l *Library) Load(ctx context.Context, folder fs.FS) (*checklist.Edition, []Finding, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return loadAfter(folder, l.edition)
}

// Previous returns the edition that e follows, or nil if it follows none.
func (l *Library) Previous(ctx context.Context, e *checklist.Edition) (*checklist.Edition, error) {
	if e.Mapping == nil {
		return nil, nil
	}
	return l.Edition(ctx, e.Mapping.From)
}

// Folder returns the folder of the edition with this id, or ErrNotFound. Its files may have findings.
func (l *Library) Folder(id checklist.EditionID) (fs.FS, error) {
	for _, src := range l.sources {
		info, err := fs.Stat(src, string(id))
		if errors.Is(err, fs.ErrNotExist) || (err == nil && !info.IsDir()) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return fs.Sub(src, string(id))
	}
	return nil, ErrNotFound
}

// Newest returns the edition whose id sorts last: its secretariat is told what belongs to no edition.
func (l *Library) Newest(ctx context.Context) (*checklist.Edition, error) {
	ids, err := l.IDs()
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, ErrNotFound
	}
	return l.Edition(ctx, ids[len(ids)-1])
}

// IDs returns the ids of all editions, sorted. Folders whose name is not an edition id are left out.
func (l *Library) IDs() ([]checklist.EditionID, error) {
	var found []checklist.EditionID
	for _, src := range l.sources {
		entries, err := fs.ReadDir(src, ".")
		if errors.Is(err, fs.ErrNotExist) {
			continue // a folder of own editions need not be there
		}
		if err != nil {
			return nil, fmt.Errorf("list editions: %w", err)
		}
		for _, entry := range entries {
			if id, err := checklist.ParseEditionID(entry.Name()); err == nil && entry.IsDir() {
				found = append(found, id)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}
