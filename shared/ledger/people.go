package ledger

import (
	"context"
	"errors"
	"fmt"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// PutRegister replaces the whole register. Readers see the old one or the new one, never a mixture: entries are written
// as a new generation, which becomes current by one swap; then what is older is removed. A crash on the way leaves the
// old register current, and the next PutRegister clears away what was left. If another register, begun later, became
// current meanwhile it is ErrConflict.
func (b *Book) PutRegister(ctx context.Context, r register.Register) error {
	if err := b.putRegister(ctx, r); err != nil {
		return fmt.Errorf("put register: %w", err)
	}
	return nil
}

func (b *Book) putRegister(ctx context.Context, r register.Register) error {
	for _, f := range r.Firms {
		if _, err := checklist.ParseFirmID(string(f.ID)); err != nil {
			return err
		}
	}
	for _, c := range r.Contacts {
		if _, err := checklist.ParseFirmID(string(c.Firm)); err != nil {
			return err
		}
	}
	reserved, err := change(ctx, b.store, registerKey(), generations, func(old *generationDoc) (generationDoc, error) {
		if old == nil {
			return generationDoc{Current: 0, Last: 1}, nil
		}
		return generationDoc{old.Current, old.Last + 1}, nil
	})
	if err != nil {
		return err
	}
	mine := reserved.Last
	var put []Document
	for i, f := range r.Firms {
		body, err := firms.encode(f)
		if err != nil {
			return fmt.Errorf("firm %s: %w", f.ID, err)
		}
		put = append(put, Document{Key: firmKey(f.ID, mine, i), Body: body})
	}
	for i, c := range r.Contacts {
		body, err := contacts.encode(c)
		if err != nil {
			return fmt.Errorf("contact of %s: %w", c.Firm, err)
		}
		put = append(put, Document{Key: contactKey(c.Firm, mine, i), Body: body})
	}
	if err := b.store.Bulk(ctx, put, nil); err != nil {
		return err
	}
	_, err = change(ctx, b.store, registerKey(), generations, func(old *generationDoc) (generationDoc, error) {
		if old == nil || old.Current > mine {
			return generationDoc{}, fmt.Errorf("another register was put meanwhile: %w", ErrConflict)
		}
		return generationDoc{mine, old.Last}, nil
	})
	if errors.Is(err, ErrConflict) {
		keys := make([]Key, len(put)) // whoever was faster has cleared away before we were done writing
		for i, d := range put {
			keys[i] = d.Key
		}
		return errors.Join(err, b.store.Bulk(ctx, nil, keys))
	}
	if err != nil {
		return err
	}
	return b.removeBefore(ctx, mine)
}

// removeBefore removes the entries of earlier generations, those of writers that crashed included.
func (b *Book) removeBefore(ctx context.Context, generation int) error {
	var old []Key
	for _, partition := range []string{firmKey("", 0, 0).Partition, contactKey("", 0, 0).Partition} {
		for doc, err := range b.store.List(ctx, partition, "") {
			if err != nil {
				return err
			}
			if generationOf(doc.Key) < generation {
				old = append(old, doc.Key)
			}
		}
	}
	return b.store.Bulk(ctx, nil, old)
}

// Register returns the register that was put last, firms and contacts by firm id; ErrNotFound if none was put.
func (b *Book) Register(ctx context.Context) (register.Register, error) {
	r, err := b.entries(ctx, "")
	if err != nil {
		return register.Register{}, fmt.Errorf("register: %w", err)
	}
	return r, nil
}

// RegisterOf is Register of one firm's entries and contacts: all that a letter to it needs. Of a firm that is not in the
// register there are none.
func (b *Book) RegisterOf(ctx context.Context, f checklist.FirmID) (register.Register, error) {
	r, err := b.entries(ctx, prefixOf(f))
	if err != nil {
		return register.Register{}, fmt.Errorf("register of %s: %w", f, err)
	}
	return r, nil
}

func (b *Book) entries(ctx context.Context, prefix string) (register.Register, error) {
	var r register.Register
	err := b.whole(ctx, func(generation int) (err error) {
		if r.Firms, err = entries(ctx, b.store, firmKey("", 0, 0).Partition, prefix, generation, firms); err != nil {
			return err
		}
		r.Contacts, err = entries(ctx, b.store, contactKey("", 0, 0).Partition, prefix, generation, contacts)
		return err
	})
	return r, err
}

// Firms is Register without the contacts, which it does not read: whoever writes to nobody has no need of personal data.
func (b *Book) Firms(ctx context.Context) (register.Firms, error) {
	var fs register.Firms
	err := b.whole(ctx, func(generation int) (err error) {
		fs, err = entries(ctx, b.store, firmKey("", 0, 0).Partition, "", generation, firms)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	return fs, nil
}

// whole has the current generation read, and read again where a writer that made its own current meanwhile may have removed
// part of it.
func (b *Book) whole(ctx context.Context, read func(generation int) error) error {
	before, err := get(ctx, b.store, registerKey(), generations)
	for {
		if err != nil {
			return err
		}
		if before.Current == 0 {
			return ErrNotFound
		}
		if err := read(before.Current); err != nil {
			return err
		}
		var after generationDoc
		after, err = get(ctx, b.store, registerKey(), generations)
		if err == nil && after.Current == before.Current {
			return nil
		}
		before = after
	}
}

func entries[V, D any](ctx context.Context, s Store, partition, prefix string, generation int, c codec[V, D]) ([]V, error) {
	var vs []V
	for doc, err := range s.List(ctx, partition, prefix) {
		if err != nil {
			return nil, err
		}
		if generationOf(doc.Key) != generation {
			continue
		}
		v, err := c.decode(doc.Body)
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	return vs, nil
}

// EraseContacts removes all contacts of a firm, in every generation of the register. The firm stays. None is no error.
func (b *Book) EraseContacts(ctx context.Context, f checklist.FirmID) error {
	var keys []Key
	for doc, err := range b.store.List(ctx, contactKey("", 0, 0).Partition, prefixOf(f)) {
		if err != nil {
			return fmt.Errorf("erase contacts of %s: %w", f, err)
		}
		keys = append(keys, doc.Key)
	}
	if err := b.store.Bulk(ctx, nil, keys); err != nil {
		return fmt.Errorf("erase contacts of %s: %w", f, err)
	}
	return nil
}
