package receipt

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// Errors of a check. They tell what is not as it should be.
var (
	ErrFormat    = errors.New("this is not a receipt of cssa")
	ErrSignature = errors.New("the receipt is not signed by this key, or was altered after it was signed")
	ErrFile      = errors.New("the file is not the one that was received")
	ErrInclusion = errors.New("the log does not hold this receipt, or was altered")
	ErrNotLogged = errors.New("the receipt is not in the log yet: it enters the night after receipt")
)

// A Signed is a receipt as it is handed out: a JSON document.
type Signed struct {
	Receipt   Receipt `json:"receipt"`
	KeyID     string  `json:"key"`
	Signature []byte  `json:"signature"` // base64 in JSON
	Proof     *Proof  `json:"log,omitempty"`
}

// A Proof shows that a receipt is in the log: the leaf's place, the hashes from it to the root, and the signed checkpoint with
// that root.
type Proof struct {
	Index      int64            `json:"index"`
	Hashes     tlog.RecordProof `json:"hashes"`
	Checkpoint string           `json:"checkpoint"`
}

// Sign signs a receipt.
func Sign(ctx context.Context, k Key, r Receipt) (Signed, error) {
	public, err := k.Public(ctx)
	if err != nil {
		return Signed{}, fmt.Errorf("sign receipt: %w", err)
	}
	sig, err := k.Sign(ctx, sha256.Sum256(r.canonical()))
	if err != nil {
		return Signed{}, fmt.Errorf("sign receipt: %w", err)
	}
	return Signed{Receipt: r, KeyID: KeyID(public), Signature: sig}, nil
}

// Leaf returns what the log binds of a signed receipt: a hash over receipt and signature.
func (s Signed) Leaf() [sha256.Size]byte {
	return sha256.Sum256(append(s.Receipt.canonical(), s.Signature...))
}

// Encode returns the document.
func (s Signed) Encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		panic(fmt.Sprintf("receipt: %v", err))
	}
	return b.Bytes()
}

// maxDocument is more than any receipt measures, in bytes.
const maxDocument = 64 << 10

// Decode reads a document, or ErrFormat. What it does not know it refuses: it would be shown and not be signed.
func Decode(doc []byte) (Signed, error) {
	var s Signed
	if len(doc) > maxDocument {
		return s, ErrFormat
	}
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return Signed{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) || s.Receipt.Firm == "" || len(s.Signature) == 0 {
		return Signed{}, ErrFormat
	}
	return s, nil
}

// Verify checks the signature of a receipt against the supervisor's public key.
func (s Signed) Verify(public *ecdsa.PublicKey) error {
	if s.KeyID != KeyID(public) || !verify(public, s.Receipt.canonical(), s.Signature) {
		return ErrSignature
	}
	return nil
}

// Covers checks that a file is the one that was received.
func (s Signed) Covers(file io.Reader) error {
	h := sha256.New()
	n, err := io.Copy(h, file)
	if err != nil {
		return err
	}
	if n != s.Receipt.Size || fmt.Sprintf("%x", h.Sum(nil)) != s.Receipt.SHA256 {
		return ErrFile
	}
	return nil
}

// Logged checks that the log holds the receipt, by the proof that it carries: ErrNotLogged if it carries none. It returns the
// checkpoint, signed by the same key, that holds it.
func (s Signed) Logged(origin string, public *ecdsa.PublicKey) (Checkpoint, error) {
	if s.Proof == nil {
		return Checkpoint{}, ErrNotLogged
	}
	c, err := OpenCheckpoint([]byte(s.Proof.Checkpoint), origin, public)
	if err != nil {
		return c, err
	}
	leaf := s.Leaf()
	if err := tlog.CheckRecord(s.Proof.Hashes, c.Size, tlog.Hash(c.Root), s.Proof.Index, tlog.RecordHash(leaf[:])); err != nil {
		return c, fmt.Errorf("%w: %w", ErrInclusion, err)
	}
	return c, nil
}
