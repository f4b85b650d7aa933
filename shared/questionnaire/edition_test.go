package questionnaire

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cssa/shared/checklist"
)

var update = flag.Bool("update", false, "freeze the built-in editions again, with the files they have now")

const securities = checklist.EditionID("2023-securities")

// securitiesFiles returns a copy of the built-in edition's files that a test may change: not frozen.
func securitiesFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	root := string(securities)
	err := fs.WalkDir(Builtin(), root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == frozenFile {
			return err
		}
		body, err := fs.ReadFile(Builtin(), name)
		files[strings.TrimPrefix(name, root+"/")] = &fstest.MapFile{Data: body}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// load loads files that must be without findings.
func load(t testing.TB, fsys fs.FS) *checklist.Edition {
	t.Helper()
	e, findings, err := Load(fsys)
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v\n%v", err, Findings(findings))
	}
	return e
}

func TestEveryBuiltInEditionLintsCleanAndIsFrozen(t *testing.T) {
	ids, err := NewLibrary(Builtin()).IDs()
	if err != nil || !slices.Contains(ids, securities) {
		t.Fatalf("%v, %v", ids, err)
	}
	for _, id := range ids {
		if *update {
			dir := filepath.Join("editions", string(id))
			if err := errors.Join(os.RemoveAll(filepath.Join(dir, frozenFile)), Freeze(dir)); err != nil {
				t.Fatal(err)
			}
			continue // what is embedded is from before
		}
		folder, err := fs.Sub(Builtin(), string(id))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := NewLibrary(Builtin()).Edition(t.Context(), id); err != nil {
			t.Error(err)
		}
		if _, err := fs.Stat(folder, frozenFile); err != nil {
			t.Errorf("%s is not frozen: run go test ./shared/questionnaire -update", id)
		}
	}
}

func TestTheRoundOf2023RunsAsItsFilesSay(t *testing.T) {
	e := load(t, securitiesFiles(t))
	// 09:00 and 17:00 in Japan are 00:00 and 08:00 UTC.
	for name, got := range map[string][2]time.Time{
		"opens":    {e.Opens, time.Date(2023, 7, 3, 0, 0, 0, 0, time.UTC)},
		"deadline": {e.Deadline, time.Date(2023, 8, 25, 8, 0, 0, 0, time.UTC)},
		"closing":  {e.Closing, time.Date(2023, 9, 15, 8, 0, 0, 0, time.UTC)},
	} {
		if !got[0].Equal(got[1]) {
			t.Errorf("%s is %v, want %v", name, got[0], got[1])
		}
	}
	if e.ReferenceDate != (checklist.Date{Year: 2023, Month: 6, Day: 30}) || e.FiscalYear != 2023 || e.Threshold != 5 || e.GroupMinimum != 30 {
		t.Errorf("reference date %v, fiscal year %d, threshold %d, group minimum %d", e.ReferenceDate, e.FiscalYear, e.Threshold, e.GroupMinimum)
	}
	if !strings.HasSuffix(e.Office.Email, ".example") || !strings.Contains(e.Office.Name.EN, "invented") {
		t.Errorf("the office %+v could be taken for a real one", e.Office)
	}
	for _, group := range []string{"major", "regional", "online", "foreign", "institutional"} {
		if e.GroupName(checklist.ByGroup, group) == (checklist.Text{JA: group, EN: group}) {
			t.Errorf("the group %s has no name", group)
		}
	}
}

