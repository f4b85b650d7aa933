package workbook_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

// Most memory, in bytes, that Go may take from the system for a file: for one that is read to its end, and for one that is
// refused.
const (
	mostRead    = 128 << 20
	mostRefused = 64 << 20
)

// TestReadAlone reads the file that the environment names, if any, and prints the most memory Go ever took from the system.
func TestReadAlone(t *testing.T) {
	path := os.Getenv("WORKBOOK_HOSTILE")
	if path == "" {
		t.Skip("run by peak, in a process of its own")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	got := workbook.Read(f, info.Size(), smallEdition(), identityOf(smallEdition()))
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println("\npeak", m.Sys, len(got.Faults) == 1 && got.Answers == nil)
}

// peak reads a file in a process of its own, and returns the memory it took and whether the file was refused.
func peak(t testing.TB, data []byte) (memory int, refused bool) {
	path := filepath.Join(t.TempDir(), "upload.xlsx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestReadAlone$", "-test.v")
	cmd.Env = append(os.Environ(), "WORKBOOK_HOSTILE="+path)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if n, err := fmt.Sscanf(line, "peak %d %t", &memory, &refused); n == 2 && err == nil {
			return memory, refused
		}
	}
	t.Fatalf("no measurement in %s", out)
	return 0, false
}

// TestMemory reads the worst files.
func TestMemory(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	noise := make([]byte, 19<<20)
	rand.NewChaCha8([32]byte{}).Read(noise)
	files := map[string][]byte{
		"liar": bomb(t, filled, 31<<20),
		"strings": repack(t, filled, "xl/sharedStrings.xml", func(s string) string {
			return strings.Replace(s, "</sst>", strings.Repeat("<si><t>x</t></si>", 900_000)+strings.Repeat(" ", 14<<20)+"</sst>", 1)
		}),
		"bulk": repack(t, repack(t, filled, sheetPart, func(string) string {
			return "<worksheet><sheetData>" + strings.Repeat("<row/>", 1_000_000) + strings.Repeat(" ", 24<<20) + "</sheetData></worksheet>"
		}), "xl/media/image1.png", func(string) string { return string(noise) }),
		// Every cell refers to one string of 250 KB: decoding it for each would take minutes.
		"echo": repack(t, repack(t, filled, "xl/sharedStrings.xml", func(s string) string {
			return strings.Replace(s, "</sst>", "<si><t>"+strings.Repeat("&amp;", 50_000)+"</t></si></sst>", 1)
		}), sheetPart, func(string) string {
			_, bodies := workbook.Parts(t, filled)
			last := bytes.Count(bodies["xl/sharedStrings.xml"], []byte("<si>"))
			return "<worksheet><sheetData>" + strings.Repeat(fmt.Sprintf(`<row><c t="s"><v>%d</v></c></row>`, last), 190_000) + "</sheetData></worksheet>"
		}),
		"merged": repack(t, filled, sheetPart, func(s string) string {
			return strings.Replace(s, "</sheetData>", "</sheetData><mergeCells>"+strings.Repeat(`<mergeCell ref="A1:XFD1048576"/>`, 99_000)+"</mergeCells>", 1)
		}),
	}
	for _, h := range hostiles(t) {
		if h.code == checklist.CodeTooLarge || h.code == checklist.CodeUnreadable || h.code == checklist.CodeDamaged {
			if data := h.file(); len(data) > 1<<20 || strings.Contains(h.story, "million") {
				files[h.story] = data
			}
		}
	}
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			memory, refused := peak(t, data)
			t.Logf("a file of %d KB took %d MB, refused: %v", len(data)>>10, memory>>20, refused)
			if memory > mostRead || refused && memory > mostRefused {
				t.Errorf("took %d MB", memory>>20)
			}
		})
	}
}

// BenchmarkHostile refuses each hostile file, and says what that takes: milliseconds of processor time, and the most memory, in
// MB, of a process of its own, of which some 8 are the process itself.
func BenchmarkHostile(b *testing.B) {
	ed := smallEdition()
	for _, h := range hostiles(b) {
		b.Run(h.story, func(b *testing.B) {
			data := h.file()
			memory, refused := peak(b, data)
			if !refused {
				b.Fatal("it was not refused")
			}
			from := workbook.Processor(b)
			for b.Loop() {
				read(ed, data)
			}
			took := workbook.Processor(b) - from
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(took.Seconds()*1000/float64(b.N), "ms")
			b.ReportMetric(float64(memory)/(1<<20), "MB-peak")
			b.ReportMetric(float64(len(data))/1024, "KB")
		})
	}
}
