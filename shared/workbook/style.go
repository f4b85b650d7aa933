//go:build !js

package workbook

import (
	"github.com/xuri/excelize/v2"
)

type look int

const (
	lookPlain look = iota
	lookMark
	lookID
	lookTitle
	lookHead
	lookHeadCentre
	lookQuestionNumber
	lookQuestionTitle
	lookPrompt
	lookCondition
	lookNote
	lookChoice
	lookItemNumber
	lookItem
	lookStageHead
	lookAnswerChoice
	lookAnswerNumber
	lookAnswerDecimal
	lookAnswerText
	lookEntry
	lookAnswerDate
	lookCoverLabel
	lookCoverFact
	lookQuiet
	lookFine
	lookLink
	lookPrevious
	lookChange
	lookStageBefore
	lookCount

	lookFirstCount = lookPrevious // the looks of an edition that follows none
)

// styles makes every look once, so that a look is an index; of an edition that follows none only those it needs.
func styles(f *excelize.File, follows bool) ([lookCount]int, error) {
	box := func(color string) []excelize.Border {
		var bs []excelize.Border
		for _, side := range []string{"left", "top", "right", "bottom"} {
			bs = append(bs, excelize.Border{Type: side, Color: color, Style: 1})
		}
		return bs
	}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	font := func(size float64, color string, bold bool) *excelize.Font {
		return &excelize.Font{Family: fontName, Size: size, Color: color, Bold: bold}
	}
	wrap := func(horizontal, vertical string, indent int) *excelize.Alignment {
		return &excelize.Alignment{Horizontal: horizontal, Vertical: vertical, WrapText: true, Indent: indent}
	}
	open := &excelize.Protection{Locked: false}
	asText, number, decimal := "@", "#,##0", "#,##0.########"
	date := `yyyy"年"m"月"d"日"`
	answer := func(a *excelize.Alignment, format *string) excelize.Style {
		return excelize.Style{Font: font(fontJA, ink, false), Fill: fill(answerFill), Border: box(blue), Alignment: a, Protection: open, CustomNumFmt: format}
	}
	defs := [lookCount]excelize.Style{
		lookPlain:          {Font: font(fontJA, mute, false), Alignment: wrap("left", "center", 0)},
		lookMark:           {Font: font(1, faint, false)},
		lookID:             {Font: font(5, faint, false), Alignment: &excelize.Alignment{Vertical: "center"}},
		lookTitle:          {Font: font(16, navy, true), Alignment: &excelize.Alignment{Vertical: "center"}},
		lookHead:           {Font: font(fontJA, "FFFFFF", true), Fill: fill(navy), Border: box(navy), Alignment: wrap("left", "center", 1)},
		lookHeadCentre:     {Font: font(fontJA, "FFFFFF", true), Fill: fill(navy), Border: box(navy), Alignment: wrap("center", "center", 0)},
		lookQuestionNumber: {Font: font(12, navy, true), Fill: fill(pale), Border: []excelize.Border{{Type: "top", Color: navy, Style: 2}}, Alignment: wrap("center", "center", 0)},
		lookQuestionTitle:  {Font: font(12, navy, true), Fill: fill(pale), Border: []excelize.Border{{Type: "top", Color: navy, Style: 2}}, Alignment: wrap("left", "center", 0)},
		lookPrompt:         {Font: font(fontJA, ink, false), Alignment: wrap("left", "center", 0)},
		lookCondition:      {Font: font(9.5, navy, true), Alignment: wrap("left", "center", 1)},
		lookNote:           {Font: font(9, mute, false), Alignment: wrap("left", "center", 1)},
		lookChoice:         {Font: font(fontJA, ink, false), Alignment: wrap("left", "center", 1)},
		lookItemNumber:     {Font: font(fontJA, mute, false), Border: box(rule), Alignment: wrap("center", "center", 0)},
		lookItem:           {Font: font(fontJA, ink, false), Border: box(rule), Alignment: wrap("left", "center", 1)},
		lookStageHead:      {Font: font(fontJA, ink, true), Fill: fill(pale), Border: box(rule), Alignment: wrap("center", "center", 0)},
		lookAnswerChoice:   answer(wrap("left", "center", 1), &asText),
		lookAnswerNumber:   answer(wrap("right", "center", 1), &number),
		lookAnswerDecimal:  answer(wrap("right", "center", 1), &decimal),
		lookAnswerText:     answer(wrap("left", "top", 1), &asText),
		lookEntry:          answer(wrap("left", "center", 1), &asText),
		lookAnswerDate:     answer(wrap("left", "center", 1), &date),
		lookCoverLabel:     {Font: font(fontJA, ink, true), Fill: fill(pale), Border: box(rule), Alignment: wrap("left", "center", 1)},
		lookCoverFact:      {Font: font(fontJA, ink, false), Border: box(rule), Alignment: wrap("left", "center", 1)},
		lookQuiet:          {Font: font(9, mute, true), Border: []excelize.Border{{Type: "bottom", Color: rule, Style: 1}}, Alignment: wrap("left", "center", 1)},
		lookFine:           {Font: font(8, mute, false), Border: box(rule), Alignment: wrap("left", "center", 1), CustomNumFmt: &asText},
		lookPrevious:       {Font: font(9, mute, false), Border: box(rule), Alignment: wrap("left", "center", 1)},
		lookChange:         {Font: font(9.5, change, true), Alignment: wrap("left", "center", 1)},
		lookStageBefore:    {Font: font(9, mute, false), Fill: fill(pale), Border: box(rule), Alignment: wrap("center", "center", 0)},
		lookLink:           {Font: &excelize.Font{Family: fontName, Size: fontJA, Color: blue, Underline: "single"}, Alignment: &excelize.Alignment{Vertical: "center", Indent: 1}},
	}
	var ids [lookCount]int
	count := lookFirstCount
	if follows {
		count = lookCount
	}
	for i := range count {
		n, err := f.NewStyle(&defs[i])
		if err != nil {
			return ids, err
		}
		ids[i] = n
	}
	return ids, nil
}
