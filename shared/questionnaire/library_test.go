package questionnaire

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"cssa/shared/checklist"
)

// brokenFS fails to be read, as a disk may.
type brokenFS struct{}

func (brokenFS) Open(string) (fs.File, error) { return nil, fs.ErrPermission }

// shelf returns a source that has the securities edition under a folder's name, changed.
func shelf(t *testing.T, folder, old, changed string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for name, file := range securitiesFiles(t) {
		body := strings.ReplaceAll(string(file.Data), old, changed)
		out[folder+"/"+name] = &fstest.MapFile{Data: []byte(body)}
	}
	return out
}

func TestTheEarlierSourceWins(t *testing.T) {
	own := shelf(t, "2023-securities", "threshold: 5", "threshold: 7")
	l := NewLibrary(own, Builtin())
	e, err := l.Edition(t.Context(), securities)
	if err != nil || e.Threshold != 7 {
		t.Fatalf("threshold %v, %v", e, err)
	}
	again, err := l.Edition(t.Context(), securities)
	if err != nil || again != e {
		t.Errorf("it was loaded twice, %v", err)
	}
}

func TestALibraryListsTheEditionsOfAllSourcesOnce(t *testing.T) {
	builtin, err := NewLibrary(Builtin()).IDs()
	if err != nil {
		t.Fatal(err)
	}
	own := shelf(t, "2031-banks", "none", "none")
	own["2023-securities/edition.yaml"] = &fstest.MapFile{}
	own["drafts/edition.yaml"] = &fstest.MapFile{}
	own["2025-notes"] = &fstest.MapFile{Data: []byte("a file, not a folder")}
	ids, err := NewLibrary(own, Builtin()).IDs()
	if want := append(builtin, "2031-banks"); err != nil || !slices.Equal(ids, want) {
		t.Errorf("%v, %v, want %v", ids, err, want)
	}
	if ids, err := NewLibrary(brokenFS{}).IDs(); err == nil {
		t.Errorf("a source that cannot be read lists %v", ids)
	}
}

func TestAnEditionThatIsNotThere(t *testing.T) {
	l := NewLibrary(Builtin())
	for _, id := range []checklist.EditionID{"2031-securities", "", "..", "2023-securities/sections", "../2023-securities"} {
		if e, err := l.Edition(t.Context(), id); e != nil || !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v, %v", id, e, err)
		}
	}
}

func TestAnEditionWithFindingsIsNotGivenOut(t *testing.T) {
	for name, c := range map[string]struct {
		source fstest.MapFS
		want   string
	}{
		"a finding":                {shelf(t, "2023-securities", "threshold: 5", "threshold: 2"), "the threshold 2 is below 3"},
		"a folder of another name": {shelf(t, "2024-securities", "none", "none"), "the id is 2023-securities, not the folder's name"},
	} {
		t.Run(name, func(t *testing.T) {
			ids, err := NewLibrary(c.source).IDs()
			if err != nil || len(ids) != 1 {
				t.Fatal(ids, err)
			}
			var findings Findings
			if e, err := NewLibrary(c.source).Edition(t.Context(), ids[0]); e != nil || !errors.As(err, &findings) || findings[0].What == "" || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, %v", e, err)
			}
		})
	}
}

func TestACancelledContextLoadsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewLibrary(Builtin()).Edition(ctx, securities); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestManyAskAtOnceAndGetTheSameEdition(t *testing.T) {
	l := NewLibrary(shelf(t, "2023-securities", "none", "none"))
	got := make([]*checklist.Edition, 16)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i], _ = l.Edition(t.Context(), securities) })
	}
	wg.Wait()
	for _, e := range got {
		if e == nil || e != got[0] {
			t.Fatal("two loads of one edition")
		}
	}
}
