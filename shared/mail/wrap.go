package mail

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// LineWidth is the width of a line of prose in half-width columns: 35 full-width characters, so that no mail program
// breaks lines of its own.
const LineWidth = 70

// columns measures East Asian text the same everywhere: ambiguous characters count as full-width.
var columns = &runewidth.Condition{EastAsianWidth: true}

// Neither may open a line (行頭禁則) nor end one (行末禁則).
const (
	notFirst = "、。，．・：；？！ー）」』】〕〉》”’々ぁぃぅぇぉっゃゅょァィゥェォッャュョ〜…％%),.:;!?]}"
	notLast  = "（「『【〔〈《“‘([{"
)

// Wrap breaks the lines of a text that are wider than [LineWidth]. Latin words and numbers stay whole, Japanese breaks
// between characters except where that would leave a bracket or a full stop alone. A continued line keeps the indent of its
// first line, and two columns more after a list mark. A line without spaces or Japanese, such as a URL, is never broken.
func Wrap(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = wrapLine(line)
	}
	return strings.Join(lines, "\n")
}

func wrapLine(line string) string {
	if columns.StringWidth(line) <= LineWidth {
		return line
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " 　"))]
	body := line[len(indent):]
	hang := indent
	switch {
	case strings.HasPrefix(body, "・"), strings.HasPrefix(body, "- "):
		hang += "  "
	}
	var out []string
	start := indent
	for body != "" {
		n := fit(body, LineWidth-columns.StringWidth(start))
		out = append(out, start+strings.TrimRight(body[:n], " "))
		body, start = strings.TrimLeft(body[n:], " "), hang
	}
	return strings.Join(out, "\n")
}

// fit returns how many bytes of s go on a line of the given width: up to the last place within it where a line may be
// broken, or up to the first such place if there is none within it.
func fit(s string, width int) int {
	used, last := 0, 0
	runes := []rune(s)
	offset := 0
	for i, r := range runes {
		if i > 0 && breakable(runes[i-1], r) {
			if used > width && last == 0 {
				return offset
			}
			if used <= width {
				last = offset
			}
		}
		w := columns.RuneWidth(r)
		if used+w > width && last > 0 && r != ' ' {
			return last
		}
		used += w
		offset += len(string(r))
	}
	return len(s)
}

func breakable(before, after rune) bool {
	if strings.ContainsRune(notFirst, after) || strings.ContainsRune(notLast, before) {
		return false
	}
	if before == ' ' {
		return true
	}
	return after != ' ' && (wide(before) || wide(after))
}

func wide(r rune) bool { return columns.RuneWidth(r) == 2 && r > 0x2E7F }
