package inproc

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"cssa/events"
	"cssa/shared/bus"
)

// Drain delivers until no message waits, including those that handlers publish. Messages that failed for good are dead
// letters, not an error. If ctx ends first, it waits for the handlers that are busy and returns the context's error.
// While a Run is on, Drain leaves the work to it and returns when no message waits.
func (q *Queue) Drain(ctx context.Context, handle bus.Handler) error {
	return q.deliver(ctx, handle, true)
}

// Run delivers until ctx ends, then waits for the handlers that are busy and returns nil.
func (q *Queue) Run(ctx context.Context, handle bus.Handler) error {
	err := q.deliver(ctx, handle, false)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

func (q *Queue) deliver(ctx context.Context, handle bus.Handler, untilEmpty bool) error {
	stopped := context.AfterFunc(ctx, q.wakeAll)
	defer stopped()
	q.mu.Lock()
	for q.running && ctx.Err() == nil && !(untilEmpty && len(q.waiting) == 0) {
		q.changed.Wait() // someone else is delivering: a Drain waits for what it asked for, a Run for its turn
	}
	if err := ctx.Err(); err != nil || q.running {
		q.mu.Unlock()
		return err
	}
	q.running = true
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		q.running = false
		q.mu.Unlock()
		q.changed.Broadcast()
	}()

	group, running := errgroup.WithContext(ctx)
	wake := context.AfterFunc(running, q.wakeAll)
	defer wake()
	for range q.opt.Workers {
		group.Go(func() error {
			for {
				id, m := q.take(running, untilEmpty)
				if m == nil {
					return running.Err()
				}
				if err := q.one(running, id, m, handle); err != nil {
					return fmt.Errorf("deliver %s %s: %w", id.name, id.key, err)
				}
			}
		})
	}
	return group.Wait()
}

// wakeAll has everyone who waits look again, at a context that ended for one.
func (q *Queue) wakeAll() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.changed.Broadcast()
}

// take waits for a message to deliver. It returns none when ctx ends and, if asked, when nothing waits any more.
func (q *Queue) take(ctx context.Context, untilEmpty bool) (identity, *message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if ctx.Err() != nil || (untilEmpty && len(q.waiting) == 0) {
			return identity{}, nil
		}
		if i := q.pick(); i >= 0 {
			id := q.ready[i]
			q.ready = slices.Delete(q.ready, i, i+1)
			m := q.waiting[id]
			m.busy, m.again = true, false
			return id, m
		}
		q.changed.Wait()
	}
}

// pick returns the place in ready of the next delivery, -1 if there is none: never of a message that is busy.
func (q *Queue) pick() int {
	free := func(id identity) bool { return !q.waiting[id].busy }
	if q.opt.Shuffle == nil {
		return slices.IndexFunc(q.ready, free)
	}
	var places []int
	for i, id := range q.ready {
		if free(id) {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		return -1
	}
	return places[q.opt.Shuffle.IntN(len(places))]
}

// one delivers a message once and settles what became of it. Its error is the queue's own, never the handler's.
func (q *Queue) one(ctx context.Context, id identity, m *message, handle bus.Handler) error {
	q.mu.Lock()
	body := m.body
	q.mu.Unlock()
	e, err := events.Decode(id.name, body)
	unreadable := err != nil
	if !unreadable {
		err = guarded(ctx, handle, e)
	}

	q.mu.Lock()
	defer q.mu.Unlock()
	m.busy = false
	defer q.changed.Broadcast()
	switch {
	case err == nil:
		m.left--
		if m.left > 0 {
			return nil // its other delivery is in ready
		}
		if m.again {
			m.attempts = 0 // those of the telling that was handled
			q.add(id, m)
			return nil
		}
		return q.settle(id)
	case ctx.Err() != nil && !unreadable:
		q.ready = append(q.ready, id) // the handler was told to stop; that is not the message's fault
		return nil
	}
	if m.again {
		m.attempts = 0 // what was published since deserves all its attempts
	}
	m.attempts++
	if unreadable || m.attempts >= q.opt.MaxAttempts {
		return q.bury(id, m, err)
	}
	if _, err := q.work.Exec(`UPDATE messages SET attempts = ? WHERE (name, key) = (?, ?)`, m.attempts, id.name, id.key); err != nil {
		return err
	}
	time.AfterFunc(q.opt.Backoff<<min(m.attempts-1, 6), func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.waiting[id] == m {
			q.ready = append(q.ready, id)
			q.changed.Broadcast()
		}
	})
	return nil
}

// guarded turns a handler's panic into an error, so that a message which brings a handler down becomes a dead letter
// instead of bringing the process down at every start.
func guarded(ctx context.Context, handle bus.Handler, e events.Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %T\n%s", p, debug.Stack()) // its value may hold what no log may
		}
	}()
	return handle(ctx, e)
}

// settle removes a handled message. The lock is held, here and in bury.
func (q *Queue) settle(id identity) error {
	tx, err := q.work.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, do := range []string{
		`DELETE FROM messages WHERE (name, key) = (?, ?)`,
		`DELETE FROM dead WHERE (name, key) = (?, ?)`, // an earlier telling of it failed; this one did not
		`INSERT INTO handled (name, key) VALUES (?, ?) ON CONFLICT DO NOTHING`,
	} {
		if _, err := tx.Exec(do, id.name, id.key); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	delete(q.waiting, id)
	return nil
}

// bury makes a message a dead letter.
func (q *Queue) bury(id identity, m *message, why error) error {
	tx, err := q.work.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec(`DELETE FROM messages WHERE (name, key) = (?, ?)`, id.name, id.key); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT OR REPLACE INTO dead (name, key, body, attempts, error, at) VALUES (?, ?, ?, ?, ?, ?)`,
		id.name, id.key, m.body, m.attempts, why.Error(), q.opt.Now().UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	delete(q.waiting, id)
	q.ready = slices.DeleteFunc(q.ready, func(r identity) bool { return r == id })
	return nil
}
