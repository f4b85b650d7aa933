package lake

import (
	"context"

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
