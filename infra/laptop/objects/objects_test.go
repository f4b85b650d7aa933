package objects_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"cssa/infra/laptop/objects"
	"cssa/shared/archive"
	"cssa/shared/archive/s3"
)

// A feed records announcements.
type feed struct {
	mu      sync.Mutex
	commits []objects.Commit
	err     error
}

func (f *feed) onCommit(_ context.Context, c objects.Commit) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.commits = append(f.commits, c)
	}
	return f.err
}

func (f *feed) take() []objects.Commit {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := f.commits
	f.commits = nil
	return taken
}

// round is a moment of a simulated round, years before the machine's clock.
var round = time.Date(2023, 10, 2, 6, 30, 15, 987_654_321, time.UTC)

func inbox(dir string, f *feed) objects.Config {
	return objects.Config{
		Dir: dir, Now: func() time.Time { return round }, OnCommit: f.onCommit,
		Buckets: []objects.Bucket{{Name: "inbox", Versioned: true, Notify: true, Durable: true, MaxBytes: 1 << 20}, {Name: "vault", Versioned: true, Durable: true}},
	}
}

// An upload is announced once with the deployment's time, which is the object's time for every reader; started again,
// the server announces what it holds, with the same identity and time.
func TestAnnouncements(t *testing.T) {
	var f feed
	dir := t.TempDir()
	srv := serve(t, inbox(dir, &f))
	in, vault := s3.New(srv.Client(), "inbox"), s3.New(srv.Client(), "vault")
	put, err := in.Put(t.Context(), "2023-securities/S001/1.xlsx", []byte("原本"))
	if err != nil {
		t.Fatal(err)
	}
	want := objects.Commit{
		Bucket: "inbox", Key: "2023-securities/S001/1.xlsx", VersionID: put.ID, Size: 6, ReceivedAt: round.Truncate(time.Second),
	}
	if got := f.take(); len(got) != 1 || got[0] != want || !put.ReceivedAt.Equal(want.ReceivedAt) {
		t.Errorf("announced %+v\nwant %+v\nput said %+v", got, want, put)
	}
	copied, err := vault.CopyFrom(t.Context(), "inbox", put.Key, put.ID, "original")
	if err != nil || !copied.ReceivedAt.Equal(want.ReceivedAt) {
		t.Errorf("copy: %+v, %v", copied, err)
	}
	if _, err := vault.Put(t.Context(), "k", nil); err != nil {
		t.Fatal(err)
	}
	if got := f.take(); len(got) != 0 {
		t.Errorf("announced of a bucket without Notify: %+v", got)
	}
	if _, err := in.CopyFrom(t.Context(), "vault", "original", "", "copied-in"); err != nil {
		t.Fatal(err)
	}
	if got := f.take(); len(got) != 1 || got[0].Key != "copied-in" || got[0].Size != 6 {
		t.Errorf("a copy into the inbox announced %+v", got)
	}
	if err := in.Delete(t.Context(), "copied-in"); err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	f.take()

	serve(t, inbox(dir, &f))
	got := f.take()
	if len(got) != 2 || got[0] != want && got[1] != want {
		t.Errorf("announced at start %+v\nwant two versions, with %+v", got, want)
	}
}

// If the announcement fails, the sender is told that something went wrong although the object is there; the next start
// announces it. The operator's log says why, without the sender's secrets.
func TestAnnouncementFails(t *testing.T) {
	var f feed
	dir := t.TempDir()
	cfg := inbox(dir, &f)
	var written bytes.Buffer
	cfg.Log = slog.New(slog.NewTextHandler(&written, nil))
	srv := serve(t, cfg)
	in := s3.New(srv.Client(), "inbox")
	f.err = errors.New("disk full")
	_, err := srv.Client().PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("inbox"), Key: aws.String("k"), Body: strings.NewReader("x")},
		func(o *awss3.Options) { o.RetryMaxAttempts = 1 })
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "InternalError" {
		t.Errorf("the sender was told %v", err)
	}
	if log := written.String(); !strings.Contains(log, "disk full") || !strings.Contains(log, "key=k") || strings.Contains(log, "ignature") {
		t.Errorf("the log says %q", log)
	}
	there, err := in.Head(t.Context(), "k", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	f.err = nil
	serve(t, inbox(dir, &f))
	if got := f.take(); len(got) != 1 || got[0].VersionID != there.ID {
		t.Errorf("announced at start: %+v, want version %s", got, there.ID)
	}
}

