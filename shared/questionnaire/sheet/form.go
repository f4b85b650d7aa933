package sheet

import (
	"path"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// A form says how a cell is written in the text file.
type form int

const (
	prose     form = iota // words that a person reads
	word                  // an id, a date, an address
	quoted                // a word that would be read as a number: it stands in quotes
	whole                 // a whole number
	yes                   // true, or not there
	flag                  // true, false, or not there
	words                 // a list of ids
	condition             // a condition
)

// A field is a cell of a row: a key of the text file, and the column it stands in.
type field struct {
	key    string // title.ja is ja under title
	column string
	form   form
}

// A kind is what a row can be.
type kind struct {
	name   checklist.Text
	list   string // the key of the list that it is a member of; "" for a file itself
	id     []string
	order  []string // its keys, in the order of the text files
	fields []field
	under  []*kind
	spaced bool // a blank line stands between two of them
	upward bool // a file whose own keys are rows, one below the other: settings
}

func both(key string) []field {
	return []field{{key + ".ja", key + ".ja", prose}, {key + ".en", key + ".en", prose}}
}

// label is the text of a row that stands in the columns ja and en whatever its key is.
func label(key string) []field {
	if key != "" {
		key += "."
	}
	return []field{{key + "ja", "ja", prose}, {key + "en", "en", prose}}
}

func at(f form, keys ...string) []field {
	var fs []field
	for _, k := range keys {
		fs = append(fs, field{k, k, f})
	}
	return fs
}

func fields(groups ...[]field) []field { return slices.Concat(groups...) }

func keys(s string) []string { return strings.Fields(s) }

func name(ja, en string) checklist.Text { return checklist.Text{JA: ja, EN: en} }

var (
	note = &kind{name: name("注", "note"), list: "notes", order: keys("ja en"), fields: label("")}

	choice = &kind{name: name("選択肢", "choice"), list: "choices", id: keys("id"), order: keys("id rank from source ja en"),
		fields: fields(at(word, "id"), label(""), at(whole, "rank", "from"), at(word, "source"))}

	editionForm = &kind{name: name("設定", "setting"), upward: true,
		order: keys("id previous title sector fiscal_year reference_date time_zone opens deadline closing threshold group_minimum office dimensions groups"),
		fields: fields(at(word, "id", "previous"), label("title"), at(word, "sector"), at(whole, "fiscal_year"),
			at(word, "reference_date", "time_zone", "opens", "deadline", "closing"), at(whole, "threshold", "group_minimum"),
			label("office.name"), at(word, "office.phone", "office.email")),
		under: []*kind{{name: name("比較の軸", "dimension"), list: "dimensions", id: keys("id"), order: keys("id ja en"),
			fields: fields(at(word, "id"), label(""))},
			{name: name("グループ", "group"), list: "groups", id: keys("dimension id"), order: keys("dimension id ja en"),
				fields: fields(at(word, "dimension", "id"), label(""))}}}

	glossaryForm = &kind{order: keys("terms"), under: []*kind{{name: name("用語", "term"), list: "terms", id: keys("id"), spaced: true,
		order:  keys("id name definition source"),
		fields: fields(at(word, "id"), label("name"), both("definition"), at(word, "source"))}}}

	instructionsForm = &kind{order: keys("paragraphs"), under: []*kind{{name: name("段落", "paragraph"), list: "paragraphs",
		order: keys("ja en"), fields: label("")}}}

	sectionForm = &kind{name: name("区分", "section"), order: keys("id number title questions"),
		fields: fields(at(word, "id"), at(quoted, "number"), label("title")),
		under: []*kind{{name: name("設問", "question"), list: "questions", id: keys("id"), spaced: true,
			order: keys("id number kind optional source terms when title prompt notes reference unit decimals min max jump jump_ranks items choices stages"),
			fields: fields(at(word, "id"), at(quoted, "number"), at(word, "kind"), label("title"), both("prompt"),
				at(yes, "optional"), at(words, "terms"), at(condition, "when"), at(prose, "reference"), both("unit"),
				at(whole, "decimals", "min", "max", "jump", "jump_ranks"), at(word, "source")),
			under: []*kind{
				note,
				{name: name("項目", "item"), list: "items", id: keys("id"), order: keys("id exclusive source ja en"),
					fields: fields(at(word, "id"), label(""), at(yes, "exclusive"), at(word, "source"))},
				choice,
				{name: name("段階", "stage"), list: "stages", id: keys("id"), order: keys("id ja en after choices"),
					fields: fields(at(word, "id"), label(""), at(words, "after")), under: []*kind{choice}},
			}}}}

	rulesForm = &kind{order: keys("rules"), under: []*kind{{name: name("規則", "rule"), list: "rules", id: keys("id"), spaced: true,
		order:  keys("id severity fails at what mend"),
		fields: fields(at(word, "id", "severity"), at(condition, "fails"), at(words, "at"), label("what"), both("mend"))}}}

	figuresForm = &kind{order: keys("figures"), under: []*kind{{name: name("図表", "figure"), list: "figures", id: keys("id"), spaced: true,
		order: keys("id number title question population base bases unanswered not_applicable items series uncounted order claims notes"),
		fields: fields(at(word, "id"), at(whole, "number"), label("title"), at(word, "question"), both("population"),
			at(condition, "base"), at(word, "unanswered", "not_applicable"), at(words, "items", "uncounted"), at(word, "order")),
		under: []*kind{
			{name: name("行の母集団", "row base"), list: "bases", id: keys("item"), order: keys("item base"),
				fields: fields(at(word, "item"), at(condition, "base"))},
			{name: name("系列", "series"), list: "series", id: keys("id"), order: keys("id stage choices ja en"),
				fields: fields(at(word, "id"), label(""), at(word, "stage"), at(words, "choices"))},
			{name: name("文章", "claim"), list: "claims", order: keys("item series rest words than quote"),
				fields: fields(at(word, "item"), at(words, "series"), at(yes, "rest"), at(prose, "words"), at(word, "than"), at(prose, "quote"))},
			note,
		}}}}

	mappingForm = &kind{order: keys("lines"), under: []*kind{{name: name("対応", "line"), list: "lines",
		order:  keys("change both old new carry note"),
		fields: fields(at(word, "change"), at(words, "both", "old", "new"), at(flag, "carry"), label("note"))}}}
)

// formOf returns the form of a file, or nil if it has no sheet.
func formOf(file string) *kind {
	switch file {
	case "edition.yaml":
		return editionForm
	case "glossary.yaml":
		return glossaryForm
	case "instructions.yaml":
		return instructionsForm
	case "rules.yaml":
		return rulesForm
	case "figures.yaml":
		return figuresForm
	case "mapping.yaml":
		return mappingForm
	}
	if path.Dir(file) == "sections" && path.Ext(file) == ".yaml" {
		return sectionForm
	}
	return nil
}

// fileOf returns the file of a sheet: the fixed ones by their names, every other is a section.
func fileOf(sheet string) string {
	if f := sheet + ".yaml"; formOf(f) != nil {
		return f
	}
	return "sections/" + sheet + ".yaml"
}

// sheetOf is the inverse of fileOf.
func sheetOf(file string) string { return strings.TrimSuffix(path.Base(file), ".yaml") }

// sheetOrder puts files in the order of their sheets.
func sheetOrder(a, b string) int {
	rank := func(file string) int {
		switch file {
		case "edition.yaml":
			return 0
		case "instructions.yaml":
			return 1
		case "glossary.yaml":
			return 2
		case "rules.yaml":
			return 4
		case "figures.yaml":
			return 5
		case "mapping.yaml":
			return 6
		}
		return 3
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

func (k *kind) field(key string) (field, bool) {
	for _, f := range k.fields {
		if f.key == key {
			return f, true
		}
	}
	return field{}, false
}

func (k *kind) child(list string) *kind {
	for _, c := range k.under {
		if c.list == list {
			return c
		}
	}
	return nil
}

// nested says whether key holds further keys with fields.
func (k *kind) nested(key string) bool {
	return slices.ContainsFunc(k.fields, func(f field) bool { return strings.HasPrefix(f.key, key+".") })
}
