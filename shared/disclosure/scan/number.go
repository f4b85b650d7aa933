package scan

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"cssa/shared/table"
)

// numbers returns the numbers written in a text, full-width digits too; those that are part of a word (l2, S-0137) are none.
func numbers(text string) []string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		}
		return r
	}, text)
	var out []string
	runes := []rune(text)
	for i := 0; i < len(runes); {
		if !digit(runes[i]) {
			i++
			continue
		}
		end := i
		for end < len(runes) && (digit(runes[end]) || runes[end] == '.' && end+1 < len(runes) && digit(runes[end+1]) || runes[end] == ',' && thousands(runes[end:])) {
			end++
		}
		if i == 0 || !joins(runes[i-1]) {
			out = append(out, strings.ReplaceAll(string(runes[i:end]), ",", ""))
		}
		i = end
	}
	return out
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

func thousands(r []rune) bool { return len(r) > 3 && digit(r[1]) && digit(r[2]) && digit(r[3]) }

// joins says whether a rune before a number makes it part of a word.
func joins(r rune) bool {
	return r < unicode.MaxASCII && unicode.IsLetter(r) || r == '-' || r == '_' || r == '#'
}

// tells says whether a number as written is the secret's, or that of all others in its base, and which.
func (s Secret) tells(written string) (kind string, ok bool) {
	v, err := strconv.ParseFloat(written, 64)
	if err != nil || s.Base == 0 || slices.ContainsFunc(s.Shown, func(n float64) bool { return n == v }) {
		return "", false
	}
	for _, n := range []int{s.Count, s.Base - s.Count} {
		if v == float64(n) {
			return Count, true
		}
		if n == 0 {
			continue
		}
		exact := float64(n) / float64(s.Base)
		_, decimals, _ := strings.Cut(written, ".")
		half := 0.5*math.Pow10(-len(decimals)) + 1e-12
		switch {
		case written == table.ShareOf(n, s.Base).String(),
			len(decimals) >= 1 && math.Abs(v-100*exact) <= half,
			len(decimals) >= 3 && math.Abs(v-exact) <= half:
			return Share, !s.near(v, half)
		}
	}
	return "", false
}

// near says whether a number shown would be written the same.
func (s Secret) near(v, half float64) bool {
	return slices.ContainsFunc(s.Shown, func(n float64) bool { return math.Abs(n-v) <= half || math.Abs(n/100-v) <= half })
}

// inText returns what of a text tells the secret, digits of labels left out.
func (s Secret) inText(text string) (kind, found string, ok bool) {
	for _, l := range s.Labels {
		if l != "" {
			text = strings.ReplaceAll(text, l, " ")
		}
	}
	for _, w := range numbers(text) {
		if kind, ok := s.tells(w); ok {
			return kind, w, true
		}
	}
	return "", "", false
}

// Text scans plain text, such as a PDF's: a secret is looked for in the lines that hold a word of the narrowest of its places.
func Text(where, text string, secrets []Secret) []Leak {
	var out []Leak
	for _, s := range secrets {
		if len(s.Place) == 0 {
			continue
		}
		for _, line := range strings.Split(text, "\n") {
			if !containsAny(line, s.Place[len(s.Place)-1].Is) {
				continue
			}
			if kind, found, ok := s.inText(line); ok {
				out = append(out, Leak{s, kind, where, found})
			}
		}
	}
	return out
}

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return w != "" && strings.Contains(text, w) })
}
