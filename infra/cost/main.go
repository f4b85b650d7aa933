// Command cost computes what a stage costs: in an idle month and in a round of 272, 5,000 and 100,000 firms.
//
//	go run ./infra/cost                          prints the table that the README holds
//	go run ./infra/cost TEMPLATE                 of another template, e.g. build/cdk.out/cssa-dev-system.template.json
//
// How many keys, alarms, queues, functions and safeguards there are, it counts in the template; what a round does it takes
// from model.go; what things cost from prices.csv, whose every line has its source or says that it is unverified.
package main

import (
	"fmt"
	"os"
	"strings"
)

// templateFile is what would be deployed to prod, as infra/cloud's tests hold it.
const templateFile = "infra/cloud/testdata/prod.template.json"

// sizes are the rounds of the table, by their number of firms.
var sizes = []float64{272, 5_000, 100_000}

func main() {
	path := templateFile
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	table, err := compute(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
	fmt.Print(table)
}

func compute(path string) (string, error) {
	body, err := os.ReadFile(path) //nolint:gosec // reading the template it is told to read is what it is for
	if err != nil {
		return "", fmt.Errorf("run me in the module's root: %w", err)
	}
	r, err := readResources(body)
	if err != nil {
		return "", err
	}
	prices, err := readPrices(pricesFile)
	if err != nil {
		return "", err
	}
	return table(r, prices)
}

// table writes the costs as Markdown: of each size the idle month after its round, and the round above that.
func table(r resources, prices map[string]price) (string, error) {
	var b strings.Builder
	b.WriteString("USD before tax, ap-northeast-1. Idle: a month without a round, keeping one finished round. Round: all of a round of two months, above the idle ones.\n\n")
	b.WriteString("| what | dropped by | price |")
	for _, n := range sizes {
		fmt.Fprintf(&b, " %s firms: idle | round |", thousands(n))
	}
	b.WriteString("\n|---|---|---|" + strings.Repeat("---:|---:|", len(sizes)) + "\n")
	idle, round := make([]float64, len(sizes)), make([]float64, len(sizes))
	for i, l := range lines(r, sizes[0]) {
		writeName(&b, l, prices)
		for k, n := range sizes {
			more, above, err := lines(r, n)[i].cost(prices)
			if err != nil {
				return "", err
			}
			idle[k], round[k] = idle[k]+more, round[k]+above
			fmt.Fprintf(&b, " %s | %s |", usd(more), usd(above))
		}
		b.WriteString("\n")
	}
	b.WriteString("| **in the first two years** | | |")
	for k := range sizes {
		fmt.Fprintf(&b, " **%.2f** | **%.2f** |", idle[k], round[k])
	}
	b.WriteString("\n")
	later := rotation(r)
	more, _, err := later.cost(prices)
	if err != nil {
		return "", err
	}
	writeName(&b, later, prices)
	for range sizes {
		fmt.Fprintf(&b, " %s | %s |", usd(more), usd(0))
	}
	b.WriteString("\n| **from the third year** | | |")
	for k := range sizes {
		fmt.Fprintf(&b, " **%.2f** | **%.2f** |", idle[k]+more, round[k])
	}
	b.WriteString("\n")
	return b.String(), nil
}

func writeName(b *strings.Builder, l line, prices map[string]price) {
	from := "unverified"
	if prices[l.item].verified {
		from = "sourced"
	}
	setting := ""
	if l.setting != "" {
		setting = "`" + l.setting + "`"
	}
	fmt.Fprintf(b, "| %s | %s | %s |", l.what, setting, from)
}

// usd writes cents; what is nothing at all is a dash.
func usd(v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", v)
}

func thousands(n float64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", int(n)/1000, int(n)%1000)
}
