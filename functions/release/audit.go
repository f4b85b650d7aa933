package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/disclosure/audit"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/table"
)

// Errors of the auditor. Nothing is released.
var (
	ErrDisclosed = errors.New("the auditor can tell what few firms answered, or cannot prove that nobody can")
	// ErrContradiction is not told in detail, which would be answers.
	ErrContradiction = errors.New("the answers and the tables of the run contradict each other or the edition: freeze again with this program")
	ErrChanged       = errors.New("what would be issued is not what was proposed")
)

// mostNamed is how many of the auditor's findings an error names.
const mostNamed = 5

// An issue is what would pass to the open door, and what the auditor says of it.
type issue struct {
	ed            *checklist.Edition
	distributions []lake.OpenDistributionRow
	figures       []lake.OpenFigureRow
	verdict       ledger.Verdict
}

// prepare protects the frozen run's tables and has them attacked: by a reader from outside, by every firm that replied, which
// knows its own answers, and by every corporate group together. An error names tables, places and groups, never a number.
func (s *Step) prepare(ctx context.Context, id checklist.EditionID, run string) (issue, error) {
	var out issue
	var err error
	if out.ed, err = s.Editions.Edition(ctx, id); err != nil {
		return out, err
	}
	distributions, figures, err := s.protect(ctx, out.ed, run)
	if err != nil {
		return out, err
	}
	readers, err := s.readers(ctx, out.ed, run)
	if err != nil {
		return out, err
	}
	tables := append(slices.Clone(figures), distributions...)
	if err := attack(out.ed, tables, readers); err != nil {
		return out, err
	}
	if out.distributions, err = lake.OpenDistributionRows(distributions); err != nil {
		return out, err
	}
	if out.figures, err = lake.OpenFigureRows(out.ed, figures); err != nil {
		return out, err
	}
	out.verdict = ledger.Verdict{At: s.Now().UTC(), Readers: len(readers) + 1}
	out.verdict.Cells, out.verdict.Withheld = count(tables)
	out.verdict.Content, err = digest(out.distributions, out.figures)
	return out, err
}

// attack returns ErrDisclosed where one of the readers, or anybody, can tell a number of few firms from what would be issued.
func attack(ed *checklist.Edition, tables []table.Table, readers []audit.Reader) error {
	findings, err := audit.Audit(audit.Published{Edition: ed, Releases: []audit.Release{{Tables: tables}}}, readers...)
	if err != nil { // it names a firm and what it answered
		return ErrContradiction
	}
	if len(findings) == 0 {
		return nil
	}
	var named []string
	for _, f := range findings { // not the answer: beside "few firms" it would be one
		c := f.Cell
		name := strings.TrimSpace(fmt.Sprintf("%s %s for %s %s", c.Figure, c.Place, c.Group.Dimension, c.Group.ID))
		if len(named) < mostNamed && !slices.Contains(named, name) {
			named = append(named, name)
		}
	}
	return fmt.Errorf("%w: %d numbers: %s", ErrDisclosed, len(findings), strings.Join(named, "; "))
}

// digest is the SHA-256, hex, of what is issued.
func digest(rows ...any) (string, error) {
	body, err := json.Marshal(rows)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:]), nil
}

func count(tables []table.Table) (cells, withheld int) {
	for _, t := range tables {
		for _, r := range t.Rows {
			for _, c := range r.Cells {
				cells++
				if _, hidden := c.Withheld(); hidden {
					withheld++
				}
			}
		}
	}
	return cells, withheld
}

// readers returns the firms whose answers a run counts, each as a reader, then the corporate groups of several of them.
func (s *Step) readers(ctx context.Context, ed *checklist.Edition, run string) ([]audit.Reader, error) {
	firms, err := lake.Read[lake.FirmRow](ctx, s.Lake, ed.ID, run)
	if err != nil {
		return nil, err
	}
	groups, corporate := map[checklist.FirmID][]table.Group{}, map[checklist.FirmID]string{}
	for _, f := range firms {
		groups[checklist.FirmID(f.Firm)], corporate[checklist.FirmID(f.Firm)] = groupsOf(f), f.CorporateGroup
	}
	var readers []audit.Reader
	together := map[string][]audit.Member{}
	for a, err := range lake.AnswersOf(ed, lake.ReadSeq[lake.AnswerRow](ctx, s.Lake, ed.ID, run)) {
		if err != nil {
			return nil, err
		}
		m := audit.Member{Groups: groups[a.Firm], Answers: []checklist.Answers{a.Answers}}
		readers = append(readers, audit.Reader{Name: string(a.Firm), Own: []audit.Member{m}})
		if g := corporate[a.Firm]; g != "" {
			together[g] = append(together[g], m)
		}
	}
	for _, g := range slices.Sorted(maps.Keys(together)) {
		if len(together[g]) > 1 {
			readers = append(readers, audit.Reader{Name: g, Own: together[g]})
		}
	}
	return readers, nil
}
