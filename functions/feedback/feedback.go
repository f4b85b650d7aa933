// Package feedback is the room of the feedback (還元): when a frozen run was released, it makes the report of every firm
// whose answers count, keeps it in the archive and tells that it is ready.
//
// Everything a report holds is fixed when the run is released, its time of issue too: the firms, their names and the
// versions that count are the frozen run's, whatever the register and the ledger say since. So doing it again makes the same
// bytes under the same keys and the same messages. Where a later program would make others, what was issued stands.
package feedback

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"cssa/events"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/report"
	"cssa/shared/table"
)

// ErrNotReleased is returned for a run that no second person approved: nothing of it may be issued.
var ErrNotReleased = errors.New("the run was not released")

// Editions gives an edition's definition.
type Editions interface {
	Edition(context.Context, checklist.EditionID) (*checklist.Edition, error)
}

// Ledger is what this room asks of the ledger.
type Ledger interface {
	Release(ctx context.Context, e checklist.EditionID, run string) (ledger.Release, error)
	Submission(context.Context, checklist.EditionID, checklist.FirmID, checklist.TicketNumber) (checklist.Submission, error)
}

// Counted gives the firms whose answers a run counted, and by which version.
type Counted interface {
	Replies(ctx context.Context, e checklist.EditionID, run string) ([]lake.Reply, error)
}

// Tables gives the released, protected tables of a run.
type Tables interface {
	Released(ctx context.Context, e checklist.EditionID, run string) ([]table.Table, error)
}

// Archive keeps the reports.
type Archive interface {
	Put(ctx context.Context, key string, body []byte) (archive.Object, error)
	Get(ctx context.Context, key, id string, max int64) ([]byte, archive.Object, error)
}

// maxReport is the largest report that is read back, in bytes.
const maxReport = 20 << 20

// Publisher sends messages on.
type Publisher interface {
	Publish(context.Context, ...events.Event) error
}

// A Step is the room with its doors. All fields but Progress are required.
type Step struct {
	Editions  Editions
	Ledger    Ledger
	Counted   Counted
	Tables    Tables
	Archive   Archive
	Publisher Publisher
	Progress  func(done, total int) // nil: nobody watches; called by one goroutine at a time
}

// Key is where a firm's report is kept. One released run and one version of the answers, one report.
func Key(e checklist.EditionID, run string, f checklist.FirmID, v checklist.TicketNumber) string {
	return fmt.Sprintf("reports/%s/%s/%s-v%d.html", e, run, f, v)
}

// Handle makes the reports of a released run. A firm whose report fails does not keep the others from theirs: the errors
// of all are returned together, and doing it again makes good what was missing.
func (s *Step) Handle(ctx context.Context, ev events.Released) error {
	issue, replies, err := s.prepare(ctx, ev)
	if err != nil {
		return fmt.Errorf("feedback of %s: %w", ev.Key(), err)
	}
	type failure struct {
		firm checklist.FirmID
		err  error
	}
	var (
		mu       sync.Mutex
		failures []failure
		done     int
		g        errgroup.Group
	)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, r := range replies {
		g.Go(func() error {
			err := s.one(ctx, issue, r)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failures = append(failures, failure{r.Firm, err})
			}
			done++
			if s.Progress != nil {
				s.Progress(done, len(replies))
			}
			return nil
		})
	}
	_ = g.Wait() // its errors are in failures
	slices.SortFunc(failures, func(a, b failure) int { return cmp.Compare(a.firm, b.firm) })
	var all []error
	for _, f := range failures {
		all = append(all, fmt.Errorf("feedback of %s for %s: %w", ev.Key(), f.firm, f.err))
	}
	return errors.Join(all...)
}

// An issue is what all reports of a release have in common.
type issue struct {
	edition *checklist.Edition
	release ledger.Release
	tables  []table.Table
}

// prepare reads what the reports are made of and the firms that get one: those whose answers the run counted.
func (s *Step) prepare(ctx context.Context, ev events.Released) (issue, []lake.Reply, error) {
	var is issue
	var err error
	if is.edition, err = s.Editions.Edition(ctx, ev.Edition); err != nil {
		return is, nil, err
	}
	if is.release, err = s.Ledger.Release(ctx, ev.Edition, ev.Run); err != nil {
		return is, nil, err
	}
	if is.release.ApprovedBy == "" || is.release.ApprovedAt.IsZero() {
		return is, nil, ErrNotReleased
	}
	if is.tables, err = s.Tables.Released(ctx, ev.Edition, ev.Run); err != nil {
		return is, nil, fmt.Errorf("tables: %w", err)
	}
	replies, err := s.Counted.Replies(ctx, ev.Edition, ev.Run)
	if err != nil {
		return is, nil, fmt.Errorf("who replied: %w", err)
	}
	return is, replies, nil
}

// one makes, keeps and announces the report of one firm.
func (s *Step) one(ctx context.Context, is issue, r lake.Reply) error {
	sub, err := s.Ledger.Submission(ctx, is.edition.ID, r.Firm, r.Version)
	if err != nil {
		return err
	}
	doc, err := report.Build(report.Input{
		Edition: is.edition, Firm: sub.Firm, Name: r.Name, Submission: sub, Late: r.Late,
		Run: is.release.Run, Tables: is.tables, IssuedAt: is.release.ApprovedAt,
	})
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := report.HTML(&page, doc); err != nil {
		return err
	}
	key := Key(is.edition.ID, is.release.Run, sub.Firm, sub.Ticket)
	kept := page.Bytes()
	_, err = s.Archive.Put(ctx, key, kept)
	if errors.Is(err, archive.ErrExists) {
		// Made by an earlier program: what was issued stands.
		kept, _, err = s.Archive.Get(ctx, key, "", maxReport)
	}
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	sum := sha256.Sum256(kept)
	return s.Publisher.Publish(ctx, events.FeedbackReady{
		Edition: is.edition.ID, Firm: sub.Firm, Run: is.release.Run, Version: sub.Ticket,
		Report: key, SHA256: hex.EncodeToString(sum[:]),
	})
}
