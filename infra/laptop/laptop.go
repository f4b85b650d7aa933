// Package laptop is the embedded deployment: the same steps as in the cloud, on an S3 server in this process, a SQLite
// ledger, a durable queue and an outbox folder. Nothing leaves the machine.
//
// A deployment is one folder, held by one process at a time:
//
//	lock, serve.json     who holds it, and how other verbs reach the holder
//	s3/                  the buckets: inbox, archive, lake-restricted, lake-open
//	ledger.sqlite        the ledger
//	queue.sqlite         messages not handled yet
//	editions/            editions of the supervisor's own, beside the built-in ones
//	outbox/              letters, one .eml each; nothing is sent
//
// What holds when the process is killed: every acknowledged upload, every ledger entry and every message. What a power
// loss may take with it is said in package objects.
package laptop

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"cssa/events"
	"cssa/functions/aggregate"
	"cssa/functions/dispatch"
	"cssa/functions/feedback"
	"cssa/functions/intake"
	"cssa/functions/invite"
	"cssa/functions/release"
	"cssa/infra/laptop/objects"
	"cssa/shared/archive"
	"cssa/shared/archive/s3"
	"cssa/shared/bus/inproc"
	"cssa/shared/ledger"
	"cssa/shared/ledger/sqlite"
	"cssa/shared/mail/outbox"
	"cssa/shared/questionnaire"
)

// ErrHeld is returned by Open where another process holds the folder.
var ErrHeld = errors.New("another cssa process holds this folder")

// The buckets of a deployment.
const (
	InboxBucket      = "inbox"
	ArchiveBucket    = "archive"
	RestrictedBucket = "lake-restricted"
	OpenBucket       = "lake-open"
)

// Config says where a deployment lies and how it runs.
type Config struct {
	Dir  string
	Addr string           // of the S3 server, e.g. "127.0.0.1:9600"; "": any free port on loopback
	Now  func() time.Time // the deployment's clock, also the S3 server's time of receipt
	Log  *slog.Logger     // nil: nowhere
	Wait time.Duration    // how long to wait for another process that may be about to let the folder go

	// For tests of the promise that every message may come twice and out of order.
	Twice   bool
	Shuffle uint64 // seed; 0: in order
}

// A Deployment is the system, open. Its steps may be called at any time; messages between them move only in Drain and Work.
type Deployment struct {
	Dir       string
	Now       func() time.Time
	Editions  *questionnaire.Library
	Ledger    *sqlite.Ledger
	Queue     *inproc.Queue
	Objects   *objects.Server
	Inbox     *s3.Bucket
	Archive   *s3.Bucket
	Lake      *s3.Bucket // restricted
	OpenLake  *s3.Bucket
	Invite    *invite.Step
	Intake    *intake.Step
	Aggregate *aggregate.Step
	Release   *release.Step
	Feedback  *feedback.Step
	Dispatch  *dispatch.Step

	reading sync.Mutex
	outbox  *outbox.Folder
	lock    *flock.Flock
	log     *slog.Logger
}

