package report

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A Segment is a part of a bar, in firms of the bar's base, which is Of.
type Segment struct {
	From, To, Of int
	Class        string // of the stylesheet
	Label        string // the share, where the segment is wide enough for it; the same in both languages
	Mine         bool
	Withheld     bool
}

// X and Width return the place of the segment in percent of the bar.
func (s Segment) X() string { return percent(s.From, s.Of) }

// Width is the segment's length in percent of the bar.
func (s Segment) Width() string { return percent(s.To-s.From, s.Of) }

// Middle is the segment's middle in percent of the bar.
func (s Segment) Middle() string { return percent(s.From+s.To, 2*s.Of) }

func percent(n, of int) string { return fmt.Sprintf("%.2f%%", 100*float64(n)/float64(of)) }

// labelled is the share in tenths from which a segment has room for its number.
const labelled = 90

// segments returns the bar of a row whose columns are parts of a whole. Withheld cells of one joint are one segment, at the
// place of the first of them; cells of which not even a joint is told share what is left of the bar.
func segments(row *table.Row, legend []Level, own int) []Segment {
	if row.Base == 0 {
		return nil
	}
	rest := row.Base
	for _, c := range row.Cells {
		n, _ := c.Count()
		rest -= n
	}
	for _, j := range row.Joints {
		rest -= j.Count
	}
	var bar []Segment
	at := 0
	add := func(s Segment, n int) {
		s.From, s.To, s.Of = at, at+n, row.Base
		at += n
		if n > 0 {
			bar = append(bar, s)
		}
	}
	drawn := map[int]bool{}
	for i, c := range row.Cells {
		if share, ok := c.Share(); ok {
			n, _ := c.Count()
			s := Segment{Class: legend[i].Class, Mine: i == own}
			if share >= labelled {
				s.Label = share.String()
			}
			add(s, n)
			continue
		}
		j, ok := c.Withheld()
		if !ok || drawn[j] {
			continue
		}
		drawn[j] = true
		n := rest
		if j >= 0 {
			n = row.Joints[j].Count
		}
		add(Segment{Class: "x", Label: "※", Withheld: true, Mine: slices.Contains(withheldWith(row, j), own)}, n)
	}
	return bar
}

// withheldWith returns the columns that are withheld as part of joint j.
func withheldWith(row *table.Row, j int) (columns []int) {
	for i, c := range row.Cells {
		if k, ok := c.Withheld(); ok && k == j {
			columns = append(columns, i)
		}
	}
	return columns
}

// shares returns the cells of a row whose columns are parts of a whole. A run of cells withheld together is one cell over
// all of them; where they do not stand side by side, each part of the run says the same.
func shares(row *table.Row, own int) []Cell {
	cells := make([]Cell, len(row.Cells))
	for i, c := range row.Cells {
		cells[i] = Cell{Text: same("−"), Span: 1, Mine: i == own}
		if share, ok := c.Share(); ok {
			cells[i].Text = same(share.String())
		}
		j, ok := c.Withheld()
		if !ok {
			continue
		}
		cells[i].Withheld = true
		cells[i].Text = same("※")
		if j >= 0 {
			n := len(row.Joints[j].Columns)
			share := table.ShareOf(row.Joints[j].Count, row.Base)
			cells[i].Text = checklist.Text{
				JA: fmt.Sprintf("※ %d区分計 %s", n, share), EN: fmt.Sprintf("※ %d answers together %s", n, share),
			}
			if i > 0 {
				if before, ok := row.Cells[i-1].Withheld(); ok && before == j {
					first := i - 1
					for cells[first].Span == 0 {
						first--
					}
					cells[first].Span++
					cells[first].Mine = cells[first].Mine || i == own
					cells[i].Span = 0
				}
			}
		}
	}
	return cells
}

// single returns the bar of one class, or of the classes withheld together with it.
func single(row *table.Row, column int) []Segment {
	if row.Base == 0 {
		return nil
	}
	c := row.Cells[column]
	if n, ok := c.Count(); ok {
		return []Segment{{To: n, Of: row.Base, Class: "l2"}}
	}
	if j, ok := c.Withheld(); ok && j >= 0 {
		return []Segment{{To: row.Joints[j].Count, Of: row.Base, Class: "x", Withheld: true}}
	}
	return nil
}

// yesShare returns the bar and the cell of an item answered yes or no. Where few said yes, the bar is hatched up to the
// threshold; where few said no, it is solid up to what that leaves and hatched from there. Neither end depends on the count.
func yesShare(row *table.Row, yes, threshold int) ([]Segment, Cell) {
	c := row.Cells[yes]
	if row.Base == 0 {
		return nil, Cell{Text: same("−"), Span: 1}
	}
	if share, ok := c.Share(); ok {
		n, _ := c.Count()
		return []Segment{{To: n, Of: row.Base, Class: "l2"}}, Cell{Text: same(share.String()), Span: 1}
	}
	cell := Cell{Text: same("※"), Span: 1, Withheld: true}
	j, _ := c.Withheld()
	few := -1
	if j >= 0 {
		few = row.Joints[j].Few
	}
	hatched := Segment{To: row.Base, Of: row.Base, Class: "x", Withheld: true}
	switch {
	case few == yes:
		hatched.To = min(threshold, row.Base)
		cell.Text = checklist.Text{JA: fmt.Sprintf("※ %d先未満", threshold), EN: fmt.Sprintf("※ under %d firms", threshold)}
	case few >= 0 && row.Base > threshold:
		hatched.From = row.Base - threshold
		bound := table.ShareOf(hatched.From, row.Base)
		cell.Text = checklist.Text{JA: fmt.Sprintf("※ %s超", bound), EN: fmt.Sprintf("※ over %s", bound)}
		return []Segment{{To: hatched.From, Of: row.Base, Class: "l2"}, hatched}, cell
	}
	return []Segment{hatched}, cell
}

// levels returns the choices of a place as they are drawn: blues from dark to light in the order of the checklist where
// they are ordered, greens where they are not.
func levels(q *checklist.Question, stage checklist.StageID) []Level {
	choices := q.ChoicesAt(stage)
	all := make([]Level, len(choices))
	for i, c := range choices {
		all[i] = Level{Class: level(q, stage, i), Label: c.Label}
	}
	return all
}

func level(q *checklist.Question, stage checklist.StageID, i int) string {
	n := len(q.ChoicesAt(stage))
	if !q.Ordered(stage) {
		return fmt.Sprintf("n%d", i%5+1)
	}
	// The last level is always the lightest: two levels are 1 and 4, three are 1, 2 and 4; a fifth stands between 3 and 4.
	steps := map[int][]string{1: {"l1"}, 2: {"l1", "l4"}, 3: {"l1", "l2", "l4"}, 4: {"l1", "l2", "l3", "l4"}, 5: {"l1", "l2", "l5", "l3", "l4"}}
	if s, ok := steps[n]; ok {
		return s[i]
	}
	return []string{"l1", "l2", "l5", "l3", "l6", "l4"}[min(i*6/n, 5)]
}

func same(s string) checklist.Text { return checklist.Text{JA: s, EN: s} }
