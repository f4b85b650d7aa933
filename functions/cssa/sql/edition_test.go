package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/duckdb"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

func securities(t testing.TB) *checklist.Edition {
	t.Helper()
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(context.Background(), "2023-securities")
	must(t, err)
	return ed
}

// invent returns n firms and their answers to ed, one blank in twenty: some rest on every choice of every place.
func invent(ed *checklist.Edition, n int) ([]register.Firm, []checklist.Answers) {
	random := rand.New(rand.NewPCG(2023, 272))
	ids := map[checklist.Dimension][]string{}
	for _, g := range ed.Groups {
		ids[g.Dimension] = append(ids[g.Dimension], g.ID)
	}
	pick := func(d checklist.Dimension) string {
		if len(ids[d]) == 0 {
			return ""
		}
		return ids[d][random.IntN(len(ids[d]))]
	}
	firms, answers := make([]register.Firm, n), make([]checklist.Answers, n)
	for i := range firms {
		firms[i] = register.Firm{
			ID: checklist.FirmID(fmt.Sprintf("S-%06d", i+1)), Sector: pick(checklist.BySector), PeerGroup: pick(checklist.ByGroup), SizeBand: pick(checklist.BySize),
		}
		a := checklist.Answers{}
		for _, q := range ed.Questions() {
			for _, r := range q.Refs() {
				if !ed.Applies(q, r, a) || random.IntN(20) == 0 {
					continue
				}
				switch q.Kind {
				case checklist.Number:
					a[r] = checklist.Answer{Number: q.Min + random.Int64N(min(q.Max-q.Min, 1000)+1)}
				case checklist.FreeText:
					a[r] = checklist.Answer{Text: "備考"}
				default:
					choices := q.ChoicesAt(r.Stage)
					a[r] = checklist.Answer{Choice: choices[random.IntN(len(choices))].ID}
				}
			}
		}
		answers[i] = a
	}
	return firms, answers
}

// The real edition, with its sixteen figures, is recomputed from the answers of 200 of 272 firms.
func TestTheSecuritiesEditionIsRecomputed(t *testing.T) {
	ed, p := securities(t), newPlace(t)
	firms, answers := invent(ed, 272)
	p.write(t, ed, night, firms, answers[:200])
	must(t, lake.MakeCurrent(context.Background(), p.restricted, ed.ID, night))
	db := p.attach(t, duckdb.Restricted)
	recomputes(t, db, ed)
	expect(t, db, "SELECT count(DISTINCT figure), min(population), max(replied) FROM figures WHERE dimension = 'all'", "16,272,200")
}
