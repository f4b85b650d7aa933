package questionnaire

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"cssa/shared/checklist"
)

const following = checklist.EditionID("2024-securities")

// followingFiles returns a copy of the files of the edition that follows another: not frozen.
func followingFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	folder, err := fs.Sub(Builtin(), string(following))
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == frozenFile {
			return err
		}
		body, err := fs.ReadFile(folder, name)
		files[name] = &fstest.MapFile{Data: body}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var mappingSlips = []slip{
	// The files.
	{name: "a mapping from nowhere", file: "edition.yaml", old: "previous: 2023-securities", new: "# ", want: "edition.yaml names no previous edition"},
	{name: "no mapping", file: mappingName, want: "there is no mapping.yaml"},
	{name: "previous misspelt", file: "edition.yaml", old: "previous: 2023-securities", new: "previous: last year", want: "edition id \"last year\""},
	{name: "previous that nobody has", file: "edition.yaml", old: "previous: 2023-securities", new: "previous: 2011-securities", want: "there is no edition 2011-securities"},
	{name: "previous that comes later", file: "edition.yaml", old: "previous: 2023-securities", new: "previous: 2024-securities", want: "the edition 2024-securities is not before this one"},
	{name: "previous with findings", file: "edition.yaml", old: "previous: 2023-securities", new: "previous: 2022-broken", want: "the edition 2022-broken has findings of its own"},

	// Lines.
	{name: "part misspelt", file: mappingName, old: "both: [training]", new: "both: [Training]", want: "part \"Training\""},
	{name: "both and new", file: mappingName, old: "both: [training]", new: "both: [training]\n    new: [qualified]", want: "both stands for old and new"},
	{name: "line of nothing", file: mappingName, old: "    old: [decision]\n", new: "", want: "a line of change \"dropped\" names nothing"},
	{name: "change misspelt", file: mappingName, old: "change: narrowed\n    both: [training]", new: "change: smaller\n    both: [training]", want: "the change \"smaller\" is not known"},
	{name: "split into one", file: mappingName, old: "new: [assessment=planned, assessment=none]", new: "new: [assessment=none]", want: "a line of change \"split\" cannot have 1 old and 1 new parts"},
	{name: "question that the edition has not", file: mappingName, old: "new: [qualified]", new: "new: [qualification]", want: "the new edition has no part \"qualification\""},
	{name: "choice that the edition before has not", file: mappingName, old: "old: [assessment=none]", new: "old: [assessment=never]", want: "the old edition has no part \"assessment=never\""},
	{name: "printed number for a question", file: mappingName, old: "old: [decision]", new: "old: [\"3-2\"]", want: "the old edition has no part \"3-2\""},
	{name: "the same part twice", file: mappingName, old: "new: [qualified]", new: "new: [qualified, generative-ai]", want: "the new part \"generative-ai\" stands in two lines"},
	{name: "what was widened is carried", file: mappingName, old: "change: widened\n    both: [terminal]", new: "change: widened\n    both: [terminal]\n    carry: true", want: "what changed its meaning is not carried"},
	{name: "change without a note", file: mappingName, old: "    note:\n      ja: 表現を改めました。意味は前回と同じです。\n      en: The wording was changed. It means the same as before.\n", new: "", want: "note (what changed, for the firms) has no text in ja"},
	{name: "item that became a question", file: mappingName, old: "    old: [logs.review]\n    new: [log-review.review]", new: "    old: [logs.review]\n    new: [log-review]", want: "\"logs.review\" and \"log-review\" are not of one kind"},
	{name: "item carried in a widened question", file: mappingName, old: "    new: [terminal.mdm, terminal.mfa]", new: "    new: [terminal.mdm, terminal.mfa]\n  - change: same\n    both: [terminal.edr]", want: "its question is widened, so its parts are not carried"},

	// Completeness.
	{name: "question dropped without a word", file: mappingName, old: "  - change: dropped\n    old: [decision]\n", new: "", want: "no line names the old question \"decision\""},
	{name: "question new without a word", file: mappingName, old: "new: [generative-ai, security-budget]", new: "new: [generative-ai]", want: "no line names the new question \"security-budget\""},
	{name: "item dropped without a word", file: mappingName, old: "  - change: dropped\n    old: [contingency.defacement]\n", new: "", want: "no line names the old part \"contingency.defacement\", and the other edition has none"},
	{name: "item new without a word", file: mappingName, old: "  - change: new\n    new: [contingency.cloud]\n", new: "", want: "no line names the new part \"contingency.cloud\", and the other edition has none"},
	{name: "half of a pair", file: mappingName, old: "old: [decision]", new: "old: [decision, plan=none]", want: "no line names the new part \"plan=none\", and the other edition has none"},

	// Words.
	{name: "other words under same", file: "sections/01-policy-and-plan.yaml", old: "en: Does your management policy set out to ensure cybersecurity?", new: "en: Does your policy set out to ensure cybersecurity?", want: "\"policy\" has other words than \"policy\" had"},
	{name: "other firms asked under same", file: "sections/07-monitoring.yaml", old: "choices: [always, part-time]}\n    title", new: "choices: [always]}\n    title", want: "\"monitoring-target\" is put to other firms than \"monitoring-target\" was"},
	{name: "other firms asked at a stage under same", file: "sections/10-contingency.yaml", old: "after: [established]", new: "after: [established, none]", want: "\"contingency\" is put to other firms than \"contingency\" was"},
	{name: "a term redefined under same", file: "glossary.yaml", old: "ja: 勘定系や顧客情報を", new: "ja: 顧客情報を", want: "\"backup\" has other words than \"backup\" had"},
	{name: "a term that the glossary has not, in a question of before", file: "sections/02-reports.yaml", old: "terms: [responsible-officer, officer]", new: "terms: [responsible-officer, chief]", want: "the glossary has no term \"chief\""},
	{name: "choice reworded without a word", file: "sections/01-policy-and-plan.yaml", old: "ja: 経営方針として、サイバーセキュリティの確保を掲げる予定はない", new: "ja: 掲げる予定はない", want: "\"policy=none\" has other words than before, and no line says so"},
	{name: "stage reworded without a word", file: "sections/10-contingency.yaml", old: "ja: 訓練・演習の実施", new: "ja: 訓練の実施", want: "\"contingency@drill\" has other words than before"},
	{name: "carried in another unit", file: "sections/05-people.yaml", old: "      ja: 人\n", new: "      ja: 名\n", want: "\"headcount\" and \"headcount\" differ in kind, unit or decimals"},
	{name: "carried to other choices", file: "sections/08-logs.yaml", old: "ja: ルール・手順を定めている\n", new: "ja: 定めている\n", want: "\"logs.identification\" and \"logs.identification\" are answered by different choices"},
	{name: "none of others", file: mappingName, old: "  - change: narrowed\n    both: [report.none]\n    note:\n      ja: 項目が増えたため、前回の回答を引き継いでいません。\n      en: There are more items, so last time's answer is not carried over.\n", new: "", want: "the other items of \"report\" changed, so \"none\" means something else"},
}

