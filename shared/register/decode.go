package register

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"

	"cssa/shared/checklist"
)

// decode returns the file's text. UTF-8 is what says so with a byte order mark, what is UTF-8 throughout, and what has lines
// of Japanese in UTF-8: two offices' files, one below the other, are not taken for CP932, which would make other words of
// the one's. Anything else is CP932. What cannot be read is U+FFFD in the text, and a problem of its row.
func decode(b []byte, file string) (string, []Problem) {
	one := func(what, mend checklist.Text) (string, []Problem) {
		return "", []Problem{{File: file, What: what, Mend: mend}}
	}
	saveAsCSV := checklist.Text{JA: "「CSV UTF-8（コンマ区切り）」で保存し直してください。", EN: "Please save it as “CSV UTF-8 (comma delimited)”."}
	switch {
	case len(b) > MaxFile:
		return one(checklist.Text{JA: "ファイルが大きすぎます（上限16MB）。", EN: "The file is too large (the limit is 16 MB)."},
			checklist.Text{JA: "不要な行を除いてください。", EN: "Please remove rows that are not needed."})
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")), bytes.IndexByte(b, 0) >= 0:
		return one(checklist.Text{JA: "CSVのテキストではありません（Unicode テキスト、ブックなど）。", EN: "This is not CSV text (UTF-16, or a workbook)."}, saveAsCSV)
	}
	b, marked := bytes.CutPrefix(b, []byte("\ufeff"))
	if marked || utf8.Valid(b) || hasJapaneseLine(b) {
		return strings.ToValidUTF8(string(b), string(utf8.RuneError)), nil
	}
	text, err := japanese.ShiftJIS.NewDecoder().Bytes(b)
	if err != nil {
		return one(checklist.Text{JA: "文字コードが分かりません。", EN: "The character encoding is not known."}, saveAsCSV)
	}
	return string(text), nil
}

// hasJapaneseLine says whether a line is UTF-8 with Japanese in it. A name of three characters in CP932 may by chance be
// two of UTF-8; no line is four.
func hasJapaneseLine(b []byte) bool {
	for line := range bytes.Lines(b) {
		if !utf8.Valid(line) {
			continue
		}
		japanese := 0
		for _, r := range string(line) {
			if unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han) {
				japanese++
			}
		}
		if japanese >= 4 {
			return true
		}
	}
	return false
}

// unreadable returns the position, from 1, of the first character that nobody can read: one that was lost, or one of the
// private areas of Unicode (外字), which is another on every machine; 0 if there is none.
func unreadable(s string) int {
	i := 0
	for _, r := range s {
		if i++; r == utf8.RuneError || unicode.Is(unicode.Co, r) {
			return i
		}
	}
	return 0
}
