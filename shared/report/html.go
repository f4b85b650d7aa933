package report

import (
	_ "embed" // of the page's template and stylesheet
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"cssa/shared/checklist"
)

//go:embed page.html
var pageSource string

//go:embed style.css
var style string

// The stylesheet becomes part of the template, so that it is the program's own text and never data.
var pageTemplate = template.Must(template.New("page").Parse(strings.Replace(pageSource, "STYLE", style, 1)))

// HTML writes the document as one page that needs nothing else: Japanese first, then English, no script and no resource
// from anywhere. The page says in its head whose it is.
func HTML(w io.Writer, d Document) error {
	p := page{Document: d, Pages: []view{{d, "ja"}, {d, "en"}}}
	if err := pageTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("report %s: %w", d.Number, err)
	}
	return nil
}

type page struct {
	Document
	Pages []view
}

// A view is the document in one language.
type view struct {
	Document
	Lang string
}

// A panelView is a panel of the view, a blockView one of its blocks, a lineView one line: what the parts of the template
// are given.
type (
	panelView struct {
		view
		Panel Panel
	}
	blockView struct {
		panelView
		Block Block
	}
	lineView struct {
		blockView
		Line Line
	}
)

// PanelOf returns what the template needs to set p.
func (v view) PanelOf(p Panel) panelView { return panelView{v, p} }

// Of returns what the template needs to set b.
func (v panelView) Of(b Block) blockView { return blockView{v, b} }

// Mark returns what the template needs to set the firm's own mark on l.
func (v blockView) Mark(l Line) lineView { return lineView{v, l} }

// Count numbers the choices of a legend from 1.
func (v view) Count(i int) int { return i + 1 }

// Columns is how many columns of numbers a block of rows has.
func (b Block) Columns() int {
	if b.Shared {
		return len(b.Legend)
	}
	return len(b.Legend) + 1
}

// Other is the other language.
func (v view) Other() string {
	if v.Lang == "en" {
		return "ja"
	}
	return "en"
}

// Say returns fixed words in the view's language. The template is tested to name only words that exist.
func (v view) Say(key string, args ...any) (string, error) {
	text, ok := words[key]
	if !ok {
		return "", fmt.Errorf("no words %q", key)
	}
	if len(args) == 0 {
		return text.In(v.Lang), nil
	}
	return fmt.Sprintf(text.In(v.Lang), args...), nil
}

// State returns the word for a place that the firm has no answer to.
func (v view) State(o Own) (string, error) {
	if o.State == checklist.Unanswered {
		return v.Say("unanswered")
	}
	return v.Say("outside")
}

// Answered says whether the firm has an answer there.
func (o Own) Answered() bool { return o.State == checklist.Answered }

// Day writes a date as people read it.
func (v view) Day(d checklist.Date) string {
	if v.Lang == "en" {
		return fmt.Sprintf("%d %s %d", d.Day, d.Month, d.Year)
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, int(d.Month), d.Day)
}

// Minute writes an instant to the minute, with its zone.
func (v view) Minute(t time.Time) string {
	zone, _ := t.Zone()
	return v.Day(checklist.DateOf(t)) + t.Format(" 15:04 ") + zone
}
