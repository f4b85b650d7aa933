// Package sqlite keeps the ledger in one SQLite file, for a deployment on one machine. It is pure Go.
//
// The file is in write-ahead mode: readers never wait for the writer. Several processes may open it; they take turns
// writing and wait up to ten seconds for each other. Every write is one statement, synced before it returns
// (synchronous=FULL): it survives kill -9, and power loss as far as the disk keeps what it acknowledged to fsync. The
// file must lie on a local disk; write-ahead mode does not work over a network.
//
//	documents
//	  partition  what is read together: "submission#2023-securities", "current#…", "ticket#…", "round", "firm", …
//	  sort       identity within the partition: "S-0137#000002"
//	  revision   counts the writes of the document, for compare-and-swap
//	  body       the record as JSON (package ledger)
//
// The views tickets, submissions, currents, rounds and letters are for a person with the sqlite3 shell. Erased rows are
// overwritten (secure_delete); copies in the write-ahead log go when the last process closes the file.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"cssa/shared/ledger"
)

// Schema is the number of the file's layout that this program writes and reads; it is the file's user_version.
const Schema = 1

// ErrNewer is returned for a file that a newer program has written.
var ErrNewer = errors.New("the ledger file is of a newer version of this program")

// A Ledger is the ledger in one file. It is safe for concurrent use.
type Ledger struct {
	*ledger.Book
	store *store
}

// Open opens the ledger file at path and makes it if there is none, readable by its owner only.
func Open(path string) (*Ledger, error) {
	s, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", path, err)
	}
	return &Ledger{ledger.New(s), s}, nil
}

// Close closes the file.
func (l *Ledger) Close() error {
	if err := l.store.db.Close(); err != nil {
		return fmt.Errorf("close ledger: %w", err)
	}
	return nil
}

// store implements ledger.Store.
type store struct {
	db      *sql.DB
	writing sync.Mutex // our own writers queue here rather than poll for SQLite's lock
}

func open(path string) (*store, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(abs)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/… on Windows
	}
	dsn := url.URL{Scheme: "file", Path: slashed, RawQuery: url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)",
	}, "_txlock": {"immediate"}}.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(8)
	if err := migrate(db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &store{db: db}, nil
}

const layout = `
CREATE TABLE documents (
	partition TEXT NOT NULL,
	sort      TEXT NOT NULL,
	revision  INTEGER NOT NULL,
	body      TEXT NOT NULL,
	PRIMARY KEY (partition, sort)
) STRICT;

CREATE VIEW tickets AS SELECT body->>'edition' edition, body->>'firm' firm, body->>'number' number, body->>'channel' channel,
	body->>'issued_at' issued_at, body->>'sha256' sha256, body->>'size' size
	FROM documents WHERE partition LIKE 'ticket#%';
CREATE VIEW submissions AS SELECT body->>'edition' edition, body->>'firm' firm, body->>'ticket' ticket, body->>'status' status,
	body->>'received_at' received_at, body->>'channel' channel, json_array_length(body, '$.faults') faults, body->'answers' answers
	FROM documents WHERE partition LIKE 'submission#%';
CREATE VIEW currents AS SELECT body->>'edition' edition, body->>'firm' firm, body->>'$.submission.ticket' ticket,
	body->>'$.submission.status' status, body->>'first_received' first_received, body->'$.submission.answers' answers
	FROM documents WHERE partition LIKE 'current#%';
CREATE VIEW rounds AS SELECT body->>'edition' edition, body->>'state' state, body->>'opened_at' opened_at,
	body->>'deadline' deadline, body->>'closing' closing, body->>'frozen_run' frozen_run
	FROM documents WHERE partition = 'round';
CREATE VIEW letters AS SELECT body->>'edition' edition, body->>'firm' firm, body->>'kind' kind, body->>'subject' subject,
	body->>'state' state, body->>'sent_at' sent_at, body->>'why' why
	FROM documents WHERE partition LIKE 'letter#%';
`

