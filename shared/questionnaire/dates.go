package questionnaire

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cssa/shared/checklist"
)

// A mention is a date that stands in a text that people read, as it is written there.
type mention struct {
	words   string // e.g. 2023年8月25日（金）17時
	at      int    // where it begins, in bytes
	date    time.Time
	weekday string // as written, "" if there is none
	hour    string // as written, e.g. 17時 or 17:00; "" if there is none
}

var (
	dateJA = regexp.MustCompile(`(\d{4})年(\d{1,2})月(\d{1,2})日(?:（([日月火水木金土])）)?(\d{1,2}(?:時|:\d\d))?`)
	dateEN = regexp.MustCompile(`(?:(Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday) )?(\d{1,2}) ` +
		`(January|February|March|April|May|June|July|August|September|October|November|December) (\d{4})(?:, (\d{1,2}:\d\d))?`)
	dateNumbers = regexp.MustCompile(`\b(\d{4})[-/](\d{1,2})[-/](\d{1,2})\b(?: (\d{1,2}:\d\d))?`)
)

var weekdaysJA = []rune("日月火水木金土")

// mentions returns the dates in a text: 2023年8月25日（金）17時, Friday 25 August 2023, 17:00, 2023-08-25 or 2023/8/25.
func mentions(s string) []mention {
	var out []mention
	add := func(m []int, year, month, day, weekday, hour string) {
		month = strings.TrimLeft(month, "0")
		n, err := time.Parse("2006-1-2", year+"-"+month+"-"+strings.TrimLeft(day, "0"))
		if err == nil {
			out = append(out, mention{words: s[m[0]:m[1]], at: m[0], date: n, weekday: weekday, hour: hour})
		}
	}
	part := func(m []int, i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return s[m[2*i]:m[2*i+1]]
	}
	for _, m := range dateJA.FindAllStringSubmatchIndex(s, -1) {
		add(m, part(m, 1), part(m, 2), part(m, 3), part(m, 4), part(m, 5))
	}
	for _, m := range dateEN.FindAllStringSubmatchIndex(s, -1) {
		month, err := time.Parse("January", part(m, 3))
		if err == nil {
			add(m, part(m, 4), strconv.Itoa(int(month.Month())), part(m, 2), part(m, 1), part(m, 5))
		}
	}
	for _, m := range dateNumbers.FindAllStringSubmatchIndex(s, -1) {
		add(m, part(m, 1), part(m, 2), part(m, 3), "", part(m, 4))
	}
	return out
}

// dayName returns the weekday of a date in the language in which m writes it.
func (m mention) dayName(d time.Time) string {
	if strings.Contains(m.words, "年") {
		return string(weekdaysJA[d.Weekday()])
	}
	return d.Weekday().String()
}

// on writes the mention for another date, in the way it is written.
func (m mention) on(d time.Time) string {
	day := ""
	if m.weekday != "" {
		day = m.dayName(d)
	}
	switch {
	case strings.Contains(m.words, "年"):
		if day != "" {
			day = "（" + day + "）"
		}
		return d.Format("2006年1月2日") + day + m.hour
	case strings.ContainsAny(m.words, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
		s := strings.TrimSpace(day + " " + d.Format("2 January 2006"))
		if m.hour != "" {
			s += ", " + m.hour
		}
		return s
	}
	layout := "2006-01-02"
	if strings.Contains(m.words, "/") {
		layout = "2006/1/2"
	}
	return strings.TrimSpace(d.Format(layout) + " " + m.hour)
}

// agrees says whether the hour that m names is the time of t.
func (m mention) agrees(t time.Time) bool {
	switch {
	case m.hour == "":
		return true
	case strings.HasSuffix(m.hour, "時"):
		return m.hour == t.Format("15時") || m.hour == strconv.Itoa(t.Hour())+"時" && t.Minute() == 0
	}
	return m.hour == t.Format("15:04") || m.hour == strconv.Itoa(t.Hour())+t.Format(":04")
}

// A keyDate is a date of an edition that texts repeat.
type keyDate struct {
	key   string
	at    time.Time
	timed bool
}

func keyDates(e *checklist.Edition) []keyDate {
	return []keyDate{
		{"reference_date", e.ReferenceDate.Start(e.Location), false},
		{"opens", e.Opens.In(e.Location), true}, {"deadline", e.Deadline.In(e.Location), true}, {"closing", e.Closing.In(e.Location), true},
	}
}

// near is how far from the edition's dates a date in the instructions is taken for one of them: last year's, left over, is
// near, that of a law is not.
const near = 400 * 24 * time.Hour

// dates checks the dates that the instructions repeat: each is one of edition.yaml, on its weekday and at its hour, and
// both languages name the same ones.
func (l *linter) dates() {
	keys := keyDates(l.e)
	for i, t := range l.e.Instructions {
		named := [2]map[string]bool{{}, {}}
		for side, s := range []struct{ lang, text string }{{"ja", t.JA}, {"en", t.EN}} {
			on := l.on(fmt.Sprintf("paragraphs[%d].%s", i, s.lang))
			for _, m := range mentions(s.text) {
				if m.weekday != "" {
					on.must(m.weekday == m.dayName(m.date), "instructions", fmt.Sprintf("%s is not on a %s", m.words, m.weekday), "it is on a "+m.dayName(m.date))
				}
				at, isKey, close := time.Date(m.date.Year(), m.date.Month(), m.date.Day(), 0, 0, 0, 0, l.e.Location), false, false
				hour := ""
				for _, k := range keys {
					d := k.at.Sub(at)
					close = close || d.Abs() < near
					if k.at.Format(time.DateOnly) == at.Format(time.DateOnly) {
						isKey = true
						named[side][k.key] = true
						if k.timed && !m.agrees(k.at) {
							hour = k.at.Format("15:04")
						}
					}
				}
				on.must(hour == "", "instructions", fmt.Sprintf("%s is not the time in edition.yaml", m.words), "it is "+hour+" there")
				on.must(isKey || !close, "instructions", fmt.Sprintf("the date %s is none of those in edition.yaml", m.words), "write it as there, or correct it there")
			}
		}
		for _, k := range keys {
			l.on(fmt.Sprintf("paragraphs[%d]", i)).must(named[0][k.key] == named[1][k.key], "instructions",
				fmt.Sprintf("paragraph %d names the %s in one language only", i+1, k.key), "name it in both")
		}
	}
}
