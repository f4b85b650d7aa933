package questionnaire

import (
	"cmp"
	_ "embed" // the words
	"encoding/csv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cssa/shared/checklist"
)

// The words of the findings: each English sentence as its format, with %q, %s and %d, and in Japanese with %1, %2 … for
// what stands there. What is put in is looked up in the same list.
//
//go:embed findings.csv
var findingWords string

type wording struct {
	begins, ends string // of en, so that few expressions are tried
	en           *regexp.Regexp
	ja           string
}

var formatVerb = regexp.MustCompile(`%[qsd]`)

// wordings returns the list, sentences with more words of their own first.
var wordings = sync.OnceValue(func() []wording {
	rows, err := csv.NewReader(strings.NewReader(findingWords)).ReadAll()
	if err != nil {
		panic(err) // the file is embedded above
	}
	rows = rows[1:]
	slices.SortStableFunc(rows, func(a, b []string) int {
		return cmp.Compare(len(formatVerb.ReplaceAllString(b[0], "")), len(formatVerb.ReplaceAllString(a[0], "")))
	})
	var out []wording
	for _, row := range rows {
		pattern := strings.NewReplacer("%q", `"(.*?)"`, "%s", `(.*?)`, "%d", `(-?\d+)`).Replace(regexp.QuoteMeta(row[0]))
		own := formatVerb.Split(row[0], -1)
		out = append(out, wording{own[0], own[len(own)-1], regexp.MustCompile(`(?s)^` + pattern + `$`), row[1]})
	}
	return out
})

// japanese returns a sentence in Japanese; what has no words there, as the parser's own messages, stays as it is.
func japanese(en string) string {
	for _, w := range wordings() {
		if !strings.HasPrefix(en, w.begins) || !strings.HasSuffix(en, w.ends) {
			continue
		}
		m := w.en.FindStringSubmatch(en)
		if m == nil {
			continue
		}
		var put []string
		for i, s := range m[1:] {
			if s != en {
				s = japanese(s)
			}
			put = append(put, "%"+strconv.Itoa(i+1), s)
		}
		return strings.NewReplacer(put...).Replace(w.ja)
	}
	return en
}

// Texts returns what is wrong and how to mend it in both languages.
func (f Finding) Texts() (what, mend checklist.Text) {
	return checklist.Text{JA: japanese(f.What), EN: f.What}, checklist.Text{JA: japanese(f.Mend), EN: f.Mend}
}
