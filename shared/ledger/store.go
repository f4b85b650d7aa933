package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"

	"cssa/shared/checklist"
)

// A Store keeps documents by key. It is all that an adapter has to bring: the rules of the ledger are in [Book], once.
// Every method is durable when it returns and sees every write that returned before it.
type Store interface {
	// Get returns the document at k, or ErrNotFound.
	Get(ctx context.Context, k Key) (Document, error)
	// Swap writes body at k if the document there still has this revision; 0 means that there is none. It reports
	// whether it wrote. The new revision is the old one plus 1.
	Swap(ctx context.Context, k Key, revision int64, body string) (bool, error)
	// List returns the documents of a partition whose Sort begins with prefix, in byte order of Sort. It is read in
	// pages: a document written meanwhile may or may not be among them, but none comes torn or twice.
	List(ctx context.Context, partition, prefix string) iter.Seq2[Document, error]
	// Revisions is List of a whole partition without the bodies.
	Revisions(ctx context.Context, partition string) iter.Seq2[Document, error]
	// Bulk writes and removes many documents. It is not atomic and may be repeated. Keys given to it are never swapped.
	Bulk(ctx context.Context, put []Document, remove []Key) error
}

// A Key says where a document lies. Documents that are read together share a partition.
type Key struct{ Partition, Sort string }

// A Document is a record as it is stored: JSON, with field names that never change.
type Document struct {
	Key      Key
	Revision int64
	Body     string
}

// The keys. Ids hold no '#' (see checkID), and '#' sorts before every character of an id, so that documents come by firm
// id and then by number. The first word of a partition is the kind: access can be granted by it.
func ticketKey(e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) Key {
	return Key{"ticket#" + string(e), fmt.Sprintf("%s#%06d", f, n)}
}

func submissionKey(e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) Key {
	return Key{"submission#" + string(e), fmt.Sprintf("%s#%06d", f, n)}
}

func currentKey(e checklist.EditionID, f checklist.FirmID) Key {
	return Key{"current#" + string(e), string(f)}
}

func roundKey(e checklist.EditionID) Key { return Key{"round", string(e)} }

func runsKey(e checklist.EditionID) Key { return Key{"runs", string(e)} }

func releaseKey(e checklist.EditionID, run string) Key { return Key{"release#" + string(e), run} }

func letterKey(k LetterKey) Key {
	return Key{"letter#" + string(k.Edition), string(k.Firm) + "#" + k.Kind + "#" + k.Subject}
}

func deliveryKey(letter string) Key { return Key{"delivery", letter} }

func clientKey(client string) Key { return Key{"client", client} }

func registerKey() Key { return Key{"register", "generation"} }

func firmKey(f checklist.FirmID, generation, i int) Key {
	return Key{"firm", fmt.Sprintf("%s#%08d#%06d", f, generation, i)}
}

func contactKey(f checklist.FirmID, generation, i int) Key {
	return Key{"contact", fmt.Sprintf("%s#%08d#%06d", f, generation, i)}
}

// generationOf reads the generation back from a key of firmKey or contactKey.
func generationOf(k Key) int {
	parts := strings.Split(k.Sort, "#")
	g := 0
	if len(parts) == 3 {
		for _, c := range parts[1] {
			g = g*10 + int(c-'0')
		}
	}
	return g
}

// prefixOf begins the Sort of every ticket, submission or contact of one firm.
func prefixOf(f checklist.FirmID) string { return string(f) + "#" }

// maxTicket is the highest number that sorts right in a key.
const maxTicket = 999_999

// checkID refuses what cannot be part of a key.
func checkID(e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) error {
	if _, err := checklist.ParseEditionID(string(e)); err != nil {
		return err
	}
	if _, err := checklist.ParseFirmID(string(f)); err != nil {
		return err
	}
	if n < 1 || n > maxTicket {
		return fmt.Errorf("ticket number %d: want 1 to %d", n, maxTicket)
	}
	return nil
}

// A Book is the ledger over a Store. It keeps nothing in memory and is safe for concurrent use; any number of Books, in
// any number of processes, may work on one Store.
type Book struct{ store Store }

// New returns the ledger over s.
func New(s Store) *Book { return &Book{s} }

func get[V, D any](ctx context.Context, s Store, k Key, c codec[V, D]) (V, error) {
	var none V
	doc, err := s.Get(ctx, k)
	if err != nil {
		return none, err
	}
	return c.decode(doc.Body)
}

// change replaces the record at k by what rule makes of it, atomically: if another writer comes between, rule is asked
// again about what that writer left. Rule gets nil where there is no record. A record that rule leaves as it was is not
// written. A rule whose outcome is applied twice must leave it be: the answer to a write may be lost on the way.
func change[V, D any](ctx context.Context, s Store, k Key, c codec[V, D], rule func(old *V) (V, error)) (V, error) {
	var none V
	for {
		doc, err := s.Get(ctx, k)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return none, err
		}
		var old *V
		if err == nil {
			v, err := c.decode(doc.Body)
			if err != nil {
				return none, err
			}
			old = &v
		}
		next, err := rule(old)
		if err != nil {
			return none, err
		}
		next = c.utc(next)
		if old != nil && reflect.DeepEqual(*old, next) {
			return next, nil
		}
		body, err := c.encode(next)
		if err != nil {
			return none, err
		}
		if done, err := s.Swap(ctx, k, doc.Revision, body); err != nil || done {
			return next, err
		}
	}
}

// list decodes what Store.List finds. An error ends the sequence.
func list[V, D any](ctx context.Context, s Store, partition, prefix string, c codec[V, D]) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		var none V
		for doc, err := range s.List(ctx, partition, prefix) {
			if err != nil {
				yield(none, err)
				return
			}
			v, err := c.decode(doc.Body)
			if err != nil {
				yield(none, err)
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

func collect[V any](seq iter.Seq2[V, error]) ([]V, error) {
	var vs []V
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	return vs, nil
}
