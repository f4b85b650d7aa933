package scan_test

import (
	"strings"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/disclosure/scan"
	"cssa/shared/lake"
	"cssa/shared/report"
	"cssa/shared/table"
)

func text(ja, en string) checklist.Text { return checklist.Text{JA: ja, EN: en} }

func choice(id, ja, en string, rank int) checklist.Choice {
	return checklist.Choice{ID: checklist.ChoiceID(id), Label: text(ja, en), Rank: rank}
}

func item(id, ja, en string) checklist.Item {
	return checklist.Item{ID: checklist.ItemID(id), Label: text(ja, en)}
}

var jst = time.FixedZone("JST", 9*60*60)

// edition is a small checklist: one answer, yes or no to each, and a scale for each item.
func edition() *checklist.Edition {
	return &checklist.Edition{
		ID: "2031-tea", Title: text("茶の点検", "Tea"), FiscalYear: 2031, Location: jst, Threshold: 5,
		Sections: []checklist.Section{{ID: "s", Number: "1", Title: text("茶", "Tea"), Questions: []checklist.Question{
			{ID: "policy", Number: "1-1", Kind: checklist.Single, Title: text("方針", "Policy"), Choices: []checklist.Choice{
				choice("public", "公表している", "Published", 1), choice("internal", "公表していない", "Not published", 2), choice("none", "ない", "None", 3)}},
			{ID: "list", Number: "1-2", Kind: checklist.Multiple, Title: text("報告", "Reports"),
				Items:   []checklist.Item{item("incidents", "事案", "Incidents"), item("progress", "進捗", "Progress"), item("cases", "他社事例", "Cases")},
				Choices: []checklist.Choice{choice("yes", "はい", "yes", 0), choice("no", "いいえ", "no", 0)}},
			{ID: "staff", Number: "1-3", Kind: checklist.Matrix, Title: text("人材", "Staff"),
				Items: []checklist.Item{item("plan", "企画", "Planning"), item("audit", "監査", "Audit")},
				Choices: []checklist.Choice{choice("own", "自組織で足りる", "Own staff", 1), choice("outside", "外部で足りる", "Outside", 1),
					choice("short", "1割以上足りない", "Short by 1 in 10", 2)}},
		}}},
	}
}

const run = "20311101T020000Z-freeze"

func counts(item string, cells ...int) table.Row {
	r := table.Row{Item: item, Base: 61, NotApplicable: 9}
	for _, n := range cells {
		r.Cells = append(r.Cells, table.Count(n, r.Base))
	}
	return r
}

func hide(r table.Row, few int, columns ...int) table.Row {
	r.Cells = append([]table.Cell(nil), r.Cells...)
	j := table.Joint{Columns: columns, Few: few}
	for _, c := range columns {
		n, _ := r.Cells[c].Count()
		j.Count += n
		r.Cells[c] = table.Withhold(len(r.Joints))
	}
	r.Joints = append(r.Joints, j)
	return r
}

func tableOf(id, columns string, rows ...table.Row) table.Table {
	return table.Table{Edition: "2031-tea", Run: run, ID: id, Group: table.All, Firms: 80, Replied: 70, Columns: strings.Fields(columns), Rows: rows}
}

func truth() []table.Table {
	return []table.Table{
		tableOf("policy", "public internal none", counts("", 19, 39, 3)),
		tableOf("list", "yes no", counts("incidents", 33, 28), counts("progress", 2, 59), counts("cases", 4, 57)),
		tableOf("staff", "own outside short", counts("plan", 15, 21, 25), counts("audit", 1, 13, 47)),
	}
}

func published() []table.Table {
	t := truth()
	t[0].Rows[0] = hide(t[0].Rows[0], -1, 1, 2)
	t[1].Rows[1] = hide(t[1].Rows[1], 0, 0, 1)
	t[1].Rows[2] = hide(t[1].Rows[2], 0, 0, 1)
	t[2].Rows[1] = hide(t[2].Rows[1], -1, 0, 1)
	return t
}

func secrets() []scan.Secret { return scan.Secrets(edition(), truth(), published()) }

func page(t *testing.T) string {
	t.Helper()
	d, err := report.Build(report.Input{Edition: edition(), Firm: "T-0001", Name: text("架空の茶店", "Tea Shop"), Run: run, Tables: published(),
		Submission: checklist.Submission{Edition: "2031-tea", Firm: "T-0001", Ticket: 1, Status: checklist.Accepted, Answers: checklist.Answers{}}})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := report.HTML(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func openRows(t *testing.T) []lake.OpenDistributionRow {
	t.Helper()
	rows, err := lake.OpenDistributionRows(published())
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// open are the columns of the lake in which published numbers stand.
var open = []string{"position", "population", "replied", "base", "unanswered", "not_applicable", "joint", "joint_count"}
