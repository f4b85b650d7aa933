package receipt

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"cssa/shared/archive"
	"cssa/shared/checklist"
)

// A Store keeps the log's files by name. Get of a name that was never written is [archive.ErrNotFound].
type Store interface {
	Get(ctx context.Context, name string) ([]byte, error)
	Replace(ctx context.Context, name string, body []byte) error
}

// A Log is the transparency log of an edition's receipts. It has one writer at a time; whoever reads sees whole checkpoints only,
// because "checkpoint" is written last: what lies beyond it does not count yet and is written again.
//
// Its files: "checkpoint", the newest; "checkpoints/SIZE", each; "tile/8/…", the tree in tiles of 256 hashes (C2SP tlog-tiles);
// "entries/N", 256 entries each. The entries name firms and are not for everyone; the rest is.
type Log struct {
	Store  Store
	Key    Key
	Origin string // the log's name on its checkpoints, e.g. "cssa.supervisor.example/2023-securities": no spaces, no plus
}

// An Entry is a receipt in the log.
type Entry struct {
	Firm    checklist.FirmID
	Version checklist.TicketNumber
	Leaf    [sha256.Size]byte
}

// EntryOf returns the entry of a signed receipt.
func EntryOf(s Signed) Entry { return Entry{s.Receipt.Firm, s.Receipt.Version, s.Leaf()} }

const (
	height = 8 // of a tile, in levels
	bundle = 1 << height
	newest = "checkpoint"
)

// Public returns the key by which the log's checkpoints and its receipts are checked.
func (l *Log) Public(ctx context.Context) (*ecdsa.PublicKey, error) { return l.Key.Public(ctx) }

// Checkpoint returns the newest checkpoint and its signed text. Of a log that was never written the size is 0 and the text nil.
func (l *Log) Checkpoint(ctx context.Context) (Checkpoint, []byte, error) {
	signed, err := l.Store.Get(ctx, newest)
	if errors.Is(err, archive.ErrNotFound) {
		return Checkpoint{}, nil, nil
	}
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("log: %w", err)
	}
	public, err := l.Key.Public(ctx)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("log: %w", err)
	}
	c, err := OpenCheckpoint(signed, l.Origin, public)
	return c, signed, err
}

// Append adds entries at the end and signs a checkpoint of the time at, even if there are none: a night without receipts is
// stated, too. After a crash it may be called again with the same entries.
func (l *Log) Append(ctx context.Context, entries []Entry, at time.Time) (Checkpoint, error) {
	old, signed, err := l.Checkpoint(ctx)
	if err == nil && signed != nil {
		err = l.keep(ctx, old, signed) // if the last time ended before it did
	}
	if err != nil {
		return old, err
	}
	tree := l.tree(ctx, old)
	for i, e := range entries {
		if err := tree.add(old.Size+int64(i), e.Leaf); err != nil {
			return old, fmt.Errorf("log: %w", err)
		}
	}
	c := Checkpoint{Size: old.Size + int64(len(entries)), At: at.UTC().Truncate(time.Second)}
	if c.Root, err = treeHash(c.Size, tree); err != nil {
		return old, fmt.Errorf("log: %w", err)
	}
	if err := l.writeEntries(ctx, old.Size, entries); err != nil {
		return old, err
	}
	for _, t := range tlog.NewTiles(height, old.Size, c.Size) {
		data, err := tlog.ReadTileData(t, tree)
		if err != nil {
			return old, fmt.Errorf("log: %w", err)
		}
		if err := l.Store.Replace(ctx, t.Path(), data); err != nil {
			return old, fmt.Errorf("log: %w", err)
		}
	}
	signed, err = c.sign(ctx, l.Key, l.Origin)
	if err != nil {
		return old, err
	}
	if err := l.Store.Replace(ctx, newest, signed); err != nil {
		return old, fmt.Errorf("log: %w", err)
	}
	return c, l.keep(ctx, c, signed)
}

// keep writes a checkpoint beside the newest. What was signed and never became the newest is not kept: it would be a second
// history.
func (l *Log) keep(ctx context.Context, c Checkpoint, signed []byte) error {
	if err := l.Store.Replace(ctx, "checkpoints/"+strconv.FormatInt(c.Size, 10), signed); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

// Prove returns the proof that the entry at an index is in the log as it is now.
func (l *Log) Prove(ctx context.Context, index int64) (*Proof, error) {
	c, signed, err := l.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= c.Size {
		return nil, fmt.Errorf("log: it has %d entries, and none at %d", c.Size, index)
	}
	hashes, err := tlog.ProveRecord(c.Size, index, l.tree(ctx, c))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInclusion, err)
	}
	return &Proof{Index: index, Hashes: hashes, Checkpoint: string(signed)}, nil
}

