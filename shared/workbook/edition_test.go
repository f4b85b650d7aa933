package workbook_test

import (
	"time"

	"cssa/shared/checklist"
)

func text(ja, en string) checklist.Text { return checklist.Text{JA: ja, EN: en} }

func yesNo() []checklist.Choice {
	return []checklist.Choice{{ID: checklist.Yes, Label: text("はい", "Yes")}, {ID: checklist.No, Label: text("いいえ", "No")}}
}

// smallEdition has every kind of question, a condition, a rule and labels that look like formulas.
func smallEdition() *checklist.Edition {
	tokyo := time.FixedZone("JST", 9*60*60)
	two := 2
	ref := func(q checklist.QuestionID, i checklist.ItemID, s checklist.StageID) checklist.Ref {
		return checklist.Ref{Question: q, Item: i, Stage: s}
	}
	return &checklist.Edition{
		ID: "2023-invented", Title: text("架空業態 セルフアセスメント 点検票（2023年度）", "Self-assessment checklist of an invented sector, FY2023"),
		Sector: "invented", FiscalYear: 2023, ReferenceDate: checklist.Date{Year: 2023, Month: 6, Day: 30},
		Opens: time.Date(2023, 7, 3, 9, 0, 0, 0, tokyo), Deadline: time.Date(2023, 8, 31, 17, 0, 0, 0, tokyo),
		Closing: time.Date(2023, 9, 15, 17, 0, 0, 0, tokyo), Location: tokyo, Threshold: 5, GroupMinimum: 30,
		Office:       checklist.Office{Name: text("架空監督局 事務局", "Secretariat, invented supervisor"), Phone: "03-0000-0000", Email: "office@example.invalid"},
		Glossary:     []checklist.Term{{ID: "system", Name: text("重要なシステム", "Important system"), Definition: text("勘定系や顧客情報を扱うシステムなど、自組織として業務運営上特に重要と認識しているシステム。", "A system the firm regards as especially important to its business, such as core banking or one that handles customer data.")}},
		Instructions: []checklist.Text{text("基準日（2023年6月30日）の状況で回答してください。", "Please answer as of the reference date, 30 June 2023.")},
		Checksum:     "5f2c0d5e5f0a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef012345",
		Sections: []checklist.Section{
			{ID: "policy", Number: "1", Title: text("経営方針・体制", "Policy and organisation"), Questions: []checklist.Question{
				{ID: "policy", Number: "1-1", Kind: checklist.Single, Required: true, Title: text("経営方針", "Management policy"),
					Prompt: text("経営方針にサイバーセキュリティの確保を掲げていますか。", "Does your management policy commit to cybersecurity?"),
					Choices: []checklist.Choice{
						{ID: "published", Label: text("経営トップの関与のもと、経営方針としてサイバーセキュリティの確保を掲げており、ディスクロージャーやHP等で対外公表している", "Set out with top management involved, and published"), Rank: 1},
						{ID: "internal", Label: text("経営方針として掲げている（対外公表はしていない）", "Set out, not published"), Rank: 2},
						{ID: "none", Label: text("=掲げる予定はない", "=No plan"), Rank: 3},
					}},
				{ID: "staff", Number: "1-2", Kind: checklist.Number, Required: true, Title: text("担当者数", "Staff"), Prompt: text("担当者の人数を記入してください。", "How many staff?"),
					Unit: text("人", "persons"), Min: 0, Max: 5000, Notes: []checklist.Text{text("兼務者を含みます。", "Including part-time staff.")}},
				{ID: "share", Number: "1-3", Kind: checklist.Number, Title: text("予算の割合", "Share of budget"), Prompt: text("IT予算に占める割合を記入してください。", "Share of the IT budget?"),
					Unit: text("%", "%"), Decimals: 1, Min: 0, Max: 1000},
				{ID: "remarks", Number: "1-4", Kind: checklist.FreeText, Title: text("特記事項", "Remarks"), Prompt: text("自由に記入してください。", "Anything else?"), Max: 200},
			}},
			{ID: "report", Number: "2", Title: text("報告と計画", "Reporting and plans"), Questions: []checklist.Question{
				{ID: "report", Number: "2-1", Kind: checklist.Multiple, Required: true, Title: text("定例報告の内容", "Regular reports"), Prompt: text("統括責任者に定例報告していますか。", "What is reported regularly?"),
					Terms: []string{"system"}, Choices: yesNo(), Items: []checklist.Item{
						{ID: "incidents", Label: text("自組織のインシデントの発生状況", "Own incidents")},
						{ID: "others", Label: text("他社事例", "Cases at other firms")},
						{ID: "nothing", Label: text("定例報告していない", "No regular reports"), Exclusive: true},
					}},
				{ID: "third", Number: "2-2", Kind: checklist.Single, Required: true, Title: text("重要なサードパーティ", "Important third parties"), Prompt: text("重要なサードパーティはありますか。", "Do you have any?"),
					Choices: []checklist.Choice{{ID: "some", Label: text("ある", "Yes")}, {ID: "none", Label: text("ない", "No")}}},
				{ID: "managed", Number: "2-3", Kind: checklist.Matrix, Required: true, Title: text("リスク管理", "Risk management"), Prompt: text("どのように管理していますか。", "How are they managed?"),
					When: &checklist.Condition{Is: &checklist.Is{Ref: ref("third", "", ""), Choices: []checklist.ChoiceID{"some"}}},
					Choices: []checklist.Choice{
						{ID: "monitored", Label: text("ルールを定め、実施状況を確認している", "Rules, and checked"), Rank: 1},
						{ID: "ruled", Label: text("ルールを定めている", "Rules"), Rank: 2},
						{ID: "none", Label: text("定めていない", "None"), Rank: 3},
					},
					Items: []checklist.Item{{ID: "contract", Label: text("契約時の確認", "At contract")}, {ID: "yearly", Label: text("定期的な確認", "Periodically")}}},
				{ID: "contingency", Number: "2-4", Kind: checklist.Nested, Required: true, Title: text("コンティンジェンシープラン", "Contingency plans"), Prompt: text("攻撃の種類ごとに、計画の整備と訓練の実施についてお答えください。", "For each kind of attack: is there a plan, and is it exercised?"),
					Items: []checklist.Item{{ID: "ransomware", Label: text("ランサムウェア", "Ransomware")}, {ID: "ddos", Label: text("DDoS攻撃", "DDoS")}},
					Stages: []checklist.Stage{
						{ID: "plan", Label: text("計画の整備", "Plan"), Choices: []checklist.Choice{{ID: "have", Label: text("整備している", "In place"), Rank: 1}, {ID: "none", Label: text("整備していない", "Not in place"), Rank: 2}}},
						{ID: "drill", Label: text("訓練・演習", "Drill"), After: []checklist.ChoiceID{"have"}, Choices: []checklist.Choice{{ID: "done", Label: text("実施している", "Held"), Rank: 1}, {ID: "none", Label: text("実施していない", "Not held"), Rank: 2}}},
					}},
				{ID: "depth", Number: "2-5", Kind: checklist.Single, Title: text("報告の深さ", "Depth of reports"), Prompt: text("2つ以上報告している先にうかがいます。", "If two or more are reported:"),
					When:    &checklist.Condition{Count: &checklist.Count{Question: "report", Choices: []checklist.ChoiceID{checklist.Yes}, AtLeast: &two}},
					Choices: []checklist.Choice{{ID: "board", Label: text("取締役会まで", "To the board")}, {ID: "officer", Label: text("役員まで", "To an officer")}}},
			}},
		},
		Rules: []checklist.Rule{{ID: "published-without-staff", Severity: checklist.Confirm, At: []checklist.Ref{ref("policy", "", ""), ref("staff", "", "")},
			Fails: checklist.Condition{All: []checklist.Condition{
				{Is: &checklist.Is{Ref: ref("policy", "", ""), Choices: []checklist.ChoiceID{"published"}}},
				{Compare: &checklist.Compare{Ref: ref("staff", "", ""), AtMost: new(int64)}},
			}},
			What: text("公表していますが、担当者がいません。", "Published, but no staff."), Mend: text("ご確認ください。", "Please check.")}},
	}
}
