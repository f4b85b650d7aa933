package workbook

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"cssa/shared/checklist"

	"golang.org/x/text/unicode/norm"
)

// formulaAlone is how a fault quotes a formula without a result: the cell is not blank, but nothing of it can be shown.
const formulaAlone = "（式のみ、結果なし）"

// quote is an answer as a fault quotes it.
func quote(s string) string {
	const longest = 80
	if r := []rune(s); len(s) > longest && len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return s
}

// parseAnswer reads what stands in an answer cell. It never guesses: what is not plainly one answer is a fault.
func parseAnswer(q *checklist.Question, r checklist.Ref, v value) (checklist.Answer, *checklist.Fault) {
	fault := func(code checklist.FaultCode, want checklist.Text) *checklist.Fault {
		f := checklist.NewFault(code, "want", want.JA, "want_en", want.EN, "found", quote(trim(v.text)))
		return &f
	}
	switch {
	case v.kind == kindError:
		return checklist.Answer{}, fault(checklist.CodeCellError, checklist.Text{})
	case v.formula && trim(v.text) == "":
		f := fault(checklist.CodeFormula, checklist.Text{})
		f.Found = formulaAlone
		return checklist.Answer{}, f
	}
	switch q.Kind {
	case checklist.FreeText:
		return checklist.Answer{Text: v.text}, nil
	case checklist.Number:
		n, code := parseNumber(q, v)
		switch code {
		case checklist.CodeNotANumber:
			return checklist.Answer{}, fault(code, q.Unit)
		case checklist.CodeDecimals:
			return checklist.Answer{}, fault(code, checklist.Text{JA: strconv.Itoa(q.Decimals), EN: strconv.Itoa(q.Decimals)})
		case checklist.CodeOutOfRange:
			span := q.Format(q.Min) + "〜" + q.Format(q.Max)
			return checklist.Answer{}, fault(code, checklist.Text{JA: span, EN: span})
		}
		return checklist.Answer{Number: n}, nil
	}
	c, code := parseChoice(q, r.Stage, v.text)
	if code != "" {
		return checklist.Answer{}, fault(code, q.Wanted(r.Stage))
	}
	return checklist.Answer{Choice: c}, nil
}

// parseChoice accepts the drop-down's entry, the choice's number with or without a point or brackets, its text in either
// language, and the number with the text. What may mean two choices is a fault, even if one of them is likelier.
func parseChoice(q *checklist.Question, stage checklist.StageID, text string) (checklist.ChoiceID, checklist.FaultCode) {
	choices := q.ChoicesAt(stage)
	// What nearly every cell holds, an entry just as the drop-down gives it, needs no plain form.
	if q.Kind == checklist.Multiple {
		for i := range choices {
			if text == choices[i].Label.JA {
				return choices[i].ID, ""
			}
		}
	} else if number, label, ok := strings.Cut(text, " "); ok {
		if i, ok := digits(number); ok && i >= 1 && i <= len(choices) && label == choices[i-1].Label.JA {
			return choices[i-1].ID, ""
		}
	}
	switch found := meant(q, stage, text); {
	case len(found) == 1:
		return found[0], ""
	case len(found) > 1:
		return "", checklist.CodeTwoChoices
	}
	for _, separators := range []string{"\n\r", "\n\r,、;/・&+", "\n\r,、;/・&+ "} {
		var chosen []checklist.ChoiceID
		whole := true
		for _, part := range strings.FieldsFunc(norm.NFKC.String(visible(text)), func(r rune) bool { return strings.ContainsRune(separators, r) }) {
			if strings.TrimSpace(part) == "" {
				continue
			}
			found := meant(q, stage, part)
			whole = whole && len(found) == 1
			for _, c := range found {
				chosen = include(chosen, c)
			}
		}
		switch {
		case !whole:
		case len(chosen) == 1:
			return chosen[0], ""
		case len(chosen) > 1:
			return "", checklist.CodeTwoChoices
		}
	}
	return "", checklist.CodeNotAChoice
}

