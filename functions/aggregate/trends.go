package aggregate

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/register"
	"cssa/shared/table"
	"cssa/shared/trend"
)

// trends compare a run with the frozen run of the edition before.
type trends struct {
	plan      *trend.Plan
	run       string // the frozen run
	then, now []trend.Firm
	groups    map[checklist.FirmID][]table.Group // of this edition
	heirs     map[checklist.FirmID]checklist.FirmID
}

// trends finds the frozen run of the edition before, which readPast reads. It is nil if there is no such edition, or if that was not frozen here,
// or to another definition than the edition has now: there is nothing then to compare with.
func (s *Step) trends(ctx context.Context, ed *checklist.Edition, all register.Firms) (*trends, error) {
	if ed.Mapping == nil {
		return nil, nil
	}
	old, err := s.Editions.Edition(ctx, ed.Mapping.From)
	if err != nil {
		return nil, fmt.Errorf("the edition before: %w", err)
	}
	run, err := s.frozen(ctx, old)
	if run == "" || err != nil {
		return nil, err
	}
	plan, err := trend.New(old, ed)
	if err != nil {
		return nil, err
	}
	t := &trends{plan: plan, run: run, groups: map[checklist.FirmID][]table.Group{}, heirs: all.Heirs(ed.ReferenceDate)}
	for _, m := range members(ed, all.At(ed.ReferenceDate)) {
		t.groups[m.Firm] = m.Groups
	}
	return t, nil
}

// name says what is compared with, "" if nothing is.
func (t *trends) name() string {
	if t == nil {
		return ""
	}
	old, _ := t.plan.Editions()
	return fmt.Sprintf("%s %s %s", old.ID, old.Checksum, t.run)
}

// readPast reads the firms of the frozen run, coded already if there is a snapshot.
func (s *Step) readPast(ctx context.Context, mine hold, t *trends, before prior) error {
	if t == nil {
		return nil
	}
	old, _ := t.plan.Editions()
	groups, err := s.pastGroups(ctx, old, t.run)
	if err != nil {
		return fmt.Errorf("the edition before: %w", err)
	}
	if before.snapshot != nil {
		for f, err := range before.snapshot.Past() {
			if err != nil {
				return err
			}
			codes, err := t.unpacked(f.Trend)
			if err != nil {
				return err
			}
			firm := checklist.FirmID(f.Firm)
			t.then = append(t.then, trend.Firm{ID: firm, Groups: groups[firm], Codes: codes})
		}
		return nil
	}
	for a, err := range lake.AnswersOf(old, lake.ReadSeq[lake.AnswerRow](ctx, s.Past, old.ID, t.run)) {
		if err == nil {
			err = mine.beat(ctx)
		}
		if err != nil {
			return fmt.Errorf("the edition before: %w", err)
		}
		codes, err := t.plan.Then(a.Answers)
		if err != nil {
			return fmt.Errorf("the edition before, firm %s: %w", a.Firm, err)
		}
		t.then = append(t.then, trend.Firm{ID: a.Firm, Groups: groups[a.Firm], Codes: codes})
	}
	return nil
}

// frozen returns the run that froze an edition, or "".
func (s *Step) frozen(ctx context.Context, ed *checklist.Edition) (string, error) {
	round, err := s.Ledger.Round(ctx, ed.ID)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("the edition before: %w", err)
	case round.State != ledger.Frozen || round.Checksum != ed.Checksum:
		return "", nil
	}
	_, done, err := s.done(ctx, ed.ID, round.FrozenRun)
	if err != nil || !done {
		return "", err
	}
	return round.FrozenRun, nil
}

// pastGroups returns the groups that firms were in when an edition was frozen, whatever the register says since.
func (s *Step) pastGroups(ctx context.Context, ed *checklist.Edition, run string) (map[checklist.FirmID][]table.Group, error) {
	rows, err := lake.Read[lake.FirmRow](ctx, s.Past, ed.ID, run)
	if err != nil {
		return nil, err
	}
	attributes, err := lake.Read[lake.FirmAttributeRow](ctx, s.Past, ed.ID, run)
	if err != nil && !errors.Is(err, archive.ErrNotFound) { // runs from before there were any have no such table
		return nil, err
	}
	codes := map[string]map[string]string{}
	for _, a := range attributes {
		if codes[a.Firm] == nil {
			codes[a.Firm] = map[string]string{}
		}
		codes[a.Firm][a.Dimension] = a.GroupID
	}
	firms := make([]register.Firm, len(rows))
	for i, f := range rows {
		firms[i] = register.Firm{ID: checklist.FirmID(f.Firm), Sector: f.Sector, PeerGroup: f.PeerGroup, SizeBand: f.SizeBand,
			Attributes: register.AttributesOf(codes[f.Firm])}
	}
	groups := map[checklist.FirmID][]table.Group{}
	for _, m := range members(ed, firms) {
		groups[m.Firm] = m.Groups
	}
	return groups, nil
}

// code returns the codes of a firm's current answers to this edition, as a snapshot holds them.
func (t *trends) code(firm checklist.FirmID, a checklist.Answers) ([]byte, error) {
	if t == nil {
		return nil, nil
	}
	codes, err := t.plan.Now(a)
	if err != nil {
		return nil, fmt.Errorf("compare %s: %w", firm, err)
	}
	return packed(codes), nil
}

func packed(codes trend.Codes) []byte {
	b := make([]byte, 0, 2*len(codes))
	for _, c := range codes {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return b
}

func (t *trends) unpacked(b []byte) (trend.Codes, error) {
	codes := make(trend.Codes, len(t.plan.Rows()))
	if len(b) != 2*len(codes) {
		return nil, fmt.Errorf("codes of %d bytes, want two for each of %d rows that are compared", len(b), len(codes))
	}
	for i := range codes {
		codes[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return codes, nil
}

// add takes the codes of a firm's current answers.
func (t *trends) add(firm checklist.FirmID, code []byte) error {
	if t == nil {
		return nil
	}
	codes, err := t.unpacked(code)
	if err != nil {
		return fmt.Errorf("compare %s: %w", firm, err)
	}
	t.now = append(t.now, trend.Firm{ID: firm, Groups: t.groups[firm], Codes: codes})
	return nil
}

// keep writes the firms of the frozen run into a snapshot.
func (t *trends) keep(w *lake.SnapshotWriter) error {
	if t == nil {
		return nil
	}
	for _, f := range t.then {
		if err := w.Past(lake.SnapshotPast{Firm: string(f.ID), Trend: packed(f.Codes)}); err != nil {
			return err
		}
	}
	return nil
}

// write compares and writes the tables of trends.
func (t *trends) write(ctx context.Context, store lake.Store, ed checklist.EditionID, run string) error {
	if t == nil {
		return nil
	}
	old, _ := t.plan.Editions()
	c, err := t.plan.Compare(t.then, t.now, t.heirs)
	if err != nil {
		return err
	}
	comparisons, err := lake.ComparisonRows(t.plan)
	if err != nil {
		return err
	}
	for _, write := range []func() error{
		func() error { return lake.Write(ctx, store, ed, run, lake.TrendRows(old.ID, t.run, c.Trends())) },
		func() error {
			return lake.Write(ctx, store, ed, run, lake.TransitionRows(old.ID, t.run, c.Transitions()))
		},
		func() error { return lake.Write(ctx, store, ed, run, lake.PanelRows(old.ID, c.Links)) },
		func() error { return lake.Write(ctx, store, ed, run, comparisons) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}
