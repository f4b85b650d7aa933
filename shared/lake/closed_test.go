package lake_test

import (
	"reflect"
	"testing"

	"cssa/shared/lake"
	"cssa/shared/table"
)

func TestAClosedRowKeepsItsSecretThroughTheFile(t *testing.T) {
	tables := []table.Table{{Edition: "2023-sample", Run: "r", ID: "policy", Group: table.All, Firms: 9, Replied: 8,
		Columns: []string{"a", "b"}, Rows: []table.Row{table.CloseRow("", 2)}}}
	rows, err := lake.OpenDistributionRows(tables)
	if err != nil {
		t.Fatal(err)
	}
	file, err := lake.Encode(rows)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err = lake.Decode[lake.OpenDistributionRow](file); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if !r.Withheld || r.Count != nil || r.Share != nil || r.Base != 0 || r.Unanswered != 0 || r.NotApplicable != 0 {
			t.Errorf("the row tells %+v", r)
		}
	}
	got, err := lake.OpenDistributionTables("2023-sample", "r", rows)
	if err != nil {
		t.Fatal(err)
	}
	if !got[0].Rows[0].Closed() || !reflect.DeepEqual(got[0].Rows[0].Cells, tables[0].Rows[0].Cells) {
		t.Errorf("read back as %+v", got[0].Rows[0])
	}
}
