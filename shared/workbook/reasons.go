package workbook

import (
	"strings"

	"cssa/shared/checklist"
)

// Bounds of what is read from a list of findings: characters of a reason, and reasons.
const (
	maxReason  = 500
	maxReasons = 1000
)

// reason reads one row of a list of findings: what a firm typed as its reason. A row without an id of ours is passed over,
// and of two with the same id the first counts.
func (f *finding) reason(cells cellReader, cols *columns, cs []rawCell) error {
	var id, why string
	for i := range cs {
		c := &cs[i]
		if c.column != cols.ids && c.column != cols.reason {
			continue
		}
		v, err := cells.Value(c)
		if err != nil {
			return err
		}
		if c.column == cols.ids {
			id = v.text
		} else {
			why = strings.TrimSpace(v.text)
		}
	}
	x, ok := confirmation(id, why)
	ok = ok && len(f.reasons) < maxReasons
	for _, have := range f.reasons {
		ok = ok && (have.Code != x.Code || have.Ref != x.Ref || have.Rule != x.Rule)
	}
	if ok {
		f.reasons = append(f.reasons, x)
	}
	return nil
}

// confirmation reads a row of the list.
func confirmation(id, why string) (c checklist.Confirmation, ok bool) {
	parts := strings.Fields(id)
	if len(parts) != 3 || why == "" {
		return c, false
	}
	c.Code = checklist.FaultCode(parts[0])
	if parts[1] != "-" {
		ref, err := checklist.ParseRef(parts[1])
		if err != nil {
			return c, false
		}
		c.Ref = ref
	}
	if parts[2] != "-" {
		c.Rule = parts[2]
	}
	if r := []rune(why); len(r) > maxReason {
		why = string(r[:maxReason]) + "…"
	}
	c.Reason = why
	return c, true
}
