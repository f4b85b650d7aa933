// Package prose holds what a publication says in words against its numbers: approximations (「2割程度」, "about 20 %") and printed
// percentages, of the figure that the sentence cites (図表5, Figure 5, or exactly [fig05/item:series+series]).
//
// It sees released tables only, so a finding cannot tell a withheld number. Words of 割 and 半数 mean what [table.ParseWords] says;
// the others are in the table below, with the same reach: 2.5 points on either side of "about", 5 points below "nearly".
package prose

import (
	"regexp"
	"strconv"
	"strings"

	"cssa/shared/table"
)

// A band is the shares that words stand for, in tenths of a percent: from inclusive, to exclusive. Exact: the printed share.
type band struct {
	from, to table.Share
	exact    bool
	decimals int
}

const whole = 1000

// rules are the words that are no 割, each with the reason for its band. The bands are ours: no publication defines them.
var rules = []struct {
	words *regexp.Regexp
	band  func(mid table.Share) band
	why   string
}{
	{regexp.MustCompile(`(?i)^(about|around|approximately|roughly)$|^(約|程度)$`), func(m table.Share) band { return band{from: m - 25, to: m + 26} }, "as 程度: half way to the next word"},
	{regexp.MustCompile(`(?i)^(nearly|almost|close to|just under)$|^(近く|弱)$`), func(m table.Share) band { return band{from: m - 50, to: m} }, "as 近く: below, and not half of ten points away"},
	{regexp.MustCompile(`(?i)^just over$|^(強|超)$`), func(m table.Share) band { return band{from: m + 1, to: m + 50} }, "as 超: above, and not half of ten points away"},
	{regexp.MustCompile(`(?i)^(more than|over|above)$`), func(m table.Share) band { return band{from: m + 1, to: whole + 1} }, "what it says literally"},
	{regexp.MustCompile(`(?i)^at least$|^以上$`), func(m table.Share) band { return band{from: m, to: whole + 1} }, "what it says literally"},
	{regexp.MustCompile(`(?i)^(less than|under|below|fewer than)$|^未満$`), func(m table.Share) band { return band{from: 0, to: m} }, "what it says literally"},
}

func bandOf(qualifier string, mid table.Share) (band, bool) {
	for _, r := range rules {
		if r.words.MatchString(qualifier) {
			return r.band(mid), true
		}
	}
	return band{}, false
}

var (
	japanese = regexp.MustCompile(`約?(?:[1-9１-９]割|半数)(?:程度|台半ば|近く|弱|強|超|以上|未満)?|過半数|多くの(?:先|証券会社)`)
	percent  = regexp.MustCompile(`(?i)(?:(about|around|approximately|roughly|nearly|almost|close to|just under|just over|more than|over|above|at least|less than|under|below|fewer than)\s+|(約))?([0-9]+(?:\.[0-9]+)?)\s*(?:％|%|percent\b|per cent\b)(程度|近く|弱|強|超|以上|未満)?`)
	fraction = regexp.MustCompile(`(?i)(?:\b(about|around|roughly|nearly|almost|just over|more than|over|at least|less than)\s+)?\b(three quarters|three in four|two thirds|two in three|one third|a third|one in three|one quarter|a quarter|one in four|one in five|half)\b|(約)?([2-9])分の([1-9])(程度|近く|弱|強|超|以上|未満)?`)
	majority = regexp.MustCompile(`(?i)\b(?:a|the) majority\b|\bmost firms\b`)
	parts    = map[string]table.Share{"three quarters": 750, "three in four": 750, "two thirds": 667, "two in three": 667, "one third": 333,
		"a third": 333, "one in three": 333, "one quarter": 250, "a quarter": 250, "one in four": 250, "one in five": 200, "half": 500}
)

// A phrase is words for a share, and where in the sentence they stand.
type phrase struct {
	text     string
	at, end  int
	band     band
	printed  table.Share
	unsteady string // what is wrong with the words themselves
}

func phrases(s string) []phrase {
	var out []phrase
	for _, m := range japanese.FindAllStringIndex(s, -1) {
		p := phrase{text: s[m[0]:m[1]], at: m[0], end: m[1]}
		plain := p.text
		if strings.HasPrefix(plain, "多くの") {
			plain = "多くの先"
		}
		w, err := table.ParseWords(plain)
		if err != nil {
			p.unsteady = err.Error()
		}
		p.band.from, p.band.to = w.Band()
		out = append(out, p)
	}
	for _, m := range percent.FindAllStringSubmatchIndex(s, -1) {
		p := phrase{text: s[m[0]:m[1]], at: m[0], end: m[1]}
		number := group(s, m, 3)
		value, err := strconv.ParseFloat(number, 64)
		if err != nil || value > 100 {
			p.unsteady = "no share is more than 100 %"
		}
		p.printed = table.Share(value*10 + 0.5)
		qualifier := group(s, m, 1) + group(s, m, 2) + group(s, m, 4)
		var ok bool
		if p.band, ok = bandOf(qualifier, p.printed); !ok {
			_, decimals, _ := strings.Cut(number, ".")
			p.band = band{exact: true, decimals: len(decimals)}
			if len(decimals) > 1 {
				p.unsteady = "shares are published with one decimal"
			}
		}
		out = append(out, p)
	}
	for _, m := range fraction.FindAllStringSubmatchIndex(s, -1) {
		p := phrase{text: s[m[0]:m[1]], at: m[0], end: m[1]}
		mid := parts[strings.ToLower(group(s, m, 2))]
		if of, n := group(s, m, 4), group(s, m, 5); of != "" {
			mid = table.ShareOf(int(n[0]-'0'), int(of[0]-'0'))
		}
		var ok bool
		if p.band, ok = bandOf(group(s, m, 1)+group(s, m, 3)+group(s, m, 6), mid); !ok {
			p.band, _ = bandOf("about", mid)
		}
		out = append(out, p)
	}
	for _, m := range majority.FindAllStringIndex(s, -1) {
		out = append(out, phrase{text: s[m[0]:m[1]], at: m[0], end: m[1], band: band{from: 501, to: whole + 1}})
	}
	return out
}

func group(s string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return s[m[2*n]:m[2*n+1]]
}
