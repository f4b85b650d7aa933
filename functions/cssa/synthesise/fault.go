package synthesise

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"cssa/shared/checklist"
)

// codes returns the codes of the faults in the answers, sorted, each once.
func (s *sector) codes(a checklist.Answers) []checklist.FaultCode {
	var codes []checklist.FaultCode
	for _, f := range s.ed.Check(a, nil) {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// free returns the places of a firm's required answers on which nothing else depends: no condition, no rule, no stage.
func (s *sector) free(a checklist.Answers) []int {
	read := map[checklist.Ref]bool{}
	for _, q := range s.ed.Questions() {
		for _, r := range q.When.Refs(s.ed) {
			read[r] = true
		}
		for i := 0; i+1 < len(q.Stages); i++ {
			for _, it := range q.Items {
				read[checklist.Ref{Question: q.ID, Item: it.ID, Stage: q.Stages[i].ID}] = true
			}
		}
	}
	for i := range s.ed.Rules {
		for _, r := range s.ed.Rules[i].Fails.Refs(s.ed) {
			read[r] = true
		}
	}
	var free []int
	for p := range s.places {
		pl := &s.places[p]
		if _, ok := a[pl.ref]; ok && pl.q.Required && !pl.derived && !read[pl.ref] {
			free = append(free, p)
		}
	}
	return free
}

// spoilt returns answers with one planted fault: a copy of a that change made, and that has exactly one code more than a.
// It tries the places in an order of its own.
func (s *sector) spoilt(a checklist.Answers, code checklist.FaultCode, from []int, change func(checklist.Answers, *place)) (checklist.Answers, error) {
	want := slices.Compact(slices.Sorted(slices.Values(append(s.codes(a), code))))
	for _, i := range s.rng.Perm(len(from)) {
		out := maps.Clone(a)
		change(out, &s.places[from[i]])
		if slices.Equal(s.codes(out), want) {
			return out, nil
		}
	}
	return nil, fmt.Errorf("%w %s", errNoPlace, code)
}

// errNoPlace says that nothing a firm was asked can go wrong as its story has it.
var errNoPlace = errors.New("no place for a fault")

// blank leaves one to four required answers out, as many as can be.
func (s *sector) blank(a checklist.Answers) (checklist.Answers, error) {
	out, left := a, 0
	for range 1 + s.rng.IntN(4) {
		next, err := s.spoilt(out, checklist.CodeUnanswered, s.free(out), func(a checklist.Answers, p *place) { delete(a, p.ref) })
		if err != nil && left > 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		out = next
		left++
	}
	return out, nil
}

// contradict answers "none of these" beside another yes.
func (s *sector) contradict(a checklist.Answers) (checklist.Answers, error) {
	var none []int
	for p := range s.places {
		if _, ok := a[s.places[p].ref]; ok && s.places[p].derived {
			none = append(none, p)
		}
	}
	return s.spoilt(a, checklist.CodeExclusive, none, func(a checklist.Answers, p *place) {
		a[p.ref] = checklist.Answer{Choice: checklist.Yes}
		for _, r := range p.q.Refs() {
			if r != p.ref && a[r].Choice == checklist.Yes {
				return
			}
		}
		a[p.q.Refs()[0]] = checklist.Answer{Choice: checklist.Yes}
	})
}

// ownWords are what firms write where a choice belongs.
var ownWords = [...]checklist.ChoiceID{"概ね実施済み", "検討中です", "該当なし（別紙参照）", "親会社に確認中"}

// write puts words of the firm's own where a choice belongs.
func (s *sector) write(a checklist.Answers) (checklist.Answers, error) {
	words := ownWords[s.rng.IntN(len(ownWords))]
	var free []int
	for _, p := range s.free(a) {
		if len(s.places[p].choices) > 0 && s.places[p].q.Kind != checklist.Number {
			free = append(free, p)
		}
	}
	return s.spoilt(a, checklist.CodeNotAChoice, free, func(a checklist.Answers, p *place) {
		a[p.ref] = checklist.Answer{Choice: words}
	})
}

// other returns a valid version of firm f's answers that differs from its final one in a few places.
func (s *sector) other(f int) (checklist.Answers, error) {
	kept := s.answers[f]
	defer func() { s.answers[f] = kept }()
	changed := 0
	for _, p := range s.rng.Perm(len(s.places)) {
		if changed == 3 {
			break
		}
		if _, ok := s.answers[f][s.places[p].ref]; !ok || s.places[p].derived {
			continue
		}
		for _, c := range s.nearest(f, p) {
			if a := s.with(f, p, c); s.faults(a) == 0 && !maps.Equal(a, kept) {
				s.answers[f] = a
				changed++
				break
			}
		}
	}
	if changed == 0 {
		return nil, fmt.Errorf("firm %s: %w: no answer can be changed", firmID(f+1), errNoPlace)
	}
	return s.answers[f], nil
}
