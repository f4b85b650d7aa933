package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cssa/shared/checklist"
)

// ClaimLetter leases the letter l.Key to l.Owner until l.LeaseUntil, so that nobody else sends it meanwhile. While another
// owner's lease holds at now it is ErrHeld; the owner itself may claim again, for a longer lease. A letter that was sent
// or refused is returned as it is, without error: look at its State before sending.
func (b *Book) ClaimLetter(ctx context.Context, l Letter, now time.Time) (Letter, error) {
	key := l.Key
	l, err := change(ctx, b.store, letterKey(key), letters, func(old *Letter) (Letter, error) {
		switch {
		case l.Owner == "" || key.Kind == "" || key.Subject == "":
			return l, errors.New("a claim names its owner and the letter's kind and subject")
		case old == nil:
		case old.State != Claimed:
			return *old, nil
		case old.Owner != l.Owner && now.Before(old.LeaseUntil):
			return l, fmt.Errorf("until %s: %w", old.LeaseUntil.Format(time.RFC3339), ErrHeld)
		case old.Owner == l.Owner && !l.LeaseUntil.After(old.LeaseUntil):
			return *old, nil
		}
		return Letter{Key: key, State: Claimed, Owner: l.Owner, LeaseUntil: l.LeaseUntil}, nil
	})
	if err != nil {
		return Letter{}, fmt.Errorf("claim letter %s: %w", key, err)
	}
	return l, nil
}

// SettleLetter records that the owner of a claim sent the letter, or that it will not be sent: l.State is Sent or Refused.
// Unless l.Owner holds the claim it is ErrHeld; the same outcome by the same owner again changes nothing, another outcome
// is ErrConflict; a letter that was never claimed is ErrNotFound.
func (b *Book) SettleLetter(ctx context.Context, l Letter) error {
	_, err := change(ctx, b.store, letterKey(l.Key), letters, func(old *Letter) (Letter, error) {
		switch {
		case l.State != Sent && l.State != Refused:
			return l, fmt.Errorf("a letter is not settled as %q", l.State)
		case old == nil:
			return l, ErrNotFound
		case old.Owner != l.Owner:
			return l, ErrHeld
		case old.State == l.State:
			return *old, nil
		case old.State != Claimed:
			return l, fmt.Errorf("it is %s: %w", old.State, ErrConflict)
		}
		return l, nil
	})
	if err != nil {
		return fmt.Errorf("settle letter %s: %w", l.Key, err)
	}
	return nil
}

// Letters returns the letters of an edition, by firm id (the supervisor's first), kind and subject.
func (b *Book) Letters(ctx context.Context, e checklist.EditionID) ([]Letter, error) {
	ls, err := collect(list(ctx, b.store, letterKey(LetterKey{Edition: e}).Partition, "", letters))
	if err != nil {
		return nil, fmt.Errorf("letters of %s: %w", e, err)
	}
	return ls, nil
}
