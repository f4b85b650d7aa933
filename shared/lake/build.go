package lake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cssa/shared/checklist"
)

// A Run is what the lake says of a run; everything in it is known when the run has read its input.
type Run struct {
	Edition   checklist.EditionID
	ID        string // sorts by time; a path segment
	Kind      string // "nightly" or "freeze"
	StartedAt time.Time
	Replied   int // firms whose answers are counted
}

// RunRows returns the run's own row. Population is the number of firms in the register at the reference date.
func RunRows(ed *checklist.Edition, run Run, population int) []RunRow {
	return []RunRow{{
		Kind: run.Kind, StartedAt: run.StartedAt.UTC().Truncate(time.Millisecond), ReferenceDate: DayOf(ed.ReferenceDate),
		Definition: ed.Checksum, Population: int32(population), Replied: int32(run.Replied),
	}}
}

// SubmissionRows returns one row for each submission, by firm and oldest first. It needs every submission of a firm it is
// given, since a firm is late by its first upload and current is the newest that counts. Deadline is the round's, which
// the supervisor may have moved; loc of the edition gives the day of receipt.
func SubmissionRows(ed *checklist.Edition, deadline time.Time, subs []checklist.Submission) []SubmissionRow {
	ordered := make([]*checklist.Submission, len(subs))
	for i := range subs {
		ordered[i] = &subs[i]
	}
	slices.SortStableFunc(ordered, func(a, b *checklist.Submission) int {
		switch {
		case a.Firm != b.Firm:
			if a.Firm < b.Firm {
				return -1
			}
			return 1
		case a.Older(b):
			return -1
		case b.Older(a):
			return 1
		}
		return 0
	})
	rows := make([]SubmissionRow, 0, len(ordered))
	for start := 0; start < len(ordered); {
		end := start
		for end < len(ordered) && ordered[end].Firm == ordered[start].Firm {
			end++
		}
		rows = append(rows, firmSubmissions(ed, deadline, ordered[start:end])...)
		start = end
	}
	return rows
}

// firmSubmissions returns the rows of one firm, whose submissions are oldest first.
func firmSubmissions(ed *checklist.Edition, deadline time.Time, subs []*checklist.Submission) []SubmissionRow {
	var stand checklist.Current
	for _, s := range subs {
		stand = stand.With(*s)
	}
	late := stand.FirstReceived.After(deadline)
	rows := make([]SubmissionRow, len(subs))
	for i, s := range subs {
		row := SubmissionRow{
			Firm: string(s.Firm), Version: int32(s.Ticket), Status: string(s.Status),
			ReceivedAt: s.ReceivedAt.UTC().Truncate(time.Millisecond), ReceivedOn: *DayOf(checklist.DateOf(s.ReceivedAt.In(ed.Location))),
			Late: late, Current: s.Ticket == stand.Submission.Ticket, Channel: string(s.Channel),
			SHA256: s.SHA256, Size: s.Size, Definition: s.Definition,
		}
		for _, f := range s.Faults {
			if f.Severity == checklist.Confirm {
				row.FaultsConfirm++
			} else {
				row.FaultsMend++
			}
		}
		row.Confirmed, row.Reasons = int32(len(s.Confirmations)), reasons(s.Confirmations)
		if s.Status == checklist.Accepted {
			row.Answered, row.Unanswered, row.NotApplicable = states(ed, s.Answers)
		}
		rows[i] = row
	}
	return rows
}

// reasons writes each reason on a line of its own.
func reasons(confirmed []checklist.Confirmation) string {
	lines := make([]string, len(confirmed))
	for i, c := range confirmed {
		where := string(c.Code)
		if place := c.Ref.String(); place != "" {
			where += " " + place
		}
		if c.Rule != "" {
			where += " (" + c.Rule + ")"
		}
		lines[i] = where + ": " + strings.Join(strings.Fields(c.Reason), " ")
	}
	return strings.Join(lines, "\n")
}

func states(ed *checklist.Edition, a checklist.Answers) (answered, unanswered, notApplicable *int32) {
	var n [3]int32
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			switch ed.State(q, r, a) {
			case checklist.Answered:
				n[0]++
			case checklist.Unanswered:
				n[1]++
			default:
				n[2]++
			}
		}
	}
	return &n[0], &n[1], &n[2]
}

// AnswerRows returns one row for every place of the edition, in printed order, for a firm that replied. It fails where a
// number does not fit the lake's four decimals.
func AnswerRows(ed *checklist.Edition, firm checklist.FirmID, a checklist.Answers) ([]AnswerRow, error) {
	var rows []AnswerRow
	for _, q := range ed.Questions() {
		for _, r := range q.Refs() {
			row := AnswerRow{Firm: string(firm), Question: string(r.Question), Item: string(r.Item), Stage: string(r.Stage)}
			state := ed.State(q, r, a)
			row.State = string(state)
			if state == checklist.Answered {
				if err := row.set(q, a[r]); err != nil {
					return nil, fmt.Errorf("lake: firm %s, place %s: %w", firm, r, err)
				}
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func (row *AnswerRow) set(q *checklist.Question, a checklist.Answer) error {
	switch q.Kind {
	case checklist.Number:
		n, err := decimal4(a.Number, q.Decimals)
		if err != nil {
			return err
		}
		class, _ := q.Class(a.Number)
		row.Number, row.Choice = &n, string(class)
	case checklist.FreeText:
		row.Text = a.Text
	default:
		row.Choice = string(a.Choice)
	}
	return nil
}
