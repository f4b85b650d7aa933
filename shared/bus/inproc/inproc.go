// Package inproc is the bus inside one process: a durable queue in a SQLite file, which belongs to one process at a time.
//
// A message is one row from Publish until its handler has returned nil. Publish flushes to the disk before it returns;
// that a message was handled is written without waiting for the disk, so after power loss some are delivered again, as
// the bus may.
//
// For tests of the rooms every message can be delivered twice, and in an order drawn from a seed. With one worker and
// nobody publishing from outside, the same seed gives the same order.
package inproc

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"cssa/events"
	"cssa/shared/bus"
)

// Options say how a queue delivers. The zero value is one worker, first in first out, five attempts.
type Options struct {
	Now         func() time.Time // stamps dead letters; nil leaves them without a time
	Workers     int              // messages handled at once; 0 means 1
	MaxAttempts int              // after so many a message is a dead letter; 0 means 5
	Backoff     time.Duration    // wait before the second attempt, doubled for each further, 64-fold at most; 0 means 50 ms
	Twice       bool             // deliver every message twice, the second time wherever the order has it
	Shuffle     *rand.Rand       // draws the order; nil means first in, first out
}

// A Queue is an open queue. It is safe for concurrent use.
type Queue struct {
	opt     Options
	publish *sql.DB // flushes to the disk at every commit
	work    *sql.DB // does not

	mu      sync.Mutex // held over a change of the rows and of what mirrors them here, so that the two never differ
	changed sync.Cond
	waiting map[identity]*message // every row
	ready   []identity            // deliveries to make; a message twice if it is to be delivered twice
	running bool
}

type identity struct{ name, key string }

// A message is a row and what this process knows of it.
type message struct {
	body     []byte
	attempts int
	left     int  // deliveries that must succeed before the row goes
	busy     bool // a handler has it
	again    bool // published anew while a handler had it
}

const schema = `
CREATE TABLE IF NOT EXISTS messages (
	id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
	attempts INTEGER NOT NULL DEFAULT 0, UNIQUE (name, key)) STRICT;
CREATE TABLE IF NOT EXISTS handled (name TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (name, key)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dead (
	name TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, attempts INTEGER NOT NULL, error TEXT NOT NULL,
	at TEXT NOT NULL, PRIMARY KEY (name, key)) STRICT, WITHOUT ROWID;`

var _ bus.Publisher = (*Queue)(nil)

// Open opens the queue in that file, which is made if it is not there, readable by its owner only. What a crash left
// undone waits again.
func Open(path string, opt Options) (*Queue, error) {
	if opt.Workers < 1 {
		opt.Workers = 1
	}
	if opt.MaxAttempts < 1 {
		opt.MaxAttempts = 5
	}
	if opt.Backoff <= 0 {
		opt.Backoff = 50 * time.Millisecond
	}
	if opt.Now == nil {
		opt.Now = func() time.Time { return time.Time{} }
	}
	q := &Queue{opt: opt, waiting: map[identity]*message{}}
	q.changed.L = &q.mu
	if err := q.open(path); err != nil {
		return nil, fmt.Errorf("open queue %s: %w", path, errors.Join(err, q.Close()))
	}
	return q, nil
}

func (q *Queue) open(path string) error {
	abs, err := filepath.Abs(path) // connections are made as needed, and the working directory may have changed by then
	if err != nil {
		return err
	}
	f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600) // SQLite gives the files beside it the same mode
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if q.publish, err = connect(abs, "FULL"); err != nil {
		return err
	}
	if q.work, err = connect(abs, "NORMAL"); err != nil {
		return err
	}
	if _, err := q.publish.Exec(schema); err != nil {
		return err
	}
	rows, err := q.work.Query(`SELECT name, key, body, attempts FROM messages ORDER BY id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id identity
		var m message
		if err := rows.Scan(&id.name, &id.key, &m.body, &m.attempts); err != nil {
			return err
		}
		q.add(id, &m)
	}
	return rows.Err()
}

func connect(path, synchronous string) (*sql.DB, error) {
	name := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"_pragma": {"busy_timeout(30000)", "journal_mode(WAL)", "synchronous(" + synchronous + ")"}, "_txlock": {"immediate"},
	}.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// add makes a message ready as often as it is to be delivered. The lock is held.
func (q *Queue) add(id identity, m *message) {
	m.left, m.again = 1, false
	if q.opt.Twice {
		m.left = 2
	}
	q.waiting[id] = m
	for range m.left {
		q.ready = append(q.ready, id)
	}
	q.changed.Broadcast()
}

// Close closes the file. Run and Drain must have returned.
func (q *Queue) Close() error {
	var errs []error
	for _, db := range []*sql.DB{q.work, q.publish} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Publish tells messages, all of them or none. One that waits already stays one message; one that a handler has just now
// is delivered again after; one that was handled before, or is a dead letter, is delivered anew.
func (q *Queue) Publish(ctx context.Context, told ...events.Event) error {
	return q.tell(ctx, told, "")
}

// PublishOnce is Publish without what waits, was handled, or is a dead letter. It is for a source that tells all it knows
// again whenever it starts.
func (q *Queue) PublishOnce(ctx context.Context, told ...events.Event) error {
	return q.tell(ctx, told, `
		SELECT EXISTS (SELECT 1 FROM messages WHERE (name, key) = (?1, ?2))
			OR EXISTS (SELECT 1 FROM handled WHERE (name, key) = (?1, ?2))
			OR EXISTS (SELECT 1 FROM dead WHERE (name, key) = (?1, ?2))`)
}

// tell writes the messages for which the query known, if there is one, says false.
func (q *Queue) tell(ctx context.Context, told []events.Event, known string) error {
	if len(told) == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	fail := func(e events.Event, err error) error {
		return fmt.Errorf("publish %s %s: %w", e.Name(), e.Key(), err)
	}
	tx, err := q.publish.BeginTx(ctx, nil)
	if err != nil {
		return fail(told[0], err)
	}
	defer tx.Rollback() // after Commit this does nothing
	bodies := map[identity][]byte{}
	var order []identity
	for _, e := range told {
		id := identity{e.Name(), e.Key()}
		if known != "" {
			var old bool
			if err := tx.QueryRowContext(ctx, known, id.name, id.key).Scan(&old); err != nil {
				return fail(e, err)
			}
			if old {
				continue
			}
		}
		body, err := json.Marshal(e)
		if err != nil {
			return fail(e, err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO messages (name, key, body) VALUES (?, ?, ?)
			ON CONFLICT (name, key) DO UPDATE SET body = excluded.body`, id.name, id.key, body); err != nil {
			return fail(e, err)
		}
		if bodies[id] == nil {
			order = append(order, id)
		}
		bodies[id] = body
	}
	if err := tx.Commit(); err != nil {
		return fail(told[0], err)
	}
	for _, id := range order {
		if m := q.waiting[id]; m != nil {
			m.body, m.again = bodies[id], m.busy
		} else {
			q.add(id, &message{body: bodies[id]})
		}
	}
	return nil
}

// Pending returns how many messages wait or are being handled.
func (q *Queue) Pending() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}
