package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/workbook"
)

func (d *desk) templateCommand() *cobra.Command {
	var firm, out string
	var prefilled bool
	c := &cobra.Command{
		Use: "template", Short: "Write a firm's checklist workbook, blank or with its last answers", Args: cobra.NoArgs,
		Example: "  cssa template --firm S-0137 --out S-0137.xlsx\n  cssa template --firm S-0137 --edition 2024-securities --prefilled",
	}
	c.Flags().StringVar(&firm, "firm", "", "firm id, e.g. S-0137 (required)")
	c.Flags().StringVar(&out, "out", "", "file to write; default FIRM.xlsx")
	c.Flags().BoolVar(&prefilled, "prefilled", false, "with the firm's answers to the edition before (前回の回答), as the invitation carries it")
	c.RunE = d.with(func(ctx context.Context, l *deployment, _ []string) error {
		return d.template(ctx, l, firm, out, prefilled)
	})
	return c
}

func (d *desk) template(ctx context.Context, l *deployment, firm, out string, prefilled bool) error {
	id, err := checklist.ParseFirmID(firm)
	if err != nil {
		return failure{exitUsage, err}
	}
	ed, err := l.Editions.Edition(ctx, d.editionID())
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	firms, err := l.Ledger.Firms(ctx)
	if errors.Is(err, ledger.ErrNotFound) {
		return someFailed("the register is empty; first: cssa firms import FIRMS.csv CONTACTS.csv")
	}
	if err != nil {
		return err
	}
	f, err := firms.Firm(id, ed.ReferenceDate)
	if err != nil {
		return err
	}
	if out == "" {
		out = firm + ".xlsx"
	}
	body, from, err := l.Invite.Checklist(ctx, ed.ID, f.ID, !prefilled)
	if err != nil {
		return err
	}
	if prefilled && from == "" {
		return someFailed("%s has no answers that could be carried over to %s; without --prefilled it gets a blank workbook", f.ID, ed.ID)
	}
	if err := os.WriteFile(d.path(out), body, 0o600); err != nil {
		return err
	}
	view := map[string]any{"file": out, "edition": ed.ID, "firm": f.ID, "bytes": len(body)}
	if prefilled {
		view["answers_of"] = from
	}
	return d.emit(view, func() {
		if prefilled {
			d.say("%s: the checklist of %s %s for %s, with the answers of %s to %s. Next: bring it up to date, then cssa check %s", out, f.ID, f.Name.In(d.lang), ed.ID, from, ed.Mapping.From, out)
			return
		}
		d.say("%s: the blank checklist of %s %s for %s. Next: fill it in, then cssa check %s", out, f.ID, f.Name.In(d.lang), ed.ID, out)
	})
}

func (d *desk) checkCommand() *cobra.Command {
	var firm string
	c := &cobra.Command{
		Use: "check FILE", Short: "Read and check a filled workbook without submitting it", Args: cobra.ExactArgs(1),
		Long: "Needs no deployment and stores nothing. The firm and edition are those written in the workbook, unless --firm and --edition\n" +
			"say otherwise. Firms without this program have the page that `cssa edition page` writes: it comes to the same verdict.",
		Example: "  cssa check S-0137.xlsx",
	}
	c.Flags().StringVar(&firm, "firm", "", "the firm the workbook must belong to")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return d.check(cmd.Context(), args[0], firm, cmd.Flags().Changed("edition"))
	}
	return c
}

// check tells the verdict on a file. It is checked for the edition of --edition if that is given, else for its own.
func (d *desk) check(ctx context.Context, file, firm string, given bool) error {
	body, err := os.ReadFile(d.path(file))
	if err != nil {
		return usage("%v", err)
	}
	r := bytes.NewReader(body)
	id := d.editionID()
	who, err := workbook.IdentityOf(r, r.Size())
	if err == nil && !given {
		if its, err := checklist.ParseEditionID(string(who.Edition)); err == nil {
			id = its
		}
		if _, err := d.library().Folder(id); err != nil {
			ids, err := d.library().IDs()
			if err != nil {
				return err
			}
			return someFailed("%s is of the edition %s, which is not here. Here are: %v. To check it against one of them: --edition", file, id, ids)
		}
	}
	ed, err := d.library().Edition(ctx, id)
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	got, verdict := workbook.Check(r, r.Size(), ed, checklist.FirmID(firm))
	blocking := checklist.Blocking(got.Faults)
	view := struct {
		File string `json:"file"`
		workbook.Verdict
	}{file, verdict}
	err = d.emit(view, func() {
		if blocking == 0 {
			d.say("ok    %s   %s   %d answers, %d to confirm", file, verdict.Firm, verdict.Answers, len(got.Faults))
		} else {
			d.say("FAIL  %s   %d to mend, %d to confirm", file, blocking, len(got.Faults)-blocking)
		}
		d.faultTable(got.Faults)
		if blocking == 0 {
			d.say("Next: cssa submit %s --firm %s", file, verdict.Firm)
		}
	})
	if err == nil && blocking > 0 {
		return someFailed("%s would be returned", filepath.Base(file))
	}
	return err
}

// faultTable lists faults by sheet: cell, question, code, what was found, what is wrong, how to mend it.
func (d *desk) faultTable(faults []checklist.Fault) {
	sheet := ""
	for _, f := range faults {
		if f.Sheet != sheet {
			sheet = f.Sheet
			d.say("  %s", sheet)
		}
		found := strings.Join(strings.Fields(f.Found), " ")
		if found != "" {
			found = "“" + runewidth.Truncate(found, 40, "…") + "”  "
		}
		d.say("    %s %s %s  %s%s %s", pad(f.Cell, 6), pad(f.Question, 5), f.Code, found, f.What.In(d.lang), f.Mend.In(d.lang))
	}
}
