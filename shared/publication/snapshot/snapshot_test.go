package snapshot_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/publication/snapshot"
)

// A door that holds one part of every table, but of one that it lacks.
type door struct{ name, lacks string }

func (d door) Get(_ context.Context, key, _ string, _ int64) ([]byte, archive.Object, error) {
	var part int
	var table string
	if _, err := fmt.Sscanf(key, "%s", &table); err != nil {
		return nil, archive.Object{}, err
	}
	if _, err := fmt.Sscanf(key[len(key)-len("0.parquet"):], "%d.parquet", &part); err != nil {
		return nil, archive.Object{}, err
	}
	if part > 0 || d.lacks != "" && bytes.HasPrefix([]byte(key), []byte(d.lacks+"/")) {
		return nil, archive.Object{}, archive.ErrNotFound
	}
	return []byte(d.name + " " + key), archive.Object{}, nil
}

func take(t *testing.T, lacks string) ([]byte, error) {
	t.Helper()
	at := time.Date(2023, 11, 9, 22, 0, 0, 0, time.FixedZone("JST", 9*60*60))
	return snapshot.Take(t.Context(), snapshot.Doors{Restricted: door{"restricted", lacks}, Open: door{"open", lacks}},
		map[checklist.EditionID]fs.FS{"2023-securities": fstest.MapFS{"edition.yaml": {Data: []byte("id"), ModTime: time.Now()}, "sections/01.yaml": {Data: []byte("1")}}},
		snapshot.Manifest{Edition: "2023-securities", Run: "r", Definition: "d", Released: at, Corrects: []snapshot.Issue{{Run: "q", Released: at}}})
}

func TestASnapshotGivesBackWhatWasTaken(t *testing.T) {
	file, err := take(t, "")
	if err != nil {
		t.Fatal(err)
	}
	again, err := take(t, "")
	if err != nil || !bytes.Equal(file, again) {
		t.Fatalf("the same run made other bytes: %v", err)
	}
	s, err := snapshot.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if s.Run != "r" || s.Edition != "2023-securities" || s.Definition != "d" || len(s.Corrects) != 1 || s.Released.Format(time.RFC3339) != "2023-11-09T13:00:00Z" {
		t.Errorf("it says %+v", s.Manifest)
	}
	key := "answers/edition=2023-securities/run=r/part-0.parquet"
	if got, _, err := s.Doors().Restricted.Get(t.Context(), key, "", 1000); err != nil || string(got) != "restricted "+key {
		t.Errorf("answers: %q, %v", got, err)
	}
	if _, _, err := s.Doors().Open.Get(t.Context(), key, "", 1000); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("answers behind the open door: %v", err)
	}
	if _, _, err := s.Doors().Restricted.Get(t.Context(), key, "", 1); !errors.Is(err, archive.ErrTooLarge) {
		t.Errorf("more than asked for: %v", err)
	}
	folders, err := s.Definitions()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := fs.ReadFile(folders, "2023-securities/sections/01.yaml"); err != nil || string(got) != "1" {
		t.Errorf("definition: %q, %v", got, err)
	}
}

func TestARunWithoutItsTablesIsNoSnapshot(t *testing.T) {
	if _, err := take(t, "answers"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("without answers: %v", err)
	}
	if _, err := take(t, "firm_attributes"); err != nil {
		t.Errorf("attributes of firms are not of every run: %v", err)
	}
}

func TestASnapshotThatWasChangedIsRefused(t *testing.T) {
	file, err := take(t, "")
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(name string, body []byte) (string, []byte){
		"a changed file": func(n string, b []byte) (string, []byte) {
			return n, bytes.ReplaceAll(b, []byte("restricted answers"), []byte("restricted changes"))
		},
		"a renamed file": func(n string, b []byte) (string, []byte) { return "x" + n, b },
		"another format": func(n string, b []byte) (string, []byte) {
			return n, bytes.ReplaceAll(b, []byte("cssa-snapshot-1"), []byte("cssa-snapshot-9"))
		},
		"a file too many":  func(n string, b []byte) (string, []byte) { return n, b },
		"no zip in it all": func(n string, b []byte) (string, []byte) { return n, b },
	} {
		in, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		add := func(name string, body []byte) {
			to, err := w.Create(name)
			if err == nil {
				_, err = to.Write(body)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range in.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			add(change(f.Name, body))
		}
		if what == "a file too many" {
			add("more", nil)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		body := out.Bytes()
		if what == "no zip in it all" {
			body = body[:len(body)/2]
		}
		if _, err := snapshot.Open(body); !errors.Is(err, snapshot.ErrBroken) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
