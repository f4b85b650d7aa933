package tally

import (
	"fmt"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A Verdict is a claim of the published source held against a figure's numbers.
type Verdict struct {
	Figure checklist.FigureID
	Claim  checklist.Claim
	Share  table.Share  // of the claim's series added up, or of the rest; meaningful if Known
	Than   *table.Share // of the row compared with, if the claim names one
	Known  bool         // every cell needed shows a count
	Holds  bool         // Known and the words are true of the share
}

// Claims holds every claim of the edition against the whole population's figures among tables (as from
// [Tally.Figures], withheld or not), in the edition's order. A claim that cannot be read, or that names a figure, row or
// series that is not there, is an error; so is one that adds up series of different bases.
func Claims(ed *checklist.Edition, tables []table.Table) ([]Verdict, error) {
	figures := map[string]table.Table{}
	for _, tb := range tables {
		if tb.Group == table.All && tb.Stage == "" {
			figures[tb.ID] = tb
		}
	}
	var out []Verdict
	for i := range ed.Figures {
		fig := &ed.Figures[i]
		for _, c := range fig.Claims {
			tb, ok := figures[string(fig.ID)]
			if !ok {
				return nil, fmt.Errorf("claim %q: no table of %s", c.Words, fig.ID)
			}
			v, err := judge(fig, tb, c)
			if err != nil {
				return nil, fmt.Errorf("claim %q of %s: %w", c.Words, fig.ID, err)
			}
			out = append(out, v)
		}
	}
	return out, nil
}

func judge(fig *checklist.Figure, tb table.Table, c checklist.Claim) (Verdict, error) {
	v := Verdict{Figure: fig.ID, Claim: c}
	words, err := table.ParseWords(c.Words)
	if err != nil {
		return v, err
	}
	if words.Compares() && c.Than == "" {
		return v, fmt.Errorf("it compares, and names no row to compare with")
	}
	if v.Share, v.Known, err = added(fig, tb, c.Item, c); err != nil {
		return v, err
	}
	if c.Than != "" {
		than, known, err := added(fig, tb, c.Than, c)
		if err != nil {
			return v, err
		}
		v.Than, v.Known = &than, v.Known && known
	}
	v.Holds = v.Known && words.Holds(v.Share, v.Than)
	return v, nil
}

// added returns the share, from counts, of the claim's series taken together in one row, or of the rest of the base.
func added(fig *checklist.Figure, tb table.Table, item checklist.ItemID, c checklist.Claim) (table.Share, bool, error) {
	series := c.Series
	var row *table.Row
	for i := range tb.Rows {
		if tb.Rows[i].Item == string(item) {
			row = &tb.Rows[i]
		}
	}
	if row == nil {
		return 0, false, fmt.Errorf("no row %q", item)
	}
	if len(series) == 0 {
		return 0, false, fmt.Errorf("no series")
	}
	sum, base, known := 0, 0, true
	var stage checklist.StageID
	for i, id := range series {
		col := -1
		for k, s := range fig.Series {
			if s.ID == id && string(id) == tb.Columns[k] {
				col = k
			}
		}
		if col < 0 {
			return 0, false, fmt.Errorf("no series %q", id)
		}
		if i > 0 && fig.Series[col].Stage != stage {
			return 0, false, fmt.Errorf("series %q has another base than %q", id, series[0])
		}
		stage = fig.Series[col].Stage
		n, ok := row.Cells[col].Count()
		base, _ = row.Cells[col].Base()
		sum, known = sum+n, known && ok
	}
	if !known {
		return 0, false, nil
	}
	if sum > base {
		return 0, false, fmt.Errorf("series %v overlap", series)
	}
	if c.Rest {
		sum = base - sum
	}
	return table.ShareOf(sum, base), true, nil
}
