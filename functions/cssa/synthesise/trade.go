package synthesise

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// A trade (業態) is what the invented firms of a sector are like. The trades are data, in trades.json: an edition for
// other sectors needs no program. A sector that has no trade there gets the one that names no sector.
type trade struct {
	Sector string   `json:"sector"`
	Firms  int      `json:"firms"`  // how many the sector has when nobody says
	Suffix text     `json:"suffix"` // what its names end in
	Forms  []text   `json:"forms"`  // what may stand before the suffix
	Number string   `json:"number"` // form of its registration numbers
	Titles []string `json:"titles"` // of its officers, the head's first
	// How much larger and more mature than others its firms tend to be: added to a draw from 0 to 1000.
	Size     int `json:"size"`
	Maturity int `json:"maturity"`
}

type text struct {
	JA string `json:"ja"`
	EN string `json:"en"`
}

//go:embed trades.json
var tradesFile []byte

func readTrades(file []byte) (map[string]*trade, error) {
	var list []*trade
	if err := json.Unmarshal(file, &list); err != nil {
		return nil, fmt.Errorf("trades.json: %w", err)
	}
	trades := map[string]*trade{}
	for _, t := range list {
		trades[t.Sector] = t
	}
	return trades, nil
}

// A share is one sector of a round: its trade and how many of the round's firms are of it.
type share struct {
	id    string
	trade *trade
	firms int
}

// sectorsOf returns the edition's sectors in its order, with as many firms as their trades or, where it names them, sizes
// say.
func sectorsOf(ed *checklist.Edition, sizes map[string]int) ([]share, error) {
	trades, err := readTrades(tradesFile)
	if err != nil {
		return nil, err
	}
	ids := groupsOf(ed, checklist.BySector)
	if len(ids) == 0 {
		ids = []string{ed.Sector}
	}
	for id, n := range sizes {
		if !slices.Contains(ids, id) || n < 1 {
			return nil, fmt.Errorf("%d firms of the sector %q: want at least 1, of %s", n, id, strings.Join(ids, ", "))
		}
	}
	shares := make([]share, len(ids))
	for i, id := range ids {
		t := trades[id]
		if t == nil {
			t = trades[""]
		}
		shares[i] = share{id, t, t.Firms}
		if n, ok := sizes[id]; ok {
			shares[i].firms = n
		}
	}
	return shares, nil
}

// divide divides n firms among the sectors in proportion to what they have.
func divide(shares []share, n int) {
	weights := make([]int, len(shares))
	for i := range shares {
		weights[i] = shares[i].firms
		shares[i].firms = 0
	}
	for _, i := range spread(n, len(shares), weights) {
		shares[i].firms++
	}
}

func firmsOf(shares []share) int {
	n := 0
	for _, s := range shares {
		n += s.firms
	}
	return n
}

// name returns the i-th name of the trade. No two are alike, nor are those of two trades with other suffixes.
func (t *trade) name(i int) checklist.Text {
	word, form, round := words[i%len(words)], t.Forms[i/len(words)%len(t.Forms)], i/(len(words)*len(t.Forms))
	series := text{}
	if round > 0 {
		series = text{JA: fmt.Sprintf("第%d", round+1), EN: fmt.Sprintf(" No. %d", round+1)}
	}
	return checklist.Text{
		JA: "架空" + word.JA + form.JA + series.JA + t.Suffix.JA,
		EN: "Kakuu " + word.EN + form.EN + series.EN + t.Suffix.EN + " (invented)",
	}
}
