// Package keyfile keeps the key of receipts in a file, for a laptop.
package keyfile

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A Key is a private key in memory. It is a [cssa/shared/receipt.Key].
type Key struct{ private *ecdsa.PrivateKey }

// Open returns the key in a file (PKCS #8, PEM, readable by its owner only), which it makes if there is none.
func Open(name string) (*Key, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = create(name); err != nil {
			return nil, fmt.Errorf("make the receipts' key: %w", err)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("receipts' key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("receipts' key: %s holds no PEM", name)
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("receipts' key: %s: %w", name, err)
	}
	private, ok := k.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return nil, fmt.Errorf("receipts' key: %s: want ECDSA on P-256", name)
	}
	return &Key{private}, nil
}

// create writes a new key and returns what the file then holds: of two that begin at once, one's.
func create(name string) ([]byte, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*") // 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	err = pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(f.Name(), name); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(name)
}

// Public returns the public half.
func (k *Key) Public(context.Context) (*ecdsa.PublicKey, error) { return &k.private.PublicKey, nil }

// Sign signs a SHA-256.
func (k *Key) Sign(_ context.Context, digest [sha256.Size]byte) ([]byte, error) {
	return ecdsa.SignASN1(rand.Reader, k.private, digest[:])
}
