package aggregate_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cssa/functions/aggregate"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/laketest"
	"cssa/shared/ledger"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

// wide returns the real edition with its questions four times over, which are 300 places; and one that asks the same a year on.
func wide(b *testing.B) (then, now *checklist.Edition) {
	b.Helper()
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(b.Context(), edition)
	if err != nil {
		b.Fatal(err)
	}
	out := *ed
	out.Sections = slices.Clone(ed.Sections)
	for n := 2; n <= 4; n++ {
		for _, section := range ed.Sections {
			section.ID = checklist.SectionID(fmt.Sprintf("%s-%d", section.ID, n))
			section.Questions = slices.Clone(section.Questions)
			for i := range section.Questions {
				section.Questions[i].ID = checklist.QuestionID(fmt.Sprintf("%s-%d", section.Questions[i].ID, n))
			}
			out.Sections = append(out.Sections, section)
		}
	}
	next := out
	next.ID, next.Checksum, next.Mapping = "2024-securities", "following", &checklist.Mapping{From: out.ID}
	for _, q := range out.Questions() {
		for _, p := range q.Parts() {
			next.Mapping.Lines = append(next.Mapping.Lines, checklist.MappingLine{Change: checklist.Same, Old: []checklist.Part{p}, New: []checklist.Part{p}})
		}
	}
	return &out, &next
}

// answered returns a firm's answers, one blank in twenty.
func answered(ed *checklist.Edition, random *rand.Rand) checklist.Answers {
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
	return a
}

// A sector is a ledger of very many firms: their documents are made as they are listed, so that what a run needs can be
// measured beside it. Everything is decoded as it is from any other store.
type sector struct {
	docs    map[ledger.Key]ledger.Document
	bodies  map[string][]string // of each partition, some submissions of nobody
	firms   int
	changed int // every so many firms have a second version; 0: none
}

const nobody = "S-999999"

func (s *sector) Get(_ context.Context, k ledger.Key) (ledger.Document, error) {
	if d, ok := s.docs[k]; ok {
		return d, nil
	}
	return ledger.Document{}, ledger.ErrNotFound
}

func (s *sector) Swap(_ context.Context, k ledger.Key, revision int64, body string) (bool, error) {
	if strings.HasPrefix(k.Partition, "submission#") {
		s.bodies[k.Partition] = append(s.bodies[k.Partition], body)
		return true, nil
	}
	s.docs[k] = ledger.Document{Key: k, Revision: revision + 1, Body: body}
	return true, nil
}

func (s *sector) List(_ context.Context, partition, prefix string) iter.Seq2[ledger.Document, error] {
	return s.list(partition, prefix, true)
}

func (s *sector) Revisions(_ context.Context, partition string) iter.Seq2[ledger.Document, error] {
	return s.list(partition, "", false)
}

func (s *sector) list(partition, prefix string, bodies bool) iter.Seq2[ledger.Document, error] {
	return func(yield func(ledger.Document, error) bool) {
		first, last := 1, s.firms
		if prefix != "" {
			n, err := strconv.Atoi(strings.Trim(prefix, "S-#"))
			if err != nil {
				return
			}
			first, last = n, n
		}
		some := s.bodies[partition]
		for i := first; len(some) > 0 && i <= last; i++ {
			versions := 1
			if s.changed > 0 && i%s.changed == 0 {
				versions = 2
			}
			for v := 1; v <= versions; v++ {
				d := ledger.Document{Key: ledger.Key{Partition: partition, Sort: fmt.Sprintf("%s#%06d", member(i), v)}, Revision: 1}
				if bodies {
					d.Body = strings.Replace(some[(i+v)%len(some)], nobody, string(member(i)), 1)
					d.Body = strings.Replace(d.Body, `"ticket":1`, fmt.Sprintf(`"ticket":%d`, v), 1)
				}
				if !yield(d, nil) {
					return
				}
			}
		}
	}
}

func (s *sector) Bulk(context.Context, []ledger.Document, []ledger.Key) error { return nil }

func member(i int) checklist.FirmID { return checklist.FirmID(fmt.Sprintf("S-%06d", i)) }

// A scale is the step with a sector of many firms and a lake that weighs what is stored.
type scale struct {
	*ledger.Book
	laketest.Dir
	ed     map[checklist.EditionID]*checklist.Edition
	firms  register.Firms
	stored int64
	kept   int64 // of it the snapshot
}

func (s *scale) Edition(_ context.Context, id checklist.EditionID) (*checklist.Edition, error) {
	return s.ed[id], nil
}

func (s *scale) Firms(context.Context) (register.Firms, error) { return s.firms, nil }

