package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// IssueTicket gives out the firm's next ticket for the file that t describes; t.Number is set by the ledger. A ticket for
// the same file (edition, firm, sha256, size, channel) that no submission has used yet is returned again as it was issued.
func (b *Book) IssueTicket(ctx context.Context, t Ticket) (Ticket, error) {
	t, err := b.issueTicket(ctx, t)
	if err != nil {
		return Ticket{}, fmt.Errorf("issue ticket for %s/%s: %w", t.Edition, t.Firm, err)
	}
	return t, nil
}

func (b *Book) issueTicket(ctx context.Context, t Ticket) (Ticket, error) {
	if err := checkID(t.Edition, t.Firm, 1); err != nil {
		return t, err
	}
	t = tickets.utc(t)
	for {
		issued, err := collect(list(ctx, b.store, ticketKey(t.Edition, t.Firm, 0).Partition, prefixOf(t.Firm), tickets))
		if err != nil {
			return t, err
		}
		t.Number = 1
		for _, have := range slices.Backward(issued) {
			t.Number = max(t.Number, have.Number+1)
			if have.SHA256 != t.SHA256 || have.Size != t.Size || have.Channel != t.Channel {
				continue
			}
			_, err := b.store.Get(ctx, submissionKey(have.Edition, have.Firm, have.Number))
			if errors.Is(err, ErrNotFound) {
				return have, nil
			}
			if err != nil {
				return t, err
			}
		}
		if err := checkID(t.Edition, t.Firm, t.Number); err != nil {
			return t, err
		}
		body, err := tickets.encode(t)
		if err != nil {
			return t, err
		}
		if done, err := b.store.Swap(ctx, ticketKey(t.Edition, t.Firm, t.Number), 0, body); err != nil || done {
			return t, err
		}
	}
}

// Ticket returns a ticket that was issued, or ErrNotFound.
func (b *Book) Ticket(ctx context.Context, e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) (Ticket, error) {
	t, err := get(ctx, b.store, ticketKey(e, f, n), tickets)
	if err != nil {
		return Ticket{}, fmt.Errorf("ticket %s/%s/%d: %w", e, f, n, err)
	}
	return t, nil
}

// PutSubmission implements Submissions.
func (b *Book) PutSubmission(ctx context.Context, s checklist.Submission) error {
	err := checkID(s.Edition, s.Firm, s.Ticket)
	if err == nil {
		s = submissions.utc(s)
		_, err = change(ctx, b.store, submissionKey(s.Edition, s.Firm, s.Ticket), submissions,
			func(old *checklist.Submission) (checklist.Submission, error) { return s, b.admits(ctx, old, s) })
	}
	if err != nil {
		return fmt.Errorf("put submission %s/%s/%d: %w", s.Edition, s.Firm, s.Ticket, err)
	}
	return nil
}

// admits says what stands against writing s over old; nil is for nothing there.
func (b *Book) admits(ctx context.Context, old *checklist.Submission, s checklist.Submission) error {
	switch {
	case s.Status == void:
		return errors.New("a submission is not void")
	case old == nil && s.Counts():
		// The round is looked at after the item: whoever freezes writes the round first and looks at the items after.
		if frozen, err := b.frozen(ctx, s.Edition); err != nil || !frozen {
			return err
		}
		return ErrFrozen
	case old == nil, reflect.DeepEqual(*old, s):
		return nil
	case old.Status == void && s.Counts():
		return ErrFrozen
	case old.Status == void:
		return nil
	}
	return fmt.Errorf("recorded before with other content: %w", ErrConflict)
}

// UpdateCurrent implements Submissions.
func (b *Book) UpdateCurrent(ctx context.Context, s checklist.Submission) error {
	err := checkID(s.Edition, s.Firm, s.Ticket)
	if err == nil {
		_, err = change(ctx, b.store, currentKey(s.Edition, s.Firm), currents, func(old *checklist.Current) (checklist.Current, error) {
			if old == nil {
				old = &checklist.Current{}
			}
			return old.With(s), nil
		})
	}
	if err != nil {
		return fmt.Errorf("update current of %s/%s by %d: %w", s.Edition, s.Firm, s.Ticket, err)
	}
	return nil
}

