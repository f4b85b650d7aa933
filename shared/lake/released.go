package lake

import (
	"context"
	"fmt"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// Released reads what was issued through the open door.
type Released struct{ Source Source }

// Released returns the protected distributions of a released run; archive.ErrNotFound where the run was not issued.
func (r Released) Released(ctx context.Context, ed checklist.EditionID, run string) ([]table.Table, error) {
	rows, err := Read[OpenDistributionRow](ctx, r.Source, ed, run)
	if err != nil {
		return nil, err
	}
	return OpenDistributionTables(ed, run, rows)
}

// A Reply is one firm whose answers a run counted.
type Reply struct {
	Firm    checklist.FirmID
	Name    checklist.Text // as the register had it when the run was made
	Version checklist.TicketNumber
	Late    bool // 期限後
}

// Counted reads, behind the restricted door, what a run counted.
type Counted struct{ Source Source }

// Replies returns the firms whose answers a run counted, by firm id; archive.ErrNotFound where there is no such run. What
// the ledger and the register say since makes no difference.
func (c Counted) Replies(ctx context.Context, ed checklist.EditionID, run string) ([]Reply, error) {
	firms, err := Read[FirmRow](ctx, c.Source, ed, run)
	if err != nil {
		return nil, err
	}
	names := map[string]checklist.Text{}
	for _, f := range firms {
		names[f.Firm] = checklist.Text{JA: f.NameJA, EN: f.NameEN}
	}
	versions, err := Read[SubmissionRow](ctx, c.Source, ed, run)
	if err != nil {
		return nil, err
	}
	var replies []Reply
	for _, v := range versions {
		if !v.Current || v.Status != string(checklist.Accepted) {
			continue
		}
		name, ok := names[v.Firm]
		if !ok {
			return nil, fmt.Errorf("lake: run %s of %s counts %s, which is not among its firms", run, ed, v.Firm)
		}
		replies = append(replies, Reply{checklist.FirmID(v.Firm), name, checklist.TicketNumber(v.Version), v.Late})
	}
	return replies, nil
}
