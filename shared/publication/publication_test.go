package publication_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"cssa/shared/checklist"
	"cssa/shared/publication"
	"cssa/shared/questionnaire"
	"cssa/shared/table"
)

const run = "20231030T080000Z-freeze"

// pack is a release of 2023-securities whose tables are made by hand: every row shows 30 of 40 in its first column, tells the
// rest together, or of two columns shows 10. The first row of 図表7 has an empty base, that of 図表1 for the small firms is closed.
func pack(t *testing.T) *publication.Pack {
	t.Helper()
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(context.Background(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	p := &publication.Pack{
		Edition: ed, Run: run, Released: time.Date(2023, 11, 1, 9, 0, 0, 0, time.FixedZone("JST", 9*60*60)), Code: "0123abcd",
		Corrects: []publication.Issue{{Run: "20231020T080000Z-freeze", Released: time.Date(2023, 10, 21, 0, 0, 0, 0, time.UTC)}},
	}
	for _, d := range ed.Tables() {
		if len(d.Columns) == 0 {
			continue
		}
		for _, g := range []table.Group{table.All, {Dimension: "size", ID: "small"}} {
			p.Tables = append(p.Tables, tableOf(ed, d, g))
		}
	}
	return p
}

func tableOf(ed *checklist.Edition, d *checklist.TableDef, g table.Group) table.Table {
	tb := table.Table{Edition: string(ed.ID), Run: run, ID: d.ID, Stage: string(d.Stage), Group: g, Firms: 50, Replied: 45}
	for _, c := range d.Columns {
		tb.Columns = append(tb.Columns, c.ID)
	}
	for _, r := range d.Rows {
		row := table.Row{Item: string(r.Item), Base: 40, Unanswered: 3, NotApplicable: 2, Cells: []table.Cell{table.Count(30, 40)}}
		var rest []int
		for c := 1; c < len(d.Columns); c++ {
			rest = append(rest, c)
		}
		switch len(rest) {
		case 0:
		case 1:
			row.Cells = append(row.Cells, table.Count(10, 40))
		default:
			for range rest {
				row.Cells = append(row.Cells, table.Withhold(0))
			}
			row.Joints = []table.Joint{{Columns: rest, Count: 10, Few: rest[0]}}
		}
		switch {
		case d.ID == "fig07" && g == table.All:
			row = table.Row{Item: string(r.Item), NotApplicable: 45}
			for range d.Columns {
				row.Cells = append(row.Cells, table.Count(0, 0))
			}
		case d.ID == "fig01" && g != table.All:
			row = table.CloseRow(string(r.Item), len(d.Columns))
		}
		tb.Rows = append(tb.Rows, row)
	}
	return tb
}

func files(t *testing.T, p *publication.Pack) map[string][]byte {
	t.Helper()
	made, err := p.Files()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range made {
		out[f.Name] = f.Body
	}
	return out
}

func TestTheSameReleaseMakesTheSameBytes(t *testing.T) {
	first := files(t, pack(t))
	for range 3 {
		again := pack(t)
		again.Released = again.Released.UTC() // another zone
		for name, body := range files(t, again) {
			if !bytes.Equal(body, first[name]) {
				t.Errorf("%s has other bytes", name)
			}
		}
	}
}

// A number that is withheld is in no record, so another one in its place changes nothing. Here the records say what a row's
// cells are.
func TestARecordHasANumberOrASymbol(t *testing.T) {
	made := files(t, pack(t))
	for _, c := range []struct {
		file string
		line int // of the data
		want map[string]string
	}{
		{"fig01", 0, map[string]string{"count": "30", "share_base": "40", "share": "75.0", "symbol": "", "joint": "", "base": "40", "unanswered": "3", "not_applicable": "2"}},
		{"fig01", 1, map[string]string{"count": "", "share": "", "symbol": "x", "joint": "1", "joint_count": "10", "few": "true"}},
		{"fig01", 2, map[string]string{"symbol": "x", "joint": "1", "joint_count": "10", "few": "false"}},
		{"fig01", 4, map[string]string{"group_ja": "小規模", "count": "", "symbol": "x", "joint": "", "base": "", "unanswered": "", "not_applicable": ""}},
		{"fig07", 0, map[string]string{"count": "", "share": "", "symbol": "−", "base": "0", "not_applicable": "45"}},
	} {
		got := lines(t, made["tables/"+c.file+".csv"])[c.line]
		for column, want := range c.want {
			if got[column] != want {
				t.Errorf("%s line %d: %s is %q, want %q", c.file, c.line, column, got[column], want)
			}
		}
	}
}

func lines(t *testing.T, file []byte) []map[string]string {
	t.Helper()
	body, ok := bytes.CutPrefix(file, []byte("\ufeff"))
	if !ok {
		t.Fatal("no byte order mark")
	}
	all, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, l := range all[1:] {
		m := map[string]string{}
		for i, name := range all[0] {
			m[name] = l[i]
		}
		out = append(out, m)
	}
	return out
}

// Whoever holds one file knows what it is made of.
func TestEveryFileSaysWhereItsNumbersComeFrom(t *testing.T) {
	p := pack(t)
	for name, body := range files(t, p) {
		text := string(body)
		switch {
		case name == "SHA256SUMS":
			continue
		case strings.HasSuffix(name, ".xlsx"):
			text = strings.Join(cells(t, body), "\n")
		case strings.HasSuffix(name, ".parquet"):
			f, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
			if err != nil {
				t.Fatal(err)
			}
			text = ""
			for _, kv := range f.Metadata().KeyValueMetadata {
				text += kv.Key + "=" + kv.Value + "\n"
			}
		}
		for what, want := range map[string]string{
			"the run": run, "the definition": p.Edition.Checksum, "the code": "0123abcd", "what it corrects": "20231020T080000Z-freeze",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %s", name, what)
			}
		}
	}
}

func cells(t *testing.T, body []byte) []string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	for _, s := range f.GetSheetList() {
		rows, err := f.GetRows(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			out = append(out, strings.Join(r, "\t"))
		}
	}
	return out
}

