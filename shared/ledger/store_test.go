package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

// memory is a Store that dies at one write: before it, or after. Bulk writes one by one, so it also dies in their midst.
type memory struct {
	docs      map[Key]Document
	left      int // writes until it dies; negative: it lives
	persisted bool
	meanwhile func() // what another does just before a listing of before, or a document in bulk is written; once
	before    string // partition
	listed    []string
}

// let another act, once.
func (m *memory) let() {
	if do := m.meanwhile; do != nil {
		m.meanwhile = nil
		do()
	}
}

var errKilled = errors.New("killed")

func (m *memory) write(do func()) error {
	m.left--
	if m.left == -1 {
		if m.persisted {
			do()
		}
		return errKilled
	}
	do()
	return nil
}

func (m *memory) Get(_ context.Context, k Key) (Document, error) {
	if d, ok := m.docs[k]; ok {
		return d, nil
	}
	return Document{}, ErrNotFound
}

func (m *memory) Swap(_ context.Context, k Key, revision int64, body string) (bool, error) {
	if m.docs[k].Revision != revision {
		return false, nil
	}
	return true, m.write(func() { m.docs[k] = Document{k, revision + 1, body} })
}

func (m *memory) List(_ context.Context, partition, prefix string) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		m.listed = append(m.listed, partition)
		if partition == m.before {
			m.let()
		}
		for _, k := range slices.SortedFunc(maps.Keys(m.docs), func(a, b Key) int { return cmp.Compare(a.Sort, b.Sort) }) {
			if k.Partition == partition && strings.HasPrefix(k.Sort, prefix) && !yield(m.docs[k], nil) {
				return
			}
		}
	}
}

func (m *memory) Revisions(ctx context.Context, partition string) iter.Seq2[Document, error] {
	return m.List(ctx, partition, "")
}

func (m *memory) Bulk(_ context.Context, put []Document, remove []Key) error {
	for _, d := range put {
		m.let()
		d.Revision = 1
		if err := m.write(func() { m.docs[d.Key] = d }); err != nil {
			return err
		}
	}
	for _, k := range remove {
		if err := m.write(func() { delete(m.docs, k) }); err != nil {
			return err
		}
	}
	return nil
}

func entriesOf(n int, name string) register.Register {
	var r register.Register
	for i := range n {
		id := checklist.FirmID(fmt.Sprintf("S-%04d", i))
		r.Firms = append(r.Firms, register.Firm{ID: id, Sector: name})
		r.Contacts = append(r.Contacts, register.Contact{Firm: id, Name: name})
	}
	return r
}

// At whichever write putting a register dies, readers see the old or the new one, whole; putting it again mends all, and
// nothing of what went before is left, the addresses of a register that never became current included.
func TestPuttingARegisterKilledAnywhere(t *testing.T) {
	before, after, last := entriesOf(3, "before"), entriesOf(2, "after"), entriesOf(1, "last")
	kills := 0
	for at := 0; ; at++ {
		for _, persisted := range []bool{false, true} {
			m := &memory{docs: map[Key]Document{}, left: -1}
			b := New(m)
			if err := b.PutRegister(t.Context(), before); err != nil {
				t.Fatal(err)
			}
			m.left, m.persisted = at, persisted
			err := b.PutRegister(t.Context(), after)
			m.left = -1
			got, getErr := b.Register(t.Context())
			if getErr != nil || !reflect.DeepEqual(got, before) && !reflect.DeepEqual(got, after) {
				t.Fatalf("killed at %d: %+v, %v", at, got, getErr)
			}
			if err == nil {
				if kills != 2*(1+4+1+6) { // reserve, 2 firms and 2 contacts, switch, remove 3 and 3
					t.Fatalf("%d kills", kills)
				}
				return
			}
			kills++
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			if err := b.PutRegister(t.Context(), last); err != nil {
				t.Fatal(err)
			}
			if len(m.docs) != 3 {
				t.Fatalf("killed at %d: %d documents are left, want the pointer, a firm and a contact", at, len(m.docs))
			}
		}
	}
}

// Between reading which generation holds and reading its entries, or between its firms and its contacts, another register
// becomes current: the reader reads again.
func TestARegisterReplacedWhileItIsRead(t *testing.T) {
	after := entriesOf(2, "after")
	for _, before := range []string{"firm", "contact"} {
		m := &memory{docs: map[Key]Document{}, left: -1, before: before}
		b := New(m)
		replace := func() {
			if err := b.PutRegister(t.Context(), after); err != nil {
				t.Error(err)
			}
		}
		if err := b.PutRegister(t.Context(), entriesOf(3, "before")); err != nil {
			t.Fatal(err)
		}
		m.meanwhile = replace
		got, err := b.Register(t.Context())
		if err != nil || !reflect.DeepEqual(got, after) {
			t.Fatalf("before %s: got %+v, %v", before, got, err)
		}
	}
	m := &memory{docs: map[Key]Document{}, left: -1, before: "firm"}
	b := New(m)
	if err := b.PutRegister(t.Context(), entriesOf(3, "before")); err != nil {
		t.Fatal(err)
	}
	m.listed, m.meanwhile = nil, func() {
		if err := New(&memory{docs: m.docs, left: -1}).PutRegister(t.Context(), after); err != nil {
			t.Error(err)
		}
	}
	got, err := b.Firms(t.Context())
	if err != nil || !reflect.DeepEqual(got, after.Firms) {
		t.Fatalf("firms: got %+v, %v", got, err)
	}
	if !slices.Equal(m.listed, []string{"firm", "firm"}) {
		t.Errorf("for the firms it read %v", m.listed)
	}
}

