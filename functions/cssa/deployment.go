package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"cssa/functions/aggregate"
	"cssa/functions/intake"
	"cssa/functions/invite"
	"cssa/functions/release"
	"cssa/infra/laptop"
	"cssa/infra/remote"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
)

// A verb is what a command does to an open deployment.
type verb func(ctx context.Context, l *deployment, args []string) error

// with returns a command's body that opens the deployment for do and lets it go afterwards: a stage's, or that of the
// folder. Where a running serve holds the folder, the command is done there and its output copied here. A folder that is
// not there is refused: its name may be mistyped.
func (d *desk) with(do verb) func(*cobra.Command, []string) error { return d.body(do, false) }

// founding is with for a verb that may begin a deployment in a folder that is not there yet.
func (d *desk) founding(do verb) func(*cobra.Command, []string) error { return d.body(do, true) }

func (d *desk) body(do verb, founds bool) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		if d.held != nil {
			return refused(do(ctx, onLaptop(d.held), args))
		}
		if d.stage != "" {
			r, err := remote.Open(ctx, d.stage, d.now)
			if err != nil {
				return err
			}
			return refused(do(ctx, onStage(r), args))
		}
		if _, err := os.Stat(d.data); !founds && errors.Is(err, os.ErrNotExist) {
			return someFailed("there is no folder %s; name the deployment's with --data, or begin one: cssa firms import, cssa demo", word(d.data))
		}
		l, err := d.open(ctx, "", nil)
		if errors.Is(err, laptop.ErrHeld) {
			return d.forward(ctx)
		}
		if err != nil {
			return err
		}
		defer func() {
			if err := l.Close(); err != nil {
				fmt.Fprintf(d.err, "cssa: close: %v\n", err)
			}
		}()
		return refused(do(ctx, onLaptop(l), args))
	}
}

// patience is how long a verb waits for another to let the folder go.
const patience = 2 * time.Second

// open opens the deployment on the real clock.
func (d *desk) open(ctx context.Context, addr string, log *slog.Logger) (*laptop.Deployment, error) {
	c := laptop.Config{Dir: d.data, Addr: addr, Now: d.now, Log: log}
	if _, err := os.Stat(handlePath(d.data)); err != nil {
		c.Wait = patience // the holder is no serve, so it will soon be done
	}
	l, err := laptop.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := dropStale(d.data); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// refused gives what the system refuses, as opposed to what broke, its exit code.
func refused(err error) error {
	var f failure
	if err == nil || errors.As(err, &f) {
		return err
	}
	for _, no := range []error{
		invite.ErrNotOpen, invite.ErrBadRequest, invite.ErrSchedule, ledger.ErrFrozen, intake.ErrReceipt, aggregate.ErrNotClosed, release.ErrNotFrozen,
		register.ErrUnknownFirm, remote.ErrRefused, ledger.ErrNotFound, ledger.ErrConflict, ledger.ErrHeld,
	} {
		if errors.Is(err, no) {
			return failure{exitSomeFailed, err}
		}
	}
	return err
}

// round returns the edition, its round and the firms of the register, or an error that says what to do first.
func (d *desk) round(ctx context.Context, l *deployment) (*checklist.Edition, ledger.Round, register.Firms, error) {
	ed, err := l.Editions.Edition(ctx, d.editionID())
	if err != nil {
		return nil, ledger.Round{}, nil, failure{exitSomeFailed, err}
	}
	firms, err := l.Ledger.Firms(ctx)
	if errors.Is(err, ledger.ErrNotFound) || err == nil && len(firms) == 0 {
		return nil, ledger.Round{}, nil, someFailed("the register is empty; first: cssa firms import FIRMS.csv CONTACTS.csv")
	}
	if err != nil {
		return nil, ledger.Round{}, nil, err
	}
	round, err := l.Ledger.Round(ctx, ed.ID)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, ledger.Round{}, nil, someFailed("%s is not open; first: cssa edition open --edition %s", ed.ID, ed.ID)
	}
	return ed, round, firms, err
}
