// Package outbox is the sender of the laptop: every message becomes one .eml file in a folder (送信箱).
//
// The file's name is the message's id, and a file appears whole or not at all, so a message sent twice is one file.
package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cssa/shared/mail"
)

// A Folder is an outbox.
type Folder struct{ dir string }

// unfinished are files that a message is written to before it gets its name.
const unfinished = ".sending-*"

// Open returns the outbox in dir, which is made if it is not there, for one process at a time: what a killed process left
// unfinished is removed.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	left, err := fs.Glob(os.DirFS(dir), unfinished)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	for _, name := range left {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return nil, fmt.Errorf("outbox: remove what was not finished: %w", err)
		}
	}
	return &Folder{dir: dir}, nil
}

// Path returns where the message with this id is kept.
func (f *Folder) Path(id string) string { return filepath.Join(f.dir, id+".eml") }

// Send writes the message. The same message again is no error; another one under the same id is [mail.ErrSentOther].
func (f *Folder) Send(ctx context.Context, m mail.Message) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	body, err := mail.Render(m)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	if err := f.write(f.Path(m.ID), body); err != nil {
		return fmt.Errorf("outbox: message %s: %w", m.ID, err)
	}
	return nil
}

// write makes the file appear whole: it is written under a passing name, synced, and then linked to its own name, which
// fails if that exists. The folder is synced last, so that the name survives too.
func (f *Folder) write(path string, body []byte) error {
	temp, err := os.CreateTemp(f.dir, unfinished)
	if err != nil {
		return fmt.Errorf("make a file: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	if _, err := temp.Write(body); err != nil {
		return errors.Join(err, temp.Close())
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), path); err != nil {
		if !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("name the file: %w", err)
		}
		there, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("compare with what is there: %w", err)
		}
		if !bytes.Equal(there, body) {
			return mail.ErrSentOther
		}
	}
	return syncFolder(f.dir)
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync the folder: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
