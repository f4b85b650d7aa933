package sheet_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire/sheet"
)

// What cannot be understood is refused with its sheet and cell, in both languages, and nothing is merged.
func TestProblemsNameTheirCell(t *testing.T) {
	files := mini(t)
	book := export(t, files)
	put := func(sheet, key string, row int, v any) func(*excelize.File) {
		return func(f *excelize.File) { must(t, f.SetCellValue(sheet, cell(t, f, sheet, key, row), v)) }
	}
	for name, c := range map[string]struct {
		edit func(*excelize.File)
		want string
	}{
		"a kind of row that is none":  {put("01-first", "row", 4, "問い"), `01-first!A4: "問い" is not what a row of this sheet can be`},
		"a row without a kind":        {put("01-first", "row", 5, ""), `01-first!A5: "" is not what a row of this sheet can be`},
		"an item of nothing":          {func(f *excelize.File) { must(t, f.RemoveRow("01-first", 4)) }, `01-first!A4: no row above can have this note`},
		"no section":                  {func(f *excelize.File) { must(t, f.RemoveRow("01-first", 3)) }, `01-first!A3: there is no row of the kind section`},
		"two sections":                {func(f *excelize.File) { must(t, f.DuplicateRow("01-first", 3)) }, `01-first!A4: a second section in one sheet`},
		"a rank in words":             {put("01-first", "rank", 7, "first"), `01-first!K7: "first" is not a whole number`},
		"a rank with a fraction":      {put("01-first", "rank", 7, 1.5), `01-first!K7: "1.5" is not a whole number`},
		"optional perhaps":            {put("01-first", "optional", 4, "perhaps"), `01-first!I4: "perhaps" is not yes`},
		"a condition that is none":    {put("01-first", "when", 4, "is: {place: a"), `01-first!J4: this cannot be read as a condition`},
		"a rank of a note":            {put("01-first", "rank", 5, "1"), `01-first!K5: a row of the kind note has no use for the column rank`},
		"a formula":                   {func(f *excelize.File) { must(t, f.SetCellFormula("01-first", "E4", "A1&A2")) }, `01-first!E4: a formula stands here`},
		"a number turned into a date": {func(f *excelize.File) { date(t, f, "01-first", "C4", 45292) }, `01-first!C4: Excel has made a date of what was written here`},
		"an unknown setting":          {put("edition", "setting", 3, "color"), `edition!B3: there is no setting "color"`},
		"a setting twice":             {put("edition", "setting", 4, "id"), `edition!B4: the setting "id" is there twice`},
		"a column renamed":            {put("01-first", "rank", 1, "ranks"), `01-first!K1: there is no column "ranks"`},
		"a column twice":              {put("01-first", "rank", 1, "from"), `the column "from" is there twice`},
		"a column removed":            {func(f *excelize.File) { must(t, f.RemoveCol("01-first", "K")) }, `01-first!A1: the column "rank" is missing`},
		"a column without a key":      {func(f *excelize.File) { must(t, f.SetCellStr("01-first", "AC9", "x")) }, `01-first!AC9: something stands in a column without a key`},
		"a broken mark":               {put("01-first", "row", 1, "cssa-edition x"), `01-first!A1: the mark of row 1 is broken`},
		"a sheet of another edition": {func(f *excelize.File) {
			mark, err := f.GetCellValue("rules", "A1")
			must(t, err)
			must(t, f.SetCellStr("rules", "A1", strings.Replace(mark, "2023", "2024", 1)))
		}, `rules: this is a sheet of another edition, 2024-securities`},
		"a sheet removed":                  {func(f *excelize.File) { must(t, f.DeleteSheet("rules")) }, `rules: the sheet "rules" is missing`},
		"a section's sheet removed":        {func(f *excelize.File) { must(t, f.DeleteSheet("02-second")) }, `02-second: the sheet "02-second" is missing; put it back; to remove a section`},
		"a fixed sheet renamed":            {func(f *excelize.File) { must(t, f.SetSheetName("rules", "my-rules")) }, `my-rules: this sheet must be called "rules"`},
		"a section with a name of Excel's": {func(f *excelize.File) { must(t, f.SetSheetName("02-second", "Sheet (2)")) }, `Sheet (2): the name of the sheet is no name for a section`},
	} {
		t.Run(name, func(t *testing.T) {
			in, problems := imported(t, files, edited(t, book, c.edit))
			if in != nil || !slices.ContainsFunc(problems, func(p sheet.Problem) bool { return strings.Contains(p.String(), c.want) }) {
				t.Errorf("want %s, got %v", c.want, problems)
			}
			for _, p := range problems {
				if !p.What.Complete() || !p.Mend.Complete() {
					t.Errorf("%s: not in both languages", p)
				}
			}
		})
	}
	for name, body := range map[string][]byte{"no workbook": []byte("PK"), "another workbook": other(t)} {
		if in, problems := imported(t, files, body); in != nil || len(problems) != 1 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func date(t *testing.T, f *excelize.File, name, at string, serial float64) {
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	must(t, f.SetCellStyle(name, at, at, style))
	must(t, f.SetCellValue(name, at, serial))
}

func other(t *testing.T) []byte {
	f := excelize.NewFile()
	must(t, f.SetCellStr("Sheet1", "A1", "id"))
	buf, err := f.WriteToBuffer()
	must(t, err)
	return buf.Bytes()
}

// A date that Excel holds as one is taken as the setting writes it.
func TestADateOfExcelIsADate(t *testing.T) {
	files := mini(t)
	in, problems := imported(t, files, edited(t, export(t, files), func(f *excelize.File) {
		date(t, f, "edition", cell(t, f, "edition", "value", find(t, f, "edition", map[string]string{"setting": "reference_date"})), 45473)
		date(t, f, "edition", cell(t, f, "edition", "value", find(t, f, "edition", map[string]string{"setting": "deadline"})), 45534.708333333336)
	}))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := string(in.Files["edition.yaml"])
	for _, want := range []string{"reference_date: 2024-06-30    # 基準日\n", "deadline: \"2024-08-30 17:00\"  # 提出期限\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// Sections come, go and are renamed by their sheets.
func TestSectionsFollowTheirSheets(t *testing.T) {
	files := mini(t)
	book := export(t, files)
	after := func(edit func(*excelize.File)) *sheet.Imported {
		in, problems := imported(t, files, edited(t, book, edit))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return in
	}
	in := after(func(f *excelize.File) {
		i, err := f.NewSheet("03-third")
		must(t, err)
		from, err := f.GetSheetIndex("02-second")
		must(t, err)
		must(t, f.CopySheet(from, i))
		must(t, f.SetCellStr("03-third", "B3", "third"))
	})
	if !slices.Equal(in.Changed, []string{"sections/03-third.yaml"}) || !strings.HasPrefix(string(in.Files["sections/03-third.yaml"]), "id: third\nnumber: \"2\"\n") {
		t.Errorf("a copied sheet: %v\n%s", in.Changed, in.Files["sections/03-third.yaml"])
	}
	in = after(func(f *excelize.File) { must(t, f.SetSheetName("02-second", "02-other")) })
	if !slices.Equal(in.Changed, []string{"sections/02-other.yaml"}) || !slices.Equal(in.Removed, []string{"sections/02-second.yaml"}) ||
		string(in.Files["sections/02-other.yaml"]) != string(files["sections/02-second.yaml"]) {
		t.Errorf("a renamed sheet: %v, %v", in.Changed, in.Removed)
	}
	in = after(func(f *excelize.File) {
		for range 40 {
			must(t, f.RemoveRow("02-second", 3))
		}
	})
	if len(in.Changed) > 0 || !slices.Equal(in.Removed, []string{"sections/02-second.yaml"}) {
		t.Errorf("an emptied sheet: %v, %v", in.Changed, in.Removed)
	}
}

// Text and workbook may both be edited as long as it is not the same file.
func TestTextThatWasEditedSinceIsKept(t *testing.T) {
	files := mini(t)
	book := edited(t, export(t, files), func(f *excelize.File) {
		must(t, f.SetCellStr("01-first", cell(t, f, "01-first", "ja", 3), "第一"))
	})
	files["rules.yaml"] = []byte(strings.Replace(string(files["rules.yaml"]), "ja: い", "ja: う", 1))
	in, problems := imported(t, files, book)
	if len(problems) > 0 || !slices.Equal(in.Changed, []string{"sections/01-first.yaml"}) || !strings.Contains(string(in.Files["rules.yaml"]), "う") {
		t.Errorf("%v, %v", problems, in)
	}
	files["sections/01-first.yaml"] = []byte(strings.Replace(string(files["sections/01-first.yaml"]), "ja: 方針", "ja: 指針", 1))
	if in, problems := imported(t, files, book); in != nil || len(problems) != 1 || problems[0].Sheet != "01-first" || !strings.Contains(problems[0].String(), "both sections/01-first.yaml and this sheet were changed") {
		t.Errorf("%v", problems)
	}
	// The same workbook a second time changes nothing more, and edited again it is imported again.
	first := in
	if again, problems := imported(t, first.Files, book); len(problems) > 0 || len(again.Changed) > 0 {
		t.Errorf("%v, %v", problems, again)
	}
	book = edited(t, book, func(f *excelize.File) {
		must(t, f.SetCellStr("01-first", cell(t, f, "01-first", "ja", 3), "第一の区分"))
	})
	of := func(checklist.EditionID) (map[string][]byte, error) { return first.Files, nil }
	if again, problems, err := sheet.Import(book, of, first.Left); err != nil || len(problems) > 0 || !strings.Contains(string(again.Files["sections/01-first.yaml"]), "第一の区分") {
		t.Errorf("%v, %v", problems, err)
	}
	if again, problems, err := sheet.Import(book, of, nil); err != nil || again != nil || len(problems) != 1 {
		t.Errorf("not knowing of the first: %v, %v", problems, err)
	}
}

// A frozen edition is not changed.
func TestAFrozenEditionStays(t *testing.T) {
	files := mini(t)
	book := export(t, files)
	files["FROZEN"] = []byte("x\n")
	if _, problems := imported(t, files, book); len(problems) > 0 {
		t.Error(problems)
	}
	if in, problems := imported(t, files, edited(t, book, func(f *excelize.File) { must(t, f.SetCellStr("01-first", "E3", "壱")) })); in != nil || len(problems) != 1 || problems[0].File != "FROZEN" {
		t.Error(problems)
	}
}

// What lint finds after an import is found in its cell.
func TestFindingsNameTheirCell(t *testing.T) {
	files := mini(t)
	for name, c := range map[string]struct {
		sheet, key string
		row        int
		value      string
		want       string
	}{
		"a rank":               {"01-first", "rank", 9, "-5", "01-first!K9"},
		"no prompt in English": {"01-first", "prompt.en", 4, "", "01-first!H4"}, // the empty cell, not the Japanese beside it
		"no title in English":  {"01-first", "en", 4, "", "01-first!F4"},
		"no note in English":   {"01-first", "en", 5, "", "01-first!F5"},
		"no choice in English": {"01-first", "en", 7, "", "01-first!F7"},
		"a note":               {"01-first", "ja", 6, "", "01-first!E6"},
		"an id twice":          {"01-first", "id", 8, "published", "01-first!B8"},
		"a condition":          {"01-first", "when", 10, "replied: policy", "01-first!J10"},
		"a date":               {"edition", "value", 8, "30 June", "edition!C8"},
	} {
		t.Run(name, func(t *testing.T) {
			in, problems := imported(t, files, edited(t, export(t, files), func(f *excelize.File) {
				must(t, f.SetCellStr(c.sheet, cell(t, f, c.sheet, c.key, c.row), c.value))
			}))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			_, findings := load(t, in.Files)
			var got []string
			for _, f := range findings {
				p := in.Place(f)
				got = append(got, p.String())
				if p.What.JA == p.What.EN && f.Mend != "" {
					t.Errorf("%s: no Japanese", p)
				}
			}
			if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, c.want+": ") }) {
				t.Errorf("want %s, got\n%s", c.want, strings.Join(got, "\n"))
			}
		})
	}
}

// What a workbook cannot hold is not exported.
func TestWhatNoCellHoldsIsNotExported(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"a control character": {"ja: 一\n", `ja: "\x01"` + "\n", "sections/01-first.yaml: the character U+0001"},
		"a text too long":     {"ja: 一\n", "ja: " + strings.Repeat("あ", 32768) + "\n", "longer than the 32767"},
		"a key too many":      {"number: \"1\"\n", "number: \"1\"\ncolour: red\n", "the key colour has no column"},
	} {
		t.Run(name, func(t *testing.T) {
			files := mini(t)
			files["sections/01-first.yaml"] = []byte(strings.Replace(string(files["sections/01-first.yaml"]), c.old, c.new, 1))
			if err := sheet.Export(&strings.Builder{}, testEdition, files, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
	files := mini(t)
	files["sections/03-"+strings.Repeat("x", 40)+".yaml"] = files["sections/02-second.yaml"]
	if err := sheet.Export(&strings.Builder{}, testEdition, files, nil); err == nil || !strings.Contains(err.Error(), "rename the file") {
		t.Errorf("%v", err)
	}
}
