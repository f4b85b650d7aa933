package aggregate_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cssa/functions/aggregate"
	"cssa/shared/archive"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/table"
)

// A kept lake is the real one, with all that a run wrote.
type kept struct {
	lake.Store
	files map[string][]byte
}

func (k *kept) Put(ctx context.Context, key string, body []byte) (archive.Object, error) {
	k.files[key] = body
	return k.Store.Put(ctx, key, body)
}

func (k *kept) Replace(ctx context.Context, key string, body []byte) (archive.Object, error) {
	k.files[key] = body
	return k.Store.Replace(ctx, key, body)
}

// night makes a run at a time of its own, and returns its files without the run's name in their keys, and what it read.
func (r *room) night(t *testing.T, id checklist.EditionID, due time.Time) (map[string][]byte, aggregate.Reading) {
	t.Helper()
	store, read := &kept{r.lake, map[string][]byte{}}, aggregate.Reading{}
	step := *r.Step
	step.Lake, step.Told = store, func(_ context.Context, got aggregate.Reading) { read = got }
	run, err := step.Night(context.Background(), id, due)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for key, body := range store.files {
		files[strings.ReplaceAll(key, run.ID, "RUN")] = body
	}
	return files, read
}

func program(sum string) func() (string, error) {
	return func() (string, error) { return sum, nil }
}

// comparable says whether a file is the same whichever run writes it: others say its name, or when it was.
func comparable(key string) bool {
	return !strings.HasPrefix(key, "snapshots/") && !strings.HasPrefix(key, "current_run/") && !strings.HasPrefix(key, "runs/")
}

func (r *room) sameNight(t *testing.T, what string, id checklist.EditionID, due time.Time) aggregate.Reading {
	t.Helper()
	quick, read := r.night(t, id, due)
	own := r.Program
	r.Program = nil
	full, all := r.night(t, id, due.Add(time.Minute))
	r.Program = own
	if all.Reused != 0 {
		t.Fatalf("%s: a full read took %d firms from a snapshot", what, all.Reused)
	}
	n := 0
	for key, want := range full {
		if !comparable(key) {
			continue
		}
		n++
		if !bytes.Equal(quick[key], want) {
			t.Errorf("%s: %s is not what a full read writes", what, key)
		}
	}
	if n < 13 {
		t.Fatalf("%s: only %d files compared", what, n)
	}
	// The run that is current now has no snapshot: the quick one is made current again.
	if _, err := r.lake.Replace(context.Background(), lake.CurrentKey(id), quick[lake.CurrentKey(id)]); err != nil {
		t.Fatal(err)
	}
	return read
}

// However firms submit, correct, are returned and withdraw between the nights, a night from the snapshot of the one before
// writes what a full read writes, byte for byte.
func TestANightFromASnapshotWritesWhatAFullReadWrites(t *testing.T) {
	type move struct {
		firm   int
		answer checklist.ChoiceID // "" withdraws, "returned" is returned
	}
	nights := rapid.Custom(func(t *rapid.T) [][]move {
		var out [][]move
		for range rapid.IntRange(2, 4).Draw(t, "nights") {
			var moves []move
			for range rapid.IntRange(0, 6).Draw(t, "moves") {
				moves = append(moves, move{rapid.IntRange(1, 10).Draw(t, "firm"), rapid.SampledFrom([]checklist.ChoiceID{"published", "internal", "planned", "none", "", "returned"}).Draw(t, "answer")})
			}
			out = append(out, moves)
		}
		return out
	})
	reused, read := 0, 0
	for seed := range 6 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := newRoom(t)
			r.Program = program("this")
			version := map[int]int{}
			due := r.now.Truncate(time.Second)
			for n, moves := range nights.Example(seed) {
				for _, m := range moves {
					version[m.firm]++
					if m.answer == "returned" {
						must(t, ledger.Record(t.Context(), r.ledger, checklist.Submission{Edition: edition, Firm: firm(m.firm), Ticket: checklist.TicketNumber(version[m.firm]),
							Status: checklist.Returned, ReceivedAt: r.now, Channel: checklist.Upload, Definition: r.ed.Checksum}))
					} else {
						r.record(t, m.firm, version[m.firm], m.answer)
					}
				}
				r.now, due = r.now.Add(time.Hour), due.AddDate(0, 0, 1)
				got := r.sameNight(t, fmt.Sprint("night ", n), edition, due)
				if (n == 0) != (got.Why == "there is no run yet") {
					t.Errorf("night %d: %+v", n, got)
				}
				reused, read = reused+got.Reused, read+got.Read
			}
		})
	}
	if reused < 10 || read < 10 {
		t.Errorf("%d firms were reused, %d read", reused, read)
	}
}

// The comparison with the edition before is kept as well.
func TestANightComparesFromASnapshot(t *testing.T) {
	r := newRoom(t)
	r.Program = program("this")
	for i, policy := range map[int]checklist.ChoiceID{1: "internal", 2: "none", 3: "published", 4: "published", 5: "none"} {
		r.record(t, i, 1, policy)
	}
	r.now = r.ed.Closing.UTC()
	if _, err := r.Freeze(t.Context(), edition); err != nil {
		t.Fatal(err)
	}
	next := r.aYearOn(t)
	due := r.now.Truncate(time.Second)
	if got := r.sameNight(t, "the first", next.ID, due); got.Reused != 0 {
		t.Errorf("the first night: %+v", got)
	}
	if got := r.sameNight(t, "the second", next.ID, due.AddDate(0, 0, 1)); got.Reused != 4 || got.Read != 0 || got.Why != "" {
		t.Errorf("the second night: %+v", got)
	}
}

