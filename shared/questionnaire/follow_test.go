package questionnaire

import (
	"strings"
	"testing"
	"testing/fstest"

	"cssa/shared/checklist"
)

// followed returns what follows the built-in edition of 2023, as files.
func followed(t *testing.T, id checklist.EditionID, from fstest.MapFS) (fstest.MapFS, []Finding) {
	t.Helper()
	files, findings, err := Files(from)
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v %v", err, findings)
	}
	out, looks, err := Follow(files, load(t, from), id)
	if err != nil {
		t.Fatal(err)
	}
	m := fstest.MapFS{}
	for name, body := range out {
		m[name] = &fstest.MapFile{Data: body}
	}
	return m, looks
}

// The edition that follows is one, carries every answer that can be, and differs in its dates only.
func TestTheEditionThatFollows(t *testing.T) {
	from := securitiesFiles(t)
	from["FROZEN"] = &fstest.MapFile{Data: []byte(load(t, from).Checksum)}
	files, looks := followed(t, "2025-securities", from)
	if files["FROZEN"] != nil {
		t.Error("it is frozen")
	}
	e, findings, err := NewLibrary(Builtin()).Load(t.Context(), files)
	if err != nil || len(findings) > 0 {
		t.Fatalf("%v\n%v", err, Findings(findings))
	}
	if e.ID != "2025-securities" || e.FiscalYear != 2025 || e.ReferenceDate.String() != "2025-06-30" || e.Mapping.From != securities {
		t.Errorf("%s of %d, %s, after %s", e.ID, e.FiscalYear, e.ReferenceDate, e.Mapping.From)
	}
	if got := e.Deadline.In(e.Location).Format("Mon 2006-01-02 15:04"); got != "Mon 2025-08-25 17:00" { // 25 August 2025: the calendar says Monday
		t.Error(got)
	}
	for file, want := range map[string][]string{
		"edition.yaml": {
			"# After a change: cssa edition lint 2025-securities\n", "previous: 2023-securities ", "（2025年度）", "(fiscal 2025)",
			"deadline: 2025-08-25 17:00    # moved from 2023-08-25 17:00, now a Monday; look at it: 提出期限: later uploads are accepted and marked 期限後\n",
			"fiscal_year: 2025             # 年度",
		},
		"instructions.yaml": {"2025年8月25日（月）17時", "Monday 25 August 2025, 17:00", "Monday 15 September 2025, 17:00", "30 June 2025"},
		"mapping.yaml":      {"both: [policy, plan, ", "both: [comments]\n    carry: false\n"},
	} {
		for _, w := range want {
			if !strings.Contains(string(files[file].Data), w) {
				t.Errorf("%s: no %q in\n%s", file, w, files[file].Data)
			}
		}
	}
	dates := 0
	for _, f := range looks {
		if f.File == "" || f.Line == 0 {
			t.Errorf("%s: nowhere", f)
		}
		if strings.Contains(f.What, "moved from") {
			dates++
		}
	}
	if dates != 4 {
		t.Errorf("%d dates to look at: %v", dates, Findings(looks))
	}
	for name, f := range from {
		if strings.HasPrefix(name, sectionsDir) && string(f.Data) != string(files[name].Data) {
			t.Errorf("%s is another", name)
		}
	}
	// And on from there, with other line ends: what was moved last time says so no more.
	for name, f := range files {
		files[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(f.Data), "\n", "\r\n"))}
	}
	body := string(mustFollow(t, files, "2026-securities")["edition.yaml"])
	if strings.Contains(body, "2023") || strings.Count(body, "look at it") != 4 || strings.Count(body, "previous: ") != 1 || strings.Count(body, "\r\n") != strings.Count(body, "\n") {
		t.Error(body)
	}
}

func mustFollow(t *testing.T, from fstest.MapFS, id checklist.EditionID) map[string][]byte {
	t.Helper()
	out, _ := followed(t, id, from)
	files := map[string][]byte{}
	for name, f := range out {
		files[name] = f.Data
	}
	return files
}

// What the text says of the years before is not moved, but listed.
func TestYearsInTextsAreLookedAt(t *testing.T) {
	from := securitiesFiles(t)
	body := strings.Replace(string(from["instructions.yaml"].Data), "ja: 「任意」", "ja: 前回（2022年度）と同じく、「任意」", 1)
	from["instructions.yaml"] = &fstest.MapFile{Data: []byte(body)}
	_, looks := followed(t, "2024-securities", from)
	if said := Findings(looks).Error(); !strings.Contains(said, "it speaks of 2022: ja: 前回（2022年度）と同じく") {
		t.Error(said)
	}
}

func TestLeapDaysStayInFebruary(t *testing.T) {
	files := securitiesFiles(t)
	body := strings.Replace(string(files["edition.yaml"].Data), "reference_date: 2023-06-30", "reference_date: 2024-02-29", 1)
	for _, r := range [][2]string{{"opens: 2023-", "opens: 2024-"}, {"deadline: 2023-", "deadline: 2024-"}, {"closing: 2023-", "closing: 2024-"}, {"fiscal_year: 2023", "fiscal_year: 2024"}, {"id: 2023-", "id: 2024-"}} {
		body = strings.Replace(body, r[0], r[1], 1)
	}
	files["edition.yaml"] = &fstest.MapFile{Data: []byte(body)}
	files["instructions.yaml"] = &fstest.MapFile{Data: []byte("paragraphs:\n  - ja: あ\n    en: A\n")}
	if got := string(mustFollow(t, files, "2025-securities")["edition.yaml"]); !strings.Contains(got, "reference_date: 2025-02-28 ") {
		t.Error(got)
	}
}

func TestWhatCannotFollow(t *testing.T) {
	from := securitiesFiles(t)
	files, _, err := Files(from)
	if err != nil {
		t.Fatal(err)
	}
	old := load(t, from)
	for _, id := range []checklist.EditionID{"2024-banks", "2022-securities", "2023-securities", "next", "", "2024-Securities"} {
		if _, _, err := Follow(files, old, id); err == nil || !strings.Contains(err.Error(), "2024-securities") {
			t.Errorf("%s: %v", id, err)
		}
	}
	files["edition.yaml"] = []byte(strings.Replace(string(files["edition.yaml"]), "deadline: 2023", "deadline:\n  2023", 1))
	if _, _, err := Follow(files, old, "2024-securities"); err == nil || !strings.Contains(err.Error(), "deadline does not stand on a line of its own") {
		t.Error(err)
	}
}