// Open takes the folder, starts its S3 server and wires the steps. Uploads that a killed process had not announced are
// announced now; call Drain or Work to handle them.
func Open(ctx context.Context, c Config) (*Deployment, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	lock, err := Lock(ctx, c.Dir, c.Wait)
	if err != nil {
		return nil, err
	}
	d := &Deployment{Dir: c.Dir, Now: c.Now, lock: lock, log: c.Log}
	if err := d.open(ctx, c); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.wire(ctx)
	if err := d.settle(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Lock takes a deployment's folder, or is ErrHeld if another process still holds it after a wait. The lock goes with the
// process that holds it.
func Lock(ctx context.Context, dir string, wait time.Duration) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	held, err := lock.TryLock()
	if err == nil && !held && wait > 0 {
		ctx, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		held, err = lock.TryLockContext(ctx, 50*time.Millisecond)
	}
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if !held {
		return nil, fmt.Errorf("%s: %w", dir, ErrHeld)
	}
	return lock, nil
}

func (d *Deployment) open(ctx context.Context, c Config) (err error) {
	d.Editions = questionnaire.NewLibrary(d.editionSources()...)
	if d.Ledger, err = sqlite.Open(filepath.Join(c.Dir, "ledger.sqlite")); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	d.Queue, err = inproc.Open(filepath.Join(c.Dir, "queue.sqlite"), options(c))
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	d.Objects, err = objects.Start(ctx, objects.Config{
		Dir: filepath.Join(c.Dir, "s3"), Addr: c.Addr, Now: c.Now, Log: c.Log, OnCommit: d.uploaded,
		Buckets: []objects.Bucket{
			{Name: InboxBucket, Notify: true, Durable: true, MaxBytes: invite.MaxUpload},
			{Name: ArchiveBucket, Versioned: true, Durable: true},
			{Name: RestrictedBucket},
			{Name: OpenBucket},
		},
	})
	if err != nil {
		return fmt.Errorf("s3 server: %w", err)
	}
	client := d.Objects.Client()
	d.Inbox, d.Archive = s3.New(client, InboxBucket), s3.New(client, ArchiveBucket)
	d.Lake, d.OpenLake = s3.New(client, RestrictedBucket), s3.New(client, OpenBucket)
	if d.outbox, err = outbox.Open(d.OutboxDir()); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// settle ends the runs that a killed process left running: the folder is ours now, so nobody works at them.
func (d *Deployment) settle(ctx context.Context) error {
	rounds, err := d.Ledger.Rounds(ctx)
	if err != nil {
		return fmt.Errorf("settle runs: %w", err)
	}
	for _, round := range rounds {
		runs, err := d.Ledger.Runs(ctx, round.Edition)
		if err != nil {
			return fmt.Errorf("settle runs: %w", err)
		}
		for _, r := range runs {
			if r.State != ledger.Running {
				continue
			}
			r.State, r.Why = ledger.Failed, "the process that made it was killed"
			if err := d.Ledger.FinishRun(ctx, r); err != nil {
				return fmt.Errorf("settle run %s: %w", r.ID, err)
			}
		}
	}
	return nil
}

func options(c Config) inproc.Options {
	o := inproc.Options{Now: c.Now, Workers: runtime.GOMAXPROCS(0), Twice: c.Twice}
	if c.Shuffle != 0 {
		o.Shuffle = rand.New(rand.NewPCG(c.Shuffle, 0)) //nolint:gosec // an order for tests, not a secret
	}
	return o
}

// editionSources puts the supervisor's own editions before the built-in ones.
func (d *Deployment) editionSources() []fs.FS {
	own := filepath.Join(d.Dir, "editions")
	if _, err := os.Stat(own); err != nil {
		return []fs.FS{questionnaire.Builtin()}
	}
	return []fs.FS{os.DirFS(own), questionnaire.Builtin()}
}

// uploaded turns a committed object of the inbox into the message that tells of it.
func (d *Deployment) uploaded(ctx context.Context, c objects.Commit) error {
	e, f, n, err := archive.ParseInboxKey(c.Key)
	if err != nil {
		return d.Queue.Publish(ctx, events.Stray{Object: c.Key, ObjectID: c.VersionID, ReceivedAt: c.ReceivedAt, Why: "no ticket"})
	}
	return d.Queue.Publish(ctx, events.Uploaded{
		Edition: e, Firm: f, Ticket: n, Object: c.Key, ObjectID: c.VersionID, ReceivedAt: c.ReceivedAt, Size: c.Size,
	})
}

// Handle gives a message to the step it is for.
func (d *Deployment) Handle(ctx context.Context, e events.Event) error {
	started := d.Now()
	var err error
	switch e := e.(type) {
	case events.Uploaded:
		d.reading.Lock() // one hostile workbook at a time: the bound on memory is that of one
		err = d.Intake.Handle(ctx, e)
		d.reading.Unlock()
		if err == nil {
			err = d.Inbox.Delete(ctx, e.Object) // the original is in the archive; the inbox is short-lived
		}
	case events.Stray:
		if err = d.Intake.Keep(ctx, e); err == nil {
			err = d.Dispatch.Handle(ctx, e)
		}
		if err == nil {
			err = d.Inbox.Delete(ctx, e.Object)
		}
	case events.Released:
		err = d.Feedback.Handle(ctx, e)
	default:
		err = d.Dispatch.Handle(ctx, e)
	}
	if err != nil {
		d.log.ErrorContext(ctx, "message not handled", slog.String("message", e.Name()), slog.String("key", e.Key()), slog.Any("error", err))
		return err
	}
	d.log.InfoContext(ctx, "handled", slog.String("message", e.Name()), slog.String("key", e.Key()), slog.Duration("took", d.Now().Sub(started)))
	return nil
}

// Drain handles messages until none is pending.
func (d *Deployment) Drain(ctx context.Context) error { return d.Queue.Drain(ctx, d.Handle) }

// Work handles messages as they come, until ctx ends.
func (d *Deployment) Work(ctx context.Context) error { return d.Queue.Run(ctx, d.Handle) }

// RestrictedDir is the folder of the restricted lake, for DuckDB to read.
func (d *Deployment) RestrictedDir() string { return d.Objects.Path(RestrictedBucket) }

// OpenDir is the folder of the open lake.
func (d *Deployment) OpenDir() string { return d.Objects.Path(OpenBucket) }

// ArchiveDir is the folder of originals, checklists, marked workbooks and reports.
func (d *Deployment) ArchiveDir() string { return d.Objects.Path(ArchiveBucket) }

// AccessLog is the file that says who asked behind the restricted door, when and why (package access).
func (d *Deployment) AccessLog() string { return filepath.Join(d.Dir, "access.jsonl") }

// OutboxDir is the folder of the letters.
func (d *Deployment) OutboxDir() string { return filepath.Join(d.Dir, "outbox") }

// Close stops the S3 server and lets the folder go.
func (d *Deployment) Close() error {
	var errs []error
	if d.Objects != nil {
		errs = append(errs, d.Objects.Close())
	}
	if d.Queue != nil {
		errs = append(errs, d.Queue.Close())
	}
	if d.Ledger != nil {
		errs = append(errs, d.Ledger.Close())
	}
	return errors.Join(append(errs, d.lock.Unlock())...)
}
