//go:build conformance

package audit_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/disclosure/audit"
	"cssa/shared/table"
)

type (
	problem struct {
		Threshold int               `json:"threshold"`
		Questions []problemQuestion `json:"questions"`
		Tables    []problemTable    `json:"tables"`
		Own       map[string]int    `json:"own"` // of a reader's firms, by number
	}
	problemQuestion struct {
		ID       string         `json:"id"`
		Required bool           `json:"required"`
		Choices  []string       `json:"choices"`
		Items    []problemItem  `json:"items"`
		Stages   []problemStage `json:"stages"`
		When     *problemGate   `json:"when"`
	}
	problemItem struct {
		ID        string `json:"id"`
		Exclusive bool   `json:"exclusive"`
	}
	problemStage struct {
		ID      string               `json:"id"`
		After   []checklist.ChoiceID `json:"after"`
		Choices []string             `json:"choices"`
	}
	problemGate struct {
		Question checklist.QuestionID `json:"question"`
		Item     checklist.ItemID     `json:"item"`
		Stage    checklist.StageID    `json:"stage"`
		Choices  []checklist.ChoiceID `json:"choices"`
	}
	problemTable struct {
		Group    [2]string    `json:"group"`
		Replied  int          `json:"replied"`
		Question string       `json:"question"`
		Stage    string       `json:"stage"`
		Rows     []problemRow `json:"rows"`
	}
	problemRow struct {
		Item          string        `json:"item"`
		Base          int           `json:"base"`
		Unanswered    int           `json:"unanswered"`
		NotApplicable int           `json:"not_applicable"`
		Closed        bool          `json:"closed"`
		Cells         []*int        `json:"cells"` // nil: withheld
		Joints        []table.Joint `json:"joints"`
	}
)

func names(cs []checklist.Choice) (ids []string) {
	for _, c := range cs {
		ids = append(ids, string(c.ID))
	}
	return ids
}

func describe(ed *checklist.Edition, tables []table.Table) problem {
	p := problem{Threshold: ed.Threshold}
	for _, q := range ed.Questions() {
		d := problemQuestion{ID: string(q.ID), Required: q.Required, Choices: names(q.Choices), Items: []problemItem{}}
		for _, it := range q.Items {
			d.Items = append(d.Items, problemItem{string(it.ID), it.Exclusive})
		}
		for _, s := range q.Stages {
			d.Stages = append(d.Stages, problemStage{string(s.ID), s.After, names(s.Choices)})
		}
		if q.When != nil {
			d.When = &problemGate{q.When.Is.Ref.Question, q.When.Is.Ref.Item, q.When.Is.Ref.Stage, q.When.Is.Choices}
		}
		p.Questions = append(p.Questions, d)
	}
	for _, t := range tables {
		d := problemTable{Group: [2]string{t.Group.Dimension, t.Group.ID}, Replied: t.Replied, Question: t.ID, Stage: t.Stage}
		for _, r := range t.Rows {
			row := problemRow{r.Item, r.Base, r.Unanswered, r.NotApplicable, r.Closed(), nil, r.Joints}
			for _, c := range r.Cells {
				var shown *int
				if n, ok := c.Count(); ok || c.Empty() {
					shown = &n
				}
				row.Cells = append(row.Cells, shown)
			}
			d.Rows = append(d.Rows, row)
		}
		p.Tables = append(p.Tables, d)
	}
	return p
}

// solve puts the problems to HiGHS, in one process.
func solve(t *testing.T, problems []problem) []map[string][2]int {
	t.Helper()
	if out, err := exec.Command("python3", "-c", "import highspy").CombinedOutput(); err != nil {
		t.Fatalf("highspy is not installed: run make conformance, which installs it: %v\n%s", err, out)
	}
	var in bytes.Buffer
	for _, p := range problems {
		if err := json.NewEncoder(&in).Encode(p); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("python3", "testdata/highs.py")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var solved []map[string][2]int
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var s map[string][2]int
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		solved = append(solved, s)
	}
	if len(solved) != len(problems) {
		t.Fatalf("%d answers to %d problems", len(solved), len(problems))
	}
	return solved
}

const sectors = 1000

