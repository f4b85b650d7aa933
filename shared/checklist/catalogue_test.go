package checklist

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// placeholders returns the names that stand in a text, each once, sorted.
func placeholders(texts ...string) []string {
	var names []string
	for _, found := range placeholder.FindAllStringSubmatch(strings.Join(texts, " "), -1) {
		names = append(names, found[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestTheCatalogueIsComplete(t *testing.T) {
	japanese := regexp.MustCompile(`[\p{Han}\p{Hiragana}\p{Katakana}]`)
	for _, e := range Catalogue() {
		if !slices.Contains([]Severity{Mend, Confirm}, e.Severity) || !slices.Contains([]FoundBy{FoundInWorkbook, FoundOnReceipt}, e.FoundBy) ||
			!slices.Contains([]Shown{ShownInLetter, ShownInList, ShownAtCell}, e.Shown) {
			t.Errorf("%s: %q %q %q is not a stored word", e.Code, e.Severity, e.FoundBy, e.Shown)
		}
		if (e.Code[0] == 'W') && e.Severity != Confirm {
			t.Errorf("%s is a warning by its letter and stands in the way", e.Code)
		}
		for what, text := range map[string]Text{"what": e.What, "mend": e.Mend, "found": e.Found, "mended": e.Mended} {
			if !text.Complete() {
				t.Errorf("%s: %s is not there in both languages: %+v", e.Code, what, text)
			}
		}
		if e.Found == e.Mended {
			t.Errorf("%s: the example is not mended", e.Code)
		}
		if s := e.What.EN + e.Mend.EN; japanese.MatchString(strings.ReplaceAll(s, "確認しました", "")) { // what stands in the drop-down
			t.Errorf("%s puts Japanese into English: %s", e.Code, s)
		}
		var with [2][]string
		for i := range with {
			with[i] = []string{"found"}
			for pair := range slices.Chunk(e.with[i], 2) {
				with[i] = append(with[i], pair[0])
			}
			slices.Sort(with[i])
		}
		wanted := placeholders(e.What.JA, e.Mend.JA, "{found}")
		if inEnglish := placeholders(e.What.EN, e.Mend.EN, "{found}"); !slices.Equal(wanted, inEnglish) || !slices.Equal(with[0], wanted) || !slices.Equal(with[1], wanted) {
			t.Errorf("%s: Japanese takes %q, English %q; the example gives %q and %q", e.Code, wanted, inEnglish, with[0], with[1])
		}
	}
}

// Each text is one line of the list in the returned workbook: about 50 full-width characters, or twice as many half-width.
func TestTheWordsAreShortAndNeverBlame(t *testing.T) {
	blames := regexp.MustCompile(`不正|間違|誤っ|違反|怠|いけません|必ず|(?i)\b(wrong|invalid|illegal|fail(ed|ure)?|mistake|must|forbidden)\b`)
	for _, e := range Catalogue() {
		f := e.Example()
		for _, text := range []Text{f.What, f.Mend} {
			if strings.ContainsAny(text.JA+text.EN, "{}\n") {
				t.Errorf("%s: %+v", e.Code, text)
			}
			if found := blames.FindString(text.JA + " " + text.EN); found != "" {
				t.Errorf("%s: %q in %+v", e.Code, found, text)
			}
			if !strings.HasSuffix(text.JA, "。") || !strings.HasSuffix(text.EN, ".") {
				t.Errorf("%s is no sentence: %+v", e.Code, text)
			}
			for _, line := range []string{text.JA, text.EN} {
				if w := halfWidths(line); w > 100 {
					t.Errorf("%s takes %d half-width characters: %s", e.Code, w, line)
				}
			}
		}
	}
}

func halfWidths(s string) int {
	w := 0
	for _, r := range s {
		if w++; r > '\u2000' && !strings.ContainsRune("“”’", r) {
			w++
		}
	}
	return w
}

func TestTheCatalogueIsCSVAsExcelSavesIt(t *testing.T) {
	excel := "\ufeff" + strings.ReplaceAll(faultsFile, "\n", "\r\n")
	list, err := readCatalogue(excel)
	if err != nil || len(list) != len(catalogue) {
		t.Errorf("%d lines, %v", len(list), err)
	}
	if !utf8.ValidString(faultsFile) || strings.ContainsRune(faultsFile, utf8.RuneError) {
		t.Error("not UTF-8")
	}
	for file, want := range map[string]string{
		"":              "the first line is not",
		"code,severity": "the first line is not",
		catalogueHeader + "\nE001,mend,workbook,cell,a,b,c,d,1-2,want=1-2,e,f,g,h": "line 2, E001: \"1-2\" is not name=value",
		catalogueHeader + "\nE001,mend":                                            "wrong number of fields",
	} {
		if _, err := readCatalogue(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", file, err)
		}
	}
}
