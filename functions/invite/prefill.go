package invite

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

// A press makes the workbooks of a round.
type press struct {
	ledger   Ledger
	ed, old  *checklist.Edition // old is the edition before, nil if there is none
	firms    register.Firms
	template *workbook.Template
}

func (s *Step) press(ctx context.Context, ed *checklist.Edition, firms register.Firms) (*press, error) {
	p := &press{ledger: s.Ledger, ed: ed, firms: firms}
	var err error
	if p.template, err = workbook.NewTemplate(ed); err != nil {
		return nil, err
	}
	if ed.Mapping != nil {
		if p.old, err = s.Editions.Edition(ctx, ed.Mapping.From); err != nil {
			return nil, fmt.Errorf("the edition before: %w", err)
		}
	}
	return p, nil
}

// print returns a firm's workbook, and the firm whose answers to the edition before it is prefilled with, or "".
func (p *press) print(ctx context.Context, f register.Firm) ([]byte, checklist.FirmID, error) {
	who := workbook.Identity{Edition: p.ed.ID, Firm: f.ID, Definition: p.ed.Checksum, FirmName: f.Name.JA}
	var buf bytes.Buffer
	last, err := p.last(ctx, f.ID)
	switch {
	case err != nil:
		return nil, "", err
	case last.Answers == nil:
		err = p.template.Blank(&buf, who)
	default:
		err = p.template.Prefilled(&buf, who, p.ed.Mapping.Carry(p.old, p.ed, last.Answers))
	}
	return buf.Bytes(), last.Firm, err
}

// last returns the answers to the edition before that a firm goes on from: its own; or, if it has none, those of the one
// firm it took over that has some. Of several the right one would be a guess, and there is none.
func (p *press) last(ctx context.Context, id checklist.FirmID) (checklist.Submission, error) {
	if p.old == nil {
		return checklist.Submission{}, nil
	}
	own, err := p.counting(ctx, id)
	if err != nil || own.Answers != nil {
		return own, err
	}
	var found []checklist.Submission
	for _, before := range p.firms.Predecessors(id, p.ed.ReferenceDate) {
		c, err := p.counting(ctx, before)
		if err != nil {
			return c, err
		}
		if c.Answers != nil {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return checklist.Submission{}, nil
	}
	return found[0], nil
}

// counting returns what a firm submitted to the edition before, if it counts: it has no answers otherwise. Answers to a
// definition that the edition no longer has are not carried.
func (p *press) counting(ctx context.Context, id checklist.FirmID) (checklist.Submission, error) {
	c, err := p.ledger.Current(ctx, p.old.ID, id)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return checklist.Submission{}, nil
	case err != nil:
		return checklist.Submission{}, fmt.Errorf("last answers: %w", err)
	case c.Submission.Status != checklist.Accepted || c.Submission.Definition != p.old.Checksum:
		return checklist.Submission{}, nil
	}
	return c.Submission, nil
}

// Checklist returns the workbook that Invite makes for a firm of the population, and whose answers to the edition before
// it is prefilled with: the firm's, those of a firm it took over, or "" if it is blank, as it is if blank is asked for. The
// round need not be open.
func (s *Step) Checklist(ctx context.Context, id checklist.EditionID, firm checklist.FirmID, blank bool) ([]byte, checklist.FirmID, error) {
	ed, err := s.Editions.Edition(ctx, id)
	if err != nil {
		return nil, "", fmt.Errorf("edition: %w", err)
	}
	firms, err := s.Ledger.Firms(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("register: %w", err)
	}
	f, err := firms.Firm(firm, ed.ReferenceDate)
	if err != nil {
		return nil, "", fmt.Errorf("checklist: %w", err)
	}
	round, err := s.Ledger.Round(ctx, id)
	switch {
	case err == nil:
		ed = dated(ed, round)
	case !errors.Is(err, ledger.ErrNotFound):
		return nil, "", fmt.Errorf("round: %w", err)
	}
	p, err := s.press(ctx, ed, firms)
	if err != nil {
		return nil, "", err
	}
	if blank {
		p.old = nil
	}
	return p.print(ctx, f)
}
