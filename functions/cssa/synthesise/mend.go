package synthesise

import (
	"fmt"
	"slices"

	"cssa/shared/checklist"
)

// mend changes single answers of a firm until the edition's rules hold: of the places a broken rule reads, the first
// change that leaves fewer faults, to the nearest choice that does.
func (s *sector) mend(f int) error {
	for n := s.faults(s.answers[f]); n > 0; n = s.faults(s.answers[f]) {
		if !s.mendOne(f, n) {
			faults := s.ed.Check(s.answers[f], nil)
			return fmt.Errorf("no single answer mends fault %s at %s", faults[0].Code, faults[0].Ref)
		}
	}
	return nil
}

func (s *sector) mendOne(f, faults int) bool {
	for _, fault := range s.ed.Check(s.answers[f], nil) {
		if fault.Severity != checklist.Mend {
			continue
		}
		for _, r := range s.causes(fault) {
			p, ok := s.index[r]
			if !ok || s.places[p].derived {
				continue
			}
			for _, c := range s.nearest(f, p) {
				if a := s.with(f, p, c); s.faults(a) < faults {
					s.answers[f] = a
					return true
				}
			}
		}
	}
	return false
}

// causes returns the places that can mend a fault, those it is marked at first.
func (s *sector) causes(fault checklist.Fault) []checklist.Ref {
	refs := []checklist.Ref{fault.Ref}
	for i := range s.ed.Rules {
		if s.ed.Rules[i].ID == fault.Rule {
			refs = append(refs, s.ed.Rules[i].Fails.Refs(s.ed)...)
		}
	}
	return refs
}

// nearest returns the other choices at place p, the nearest to the firm's present one first.
func (s *sector) nearest(f, p int) []checklist.ChoiceID {
	pl := &s.places[p]
	at := slices.Index(pl.choices, s.chosen(s.answers[f], p))
	others := slices.DeleteFunc(slices.Clone(pl.choices), func(c checklist.ChoiceID) bool {
		return at >= 0 && c == pl.choices[at]
	})
	slices.SortStableFunc(others, func(a, b checklist.ChoiceID) int {
		return distance(slices.Index(pl.choices, a), at) - distance(slices.Index(pl.choices, b), at)
	})
	return others
}

// chosen returns the choice at place p, of a number its class; "" if it is blank.
func (s *sector) chosen(a checklist.Answers, p int) checklist.ChoiceID {
	pl := &s.places[p]
	ans, ok := a[pl.ref]
	if ok && pl.q.Kind == checklist.Number {
		class, _ := pl.q.Class(ans.Number)
		return class
	}
	return ans.Choice
}

func distance(a, b int) int { return max(a-b, b-a) }
