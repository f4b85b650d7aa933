package synthesise

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// passes is how often the claims are gone through. Moving an answer for one can push an earlier one out of its band only
// through a rule, so two passes are nearly always enough.
const passes = 6

// A claim is one statement of a figure, resolved to the place it speaks of.
type claim struct {
	figure  *checklist.Figure
	place   checklist.Ref
	than    checklist.Ref // the place compared with; zero: none
	choices []checklist.ChoiceID
	rest    bool
	words   table.Words
}

// counts says whether an answer is in the claim's share.
func (c *claim) counts(choice checklist.ChoiceID) bool {
	return slices.Contains(c.choices, choice) != c.rest
}

func (c *claim) String() string { return fmt.Sprintf("%s, %s: %s", c.figure.ID, c.place, c.words.Text) }

// claimsOf resolves the claims of all figures, in the order in which they can be settled: questions as printed, and within
// one, statements that compare after those they compare with.
func claimsOf(ed *checklist.Edition) ([]claim, error) {
	var claims []claim
	var problems []error
	for i := range ed.Figures {
		fig := &ed.Figures[i]
		for _, c := range fig.Claims {
			resolved, err := resolve(fig, c)
			if err != nil {
				problems = append(problems, fmt.Errorf("claim %q of %s: %w", c.Words, fig.ID, err))
				continue
			}
			claims = append(claims, resolved)
		}
	}
	at := map[checklist.Ref]int{}
	for i, r := range ed.Refs() {
		at[r] = i
	}
	order := func(c claim) int {
		if c.than == (checklist.Ref{}) {
			return at[c.place]
		}
		return max(at[c.place], at[c.than])
	}
	slices.SortStableFunc(claims, func(a, b claim) int { return cmp.Compare(order(a), order(b)) })
	return claims, errors.Join(problems...)
}

func resolve(fig *checklist.Figure, c checklist.Claim) (claim, error) {
	words, err := table.ParseWords(c.Words)
	if err != nil {
		return claim{}, err
	}
	out := claim{figure: fig, rest: c.Rest, words: words, place: checklist.Ref{Question: fig.Question, Item: c.Item}}
	for i, id := range c.Series {
		at := slices.IndexFunc(fig.Series, func(s checklist.Series) bool { return s.ID == id })
		if at < 0 {
			return claim{}, fmt.Errorf("no series %q", id)
		}
		s := &fig.Series[at]
		if i > 0 && s.Stage != out.place.Stage {
			return claim{}, errors.New("its series are of different stages")
		}
		out.place.Stage = s.Stage
		out.choices = append(out.choices, s.Choices...)
	}
	if c.Than != "" {
		out.than = checklist.Ref{Question: fig.Question, Item: c.Than, Stage: out.place.Stage}
	}
	return out, nil
}

// settle moves single answers of the given firms until every claim holds on them together. If strict is not set, a
// claim that no count can meet is brought as near as it gets.
func (s *sector) settle(firms []int, strict bool) error {
	claims, err := claimsOf(s.ed)
	if err != nil {
		return err
	}
	for pass := range passes {
		settled := true
		for i := range claims {
			if pass > 0 && s.holds(&claims[i], firms) {
				continue
			}
			settled = settled && pass > 0
			if err := s.meet(&claims[i], claims[:i], firms, strict); err != nil && strict {
				return err
			}
		}
		if settled {
			return nil
		}
	}
	for i := range claims {
		if strict && !s.holds(&claims[i], firms) {
			return fmt.Errorf("the claim %s does not hold after %d passes", &claims[i], passes)
		}
	}
	return nil
}

// count returns how many of the firms are in the base of a claim at a place, and how many of those it counts.
func (s *sector) count(c *claim, place checklist.Ref, firms []int) (count, base int) {
	p := s.index[place]
	for _, f := range firms {
		a := s.answers[f]
		if !s.inBase(c, p, a) {
			continue
		}
		base++
		if c.counts(s.chosen(a, p)) {
			count++
		}
	}
	return count, base
}

