package workbook_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"

	"github.com/xuri/excelize/v2"
)

func ref(s string) checklist.Ref {
	r, err := checklist.ParseRef(s)
	if err != nil {
		panic(err)
	}
	return r
}

// complete answers every question of the small edition that applies; 2-5 applies since two reports are made.
func complete() checklist.Answers {
	return checklist.Answers{
		ref("policy"): {Choice: "internal"}, ref("staff"): {Number: 12}, ref("share"): {Number: 125}, ref("remarks"): {Text: "特になし"},
		ref("report.incidents"): {Choice: checklist.Yes}, ref("report.others"): {Choice: checklist.Yes}, ref("report.nothing"): {Choice: checklist.No},
		ref("third"): {Choice: "some"}, ref("managed.contract"): {Choice: "ruled"}, ref("managed.yearly"): {Choice: "none"},
		ref("contingency.ransomware.plan"): {Choice: "have"}, ref("contingency.ransomware.drill"): {Choice: "done"},
		ref("contingency.ddos.plan"): {Choice: "none"}, ref("depth"): {Choice: "board"},
	}
}

// edit opens a workbook the way a firm would, changes it and saves it.
func edit(t *testing.T, data []byte, change func(f *excelize.File) error) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := change(f); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// set types values into the answer cells of places, or into cells of the cover.
func set(values map[string]any) func(*excelize.File) error {
	layout := workbook.LayoutOf(smallEdition())
	return func(f *excelize.File) error {
		for place, v := range values {
			at := layout.Cover(workbook.Field(place))
			if !strings.Contains(place, "/") {
				at = layout.Answer(ref(place))
			}
			if err := f.SetCellValue(at.Sheet, at.Cell, v); err != nil {
				return err
			}
		}
		return nil
	}
}

// summary writes faults as the tests below name them: code, place, cell, what was found.
func summary(faults []checklist.Fault) []string {
	var lines []string
	for _, f := range faults {
		place := f.Ref.String()
		if place == "" {
			place = f.Sheet
		}
		lines = append(lines, strings.TrimSpace(strings.Join([]string{string(f.Code), place, f.Cell, f.Found}, " ")))
	}
	return lines
}

