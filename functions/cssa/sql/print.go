package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode"

	driver "github.com/duckdb/duckdb-go/v2"
	"github.com/mattn/go-runewidth"
)

// A printer prints a result as it comes, without holding it all.
type printer interface {
	head(names []string, right []bool) error
	row(cells []cell) error
	end(rows int) error
}

// A cell is a value as text. JSON is the same value as JSON.
type cell struct {
	text string
	null bool
	json string
}

var newPrinter = map[string]func(io.Writer) printer{
	"table": func(w io.Writer) printer { return &tablePrinter{w: w} },
	"csv":   func(w io.Writer) printer { return &csvPrinter{w: w} },
	"json":  func(w io.Writer) printer { return &jsonPrinter{w: w} },
}

func printRows(rows *sql.Rows, p printer) error {
	types, err := rows.ColumnTypes()
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	names, right := make([]string, len(types)), make([]bool, len(types))
	values, targets := make([]any, len(types)), make([]any, len(types))
	for i, t := range types {
		names[i], right[i], targets[i] = t.Name(), numeric(t.DatabaseTypeName()), &values[i]
	}
	if err := p.head(names, right); err != nil {
		return err
	}
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("row %d: %w", n+1, err)
		}
		cells := make([]cell, len(values))
		for i, v := range values {
			cells[i] = cellOf(v, types[i].DatabaseTypeName())
		}
		if err := p.row(cells); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fate(err)
	}
	return p.end(n)
}

func numeric(typ string) bool {
	return strings.Contains(typ, "INT") || strings.HasPrefix(typ, "DECIMAL") || typ == "DOUBLE" || typ == "FLOAT"
}

// cellOf writes a value exactly: decimals with all their digits, instants in UTC, days as days.
func cellOf(v any, typ string) cell {
	switch v := v.(type) {
	case nil:
		return cell{text: "NULL", null: true, json: "null"}
	case bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, *big.Int:
		text := fmt.Sprint(v)
		return cell{text: text, json: text}
	case float32:
		return floating(float64(v), 32)
	case float64:
		return floating(v, 64)
	case driver.Decimal:
		text := decimalText(v)
		return cell{text: text, json: text}
	case time.Time:
		return quoted(timeText(v, typ))
	case string:
		return quoted(v)
	}
	if body, err := json.Marshal(v); err == nil {
		return cell{text: string(body), json: string(body)}
	}
	return quoted(fmt.Sprint(v))
}

func floating(f float64, bits int) cell {
	text := strconv.FormatFloat(f, 'g', -1, bits)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return quoted(text)
	}
	return cell{text: text, json: text}
}

func decimalText(d driver.Decimal) string {
	digits := new(big.Int).Abs(d.Value).String()
	for len(digits) <= int(d.Scale) {
		digits = "0" + digits
	}
	if at := len(digits) - int(d.Scale); d.Scale > 0 {
		digits = digits[:at] + "." + digits[at:]
	}
	if d.Value.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

func timeText(t time.Time, typ string) string {
	switch typ {
	case "DATE":
		return t.Format(time.DateOnly)
	case "TIME":
		return t.Format("15:04:05.999999999")
	}
	return t.UTC().Format("2006-01-02T15:04:05.999999999Z")
}

func quoted(text string) cell {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string always encodes
	return cell{text: text, json: strings.TrimSuffix(b.String(), "\n")}
}

// A csvPrinter writes RFC 4180 with line feeds. NULL is an empty field, an empty string is "".
type csvPrinter struct{ w io.Writer }

func (p *csvPrinter) head(names []string, _ []bool) error {
	cells := make([]cell, len(names))
	for i, n := range names {
		cells[i] = cell{text: n}
	}
	return p.row(cells)
}

func (p *csvPrinter) row(cells []cell) error {
	var b strings.Builder
	for i, c := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		switch {
		case c.null:
		case c.text == "" || strings.ContainsAny(c.text, "\",\r\n"):
			b.WriteString(`"` + strings.ReplaceAll(c.text, `"`, `""`) + `"`)
		default:
			b.WriteString(c.text)
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(p.w, b.String())
	return err
}

func (p *csvPrinter) end(int) error { return nil }

// A jsonPrinter writes an array with one object a row, keys in the order of the columns.
type jsonPrinter struct {
	w     io.Writer
	names []string
	rows  int
}

func (p *jsonPrinter) head(names []string, _ []bool) error {
	for _, n := range names {
		p.names = append(p.names, quoted(n).json)
	}
	_, err := io.WriteString(p.w, "[")
	return err
}

func (p *jsonPrinter) row(cells []cell) error {
	sep := "\n"
	if p.rows > 0 {
		sep = ",\n"
	}
	p.rows++
	parts := make([]string, len(cells))
	for i, c := range cells {
		parts[i] = p.names[i] + ": " + c.json
	}
	_, err := io.WriteString(p.w, sep+"{"+strings.Join(parts, ", ")+"}")
	return err
}

func (p *jsonPrinter) end(int) error {
	_, err := io.WriteString(p.w, "\n]\n")
	return err
}

// A tablePrinter aligns columns for a terminal, where Japanese characters are two wide. Widths follow the first rows;
// a wider value later on is printed whole and pushes its line.
type tablePrinter struct {
	w      io.Writer
	right  []bool
	widths []int
	held   [][]string
	flowed bool
}

// rowsHeld are looked at before the first is printed.
const rowsHeld = 1000

// narrow makes widths independent of the locale of the machine.
var narrow = runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

func (p *tablePrinter) head(names []string, right []bool) error {
	p.right, p.widths = right, make([]int, len(names))
	rule := make([]string, len(names))
	p.hold(names)
	p.hold(rule) // drawn when widths are known
	return nil
}

func (p *tablePrinter) hold(row []string) {
	line := make([]string, len(row))
	for i, text := range row {
		line[i] = printable(text)
		p.widths[i] = max(p.widths[i], narrow.StringWidth(line[i]))
	}
	p.held = append(p.held, line)
}

func (p *tablePrinter) row(cells []cell) error {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = c.text
	}
	if !p.flowed {
		p.hold(texts)
		if len(p.held) < rowsHeld {
			return nil
		}
		return p.flow()
	}
	for i := range texts {
		texts[i] = printable(texts[i])
	}
	return p.line(texts)
}

func (p *tablePrinter) flow() error {
	p.flowed = true
	for i, w := range p.widths {
		p.held[1][i] = strings.Repeat("─", w)
	}
	for _, line := range p.held {
		if err := p.line(line); err != nil {
			return err
		}
	}
	p.held = nil
	return nil
}

func (p *tablePrinter) line(texts []string) error {
	var b strings.Builder
	for i, text := range texts {
		pad := strings.Repeat(" ", max(0, p.widths[i]-narrow.StringWidth(text)))
		if i > 0 {
			b.WriteString("  ")
		}
		if p.right[i] {
			b.WriteString(pad + text)
		} else {
			b.WriteString(text + pad)
		}
	}
	_, err := io.WriteString(p.w, strings.TrimRight(b.String(), " ")+"\n")
	return err
}

func (p *tablePrinter) end(rows int) error {
	if !p.flowed {
		if err := p.flow(); err != nil {
			return err
		}
	}
	word := "rows"
	if rows == 1 {
		word = "row"
	}
	_, err := fmt.Fprintf(p.w, "(%d %s)\n", rows, word)
	return err
}

// printable writes control characters as escapes, so that a firm's free text can neither break the table nor drive the
// terminal.
func printable(s string) string {
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unprintable(r) {
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unprintable(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
