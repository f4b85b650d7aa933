package workbook

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// The cells of last time's answers are locked, but a sheet can be unlocked. Beside them stands what they held when the
// workbook was written, one word for each of the row's cells, so that what was typed over one is told from it.

// noSum stands for a cell in which nothing was written.
const noSum = "-"

// sumOf is the word for a cell's text, whatever program wrote it again.
func sumOf(text string) string {
	plain := plainForm(text)
	if plain == "" {
		return noSum
	}
	if x, err := strconv.ParseFloat(plain, 64); err == nil {
		plain = strconv.FormatFloat(x, 'g', -1, 64)
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(plain)) // it does not fail
	return fmt.Sprintf("%08x", h.Sum32())
}

// typedOver returns the column of the first cell of last time's answers in which something else stands now, and for which
// answer of the row it is.
func (f *foundRow) typedOver() (k int, over bool) {
	words := strings.Fields(f.sum)
	for k, v := range f.before {
		was := noSum
		if k < len(words) {
			was = words[k]
		}
		if !v.blank() && sumOf(v.text) != was {
			return k, true
		}
	}
	return 0, false
}
