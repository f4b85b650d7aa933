// Package aggregate is the third room (集計): every night it counts a round's answers anew and writes them, with all tables,
// to the restricted lake. A run is atomic: nobody sees anything of it until it is complete and made current.
//
// Nightly runs are for the supervisor. What is issued comes from one run only, the one that freezes the round (確定).
package aggregate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/register"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// Errors of a run that cannot be made as things stand. A night without a round at work is none to worry about.
var (
	ErrNotClosed = errors.New("the round still takes uploads") // of a freeze
	ErrNotOpen   = errors.New("the round was not opened yet")
)

// Editions gives an edition's definition.
type Editions interface {
	Edition(context.Context, checklist.EditionID) (*checklist.Edition, error)
}

// Ledger is what this room asks of the ledger.
type Ledger interface {
	Input
	Runs
}

// Input is what a run counts.
type Input interface {
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Firms(context.Context) (register.Firms, error)
	AllSubmissions(context.Context, checklist.EditionID) iter.Seq2[checklist.Submission, error]
	Marks(context.Context, checklist.EditionID) iter.Seq2[ledger.Mark, error]
	Submissions(context.Context, checklist.EditionID, checklist.FirmID) ([]checklist.Submission, error)
}

// Runs are the records of runs, and the state of the round that a freeze moves.
type Runs interface {
	StartRun(context.Context, ledger.Run) error
	RenewRun(ctx context.Context, r ledger.Run, until time.Time) error
	FinishRun(context.Context, ledger.Run) error
	Run(context.Context, checklist.EditionID, string) (ledger.Run, error)
	AdvanceRound(context.Context, ledger.Round) error
	Seal(context.Context, checklist.EditionID) error
}

// A Catalog is told of a run's partitions before the run is made current.
type Catalog interface {
	AddPartitions(ctx context.Context, ed checklist.EditionID, run string) error
}

// A Step is the room with its doors. All fields are required but Catalog, Program and Told.
type Step struct {
	Editions Editions
	Ledger   Ledger
	Lake     lake.Store  // the restricted door's
	Past     lake.Source // the same, read: what was written, the run before, and the frozen run of the edition before
	Catalog  Catalog     // nil where the lake's readers find partitions themselves, as on the laptop
	Now      func() time.Time

	Program func() (string, error)         // identifies the program, which uses its own snapshots only; nil: none is kept
	Told    func(context.Context, Reading) // of what a run read; nil: nobody
}

// Nightly makes a run of what the ledger holds now. While another run of the edition is at work it is ledger.ErrHeld.
func (s *Step) Nightly(ctx context.Context, id checklist.EditionID) (ledger.Run, error) {
	now := s.Now().UTC()
	return s.nightly(ctx, id, now, now)
}

// Night is Nightly of the night that was due at a time, of whole seconds, which names its run: asked for again, the night's
// run that was cut off is made again, and one that is done is returned as it is.
func (s *Step) Night(ctx context.Context, id checklist.EditionID, due time.Time) (ledger.Run, error) {
	if done, ok, err := s.done(ctx, id, runID(due, ledger.Nightly)); ok || err != nil {
		return done, err
	}
	return s.nightly(ctx, id, due, s.Now().UTC())
}

func (s *Step) nightly(ctx context.Context, id checklist.EditionID, due, at time.Time) (ledger.Run, error) {
	ed, round, err := s.round(ctx, id)
	if err != nil {
		return ledger.Run{}, err
	}
	if round.State == ledger.Frozen {
		return ledger.Run{}, fmt.Errorf("aggregate %s, its run is %s: %w: %w", id, round.FrozenRun, ledger.ErrFrozen, ledger.ErrConflict)
	}
	return s.run(ctx, ed, round, runID(due, ledger.Nightly), ledger.Nightly, at)
}

// done finds a run that is done.
func (s *Step) done(ctx context.Context, id checklist.EditionID, run string) (ledger.Run, bool, error) {
	r, err := s.Ledger.Run(ctx, id, run)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return ledger.Run{}, false, nil
	case err != nil:
		return ledger.Run{}, false, fmt.Errorf("aggregate %s: %w", id, err)
	}
	return r, r.State == ledger.Done, nil
}