// Every slip in a mapping is found on a line of its file, and every check of mappings has a slip.
func TestEverySlipInAMappingIsFound(t *testing.T) {
	var bitten strings.Builder
	tried := 0
	broken := fstest.MapFS{"2022-broken/edition.yaml": {Data: []byte("id: 2022-broken\n")}}
	for _, s := range mappingSlips {
		t.Run(s.name, func(t *testing.T) {
			tried++
			files := followingFiles(t)
			body := string(files[s.file].Data)
			if !strings.Contains(body, s.old) {
				t.Fatalf("%s does not hold %q", s.file, s.old)
			}
			files[s.file] = &fstest.MapFile{Data: []byte(strings.Replace(body, s.old, s.new, 1))}
			if s.old == "" {
				delete(files, s.file)
			}
			_, findings, err := NewLibrary(broken, Builtin()).Load(t.Context(), files)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, f := range findings {
				bitten.WriteString(f.What + "\n")
				if strings.Contains(f.What, s.want) {
					found = true
					if f.Mend == "" || f.File == "" || f.Line == 0 {
						t.Errorf("%s: it does not say where, or how to mend it", f)
					}
				}
			}
			if !found {
				t.Errorf("want %q, got\n%v", s.want, Findings(findings))
			}
		})
	}
	if tried < len(mappingSlips) {
		return // go test -run picked some of them
	}
	if messages := bites(t, bitten.String(), "mapping.go", "lint_mapping.go", "lint_mapping_words.go"); messages < 20 {
		t.Errorf("only %d messages: this test does not see them", messages)
	}
}

