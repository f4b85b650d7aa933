package register

import (
	"slices"

	"cssa/shared/checklist"
)

// Predecessors returns the firms that a firm had taken over by day d, sorted: those whose last entry ended before it and
// names the firm as successor.
func (fs Firms) Predecessors(id checklist.FirmID, d checklist.Date) []checklist.FirmID {
	var ids []checklist.FirmID
	for _, f := range fs {
		if f.Successor == id && !f.ValidTo.IsZero() && f.ValidTo.Before(d) {
			if _, err := fs.Firm(f.ID, d); err != nil { // it is not there any more under its own name
				ids = append(ids, f.ID)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
