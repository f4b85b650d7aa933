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
	"cssa/shared/trend"
)

func (d *desk) trendCommand() *cobra.Command {
	var by string
	c := &cobra.Command{
		Use: "trend QUESTION", Short: "Compare a question or figure with the edition before (for the supervisor: nothing is withheld)", Args: cobra.ExactArgs(1),
		Long: "QUESTION is a printed number, a question's id or a figure's, e.g. 1-2, plan or fig01. A change of the share of all firms is\n" +
			"split into that of the firms that answered both times (within), of the firms that came and left (composition), and of what is\n" +
			"counted otherwise than before (redefinition). The parts are rounded by largest remainders, so that they add up to the change\n" +
			"between the printed shares. Where a question broke there is no line, and the reason.",
		Example: "  cssa trend 1-2 --edition 2024-securities\n  cssa trend fig01 --by group --lang ja",
	}
	c.Flags().StringVar(&by, "by", "all", "all, sector, group, size or a dimension of the edition's own")
	c.RunE = d.with(func(ctx context.Context, l *deployment, args []string) error {
		return d.trend(ctx, l, args[0], by)
	})
	return c
}

// A trendView is one series as JSON. Shares are percent and points percentage points, with one decimal; they are absent
// where there are none.
type trendView struct {
	Dimension    string `json:"dimension"`
	Group        string `json:"group"`
	Figure       string `json:"figure,omitempty"`
	Place        string `json:"place"`
	Series       string `json:"series,omitempty"`
	Broke        string `json:"broke,omitempty"` // why there is no line
	ThenCount    int    `json:"then_count"`
	ThenBase     int    `json:"then_base"`
	Then         string `json:"then,omitempty"`
	NowCount     int    `json:"now_count"`
	NowBase      int    `json:"now_base"`
	Now          string `json:"now,omitempty"`
	Panel        int    `json:"panel"`
	PanelThen    string `json:"panel_then,omitempty"`
	PanelNow     string `json:"panel_now,omitempty"`
	Change       string `json:"change,omitempty"`
	Within       string `json:"within,omitempty"`
	Composition  string `json:"composition,omitempty"`
	Redefinition string `json:"redefinition,omitempty"`
	FirmsBoth    int    `json:"firms_both"`
	FirmsCame    int    `json:"firms_came"`
	FirmsLeft    int    `json:"firms_left"`
	FirmsMerged  int    `json:"firms_merged"`
}

func (d *desk) trend(ctx context.Context, l *deployment, what, by string) error {
	ed, err := l.Editions.Edition(ctx, d.editionID())
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	if !slices.Contains(ed.Dimensions(), checklist.Dimension(by)) {
		return usage("--by %q: want one of %s", by, dimensions(ed))
	}
	if ed.Mapping == nil {
		return usage("%s follows no edition, so there is nothing to compare it with", ed.ID)
	}
	figure := checklist.FigureID("")
	q, ok := ed.Question(what)
	if fig, known := ed.Figure(checklist.FigureID(what)); !ok && known {
		figure = fig.ID
		q, ok = ed.Question(string(fig.Question))
	}
	if !ok {
		return usage("no question or figure %q in %s; see: cssa edition show", what, ed.ID)
	}
	run, rows, err := currentTrends(ctx, l.Lake, ed)
	switch {
	case errors.Is(err, archive.ErrNotFound) && run == "":
		return someFailed("nothing was aggregated yet; first: cssa aggregate")
	case errors.Is(err, archive.ErrNotFound):
		return someFailed("run %s was compared with nothing: %s was not frozen before it; first: cssa edition freeze --edition %s, then cssa aggregate --edition %s", run, ed.Mapping.From, ed.Mapping.From, ed.ID)
	case err != nil:
		return err
	}
	var mine []lake.TrendRow
	for _, r := range rows {
		if r.Question == string(q.ID) && r.Figure == string(figure) && r.Dimension == by {
			mine = append(mine, r)
		}
	}
	views := []trendView{}
	for _, r := range mine {
		views = append(views, d.trendView(r))
	}
	return d.emit(views, func() {
		d.printTrends(ed, q, figure, mine)
		d.say("Run %s, for the supervisor: nothing is withheld. Shares in percent, changes in points.", run)
	})
}

// currentTrends returns the current run behind the restricted door and its trends; the run is "" if there is none.
func currentTrends(ctx context.Context, from lake.Source, ed *checklist.Edition) (string, []lake.TrendRow, error) {
	run, err := lake.Current(ctx, from, ed.ID)
	if err != nil {
		return "", nil, err
	}
	rows, err := lake.Read[lake.TrendRow](ctx, from, ed.ID, run)
	return run, rows, err
}

