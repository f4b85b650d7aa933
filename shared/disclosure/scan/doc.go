// Package scan reads outputs as they are sent out and looks for anything that gives a withheld number away (秘匿漏れ). It is
// told the true counts and where they would stand; the auditor of tables never sees those.
//
// In pages it reads text, every attribute (alt, title, aria-label, data), comments and the lengths of drawn shapes; in CSV,
// XLSX and Parquet the rows of the place, and what lies beside the rows: hidden sheets, comments and the caches of charts;
// statistics, dictionaries, page indexes and metadata; in lists their order. It looks for the count, the share, both of all
// others in the base, and lengths of that share.
//
// A number that is published at the same place is no leak, so a withheld number that equals one cannot be found there. What
// depends on a withheld number without showing it is found by making two outputs of tables that differ in nothing else.
package scan

import (
	"fmt"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A Secret is a withheld number and where it would stand.
type Secret struct {
	Count, Base int
	ID          []string // the ids by which a row of data is told: question, stage, item, choice, dimension, group
	Place       []Word   // the words by which it is found on a page, the widest first
	Labels      []string // words at the place whose digits are no numbers
	Shown       []float64
}

// A Word narrows a page down to what stands with it and with none of the others.
type Word struct {
	Is  []string // the same in each language
	Not []string
}

func (s Secret) String() string { return fmt.Sprintf("%d of %d at %v", s.Count, s.Base, s.ID) }

// A Leak is where an output gives a number away.
type Leak struct {
	Secret Secret // zero where it is not known whose number it is
	Kind   string
	Where  string
	Found  string
}

func (l Leak) String() string {
	return fmt.Sprintf("%s: %s %q gives away %s", l.Where, l.Kind, l.Found, l.Secret)
}

// The kinds of leaks.
const (
	Count      = "count"
	Share      = "share"
	Length     = "length"
	Order      = "order"
	Rows       = "number of rows"
	Statistic  = "statistic"
	Dictionary = "dictionary"
)

// Secrets returns the withheld numbers of the published distributions, with their counts in the true ones.
func Secrets(ed *checklist.Edition, truth, published []table.Table) []Secret {
	type key struct {
		id, stage string
		group     table.Group
	}
	of := map[key]*table.Table{}
	for i := range truth {
		of[key{truth[i].ID, truth[i].Stage, truth[i].Group}] = &truth[i]
	}
	var out []Secret
	for i := range published {
		p := &published[i]
		t, q := of[key{p.ID, p.Stage, p.Group}], question(ed, p.ID)
		if t == nil || q == nil {
			continue
		}
		for k := range p.Rows {
			for c, cell := range p.Rows[k].Cells {
				if _, withheld := cell.Withheld(); !withheld {
					continue
				}
				n, ok := t.Rows[k].Cells[c].Count()
				if !ok {
					continue
				}
				s := Secret{Count: n, Base: t.Rows[k].Base, Shown: shown(&p.Rows[k], p, ed.Threshold)}
				for _, id := range []string{p.ID, p.Stage, p.Rows[k].Item, p.Columns[c], p.Group.Dimension, p.Group.ID} {
					if id != "" {
						s.ID = append(s.ID, id)
					}
				}
				s.Place, s.Labels = place(ed, q, p.Stage, p.Rows[k].Item)
				for _, j := range p.Rows[k].Joints { // how the report names a joint; its number is not one of firms
					s.Labels = append(s.Labels, fmt.Sprintf("%d区分計", len(j.Columns)), fmt.Sprintf("%d answers together", len(j.Columns)))
				}
				out = append(out, s)
			}
		}
	}
	return out
}

func question(ed *checklist.Edition, id string) *checklist.Question {
	for _, q := range ed.Questions() {
		if string(q.ID) == id {
			return q
		}
	}
	return nil
}

// shown lists the numbers that are published in a row, and the bounds drawn for "below the threshold".
func shown(r *table.Row, t *table.Table, threshold int) []float64 {
	var out []float64
	add := func(n int) {
		out = append(out, float64(n))
		if r.Base > 0 && n <= r.Base && n >= 0 {
			out = append(out, float64(table.ShareOf(n, r.Base))/10, 100*float64(n)/float64(r.Base))
		}
	}
	for _, n := range []int{t.Firms, t.Replied, r.Base, r.Unanswered, r.NotApplicable, threshold, r.Base - threshold} {
		add(n)
	}
	for _, c := range r.Cells {
		if n, ok := c.Count(); ok {
			add(n)
		}
	}
	for _, j := range r.Joints {
		add(j.Count)
	}
	return out
}

func place(ed *checklist.Edition, q *checklist.Question, stage, item string) (words []Word, labels []string) {
	number := Word{Is: []string{q.Number}}
	for _, other := range ed.Questions() {
		if other.ID != q.ID {
			number.Not = append(number.Not, other.Number)
		}
	}
	words = append(words, number)
	if st, ok := q.Stage(checklist.StageID(stage)); ok {
		w := Word{Is: both(st.Label)}
		for _, other := range q.Stages {
			if other.ID != st.ID {
				w.Not = append(w.Not, both(other.Label)...)
			}
		}
		words = append(words, w)
	}
	if it, ok := q.Item(checklist.ItemID(item)); ok {
		w := Word{Is: both(it.Label)}
		for _, other := range q.Items {
			labels = append(labels, both(other.Label)...)
			if other.ID != it.ID {
				w.Not = append(w.Not, both(other.Label)...)
			}
		}
		words = append(words, w)
	}
	for _, c := range q.ChoicesAt(checklist.StageID(stage)) {
		labels = append(labels, both(c.Label)...)
	}
	return words, append(labels, q.Number)
}

func both(t checklist.Text) []string { return []string{t.JA, t.EN} }