func TestSpoiltCells(t *testing.T) {
	stories := []struct {
		story string
		typed map[string]any
		want  []string
	}{
		{"nothing is spoilt", nil, nil},
		{"blank answers", map[string]any{"policy": nil, "contingency.ransomware.drill": ""}, []string{"E001 policy D9", "E001 contingency.ransomware.drill E31"}},
		{"text in a choice cell", map[string]any{"policy": "検討中"}, []string{"E101 policy D9 検討中"}},
		{"a number that is no choice", map[string]any{"policy": 4}, []string{"E101 policy D9 4"}},
		{"a number and the text of another choice", map[string]any{"third": "2 ある"}, []string{"E102 third D15 2 ある"}},
		{"two choices", map[string]any{"policy": "1,2", "third": "1　2"}, []string{"E102 policy D9 1,2", "E102 third D15 1　2"}},
		{"two choices pasted under each other", map[string]any{"report.incidents": "はい\nいいえ"}, []string{"E102 report.incidents D7 はい\nいいえ"}},
		{"full-width digits", map[string]any{"policy": "２", "staff": "１２", "share": "１２．５"}, nil},
		{"the many ways to write a choice", map[string]any{"policy": "(2)", "third": "1.", "managed.contract": " 2  ルールを定めている", "managed.yearly": "none", "report.incidents": "○", "report.others": "YES", "report.nothing": "×"}, nil},
		{"digits do not mean yes", map[string]any{"report.incidents": 1}, []string{"E101 report.incidents D7 1"}},
		{"a number with its unit and commas", map[string]any{"staff": "1,200 人", "share": "12.5%"}, nil},
		{"a number in words", map[string]any{"staff": "約10人", "share": "不明"}, []string{"E103 staff D14 約10人", "E103 share D18 不明"}},
		{"too many decimals", map[string]any{"staff": 3.5, "share": 12.55}, []string{"E108 staff D14 3.5", "E108 share D18 12.55"}},
		{"out of range", map[string]any{"staff": 5001, "share": -0.1}, []string{"E104 staff D14 5001", "E104 share D18 -0.1"}},
		{"a tenth, as a spreadsheet computes it", map[string]any{"share": 0.1 + 0.2}, nil},
		{"text longer than allowed", map[string]any{"remarks": strings.Repeat("長", 201)}, []string{"E105 remarks D22 " + strings.Repeat("長", 80) + "…"}},
		{"none of these, and one of these", map[string]any{"report.nothing": "はい"}, []string{"E201 report.nothing D9 はい"}},
		{"no to everything", map[string]any{"report.incidents": "いいえ", "report.others": "いいえ", "depth": nil}, []string{"E203 report.nothing D9 いいえ"}},
		{"an answer that does not apply", map[string]any{"third": "ない"}, []string{"E202 managed.contract D23 2 ルールを定めている", "E202 managed.yearly D24 3 定めていない"}},
		{"a dash where nothing applies", map[string]any{"contingency.ddos.drill": "－"}, []string{"E202 contingency.ddos.drill E32 －"}},
		{"the gate itself is unreadable", map[string]any{"third": "？", "managed.contract": nil}, []string{"E101 third D15 ？"}},
		{"a rule to confirm", map[string]any{"policy": 1, "staff": 0}, []string{"W301 policy D9 1", "W301 staff D14 0"}},
		{"no approval", map[string]any{"cover/approver": nil, "cover/approver-title": " ", "cover/approved-on": nil}, []string{"C002 表紙 D9", "C002 表紙 D10", "C002 表紙 D11"}},
		{"no preparer", map[string]any{"cover/preparer": nil}, []string{"C001 表紙 D8"}},
		{"another reference date", map[string]any{"cover/reference-date": "2023/3/31"}, []string{"C003 表紙 D7 2023-03-31"}},
		{"a date nobody can read", map[string]any{"cover/approved-on": "7/31/2023"}, []string{"C004 表紙 D11 7/31/2023"}},
		{"a day that never was", map[string]any{"cover/approved-on": "2023年2月30日"}, []string{"C004 表紙 D11 2023年2月30日"}},
		{"another name", map[string]any{"cover/firm-name": "架空もみじ証券"}, []string{"C005 表紙 D6 架空もみじ証券"}},
		{"the name with other spaces and widths", map[string]any{"cover/firm-name": "架空さくら証券株式会社 "}, nil},
		{"everything at once, in printed order", map[string]any{"depth": "x", "cover/approver": nil, "staff": "x", "policy": "x"},
			[]string{"C002 表紙 D9", "E101 policy D9 x", "E103 staff D14 x", "E101 depth D39 x"}},
	}
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	for _, s := range stories {
		t.Run(s.story, func(t *testing.T) {
			got := read(ed, edit(t, filled, set(s.typed)))
			if !slices.Equal(summary(got.Faults), s.want) {
				t.Errorf("got faults\n%s\nwant\n%s", strings.Join(summary(got.Faults), "\n"), strings.Join(s.want, "\n"))
			}
			for _, f := range got.Faults {
				if !f.What.Complete() || !f.Mend.Complete() || strings.ContainsAny(f.What.JA+f.What.EN+f.Mend.JA+f.Mend.EN, "{}") {
					t.Errorf("%s: incomplete words %+v %+v", f.Code, f.What, f.Mend)
				}
			}
		})
	}
}

func TestAnswersAsUnderstood(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	got := read(ed, edit(t, filled, set(map[string]any{"policy": "①", "staff": " １，２００ ", "share": 0.1 + 0.2, "remarks": " ＡＢ１２ ", "report.nothing": "No"}))).Answers
	for place, want := range map[string]checklist.Answer{
		"policy": {Choice: "published"}, "staff": {Number: 1200}, "share": {Number: 3}, "remarks": {Text: " ＡＢ１２ "}, "report.nothing": {Choice: checklist.No},
	} {
		if got[ref(place)] != want {
			t.Errorf("%s read as %+v, want %+v", place, got[ref(place)], want)
		}
	}
}

