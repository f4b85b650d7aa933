package main

import (
	"bytes"
	_ "embed" // of the page's template
	"html/template"
	"os"

	"github.com/spf13/cobra"

	"cssa/shared/checklist"
)

func (d *desk) faultsCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use: "faults [CODE...]", Short: "Explain fault codes, or write the reference page of all of them", Args: cobra.ArbitraryArgs,
		Long: "Needs no deployment. Numbers and names in the texts are examples. The page holds Japanese and English side by side and\n" +
			"prints on A4.",
		Example: "  cssa faults E101\n  cssa faults --out faults.html",
	}
	c.Flags().StringVar(&out, "out", "", "write the page of all codes to this file")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if out != "" && len(args) > 0 {
			return usage("the page holds all codes: want CODE or --out, not both")
		}
		if out == "" {
			return d.explain(args)
		}
		page, err := faultsPage()
		if err != nil {
			return err
		}
		if err := os.WriteFile(d.path(out), page, 0o600); err != nil {
			return err
		}
		return d.emit(map[string]any{"file": out, "codes": len(checklist.Catalogue())}, func() {
			d.say("%s: the %d codes, in Japanese and English. Next: open it in a browser, or print it", out, len(checklist.Catalogue()))
		})
	}
	return c
}

// An entryView is a line of the catalogue as JSON.
type entryView struct {
	Code     checklist.FaultCode `json:"code"`
	Severity checklist.Severity  `json:"severity"`
	FoundBy  checklist.FoundBy   `json:"found_by"`
	Shown    checklist.Shown     `json:"shown"`
	WhatJA   string              `json:"what_ja"`
	WhatEN   string              `json:"what_en"`
	MendJA   string              `json:"mend_ja"`
	MendEN   string              `json:"mend_en"`
	FoundJA  string              `json:"found_ja"`
	FoundEN  string              `json:"found_en"`
	MendedJA string              `json:"mended_ja"`
	MendedEN string              `json:"mended_en"`
}

// explain prints the lines of some codes, or of all.
func (d *desk) explain(codes []string) error {
	list := checklist.Catalogue()
	if len(codes) > 0 {
		list = nil
		for _, code := range codes {
			e, ok := checklist.Explain(checklist.FaultCode(code))
			if !ok {
				return usage("no fault code %q; all of them: cssa faults", code)
			}
			list = append(list, e)
		}
	}
	views := []entryView{}
	for _, e := range list {
		f := e.Example()
		views = append(views, entryView{e.Code, e.Severity, e.FoundBy, e.Shown, f.What.JA, f.What.EN, f.Mend.JA, f.Mend.EN,
			e.Found.JA, e.Found.EN, e.Mended.JA, e.Mended.EN})
	}
	return d.emit(views, func() {
		for _, e := range list {
			f := e.Example()
			d.say("%s  %s  %s", e.Code, pad(string(e.Severity), 7), f.What.In(d.lang))
			d.say("               %s", f.Mend.In(d.lang))
			d.say("               e.g. %s → %s", e.Found.In(d.lang), e.Mended.In(d.lang))
		}
	})
}

//go:embed faults.html
var faultsSource string

var faultsTemplate = template.Must(template.New("faults").Parse(faultsSource))

// faultRow is a line of the page: an entry with the words of its example.
type faultRow struct {
	checklist.Entry
	Sign      string
	What      checklist.Text
	Mend      checklist.Text
	By, Where checklist.Text
}

var (
	foundBy = map[checklist.FoundBy]checklist.Text{
		checklist.FoundInWorkbook: {JA: "提出前にも", EN: "before sending"},
		checklist.FoundOnReceipt:  {JA: "受付で", EN: "on receipt"},
	}
	shown = map[checklist.Shown]checklist.Text{
		checklist.ShownInLetter: {JA: "メール", EN: "in the letter"},
		checklist.ShownInList:   {JA: "エラー一覧", EN: "in the list"},
		checklist.ShownAtCell:   {JA: "セル", EN: "at its cell"},
	}
)

// faultsPage is the reference page of the catalogue.
func faultsPage() ([]byte, error) {
	type group struct {
		Title checklist.Text
		Rows  []faultRow
	}
	groups := []group{
		{Title: checklist.Text{JA: "ファイル", EN: "The file"}}, {Title: checklist.Text{JA: "表紙", EN: "The cover"}},
		{Title: checklist.Text{JA: "回答", EN: "Answers"}}, {Title: checklist.Text{JA: "設問をまたぐ確認、前回との比較", EN: "Across questions, and against last time"}},
	}
	for _, e := range checklist.Catalogue() {
		f := e.Example()
		row := faultRow{e, "✗", f.What, f.Mend, foundBy[e.FoundBy], shown[e.Shown]}
		if e.Severity == checklist.Confirm {
			row.Sign = "△"
		}
		g := &groups[map[byte]int{'F': 0, 'C': 1, 'E': 2, 'W': 3}[e.Code[0]]]
		g.Rows = append(g.Rows, row)
	}
	var b bytes.Buffer
	err := faultsTemplate.Execute(&b, groups)
	return b.Bytes(), err
}
