package register_test

import (
	"slices"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

func TestAFirmsPredecessorsAreThoseItHadTakenOver(t *testing.T) {
	from, spring, summer := checklist.Date{Year: 2010, Month: 4, Day: 1}, checklist.Date{Year: 2024, Month: 3, Day: 31}, checklist.Date{Year: 2024, Month: 6, Day: 30}
	firms := register.Firms{
		{ID: "S-0001", ValidFrom: from},
		{ID: "S-0003", ValidFrom: from, ValidTo: spring, Successor: "S-0001"},
		{ID: "S-0002", ValidFrom: from, ValidTo: spring, Successor: "S-0001"},
		{ID: "S-0004", ValidFrom: from, ValidTo: summer, Successor: "S-0001"},                                    // still there on the day
		{ID: "S-0005", ValidFrom: from, ValidTo: spring},                                                         // closed
		{ID: "S-0006", ValidFrom: from, ValidTo: spring, Successor: "S-0001"}, {ID: "S-0006", ValidFrom: spring}, // came back
	}
	for _, c := range []struct {
		firm checklist.FirmID
		day  checklist.Date
		want []checklist.FirmID
	}{
		{"S-0001", summer, []checklist.FirmID{"S-0002", "S-0003"}},
		{"S-0001", spring, nil},
		{"S-0001", checklist.Date{Year: 2024, Month: 7, Day: 1}, []checklist.FirmID{"S-0002", "S-0003", "S-0004"}},
		{"S-0002", summer, nil},
	} {
		if got := firms.Predecessors(c.firm, c.day); !slices.Equal(got, c.want) {
			t.Errorf("%s on %s: %v, want %v", c.firm, c.day, got, c.want)
		}
		var heirs []checklist.FirmID
		for of, heir := range firms.Heirs(c.day) {
			if heir == c.firm {
				heirs = append(heirs, of)
			}
		}
		if slices.Sort(heirs); !slices.Equal(heirs, c.want) {
			t.Errorf("heirs of %s on %s: %v, want %v", c.firm, c.day, heirs, c.want)
		}
	}
	again := append(firms, register.Firm{ID: "S-0003", ValidFrom: from, ValidTo: from, Successor: "S-0005"})
	if heir := again.Heirs(summer)["S-0003"]; heir != "S-0001" {
		t.Errorf("S-0003 went to %s last", heir)
	}
}
