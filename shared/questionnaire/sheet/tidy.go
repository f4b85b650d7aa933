package sheet

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// tidy takes out of a value what a person does not see or mean: space around it, full-width letters in words, other ways
// to write yes. Both sides of a comparison are tidied, so none of it is a change.
func tidy(f form, s string) string {
	switch f {
	case prose:
		return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	case words:
		return strings.Join(splitWords(norm.NFKC.String(s)), ", ")
	case yes, flag:
		switch strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) {
		case "yes", "true", "1", "はい", "○", "◯", "〇":
			return "yes"
		case "no", "false", "0", "いいえ", "×":
			if f == flag {
				return "no"
			}
			return ""
		}
	case condition:
		if c, err := parseCondition(strings.TrimSpace(s)); err == nil {
			return c.cell()
		}
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(norm.NFKC.String(s))
}
