package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/schollz/progressbar/v3"
)

// emit prints a verb's result: v as JSON if asked for, or what human prints.
func (d *desk) emit(v any, human func()) error {
	if !d.json {
		human()
		return nil
	}
	enc := json.NewEncoder(d.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// say prints a line for a person; nothing where the result is JSON.
func (d *desk) say(format string, a ...any) {
	if !d.json {
		fmt.Fprintln(d.out, d.here(fmt.Sprintf(format, a...)))
	}
}

// here names the stage in the commands that a line tells the reader to give next.
func (d *desk) here(line string) string {
	if d.stage == "" {
		return line
	}
	return strings.ReplaceAll(line, "cssa ", "cssa --stage "+d.stage+" ")
}

// pad fills s with spaces to a width in terminal columns, counting East Asian wide characters twice.
func pad(s string, width int) string {
	return runewidth.FillRight(runewidth.Truncate(s, width, "…"), width)
}

// bar draws a share in tenths of a percent as width columns.
func bar(tenths, width int) string {
	n := min((tenths*width+500)/1000, width)
	return strings.Repeat("#", n) + strings.Repeat(".", width-n)
}

// A phase is one step of a longer job: a bar while a person watches, one line when it is done.
type phase struct {
	d       *desk
	name    string
	total   int
	started time.Time
	mu      sync.Mutex
	bar     *progressbar.ProgressBar
	done    int
}

// phase starts a step with total items; 0 if that is not known.
func (d *desk) phase(name string, total int) *phase {
	return &phase{d: d, name: name, total: total, started: d.now()}
}

// set tells how many items are done. The bar appears once the step has lasted a second.
func (p *phase) set(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = done, total
	if !p.d.watched || p.d.json {
		return
	}
	if p.bar == nil {
		if p.d.now().Sub(p.started) < time.Second {
			return
		}
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.d.err),
			progressbar.OptionSetDescription("  "+pad(p.name, 26)),
			progressbar.OptionSetTheme(progressbar.Theme{Saucer: "#", SaucerPadding: "-", BarStart: "[", BarEnd: "]"}),
			progressbar.OptionSetWidth(30), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
		)
	}
	_ = p.bar.Set(done) // a bar that cannot be drawn is no reason to stop
}

func (p *phase) add() {
	p.mu.Lock()
	done, total := p.done+1, p.total
	p.mu.Unlock()
	p.set(done, total)
}

// end clears the bar and prints the step's line, with a note if there is one.
func (p *phase) end(note string, a ...any) time.Duration {
	took := p.d.now().Sub(p.started)
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	count := ""
	if p.total > 0 {
		count = fmt.Sprintf("%d/%d", p.done, p.total)
	}
	p.d.say("  %s %9s  %6.1f s   %s", pad(p.name, 26), count, took.Seconds(), fmt.Sprintf(note, a...))
	return took
}
