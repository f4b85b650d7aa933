package aggregate

import (
	"fmt"
	"iter"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/tally"
)

// counting goes once through a round's firms: each firm's current answers are counted and become rows of answers, all its
// versions become rows of submissions. What one firm needs is all that is held.
type counting struct {
	ed          *checklist.Edition
	coder       *tally.Coder
	deadline    time.Time
	tally       *tally.Tally
	trends      *trends              // nil: there is nothing to compare with
	snapshot    *lake.SnapshotWriter // nil: none is made
	submissions []lake.SubmissionRow
	firms       int // that submitted
	replied     int // whose answers count
	rows        int // rows of answers
}

// answers returns the rows of the firms' current answers, firm by firm, and counts on the way.
func (c *counting) answers(firms iter.Seq2[lake.SnapshotFirm, error]) iter.Seq2[[]lake.AnswerRow, error] {
	return func(yield func([]lake.AnswerRow, error) bool) {
		for f, err := range firms {
			var rows []lake.AnswerRow
			if err == nil {
				rows, err = c.take(f)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(rows) > 0 && !yield(rows, nil) {
				return
			}
		}
	}
}

// work works out of one firm's versions all that a run needs of it: no codes if its newest version that counts is a
// withdrawal, or if all were returned.
func (c *counting) work(mark string, versions []checklist.Submission) (lake.SnapshotFirm, error) {
	f := lake.SnapshotFirm{Firm: string(versions[0].Firm), Mark: mark, Submissions: lake.SubmissionRows(c.ed, c.deadline, versions)}
	current := checklist.Stand(versions).Submission
	if current.Status != checklist.Accepted {
		return f, nil
	}
	coded, err := lake.CodeFirm(c.coder, current.Answers)
	if err != nil {
		return f, fmt.Errorf("count %s: %w", current.Firm, err)
	}
	f.Codes, f.Numbers, f.Texts = coded.Codes, coded.Numbers, coded.Texts
	f.Trend, err = c.trends.code(current.Firm, current.Answers)
	return f, err
}

// take counts a firm and returns the rows of its answers.
func (c *counting) take(f lake.SnapshotFirm) ([]lake.AnswerRow, error) {
	c.firms++
	c.submissions = append(c.submissions, f.Submissions...)
	if c.snapshot != nil {
		if err := c.snapshot.Firm(f); err != nil {
			return nil, err
		}
	}
	if len(f.Codes) == 0 {
		return nil, nil
	}
	firm := checklist.FirmID(f.Firm)
	if err := c.tally.AddCodes(firm, f.Codes); err != nil {
		return nil, fmt.Errorf("count %s, which has answers but may not be in the register on %s: %w", firm, c.ed.ReferenceDate, err)
	}
	if err := c.trends.add(firm, f.Trend); err != nil {
		return nil, err
	}
	rows, err := lake.CodedFirm{Codes: f.Codes, Numbers: f.Numbers, Texts: f.Texts}.Rows(c.coder, firm)
	if err != nil {
		return nil, err
	}
	c.replied++
	c.rows += len(rows)
	return rows, nil
}
