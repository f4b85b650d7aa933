//go:build conformance

package workbook

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// openpyxlCells prints the cells of each file as JSON, one line a file: texts, numbers, truth values and errors as they stand
// there; null for the days that it works out by itself.
const openpyxlCells = `
import datetime, json, sys, warnings, openpyxl
warnings.simplefilter("ignore")
for path in sys.stdin.read().split("\n"):
    cells = {}
    try:
        book = openpyxl.load_workbook(path, data_only=True)
        for sheet in book.worksheets:
            for c in list(sheet._cells.values()): # iter_rows would make all that lie between them
                v = c.value
                if v is None or v == "":
                    continue
                if isinstance(v, (datetime.datetime, datetime.date, datetime.time, datetime.timedelta)):
                    v = None
                cells[sheet.title + "!" + c.coordinate] = v
        print(json.dumps(cells))
    except Exception as e:
        print(json.dumps({"": str(e)}))
`

// TestOpenpyxlReadsExcelMadeFilesTheSame has a third program read the files that Excel made.
func TestOpenpyxlReadsExcelMadeFilesTheSame(t *testing.T) {
	var files []string
	var ours []map[string]string
	for _, path := range excelMade(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if cells, err := rawCells(data); err == nil {
			files, ours = append(files, path), append(ours, cells)
		}
	}
	cmd := exec.Command("../../infra/.venv/bin/python", "-c", openpyxlCells)
	cmd.Stdin, cmd.Stderr = strings.NewReader(strings.Join(files, "\n")), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openpyxl: %v (make conformance installs it)", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(files) {
		t.Fatalf("%d lines of %d files", len(lines), len(files))
	}
	same, compared := 0, 0
	for i, path := range files {
		var theirs map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &theirs); err != nil {
			t.Fatal(err)
		}
		if why, ok := theirs[""]; ok {
			t.Logf("%s: openpyxl does not read it: %v", filepath.Base(path), why)
			continue
		}
		wrong := 0
		for at, v := range theirs {
			if compared++; v != nil && !sameValue(ours[i][at], v) {
				if wrong++; wrong <= 3 {
					t.Errorf("%s %s: we read %q, openpyxl %v", filepath.Base(path), at, ours[i][at], v)
				}
			}
		}
		for at := range ours[i] {
			if _, ok := theirs[at]; !ok && !strings.Contains(at, "!merged") {
				if wrong++; wrong <= 3 {
					t.Errorf("%s %s: we read %q, openpyxl nothing", filepath.Base(path), at, ours[i][at])
				}
			}
		}
		if wrong == 0 {
			same++
		}
	}
	t.Logf("%d of %d files the same, %d cells compared", same, len(files), compared)
}

func sameValue(ours string, theirs any) bool {
	switch v := theirs.(type) {
	case string:
		return ours == v
	case bool:
		return ours == strings.ToUpper(strconv.FormatBool(v))
	case float64:
		n, err := strconv.ParseFloat(ours, 64)
		return err == nil && n == v
	}
	return false
}
