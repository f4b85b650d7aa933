package prose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cssa/shared/checklist"
	"cssa/shared/table"
)

// A Finding is words that the released numbers do not bear out. Number is the nearest that was published, or "".
type Finding struct {
	Line   int    `json:"line"`
	Words  string `json:"words"`
	Figure string `json:"figure,omitempty"`
	What   string `json:"what"`
	Number string `json:"number,omitempty"`
	Mend   string `json:"mend"`
}

// A Result is what became of a text's words.
type Result struct {
	Checked  int // phrases held against a number
	Uncited  int // phrases of sentences that cite no figure
	Findings []Finding
}

// A share is one published number, or a union of neighbouring series of a row.
type share struct {
	count, base int
	where       string
}

func (s share) value() table.Share { return table.ShareOf(s.count, s.base) }

var (
	cited = regexp.MustCompile(`(?i)\[(?:figure-|fig0?|図表)(\d+)(?:/([\w.-]+))?(?::([\w.+-]+))?\]|(?:図表|figures? |fig0?)(\d+)((?:[、,・]\s*\d+)*)`)
	of    = regexp.MustCompile(`^\s*of\s+(?:the\s+)?(\d+)\b|^\s*[（(]\s*n\s*=\s*(\d+)`)
	among = regexp.MustCompile(`(\d+)先(?:中|のうち|の)、?$`)
	ends  = regexp.MustCompile(`。|[.!?]\s`)
)

// A citation is where a sentence names a figure.
type citation struct {
	at           int
	figures      []int
	item, series string
}

// Check reads a text. Tables are a release's; those of all firms count. A word is held against the next citation of its
// sentence, or the last before it in the sentence or line. Without an exact reference, or a claim of the edition that quotes the
// sentence, it holds if any number of the figure, or of neighbouring series together, agrees.
func Check(ed *checklist.Edition, tables []table.Table, text string) Result {
	var out Result
	for n, line := range strings.Split(text, "\n") {
		var last *citation
		for rest := line; rest != ""; {
			sentence := rest
			if m := ends.FindStringIndex(rest); m != nil {
				sentence = rest[:m[1]]
			}
			rest = rest[len(sentence):]
			cs := citations(sentence)
			for _, p := range phrases(sentence) {
				out.phrase(ed, tables, n+1, sentence, p, next(cs, p, last))
			}
			if len(cs) > 0 {
				last = &cs[len(cs)-1]
			}
		}
	}
	return out
}

func citations(s string) []citation {
	var out []citation
	for _, m := range cited.FindAllStringSubmatchIndex(s, -1) {
		c := citation{at: m[0], item: group(s, m, 2), series: group(s, m, 3)}
		for _, f := range regexp.MustCompile(`\d+`).FindAllString(group(s, m, 1)+group(s, m, 4)+group(s, m, 5), -1) {
			if n, err := strconv.Atoi(f); err == nil {
				c.figures = append(c.figures, n)
			}
		}
		out = append(out, c)
	}
	return out
}

func next(cs []citation, p phrase, last *citation) *citation {
	for i := range cs {
		if cs[i].at >= p.end {
			return &cs[i]
		}
	}
	if len(cs) > 0 {
		return &cs[len(cs)-1]
	}
	return last
}

func (out *Result) phrase(ed *checklist.Edition, tables []table.Table, line int, sentence string, p phrase, c *citation) {
	find := func(figure, what, number, mend string) {
		out.Findings = append(out.Findings, Finding{line, p.text, figure, what, number, mend})
	}
	if p.unsteady != "" {
		find("", p.unsteady, "", "write it otherwise")
		return
	}
	if n := base(sentence, p); n > 0 && p.band.exact && !possible(p, n) {
		k := (2*int(p.printed)*n + 1000) / 2000
		find("", fmt.Sprintf("no count of %d firms is %s", n, p.text), "", fmt.Sprintf("%d of %d is %s %%", k, n, table.ShareOf(k, n)))
		return
	}
	if c == nil {
		out.Uncited++
		return
	}
	out.Checked++
	name := fmt.Sprintf("図表%d", c.figures[0])
	var all []share
	for _, n := range c.figures {
		all = append(all, shares(ed, tables, n, c, sentence, p)...)
	}
	if len(all) == 0 {
		find(name, "no published number is cited: it is not there, or withheld", "", "cite a number that is published, or leave it out")
		return
	}
	nearest := all[0]
	for _, s := range all {
		if p.holds(s) {
			return
		}
		if p.distance(s) < p.distance(nearest) {
			nearest = s
		}
	}
	mend := nearest.value().String() + " %"
	if w := table.WordsFor(nearest.value()); w != "" && !p.band.exact {
		mend = w
	}
	find(name, "no published number of the figure is "+p.text, fmt.Sprintf("%s %% (%d of %d, %s)", nearest.value(), nearest.count, nearest.base, nearest.where), mend)
}

