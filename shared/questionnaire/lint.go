package questionnaire

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// MinThreshold is the lowest threshold an edition may have: with 1 or 2, a count would show single firms.
const MinThreshold = 3

// Lint returns everything that is wrong with an edition, in the order of its parts. Its checks are closed-world: every
// id is valid, unique and, where it is referred to, exists; every text is there in both languages; every choice of a
// figure's question is counted or said not to be. A mapping is held against this edition only.
func Lint(e *checklist.Edition) []Finding {
	l := newLinter(e)
	l.all()
	_ = l.mapping(nil) // reads nothing
	return *l.findings
}

func (l *linter) all() {
	l.edition()
	l.groups()
	l.glossary()
	l.sections()
	l.rules()
	l.figures()
}

type linter struct {
	e        *checklist.Edition
	key      string // of what is looked at, below what a finding's Where names
	findings *[]Finding
}

func newLinter(e *checklist.Edition) *linter { return &linter{e: e, findings: new([]Finding)} }

// on returns a linter whose findings stand on the line of a key, e.g. "title.en" or "notes[1].ja".
func (l *linter) on(key string) *linter { return &linter{l.e, key, l.findings} }

func (l *linter) say(where, what, mend string) {
	*l.findings = append(*l.findings, Finding{Where: where, Key: l.key, What: what, Mend: mend})
}

// must says what is wrong unless ok.
func (l *linter) must(ok bool, where, what, mend string) {
	if !ok {
		l.say(where, what, mend)
	}
}

// text checks a text that stands under key; "" is ja and en themselves.
func (l *linter) text(where, key, name string, t checklist.Text) {
	for _, side := range []struct{ lang, s string }{{"ja", t.JA}, {"en", t.EN}} {
		l := l.on(strings.TrimPrefix(key+"."+side.lang, "."))
		l.must(strings.TrimSpace(side.s) != "", where, fmt.Sprintf("%s has no text in %s", name, side.lang), "write it in both languages")
		l.must(side.s == strings.TrimSpace(side.s) && !strings.ContainsAny(side.s, "\t\r\n"), where,
			fmt.Sprintf("%s (%s) has space around it, a tab or a line break", name, side.lang), "write it on one line")
	}
}

func (l *linter) texts(where, key, name string, ts []checklist.Text) {
	for i, t := range ts {
		l.text(where, fmt.Sprintf("%s[%d]", key, i), fmt.Sprintf("%s %d", name, i+1), t)
	}
}

// id checks the form of an id and that it is new among seen.
func (l *linter) id(where, id string, seen map[string]bool) {
	l.must(checklist.ValidID(id), where, fmt.Sprintf("the id %q is not valid", id), "use lower-case letters and digits in words joined by hyphens")
	l.must(!seen[id], where, fmt.Sprintf("the id %q is there twice", id), "rename one of the two")
	seen[id] = true
}

func (l *linter) source(where string, s checklist.Source) {
	switch s {
	case checklist.Verbatim, checklist.Paraphrase, checklist.Composed:
	default:
		l.on("source").say(where, fmt.Sprintf("the source %q is not known", s), "write verbatim, paraphrase or composed")
	}
}

func (l *linter) edition() {
	e, where := l.e, "edition"
	if _, err := checklist.ParseEditionID(string(e.ID)); err != nil {
		l.say(where, err.Error(), "mend the id")
	} else if want := fmt.Sprintf("%d-%s", e.FiscalYear, e.Sector); string(e.ID) != want && !strings.HasPrefix(string(e.ID), want+"-") {
		l.say(where, fmt.Sprintf("the id %s does not begin with %s", e.ID, want), "make id, fiscal_year and sector agree")
	}
	l.text(where, "title", "title", e.Title)
	l.on("threshold").must(e.Threshold >= MinThreshold, where, fmt.Sprintf("the threshold %d is below %d", e.Threshold, MinThreshold), "raise it: smaller counts show single firms")
	l.on("group_minimum").must(e.GroupMinimum >= e.Threshold, where, fmt.Sprintf("group_minimum %d is below the threshold", e.GroupMinimum), "raise it")

	l.text(where, "office.name", "office name", e.Office.Name)
	l.on("office.phone").must(strings.TrimSpace(e.Office.Phone) != "", where, "the office has no phone", "firms need it when mail does not reach them")
	addr, err := mail.ParseAddress(e.Office.Email)
	l.on("office.email").must(err == nil && addr.Address == e.Office.Email, where, fmt.Sprintf("the office's email %q is not an address", e.Office.Email), "write it like office@supervisor.example")

	l.must(len(e.Instructions) > 0, "instructions", "there are no instructions", "write at least one paragraph")
	l.texts("instructions", "paragraphs", "paragraph", e.Instructions)

	if e.Location == nil {
		l.on("time_zone").say(where, "there is no time zone", "write it like Asia/Tokyo")
		return
	}
	l.on("reference_date").must(!e.ReferenceDate.IsZero(), where, "there is no reference date", "write it like 2023-06-30")
	l.on("opens").must(e.ReferenceDate.Start(e.Location).Before(e.Opens), where, "the round opens before the reference date", "put the dates in order")
	l.on("deadline").must(e.Opens.Before(e.Deadline), where, "the deadline is not after the opening", "put the dates in order")
	l.on("closing").must(e.Deadline.Before(e.Closing), where, "the closing is not after the deadline", "put the dates in order")
	l.dates()
}

