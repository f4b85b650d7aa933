package audit

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// Published is all that a reader sees of one edition.
type Published struct {
	Edition  *checklist.Edition
	Releases []Release // the newest first; never empty
	// Strata are how many firms replied in each combination of groups, if readers know that: those who know every firm's
	// groups do where every firm replied. Empty: they do not. They are of the newest release.
	Strata []Stratum
}

// A Release is the tables issued together: distributions and figures, as protected. One of [table.All] is among them.
type Release struct {
	Tables  []table.Table
	Changed int // how many firms' answers differ from the release after it; 0: none, or it is the newest
}

// A Stratum is the firms that have all these groups, one of each dimension, in common.
type Stratum struct {
	Groups  []table.Group
	Replied int
}

// A Reader is the firms whose answers one reader knows: none, one firm, or the firms of one corporate group.
type Reader struct {
	Name string // for the verdict, e.g. a firm id
	Own  []Member
}

// A Member is a firm of a reader. Answers are those counted in each release, as [Published.Releases]; nil where the firm
// did not reply. A release beyond them counts the last.
type Member struct {
	Groups  []table.Group
	Answers []checklist.Answers
}

// The columns of a place that are not answers.
const (
	Unanswered    = "-unanswered"     // 無回答
	NotApplicable = "-not-applicable" // 対象外
	Answered      = "-answered"       // of a place without choices
	Base          = "-base"           // 回答先数
	ShareBase     = "-share-base"     // of a figure's series
)

// Rest is the id of the group that stands for the firms of a dimension whose groups are not shown.
const Rest = "-rest"

// A Cell says what a number counts.
type Cell struct {
	Release int // index into [Published.Releases]
	Group   table.Group
	Figure  checklist.FigureID // of a series of a figure, or of an answer within a figure's base filter
	Place   checklist.Ref
	Column  string // choice or series id, or one of the columns above
}

func (c Cell) String() string {
	s := fmt.Sprintf("%s=%s %s %s", c.Group.Dimension, c.Group.ID, c.Place, c.Column)
	if c.Figure != "" {
		s = string(c.Figure) + " " + s
	}
	if c.Release > 0 {
		s = fmt.Sprintf("release -%d %s", c.Release, s)
	}
	return s
}

// An Interval is the least and the greatest possible count.
type Interval struct{ Least, Most int }

// A Finding is a number that does not hold.
type Finding struct {
	Cell     Cell
	Reader   string // who can tell; "" for anybody
	Interval Interval
	Needed   int    // consecutive possible values
	Why      string // shown, narrow, complement, unproved
}

// Why a number does not hold.
const (
	Known      = "known"      // the count can be told, and it is of fewer than the threshold
	Complement = "complement" // the count can be told, and all but fewer than the threshold are in it
	Narrow     = "narrow"     // too few values are possible
	Unproved   = "unproved"   // enough values may be possible, but none of the search showed them
)

func (f Finding) String() string {
	who := f.Reader
	if who == "" {
		who = "anybody"
	}
	return fmt.Sprintf("%s: %s for %s, between %d and %d, %d values needed", f.Cell, f.Why, who, f.Interval.Least, f.Interval.Most, f.Needed)
}

// Audit returns the numbers that do not hold against a reader of no firm and then, of each of the readers given, those that
// hold against anybody but not against it, each in the order of tables; none is a pass. It is an error if the tables are not of the edition, contradict each other or each one's reader's
// answers: then nothing was audited.
func Audit(p Published, readers ...Reader) ([]Finding, error) {
	a, err := open(p)
	if err != nil {
		return nil, err
	}
	if err := a.prepare(readers); err != nil {
		return nil, err
	}
	var findings []Finding
	for _, r := range append([]Reader{{}}, readers...) {
		found, err := a.attack(r)
		if err != nil {
			return nil, err
		}
		findings = append(findings, found...)
	}
	return findings, nil
}

// Intervals returns what a reader can tell of every number that is not shown and does not follow at once from what is.
func Intervals(p Published, r Reader) (map[Cell]Interval, error) {
	a, err := open(p)
	if err != nil {
		return nil, err
	}
	own, err := a.own(r)
	if err != nil {
		return nil, fmt.Errorf("audit against %s: %w", r.Name, err)
	}
	out := map[Cell]Interval{}
	for _, part := range a.parts {
		part.as(part.least(own))
		for v, u := range part.unknowns {
			if !a.s.judged(u) {
				continue
			}
			lo, hi, err := part.bounds(v)
			if err != nil {
				return nil, fmt.Errorf("audit: %s: %w", a.s.unknowns[u].cell, err)
			}
			out[a.s.unknowns[u].cell] = Interval{lo, hi}
		}
	}
	return out, nil
}

// open writes the system down, narrows it by what is known and takes it apart.
func open(p Published) (*auditor, error) {
	if len(p.Releases) == 0 {
		return nil, fmt.Errorf("audit: no release")
	}
	s := &system{at: map[Cell]int{}, replied: map[groupOf]int{}, threshold: p.Edition.Threshold, figures: figures(p.Edition)}
	for i := range p.Releases {
		if err := s.writeRelease(p, i); err != nil {
			return nil, fmt.Errorf("audit: release -%d: %w", i, err)
		}
	}
	for i := 1; i < len(p.Releases); i++ {
		s.writeChange(i, p.Releases[i].Changed)
	}
	if err := s.narrow(); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	a := &auditor{p: p, s: s, parts: s.split(), asked: map[string][]verdict{}, told: map[int]bool{}, of: map[groupOf][]int{}}
	for u := range s.unknowns {
		c := s.unknowns[u].cell
		a.of[groupOf{c.Release, c.Group}] = append(a.of[groupOf{c.Release, c.Group}], u)
		if d := c.Group.Dimension; d != "" && d != "all" && d != "stratum" && !slices.Contains(a.dimensions, d) {
			a.dimensions = append(a.dimensions, d)
		}
	}
	return a, nil
}

// groupKey is the id of a stratum's own group.
func (s Stratum) group() table.Group {
	var ids []string
	for _, g := range s.Groups {
		ids = append(ids, g.Dimension+"="+g.ID)
	}
	slices.Sort(ids)
	return table.Group{Dimension: "stratum", ID: strings.Join(ids, " ")}
}
