package inproc

import (
	"context"
	"fmt"
	"time"
)

// A DeadLetter is a message that no handler could take.
type DeadLetter struct {
	Name     string
	Key      string
	Body     []byte // JSON
	Attempts int
	Error    string    // of the last attempt
	At       time.Time // of the last attempt, UTC, whole seconds
}

// DeadLetters returns the dead letters by name and key.
func (q *Queue) DeadLetters(ctx context.Context) ([]DeadLetter, error) {
	rows, err := q.work.QueryContext(ctx, `SELECT name, key, body, attempts, error, at FROM dead ORDER BY name, key`)
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	defer rows.Close()
	var letters []DeadLetter
	for rows.Next() {
		var d DeadLetter
		var at string
		if err := rows.Scan(&d.Name, &d.Key, &d.Body, &d.Attempts, &d.Error, &at); err != nil {
			return nil, fmt.Errorf("dead letters: %w", err)
		}
		if d.At, err = time.Parse(time.RFC3339, at); err != nil {
			return nil, fmt.Errorf("dead letters: %w", err)
		}
		letters = append(letters, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	return letters, nil
}

// Redrive lets every dead letter wait for delivery again, with all its attempts, and returns how many there were.
func (q *Queue) Redrive(ctx context.Context) (int, error) {
	letters, err := q.DeadLetters(ctx)
	if err != nil {
		return 0, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	tx, err := q.publish.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("redrive: %w", err)
	}
	defer tx.Rollback()
	for _, d := range letters {
		if _, err := tx.ExecContext(ctx, `DELETE FROM dead WHERE (name, key) = (?, ?)`, d.Name, d.Key); err != nil {
			return 0, fmt.Errorf("redrive %s %s: %w", d.Name, d.Key, err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO messages (name, key, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			d.Name, d.Key, d.Body); err != nil {
			return 0, fmt.Errorf("redrive %s %s: %w", d.Name, d.Key, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("redrive: %w", err)
	}
	for _, d := range letters {
		if id := (identity{d.Name, d.Key}); q.waiting[id] == nil {
			q.add(id, &message{body: d.Body})
		}
	}
	return len(letters), nil
}
