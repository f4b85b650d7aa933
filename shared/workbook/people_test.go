package workbook_test

import (
	"slices"
	"strings"
	"testing"

	"cssa/shared/checklist"
)

// TestPeoplesCharacters types answers the way people do and expects what is written here by hand: an answer, or the code
// of a fault.
func TestPeoplesCharacters(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	const twoChoices, noChoice = string(checklist.CodeTwoChoices), string(checklist.CodeNotAChoice)
	stories := []struct {
		place string
		want  string // the choice, or the code of a fault
		typed []any
	}{
		{"report.incidents", "yes", []any{
			"はい", " はい　", "は い", "はい\n", "\u200bはい\ufeff", "はい\u00a0", "ハイ", "ﾊｲ", "Yes", "YES", "ｙｅｓ", "Ｙ", "はい・Yes", "はい\nはい",
			"○", "◯", "〇", "⭕", "⭕️", "✓", "✔", "✔️", "☑", "✅", "レ", "ﾚ",
		}},
		{"report.others", "no", []any{"いいえ", "イイエ", "ｲｲｴ", "No", "ＮＯ", "n", "×", "✕", "✗", "✘", "❌", "いいえ/No"}},
		{"report.others", noChoice, []any{"x", "Ｘ", "☒", "□", "●", "◎", "△", "o", "0", 0, 1, "有", "該当なし", "TRUE", true, "-", "？", "はい？"}},
		{"report.others", twoChoices, []any{"はい・いいえ", "はい、いいえ", "○/×", "Yes No", "はい\nいいえ"}},
		{"policy", "internal", []any{
			2, "2", "２", "②", "⑵", "⒉", "(2)", "（２）", "2.", "２．", "2)", "2、", " 2\n", "2.0", "\ufeff2", "2\u200b",
			"2 経営方針として掲げている（対外公表はしていない）",
			"経営方針として掲げている(対外公表はしていない)",
			"経営方針として\n掲げている（対外公表は していない）",
			"②経営方針として掲げている（対外公表はしていない）", "2．経営方針として掲げている（対外公表はしていない）", "（2）　経営方針として掲げている（対外公表はしていない）",
			"2：経営方針として掲げている（対外公表はしていない）",
			"経営方針として掲けﾞている（対外公表はしていない）", // half-width voicing mark
			"経営方針として掲け\u3099ている（対外公表はしていない）",
			"Set out, not published", "ＳＥＴ ＯＵＴ，ＮＯＴ ＰＵＢＬＩＳＨＥＤ", "2 set out,\nnot published", "2 / Set out, not published", "2、2",
		}},
		{"policy", twoChoices, []any{"1 経営方針として掲げている（対外公表はしていない）", "1経営方針として掲げている（対外公表はしていない）", "1,2", "1・2", "１　２", "2 3", "1\n2"}},
		{"policy", noChoice, []any{"4", "0", "02", "-2", "2?", "2番", "1.5", "12", "①②", "二", "経営方針", "2 検討中", "Setout, notpublished", "○"}},
		{"contingency.ransomware.plan", "have", []any{"整備している", "整備\nしている", "1", "1 整備している", "in  place", "In Place"}},
	}
	for _, s := range stories {
		for _, typed := range s.typed {
			got := read(ed, edit(t, filled, set(map[string]any{s.place: typed})))
			at := string(got.Answers[ref(s.place)].Choice)
			for _, f := range got.Faults {
				if f.Ref == ref(s.place) {
					at = string(f.Code)
				}
			}
			if at != s.want {
				t.Errorf("%q for %s read as %q, want %q", typed, s.place, at, s.want)
			}
		}
	}
}