// The kinds, bases and ties that are known of the 16 figures (research on the published summary), by hand.
func TestTheSixteenFiguresAreOfTheKnownKinds(t *testing.T) {
	e := load(t, securitiesFiles(t))
	want := []struct {
		kind    checklist.Kind
		ordered bool
		gated   bool
		rows    int
		series  int
		order   checklist.Order
		items   []checklist.ItemID // rows the summary names
	}{
		{checklist.Single, true, false, 0, 4, checklist.InChecklistOrder, nil},
		{checklist.Single, true, false, 0, 4, checklist.InChecklistOrder, nil},
		{checklist.Single, false, false, 0, 4, checklist.InChecklistOrder, nil},
		{checklist.Multiple, false, false, 7, 1, checklist.ByShare, []checklist.ItemID{"own-incidents", "other-firms"}},
		{checklist.Single, true, false, 0, 4, checklist.InChecklistOrder, nil},
		{checklist.Single, false, false, 0, 4, checklist.InChecklistOrder, nil},
		{checklist.Single, true, true, 0, 3, checklist.InChecklistOrder, nil},
		{checklist.Matrix, true, false, 8, 3, checklist.InChecklistOrder, []checklist.ItemID{"risk-assessment", "incident-response", "audit"}},
		{checklist.Multiple, false, false, 8, 1, checklist.ByShare, []checklist.ItemID{"external-seminars", "in-house-courses", "plan"}},
		{checklist.Multiple, false, false, 8, 1, checklist.ByShare, []checklist.ItemID{"external-media", "websites", "execution"}},
		{checklist.Single, true, false, 0, 4, checklist.InChecklistOrder, nil},
		{checklist.Multiple, false, true, 7, 1, checklist.ByShare, []checklist.ItemID{"malware", "communication"}},
		{checklist.Matrix, true, false, 5, 2, checklist.InChecklistOrder, []checklist.ItemID{"identification", "retention"}},
		{checklist.Matrix, true, false, 5, 4, checklist.InChecklistOrder, []checklist.ItemID{"isolation", "alternative", "disclosure"}},
		{checklist.Nested, true, false, 6, 2, checklist.InChecklistOrder, []checklist.ItemID{"ransomware"}},
		{checklist.Matrix, true, false, 5, 2, checklist.InChecklistOrder, []checklist.ItemID{"generations", "offline", "immutable"}},
	}
	if len(e.Figures) != len(want) {
		t.Fatalf("%d figures", len(e.Figures))
	}
	for i, w := range want {
		f := e.Figures[i]
		q, _ := e.Question(string(f.Question))
		stage := checklist.StageID("")
		if q.Kind == checklist.Nested {
			stage = q.Stages[0].ID
		}
		if q.Kind != w.kind || q.Ordered(stage) != w.ordered || (q.When != nil) != w.gated || len(f.Items) != w.rows || len(f.Series) != w.series || f.Order != w.order {
			t.Errorf("図表%d: %s ordered=%v gated=%v rows=%d series=%d order=%s, want %+v", f.Number, q.Kind, q.Ordered(stage), q.When != nil, len(f.Items), len(f.Series), f.Order, w)
		}
		for _, it := range w.items {
			if !slices.Contains(f.Items, it) {
				t.Errorf("図表%d has no row %s", f.Number, it)
			}
		}
		if q.Kind == checklist.Multiple && !slices.ContainsFunc(q.Items, func(it checklist.Item) bool { return it.Exclusive }) {
			t.Errorf("図表%d has no exclusive “none of these”", f.Number)
		}
	}
	for question, ranks := range map[checklist.QuestionID][]int{"assessment": {1, 2, 2, 3}, "staff": {1, 1, 2}, "third-party": {1, 2, 3}} {
		q, _ := e.Question(string(question))
		for i, c := range q.Choices {
			if c.Rank != ranks[i] {
				t.Errorf("%s: choice %s has rank %d, want %d", question, c.ID, c.Rank, ranks[i])
			}
		}
	}
}

func TestEveryKindOfQuestionAndBothSeveritiesOccur(t *testing.T) {
	e := load(t, securitiesFiles(t))
	kinds := map[checklist.Kind]bool{}
	for _, q := range e.Questions() {
		kinds[q.Kind] = true
	}
	severities := map[checklist.Severity]bool{}
	for _, r := range e.Rules {
		severities[r.Severity] = true
	}
	if len(kinds) != 6 || len(severities) != 2 {
		t.Errorf("kinds %v, severities %v", kinds, severities)
	}
}

// testdata/verbatim.txt was taken from the published summary by another program.
func TestWhatIsMarkedVerbatimIsVerbatim(t *testing.T) {
	e := load(t, securitiesFiles(t))
	body, err := os.ReadFile("testdata/verbatim.txt")
	if err != nil {
		t.Fatal(err)
	}
	source := map[string][]string{} // by kind
	all := map[string]bool{}
	for sc := bufio.NewScanner(bytes.NewReader(body)); sc.Scan(); {
		if kind, text, ok := strings.Cut(sc.Text(), "\t"); ok {
			source[kind] = append(source[kind], text)
			all[text] = true
		}
	}
	if len(all) != 58 {
		t.Fatalf("%d strings, want 58: the file is cut off", len(all))
	}

	quotes := map[string]bool{}
	for _, f := range e.Figures {
		number := fmt.Sprintf("図表%d", f.Number)
		if titles := source[number+" title"]; len(titles) != 1 || titles[0] != f.Title.JA {
			t.Errorf("%s is called %q, the summary has %q", number, f.Title.JA, titles)
		}
		options := source[number+" option"]
		if f.Number == 13 || f.Number == 16 {
			options = source["※ option"]
		}
		q, _ := e.Question(string(f.Question))
		for _, option := range options {
			if !slices.ContainsFunc(q.Choices, func(c checklist.Choice) bool { return c.Label.JA == option && c.Source == checklist.Verbatim }) {
				t.Errorf("%s: the summary's option %q is not a choice marked verbatim", number, option)
			}
		}
		for _, c := range q.Choices {
			if c.Source == checklist.Verbatim && !slices.Contains(options, c.Label.JA) {
				t.Errorf("%s: %q is marked verbatim, but is not in the summary", number, c.Label.JA)
			}
		}
		if len(f.Claims) == 0 {
			t.Errorf("%s has no claims", number)
		}
		for _, c := range f.Claims {
			quotes[c.Quote] = true
			if !slices.Contains(source["claim"], c.Quote) {
				t.Errorf("%s quotes %q, which is not in the summary", number, c.Quote)
			}
			if bare := strings.TrimSuffix(c.Words, "程度"); !strings.Contains(c.Quote, bare) && c.Words != "相対的に低い" {
				t.Errorf("%s: the words %q are not in the quote %q", number, c.Words, c.Quote)
			}
		}
	}
	for _, sentence := range source["claim"] {
		if !quotes[sentence] {
			t.Errorf("no claim quotes %q", sentence)
		}
	}
	for _, term := range e.Glossary {
		want := source["term "+term.Name.JA]
		if verbatim := term.Source == checklist.Verbatim; verbatim != (len(want) > 0) || verbatim && want[0] != term.Definition.JA {
			t.Errorf("the term %s is %q (%s), the summary has %q", term.Name.JA, term.Definition.JA, term.Source, want)
		}
	}
}
