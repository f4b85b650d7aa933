package aggregate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
)

// A Reading says what a run read.
type Reading struct {
	Reused int    // firms that were taken from the snapshot of the run before
	Read   int    // firms whose submissions were read from the ledger
	Why    string // the snapshot was of no use; "" if it was, or if none is kept
}

// A prior is the snapshot of the run before, as far as it is of use.
type prior struct {
	snapshot *lake.Snapshot // nil: of none
	marks    []ledger.Mark  // of the firms now; read before their submissions
	all      bool           // so much changed that all is read
}

// prior reads the marks and the snapshot of the current run. A snapshot that another program wrote, or for another
// definition, deadline or comparison, that is damaged, or that does not say what the ledger says of its run, is of no use,
// and all is read from the ledger: a snapshot saves work and decides nothing. A freeze, whose head names no program, always
// reads all.
func (s *Step) prior(ctx context.Context, head lake.SnapshotHead) (prior, Reading, error) {
	if head.Program == "" {
		return prior{}, Reading{}, nil
	}
	var p prior
	for m, err := range s.Ledger.Marks(ctx, head.Edition) {
		if err != nil {
			return p, Reading{}, err
		}
		p.marks = append(p.marks, m)
	}
	snapshot, why, err := s.useful(ctx, head)
	if err != nil || why != "" {
		return p, Reading{Why: why}, err
	}
	changed, err := p.changed(snapshot)
	if err != nil {
		return p, Reading{}, err
	}
	p.snapshot, p.all = snapshot, 4*changed > len(p.marks)
	if p.all && len(p.marks) > few {
		return p, Reading{Why: fmt.Sprintf("%d of %d firms changed", changed, len(p.marks))}, nil
	}
	p.all = false
	return p, Reading{}, nil
}

// few is how many firms are always looked up one by one.
const few = 64

// useful returns the current run's snapshot, or why it is of no use.
func (s *Step) useful(ctx context.Context, head lake.SnapshotHead) (*lake.Snapshot, string, error) {
	run, err := lake.Current(ctx, s.Past, head.Edition)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, "there is no run yet", nil
	}
	if err != nil {
		return nil, "", err
	}
	file, _, err := s.Past.Get(ctx, lake.SnapshotKey(head.Edition, run), "", math.MaxInt64)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, "run " + run + " has no snapshot", nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("snapshot of %s: %w", run, err)
	}
	snapshot, err := lake.ReadSnapshot(file)
	if err != nil {
		return nil, fmt.Sprintf("snapshot of run %s: %v", run, err), nil
	}
	was := snapshot.Head
	if was.Run != run || was.Edition != head.Edition || was.Definition != head.Definition || was.Program != head.Program ||
		!was.Deadline.Equal(head.Deadline) || was.Past != head.Past {
		return nil, "the snapshot of run " + run + " is by another program, definition, deadline or comparison", nil
	}
	recorded, err := s.Ledger.Run(ctx, head.Edition, run)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return nil, "", err
	}
	if recorded.State != ledger.Done || recorded.Replied != was.Replied || recorded.Answers != was.Answers {
		return nil, "the snapshot of run " + run + " does not say what the ledger says of that run", nil
	}
	return snapshot, "", nil
}

// changed counts the firms whose mark is not the one in the snapshot.
func (p prior) changed(snapshot *lake.Snapshot) (int, error) {
	marks := make(map[string]string, snapshot.Head.Firms)
	for f, err := range snapshot.Marks() {
		if err != nil {
			return 0, err
		}
		marks[f.Firm] = f.Mark
	}
	n := 0
	for _, m := range p.marks {
		if marks[string(m.Firm)] != m.Versions {
			n++
		}
	}
	return n, nil
}

// firms returns what a run needs of every firm, by firm id: from the snapshot where nothing changed, worked out of the
// firm's submissions elsewhere.
func (s *Step) firms(ctx context.Context, c *counting, mine hold, p prior, read *Reading) iter.Seq2[lake.SnapshotFirm, error] {
	if p.snapshot == nil || p.all {
		return s.allFirms(ctx, c, mine, p, read)
	}
	return func(yield func(lake.SnapshotFirm, error) bool) {
		next, stop := iter.Pull2(p.snapshot.Firms())
		defer stop()
		have, err, ok := next()
		for _, m := range p.marks {
			for ok && err == nil && have.Firm < string(m.Firm) {
				have, err, ok = next()
			}
			if err == nil {
				err = mine.beat(ctx)
			}
			f := have
			if err == nil && (!ok || have.Firm != string(m.Firm) || have.Mark != m.Versions) {
				var versions []checklist.Submission
				versions, err = s.Ledger.Submissions(ctx, c.ed.ID, m.Firm)
				if err == nil && len(versions) == 0 {
					continue // tickets that a freeze made void
				}
				if err == nil {
					f, err = c.work(m.Versions, versions)
				}
				read.Read++
			} else {
				read.Reused++
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// allFirms reads every submission.
func (s *Step) allFirms(ctx context.Context, c *counting, mine hold, p prior, read *Reading) iter.Seq2[lake.SnapshotFirm, error] {
	return func(yield func(lake.SnapshotFirm, error) bool) {
		marks := make(map[checklist.FirmID]string, len(p.marks))
		for _, m := range p.marks {
			marks[m.Firm] = m.Versions
		}
		var versions []checklist.Submission
		flush := func() bool {
			f, err := c.work(marks[versions[0].Firm], versions)
			versions = versions[:0]
			read.Read++
			return yield(f, err) && err == nil
		}
		for sub, err := range beating(ctx, mine, s.Ledger.AllSubmissions(ctx, c.ed.ID)) {
			if err != nil {
				yield(lake.SnapshotFirm{}, fmt.Errorf("submissions: %w", err))
				return
			}
			if len(versions) > 0 && versions[0].Firm != sub.Firm && !flush() {
				return
			}
			versions = append(versions, sub)
		}
		if len(versions) > 0 {
			flush()
		}
	}
}

// keep stores the snapshot of a run.
func (c *counting) keep(ctx context.Context, store lake.Store, head lake.SnapshotHead) error {
	if c.snapshot == nil {
		return nil
	}
	if err := c.trends.keep(c.snapshot); err != nil {
		return err
	}
	head.Firms, head.Replied, head.Answers = c.firms, c.replied, c.rows
	file, err := c.snapshot.Bytes(head)
	if err != nil {
		return err
	}
	key := lake.SnapshotKey(head.Edition, head.Run)
	if _, err := store.Put(ctx, key, file); err != nil {
		return fmt.Errorf("store %s: %w", key, err)
	}
	return nil
}
