package synthesise

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/tally"
)

// regional plans a round of three sectors.
func regional(t testing.TB, o Options) *Round {
	t.Helper()
	ed, err := library.Edition(t.Context(), "2022-regional")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Plan(ed, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// bySector counts the firms of the population by sector.
func bySector(r *Round) map[string]int {
	n := map[string]int{}
	for _, f := range r.Register.At(r.Edition.ReferenceDate) {
		n[f.Sector]++
	}
	return n
}

// The sizes are those of the exercise of 2022, as the supervisor published them: 99, 254 and 145 institutions.
func TestThreeSectorsAreDrawnInTheirSizes(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want map[string]int
	}{
		{Options{}, map[string]int{"regional-banks": 99, "shinkin": 254, "shinkumi": 145}},
		{Options{Sectors: map[string]int{"shinkin": 40, "shinkumi": 30}}, map[string]int{"regional-banks": 99, "shinkin": 40, "shinkumi": 30}},
		{Options{Firms: 249}, map[string]int{"regional-banks": 50, "shinkin": 127, "shinkumi": 72}}, // the half of each, to a firm
		{Options{Firms: 60, Sectors: map[string]int{"regional-banks": 1, "shinkin": 1, "shinkumi": 2}}, map[string]int{"regional-banks": 15, "shinkin": 15, "shinkumi": 30}},
	} {
		r := regional(t, c.o)
		if got := bySector(r); !maps.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.o, got, c.want)
		}
		if problems := r.Register.Check(); len(problems) > 0 {
			t.Errorf("%+v: %+v", c.o, problems)
		}
	}
	if r := plan(t, Options{}); r.Options.Firms != 272 {
		t.Errorf("%d securities firms", r.Options.Firms)
	}
	for _, sizes := range []map[string]int{{"shinkin": 0}, {"banks": 10}} {
		if _, err := Plan(regional(t, Options{Firms: 30}).Edition, Options{Sectors: sizes}); err == nil {
			t.Errorf("%v was planned", sizes)
		}
	}
}

// Every claim of the edition holds on what counts in the end, and nothing that counts has a fault.
func TestThreeSectorsSayWhatTheEditionSays(t *testing.T) {
	for seed := range uint64(4) {
		r := regional(t, Options{Seed: seed, Stories: DefaultStories})
		var members []tally.Member
		for _, f := range r.Register.At(r.Edition.ReferenceDate) {
			members = append(members, tally.Member{Firm: f.ID})
		}
		count := tally.New(r.Edition, members)
		for firm, a := range r.Final {
			if n := checklist.Blocking(r.Edition.Check(a, nil)); n > 0 {
				t.Errorf("seed %d: %s has %d faults", seed, firm, n)
			}
			if err := count.Add(firm, a); err != nil {
				t.Fatal(err)
			}
		}
		verdicts, err := tally.Claims(r.Edition, count.Figures())
		if err != nil || len(verdicts) != 20 {
			t.Fatalf("%d verdicts, %v", len(verdicts), err)
		}
		for _, v := range verdicts {
			if !v.Holds {
				t.Errorf("seed %d: %+v", seed, v)
			}
		}
	}
}

// Banks are larger and more mature than shinkin banks, and these than cooperatives; and each has its own kind of names.
func TestSectorsDifferAsTheirTradesDo(t *testing.T) {
	r := regional(t, Options{Seed: 1})
	yes, asked, large := map[string]int{}, map[string]int{}, map[string]int{}
	suffixes := map[string]string{"regional-banks": "銀行", "shinkin": "信用金庫", "shinkumi": "信用組合"}
	for _, f := range r.Register.At(r.Edition.ReferenceDate) {
		if f.SizeBand == "large" {
			large[f.Sector]++
		}
		asked[f.Sector]++
		if a := r.Final[f.ID][ref("policy-and-plan")]; a.Choice == "both" {
			yes[f.Sector]++
		}
		if !strings.HasSuffix(f.Name.JA, suffixes[f.Sector]) || !strings.HasPrefix(f.Name.JA, "架空") || !strings.HasSuffix(f.Name.EN, "(invented)") {
			t.Errorf("a firm of %s is called %v", f.Sector, f.Name)
		}
	}
	share := func(n map[string]int, s string) float64 { return float64(n[s]) / float64(asked[s]) }
	for _, n := range []map[string]int{yes, large} {
		if a, b, c := share(n, "regional-banks"), share(n, "shinkin"), share(n, "shinkumi"); a < b+0.05 || b < c+0.02 {
			t.Errorf("%.2f of banks, %.2f of shinkin, %.2f of cooperatives", a, b, c)
		}
	}
	for _, u := range r.Uploads {
		if bank := strings.HasSuffix(u.FirmName, "銀行"); bank == slices.Contains([]string{"理事長", "専務理事", "常務理事（システム担当）", "常勤理事"}, u.Cover.ApproverTitle) {
			t.Errorf("%s is approved by its %s", u.FirmName, u.Cover.ApproverTitle)
		}
	}
}

// An edition of the supervisor's own, for sectors no program has heard of, is drawn without one.
func TestSectorsNobodyKnowsAreDrawn(t *testing.T) {
	ed := *regional(t, Options{Firms: 30}).Edition
	ed.Groups = []checklist.Group{{Dimension: checklist.BySector, ID: "tea"}, {Dimension: checklist.BySector, ID: "coffee"}}
	r, err := Plan(&ed, Options{Sectors: map[string]int{"tea": 20, "coffee": 40}})
	if err != nil {
		t.Fatal(err)
	}
	if got := bySector(r); got["tea"] != 20 || got["coffee"] != 40 {
		t.Errorf("%v", got)
	}
	names := map[string]bool{}
	for _, f := range r.Register.At(ed.ReferenceDate) {
		names[f.Name.JA] = true
	}
	if problems := r.Register.Check(); len(problems) > 0 || len(names) != 60 {
		t.Errorf("%d names, %+v", len(names), problems)
	}
}

// In an edition where nothing can go wrong in some way, whose story that is sends plainly or nothing; what counts is the same.
func TestStoriesThatCannotBeTold(t *testing.T) {
	ed := *edition(t)
	ed.Sections = []checklist.Section{{ID: "only", Number: "1", Questions: []checklist.Question{{
		ID: "comments", Number: "1-1", Kind: checklist.FreeText, Max: 100}}}}
	ed.Rules, ed.Figures = nil, nil
	r, err := Plan(&ed, Options{Seed: 4, Firms: 120, Stories: 100})
	if err != nil {
		t.Fatal(err)
	}
	told := map[Story]int{}
	for _, u := range r.Uploads {
		told[u.Story]++
		if u.Story == Plain && u.Expect.Status != checklist.Accepted {
			t.Errorf("%s is %s", u.File, u.Expect.Status)
		}
	}
	for _, s := range []Story{Unanswered, TwoExclusive, TextInChoice, FullWidthDigits, Mended, MendedLate, Corrected} {
		if told[s] > 0 {
			t.Errorf("%s was told %d times", s, told[s])
		}
	}
	if told[Plain] < 10 || told[Truncated] == 0 || len(r.NeverSent) < 4 || len(r.Final)+len(r.NeverSent) > 120 {
		t.Errorf("told %v, %d never sent, %d count", told, len(r.NeverSent), len(r.Final))
	}
}