func TestDatesOnTheCover(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	for _, typed := range []any{45138, "2023/7/31", "2023-07-31", "令和5年7月31日", "令和５年７月３１日", "R5.7.31", "2023年7月31日", "2023. 7. 31", 45138.75} {
		got := read(ed, edit(t, filled, set(map[string]any{"cover/approved-on": typed})))
		if want := (checklist.Date{Year: 2023, Month: 7, Day: 31}); got.Cover.ApprovedOn != want || len(got.Faults) > 0 {
			t.Errorf("%v read as %s %v", typed, got.Cover.ApprovedOn, summary(got.Faults))
		}
	}
	from1904 := edit(t, filled, func(f *excelize.File) error {
		yes := true
		if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
			return err
		}
		return set(map[string]any{"cover/approved-on": 45138 - 1462, "cover/reference-date": 45107 - 1462})(f)
	})
	if got := read(ed, from1904); got.Cover != signed(ed) {
		t.Errorf("1904 workbook: cover %+v", got.Cover)
	}
}

// A row that is gone has no cell: its fault must say which it was.
func TestMissingRowsAreNamed(t *testing.T) {
	ed := smallEdition()
	body := edit(t, write(t, ed, signed(ed), complete()), func(f *excelize.File) error { return f.RemoveRow("2 報告と計画", 8) })
	for _, f := range read(ed, body).Faults {
		if want := "「2-1(2)」の行が見つかりません。"; f.Code == checklist.CodeRowMissing && f.What.JA != want {
			t.Errorf("%q, want %q", f.What.JA, want)
		}
	}
}

// The identity is made of codes: a firm that typed them anew in full width is still that firm.
func TestIdentityInFullWidth(t *testing.T) {
	ed := smallEdition()
	body := edit(t, write(t, ed, signed(ed), complete()), set(map[string]any{string(workbook.FirmCell): "　Ｓ－０１３７ "}))
	if got := read(ed, body); got.Identity.Firm != "S-0137" || len(got.Faults) > 0 {
		t.Errorf("%q %q", got.Identity.Firm, summary(got.Faults))
	}
}

func TestBlankIsReturnedForItsBlanksOnly(t *testing.T) {
	ed := smallEdition()
	var b bytes.Buffer
	if err := workbook.Blank(&b, ed, who); err != nil {
		t.Fatal(err)
	}
	want := []string{"C001 表紙 D8", "C002 表紙 D9", "C002 表紙 D10", "C002 表紙 D11", "F019"}
	if got := summary(read(ed, b.Bytes()).Faults); !slices.Equal(got, want) {
		t.Errorf("blank: %q", got)
	}
	one := write(t, ed, signed(ed), checklist.Answers{ref("third"): {Choice: "none"}})
	got := read(ed, one)
	for _, f := range got.Faults {
		if f.Code != checklist.CodeUnanswered {
			t.Errorf("one answer: %v", summary(got.Faults))
		}
	}
	if n := len(got.Faults); n != 7 { // policy, staff, three reports, two plans
		t.Errorf("one answer: %d faults %q", n, summary(got.Faults))
	}
}

