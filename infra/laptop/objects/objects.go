// Package objects is the S3 server of the laptop's deployment: versitygw in this process, on plain files.
//
// It speaks the real protocol (signatures, presigned URLs, checksums, conditional writes, versions), so one adapter
// serves both places. On top of versitygw it adds what the deployment needs:
//
//   - the time of an object is the deployment's clock at its commit, in whole seconds, so that a round can be played in
//     simulated time. (A version that a newer one replaced is stamped anew when it is set aside: take its time when it is
//     announced.)
//   - an object committed to a bucket with Notify is announced to OnCommit before the upload is answered; if that fails
//     the upload is answered 500 although the object is there. At start every object of such a bucket is announced
//     again, which catches a crash between commit and announcement. So announcements repeat: tell them apart by key and
//     version.
//   - a copy honours If-None-Match, as Amazon S3 does.
//   - kill -9 at any moment loses no acknowledged object, and what was cut off half-way is put right at the next
//     start, which then reads every object once.
//
// On power loss: in a bucket with Durable, the bytes, the time and the name of an acknowledged object were flushed to the
// disk (fsync) before the answer, which makes an upload about twice as slow. Its version id and content type may be lost;
// then it is announced again without a version, and its checksums are made anew from its bytes. In other buckets, which
// hold what can be made again, the last half minute may be lost or spoilt.
//
// Objects lie as files under [Server.Path], so DuckDB reads them in place. As on any disk, a key cannot be both a file
// and a folder of others ("a" beside "a/b").
//
// While a server runs, its folder is the working directory of the process (versitygw works on relative names). Make
// paths absolute before [Start]. One server per process.
package objects

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"
)

// Region is the region the server signs for.
const Region = "ap-northeast-1"

// A Bucket is one bucket of the server. It is made at start if it is not there.
type Bucket struct {
	Name      string
	Versioned bool  // keeps every version
	Notify    bool  // its commits are announced to OnCommit
	Durable   bool  // an answered upload survives power loss
	MaxBytes  int64 // a larger object is refused (EntityTooLarge), as are uploads in parts; 0 = no limit
}

// A Commit tells that a version of an object was committed.
type Commit struct {
	Bucket     string
	Key        string
	VersionID  string // "" where the bucket keeps no versions
	Size       int64
	ReceivedAt time.Time // UTC, whole seconds
}

// Config says what to serve. Dir, Now and, where a bucket has Notify, OnCommit are required.
type Config struct {
	Dir      string // everything lies under it; made if it is not there
	Addr     string // host:port to listen on; "" or port 0 takes a free port of 127.0.0.1
	Buckets  []Bucket
	Now      func() time.Time
	OnCommit func(context.Context, Commit) error // durable when it returns; called from several goroutines at once
	Log      *slog.Logger                        // nil: silent
}

// A Server is a running S3 server.
type Server struct {
	dir      string
	endpoint string
	client   *s3.Client
	http     *http.Client // of the client; its idle connections would hold up Close
	store    *store
	stop     context.CancelFunc
	done     chan error
	previous string // working directory before Start
	closing  sync.Once
	closed   error
}

// Limits of the server. An upload that takes longer than uploadTime is cut off; one that stops within its first few
// kilobytes, which are read before a request is looked at, holds one connection.
const (
	maxConnections = 1024
	maxRequests    = 512
	maxParts       = 10_000
	uploadTime     = 5 * time.Minute
)

// Start serves the buckets until Close. It returns when the server answers, the buckets are there, what a crash left
// behind is put right, and every object of the Notify buckets has been announced.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	if cfg.Now == nil || cfg.Dir == "" {
		return nil, errors.New("object server: Dir and Now are required")
	}
	for _, b := range cfg.Buckets {
		if b.Notify && cfg.OnCommit == nil {
			return nil, fmt.Errorf("object server: bucket %s has Notify and there is no OnCommit", b.Name)
		}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s, err := start(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("object server in %s: %w", cfg.Dir, err)
	}
	return s, nil
}

func start(ctx context.Context, cfg Config) (*Server, error) {
	previous, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, previous: previous}
	for _, sub := range []string{"buckets", "meta", "versions"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	secret, err := secretOf(filepath.Join(dir, "credentials.json"))
	if err != nil {
		return nil, err
	}
	if s.store, err = openStore(dir, cfg); err != nil {
		return nil, errors.Join(err, os.Chdir(previous))
	}
	if err := s.store.opened(); err != nil {
		return nil, errors.Join(err, os.Chdir(previous))
	}
	if err := s.listen(ctx, cfg.Addr, secret); err != nil {
		return nil, errors.Join(err, os.Chdir(previous))
	}
	s.http = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	s.client = s3.New(s3.Options{
		HTTPClient: s.http,
		Region:     Region, BaseEndpoint: aws.String(s.endpoint), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(secret.Access, secret.Secret, ""),
		DisableLogOutputChecksumValidationSkipped: true,
	})
	for _, b := range cfg.Buckets {
		if err := s.open(ctx, b); err != nil {
			return nil, errors.Join(fmt.Errorf("bucket %s: %w", b.Name, err), s.Close())
		}
	}
	return s, nil
}

