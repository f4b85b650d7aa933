package receipt

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
)

// A Key signs receipts and checkpoints: ECDSA on the curve P-256.
type Key interface {
	// Public returns the key's public half.
	Public(context.Context) (*ecdsa.PublicKey, error)
	// Sign returns the signature of a SHA-256, in ASN.1 DER.
	Sign(ctx context.Context, digest [sha256.Size]byte) ([]byte, error)
}

// ErrKey is returned for a public key that is none of ours.
var ErrKey = errors.New("not a public key for receipts: want ECDSA on P-256, PEM")

// KeyID names a public key: the first 8 bytes, hex, of the SHA-256 of its DER form (SubjectPublicKeyInfo).
func KeyID(k *ecdsa.PublicKey) string {
	sum := sha256.Sum256(spki(k))
	return hex.EncodeToString(sum[:8])
}

// FormatPublic returns a public key as PEM, as it is given to whoever checks receipts.
func FormatPublic(k *ecdsa.PublicKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki(k)})
}

// ParsePublic reads what [FormatPublic] wrote, or ErrKey.
func ParsePublic(text []byte) (*ecdsa.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, ErrKey
	}
	k, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	public, ok := k.(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, ErrKey
	}
	return public, nil
}

func spki(k *ecdsa.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(k)
	if err != nil {
		panic(fmt.Sprintf("receipt: a key of P-256: %v", err))
	}
	return der
}

func verify(k *ecdsa.PublicKey, msg, sig []byte) bool {
	digest := sha256.Sum256(msg)
	return ecdsa.VerifyASN1(k, digest[:], sig)
}

// A noteKey signs and verifies notes with a Key, under the deployment's name. Its algorithm is ECDSA, 0x02 of C2SP signed-note:
// the key's hash is the first 4 bytes of the SHA-256 of its DER form.
type noteKey struct {
	ctx    context.Context
	origin string
	key    Key
	public *ecdsa.PublicKey
}

func (k noteKey) Name() string { return k.origin }

func (k noteKey) KeyHash() uint32 {
	sum := sha256.Sum256(spki(k.public))
	return binary.BigEndian.Uint32(sum[:])
}

func (k noteKey) Sign(msg []byte) ([]byte, error) { return k.key.Sign(k.ctx, sha256.Sum256(msg)) }

func (k noteKey) Verify(msg, sig []byte) bool { return verify(k.public, msg, sig) }
