package workbook_test

import (
	"slices"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// A verdict on what a reader made of a mutated workbook.
type verdict int

const (
	readExactly    verdict = iota // the intended answers
	refusedRightly                // by faults that name the right places, the other answers as intended
	silentlyWrong                 // accepted with other answers, or without a fault that there is: the one thing that must never be
	wronglyTold                   // refused, but for a reason or a place that is not right
)

// judge compares what was read with what the mutation means.
func (m *subject) judge(got workbook.Reading) (verdict, string) {
	answers, want := m.mean()
	var have []string
	for _, f := range got.Faults {
		have = append(have, told(f.Code, f.Ref, f.Sheet, f.Cell))
	}
	slices.Sort(have)
	if w := m.whole; w != nil && got.Answers == nil {
		if len(got.Faults) != 1 {
			return wronglyTold, "not alone: " + strings.Join(have, " ")
		}
		f := got.Faults[0]
		right := slices.Contains(w.codes, f.Code) && strings.Contains(f.What.EN+f.Found, w.part) && (w.sheet == nil || f.Sheet == w.sheet.name)
		if w.at != nil {
			right = right && f.Sheet == w.at.sheet.name && f.Cell == w.at.name()
		}
		if !right {
			return wronglyTold, "told " + have[0] + " " + f.Found
		}
		return refusedRightly, ""
	}
	if w := m.whole; w != nil && !m.maybe {
		return silentlyWrong, "not refused: " + strings.Join(have, " ")
	}
	accepted := checklist.Blocking(got.Faults) == 0
	worst := wronglyTold
	if accepted {
		worst = silentlyWrong
	}
	switch {
	case got.Answers == nil:
		return wronglyTold, "not read: " + strings.Join(have, " ")
	case !sameAnswers(got.Answers, answers):
		return silentlyWrong, "other answers: " + differences(got.Answers, answers)
	case got.Cover != m.cover:
		return silentlyWrong, "another cover"
	case got.Identity.Edition != m.ed.ID || got.Identity.Firm != who.Firm || got.Identity.Definition != m.ed.Checksum:
		return silentlyWrong, "another identity"
	case !slices.Equal(have, want):
		return worst, "told " + strings.Join(have, " ") + ", not " + strings.Join(want, " ")
	}
	if m.spoilt() {
		return refusedRightly, ""
	}
	return readExactly, ""
}

// spoilt says whether a fault must be told that the correct workbook did not have.
func (m *subject) spoilt() bool {
	for _, f := range m.fields {
		if f.code != "" {
			return true
		}
	}
	for _, p := range m.pages {
		for _, l := range p.lines {
			if l.lost || l.mixed || l.twin != nil || len(p.gone) > 0 || slices.ContainsFunc(l.places, func(a *gridPlace) bool { return a.code != "" }) {
				return true
			}
		}
	}
	_, faults := m.mean()
	return slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, "E") })
}

func sameAnswers(a, b checklist.Answers) bool { return differences(a, b) == "" }

func differences(got, want checklist.Answers) string {
	var s []string
	for r, x := range want {
		if y, ok := got[r]; !ok || x != y {
			s = append(s, r.String())
		}
	}
	for r := range got {
		if _, ok := want[r]; !ok {
			s = append(s, r.String())
		}
	}
	slices.Sort(s)
	return strings.Join(s, " ")
}