// TestPeoplesNumbers: a number counts in whole units for staff; for share, in tenths of a per cent.
func TestPeoplesNumbers(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	for _, s := range []struct {
		place string
		typed any
		want  int64
		code  checklist.FaultCode
	}{
		{"staff", 12, 12, ""},
		{"staff", "12", 12, ""},
		{"staff", "１２", 12, ""},
		{"staff", "　12人", 12, ""},
		{"staff", "12 persons", 12, ""},
		{"staff", "1,200", 1200, ""},
		{"staff", "１，２００人", 1200, ""},
		{"staff", "12.0", 12, ""},
		{"staff", "\ufeff12\u200b", 12, ""},
		{"staff", "⑫", 12, ""},
		{"staff", "0", 0, ""},
		{"staff", "１2\n", 12, ""},
		{"share", "12.5%", 125, ""},
		{"share", "１２．５％", 125, ""},
		{"share", ".5", 0, checklist.CodeNotANumber},
		{"share", "－1", 0, checklist.CodeOutOfRange},
		{"share", "−1", 0, checklist.CodeOutOfRange},
		{"share", "12,5", 0, checklist.CodeNotANumber},
		{"staff", "1 200", 0, checklist.CodeNotANumber},
		{"staff", "1,20", 0, checklist.CodeNotANumber},
		{"staff", "1e3", 0, checklist.CodeNotANumber},
		{"staff", "0x10", 0, checklist.CodeNotANumber},
		{"staff", "十二", 0, checklist.CodeNotANumber},
		{"staff", "12名", 0, checklist.CodeNotANumber},
		{"staff", "10〜12", 0, checklist.CodeNotANumber},
		{"staff", "12,000,000,000,000,000", 0, checklist.CodeOutOfRange},
		{"staff", "ー", 0, checklist.CodeNotANumber},
		{"staff", "なし", 0, checklist.CodeNotANumber},
		{"staff", true, 0, checklist.CodeNotANumber},
	} {
		got := read(ed, edit(t, filled, set(map[string]any{s.place: s.typed})))
		code := checklist.FaultCode("")
		for _, f := range got.Faults {
			if f.Ref == ref(s.place) {
				code = f.Code
			}
		}
		if n := got.Answers[ref(s.place)].Number; code != s.code || code == "" && n != s.want {
			t.Errorf("%v for %s read as %d %s, want %d %s", s.typed, s.place, n, code, s.want, s.code)
		}
	}
}

// TestFreeTextAsTyped: nothing is normalised, cut off or joined in free text, and what shows nothing is blank.
func TestFreeTextAsTyped(t *testing.T) {
	ed := smallEdition()
	filled := write(t, ed, signed(ed), complete())
	for _, typed := range []string{
		"　行頭の空白", "ＡＢＣ１２３ｱｲｳ㈱①", "か\u3099とが", "終わり　\n", "一行目\n\n二行目\t字下げ", "\u200bゼロ幅\ufeff", "髙﨑\U000E0100", "=1+1", "'先頭", "a\u00a0b",
	} {
		got := read(ed, edit(t, filled, set(map[string]any{"remarks": typed})))
		if got.Answers[ref("remarks")].Text != typed || len(got.Faults) > 0 {
			t.Errorf("%q read as %q %v", typed, got.Answers[ref("remarks")].Text, summary(got.Faults))
		}
	}
	for _, blank := range []string{"", " ", "　", "\n", "\u00a0", "\u200b", "\ufeff", " \u2060　\u00ad"} {
		got := read(ed, edit(t, filled, set(map[string]any{"remarks": blank, "cover/approver": blank, "policy": blank})))
		if want := []string{"C002 表紙 D9", "E001 policy D9"}; !slices.Equal(summary(got.Faults), want) || got.Answers[ref("remarks")].Text != "" {
			t.Errorf("%q: got %q, remarks %q", blank, summary(got.Faults), got.Answers[ref("remarks")].Text)
		}
	}
}

func TestFirmNames(t *testing.T) {
	ed := smallEdition() // the register says 架空さくら証券株式会社
	filled := write(t, ed, signed(ed), complete())
	for typed, same := range map[string]bool{
		"架空さくら証券株式会社": true, "架空さくら証券㈱": true, "架空さくら証券(株)": true, "架空さくら証券（株）": true, "架空さくら証券 ㈱": true, "架空さくら証券㍿": true,
		"架空　さくら証券\n株式会社": true, "架空さくら証券株式会社\u200b": true,
		"株式会社架空さくら証券": false, "㈱架空さくら証券": false, "架空さくら証券": false, "架空さくら證券株式会社": false, "架空さくら証券(有)": false,
	} {
		got := read(ed, edit(t, filled, set(map[string]any{"cover/firm-name": typed})))
		if (len(got.Faults) == 0) != same || !same && got.Faults[0].Code != checklist.CodeFirmName {
			t.Errorf("%q: %v", typed, summary(got.Faults))
		}
		if got.Cover.FirmName != strings.Trim(typed, "\u200b") {
			t.Errorf("%q on the cover read as %q", typed, got.Cover.FirmName)
		}
	}
}