func (p phrase) holds(s share) bool {
	if !p.band.exact {
		return s.value() >= p.band.from && s.value() < p.band.to
	}
	if p.band.decimals == 0 {
		return (200*s.count+s.base)/(2*s.base)*10 == int(p.printed)
	}
	return s.value() == p.printed
}

func (p phrase) distance(s share) table.Share {
	v := s.value()
	switch {
	case p.band.exact:
		return max(v-p.printed, p.printed-v)
	case v < p.band.from:
		return p.band.from - v
	}
	return max(0, v-p.band.to+1)
}

// base returns the number of firms that the sentence gives as the base of a percentage, or 0.
func base(s string, p phrase) int {
	m := of.FindStringSubmatch(s[p.end:])
	if m == nil {
		m = among.FindStringSubmatch(s[:p.at])
	}
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(strings.Join(m[1:], ""))
	if err != nil || n > 1_000_000 {
		return 0
	}
	return n
}

func possible(p phrase, n int) bool {
	for k := max(0, int(p.printed)*n/1000-1); k <= n && k <= int(p.printed)*n/1000+2; k++ {
		if p.holds(share{count: k, base: n}) {
			return true
		}
	}
	return false
}

// shares returns the published numbers that a phrase may mean.
func shares(ed *checklist.Edition, tables []table.Table, number int, c *citation, sentence string, p phrase) []share {
	i := slices.IndexFunc(ed.Figures, func(f checklist.Figure) bool { return f.Number == number })
	if i < 0 {
		return nil
	}
	fig := &ed.Figures[i]
	k := slices.IndexFunc(tables, func(t table.Table) bool { return t.ID == string(fig.ID) && t.Group == table.All })
	if k < 0 {
		return nil
	}
	if c.series != "" {
		return exact(&tables[k], c.item, strings.Split(c.series, "+"), false)
	}
	if c.item == "" {
		for _, claim := range fig.Claims {
			if strings.Contains(claim.Quote, strings.TrimSpace(sentence)) && strings.HasPrefix(claim.Words, p.text) {
				var ids []string
				for _, s := range claim.Series {
					ids = append(ids, string(s))
				}
				return exact(&tables[k], string(claim.Item), ids, claim.Rest)
			}
		}
	}
	var out []share
	for _, r := range tables[k].Rows {
		if c.item != "" && r.Item != c.item {
			continue
		}
		out = append(out, unions(&tables[k], &r)...)
	}
	return out
}

// exact returns the number of some series together, or of the rest of the base, if it is published.
func exact(t *table.Table, item string, series []string, rest bool) []share {
	for _, r := range t.Rows {
		if r.Item != item {
			continue
		}
		sum := share{where: strings.Trim(item+":"+strings.Join(series, "+"), ":")}
		for _, id := range series {
			i := slices.Index(t.Columns, id)
			if i < 0 {
				return nil
			}
			n, ok := r.Cells[i].Count()
			of, _ := r.Cells[i].Base()
			if !ok || sum.base > 0 && of != sum.base {
				return nil
			}
			sum.count, sum.base = sum.count+n, of
		}
		if rest {
			sum.count = sum.base - sum.count
		}
		if sum.base == 0 || sum.count < 0 || sum.count > sum.base {
			return nil
		}
		return []share{sum}
	}
	return nil
}

func unions(t *table.Table, r *table.Row) []share {
	var out []share
	for i := range r.Cells {
		for j := i; j < len(r.Cells); j++ {
			for _, s := range exact(t, r.Item, t.Columns[i:j+1], false) {
				out = append(out, s)
				if i == j && len(r.Cells) == 1 {
					out = append(out, share{s.base - s.count, s.base, s.where + " not"})
				}
			}
		}
	}
	return out
}
