package workbook

import (
	"strings"

	"cssa/shared/checklist"
)

// Headings tell whether a row still stands where the checklist put it: under its question's number, beside its item's words.
// The ids alone would not show that rows were sorted without their hidden ids, or that a question's title is gone.
type headings struct {
	lines     map[string]*line // rows that are answered by their ids; nil for the cover's
	questions map[string]*checklist.Question
}

// longestNumber is how much of the file the number of a question takes at most, with the fonts it may be written in.
const longestNumber = 400

// headingsOf returns the headings of every row that is read.
func headingsOf(l *Layout) *headings {
	h := &headings{make(map[string]*line, len(l.answers)+len(coverFields)), map[string]*checklist.Question{}}
	for id := range coverRows() {
		h.lines[id] = nil
	}
	for i := range l.pages {
		for j := range l.pages[i].lines {
			switch x := &l.pages[i].lines[j]; x.kind {
			case answerLine:
				h.lines[x.id] = x
			case titleLine:
				h.questions[x.q.Number] = x.q
			}
		}
	}
	return h
}

// title returns the question whose number stands before the answer columns of a row without an id, if one does.
func (h *headings) title(cells cellReader, cols *columns, cs []rawCell) (*checklist.Question, error) {
	for i := range cs {
		c := &cs[i]
		switch {
		case c.column >= cols.first():
			return nil, nil
		case c.column <= cols.ids:
			continue
		case cells.Size(c) > longestNumber:
			return nil, nil
		}
		v, err := cells.Value(c)
		if q := h.questions[trim(v.text)]; err != nil || q != nil {
			return q, err
		}
		return nil, nil // words, or the number of nothing
	}
	return nil, nil
}

// withoutIDs looks at a row of a sheet on which no ids were found: for a marker row that has lost them, and below it for the
// numbers of questions, which tell whose sheet it is.
func (s *search) withoutIDs(cs []rawCell) error {
	words := map[string]bool{}
	for i := range cs {
		c := &cs[i]
		if !s.cells.Short(c) && s.cells.Size(c) > longestNumber {
			continue
		}
		v, err := s.cells.Value(c)
		if err != nil {
			return err
		}
		word := trim(v.text)
		if words[word] = true; s.bare && s.under == nil {
			s.under = s.questions[word]
		}
		if s.bare && word != "" {
			return nil
		}
	}
	s.bare = s.bare || words[markFinding] && words[markAnswer+"1"]
	return nil
}

// misplaced returns the other question or item beside whose words a row stands, "" if it stands by its own or by none.
func (h *headings) misplaced(cells cellReader, cols *columns, cs []rawCell, l *line, under *checklist.Question) (string, error) {
	switch {
	case l == nil:
		return "", nil
	case under != nil && under.ID != l.q.ID:
		return under.Number, nil
	case len(l.q.Items) == 0:
		return "", nil
	}
	own, other := l.q.Items[l.i].Label.JA, ""
	words := cs[:0:0]
	for i := range cs {
		if c := &cs[i]; c.column > cols.ids && c.column < cols.first() {
			if cells.Shows(c, own) {
				return "", nil
			}
			words = cs[:i+1]
		}
	}
	for i := range words {
		if words[i].column <= cols.ids {
			continue
		}
		v, err := cells.Value(&words[i])
		if err != nil {
			return "", err
		}
		ja, _, _ := strings.Cut(v.text, "\n")
		if ja == own {
			return "", nil
		}
		for k := range l.q.Items {
			if item := l.q.Items[k].Label.JA; ja == item {
				other = item
			}
		}
	}
	return other, nil
}
