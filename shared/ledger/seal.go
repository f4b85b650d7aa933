package ledger

import (
	"context"
	"errors"
	"fmt"

	"cssa/shared/checklist"
)

// void stands, in place of a submission, for a ticket on which nothing had been recorded when its round was frozen. It is
// a stored word of the ledger's own: whoever reads submissions sees none there.
const void checklist.Status = "void"

// Seal makes a freeze exact: when it has returned, no submission of the edition that counts is recorded any more, and every
// one that was recorded is seen by whoever reads them now. A round that is not frozen is ErrConflict. It may be repeated.
//
// Recording and freezing are decided at one item each, that of the submission. A ticket that was issued before the round
// was frozen is among those listed here, and on its item either the submission comes first, or the void: both are written
// only if nothing is there. A ticket that was issued later is perhaps not listed; but then PutSubmission, which looks at
// the round after the ticket was issued, finds it frozen.
func (b *Book) Seal(ctx context.Context, e checklist.EditionID) error {
	if err := b.seal(ctx, e); err != nil {
		return fmt.Errorf("seal round %s: %w", e, err)
	}
	return nil
}

func (b *Book) seal(ctx context.Context, e checklist.EditionID) error {
	round, err := get(ctx, b.store, roundKey(e), rounds)
	if err != nil {
		return err
	}
	if round.State != Frozen {
		return fmt.Errorf("the round is %s: %w", round.State, ErrConflict)
	}
	used := map[Key]bool{} // saves a write each that would not be made
	for doc, err := range b.store.List(ctx, submissionKey(e, "", 0).Partition, "") {
		if err != nil {
			return err
		}
		used[doc.Key] = true
	}
	for t, err := range list(ctx, b.store, ticketKey(e, "", 0).Partition, "", tickets) {
		if err != nil {
			return err
		}
		key := submissionKey(e, t.Firm, t.Number)
		if used[key] {
			continue
		}
		body, err := submissions.encode(checklist.Submission{Edition: e, Firm: t.Firm, Ticket: t.Number, Status: void,
			ReceivedAt: round.FrozenAt, Channel: t.Channel})
		if err != nil {
			return err
		}
		if _, err := b.store.Swap(ctx, key, 0, body); err != nil { // where it does not write, the submission was first
			return err
		}
	}
	return nil
}

// frozen says whether an edition's round is. One that was never opened is not.
func (b *Book) frozen(ctx context.Context, e checklist.EditionID) (bool, error) {
	round, err := b.Round(ctx, e)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return round.State == Frozen, err
}
