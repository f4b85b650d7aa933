package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cssa/functions/release"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/lake"
	"cssa/shared/table"
)

func (d *desk) disclosureCommand() *cobra.Command {
	var thresholds, minimums []int
	var cells bool
	c := &cobra.Command{Use: "disclosure [ID]", Short: "Show what a threshold (秘匿基準) and a group minimum cost", Args: cobra.MaximumNArgs(1),
		Long: "Protects the tables of the current run with each threshold and group minimum, and prints for each group of firms what share\n" +
			"of the rows can be read whole. The choice of both numbers rests on this. − is a group that is not shown.",
		Example: "  cssa edition disclosure 2023-securities\n  cssa edition disclosure --threshold 3,5 --minimum 30 --cells"}
	c.Flags().IntSliceVar(&thresholds, "threshold", []int{3, 5, 10}, "thresholds to try")
	c.Flags().IntSliceVar(&minimums, "minimum", []int{10, 20, 30, 50}, "group minimums to try")
	c.Flags().BoolVar(&cells, "cells", false, "the share of single counts that are shown, not of whole rows")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(thresholds) == 0 || len(minimums) == 0 || slices.Min(thresholds) < 1 || slices.Min(minimums) < 1 {
			return usage("--threshold and --minimum are numbers from 1, e.g. 3,5,10")
		}
		return d.with(func(ctx context.Context, l *deployment, _ []string) error {
			return d.disclosure(ctx, l, d.named(args), thresholds, minimums, cells)
		})(cmd, args)
	}
	return c
}

// A useView is one group at one threshold and minimum, as JSON.
type useView struct {
	Threshold int    `json:"threshold"`
	Minimum   int    `json:"minimum"`
	Dimension string `json:"dimension"`
	Group     string `json:"group"`
	Firms     int    `json:"firms"`
	Shown     bool   `json:"shown"`
	Rows      int    `json:"rows"`
	Readable  int    `json:"rows_readable"`
	Cells     int    `json:"cells"`
	Told      int    `json:"cells_shown"`
}

func (d *desk) disclosure(ctx context.Context, l *deployment, id checklist.EditionID, thresholds, minimums []int, cells bool) error {
	ed, err := l.Editions.Edition(ctx, id)
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	run, err := lake.Current(ctx, l.Lake, ed.ID)
	if errors.Is(err, archive.ErrNotFound) {
		return someFailed("nothing of %s was aggregated yet; first: cssa aggregate --edition %s", ed.ID, ed.ID)
	}
	if err != nil {
		return err
	}
	family, err := release.Family(ctx, l.Lake, ed, run)
	if err != nil {
		return err
	}
	uses, err := family.Usefulness(thresholds, minimums)
	if err != nil {
		return err
	}
	views := make([]useView, len(uses))
	for i, u := range uses {
		views[i] = useView{u.Threshold, u.GroupMinimum, u.Group.Dimension, u.Group.ID, u.Firms, u.Shown, u.Rows, u.Readable, u.Cells, u.Told}
	}
	return d.emit(views, func() {
		what := "rows of which every count is shown"
		if cells {
			what = "counts that are shown"
		}
		d.say("%s   run %s   %s, in percent; − : the group is not shown", ed.ID, run, what)
		d.printUses(ed, uses, thresholds, minimums, cells)
		d.say("The edition has threshold %d and group minimum %d.", ed.Threshold, ed.GroupMinimum)
	})
}

// printUses prints a line for each group and a column for each threshold and minimum.
func (d *desk) printUses(ed *checklist.Edition, uses []disclosure.Use, thresholds, minimums []int, cells bool) {
	var groups []table.Group
	lines := map[table.Group]string{}
	for _, u := range uses {
		if lines[u.Group] == "" {
			groups = append(groups, u.Group)
			name := ed.GroupName(checklist.Dimension(u.Group.Dimension), u.Group.ID).In(d.lang)
			lines[u.Group] = fmt.Sprintf("  %s %s %5d ", pad(u.Group.Dimension, 7), pad(name, 32), u.Firms)
		}
		part, of := u.Readable, u.Rows
		if cells {
			part, of = u.Told, u.Cells
		}
		text := "−"
		if u.Shown && of > 0 {
			text = fmt.Sprint((100*part + of/2) / of)
		}
		lines[u.Group] += strings.Repeat(" ", max(0, 5-len([]rune(text)))) + text
	}
	top, below := fmt.Sprintf("  %s %s threshold", pad("", 7), pad("", 29)), fmt.Sprintf("  %s %s firms ≥ ", pad("", 7), pad("", 31))
	for _, t := range thresholds {
		for i, m := range minimums {
			text := ""
			if i == 0 {
				text = fmt.Sprint(t)
			}
			top += fmt.Sprintf("%5s", text)
			below += fmt.Sprintf("%5d", m)
		}
	}
	d.say("%s\n%s", strings.TrimRight(top, " "), below)
	for _, g := range groups {
		d.say("%s", lines[g])
	}
}