// A writer that is overtaken by one that began later is told so, and leaves nothing behind.
func TestARegisterOvertaken(t *testing.T) {
	m := &memory{docs: map[Key]Document{}, left: -1}
	b := New(m)
	m.meanwhile = func() {
		if err := b.PutRegister(t.Context(), entriesOf(2, "later")); err != nil {
			t.Error(err)
		}
	}
	if err := b.PutRegister(t.Context(), entriesOf(3, "slow")); !errors.Is(err, ErrConflict) {
		t.Fatalf("got %v, want ErrConflict", err)
	}
	got, err := b.Register(t.Context())
	if err != nil || !reflect.DeepEqual(got, entriesOf(2, "later")) {
		t.Fatalf("got %+v, %v", got, err)
	}
	if len(m.docs) != 1+2+2 {
		t.Fatalf("%d documents are left", len(m.docs))
	}
}

// Contacts that a dead writer left behind are erased too.
func TestErasingReachesEveryGeneration(t *testing.T) {
	m := &memory{docs: map[Key]Document{}, left: -1}
	b := New(m)
	if err := b.PutRegister(t.Context(), entriesOf(2, "before")); err != nil {
		t.Fatal(err)
	}
	m.left = 5 // all is written but not yet current
	if err := b.PutRegister(t.Context(), entriesOf(2, "after")); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	m.left = -1
	if err := b.EraseContacts(t.Context(), "S-0001"); err != nil {
		t.Fatal(err)
	}
	for k, d := range m.docs {
		if k.Partition == "contact" && strings.Contains(d.Body, "S-0001") {
			t.Errorf("left at %v", k)
		}
	}
}

// An edition can have too many runs; then none starts, but none is left that cannot finish.
func TestRunsThatFillTheirDocument(t *testing.T) {
	m := &memory{docs: map[Key]Document{}, left: -1}
	b := New(m)
	start := func(n int) Run {
		at := time.Date(2023, 8, 10, 2, 0, 0, 0, time.UTC).AddDate(0, 0, n)
		return Run{ID: at.Format("20060102T150405Z") + "-nightly", Edition: "2023-securities", Kind: Nightly, State: Running,
			StartedAt: at, LeaseUntil: at.Add(15 * time.Minute)}
	}
	end := func(r Run) Run {
		r.State, r.FinishedAt, r.Population, r.Replied, r.Answers = Failed, r.StartedAt.Add(time.Minute), 272, 250, 60000
		r.Why = strings.Repeat("理由", maxWhy/2)
		return r
	}
	var past []Run
	for n := range 300 {
		past = append(past, end(start(n)))
	}
	body, err := runs.encode(past)
	if err != nil {
		t.Fatalf("300 runs with the longest reason do not fit: %v", err)
	}
	m.docs[runsKey("2023-securities")] = Document{runsKey("2023-securities"), 1, body}
	for n := 300; n < 2000; n++ {
		err := b.StartRun(t.Context(), start(n))
		if errors.Is(err, ErrTooLarge) {
			return
		}
		if err != nil {
			t.Fatalf("run %d: %v", n, err)
		}
		r := end(start(n))
		r.Why += "more than is kept"
		for range 2 {
			if err := b.FinishRun(t.Context(), r); err != nil {
				t.Fatalf("run %d: %v", n, err)
			}
		}
	}
	t.Fatal("no end")
}

func id(t *rapid.T, label string) string {
	return rapid.StringMatching(`[a-z0-9]{1,5}(-[a-z0-9]{1,3})?`).Draw(t, label)
}

