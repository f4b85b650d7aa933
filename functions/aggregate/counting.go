package aggregate

import (
	"fmt"
	"iter"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/tally"
)

// counting goes once through a round's submissions, one firm at a time: each firm's current answers are counted and become
// rows of answers, all its versions become rows of submissions. What one firm needs is all that is held.
type counting struct {
	ed          *checklist.Edition
	deadline    time.Time
	tally       *tally.Tally
	trends      *trends // nil: there is nothing to compare with
	submissions []lake.SubmissionRow
	replied     int // firms whose answers count
	rows        int // rows of answers
}

// answers returns the rows of the firms' current answers, firm by firm, and counts on the way.
func (c *counting) answers(all iter.Seq2[checklist.Submission, error]) iter.Seq2[[]lake.AnswerRow, error] {
	return func(yield func([]lake.AnswerRow, error) bool) {
		var firm []checklist.Submission
		flush := func() bool {
			rows, err := c.firm(firm)
			firm = firm[:0]
			if err != nil {
				yield(nil, err)
				return false
			}
			return len(rows) == 0 || yield(rows, nil)
		}
		for s, err := range all {
			if err != nil {
				yield(nil, fmt.Errorf("submissions: %w", err))
				return
			}
			if len(firm) > 0 && firm[0].Firm != s.Firm && !flush() {
				return
			}
			firm = append(firm, s)
		}
		if len(firm) > 0 {
			flush()
		}
	}
}

// firm counts one firm's versions, oldest first, and returns the rows of its current answers: none if its newest version
// that counts is a withdrawal, or if all were returned.
func (c *counting) firm(versions []checklist.Submission) ([]lake.AnswerRow, error) {
	c.submissions = append(c.submissions, lake.SubmissionRows(c.ed, c.deadline, versions)...)
	current := checklist.Stand(versions).Submission
	if current.Status != checklist.Accepted {
		return nil, nil
	}
	if err := c.tally.Add(current.Firm, current.Answers); err != nil {
		return nil, fmt.Errorf("count %s, which has answers but may not be in the register on %s: %w", current.Firm, c.ed.ReferenceDate, err)
	}
	if err := c.trends.add(current.Firm, current.Answers); err != nil {
		return nil, err
	}
	rows, err := lake.AnswerRows(c.ed, current.Firm, current.Answers)
	if err != nil {
		return nil, err
	}
	c.replied++
	c.rows += len(rows)
	return rows, nil
}