// meant returns every choice that a text may mean.
func meant(q *checklist.Question, stage checklist.StageID, text string) (found []checklist.ChoiceID) {
	choices := q.ChoicesAt(stage)
	plain := plainForm(text)
	whole := tight(plain)
	if whole == "" {
		return nil
	}
	labelled := func(text string) {
		for i := range choices {
			if l := &choices[i].Label; text == tight(plainForm(l.JA)) || text == tight(plainForm(l.EN)) {
				found = include(found, choices[i].ID)
			}
		}
	}
	labelled(whole)
	if q.Kind == checklist.Multiple {
		if c, ok := ticks[whole]; ok {
			found = include(found, c)
		}
		return found
	}
	for i := range choices {
		if whole == tight(plainForm(entry(q, stage, i))) {
			return []checklist.ChoiceID{choices[i].ID}
		}
	}
	n, rest := leadingNumber(plain)
	if n < 1 || n > len(choices) {
		return found
	}
	if rest == "" {
		return include(found, choices[n-1].ID)
	}
	before := len(found)
	if labelled(tight(rest)); len(found) > before {
		found = include(found, choices[n-1].ID)
	}
	return found
}

func include(found []checklist.ChoiceID, c checklist.ChoiceID) []checklist.ChoiceID {
	if slices.Contains(found, c) {
		return found
	}
	return append(found, c)
}

// ticks are what people write for yes and no, in plain form. A cross that may be a tick, such as x or ☒, is none of them.
var ticks = map[string]checklist.ChoiceID{
	"はい": checklist.Yes, "ハイ": checklist.Yes, "yes": checklist.Yes, "y": checklist.Yes,
	"○": checklist.Yes, "〇": checklist.Yes, "◯": checklist.Yes, "⭕": checklist.Yes,
	"✓": checklist.Yes, "✔": checklist.Yes, "☑": checklist.Yes, "✅": checklist.Yes, "レ": checklist.Yes,
	"いいえ": checklist.No, "イイエ": checklist.No, "no": checklist.No, "n": checklist.No,
	"×": checklist.No, "✕": checklist.No, "✖": checklist.No, "✗": checklist.No, "✘": checklist.No, "❌": checklist.No,
}

// leadingNumber reads the number that a plain form begins with, as in "2", "(2)", "2.", "2.0" or "2) text", and returns what
// follows. The number is 0 if there is none.
func leadingNumber(plain string) (n int, rest string) {
	rest = strings.TrimLeft(plain, "([")
	figures := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if figures == 0 || figures > 3 || rest[0] == '0' {
		return 0, plain
	}
	n, _ = digits(rest[:figures])
	rest = rest[figures:]
	if rest == ".0" { // a number as some programs write it
		return n, ""
	}
	return n, strings.TrimLeft(rest, ")].:、,/ -")
}

// parseNumber reads a number in units of 10^-Decimals. A code other than "" says what is wrong with it.
func parseNumber(q *checklist.Question, v value) (int64, checklist.FaultCode) {
	if v.kind == kindBool || v.kind == kindDate {
		return 0, checklist.CodeNotANumber
	}
	text := plainForm(v.text)
	if v.kind == kindNumber {
		if strings.Trim(text, "0123456789+-.e") != "" { // ParseFloat also reads 0x1p3, inf and nan
			return 0, checklist.CodeNotANumber
		}
	} else {
		for _, unit := range []string{q.Unit.JA, q.Unit.EN} {
			text = strings.TrimSpace(strings.TrimSuffix(text, plainForm(unit)))
		}
		if !plainNumber(text) {
			return 0, checklist.CodeNotANumber
		}
		text = strings.ReplaceAll(text, ",", "")
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, checklist.CodeNotANumber
	}
	scaled := x * math.Pow10(q.Decimals)
	whole := math.Round(scaled)
	// A spreadsheet keeps 15 digits, so 0.1 may come as 0.10000000000000001: that is not a second decimal.
	if math.Abs(scaled-whole) > 1e-9*math.Max(1, math.Abs(scaled)) {
		return 0, checklist.CodeDecimals
	}
	if math.Abs(whole) > 1e15 {
		return 0, checklist.CodeOutOfRange
	}
	return int64(whole), ""
}

// plainNumber says whether text is a decimal number, with commas between thousands or without.
func plainNumber(text string) bool {
	text = strings.TrimLeft(text, "+-")
	whole, fraction, point := strings.Cut(text, ".")
	if point && !allDigits(fraction) {
		return false
	}
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if !allDigits(g) || i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && len(g) > 3 {
			return false
		}
	}
	return true
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
