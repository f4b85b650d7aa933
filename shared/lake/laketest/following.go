package laketest

import (
	"time"

	"cssa/shared/checklist"
)

// Following returns the edition after [Edition], in which something of every kind changed: "none" of the policy is two
// choices, the review is asked of all firms, DDoS is narrowed, many hours are eight, the first figure counts what is
// published only, the second is about firms whose policy is published and in one row train for five hours, and the third has
// firms without an answer in its base. It also groups firms by region.
func Following() *checklist.Edition {
	ed := Edition()
	ed.ID, ed.FiscalYear, ed.Checksum = "2024-sample", 2024, "6b6b6b"
	ed.ReferenceDate = checklist.Date{Year: 2024, Month: time.June, Day: 30}
	ed.Opens, ed.Deadline, ed.Closing = ed.Opens.AddDate(1, 0, 0), ed.Deadline.AddDate(1, 0, 0), ed.Closing.AddDate(1, 0, 0)
	first, second := ed.Sections[0].Questions, ed.Sections[1].Questions
	policy, review, hours := &first[0], &first[1], &second[1]
	policy.Choices = append(policy.Choices[:2:2], checklist.Choice{ID: "planned", Label: text("掲げる予定", "Planned"), Rank: 3},
		checklist.Choice{ID: "none", Label: text("予定もない", "Not even planned"), Rank: 4})
	review.When = nil
	hours.Choices = []checklist.Choice{hours.Choices[0], {ID: "from-5", Label: text("8時間以上", "8 or more"), From: 80}}
	ed.Figures[0].Series[0].Choices = []checklist.ChoiceID{"public"}
	ed.Figures[0].Series[1].Choices = []checklist.ChoiceID{"planned", "none"}
	ed.Figures[1].Base = &checklist.Condition{Is: &checklist.Is{Ref: checklist.Ref{Question: "policy"}, Choices: []checklist.ChoiceID{"public"}}}
	ed.Attributes = []checklist.Attribute{{Dimension: "region", Name: text("地域", "Region")}}
	long := int64(50)
	ed.Figures[1].RowBases = []checklist.RowBase{{Item: "cases", Base: checklist.Condition{Compare: &checklist.Compare{Ref: checklist.Ref{Question: "hours"}, AtLeast: &long}}}}
	ed.Figures[2].Unanswered, ed.Figures[2].NotApplicable = checklist.InBase, checklist.InBase

	m := &checklist.Mapping{From: Edition().ID, To: ed.ID}
	for _, q := range []checklist.QuestionID{"policy", "review", "report", "contingency", "hours", "remarks"} {
		m.Lines = append(m.Lines, checklist.MappingLine{Change: checklist.Reworded, Carry: true, Old: []checklist.Part{{Question: q}}, New: []checklist.Part{{Question: q}}})
	}
	ddos := checklist.Part{Question: "contingency", Item: "ddos"}
	m.Lines = append(m.Lines,
		checklist.MappingLine{Change: checklist.Narrowed, Old: []checklist.Part{ddos}, New: []checklist.Part{ddos}, Note: text("大規模なものに限りました。", "Only large ones.")},
		checklist.MappingLine{Change: checklist.Split, Old: []checklist.Part{{Question: "policy", Choice: "none"}},
			New: []checklist.Part{{Question: "policy", Choice: "planned"}, {Question: "policy", Choice: "none"}}, Note: text("予定の有無で分けました。", "It is now two.")})
	ed.Mapping = m
	return ed
}