func (s *sector) inBase(c *claim, p int, a checklist.Answers) bool {
	pl := &s.places[p]
	return c.figure.Base.Holds(s.ed, a) && s.ed.State(pl.q, pl.ref, a) == checklist.Answered
}

func (s *sector) than(c *claim, firms []int) *table.Share {
	if c.than == (checklist.Ref{}) {
		return nil
	}
	count, base := s.count(c, c.than, firms)
	share := table.ShareOf(count, base)
	return &share
}

func (s *sector) holds(c *claim, firms []int) bool {
	count, base := s.count(c, c.place, firms)
	return base > 0 && c.words.Holds(table.ShareOf(count, base), s.than(c, firms))
}

// meet brings a claim to a count well inside those for which its words are true.
func (s *sector) meet(c *claim, settled []claim, firms []int, strict bool) error {
	p, ok := s.index[c.place]
	if !ok || s.places[p].derived {
		return fmt.Errorf("the claim %s speaks of no place whose answer can be chosen", c)
	}
	count, base := s.count(c, c.place, firms)
	var fits []int
	than := s.than(c, firms)
	for k := 0; k <= base && base > 0; k++ {
		if c.words.Holds(table.ShareOf(k, base), than) {
			fits = append(fits, k)
		}
	}
	want := 0
	switch {
	case len(fits) > 0:
		want = fits[len(fits)*(35+s.rng.IntN(31))/100]
	case strict:
		return fmt.Errorf("the claim %s cannot hold among %d firms", c, base)
	default:
		from, to := c.words.Band()
		want = base * (int(from) + int(to)) / 2 / mille
	}
	for ; count < want; count++ {
		if !s.move(c, p, settled, firms, true) {
			return fmt.Errorf("the claim %s: no further answer can be moved into it at %d of %d", c, count, base)
		}
	}
	for ; count > want; count-- {
		if !s.move(c, p, settled, firms, false) {
			return fmt.Errorf("the claim %s: no further answer can be moved out of it at %d of %d", c, count, base)
		}
	}
	return nil
}

// A change is one answer that could be moved.
type change struct {
	firm   int
	choice checklist.ChoiceID
	steps  int // choices passed over
	strain int // how far the firm's rank is from the new choice's ranks, in mille
}

// move moves the one answer at place p into the claim, or out of it, that needs the least force and breaks no rule and no
// settled claim about the same place.
func (s *sector) move(c *claim, p int, settled []claim, firms []int, in bool) bool {
	pl := &s.places[p]
	var changes []change
	for _, f := range firms {
		a := s.answers[f]
		now := s.chosen(a, p)
		if !s.inBase(c, p, a) || c.counts(now) == in {
			continue
		}
		at := slices.Index(pl.choices, now)
		for to, choice := range pl.choices {
			if c.counts(choice) == in && undisturbed(settled, c.place, now, choice) {
				changes = append(changes, change{f, choice, distance(at, to), s.strain(f, p, to)})
			}
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.steps, b.steps), cmp.Compare(a.strain, b.strain))
	})
	for _, ch := range changes {
		if a := s.with(ch.firm, p, ch.choice); s.faults(a) == 0 {
			s.answers[ch.firm] = a
			return true
		}
	}
	return false
}

// undisturbed says whether a move between two choices leaves the settled claims about the same place as they are.
func undisturbed(settled []claim, place checklist.Ref, from, to checklist.ChoiceID) bool {
	for i := range settled {
		if c := &settled[i]; c.place == place && c.counts(from) != c.counts(to) {
			return false
		}
	}
	return true
}

func (s *sector) strain(f, p, to int) int {
	low, rank := 0, s.rank[p][f]
	if to > 0 {
		low = s.places[p].upTo[to-1]
	}
	return max(0, low-rank, rank-s.places[p].upTo[to])
}
