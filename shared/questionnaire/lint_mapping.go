package questionnaire

import (
	"errors"
	"fmt"
	"slices"

	"cssa/shared/checklist"
)

// mapping checks the mapping, if there is one: that its lines are well formed, that every part of both editions stands in
// exactly one of them, and that what is said to be the same has the same words. If before is nil, the old side is not
// looked at. The error is about reading the edition before.
func (l *linter) mapping(before func(checklist.EditionID) (*checklist.Edition, error)) error {
	if l.e.Mapping == nil {
		return nil
	}
	m := &mappingLinter{linter: l, m: l.e.Mapping}
	switch {
	case m.m.From >= l.e.ID: // and so there are no circles
		l.say("edition, previous", fmt.Sprintf("the edition %s is not before this one", m.m.From), "name an earlier one")
	case before != nil:
		var err error
		m.old, err = before(m.m.From)
		var findings Findings
		switch {
		case errors.Is(err, ErrNotFound):
			l.say("edition, previous", fmt.Sprintf("there is no edition %s", m.m.From), "put its folder beside this one's, or correct the word")
		case errors.As(err, &findings):
			l.say("edition, previous", fmt.Sprintf("the edition %s has findings of its own", m.m.From), "mend those first")
		case err != nil:
			return err
		}
	}
	for i := range m.m.Lines {
		m.line(&m.m.Lines[i])
	}
	m.covered("new", l.e, m.m.LineOfNew)
	if m.old != nil {
		m.covered("old", m.old, m.m.LineOfOld)
		m.compare()
	}
	return nil
}

type mappingLinter struct {
	*linter
	m    *checklist.Mapping
	old  *checklist.Edition // nil: not compared
	seen map[string]bool    // the parts named so far, by side
}

// line checks one line by itself.
func (m *mappingLinter) line(line *checklist.MappingLine) {
	where := "mapping"
	for _, side := range []struct {
		name  string
		e     *checklist.Edition
		parts []checklist.Part
	}{{"old", m.old, line.Old}, {"new", m.e, line.New}} {
		for _, p := range side.parts {
			where = mapped(side.name, p)
			_, known := m.part(side.e, p)
			m.must(known || side.e == nil, where, fmt.Sprintf("the %s edition has no part %q", side.name, p), "correct the word")
			if m.seen == nil {
				m.seen = map[string]bool{}
			}
			m.must(!m.seen[where], where, fmt.Sprintf("the %s part %q stands in two lines", side.name, p), "leave it in one of them")
			m.seen[where] = true
		}
	}
	old, now := len(line.Old), len(line.New)
	fits := false
	switch line.Change {
	case checklist.Same, checklist.Reworded, checklist.Widened, checklist.Narrowed:
		fits = old == 1 && now == 1
	case checklist.Split:
		fits = old == 1 && now > 1
	case checklist.Merged:
		fits = old > 1 && now == 1
	case checklist.New:
		fits = old == 0 && now > 0
	case checklist.Dropped:
		fits = old > 0 && now == 0
	default:
		m.say(where, fmt.Sprintf("the change %q is not known", line.Change), "write same, reworded, widened, narrowed, split, merged, new or dropped")
		return
	}
	if !fits {
		m.say(where, fmt.Sprintf("a line of change %q cannot have %d old and %d new parts", line.Change, old, now),
			"one of each; split: one old, several new; merged: several old, one new; new: no old; dropped: no new")
		return
	}
	m.must(!line.Carry || line.Change == checklist.Same || line.Change == checklist.Reworded, where, "what changed its meaning is not carried", "remove carry")
	whole := now > 0 && line.New[0] == line.New[0].Whole()
	told := line.Change == checklist.Same || line.Change == checklist.New || line.Change == checklist.Dropped || !whole
	if line.Note != (checklist.Text{}) || !told {
		m.text(where, "note", "note (what changed, for the firms)", line.Note)
	}
	if line.Change.OneToOne() {
		m.must(level(line.Old[0]) == level(line.New[0]), where,
			fmt.Sprintf("%q and %q are not of one kind", line.Old[0], line.New[0]), "a question stays a question, an item an item, a choice a choice")
		if of := m.m.LineOfNew(line.New[0].Whole()); of != nil && line.Carry && line != of {
			m.must(of.Change != checklist.Widened && of.Change != checklist.Narrowed, where,
				fmt.Sprintf("its question is %s, so its parts are not carried", of.Change), "remove carry, or write reworded")
		}
	}
}

// level says what a part is.
func level(p checklist.Part) string {
	switch {
	case p.Choice != "":
		return "choice"
	case p.Stage != "":
		return "stage"
	case p.Item != "":
		return "item"
	}
	return "question"
}

// part returns the question of a part, and whether the edition has the part.
func (m *mappingLinter) part(e *checklist.Edition, p checklist.Part) (*checklist.Question, bool) {
	if e == nil {
		return nil, false
	}
	q, ok := e.Question(string(p.Question))
	return q, ok && q.ID == p.Question && slices.Contains(q.Parts(), p)
}

// covered checks that every part of an edition stands in a line: of its own, or as part of its question. A question that
// came, went, was split or merged takes its parts along; of any other, a part stands with the one of the same name.
func (m *mappingLinter) covered(side string, e *checklist.Edition, lineOf func(checklist.Part) *checklist.MappingLine) {
	for _, q := range e.Questions() {
		whole := lineOf(checklist.Part{Question: q.ID})
		if whole == nil {
			m.say("mapping", fmt.Sprintf("no line names the %s question %q", side, q.ID), "say what became of it, or where it comes from")
			continue
		}
		if !whole.Change.OneToOne() || m.old == nil || len(whole.Old) != 1 || len(whole.New) != 1 {
			continue
		}
		for _, p := range q.Parts()[1:] {
			if lineOf(p) != nil {
				continue
			}
			other := p
			other.Question = whole.Old[0].Question
			there, otherLine := m.old, m.m.LineOfOld
			if side == "old" {
				other.Question = whole.New[0].Question
				there, otherLine = m.e, m.m.LineOfNew
			}
			_, known := m.part(there, other)
			m.must(known && otherLine(other) == nil, mapped(side, p), fmt.Sprintf("no line names the %s part %q, and the other edition has none of its name to go with it", side, p), "give it a line")
		}
	}
}
