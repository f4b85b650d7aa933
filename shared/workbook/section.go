//go:build !js

package workbook

import (
	"math"
	"strings"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
)

// Widths of the columns of a section's sheet, in characters.
const (
	widthLabel       = 74.0
	widthAnswer      = 52.0
	widthStageAnswer = 30.0

	widthPrevious      = 34.0 // of last time's answers
	widthStagePrevious = 20.0
	scalePrevious      = 0.86 // their size against the ordinary one
)

// section writes the sheet of one section.
func (w *writer) section(p *page) {
	s := w.sheet(p.name)
	answerWidth, beforeWidth := widthAnswer, widthPrevious
	if p.columns > 1 {
		answerWidth, beforeWidth = widthStageAnswer, widthStagePrevious
	}
	widths := []float64{2.5, 8, widthLabel}
	for range p.columns {
		widths = append(widths, answerWidth)
	}
	for range p.before {
		widths = append(widths, beforeWidth)
	}
	s.widths(append(widths, 3, 3)...)
	s.marks(p.columns, p.before)
	lastAnswer := columnAnswer + p.columns - 1
	last := lastAnswer + p.before

	s.pair(columnNumber, rowTitle, checklist.Text{JA: p.section.Number + "　" + p.section.Title.JA, EN: p.section.Title.EN}, lookTitle, "　　", w.small)
	s.height(rowTitle, 30)
	s.pair(columnNumber, rowHead, wordNumber, lookHeadCentre, "\n", w.white)
	s.pair(columnLabel, rowHead, wordQuestion, lookHead, "　", w.white)
	s.merge(columnAnswer, lastAnswer, rowHead)
	s.merge(lastAnswer+1, last, rowHead)
	for c := columnAnswer; c <= last; c++ {
		s.style(c, rowHead, lookHead)
	}
	s.pair(columnAnswer, rowHead, wordAnswer, lookHead, "　", w.white)
	if p.before > 0 {
		s.pair(lastAnswer+1, rowHead, wordPrevious, lookHead, "　", w.white)
	}
	s.height(rowHead, 30)

	wide := widthLabel + answerWidth*float64(p.columns) + beforeWidth*float64(p.before)
	menus := newMenus(s)
	for i := range p.lines {
		l := &p.lines[i]
		row := firstQuestion + i
		words := l.words(w.ed)
		switch l.kind {
		case gapLine:
			s.height(row, 10)
		case titleLine:
			s.merge(columnLabel, last, row)
			s.put(columnNumber, row, l.number(), lookQuestionNumber)
			s.pair(columnLabel, row, words, lookQuestionTitle, "　", w.small)
			for c := columnAnswer; c <= last; c++ {
				s.style(c, row, lookQuestionTitle)
			}
			oneLine := checklist.Text{JA: words.JA + "　" + words.EN}
			s.height(row, textHeight(oneLine, wide, 1.1)+8)
		case promptLine, changeLine, conditionLine, termLine, noteLine, choiceLine, scaleLine:
			look, scale := lookPrompt, 1.0
			switch l.kind {
			case changeLine:
				look = lookChange
			case conditionLine:
				look = lookCondition
			case termLine, noteLine:
				look, scale = lookNote, 0.9
			case choiceLine, scaleLine:
				look = lookChoice
			}
			s.merge(columnLabel, last, row)
			s.pair(columnLabel, row, words, look, "\n", w.small)
			s.height(row, textHeight(words, wide-3, scale)+4)
		case stageLine:
			s.style(columnNumber, row, lookStageHead)
			s.style(columnLabel, row, lookStageHead)
			height := 20.0
			for k := range l.q.Stages {
				h := l.q.Stages[k].Label
				s.pair(columnAnswer+k, row, h, lookStageHead, "\n", w.small)
				height = max(height, textHeight(h, answerWidth, 1)+4)
				if p.before > 0 {
					s.pair(columnAnswer+p.columns+k, row, h, lookStageBefore, "\n", w.small)
				}
			}
			s.height(row, height)
		case answerLine:
			s.put(columnID, row, l.id, lookID)
			s.put(columnNumber, row, l.number(), lookItemNumber)
			s.pair(columnLabel, row, words, lookItem, "\n", w.small)
			height := textHeight(words, widthLabel, 1) + 6
			for k, r := range l.refs {
				height = max(height, s.answer(columnAnswer+k, row, l.q, r, answerWidth))
				menus.add(l.q, r, cell(columnAnswer+k, row))
				if p.before > 0 {
					height = max(height, s.previous(columnAnswer+p.columns+k, row, l.q, r, beforeWidth))
				}
			}
			if p.before > 0 {
				s.style(lastAnswer+p.before+1, row, lookMark)
			}
			s.height(row, min(height, 400))
		}
	}
	menus.write()
	s.finish(columnNumber, last, firstQuestion+len(p.lines)-1, rowHead, "landscape")
}