// What is not to be relied on is not: all is read from the ledger.
func TestASnapshotThatIsOfNoUse(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(r *room, run string)
		why   string
	}{
		"as it should be": {func(*room, string) {}, ""},
		"it is gone": {func(r *room, run string) {
			r.current(t, "20000101T000000Z-nightly")
		}, "has no snapshot"},
		"damaged": {func(r *room, run string) {
			key := lake.SnapshotKey(edition, run)
			b, _, err := r.lake.Get(t.Context(), key, "", 1<<20)
			must(t, err)
			b[len(b)/2]++
			_, err = r.lake.Replace(t.Context(), key, b)
			must(t, err)
		}, "not a whole snapshot"},
		"another run's": {func(r *room, run string) {
			b, _, err := r.lake.Get(t.Context(), lake.SnapshotKey(edition, run), "", 1<<20)
			must(t, err)
			_, err = r.lake.Replace(t.Context(), lake.SnapshotKey(edition, "20000101T000000Z-nightly"), b)
			must(t, err)
			r.current(t, "20000101T000000Z-nightly")
		}, "another program, definition, deadline or comparison"},
		"another program": {func(r *room, _ string) { r.Program = program("that") }, "another program, definition, deadline or comparison"},
		"another deadline": {func(r *room, _ string) {
			round, err := r.ledger.Round(t.Context(), edition)
			must(t, err)
			round.Deadline = round.Deadline.Add(-time.Hour)
			must(t, r.ledger.AdvanceRound(t.Context(), round))
		}, "another program, definition, deadline or comparison"},
		"other counts": {func(r *room, run string) {
			snap, err := lake.ReadSnapshot(r.file(t, lake.SnapshotKey(edition, run)))
			must(t, err)
			w, head := lake.NewSnapshotWriter(), snap.Head
			n := 0
			for f, err := range snap.Firms() {
				must(t, err)
				if n++; n > 1 {
					must(t, w.Firm(f))
				}
			}
			head.Replied--
			b, err := w.Bytes(head)
			must(t, err)
			_, err = r.lake.Replace(t.Context(), lake.SnapshotKey(edition, run), b)
			must(t, err)
		}, "does not say what the ledger says"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t)
			r.Program = program("this")
			for i := 1; i <= 4; i++ {
				r.record(t, i, 1, "published")
			}
			due := r.now.Truncate(time.Second)
			r.night(t, edition, due)
			run, err := lake.Current(t.Context(), r.lake, edition)
			must(t, err)
			r.record(t, 4, 2, "none")
			c.spoil(r, run)
			_, got := r.night(t, edition, due.AddDate(0, 0, 1))
			want := aggregate.Reading{Reused: 3, Read: 1}
			if c.why != "" {
				want = aggregate.Reading{Read: 4, Why: got.Why}
			}
			if got != want || !strings.Contains(got.Why, c.why) {
				t.Errorf("%+v, want %+v, %q", got, want, c.why)
			}
			if counts := r.policy(t)[table.All]; counts != [5]int{3, 0, 0, 1, 0} {
				t.Errorf("counted %v", counts)
			}
		})
	}
}

func (r *room) current(t *testing.T, run string) {
	t.Helper()
	must(t, lake.MakeCurrent(context.Background(), r.lake, edition, run))
}

func (r *room) file(t *testing.T, key string) []byte {
	t.Helper()
	b, _, err := r.lake.Get(context.Background(), key, "", 1<<24)
	must(t, err)
	return b
}

// A spoiler changes the answers on their way into the store.
type spoiler struct{ lake.Store }

func (s spoiler) Replace(ctx context.Context, key string, body []byte) (archive.Object, error) {
	if strings.HasPrefix(key, "answers/") {
		rows, err := lake.Decode[lake.AnswerRow](body)
		if err != nil {
			return archive.Object{}, err
		}
		for i := range rows {
			if rows[i].Question == "policy" && rows[i].Choice == "published" {
				rows[i].Choice = "none"
				break
			}
		}
		if body, err = lake.Encode(rows); err != nil {
			return archive.Object{}, err
		}
	}
	return s.Store.Replace(ctx, key, body)
}

// A freeze counts what stands in its files, and is not done if that is not what was counted.
func TestAFreezeCountsWhatItWrote(t *testing.T) {
	r := newRoom(t)
	for i := 1; i <= 4; i++ {
		r.record(t, i, 1, "published")
	}
	r.now = r.ed.Closing.UTC()
	good := r.Lake
	r.Lake = spoiler{r.lake}
	if run, err := r.Freeze(t.Context(), edition); err == nil || !strings.Contains(err.Error(), "do not count up") || run.State != ledger.Failed {
		t.Errorf("%s, %v", run.State, err)
	}
	r.Lake, r.now = good, r.now.Add(time.Hour)
	if run, err := r.Freeze(t.Context(), edition); err != nil || run.State != ledger.Done {
		t.Errorf("%s, %v", run.State, err)
	}
}
