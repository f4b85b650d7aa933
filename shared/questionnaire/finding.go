package questionnaire

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Finding is something in an edition's files that its editor must mend.
type Finding struct {
	File  string // path within the edition's folder, "" if not known
	Line  int    // from 1; 0 if not known
	Where string // e.g. "question policy, choice published"
	Key   string // below that, e.g. "title.en"; "" if it is about the whole
	What  string // what is wrong
	Mend  string // how to mend it
}

// String returns the finding on one line, as compilers print theirs.
func (f Finding) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File)
		if f.Line > 0 {
			fmt.Fprintf(&b, ":%d", f.Line)
		}
		b.WriteString(": ")
	}
	if f.Where != "" {
		b.WriteString(f.Where + ": ")
	}
	b.WriteString(f.What)
	if f.Mend != "" {
		b.WriteString("; " + f.Mend)
	}
	return b.String()
}

// Findings is an error that holds all findings of an edition that cannot be used.
type Findings []Finding

// Error returns one finding a line.
func (fs Findings) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

func sortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
