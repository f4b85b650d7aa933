package table

// Quartiles (四分位) say of a number question, for one group of firms, in which class the quartiles lie.
type Quartiles struct {
	Edition       string
	Run           string
	ID            string // question id
	Group         Group
	Firms         int // 対象先数
	Replied       int // 提出先数
	Base          int // 回答先数
	Unanswered    int // 無回答
	NotApplicable int // 対象外
	Marks         []Quartile
}

// A Quartile is the class in which a quartile lies, with the firms on either side of it; or withheld, and then it holds
// nothing; or empty, where the base is.
type Quartile struct {
	ID                   string // "q1", "median" or "q3"
	class                string
	below, within, above int
	withheld             bool
}

// QuartileIn returns a quartile that lies in a class, with the firms below the class, in it and above it. No class makes an
// empty one.
func QuartileIn(id, class string, below, within, above int) Quartile {
	if class == "" {
		return Quartile{ID: id}
	}
	return Quartile{ID: id, class: class, below: below, within: within, above: above}
}

// WithholdQuartile returns a quartile that shows nothing.
func WithholdQuartile(id string) Quartile { return Quartile{ID: id, withheld: true} }

// Class returns the class, if the quartile shows one.
func (q Quartile) Class() (string, bool) { return q.class, q.class != "" }

// Around returns the firms below the class, in it and above it; zeros if the quartile shows none.
func (q Quartile) Around() (below, within, above int) { return q.below, q.within, q.above }

// Withheld says whether the quartile is withheld.
func (q Quartile) Withheld() bool { return q.withheld }

// Empty says whether there is no quartile because the base is empty.
func (q Quartile) Empty() bool { return q.class == "" && !q.withheld }
