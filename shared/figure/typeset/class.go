package typeset

import (
	"strings"
	"unicode"
)

// Characters that may not begin a line (行頭禁則): JIS X 4051 4.3, closing brackets, hyphens, dividing marks, middle dots,
// full stops, commas, repeat marks, the long vowel mark, small kana, and what follows a number as its unit.
const notFirst = "」』）】〕〉》］｝〙〗〟’”)]}»›" + "‐゠–〜～-" + "？！‼⁇⁈⁉?!" + "・：；:;" + "。．." + "、，," +
	"々ゝゞヽヾ〻" + "ー" + "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ" + "｡､｣･ｰｧｨｩｪｫｬｭｮｯ" + "％%‰°′″℃" + "…‥"

// Characters that may not end a line (行末禁則): opening brackets, and what stands before a number.
const notLast = "「『（【〔〈《［｛〘〖〝‘“([{«‹｢" + "￥¥＄$£€＃№"

// Pairs of these are not parted (分離禁止).
const inseparable = "—…‥〳〴〵―"

type class uint8

const (
	other class = iota
	space       // dropped where a line ends
	kanji
	hiragana
	katakana
	digit
	latin // letters and the marks that stand within words, addresses and dates
	joined
	breakable // a place to break that shows nothing
)

func classOf(r rune) class {
	switch {
	case r == ' ' || r == '\u3000' || r == '\t':
		return space
	case r == '\u200b':
		return breakable
	case r == '\u00a0' || r == '\u202f' || r == '\u2060' || r == '\ufeff':
		return joined
	case r >= '0' && r <= '9' || r >= '０' && r <= '９':
		return digit
	case r < 0x80:
		return latin
	case r == 'ー' || r >= 0x30a1 && r <= 0x30fe && r != '・' || r >= 0x31f0 && r <= 0x31ff || r >= 0xff66 && r <= 0xff9f:
		return katakana
	case r >= 0x3041 && r <= 0x309e:
		return hiragana
	case unicode.Is(unicode.Han, r) || r == '々':
		return kanji
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Variation_Selector):
		return joined
	case unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic):
		return latin
	}
	return other
}

// Costs of breaking at a place: 0 is the end of a sentence or a clause, never is out of the question. What lies between is
// how far the place is from the end of a phrase (文節), by the change of script that mostly marks one: a particle or an
// ending in hiragana, then a word in kanji, katakana or Latin letters.
const (
	clause   = 0
	phrase   = 1
	script   = 3
	particle = 4
	compound = 5
	inside   = 8
	forced   = 60 // within a word that is wider than the line
	never    = -1
)

// cost returns what it costs to break between two characters that stand side by side.
func cost(a, b rune) int {
	ca, cb := classOf(a), classOf(b)
	switch {
	case ca == joined || cb == joined:
		return never
	case cb == space || cb == breakable: // the line ends behind it
		return never
	case strings.ContainsRune(notFirst, b) || strings.ContainsRune(notLast, a):
		return never
	case ca == space || ca == breakable:
		return clause
	case a == b && strings.ContainsRune(inseparable, a):
		return never
	case word(ca) && word(cb):
		return withinWord(a, b, cb)
	case strings.ContainsRune("、。，．：；！？・」』）】〕〉》］｝", a):
		return clause
	case strings.ContainsRune("「『（【〔〈《［｛", b):
		return phrase
	case ca == hiragana && cb != hiragana:
		if a == 'お' || a == 'ご' { // before a noun, these belong to it
			return inside
		}
		return phrase
	case ca == digit: // before what is counted
		return inside
	case ca == hiragana:
		if strings.ContainsRune("はがをにでともの", a) {
			return particle
		}
		return inside
	case ca == kanji && cb == kanji:
		return compound
	case ca == cb || cb == hiragana:
		return inside
	}
	return script
}

func word(c class) bool { return c == latin || c == digit }

// withinWord breaks words of Latin letters behind a hyphen or a slash that stands between letters, and nowhere else.
func withinWord(a, b rune, cb class) int {
	if (a == '-' || a == '/') && cb == latin && unicode.IsLetter(b) {
		return script
	}
	return never
}
