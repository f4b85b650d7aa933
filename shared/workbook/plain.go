package workbook

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// invisible says whether a character shows nothing and takes no room: zero-width spaces, byte order marks, marks of
// direction, soft hyphens, variation selectors. Mail programs and web pages leave them in what is pasted.
func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

// trim cuts spaces of any kind, line breaks and invisible characters off both ends.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
}

// visible is s without its invisible characters.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
}

// twins are characters that look alike and that programs exchange for each other, as Windows and the Mac do when they
// convert the wave dash or the minus sign to CP932 and back. Two choices that differ in them alone would both match, which
// is a fault, so nothing is lost by taking them for one.
var twins = strings.NewReplacer("〜", "~", "‖", "∥", "ー", "-", "−", "-", "‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "─", "-")

// plainForm is how codes, choices and numbers are compared: compatibility forms, such as full-width digits, made plain,
// invisible characters dropped, spaces collapsed, case folded. Free text is never put into it.
func plainForm(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(twins.Replace(norm.NFKC.String(visible(s)))), " "))
}

// tight is a plain form without the spaces and line breaks that mean nothing: all but those between Latin letters or digits.
func tight(plain string) string {
	if strings.IndexByte(plain, ' ') < 0 {
		return plain
	}
	word := func(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' }
	var b strings.Builder
	for i := range len(plain) {
		if c := plain[i]; c != ' ' || word(plain[i-1]) && word(plain[i+1]) { // a plain form has no space at its ends
			b.WriteByte(c)
		}
	}
	return b.String()
}

// corporate shortens the forms of companies as they are shortened in Japan; ㈱ and （株） are (株) in plain form already.
var corporate = strings.NewReplacer("株式会社", "(株)", "有限会社", "(有)", "合同会社", "(同)", "合資会社", "(資)", "合名会社", "(名)")

// sameName says whether two names of a firm are one, however its form is written: 株式会社, ㈱, (株) or （株）. Where the form
// stands, before the name or behind it, is part of the name.
func sameName(a, b string) bool {
	key := func(s string) string { return corporate.Replace(tight(plainForm(s))) }
	return key(a) == key(b)
}
