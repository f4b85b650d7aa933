package report_test

import (
	"strings"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/report"
	"cssa/shared/table"
)

var jst = time.FixedZone("JST", 9*60*60)

func text(ja, en string) checklist.Text { return checklist.Text{JA: ja, EN: en} }

func choice(id, ja, en string, rank int) checklist.Choice {
	return checklist.Choice{ID: checklist.ChoiceID(id), Label: text(ja, en), Rank: rank}
}

func item(id, ja, en string) checklist.Item {
	return checklist.Item{ID: checklist.ItemID(id), Label: text(ja, en)}
}

// edition is a small checklist with one question of each kind.
func edition() *checklist.Edition {
	none := item("none", "どれも行っていない", "None of these")
	none.Exclusive = true
	scale := []checklist.Choice{
		choice("own-staff", "自組織職員のみで十分確保できている", "Enough with own staff", 1),
		choice("outside", "外部人材の活用により十分確保できている", "Enough with outside staff", 1),
		choice("short", "十分に確保できていない", "Not enough", 2),
	}
	return &checklist.Edition{
		ID: "2023-sample", Title: text("架空点検 2023年度", "Invented checklist FY2023"), Sector: "sample", FiscalYear: 2023,
		ReferenceDate: checklist.Date{Year: 2023, Month: time.June, Day: 30}, Location: jst, Threshold: 5,
		Deadline: time.Date(2023, 8, 31, 17, 0, 0, 0, jst),
		Office:   checklist.Office{Name: text("CSSA事務局（架空）", "CSSA secretariat (invented)"), Phone: "03-0000-0000", Email: "cssa@example.jp"},
		Sections: []checklist.Section{
			{ID: "policy", Number: "1", Title: text("経営方針", "Policy"), Questions: []checklist.Question{
				{
					ID: "policy", Number: "1-1", Kind: checklist.Single, Required: true,
					Title:  text("サイバーセキュリティの経営方針", "Cybersecurity in management policy"),
					Prompt: text("経営方針としてサイバーセキュリティの確保を掲げていますか。", "Is cybersecurity part of your management policy?"),
					Choices: []checklist.Choice{
						choice("public", "経営トップの関与のもと、経営方針として掲げ、対外公表している", "Yes, and disclosed", 1),
						choice("internal", "経営トップの関与のもと、経営方針として掲げている（対外公表はしていない）", "Yes, not disclosed", 2),
						choice("planned", "今後、掲げる予定がある", "Planned", 3),
						choice("none", "掲げる予定はない", "Not planned", 4),
					},
				},
				{
					ID: "officer", Number: "1-2", Kind: checklist.Single, Required: true,
					Title: text("統括責任者", "Responsible person"), Prompt: text("統括責任者はどなたですか。", "Who is responsible?"),
					Choices: []checklist.Choice{choice("director", "役員", "A director", 0), choice("manager", "部長", "A manager", 0), choice("other", "その他", "Other", 0)},
				},
				{
					ID: "report", Number: "1-3", Kind: checklist.Multiple, Required: true,
					Title: text("定例報告の内容", "Regular reports"), Prompt: text("報告している内容を答えてください。", "What is reported?"),
					When:    &checklist.Condition{Is: &checklist.Is{Ref: checklist.Ref{Question: "officer"}, Choices: []checklist.ChoiceID{"director", "manager"}}},
					Items:   []checklist.Item{item("incidents", "インシデントの発生状況", "Incidents"), item("progress", "対策の進捗", "Progress"), item("cases", "他社事例", "Other firms"), none},
					Choices: []checklist.Choice{choice("yes", "はい", "yes", 0), choice("no", "いいえ", "no", 0)},
				},
			}},
			{ID: "people", Number: "2", Title: text("人材", "People"), Questions: []checklist.Question{
				{
					ID: "staff", Number: "2-1", Kind: checklist.Matrix, Required: true,
					Title: text("機能別の人材の確保状況", "Staff by function"), Prompt: text("各機能の人材は十分ですか。", "Are there enough people?"),
					Items:   []checklist.Item{item("strategy", "戦略・企画", "Strategy"), item("audit", "監査", "Audit")},
					Choices: scale,
				},
				{
					ID: "drill", Number: "2-2", Kind: checklist.Nested, Required: true,
					Title: text("コンティンジェンシープランと演習", "Plans and drills"), Prompt: text("策定と演習の状況を答えてください。", "Plans and drills?"),
					Items: []checklist.Item{item("ransomware", "ランサムウェア", "Ransomware"), item("ddos", "DDoS攻撃", "DDoS")},
					Stages: []checklist.Stage{
						{ID: "plan", Label: text("策定", "Plan"), Choices: []checklist.Choice{choice("made", "策定している", "Made", 1), choice("not", "策定していない", "Not made", 2)}},
						{ID: "drill", Label: text("演習", "Drill"), After: []checklist.ChoiceID{"made"}, Choices: []checklist.Choice{choice("done", "実施している", "Done", 1), choice("not", "実施していない", "Not done", 2)}},
					},
				},
				{
					ID: "headcount", Number: "2-3", Kind: checklist.Number, Required: true, Unit: text("人", "people"), Min: 0, Max: 9999,
					Title: text("専任者の数", "Dedicated staff"), Prompt: text("専任者は何人ですか。", "How many?"),
					Choices: []checklist.Choice{
						{ID: "c0", Label: text("0人", "0")}, {ID: "c1", Label: text("1〜4人", "1–4"), From: 1},
						{ID: "c5", Label: text("5〜9人", "5–9"), From: 5}, {ID: "c10", Label: text("10人以上", "10 or more"), From: 10},
					},
				},
				{
					ID: "budget", Number: "2-4", Kind: checklist.Number, Unit: text("百万円", "million yen"), Decimals: 1, Max: 99999,
					Title: text("予算", "Budget"), Prompt: text("予算はいくらですか。", "Budget?"),
				},
				{
					ID: "remarks", Number: "2-5", Kind: checklist.FreeText, Max: 400,
					Title: text("自由記述", "Remarks"), Prompt: text("ご意見があればお書きください。", "Any remarks?"),
				},
			}},
		},
	}
}

