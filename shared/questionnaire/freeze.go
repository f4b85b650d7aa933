package questionnaire

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrFrozen says that an edition is frozen with other files.
var ErrFrozen = errors.New("the edition is frozen, and its files are not those that were frozen")

// Checksum returns the definition checksum of an edition's folder: the SHA-256, in hex, of the list of its files but
// FROZEN, sorted by name, each line holding the file's SHA-256, two spaces and its name. Another program agrees:
//
//	find . -type f ! -name FROZEN | sed 's|^\./||' | LC_ALL=C sort | xargs sha256sum | sha256sum
func Checksum(fsys fs.FS) (string, error) {
	files, findings, err := readFiles(fsys)
	if err != nil {
		return "", fmt.Errorf("checksum edition: %w", err)
	}
	if len(findings) > 0 {
		return "", fmt.Errorf("checksum edition: %w", Findings(findings))
	}
	return checksum(files), nil
}

func checksum(files map[string][]byte) string {
	var names []string
	for name := range files {
		if name != frozenFile {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	list := sha256.New()
	for _, name := range names {
		fmt.Fprintf(list, "%x  %s\n", sha256.Sum256(files[name]), name)
	}
	return hex.EncodeToString(list.Sum(nil))
}

// Freeze writes the file FROZEN into an edition's folder, in one step, so that any later change to its files is a
// finding. An edition with findings is not frozen, nor one that is frozen with other files (ErrFrozen): to freeze a
// changed edition again, remove FROZEN first. Freezing twice changes nothing.
func Freeze(dir string) error {
	beside := NewLibrary(os.DirFS(filepath.Dir(filepath.Clean(dir))), Builtin()) // where the edition before is
	e, findings, err := loadAfter(os.DirFS(dir), beside.edition)
	if err != nil {
		return fmt.Errorf("freeze %s: %w", dir, err)
	}
	target := filepath.Join(dir, frozenFile)
	if old, err := os.ReadFile(target); err == nil && e != nil && strings.TrimSpace(string(old)) != e.Checksum {
		return fmt.Errorf("freeze %s: %w", dir, ErrFrozen)
	}
	if len(findings) > 0 {
		return fmt.Errorf("freeze %s: %w", dir, Findings(findings))
	}
	// The temporary file lies beside the folder: inside it, a crash would leave a file that is no part of an edition.
	tmp, err := os.CreateTemp(filepath.Dir(filepath.Clean(dir)), ".frozen-*")
	if err != nil {
		return fmt.Errorf("freeze %s: %w", dir, err)
	}
	defer os.Remove(tmp.Name()) // nothing is left to remove once it is renamed
	_, err = tmp.WriteString(e.Checksum + "\n")
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("freeze %s: %w", dir, err)
	}
	if err := os.Rename(tmp.Name(), target); err != nil {
		return fmt.Errorf("freeze %s: %w", dir, err)
	}
	return nil
}
