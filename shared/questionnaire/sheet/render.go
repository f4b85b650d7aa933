package sheet

import (
	"strconv"
	"strings"
	"unicode"
)

// scalarText writes a value as the text file has it, on one line. Where plain words could be read otherwise it is quoted.
func scalarText(f form, s string, quote bool) string {
	switch f {
	case whole:
		return s
	case yes, flag:
		switch s {
		case "yes":
			return "true"
		case "no":
			return "false"
		}
	case words:
		var parts []string
		for _, w := range splitWords(s) {
			parts = append(parts, flowWord(w))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case condition:
		c, err := parseCondition(s)
		if err == nil {
			return c.flow()
		}
	case quoted:
		quote = true
	}
	if quote || !plain(s) {
		return strconv.QuoteToGraphic(s)
	}
	return s
}

// plain says whether s can stand in a text file without quotes.
func plain(s string) bool {
	if ambiguous(s) || s != strings.TrimSpace(s) || strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) && r != '\u3000' {
			return false
		}
	}
	return !strings.ContainsAny(s[:1], "-?:,[]{}#&*!|>'\"%@`")
}

// newLines writes a thing that the text does not have yet, each line indented by indent.
func newLines(t *thing, indent string, quote bool) []string {
	return newKeys(t, "", t.kind.order, indent, quote)
}

func newKeys(t *thing, prefix string, order []string, indent string, quote bool) []string {
	var out []string
	for i, k := range order {
		first := i == 0 && prefix == "" && t.kind.list != ""
		out = append(out, newKey(t, prefix+k, k, indent, quote, first)...)
	}
	return out
}

// newKey writes one key with its value, nothing if the thing has none and it need not be there.
func newKey(t *thing, key, own, indent string, quote, must bool) []string {
	head := indent + own + ":"
	if f, ok := t.kind.field(key); ok {
		v, has := t.values[key]
		switch {
		case !has && !must:
			return nil
		case !has:
			return []string{head + ` ""`}
		case f.form == condition:
			if c, err := parseCondition(v); err == nil && c.isMap {
				return append([]string{head}, c.lines(indent+"  ")...)
			}
		}
		return []string{head + " " + scalarText(f.form, v, quote)}
	}
	if c := t.kind.child(key); c != nil {
		if len(t.under[key]) == 0 {
			return nil
		}
		out := []string{head}
		for i, u := range t.under[key] {
			if i > 0 && c.spaced {
				out = append(out, "")
			}
			out = append(out, member(u, indent+"  ", quote)...)
		}
		return out
	}
	if inner := newKeys(t, key+".", subkeys(t.kind, key), indent+"  ", quote); len(inner) > 0 {
		return append([]string{head}, inner...)
	}
	return nil
}

// member writes a thing as a member of a list.
func member(t *thing, indent string, quote bool) []string {
	lines := newLines(t, indent+"  ", quote)
	lines[0] = indent + "- " + strings.TrimLeft(lines[0], " ")
	return lines
}

// subkeys returns the keys that stand under key, in the order of the fields.
func subkeys(k *kind, key string) []string {
	var out []string
	for _, f := range k.fields {
		rest, ok := strings.CutPrefix(f.key, key+".")
		if !ok {
			continue
		}
		rest, _, _ = strings.Cut(rest, ".")
		if len(out) == 0 || out[len(out)-1] != rest {
			out = append(out, rest)
		}
	}
	return out
}

func splitWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '、' || unicode.IsSpace(r) })
}
