package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cssa/shared/checklist"
)

// worse orders the states of a delivery.
var worse = []DeliveryState{Delivered, Delayed, Bounced, Complained}

// NoteDelivery records what the mail service said of a letter. What is worse stays, and of two alike the earlier, so that
// messages may come twice and in any order.
func (b *Book) NoteDelivery(ctx context.Context, d Delivery) error {
	rank := slices.Index(worse, d.State)
	if d.Letter == "" || rank < 0 {
		return fmt.Errorf("note delivery: %q of letter %q is no delivery", d.State, d.Letter)
	}
	_, err := change(ctx, b.store, deliveryKey(d.Letter), deliveries, func(old *Delivery) (Delivery, error) {
		if old != nil {
			if had := slices.Index(worse, old.State); had > rank || had == rank && !d.At.Before(old.At) {
				return *old, nil
			}
		}
		return d, nil
	})
	if err != nil {
		return fmt.Errorf("note delivery of %s: %w", d.Letter, err)
	}
	return nil
}

// Deliveries returns what is known of the deliveries of an edition's letters, by letter; none is no error.
func (b *Book) Deliveries(ctx context.Context, e checklist.EditionID) ([]Delivery, error) {
	ds, err := collect(list(ctx, b.store, deliveryKey("").Partition, string(e)+"-", deliveries))
	if err != nil {
		return nil, fmt.Errorf("deliveries of %s: %w", e, err)
	}
	return ds, nil
}

// PutClient records whose a machine client of the ticket API is: its tickets are that firm's. A client is one firm's for
// good: another is ErrConflict. Firm "" withdraws it, also for good.
func (b *Book) PutClient(ctx context.Context, client string, f checklist.FirmID) error {
	_, err := change(ctx, b.store, clientKey(client), clients, func(old *clientDoc) (clientDoc, error) {
		if _, err := checklist.ParseFirmID(string(f)); f != "" && err != nil {
			return clientDoc{}, err
		}
		switch {
		case client == "":
			return clientDoc{}, errors.New("a client has a name")
		case old != nil && f != "" && old.Firm != f:
			return clientDoc{}, fmt.Errorf("it is another firm's, or was withdrawn: %w", ErrConflict)
		}
		return clientDoc{f}, nil
	})
	if err != nil {
		return fmt.Errorf("put client: %w", err)
	}
	return nil
}

// FirmOfClient returns whose a machine client is, or ErrNotFound.
func (b *Book) FirmOfClient(ctx context.Context, client string) (checklist.FirmID, error) {
	c, err := get(ctx, b.store, clientKey(client), clients)
	if err == nil && c.Firm == "" {
		err = ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("firm of a client: %w", err)
	}
	return c.Firm, nil
}
