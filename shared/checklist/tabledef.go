package checklist

// A TableDef is the definition of one table (集計表) of an edition: the distribution of a question or a figure. It is all
// there is to know of how the table is counted. The counts of a run, the SQL that recomputes them from the answers and the
// sentence that explains the base are made of it.
//
// The unit is always the firm, also of a multiple question: its base is respondents, never ticks, so that the shares of its
// rows do not add up to 100. A firm is in the base of a row and column if it replied, if the table's filter and the row's
// hold for it, and if it answered the place; with InBase also if it left the place blank, or if the place was not put to it.
type TableDef struct {
	ID            string     // question id of a distribution, figure id of a figure
	Figure        *Figure    // nil: a distribution
	Question      *Question  // whose answers are counted
	Stage         StageID    // of a nested question's distribution
	Population    Date       // 対象先数: every firm that the register has on this day
	Base          *Condition // of the firms in the base; nil: all
	Rows          []TableRow // the item dimension
	Columns       []TableColumn
	Unanswered    Treatment // 無回答
	NotApplicable Treatment // 対象外
	Order         Order
	By            []Dimension // the group dimensions: the table is made for each of their groups
	Rounding      Rounding
}

// A TableRow is one item, or the only row of a question without items.
type TableRow struct {
	Item ItemID
	Base *Condition // a further filter, of this row alone; nil: none
}

// A TableColumn is one numerator: the answers at Stage that are one of Choices.
type TableColumn struct {
	ID      string // choice id of a distribution, series id of a figure
	Label   Text
	Stage   StageID
	Choices []ChoiceID // without duplicates; several make a union
}

// A Treatment says whether firms without an answer are in the base of shares. Values are stored words.
type Treatment string

// The treatments.
const (
	OutOfBase Treatment = ""        // shares are of the firms that answered
	InBase    Treatment = "in_base" // shares are of these firms too; they are in no numerator
)

// A Rounding says how a share is rounded. Values are stored words.
type Rounding string

// HalfUpTenth is percent with one decimal, half up (小数点第2位を四捨五入); there is no other.
const HalfUpTenth Rounding = "half-up-tenth"

// Place returns where a row and a column find their answers.
func (d *TableDef) Place(r TableRow, stage StageID) Ref {
	return Ref{Question: d.Question.ID, Item: r.Item, Stage: stage}
}

// FirstStage returns the stage whose bases are those of the rows: of the first column, or of the distribution.
func (d *TableDef) FirstStage() StageID {
	if len(d.Columns) > 0 {
		return d.Columns[0].Stage
	}
	return d.Stage
}

// Filter returns the condition under which a firm is counted in a row; nil: always.
func (d *TableDef) Filter(r TableRow) *Condition {
	switch {
	case r.Base == nil:
		return d.Base
	case d.Base == nil:
		return r.Base
	}
	return &Condition{All: []Condition{*d.Base, *r.Base}}
}

// ShareBase returns the base of a share of the table, of so many firms that answered the place, that left it blank, and to
// which it was not put.
func (d *TableDef) ShareBase(answered, unanswered, notApplicable int) int {
	return shareBase(d.Unanswered, d.NotApplicable, answered, unanswered, notApplicable)
}

// Tables returns the definition of every table of the edition: the distributions in printed order, then the figures.
func (e *Edition) Tables() []*TableDef { return append(e.Distributions(), e.FigureTables()...) }

// Distributions returns the definitions of the distributions (分布) in printed order, one for each stage of a nested
// question. That of free text has no columns: its bases only.
func (e *Edition) Distributions() []*TableDef {
	var defs []*TableDef
	for _, q := range e.Questions() {
		defs = append(defs, e.DistributionsOf(q)...)
	}
	return defs
}

// DistributionsOf returns the definitions of the distributions of one question of the edition.
func (e *Edition) DistributionsOf(q *Question) []*TableDef {
	stages := []Stage{{}}
	if q.Kind == Nested {
		stages = q.Stages
	}
	var defs []*TableDef
	for _, st := range stages {
		d := e.define(string(q.ID), q)
		d.Stage, d.Order = st.ID, InChecklistOrder
		if q.Kind != FreeText {
			for _, c := range q.ChoicesAt(st.ID) {
				d.Columns = append(d.Columns, TableColumn{string(c.ID), c.Label, st.ID, []ChoiceID{c.ID}})
			}
		}
		d.Rows = rowsOf(q, nil, nil)
		defs = append(defs, d)
	}
	return defs
}

// FigureTables returns the definitions of the figures (図表), in order.
func (e *Edition) FigureTables() []*TableDef {
	defs := make([]*TableDef, 0, len(e.Figures))
	for i := range e.Figures {
		if d, ok := e.Figures[i].Table(e); ok {
			defs = append(defs, d)
		}
	}
	return defs
}

// Table returns the definition of a figure of the edition; false if the edition does not have its question.
func (f *Figure) Table(e *Edition) (*TableDef, bool) {
	q, ok := e.Question(string(f.Question))
	if !ok {
		return nil, false
	}
	d := e.define(string(f.ID), q)
	d.Figure, d.Base, d.Order = f, f.Base, f.Order
	d.Unanswered, d.NotApplicable = f.Unanswered, f.NotApplicable
	d.Rows = rowsOf(q, f.Items, f.RowBases)
	for _, s := range f.Series {
		col := TableColumn{ID: string(s.ID), Label: s.Label, Stage: s.Stage}
		for _, c := range s.Choices {
			if !contains(col.Choices, c) {
				col.Choices = append(col.Choices, c)
			}
		}
		d.Columns = append(d.Columns, col)
	}
	return d, true
}

func (e *Edition) define(id string, q *Question) *TableDef {
	return &TableDef{ID: id, Question: q, Population: e.ReferenceDate, By: e.Dimensions(), Rounding: HalfUpTenth}
}

func rowsOf(q *Question, items []ItemID, bases []RowBase) []TableRow {
	if len(items) == 0 {
		for _, it := range q.Items {
			items = append(items, it.ID)
		}
	}
	if len(items) == 0 {
		items = []ItemID{""}
	}
	rows := make([]TableRow, len(items))
	for i, it := range items {
		rows[i].Item = it
		for k := range bases {
			if bases[k].Item == it {
				rows[i].Base = &bases[k].Base
			}
		}
	}
	return rows
}
