package publication

import (
	"encoding/json"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A words is a text in both languages.
type words struct {
	JA string `json:"ja"`
	EN string `json:"en"`
}

func wordsOf(t checklist.Text) words { return words{t.JA, t.EN} }

func wordsOfAll(ts []checklist.Text) []words {
	out := make([]words, len(ts))
	for i, t := range ts {
		out[i] = wordsOf(t)
	}
	return out
}

// An origin says where numbers come from. It stands in every file.
type origin struct {
	Edition    checklist.EditionID `json:"edition"`
	Release    string              `json:"release"`
	Run        string              `json:"run"`
	Released   string              `json:"released"`
	Definition string              `json:"definition"`
	Code       string              `json:"code"`
	Corrects   []Issue             `json:"corrects"`
}

func (p *Pack) origin() origin {
	o := origin{p.Edition.ID, p.release(), p.Run, instant(p.Released), p.Edition.Checksum, p.Code, []Issue{}}
	for _, c := range p.Corrects {
		o.Corrects = append(o.Corrects, Issue{c.Run, c.Released.UTC()})
	}
	return o
}

type jsonTable struct {
	origin
	Table  string       `json:"table"`
	Stage  string       `json:"stage,omitempty"`
	Figure int          `json:"figure,omitempty"`
	Title  words        `json:"title"`
	Base   words        `json:"base"`
	Notes  []words      `json:"notes"`
	Series []jsonSeries `json:"series"`
	Groups []jsonGroup  `json:"groups"`
}

type jsonSeries struct {
	ID    string `json:"id"`
	Label words  `json:"label"`
}

type jsonGroup struct {
	Dimension  string    `json:"dimension"`
	ID         string    `json:"id"`
	Name       words     `json:"name"`
	Population int       `json:"population"`
	Replied    int       `json:"replied"`
	Rows       []jsonRow `json:"rows"`
}

type jsonRow struct {
	Item          string      `json:"item,omitempty"`
	Label         *words      `json:"label,omitempty"`
	Base          *int32      `json:"base"`
	Unanswered    *int32      `json:"unanswered"`
	NotApplicable *int32      `json:"not_applicable"`
	Cells         []jsonCell  `json:"cells"`
	Together      []jsonJoint `json:"together,omitempty"`
}

// A jsonCell has a number or a symbol.
type jsonCell struct {
	Count  *int32      `json:"count"`
	Of     *int32      `json:"of"`
	Share  json.Number `json:"share,omitempty"`
	Symbol string      `json:"symbol,omitempty"`
	Joint  *int32      `json:"joint,omitempty"`
	Few    *bool       `json:"few,omitempty"`
}

type jsonJoint struct {
	Joint  int      `json:"joint"`
	Series []string `json:"series"`
	Count  int      `json:"count"`
}

func (p *Pack) json(s *sheet, _ []record) ([]byte, error) {
	t := jsonTable{origin: p.origin(), Table: s.def.ID, Stage: string(s.def.Stage), Title: wordsOf(s.title), Base: wordsOf(s.base), Notes: wordsOfAll(s.allNotes())}
	if s.def.Figure != nil {
		t.Figure = s.def.Figure.Number
	}
	for _, c := range s.def.Columns {
		t.Series = append(t.Series, jsonSeries{c.ID, wordsOf(c.Label)})
	}
	for i := range s.groups {
		g := &s.groups[i]
		group := jsonGroup{g.Group.Dimension, g.Group.ID, wordsOf(p.groupName(g.Group)), g.Firms, g.Replied, nil}
		for k := range g.Rows {
			group.Rows = append(group.Rows, s.jsonRow(g, &g.Rows[k]))
		}
		t.Groups = append(t.Groups, group)
	}
	return marshal(t)
}

func (s *sheet) jsonRow(t *table.Table, row *table.Row) jsonRow {
	out := jsonRow{Item: row.Item}
	if it, ok := s.def.Question.Item(checklist.ItemID(row.Item)); ok {
		label := wordsOf(it.Label)
		out.Label = &label
	}
	for c := range row.Cells {
		var r record
		r.numbers(row, c)
		out.Base, out.Unanswered, out.NotApplicable = r.Base, r.Unanswered, r.NotApplicable
		cell := jsonCell{Count: r.Count, Of: r.ShareBase, Symbol: r.Symbol, Joint: r.Joint, Few: r.Few}
		if r.Share != nil {
			cell.Share = json.Number(table.Share(*r.Share).String())
		}
		out.Cells = append(out.Cells, cell)
	}
	for j, joint := range row.Joints {
		named := jsonJoint{Joint: j + 1, Count: joint.Count}
		for _, c := range joint.Columns {
			named.Series = append(named.Series, t.Columns[c])
		}
		out.Together = append(out.Together, named)
	}
	return out
}
