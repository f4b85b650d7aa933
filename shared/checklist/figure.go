package checklist

// A Figure (図表) is declared as data: which answers of which firms are counted over which base.
//
// Its population (対象先数) is every firm of the register at the reference date. The base (回答先数) of a row is the
// firms in Base whose place is answered: a question not put to a firm, and one it left blank, are outside the base, unless
// the figure says that they are in it. [Figure.Table] puts all that into one definition.
type Figure struct {
	ID         FigureID
	Number     int // 図表1 is 1
	Title      Text
	Question   QuestionID
	Population Text       // who is in the base, in words
	Base       *Condition // a further filter on the firms in the base; nil: none
	Items      []ItemID   // the rows, in checklist order; empty where the question has no items
	RowBases   []RowBase  // filters of single rows, beside Base
	// How firms that left the place blank, and firms to which it was not put, count in the base of shares.
	Unanswered, NotApplicable Treatment
	Series                    []Series
	Uncounted                 []ChoiceID // choices of the question that no series counts, on purpose
	Order                     Order
	Claims                    []Claim
	Notes                     []Text
}

// A RowBase is a filter on the firms in the base of one row.
type RowBase struct {
	Item ItemID
	Base Condition
}

// A Series is one numerator: the answers counted. Several choices make a union.
type Series struct {
	ID      SeriesID
	Label   Text
	Stage   StageID // of a nested question; a stage's base is the firms to which it was put and that answered it
	Choices []ChoiceID
}

// An Order says in which order a figure shows its rows. Values are stored words.
type Order string

// The orders of rows.
const (
	InChecklistOrder Order = "checklist"
	ByShare          Order = "share" // descending share of the first series; an exclusive item stays last
)

// A Claim is a statement the published source makes in words about a share of the figure, e.g. "2割程度". Series are
// added up within the row. Than names the row compared with, for words that compare ("相対的に低い"). With Rest the
// statement is about the complement: the share of the base that none of the series counts ("整備していない先が一定数").
type Claim struct {
	Item   ItemID
	Series []SeriesID
	Rest   bool
	Words  string
	Than   ItemID
	Quote  string // the source's sentence
}

// Filtered says whether the figure leaves firms out of a row that replied and answered its place.
func (f *Figure) Filtered() bool { return f.Base != nil || len(f.RowBases) > 0 }

// ShareBase returns the base of a share of the figure, of so many firms that answered the place, that left it blank, and
// to which it was not put.
func (f *Figure) ShareBase(answered, unanswered, notApplicable int) int {
	return shareBase(f.Unanswered, f.NotApplicable, answered, unanswered, notApplicable)
}

func shareBase(blank, notPut Treatment, answered, unanswered, notApplicable int) int {
	if blank == InBase {
		answered += unanswered
	}
	if notPut == InBase {
		answered += notApplicable
	}
	return answered
}
