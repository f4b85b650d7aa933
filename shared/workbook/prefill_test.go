package workbook_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

// following returns an edition that follows another, and that one.
func following(t testing.TB) (ed, old *checklist.Edition) {
	t.Helper()
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ed, err := lib.Edition(t.Context(), "2024-securities")
	if err != nil {
		t.Fatal(err)
	}
	if old, err = lib.Previous(t.Context(), ed); err != nil || old == nil {
		t.Fatal(old, err)
	}
	return ed, old
}

// lastAnswers are the answers of a firm with a monitoring unit, plans and 4 people.
func lastAnswers(old *checklist.Edition) checklist.Answers {
	a := checklist.Answers{}
	for _, q := range old.Questions() {
		for j, r := range q.Refs() {
			switch {
			case !old.Applies(q, r, a):
			case q.Kind == checklist.Number:
				a[r] = checklist.Answer{Number: 4}
			case q.Kind == checklist.FreeText:
				a[r] = checklist.Answer{Text: "前回の補足"}
			case q.Kind == checklist.Multiple && j == len(q.Items)-1:
				a[r] = checklist.Answer{Choice: checklist.No}
			default:
				a[r] = checklist.Answer{Choice: q.ChoicesAt(r.Stage)[j%2].ID}
			}
		}
	}
	return a
}

