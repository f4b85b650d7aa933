package receipt

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A tree reads hashes of the stored tiles, each checked against the checkpoint's root, and of what was added since.
type tree struct {
	stored tlog.HashReader // nil: nothing is
	fresh  map[int64]tlog.Hash
}

func (l *Log) tree(ctx context.Context, c Checkpoint) *tree {
	t := &tree{fresh: map[int64]tlog.Hash{}}
	if c.Size > 0 {
		t.stored = tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, tiles{ctx, l.Store})
	}
	return t
}

func (t *tree) add(n int64, leaf [32]byte) error {
	hashes, err := tlog.StoredHashesForRecordHash(n, tlog.RecordHash(leaf[:]), t)
	first := tlog.StoredHashIndex(0, n)
	for i, h := range hashes {
		t.fresh[first+int64(i)] = h
	}
	return err
}

// ReadHashes returns the hashes at the given indexes of the log's storage.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var old []int64
	var at []int
	for i, x := range indexes {
		h, ok := t.fresh[x]
		if out[i] = h; !ok {
			old, at = append(old, x), append(at, i)
		}
	}
	if len(old) == 0 {
		return out, nil
	}
	if t.stored == nil {
		return nil, fmt.Errorf("no hash at %d", old[0])
	}
	hashes, err := t.stored.ReadHashes(old)
	for i, h := range hashes {
		out[at[i]] = h
	}
	return out, err
}

// tiles reads the tiles from the store. A tile is written full or as wide as it is: of a wider one the left part is the same.
type tiles struct {
	ctx   context.Context
	store Store
}

// Height is that of all tiles.
func (t tiles) Height() int { return height }

// ReadTiles returns the tiles' bytes.
func (t tiles) ReadTiles(want []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(want))
	for i, tile := range want {
		var err error
		if out[i], err = t.store.Get(t.ctx, tile.Path()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SaveTiles is for caches, and there is none.
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
