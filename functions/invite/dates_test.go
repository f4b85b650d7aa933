package invite_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"cssa/functions/invite"
)

// fronts returns the text of the cover and the instructions.
func fronts(t *testing.T, body []byte) string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	must(t, err)
	defer f.Close()
	var b strings.Builder
	for _, name := range []string{"表紙", "記入要領"} {
		rows, err := f.GetRows(name)
		must(t, err)
		for _, row := range rows {
			b.WriteString(strings.Join(row, "\t") + "\n")
		}
	}
	return b.String()
}

func TestAWorkbookNamesTheTimesOfItsRound(t *testing.T) {
	r := newRoom(t)
	const defined, moved = "2023年8月25日 17:00", "2023年9月1日 12:00"
	text := func() string {
		body, _, err := r.Checklist(t.Context(), edition, "S-0001", true)
		must(t, err)
		return fronts(t, body)
	}
	for range 2 { // before the round is opened, and opened with the times it was defined with
		if got := text(); !strings.Contains(got, defined) || strings.Contains(got, "こちらの日時によって") {
			t.Errorf("a workbook of the defined times says\n%s", got)
		}
		_, err := r.Open(t.Context(), r.ledger, edition, invite.Schedule{})
		must(t, err)
	}
	_, err := r.Open(t.Context(), r.ledger, edition, invite.Schedule{Deadline: time.Date(2023, 9, 1, 3, 0, 0, 0, time.UTC)})
	must(t, err)
	got := text()
	if strings.Contains(got, defined) || strings.Count(got, moved) != 2 || !strings.Contains(got, "The deadline is 1 September 2023, 12:00 (JST)") {
		t.Errorf("a workbook of the moved deadline says\n%s", got)
	}
}