func prefilled(t testing.TB, ed *checklist.Edition, p checklist.Prefill) []byte {
	t.Helper()
	tpl, err := workbook.NewTemplate(ed)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tpl.Prefilled(&b, identityOf(ed), p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shown returns what stands in cells, as another library shows it.
func shown(t *testing.T, data []byte, at ...workbook.Location) []string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	for _, l := range at {
		v, err := f.GetCellValue(l.Sheet, l.Cell)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func TestAPrefilledWorkbookShowsLastTimesAnswers(t *testing.T) {
	ed, old := following(t)
	was := lastAnswers(old)
	p := ed.Mapping.Carry(old, ed, was)
	data := prefilled(t, ed, p)
	l := workbook.LayoutOf(ed)
	for place, want := range map[string][2]string{ // the answer cell, and last time's beside it
		"policy":                       {"1 経営トップ(頭取・社長・理事長等)の関与のもと、経営方針としてサイバーセキュリティの確保を掲げており、ディスクロージャーやHP等で対外公表している", "1 経営トップ(頭取・社長・理事長等)の関与のもと、経営方針としてサイバーセキュリティの確保を掲げており、ディスクロージャーやHP等で対外公表している"},
		"headcount":                    {"4", "4"},
		"report.patching":              {"", "2-2「脆弱性情報とその対応状況」 はい"},
		"report.none":                  {"", "2-2 いいえ"},
		"training.plan":                {"", "5-3 はい"},
		"contingency.cloud.plan":       {"", "（新設）"},
		"containment.telling-others":   {"", "9-1「インシデントが発生した場合に対外公表すること」 ルール・手順を定めており、実施状況をモニタリングしている\n9-1「影響を受ける顧客に連絡すること」 ルール・手順を定めている（実施状況のモニタリングはしていない）"},
		"third-party-management":       {"", "4-1 存在する\n4-2 統括部署にて一元的に管理している"},
		"log-review.review":            {"1 ルール・手順を定めており、対策の実施状況をモニタリングしている", "1 ルール・手順を定めており、対策の実施状況をモニタリングしている"},
		"contingency.ransomware.drill": {"2 実施する予定がある", "2 実施する予定がある"},
		"generative-ai":                {"", ""},
		"comments":                     {"", ""},
	} {
		if got := shown(t, data, l.Answer(ref(place)), l.Previous(ref(place))); !slices.Equal(got, want[:]) {
			t.Errorf("%s: %q, want %q", place, got, want)
		}
	}
	if got := shown(t, data, l.Cover(workbook.PrefilledFrom), l.Cover(workbook.Carried)); got[0] != "2023-securities" || got[1] != "" {
		t.Errorf("cover %q", got)
	}
	got := read(ed, data)
	if !maps.Equal(got.Answers, p.Carried) || len(p.Carried) < 40 {
		t.Errorf("%d answers are read, %d were carried", len(got.Answers), len(p.Carried))
	}
}

// blanked is the same workbook without what was prefilled: where the columns are, they are empty.
func TestABlankWorkbookOfTheSameEditionHasTheSameLayout(t *testing.T) {
	ed, old := following(t)
	blank := write(t, ed, checklist.Cover{}, nil)
	p := ed.Mapping.Carry(old, ed, lastAnswers(old))
	full := prefilled(t, ed, p)
	l := workbook.LayoutOf(ed)
	f, err := excelize.OpenReader(bytes.NewReader(full))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	heads := map[string]int{}
	for _, sheet := range f.GetSheetList() {
		row, err := f.GetRows(sheet)
		if err != nil || len(row) == 0 {
			continue
		}
		for _, word := range row[0] {
			heads[word]++
		}
	}
	// 13 sections and the cover have ids, answers and findings; one section has a second stage.
	for word, want := range map[string]int{"cssa": 14, "answer-1": 14, "answer-2": 1, "previous-1": 13, "previous-2": 1, "finding": 14} {
		if heads[word] != want {
			t.Errorf("%s heads %d columns, want %d", word, heads[word], want)
		}
	}
	for _, r := range ed.Refs() {
		if got := shown(t, blank, l.Previous(r)); got[0] != "" {
			t.Errorf("%s: a blank workbook says %q", r, got)
			break
		}
	}
	if got := shown(t, blank, l.Cover(workbook.PrefilledFrom)); got[0] != "" {
		t.Errorf("a blank workbook is prefilled from %q", got)
	}
}

func TestWhatWasCarriedIsToBeConfirmed(t *testing.T) {
	ed, old := following(t)
	p := ed.Mapping.Carry(old, ed, lastAnswers(old))
	full := prefilled(t, ed, p)
	l := workbook.LayoutOf(ed)
	at := l.Cover(workbook.Carried)
	for text, asked := range map[string]bool{"": true, "確認しました": false, " 確認しました\n": false, "確認済": false, "Confirmed": false, "まだ": true, "確認しませんでした": true, "いいえ": true} {
		data := edit(t, full, func(f *excelize.File) error { return f.SetCellStr(at.Sheet, at.Cell, text) })
		var got []checklist.Fault
		for _, f := range read(ed, data).Faults {
			if f.Code == checklist.CodeNotConfirmed {
				got = append(got, f)
			}
		}
		if (len(got) == 1) != asked || asked && (got[0].Cell != at.Cell || got[0].Sheet != at.Sheet || got[0].Severity != checklist.Mend || got[0].Found != text) {
			t.Errorf("%q: %v", text, got)
		}
	}
	blank := write(t, ed, signed(ed), someAnswers(ed))
	for _, f := range read(ed, blank).Faults {
		if f.Code == checklist.CodeNotConfirmed || f.Code == checklist.CodeCoverBlank {
			t.Errorf("a workbook that was not prefilled: %s", f.Code)
		}
	}
	gone := edit(t, full, func(f *excelize.File) error { return f.RemoveRow(at.Sheet, rowOf(t, at)) })
	if got := summary(read(ed, gone).Faults); !slices.Contains(got, "F016 "+at.Sheet) {
		t.Errorf("its row was deleted: %v", got[:min(len(got), 4)])
	}
}

func rowOf(t *testing.T, at workbook.Location) int {
	t.Helper()
	_, row, err := excelize.CellNameToCoordinates(at.Cell)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// What is far from last time's answer is asked about, from the workbook alone, wherever its rows and sheets went.
func TestAJumpIsSeenInTheWorkbook(t *testing.T) {
	ed, old := following(t)
	was := lastAnswers(old)
	full := prefilled(t, ed, ed.Mapping.Carry(old, ed, was))
	l := workbook.LayoutOf(ed)
	policy, heads := l.Answer(ref("policy")), l.Answer(ref("headcount"))
	jumps := func(data []byte) []string {
		var got []string
		for _, f := range read(ed, data).Faults {
			if f.Code == checklist.CodeJump {
				got = append(got, f.Ref.String()+" "+f.Sheet+" "+f.Cell+" "+f.Found+" "+f.What.JA)
			}
		}
		return got
	}
	set := func(sheet, cell string, v any) func(*excelize.File) error {
		return func(f *excelize.File) error { return f.SetCellValue(sheet, cell, v) }
	}
	if got := jumps(full); got != nil {
		t.Errorf("as it was sent: %v", got)
	}
	for _, n := range []int{13, 39, 1, 0} {
		if got := jumps(edit(t, full, set(heads.Sheet, heads.Cell, n))); got != nil {
			t.Errorf("%d people: %v", n, got)
		}
	}
	want := "headcount " + heads.Sheet + " " + heads.Cell + " 40 前回の回答（4）から大きく変わっています。"
	for _, typed := range []any{40, "40", "４０", "40 人"} {
		want := strings.Replace(want, " 40 ", fmt.Sprintf(" %v ", typed), 1)
		if got := jumps(edit(t, full, set(heads.Sheet, heads.Cell, typed))); !slices.Equal(got, []string{want}) {
			t.Errorf("%q: %v, want %s", typed, got, want)
		}
	}
	moved := edit(t, full, func(f *excelize.File) error {
		if err := f.SetCellValue(heads.Sheet, heads.Cell, 40); err != nil {
			return err
		}
		if err := f.InsertCols(heads.Sheet, "E", 1); err != nil { // between the answers and last time's
			return err
		}
		return f.SetSheetName(heads.Sheet, "人材")
	})
	if got := jumps(moved); !slices.Equal(got, []string{strings.Replace(want, heads.Sheet, "人材", 1)}) {
		t.Errorf("in a renamed sheet with another column: %v", got)
	}
	ranks := edit(t, full, set(policy.Sheet, policy.Cell, "4"))
	if got := jumps(ranks); len(got) != 1 || !strings.HasPrefix(got[0], "policy "+policy.Sheet+" "+policy.Cell) {
		t.Errorf("from the first of four to the last: %v", got)
	}
	if got := jumps(edit(t, full, set(heads.Sheet, heads.Cell, 5001))); got != nil {
		t.Errorf("what is out of range is not asked about as well: %v", got)
	}
}

// A text in the column of last time may be an answer to this time's: that is asked, and once it is gone the answer counts.
func TestWhatIsTypedIntoTheColumnOfLastTimeIsNoAnswer(t *testing.T) {
	ed, old := following(t)
	full := prefilled(t, ed, ed.Mapping.Carry(old, ed, lastAnswers(old)))
	l := workbook.LayoutOf(ed)
	answer, before := l.Answer(ref("headcount")), l.Previous(ref("headcount"))
	for typed, want := range map[string]string{"10人": "F021 " + before.Cell, "": ""} {
		data := edit(t, full, func(f *excelize.File) error {
			if err := f.SetCellValue(before.Sheet, before.Cell, typed); err != nil {
				return err
			}
			return f.SetCellValue(answer.Sheet, answer.Cell, 4999)
		})
		got, faults := read(ed, data), ""
		for _, f := range got.Faults {
			if f.Ref == ref("headcount") {
				faults += string(f.Code) + " " + f.Cell
			}
		}
		a, answered := got.Answers[ref("headcount")]
		if faults != want || answered != (want == "") || answered && a.Number != 4999 {
			t.Errorf("%q: answer %+v, faults %q, want %q", typed, a, faults, want)
		}
	}
}

func TestAFirmSendsBackWhatItWasSent(t *testing.T) {
	ed, old := following(t)
	p := ed.Mapping.Carry(old, ed, lastAnswers(old))
	tpl, err := workbook.NewTemplate(ed)
	if err != nil {
		t.Fatal(err)
	}
	a := someAnswers(ed)
	var b bytes.Buffer
	if err := tpl.FilledFrom(&b, identityOf(ed), p, signed(ed), a); err != nil {
		t.Fatal(err)
	}
	got := read(ed, b.Bytes())
	if !maps.Equal(got.Answers, a) || got.Cover != signed(ed) {
		t.Errorf("read back as %v", got.Answers)
	}
	for _, f := range got.Faults {
		if f.Code == checklist.CodeNotConfirmed {
			t.Error("confirmed, yet asked for")
		}
	}
}

func TestOnlyAnEditionThatFollowsIsPrefilled(t *testing.T) {
	ed, _ := following(t)
	for _, c := range []struct {
		ed   *checklist.Edition
		from checklist.EditionID
	}{{realEdition(t), "2022-securities"}, {ed, "2022-securities"}, {ed, ""}} {
		tpl, err := workbook.NewTemplate(c.ed)
		if err != nil {
			t.Fatal(err)
		}
		if err := tpl.Prefilled(io.Discard, identityOf(c.ed), checklist.Prefill{From: c.from}); err == nil {
			t.Errorf("%s is prefilled from %q", c.ed.ID, c.from)
		}
	}
}

// The workbooks of an edition that follows none are what they were: the sum was taken before editions could follow, over
// the names and contents of the parts.
func TestAnEditionThatFollowsNoneIsWrittenAsBefore(t *testing.T) {
	ed := realEdition(t)
	data := write(t, ed, signed(ed), someAnswers(ed))
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	for _, f := range z.File {
		fmt.Fprintln(h, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "docProps/core.xml" { // since then its properties have the prefix that Excel writes
			body = []byte(strings.NewReplacer("cp:coreProperties xmlns:cp=", "coreProperties xmlns=", "cp:coreProperties", "coreProperties",
				"cp:lastModifiedBy", "lastModifiedBy").Replace(string(body)))
		}
		h.Write(body)
	}
	if got, want := fmt.Sprintf("%x", h.Sum(nil)), "600903f9370908c1540fe87336f2e2cb1d24ed95d4b234c0a904930af3113220"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
