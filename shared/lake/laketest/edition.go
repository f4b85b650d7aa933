// Package laketest holds a small invented edition with firms, answers and submissions, small enough to be counted by
// hand, and a folder that takes the place of a bucket, for the tests of the lake and of the SQL over it.
package laketest

import (
	"time"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// jst is the edition's time zone.
var jst = time.FixedZone("Asia/Tokyo", 9*60*60)

func text(ja, en string) checklist.Text { return checklist.Text{JA: ja, EN: en} }

// Edition returns an edition with one question of every kind: a single choice with ranks, a single choice put only to
// firms with a policy, a multiple one, a nested one (plan, then drill), a number with one decimal and classes, free text.
func Edition() *checklist.Edition {
	yesNo := []checklist.Choice{{ID: "yes", Label: text("はい", "Yes")}, {ID: "no", Label: text("いいえ", "No")}}
	hasPolicy := &checklist.Condition{Is: &checklist.Is{Ref: checklist.Ref{Question: "policy"}, Choices: []checklist.ChoiceID{"public", "internal"}}}
	return &checklist.Edition{
		ID: "2023-sample", Title: text("点検票（見本）", "Sample checklist"), Sector: "sample", FiscalYear: 2023,
		ReferenceDate: checklist.Date{Year: 2023, Month: time.June, Day: 30}, Location: jst,
		Opens:     time.Date(2023, 7, 3, 9, 0, 0, 0, jst),
		Deadline:  time.Date(2023, 8, 31, 17, 0, 0, 0, jst),
		Closing:   time.Date(2023, 9, 29, 17, 0, 0, 0, jst),
		Threshold: 5, GroupMinimum: 30, Checksum: "5a5a5a",
		Groups: []checklist.Group{
			{Dimension: checklist.BySector, ID: "sample", Name: text("見本業", "Sample business")},
			{Dimension: checklist.ByGroup, ID: "major", Name: text("大手", "Major")},
			{Dimension: checklist.ByGroup, ID: "net", Name: text("ネット系", "Online")},
			{Dimension: checklist.BySize, ID: "large", Name: text("大規模", "Large")},
			{Dimension: checklist.BySize, ID: "small", Name: text("小規模", "Small")},
		},
		Sections: []checklist.Section{
			{ID: "governance", Number: "1", Title: text("経営", "Governance"), Questions: []checklist.Question{
				{
					ID: "policy", Number: "1-1", Kind: checklist.Single, Title: text("経営方針", "Policy"), Required: true,
					Prompt: text("経営方針として掲げていますか。", "Is it set out in management policy?"),
					Choices: []checklist.Choice{
						{ID: "public", Label: text("公表している", "Published"), Rank: 1},
						{ID: "internal", Label: text("掲げている（非公表）", "Set out, not published"), Rank: 2},
						{ID: "none", Label: text("掲げていない", "Not set out"), Rank: 3},
					},
				},
				{
					ID: "review", Number: "1-2", Kind: checklist.Single, Title: text("方針の見直し", "Review"), When: hasPolicy,
					Prompt:  text("方針を毎年見直していますか。", "Is the policy reviewed every year?"),
					Choices: yesNo,
				},
				{
					ID: "report", Number: "1-3", Kind: checklist.Multiple, Title: text("定例報告", "Reports"),
					Prompt: text("定例報告している内容。", "What is reported regularly?"), Choices: yesNo,
					Items: []checklist.Item{
						{ID: "incidents", Label: text("自組織の事案 ①㈱髙﨑", "Own incidents")},
						{ID: "cases", Label: text("他社事例", "Cases elsewhere")},
						{ID: "nothing", Label: text("報告していない", "None of these"), Exclusive: true},
					},
				},
			}},
			{ID: "resilience", Number: "2", Title: text("対応", "Resilience"), Questions: []checklist.Question{
				{
					ID: "contingency", Number: "2-1", Kind: checklist.Nested, Title: text("コンティンジェンシープラン", "Contingency"),
					Prompt: text("計画と訓練。", "Plans and drills."),
					Items: []checklist.Item{
						{ID: "ransomware", Label: text("ランサムウェア", "Ransomware")},
						{ID: "ddos", Label: text("DDoS", "DDoS")},
					},
					Stages: []checklist.Stage{
						{ID: "plan", Label: text("計画", "Plan"), Choices: []checklist.Choice{{ID: "has", Label: text("あり", "Yes")}, {ID: "lacks", Label: text("なし", "No")}}},
						{ID: "drill", Label: text("訓練", "Drill"), After: []checklist.ChoiceID{"has"}, Choices: []checklist.Choice{{ID: "done", Label: text("実施", "Done")}, {ID: "not", Label: text("未実施", "Not done")}}},
					},
				},
				{
					ID: "hours", Number: "2-2", Kind: checklist.Number, Title: text("研修時間", "Training"), Unit: text("時間", "hours"),
					Prompt: text("一人当たり研修時間。", "Hours of training a head."), Decimals: 1, Min: 0, Max: 10000,
					Choices: []checklist.Choice{
						{ID: "under-5", Label: text("5時間未満", "Under 5")},
						{ID: "from-5", Label: text("5時間以上", "5 or more"), From: 50},
					},
				},
				{ID: "remarks", Number: "2-3", Kind: checklist.FreeText, Title: text("備考", "Remarks"), Prompt: text("自由記入。", "Anything else."), Max: 500},
			}},
		},
		Figures: []checklist.Figure{
			{
				ID: "fig01", Number: 1, Title: text("経営方針", "Policy"), Question: "policy", Population: text("全先", "All firms"),
				Series: []checklist.Series{
					{ID: "set-out", Label: text("掲げている", "Set out"), Choices: []checklist.ChoiceID{"public", "internal"}},
					{ID: "none", Label: text("掲げていない", "Not set out"), Choices: []checklist.ChoiceID{"none"}},
				},
			},
			{
				ID: "fig02", Number: 2, Title: text("定例報告", "Reports"), Question: "report", Population: text("方針がある先", "Firms with a policy"),
				Base: hasPolicy, Items: []checklist.ItemID{"incidents", "cases"},
				Series: []checklist.Series{{ID: "yes", Label: text("報告している", "Reported"), Choices: []checklist.ChoiceID{"yes"}}},
			},
			{
				ID: "fig03", Number: 3, Title: text("訓練", "Drills"), Question: "contingency", Population: text("計画がある先", "Firms with a plan"),
				Items:  []checklist.ItemID{"ransomware", "ddos"},
				Series: []checklist.Series{{ID: "done", Label: text("実施", "Done"), Stage: "drill", Choices: []checklist.ChoiceID{"done"}}},
			},
		},
	}
}

// Firms returns a population of seven firms. S-0007 never replies.
func Firms() []register.Firm {
	firm := func(id, group, size, ja string) register.Firm {
		return register.Firm{
			ID: checklist.FirmID(id), RegistrationNumber: "関東財務局長（金商）第99" + id[4:] + "号", Name: text(ja, "Invented "+id[2:]),
			Sector: "sample", PeerGroup: group, SizeBand: size, ValidFrom: checklist.Date{Year: 2010, Month: time.April, Day: 1},
		}
	}
	firms := []register.Firm{
		firm("S-0001", "major", "large", "架空第一証券㈱"), firm("S-0002", "major", "large", "架空第二証券"),
		firm("S-0003", "net", "large", "髙﨑ネット証券"), firm("S-0004", "net", "small", "架空第四証券"),
		firm("S-0005", "net", "small", "架空第五証券"), firm("S-0006", "net", "small", "架空第六証券"),
		firm("S-0007", "major", "small", "架空第七証券"),
	}
	firms[0].CorporateGroup, firms[1].CorporateGroup = "one", "one"
	firms[6].ValidTo, firms[6].Successor = checklist.Date{Year: 2023, Month: time.August, Day: 31}, "S-0001"
	return firms
}

// Answers returns the answers of the six firms that replied, in the order of [Firms].
func Answers() []checklist.Answers {
	fill := func(policy, review, incidents, cases, nothing, ransomware, ransomwareDrill, ddos, ddosDrill checklist.ChoiceID, hours int64, remarks string) checklist.Answers {
		a := checklist.Answers{}
		set := func(q checklist.QuestionID, it checklist.ItemID, st checklist.StageID, c checklist.ChoiceID) {
			if c != "" {
				a[checklist.Ref{Question: q, Item: it, Stage: st}] = checklist.Answer{Choice: c}
			}
		}
		set("policy", "", "", policy)
		set("review", "", "", review)
		set("report", "incidents", "", incidents)
		set("report", "cases", "", cases)
		set("report", "nothing", "", nothing)
		set("contingency", "ransomware", "plan", ransomware)
		set("contingency", "ransomware", "drill", ransomwareDrill)
		set("contingency", "ddos", "plan", ddos)
		set("contingency", "ddos", "drill", ddosDrill)
		if hours >= 0 {
			a[checklist.Ref{Question: "hours"}] = checklist.Answer{Number: hours}
		}
		if remarks != "" {
			a[checklist.Ref{Question: "remarks"}] = checklist.Answer{Text: remarks}
		}
		return a
	}
	return []checklist.Answers{
		fill("public", "yes", "yes", "yes", "no", "has", "done", "has", "not", 125, "特になし\n以上、\"引用\"付き"),
		fill("internal", "no", "yes", "no", "no", "has", "done", "lacks", "", 50, ""),
		fill("internal", "", "yes", "", "no", "has", "not", "", "", 49, "①㈱髙﨑"),
		fill("none", "", "no", "no", "yes", "lacks", "", "lacks", "", 0, ""),
		fill("none", "", "no", "yes", "no", "has", "", "has", "done", -1, ""),
		fill("public", "yes", "no", "no", "yes", "lacks", "", "has", "done", 10000, ""),
	}
}

// Submissions returns eight submissions: S-0001 accepted in time; S-0002 returned in time and accepted after the deadline;
// S-0003 accepted late; S-0004 accepted, then corrected by the supervisor on its behalf; S-0005 and S-0006 accepted;
// S-0007 accepted, then withdrawn.
func Submissions() []checklist.Submission {
	ed, answers := Edition(), Answers()
	sub := func(firm int, ticket checklist.TicketNumber, status checklist.Status, at time.Time) checklist.Submission {
		s := checklist.Submission{
			Edition: ed.ID, Firm: Firms()[firm-1].ID, Ticket: ticket, Status: status, ReceivedAt: at.UTC(), Channel: checklist.Upload,
			Object: "x", ObjectID: "y", SHA256: "ab12", Size: 45678, Definition: ed.Checksum,
		}
		if status == checklist.Accepted {
			s.Answers = answers[min(firm, 6)-1]
		}
		return s
	}
	day := func(month time.Month, d, h, m int) time.Time { return time.Date(2023, month, d, h, m, 0, 0, jst) }
	returned := sub(2, 1, checklist.Returned, day(8, 30, 12, 0))
	returned.Faults = []checklist.Fault{{Code: "E001", Severity: checklist.Mend}, {Code: "E101", Severity: checklist.Mend}, {Code: "R102", Severity: checklist.Confirm}}
	onBehalf := sub(4, 2, checklist.Accepted, day(8, 20, 10, 0))
	onBehalf.Channel = checklist.OnBehalf
	withdrawn := sub(7, 2, checklist.Withdrawn, day(9, 1, 9, 0))
	withdrawn.SHA256, withdrawn.Size, withdrawn.Object, withdrawn.ObjectID, withdrawn.Channel = "", 0, "", "", checklist.OnBehalf
	return []checklist.Submission{
		onBehalf, // not in order: the lake orders them
		sub(1, 1, checklist.Accepted, day(7, 10, 8, 30)),
		returned,
		sub(2, 2, checklist.Accepted, day(9, 4, 0, 5)),
		sub(3, 1, checklist.Accepted, day(9, 1, 0, 0)),
		sub(4, 1, checklist.Accepted, day(8, 1, 23, 59)),
		sub(5, 1, checklist.Accepted, day(8, 31, 17, 0)),
		sub(6, 1, checklist.Accepted, day(8, 31, 16, 59)),
		sub(7, 1, checklist.Accepted, day(8, 2, 9, 0)),
		withdrawn,
	}
}
