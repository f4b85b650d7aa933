// Package access is the log of who asked behind the restricted door of a laptop, when and why. It is one file of a line of
// JSON each, to which records are added and which a second person reads. Each record carries the hash of the one before it,
// so that a line that was changed, taken out or put in between shows. That the last lines were cut off shows only to
// somebody who kept the hash of one of them: see [After].
//
// What a query gave back is never recorded.
package access

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A Record says that somebody was about to ask.
type Record struct {
	At      time.Time `json:"at"`      // UTC
	By      string    `json:"by"`      // the person's name, as given
	Account string    `json:"account"` // the user of the operating system that the program ran as
	Why     string    `json:"why"`
	Query   string    `json:"query"` // the SQL
	// Previous is the hash of the record before; "" in the first.
	Previous string `json:"previous"`
	// Hash is the SHA-256, in hex, of this record as JSON with an empty Hash.
	Hash string `json:"hash"`
}

// ErrBroken says that the log is not as it was written.
var ErrBroken = errors.New("the access log was changed")

// ErrIncomplete says that a record lacks what every record must have.
var ErrIncomplete = errors.New("who asks and why must be said")

func (r Record) sum() (string, error) {
	r.Hash = ""
	body, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("access log: %w", err)
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), nil
}

// Append adds a record to the log in path, on the disk before it returns; it sets the record's hashes. One process at a
// time may append: the holder of the data folder. A log that does not hold together takes no more records.
func Append(path string, r Record) error {
	if strings.TrimSpace(r.By) == "" || strings.TrimSpace(r.Why) == "" {
		return ErrIncomplete
	}
	all, err := Read(path)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		r.Previous = all[len(all)-1].Hash
	}
	r.At = r.At.UTC()
	if r.Hash, err = r.sum(); err != nil {
		return err
	}
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("access log: %w", err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("access log: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("access log: %w", err)
	}
	if len(all) > 0 {
		return nil
	}
	dir, err := os.Open(filepath.Dir(path)) // a new file's name is on the disk when its folder is
	if err != nil {
		return fmt.Errorf("access log: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("access log: %w", err)
	}
	return nil
}

// Read returns the records of the log in path, the oldest first; none where there is no file. It fails with [ErrBroken] at
// the first line that is not as it was written.
func Read(path string) ([]Record, error) {
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("access log: %w", err)
	}
	var all []Record
	previous := ""
	for n := 1; len(body) > 0; n++ {
		line, rest, whole := bytes.Cut(body, []byte("\n"))
		body = rest
		r, err := parse(line)
		if err != nil || !whole || r.Previous != previous {
			return nil, fmt.Errorf("%w: %s, line %d; keep the file for whoever looks into it, and move it away to begin another", ErrBroken, path, n)
		}
		previous = r.Hash
		all = append(all, r)
	}
	return all, nil
}

// parse returns a line's record if the line is what Append writes for it.
func parse(line []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(line, &r); err != nil {
		return r, err
	}
	sum, err := r.sum()
	if err != nil {
		return r, err
	}
	again, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	if sum != r.Hash || !bytes.Equal(again, line) {
		return r, ErrBroken
	}
	return r, nil
}

// After returns the records after the one that has the hash: what is new to a person who kept the hash of the last they
// saw. It fails with [ErrBroken] where no record has it.
func After(all []Record, hash string) ([]Record, error) {
	for i, r := range all {
		if r.Hash == hash {
			return all[i+1:], nil
		}
	}
	return nil, fmt.Errorf("%w: no record has the hash %s", ErrBroken, hash)
}
