package checklist

// A Condition is a closed tree of data about a firm's answers. Exactly one field is set; [Condition.Valid] checks it.
// The same tree is evaluated here, written as SQL, and put into a sentence, which is why it is not an expression language.
//
// An unanswered place satisfies no Is, no Answered and adds nothing to a Count, so Not{Is{…}} holds for it: conditions
// that decide whether a question is put to a firm should read required questions only (the edition's linter says so).
type Condition struct {
	All      []Condition
	Any      []Condition
	Not      *Condition
	Is       *Is
	Answered *Ref
	Count    *Count
	Compare  *Compare
}

// Is holds when the answer at Ref is one of Choices.
type Is struct {
	Ref     Ref
	Choices []ChoiceID
}

// Count holds when the number of places of Question (at Stage, if nested) whose answer is one of Choices lies within
// AtLeast and AtMost, both inclusive. Items marked exclusive do not count. A nil bound does not bind.
type Count struct {
	Question QuestionID
	Stage    StageID
	Choices  []ChoiceID
	AtLeast  *int
	AtMost   *int
}

// Compare holds when the number answered at Ref lies within AtLeast and AtMost, both inclusive, in the question's units.
type Compare struct {
	Ref     Ref
	AtLeast *int64
	AtMost  *int64
}

// Valid says whether exactly one field is set, all the way down. The empty All and the empty Any are not valid.
func (c *Condition) Valid() bool {
	set, ok := 0, true
	for _, sub := range [][]Condition{c.All, c.Any} {
		if len(sub) == 0 {
			continue
		}
		set++
		for i := range sub {
			ok = ok && sub[i].Valid()
		}
	}
	if c.Not != nil {
		set++
		ok = ok && c.Not.Valid()
	}
	for _, leaf := range []bool{c.Is != nil, c.Answered != nil, c.Count != nil, c.Compare != nil} {
		if leaf {
			set++
		}
	}
	return ok && set == 1
}

// Holds evaluates c on a firm's answers. A nil condition holds.
func (c *Condition) Holds(e *Edition, a Answers) bool {
	switch {
	case c == nil:
		return true
	case len(c.All) > 0:
		for i := range c.All {
			if !c.All[i].Holds(e, a) {
				return false
			}
		}
		return true
	case len(c.Any) > 0:
		for i := range c.Any {
			if c.Any[i].Holds(e, a) {
				return true
			}
		}
		return false
	case c.Not != nil:
		return !c.Not.Holds(e, a)
	case c.Is != nil:
		ans, ok := a[c.Is.Ref]
		return ok && contains(c.Is.Choices, ans.Choice)
	case c.Answered != nil:
		_, ok := a[*c.Answered]
		return ok
	case c.Count != nil:
		return c.Count.holds(e, a)
	case c.Compare != nil:
		ans, ok := a[c.Compare.Ref]
		return ok && (c.Compare.AtLeast == nil || ans.Number >= *c.Compare.AtLeast) &&
			(c.Compare.AtMost == nil || ans.Number <= *c.Compare.AtMost)
	}
	return false
}

func (c *Count) holds(e *Edition, a Answers) bool {
	q, ok := e.Question(string(c.Question))
	if !ok {
		return false
	}
	n := 0
	for _, it := range q.Items {
		ans, ok := a[Ref{c.Question, it.ID, c.Stage}]
		if ok && !it.Exclusive && contains(c.Choices, ans.Choice) {
			n++
		}
	}
	return (c.AtLeast == nil || n >= *c.AtLeast) && (c.AtMost == nil || n <= *c.AtMost)
}

// Refs returns the places c reads, without duplicates, in the order of reading.
func (c *Condition) Refs(e *Edition) []Ref {
	var refs []Ref
	seen := map[Ref]bool{}
	c.visit(e, func(r Ref) {
		if !seen[r] {
			seen[r] = true
			refs = append(refs, r)
		}
	})
	return refs
}

func (c *Condition) visit(e *Edition, f func(Ref)) {
	if c == nil {
		return
	}
	for i := range c.All {
		c.All[i].visit(e, f)
	}
	for i := range c.Any {
		c.Any[i].visit(e, f)
	}
	c.Not.visit(e, f)
	switch {
	case c.Is != nil:
		f(c.Is.Ref)
	case c.Answered != nil:
		f(*c.Answered)
	case c.Compare != nil:
		f(c.Compare.Ref)
	case c.Count != nil:
		if q, ok := e.Question(string(c.Count.Question)); ok {
			for _, it := range q.Items {
				f(Ref{c.Count.Question, it.ID, c.Count.Stage})
			}
		}
	}
}

func contains[T comparable](xs []T, x T) bool {
	for _, v := range xs {
		if v == x {
			return true
		}
	}
	return false
}