// What the protector publishes of invented sectors is attacked by HiGHS, with a programme that shares no line with ours and
// one firm's own answers: of what our auditor lets pass, no count below the threshold has fewer possible values than the
// threshold, less the reader, which is one.
func TestWhatPassesTheAuditorPassesHiGHS(t *testing.T) {
	ed := linked()
	rng := rand.New(rand.NewPCG(31, 1))
	var problems []problem
	var truths, published [][]table.Table
	refused := map[int]int{}
	for i := range sectors {
		s := invent(ed, rng)
		raw := s.distributions(ed)
		shown := protect(ed, raw)
		reader := s.reader(rng.IntN(len(s.members)))
		findings, err := audit.Audit(audit.Published{Edition: ed, Releases: []audit.Release{{Tables: shown}}}, reader)
		if err != nil {
			t.Fatal(err)
		}
		if len(findings) > 0 {
			refused[i] = len(findings)
		}
		p := describe(ed, shown)
		p.Own = ownCounts(ed, shown, reader)
		truths, published, problems = append(truths, raw), append(published, shown), append(problems, p)
	}
	told, missed, small, withheld, cells := 0, 0, 0, 0, 0
	toldOf := map[int]bool{}
	for i, intervals := range solve(t, problems) {
		for _, shown := range published[i] {
			for _, r := range shown.Rows {
				for _, c := range r.Cells {
					cells++
					if _, ok := c.Withheld(); ok {
						withheld++
					}
				}
			}
		}
		for _, c := range smallCounts(truths[i], published[i], ed.Threshold) {
			small++
			in, ok := intervals[c.name]
			if !ok {
				in = [2]int{c.count, c.count}
			}
			if in[1]-in[0]+1 >= min(ed.Threshold-1, c.base+1) {
				continue
			}
			told++
			toldOf[i] = true
			if refused[i] == 0 {
				missed++
				t.Errorf("sector %d: the auditor found nothing, and %s is %d of %d, and lies between %d and %d", i, c.name, c.count, c.base, in[0], in[1])
			}
		}
	}
	t.Logf("%d sectors: %.1f%% of %d cells withheld, %.1f%% are small; HiGHS can tell %d of %d small counts, in %d sectors; the auditor refused %d sectors and missed %d counts",
		sectors, 100*float64(withheld)/float64(cells), cells, 100*float64(small)/float64(cells), told, small, len(toldOf), len(refused), missed)
}

// ownCounts are the counts that a reader's firms are in, by the names of numbers.
func ownCounts(ed *checklist.Edition, shown []table.Table, r audit.Reader) map[string]int {
	groups := map[table.Group]bool{}
	for _, t := range shown {
		groups[t.Group] = true
	}
	own := map[string]int{}
	for _, m := range r.Own {
		for _, q := range ed.Questions() {
			for _, at := range q.Refs() {
				column := string(m.Answers[0][at].Choice)
				if ed.State(q, at, m.Answers[0]) == checklist.NotApplicable {
					column = audit.NotApplicable
				}
				for _, g := range append([]table.Group{table.All}, m.Groups...) {
					if groups[g] {
						own[audit.Cell{Group: g, Place: at, Column: column}.String()]++
					}
				}
			}
		}
	}
	return own
}

type smallCount struct {
	name        string
	count, base int
}

// smallCounts lists the counts below the threshold of the tables that were published.
func smallCounts(truth, published []table.Table, threshold int) (out []smallCount) {
	shown := map[string]bool{}
	key := func(t table.Table) string { return t.Group.Dimension + "=" + t.Group.ID + " " + t.ID + "." + t.Stage }
	for _, t := range published {
		shown[key(t)] = true
	}
	for _, t := range truth {
		if !shown[key(t)] {
			continue
		}
		for _, r := range t.Rows {
			at := checklist.Ref{Question: checklist.QuestionID(t.ID), Item: checklist.ItemID(r.Item), Stage: checklist.StageID(t.Stage)}
			for k, c := range r.Cells {
				if n, ok := c.Count(); ok && n < threshold {
					out = append(out, smallCount{audit.Cell{Group: t.Group, Place: at, Column: t.Columns[k]}.String(), n, r.Base})
				}
			}
		}
	}
	return out
}

// Whatever is shown, of whatever groups, our auditor and HiGHS find the same least and greatest count of every number, for
// a reader that is a firm of the sector.
func TestHiGHSAndTheAuditorAgree(t *testing.T) {
	ed := linked()
	rng := rand.New(rand.NewPCG(31, 2))
	var problems []problem
	var releases [][]table.Table
	var readers []audit.Reader
	for range 60 {
		s := invent(ed, rng)
		tables := s.distributions(ed)
		hide := 0.2 + 0.6*rng.Float64()
		for i := range tables {
			for j := range tables[i].Rows {
				r := &tables[i].Rows[j]
				if rng.Float64() < hide/4 {
					*r = table.CloseRow(r.Item, len(r.Cells))
					continue
				}
				for k := range r.Cells {
					if rng.Float64() < hide && r.Base > 0 {
						r.Cells[k] = table.Withhold(-1)
					}
				}
			}
		}
		reader := s.reader(rng.IntN(len(s.members)))
		p := describe(ed, tables)
		p.Own = ownCounts(ed, tables, reader)
		releases, readers, problems = append(releases, tables), append(readers, reader), append(problems, p)
	}
	compared, open := 0, 0
	for i, theirs := range solve(t, problems) {
		ours, err := audit.Intervals(audit.Published{Edition: ed, Releases: []audit.Release{{Tables: releases[i]}}}, readers[i])
		if err != nil {
			t.Fatal(err)
		}
		for c, in := range ours {
			compared++
			if in.Least < in.Most {
				open++
			}
			if their, ok := theirs[c.String()]; !ok || their != [2]int{in.Least, in.Most} {
				t.Fatalf("release %d: %s is between %d and %d, HiGHS says %v (%t)", i, c, in.Least, in.Most, their, ok)
			}
		}
		for name, in := range theirs {
			if in[0] < in[1] && !found(ours, name) {
				t.Fatalf("release %d: HiGHS leaves %s between %d and %d, and we know it", i, name, in[0], in[1])
			}
		}
	}
	t.Logf("%d intervals agree, %d of them with more than one value", compared, open)
}

func found(in map[audit.Cell]audit.Interval, name string) bool {
	for c := range in {
		if c.String() == name {
			return true
		}
	}
	return false
}
