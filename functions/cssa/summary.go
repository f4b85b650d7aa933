package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"cssa/functions/cssa/synthesise"
	"cssa/infra/laptop"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/table"
	"cssa/shared/tally"
)

// A summary is what a demo ends with.
type summary struct {
	Edition    checklist.EditionID `json:"edition"`
	Round      tallyOfRound        `json:"firms"`
	Letters    map[string]int      `json:"letters"` // by kind
	Run        string              `json:"run"`
	Planned    int                 `json:"uploads_planned"`
	Surprises  []string            `json:"surprises"` // uploads that did not become what was planned
	Figures    int                 `json:"figures"`
	Claims     int                 `json:"claims"`        // statements that were checked; 0 with too few firms to bear them out
	Broken     []string            `json:"claims_broken"` // statements of the edition's figures in words that they contradict
	SQL        []sqlCheck          `json:"recomputed_by_sql"`
	Findings   []string            `json:"findings"`
	Phases     []timed             `json:"phases"`
	Seconds    float64             `json:"seconds"`
	PeakMB     int64               `json:"peak_memory_mb"` // of this process, as the operating system counts it; 0 if it does not say
	Restricted string              `json:"restricted_lake"`
	Open       string              `json:"open_lake"`
	Outbox     string              `json:"outbox"`
	Marked     string              `json:"marked_workbooks"`
}

// A sqlCheck tells how many rows of a table differ from the same rows recomputed by SQL from the answers.
type sqlCheck struct {
	Table     string `json:"table"`
	Rows      int    `json:"rows"`
	Different int    `json:"different"`
}

// failures counts what must not be.
func (s summary) failures() int {
	n := len(s.Surprises) + len(s.Broken) + s.Round.DeadLetters + s.Round.Refused
	for _, c := range s.SQL {
		n += c.Different
	}
	return n
}

func (p *player) summary(ctx context.Context) (summary, error) {
	ed := p.r.Edition
	s := summary{
		Edition: ed.ID, Figures: len(ed.Figures), Run: p.released.Run, Planned: len(p.r.Uploads), Surprises: []string{}, Broken: []string{}, Letters: map[string]int{},
		Phases: p.phases, Restricted: p.l.RestrictedDir(), Open: p.l.OpenDir(), Outbox: p.l.OutboxDir(), Marked: filepath.Join(p.l.ArchiveDir(), "marked"),
	}
	round, err := p.l.Ledger.Round(ctx, ed.ID)
	if err != nil {
		return s, err
	}
	if s.Round, err = countRound(ctx, onLaptop(p.l), ed, round, len(p.r.Register.At(ed.ReferenceDate))); err != nil {
		return s, err
	}
	letters, err := p.l.Ledger.Letters(ctx, ed.ID)
	if err != nil {
		return s, err
	}
	for _, l := range letters {
		s.Letters[l.Key.Kind]++
	}
	if err := p.compare(ctx, &s); err != nil {
		return s, err
	}
	if err := p.judge(ctx, &s); err != nil {
		return s, err
	}
	s.SQL, err = p.recompute(ctx)
	s.Phases = p.phases
	return s, err
}

// compare holds what became of every upload against what was planned.
func (p *player) compare(ctx context.Context, s *summary) error {
	late := map[checklist.FirmID]bool{}
	round, err := p.l.Ledger.Round(ctx, p.r.Edition.ID)
	if err != nil {
		return err
	}
	for c, err := range p.l.Ledger.Currents(ctx, p.r.Edition.ID) {
		if err != nil {
			return err
		}
		late[c.Submission.Firm] = round.Late(c.FirstReceived)
	}
	bySum := map[checklist.FirmID][]checklist.Submission{}
	for sub, err := range p.l.Ledger.AllSubmissions(ctx, p.r.Edition.ID) {
		if err != nil {
			return err
		}
		if sub.Status != checklist.Withdrawn {
			bySum[sub.Firm] = append(bySum[sub.Firm], sub)
		}
	}
	for i := range p.r.Uploads {
		u := &p.r.Uploads[i]
		var got *checklist.Submission
		if subs := bySum[u.Firm]; len(subs) >= u.Number {
			got = &subs[u.Number-1]
		}
		if why := surprise(u, got, late[u.Firm]); why != "" {
			s.Surprises = append(s.Surprises, fmt.Sprintf("%s (%s): %s", u.File, u.Story, why))
		}
	}
	return nil
}