// The same values by four ways, and a list that names each file with its rows.
func TestAllFormatsAgree(t *testing.T) {
	p := pack(t)
	made := files(t, p)
	var contents struct {
		Files []struct {
			Name   string
			Rows   int
			SHA256 string
		}
	}
	if err := json.Unmarshal(made["contents.json"], &contents); err != nil {
		t.Fatal(err)
	}
	for _, f := range contents.Files {
		if want := (publication.File{Body: made[f.Name]}).SHA256(); f.SHA256 != want || !strings.Contains(string(made["SHA256SUMS"]), want+"  "+f.Name+"\n") {
			t.Errorf("%s: the contents say %s, it is %s", f.Name, f.SHA256, want)
		}
		table, ok := strings.CutSuffix(f.Name, ".csv")
		if !ok {
			continue
		}
		fromCSV := lines(t, made[f.Name])
		if len(fromCSV) != f.Rows {
			t.Errorf("%s has %d rows, the contents say %d", f.Name, len(fromCSV), f.Rows)
		}
		type row struct {
			Group  string `parquet:"group_id"`
			Item   string `parquet:"item"`
			Series string `parquet:"series"`
			Count  *int32 `parquet:"count,optional"`
			Symbol string `parquet:"symbol"`
		}
		body := made[table+".parquet"]
		fromParquet, err := parquet.Read[row](bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatal(err)
		}
		var fromJSON []string
		var doc struct {
			Series []struct{ ID string }
			Groups []struct {
				ID   string
				Rows []struct {
					Item  string
					Cells []struct {
						Count  *int32
						Symbol string
					}
				}
			}
		}
		if err := json.Unmarshal(made[table+".json"], &doc); err != nil {
			t.Fatal(err)
		}
		for _, g := range doc.Groups {
			for _, r := range g.Rows {
				for i, c := range r.Cells {
					fromJSON = append(fromJSON, fmt.Sprint(g.ID, r.Item, doc.Series[i].ID, count(c.Count), c.Symbol))
				}
			}
		}
		var one, two []string
		for i, l := range fromCSV {
			one = append(one, fmt.Sprint(l["group_id"], l["item"], l["series"], l["count"], l["symbol"]))
			r := fromParquet[i]
			two = append(two, fmt.Sprint(r.Group, r.Item, r.Series, count(r.Count), r.Symbol))
		}
		if !slices.Equal(one, two) || !slices.Equal(one, fromJSON) {
			t.Errorf("%s: CSV, Parquet and JSON differ", table)
		}
	}
	if want := 4*len(tablesOf(p)) + 1; len(contents.Files) != want || len(made) != want+2 {
		t.Errorf("%d files are listed of %d, want %d", len(contents.Files), len(made), want)
	}
}

func count(n *int32) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func tablesOf(p *publication.Pack) map[[2]string]bool {
	out := map[[2]string]bool{}
	for _, tb := range p.Tables {
		out[[2]string{tb.ID, tb.Stage}] = true
	}
	return out
}

func TestTheWorkbookShowsSymbolsAndSums(t *testing.T) {
	text := strings.Join(cells(t, files(t, pack(t))["publication.xlsx"]), "\n")
	for _, want := range []string{
		"図表1 サイバーセキュリティの経営方針", "Figure 1 Cybersecurity in management policy",
		"全体\nAll firms\t\t50\t45\t40\t3\t2\t30\t75.0\tx[1]\tx[1]\tx[1]\tx[1]\tx[1]\tx[1]\t[1] 計10先 / 10 firms together; 「",
		"小規模\nSmall\t\t50\t45\tx\tx\tx\tx\tx", "全体\nAll firms\t\t50\t45\t0\t0\t45\t−\t−", "先未満",
		"小数点第2位以下を四捨五入しているため、割合の合計は必ずしも100にならない。",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the workbook lacks %q", want)
		}
	}
}

func TestTablesOfAnotherRunOrEditionAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*publication.Pack){
		"of another run":       func(p *publication.Pack) { p.Tables[3].Run = "nightly" },
		"of another edition":   func(p *publication.Pack) { p.Tables[3].Edition = "2022-regional" },
		"that is not there":    func(p *publication.Pack) { p.Tables[3].ID = "fig99" },
		"with other columns":   func(p *publication.Pack) { p.Tables[3].Columns = nil },
		"of all firms missing": func(p *publication.Pack) { p.Tables = p.Tables[1:] },
	} {
		p := pack(t)
		spoil(p)
		if got, err := p.Files(); err == nil {
			t.Errorf("a table %s makes %d files", name, len(got))
		}
	}
}

func TestCodeNamesTheRevision(t *testing.T) {
	info := func(kv ...string) *debug.BuildInfo {
		b := &debug.BuildInfo{}
		for i := 0; i < len(kv); i += 2 {
			b.Settings = append(b.Settings, debug.BuildSetting{Key: kv[i], Value: kv[i+1]})
		}
		return b
	}
	got := []string{
		publication.Code(nil), publication.Code(info("GOOS", "linux")),
		publication.Code(info("vcs.revision", "abc", "vcs.modified", "false")), publication.Code(info("vcs.revision", "abc", "vcs.modified", "true")),
	}
	if want := []string{publication.Unstated, publication.Unstated, "abc", "abc+modified"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