func (d *desk) trendView(r lake.TrendRow) trendView {
	t := r.Trend()
	v := trendView{Dimension: r.Dimension, Group: r.GroupID, Figure: r.Figure, Place: t.Ref.String(), Series: r.Series,
		FirmsBoth: t.Flow.Both, FirmsCame: t.Flow.Came, FirmsLeft: t.Flow.Left, FirmsMerged: t.Flow.Merged}
	if t.Broke != nil {
		v.Broke = t.Broke.Why.In(d.lang)
		return v
	}
	v.ThenCount, v.ThenBase, v.NowCount, v.NowBase, v.Panel = t.Then.Count, t.Then.Base, t.Now.Count, t.Now.Base, t.Panel()
	v.Then, v.Now = shareText(t.Then.Share()), shareText(t.Now.Share())
	v.PanelThen, v.PanelNow = shareText(t.PanelThen.Share()), shareText(t.PanelNow.Share())
	if r.ChangePoints != nil {
		v.Change = trend.Points(*r.ChangePoints).String()
	}
	if p, ok := t.Print(); ok {
		v.Within, v.Composition, v.Redefinition = p.Within.String(), p.Composition.String(), p.Redefinition.String()
	}
	return v
}

func shareText(s table.Share, ok bool) string {
	if !ok {
		return ""
	}
	return s.String()
}

func (d *desk) printTrends(ed *checklist.Edition, q *checklist.Question, figure checklist.FigureID, rows []lake.TrendRow) {
	title := q.Number + " " + q.Title.In(d.lang)
	if fig, ok := ed.Figure(figure); ok {
		title = fig.Title.In(d.lang)
	}
	d.say("%s   %s → %s", title, ed.Mapping.From, ed.ID)
	group, place := "", ""
	for _, r := range rows {
		t := r.Trend()
		if r.GroupID != group || t.Ref.String() != place {
			group, place = r.GroupID, t.Ref.String()
			d.say("%s", d.trendHead(ed, q, r))
		}
		label, v := d.seriesLabel(ed, q, r), d.trendView(r)
		if v.Broke != "" {
			d.say("%s", strings.TrimRight("    no line: "+v.Broke+"   "+label, " "))
			continue
		}
		dash := func(s string) string {
			if s == "" {
				return "−"
			}
			return s
		}
		d.say("    %5s → %5s   %6s = within %s, composition %s, redefinition %s   panel of %d: %5s → %5s   %s", dash(v.Then), dash(v.Now), dash(v.Change),
			dash(v.Within), dash(v.Composition), dash(v.Redefinition), v.Panel, dash(v.PanelThen), dash(v.PanelNow), label)
	}
	if len(rows) == 0 {
		d.say("  Nothing of it is compared.")
	}
}

// trendHead returns the line over the series of one place and group.
func (d *desk) trendHead(ed *checklist.Edition, q *checklist.Question, r lake.TrendRow) string {
	head := "  "
	if it, ok := q.Item(checklist.ItemID(r.Item)); ok {
		head += it.Label.In(d.lang) + "   "
	}
	if st, ok := q.Stage(checklist.StageID(r.Stage)); ok {
		head += st.Label.In(d.lang) + "   "
	}
	if r.Dimension != string(checklist.ByAll) {
		head += ed.GroupName(checklist.Dimension(r.Dimension), r.GroupID).In(d.lang) + "   "
	}
	return head + fmt.Sprintf("replied %d → %d, both %d (%d by succession), came %d, left %d (%d merged)", r.FirmsThen, r.FirmsNow, r.FirmsBoth,
		r.FirmsSucceeded, r.FirmsCame, r.FirmsLeft, r.FirmsMerged)
}

// seriesLabel returns what a series is called: its label, or those of the choices taken together.
func (d *desk) seriesLabel(ed *checklist.Edition, q *checklist.Question, r lake.TrendRow) string {
	if fig, ok := ed.Figure(checklist.FigureID(r.Figure)); ok {
		for _, s := range fig.Series {
			if string(s.ID) == r.Series {
				return s.Label.In(d.lang)
			}
		}
		return r.Series
	}
	var labels []string
	for _, id := range strings.Split(r.Series, "+") {
		if c, ok := q.Choice(checklist.StageID(r.Stage), checklist.ChoiceID(id)); ok {
			labels = append(labels, c.Label.In(d.lang))
		}
	}
	return strings.Join(labels, " + ")
}