func drawSubmission(t *rapid.T) checklist.Submission {
	s := checklist.Submission{
		Edition: "2023-securities", Firm: "S-0001", Ticket: checklist.TicketNumber(rapid.IntRange(1, 999_999).Draw(t, "ticket")),
		Status: checklist.Accepted, ReceivedAt: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nano")).UTC(),
		Size: rapid.Int64().Draw(t, "size"), Object: rapid.String().Draw(t, "object"),
		Cover: checklist.Cover{FirmName: rapid.String().Draw(t, "name"), ApprovedOn: checklist.Date{Year: rapid.IntRange(1, 9999).Draw(t, "year"), Month: 12, Day: 31}},
	}
	if rapid.Bool().Draw(t, "answers") {
		s.Answers = checklist.Answers{}
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			r := checklist.Ref{Question: checklist.QuestionID(id(t, "question"))}
			if rapid.Bool().Draw(t, "has item") {
				r.Item = checklist.ItemID(id(t, "item"))
				if rapid.Bool().Draw(t, "has stage") {
					r.Stage = checklist.StageID(id(t, "stage"))
				}
			}
			s.Answers[r] = rapid.SampledFrom([]checklist.Answer{{}, {Choice: "yes"}, {Choice: checklist.ChoiceID(rapid.String().Draw(t, "choice"))},
				{Number: rapid.Int64().Draw(t, "number")}, {Text: rapid.String().Draw(t, "text")}, {Choice: "a", Number: -1, Text: "<&>\u2028"}}).Draw(t, "answer")
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "faults") {
		s.Faults = append(s.Faults, checklist.Fault{Code: "E101", Found: rapid.String().Draw(t, "found"),
			Ref: checklist.Ref{Question: checklist.QuestionID(id(t, "fault"))}, What: checklist.Text{JA: rapid.String().Draw(t, "ja")}})
	}
	for range rapid.IntRange(0, 2).Draw(t, "confirmations") {
		s.Confirmations = append(s.Confirmations, checklist.Confirmation{Code: "W301", Rule: id(t, "rule"),
			Ref: checklist.Ref{Question: checklist.QuestionID(id(t, "confirmed"))}, Reason: rapid.String().Draw(t, "reason")})
	}
	return s
}

// Whatever is encoded reads back the same, and the same value always has the same document.
func TestASubmissionReadsBackTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSubmission(t)
		body, err := submissions.encode(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := submissions.decode(body)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(back, s) {
			t.Fatalf("\n got %+v\nwant %+v", back, s)
		}
		if again, err := submissions.encode(back); err != nil || again != body {
			t.Fatalf("another document, %v:\n%s\n%s", err, again, body)
		}
	})
}

// The documents of a ledger in use outlive the program that wrote them: a change here is a change of what is stored.
func TestTheStoredWords(t *testing.T) {
	at := time.Date(2023, 8, 10, 12, 0, 0, 0, time.UTC)
	s := checklist.Submission{Edition: "2023-securities", Firm: "S-0137", Ticket: 2, Status: checklist.Accepted, ReceivedAt: at,
		Channel: checklist.OnBehalf, Via: "mail", Object: "o", ObjectID: "v", SHA256: "ab", Size: 9, Definition: "d",
		Cover: checklist.Cover{FirmName: "㈱例", ReferenceDate: checklist.Date{Year: 2023, Month: 6, Day: 30}},
		Answers: checklist.Answers{{Question: "staff"}: {Number: 12}, {Question: "plan", Item: "dos", Stage: "drill"}: {Choice: "yes"},
			{Question: "remarks"}: {Text: "<特になし>"}},
		Faults: []checklist.Fault{{Code: "W301", Severity: checklist.Confirm, Ref: checklist.Ref{Question: "staff"}, What: checklist.Text{JA: "多い", EN: "many"}}}}
	const submission = `{"edition":"2023-securities","firm":"S-0137","ticket":2,"status":"accepted","received_at":"2023-08-10T12:00:00Z",` +
		`"channel":"on_behalf","via":"mail","object":"o","object_id":"v","sha256":"ab","size":9,"definition":"d","cover":{"firm_name":"㈱例","reference_date":"2023-06-30"},` +
		`"answers":{"plan.dos.drill":"yes","remarks":{"text":"<特になし>"},"staff":12},` +
		`"faults":[{"code":"W301","severity":"confirm","ref":"staff","what":{"ja":"多い","en":"many"}}]}`
	got, err := submissions.encode(s)
	if err != nil || got != submission {
		t.Errorf("%v\n got %s\nwant %s", err, got, submission)
	}
	confirmed := s
	confirmed.Confirmations = []checklist.Confirmation{{Code: "W301", Ref: checklist.Ref{Question: "staff"}, Rule: "many-staff", Reason: "統合のため"}, {Code: "C005", Reason: "略称"}}
	const confirmations = `,"confirmations":[{"code":"W301","ref":"staff","rule":"many-staff","reason":"統合のため"},{"code":"C005","reason":"略称"}]}`
	if got, err := submissions.encode(confirmed); err != nil || got != strings.TrimSuffix(submission, "}")+confirmations {
		t.Errorf("%v\n got %s", err, got)
	}
	if old, err := submissions.decode(submission); err != nil || !reflect.DeepEqual(old, s) { // as it was written before there were reasons
		t.Errorf("%v\n got %+v\nwant %+v", err, old, s)
	}
	got, err = currents.encode(checklist.Current{Submission: s, FirstReceived: at})
	if want := `{"edition":"2023-securities","firm":"S-0137","first_received":"2023-08-10T12:00:00Z","submission":` + submission + `}`; err != nil || got != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
}
