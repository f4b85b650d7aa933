package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/lake/laketest"
	"cssa/shared/register"
	"cssa/shared/tally"
	"cssa/shared/trend"
)

// The benchmarks do the same work twice in one run, turn by turn, here and in DuckDB on one thread, and report how many
// times less processor time ours takes: "×" above 1 is faster than DuckDB.

// a sample of the real edition large enough to drown what is fixed.
type load struct {
	ed      *checklist.Edition
	firms   []register.Firm
	answers []checklist.Answers
	rows    int
	dir     string
	file    string
	db      *sql.DB // unconfined, one thread: it writes files too
}

func newLoad(b *testing.B, n int) *load {
	b.Helper()
	l := &load{ed: wide(securities(b)), dir: b.TempDir()}
	l.firms, l.answers = crowd(l.ed, n)
	var err error
	l.db, err = sql.Open("duckdb", "")
	must(b, err)
	b.Cleanup(func() { l.db.Close() })
	l.do(b, "SET threads = 1")
	l.do(b, "SET memory_limit = '1GB'")
	l.file, l.rows = l.store(b, "answers", l.ed, l.answers)
	firms, err := lake.Encode(lake.FirmRows(l.firms))
	must(b, err)
	must(b, os.WriteFile(filepath.Join(l.dir, "firms.parquet"), firms, 0o600))
	l.do(b, `CREATE TABLE members AS WITH f AS (FROM '`+filepath.Join(l.dir, "firms.parquet")+`')
		SELECT firm, 'all' AS dimension, 'all' AS group_id FROM f UNION ALL SELECT firm, 'sector', sector FROM f
		UNION ALL SELECT firm, 'group', peer_group FROM f UNION ALL SELECT firm, 'size', size_band FROM f`)
	return l
}

// store writes answers as a file.
func (l *load) store(b *testing.B, name string, ed *checklist.Edition, answers []checklist.Answers) (file string, rows int) {
	b.Helper()
	var out bytes.Buffer
	w := lake.NewWriter[lake.AnswerRow](&out)
	for i, a := range answers {
		more, err := lake.AnswerRows(ed, l.firms[i].ID, a)
		must(b, err)
		must(b, w.Write(more))
		rows += len(more)
	}
	must(b, w.Close())
	file = filepath.Join(l.dir, name+".parquet")
	must(b, os.WriteFile(file, out.Bytes(), 0o600))
	return file, rows
}

var wordColumns = []string{"firm", "question", "item", "stage", "state", "choice"}

