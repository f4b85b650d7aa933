package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/athena"
	"cssa/shared/lake/duckdb"
	"cssa/shared/lake/laketest"
	"cssa/shared/table"
)

// named returns a named query of an edition, which must stand behind the expected door.
func named(t *testing.T, ed *checklist.Edition, name string, open bool) string {
	t.Helper()
	for _, q := range athena.Queries(ed) {
		if q.Name == string(ed.ID)+" "+name && q.Open == open {
			return q.SQL
		}
	}
	t.Fatalf("no query %q behind that door", name)
	return ""
}

// release puts the sample's whole-sector figures behind the open door, as a release would: the second row of fig02 has
// its count withheld.
func (p place) release(t *testing.T) {
	t.Helper()
	ctx, ed := context.Background(), laketest.Edition()
	figures, err := lake.Read[lake.FigureRow](ctx, p.restricted, ed.ID, night)
	must(t, err)
	var open []lake.OpenFigureRow
	for _, f := range figures {
		if f.Dimension != string(table.All.Dimension) {
			continue
		}
		row := lake.OpenFigureRow{
			Figure: f.Figure, FigureNumber: f.FigureNumber, Series: f.Series, Item: f.Item, Counts: f.Counts,
			Count: &f.Count, ShareBase: &f.ShareBase, Share: f.Share,
		}
		if f.Figure == "fig02" && f.Item == "cases" {
			row.Count, row.Share, row.ShareBase, row.Withheld = nil, nil, nil, true
		}
		open = append(open, row)
	}
	runs, err := lake.Read[lake.RunRow](ctx, p.restricted, ed.ID, night)
	must(t, err)
	dimensions, err := lake.DimensionRows(ed)
	must(t, err)
	must(t, lake.Write(ctx, p.open, ed.ID, night, open))
	must(t, lake.Write(ctx, p.open, ed.ID, night, runs))
	must(t, dimensions.Write(ctx, p.open, ed.ID, night))
	must(t, lake.MakeCurrent(ctx, p.open, ed.ID, night))
}

// What the open door's queries say of the sample, counted by hand: of 6 firms, 4 have a policy; 3 of those report own
// incidents; of the 3 with a plan against ransomware that say whether they drill it, 2 do (S-0005 left it blank), and 2 of
// 3 against DDoS.
func TestNamedQueriesOfTheOpenDoor(t *testing.T) {
	p, ed := newPlace(t), laketest.Edition()
	p.sample(t)
	p.release(t)
	db := p.attach(t, duckdb.OpenOnly)
	part := func(name string) string {
		return "SELECT item_en, series_en, printed, count, share_base FROM (" + named(t, ed, name, true) + ")"
	}
	expect(t, db, part("figure 01"), ",Set out,66.7,4,6", ",Not set out,33.3,2,6")
	expect(t, db, part("figure 02"), "Own incidents,Reported,75.0,3,4", "Cases elsewhere,Reported,x,,")
	expect(t, db, part("figure 03"), "Ransomware,Done,66.7,2,3", "DDoS,Done,66.7,2,3")
	expect(t, db, "SELECT population, replied, share FROM ("+named(t, ed, "response released", true)+")", "7,6,85.7")
}

// What the restricted door's queries say of the sample, counted by hand.
func TestNamedQueriesOfTheRestrictedDoor(t *testing.T) {
	p, ed := newPlace(t), laketest.Edition()
	p.sample(t)
	db := p.attach(t, duckdb.Restricted)
	expect(t, db, named(t, ed, "response", false),
		"all,all,7,6,85.7", "group,major,3,2,66.7", "group,net,4,4,100.0", "sector,sample,7,6,85.7", "size,large,3,3,100.0", "size,small,4,3,75.0")
	expect(t, db, named(t, ed, "response by day", false),
		"2023-07-10,1,0,1", "2023-08-01,1,0,2", "2023-08-02,1,0,3", "2023-08-30,1,0,4", "2023-08-31,2,0,6", "2023-09-01,1,1,7")
	// Blank of what was put: 0 of 11, 1 of 10, 3 of 10, 1 of 8, 2 of 10, 1 of 10; the mean is 12.1 and two deviations 18.9.
	expect(t, db, named(t, ed, "outliers unanswered", false))
	expect(t, db, named(t, ed, "outliers numbers", false)) // of five numbers none is three deviations away
	expect(t, db, named(t, ed, "outliers changed", false)) // there is no edition before
}

