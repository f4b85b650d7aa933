// Package snapshot is a frozen run as a file that can be carried: what a release was made of, so that it can be made again on
// another machine. It holds every answer of every firm and belongs behind the restricted door.
//
// The file is a zip: snapshot.json, the edition's definition and those it follows, and the run's tables of both doors as they lie
// in the lake. The same run makes the same bytes.
package snapshot

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
)

// ErrBroken is wrapped where a file is no snapshot, or not as it was taken.
var ErrBroken = errors.New("not a sound snapshot")

// A Manifest says what a snapshot is of.
type Manifest struct {
	Format     string              `json:"format"`
	Edition    checklist.EditionID `json:"edition"`
	Run        string              `json:"run"`
	Definition string              `json:"definition"` // SHA-256 of the edition's definition
	Released   time.Time           `json:"released"`
	Corrects   []Issue             `json:"corrects"` // the releases before, oldest first
	Files      map[string]string   `json:"files"`    // SHA-256 by name
}

// An Issue is an earlier release.
type Issue struct {
	Run      string    `json:"run"`
	Released time.Time `json:"released"`
}

const (
	format       = "cssa-snapshot-1"
	manifestName = "snapshot.json"
	restricted   = "restricted/"
	open         = "open/"
	editions     = "editions/"
)

// Doors are the lake's.
type Doors struct{ Restricted, Open lake.Source }

// Take returns the run that m names as a file. Definitions are the folders of the edition and of those it follows, by id.
func Take(ctx context.Context, from Doors, definitions map[checklist.EditionID]fs.FS, m Manifest) ([]byte, error) {
	files := map[string][]byte{}
	for id, folder := range definitions {
		if err := addFolder(files, editions+string(id)+"/", folder); err != nil {
			return nil, fmt.Errorf("snapshot: definition of %s: %w", id, err)
		}
	}
	for _, t := range []struct {
		door     string
		source   lake.Source
		row      lake.Row
		optional bool
	}{
		{restricted, from.Restricted, lake.RunRow{}, false},
		{restricted, from.Restricted, lake.FirmRow{}, false},
		{restricted, from.Restricted, lake.FirmAttributeRow{}, true}, // not of a run made before there were any
		{restricted, from.Restricted, lake.AnswerRow{}, false},
		{restricted, from.Restricted, lake.DistributionRow{}, false},
		{open, from.Open, lake.RunRow{}, false},
		{open, from.Open, lake.OpenDistributionRow{}, false},
		{open, from.Open, lake.OpenFigureRow{}, false},
	} {
		for part := 0; ; part++ {
			key := lake.Key(t.row.TableName(), m.Edition, m.Run, part)
			body, _, err := t.source.Get(ctx, key, "", math.MaxInt64)
			if errors.Is(err, archive.ErrNotFound) && (part > 0 || t.optional) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("snapshot: fetch %s%s: %w", t.door, key, err)
			}
			files[t.door+key] = body
		}
	}
	m.Format, m.Released, m.Files = format, m.Released.UTC(), map[string]string{}
	for name, body := range files {
		m.Files[name] = digest(body)
	}
	said, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	files[manifestName] = append(said, '\n')
	return pack(files)
}

func addFolder(files map[string][]byte, prefix string, folder fs.FS) error {
	return fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[prefix+name], err = fs.ReadFile(folder, name)
		return err
	})
}

// pack makes a zip, by name and without dates. Parquet is compressed already.
func pack(files map[string][]byte) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return nil, fmt.Errorf("snapshot: %s: %w", name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return out.Bytes(), nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// A Snapshot is an opened one.
type Snapshot struct {
	Manifest
	zip   *zip.Reader
	files map[string][]byte
}

// Open reads a snapshot and holds every file in it against its digest.
func Open(file []byte) (*Snapshot, error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	s := &Snapshot{zip: z, files: map[string][]byte{}}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrBroken, f.Name, err)
		}
		body, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrBroken, f.Name, err)
		}
		s.files[f.Name] = body
	}
	if err := json.Unmarshal(s.files[manifestName], &s.Manifest); err != nil || s.Format != format {
		return nil, fmt.Errorf("%w: no %s of format %s", ErrBroken, manifestName, format)
	}
	for name, want := range s.Files {
		if body, ok := s.files[name]; !ok || digest(body) != want {
			return nil, fmt.Errorf("%w: %s is missing or was changed", ErrBroken, name)
		}
	}
	if len(s.files) != len(s.Files)+1 {
		return nil, fmt.Errorf("%w: it holds files that were not taken", ErrBroken)
	}
	return s, nil
}

// Doors returns the lake's two doors as they stand in the snapshot.
func (s *Snapshot) Doors() Doors { return Doors{door{s, restricted}, door{s, open}} }

// Definitions returns the folders of definitions, named by edition id.
func (s *Snapshot) Definitions() (fs.FS, error) {
	sub, err := fs.Sub(s.zip, strings.TrimSuffix(editions, "/"))
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return sub, nil
}

type door struct {
	of   *Snapshot
	name string
}

// Get returns a file of the lake; archive.ErrNotFound if the snapshot does not hold it.
func (d door) Get(_ context.Context, key, _ string, most int64) ([]byte, archive.Object, error) {
	body, ok := d.of.files[d.name+key]
	switch {
	case !ok:
		return nil, archive.Object{}, fmt.Errorf("snapshot: %s%s: %w", d.name, key, archive.ErrNotFound)
	case int64(len(body)) > most:
		return nil, archive.Object{}, fmt.Errorf("snapshot: %s%s: %w", d.name, key, archive.ErrTooLarge)
	}
	return body, archive.Object{Key: key, Size: int64(len(body)), SHA256: digest(body)}, nil
}
