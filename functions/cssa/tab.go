package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/table"
)

func (d *desk) tabCommand() *cobra.Command {
	var by string
	c := &cobra.Command{
		Use: "tab QUESTION", Short: "Tabulate a question from the current run (for the supervisor: nothing is withheld)", Args: cobra.ExactArgs(1),
		Long: "QUESTION is a printed number or an id, e.g. 1-2 or plan. --by breaks the table down by sector, group, size or a dimension\n" +
			"of the edition's own.",
		Example: "  cssa tab 1-2\n  cssa tab plan --by group --lang ja",
	}
	c.Flags().StringVar(&by, "by", "all", "all, sector, group, size or a dimension of the edition's own")
	c.RunE = d.with(func(ctx context.Context, l *deployment, args []string) error {
		return d.tab(ctx, l, args[0], by)
	})
	return c
}

// A cellView is one number of a table as JSON.
type cellView struct {
	Dimension     string `json:"dimension"`
	Group         string `json:"group"`
	Item          string `json:"item,omitempty"`
	Stage         string `json:"stage,omitempty"`
	Choice        string `json:"choice"`
	Label         string `json:"label"`
	Count         int    `json:"count"`
	Base          int    `json:"base"`
	Share         string `json:"share,omitempty"` // percent, one decimal; absent where the base is empty
	Unanswered    int    `json:"unanswered"`
	NotApplicable int    `json:"not_applicable"`
}

func (d *desk) tab(ctx context.Context, l *deployment, question, by string) error {
	ed, err := l.Editions.Edition(ctx, d.editionID())
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	if !slices.Contains(ed.Dimensions(), checklist.Dimension(by)) {
		return usage("--by %q: want one of %s", by, dimensions(ed))
	}
	q, ok := ed.Question(question)
	if !ok {
		return usage("no question %q in %s; see: cssa edition show", question, ed.ID)
	}
	run, tables, err := currentDistributions(ctx, l.Lake, ed)
	if errors.Is(err, archive.ErrNotFound) {
		return someFailed("nothing was aggregated yet; first: cssa aggregate")
	}
	if err != nil {
		return err
	}
	var mine []table.Table
	for _, t := range tables {
		if t.ID == string(q.ID) && t.Group.Dimension == by {
			mine = append(mine, t)
		}
	}
	return d.emit(d.cellViews(q, mine), func() {
		for _, t := range mine {
			d.printTable(ed, q, t)
		}
		if len(mine) == 0 {
			d.say("%s %s has no table (free text is not tabulated).", q.Number, q.Title.In(d.lang))
		}
		d.say("Run %s, for the supervisor: nothing is withheld. Shares are rounded; they do not always add up to 100.", run)
	})
}

// currentDistributions returns the current run behind the restricted door and its distributions.
func currentDistributions(ctx context.Context, from lake.Source, ed *checklist.Edition) (string, []table.Table, error) {
	run, err := lake.Current(ctx, from, ed.ID)
	if err != nil {
		return "", nil, err
	}
	rows, err := lake.Read[lake.DistributionRow](ctx, from, ed.ID, run)
	if err != nil {
		return "", nil, err
	}
	tables, err := lake.DistributionTables(ed.ID, run, rows)
	return run, tables, err
}

func (d *desk) printTable(ed *checklist.Edition, q *checklist.Question, t table.Table) {
	title := q.Title.In(d.lang)
	if st, ok := q.Stage(checklist.StageID(t.Stage)); ok {
		title += " / " + st.Label.In(d.lang)
	}
	if t.Group != table.All {
		title += "   " + ed.GroupName(checklist.Dimension(t.Group.Dimension), t.Group.ID).In(d.lang)
	}
	d.say("%s %s   firms %d   replied %d", q.Number, title, t.Firms, t.Replied)
	for _, row := range t.Rows {
		if it, ok := q.Item(checklist.ItemID(row.Item)); ok {
			d.say("  %s   n=%d   unanswered %d   not applicable %d", it.Label.In(d.lang), row.Base, row.Unanswered, row.NotApplicable)
		} else {
			d.say("  n=%d   unanswered %d   not applicable %d", row.Base, row.Unanswered, row.NotApplicable)
		}
		for i, cell := range row.Cells {
			if q.Kind == checklist.Multiple && checklist.ChoiceID(t.Columns[i]) != checklist.Yes {
				continue
			}
			c, _ := q.Choice(checklist.StageID(t.Stage), checklist.ChoiceID(t.Columns[i]))
			n, _ := cell.Count()
			share, printed := cell.Share()
			text := "    −"
			if printed {
				text = fmt.Sprintf("%5s", share)
			}
			d.say("    %s %s %6s  %s", bar(int(share), 32), text, fmt.Sprintf("(%d)", n), c.Label.In(d.lang))
		}
	}
}

func (d *desk) cellViews(q *checklist.Question, tables []table.Table) []cellView {
	views := []cellView{}
	for _, t := range tables {
		for _, row := range t.Rows {
			for i, cell := range row.Cells {
				c, _ := q.Choice(checklist.StageID(t.Stage), checklist.ChoiceID(t.Columns[i]))
				n, _ := cell.Count()
				v := cellView{
					Dimension: t.Group.Dimension, Group: t.Group.ID, Item: row.Item, Stage: t.Stage, Choice: t.Columns[i], Label: c.Label.In(d.lang),
					Count: n, Base: row.Base, Unanswered: row.Unanswered, NotApplicable: row.NotApplicable,
				}
				if share, ok := cell.Share(); ok {
					v.Share = share.String()
				}
				views = append(views, v)
			}
		}
	}
	return views
}

// dimensions names the dimensions of an edition as a person writes them.
func dimensions(ed *checklist.Edition) string {
	var names []string
	for _, d := range ed.Dimensions() {
		names = append(names, string(d))
	}
	return strings.Join(names, ", ")
}