// migrate lays out a new file and refuses one it does not know. Two processes may come here at once: the transaction is
// immediate, so one of them finds the work done.
func migrate(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	var have int
	if err := tx.QueryRow(`PRAGMA user_version`).Scan(&have); err != nil {
		return err
	}
	switch {
	case have == Schema:
		return nil
	case have > Schema:
		return fmt.Errorf("schema %d, this program knows %d: %w", have, Schema, ErrNewer)
	}
	if _, err := tx.Exec(layout); err != nil {
		return err
	}
	if _, err := tx.Exec(fmt.Sprintf(`PRAGMA user_version = %d`, Schema)); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *store) Get(ctx context.Context, k ledger.Key) (ledger.Document, error) {
	d := ledger.Document{Key: k}
	err := s.db.QueryRowContext(ctx, `SELECT revision, body FROM documents WHERE partition = ? AND sort = ?`,
		k.Partition, k.Sort).Scan(&d.Revision, &d.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return d, ledger.ErrNotFound
	}
	return d, because(ctx, err)
}

func (s *store) Swap(ctx context.Context, k ledger.Key, revision int64, body string) (bool, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	var res sql.Result
	var err error
	if revision == 0 {
		res, err = s.db.ExecContext(ctx, `INSERT INTO documents VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING`, k.Partition, k.Sort, body)
	} else {
		res, err = s.db.ExecContext(ctx, `UPDATE documents SET revision = revision + 1, body = ? WHERE partition = ? AND sort = ? AND revision = ?`,
			body, k.Partition, k.Sort, revision)
	}
	if err != nil {
		return false, because(ctx, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// page is how many documents one query reads. Between pages no lock and no connection is held, so that whoever iterates
// may write.
const page = 100

func (s *store) List(ctx context.Context, partition, prefix string) iter.Seq2[ledger.Document, error] {
	return s.list(ctx, partition, prefix, true)
}

func (s *store) Revisions(ctx context.Context, partition string) iter.Seq2[ledger.Document, error] {
	return s.list(ctx, partition, "", false)
}

// list lists, with the bodies or without.
func (s *store) list(ctx context.Context, partition, prefix string, bodies bool) iter.Seq2[ledger.Document, error] {
	return func(yield func(ledger.Document, error) bool) {
		after, end := "", "\U0010FFFF"
		if prefix != "" {
			end = prefix[:len(prefix)-1] + string(rune(prefix[len(prefix)-1]+1)) // the first string past all with the prefix
		}
		for {
			docs, err := s.page(ctx, partition, prefix, after, end, bodies)
			if err != nil {
				yield(ledger.Document{}, because(ctx, err))
				return
			}
			for _, d := range docs {
				if !yield(d, nil) {
					return
				}
			}
			if len(docs) < page {
				return
			}
			after = docs[len(docs)-1].Key.Sort
		}
	}
}

func (s *store) page(ctx context.Context, partition, prefix, after, end string, bodies bool) ([]ledger.Document, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT sort, revision, CASE WHEN ? THEN body ELSE '' END FROM documents
		WHERE partition = ? AND sort >= ? AND sort > ? AND sort < ? ORDER BY sort LIMIT ?`, bodies, partition, prefix, after, end, page)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var docs []ledger.Document
	for rows.Next() {
		d := ledger.Document{Key: ledger.Key{Partition: partition}}
		if err := rows.Scan(&d.Key.Sort, &d.Revision, &d.Body); err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, rows.Err()
}

// Bulk is one transaction here, which is more than is asked for.
func (s *store) Bulk(ctx context.Context, put []ledger.Document, remove []ledger.Key) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return because(ctx, err)
	}
	defer tx.Rollback() // after a commit it does nothing
	for _, d := range put {
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO documents VALUES (?, ?, 1, ?)`, d.Key.Partition, d.Key.Sort, d.Body); err != nil {
			return because(ctx, err)
		}
	}
	for _, k := range remove {
		if _, err := tx.ExecContext(ctx, `DELETE FROM documents WHERE partition = ? AND sort = ?`, k.Partition, k.Sort); err != nil {
			return because(ctx, err)
		}
	}
	return because(ctx, tx.Commit())
}

// because names the cancelled context where the driver only says that it was interrupted.
func because(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w (%w)", ctx.Err(), err)
	}
	return err
}
