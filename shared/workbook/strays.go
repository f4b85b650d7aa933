package workbook

import (
	"strings"

	"cssa/shared/checklist"
)

// A strayRow is a row of answers below which something stands.
type strayRow struct {
	l  *line
	at *foundRow
}

// moved reports an answer that stands elsewhere than in its cell. What the cell itself holds is not taken for the answer.
func (r *reader) moved(l *line, ref checklist.Ref, at Location, text string) {
	delete(r.Answers, ref)
	r.skip[ref] = true
	f := checklist.NewFault(checklist.CodeMovedAnswer, "found", clip(text))
	f.Sheet, f.Cell = at.Sheet, at.Cell
	r.add(f, l.q, ref)
}

// contradicted says that a text beside an answer is another answer to the same question: in a workbook whose answers are
// carried over, the firm may have typed it there and left the old one. A remark is none.
func (r *reader) contradicted(q *checklist.Question, ref checklist.Ref, beside string) bool {
	have, ok := r.Answers[ref]
	if !ok || q.Kind == checklist.FreeText {
		return false
	}
	other, fault := parseAnswer(q, ref, value{text: beside})
	return fault == nil && other != have
}

// readBelow looks at what stands below rows that are answered, when it is known that it is no other row's: another answer is
// one that was moved, the same again is nothing, and of any other text the firm is told that it is not read.
func (r *reader) readBelow() {
	taken := map[Location]bool{}
	for i := range r.Faults {
		taken[Location{r.Faults[i].Sheet, r.Faults[i].Cell}] = true
	}
	for _, x := range r.below {
		at := Location{x.at.sheet, x.at.stray}
		if taken[at] || r.heads(x.at.strayText) {
			continue
		}
		taken[at] = true
		ref := x.l.refs[0]
		column, _, _ := parseCell(x.at.stray)
		for k := range x.l.refs {
			if x.at.columns[k] == column {
				ref = x.l.refs[k]
			}
		}
		have, answered := r.Answers[ref]
		switch same, fault := parseAnswer(x.l.q, ref, value{text: x.at.strayText}); {
		case r.skip[ref]: // its own fault comes first; the text is still there when it is mended
		case r.contradicted(x.l.q, ref, x.at.strayText):
			r.moved(x.l, ref, at, x.at.strayText)
		case answered && fault == nil && same == have:
		default:
			f := checklist.NewFault(checklist.CodeNotRead, "found", clip(x.at.strayText))
			f.Sheet, f.Cell = at.Sheet, at.Cell
			r.add(f, x.l.q, ref)
		}
	}
}

// heads says that a text is the checklist's own, over the columns of a nested question.
func (r *reader) heads(text string) bool {
	ja, _, _ := strings.Cut(text, "\n")
	for _, q := range r.ed.Questions() {
		for i := range q.Stages {
			if q.Stages[i].Label.JA == trim(ja) {
				return true
			}
		}
	}
	return false
}

// typedOver reports an answer that was typed over last time's. In a workbook that was not prefilled nothing stands there; in
// one that was, and does not say what stood there, nothing can be told.
func (r *reader) typedOver(l *line, at *foundRow) bool {
	if r.ed.Mapping == nil || !r.summed && r.found.text(PrefilledFrom) != "" {
		return false
	}
	k, over := at.typedOver()
	if !over || k >= len(l.refs) || r.skip[l.refs[k]] || at.beforeAt[k] == 0 {
		return false
	}
	r.moved(l, l.refs[k], Location{at.sheet, cell(at.beforeAt[k], at.row)}, strings.TrimSpace(at.before[k].text))
	return true
}

// summed says whether a workbook says what last time's answers were.
func (f *finding) summed() bool {
	for _, row := range f.rows {
		if row.sum != "" {
			return true
		}
	}
	return false
}