func (l *linter) groups() {
	seen := map[string]bool{}
	var sectors []string
	added := l.attributes()
	for _, g := range l.e.Groups {
		where := fmt.Sprintf("group %s/%s", g.Dimension, g.ID)
		switch g.Dimension {
		case checklist.BySector:
			sectors = append(sectors, g.ID)
		case checklist.ByGroup, checklist.BySize:
		default:
			l.must(added[g.Dimension], where, fmt.Sprintf("the dimension %q is not known", g.Dimension), "write sector, group or size, or add it to the dimensions")
		}
		l.must(checklist.ValidID(g.ID), where, fmt.Sprintf("the id %q is not valid", g.ID), "use lower-case letters and digits in words joined by hyphens")
		l.must(!seen[where], where, "the group is there twice", "remove one of the two")
		seen[where] = true
		l.text(where, "", "name", g.Name)
	}
	for _, d := range []checklist.Dimension{checklist.ByGroup, checklist.BySize} { // which every firm of a register has
		some := slices.ContainsFunc(l.e.Groups, func(g checklist.Group) bool { return g.Dimension == d })
		l.must(some, "edition, groups", fmt.Sprintf("no group is of the dimension %q, and every firm of a register is in one", d), "add at least one, for all firms if they are not told apart")
	}
	// Of one sector the edition bears its name; of several it names the population, which is none of them.
	named := slices.Contains(sectors, l.e.Sector)
	l.on("sector").must(named || len(sectors) > 1, "edition", fmt.Sprintf("no group names the sector %q", l.e.Sector), "add it to the groups")
	l.on("sector").must(!named || len(sectors) == 1, "edition", fmt.Sprintf("the sector %q is one of several in the groups", l.e.Sector),
		"name all of them together, e.g. regional for banks and cooperatives")
}

// attributes checks the dimensions that the edition adds and returns them.
func (l *linter) attributes() map[checklist.Dimension]bool {
	added, ids := map[checklist.Dimension]bool{}, map[string]bool{}
	for _, a := range l.e.Attributes {
		where := "dimension " + string(a.Dimension)
		l.id(where, string(a.Dimension), ids)
		switch a.Dimension {
		case checklist.ByAll, checklist.BySector, checklist.ByGroup, checklist.BySize, "successor":
			l.say(where, fmt.Sprintf("the dimension %q is one already", a.Dimension), "give it another id, and the register's column the same")
		}
		l.text(where, "", "name", a.Name)
		named := slices.ContainsFunc(l.e.Groups, func(g checklist.Group) bool { return g.Dimension == a.Dimension })
		l.must(named, where, "no group is of this dimension", "add its groups, by the words that the register has in this column")
		added[a.Dimension] = true
	}
	return added
}

func (l *linter) glossary() {
	used := map[string]bool{}
	for _, q := range l.e.Questions() {
		for _, t := range q.Terms {
			used[t] = true
		}
	}
	seen := map[string]bool{}
	for _, t := range l.e.Glossary {
		where := "term " + t.ID
		l.id(where, t.ID, seen)
		l.text(where, "name", "name", t.Name)
		l.text(where, "definition", "definition", t.Definition)
		l.source(where, t.Source)
		l.must(used[t.ID], where, "no question shows the term", "name it under the terms of a question, or remove it")
	}
}

func (l *linter) rules() {
	seen := map[string]bool{}
	for i := range l.e.Rules {
		r := &l.e.Rules[i]
		where := "rule " + r.ID
		l.id(where, r.ID, seen)
		l.on("severity").must(r.Severity == checklist.Mend || r.Severity == checklist.Confirm, where,
			fmt.Sprintf("the severity %q is not known", r.Severity), "write mend or confirm")
		l.on("fails").condition(where, &r.Fails)
		l.on("at").must(len(r.At) > 0, where, "the rule marks no place", "name the places under at")
		for _, ref := range r.At {
			l.on("at").place(where, ref)
		}
		l.text(where, "what", "what", r.What)
		l.text(where, "mend", "mend", r.Mend)
	}
}
