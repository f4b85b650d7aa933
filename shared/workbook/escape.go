package workbook

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// escaped writes text as a cell has it: markup as XML escapes it, characters XML does not allow as _xHHHH_, and an
// underscore that would otherwise begin such an escape likewise.
func escaped(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == '_' && looksEscaped(text, i):
			b.WriteString("_x005F_")
		case r < ' ' && r != '\t' && r != '\n', r == '\uFFFE', r == '\uFFFF':
			fmt.Fprintf(&b, "_x%04X_", r)
		default:
			b.WriteRune(r)
		}
	}
	var out bytes.Buffer
	// Writing to a buffer does not fail.
	_ = xml.EscapeText(&out, []byte(b.String()))
	return out.String()
}

func looksEscaped(s string, i int) bool {
	return len(s) >= i+7 && s[i:i+2] == "_x" && s[i+6] == '_' && strings.Trim(s[i+2:i+6], "0123456789abcdefABCDEF") == ""
}

func escapeFooter(s string) string { return strings.ReplaceAll(s, "&", "&&") }
