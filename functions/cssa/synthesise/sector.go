package synthesise

import (
	"maps"
	"math/rand/v2"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// mille is the whole of which shares and ranks are parts, so that everything is drawn in integers and the same everywhere.
const mille = 1000

// pull is how much of an answer, in mille, follows from the firm's maturity; the rest is the firm's luck at that question.
const pull = 600

// blankIn is one over the chance that an optional question is left blank.
const blankIn = 30

// A place is where an answer goes. Its choices stand in the order from the most to the least advanced.
type place struct {
	ref     checklist.Ref
	q       *checklist.Question
	choices []checklist.ChoiceID
	upTo    []int // in mille: choice i is natural for firms whose rank is below upTo[i]
	derived bool  // "none of these": follows from the other items
}

// A sector is the firms' answers while they are being drawn.
type sector struct {
	ed      *checklist.Edition
	rng     *rand.Rand
	places  []place
	index   map[checklist.Ref]int
	rank    [][]int // by place, then firm: in mille, 0 for the most advanced
	spare   [][]int // by place, then firm: an even draw in mille, for what has nothing to do with maturity
	answers []checklist.Answers
}

// drawSector has every firm answer from its own maturity, in agreement with the conditions and rules but not yet with
// the claims.
func (r *Round) drawSector(firms []register.Firm) (*sector, error) {
	ed := r.Edition
	s := &sector{ed: ed, rng: stream(r.Options.Seed, answerStream), index: map[checklist.Ref]int{}}
	claims, err := claimsOf(ed)
	if err != nil {
		return nil, err
	}
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			s.index[r] = len(s.places)
			s.places = append(s.places, s.newPlace(q, r, claims))
		}
	}
	mature := make([]int, len(firms))
	for i, f := range firms {
		mature[i] = r.tradeOf(f).Maturity + 3*r.panel.lead(ed, f.ID)
	}
	s.drawRanks(firms, mature)
	s.answers = make([]checklist.Answers, len(firms))
	for f := range firms {
		s.answers[f] = checklist.Answers{}
		s.complete(f, s.answers[f], true)
		if err := s.mend(f); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *sector) newPlace(q *checklist.Question, r checklist.Ref, claims []claim) place {
	p := place{ref: r, q: q}
	if it, ok := q.Item(r.Item); ok && q.Kind == checklist.Multiple {
		p.derived = it.Exclusive
	}
	choices := slices.Clone(q.ChoicesAt(r.Stage))
	if q.Kind == checklist.Number {
		slices.Reverse(choices) // more is taken for more advanced
	}
	slices.SortStableFunc(choices, func(a, b checklist.Choice) int { return a.Rank - b.Rank })
	for _, c := range choices {
		p.choices = append(p.choices, c.ID)
	}
	p.upTo = upTo(s.shares(p, claims))
	return p
}

// usual are shares, in mille, of two, three, four and five choices when nothing is said about them.
var usual = map[int][]int{2: {600, 400}, 3: {420, 330, 250}, 4: {220, 380, 220, 180}, 5: {120, 180, 300, 280, 120}}

// shares returns what part of the firms each choice of a place is meant to get. Where claims speak of the place, the choices
// they count are brought to the middle of the claim's band, again and again until the claims have made peace.
func (s *sector) shares(p place, claims []claim) []int {
	shares := make([]int, len(p.choices))
	for i := range shares {
		base := mille / len(shares)
		if u := usual[len(shares)]; u != nil {
			base = u[i]
		}
		shares[i] = max(20, base-60+s.rng.IntN(121))
	}
	var aims []int
	for _, c := range claims {
		if c.place == p.ref {
			from, to := c.words.Band()
			aims = append(aims, (int(from)+int(to))/2)
		}
	}
	for range 20 {
		i := 0
		for _, c := range claims {
			if c.place == p.ref {
				scale(shares, p.choices, c, aims[i])
				i++
			}
		}
	}
	return shares
}

// scale brings the choices that c counts to aim and the others to the rest.
func scale(shares []int, choices []checklist.ChoiceID, c claim, aim int) {
	in, out := 0, 0
	for i := range shares {
		if c.counts(choices[i]) {
			in += shares[i]
		} else {
			out += shares[i]
		}
	}
	for i := range shares {
		switch {
		case c.counts(choices[i]) && in > 0:
			shares[i] = shares[i] * aim / in
		case !c.counts(choices[i]) && out > 0:
			shares[i] = shares[i] * (mille - aim) / out
		}
	}
}

func upTo(shares []int) []int {
	total, sum := 0, 0
	for _, v := range shares {
		total += v
	}
	out := make([]int, len(shares))
	for i, v := range shares {
		sum += v
		out[i] = sum * mille / max(1, total)
	}
	return out
}