func TestSheetsChanged(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	p1, p2 := "1 経営方針・体制", "2 報告と計画"
	stories := []struct {
		story  string
		change func(f *excelize.File) error
		want   []string
	}{
		{"sheets renamed and moved", func(f *excelize.File) error {
			return errors.Join(f.SetSheetName(p1, "Sheet X"), f.MoveSheet(p2, "表紙"))
		}, nil},
		{"rows and columns inserted", func(f *excelize.File) error {
			return errors.Join(f.InsertRows(p1, 1, 3), f.InsertRows(p2, 8, 2), f.InsertCols(p2, "C", 2), f.InsertCols(p1, "A", 1))
		}, nil},
		{"a sheet deleted", func(f *excelize.File) error { return f.DeleteSheet(p1) }, []string{"F015 policy"}},
		{"a row deleted", func(f *excelize.File) error { return f.RemoveRow(p2, 8) }, []string{"F016 report.others"}},
		{"all rows of a question deleted", func(f *excelize.File) error { return errors.Join(f.RemoveRow(p2, 24), f.RemoveRow(p2, 23)) }, []string{"F016 managed.contract"}},
		{"a row copied", func(f *excelize.File) error { return f.DuplicateRowTo(p1, 9, 10) }, []string{"F020 policy A10"}},
		{"the cover deleted", func(f *excelize.File) error { return f.DeleteSheet("表紙") }, []string{"F010"}},
		{"the answer typed beside its cell", func(f *excelize.File) error {
			return errors.Join(f.SetCellValue(p1, "D9", nil), f.SetCellValue(p1, "E9", "2"))
		}, []string{"F021 policy E9 2"}},
		{"a remark beside an answer", func(f *excelize.File) error { return f.SetCellValue(p1, "E9", "要確認") }, nil},
		{"another answer beside one that is left", func(f *excelize.File) error { return f.SetCellValue(p1, "E9", "１") }, []string{"F021 policy E9 １"}},
		{"the same answer once more beside it", func(f *excelize.File) error { return f.SetCellValue(p1, "E9", "2") }, nil},
		{"another number beside one that is left", func(f *excelize.File) error { return f.SetCellValue(p1, "E14", 99) }, []string{"F021 staff E14 99"}},
		{"the secretariat's list of findings and its column", func(f *excelize.File) error {
			_, err := f.NewSheet("エラー一覧")
			return errors.Join(err, f.SetCellValue("エラー一覧", "A1", "report.others"), f.SetCellValue(p1, "F9", "✗ E001 回答がありません。"), f.SetCellValue(p1, "D9", nil))
		}, []string{"E001 policy D9"}},
		{"a formula without a result", func(f *excelize.File) error {
			return errors.Join(f.SetCellValue(p1, "D14", nil), f.SetCellFormula(p1, "D14", "=6*2"))
		}, []string{"E107 staff D14 （式のみ、結果なし）"}},
		{"a formula with its result", func(f *excelize.File) error { return f.SetCellFormula(p1, "D14", "=6*2") }, nil},
	}
	for _, s := range stories {
		t.Run(s.story, func(t *testing.T) {
			if got := summary(read(ed, edit(t, filled, s.change)).Faults); !slices.Equal(got, s.want) {
				t.Errorf("got %q\nwant %q", got, s.want)
			}
		})
	}
}

func TestWhoseWorkbook(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	for _, s := range []struct {
		story string
		want  workbook.Identity
		code  checklist.FaultCode
	}{
		{"another firm's", workbook.Identity{Edition: ed.ID, Firm: "S-0138", Definition: ed.Checksum}, checklist.CodeOtherFirm},
		{"another edition's", workbook.Identity{Edition: "2024-invented", Firm: who.Firm, Definition: ed.Checksum}, checklist.CodeWrongEdition},
		{"an old template", workbook.Identity{Edition: ed.ID, Firm: who.Firm, Definition: "0000"}, checklist.CodeOldTemplate},
	} {
		got := workbook.Read(bytes.NewReader(filled), int64(len(filled)), ed, s.want)
		if len(got.Faults) != 1 || got.Faults[0].Code != s.code || got.Answers != nil {
			t.Errorf("%s: %v, %d answers", s.story, summary(got.Faults), len(got.Answers))
		}
	}
	got, err := workbook.IdentityOf(bytes.NewReader(filled), int64(len(filled)))
	if err != nil || got != identityOf(ed) {
		t.Errorf("identity %+v, %v", got, err)
	}
	if _, err := workbook.IdentityOf(strings.NewReader("no workbook"), 11); !errors.Is(err, workbook.ErrNoIdentity) {
		t.Errorf("identity of a text: %v", err)
	}
}
