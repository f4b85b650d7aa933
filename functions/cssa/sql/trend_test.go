package main

import (
	"context"
	"os"
	"testing"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/duckdb"
	"cssa/shared/lake/laketest"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
	"cssa/shared/trend"
)

// compare writes what a run writes of the change from one edition to the next, and makes both current. Of both, firms at the
// index of an answer replied.
func (p place) compare(t testing.TB, plan *trend.Plan, then, now round, heirs map[checklist.FirmID]checklist.FirmID) *trend.Comparison {
	t.Helper()
	ctx := context.Background()
	old, ed := plan.Editions()
	side := func(ed *checklist.Edition, r round, code func(checklist.Answers) (trend.Codes, error)) (firms []trend.Firm) {
		for i, a := range r.answers {
			codes, err := code(a)
			must(t, err)
			firms = append(firms, trend.Firm{ID: r.firms[i].ID, Groups: groupsIn(ed, r.firms[i]), Codes: codes})
		}
		return firms
	}
	c, err := plan.Compare(side(old, then, plan.Then), side(ed, now, plan.Now), heirs)
	must(t, err)
	p.write(t, old, night, then.firms, then.answers)
	p.write(t, ed, night, now.firms, now.answers)
	comparisons, err := lake.ComparisonRows(plan)
	must(t, err)
	must(t, lake.Write(ctx, p.restricted, ed.ID, night, lake.TrendRows(old.ID, night, c.Trends())))
	must(t, lake.Write(ctx, p.restricted, ed.ID, night, lake.TransitionRows(old.ID, night, c.Transitions())))
	must(t, lake.Write(ctx, p.restricted, ed.ID, night, lake.PanelRows(old.ID, c.Links)))
	must(t, lake.Write(ctx, p.restricted, ed.ID, night, comparisons))
	must(t, lake.MakeCurrent(ctx, p.restricted, old.ID, night))
	must(t, lake.MakeCurrent(ctx, p.restricted, ed.ID, night))
	return c
}

func planned(t testing.TB, old, ed *checklist.Edition) *trend.Plan {
	t.Helper()
	plan, err := trend.New(old, ed)
	must(t, err)
	return plan
}

// Whatever firms answer, and whoever comes, leaves, changes its group or is taken over, SQL over both editions' answers and
// the room agree on every number of every trend and transition.
func TestSQLRecomputesEveryTrend(t *testing.T) {
	old, ed, p := laketest.Edition(), laketest.Following(), newPlace(t)
	old.Attributes = ed.Attributes
	plan := planned(t, old, ed)
	type rounds struct {
		then, now round
		heirs     map[checklist.FirmID]checklist.FirmID
	}
	some := rapid.Custom(func(t *rapid.T) rounds {
		one := func(ed *checklist.Edition) round {
			r := round{firms: rapid.Permutation(drawFirms(t)).Draw(t, "order")} // others replied in each
			for i := range r.firms {
				r.firms[i].Attributes = register.AttributesOf(map[string]string{"region": rapid.SampledFrom([]string{"east", "west", ""}).Draw(t, "region")})
			}
			for range rapid.IntRange(1, len(r.firms)).Draw(t, "replied") {
				r.answers = append(r.answers, draw(t, ed))
			}
			return r
		}
		all := rounds{one(old), one(ed), map[checklist.FirmID]checklist.FirmID{}}
		for _, f := range all.then.firms {
			if _, there := at(all.now.firms, f.ID); !there {
				all.heirs[f.ID] = rapid.SampledFrom(all.now.firms).Draw(t, "heir").ID
			}
		}
		return all
	})
	broken, split, redefined, moved := 0, 0, 0, 0
	for seed := range 8 {
		r := some.Example(seed)
		must(t, os.RemoveAll(string(p.restricted)))
		c := p.compare(t, plan, r.then, r.now, r.heirs)
		agrees(t, p, plan)
		moved += len(c.Transitions())
		for _, tr := range c.Trends() {
			if tr.Broke != nil {
				broken++
			}
			if parts, ok := tr.Parts(); ok {
				split++
				if parts.Redefinition.Sign() != 0 {
					redefined++
				}
			}
		}
	}
	if broken == 0 || split == 0 || redefined == 0 || moved == 0 {
		t.Errorf("%d broken, %d split, %d redefined, %d transitions", broken, split, redefined, moved)
	}
}

