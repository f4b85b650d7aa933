package invite

import (
	"fmt"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

// dated returns the edition with the times of the round in place of those it was defined with, so that a workbook's cover
// names those that count. Where they differ, the instructions begin by saying so: their text may name the defined ones.
func dated(ed *checklist.Edition, round ledger.Round) *checklist.Edition {
	if round.Deadline.Equal(ed.Deadline) && round.Closing.Equal(ed.Closing) {
		return ed
	}
	d := *ed
	d.Deadline, d.Closing = round.Deadline, round.Closing
	ja := func(t time.Time) string {
		t = t.In(ed.Location)
		return fmt.Sprintf("%d年%d月%d日 %s", t.Year(), t.Month(), t.Day(), t.Format("15:04"))
	}
	en := func(t time.Time) string { return t.In(ed.Location).Format("2 January 2006, 15:04 (MST)") }
	d.Instructions = append([]checklist.Text{{
		JA: fmt.Sprintf("提出期限は%s、受付終了は%sです。以下の説明にある日時に代えて、こちらの日時によってください。", ja(d.Deadline), ja(d.Closing)),
		EN: fmt.Sprintf("The deadline is %s, and the doors close on %s. These times replace those named below.", en(d.Deadline), en(d.Closing)),
	}}, ed.Instructions...)
	return &d
}
