package report

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

type tableKey struct{ question, stage string }

type builder struct {
	edition *checklist.Edition
	answers checklist.Answers
	tables  map[tableKey]*table.Table
}

func (b *builder) panel(q *checklist.Question) (Panel, error) {
	p := Panel{Number: q.Number, Title: q.Title, Prompt: q.Prompt, Gate: b.gate(q)}
	if len(q.Items) == 0 {
		own := b.own(q, checklist.Ref{Question: q.ID})
		p.Own = &own
	}
	var err error
	switch q.Kind {
	case checklist.Single:
		var block Block
		if block, p.Compare, err = b.stack(q); err == nil {
			p.Blocks = []Block{block}
		}
	case checklist.Multiple:
		var block Block
		if block, err = b.yesNo(q); err == nil {
			p.Blocks, p.Compare = []Block{block}, ownYes(q, b.answers, block)
		}
	case checklist.Matrix:
		var block Block
		if block, err = b.rows(q, "", checklist.Text{}); err == nil {
			p.Blocks = []Block{block}
		}
	case checklist.Nested:
		for _, s := range q.Stages {
			block, stageErr := b.rows(q, s.ID, s.Label)
			if stageErr != nil {
				return Panel{}, stageErr
			}
			p.Blocks = append(p.Blocks, block)
		}
	case checklist.Number:
		if len(q.Choices) == 0 {
			break
		}
		var block Block
		if block, err = b.classes(q); err == nil {
			p.Blocks = []Block{block}
		}
	case checklist.FreeText:
		p.Private = true
	default:
		err = fmt.Errorf("a report cannot show the kind %q", q.Kind)
	}
	return p, err
}

// stack is a question with one answer: one bar of all choices.
func (b *builder) stack(q *checklist.Question) (Block, checklist.Text, error) {
	t, err := b.table(q, "")
	if err != nil {
		return Block{}, checklist.Text{}, err
	}
	if t.Rows[0].Closed() {
		return Block{Layout: Closed}, checklist.Text{}, nil
	}
	row, ref := &t.Rows[0], checklist.Ref{Question: q.ID}
	own := b.column(q, ref)
	block := Block{Layout: Stack, Base: row.Base, Shared: true, Bar: segments(row, levels(q, ""), own)}
	cells := shares(row, own)
	for i, c := range q.Choices {
		block.Lines = append(block.Lines, Line{
			Label: c.Label, Class: level(q, "", i), Mine: i == own, Base: row.Base, Cells: cells[i : i+1],
		})
	}
	return block, compare(q.Choices, row, own), nil
}

// classes is a number question: one bar for each class.
func (b *builder) classes(q *checklist.Question) (Block, error) {
	t, err := b.table(q, "")
	if err != nil {
		return Block{}, err
	}
	row := &t.Rows[0]
	if row.Closed() {
		return Block{Layout: Closed}, nil
	}
	own := b.column(q, checklist.Ref{Question: q.ID})
	block := Block{Layout: Bars, Base: row.Base, Shared: true}
	cells := shares(row, own)
	for i, c := range q.Choices {
		line := Line{Label: c.Label, Mine: i == own, Base: row.Base, Cells: cells[i : i+1]}
		if cells[i].Span > 0 {
			line.Bar = single(row, i)
		}
		block.Lines = append(block.Lines, line)
	}
	return block, nil
}

// yesNo is a multiple question: one bar for each item, the share of yes.
func (b *builder) yesNo(q *checklist.Question) (Block, error) {
	t, err := b.table(q, "")
	if err != nil {
		return Block{}, err
	}
	if closed(t) {
		return b.closed(q, "", checklist.Text{}), nil
	}
	yes := slices.Index(t.Columns, string(checklist.Yes))
	block := Block{Layout: Bars}
	for i, it := range q.Items {
		row, ref := &t.Rows[i], checklist.Ref{Question: q.ID, Item: it.ID}
		bar, cell := yesShare(row, yes, b.edition.Threshold)
		line := Line{Label: it.Label, Own: b.own(q, ref), Base: row.Base, Bar: bar, Cells: []Cell{cell}}
		line.Mine = line.Own.State == checklist.Answered && b.answers[ref].Choice == checklist.Yes
		block.Lines = append(block.Lines, line)
	}
	block.share()
	return block, nil
}

// rows is a matrix, or one stage of a nested question: one bar of all choices for each item.
func (b *builder) rows(q *checklist.Question, stage checklist.StageID, title checklist.Text) (Block, error) {
	t, err := b.table(q, stage)
	if err != nil {
		return Block{}, err
	}
	if closed(t) {
		return b.closed(q, stage, title), nil
	}
	block := Block{Layout: Rows, Title: title, Legend: levels(q, stage)}
	for i, it := range q.Items {
		row, ref := &t.Rows[i], checklist.Ref{Question: q.ID, Item: it.ID, Stage: stage}
		own := b.column(q, ref)
		block.Lines = append(block.Lines, Line{
			Label: it.Label, Own: b.own(q, ref), Base: row.Base, Bar: segments(row, block.Legend, own),
			Cells: shares(row, own), Compare: compareShort(q.ChoicesAt(stage), row, own),
		})
	}
	block.share()
	return block, nil
}

