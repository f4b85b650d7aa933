package checklist

import (
	"fmt"
	"strings"
)

// A Mapping (対応表) says what became of every question, item, stage and choice of the edition before. Each of both
// editions stands in exactly one line, by name or with its question; package questionnaire checks it.
type Mapping struct {
	From  EditionID // the edition before
	To    EditionID
	Lines []MappingLine
}

// A MappingLine is one statement of a mapping.
type MappingLine struct {
	Change Change
	Old    []Part // of the edition before; none if new
	New    []Part // of this edition; none if dropped
	Carry  bool   // the meaning is the same, so that last time's answer stands until the firm changes it
	Note   Text   // what changed, as firms read it; may be empty
}

// A Change says what became of something. Values are stored words.
type Change string

// The changes.
const (
	Same     Change = "same"     // 変更なし: word for word
	Reworded Change = "reworded" // 表現変更: other words; whether they mean the same is the line's Carry
	Widened  Change = "widened"  // 範囲拡大: it covers more than before
	Narrowed Change = "narrowed" // 範囲縮小: it covers less
	Split    Change = "split"    // 分割: one became several
	Merged   Change = "merged"   // 統合: several became one
	New      Change = "new"      // 新設
	Dropped  Change = "dropped"  // 廃止
)

// OneToOne says whether a line of this change has one part on each side.
func (c Change) OneToOne() bool { return c == Same || c == Reworded || c == Widened || c == Narrowed }

// A Part names a question, or one of its items, stages or choices. It is comparable.
type Part struct {
	Question QuestionID
	Item     ItemID   // an item, else ""
	Stage    StageID  // a stage, or with Choice the stage of that choice, else ""
	Choice   ChoiceID // a choice, else ""
}

// Whole returns the question of which p is a part.
func (p Part) Whole() Part { return Part{Question: p.Question} }

// String returns the name of a part: "report", "report.incidents", "contingency@drill", "policy=published",
// "contingency@drill=conducted". [ParsePart] reads it back.
func (p Part) String() string {
	s := string(p.Question)
	for _, part := range []struct{ sign, id string }{{".", string(p.Item)}, {"@", string(p.Stage)}, {"=", string(p.Choice)}} {
		if part.id != "" {
			s += part.sign + part.id
		}
	}
	return s
}

// ParsePart reads what [Part.String] writes. It checks the form only.
func ParsePart(s string) (Part, error) {
	var p Part
	rest, choice, hasChoice := strings.Cut(s, "=")
	rest, stage, hasStage := strings.Cut(rest, "@")
	question, item, hasItem := strings.Cut(rest, ".")
	p = Part{QuestionID(question), ItemID(item), StageID(stage), ChoiceID(choice)}
	ok := ValidID(question) && !(hasItem && (hasStage || hasChoice))
	for _, id := range []struct {
		there bool
		id    string
	}{{hasItem, item}, {hasStage, stage}, {hasChoice, choice}} {
		ok = ok && (!id.there || ValidID(id.id))
	}
	if !ok {
		return Part{}, fmt.Errorf("part %q: want question, question.item, question@stage, question=choice or question@stage=choice", s)
	}
	return p, nil
}

// Parts returns the parts of a question: itself, its items, its stages, its choices. The classes of a number question and
// the yes and no of a multiple one are none: an answer of the same meaning does not depend on them.
func (q *Question) Parts() []Part {
	parts := []Part{{Question: q.ID}}
	for _, it := range q.Items {
		parts = append(parts, Part{Question: q.ID, Item: it.ID})
	}
	for _, st := range q.Stages {
		parts = append(parts, Part{Question: q.ID, Stage: st.ID})
		for _, c := range st.Choices {
			parts = append(parts, Part{Question: q.ID, Stage: st.ID, Choice: c.ID})
		}
	}
	if q.Kind == Single || q.Kind == Matrix {
		for _, c := range q.Choices {
			parts = append(parts, Part{Question: q.ID, Choice: c.ID})
		}
	}
	return parts
}

// LineOfNew returns the line that names a part of this edition, or nil.
func (m *Mapping) LineOfNew(p Part) *MappingLine {
	return m.line(p, func(l *MappingLine) []Part { return l.New })
}

// LineOfOld returns the line that names a part of the edition before, or nil.
func (m *Mapping) LineOfOld(p Part) *MappingLine {
	return m.line(p, func(l *MappingLine) []Part { return l.Old })
}

func (m *Mapping) line(p Part, side func(*MappingLine) []Part) *MappingLine {
	for i := range m.Lines {
		if contains(side(&m.Lines[i]), p) {
			return &m.Lines[i]
		}
	}
	return nil
}

// Keeps returns where in the edition before the answer of a place stood, if it means the same there. A part's own line
// decides over its question's.
func (m *Mapping) Keeps(r Ref) (Ref, bool) {
	old := Ref{Item: r.Item, Stage: r.Stage}
	line := m.LineOfNew(Part{Question: r.Question})
	if r.Item != "" {
		if own := m.LineOfNew(Part{Question: r.Question, Item: r.Item}); own != nil {
			line = own
		}
	}
	if line == nil || !line.Carry {
		return Ref{}, false
	}
	if old.Question = line.Old[0].Question; line.Old[0].Item != "" {
		old.Item = line.Old[0].Item
	}
	if r.Stage != "" {
		if own := m.LineOfNew(Part{Question: r.Question, Stage: r.Stage}); own != nil {
			if !own.Carry {
				return Ref{}, false
			}
			old.Stage = own.Old[0].Stage
		}
	}
	return old, true
}

// keepsChoice returns the choice of a place of this edition that means the same as a choice at the old place.
func (m *Mapping) keepsChoice(old, r Ref, c ChoiceID) (ChoiceID, bool) {
	line := m.LineOfOld(Part{Question: old.Question, Stage: old.Stage, Choice: c})
	if line == nil {
		return c, true
	}
	if !line.Carry || line.New[0].Question != r.Question || line.New[0].Stage != r.Stage {
		return "", false
	}
	return line.New[0].Choice, true
}
