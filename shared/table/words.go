package table

import (
	"fmt"
	"strconv"
	"strings"
)

// Words (概数表現) are a share as the publication puts it into a sentence, e.g. "2割程度". Each stands for a band of shares
// in tenths of a percent, from inclusive, to exclusive. With N割 = 10N percent:
//
//	N割, N割程度, 約N割   10N−2.5 … 10N+2.5   e.g. 2割程度: 17.5–22.4
//	N割台半ば             10N+2.5 … 10N+7.5   e.g. 2割台半ば: 22.5–27.4
//	N割弱, N割近く        10N−5.0 … 10N       e.g. 8割近く: 75.0–79.9
//	N割強                 10N … 10N+5.0       e.g. 2割強: 20.0–24.9
//	N割超                 above 10N … 10N+5.0 e.g. 2割超: 20.1–24.9
//	N割以上, N割未満      10N … 100, 0 … 10N
//
// 程度 and 台半ば together leave no gap from 7.5 to 92.4, nor do 弱 and 強: a share there always has words ([WordsFor]).
// 半数 (half) is 5割. The words without a number:
//
//	多くの先, 過半        above 50.0
//	中心                  50.0 … 100; compared with another row, also more than it
//	一定数, 一定割合      5.0 … 50.0, some but not most
//	限定的                0 … 29.9; compared with another row, also less than it
//	相対的に低い, 高い    less, more than the row compared with
//
// The bands are ours: the publication does not define its words.
type Words struct {
	Text     string
	from, to Share
	than     int // the sign of share minus the other row's; 0: not compared
	needs    bool
}

const whole Share = 1000

// How far from 10N percent 程度 reaches on either side, and 弱 and 強 on theirs.
const (
	around Share = 25
	half   Share = 50
)

// fixed returns the words that carry no number.
func fixed(s string) (Words, bool) {
	switch s {
	case "多く", "多くの先", "多くの証券会社", "過半", "過半数":
		return Words{from: 501, to: whole + 1}, true
	case "中心":
		return Words{from: 500, to: whole + 1, than: 1}, true
	case "一定数", "一定割合":
		return Words{from: 50, to: 501}, true
	case "限定的":
		return Words{from: 0, to: 300, than: -1}, true
	case "相対的に低い":
		return Words{from: 0, to: whole + 1, than: -1, needs: true}, true
	case "相対的に高い":
		return Words{from: 0, to: whole + 1, than: 1, needs: true}, true
	}
	return Words{}, false
}

// ParseWords reads words for a share. Digits may be full-width, and 半数 may stand for 5割.
func ParseWords(s string) (Words, error) {
	text := strings.TrimSpace(s)
	if w, ok := fixed(text); ok {
		w.Text = text
		return w, nil
	}
	rest, about := strings.CutPrefix(text, "約")
	n := 0
	switch r := []rune(rest); {
	case strings.HasPrefix(rest, "半数"):
		n, rest = 5, strings.TrimPrefix(rest, "半数")
	case len(r) > 1 && r[1] == '割' && r[0] >= '1' && r[0] <= '9':
		n, rest = int(r[0]-'0'), string(r[2:])
	case len(r) > 1 && r[1] == '割' && r[0] >= '１' && r[0] <= '９':
		n, rest = int(r[0]-'１')+1, string(r[2:])
	}
	w := Words{Text: text}
	mid := Share(100 * n)
	switch {
	case n == 0:
		return Words{}, fmt.Errorf("words %q: want e.g. 2割程度, 8割近く, 半数程度, 多くの先, 一定数", s)
	case rest == "" || rest == "程度" && !about:
		w.from, w.to = mid-around, mid+around
	case about:
		return Words{}, fmt.Errorf("words %q: 約 stands before N割 alone", s)
	case rest == "台半ば":
		w.from, w.to = mid+around, mid+100-around
	case rest == "弱" || rest == "近く":
		w.from, w.to = mid-half, mid
	case rest == "強":
		w.from, w.to = mid, mid+half
	case rest == "超":
		w.from, w.to = mid+1, mid+half
	case rest == "以上":
		w.from, w.to = mid, whole+1
	case rest == "未満":
		w.from, w.to = 0, mid
	default:
		return Words{}, fmt.Errorf("words %q: %q does not follow N割", s, rest)
	}
	return w, nil
}

// Band returns the shares the words stand for: from inclusive, to exclusive.
func (w Words) Band() (from, to Share) { return w.from, w.to }

// Contains says whether s lies in the band.
func (w Words) Contains(s Share) bool { return s >= w.from && s < w.to }

// Compares says whether the words mean nothing without another row's share.
func (w Words) Compares() bool { return w.needs }

// Holds says whether the words are true of a share, and of it beside another row's where they compare and than is given.
// Words that only compare are not true without one.
func (w Words) Holds(share Share, than *Share) bool {
	if !w.Contains(share) || than == nil {
		return w.Contains(share) && !w.needs
	}
	switch {
	case w.than < 0:
		return share < *than
	case w.than > 0:
		return share > *than
	}
	return true
}

// WordsFor returns the words for a share: N割程度 (of the half 半数程度) or, between two tenths, N割台半ば; "" below 7.5 and
// from 92.5.
func WordsFor(s Share) string {
	n := int((s + around) / 100)
	switch {
	case n == 0 || s < 100-around || n >= 10 || s >= 900+around:
		return ""
	case s-Share(100*n) >= around:
		return strconv.Itoa(n) + "割台半ば"
	case n == 5:
		return "半数程度"
	}
	return strconv.Itoa(n) + "割程度"
}
