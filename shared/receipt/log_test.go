package receipt_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/receipt"
)

const origin = "cssa.supervisor.example/2023-securities"

// files is a store that can be made to die after some writes.
type files struct {
	held map[string][]byte
	left int // writes until it dies; negative: it lives
}

var errDied = errors.New("died")

func (f *files) Get(_ context.Context, name string) ([]byte, error) {
	body, ok := f.held[name]
	if !ok {
		return nil, archive.ErrNotFound
	}
	return body, nil
}

func (f *files) Replace(_ context.Context, name string, body []byte) error {
	if f.left == 0 {
		return errDied
	}
	f.left--
	f.held[name] = append([]byte{}, body...)
	return nil
}

// root is the tree's root by the definition of RFC 6962, 2.1.
func root(leaves [][32]byte) [32]byte {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0][:]...))
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	l, r := root(leaves[:k]), root(leaves[k:])
	return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
}

func entry(n int) receipt.Entry {
	return receipt.Entry{Firm: checklist.FirmID(fmt.Sprintf("S-%04d", n)), Version: 1, Leaf: sha256.Sum256(fmt.Append(nil, n))}
}

// Nights with any number of receipts, of which some die at any write: after each the log is a tree of exactly those appended,
// and every checkpoint that was ever signed for the outside still holds.
func TestTheLogIsTheTreeOfItsReceipts(t *testing.T) {
	k, _ := key(t)
	rapid.Check(t, func(rt *rapid.T) {
		store := &files{held: map[string][]byte{}, left: -1}
		log := &receipt.Log{Store: store, Key: k, Origin: origin}
		var leaves [][32]byte
		var all []receipt.Entry
		var kept []receipt.Checkpoint
		for night := range rapid.IntRange(1, 5).Draw(rt, "nights") {
			var some []receipt.Entry
			for range rapid.IntRange(0, 300).Draw(rt, "receipts") {
				some = append(some, entry(len(all)+len(some)))
			}
			at := time.Date(2023, 8, 1+night, 3, 0, 0, 0, time.UTC)
			store.left = rapid.IntRange(-1, 8).Draw(rt, "dies")
			_, err := log.Append(context.Background(), some, at)
			store.left = -1
			if err != nil && !errors.Is(err, errDied) {
				rt.Fatal(err)
			}
			c, _, err2 := log.Checkpoint(context.Background())
			if err2 != nil {
				rt.Fatal(err2)
			}
			if err != nil && c.Size == int64(len(all)) { // it died before it counted
				if c, err2 = log.Append(context.Background(), some, at); err2 != nil {
					rt.Fatal(err2)
				}
			}
			for _, e := range some {
				leaves = append(leaves, e.Leaf)
			}
			all = append(all, some...)
			if c.Size != int64(len(all)) || c.Root != tlog.Hash(root(leaves)) || !c.At.Equal(at) {
				rt.Fatalf("night %d: %d receipts, root %v; want %d, %x", night, c.Size, c.Root, len(all), root(leaves))
			}
			kept = append(kept, c)
		}
		if err := log.Check(context.Background(), kept...); err != nil {
			rt.Fatal(err)
		}
		got, err := log.Entries(context.Background())
		if err != nil || fmt.Sprint(got) != fmt.Sprint(all) {
			rt.Fatalf("entries: %v", err)
		}
	})
}

