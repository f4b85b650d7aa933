package scan_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"cssa/shared/disclosure/scan"
)

func TestSecretsAreTheWithheldNumbers(t *testing.T) {
	got := ""
	for _, s := range secrets() {
		got += s.String() + "\n"
	}
	if want := `39 of 61 at [policy internal all all]
3 of 61 at [policy none all all]
2 of 61 at [list progress yes all all]
59 of 61 at [list progress no all all]
4 of 61 at [list cases yes all all]
57 of 61 at [list cases no all all]
1 of 61 at [staff audit own all all]
13 of 61 at [staff audit outside all all]
`; got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestTheReportGivesNothingAway(t *testing.T) {
	leaks, err := scan.Page("report", []byte(page(t)), secrets(), nil)
	for _, l := range leaks {
		t.Error(l)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Each leak is planted into the real page, in the row of the progress of reports (2 of 61 said yes) or the staff of audit
// (1 of 61 own, 13 outside), and no other.
func TestEveryLeakPlantedInAPageIsFound(t *testing.T) {
	clean := page(t)
	progress := "<th scope=\"row\">進捗</th>"
	for story, tc := range map[string]struct{ at, with, kind string }{
		"the count in a title":             {progress, `<th scope="row" title="2先">進捗</th>`, scan.Count},
		"the count in an aria label":       {progress, `<th scope="row" aria-label="進捗 2 firms">進捗</th>`, scan.Count},
		"the count in full-width digits":   {progress, progress + `<td>２先</td>`, scan.Count},
		"the count of the others":          {progress, progress + `<td>59</td>`, scan.Count},
		"the share":                        {progress, progress + `<td>3.3</td>`, scan.Share},
		"the share with more decimals":     {progress, `<th scope="row" data-share="3.2787">進捗</th>`, scan.Share},
		"the share as a fraction":          {progress, `<th scope="row" data-share="0.0328">進捗</th>`, scan.Share},
		"the share of the others":          {progress, progress + `<td hidden>96.7</td>`, scan.Share},
		"a comment":                        {progress, progress + `<!-- yes: 2 -->`, scan.Count},
		"the alt text of a picture":        {progress, progress + `<td><img alt="3.3% yes"></td>`, scan.Share},
		"a description of the drawing":     {progress, progress + `<td><svg><desc>2 yes</desc></svg></td>`, scan.Count},
		"a bar of its length in percent":   {progress, progress + `<td><svg><rect x="0%" width="3.28%"/></svg></td>`, scan.Length},
		"a bar of its length in units":     {progress, progress + `<td><svg viewBox="0 0 600 20"><rect x="0" width="19.7"/></svg></td>`, scan.Length},
		"a bar that stands upright":        {progress, progress + `<td><svg viewBox="0 0 20 300"><rect x="0" y="290.2" width="9" height="9.8"/></svg></td>`, scan.Length},
		"a bar at no scale but its own":    {progress, progress + `<td><svg><rect x="0" width="5"/><rect x="5" width="147.5"/></svg></td>`, scan.Length},
		"a gap between two bars":           {progress, progress + `<td><svg><rect x="0%" width="20%"/><rect x="23.28%" width="76.72%"/></svg></td>`, scan.Length},
		"a line":                           {progress, progress + `<td><svg viewBox="0 0 610 20"><line x1="0" x2="20"/></svg></td>`, scan.Length},
		"a path":                           {progress, progress + `<td><svg viewBox="0 0 610 20"><path d="M0 0 L20 0 L20 9"/></svg></td>`, scan.Length},
		"a box of a style's width":         {progress, progress + `<td><div style="width: 3.28%"></div></td>`, scan.Length},
		"the other language":               {"<th scope=\"row\">Progress</th>", "<th scope=\"row\">Progress</th><td>2</td>", scan.Count},
		"in the second row of an item":     {"※ 2区分計 23.0", "※ 2区分計 23.0 (13)", scan.Count},
		"the joint drawn as its two parts": {`width="22.95%"`, `width="21.31%"`, scan.Length},
	} {
		t.Run(story, func(t *testing.T) {
			if !strings.Contains(clean, tc.at) {
				t.Fatalf("there is no %s on the page", tc.at)
			}
			leaks, err := scan.Page("report", []byte(strings.Replace(clean, tc.at, tc.with, 1)), secrets(), nil)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, l := range leaks {
				found = found || l.Kind == tc.kind
			}
			if !found {
				t.Errorf("not found: %v", leaks)
			}
		})
	}
}

func TestAPageWithoutThePlaceIsNotScanned(t *testing.T) {
	if _, err := scan.Page("report", []byte("<p>nothing</p>"), secrets(), nil); err == nil {
		t.Error("no error")
	}
	absent := 0
	if _, err := scan.Page("report", []byte("<p>nothing</p>"), secrets(), func(scan.Secret) { absent++ }); err != nil || absent != len(secrets()) {
		t.Errorf("%d absent, %v", absent, err)
	}
}

func TestOrder(t *testing.T) {
	printed := []scan.Row{{Label: "a"}, {Label: "b", Withheld: true}, {Label: "c"}, {Label: "d", Withheld: true}, {Label: "none", Last: true}}
	for displayed, leaks := range map[string]int{
		"a b c d none": 0, "c a b d none": 0, "a c b d none": 0, "c a d b none": 1, "c b a d none": 1, "b c a d none": 1, "d a c b none": 1,
	} {
		if got := scan.Ordered("list", strings.Fields(displayed), printed); len(got) != leaks {
			t.Errorf("%s: %v", displayed, got)
		}
	}
	labels, err := scan.Displayed([]byte(page(t)), secrets()[2].Place[:1], []string{"進捗", "事案", "他社事例"})
	if err != nil || strings.Join(labels, " ") != "事案 進捗 他社事例" {
		t.Errorf("%v %v", labels, err)
	}
}

func TestText(t *testing.T) {
	for line, leaks := range map[string]int{"進捗 ※ 5先未満": 0, "進捗 2先": 1, "事案 2先": 0, "進捗 3.3%": 1, "進捗 ※ 1-2": 0} {
		if got := scan.Text("pdf", line, secrets()); len(got) != 2*leaks { // yes and no of the same row
			t.Errorf("%s: %v", line, got)
		}
	}
}

func TestCSV(t *testing.T) {
	head := "question,item,choice,dimension,group,base,count,share,withheld\n"
	row := "list,progress,yes,all,all,61,%s,true\n"
	for story, tc := range map[string]struct {
		file string
		kind string
	}{
		"withheld":             {head + fmt.Sprintf(row, ","), ""},
		"the count":            {head + fmt.Sprintf(row, "2,"), scan.Count},
		"the share":            {head + fmt.Sprintf(row, ",3.3"), scan.Share},
		"a row for every firm": {head + strings.Repeat(fmt.Sprintf(row, ","), 2), scan.Rows},
		"a note below":         {head + fmt.Sprintf(row, ",") + "note: list progress was 2\n", scan.Count},
	} {
		leaks, err := scan.CSV("file", []byte(tc.file), secrets(), "base")
		if err != nil || tc.kind == "" && len(leaks) > 0 || tc.kind != "" && (len(leaks) == 0 || leaks[0].Kind != tc.kind) {
			t.Errorf("%s: %v, %v", story, leaks, err)
		}
	}
}

// workbook is a workbook of one sheet, with parts beside it.
func workbook(t *testing.T, value string, parts map[string]string) []byte {
	t.Helper()
	all := map[string]string{
		"xl/sharedStrings.xml": `<sst><si><t>question</t></si><si><t>list</t></si><si><r><t>pro</t></r><r><t>gress</t></r></si></sst>`,
		"xl/worksheets/sheet1.xml": `<worksheet><cols><col hidden="1"/></cols><sheetData><row><c r="A1" t="s"><v>0</v></c></row><row><c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>2</v></c>` +
			`<c r="C2" t="inlineStr"><is><t>yes</t></is></c><c r="D2" t="inlineStr"><is><t>all</t></is></c>` + value + `</row></sheetData></worksheet>`,
	}
	for name, p := range parts {
		all[name] = p
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, p := range all {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, p)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestXLSX(t *testing.T) {
	for story, tc := range map[string]struct {
		file []byte
		kind string
	}{
		"withheld":             {workbook(t, "", nil), ""},
		"the count in a cell":  {workbook(t, `<c r="F2"><v>2</v></c>`, nil), scan.Count},
		"a formula's value":    {workbook(t, `<c r="F2"><f>2/61</f><v>0.032786885</v></c>`, nil), scan.Share},
		"a comment":            {workbook(t, "", map[string]string{"xl/comments1.xml": `<comments><t>list: 2 yes</t></comments>`}), scan.Count},
		"the cache of a chart": {workbook(t, "", map[string]string{"xl/charts/chart1.xml": `<c><v>list</v><numCache><pt><v>2</v></pt></numCache></c>`}), scan.Count},
		"a hidden sheet": {workbook(t, "", map[string]string{"xl/worksheets/sheet9.xml": `<worksheet><sheetData><row><c r="A1"><v>x</v></c></row><row>` +
			`<c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>2</v></c><c r="C2" t="inlineStr"><is><t>yes</t></is></c><c r="D2" t="inlineStr"><is><t>all</t></is></c><c r="E2"><v>2</v></c></row></sheetData></worksheet>`}), scan.Count},
	} {
		leaks, err := scan.XLSX("book", tc.file, secrets())
		if err != nil || tc.kind == "" && len(leaks) > 0 || tc.kind != "" && (len(leaks) == 0 || leaks[0].Kind != tc.kind) {
			t.Errorf("%s: %v, %v", story, leaks, err)
		}
	}
}