func answers() checklist.Answers {
	a := checklist.Answers{}
	for place, c := range map[string]checklist.ChoiceID{
		"policy": "internal", "officer": "director",
		"report.incidents": "yes", "report.progress": "yes", "report.cases": "no", "report.none": "no",
		"staff.strategy": "outside", "staff.audit": "short",
		"drill.ransomware.plan": "made", "drill.ransomware.drill": "done", "drill.ddos.plan": "not",
	} {
		r, err := checklist.ParseRef(place)
		if err != nil {
			panic(err)
		}
		a[r] = checklist.Answer{Choice: c}
	}
	a[checklist.Ref{Question: "headcount"}] = checklist.Answer{Number: 6}
	a[checklist.Ref{Question: "budget"}] = checklist.Answer{Number: 125}
	a[checklist.Ref{Question: "remarks"}] = checklist.Answer{Text: "特に\n<b>なし</b>"}
	return a
}

const run = "20231101T020000Z-freeze"

// row makes a row whose cells all show their counts.
func row(item string, base int, counts ...int) table.Row {
	r := table.Row{Item: item, Base: base, NotApplicable: 64 - base}
	for _, n := range counts {
		r.Cells = append(r.Cells, table.Count(n, base))
	}
	return r
}

// hide withholds columns of a row together, telling their joint count; few is the column said to be below the threshold.
func hide(r table.Row, few int, columns ...int) table.Row {
	j := table.Joint{Columns: columns, Few: few}
	for _, c := range columns {
		n, _ := r.Cells[c].Count()
		j.Count += n
		r.Cells[c] = table.Withhold(len(r.Joints))
	}
	r.Joints = append(r.Joints, j)
	return r
}

func tableOf(id, stage string, columns string, rows ...table.Row) table.Table {
	return table.Table{
		Edition: "2023-sample", Run: run, ID: id, Stage: stage, Group: table.All, Firms: 70, Replied: 64,
		Columns: strings.Fields(columns), Rows: rows,
	}
}

func tables() []table.Table {
	return []table.Table{
		tableOf("policy", "", "public internal planned none", row("", 64, 12, 37, 10, 5)),
		tableOf("officer", "", "director manager other", row("", 64, 40, 20, 4)),
		tableOf("report", "", "yes no",
			row("incidents", 60, 45, 15), hide(row("progress", 60, 58, 2), 1, 0, 1), hide(row("cases", 60, 3, 57), 0, 0, 1), row("none", 60, 6, 54)),
		tableOf("staff", "", "own-staff outside short",
			row("strategy", 64, 22, 15, 27), hide(row("audit", 64, 3, 29, 32), -1, 0, 1)),
		tableOf("drill", "plan", "made not", row("ransomware", 64, 44, 20), row("ddos", 64, 30, 34)),
		tableOf("drill", "drill", "done not", row("ransomware", 44, 34, 10), row("ddos", 0, 0, 0)),
		tableOf("headcount", "", "c0 c1 c5 c10", hide(row("", 64, 20, 34, 8, 2), -1, 2, 3)),
		// another group's table, which this report does not draw
		{Edition: "2023-sample", Run: run, ID: "policy", Group: table.Group{Dimension: "size", ID: "large"}, Firms: 30, Replied: 30},
	}
}

func input() report.Input {
	return report.Input{
		Edition: edition(), Firm: "S-0137", Name: text("架空さくら証券株式会社", "Kakuu Sakura Securities"),
		Submission: checklist.Submission{
			Edition: "2023-sample", Firm: "S-0137", Ticket: 2, Status: checklist.Accepted,
			ReceivedAt: time.Date(2023, 8, 30, 1, 5, 0, 0, time.UTC), Answers: answers(),
		},
		Run: run, Tables: tables(), IssuedAt: time.Date(2023, 11, 15, 1, 0, 0, 0, time.UTC),
	}
}

func page(t *testing.T, in report.Input) string {
	t.Helper()
	d, err := report.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := report.HTML(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
