package lake

import (
	"errors"
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// ErrTable is wrapped where a table cannot be written as rows, or rows do not make a table.
var ErrTable = errors.New("not a table of the lake")

// DistributionRows returns unprotected distributions, for the restricted door, in the order given. A table without
// columns (free text) has no rows.
func DistributionRows(tables []table.Table) ([]DistributionRow, error) {
	return rowsOf(tables, func(l line) (DistributionRow, error) {
		return DistributionRow{l.id, l.item, l.stage, l.column, l.counts, valueOf(l.cell.count), l.cell.share}, errors.Join(l.unprotected(), l.ofRow())
	})
}

// OpenDistributionRows returns distributions that were protected together, for the open door.
func OpenDistributionRows(tables []table.Table) ([]OpenDistributionRow, error) {
	return rowsOf(tables, func(l line) (OpenDistributionRow, error) {
		c := l.cell
		return OpenDistributionRow{
			l.id, l.item, l.stage, l.column, l.counts, c.count, c.share, c.withheld, c.joint, c.jointCount, c.few,
		}, l.ofRow()
	})
}

// FigureRows returns unprotected figures of ed, for the restricted door.
func FigureRows(ed *checklist.Edition, tables []table.Table) ([]FigureRow, error) {
	return rowsOf(tables, func(l line) (FigureRow, error) {
		number, err := figureNumber(ed, l)
		return FigureRow{l.id, number, l.column, l.item, l.counts, valueOf(l.cell.count), valueOf(l.cell.base), l.cell.share}, errors.Join(err, l.unprotected())
	})
}

// OpenFigureRows returns figures of ed that follow from protected distributions, for the open door.
func OpenFigureRows(ed *checklist.Edition, tables []table.Table) ([]OpenFigureRow, error) {
	return rowsOf(tables, func(l line) (OpenFigureRow, error) {
		number, err := figureNumber(ed, l)
		c := l.cell
		return OpenFigureRow{
			l.id, number, l.column, l.item, l.counts, c.count, c.base, c.share, c.withheld, c.joint, c.jointCount, c.few,
		}, err
	})
}

// DistributionTables makes the tables of a run of its rows, in the order they were written.
func DistributionTables(ed checklist.EditionID, run string, rows []DistributionRow) ([]table.Table, error) {
	return tablesOf(ed, run, rows, func(r DistributionRow) line {
		return line{r.Question, r.Stage, r.Item, r.Choice, r.Counts, cell{count: &r.Count, base: &r.Base}}
	})
}

// OpenDistributionTables is the inverse of [OpenDistributionRows]: withheld cells, joints and "few" come back as they were.
func OpenDistributionTables(ed checklist.EditionID, run string, rows []OpenDistributionRow) ([]table.Table, error) {
	return tablesOf(ed, run, rows, func(r OpenDistributionRow) line {
		return line{r.Question, r.Stage, r.Item, r.Choice, r.Counts, cell{r.Count, &r.Base, r.Share, r.Withheld, r.Joint, r.JointCount, r.Few}}
	})
}

// FigureTables makes the figures of a run of its rows, in the order they were written.
func FigureTables(ed checklist.EditionID, run string, rows []FigureRow) ([]table.Table, error) {
	return tablesOf(ed, run, rows, func(r FigureRow) line {
		return line{r.Figure, "", r.Item, r.Series, r.Counts, cell{count: &r.Count, base: &r.ShareBase}}
	})
}

// OpenFigureTables is the inverse of [OpenFigureRows].
func OpenFigureTables(ed checklist.EditionID, run string, rows []OpenFigureRow) ([]table.Table, error) {
	return tablesOf(ed, run, rows, func(r OpenFigureRow) line {
		return line{r.Figure, "", r.Item, r.Series, r.Counts, cell{r.Count, r.ShareBase, r.Share, r.Withheld, r.Joint, r.JointCount, r.Few}}
	})
}

// A line is one cell of a table with everything around it.
type line struct {
	id, stage, item, column string
	counts                  Counts
	cell                    cell
}

// A cell is a table's cell as columns: withheld, its numbers are nil.
type cell struct {
	count, base       *int32
	share             *int32
	withheld          bool
	joint, jointCount *int32
	few               *bool
}

func figureNumber(ed *checklist.Edition, l line) (int32, error) {
	f, ok := ed.Figure(checklist.FigureID(l.id))
	if !ok || l.stage != "" {
		return 0, fmt.Errorf("%w: %s %q is no figure of %s", ErrTable, l.id, l.stage, ed.ID)
	}
	return int32(f.Number), nil
}

// ofRow fails where a cell of a distribution has another base than its row.
func (l line) ofRow() error {
	if l.cell.base != nil && *l.cell.base != l.counts.Base {
		return fmt.Errorf("%w: item %q: a cell has another base than its row", ErrTable, l.item)
	}
	return nil
}

func (l line) unprotected() error {
	if l.cell.withheld {
		return fmt.Errorf("%w: a withheld cell in a table for the restricted door", ErrTable)
	}
	return nil
}

func valueOf(n *int32) int32 {
	if n == nil {
		return 0
	}
	return *n
}

func rowsOf[T Row](tables []table.Table, row func(line) (T, error)) ([]T, error) {
	var rows []T
	for _, t := range tables {
		lines, err := linesOf(t)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			r, err := row(l)
			if err != nil {
				return nil, fmt.Errorf("lake: %s %s: %w", t.ID, t.Stage, err)
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}

func linesOf(t table.Table) ([]line, error) {
	var lines []line
	for _, r := range t.Rows {
		bad := func(why string) error {
			return fmt.Errorf("lake: %w: %s %s, item %q: %s", ErrTable, t.ID, t.Stage, r.Item, why)
		}
		if len(r.Cells) != len(t.Columns) {
			return nil, bad("cells and columns differ in number")
		}
		for i, c := range r.Cells {
			l := line{t.ID, t.Stage, r.Item, t.Columns[i], Counts{
				t.Group.Dimension, t.Group.ID, int32(len(lines) + 1),
				int32(t.Firms), int32(t.Replied), int32(r.Base), int32(r.Unanswered), int32(r.NotApplicable),
			}, cell{}}
			if j, ok := c.Withheld(); ok {
				l.cell.withheld = true
				if j >= len(r.Joints) || j >= 0 && !slices.Contains(r.Joints[j].Columns, i) {
					return nil, bad("a withheld cell is not among its joint's")
				}
				if j >= 0 {
					l.cell.tell(j, r.Joints[j], i)
				}
			} else {
				l.cell.show(c)
			}
			lines = append(lines, l)
		}
		for j, joint := range r.Joints {
			for _, c := range joint.Columns {
				if c < 0 || c >= len(r.Cells) || r.Cells[c] != table.Withhold(j) {
					return nil, bad("a joint tells of a cell that is not withheld with it")
				}
			}
		}
	}
	return lines, nil
}

func (c *cell) show(shown table.Cell) {
	count, _ := shown.Count()
	base, _ := shown.Base()
	n, of := int32(count), int32(base)
	c.count, c.base = &n, &of
	if share, ok := shown.Share(); ok {
		s := int32(share)
		c.share = &s
	}
}

func (c *cell) tell(j int, joint table.Joint, column int) {
	number, count := int32(j+1), int32(joint.Count)
	c.joint, c.jointCount = &number, &count
	if joint.Few >= 0 {
		few := joint.Few == column
		c.few = &few
	}
}

func tablesOf[T Row](ed checklist.EditionID, run string, rows []T, lineOf func(T) line) ([]table.Table, error) {
	var tables []table.Table
	for start := 0; start < len(rows); {
		first := lineOf(rows[start])
		end := start + 1
		for end < len(rows) && lineOf(rows[end]).counts.Position > 1 {
			end++
		}
		t := table.Table{
			Edition: string(ed), Run: run, ID: first.id, Stage: first.stage,
			Group: table.Group{Dimension: first.counts.Dimension, ID: first.counts.GroupID},
			Firms: int(first.counts.Population), Replied: int(first.counts.Replied),
		}
		for i := start; i < end; i++ {
			l := lineOf(rows[i])
			if l.id != t.ID || l.stage != t.Stage || int(l.counts.Position) != i-start+1 {
				return nil, fmt.Errorf("lake: %w: rows of %s are out of order at %d", ErrTable, t.ID, l.counts.Position)
			}
			if i > start && l.column == first.column || i == start {
				t.Rows = append(t.Rows, table.Row{
					Item: l.item, Base: int(l.counts.Base),
					Unanswered: int(l.counts.Unanswered), NotApplicable: int(l.counts.NotApplicable),
				})
			}
			if len(t.Rows) == 1 {
				t.Columns = append(t.Columns, l.column)
			}
			if err := addCell(&t, l); err != nil {
				return nil, err
			}
		}
		tables = append(tables, t)
		start = end
	}
	return tables, nil
}

// addCell adds the cell of l to the last row of t.
func addCell(t *table.Table, l line) error {
	r := &t.Rows[len(t.Rows)-1]
	i := len(r.Cells)
	bad := func(why string) error {
		return fmt.Errorf("lake: %w: %s %s, item %q: %s", ErrTable, t.ID, t.Stage, l.item, why)
	}
	switch {
	case l.item != r.Item || i >= len(t.Columns) || t.Columns[i] != l.column:
		return bad("rows do not have the same columns")
	case !l.cell.withheld && (l.cell.count == nil || l.cell.base == nil || *l.cell.count < 0 || *l.cell.count > *l.cell.base):
		return bad("a count is missing or above its base")
	case !l.cell.withheld:
		r.Cells = append(r.Cells, table.Count(int(*l.cell.count), int(*l.cell.base)))
		return nil
	case l.cell.joint == nil:
		r.Cells = append(r.Cells, table.Withhold(-1))
		return nil
	}
	j := int(*l.cell.joint) - 1
	if j < 0 || j > i || l.cell.jointCount == nil {
		return bad("a joint has no count")
	}
	r.Cells = append(r.Cells, table.Withhold(j))
	for len(r.Joints) <= j {
		r.Joints = append(r.Joints, table.Joint{Few: -1})
	}
	joint := &r.Joints[j]
	joint.Columns = append(joint.Columns, i)
	joint.Count = int(*l.cell.jointCount)
	if l.cell.few != nil && *l.cell.few {
		joint.Few = i
	}
	return nil
}
