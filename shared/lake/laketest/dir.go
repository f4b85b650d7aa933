package laketest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cssa/shared/archive"
)

// A Dir is a folder that takes the place of a bucket: keys are paths, as on the laptop's own object store. A put is
// a rename, so nobody sees half an object.
type Dir string

// Put writes a key once; other bytes than those it holds are archive.ErrExists.
func (d Dir) Put(ctx context.Context, key string, body []byte) (archive.Object, error) {
	old, _, err := d.Get(ctx, key, "", 0)
	switch {
	case err == nil && bytes.Equal(old, body):
		return archive.Object{Key: key, Size: int64(len(body))}, nil
	case err == nil:
		return archive.Object{}, fmt.Errorf("put %s: %w", key, archive.ErrExists)
	}
	return d.Replace(ctx, key, body)
}

// Replace writes a key whatever it held.
func (d Dir) Replace(_ context.Context, key string, body []byte) (archive.Object, error) {
	path := filepath.Join(string(d), filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return archive.Object{}, err
	}
	if err := os.WriteFile(path+".tmp", body, 0o644); err != nil {
		return archive.Object{}, err
	}
	return archive.Object{Key: key, Size: int64(len(body))}, os.Rename(path+".tmp", path)
}

// Get reads a key whole.
func (d Dir) Get(_ context.Context, key, _ string, _ int64) ([]byte, archive.Object, error) {
	body, err := os.ReadFile(filepath.Join(string(d), filepath.FromSlash(key)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, archive.Object{}, fmt.Errorf("get %s: %w", key, archive.ErrNotFound)
	}
	return body, archive.Object{Key: key, Size: int64(len(body))}, err
}