// Freeze shuts the round for good and makes its last run. The round is frozen and sealed first, so that the run counts all
// that was taken and nothing enters any more; a crash in between is mended by calling Freeze again, which makes the same
// run.
func (s *Step) Freeze(ctx context.Context, id checklist.EditionID) (ledger.Run, error) {
	ed, round, err := s.round(ctx, id)
	if err != nil {
		return ledger.Run{}, err
	}
	now := s.Now().UTC()
	if round.State != ledger.Frozen {
		if round.Takes(now) || now.Before(round.OpenedAt) {
			return ledger.Run{}, fmt.Errorf("freeze %s, which closes %s: %w", id, round.Shut().In(ed.Location).Format("2006-01-02 15:04 MST"), ErrNotClosed)
		}
		round.State, round.FrozenAt, round.FrozenRun = ledger.Frozen, now, runID(now, ledger.Freeze)
		if round.ClosedAt.IsZero() {
			round.ClosedAt = round.Closing
		}
		if err := s.Ledger.AdvanceRound(ctx, round); err != nil {
			return ledger.Run{}, fmt.Errorf("freeze %s: %w", id, err)
		}
	}
	if done, ok, err := s.done(ctx, id, round.FrozenRun); ok || err != nil {
		return done, err
	}
	if err := s.Ledger.Seal(ctx, id); err != nil {
		return ledger.Run{}, fmt.Errorf("freeze %s: %w", id, err)
	}
	return s.run(ctx, ed, round, round.FrozenRun, ledger.Freeze, round.FrozenAt)
}

func (s *Step) round(ctx context.Context, id checklist.EditionID) (*checklist.Edition, ledger.Round, error) {
	ed, err := s.Editions.Edition(ctx, id)
	if err != nil {
		return nil, ledger.Round{}, fmt.Errorf("aggregate: %w", err)
	}
	round, err := s.Ledger.Round(ctx, id)
	if errors.Is(err, ledger.ErrNotFound) {
		err = fmt.Errorf("%w: %w", ErrNotOpen, err)
	}
	if err != nil {
		return nil, ledger.Round{}, fmt.Errorf("aggregate: %w", err)
	}
	if round.Checksum != ed.Checksum {
		return nil, ledger.Round{}, fmt.Errorf("aggregate: edition %s was changed after it was opened: %w", id, ledger.ErrConflict)
	}
	return ed, round, nil
}

func runID(at time.Time, kind ledger.RunKind) string {
	return at.UTC().Format("20060102T150405Z") + "-" + string(kind)
}

// run leases the run, writes it and settles its record, whatever became of it. The lake says that it was started at at,
// however often it is made; the ledger says when it was started this time, which tells it from one that it took over.
func (s *Step) run(ctx context.Context, ed *checklist.Edition, round ledger.Round, id string, kind ledger.RunKind, at time.Time) (ledger.Run, error) {
	now := s.Now().UTC()
	r := ledger.Run{ID: id, Edition: ed.ID, Kind: kind, State: ledger.Running, StartedAt: now, LeaseUntil: now.Add(lease)}
	if err := s.Ledger.StartRun(ctx, r); err != nil {
		return r, fmt.Errorf("aggregate: %w", err)
	}
	err := s.write(ctx, ed, round, &r, at)
	r.State, r.FinishedAt = ledger.Done, s.Now().UTC()
	if err != nil {
		r.State, r.Why = ledger.Failed, err.Error()
	}
	// The record is settled even when ctx has ended.
	if settled := s.Ledger.FinishRun(context.WithoutCancel(ctx), r); settled != nil {
		err = errors.Join(err, settled)
	}
	return r, err
}