// remember makes tables in memory of files, whose words are of types of their own: DuckDB is fastest with that.
func (l *load) remember(b *testing.B, files ...string) {
	b.Helper()
	all := fmt.Sprintf("read_parquet(['%s'])", strings.Join(files, "', '"))
	columns := "number, text"
	for _, c := range wordColumns {
		l.do(b, fmt.Sprintf("CREATE TYPE %[1]s_word AS ENUM (SELECT DISTINCT %[1]s FROM %[2]s)", c, all))
		columns += fmt.Sprintf(", %[1]s::%[1]s_word AS %[1]s", c)
	}
	for _, f := range files {
		l.do(b, fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM '%s'", strings.TrimSuffix(filepath.Base(f), ".parquet"), columns, f))
	}
	l.do(b, "CREATE TABLE grouped AS SELECT firm::firm_word AS firm, dimension, group_id FROM members")
}

func (l *load) do(b *testing.B, query string) {
	b.Helper()
	if _, err := l.db.ExecContext(context.Background(), query); err != nil {
		b.Fatalf("%s: %v", query, err)
	}
}

func (l *load) members() []tally.Member {
	var members []tally.Member
	for _, f := range l.firms {
		members = append(members, tally.Member{Firm: f.ID, Groups: groupsOf(f)})
	}
	return members
}

// took returns how much processor time f takes, ours and the system's for it.
func took(f func()) time.Duration {
	start := processor()
	f()
	return processor() - start
}

func processor() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		panic(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// against does both in turn and reports.
func against(b *testing.B, rows int, ours, theirs func()) {
	b.Helper()
	var us, them time.Duration
	for b.Loop() {
		us += took(ours)
		them += took(theirs)
	}
	b.ReportMetric(them.Seconds()/us.Seconds(), "×duckdb")
	b.ReportMetric(float64(rows)*float64(b.N)/us.Seconds()/1e6, "Mrows/s")
	b.ReportMetric(us.Seconds()*1e3/float64(b.N), "ms-cpu/op")
}

// benchFirms times the 300 places of wide are 4.5 million answers.
const benchFirms = 15_000

// crowd returns n firms of which many answered alike, so that as many can be held beside two databases.
func crowd(ed *checklist.Edition, n int) ([]register.Firm, []checklist.Answers) {
	some, given := invent(ed, 1009)
	firms, answers := make([]register.Firm, n), make([]checklist.Answers, n)
	for i := range firms {
		firms[i], answers[i] = some[i*7%len(some)], given[i%len(given)]
		firms[i].ID = checklist.FirmID(fmt.Sprintf("S-%06d", i+1))
	}
	return firms, answers
}

// wide returns the edition with its questions four times over: 300 places.
func wide(ed *checklist.Edition) *checklist.Edition {
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
	return &out
}

// following returns an edition that asks the same again.
func following(ed *checklist.Edition) *checklist.Edition {
	out := *ed
	out.ID, out.Mapping = "2024-securities", &checklist.Mapping{From: ed.ID}
	for _, q := range ed.Questions() {
		for _, p := range q.Parts() {
			out.Mapping.Lines = append(out.Mapping.Lines, checklist.MappingLine{Change: checklist.Same, Old: []checklist.Part{p}, New: []checklist.Part{p}})
		}
	}
	return &out
}

func BenchmarkParquetWriteAgainstDuckDB(b *testing.B) {
	l := newLoad(b, benchFirms/5)
	var rows []lake.AnswerRow
	for i, a := range l.answers {
		more, err := lake.AnswerRows(l.ed, l.firms[i].ID, a)
		must(b, err)
		rows = append(rows, more...)
	}
	l.do(b, "CREATE TABLE words AS FROM '"+l.file+"'")
	size := 0
	against(b, l.rows, func() {
		var file bytes.Buffer
		w := lake.NewWriter[lake.AnswerRow](&file)
		must(b, w.Write(rows))
		must(b, w.Close())
		must(b, os.WriteFile(filepath.Join(l.dir, "ours.parquet"), file.Bytes(), 0o600))
		size = file.Len()
	}, func() {
		l.do(b, "COPY words TO '"+filepath.Join(l.dir, "theirs.parquet")+"' (FORMAT parquet, COMPRESSION zstd)")
	})
	info, err := os.Stat(filepath.Join(l.dir, "theirs.parquet"))
	must(b, err)
	b.ReportMetric(float64(size)/float64(info.Size()), "size/duckdb")
}

// BenchmarkCountsAgainstDuckDB counts the answers to every place in every group: from code vectors and from tables in memory,
// and from the same file.
func BenchmarkCountsAgainstDuckDB(b *testing.B) {
	l := newLoad(b, benchFirms)
	members, coder := l.members(), tally.NewCoder(l.ed)
	codes := make([][]byte, len(l.answers))
	for i, a := range l.answers {
		var err error
		codes[i], err = coder.Codes(a)
		must(b, err)
	}
	l.answers = nil // a night holds codes only
	runtime.GC()
	l.remember(b, l.file)
	groupBy := func(from, members string) func() {
		return func() {
			l.do(b, `CREATE OR REPLACE TABLE result AS SELECT question, item, stage, state, choice, dimension, group_id, count(*) AS n
				FROM `+from+` a JOIN `+members+` m ON m.firm = a.firm GROUP BY ALL`)
		}
	}
	done := func(t *tally.Tally) {
		if len(t.Distributions()) == 0 {
			b.Fatal("nothing counted")
		}
	}
	snapshot := func() {
		t := tally.New(l.ed, members)
		for i := range l.firms {
			must(b, t.AddCodes(l.firms[i].ID, codes[i]))
		}
		done(t)
	}
	b.Run("snapshot-against-memory", func(b *testing.B) { against(b, l.rows, snapshot, groupBy("answers", "grouped")) })
	stored, err := os.ReadFile(l.file)
	must(b, err)
	dir := laketest.Dir(b.TempDir())
	_, err = dir.Put(context.Background(), lake.Key("answers", l.ed.ID, night, 0), stored)
	must(b, err)
	b.Run("file-against-file", func(b *testing.B) {
		against(b, l.rows, func() {
			t := tally.New(l.ed, members)
			for firm, err := range lake.CodesOf(context.Background(), dir, coder, l.ed.ID, night) {
				must(b, err)
				must(b, t.AddCodes(firm.Firm, firm.Codes))
			}
			done(t)
		}, groupBy("'"+l.file+"'", "members"))
	})
}

// BenchmarkConditionalAgainstDuckDB counts the answers of the firms that are inside a condition: one with as many filters as
// the edition has figures. Ours counts everything else of the edition in the same pass.
func BenchmarkConditionalAgainstDuckDB(b *testing.B) {
	l := newLoad(b, benchFirms)
	l.remember(b, l.file)
	one, inside := 1, []string{}
	for i := range l.ed.Figures {
		fig := &l.ed.Figures[i]
		fig.Base = &checklist.Condition{Any: []checklist.Condition{
			{Is: &checklist.Is{Ref: checklist.Ref{Question: "policy"}, Choices: []checklist.ChoiceID{"published", "internal"}}},
			{Count: &checklist.Count{Question: fig.Question, Choices: []checklist.ChoiceID{"yes"}, AtLeast: &one}},
		}}
		inside = append(inside, fmt.Sprintf("SELECT %d AS base, '%s'::question_word AS of, firm FROM answers GROUP BY firm HAVING %s",
			i, fig.Question, lake.Having(l.ed, fig.Base)))
	}
	members, coder := l.members(), tally.NewCoder(l.ed)
	codes := make([][]byte, len(l.answers))
	for i, a := range l.answers {
		var err error
		codes[i], err = coder.Codes(a)
		must(b, err)
	}
	l.answers = nil // a night holds codes only
	runtime.GC()
	against(b, l.rows, func() {
		t := tally.New(l.ed, members)
		for i := range l.firms {
			must(b, t.AddCodes(l.firms[i].ID, codes[i]))
		}
		if len(t.Filtered()) == 0 {
			b.Fatal("nothing counted")
		}
	}, func() {
		l.do(b, `CREATE OR REPLACE TABLE result AS WITH inside AS (`+strings.Join(inside, " UNION ALL ")+`)
			SELECT base, question, item, stage, state, choice, dimension, group_id, count(*) AS n
			FROM answers a JOIN inside i ON i.firm = a.firm AND i.of = a.question JOIN grouped m ON m.firm = a.firm GROUP BY ALL`)
	})
}

// BenchmarkYearOnYearAgainstDuckDB counts how firms answered every place then and now, in every group.
func BenchmarkYearOnYearAgainstDuckDB(b *testing.B) {
	l := newLoad(b, benchFirms)
	next := following(l.ed)
	_, answers := crowd(next, benchFirms)
	file, rows := l.store(b, "following", next, answers)
	l.remember(b, l.file, file)
	plan, err := trend.New(l.ed, next)
	must(b, err)
	var then, now []trend.Firm
	for i, f := range l.firms {
		was, err := plan.Then(l.answers[i])
		must(b, err)
		is, err := plan.Now(answers[i])
		must(b, err)
		then = append(then, trend.Firm{ID: f.ID, Groups: groupsOf(f), Codes: was})
		now = append(now, trend.Firm{ID: f.ID, Groups: groupsOf(f), Codes: is})
	}
	l.answers = nil // a night holds codes only
	clear(answers)
	runtime.GC()
	against(b, l.rows+rows, func() {
		c, err := plan.Compare(then, now, nil)
		must(b, err)
		if len(c.Transitions()) == 0 {
			b.Fatal("nothing counted")
		}
	}, func() {
		l.do(b, `CREATE OR REPLACE TABLE result AS
			SELECT n.question, n.item, n.stage, t.state AS state_then, t.choice AS choice_then, n.state, n.choice, dimension, group_id, count(*) AS n
			FROM following n JOIN answers t ON t.firm = n.firm AND t.question = n.question AND t.item = n.item AND t.stage = n.stage
			JOIN grouped m ON m.firm = n.firm GROUP BY ALL`)
	})
}

// BenchmarkQuery is what an analyst waits for: a figure of the sample, over the views, in a session of its own.
func BenchmarkQuery(b *testing.B) {
	p := newPlace(b)
	p.sample(b)
	for b.Loop() {
		var out, errs bytes.Buffer
		args := []string{"--restricted", string(p.restricted), "--open", string(p.open), "SELECT * FROM figure_labels"}
		if code := run(context.Background(), args, &out, &errs); code != exitDone {
			b.Fatal(errs.String())
		}
	}
}
