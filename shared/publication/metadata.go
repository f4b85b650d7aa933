package publication

import (
	"bytes"
	"encoding/json"
	"reflect"

	"cssa/shared/checklist"
)

// A said is a text in one language, as JSON-LD writes it.
type said struct {
	Value    string `json:"@value"`
	Language string `json:"@language"`
}

func both(t checklist.Text) []said { return []said{{t.JA, "ja"}, {t.EN, "en"}} }

// A csvw is the metadata of one CSV file, by "Metadata Vocabulary for Tabular Data" (W3C Recommendation, 2015). dc: is Dublin
// Core terms; relation names the run, hasVersion the code, replaces the releases that are corrected.
type csvw struct {
	Context     [2]any      `json:"@context"`
	URL         string      `json:"url"`
	Title       []said      `json:"dc:title"`
	Description []said      `json:"dc:description"`
	Identifier  string      `json:"dc:identifier"`
	Issued      string      `json:"dc:issued"`
	Source      string      `json:"dc:source"`
	ConformsTo  string      `json:"dc:conformsTo"`
	Provenance  string      `json:"dc:provenance"`
	Replaces    []string    `json:"dc:replaces,omitempty"`
	Notes       []csvwNote  `json:"notes"`
	Dialect     csvwDialect `json:"dialect"`
	Schema      csvwSchema  `json:"tableSchema"`
}

type csvwNote struct {
	Body []said `json:"dc:description"`
}

type csvwDialect struct {
	Encoding        string `json:"encoding"`
	Header          bool   `json:"header"`
	LineTerminators string `json:"lineTerminators"`
}

type csvwSchema struct {
	Columns []csvwColumn `json:"columns"`
	Key     []string     `json:"primaryKey"`
}

type csvwColumn struct {
	Name     string              `json:"name"`
	Titles   map[string][]string `json:"titles"`
	Datatype string              `json:"datatype"`
	Required bool                `json:"required,omitempty"`
}

func (p *Pack) metadata(s *sheet, _ []record) ([]byte, error) {
	m := csvw{
		Context: [2]any{"http://www.w3.org/ns/csvw", map[string]string{"@language": "en"}},
		URL:     s.name + ".csv", Title: both(s.title), Description: both(s.base),
		Identifier: p.release(), Issued: instant(p.Released),
		Source: "run " + p.Run, ConformsTo: "definition sha256:" + p.Edition.Checksum, Provenance: "code " + p.Code,
		Dialect: csvwDialect{"utf-8", true, "\r\n"},
		Schema:  csvwSchema{Key: []string{"dimension", "group_id", "item", "series"}},
	}
	for _, c := range p.Corrects {
		m.Replaces = append(m.Replaces, string(p.Edition.ID)+"/"+c.Run)
	}
	for _, n := range s.allNotes() {
		m.Notes = append(m.Notes, csvwNote{both(n)})
	}
	for _, c := range columns() {
		m.Schema.Columns = append(m.Schema.Columns, csvwColumn{
			Name: c.name, Titles: map[string][]string{"en": {c.name, c.en}, "ja": {c.ja}}, Datatype: datatype(c),
		})
	}
	return marshal(m)
}

func datatype(c column) string {
	switch {
	case c.share:
		return "decimal"
	case c.name == "released":
		return "dateTime"
	case c.kind.Kind() == reflect.Int32:
		return "integer"
	case c.kind.Kind() == reflect.Bool:
		return "boolean"
	}
	return "string"
}

// release is the release's own id.
func (p *Pack) release() string { return string(p.Edition.ID) + "/" + p.Run }

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
