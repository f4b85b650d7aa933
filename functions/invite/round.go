package invite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// ErrSchedule is returned for a deadline or closing that cannot be.
var ErrSchedule = errors.New("the schedule cannot be")

// Rounds is what opening and closing ask of the ledger.
type Rounds interface {
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	OpenRound(context.Context, ledger.Round) error
	AdvanceRound(context.Context, ledger.Round) error
}

// A Schedule moves a round's times. A zero time leaves the edition's own.
type Schedule struct{ Deadline, Closing time.Time }

// Open opens a round for uploads with the edition's definition as it is now: from here on it is frozen by its checksum.
// Uploads are taken from now or from the edition's opening, whichever is later. Opening an open round again changes
// nothing but its times, and those only if the schedule says so.
func (s *Step) Open(ctx context.Context, rounds Rounds, id checklist.EditionID, sch Schedule) (ledger.Round, error) {
	ed, err := s.Editions.Edition(ctx, id)
	if err != nil {
		return ledger.Round{}, fmt.Errorf("open: %w", err)
	}
	now := s.Now().UTC().Truncate(time.Second) // as times of receipt are: an upload of this same second is not before it
	round, err := rounds.Round(ctx, id)
	fresh := errors.Is(err, ledger.ErrNotFound)
	switch {
	case fresh:
		round = ledger.Round{Edition: id, State: ledger.Open, Checksum: ed.Checksum, OpenedAt: now, Deadline: ed.Deadline.UTC(), Closing: ed.Closing.UTC()}
		if ed.Opens.After(now) {
			round.OpenedAt = ed.Opens.UTC()
		}
	case err != nil:
		return ledger.Round{}, fmt.Errorf("open: %w", err)
	case round.Checksum != ed.Checksum:
		return round, fmt.Errorf("open %s: its definition was changed after it was opened: %w", id, ledger.ErrConflict)
	case round.State != ledger.Open:
		return round, fmt.Errorf("open %s: it is %s: %w", id, round.State, ledger.ErrConflict)
	}
	if !sch.Deadline.IsZero() {
		round.Deadline = sch.Deadline.UTC()
	}
	if !sch.Closing.IsZero() {
		round.Closing = sch.Closing.UTC()
	}
	switch {
	case !round.Deadline.After(round.OpenedAt):
		return round, fmt.Errorf("open %s: deadline %s is not after the opening: %w", id, round.Deadline.In(ed.Location).Format(time.RFC3339), ErrSchedule)
	case round.Closing.Before(round.Deadline):
		return round, fmt.Errorf("open %s: closing %s is before the deadline: %w", id, round.Closing.In(ed.Location).Format(time.RFC3339), ErrSchedule)
	}
	if fresh {
		err = rounds.OpenRound(ctx, round)
	} else {
		err = rounds.AdvanceRound(ctx, round)
	}
	if err != nil {
		return round, fmt.Errorf("open %s: %w", id, err)
	}
	return round, nil
}

// Close shuts the doors now (受付終了): what is received from here on is not taken. Closing a closed round changes nothing.
func (s *Step) Close(ctx context.Context, rounds Rounds, id checklist.EditionID) (ledger.Round, error) {
	round, err := rounds.Round(ctx, id)
	if err != nil {
		return round, fmt.Errorf("close %s: %w", id, err)
	}
	if round.State != ledger.Open {
		return round, nil
	}
	round.State, round.ClosedAt = ledger.Closed, s.Now().UTC()
	if err := rounds.AdvanceRound(ctx, round); err != nil {
		return round, fmt.Errorf("close %s: %w", id, err)
	}
	return round, nil
}