func TestAFindingInAMappingStandsOnItsLine(t *testing.T) {
	files := followingFiles(t)
	body := strings.Replace(string(files[mappingName].Data), "new: [contingency.cloud]", "new: [contingency.clouds]", 1)
	files[mappingName] = &fstest.MapFile{Data: []byte(body)}
	_, findings, err := NewLibrary(Builtin()).Load(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	at := func(what string) int { return strings.Count(body[:strings.Index(body, what)], "\n") + 1 }
	want := []string{
		// The part without a line is looked for at its question's.
		fmt.Sprintf(`mapping.yaml:%d: mapping, new contingency, contingency.cloud: no line names the new part "contingency.cloud", and the other edition has none of its name to go with it; give it a line`, at("both: [policy")),
		fmt.Sprintf(`mapping.yaml:%d: mapping, new contingency, contingency.clouds: the new edition has no part "contingency.clouds"; correct the word`, at("contingency.clouds")),
	}
	if got := Findings(findings).Error(); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// The changes that the 2024 edition was composed to show, and what of last time's answers stays, by hand.
func TestTheEditionOf2024FollowsThatOf2023(t *testing.T) {
	l := NewLibrary(Builtin())
	e, err := l.Edition(t.Context(), following)
	if err != nil {
		t.Fatal(err)
	}
	old, err := l.Previous(t.Context(), e)
	if err != nil || old == nil || old.ID != securities || e.Mapping.From != securities || e.Mapping.To != following {
		t.Fatalf("follows %v, %v", old, err)
	}
	if before, err := l.Previous(t.Context(), old); before != nil || err != nil {
		t.Errorf("the first edition follows %v, %v", before, err)
	}
	changes := map[checklist.Change]int{}
	for _, line := range e.Mapping.Lines {
		changes[line.Change]++
	}
	if len(changes) != 8 {
		t.Errorf("not every change occurs: %v", changes)
	}
	for place, want := range map[string]string{
		"policy": "policy", "officer": "officer", "logs.clock": "logs.clock", "log-review.review": "logs.review", "headcount": "headcount",
		"contingency.ddos.drill": "contingency.ddos.drill", "containment.isolation": "containment.isolation", "report.progress": "report.progress",
		"comments": "", "terminal.edr": "", "training.plan": "", "report.patching": "", "report.none": "", "log-review.correlation": "",
		"containment.telling-others": "", "third-party-management": "", "generative-ai": "", "contingency.cloud.plan": "", "staff.secure-development": "",
	} {
		r, err := checklist.ParseRef(place)
		if err != nil {
			t.Fatal(err)
		}
		if from, _ := e.Mapping.Keeps(r); from.String() != want {
			t.Errorf("%s keeps the answer of %q, want %q", place, from, want)
		}
	}
	kept := 0
	for i := range e.Figures {
		q := checklist.Part{Question: e.Figures[i].Question}
		if line := e.Mapping.LineOfNew(q); line.Carry {
			kept++
		}
	}
	if len(e.Figures) != 18 || kept < 8 {
		t.Errorf("%d figures, %d of questions that mean the same", len(e.Figures), kept)
	}
}

// An edition of the supervisor's own may follow a built-in one; it is frozen in its folder.
func TestAnEditionThatFollowsIsFrozenWithItsMapping(t *testing.T) {
	dir := filepath.Join(t.TempDir(), string(following))
	if err := os.CopyFS(dir, followingFiles(t)); err != nil {
		t.Fatal(err)
	}
	if err := Freeze(dir); err != nil {
		t.Fatal(err)
	}
	change(t, dir, mappingName, "\n# a remark\n")
	if _, findings, err := Load(os.DirFS(dir)); err != nil || len(findings) != 1 || findings[0].File != frozenFile {
		t.Errorf("%v\n%v", err, Findings(findings))
	}
}
