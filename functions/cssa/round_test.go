package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/infra/laptop"
	"cssa/shared/questionnaire"
)

// played is what a round comes to.
type played struct {
	summary summary
	files   map[string]string
	book    []string
}

// playRound plays the round of o in dir.
func playRound(t *testing.T, dir string, o synthesise.Options, cfg laptop.Config) played {
	t.Helper()
	ctx := t.Context()
	d := testDesk(t, dir)
	ed, err := questionnaire.NewLibrary(d.editionSources()...).Edition(ctx, d.editionID())
	if err != nil {
		t.Fatal(err)
	}
	r, err := synthesise.Plan(ed, o)
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{}
	c.set(time.Now())
	cfg.Dir, cfg.Now = dir, c.now
	l, err := laptop.Open(context.WithoutCancel(ctx), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	p := newPlayer(d, l, r, c)
	if err := p.play(ctx); err != nil {
		t.Fatal(err)
	}
	s, err := p.summary(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return played{s, yield(t, dir), book(t, l)}
}

// A whole round is played, then again where every message comes twice and out of order, then again where it was played
// already. All three come to the same, to the byte.
func TestRound(t *testing.T) {
	o := synthesise.Options{Seed: 5, Firms: 40, Stories: 50} // twenty stories: each of them once
	dir := filepath.Join(t.TempDir(), "once")
	once := playRound(t, dir, o, laptop.Config{})

	s := once.summary
	for _, line := range s.Surprises {
		t.Errorf("other than planned: %s", line)
	}
	n := s.Round
	if n.DeadLetters != 0 || n.Refused != 0 || n.Uploads != s.Planned || s.failures() != 0 {
		t.Errorf("%+v", s)
	}
	if n.Accepted+n.InReturn+n.Withdrawn+n.Missing != o.Firms {
		t.Errorf("the firms do not add up: %+v", n)
	}
	// One letter for every upload and withdrawal, an invitation for every firm, feedback for every firm that counts.
	for kind, want := range map[string]int{
		"invitation": o.Firms, "returned": n.Returns, "accepted": n.Uploads - n.Returns, "withdrawn": n.Withdrawals, "feedback": n.Accepted,
	} {
		if s.Letters[kind] != want {
			t.Errorf("%d letters of kind %s, want %d", s.Letters[kind], kind, want)
		}
	}
	if s.Letters["reminder"] == 0 || n.Late == 0 || n.Returns == 0 || n.Withdrawals == 0 || n.Corrected == 0 || n.Missing == 0 {
		t.Errorf("too little happened in this round to mean anything: %+v, %d reminders", n, s.Letters["reminder"])
	}
	letters, reports := 0, 0
	for path := range once.files {
		switch {
		case strings.HasPrefix(path, "outbox/"):
			letters++
		case strings.HasPrefix(path, "s3/buckets/archive/reports/"):
			reports++
		case strings.HasPrefix(path, "s3/buckets/inbox/"):
			t.Errorf("%s was left behind", path)
		}
	}
	if letters != n.Sent || reports != n.Accepted {
		t.Errorf("%d letters lie in the outbox, %d were sent; %d reports for %d firms", letters, n.Sent, reports, n.Accepted)
	}

	started := time.Now()
	twice := playRound(t, filepath.Join(t.TempDir(), "twice"), o, laptop.Config{Twice: true, Shuffle: 7})
	t.Logf("twice and shuffled in %s", time.Since(started))
	sameYield(t, "twice and shuffled", twice.files, once.files)
	sameBook(t, "twice and shuffled", twice.book, once.book)

	started = time.Now()
	again := playRound(t, dir, o, laptop.Config{})
	t.Logf("again in %s", time.Since(started))
	sameYield(t, "played again", again.files, once.files)
	sameBook(t, "played again", again.book, once.book)
}
