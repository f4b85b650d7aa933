package register

import (
	"maps"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// Attributes are what the register says of a firm in columns that the supervisor added: a code for each column, where there
// is one. Two that say the same are equal. The zero value says nothing.
type Attributes struct {
	lines string // "column=code\n", by column
}

// AttributesOf returns attributes by column. Blank ones are not there.
func AttributesOf(codes map[string]string) Attributes {
	var b strings.Builder
	for _, column := range slices.Sorted(maps.Keys(codes)) {
		if codes[column] != "" {
			b.WriteString(column + "=" + codes[column] + "\n")
		}
	}
	return Attributes{b.String()}
}

// Codes returns the attributes by column; nil if there are none.
func (a Attributes) Codes() map[string]string {
	var codes map[string]string
	for line := range strings.Lines(a.lines) {
		if codes == nil {
			codes = map[string]string{}
		}
		column, code, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		codes[column] = code
	}
	return codes
}

// Group returns the id of the firm's group in a dimension; "" if it is in none.
func (f Firm) Group(by checklist.Dimension) string {
	switch by {
	case checklist.ByAll:
		return "all"
	case checklist.BySector:
		return f.Sector
	case checklist.ByGroup:
		return f.PeerGroup
	case checklist.BySize:
		return f.SizeBand
	}
	return f.Attributes.Codes()[string(by)]
}
