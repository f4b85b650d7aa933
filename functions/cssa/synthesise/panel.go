package synthesise

import (
	"errors"
	"fmt"
	"slices"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// Of a hundred answers carried over, how many stay, and how many move one choice up or down; the rest may become anything.
const (
	stay = 80
	up   = 13
	down = 5
)

// A panel is what a round goes on from: the round of the edition before.
type panel struct {
	last    *Round
	prefill map[checklist.FirmID]checklist.Prefill // of the firms that have answers to go on from
}

// Follow draws the round after last: its firms a year on, without those that left, closed or merged and with some that came,
// and answers that moved from last time's. The edition must follow last's. How many firms there are follows from last.
func Follow(last *Round, ed *checklist.Edition, o Options) (*Round, error) {
	switch {
	case ed.Mapping == nil || ed.Mapping.From != last.Edition.ID:
		return nil, fmt.Errorf("synthesise: %s does not follow %s", ed.ID, last.Edition.ID)
	case o.Firms != 0 || len(o.Sectors) != 0:
		return nil, errors.New("synthesise: how many firms there are follows from the round before")
	}
	r, err := newRound(ed, o)
	if err != nil {
		return nil, err
	}
	r.panel = &panel{last: last, prefill: map[checklist.FirmID]checklist.Prefill{}}
	firms := r.followRegister()
	for _, f := range firms {
		if a := r.panel.answers(r.Register.Firms, f.ID, ed); a != nil {
			r.panel.prefill[f.ID] = ed.Mapping.Carry(last.Edition, ed, a)
		}
	}
	r.Options.Firms = len(firms)
	if err := r.draw(firms); err != nil {
		return nil, err
	}
	return r, nil
}

// answers are those that a firm's workbook is prefilled with: its own, or those of the one firm it took over that has some.
func (p *panel) answers(firms register.Firms, id checklist.FirmID, ed *checklist.Edition) checklist.Answers {
	if own := p.last.Final[id]; own != nil {
		return own
	}
	var found []checklist.Answers
	for _, before := range firms.Predecessors(id, ed.ReferenceDate) {
		if a := p.last.Final[before]; a != nil {
			found = append(found, a)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return nil
}

// lead is how mature a firm showed itself last time, in mille of the most mature that the choices allow.
func (p *panel) lead(ed *checklist.Edition, id checklist.FirmID) int {
	if p == nil {
		return 0
	}
	sum, n := 0, 0
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			ans, ok := p.prefill[id].Previous[r]
			if !ok {
				continue
			}
			switch c, known := q.Choice(r.Stage, ans.Choice); {
			case !known:
			case q.Kind == checklist.Multiple:
				n++
				if ans.Choice == checklist.Yes {
					sum += mille
				}
			case c.Rank > 0:
				lowest := 0
				for _, other := range q.ChoicesAt(r.Stage) {
					lowest = max(lowest, other.Rank)
				}
				n++
				sum += mille * (lowest - c.Rank) / max(1, lowest-1)
			}
		}
	}
	if n == 0 {
		return mille / 2
	}
	return sum / n
}

// moveOn gives the firms that have answers to go on from answers that moved from those; what is new to them, and what
// follows from other answers, they answer by nature.
func (s *sector) moveOn(p *panel, firms []register.Firm) error {
	if p == nil {
		return nil
	}
	for f := range firms {
		pre, ok := p.prefill[firms[f].ID]
		if !ok {
			continue
		}
		a := checklist.Answers{}
		for i := range s.places {
			if was, ok := pre.Carried[s.places[i].ref]; ok && !s.places[i].derived {
				a[s.places[i].ref] = s.moved(&s.places[i], was)
			}
		}
		s.answers[f] = a
		s.complete(f, a, true)
		if err := s.mend(f); err != nil {
			return fmt.Errorf("firm %s: %w", firms[f].ID, err)
		}
	}
	return nil
}

// moved is an answer a year on.
func (s *sector) moved(p *place, was checklist.Answer) checklist.Answer {
	luck := s.rng.IntN(100)
	if p.q.Kind == checklist.Number {
		n := was.Number
		switch {
		case luck < stay/2:
		case luck < stay+up+down:
			n = n * int64(70+s.rng.IntN(81)) / 100
		default: // a slip of the pen, or a firm that changed its mind about who counts
			n = max(1, n) * 20
		}
		return checklist.Answer{Number: min(max(n, p.q.Min), p.q.Max)}
	}
	at := slices.Index(p.choices, was.Choice)
	switch {
	case at < 0 || luck < stay:
		return was
	case luck < stay+up:
		at = max(0, at-1)
	case luck < stay+up+down:
		at = min(at+1, len(p.choices)-1)
	default:
		at = s.rng.IntN(len(p.choices))
	}
	return checklist.Answer{Choice: p.choices[at]}
}

// expected are the codes of an upload's faults: those of its answers, and of jumps where the firm's workbook says what it
// answered last time.
func (r *Round) expected(s *sector, id checklist.FirmID, a checklist.Answers) []checklist.FaultCode {
	codes := s.codes(a)
	if r.panel == nil {
		return codes
	}
	open := map[checklist.Ref]bool{}
	for _, f := range r.Edition.Check(a, nil) {
		if f.Severity == checklist.Mend {
			open[f.Ref] = true
		}
	}
	for _, f := range r.Edition.CheckJumps(a, r.panel.prefill[id].Previous, open) {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Prefill returns last time's answers in a firm's workbook, and whether it has any.
func (r *Round) Prefill(id checklist.FirmID) (checklist.Prefill, bool) {
	if r.panel == nil {
		return checklist.Prefill{}, false
	}
	p, ok := r.panel.prefill[id]
	return p, ok
}
