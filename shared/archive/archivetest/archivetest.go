// Package archivetest holds the adapters of the archive to what package archive and their method comments say.
package archivetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cssa/shared/archive"
)

// An Archive is everything an adapter of the archive can do.
type Archive interface {
	Name() string
	Put(ctx context.Context, key string, body []byte) (archive.Object, error)
	Replace(ctx context.Context, key string, body []byte) (archive.Object, error)
	Get(ctx context.Context, key, id string, max int64) ([]byte, archive.Object, error)
	Head(ctx context.Context, key, id string) (archive.Object, error)
	List(ctx context.Context, prefix string) iter.Seq2[archive.Object, error]
	Delete(ctx context.Context, key string) error
	CopyFrom(ctx context.Context, bucket, key, id, toKey string) (archive.Object, error)
	Presign(ctx context.Context, key, sha256 string, size int64, expires time.Duration) (archive.Grant, error)
}

// Buckets are two empty buckets of one store: an inbox and an archive to copy into. Versioned says whether they keep
// versions, Now is the store's clock.
type Buckets struct {
	Inbox, Vault Archive
	Versioned    bool
	Now          func() time.Time
}

// Run runs the suite. Open is called for every test of it.
func Run(t *testing.T, open func(t *testing.T) Buckets) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Buckets)
	}{
		{"what was put is got", putGet},
		{"the same bytes twice, other bytes never", putOnce},
		{"of twenty writers of one key one wins", race},
		{"twenty writers of the same bytes all succeed", sameRace},
		{"nothing larger than asked for is read", tooLarge},
		{"what is not there is not found", missing},
		{"replace replaces", replace},
		{"a deleted key is free again", deleted},
		{"a long list comes whole and in order", list},
		{"keys in any script", scripts},
		{"a copy has the same bytes, once", copyOnce},
		{"a grant takes its file, once", grant},
		{"a grant takes nothing else", grantRefusals},
		{"a grant ends", grantExpiry},
		{"a grant of nonsense is not minted", grantNonsense},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// check fails the test unless the object is what the store should say of these bytes.
func check(t *testing.T, b Buckets, o archive.Object, key string, body []byte) {
	t.Helper()
	if o.Key != key || o.Size != int64(len(body)) || o.SHA256 != hexSum(body) || (o.ID != "") != b.Versioned {
		t.Errorf("object %+v, want key %q, %d bytes, SHA-256 %s, an id: %t", o, key, len(body), hexSum(body), b.Versioned)
	}
	if age := b.Now().Sub(o.ReceivedAt); o.ReceivedAt.Location() != time.UTC || o.ReceivedAt.Nanosecond() != 0 || age < -time.Second || age > time.Minute {
		t.Errorf("received at %v, the store's clock says %v", o.ReceivedAt, b.Now())
	}
}

func putGet(t *testing.T, b Buckets) {
	for _, body := range [][]byte{[]byte("原本"), {}, bytes.Repeat([]byte{0, 1, 2, 255}, 500_000)} {
		key := fmt.Sprintf("2023-securities/original-%d", len(body))
		put, err := b.Vault.Put(t.Context(), key, body)
		if err != nil {
			t.Fatal(err)
		}
		check(t, b, put, key, body)
		for _, id := range []string{"", put.ID} {
			got, o, err := b.Vault.Get(t.Context(), key, id, int64(len(body)))
			if err != nil || !bytes.Equal(got, body) || o != put {
				t.Errorf("get %q: %d bytes, %+v, %v; put said %+v", id, len(got), o, err, put)
			}
		}
	}
}

func putOnce(t *testing.T, b Buckets) {
	first, err := b.Vault.Put(t.Context(), "k", []byte("one"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Vault.Put(t.Context(), "k", []byte("one"))
	if err != nil || again != first {
		t.Errorf("the same bytes again: %+v, %v; first %+v", again, err, first)
	}
	if _, err := b.Vault.Put(t.Context(), "k", []byte("two")); !errors.Is(err, archive.ErrExists) {
		t.Errorf("other bytes: %v, want ErrExists", err)
	}
	if got, _, err := b.Vault.Get(t.Context(), "k", "", 10); string(got) != "one" || err != nil {
		t.Errorf("the original is now %q, %v", got, err)
	}
}

func race(t *testing.T, b Buckets) {
	var won atomic.Int32
	var winner atomic.Value
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			body := fmt.Appendf(nil, "writer %d", i)
			_, err := b.Vault.Put(t.Context(), "contested", body)
			switch {
			case err == nil:
				won.Add(1)
				winner.Store(string(body))
			case !errors.Is(err, archive.ErrExists):
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	got, _, err := b.Vault.Get(t.Context(), "contested", "", 100)
	if won.Load() != 1 || err != nil || string(got) != winner.Load() {
		t.Errorf("%d winners, the last %q; the store holds %q, %v", won.Load(), winner.Load(), got, err)
	}
}

func sameRace(t *testing.T, b Buckets) {
	var wg sync.WaitGroup
	objects := make([]archive.Object, 20)
	for i := range objects {
		wg.Go(func() {
			o, err := b.Vault.Put(t.Context(), "repeated", []byte("same"))
			if err != nil {
				t.Error(err)
			}
			objects[i] = o
		})
	}
	wg.Wait()
	for _, o := range objects {
		if o != objects[0] {
			t.Errorf("%+v and %+v: not one version", o, objects[0])
		}
	}
}

func tooLarge(t *testing.T, b Buckets) {
	if _, err := b.Vault.Put(t.Context(), "big", make([]byte, 1001)); err != nil {
		t.Fatal(err)
	}
	got, o, err := b.Vault.Get(t.Context(), "big", "", 1000)
	if !errors.Is(err, archive.ErrTooLarge) || got != nil || o.Size != 1001 {
		t.Errorf("%d bytes, size %d, %v; want none, 1001, ErrTooLarge", len(got), o.Size, err)
	}
	if got, _, err := b.Vault.Get(t.Context(), "big", "", 1001); len(got) != 1001 || err != nil {
		t.Errorf("%d bytes, %v at the very limit", len(got), err)
	}
}

func missing(t *testing.T, b Buckets) {
	if _, _, err := b.Vault.Get(t.Context(), "none", "", 10); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	if _, err := b.Vault.Head(t.Context(), "none", ""); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("head: %v", err)
	}
	if _, err := b.Vault.CopyFrom(t.Context(), b.Inbox.Name(), "none", "", "copy"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("copy: %v", err)
	}
	if err := b.Vault.Delete(t.Context(), "none"); err != nil {
		t.Errorf("delete: %v", err)
	}
	for o, err := range b.Vault.List(t.Context(), "none") {
		t.Errorf("list: %+v, %v", o, err)
	}
}

func replace(t *testing.T, b Buckets) {
	old, err := b.Vault.Replace(t.Context(), "current", []byte("run 1"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := b.Vault.Replace(t.Context(), "current", []byte("run 22"))
	if err != nil {
		t.Fatal(err)
	}
	check(t, b, o, "current", []byte("run 22"))
	if got, _, err := b.Vault.Get(t.Context(), "current", "", 10); string(got) != "run 22" || err != nil {
		t.Errorf("current is %q, %v", got, err)
	}
	if b.Versioned {
		if got, _, err := b.Vault.Get(t.Context(), "current", old.ID, 10); string(got) != "run 1" || err != nil {
			t.Errorf("the old version is %q, %v", got, err)
		}
	}
}

func deleted(t *testing.T, b Buckets) {
	old, err := b.Inbox.Put(t.Context(), "k", []byte("old"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Inbox.Delete(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Inbox.Head(t.Context(), "k", ""); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("head of the deleted: %v", err)
	}
	for o := range b.Inbox.List(t.Context(), "") {
		t.Errorf("the list still shows %+v", o)
	}
	o, err := b.Inbox.Put(t.Context(), "k", []byte("newer"))
	if err != nil {
		t.Fatal(err)
	}
	check(t, b, o, "k", []byte("newer"))
	if b.Versioned {
		if got, _, err := b.Inbox.Get(t.Context(), "k", old.ID, 10); string(got) != "old" || err != nil {
			t.Errorf("the deleted version is %q, %v", got, err)
		}
	}
}

// list writes more keys than one page of S3 holds (1000), among them neighbours whose order a file system would change.
func list(t *testing.T, b Buckets) {
	want := []string{"many/a-b", "many/a.b", "many/a/b", "many/a0", "many/ä", "many/表"}
	n := 1100
	if b.Versioned {
		n = 20 // paging is the same, and writing takes its time
	}
	for i := range n {
		want = append(want, fmt.Sprintf("many/%04d", i))
	}
	slices.Sort(want)
	keys := make(chan string)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for k := range keys {
				if _, err := b.Vault.Replace(t.Context(), k, []byte(k)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, k := range append(slices.Clone(want), "man", "many-others") {
		keys <- k
	}
	close(keys)
	wg.Wait()
	var got []string
	for o, err := range b.Vault.List(t.Context(), "many/") {
		if err != nil {
			t.Fatal(err)
		}
		if o.Size != int64(len(o.Key)) || o.ReceivedAt.IsZero() {
			t.Errorf("%+v", o)
		}
		got = append(got, o.Key)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d keys, want %d in byte order", len(got), len(want))
	}
	for range b.Vault.List(t.Context(), "many/") {
		break // a reader may stop early
	}
}

func scripts(t *testing.T, b Buckets) {
	keys := []string{
		"2023-securities/証券 株式会社/点検票(確定).xlsx", "a b+c%20d&e=f?g#h", "quote'\"<>", "~tilde*star!", "it's (1).xlsx",
	}
	for _, key := range keys {
		put, err := b.Inbox.Put(t.Context(), key, []byte(key))
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		if got, _, err := b.Inbox.Get(t.Context(), key, put.ID, 1000); string(got) != key || err != nil {
			t.Errorf("%s: %q, %v", key, got, err)
		}
		if o, err := b.Vault.CopyFrom(t.Context(), b.Inbox.Name(), key, put.ID, key); err != nil || o.Key != key {
			t.Errorf("copy %s: %+v, %v", key, o, err)
		}
	}
	var got []string
	for o, err := range b.Vault.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, o.Key)
	}
	slices.Sort(keys)
	if !slices.Equal(got, keys) {
		t.Errorf("list %q, want %q", got, keys)
	}
}

func copyOnce(t *testing.T, b Buckets) {
	ctx, body := t.Context(), bytes.Repeat([]byte("原本"), 10_000)
	in, err := b.Inbox.Put(ctx, "in/1", body)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			o, err := b.Vault.CopyFrom(ctx, b.Inbox.Name(), "in/1", in.ID, "original/1")
			if err != nil {
				t.Error(err)
				return
			}
			check(t, b, o, "original/1", body)
		})
	}
	wg.Wait()
	if got, _, err := b.Vault.Get(ctx, "original/1", "", 1<<20); !bytes.Equal(got, body) || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}

	newer, err := b.Inbox.Replace(ctx, "in/1", []byte("newer"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Vault.CopyFrom(ctx, b.Inbox.Name(), "in/1", newer.ID, "original/1"); !errors.Is(err, archive.ErrExists) {
		t.Errorf("another original over the first: %v, want ErrExists", err)
	}
	if b.Versioned {
		if o, err := b.Vault.CopyFrom(ctx, b.Inbox.Name(), "in/1", in.ID, "original/2"); err != nil || o.SHA256 != in.SHA256 {
			t.Errorf("copy of the older version: %+v, %v", o, err)
		}
	}
}

// send makes the request of a grant, changed by edit, and returns the status and the answer.
func send(t *testing.T, g archive.Grant, body []byte, edit func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), g.Method, g.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = g.Header.Clone()
	if edit != nil {
		edit(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func grant(t *testing.T, b Buckets) {
	body := []byte("a filled workbook")
	key := "2023-securities/F001/7 点検票.xlsx"
	before := time.Now()
	g, err := b.Inbox.Presign(t.Context(), key, hexSum(body), int64(len(body)), 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if in := g.Expires.Sub(before); in < 9*time.Minute || in > 11*time.Minute || g.Method != http.MethodPut {
		t.Errorf("%s, expires in %v", g.Method, in)
	}
	for name := range g.Header {
		if !slices.Contains([]string{"If-None-Match", "X-Amz-Checksum-Sha256"}, name) {
			t.Errorf("the holder must send %s", name)
		}
	}
	if status, answer := send(t, g, body, nil); status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	o, err := b.Inbox.Head(t.Context(), key, "")
	if err != nil {
		t.Fatal(err)
	}
	check(t, b, o, key, body)
	if status, answer := send(t, g, body, nil); status != http.StatusPreconditionFailed {
		t.Errorf("second use: %d %s", status, answer)
	}
	if again, err := b.Inbox.Head(t.Context(), key, ""); again != o || err != nil {
		t.Errorf("after the second use %+v, %v; before %+v", again, err, o)
	}
}

func grantRefusals(t *testing.T, b Buckets) {
	body := []byte("a filled workbook")
	g, err := b.Inbox.Presign(t.Context(), "F001/1.xlsx", hexSum(body), int64(len(body)), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		body   []byte
		edit   func(*http.Request)
		status int
		code   string
	}{
		{"other bytes of the same length", []byte("a filled workbooK"), nil, 400, "BadDigest"},
		{"more bytes", []byte("a filled workbook!"), nil, 403, "SignatureDoesNotMatch"},
		{"fewer bytes", []byte("a filled workboo"), nil, 403, "SignatureDoesNotMatch"},
		{"no bytes", nil, nil, 403, "SignatureDoesNotMatch"},
		{"another key", body, func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, "F001", "F002", 1) }, 403, "SignatureDoesNotMatch"},
		{"a longer life", body, func(r *http.Request) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "X-Amz-Expires=60", "X-Amz-Expires=6000", 1)
		}, 403, "SignatureDoesNotMatch"},
		{"another method", nil, func(r *http.Request) { r.Method = http.MethodGet }, 403, "SignatureDoesNotMatch"},
		{"without If-None-Match", body, func(r *http.Request) { r.Header.Del("If-None-Match") }, 403, ""},
		{"without the checksum", body, func(r *http.Request) { r.Header.Del("X-Amz-Checksum-Sha256") }, 403, ""},
		{"another checksum", []byte("a filled workbooK"), func(r *http.Request) {
			r.Header.Set("X-Amz-Checksum-Sha256", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=")
		}, 403, "SignatureDoesNotMatch"},
		{"another condition", body, func(r *http.Request) { r.Header.Set("If-None-Match", `"x"`) }, 403, "SignatureDoesNotMatch"},
	} {
		status, answer := send(t, g, c.body, c.edit)
		if status != c.status || !strings.Contains(answer, c.code) {
			t.Errorf("%s: %d %s; want %d %s", c.name, status, answer, c.status, c.code)
		}
	}
	if o, err := b.Inbox.Head(t.Context(), "F001/1.xlsx", ""); !errors.Is(err, archive.ErrNotFound) {
		t.Fatalf("after the refusals the inbox holds %+v, %v", o, err)
	}
	if status, answer := send(t, g, body, nil); status != http.StatusOK {
		t.Errorf("the right request after the refusals: %d %s", status, answer)
	}
}

func grantExpiry(t *testing.T, b Buckets) {
	g, err := b.Inbox.Presign(t.Context(), "late.xlsx", hexSum([]byte("x")), 1, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(g.Expires) + 1100*time.Millisecond)
	if status, answer := send(t, g, []byte("x"), nil); status != http.StatusForbidden || !strings.Contains(answer, "expired") {
		t.Errorf("%d %s", status, answer)
	}
	if _, err := b.Inbox.Head(t.Context(), "late.xlsx", ""); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("the late object: %v", err)
	}
}

func grantNonsense(t *testing.T, b Buckets) {
	good := hexSum(nil)
	for _, c := range []struct {
		sha     string
		size    int64
		expires time.Duration
	}{
		{"", 1, time.Minute}, {good[:62], 1, time.Minute}, {"zz" + good[2:], 1, time.Minute},
		{good, 0, time.Minute}, {good, -1, time.Minute}, {good, 1, 0}, {good, 1, -time.Second},
	} {
		if g, err := b.Inbox.Presign(t.Context(), "k", c.sha, c.size, c.expires); err == nil {
			t.Errorf("%+v: minted %s", c, g.Method)
		}
	}
}
