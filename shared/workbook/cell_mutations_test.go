package workbook_test

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"cssa/shared/checklist"

	"golang.org/x/text/unicode/norm"
)

// cellMutations change what stands in an answer cell.
var cellMutations = []mutation{
	{name: "a choice by its number, in people's figures", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isSingle)
		if !ok {
			return false
		}
		i, _ := x.choice()
		n := strconv.Itoa(i + 1)
		forms := []string{n, wide(n), "(" + n + ")", "（" + wide(n) + "）", n + ".", wide(n) + "．", n + ")", " " + n + "\n", n + "、", "\ufeff" + n, n + ".0"}
		if i < 9 {
			forms = append(forms, string(rune('①'+i)), string(rune('⑴'+i)))
		}
		m.type_(x.cell, pick(r, forms...), r)
		return true
	}},
	{name: "a choice by its number, as a number", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isSingle)
		if ok {
			i, _ := x.choice()
			x.cell.number(strconv.Itoa(i+1) + pick(r, "", ".0"))
		}
		return ok
	}},
	{name: "a choice by its text, as people paste it", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isSingle)
		if !ok {
			return false
		}
		i, c := x.choice()
		n := strconv.Itoa(i + 1)
		m.type_(x.cell, pick(r, c.Label.JA, c.Label.EN, norm.NFD.String(c.Label.JA), strings.ToUpper(c.Label.EN), c.Label.JA+"\u00a0", "　"+c.Label.JA+"\n", c.Label.JA+"\u200b",
			n+" "+c.Label.JA, n+"．"+c.Label.JA, "（"+wide(n)+"）　"+c.Label.JA, n+")\n"+c.Label.JA, n+" "+c.Label.EN, n+"："+norm.NFD.String(c.Label.JA)), r)
		return true
	}},
	{name: "yes or no, in people's ticks and crosses", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isMultiple)
		if !ok {
			return false
		}
		forms := []string{"いいえ", "ｲｲｴ", "イイエ", "No", "ＮＯ", "n", "×", "✕", "✗", "❌", "いいえ　", "い\nいえ"}
		if x.answer.Choice == checklist.Yes {
			forms = []string{"はい", " はい　", "ﾊｲ", "ハイ", "Yes", "ｙｅｓ", "○", "◯", "〇", "⭕", "✓", "✔️", "レ", "ﾚ", "☑", "は い"}
		}
		m.type_(x.cell, pick(r, forms...), r)
		return true
	}},
	{name: "another choice", come: asRules, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isChoice)
		if !ok {
			return false
		}
		cs := x.q.ChoicesAt(x.ref.Stage)
		i := r.IntN(len(cs))
		x.answer = &checklist.Answer{Choice: cs[i].ID}
		x.gridPlace.answer = x.answer
		text := cs[i].Label.JA
		if !isMultiple(x) {
			text = strconv.Itoa(i+1) + " " + text
		}
		m.type_(x.cell, text, r)
		return true
	}},
	{name: "a number as text, with commas, its unit, full width", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isNumber)
		if !ok {
			return false
		}
		n := x.q.Format(x.answer.Number)
		m.type_(x.cell, pick(r, n, wide(n), " "+n+" ", n+x.q.Unit.JA, wide(n)+"　"+x.q.Unit.JA, thousands(n), n+" "+x.q.Unit.EN, n+"\n", "\ufeff"+n), r)
		return true
	}},
	{name: "a number, as programs write it", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isNumber)
		if ok {
			f, _ := strconv.ParseFloat(x.q.Format(x.answer.Number), 64)
			x.cell.number(pick(r, x.q.Format(x.answer.Number), strconv.FormatFloat(f, 'E', -1, 64), strconv.FormatFloat(f, 'e', 17, 64), strconv.FormatFloat(f, 'f', 17, 64)))
		}
		return ok
	}},
	{name: "a percentage, shown as one", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, func(x chosen) bool { return isNumber(x) && x.q.Unit.JA == "%" })
		if ok {
			x.cell.number(strconv.FormatFloat(float64(x.answer.Number)/1000, 'g', 15, 64))
			x.cell.style = m.format(10)
			ok = x.q.Decimals == 1
		}
		return ok
	}},
	{name: "any text in free text", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isText)
		if ok {
			x.gridPlace.answer = &checklist.Answer{Text: drawText(r)}
			m.type_(x.cell, x.gridPlace.answer.Text, r)
		}
		return ok
	}},
	{name: "a number in free text", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isText)
		if ok {
			n := pick(r, "2023", "12.5", "-1", "007")
			x.gridPlace.answer = &checklist.Answer{Text: n}
			x.cell.number(n)
		}
		return ok
	}},
	{name: "a formula with its result", come: read_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, nil)
		if ok {
			x.cell.kind = "str"
			x.cell.inner = pick(r, `<f>A1&amp;"x"</f>`, `<f t="shared" si="0"/>`, `<f t="array" ref="D9">INDEX(A1:A9,2)</f>`) + "<v>" + escapeXML(escapeUnderscore(x.shows())) + "</v>"
		}
		return ok
	}},
	{name: "a formula without a result", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, nil)
		if !ok {
			return false
		}
		x.cell.kind, x.cell.inner = pick(r, "", "str"), pick(r, "<f>Sheet1!A1</f>", "<f>Sheet1!A1</f><v></v>", "<f>Sheet1!A1</f><v/>")
		return x.spoil(checklist.CodeFormula)
	}},
	{name: "an error value", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, nil)
		if !ok {
			return false
		}
		x.cell.kind, x.cell.inner = "e", pick(r, "", "<f>1/0</f>")+"<v>"+pick(r, "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!")+"</v>"
		return x.spoil(checklist.CodeCellError)
	}},
	{name: "what is none of the choices", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isChoice)
		if !ok {
			return false
		}
		m.type_(x.cell, pick(r, "検討中", "？", "99", "0", "-1", "別紙のとおり", "△", "該当なし", "１００", "2番", "x y z"), r)
		return x.spoil(checklist.CodeNotAChoice)
	}},
	{name: "two choices", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isChoice)
		if !ok {
			return false
		}
		cs := x.q.ChoicesAt(x.ref.Stage)
		if isMultiple(x) {
			m.type_(x.cell, pick(r, "はい・いいえ", "○/×", "はい\nいいえ", "Yes, No"), r)
		} else {
			m.type_(x.cell, pick(r, "1,2", "1・2", "１　２", "1\n2", "2、1", "1 "+cs[1].Label.JA, cs[0].Label.JA+"\n"+cs[1].Label.JA), r)
		}
		return x.spoil(checklist.CodeTwoChoices)
	}},
	{name: "true or false", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, notText)
		if !ok {
			return false
		}
		x.cell.kind, x.cell.inner = "b", "<v>"+pick(r, "0", "1", "true", "false")+"</v>"
		if isNumber(x) {
			return x.spoil(checklist.CodeNotANumber)
		}
		return x.spoil(checklist.CodeNotAChoice)
	}},
	{name: "a day where a number or a choice belongs", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, notText)
		if !ok {
			return false
		}
		if x.cell.number(strconv.Itoa(40000 + r.IntN(9000))); r.IntN(2) == 0 {
			x.cell.kind, x.cell.inner = "d", "<v>2023-07-31</v>"
		} else {
			x.cell.style = m.format(pick(r, 14, 16, 22, 27, 57))
		}
		if isNumber(x) {
			return x.spoil(checklist.CodeNotANumber)
		}
		return x.spoil(checklist.CodeNotAChoice)
	}},
	{name: "words for a number", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isNumber)
		if !ok {
			return false
		}
		m.type_(x.cell, pick(r, "約10", "不明", "1e3", "0x10", "10〜12", "１，２", "十二", "12,5", "1 200", "なし", "-", "."), r)
		return x.spoil(checklist.CodeNotANumber)
	}},
	{name: "a number with a digit too many", come: told_, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isNumber)
		if !ok {
			return false
		}
		n := x.q.Format(x.answer.Number)
		if x.q.Decimals == 0 {
			n += "."
		}
		if n += "5"; r.IntN(2) == 0 {
			x.cell.number(n)
		} else {
			m.type_(x.cell, n, r)
		}
		return x.spoil(checklist.CodeDecimals)
	}},
	{name: "a number out of range", come: asRules, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, isNumber)
		if ok {
			n := pick(r, x.q.Max+1, x.q.Min-1, x.q.Max*10+1)
			x.gridPlace.answer = &checklist.Answer{Number: n}
			x.cell.number(x.q.Format(n))
		}
		return ok
	}},
	{name: "a text too long", come: asRules, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, func(x chosen) bool { return isText(x) && x.q.Max > 0 && x.q.Max < 20000 })
		if ok {
			text := strings.Repeat("長", int(x.q.Max)+1+r.IntN(9))
			x.gridPlace.answer = &checklist.Answer{Text: text}
			m.type_(x.cell, text, r)
		}
		return ok
	}},
	{name: "nothing, in one of the ways of nothing", come: asRules, do: func(m *subject, r *rand.Rand) bool {
		x, ok := m.choose(r, nil)
		if ok {
			x.gridPlace.answer = nil
			if x.cell.clear(); r.IntN(2) == 0 {
				m.type_(x.cell, pick(r, "", " ", "　", "\n", "\u00a0", "\u200b", " \ufeff　"), r)
			}
		}
		return ok
	}},
}
