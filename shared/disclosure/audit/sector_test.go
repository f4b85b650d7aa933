package audit_test

import (
	"fmt"
	"math/rand/v2"

	"cssa/shared/checklist"
	"cssa/shared/disclosure"
	"cssa/shared/disclosure/audit"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// protect is the only place of these tests that knows the protector: it returns what of an edition's distributions may be
// published.
func protect(ed *checklist.Edition, raw []table.Table) []table.Table {
	f := disclosure.Family{Edition: ed, Tables: raw}
	out, err := f.Protect()
	if err != nil {
		panic(err)
	}
	return out
}

// linked is an edition whose questions hang together: a gate and what it opens, a plan and its drill, a list with "none of
// these".
func linked() *checklist.Edition {
	return asked(
		checklist.Question{ID: "grade", Kind: checklist.Single, Choices: choices("a", "b", "c", "d")},
		checklist.Question{ID: "exists", Kind: checklist.Single, Choices: choices("some", "soon", "none")},
		checklist.Question{ID: "managed", Kind: checklist.Single, Choices: choices("well", "fairly", "badly"), When: is("exists", "some")},
		checklist.Question{ID: "plan", Kind: checklist.Nested, Items: []checklist.Item{{ID: "fire"}, {ID: "flood"}}, Stages: []checklist.Stage{
			{ID: "made", Choices: choices("have", "will", "wont")}, {ID: "drill", After: []checklist.ChoiceID{"have"}, Choices: choices("done", "not")}}},
		checklist.Question{ID: "list", Kind: checklist.Multiple, Choices: choices("yes", "no"),
			Items: []checklist.Item{{ID: "logs"}, {ID: "tests"}, {ID: "none", Exclusive: true}}},
	)
}

// A sector is invented firms with their answers.
type sector struct {
	members []tally.Member
	answers map[checklist.FirmID]checklist.Answers
}

// invent draws up to 60 firms in two dimensions, and answers that keep to the edition's rules, some rare.
func invent(ed *checklist.Edition, rng *rand.Rand) sector {
	s := sector{answers: map[checklist.FirmID]checklist.Answers{}}
	skew := map[string][]float64{}
	for i := range 12 + rng.IntN(48) {
		id := checklist.FirmID(fmt.Sprintf("T-%04d", i))
		groups := []table.Group{{Dimension: "group", ID: []string{"green", "black", "white"}[rng.IntN(3)]},
			{Dimension: "size", ID: []string{"small", "large"}[rng.IntN(2)]}}
		s.members = append(s.members, tally.Member{Firm: id, Groups: groups})
		s.answers[id] = answer(ed, rng, skew)
	}
	return s
}

func answer(ed *checklist.Edition, rng *rand.Rand, skew map[string][]float64) checklist.Answers {
	a := checklist.Answers{}
	for _, q := range ed.Questions() {
		chosen := false
		for _, r := range q.Refs() {
			if !ed.Applies(q, r, a) {
				continue
			}
			cs := q.ChoicesAt(r.Stage)
			c := cs[pick(rng, skew, r.String(), len(cs))].ID
			if it, ok := q.Item(r.Item); ok && it.Exclusive {
				c = checklist.Yes
				if chosen {
					c = checklist.No
				}
			}
			chosen = chosen || c == checklist.Yes
			a[r] = checklist.Answer{Choice: c}
		}
	}
	return a
}

// pick draws one of n, each place with its own odds.
func pick(rng *rand.Rand, skew map[string][]float64, place string, n int) int {
	odds := skew[place]
	if odds == nil {
		for range n {
			odds = append(odds, rng.ExpFloat64()*rng.ExpFloat64())
		}
		skew[place] = odds
	}
	sum := 0.0
	for _, o := range odds {
		sum += o
	}
	at := rng.Float64() * sum
	for i, o := range odds {
		if at -= o; at < 0 {
			return i
		}
	}
	return n - 1
}

// reader is one of the firms.
func (s sector) reader(i int) audit.Reader {
	m := s.members[i]
	return audit.Reader{Name: string(m.Firm), Own: []audit.Member{{Groups: m.Groups, Answers: []checklist.Answers{s.answers[m.Firm]}}}}
}

// distributions counts the sector.
func (s sector) distributions(ed *checklist.Edition) []table.Table {
	t := tally.New(ed, s.members)
	for _, m := range s.members {
		if err := t.Add(m.Firm, s.answers[m.Firm]); err != nil {
			panic(err)
		}
	}
	return t.Distributions()
}
