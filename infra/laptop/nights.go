package laptop

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// Nights makes the nightly run of every round that is not frozen, at this time of day in each edition's zone, until the
// returned function is called, which waits for a run that is on. A night that passed while nobody served is caught up at
// once, by one run.
func (d *Deployment) Nights(ctx context.Context, hour, minute int) (stop func() error, err error) {
	schedulers := map[string]gocron.Scheduler{}
	var missed sync.WaitGroup
	stop = func() error {
		missed.Wait()
		var errs []error
		for _, s := range schedulers {
			errs = append(errs, s.Shutdown())
		}
		return errors.Join(errs...)
	}
	ids, err := d.Editions.IDs()
	if err != nil {
		return nil, fmt.Errorf("nightly schedule: %w", err)
	}
	for _, id := range ids {
		ed, err := d.Editions.Edition(ctx, id)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("nightly schedule: %w", err), stop())
		}
		zone := ed.Location.String()
		if schedulers[zone] == nil {
			if schedulers[zone], err = gocron.NewScheduler(gocron.WithLocation(ed.Location)); err != nil {
				return nil, errors.Join(fmt.Errorf("nightly schedule: %w", err), stop())
			}
			schedulers[zone].Start()
		}
		_, err = schedulers[zone].NewJob(
			gocron.DailyJob(1, gocron.NewAtTimes(gocron.NewAtTime(uint(hour), uint(minute), 0))),
			gocron.NewTask(func() { d.night(ctx, id) }),
			gocron.WithSingletonMode(gocron.LimitModeReschedule),
		)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("nightly schedule: %w", err), stop())
		}
		if due, err := d.missed(ctx, ed, hour, minute); err != nil {
			return nil, errors.Join(err, stop())
		} else if due {
			missed.Go(func() { d.night(ctx, id) })
		}
	}
	return stop, nil
}

// missed says whether the last night's run of an open round was not made.
func (d *Deployment) missed(ctx context.Context, ed *checklist.Edition, hour, minute int) (bool, error) {
	round, err := d.Ledger.Round(ctx, ed.ID)
	if errors.Is(err, ledger.ErrNotFound) || err == nil && round.State == ledger.Frozen {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("nightly schedule: %w", err)
	}
	runs, err := d.Ledger.Runs(ctx, ed.ID)
	if err != nil {
		return false, fmt.Errorf("nightly schedule: %w", err)
	}
	now := d.Now().In(ed.Location)
	last := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, ed.Location)
	if last.After(now) {
		last = last.AddDate(0, 0, -1)
	}
	if last.Before(round.OpenedAt) {
		return false, nil
	}
	for _, r := range runs {
		if r.State == ledger.Done && !r.StartedAt.Before(last) {
			return false, nil
		}
	}
	return true, nil
}

func (d *Deployment) night(ctx context.Context, id checklist.EditionID) {
	if round, err := d.Ledger.Round(ctx, id); errors.Is(err, ledger.ErrNotFound) || err == nil && round.State == ledger.Frozen {
		return // nothing to count
	}
	r, err := d.Aggregate.Nightly(ctx, id)
	if err != nil {
		d.log.ErrorContext(ctx, "nightly run failed", slog.String("edition", string(id)), slog.Any("error", err))
		return
	}
	d.log.InfoContext(ctx, "nightly run", slog.String("edition", string(id)), slog.String("run", r.ID), slog.Int("replied", r.Replied), slog.Int("population", r.Population))
}