// Twenty firms answer alike, but for one that leaves every place blank that it may and one that trains 1,000 hours a head;
// a year before, a third stood two ranks lower, a fourth two higher, a fifth answered what it leaves blank now, and a sixth
// moved one rank only.
func TestOutliersAreFound(t *testing.T) {
	p, ctx := newPlace(t), context.Background()
	now, before := laketest.Edition(), laketest.Edition()
	now.ID = "2024-sample"
	like := laketest.Answers()[1]
	policy, hours, cases := checklist.Ref{Question: "policy"}, checklist.Ref{Question: "hours"}, checklist.Ref{Question: "report", Item: "cases"}
	firms, answers, past := laketest.Firms()[:0:0], []checklist.Answers{}, []checklist.Answers{}
	for i := range 20 {
		f := laketest.Firms()[1]
		f.ID = checklist.FirmID(fmt.Sprintf("S-%04d", i+1))
		firms, answers, past = append(firms, f), append(answers, copyOf(like)), append(past, copyOf(like))
	}
	answers[1] = checklist.Answers{policy: {Choice: "internal"}}
	past[1] = copyOf(answers[1])
	answers[2][hours] = checklist.Answer{Number: 10000}
	answers[3][policy], past[3][policy] = checklist.Answer{Choice: "public"}, checklist.Answer{Choice: "none"}
	answers[4][policy], past[4][policy] = checklist.Answer{Choice: "none"}, checklist.Answer{Choice: "public"}
	delete(answers[4], checklist.Ref{Question: "review"})
	delete(past[4], checklist.Ref{Question: "review"})
	delete(answers[5], cases)
	past[6][policy] = checklist.Answer{Choice: "none"}
	delete(past[6], checklist.Ref{Question: "review"})
	p.write(t, before, night, firms, past)
	p.write(t, now, night, firms, answers)
	must(t, lake.MakeCurrent(ctx, p.restricted, before.ID, night))
	must(t, lake.MakeCurrent(ctx, p.restricted, now.ID, night))
	db := p.attach(t, duckdb.Restricted)

	columns := func(columns, name string) string {
		return "SELECT " + columns + " FROM (" + named(t, now, name, false) + ")"
	}
	// Put to the firm with a policy: 1 policy, 1 review, 3 reports, 2 plans, 1 number, 1 text: all but the first are blank.
	expect(t, db, columns("firm, unanswered, put, share", "outliers unanswered"), "S-0002,8,9,88.9")
	expect(t, db, columns("firm, question, number", "outliers numbers"), "S-0003,hours,1000")
	expect(t, db, columns("firm, compared, rose, fell, went_blank", "outliers changed"),
		"S-0004,11,1,0,0", "S-0005,11,0,1,0", "S-0006,11,0,0,1")
	// The edition before has none to compare with, though it lies in the same lake.
	expect(t, db, named(t, before, "outliers changed", false))
}

func copyOf(a checklist.Answers) checklist.Answers {
	c := checklist.Answers{}
	for r, v := range a {
		c[r] = v
	}
	return c
}

// Every query of the real edition is answered behind its own door, and each of its sixteen figures has one.
func TestEveryNamedQueryIsAnswered(t *testing.T) {
	ed, p, figures := securities(t), newPlace(t), 0
	firms, answers := invent(ed, 40)
	p.write(t, ed, night, firms, answers)
	must(t, lake.MakeCurrent(context.Background(), p.restricted, ed.ID, night))
	names := map[string]bool{}
	for _, q := range athena.Queries(ed) {
		scope := duckdb.Restricted
		if q.Open {
			scope = duckdb.OpenOnly
		}
		ask(t, p.attach(t, scope), q.SQL)
		if names[q.Name] || q.Meaning == "" {
			t.Errorf("%q: twice, or without meaning", q.Name)
		}
		names[q.Name] = true
		if strings.Contains(q.Name, " figure ") {
			figures++
		}
	}
	if figures != 16 || len(names) != 22 {
		t.Errorf("%d queries of figures among %d, want 16 of 22", figures, len(names))
	}
}

// Another engine has the columns of every view, of the types that Athena is told.
func TestViewsHaveTheTypesThatAthenaIsTold(t *testing.T) {
	p := newPlace(t)
	p.sample(t)
	p.release(t)
	db := p.attach(t, duckdb.Restricted)
	words := strings.NewReplacer("timestamp(3)", "timestamp")
	for _, door := range []athena.Door{{Database: "r", Bucket: "r"}, {Database: "o", Bucket: "o", Open: true}} {
		tables, err := athena.Definitions(door)
		must(t, err)
		for _, v := range tables {
			if v.View == "" {
				continue
			}
			text := strings.TrimSuffix(strings.TrimPrefix(v.View, "/* Presto View: "), " */")
			body, err := base64.StdEncoding.DecodeString(text)
			must(t, err)
			var told struct {
				Columns []struct{ Name, Type string }
			}
			must(t, json.Unmarshal(body, &told))
			var want []string
			for _, c := range told.Columns {
				want = append(want, c.Name+" "+words.Replace(c.Type))
			}
			got := ask(t, db, "SELECT column_name || ' ' || lower(data_type) FROM information_schema.columns WHERE table_name = '"+v.Name+"' ORDER BY ordinal_position")
			for i := range got {
				got[i] = strings.Trim(got[i], `"`)
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s: DuckDB has %v, Athena is told %v", v.Name, got, want)
			}
		}
	}
}
