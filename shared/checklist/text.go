package checklist

import "strings"

// A Text is what a person reads, in both languages. Where a Text is part of an edition both are required.
type Text struct{ JA, EN string }

// In returns the text in lang: "en" for English, anything else for Japanese.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.JA
}

// Complete says whether both languages are there.
func (t Text) Complete() bool {
	return strings.TrimSpace(t.JA) != "" && strings.TrimSpace(t.EN) != ""
}
