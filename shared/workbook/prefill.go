//go:build !js

package workbook

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
)

// Prefilled writes the checklist for one firm with last edition's answers: those that are carried stand in the answer
// cells, to be confirmed on the cover, and all of them in the locked column beside. The edition must follow another.
func (t *Template) Prefilled(w io.Writer, who Identity, p checklist.Prefill) error {
	more, err := t.fillPrevious(who, p, "")
	if err != nil {
		return err
	}
	return t.write(w, who, checklist.Cover{FirmName: who.FirmName, ReferenceDate: t.ed.ReferenceDate}, p.Carried, more)
}

// FilledFrom writes what [Template.Prefilled] wrote as a firm sends it back: with its cover and answers, and the answers
// carried over confirmed.
func (t *Template) FilledFrom(w io.Writer, who Identity, p checklist.Prefill, c checklist.Cover, a checklist.Answers) error {
	more, err := t.fillPrevious(who, p, confirmed)
	if err != nil {
		return err
	}
	return t.write(w, who, c, a, more)
}

// fillPrevious returns the cells that only a prefilled workbook has something in.
func (t *Template) fillPrevious(who Identity, p checklist.Prefill, confirm string) (map[Location]string, error) {
	if t.ed.Mapping == nil || p.From != t.ed.Mapping.From {
		return nil, fmt.Errorf("prefill workbook of %s for %s: answers to %q are not those of the edition before", t.ed.ID, who.Firm, p.From)
	}
	values := map[Location]string{
		t.layout.Cover(PrefilledFrom): inline(string(p.From)),
		t.layout.Cover(Carried):       inline(confirm),
	}
	for i := range t.layout.pages {
		for j := range t.layout.pages[i].lines {
			l := &t.layout.pages[i].lines[j]
			var sums []string
			for _, r := range l.refs {
				at := t.layout.Previous(r)
				ans, known := p.Previous[r]
				words := p.Words[r]
				line := t.ed.Mapping.LineOfNew(checklist.Part{Question: r.Question, Item: r.Item})
				if len(utf16.Encode([]rune(ans.Text+words))) > maxCellText {
					return nil, fmt.Errorf("prefill workbook of %s for %s: %s has more characters than a cell holds", t.ed.ID, who.Firm, r)
				}
				switch {
				case known:
					values[at], words = typed(l.q, r, ans), typedText(l.q, r, ans)
				case words != "":
					values[at] = inline(words)
				case r.Item != "" && line != nil && line.Change == checklist.New:
					words = "（" + changeWords[checklist.New].JA + "）"
					values[at] = inline(words)
				}
				sums = append(sums, sumOf(words))
			}
			if len(sums) > 0 {
				values[t.layout.sums[l.id]] = inline(strings.Join(sums, " "))
			}
		}
	}
	return values, nil
}

// confirmation lets nothing but the word of confirmation into a cell.
func (s *sheet) confirmation(at string) {
	dv := excelize.NewDataValidation(true)
	s.w.check(dv.SetDropList([]string{confirmed}))
	dv.SetError(excelize.DataValidationErrorStyleStop, "点検票 Checklist", "「"+confirmed+"」を選んでください。\nPlease choose the entry of the list.")
	dv.SetSqref(at)
	s.w.check(s.w.f.AddDataValidation(s.name, dv))
}
