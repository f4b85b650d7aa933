package receipt

import (
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint is a state of the log: how many receipts it holds, and the root of their tree.
type Checkpoint struct {
	Size int64
	Root tlog.Hash
	At   time.Time // when it was signed, whole seconds
}

// text is the body of a checkpoint (C2SP tlog-checkpoint): origin, size, root, and as an extension the time.
func (c Checkpoint) text(origin string) string {
	return fmt.Sprintf("%s\n%d\n%s\ntime %s\n", origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]), c.At.UTC().Format(time.RFC3339))
}

func (c Checkpoint) sign(ctx context.Context, k Key, origin string) ([]byte, error) {
	public, err := k.Public(ctx)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: c.text(origin)}, noteKey{ctx, origin, k, public})
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

// OpenCheckpoint reads a signed checkpoint of the log with this origin, or ErrInclusion if it is none or not signed by the key.
func OpenCheckpoint(signed []byte, origin string, public *ecdsa.PublicKey) (Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(noteKey{origin: origin, public: public}))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: checkpoint: %w", ErrInclusion, err)
	}
	var c Checkpoint
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[0] != origin {
		return c, fmt.Errorf("%w: checkpoint of another log", ErrInclusion)
	}
	root, err := tlog.ParseHash(lines[2])
	if err == nil {
		c.Root = root
		c.Size, err = strconv.ParseInt(lines[1], 10, 64)
	}
	if err == nil {
		c.At, err = time.Parse(time.RFC3339, strings.TrimPrefix(lines[3], "time "))
	}
	if err != nil || c.Size < 0 || c.text(origin) != n.Text {
		return Checkpoint{}, fmt.Errorf("%w: checkpoint cannot be read", ErrInclusion)
	}
	return c, nil
}
