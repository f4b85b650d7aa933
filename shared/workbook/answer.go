package workbook

import (
	"math"
	"strconv"
	"strings"

	"cssa/shared/checklist"

	"golang.org/x/text/unicode/norm"
)

// plainForm is how codes and numbers are compared: compatibility forms, such as full-width digits, made plain, spaces
// collapsed, case folded. Free text is never put into it.
func plainForm(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), " "))
}

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
		f := checklist.NewFault(code, "want", want.JA, "want_en", want.EN, "found", quote(strings.TrimSpace(v.text)))
		return &f
	}
	switch {
	case v.kind == kindError:
		return checklist.Answer{}, fault(checklist.CodeCellError, checklist.Text{})
	case v.formula && v.text == "":
		return checklist.Answer{}, fault(checklist.CodeFormula, checklist.Text{})
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

// parseChoice accepts the drop-down's entry, the choice's number with or without a point or brackets, and its text in
// either language.
func parseChoice(q *checklist.Question, stage checklist.StageID, text string) (checklist.ChoiceID, checklist.FaultCode) {
	if c, ok := oneChoice(q, stage, text); ok {
		return c, ""
	}
	chosen := map[checklist.ChoiceID]bool{}
	for _, separators := range []string{"\n\r", "\n\r,、;/・&+", "\n\r,、;/・&+ "} {
		clear(chosen)
		whole := true
		for _, part := range strings.FieldsFunc(norm.NFKC.String(text), func(r rune) bool { return strings.ContainsRune(separators, r) }) {
			if strings.TrimSpace(part) == "" {
				continue
			}
			c, ok := oneChoice(q, stage, part)
			whole = whole && ok
			chosen[c] = true
		}
		if whole && len(chosen) > 1 {
			return "", checklist.CodeTwoChoices
		}
	}
	return "", checklist.CodeNotAChoice
}

func oneChoice(q *checklist.Question, stage checklist.StageID, text string) (checklist.ChoiceID, bool) {
	choices := q.ChoicesAt(stage)
	// What nearly every cell holds, an entry just as the drop-down gives it, needs no plain form.
	if q.Kind == checklist.Multiple {
		for i := range choices {
			if text == choices[i].Label.JA {
				return choices[i].ID, true
			}
		}
	} else if number, label, ok := strings.Cut(text, " "); ok {
		if i, ok := digits([]byte(number)); ok && i >= 1 && i <= len(choices) && label == choices[i-1].Label.JA {
			return choices[i-1].ID, true
		}
	}
	plain := plainForm(text)
	var found checklist.ChoiceID
	n := 0
	for i, c := range choices {
		if plain == plainForm(entry(q, stage, i)) {
			return c.ID, true
		}
		if plain == plainForm(c.Label.JA) || plain == plainForm(c.Label.EN) {
			found = c.ID
			n++
		}
	}
	if n == 1 {
		return found, true
	}
	if q.Kind == checklist.Multiple {
		switch plain {
		case "はい", "○", "〇", "◯", "yes", "y":
			return checklist.Yes, true
		case "いいえ", "×", "✕", "✗", "no", "n":
			return checklist.No, true
		}
		return "", false
	}
	number := strings.TrimSuffix(strings.TrimSuffix(plain, "."), ".0")
	number = strings.TrimSuffix(strings.TrimPrefix(number, "("), ")")
	if len(number) > 3 || strings.HasPrefix(number, "0") {
		return "", false
	}
	i, ok := digits([]byte(number))
	if !ok || i < 1 || i > len(choices) {
		return "", false
	}
	return choices[i-1].ID, true
}

// parseNumber reads a number in units of 10^-Decimals. A code other than "" says what is wrong with it.
func parseNumber(q *checklist.Question, v value) (int64, checklist.FaultCode) {
	if v.kind == kindBool || v.kind == kindDate {
		return 0, checklist.CodeNotANumber
	}
	text := plainForm(v.text)
	if v.kind != kindNumber {
		for _, unit := range []string{q.Unit.JA, q.Unit.EN} {
			text = strings.TrimSpace(strings.TrimSuffix(text, plainForm(unit)))
		}
		text = strings.NewReplacer("−", "-", "‐", "-", "–", "-").Replace(text)
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
