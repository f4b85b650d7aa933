package workbook_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// The verdict is what receipt would find, without what only the register knows: here, the firm's name.
func TestCheckBeforeSending(t *testing.T) {
	ed := smallEdition()
	data := spoilt(t)
	got, verdict := workbook.Check(bytes.NewReader(data), int64(len(data)), ed, "")
	var want []checklist.Fault
	for _, f := range read(ed, data).Faults {
		if f.Code != checklist.CodeFirmName {
			want = append(want, f)
		}
	}
	if len(want) < 5 || len(want) != len(read(ed, data).Faults)-1 {
		t.Fatalf("%d faults are too few to mean anything", len(want))
	}
	if len(got.Faults) != len(want) || len(verdict.Faults) != len(want) {
		t.Fatalf("%d faults before sending, %d on receipt", len(got.Faults), len(want))
	}
	for i, f := range want {
		v := verdict.Faults[i]
		if got.Faults[i] != f || v.Code != f.Code || v.Sheet != f.Sheet || v.Cell != f.Cell || v.Found != f.Found || v.MendEN != f.Mend.EN {
			t.Errorf("%+v before sending, %+v on receipt", v, f)
		}
	}
	if verdict.Firm != who.Firm || verdict.Answers != len(got.Answers) {
		t.Errorf("%+v", verdict)
	}
	_, verdict = workbook.Check(bytes.NewReader(data), int64(len(data)), ed, "S-0001")
	if len(verdict.Faults) != 1 || verdict.Faults[0].Code != checklist.CodeOtherFirm {
		t.Errorf("of another firm: %+v", verdict.Faults)
	}
}

// The keys are read by programs of others.
func TestVerdictKeys(t *testing.T) {
	lines := workbook.VerdictLines([]checklist.Fault{{
		Code: "E001", Severity: checklist.Mend, Ref: checklist.Ref{Question: "plan"}, Question: "1-2", Sheet: "1", Cell: "D11", Found: "?",
		What: checklist.Text{JA: "何", EN: "what"}, Mend: checklist.Text{JA: "直", EN: "mend"},
	}})
	text, err := json.Marshal(workbook.Verdict{Edition: "2023-invented", Firm: "S-0137", Answers: 3, Faults: lines})
	const want = `{"edition":"2023-invented","firm":"S-0137","answers":3,"faults":[{"code":"E001","severity":"mend","place":"plan",` +
		`"question":"1-2","sheet":"1","cell":"D11","found":"?","what_ja":"何","what_en":"what","mend_ja":"直","mend_en":"mend"}]}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v; want\n%s", text, err, want)
	}
	text, err = json.Marshal(workbook.VerdictLines(nil))
	if err != nil || string(text) != "[]" {
		t.Errorf("no fault is %s, %v", text, err)
	}
}

// A workbook that was checked before it is sent can be marked too. Its list does not say that it was received, or sent.
func TestMarkedBeforeSending(t *testing.T) {
	ed := smallEdition()
	warned := complete()
	warned[ref("policy")], warned[ref("staff")] = checklist.Answer{Choice: "published"}, checklist.Answer{}
	for name, data := range map[string][]byte{"faulty": spoilt(t), "to be looked at": write(t, ed, signed(ed), warned)} {
		got, _ := workbook.Check(bytes.NewReader(data), int64(len(data)), ed, "")
		if len(got.Faults) == 0 {
			t.Fatalf("%s: nothing is wrong with it", name)
		}
		var b bytes.Buffer
		err := workbook.Returned(&b, bytes.NewReader(data), int64(len(data)), ed, got, workbook.Notice{Firm: got.Identity.Firm, FirmName: got.Cover.FirmName})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := open(t, b.Bytes()).GetRows(listSheet)
		if err != nil {
			t.Fatal(err)
		}
		var top string
		for _, row := range rows[:firstRow-2] {
			top += strings.Join(row, " ") + "\n"
		}
		for _, word := range []string{"再提出", "第0版", "受理", "again as it is"} {
			if strings.Contains(top, word) {
				t.Errorf("%s: its list says %q:\n%s", name, word, top)
			}
		}
		for _, word := range []string{"提出前の確認", "まだ提出していません", string(who.Firm)} {
			if !strings.Contains(top, word) {
				t.Errorf("%s: its list does not say %q:\n%s", name, word, top)
			}
		}
		again, _ := workbook.Check(bytes.NewReader(b.Bytes()), int64(b.Len()), ed, "")
		if len(again.Faults) != len(got.Faults) {
			t.Errorf("%s: %d faults, marked %d", name, len(got.Faults), len(again.Faults))
		}
	}
}
