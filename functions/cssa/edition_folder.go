package main

import (
	"errors"
	"os"
	"path/filepath"
)

// stage writes files into a folder of their own beside dir, which no edition's name has. Whoever calls it removes the folder.
func stage(dir string, files map[string][]byte) (string, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), ".new-*")
	if err != nil {
		return "", err
	}
	for name, body := range files {
		to := filepath.Join(tmp, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, body, 0o600)); err != nil {
			return tmp, err
		}
	}
	return tmp, nil
}

// makeFolder makes a folder with these files, or nothing.
func makeFolder(dir string, files map[string][]byte) error {
	tmp, err := stage(dir, files)
	defer func() { _ = os.RemoveAll(tmp) }() // nothing is left of it once it is renamed
	if err != nil {
		return err
	}
	return os.Rename(tmp, dir)
}

// replaceFiles puts files into a folder that is there. Each is replaced in one step, and only once all are written.
func replaceFiles(dir string, files map[string][]byte) error {
	tmp, err := stage(dir, files)
	defer func() { _ = os.RemoveAll(tmp) }()
	if err != nil {
		return err
	}
	for name := range files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.Rename(filepath.Join(tmp, filepath.FromSlash(name)), to)); err != nil {
			return err
		}
	}
	return nil
}
