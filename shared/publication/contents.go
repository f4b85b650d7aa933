package publication

import "cssa/shared/checklist"

// A listing is one file of the contents. Rows are rows of data; of the workbook, its tables.
type listing struct {
	Name   string
	Title  checklist.Text
	Rows   int
	SHA256 string
}

type jsonContents struct {
	origin
	Title words         `json:"title"`
	Notes []words       `json:"notes"`
	Files []jsonListing `json:"files"`
}

type jsonListing struct {
	Name   string `json:"name"`
	Title  words  `json:"title"`
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"`
}

func (p *Pack) contents(listed []listing) (File, error) {
	c := jsonContents{origin: p.origin(), Title: wordsOf(p.Edition.Title), Notes: wordsOfAll([]checklist.Text{basesNote, roundingNote, symbolsNote})}
	for _, l := range listed {
		c.Files = append(c.Files, jsonListing{l.Name, wordsOf(l.Title), l.Rows, l.SHA256})
	}
	body, err := marshal(c)
	return File{"contents.json", body}, err
}
