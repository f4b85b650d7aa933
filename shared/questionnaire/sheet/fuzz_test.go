package sheet

import (
	"errors"
	"os"
	"testing"
)

// FuzzMerge changes a text in any file. Whatever the file looks like, it is refused, or the result says the change and
// nothing else; [merge] reads its own result, so what remains to be seen is that it never ends otherwise.
func FuzzMerge(f *testing.F) {
	names := map[byte]string{0: "edition.yaml", 1: "instructions.yaml", 2: "glossary.yaml", 3: "rules.yaml", 4: "figures.yaml", 5: "sections/01-first.yaml", 6: "sections/02-second.yaml"}
	for i, name := range names {
		body, err := os.ReadFile("testdata/mini/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, body, "a: b # c", byte(3))
	}
	f.Add(byte(3), []byte(rulesText), "yes", byte(0))
	f.Add(byte(1), []byte("paragraphs: [{ja: a, en: b}, {ja: c}]"), "x", byte(1))
	f.Add(byte(1), []byte("\"paragraphs\":\n\n# c\n- ? ja\n  : a\n"), "x", byte(1))
	f.Fuzz(func(t *testing.T, which byte, body []byte, text string, row byte) {
		k := formOf(names[which%7])
		have, err := readSource(k, unix(body))
		if err != nil || holds(text) != "" || len(body) > 1<<14 {
			return
		}
		want, err := readSource(k, unix(body))
		if err != nil {
			t.Fatal(err)
		}
		same, err := merge(body, want)
		if err != nil || string(same) != string(body) {
			t.Fatalf("unchanged, yet %v\n%s", err, same)
		}
		n, good := 0, true
		want.walk(func(u *thing, _ int) {
			for _, f := range u.kind.fields {
				good = good && holds(u.values[f.key]) == "" && tidy(f.form, u.values[f.key]) == u.values[f.key]
				if f.form == prose {
					if n == int(row) {
						u.set(f.key, tidy(prose, text))
					}
					n++
				}
			}
		})
		if !good || want.same(have) {
			return
		}
		// What is YAML to one reader and not to another may be refused, with the file left alone; that ordinary files are not is held
		// by TestEditsInTheWorkbookAppearInTheEdition.
		if _, err := merge(body, want); err != nil && !errors.Is(err, errMerge) {
			t.Fatalf("%v\n%s", err, body)
		}
	})
}