// surprise says how an upload came out other than planned, or "".
func surprise(u *synthesise.Upload, got *checklist.Submission, late bool) string {
	if got == nil {
		return "it was never recorded"
	}
	var codes []checklist.FaultCode
	for _, f := range got.Faults {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	switch {
	case got.Status != u.Expect.Status:
		return fmt.Sprintf("it was %s %v, planned %s %v", got.Status, codes, u.Expect.Status, u.Expect.Codes)
	case !slices.Equal(codes, u.Expect.Codes):
		return fmt.Sprintf("faults %v, planned %v", codes, u.Expect.Codes)
	case late != u.Expect.Late:
		return fmt.Sprintf("late %t, planned %t", late, u.Expect.Late)
	case !got.ReceivedAt.Equal(u.At):
		return fmt.Sprintf("received %s, sent %s", got.ReceivedAt, u.At)
	}
	return ""
}

// judge holds the frozen figures against the published summary's words, and draws findings from them.
func (p *player) judge(ctx context.Context, s *summary) error {
	ed := p.r.Edition
	rows, err := lake.Read[lake.FigureRow](ctx, p.l.Lake, ed.ID, s.Run)
	if err != nil {
		return err
	}
	figures, err := lake.FigureTables(ed.ID, s.Run, rows)
	if err != nil {
		return err
	}
	verdicts, err := tally.Claims(ed, figures)
	if err != nil {
		return err
	}
	if p.r.Options.Firms >= synthesise.ClaimsHoldFrom { // fewer firms cannot have every share
		s.Claims = len(verdicts)
	}
	for _, v := range verdicts[:s.Claims] {
		if !v.Holds {
			s.Broken = append(s.Broken, fmt.Sprintf("%s %s: %q, but %s", v.Figure, v.Claim.Item, v.Claim.Words, v.Share))
		}
	}
	s.Findings = findings(ed, figures, p.d.lang)
	return nil
}

// recompute counts every restricted table anew with SQL over the Parquet files, and returns how many rows differ.
func (p *player) recompute(ctx context.Context) ([]sqlCheck, error) {
	program, err := sqlProgram(p.d.lookup)
	if err != nil {
		return nil, err
	}
	var checks []sqlCheck
	err = p.phase("recomputed by SQL", 0, func(*phase) (string, error) {
		for _, q := range lake.Queries(p.r.Edition) {
			if q.Table == "" {
				continue
			}
			var n []struct {
				Rows int `json:"n"`
			}
			count := fmt.Sprintf("SELECT count(*) AS n FROM %s WHERE edition = '%s'", q.Table, p.r.Edition.ID)
			if err := ask(ctx, program, p.l, count, &n); err != nil {
				return "", err
			}
			var different []json.RawMessage
			if err := ask(ctx, program, p.l, q.Differences(), &different); err != nil {
				return "", err
			}
			checks = append(checks, sqlCheck{q.Table, n[0].Rows, len(different)})
		}
		return "", nil
	})
	return checks, err
}

// ask runs a query on the restricted lake by cssa-sql and reads its rows.
func ask(ctx context.Context, program string, l *laptop.Deployment, sql string, rows any) error {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "--restricted", l.RestrictedDir(), "--open", l.OpenDir(), "--format", "json", sql)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("cssa-sql: %s", strings.TrimSpace(errs.String()))
	}
	if err != nil {
		return fmt.Errorf("cssa-sql: %w", err)
	}
	return json.Unmarshal(out.Bytes(), rows)
}

