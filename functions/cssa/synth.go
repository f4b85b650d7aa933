package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"cssa/functions/cssa/synthesise"
	"cssa/shared/questionnaire"
)

func (d *desk) synthesiseCommand() *cobra.Command {
	o := synthesise.Options{Seed: 2023, Firms: synthesise.DefaultFirms, Stories: synthesise.DefaultStories}
	out := "synthetic"
	c := &cobra.Command{
		Use: "synthesise", Short: "Write an invented sector to a folder: register, filled workbooks, what each must lead to", Args: cobra.NoArgs,
		Long:    "The answers agree with every statement of the published summary. All of it is marked as invented and may be published.",
		Example: "  cssa synthesise --out synthetic --firms 272 --seed 7",
	}
	c.Flags().StringVar(&out, "out", out, "folder to write")
	c.Flags().IntVar(&o.Firms, "firms", o.Firms, "how many firms, at least 30")
	c.Flags().Uint64Var(&o.Seed, "seed", o.Seed, "the same seed draws the same sector")
	c.Flags().IntVar(&o.Stories, "stories", o.Stories, "percent of the firms that live through a story")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		ed, err := questionnaire.NewLibrary(d.editionSources()...).Edition(cmd.Context(), d.editionID())
		if err != nil {
			return failure{exitSomeFailed, err}
		}
		if soffice, err := exec.LookPath("soffice"); err == nil {
			o.Soffice = soffice
		}
		r, err := synthesise.Plan(ed, o)
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

// editionSources returns where editions are read from without a deployment: the supervisor's own, then the built-in ones.
func (d *desk) editionSources() []fs.FS {
	own := filepath.Join(d.data, "editions")
	if _, err := os.Stat(own); err != nil {
		return []fs.FS{questionnaire.Builtin()}
	}
	return []fs.FS{os.DirFS(own), questionnaire.Builtin()}
}