// answer makes one answer cell and returns the height it needs.
func (s *sheet) answer(column, row int, q *checklist.Question, r checklist.Ref, width float64) float64 {
	switch q.Kind {
	case checklist.Number:
		look := lookAnswerNumber
		if q.Decimals > 0 {
			look = lookAnswerDecimal
		}
		s.style(column, row, look)
		return 22
	case checklist.FreeText:
		s.style(column, row, lookAnswerText)
		return 76
	}
	s.style(column, row, lookAnswerChoice)
	height := 22.0
	for _, e := range entries(q, r.Stage) {
		height = max(height, textHeight(checklist.Text{JA: e}, width, 1)+6)
	}
	return height
}

// previous makes the cell of last time's answer and returns the height it needs.
func (s *sheet) previous(column, row int, q *checklist.Question, r checklist.Ref, width float64) float64 {
	s.style(column, row, lookPrevious)
	height := 0.0
	for _, e := range entries(q, r.Stage) {
		height = max(height, textHeight(checklist.Text{JA: e}, width, scalePrevious)+6)
	}
	line := s.w.ed.Mapping.LineOfNew(checklist.Part{Question: r.Question, Item: r.Item})
	if line != nil && (line.Change == checklist.Merged || line.Change == checklist.Split) {
		height = (height + 2*fontEN) * float64(len(line.Old)) // each old answer after the name of its item
	}
	return height
}

// menus gathers the cells that have the same validation, so that each is written once.
type menus struct {
	s     *sheet
	keys  []string
	cells map[string][]string
	of    map[string]func() *excelize.DataValidation
}

func newMenus(s *sheet) *menus {
	return &menus{s: s, cells: map[string][]string{}, of: map[string]func() *excelize.DataValidation{}}
}

func (m *menus) add(q *checklist.Question, r checklist.Ref, at string) {
	key := string(q.ID) + " " + string(r.Stage)
	if _, ok := m.of[key]; !ok {
		m.keys = append(m.keys, key)
		m.of[key] = func() *excelize.DataValidation { return m.s.validation(q, r.Stage) }
	}
	m.cells[key] = append(m.cells[key], at)
}

func (m *menus) write() {
	for _, key := range m.keys {
		dv := m.of[key]()
		dv.SetSqref(strings.Join(m.cells[key], " "))
		m.s.w.check(m.s.w.f.AddDataValidation(m.s.name, dv))
	}
}

// validation returns what Excel lets into an answer cell of a question.
func (s *sheet) validation(q *checklist.Question, stage checklist.StageID) *excelize.DataValidation {
	dv := excelize.NewDataValidation(true)
	want := q.Wanted(stage)
	switch q.Kind {
	case checklist.Number:
		kind, unit := excelize.DataValidationTypeWhole, math.Pow10(q.Decimals)
		if q.Decimals > 0 {
			kind = excelize.DataValidationTypeDecimal
		}
		s.w.check(dv.SetRange(float64(q.Min)/unit, float64(q.Max)/unit, kind, excelize.DataValidationOperatorBetween))
		span := q.Format(q.Min) + "〜" + q.Format(q.Max)
		want.JA, want.EN = span+" の数字を記入してください。", "Please enter a number within "+span+"."
	case checklist.FreeText:
		limit := q.Max
		if limit <= 0 || limit > maxCellText {
			limit = maxCellText
		}
		s.w.check(dv.SetRange(0, int(limit), excelize.DataValidationTypeTextLength, excelize.DataValidationOperatorBetween))
		span := q.Format(limit)
		want.JA, want.EN = span+"文字以内で記入してください。", "At most "+span+" characters, please."
	case checklist.Multiple:
		s.w.check(dv.SetDropList(entries(q, stage)))
	default:
		dv.SetSqrefDropList(s.w.list(entries(q, stage)))
	}
	dv.SetError(excelize.DataValidationErrorStyleStop, "点検票 Checklist", want.JA+"\n"+want.EN)
	return dv
}