// openStore opens the files. versitygw prints to standard output when versions are kept; that is turned away, since
// standard output belongs to the command.
func openStore(dir string, cfg Config) (*store, error) {
	sidecar, err := meta.NewSideCar(filepath.Join(dir, "meta"))
	if err != nil {
		return nil, err
	}
	stdout := os.Stdout
	quiet, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	os.Stdout = quiet
	files, err := posix.New(filepath.Join(dir, "buckets"), sidecar, posix.PosixOpts{
		VersioningDir: filepath.Join(dir, "versions"), CopyObjectThreshold: 5 << 30, ForceNoObjLockFile: true,
		IOBufferSize: 64 << 10, // of every upload under way
	})
	os.Stdout = stdout
	if err := errors.Join(err, quiet.Close()); err != nil {
		return nil, err
	}
	buckets := make(map[string]Bucket, len(cfg.Buckets))
	for _, b := range cfg.Buckets {
		buckets[b.Name] = b
	}
	return &store{Posix: files, meta: sidecar, dir: dir, buckets: buckets, now: cfg.Now, onCommit: cfg.OnCommit, log: cfg.Log}, nil
}

// listen starts the server and waits until it answers. versitygw does not say which port it was given, so a free one is
// found first; should another program take it in between, the next is tried.
func (s *Server) listen(ctx context.Context, addr string, secret secret) error {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		if port == "0" {
			if addr, err = freePort(ctx, host); err != nil {
				return err
			}
		}
		err = s.serve(ctx, addr, secret)
		if err == nil {
			s.endpoint = "http://" + addr
			return nil
		}
		if port != "0" || try == 5 || ctx.Err() != nil {
			return err
		}
	}
}

func freePort(ctx context.Context, host string) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (s *Server) serve(ctx context.Context, addr string, secret secret) error {
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- embedgw.RunVersityGW(run, s.store, &embedgw.Config{
			RootUserAccess: secret.Access, RootUserSecret: secret.Secret, Region: Region,
			IAMService: auth.NewIAMServiceSingle(auth.Account{Access: secret.Access, Secret: secret.Secret, Role: auth.RoleAdmin}),
			Ports:      []string{addr}, Quiet: true, KeepAlive: true,
			MaxConnections: maxConnections, MaxRequests: maxRequests, MultipartMaxParts: maxParts,
			S3Options: []s3api.Option{
				s3api.WithOnListen(func() { close(ready) }),
				s3api.WithMiddleware("/", bounded),
			},
		})
	}()
	select {
	case <-ready:
		s.stop, s.done = stop, done
		return nil
	case err := <-done:
		stop()
		return fmt.Errorf("listen on %s: %w", addr, err)
	case <-ctx.Done():
		stop()
		return errors.Join(ctx.Err(), <-done)
	}
}

// bounded gives every request a time by which its body must have come, and hands the condition of a copy on to the
// store: versitygw reads it for uploads only. The time stays set after the answer, since what is left of a body is still
// to be read then; so a connection that has been idle as long is closed.
func bounded(c fiber.Ctx) error {
	if err := c.RequestCtx().Conn().SetReadDeadline(time.Now().Add(uploadTime)); err != nil {
		return err
	}
	if v := c.Get("If-None-Match"); v != "" {
		c.Locals(ifNoneMatch, v)
	}
	return c.Next()
}

// open makes the bucket what it should be and announces what it holds.
func (s *Server) open(ctx context.Context, b Bucket) error {
	_, err := s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.Name})
	var missing *types.NotFound
	if errors.As(err, &missing) {
		_, err = s.client.CreateBucket(ctx, &s3.CreateBucketInput{
			Bucket: &b.Name, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: Region},
		})
	}
	if err != nil {
		return err
	}
	if b.Versioned {
		_, err := s.client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket: &b.Name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		})
		if err != nil {
			return err
		}
	}
	if !b.Notify {
		return nil
	}
	versions := s3.NewListObjectVersionsPaginator(s.client, &s3.ListObjectVersionsInput{Bucket: &b.Name})
	for versions.HasMorePages() {
		page, err := versions.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, v := range page.Versions {
			c := Commit{
				Bucket: b.Name, Key: aws.ToString(v.Key), VersionID: versionID(aws.ToString(v.VersionId)),
				Size: aws.ToInt64(v.Size), ReceivedAt: aws.ToTime(v.LastModified).UTC(),
			}
			if err := s.store.announce(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// Endpoint returns the URL the server listens on, without a slash at its end.
func (s *Server) Endpoint() string { return s.endpoint }

// Client returns a client with every right on the server.
func (s *Server) Client() *s3.Client { return s.client }

// Path returns the folder that holds the newest version of a bucket's objects, each as a file named by its key.
func (s *Server) Path(bucket string) string { return filepath.Join(s.dir, "buckets", bucket) }

// Close stops listening, lets running requests end (10 seconds at most) and gives the process its working directory back.
// Closing again does nothing.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.http.CloseIdleConnections()
		s.stop()
		if err := errors.Join(<-s.done, s.store.closed(), os.Chdir(s.previous)); err != nil {
			s.closed = fmt.Errorf("close object server: %w", err)
		}
	})
	return s.closed
}
