package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cssa/functions/cssa/synthesise"
	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
)

func (d *desk) synthesiseCommand() *cobra.Command {
	var o synthesise.Options
	out, follows := "synthetic", ""
	c := &cobra.Command{
		Use: "synthesise", Short: "Write invented firms to a folder: register, filled workbooks, what each must lead to", Args: cobra.NoArgs,
		Long:    "The answers agree with every statement that the edition's figures make in words. All of it is marked as invented and may be published.",
		Example: "  cssa synthesise --out synthetic --firms 272 --seed 7\n  cssa synthesise --edition 2024-securities --follows synthetic --out a-year-on",
	}
	c.Flags().StringVar(&out, "out", out, "folder to write")
	c.Flags().StringVar(&follows, "follows", "", "folder of the edition before, as this verb wrote it: the same firms a year on")
	populationFlags(c, &o)
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		editions := questionnaire.NewLibrary(d.editionSources()...)
		ed, err := editions.Edition(cmd.Context(), d.editionID())
		if err != nil {
			return failure{exitSomeFailed, err}
		}
		if soffice, err := exec.LookPath("soffice"); err == nil {
			o.Soffice = soffice
		}
		var r *synthesise.Round
		if follows == "" {
			r, err = synthesise.Plan(ed, o)
		} else {
			r, err = d.follow(cmd.Context(), editions, follows, ed, o)
		}
		if err != nil {
			return failure{exitUsage, err}
		}
		ph := d.phase("filled workbooks", len(r.Uploads))
		if err := r.Write(cmd.Context(), d.path(out), ph.set); err != nil {
			return err
		}
		ph.end("")
		return d.emit(map[string]any{"folder": d.path(out), "firms": len(r.Register.At(ed.ReferenceDate)), "uploads": len(r.Uploads), "withdrawals": len(r.Withdrawals), "never_sent": len(r.NeverSent)}, func() {
			d.say("%s: %d firms, %d uploads, all invented. Next:", d.path(out), len(r.Register.At(ed.ReferenceDate)), len(r.Uploads))
			d.say("  cssa firms import %s %s", filepath.Join(out, "register", "firms.csv"), filepath.Join(out, "register", "contacts.csv"))
		})
	}
	return c
}

// follow plans the round after the one in a folder.
func (d *desk) follow(ctx context.Context, editions *questionnaire.Library, folder string, ed *checklist.Edition, o synthesise.Options) (*synthesise.Round, error) {
	body, err := os.ReadFile(filepath.Join(d.path(folder), "plan.json"))
	if err != nil {
		return nil, fmt.Errorf("no round is in %s: %w", folder, err)
	}
	var m synthesise.Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(folder, "plan.json"), err)
	}
	before, err := editions.Edition(ctx, m.Edition)
	if err != nil {
		return nil, err
	}
	last, err := m.Round(before)
	if err != nil {
		return nil, fmt.Errorf("the round in %s: %w", folder, err)
	}
	return synthesise.Follow(last, ed, o)
}

// populationFlags are the flags of what firms are invented.
func populationFlags(c *cobra.Command, o *synthesise.Options) {
	f := c.Flags()
	f.IntVar(&o.Firms, "firms", 0, "how many firms, at least 30 (default: as many as the edition's sectors have)")
	f.StringToIntVar(&o.Sectors, "sector-firms", nil, "how many firms of each sector, e.g. shinkin=254,shinkumi=145")
	f.Uint64Var(&o.Seed, "seed", 2023, "the same seed draws the same firms")
	f.IntVar(&o.Stories, "stories", synthesise.DefaultStories, "percent of the firms that live through a story (late, spoilt, withdrawn …)")
}

// givenSectors returns the sizes of sectors that were given, in order, or "".
func givenSectors(o synthesise.Options) string {
	var given []string
	for id, n := range o.Sectors {
		given = append(given, fmt.Sprintf("%s=%d", id, n))
	}
	slices.Sort(given)
	return strings.Join(given, ",")
}

// editionSources returns where editions are read from without a deployment: the supervisor's own, then the built-in ones.
func (d *desk) editionSources() []fs.FS {
	own := filepath.Join(d.data, "editions")
	if _, err := os.Stat(own); err != nil {
		return []fs.FS{questionnaire.Builtin()}
	}
	return []fs.FS{os.DirFS(own), questionnaire.Builtin()}
}
