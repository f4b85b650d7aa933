//go:build conformance

package workbook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A job opens a workbook, types into cells and saves it. A value is a string, a number, or nil to clear the cell.
type job struct {
	In    string   `json:"in"`
	Out   string   `json:"out"`
	Cells [][3]any `json:"cells"` // sheet, cell, value
}

// A writer is a program that opens and saves workbooks.
type writer struct {
	name string
	do   func(t *testing.T, jobs []job)
}

func writers() []writer {
	return []writer{
		{"LibreOffice", func(t *testing.T, jobs []job) {
			give(t, jobs, nil, "/usr/bin/python3", "-c", withLibreOffice, t.TempDir())
		}},
		{"SheetJS", func(t *testing.T, jobs []job) { give(t, jobs, nodePath, "node", "-e", withSheetJS) }},
		{"exceljs", func(t *testing.T, jobs []job) { give(t, jobs, nodePath, "node", "-e", withExceljs) }},
		{"openpyxl", func(t *testing.T, jobs []job) { give(t, jobs, nil, python, "-c", withOpenpyxl) }},
		{"excelize", withExcelize},
	}
}

var nodePath = []string{"NODE_PATH=../../infra/node_modules"}

// give runs a program that takes the jobs as JSON.
func give(t *testing.T, jobs []job, env []string, name string, args ...string) {
	t.Helper()
	order, err := json.Marshal(jobs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stdin = append(os.Environ(), env...), bytes.NewReader(order)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v (make conformance installs it)\n%s", name, err, out)
	}
}

const withOpenpyxl = `
import json, sys, openpyxl
for job in json.load(sys.stdin):
    book = openpyxl.load_workbook(job["in"])
    for sheet, cell, value in job["cells"]:
        c = book[sheet][cell]
        c.value = value
        if isinstance(value, str):
            c.data_type = "s" # a text that begins with = is typed with an apostrophe before it
    book.save(job["out"])
`

const withSheetJS = `
const XLSX = require("xlsx")
for (const job of JSON.parse(require("fs").readFileSync(0))) {
  const book = XLSX.readFile(job.in, { cellStyles: true, cellNF: true })
  for (const [sheet, cell, value] of job.cells) {
    const all = book.Sheets[sheet]
    if (value === null) { delete all[cell]; continue }
    all[cell] = { t: typeof value === "number" ? "n" : "s", v: value }
  }
  XLSX.writeFile(book, job.out, { bookSST: true })
}
`

const withExceljs = `
const { Workbook } = require("exceljs")
const run = async () => {
  for (const job of JSON.parse(require("fs").readFileSync(0))) {
    const book = new Workbook()
    await book.xlsx.readFile(job.in)
    for (const [sheet, cell, value] of job.cells) book.getWorksheet(sheet).getCell(cell).value = value
    await book.xlsx.writeFile(job.out)
  }
}
run().catch((err) => { console.error(err); process.exit(1) })
`

const withLibreOffice = `
import json, os, subprocess, sys, time, uno
from com.sun.star.beans import PropertyValue
folder = sys.argv[1]
pipe = "cssa" + os.path.basename(folder) + str(os.getpid())
def option(name, value):
    p = PropertyValue()
    p.Name, p.Value = name, value
    return p
office = subprocess.Popen(["soffice", "-env:UserInstallation=file://" + folder + "/profile", "--headless", "--accept=pipe,name=%s;urp;" % pipe])
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
for _ in range(1200):
    try:
        context = resolver.resolve("uno:pipe,name=%s;urp;StarOffice.ComponentContext" % pipe)
        break
    except Exception:
        time.sleep(0.1)
desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
for job in json.load(sys.stdin):
    doc = desktop.loadComponentFromURL(uno.systemPathToFileUrl(job["in"]), "_blank", 0, (option("Hidden", True),))
    for sheet, name, value in job["cells"]:
        cell = doc.Sheets.getByName(sheet).getCellRangeByName(name)
        if value is None:
            cell.setFormula("")
        elif isinstance(value, str):
            cell.setString(value)
        else:
            cell.setValue(value)
    doc.storeToURL(uno.systemPathToFileUrl(job["out"]), (option("FilterName", "Calc MS Excel 2007 XML"),))
    doc.close(True)
try:
    desktop.terminate()
except Exception:
    pass
office.wait(120)
`

func withExcelize(t *testing.T, jobs []job) {
	for _, j := range jobs {
		f, err := excelize.OpenFile(j.In)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range j.Cells {
			if err := f.SetCellValue(fmt.Sprint(c[0]), fmt.Sprint(c[1]), c[2]); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SaveAs(j.Out); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}

// through lets a writer do something to workbooks, each with what is typed into it.
func (w writer) through(t *testing.T, books [][]byte, typed [][][3]any) [][]byte {
	t.Helper()
	dir := t.TempDir()
	var jobs []job
	for i, data := range books {
		j := job{filepath.Join(dir, fmt.Sprint("in", i, ".xlsx")), filepath.Join(dir, fmt.Sprint("out", i, ".xlsx")), typed[i]}
		if j.Cells == nil {
			j.Cells = [][3]any{}
		}
		if err := os.WriteFile(j.In, data, 0o600); err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	w.do(t, jobs)
	var saved [][]byte
	for i, j := range jobs {
		data, err := os.ReadFile(j.Out)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(data, books[i]) {
			t.Fatalf("%s copied the file", w.name)
		}
		saved = append(saved, data)
	}
	return saved
}