func at(firms []register.Firm, id checklist.FirmID) (register.Firm, bool) {
	for _, f := range firms {
		if f.ID == id {
			return f, true
		}
	}
	return register.Firm{}, false
}

func agrees(t *testing.T, p place, plan *trend.Plan) {
	t.Helper()
	db := p.attach(t, duckdb.Restricted)
	for _, q := range lake.TrendQueries(plan) {
		if rows := ask(t, db, q.Differences()); len(rows) > 0 {
			t.Fatalf("%s: %d differences, e.g.\n%s", q.Name, len(rows), rows[0])
		}
	}
	db.Close()
}

// The real editions are compared by SQL as they are by the room.
func TestTheSecuritiesTrendsAreRecomputed(t *testing.T) {
	old := securities(t)
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), "2024-securities")
	must(t, err)
	p, plan := newPlace(t), planned(t, old, ed)
	firms, answers := invent(old, 60)
	firmsNow, answersNow := invent(ed, 70)
	p.compare(t, plan, round{firms[:50], answers[:40]}, round{firmsNow[10:], answersNow[10:60]},
		map[checklist.FirmID]checklist.FirmID{firms[0].ID: firmsNow[69].ID, firms[1].ID: firmsNow[50].ID, firms[2].ID: firmsNow[51].ID, firms[3].ID: firmsNow[51].ID})
	agrees(t, p, plan)
	// What an analyst finds ready by name shows those trends: each of the whole sector's once, its parts adding up.
	db := p.attach(t, duckdb.Restricted)
	trends, transitions := named(t, ed, "trends", false), named(t, ed, "transitions", false)
	if all := ask(t, db, "SELECT * FROM ("+trends+")"); len(all) < 100 {
		t.Errorf("%d trends", len(all))
	}
	expect(t, db, "SELECT (SELECT count(*) FROM ("+trends+")) = (SELECT count(*) FROM trends WHERE dimension = 'all')", "true")
	expect(t, db, "SELECT count(*) FROM ("+trends+") WHERE panel > 0 AND change_points <> within_points + composition_points + redefinition_points", "0")
	expect(t, db, "SELECT count(*) > 0 FROM ("+trends+") WHERE NOT comparable AND why_ja <> '' AND then_share IS NULL", "true")
	expect(t, db, "SELECT (SELECT sum(firms) FROM ("+transitions+")) = (SELECT sum(firms) FROM transitions WHERE dimension = 'all')", "true")
}

// The comparison would see a single wrong number.
func TestTheComparisonOfTrendsBites(t *testing.T) {
	old, ed, ctx := laketest.Edition(), laketest.Following(), context.Background()
	plan := planned(t, old, ed)
	then := round{laketest.Firms(), laketest.Answers()}
	for name, spoil := range map[string]func(rows []lake.TrendRow){
		"a count one too high":          func(rows []lake.TrendRow) { *rows[0].ThenCount++ },
		"a panel one too small":         func(rows []lake.TrendRow) { *rows[0].Panel-- },
		"a share a tenth off":           func(rows []lake.TrendRow) { *rows[0].PanelNowShare++ },
		"a merger that is a firm's end": func(rows []lake.TrendRow) { rows[0].FirmsMerged++ },
	} {
		p := newPlace(t)
		p.compare(t, plan, then, then, nil)
		rows, err := lake.Read[lake.TrendRow](ctx, p.restricted, ed.ID, night)
		must(t, err)
		spoil(rows)
		file, err := lake.Encode(rows)
		must(t, err)
		_, err = p.restricted.Replace(ctx, lake.Key("trends", ed.ID, night, 0), file)
		must(t, err)
		db := p.attach(t, duckdb.Restricted)
		if rows := ask(t, db, lake.TrendQueries(plan)[0].Differences()); len(rows) == 0 {
			t.Errorf("%s: not noticed", name)
		}
	}
}