// Entries returns the entries of the newest checkpoint, by index.
func (l *Log) Entries(ctx context.Context) ([]Entry, error) {
	c, _, err := l.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	return l.entries(ctx, 0, c.Size)
}

// Check makes the tree anew from the entries and holds it against the newest checkpoint and against earlier ones that somebody
// kept: ErrInclusion if an entry was altered, removed or slipped in.
func (l *Log) Check(ctx context.Context, kept ...Checkpoint) error {
	c, _, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	entries, err := l.entries(ctx, 0, c.Size)
	if err != nil {
		return err
	}
	t := tree{fresh: map[int64]tlog.Hash{}}
	for i, e := range entries {
		if err := t.add(int64(i), e.Leaf); err != nil {
			return fmt.Errorf("log: %w", err)
		}
	}
	for _, k := range append([]Checkpoint{c}, kept...) {
		if k.Size > c.Size {
			return fmt.Errorf("%w: a checkpoint of %s has %d receipts, the newest %d", ErrInclusion, k.At.Format(time.RFC3339), k.Size, c.Size)
		}
		root, err := treeHash(k.Size, &t)
		if err != nil {
			return fmt.Errorf("log: %w", err)
		}
		if root != k.Root {
			return fmt.Errorf("%w: the %d receipts of the checkpoint of %s are not those that were there then", ErrInclusion, k.Size, k.At.Format(time.RFC3339))
		}
	}
	return nil
}

func treeHash(size int64, r tlog.HashReader) (tlog.Hash, error) {
	if size == 0 {
		return sha256.Sum256(nil), nil // RFC 6962, 2.1
	}
	return tlog.TreeHash(size, r)
}

func entriesName(n int64) string { return fmt.Sprintf("entries/%06d", n) }

// entries reads the entries from one index up to another.
func (l *Log) entries(ctx context.Context, from, to int64) ([]Entry, error) {
	var out []Entry
	for n := from / bundle; n*bundle < to; n++ {
		body, err := l.Store.Get(ctx, entriesName(n))
		if err != nil {
			return nil, fmt.Errorf("%w: entries from %d: %w", ErrInclusion, n*bundle, err)
		}
		for i, line := range strings.Split(strings.TrimSuffix(string(body), "\n"), "\n") {
			at := n*bundle + int64(i)
			if at < from || at >= to {
				continue
			}
			e, err := parseEntry(line)
			if err != nil {
				return nil, fmt.Errorf("%w: entry %d cannot be read", ErrInclusion, at)
			}
			out = append(out, e)
		}
	}
	if int64(len(out)) != to-from {
		return nil, fmt.Errorf("%w: %d of %d entries are there", ErrInclusion, len(out), to-from)
	}
	return out, nil
}

func parseEntry(line string) (Entry, error) {
	var e Entry
	parts := strings.Split(line, " ")
	if len(parts) != 3 {
		return e, ErrInclusion
	}
	version, err := strconv.Atoi(parts[1])
	leaf, err2 := hex.DecodeString(parts[2])
	if err := errors.Join(err, err2); err != nil || len(leaf) != sha256.Size {
		return e, errors.Join(ErrInclusion, err)
	}
	return Entry{checklist.FirmID(parts[0]), checklist.TicketNumber(version), [sha256.Size]byte(leaf)}, nil
}

// writeEntries writes the bundles that entries from an index on fall into.
func (l *Log) writeEntries(ctx context.Context, from int64, entries []Entry) error {
	before, err := l.entries(ctx, from-from%bundle, from)
	if err != nil {
		return err
	}
	all := append(before, entries...)
	for n := from / bundle; len(all) > 0; n++ {
		some := all[:min(bundle, len(all))]
		all = all[len(some):]
		var b bytes.Buffer
		for _, e := range some {
			fmt.Fprintf(&b, "%s %d %x\n", e.Firm, e.Version, e.Leaf)
		}
		if err := l.Store.Replace(ctx, entriesName(n), b.Bytes()); err != nil {
			return fmt.Errorf("log: %w", err)
		}
	}
	return nil
}
