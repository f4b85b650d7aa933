package main

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

//go:embed prices.csv
var pricesFile string

// A price is what one unit of an item costs, and how many an account has free every month. Free tiers that end after a
// year are not counted.
type price struct {
	unit      string
	usd, free float64
	verified  bool // somebody's page says so; it need not be AWS's, and may be of another region
}

// readPrices reads the price file. Every line must say where the price is from and when it was seen, or "unverified".
func readPrices(file string) (map[string]price, error) {
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("prices: %w", err)
	}
	prices := map[string]price{}
	for i, row := range rows[1:] {
		usd, err1 := strconv.ParseFloat(row[2], 64)
		free, err2 := strconv.ParseFloat(row[3], 64)
		_, twice := prices[row[0]]
		switch {
		case err1 != nil || err2 != nil || usd <= 0 || free < 0:
			return nil, fmt.Errorf("prices, line %d: %q and %q are not a price and a number", i+2, row[2], row[3])
		case twice || row[0] == "" || row[1] == "" || row[4] == "" || row[5] == "" || row[6] == "":
			return nil, fmt.Errorf("prices, line %d: %s is there twice, or says not all", i+2, row[0])
		}
		prices[row[0]] = price{row[1], usd, free, !strings.Contains(row[5], "unverified")}
	}
	return prices, nil
}
