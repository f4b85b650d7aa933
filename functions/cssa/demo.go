package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"cssa/functions/cssa/synthesise"
	"cssa/infra/laptop"
	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
)

// A demoMark stands in the folder of a demo: what it plays, so that the same command takes up where a killed one stopped,
// and nothing else is ever wiped.
type demoMark struct {
	Edition checklist.EditionID `json:"edition"`
	Seed    uint64              `json:"seed"`
	Firms   int                 `json:"firms"`
	Sectors string              `json:"sector_firms,omitempty"` // as given, if they were
	Stories int                 `json:"stories_percent"`
	Note    string              `json:"note"`
}

func (d *desk) demoCommand() *cobra.Command {
	var o synthesise.Options
	var wipe bool
	c := &cobra.Command{
		Use: "demo", Short: "Play a whole round of invented firms on this machine, end to end", Args: cobra.NoArgs,
		Long: "Everything is real but the firms: workbooks are uploaded by presigned URL, read, checked, stored, counted, released\n" +
			"and answered. Killed at any moment, the same command takes up where it stopped. Nothing is sent.",
		Example: "  cssa demo\n  cssa demo --firms 40 --data /tmp/forty\n  cssa demo --edition 2022-regional --data /tmp/regional",
	}
	populationFlags(c, &o)
	c.Flags().BoolVar(&wipe, "wipe", false, "remove an earlier demo from the folder first")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return d.demo(cmd.Context(), o, wipe) }
	return c
}

func (d *desk) demo(ctx context.Context, o synthesise.Options, wipe bool) error {
	if d.stage != "" {
		return usage("demo is for a folder: invented firms do not belong on a stage")
	}
	started := d.now()
	ed, err := questionnaire.NewLibrary(d.editionSources()...).Edition(ctx, d.editionID())
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	var r *synthesise.Round
	ph := d.phase("invented firms", 0)
	if r, err = synthesise.Plan(ed, o); err != nil {
		return failure{exitUsage, err}
	}
	mark := demoMark{ed.ID, o.Seed, r.Options.Firms, givenSectors(o), o.Stories, "invented data / 架空のデータ"}
	if err := d.claimDemoFolder(ctx, mark, wipe); err != nil { // not before it is known that there is a demo to play
		return err
	}
	c := &clock{}
	c.set(started) // later than all that a killed demo received, so that it keeps its times; the player turns it back
	l, err := laptop.Open(ctx, laptop.Config{Dir: d.data, Now: c.now})
	if errors.Is(err, laptop.ErrHeld) {
		return fmt.Errorf("%w; stop it first, or choose another folder with --data", err)
	}
	if err != nil {
		return err
	}
	defer func() {
		if err := l.Close(); err != nil {
			fmt.Fprintf(d.err, "cssa: close: %v\n", err)
		}
	}()
	d.say("cssa %s   data %s   embedded: S3 server, SQLite, outbox folder   invented data", version, d.data)
	d.say("The round %s, %s to %s, played in simulated time.\n", ed.ID,
		ed.Opens.In(ed.Location).Format("2006-01-02"), ed.Closing.AddDate(0, 0, 55).In(ed.Location).Format("2006-01-02"))
	p := newPlayer(d, l, r, c)
	p.phases = append(p.phases, timed{"invented firms", ph.end("%d firms, %d uploads planned", len(r.Register.At(ed.ReferenceDate)), len(r.Uploads)).Seconds()})
	if err := p.play(ctx); err != nil {
		return err
	}
	s, err := p.summary(ctx)
	if err != nil {
		return err
	}
	s.Seconds, s.PeakMB = d.now().Sub(started).Seconds(), peakMB()
	if err := d.emit(s, func() { d.printSummary(l, s) }); err != nil {
		return err
	}
	if n := s.failures(); n > 0 {
		return someFailed("%d things did not come out as they must; they are listed above", n)
	}
	return nil
}

// claimDemoFolder makes the folder the demo's, if it holds this very demo, or nothing but editions of one's own.
func (d *desk) claimDemoFolder(ctx context.Context, mark demoMark, wipe bool) error {
	path := filepath.Join(d.data, "demo.json")
	var have demoMark
	raw, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := json.Unmarshal(raw, &have); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	case !errors.Is(err, os.ErrNotExist):
		return err
	default:
		entries, err := os.ReadDir(d.data)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() != "editions" }) {
			return usage("%s holds something that is not a demo; choose another folder: cssa demo --data DIR", d.data)
		}
	}
	if wipe && have != (demoMark{}) {
		if err := d.wipe(ctx); err != nil {
			return err
		}
		have = demoMark{}
	}
	if have == mark {
		return nil
	}
	if have != (demoMark{}) {
		return usage("%s holds another demo (%d firms, seed %d); remove it with --wipe, or choose another folder with --data", d.data, have.Firms, have.Seed)
	}
	if err := os.MkdirAll(d.data, 0o700); err != nil {
		return err
	}
	if raw, err = json.MarshalIndent(mark, "", "  "); err != nil {
		return err
	}
	// Whole or not at all: a half-written mark would make the folder nobody's.
	if err := os.WriteFile(path+".new", append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// wipe removes the demo, unless a process holds it. Its mark goes last. Editions are somebody's work and stay.
func (d *desk) wipe(ctx context.Context) error {
	l, err := laptop.Lock(ctx, d.data, 0)
	if err != nil {
		return err
	}
	defer l.Unlock() //nolint:errcheck // its file is removed below
	entries, err := os.ReadDir(d.data)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "demo.json" || e.Name() == "editions" {
			continue
		}
		if err := os.RemoveAll(filepath.Join(d.data, e.Name())); err != nil {
			return fmt.Errorf("wipe: %w", err)
		}
	}
	return os.Remove(filepath.Join(d.data, "demo.json"))
}
