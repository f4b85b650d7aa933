package synthesise

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
	"cssa/shared/tally"
)

// library is shared by all tests: it loads the edition once, and nobody changes it.
var library = questionnaire.NewLibrary(questionnaire.Builtin())

func edition(t testing.TB) *checklist.Edition {
	t.Helper()
	ed, err := library.Edition(t.Context(), "2023-securities")
	if err != nil {
		t.Fatal(err)
	}
	return ed
}

func plan(t testing.TB, o Options) *Round {
	t.Helper()
	r, err := Plan(edition(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sector272(t testing.TB, seed uint64) *Round {
	t.Helper()
	return plan(t, Options{Seed: seed, Firms: 272, Stories: DefaultStories})
}

// The published summary's quantified sentences, written down once more by hand: who is in the base, who is counted, and
// the band of the words in percent. Nothing here goes through the edition's figures, the words' parser or the tally.
var sentences = []struct {
	says     string
	base     func(checklist.Answers) bool
	counted  func(checklist.Answers) bool
	from, to float64
}{
	{"2割程度 have no policy", answered("policy"), is("policy", "planned", "none"), 17.5, 22.5},
	{"4割程度 have no plan", answered("plan"), is("plan", "planned", "none"), 37.5, 42.5},
	{"most have an officer", answered("officer"), is("officer", "president", "officer"), 50.1, 100},
	{"most report own incidents", answered("report.own-incidents"), is("report.own-incidents", "yes"), 50.1, 100},
	{"6割程度 assess risk periodically and at change", answered("assessment"), is("assessment", "periodic-and-change"), 57.5, 62.5},
	{"at 3割程度 management decides", answered("decision"), is("decision", "management"), 27.5, 32.5},
	{"6割程度 of those with a third party manage centrally", both(is("third-party-exists", "exists"), answered("third-party")), is("third-party", "central"), 57.5, 62.5},
	{"some do not manage it", both(is("third-party-exists", "exists"), answered("third-party")), is("third-party", "unmanaged"), 5, 50},
	{"some lack staff for audit", answered("staff.audit"), is("staff.audit", "insufficient"), 5, 50},
	{"some lack staff for incidents", answered("staff.incident-response"), is("staff.incident-response", "insufficient"), 5, 50},
	{"most go to seminars", answered("training.external-seminars"), is("training.external-seminars", "yes"), 50, 100},
	{"most hold courses", answered("training.in-house-courses"), is("training.in-house-courses", "yes"), 50, 100},
	{"few have a plan for staff", answered("training.plan"), is("training.plan", "yes"), 0, 30},
	{"8割程度 restrict external media", answered("terminal.external-media"), is("terminal.external-media", "yes"), 77.5, 82.5},
	{"7割程度 restrict websites", answered("terminal.websites"), is("terminal.websites", "yes"), 67.5, 72.5},
	{"7割程度 restrict execution", answered("terminal.execution"), is("terminal.execution", "yes"), 67.5, 72.5},
	{"7割程度 have a monitoring unit", answered("monitoring"), is("monitoring", "always", "part-time"), 67.5, 72.5},
	{"9割程度 of them watch for malware", both(is("monitoring", "always", "part-time"), answered("monitoring-target.malware")), is("monitoring-target.malware", "yes"), 87.5, 92.5},
	{"7割程度 of them watch communication", both(is("monitoring", "always", "part-time"), answered("monitoring-target.communication")), is("monitoring-target.communication", "yes"), 67.5, 72.5},
	{"7割程度 say which logs", answered("logs.identification"), is("logs.identification", "monitored", "set"), 67.5, 72.5},
	{"7割程度 say how long", answered("logs.retention"), is("logs.retention", "monitored", "set"), 67.5, 72.5},
	{"some isolate at once", answered("containment.isolation"), is("containment.isolation", "monitored", "set"), 5, 50.1},
	{"some have no plan for ransomware", answered("contingency.ransomware.plan"), is("contingency.ransomware.plan", "planned", "none"), 5, 50.1},
	{"8割近く of those with a plan drill it", both(is("contingency.ransomware.plan", "established"), answered("contingency.ransomware.drill")), is("contingency.ransomware.drill", "conducted"), 75, 80},
	{"8割程度 keep generations", answered("backup.generations"), is("backup.generations", "monitored", "set"), 77.5, 82.5},
	{"some keep them offline", answered("backup.offline"), is("backup.offline", "monitored", "set"), 5, 50.1},
}

func ref(s string) checklist.Ref {
	r, err := checklist.ParseRef(s)
	if err != nil {
		panic(err)
	}
	return r
}

func answered(place string) func(checklist.Answers) bool {
	return func(a checklist.Answers) bool { return a[ref(place)].Choice != "" }
}

func is(place string, choices ...checklist.ChoiceID) func(checklist.Answers) bool {
	return func(a checklist.Answers) bool { return slices.Contains(choices, a[ref(place)].Choice) }
}

func both(f, g func(checklist.Answers) bool) func(checklist.Answers) bool {
	return func(a checklist.Answers) bool { return f(a) && g(a) }
}

func TestTheSectorSaysWhatThePublishedSummarySays(t *testing.T) {
	for seed := range uint64(10) {
		r := sector272(t, seed)
		for _, s := range sentences {
			base, counted := 0, 0
			for _, a := range r.Final {
				if s.base(a) {
					base++
					if s.counted(a) {
						counted++
					}
				}
			}
			share := 100 * float64(counted) / float64(base)
			if base < 100 || share < s.from || share >= s.to {
				t.Errorf("seed %d: %s: %d of %d is %.1f%%, want %v to %v", seed, s.says, counted, base, share, s.from, s.to)
			}
		}
		if own, other := yes(r, "report.own-incidents"), yes(r, "report.other-firms"); other >= own {
			t.Errorf("seed %d: %d report other firms' cases and %d their own, want fewer", seed, other, own)
		}
	}
}

func yes(r *Round, place string) int {
	n := 0
	for _, a := range r.Final {
		if a[ref(place)].Choice == checklist.Yes {
			n++
		}
	}
	return n
}

// The system's own statistics must agree with every claim the edition declares, at several sizes.
func TestEveryClaimHoldsByTheTally(t *testing.T) {
	for _, firms := range []int{200, 233, 272, 500} {
		r := plan(t, Options{Seed: 7, Firms: firms, Stories: DefaultStories})
		var members []tally.Member
		for _, f := range r.Register.At(r.Edition.ReferenceDate) {
			members = append(members, tally.Member{Firm: f.ID})
		}
		count := tally.New(r.Edition, members)
		for firm, a := range r.Final {
			if err := count.Add(firm, a); err != nil {
				t.Fatal(err)
			}
		}
		verdicts, err := tally.Claims(r.Edition, count.Figures())
		if err != nil {
			t.Fatal(err)
		}
		claims := 0
		for i := range r.Edition.Figures {
			claims += len(r.Edition.Figures[i].Claims)
		}
		if len(verdicts) != claims || claims == 0 {
			t.Errorf("%d firms: %d verdicts on %d claims", firms, len(verdicts), claims)
		}
		for _, v := range verdicts {
			if !v.Holds {
				t.Errorf("%d firms: %+v", firms, v)
			}
		}
	}
}

func TestEveryAnswerThatCountsIsAcceptable(t *testing.T) {
	r := sector272(t, 3)
	unanswered, notApplicable := 0, 0
	for firm, a := range r.Final {
		if faults := r.Edition.Check(a, nil); checklist.Blocking(faults) > 0 {
			t.Errorf("%s: %+v", firm, faults)
		}
		for _, q := range r.Edition.Questions() {
			for _, at := range q.Refs() {
				switch r.Edition.State(q, at, a) {
				case checklist.NotApplicable:
					notApplicable++
				case checklist.Unanswered:
					if q.ID == "staff" {
						unanswered++
					}
				}
			}
		}
	}
	if unanswered < 20 || notApplicable < 500 {
		t.Errorf("%d items of 図表8 are unanswered and %d places not applicable; the states are meant to come up", unanswered, notApplicable)
	}
}

// Answers follow from the firm, not from chance alone: firms with a plan have a policy more often than those without.
func TestAnswersHangTogether(t *testing.T) {
	r := sector272(t, 5)
	share := func(base, counted func(checklist.Answers) bool) float64 {
		n, k := 0, 0
		for _, a := range r.Final {
			if base(a) {
				n++
				if counted(a) {
					k++
				}
			}
		}
		return float64(k) / float64(n)
	}
	policy := is("policy", "published", "internal")
	with, without := share(is("plan", "multi-year", "single-year"), policy), share(is("plan", "planned", "none"), policy)
	if with < without+0.1 {
		t.Errorf("a policy have %.2f of the firms with a plan and %.2f of the others", with, without)
	}
}

func TestEveryStoryComesUp(t *testing.T) {
	for _, o := range []Options{{Firms: 100, Stories: 1}, {Firms: 272, Stories: DefaultStories}, {Firms: 120, Stories: 100}} {
		r := plan(t, o)
		told := map[Story]bool{}
		for _, u := range r.Uploads {
			told[u.Story] = true
		}
		if len(r.NeverSent) > 0 {
			told[NeverSent] = true
		}
		for _, s := range Stories() {
			if !told[s] {
				t.Errorf("%+v: no firm lives through %s", o, s)
			}
		}
	}
	r := plan(t, Options{Firms: 60})
	if len(r.Uploads) != 60 || len(r.Withdrawals)+len(r.NeverSent) != 0 || len(r.Final) != 60 {
		t.Errorf("without stories: %d uploads of 60 firms, %d withdrawals, %d never sent, %d count",
			len(r.Uploads), len(r.Withdrawals), len(r.NeverSent), len(r.Final))
	}
	for _, u := range r.Uploads {
		if u.Story != Plain || u.Expect.Status != checklist.Accepted {
			t.Errorf("without stories: %s is %s, %s", u.Firm, u.Story, u.Expect.Status)
		}
	}
}

// Whoever replays the uploads and withdrawals in their order, by the rules of the house, must end where the round says.
func TestTheRoundEndsAsItSays(t *testing.T) {
	for seed := range uint64(5) {
		r := sector272(t, seed)
		ed := r.Edition
		current := map[checklist.FirmID]checklist.Answers{}
		first := map[checklist.FirmID]time.Time{}
		withdrawals := r.Withdrawals
		withdraw := func(before time.Time) {
			for len(withdrawals) > 0 && withdrawals[0].At.Before(before) {
				if current[withdrawals[0].Firm] == nil {
					t.Errorf("%s withdraws nothing", withdrawals[0].Firm)
				}
				delete(current, withdrawals[0].Firm)
				withdrawals = withdrawals[1:]
			}
		}
		last := time.Time{}
		for _, u := range r.Uploads {
			withdraw(u.At)
			if u.At.Before(last) || !u.At.After(ed.Opens) || u.At.Nanosecond() != 0 {
				t.Errorf("%s arrives at %s, after %s", u.File, u.At, last)
			}
			last = u.At
			if first[u.Firm].IsZero() {
				first[u.Firm] = u.At
			}
			if late := first[u.Firm].After(ed.Deadline); late != u.Expect.Late {
				t.Errorf("%s: late %v, want %v", u.File, u.Expect.Late, late)
			}
			if !u.At.Before(ed.Closing) {
				if u.Expect.Status != checklist.Returned || u.Story != AfterClosing {
					t.Errorf("%s arrives after closing and is %s", u.File, u.Expect.Status)
				}
				continue
			}
			if u.Expect.Status == checklist.Accepted {
				current[u.Firm] = u.Answers
			}
			if (u.After == "returned") != (u.Number > 1 && (u.Story.returnedFirst() || u.Story == Mended || u.Story == MendedLate)) {
				t.Errorf("%s of story %s is sent after %q", u.File, u.Story, u.After)
			}
		}
		withdraw(ed.Closing)
		if len(current) != len(r.Final) {
			t.Errorf("seed %d: %d firms count, the round says %d", seed, len(current), len(r.Final))
		}
		for firm, a := range r.Final {
			if !maps.Equal(a, current[firm]) {
				t.Errorf("seed %d: %s ends with other answers than the round says", seed, firm)
			}
		}
	}
}

func TestTheRegisterIsInOrder(t *testing.T) {
	for _, firms := range []int{30, 272, 700} {
		r := plan(t, Options{Seed: 11, Firms: firms, Stories: 10})
		if problems := r.Register.Check(); len(problems) > 0 {
			t.Errorf("%d firms: %+v", firms, problems)
		}
		population := r.Register.At(r.Edition.ReferenceDate)
		if len(population) != firms {
			t.Errorf("%d firms on the reference date, want %d", len(population), firms)
		}
		if len(r.Register.Firms) != firms+4 { // two that change, one that was gone, one that came
			t.Errorf("%d entries of %d firms", len(r.Register.Firms), firms)
		}
		names := map[string]bool{}
		for _, f := range population {
			names[f.Name.JA] = true
			for _, d := range []struct {
				dimension checklist.Dimension
				id        string
			}{{checklist.BySector, f.Sector}, {checklist.ByGroup, f.PeerGroup}, {checklist.BySize, f.SizeBand}} {
				if !slices.ContainsFunc(r.Edition.Groups, func(g checklist.Group) bool { return g.Dimension == d.dimension && g.ID == d.id }) {
					t.Errorf("%s: %s %q is none of the edition's", f.ID, d.dimension, d.id)
				}
			}
		}
		if len(names) != firms {
			t.Errorf("%d firms have %d names", firms, len(names))
		}
	}
	groups := map[string]int{}
	corporate := map[string]int{}
	r := sector272(t, 1)
	for _, f := range r.Register.At(r.Edition.ReferenceDate) {
		groups[f.PeerGroup]++
		corporate[f.CorporateGroup]++
	}
	for g, n := range groups {
		if n < r.Edition.GroupMinimum {
			t.Errorf("peer group %s has %d firms, too few to be shown", g, n)
		}
	}
	delete(corporate, "")
	for g, n := range corporate {
		if n < 2 || n > 4 {
			t.Errorf("corporate group %s has %d firms", g, n)
		}
	}
	if len(corporate) < 3 {
		t.Errorf("%d corporate groups", len(corporate))
	}
}

func TestEverythingIsMarkedAsInvented(t *testing.T) {
	r := sector272(t, 2)
	for _, f := range r.Register.Firms {
		if !strings.HasPrefix(f.Name.JA, "架空") || !strings.HasSuffix(f.Name.EN, "(invented)") || !strings.HasPrefix(f.RegistrationNumber, "架空") {
			t.Errorf("%s is called %v, number %s", f.ID, f.Name, f.RegistrationNumber)
		}
	}
	for _, c := range r.Register.Contacts {
		if !strings.HasSuffix(c.Email, ".example") || !strings.HasPrefix(c.Name, "架空") {
			t.Errorf("contact %+v", c)
		}
	}
	for _, u := range r.Uploads {
		if !strings.Contains(u.Cover.Preparer, "invented data") {
			t.Errorf("%s: prepared by %s", u.File, u.Cover.Preparer)
		}
	}
	if m := r.manifest(); !m.Invented || !strings.Contains(m.Note, "架空") {
		t.Errorf("the manifest is not marked: %+v", m.Note)
	}
}

func TestTheSameSeedPlansTheSameRound(t *testing.T) {
	a, b, c := sector272(t, 42), sector272(t, 42), sector272(t, 43)
	same := func(x, y *Round) bool {
		return slices.Equal(x.Register.Firms, y.Register.Firms) && slices.Equal(x.Register.Contacts, y.Register.Contacts) &&
			slices.EqualFunc(x.Uploads, y.Uploads, func(u, v Upload) bool {
				return u.File == v.File && u.At.Equal(v.At) && u.Cover == v.Cover && u.Spoil == v.Spoil && maps.Equal(u.Answers, v.Answers)
			}) && slices.Equal(x.Withdrawals, y.Withdrawals)
	}
	if !same(a, b) {
		t.Error("seed 42 planned two different rounds")
	}
	if same(a, c) {
		t.Error("seeds 42 and 43 planned the same round")
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	for _, o := range []Options{{Firms: 29}, {Firms: 272, Stories: -1}, {Firms: 272, Stories: 101}} {
		if _, err := Plan(edition(t), o); err == nil {
			t.Errorf("%+v was planned", o)
		}
	}
}

// A claim that contradicts another must stop the plan rather than make a sector that belies it.
func TestAContradictionIsRefused(t *testing.T) {
	ed := *edition(t)
	ed.Figures = slices.Clone(ed.Figures)
	fig := &ed.Figures[0]
	fig.Claims = append(slices.Clone(fig.Claims), checklist.Claim{Series: fig.Claims[0].Series, Words: "7割程度"})
	if _, err := Plan(&ed, Options{Firms: 272}); err == nil || !strings.Contains(err.Error(), "fig01") {
		t.Errorf("2割程度 and 7割程度 of the same share: %v", err)
	}
	fig.Claims[len(fig.Claims)-1].Words = "たぶん"
	if _, err := Plan(&ed, Options{Firms: 272}); err == nil {
		t.Error("words that say nothing were met")
	}
}

func TestSmallAndOddSectorsAreDrawn(t *testing.T) {
	for _, o := range []Options{{Firms: 30, Stories: 100}, {Firms: 31}, {Firms: 61, Stories: 50}, {Firms: 101, Stories: 33}, {Firms: 199, Stories: 60}} {
		for seed := range uint64(4) {
			o.Seed = seed
			r := plan(t, o)
			for firm, a := range r.Final {
				if checklist.Blocking(r.Edition.Check(a, nil)) > 0 {
					t.Errorf("%+v: %s has faults", o, firm)
				}
			}
		}
	}
}

func TestFirmNamesAreDistinctAndContactsBelongToFirms(t *testing.T) {
	trades, err := readTrades(tradesFile)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, trade := range trades {
		for i := range 1000 {
			n := trade.name(i)
			if seen[n.JA] || seen[n.EN] {
				t.Fatalf("name %d %v comes up twice", i, n)
			}
			seen[n.JA], seen[n.EN] = true, true
		}
	}
	r := sector272(t, 9)
	for _, f := range r.Register.At(r.Edition.ReferenceDate) {
		contacts := r.Register.ContactsOf(f.ID, r.Edition.ReferenceDate)
		if len(contacts) != 2 || contacts[0].Role != register.Officer {
			t.Errorf("%s: contacts %+v", f.ID, contacts)
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	for b.Loop() {
		sector272(b, 1)
	}
}
