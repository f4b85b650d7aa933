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

// Heirs returns, for every firm that had been taken over by day d, the firm that took it over: the inverse of
// [Firms.Predecessors]. Of a firm whose entries name several, it is that of the last.
func (fs Firms) Heirs(d checklist.Date) map[checklist.FirmID]checklist.FirmID {
	there := map[checklist.FirmID]bool{}
	for _, f := range fs.At(d) {
		there[f.ID] = true
	}
	heirs, ended := map[checklist.FirmID]checklist.FirmID{}, map[checklist.FirmID]checklist.Date{}
	for _, f := range fs {
		if f.Successor != "" && !there[f.ID] && !f.ValidTo.IsZero() && f.ValidTo.Before(d) && !f.ValidTo.Before(ended[f.ID]) {
			heirs[f.ID], ended[f.ID] = f.Successor, f.ValidTo
		}
	}
	return heirs
}