func TestAReceiptProvesThatTheLogHoldsIt(t *testing.T) {
	k, public := key(t)
	log := &receipt.Log{Store: &files{held: map[string][]byte{}, left: -1}, Key: k, Origin: origin}
	var docs []receipt.Signed
	for n := range 300 {
		docs = append(docs, signed(t, k, submission(checklist.FirmID(fmt.Sprintf("S-%04d", n)), 1)))
	}
	for _, half := range [][]receipt.Signed{docs[:100], docs[100:]} {
		var entries []receipt.Entry
		for _, d := range half {
			entries = append(entries, receipt.EntryOf(d))
		}
		_, err := log.Append(t.Context(), entries, time.Date(2023, 8, 21, 3, 0, 0, 0, time.UTC))
		must(t, err)
	}
	for i, d := range docs {
		if _, err := d.Logged(origin, public); !errors.Is(err, receipt.ErrNotLogged) {
			t.Fatalf("without a proof: %v", err)
		}
		proof, err := log.Prove(t.Context(), int64(i))
		must(t, err)
		d.Proof = proof
		d, err = receipt.Decode(d.Encode())
		must(t, err)
		must(t, d.Verify(public))
		if c, err := d.Logged(origin, public); err != nil || c.Size != 300 {
			t.Fatalf("receipt %d: %v", i, err)
		}
		if i != 7 {
			continue
		}
		_, other := key(t)
		checks := map[string]func(*receipt.Signed) error{
			"another receipt": func(s *receipt.Signed) error { s.Receipt.Version++; _, err := s.Logged(origin, public); return err },
			"another place":   func(s *receipt.Signed) error { s.Proof.Index++; _, err := s.Logged(origin, public); return err },
			"another hash": func(s *receipt.Signed) error {
				s.Proof.Hashes[0][0] ^= 1
				_, err := s.Logged(origin, public)
				return err
			},
			"another key": func(s *receipt.Signed) error { _, err := s.Logged(origin, other); return err },
			"another log": func(s *receipt.Signed) error { _, err := s.Logged(origin+"x", public); return err },
			"another size": func(s *receipt.Signed) error {
				s.Proof.Checkpoint = strings.Replace(s.Proof.Checkpoint, "\n300\n", "\n301\n", 1)
				_, err := s.Logged(origin, public)
				return err
			},
		}
		for name, check := range checks {
			spoilt, err := receipt.Decode(d.Encode())
			must(t, err)
			if err := check(&spoilt); !errors.Is(err, receipt.ErrInclusion) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := log.Prove(t.Context(), 300); err == nil {
		t.Error("a proof of what is not there")
	}
}

// A supervisor who takes a receipt out of the log, alters one or starts afresh is noticed by whoever kept a checkpoint.
func TestARemovedReceiptIsNoticed(t *testing.T) {
	k, _ := key(t)
	first := func(skip int) (*receipt.Log, *files, receipt.Checkpoint) {
		store := &files{held: map[string][]byte{}, left: -1}
		log := &receipt.Log{Store: store, Key: k, Origin: origin}
		var some []receipt.Entry
		for n := range 20 {
			if n != skip {
				some = append(some, entry(n))
			}
		}
		c, err := log.Append(t.Context(), some, time.Date(2023, 8, 21, 3, 0, 0, 0, time.UTC))
		must(t, err)
		return log, store, c
	}
	log, store, kept := first(-1)
	must(t, log.Check(t.Context(), kept))
	if err := func() error { l, _, _ := first(7); return l.Check(t.Context(), kept) }(); !errors.Is(err, receipt.ErrInclusion) {
		t.Errorf("a log made anew without one: %v", err)
	}
	whole := maps.Clone(store.held)
	for name, spoil := range map[string]func(string) string{
		"removed": func(s string) string {
			i := strings.Index(s, "S-0007")
			return s[:i] + s[i+strings.Index(s[i:], "\n")+1:]
		},
		"renamed": func(s string) string { return strings.Replace(s, "S-0007 1", "S-0007 x", 1) },
		"altered": func(s string) string { i := strings.Index(s, "S-0007 1 ") + 9; return s[:i] + "00" + s[i+2:] },
	} {
		store.held = maps.Clone(whole)
		store.held["entries/000000"] = []byte(spoil(string(whole["entries/000000"])))
		if err := log.Check(t.Context()); !errors.Is(err, receipt.ErrInclusion) {
			t.Errorf("%s: %v", name, err)
		}
	}
	store.held = maps.Clone(whole)
	tile := store.held["tile/8/0/000.p/20"]
	tile[0] ^= 1
	if _, err := log.Prove(t.Context(), 0); !errors.Is(err, receipt.ErrInclusion) {
		t.Errorf("a tile altered: %v", err)
	}
}