// write counts and writes everything under the run's own prefix, then makes the run current.
func (s *Step) write(ctx context.Context, ed *checklist.Edition, round ledger.Round, r *ledger.Run, at time.Time) error {
	mine := hold{s.Ledger, r, s.Now}
	store := pen{s.Lake, mine}
	all, err := s.Ledger.Firms(ctx)
	if err != nil {
		return err
	}
	firms := all.At(ed.ReferenceDate)
	past, err := s.trends(ctx, ed, all)
	if err != nil {
		return err
	}
	head := lake.SnapshotHead{Edition: ed.ID, Run: r.ID, Definition: ed.Checksum, Deadline: round.Deadline.UTC(), Past: past.name()}
	if s.Program != nil && r.Kind == ledger.Nightly {
		if head.Program, err = s.Program(); err != nil {
			return err
		}
	}
	before, read, err := s.prior(ctx, head)
	if err != nil {
		return err
	}
	if err := s.readPast(ctx, mine, past, before); err != nil {
		return err
	}
	c := counting{ed: ed, coder: tally.NewCoder(ed), deadline: round.Deadline, tally: tally.New(ed, members(ed, firms)), trends: past}
	if head.Program != "" {
		c.snapshot = lake.NewSnapshotWriter()
	}
	if err := lake.WriteSeq(ctx, store, ed.ID, r.ID, c.answers(s.firms(ctx, &c, mine, before, &read))); err != nil {
		return err
	}
	if s.Told != nil {
		s.Told(ctx, read)
	}
	r.Population, r.Replied, r.Answers = len(firms), c.replied, c.rows

	distributions, err := lake.DistributionRows(named(c.tally.Distributions(), r))
	if err != nil {
		return err
	}
	figures, err := lake.FigureRows(ed, named(c.tally.Figures(), r))
	if err != nil {
		return err
	}
	quartiles := c.tally.Quartiles()
	for i := range quartiles {
		quartiles[i].Run = r.ID
	}
	quartileRows, err := lake.QuartileRows(quartiles)
	if err != nil {
		return err
	}
	dimensions, err := lake.DimensionRows(ed)
	if err != nil {
		return err
	}
	run := lake.Run{Edition: ed.ID, ID: r.ID, Kind: string(r.Kind), StartedAt: at, Replied: c.replied}
	for _, write := range []func() error{
		func() error { return s.verify(ctx, ed, &c, members(ed, firms), *r) },
		func() error { return c.keep(ctx, store, head) },
		func() error { return lake.Write(ctx, store, ed.ID, r.ID, c.submissions) },
		func() error { return lake.Write(ctx, store, ed.ID, r.ID, distributions) },
		func() error { return lake.Write(ctx, store, ed.ID, r.ID, figures) },
		func() error { return lake.Write(ctx, store, ed.ID, r.ID, quartileRows) },
		func() error { return lake.Write(ctx, store, ed.ID, r.ID, lake.FirmRows(firms)) },
		func() error { return lake.Write(ctx, store, ed.ID, r.ID, lake.FirmAttributeRows(ed, firms)) },
		func() error { return lake.Write(ctx, store, ed.ID, r.ID, lake.RunRows(ed, run, len(firms))) },
		func() error { return dimensions.Write(ctx, store, ed.ID, r.ID) },
		func() error { return past.write(ctx, store, ed.ID, r.ID) },
		func() error { return s.announce(ctx, ed.ID, r.ID) },
		func() error { return s.stillMine(ctx, *r) },
		func() error { return lake.MakeCurrent(ctx, store, ed.ID, r.ID) },
	} {
		if err := mine.beat(ctx); err != nil {
			return err
		}
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// verify reads back the answers that a freeze wrote, and counts them anew from the file: what is issued is what stands there.
func (s *Step) verify(ctx context.Context, ed *checklist.Edition, c *counting, members []tally.Member, r ledger.Run) error {
	if r.Kind != ledger.Freeze {
		return nil
	}
	again := tally.New(ed, members)
	for f, err := range lake.CodesOf(ctx, s.Past, c.coder, ed.ID, r.ID) {
		if err == nil {
			err = again.AddCodes(f.Firm, f.Codes)
		}
		if err != nil {
			return fmt.Errorf("count what run %s wrote: %w", r.ID, err)
		}
	}
	if !again.Equal(c.tally) {
		return fmt.Errorf("run %s: the answers that were written do not count up to what was counted", r.ID)
	}
	return nil
}

func (s *Step) announce(ctx context.Context, id checklist.EditionID, run string) error {
	if s.Catalog == nil {
		return nil
	}
	return s.Catalog.AddPartitions(ctx, id, run)
}

// members puts every firm into its group of each of the edition's dimensions.
func members(ed *checklist.Edition, firms []register.Firm) []tally.Member {
	ms := make([]tally.Member, len(firms))
	for i, f := range firms {
		ms[i].Firm = f.ID
		for _, by := range ed.Dimensions() {
			if id := f.Group(by); id != "" {
				ms[i].Groups = append(ms[i].Groups, table.Group{Dimension: string(by), ID: id})
			}
		}
	}
	return ms
}

func named(tables []table.Table, r *ledger.Run) []table.Table {
	for i := range tables {
		tables[i].Edition, tables[i].Run = string(r.Edition), r.ID
	}
	return tables
}