// A sender whose upload was committed but not announced tries again: its retry is refused, and makes the announcement good.
func TestARetryMakesTheAnnouncementGood(t *testing.T) {
	f := feed{err: errors.New("disk full")}
	srv := serve(t, inbox(t.TempDir(), &f))
	in := s3.New(srv.Client(), "inbox")
	put := func() error {
		_, err := srv.Client().PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("inbox"), Key: aws.String("k"),
			Body: strings.NewReader("x"), IfNoneMatch: aws.String("*")}, func(o *awss3.Options) { o.RetryMaxAttempts = 1 })
		return err
	}
	if put() == nil {
		t.Fatal("the sender was told that all is well")
	}
	there, err := in.Head(t.Context(), "k", "")
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.err = nil
	f.mu.Unlock()
	var api smithy.APIError
	if err := put(); !errors.As(err, &api) || api.ErrorCode() != "PreconditionFailed" {
		t.Errorf("the retry was answered %v", err)
	}
	if got := f.take(); len(got) != 1 || got[0].VersionID != there.ID || got[0].Size != 1 || !got[0].ReceivedAt.Equal(there.ReceivedAt) {
		t.Errorf("announced %+v, want version %s of 1 byte at %s", got, there.ID, there.ReceivedAt)
	}
}

// An object whose time the deployment's clock has not reached is received now.
func TestTimeAheadOfTheClock(t *testing.T) {
	var f feed
	dir := t.TempDir()
	srv := serve(t, inbox(dir, &f))
	if _, err := s3.New(srv.Client(), "inbox").Put(t.Context(), "k", []byte("x")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(srv.Path("inbox"), "k")
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	f.take()
	if err := os.Chtimes(path, time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	srv = serve(t, inbox(dir, &f))
	got := f.take()
	o, err := s3.New(srv.Client(), "inbox").Head(t.Context(), "k", "")
	if now := round.Truncate(time.Second); err != nil || len(got) != 1 || !got[0].ReceivedAt.Equal(now) || !o.ReceivedAt.Equal(now) {
		t.Errorf("announced %+v, the store says %+v, %v", got, o, err)
	}
}

func TestMaxBytes(t *testing.T) {
	var f feed
	srv := serve(t, inbox(t.TempDir(), &f))
	in := s3.New(srv.Client(), "inbox")
	if _, err := in.Put(t.Context(), "most", make([]byte, 1<<20)); err != nil {
		t.Error(err)
	}
	if _, err := in.Put(t.Context(), "then", nil); err != nil {
		t.Error(err)
	}
	var api smithy.APIError
	if _, err := in.Put(t.Context(), "more", make([]byte, 1<<20+1)); !errors.As(err, &api) || api.ErrorCode() != "EntityTooLarge" {
		t.Errorf("one byte more: %v", err)
	}
	_, err := srv.Client().CreateMultipartUpload(t.Context(), &awss3.CreateMultipartUploadInput{Bucket: aws.String("inbox"), Key: aws.String("parts")})
	if !errors.As(err, &api) || api.ErrorCode() != "NotImplemented" {
		t.Errorf("in parts: %v", err)
	}
	if got := f.take(); len(got) != 2 || got[0].Key != "most" || got[1].Key != "then" {
		t.Errorf("announced %+v", got)
	}
}

// Where size is not limited, an upload in parts is one commit.
func TestParts(t *testing.T) {
	var f feed
	cfg := inbox(t.TempDir(), &f)
	cfg.Buckets[0].MaxBytes = 0
	c := serve(t, cfg).Client()
	bucket, key := aws.String("inbox"), aws.String("large")
	up, err := c.CreateMultipartUpload(t.Context(), &awss3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	for n, body := range [][]byte{bytes.Repeat([]byte("a"), 5<<20), []byte("b")} {
		p, err := c.UploadPart(t.Context(), &awss3.UploadPartInput{
			Bucket: bucket, Key: key, UploadId: up.UploadId, PartNumber: aws.Int32(int32(n + 1)), Body: bytes.NewReader(body),
		})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{ETag: p.ETag, PartNumber: aws.Int32(int32(n + 1)), ChecksumCRC32: p.ChecksumCRC32})
	}
	if len(f.take()) != 0 {
		t.Error("a part was announced")
	}
	if _, err := c.CompleteMultipartUpload(t.Context(), &awss3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	}); err != nil {
		t.Fatal(err)
	}
	if got := f.take(); len(got) != 1 || got[0].Size != 5<<20+1 || !got[0].ReceivedAt.Equal(round.Truncate(time.Second)) {
		t.Errorf("announced %+v", got)
	}
}

// Objects are files that other programs read, the key is its owner's secret, standard output stays empty, and the process
// gets its working directory back.
func TestFolder(t *testing.T) {
	var f feed
	dir, stdout := t.TempDir(), os.Stdout
	before, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	printed, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout = printed
	defer func() { os.Stdout = stdout }()
	srv := serve(t, inbox(dir, &f))
	if _, err := s3.New(srv.Client(), "vault").Put(t.Context(), "edition=2023/run=1/表.parquet", []byte("PAR1")); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(srv.Path("vault"), "edition=2023", "run=1", "表.parquet")); string(got) != "PAR1" || err != nil {
		t.Errorf("the file holds %q, %v", got, err)
	}
	if fi, err := os.Stat(filepath.Join(dir, "credentials.json")); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("credentials: %v, %v", fi, err)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	again := serve(t, inbox(dir, &f))
	one, err := srv.Client().Options().Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	two, err := again.Client().Options().Credentials.Retrieve(t.Context())
	if err != nil || one.SecretAccessKey != two.SecretAccessKey || len(one.SecretAccessKey) < 40 {
		t.Errorf("the key changed between starts, %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	elsewhere := serve(t, inbox(t.TempDir(), &f))
	three, err := elsewhere.Client().Options().Credentials.Retrieve(t.Context())
	if err != nil || one.SecretAccessKey == three.SecretAccessKey {
		t.Errorf("two folders have one key, %v", err)
	}
	if err := elsewhere.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Getwd(); after != before || err != nil {
		t.Errorf("working directory %s, was %s, %v", after, before, err)
	}
	if out, err := os.ReadFile(printed.Name()); len(out) != 0 || err != nil {
		t.Errorf("printed %q, %v", out, err)
	}
}

// A second program on the port is an error, not a server that nobody reaches.
func TestPortTaken(t *testing.T) {
	var f feed
	srv := serve(t, inbox(t.TempDir(), &f))
	addr := strings.TrimPrefix(srv.Endpoint(), "http://")
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	cfg := inbox(t.TempDir(), &f)
	cfg.Addr = addr
	if again := serve(t, cfg); again.Endpoint() != srv.Endpoint() {
		t.Errorf("asked for %s, got %s", addr, again.Endpoint())
	}
	if second, err := objects.Start(t.Context(), cfg); err == nil {
		t.Errorf("a second server on %s", second.Endpoint())
	}
	if _, err := objects.Start(t.Context(), objects.Config{Dir: t.TempDir(), Now: time.Now, Buckets: []objects.Bucket{{Name: "b", Notify: true}}}); err == nil {
		t.Error("Notify without OnCommit")
	}
}

// curl uploads with what a grant says and nothing else.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Fatal("curl is needed, as the command prints lines for it: ", err)
	}
	var f feed
	srv := serve(t, inbox(t.TempDir(), &f))
	in := s3.New(srv.Client(), "inbox")
	file := filepath.Join(t.TempDir(), "点検票 2023.xlsx")
	body := bytes.Repeat([]byte("workbook"), 10_000)
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	sum, err := exec.CommandContext(t.Context(), "sha256sum", file).Output() // another program's SHA-256
	if err != nil {
		t.Fatal(err)
	}
	key := "2023-securities/S001/1 点検票.xlsx"
	g, err := in.Presign(t.Context(), key, string(sum[:64]), int64(len(body)), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-sS", "-o", "-", "-w", "%{http_code}", "-T", file}
	for name := range g.Header {
		args = append(args, "-H", name+": "+g.Header.Get(name))
	}
	for _, want := range []string{"200", "412"} {
		out, err := exec.CommandContext(t.Context(), curl, append(args, g.URL)...).CombinedOutput()
		if err != nil || !strings.HasSuffix(string(out), want) {
			t.Errorf("%s, %v; want %s", out, err, want)
		}
	}
	if got, _, err := in.Get(t.Context(), key, "", 1<<20); !bytes.Equal(got, body) || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if got := f.take(); len(got) != 2 || got[0].Key != key || got[1] != got[0] {
		t.Errorf("announced %+v, want the upload, and the same again for the second try", got)
	}
}

// What a crash leaves half-way is put right at the next start: metadata without an object does not block its key, and an
// object that was being replaced is either the old or the new one, whole.
func TestMend(t *testing.T) {
	var f feed
	dir := t.TempDir()
	cfg := inbox(dir, &f)
	cfg.Buckets = append(cfg.Buckets, objects.Bucket{Name: "lake"})
	srv := serve(t, cfg)
	lake := s3.New(srv.Client(), "lake")
	for key, body := range map[string]string{"current": "run 1", "other": "run 22", "gone": "x"} {
		if _, err := lake.Replace(t.Context(), key, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	// Cut off while "current" was being replaced by the bytes of "other": new metadata, old bytes, a name in between.
	current := filepath.Join(dir, "meta", "lake", "current", "meta")
	if err := os.RemoveAll(current); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(current, os.DirFS(filepath.Join(dir, "meta", "lake", "other", "meta"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(srv.Path("lake"), ".current.sgwtmp.123"), []byte("run 22"), 0o600); err != nil {
		t.Fatal(err)
	}
	// Cut off before "gone" got its name.
	if err := os.Remove(filepath.Join(srv.Path("lake"), "gone")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "running"), nil, 0o600); err != nil {
		t.Fatal(err)
	}

	lake = s3.New(serve(t, cfg).Client(), "lake")
	if got, _, err := lake.Get(t.Context(), "current", "", 10); string(got) != "run 1" || err != nil {
		t.Errorf("current: %q, %v", got, err)
	}
	if _, err := lake.Put(t.Context(), "gone", []byte("anew")); err != nil {
		t.Errorf("the key is blocked: %v", err)
	}
	var keys []string
	for o, err := range lake.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, o.Key)
	}
	if fmt.Sprint(keys) != "[current gone other]" {
		t.Errorf("the bucket lists %v", keys)
	}
	if _, err := lake.Head(t.Context(), "nothing", ""); !errors.Is(err, archive.ErrNotFound) {
		t.Error(err)
	}
}

func BenchmarkPut(b *testing.B) {
	for _, durable := range []bool{false, true} {
		b.Run(fmt.Sprintf("durable=%t", durable), func(b *testing.B) {
			srv, err := objects.Start(context.Background(), objects.Config{
				Dir: b.TempDir(), Now: time.Now, Buckets: []objects.Bucket{{Name: "bkt", Versioned: true, Durable: durable}},
			})
			if err != nil {
				b.Fatal(err)
			}
			defer srv.Close()
			body := make([]byte, 100_000)
			i := 0
			for b.Loop() {
				i++
				_, err := srv.Client().PutObject(b.Context(), &awss3.PutObjectInput{
					Bucket: aws.String("bkt"), Key: aws.String(fmt.Sprintf("2023-securities/F%d/1", i)), Body: bytes.NewReader(body),
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
