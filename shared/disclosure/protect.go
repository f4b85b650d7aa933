package disclosure

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A place is one row of the tables of one question and stage.
type place struct {
	key
	q       *checklist.Question
	row     int
	columns []string // the answers: choices, or one answer where there are none to choose from, and 無回答 if it is one of them
	choices int      // how many of the columns are choices that are printed
	loose   bool     // 無回答 is a column: the place may be left blank, or somebody did
	free    map[table.Group][]int
}

// decided is what may be told of a place for one group: answers by which are told together, or nothing.
type decided struct {
	closed bool
	p      partition
}

func (w *work) place(k key, q *checklist.Question, row int) (*place, error) {
	all := w.of(k, table.All)
	p := &place{key: k, q: q, row: row, columns: slices.Clone(all.Columns), choices: len(all.Columns), free: map[table.Group][]int{}}
	if p.choices == 0 {
		p.columns = []string{""}
	}
	p.loose = !q.Required || all.Rows[row].Unanswered > 0
	if p.loose {
		p.columns = append(p.columns, Unanswered)
	}
	for _, g := range append([]table.Group{table.All}, w.groups...) {
		r := w.of(k, g).Rows[row]
		n := make([]int, 0, len(p.columns))
		for _, c := range r.Cells {
			v, _ := c.Count()
			n = append(n, v)
		}
		if p.choices == 0 {
			n = append(n, r.Base)
		}
		if p.loose {
			n = append(n, r.Unanswered)
		}
		for a, column := range p.columns {
			n[a] -= w.Corporate[Cell{g, q.ID, checklist.ItemID(r.Item), checklist.StageID(k.stage), column}]
			if n[a] < 0 {
				return nil, fmt.Errorf("disclosure: more firms of corporate groups than firms: %s %s %s %s for %s %s", k.id, r.Item, k.stage, column, g.Dimension, g.ID)
			}
		}
		p.free[g] = n
	}
	return p, w.fits(p)
}

// fits says whether the groups of each branch are no more firms than their whole.
func (w *work) fits(p *place) error {
	for _, b := range w.branches {
		for a, n := range p.free[b.whole] {
			for _, g := range b.groups {
				n -= p.free[g][a]
			}
			if n < 0 {
				return fmt.Errorf("disclosure: %s %s: more firms by %s than in %s %s", p.id, p.stage, b.dimension, b.whole.Dimension, b.whole.ID)
			}
		}
	}
	return nil
}

// protect decides one question's tables of one stage, for all groups.
func (w *work) protect(k key) error {
	q, _ := w.Edition.Question(k.id)
	tables := map[table.Group]*table.Table{}
	for _, g := range append([]table.Group{table.All}, w.visible()...) {
		t := *w.of(k, g)
		t.Columns, t.Rows = slices.Clone(t.Columns), make([]table.Row, len(t.Rows))
		tables[g] = &t
	}
	places := make([]*place, len(tables[table.All].Rows))
	whole := make([]decided, len(places))
	for i := range places {
		p, err := w.place(k, q, i)
		if err != nil {
			return err
		}
		places[i] = p
		tables[table.All].Rows[i], whole[i] = w.sector(p)
	}
	if !open(q, tables[table.All], w.shown[table.All], w.threshold()) {
		for i, r := range tables[table.All].Rows {
			tables[table.All].Rows[i], whole[i] = close(r, places[i]), decided{closed: true}
		}
	}
	for i, p := range places {
		told := w.divide(p, whole[i])
		for _, g := range w.visible() {
			tables[g].Rows[i] = p.show(w.of(k, g).Rows[i], told[g])
		}
	}
	for g, t := range tables {
		w.shown[g] = append(w.shown[g], *t)
	}
	return nil
}

// visible returns the groups that are shown.
func (w *work) visible() []table.Group {
	var out []table.Group
	for _, b := range w.branches {
		for i, g := range b.groups {
			if b.visible[i] {
				out = append(out, g)
			}
		}
	}
	return out
}

// divide decides a place for every group that is shown.
func (w *work) divide(p *place, whole decided) map[table.Group]decided {
	told := map[table.Group]decided{table.All: whole}
	for _, b := range w.branches {
		from, ok := told[b.whole]
		switch {
		case !ok: // the whole is not shown
			from.closed = true
		case !w.opens(p, b.dimension):
			from.closed = true
		default:
			from = w.asBefore(p, b, from)
		}
		free := make([][]int, len(b.groups)+1)
		free[len(b.groups)] = slices.Clone(p.free[b.whole])
		for i, g := range b.groups {
			if free[i] = p.free[g]; b.visible[i] {
				for a, n := range free[i] {
					free[len(b.groups)][a] -= n
				}
			}
		}
		out := make([]partition, len(free))
		if !from.closed && b.tree != nil {
			b.tree.divide(free, from.p, w.threshold(), out)
		}
		for i, g := range b.groups {
			if b.visible[i] {
				told[g] = decided{closed: from.closed, p: out[i]}
			}
		}
	}
	return told
}

// sector decides a place for the whole sector, by the joining rule.
func (w *work) sector(p *place) (table.Row, decided) {
	r, threshold := w.of(p.key, table.All).Rows[p.row], w.threshold()
	free, base := p.free[table.All][:len(p.columns)], 0
	answers := free
	if p.loose {
		answers = free[:len(free)-1]
	}
	for _, n := range answers {
		base += n
	}
	counts := r
	counts.Joints, counts.Cells = nil, slices.Clone(r.Cells)
	d := decided{}
	switch {
	case r.Base == 0 && !p.loose: // put to nobody: − everywhere
		d.p = partition{upTo(len(answers))}
	case p.loose && (free[len(free)-1] < threshold || base < threshold):
		d.closed = true
	case base < threshold:
		d.closed = true
		for i := range counts.Cells {
			counts.Cells[i] = table.Withhold(-1)
		}
		return counts, d
	case p.q.Kind == checklist.Multiple && slices.Min(answers) < threshold:
		d.p = partition{upTo(len(answers))}
	default:
		for _, b := range join(answers, threshold) {
			if b.joint {
				d.p = append(d.p, upTo(b.to)[b.from:])
				continue
			}
			for a := b.from; a < b.to; a++ {
				d.p = append(d.p, []int{a})
			}
		}
	}
	if p.loose && !d.closed {
		d.p = append(d.p, []int{len(answers)})
	}
	if before, moved := w.before(p, table.All); before.closed || moved {
		d = decided{closed: true}
	} else if !d.closed {
		d.p = d.p.coarser(before.p)
	}
	out := p.show(r, d)
	if p.q.Kind == checklist.Multiple && len(out.Joints) == 1 && len(out.Joints[0].Columns) == len(answers) {
		// Several firms of one corporate group on that side would know too few values of it.
		if side := few(answers, threshold); side >= 0 {
			if n, _ := r.Cells[side].Count(); n < threshold && n-answers[side] < 2 {
				out.Joints[0].Few = side
			}
		}
	}
	return out, d
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
