package checklist

import (
	_ "embed" // of the catalogue
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// faults.csv is the catalogue of faults (不備一覧), one line for each code. In a text, {want}, {found}, {name} and so on
// stand for what the caller of NewFault gives. Its columns:
//
//	code, severity                 stored words
//	found_by                       workbook (also before sending) or receipt
//	shown                          letter, list or cell
//	what_ja … mend_en              what a firm reads; a line of at most some 50 full-width characters, and never a reproach
//	with_ja, with_en               what the placeholders stand for in the example: "want=1-2; name=氏名"
//	found_ja … mended_en           the example: what was found, and the same thing mended
//
//go:embed faults.csv
var faultsFile string

// An Entry is the line of the catalogue for one code.
type Entry struct {
	Code     FaultCode
	Severity Severity
	FoundBy  FoundBy
	Shown    Shown
	What     Text
	Mend     Text
	Found    Text // an example of what may be found
	Mended   Text // the same, mended; of a warning it may be the reason instead
	with     [2][]string
}

// FoundBy says where a fault can be found out.
type FoundBy string

// What finds a fault out.
const (
	FoundInWorkbook FoundBy = "workbook" // the workbook alone shows it, so it is also found by the check before sending
	FoundOnReceipt  FoundBy = "receipt"  // only the supervisor's side knows: the register, the dates, the virus scan
)

// Shown says where a firm is shown a fault.
type Shown string

// Where a fault is shown. Each includes those before it.
const (
	ShownInLetter Shown = "letter" // in the letter
	ShownInList   Shown = "list"   // and in the list (エラー一覧) of the returned workbook
	ShownAtCell   Shown = "cell"   // and at its cell
)

// Catalogue returns the line of every code: faults of the file, of the cover, of the answers, then warnings.
func Catalogue() []Entry { return slices.Clone(catalogue) }

// Explain returns the line of a code.
func Explain(code FaultCode) (Entry, bool) {
	e, ok := entries[code]
	if !ok {
		return Entry{}, false
	}
	return *e, true
}

// Example returns the entry's example as a fault, worded as a firm would read it.
func (e Entry) Example() Fault {
	args := []string{"found", e.Found.JA, "found_en", e.Found.EN}
	for i, suffix := range []string{"", "_en"} {
		for pair := range slices.Chunk(e.with[i], 2) {
			args = append(args, pair[0]+suffix, pair[1])
		}
	}
	return NewFault(e.Code, args...)
}

var catalogue = mustReadCatalogue(faultsFile)

var entries = func() map[FaultCode]*Entry {
	m := make(map[FaultCode]*Entry, len(catalogue))
	for i := range catalogue {
		m[catalogue[i].Code] = &catalogue[i]
	}
	return m
}()

const catalogueHeader = "code,severity,found_by,shown,what_ja,what_en,mend_ja,mend_en,with_ja,with_en,found_ja,found_en,mended_ja,mended_en"

// mustReadCatalogue panics on a file that is no catalogue: it is part of the program, and a test has read it.
func mustReadCatalogue(file string) []Entry {
	list, err := readCatalogue(file)
	if err != nil {
		panic("checklist: faults.csv: " + err.Error())
	}
	return list
}

func readCatalogue(file string) ([]Entry, error) {
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 || strings.Join(lines[0], ",") != catalogueHeader {
		return nil, fmt.Errorf("the first line is not %s", catalogueHeader)
	}
	list := make([]Entry, 0, len(lines)-1)
	for n, l := range lines[1:] {
		e := Entry{
			Code: FaultCode(l[0]), Severity: Severity(l[1]), FoundBy: FoundBy(l[2]), Shown: Shown(l[3]),
			What: Text{l[4], l[5]}, Mend: Text{l[6], l[7]}, Found: Text{l[10], l[11]}, Mended: Text{l[12], l[13]},
		}
		for i, with := range l[8:10] {
			for pair := range strings.SplitSeq(with, "; ") {
				name, value, ok := strings.Cut(pair, "=")
				if !ok && with != "" {
					return nil, fmt.Errorf("line %d, %s: %q is not name=value", n+2, e.Code, pair)
				}
				if ok {
					e.with[i] = append(e.with[i], name, value)
				}
			}
		}
		list = append(list, e)
	}
	return list, nil
}
