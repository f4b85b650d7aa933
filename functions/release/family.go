package release

import (
	"context"
	"fmt"

	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/lake"
	"cssa/shared/table"
)

// Family reads a run's tables and what protecting them together takes, from the restricted door. Groups of a dimension that
// the run's firms do not name cannot be protected and are left out.
func Family(ctx context.Context, restricted lake.Source, ed *checklist.Edition, run string) (disclosure.Family, error) {
	f := disclosure.Family{Edition: ed, Corporate: map[disclosure.Cell]int{}}
	rows, err := lake.Read[lake.DistributionRow](ctx, restricted, ed.ID, run)
	if err != nil {
		return f, err
	}
	tables, err := lake.DistributionTables(ed.ID, run, rows)
	if err != nil {
		return f, err
	}
	firms, err := lake.Read[lake.FirmRow](ctx, restricted, ed.ID, run)
	if err != nil {
		return f, err
	}
	groups, corporate := map[string][]table.Group{}, map[string][]string{}
	for _, firm := range firms {
		groups[firm.Firm] = groupsOf(firm)
		if firm.CorporateGroup != "" {
			corporate[firm.CorporateGroup] = append(corporate[firm.CorporateGroup], firm.Firm)
		}
	}
	for _, t := range tables {
		switch checklist.Dimension(t.Group.Dimension) {
		case checklist.ByAll, checklist.BySector, checklist.ByGroup, checklist.BySize:
			f.Tables = append(f.Tables, t)
		}
	}
	several := map[string]bool{}
	for _, of := range corporate {
		for _, firm := range of {
			several[firm] = len(of) > 1
		}
	}
	replied := map[string]bool{}
	for rows, err := range lake.ReadSeq[lake.AnswerRow](ctx, restricted, ed.ID, run) {
		if err != nil {
			return f, err
		}
		for i := range rows {
			if !replied[rows[i].Firm] {
				replied[rows[i].Firm] = true
				f.Members = append(f.Members, groups[rows[i].Firm])
				f.Bound = append(f.Bound, several[rows[i].Firm])
			}
			if !several[rows[i].Firm] {
				continue
			}
			for _, g := range append([]table.Group{table.All}, groups[rows[i].Firm]...) {
				f.Corporate[cellOf(g, &rows[i])]++
			}
		}
	}
	return f, nil
}

func groupsOf(f lake.FirmRow) []table.Group {
	var out []table.Group
	for _, g := range []table.Group{
		{Dimension: string(checklist.BySector), ID: f.Sector},
		{Dimension: string(checklist.ByGroup), ID: f.PeerGroup},
		{Dimension: string(checklist.BySize), ID: f.SizeBand},
	} {
		if g.ID != "" {
			out = append(out, g)
		}
	}
	return out
}

func cellOf(g table.Group, r *lake.AnswerRow) disclosure.Cell {
	c := disclosure.Cell{Group: g, Question: checklist.QuestionID(r.Question), Item: checklist.ItemID(r.Item),
		Stage: checklist.StageID(r.Stage), Column: r.Choice}
	switch checklist.State(r.State) {
	case checklist.Unanswered:
		c.Column = disclosure.Unanswered
	case checklist.NotApplicable:
		c.Column = disclosure.NotApplicable
	case checklist.Answered:
	}
	return c
}

// protect returns what may be shown of a run: the distributions of the whole sector and of the groups that are shown, protected
// together, and the figures that follow from them.
func (s *Step) protect(ctx context.Context, ed *checklist.Edition, run string) (distributions, figures []table.Table, err error) {
	family, err := Family(ctx, s.Lake, ed, run)
	if err != nil {
		return nil, nil, err
	}
	if distributions, err = family.Protect(); err != nil {
		return nil, nil, fmt.Errorf("protect run %s: %w", run, err)
	}
	figures, err = disclosure.Figures(ed, distributions)
	return distributions, figures, err
}
