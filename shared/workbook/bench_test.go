package workbook

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
)

// wideEdition has seven sections of n matrix questions each, with long Japanese labels.
func wideEdition(n int) *checklist.Edition {
	source := rand.New(rand.NewPCG(1, 2))
	long := func(s string, i int) checklist.Text {
		ja, en := []rune(fmt.Sprint(s, i)), fmt.Sprint(s, i)
		for range 45 {
			ja = append(ja, rune(0x4e00+source.IntN(3000)))
		}
		for range 12 {
			en += fmt.Sprintf(" word%d", source.IntN(1000))
		}
		return checklist.Text{JA: string(ja), EN: en}
	}
	ed := &checklist.Edition{ID: "2023-wide", Title: checklist.Text{JA: "広い点検票", EN: "A wide checklist"}, Opens: time.Date(2023, 7, 1, 0, 0, 0, 0, time.UTC), Checksum: "wide"}
	for s := range 7 {
		sec := checklist.Section{ID: checklist.SectionID(fmt.Sprint("s", s)), Number: fmt.Sprint(s + 1), Title: checklist.Text{JA: "区分", EN: "Section"}}
		for i := range n {
			q := checklist.Question{ID: checklist.QuestionID(fmt.Sprintf("q%d-%d", s, i)), Number: fmt.Sprintf("%d-%d", s+1, i+1), Kind: checklist.Matrix, Required: true, Title: long("設問", i), Prompt: long("問い", i)}
			for c := range 4 {
				q.Choices = append(q.Choices, checklist.Choice{ID: checklist.ChoiceID(fmt.Sprint("c", c)), Label: long(fmt.Sprint("選択肢", i), c)})
			}
			for k := range 10 {
				q.Items = append(q.Items, checklist.Item{ID: checklist.ItemID(fmt.Sprint("i", k)), Label: long(fmt.Sprintf("項目%d-%d-", s, i), k)})
			}
			sec.Questions = append(sec.Questions, q)
		}
		ed.Sections = append(ed.Sections, sec)
	}
	return ed
}

// Processor is the processor time this process has taken. The clock would count what other processes take as well.
func Processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRead reads and checks one workbook of some 466 KB, and lets excelize read its rows and the standard library
// only inflate it, in turns and in processor time, so that the ratios hold on a busy machine. What the reader allocates is
// reported apart from what the others do.
func BenchmarkRead(b *testing.B) {
	ed := wideEdition(20)
	a := checklist.Answers{}
	for i, r := range ed.Refs() {
		a[r] = checklist.Answer{Choice: checklist.ChoiceID(fmt.Sprint("c", i%4))}
	}
	var file bytes.Buffer
	if err := Filled(&file, ed, Identity{Firm: "S-0001"}, checklist.Cover{FirmName: "架空"}, a); err != nil {
		b.Fatal(err)
	}
	data := file.Bytes()
	work := []func(){
		func() {
			if got := Read(bytes.NewReader(data), int64(len(data)), ed, Identity{}); len(got.Answers) != len(a) {
				b.Fatalf("%d of %d answers", len(got.Answers), len(a))
			}
		},
		func() { excelizeRows(b, data) },
		func() { inflate(b, data) },
	}
	var took [3]time.Duration
	var before, after runtime.MemStats
	for b.Loop() {
		for i, do := range work {
			runtime.GC() // so that nobody pays for the garbage of the one before
			from := Processor(b)
			do()
			took[i] += Processor(b) - from
		}
	}
	runtime.ReadMemStats(&before)
	work[0]()
	runtime.ReadMemStats(&after)
	ms := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(b.N) }
	b.ReportMetric(float64(len(data))/1024, "KB")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs), "allocs-read")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1024, "KB-allocated")
	b.ReportMetric(ms(took[0]), "ms-read")
	b.ReportMetric(ms(took[1]), "ms-excelize")
	b.ReportMetric(ms(took[2]), "ms-unzip")
	b.ReportMetric(took[1].Seconds()/took[0].Seconds(), "×faster")
	b.ReportMetric(took[0].Seconds()/took[2].Seconds(), "×floor")
}

// BenchmarkReturned reads a workbook of that size in which every tenth answer is missing, and marks it, in processor time: what a
// firm waits for beside the reading, and what the function needs of memory.
func BenchmarkReturned(b *testing.B) {
	ed := wideEdition(20)
	a := checklist.Answers{}
	for i, r := range ed.Refs() {
		if i%10 > 0 {
			a[r] = checklist.Answer{Choice: checklist.ChoiceID(fmt.Sprint("c", i%4))}
		}
	}
	var file bytes.Buffer
	if err := Filled(&file, ed, Identity{Firm: "S-0001"}, checklist.Cover{FirmName: "架空"}, a); err != nil {
		b.Fatal(err)
	}
	data := file.Bytes()
	var read, mark time.Duration
	var got *Reading
	var out bytes.Buffer
	do := func() {
		out.Reset()
		if err := Returned(&out, bytes.NewReader(data), int64(len(data)), ed, *got, Notice{}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		runtime.GC()
		from := Processor(b)
		reading := Read(bytes.NewReader(data), int64(len(data)), ed, Identity{})
		read += Processor(b) - from
		got = &reading
		runtime.GC()
		from = Processor(b)
		do()
		mark += Processor(b) - from
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(len(data))/1024, "KB")
	b.ReportMetric(float64(len(got.Faults)), "faults")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs), "allocs-mark")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1024, "KB-allocated")
	b.ReportMetric(read.Seconds()*1000/float64(b.N), "ms-read")
	b.ReportMetric(mark.Seconds()*1000/float64(b.N), "ms-mark")
	b.ReportMetric(mark.Seconds()/read.Seconds(), "×read")
}

func excelizeRows(b *testing.B, data []byte) {
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.Rows(sheet)
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			if _, err := rows.Columns(); err != nil {
				b.Fatal(err)
			}
		}
		rows.Close()
	}
}

func inflate(b *testing.B, data []byte) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}

// BenchmarkWrite lays out a checklist of that size, and fills it in.
func BenchmarkWrite(b *testing.B) {
	ed := wideEdition(20)
	b.Run("template", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewTemplate(ed); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("fill", func(b *testing.B) {
		t, err := NewTemplate(ed)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := t.Blank(io.Discard, Identity{Firm: "S-0001"}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
