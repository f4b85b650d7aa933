package checklist

import "time"

// An Edition is one round: who is asked what, until when, and which figures are made of it. It is for one sector, or for
// several that are asked the same.
// It is immutable once loaded; callers share one and must not change it.
type Edition struct {
	ID            EditionID
	Title         Text
	Sector        string // names the population: the sector's id, e.g. "securities", or of several sectors a name of their own
	FiscalYear    int    // 年度, named by its first year; never derived from a clock
	ReferenceDate Date   // 基準日: the day answers, population and groups refer to
	Opens         time.Time
	Deadline      time.Time // 提出期限: what arrives later is accepted and marked late (期限後)
	Closing       time.Time // 受付終了: what arrives at or after this instant is not accepted
	Location      *time.Location
	Threshold     int // 秘匿基準: counts below it are withheld
	GroupMinimum  int // peer groups with fewer firms are not shown
	Office        Office
	Attributes    []Attribute // what firms are grouped by beside sector, peer group and size
	Groups        []Group
	Glossary      []Term
	Instructions  []Text // paragraphs of the instruction sheet
	Sections      []Section
	Rules         []Rule
	Figures       []Figure
	Mapping       *Mapping // from the edition before; nil: there is none
	Checksum      string   // SHA-256, hex, over the edition's files: the definition checksum
}

// An Office is the secretariat (事務局) that answers firms and receives notices no firm can be sent.
type Office struct {
	Name  Text
	Phone string
	Email string
}

// A Group is one value of a dimension by which firms are grouped, with the name people read.
type Group struct {
	Dimension Dimension
	ID        string
	Name      Text
}

// A Dimension is a way of grouping firms. Values are stored words and never change.
type Dimension string

// The dimensions that every edition has.
const (
	ByAll    Dimension = "all"    // 全体 every firm of the population; its only group id is "all"
	BySector Dimension = "sector" // 業態
	ByGroup  Dimension = "group"  // 同業グループ
	BySize   Dimension = "size"   // 規模区分
)

// An Attribute is a dimension that the supervisor added: a column of the register of firms, named as the dimension is.
// A firm of which the register does not say it is in no group of the dimension.
type Attribute struct {
	Dimension Dimension
	Name      Text
}

// Dimensions returns the ways of grouping in the order of tables: all, sector, peer group, size, then the attributes.
func (e *Edition) Dimensions() []Dimension {
	by := []Dimension{ByAll, BySector, ByGroup, BySize}
	for _, a := range e.Attributes {
		by = append(by, a.Dimension)
	}
	return by
}

// A Term is a definition of the glossary, shown beside the questions that use it.
type Term struct {
	ID         string
	Name       Text
	Definition Text
	Source     Source
}

// A Source says where a wording comes from. Values are stored words.
type Source string

// Where a wording comes from.
const (
	Verbatim   Source = "verbatim"   // word for word in the published source
	Paraphrase Source = "paraphrase" // the source's statement, put into the form of an option
	Composed   Source = "composed"   // not shown by the source; written for this edition in the domain's words
)

// A Section (区分) is a numbered group of questions, one sheet of the workbook.
type Section struct {
	ID        SectionID
	Number    string // as printed, e.g. "1"
	Title     Text
	Questions []Question
}

// A Kind says how a question is answered. Values are stored words.
type Kind string

// The kinds of question.
const (
	Single   Kind = "single"   // one choice; ordered if its choices have ranks
	Multiple Kind = "multiple" // yes or no to each item; at most one item is exclusive ("none of these")
	Matrix   Kind = "matrix"   // one choice of a common scale for each item
	Nested   Kind = "nested"   // for each item a first stage, and a further stage for some answers to the stage before
	Number   Kind = "number"   // one number
	FreeText Kind = "text"     // free text, never shown to other firms
)

// A Question (設問). Which of the fields are used depends on the Kind.
type Question struct {
	ID       QuestionID
	Number   string // as printed, e.g. "1-2"
	Kind     Kind
	Title    Text
	Prompt   Text       // the question as put to the firm
	When     *Condition // put only to firms for which it holds; nil: to all
	Required bool       // an applicable place left blank is a fault
	Terms    []string   // ids of glossary terms shown beside it
	Notes    []Text
	Source   Source

	Items   []Item   // multiple, matrix, nested
	Choices []Choice // single, matrix; for multiple always Yes and No; for number its classes
	Stages  []Stage  // nested

	Unit      Text  // number
	Decimals  int   // number: answers are integers of 10^-Decimals
	Min, Max  int64 // number, inclusive, in the same units; text: Max is the longest length in characters
	Reference string

	// What counts as far from last time's answer and is asked about; 0: nothing.
	Jump      int64 // number: so many times as much, or as little
	JumpRanks int   // ordered single and matrix: so many ranks away
}

