package questionnaire

import (
	"testing"

	"cssa/shared/checklist"
)

func TestAConditionInWords(t *testing.T) {
	e := load(t, securitiesFiles(t))
	one, two, three := 1, 2, int64(3)
	is := func(q, choice string) checklist.Condition {
		return checklist.Condition{Is: &checklist.Is{Ref: checklist.Ref{Question: checklist.QuestionID(q)}, Choices: []checklist.ChoiceID{checklist.ChoiceID(choice)}}}
	}
	exists, deciding := is("third-party-exists", "exists"), is("decision", "management")
	plan := checklist.Ref{Question: "contingency", Item: "ransomware", Stage: "plan"}
	for name, c := range map[string]struct {
		condition *checklist.Condition
		ja, en    string
	}{
		"none": {nil, "全ての先", "all firms"},
		"is":   {&exists, "4-1の回答が「存在する」の先", "firms for which the answer to 4-1 is “Yes, there are”"},
		"is one of two, as 図表12 has it": {
			ask(e, "monitoring-target").When,
			"7-1の回答が「設置している（監視・対応は24時間365日）」または「設置している（監視・対応は24時間365日ではない）」の先",
			"firms for which the answer to 7-1 is “Established (monitoring and response round the clock, all year)” or “Established (monitoring and response not round the clock, all year)”",
		},
		"is, of an item and a stage": {
			&checklist.Condition{Is: &checklist.Is{Ref: plan, Choices: []checklist.ChoiceID{"established"}}},
			"10-1「ランサムウェア攻撃」（コンティンジェンシープランの整備）の回答が「整備している」の先",
			"firms for which the answer to 10-1 “Ransomware attack” (Contingency plan) is “In place”",
		},
		"answered": {
			&checklist.Condition{Answered: &checklist.Ref{Question: "headcount"}},
			"5-2に回答がある先", "firms for which 5-2 is answered",
		},
		"compare": {
			&checklist.Condition{Compare: &checklist.Compare{Ref: checklist.Ref{Question: "headcount"}, AtLeast: &three}},
			"5-2が3人以上の先", "firms for which the answer to 5-2 is at least 3 (persons)",
		},
		"count": {
			&checklist.Condition{Count: &checklist.Count{Question: "report", Choices: []checklist.ChoiceID{"yes"}, AtLeast: &one, AtMost: &two}},
			"2-2のうち回答が「はい」の項目が1個以上2個以下の先",
			"firms for which the answer is “Yes” for at least 1 and at most 2 of the items of 2-2",
		},
		"not": {
			&checklist.Condition{Not: &exists},
			"（4-1の回答が「存在する」の先）に当たらない先",
			"firms for which it is not so that the answer to 4-1 is “Yes, there are”",
		},
		"not one of two, nor one of one": {
			&checklist.Condition{Not: &checklist.Condition{All: []checklist.Condition{{Any: []checklist.Condition{exists, deciding}}}}},
			"（4-1の回答が「存在する」で、または3-2の回答が「経営層の判断のもと、決定している」の先）に当たらない先",
			"firms for which it is not so that (the answer to 4-1 is “Yes, there are”, or the answer to 3-2 is “It is decided under the judgement of senior management”)",
		},
		"all, with answered in the middle": {
			&checklist.Condition{All: []checklist.Condition{exists, {Answered: &checklist.Ref{Question: "headcount"}}, {Not: &deciding}}},
			"4-1の回答が「存在する」で、かつ5-2に回答があり、かつ（3-2の回答が「経営層の判断のもと、決定している」の先）に当たらない先",
			"firms for which the answer to 4-1 is “Yes, there are”, and 5-2 is answered, and it is not so that the answer to 3-2 is “It is decided under the judgement of senior management”",
		},
		"any within all": {
			&checklist.Condition{All: []checklist.Condition{{Any: []checklist.Condition{exists, deciding}}, exists}},
			"（4-1の回答が「存在する」で、または3-2の回答が「経営層の判断のもと、決定している」の先）に当たり、かつ4-1の回答が「存在する」の先",
			"firms for which (the answer to 4-1 is “Yes, there are”, or the answer to 3-2 is “It is decided under the judgement of senior management”), and the answer to 4-1 is “Yes, there are”",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Sentence(e, c.condition); got.JA != c.ja || got.EN != c.en {
				t.Errorf("got\n%s\n%s\nwant\n%s\n%s", got.JA, got.EN, c.ja, c.en)
			}
		})
	}
}
