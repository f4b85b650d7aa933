//go:build conformance

package rehearsal

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/infra/laptop"
)

// TestTheRehearsal plays a round of 40 firms on the functions and settings of the template, and the same files on the
// laptop: every table is the same, row by row, and the same letters went out. Nothing was refused, nothing is dead.
func TestTheRehearsal(t *testing.T) {
	rehearses(t, "a round of 40 firms, and the same files on the laptop")
	r := plan(t)
	stories := map[synthesise.Story]int{}
	for _, u := range r.Uploads {
		stories[u.Story]++
	}
	t.Logf("stories: %v", stories)
	started := time.Now()
	w := deployed(t, nil)
	c := newCloud(t, w)
	play(t, c, r)
	got, gotLetters := c.published(t), c.letters(t)
	took := time.Since(started)
	report(t, w)
	check(t, w.Close())

	started = time.Now()
	l, err := laptop.Open(t.Context(), laptop.Config{Dir: t.TempDir(), Now: time.Now})
	check(t, err)
	defer l.Close()
	d := &desktop{l}
	play(t, d, r)
	tell(t, "round: 40 firms, %d uploads, %d stories; %.0f s here, %.0f s on the laptop", len(r.Uploads), len(stories), took.Seconds(), time.Since(started).Seconds())
	want, wantLetters := d.published(t), d.letters(t)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		n := reflect.ValueOf(want[name]).Len()
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s: %d rows, not the laptop's %d\n%s", name, reflect.ValueOf(got[name]).Len(), n, firstDifference(got[name], want[name]))
			continue
		}
		tell(t, "numbers: %-18s %5d rows, identical with the laptop's", name, n)
	}
	if g, n := withoutRun(gotLetters), withoutRun(wantLetters); !slices.Equal(g, n) {
		t.Errorf("letters: %d, the laptop's %d\nonly here: %v\nonly there: %v", len(g), len(n), minus(g, n), minus(n, g))
	} else {
		tell(t, "letters: %d, the laptop's", len(g))
	}
}

// report says what was measured, and fails on anything that went wrong on the way.
func report(t *testing.T, w *World) {
	t.Helper()
	for _, name := range names {
		m, f := w.Measures(name), w.Functions[name]
		measured(name, func(s *startOf) { s.ready, s.first, s.peak, s.memory = m.Ready, m.First, m.PeakMB, f.MemoryMB })
		t.Logf("%-10s ready %4d ms, first answer %5d ms, peak %6.1f of %d MB", name, m.Ready.Milliseconds(), m.First.Milliseconds(), m.PeakMB, f.MemoryMB)
		if m.PeakMB > float64(f.MemoryMB) {
			t.Errorf("%s needs more memory than the template gives it", name)
		}
		if log := w.Log(name); strings.Contains(log, "X-Amz-Signature") || strings.Contains(log, "@") {
			t.Errorf("%s logs a presigned URL or an address", name)
		}
	}
	t.Logf("rights used:\n%s", strings.Join(w.Used(), "\n"))
	nothingWrong(t, w)
}

// nothingWrong fails on a request that was refused, an event that nobody took, and a dead letter.
func nothingWrong(t *testing.T, w *World) {
	t.Helper()
	for what, lines := range map[string][]string{"refused": w.Refused(), "notes": w.Notes()} {
		if len(lines) > 0 {
			t.Errorf("%s:\n%s", what, strings.Join(lines, "\n"))
		}
	}
	if dead := w.Dead(); len(dead) > 0 {
		t.Errorf("dead letters: %v", dead)
	}
}