// BenchmarkNight is a nightly run with a comparison, of 300 answers of each firm in two editions: the first, which reads
// everything, and the next, for which one firm in fifty changed. The runtime keeps to 900 MiB, or
// to GOMEMLIMIT if that is less; MB-peak is what the whole process had in memory at most, the sector's ledger included.
func BenchmarkNight(b *testing.B) {
	limit := debug.SetMemoryLimit(-1) // what GOMEMLIMIT says
	defer debug.SetMemoryLimit(limit)
	debug.SetMemoryLimit(min(limit, 900<<20))
	for _, firms := range []int{272, 100_000} {
		b.Run(fmt.Sprint(firms, "-firms"), func(b *testing.B) {
			then, now := wide(b)
			store := &sector{docs: map[ledger.Key]ledger.Document{}, bodies: map[string][]string{}, firms: firms}
			s := &scale{Book: ledger.New(store), Dir: laketest.Dir(b.TempDir()), ed: map[checklist.EditionID]*checklist.Edition{then.ID: then, now.ID: now}}
			groups := map[checklist.Dimension][]string{}
			for _, g := range then.Groups {
				groups[g.Dimension] = append(groups[g.Dimension], g.ID)
			}
			random := rand.New(rand.NewPCG(300, 2))
			pick := func(d checklist.Dimension) string { return groups[d][random.IntN(len(groups[d]))] }
			for i := range firms {
				s.firms = append(s.firms, register.Firm{ID: member(i + 1), Sector: pick(checklist.BySector), PeerGroup: pick(checklist.ByGroup),
					SizeBand: pick(checklist.BySize), ValidFrom: checklist.Date{Year: 2010, Month: 4, Day: 1}})
			}
			clock := then.Opens.UTC()
			step := &aggregate.Step{Editions: s, Ledger: s, Lake: s, Past: s, Now: func() time.Time { return clock }, Program: program("this")}
			for _, ed := range []*checklist.Edition{then, now} {
				for n := range min(firms, 2048) { // more than a row group holds, so that no packing finds them again
					sub := checklist.Submission{Edition: ed.ID, Firm: nobody, Ticket: 1, Status: checklist.Accepted, ReceivedAt: then.Opens.UTC(),
						Channel: checklist.Upload, Definition: ed.Checksum, SHA256: strings.Repeat(fmt.Sprintf("%04x", n), 16), Size: 40_000, Answers: answered(ed, random)}
					mustDo(b, s.PutSubmission(b.Context(), sub))
				}
				mustDo(b, s.OpenRound(b.Context(), ledger.Round{Edition: ed.ID, State: ledger.Open, Checksum: ed.Checksum,
					OpenedAt: then.Opens.UTC(), Deadline: then.Deadline.UTC(), Closing: then.Closing.UTC()}))
			}
			clock = then.Closing.UTC()
			measured(b, "freeze", s, func() {
				if run, err := step.Freeze(b.Context(), then.ID); err != nil || run.Replied != firms || run.Answers < 290*firms {
					b.Fatalf("%+v, %v", run, err)
				}
			})
			var read aggregate.Reading
			step.Told = func(_ context.Context, r aggregate.Reading) { read = r }
			for _, night := range []string{"night-full", "night-snapshot"} {
				clock = clock.AddDate(0, 0, 1)
				measured(b, night, s, func() {
					if run, err := step.Nightly(b.Context(), now.ID); err != nil || run.Replied != firms {
						b.Fatalf("%+v, %v", run, err)
					}
				})
				if (read.Reused > 0) != (night == "night-snapshot") {
					b.Fatalf("%s: %+v", night, read)
				}
				store.changed = 50
			}
		})
	}
}

func (s *scale) Replace(ctx context.Context, key string, body []byte) (archive.Object, error) {
	s.stored += int64(len(body))
	if strings.HasPrefix(key, "snapshots/") {
		s.kept += int64(len(body))
	}
	return s.Dir.Replace(ctx, key, body)
}

// measured runs once, whatever b.N is, and reports.
func measured(b *testing.B, name string, s *scale, do func()) {
	b.Helper()
	var once sync.Once
	report := map[string]float64{"ns/op": 0}
	b.Run(name, func(b *testing.B) {
		once.Do(func() {
			s.stored, s.kept = 0, 0
			runtime.GC()
			debug.FreeOSMemory()
			fresh()
			before, began := processor(), b.Elapsed()
			do()
			report["s-cpu"], report["s-wall"] = (processor() - before).Seconds(), (b.Elapsed() - began).Seconds()
			report["MB-peak"], report["MB-stored"], report["MB-snapshot"] = peak(b), float64(s.stored)/1e6, float64(s.kept)/1e6
		})
		for unit, n := range report {
			b.ReportMetric(n, unit)
		}
	})
}

func processor() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		panic(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// fresh has the kernel forget how much memory was held at most, where it can.
func fresh() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) }

// peak returns how much memory was held at most, in MB; 0 where the kernel does not say.
func peak(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile(filepath.Clean("/proc/self/status"))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.Atoi(fields[0])
	mustDo(b, err)
	return float64(kib) * 1024 / 1e6
}

func mustDo(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

var _ lake.Store = (*scale)(nil)