// closed says whether any row of a table is closed; then none of it is drawn.
func closed(t *table.Table) bool { return slices.ContainsFunc(t.Rows, table.Row.Closed) }

// closed is a question or stage whose distribution is withheld as a whole: the firm's own answers alone.
func (b *builder) closed(q *checklist.Question, stage checklist.StageID, title checklist.Text) Block {
	block := Block{Layout: Closed, Title: title}
	for _, it := range q.Items {
		block.Lines = append(block.Lines, Line{Label: it.Label, Own: b.own(q, checklist.Ref{Question: q.ID, Item: it.ID, Stage: stage})})
	}
	return block
}

// share says the base once where every line has the same.
func (b *Block) share() {
	b.Shared = len(b.Lines) > 0
	for _, l := range b.Lines {
		b.Shared = b.Shared && l.Base == b.Lines[0].Base
	}
	if b.Shared {
		b.Base = b.Lines[0].Base
	}
}

// table returns the question's distribution after checking that it has the question's rows and columns and adds up.
func (b *builder) table(q *checklist.Question, stage checklist.StageID) (*table.Table, error) {
	t, ok := b.tables[tableKey{string(q.ID), string(stage)}]
	if !ok {
		return nil, fmt.Errorf("its distribution %s is missing", stage)
	}
	var columns, items []string
	for _, c := range q.ChoicesAt(stage) {
		columns = append(columns, string(c.ID))
	}
	if q.Kind == checklist.Multiple {
		columns = []string{string(checklist.Yes), string(checklist.No)}
	}
	for _, it := range q.Items {
		items = append(items, string(it.ID))
	}
	if len(items) == 0 {
		items = []string{""}
	}
	if !slices.Equal(t.Columns, columns) {
		return nil, fmt.Errorf("its distribution has the columns %v, want %v", t.Columns, columns)
	}
	if len(t.Rows) != len(items) {
		return nil, fmt.Errorf("its distribution has %d rows, want %d", len(t.Rows), len(items))
	}
	for i := range t.Rows {
		row := &t.Rows[i]
		if row.Item != items[i] {
			return nil, fmt.Errorf("row %d of its distribution is %q, want %q", i+1, row.Item, items[i])
		}
		if err := addsUp(row, len(columns)); err != nil {
			return nil, fmt.Errorf("row %s of its distribution: %w", row.Item, err)
		}
	}
	return t, nil
}

// addsUp checks that every firm of the base is in one cell: in one that is shown, or in a joint of withheld ones.
func addsUp(row *table.Row, columns int) error {
	if len(row.Cells) != columns {
		return fmt.Errorf("%d cells, want %d", len(row.Cells), columns)
	}
	sum, told := 0, true
	for i, c := range row.Cells {
		if n, ok := c.Count(); ok {
			sum += n
		}
		if j, ok := c.Withheld(); ok {
			told = told && j >= 0
			if j >= len(row.Joints) || j >= 0 && !slices.Contains(row.Joints[j].Columns, i) {
				return fmt.Errorf("cell %d is withheld in a joint that does not hold it", i+1)
			}
		}
	}
	for _, j := range row.Joints {
		sum += j.Count
	}
	if sum > row.Base || told && sum != row.Base {
		return fmt.Errorf("the cells add up to %d, the base is %d", sum, row.Base)
	}
	return nil
}

// column returns the index of the firm's answer among the table's columns, or -1 if it has none there.
func (b *builder) column(q *checklist.Question, r checklist.Ref) int {
	if b.edition.State(q, r, b.answers) != checklist.Answered {
		return -1
	}
	id := b.answers[r].Choice
	if q.Kind == checklist.Number {
		id, _ = q.Class(b.answers[r].Number)
	}
	return slices.IndexFunc(q.ChoicesAt(r.Stage), func(c checklist.Choice) bool { return c.ID == id })
}

func (b *builder) own(q *checklist.Question, r checklist.Ref) Own {
	own := Own{State: b.edition.State(q, r, b.answers)}
	if own.State != checklist.Answered {
		return own
	}
	a := b.answers[r]
	switch q.Kind {
	case checklist.FreeText:
		own.Text = checklist.Text{JA: a.Text, EN: a.Text}
	case checklist.Number:
		n := q.Format(a.Number)
		own.Text = checklist.Text{JA: n + q.Unit.JA, EN: n + " " + q.Unit.EN}
	case checklist.Multiple:
		own.Text = words["no"]
		if a.Choice == checklist.Yes {
			own.Text = words["yes"]
		}
	default:
		if c, ok := q.Choice(r.Stage, a.Choice); ok {
			own.Text = c.Label
		}
	}
	return own
}

// gate names the questions that decide whether q is put to a firm.
func (b *builder) gate(q *checklist.Question) string {
	var numbers []string
	for _, r := range q.When.Refs(b.edition) {
		if other, ok := b.edition.Question(string(r.Question)); ok && !slices.Contains(numbers, other.Number) {
			numbers = append(numbers, other.Number)
		}
	}
	return strings.Join(numbers, ", ")
}
