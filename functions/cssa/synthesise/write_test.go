package synthesise

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/register"
	"cssa/shared/workbook"
)

func written(t testing.TB, r *Round, u *Upload) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := r.WriteWorkbook(&buf, u); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// received reads an upload as the receiving room does: against the firm that sends it, with the register at hand.
func received(r *Round, u *Upload, body []byte) (workbook.Reading, []checklist.FaultCode) {
	firm, err := r.Register.Firm(u.Firm, r.Edition.ReferenceDate)
	if err != nil {
		return workbook.Reading{}, []checklist.FaultCode{"no such firm"}
	}
	got := workbook.Read(bytes.NewReader(body), int64(len(body)), r.Edition, workbook.Identity{
		Edition: r.Edition.ID, Firm: firm.ID, Definition: r.Edition.Checksum, FirmName: firm.Name.JA,
	})
	var codes []checklist.FaultCode
	for _, f := range got.Faults {
		if f.Code == checklist.CodeOtherFirm && !slices.ContainsFunc(r.Register.Firms, func(f register.Firm) bool { return f.ID == got.Identity.Firm }) {
			f.Code = checklist.CodeUnknownFirm
		}
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return got, slices.Compact(codes)
}

// Every file of a round with all stories, written and read by the real reader: what is valid reads back to its answers
// and cover, what is spoilt has exactly the faults it was given.
func TestEveryWorkbookReadsAsPlanned(t *testing.T) {
	r := plan(t, Options{Seed: 4, Firms: 100, Stories: 25})
	stories := map[Story]int{}
	for i := range r.Uploads {
		u := &r.Uploads[i]
		if u.Story == Plain && stories[Plain] >= 5 {
			continue
		}
		stories[u.Story]++
		got, codes := received(r, u, written(t, r, u))
		if u.Story == AfterClosing { // only the door can tell; the file itself is in order
			codes = u.Expect.Codes
		}
		if !slices.Equal(codes, u.Expect.Codes) {
			t.Errorf("%s of story %s has faults %v, want %v: %+v", u.File, u.Story, codes, u.Expect.Codes, got.Faults)
		}
		if u.Expect.Status != checklist.Accepted {
			if u.Story != AfterClosing && checklist.Blocking(got.Faults) == 0 {
				t.Errorf("%s of story %s has nothing that stands in the way", u.File, u.Story)
			}
			continue
		}
		if !maps.Equal(got.Answers, u.Answers) {
			t.Errorf("%s of story %s reads back to other answers", u.File, u.Story)
		}
		if got.Cover != u.Cover {
			t.Errorf("%s of story %s: cover %+v, want %+v", u.File, u.Story, got.Cover, u.Cover)
		}
	}
	for _, s := range Stories() {
		if stories[s] == 0 && s != NeverSent {
			t.Errorf("no upload of story %s was tried", s)
		}
	}
}

func TestSentTwiceIsTheSameBytes(t *testing.T) {
	r := plan(t, Options{Seed: 8, Firms: 100, Stories: 20})
	sums := map[checklist.FirmID][][32]byte{}
	for i := range r.Uploads {
		if u := &r.Uploads[i]; u.Story == SentTwice || u.Story == Corrected {
			sums[u.Firm] = append(sums[u.Firm], sha256.Sum256(written(t, r, u)))
		}
	}
	for i := range r.Uploads {
		u := &r.Uploads[i]
		if u.Number != 1 || u.Story != SentTwice && u.Story != Corrected {
			continue
		}
		s := sums[u.Firm]
		if len(s) != 2 || (s[0] == s[1]) != (u.Story == SentTwice) {
			t.Errorf("%s of story %s sent %d files, the same bytes: %v", u.Firm, u.Story, len(s), s[0] == s[len(s)-1])
		}
	}
	if len(sums) < 2 {
		t.Fatalf("%d firms to try", len(sums))
	}
}

// Two plans of one seed write the same files, and what is written can be used.
func TestTheSameSeedWritesTheSameBytes(t *testing.T) {
	r := plan(t, Options{Seed: 6, Firms: 30, Stories: 30})
	again := plan(t, r.Options)
	a, b := t.TempDir(), t.TempDir()
	var last, total int
	err := r.Write(t.Context(), a, func(done, of int) {
		if done != last+1 {
			t.Errorf("progress went from %d to %d", last, done)
		}
		last, total = done, of
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != total || total != len(r.Uploads) {
		t.Errorf("progress ended at %d of %d, with %d uploads", last, total, len(r.Uploads))
	}
	if err := again.Write(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	left, right := contents(t, a), contents(t, b)
	for name := range left {
		if left[name] != right[name] {
			t.Errorf("%s differs", name)
		}
	}
	if len(left) != len(r.Uploads)+3 || len(right) != len(left) {
		t.Errorf("%d and %d files, want %d", len(left), len(right), len(r.Uploads)+3)
	}
	canBeUsed(t, r, a)
}

func contents(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		sums[filepath.ToSlash(name)] = sha256.Sum256(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// canBeUsed has the register's own reader read what was written, and holds the manifest against the files.
func canBeUsed(t *testing.T, r *Round, dir string) {
	t.Helper()
	firms, err := os.Open(filepath.Join(dir, "register", "firms.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer firms.Close()
	contacts, err := os.Open(filepath.Join(dir, "register", "contacts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer contacts.Close()
	reg, problems, err := register.Read(firms, contacts)
	if err != nil || len(problems) > 0 {
		t.Fatalf("the register: %v, %+v", err, problems)
	}
	if !slices.Equal(reg.Firms, r.Register.Firms) || !slices.Equal(reg.Contacts, r.Register.Contacts) {
		t.Error("the register reads back otherwise")
	}
	body, err := os.ReadFile(filepath.Join(dir, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	var named, there []string
	for _, u := range m.Uploads {
		named = append(named, u.File)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "workbooks"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		there = append(there, e.Name())
	}
	slices.Sort(named)
	if !slices.Equal(named, there) {
		t.Errorf("the manifest names %v, written are %v", named, there)
	}
	if !m.Invented || m.ResavedBy != "excelize" || len(m.NeverSent) != len(r.NeverSent) || len(m.Withdrawals) != len(r.Withdrawals) {
		t.Errorf("manifest: %+v", m)
	}
}

func TestNothingIsWrittenWhereItCannotBe(t *testing.T) {
	r := plan(t, Options{Firms: 30})
	file := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Write(t.Context(), file, nil); err == nil {
		t.Error("a round was written into a file")
	}
	r.Options.Soffice = filepath.Join(t.TempDir(), "no-such-program")
	u := &r.Uploads[0]
	u.Spoil.Resaved = true
	if err := r.WriteWorkbook(&bytes.Buffer{}, u); err == nil {
		t.Error("a program that does not exist saved a workbook")
	}
}

func BenchmarkWriteWorkbook(b *testing.B) {
	r := sector272(b, 1)
	for i := 0; b.Loop(); i++ {
		if err := r.WriteWorkbook(&bytes.Buffer{}, &r.Uploads[i%len(r.Uploads)]); err != nil {
			b.Fatal(err)
		}
	}
}