// findings states three things the figures show: the widest gap between size bands, the least common measure, and how far
// drills lag behind plans. They are sentences made of numbers, for the supervisor.
func findings(ed *checklist.Edition, figures []table.Table, lang string) []string {
	var out []string
	for _, f := range []func(*checklist.Edition, []table.Table, string) string{sizeGap, rarest, drillGap} {
		if s := f(ed, figures, lang); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// sizeGap finds the first series and row whose share differs most between the sizes of firms.
func sizeGap(ed *checklist.Edition, figures []table.Table, lang string) string {
	type point struct {
		share table.Share
		size  string
	}
	points := map[[2]string][]point{}
	for _, t := range figures {
		if t.Group.Dimension != string(checklist.BySize) {
			continue
		}
		for _, row := range t.Rows {
			if s, ok := row.Cells[0].Share(); ok {
				at := [2]string{t.ID, row.Item}
				points[at] = append(points[at], point{s, t.Group.ID})
			}
		}
	}
	var best [2]string
	var low, high point
	for at, ps := range points {
		lo := slices.MinFunc(ps, func(a, b point) int { return int(a.share - b.share) })
		hi := slices.MaxFunc(ps, func(a, b point) int { return int(a.share - b.share) })
		gap, widest := hi.share-lo.share, high.share-low.share
		if gap > widest || gap == widest && strings.Join(at[:], " ") < strings.Join(best[:], " ") {
			best, low, high = at, lo, hi
		}
	}
	fig, ok := ed.Figure(checklist.FigureID(best[0]))
	if !ok {
		return ""
	}
	size := func(p point) string { return ed.GroupName(checklist.BySize, p.size).In(lang) }
	return fmt.Sprintf("widest gap by size: %s: %s %s %%, %s %s %%", rowName(ed, fig, best[1], lang), size(high), high.share, size(low), low.share)
}

// rarest finds the item of a multiple-answer figure that the fewest firms have, "none of these" aside.
func rarest(ed *checklist.Edition, figures []table.Table, lang string) string {
	var name string
	var least table.Share = 1001
	for _, t := range figures {
		fig, ok := ed.Figure(checklist.FigureID(t.ID))
		if !ok || t.Group != table.All {
			continue
		}
		q, ok := ed.Question(string(fig.Question))
		if !ok || q.Kind != checklist.Multiple {
			continue
		}
		for _, row := range t.Rows {
			it, _ := q.Item(checklist.ItemID(row.Item))
			if s, shown := row.Cells[0].Share(); shown && it != nil && !it.Exclusive && s < least {
				least, name = s, rowName(ed, fig, row.Item, lang)
			}
		}
	}
	if name == "" {
		return ""
	}
	return fmt.Sprintf("least common measure: %s: %s %%", name, least)
}

// drillGap finds the row of a nested figure whose second series, of those that have the first, is lowest.
func drillGap(ed *checklist.Edition, figures []table.Table, lang string) string {
	var out string
	var least table.Share = 1001
	for _, t := range figures {
		fig, ok := ed.Figure(checklist.FigureID(t.ID))
		if !ok || t.Group != table.All || len(fig.Series) < 2 || fig.Series[0].Stage == "" {
			continue
		}
		for _, row := range t.Rows {
			first, ok1 := row.Cells[0].Share()
			second, ok2 := row.Cells[1].Share()
			if ok1 && ok2 && second < least {
				least = second
				out = fmt.Sprintf("plans least often tried: %s: %s %s %%, of those %s %s %%", rowName(ed, fig, row.Item, lang),
					fig.Series[0].Label.In(lang), first, fig.Series[1].Label.In(lang), second)
			}
		}
	}
	return out
}

// rowName names a row of a figure: its number, and the item, or the first series where it has no items.
func rowName(ed *checklist.Edition, fig *checklist.Figure, item, lang string) string {
	label := fig.Series[0].Label.In(lang)
	if q, ok := ed.Question(string(fig.Question)); ok {
		if it, ok := q.Item(checklist.ItemID(item)); ok {
			label = it.Label.In(lang)
		}
	}
	number := "図表"
	if lang == "en" {
		number = "figure "
	}
	return fmt.Sprintf("%s%d %s", number, fig.Number, label)
}

func (d *desk) printSummary(l *laptop.Deployment, s summary) {
	n := s.Round
	d.say("\nWhat happened")
	d.say("  received     %4d uploads of %d firms (%d planned, %d other than planned)", n.Uploads, n.Population-n.Missing, s.Planned, len(s.Surprises))
	d.say("  accepted     %4d firms of %d (%d late, %d corrected, %d after a return)", n.Accepted, n.Population, n.Late, n.Corrected, n.Resubmitted)
	d.say("  returned     %4d uploads, each with every fault named; %d firms never mended theirs", n.Returns, n.InReturn)
	d.say("  withdrawn    %4d firms (%d withdrawals)     missing %d", n.Withdrawn, n.Withdrawals, n.Missing)
	d.say("  released     run %s: proposed by %s, approved by %s", s.Run, proposer, approver)
	kinds := []string{}
	for k := range s.Letters {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	var letters []string
	for _, k := range kinds {
		letters = append(letters, fmt.Sprintf("%s %d", k, s.Letters[k]))
	}
	d.say("  mailed       %4d letters to a folder: %s", n.Sent, strings.Join(letters, ", "))
	d.say("\nChecked")
	if s.Claims > 0 {
		d.say("  %s  %d of %d statements that the edition makes in words hold for its %d figures", okWord(len(s.Broken) == 0), s.Claims-len(s.Broken), s.Claims, s.Figures)
	} else {
		d.say("  --    the statements that the edition makes in words are not checked with fewer than %d firms", synthesise.ClaimsHoldFrom)
	}
	for _, c := range s.SQL {
		d.say("  %s  %s: %d rows recomputed by SQL from the answers, %d differ", okWord(c.Different == 0), c.Table, c.Rows, c.Different)
	}
	for _, line := range append(s.Broken, s.Surprises...) {
		d.say("  FAIL  %s", line)
	}
	if n.DeadLetters+n.Refused > 0 {
		d.say("  FAIL  %d messages could not be handled, %d letters were refused", n.DeadLetters, n.Refused)
	}
	d.say("\nFindings (invented data)")
	for _, f := range s.Findings {
		d.say("  %s", f)
	}
	d.say("\nWhere things lie")
	d.say("  restricted lake   %s   (firm-level Parquet, nightly and frozen runs)", s.Restricted)
	d.say("  open lake         %s   (released tables only)", s.Open)
	d.say("  letters           %s   (one .eml each; nothing was sent)", s.Outbox)
	d.say("  marked workbooks  %s   (what a firm gets back: open one in Excel or LibreOffice)", s.Marked)
	d.say("\nReady in %.1f s, with %d MB of memory at most. Type next:", s.Seconds, s.PeakMB)
	flag := ""
	if l.Dir != d.path("cssa-data") {
		flag = " --data " + word(l.Dir)
	}
	d.say("  cssa tab%s 1-2 --by size", flag)
	d.say("  cssa query%s --open \"select figure, series, item, count, share from open_figures where dimension = 'all' limit 10\"", flag)
	d.say("  cssa show%s S-0001      cssa status%s      cssa serve%s", flag, flag, flag)
}

func okWord(ok bool) string {
	if ok {
		return "ok  "
	}
	return "FAIL"
}