// drawRanks ranks the firms at every place, by maturity and luck. Larger firms, and those of some trades, tend to be more
// mature; by how much the trades make them so is given for each firm.
func (s *sector) drawRanks(firms []register.Firm, trades []int) {
	sizes := groupsOf(s.ed, checklist.BySize)
	score := make([]int, len(firms))
	for i, f := range firms {
		score[i] = s.rng.IntN(mille) + trades[i]
		if at := slices.Index(sizes, f.SizeBand); at >= 0 && len(sizes) > 1 {
			score[i] += 700 * (len(sizes) - 1 - at) / (len(sizes) - 1)
		}
	}
	maturity := places(ranked(score))
	for range s.places {
		luck := make([]int, len(firms))
		spare := make([]int, len(firms))
		for i := range firms {
			luck[i] = -(maturity[i]*pull + s.rng.IntN(mille)*(mille-pull))
			spare[i] = s.rng.IntN(mille)
		}
		s.rank = append(s.rank, places(ranked(luck)))
		s.spare = append(s.spare, spare)
	}
}

// places turns an order of firms into each firm's rank in mille.
func places(order []int) []int {
	rank := make([]int, len(order))
	for at, i := range order {
		rank[i] = at * mille / len(order)
	}
	return rank
}

// natural is the answer that firm f gives at place p by itself.
func (s *sector) natural(f, p int) checklist.Answer {
	pl := &s.places[p]
	at, _ := slices.BinarySearch(pl.upTo, s.rank[p][f]+1)
	at = min(at, max(0, len(pl.choices)-1))
	switch pl.q.Kind {
	case checklist.FreeText:
		return checklist.Answer{Text: "記述は架空です。This remark is invented."}
	case checklist.Number:
		return checklist.Answer{Number: s.number(f, p, at)}
	}
	return checklist.Answer{Choice: pl.choices[at]}
}

// number draws a number from the at-th class of a number question, counted from the highest, or from the whole range if
// it has no classes. The highest class is kept to twice its lower bound.
func (s *sector) number(f, p, at int) int64 {
	q := s.places[p].q
	low, high := q.Min, q.Max
	if n := len(q.Choices); n > 0 {
		c := n - 1 - at
		low = max(low, q.Choices[c].From)
		if c+1 < n {
			high = min(high, q.Choices[c+1].From-1)
		} else {
			high = min(high, 2*low+1)
		}
	}
	return low + (high-low)*int64(s.spare[p][f])/mille
}

// complete gives a firm's answers the shape the conditions ask for: places that are not put to it are emptied, and those
// that are put to it and empty are answered by nature. Optional questions are left blank now and then, or always unless
// first is set: an optional blank is a choice that was made when the firm first answered.
func (s *sector) complete(f int, a checklist.Answers, first bool) {
	for p := range s.places {
		pl := &s.places[p]
		if pl.derived {
			continue
		}
		_, answered := a[pl.ref]
		switch applies := s.ed.Applies(pl.q, pl.ref, a); {
		case !applies:
			delete(a, pl.ref)
		case answered:
		case pl.q.Required:
			a[pl.ref] = s.natural(f, p)
		case !first:
		case pl.q.Kind == checklist.FreeText && s.spare[p][f] >= mille/8:
		case pl.q.Kind != checklist.FreeText && s.spare[p][f]%blankIn == 0:
		default:
			a[pl.ref] = s.natural(f, p)
		}
	}
	for p := range s.places {
		if s.places[p].derived {
			s.derive(&s.places[p], a)
		}
	}
}

// derive answers "none of these" as the other items of the question imply; if one of them is blank, neither is told.
func (s *sector) derive(p *place, a checklist.Answers) {
	no := 0
	for _, r := range p.q.Refs() {
		if r == p.ref {
			continue
		}
		switch a[r].Choice {
		case checklist.Yes:
			a[p.ref] = checklist.Answer{Choice: checklist.No}
			return
		case checklist.No:
			no++
		}
	}
	delete(a, p.ref)
	if no == len(p.q.Items)-1 {
		a[p.ref] = checklist.Answer{Choice: checklist.Yes}
	}
}

// with returns a firm's answers with the choice at place p moved to c, and all that follows from it.
func (s *sector) with(f, p int, c checklist.ChoiceID) checklist.Answers {
	a := maps.Clone(s.answers[f])
	pl := &s.places[p]
	if pl.q.Kind == checklist.Number {
		a[pl.ref] = checklist.Answer{Number: s.number(f, p, slices.Index(pl.choices, c))}
	} else {
		a[pl.ref] = checklist.Answer{Choice: c}
	}
	s.complete(f, a, false)
	return a
}

// faults counts what stands in the way of accepting the answers.
func (s *sector) faults(a checklist.Answers) int {
	return checklist.Blocking(s.ed.Check(a, nil))
}