// An Item (項目) is a row of a question.
type Item struct {
	ID        ItemID
	Label     Text
	Exclusive bool // "none of these": excludes every other item of a multiple question
	Source    Source
}

// A Stage is one column of a nested question. The first stage is put to every firm; a later one only where the
// answer to the stage before it, for the same item, is one of After.
type Stage struct {
	ID      StageID
	Label   Text
	After   []ChoiceID
	Choices []Choice
}

// A Choice (選択肢). Of a number question it is a class, from From to the next class's From.
type Choice struct {
	ID     ChoiceID
	Label  Text
	Rank   int   // 1 is the most advanced; equal ranks tie; 0: the question is not ordered
	From   int64 // number: lower bound of the class, inclusive
	Source Source
}

// Questions returns the edition's questions in printed order.
func (e *Edition) Questions() []*Question {
	var qs []*Question
	for i := range e.Sections {
		for j := range e.Sections[i].Questions {
			qs = append(qs, &e.Sections[i].Questions[j])
		}
	}
	return qs
}

// Question returns the question with this id or printed number.
func (e *Edition) Question(id string) (*Question, bool) {
	for _, q := range e.Questions() {
		if string(q.ID) == id || q.Number == id {
			return q, true
		}
	}
	return nil, false
}

// Figure returns the figure with this id.
func (e *Edition) Figure(id FigureID) (*Figure, bool) {
	for i := range e.Figures {
		if e.Figures[i].ID == id {
			return &e.Figures[i], true
		}
	}
	return nil, false
}

// Term returns the glossary term with this id.
func (e *Edition) Term(id string) (*Term, bool) {
	for i := range e.Glossary {
		if e.Glossary[i].ID == id {
			return &e.Glossary[i], true
		}
	}
	return nil, false
}

// GroupName returns the name people read for a group, or its id in both languages if the edition does not name it.
func (e *Edition) GroupName(d Dimension, id string) Text {
	for _, g := range e.Groups {
		if g.Dimension == d && g.ID == id {
			return g.Name
		}
	}
	return Text{JA: id, EN: id}
}

// Refs returns every place for an answer, in printed order: sections, questions, items, stages.
func (e *Edition) Refs() []Ref {
	var refs []Ref
	for _, q := range e.Questions() {
		refs = append(refs, q.Refs()...)
	}
	return refs
}

// Refs returns the places for an answer of this question, in printed order.
func (q *Question) Refs() []Ref {
	if len(q.Items) == 0 {
		return []Ref{{Question: q.ID}}
	}
	refs := make([]Ref, 0, len(q.Items)*max(1, len(q.Stages)))
	for _, it := range q.Items {
		if q.Kind != Nested {
			refs = append(refs, Ref{Question: q.ID, Item: it.ID})
			continue
		}
		for _, st := range q.Stages {
			refs = append(refs, Ref{Question: q.ID, Item: it.ID, Stage: st.ID})
		}
	}
	return refs
}

// ChoicesAt returns the choices of a place of this question: of its stage if it is nested. A number's are its classes.
func (q *Question) ChoicesAt(stage StageID) []Choice {
	if q.Kind == Nested {
		if st, ok := q.Stage(stage); ok {
			return st.Choices
		}
		return nil
	}
	return q.Choices
}

// Choice returns the choice with this id at a stage ("" where the question is not nested).
func (q *Question) Choice(stage StageID, id ChoiceID) (Choice, bool) {
	for _, c := range q.ChoicesAt(stage) {
		if c.ID == id {
			return c, true
		}
	}
	return Choice{}, false
}

// Stage returns the stage with this id.
func (q *Question) Stage(id StageID) (*Stage, bool) {
	for i := range q.Stages {
		if q.Stages[i].ID == id {
			return &q.Stages[i], true
		}
	}
	return nil, false
}

// Item returns the item with this id.
func (q *Question) Item(id ItemID) (*Item, bool) {
	for i := range q.Items {
		if q.Items[i].ID == id {
			return &q.Items[i], true
		}
	}
	return nil, false
}

// Ordered says whether the choices at a stage have ranks.
func (q *Question) Ordered(stage StageID) bool {
	cs := q.ChoicesAt(stage)
	return len(cs) > 0 && cs[0].Rank > 0
}

// Class returns the class of a number question that n falls into: the last one whose From is not above n.
func (q *Question) Class(n int64) (ChoiceID, bool) {
	var id ChoiceID
	for _, c := range q.Choices {
		if n >= c.From {
			id = c.ID
		}
	}
	return id, id != ""
}
