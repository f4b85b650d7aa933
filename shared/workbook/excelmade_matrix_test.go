package workbook

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"

	"github.com/xuri/excelize/v2"
)

var corpus = flag.String("corpus", "", "a folder of workbooks to read as well, and to compare with other programs")

// excelMade returns files that Excel made, for Windows and for the Mac: those that excelize is tested with, from its module
// (BSD-3-Clause), and any others in the folder that -corpus names.
func excelMade(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/xuri/excelize/v2").Output()
	if err != nil {
		t.Fatalf("where is the module of excelize? %v", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "test", "*.xlsx"))
	if err != nil || len(files) < 9 {
		t.Fatalf("only %d files, %v", len(files), err)
	}
	if *corpus != "" {
		err := filepath.Walk(*corpus, func(path string, info os.FileInfo, err error) error {
			if err == nil && !info.IsDir() && strings.HasSuffix(path, ".xlsx") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// rawOracle is the oracle without its formats: what stands in the cells, not what they show.
type rawOracle struct{ oracle }

func (o rawOracle) Value(c *rawCell) (value, error) {
	v, err := o.oracle.Value(&rawCell{column: c.column, kind: c.kind, formula: c.formula, raw: c.raw})
	return v, err
}

// rawCells are the cells of a file as they stand there, or why it is refused.
func rawCells(data []byte) (map[string]string, error) {
	c, err := open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	b, err := openBook(c)
	if err != nil {
		return nil, err
	}
	b.styles = ""
	return cellsOf(b)
}

// TestExcelMadeFiles reads files that Excel made. What is read is what excelize reads; what is refused has a fault with words.
func TestExcelMadeFiles(t *testing.T) {
	known := map[string]checklist.FaultCode{"encryptAES.xlsx": checklist.CodeEncrypted, "encryptSHA1.xlsx": checklist.CodeEncrypted, "encryptSHA512.xlsx": checklist.CodeEncrypted}
	counts := map[string]int{}
	cells := 0
	for _, path := range excelMade(t) {
		name := filepath.Base(path)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := rawCells(data)
		if err != nil {
			f := faultOf(err)
			if !f.What.Complete() || !f.Mend.Complete() {
				t.Errorf("%s: a refusal without words: %v", name, err)
			}
			if *corpus == "" && known[name] != f.Code || known[name] != "" && known[name] != f.Code {
				t.Errorf("%s: refused with %s: %v", name, f.Code, err)
			}
			counts["refused with "+string(f.Code)]++
			if *corpus != "" {
				t.Logf("%s: %s %s %s %s", name, f.Code, f.Sheet, f.Cell, f.Found)
			}
			continue
		}
		theirs, err := excelizeRaw(data)
		if err != nil {
			counts["refused by excelize alone"]++
			continue
		}
		if d := differ(ours, theirs); len(d) > 0 {
			counts["read otherwise"]++
			t.Errorf("%s: %d of %d cells differ: %s", name, len(d), len(theirs), strings.Join(d[:min(3, len(d))], "; "))
			continue
		}
		counts["the same"]++
		cells += len(ours)
	}
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%4d %s", counts[k], k)
	}
	t.Logf("%d cells compared", cells)
}

func excelizeRaw(data []byte) (cells map[string]string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("excelize panicked: %v", r)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return cellsOf(rawOracle{oracle{f, new(string)}})
}

func differ(ours, theirs map[string]string) (d []string) {
	for _, at := range slices.Sorted(maps.Keys(ours)) {
		if x, ok := theirs[at]; !ok || x != ours[at] {
			d = append(d, fmt.Sprintf("%s: we read %q, they %q", at, ours[at], x))
		}
	}
	for _, at := range slices.Sorted(maps.Keys(theirs)) {
		if _, ok := ours[at]; !ok {
			d = append(d, fmt.Sprintf("%s: we read nothing, they %q", at, theirs[at]))
		}
	}
	return d
}
