package sheet

import (
	"regexp"
	"strings"
)

// splice puts another value into a line whose key ends after the given number of characters. The comment behind the value
// stays, in its column if there is room.
func splice(line string, keyEnd int, f form, value string, quote bool) string {
	r := []rune(line)
	colon := keyEnd
	for colon < len(r) && r[colon] != ':' { // a quoted key is longer than its name
		colon++
	}
	from := min(colon+1, len(r))
	head, rest := string(r[:from]), string(r[from:])
	gap := rest[:len(rest)-len(strings.TrimLeft(rest, " "))]
	if gap == "" {
		gap = " "
	}
	rest = strings.TrimLeft(rest, " ")
	end := valueEnd(rest)
	old, comment := strings.TrimRight(rest[:end], " "), rest[end:]
	space := rest[len(old):end]
	comment = withoutMoved(comment)
	out := head + gap + scalarText(f, value, quote || strings.HasPrefix(old, `"`) && (f == prose || f == word))
	if comment == "" {
		return out
	}
	width := len([]rune(old)) + len(space) - len([]rune(out)) + len([]rune(head+gap))
	return out + strings.Repeat(" ", max(1, width)) + comment
}

// valueEnd returns where the value that s begins with ends and its comment begins.
func valueEnd(s string) int {
	var quote byte
	flow := strings.HasPrefix(s, "[") || strings.HasPrefix(s, "{")
	begins := strings.HasPrefix(s, `"`) || strings.HasPrefix(s, "'")
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && (flow || begins):
			quote = c
		case c == '#' && (i == 0 || s[i-1] == ' ' || s[i-1] == '\t'):
			return i
		}
	}
	return len(s)
}

// moved is what package questionnaire writes behind a date that it has moved: once a person changes the date, it is said
// no more.
var moved = regexp.MustCompile(`moved from [^;]*; look at it(: | *$)`)

func withoutMoved(comment string) string {
	rest := moved.ReplaceAllString(comment, "")
	if strings.TrimSpace(strings.TrimPrefix(rest, "#")) == "" {
		return ""
	}
	return rest
}