// Submission returns one submission, or ErrNotFound.
func (b *Book) Submission(ctx context.Context, e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) (checklist.Submission, error) {
	s, err := get(ctx, b.store, submissionKey(e, f, n), submissions)
	if err == nil && s.Status == void {
		err = ErrNotFound
	}
	if err != nil {
		return checklist.Submission{}, fmt.Errorf("submission %s/%s/%d: %w", e, f, n, err)
	}
	return s, nil
}

// Submissions returns a firm's submissions of an edition, oldest first ([checklist.Submission.Older]); none is no error.
func (b *Book) Submissions(ctx context.Context, e checklist.EditionID, f checklist.FirmID) ([]checklist.Submission, error) {
	ss, err := collect(list(ctx, b.store, submissionKey(e, f, 0).Partition, prefixOf(f), submissions))
	if err != nil {
		return nil, fmt.Errorf("submissions of %s/%s: %w", e, f, err)
	}
	ss = slices.DeleteFunc(ss, func(s checklist.Submission) bool { return s.Status == void })
	sortOldestFirst(ss)
	return ss, nil
}

func sortOldestFirst(ss []checklist.Submission) {
	slices.SortFunc(ss, func(s, t checklist.Submission) int {
		switch {
		case s.Older(&t):
			return -1
		case t.Older(&s):
			return 1
		}
		return 0
	})
}

// AllSubmissions returns all submissions of an edition, by firm id, each firm's oldest first. An error ends it.
func (b *Book) AllSubmissions(ctx context.Context, e checklist.EditionID) iter.Seq2[checklist.Submission, error] {
	return func(yield func(checklist.Submission, error) bool) {
		var ofFirm []checklist.Submission
		flush := func() bool {
			sortOldestFirst(ofFirm)
			for _, s := range ofFirm {
				if !yield(s, nil) {
					return false
				}
			}
			ofFirm = ofFirm[:0]
			return true
		}
		for s, err := range list(ctx, b.store, submissionKey(e, "", 0).Partition, "", submissions) {
			if err != nil {
				yield(checklist.Submission{}, fmt.Errorf("submissions of %s: %w", e, err))
				return
			}
			if s.Status == void {
				continue
			}
			if len(ofFirm) > 0 && ofFirm[0].Firm != s.Firm && !flush() {
				return
			}
			ofFirm = append(ofFirm, s)
		}
		flush()
	}
}

// A Mark stands for all submissions of a firm to an edition: as long as the mark is the same, so are they.
type Mark struct {
	Firm     checklist.FirmID
	Versions string // ticket number and revision of each document
}

// Marks returns the marks of all firms of an edition that have submitted, by firm id. It reads no answers. Submissions that
// are read later may be newer than their mark, never older. An error ends it.
func (b *Book) Marks(ctx context.Context, e checklist.EditionID) iter.Seq2[Mark, error] {
	return func(yield func(Mark, error) bool) {
		var m Mark
		for d, err := range b.store.Revisions(ctx, submissionKey(e, "", 0).Partition) {
			if err != nil {
				yield(Mark{}, fmt.Errorf("marks of %s: %w", e, err))
				return
			}
			firm, ticket, _ := strings.Cut(d.Key.Sort, "#")
			if id := checklist.FirmID(firm); id != m.Firm {
				if m.Firm != "" && !yield(m, nil) {
					return
				}
				m = Mark{Firm: id}
			}
			m.Versions += fmt.Sprintf("%s.%d ", ticket, d.Revision)
		}
		if m.Firm != "" {
			yield(m, nil)
		}
	}
}

// Current returns where a firm stands, or ErrNotFound if it never uploaded. If nothing of it counts yet, the submission
// has ticket number 0 and names the edition and the firm only.
func (b *Book) Current(ctx context.Context, e checklist.EditionID, f checklist.FirmID) (checklist.Current, error) {
	c, err := get(ctx, b.store, currentKey(e, f), currents)
	if err != nil {
		return checklist.Current{}, fmt.Errorf("current of %s/%s: %w", e, f, err)
	}
	return c, nil
}

// Currents returns where every firm that uploaded stands, by firm id. An error ends it. Each firm's is whole, but firms
// are read one after another while others may be writing.
func (b *Book) Currents(ctx context.Context, e checklist.EditionID) iter.Seq2[checklist.Current, error] {
	return func(yield func(checklist.Current, error) bool) {
		for c, err := range list(ctx, b.store, currentKey(e, "").Partition, "", currents) {
			if err != nil {
				err = fmt.Errorf("currents of %s: %w", e, err)
			}
			if !yield(c, err) {
				return
			}
		}
	}
}
