package synthesise

import (
	"maps"
	"slices"
	"testing"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

func follow(t testing.TB, last, o Options) *Round {
	t.Helper()
	r, err := Follow(plan(t, last), following(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func following(t testing.TB) *checklist.Edition {
	t.Helper()
	ed, err := library.Edition(t.Context(), "2024-securities")
	if err != nil {
		t.Fatal(err)
	}
	return ed
}

func ids(firms []register.Firm) map[checklist.FirmID]bool {
	out := map[checklist.FirmID]bool{}
	for _, f := range firms {
		out[f.ID] = true
	}
	return out
}

func TestAYearOnSomeFirmsLeftSomeCameAndSomeMerged(t *testing.T) {
	last := plan(t, Options{Seed: 7, Firms: 272, Stories: 30})
	r, err := Follow(last, following(t), Options{Seed: 7, Stories: 30})
	if err != nil {
		t.Fatal(err)
	}
	if problems := r.Register.Check(); len(problems) > 0 {
		t.Fatalf("the register has problems: %+v", problems)
	}
	before, now := last.Register.At(last.Edition.ReferenceDate), r.Register.At(r.Edition.ReferenceDate)
	was, is := ids(before), ids(now)
	var left, came, merged, thirds, renumbered int
	for id := range was {
		if is[id] {
			continue
		}
		left++
		for _, f := range r.Register.Firms {
			if f.ID == id && f.Successor != "" {
				merged++
			}
		}
	}
	for id := range is {
		if !was[id] {
			came++
			switch len(r.Register.Predecessors(id, r.Edition.ReferenceDate)) {
			case 1:
				renumbered++
			case 2:
				thirds++
			}
		}
	}
	// Two became a third, one was taken over in each of the two registers, one has another id.
	if left < 8 || came < 8 || merged != 5 || thirds != 1 || renumbered != 1 || len(now) != r.Options.Firms {
		t.Errorf("%d left, %d of them into others; %d came, %d from two firms and %d from one; %d firms", left, merged, came, thirds, renumbered, len(now))
	}
	// What the register said last time it says still, up to the reference date of that time.
	if then := ids(r.Register.At(last.Edition.ReferenceDate)); !maps.Equal(then, was) {
		t.Error("last year's population changed")
	}
}

func TestAnswersMoveFromLastTimes(t *testing.T) {
	last := plan(t, Options{Seed: 7, Firms: 272, Stories: 30})
	r, err := Follow(last, following(t), Options{Seed: 7, Stories: 30})
	if err != nil {
		t.Fatal(err)
	}
	same, carried, better, worse := 0, 0, 0, 0
	policy := ref("policy")
	q, _ := r.Edition.Question("policy")
	for id, a := range r.Final {
		p, ok := r.Prefill(id)
		if !ok {
			continue
		}
		for place, before := range p.Carried {
			carried++
			if a[place] == before {
				same++
			}
		}
		from, _ := q.Choice("", p.Previous[policy].Choice)
		to, _ := q.Choice("", a[policy].Choice)
		switch {
		case from.Rank == 0 || to.Rank == 0 || from.Rank == to.Rank:
		case to.Rank < from.Rank:
			better++
		default:
			worse++
		}
	}
	if share := 100 * same / carried; share < 70 || share > 92 || better <= worse || worse == 0 {
		t.Errorf("%d%% of %d answers stayed; policies: %d better, %d worse", share, carried, better, worse)
	}
	jumps := 0
	for _, u := range r.Uploads {
		if slices.Contains(u.Expect.Codes, checklist.CodeJump) {
			jumps++
		}
	}
	if jumps == 0 || jumps > len(r.Uploads)/4 {
		t.Errorf("%d of %d uploads have a jump", jumps, len(r.Uploads))
	}
}

// Every file that a panel sends reads as planned: prefilled where the firm has answers to go on from.
func TestEveryWorkbookOfAPanelReadsAsPlanned(t *testing.T) {
	r := follow(t, Options{Seed: 3, Firms: 100, Stories: 30}, Options{Seed: 3, Stories: 40})
	plain, prefilled, blank := 0, 0, 0
	for i := range r.Uploads {
		u := &r.Uploads[i]
		if plain >= 20 && u.Story == Plain && !slices.Contains(u.Expect.Codes, checklist.CodeJump) {
			continue
		}
		if u.Story == Plain {
			plain++
		}
		if _, ok := r.Prefill(u.Firm); ok {
			prefilled++
		} else {
			blank++
		}
		got, codes := received(r, u, written(t, r, u))
		if u.Story == AfterClosing { // only the door can tell; the file itself is in order
			continue
		}
		if !slices.Equal(codes, u.Expect.Codes) {
			t.Errorf("%s of story %s has faults %v, want %v: %+v", u.File, u.Story, codes, u.Expect.Codes, got.Faults)
		}
		if u.Expect.Status == checklist.Accepted && (!maps.Equal(got.Answers, u.Answers) || got.Cover != u.Cover) {
			t.Errorf("%s of story %s reads back to other answers", u.File, u.Story)
		}
	}
	if prefilled == 0 || blank == 0 {
		t.Errorf("%d prefilled, %d blank", prefilled, blank)
	}
}

func TestTheSameSeedFollowsTheSame(t *testing.T) {
	a, b := follow(t, Options{Seed: 1, Firms: 40, Stories: 30}, Options{Seed: 2, Stories: 30}), follow(t, Options{Seed: 1, Firms: 40, Stories: 30}, Options{Seed: 2, Stories: 30})
	if !slices.EqualFunc(a.Uploads, b.Uploads, func(x, y Upload) bool {
		return x.File == y.File && x.At.Equal(y.At) && maps.Equal(x.Answers, y.Answers)
	}) {
		t.Error("two plans of one seed differ")
	}
	if !slices.Equal(a.Register.Firms, b.Register.Firms) {
		t.Error("two registers of one seed differ")
	}
}

func TestARoundIsPlannedAgainFromItsManifest(t *testing.T) {
	r := plan(t, Options{Seed: 9, Firms: 40, Stories: 30})
	m := r.manifest()
	again, err := m.Round(r.Edition)
	if err != nil || len(again.Final) == 0 || !maps.EqualFunc(again.Final, r.Final, maps.Equal[checklist.Answers, checklist.Answers]) {
		t.Errorf("another round, %v", err)
	}
	if _, err := m.Round(following(t)); err == nil {
		t.Error("planned for another edition")
	}
	next, err := Follow(r, following(t), Options{Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	if m = next.manifest(); m.Follows != r.Edition.ID {
		t.Errorf("follows %q", m.Follows)
	}
	if _, err := m.Round(next.Edition); err == nil {
		t.Error("a panel is planned as a first round")
	}
}

func TestWhatCannotFollow(t *testing.T) {
	last := plan(t, Options{Seed: 1, Firms: 40})
	for name, c := range map[string]struct {
		ed *checklist.Edition
		o  Options
	}{
		"an edition that follows none":   {edition(t), Options{Seed: 1}},
		"another number of firms":        {following(t), Options{Seed: 1, Firms: 50}},
		"stories for more than everyone": {following(t), Options{Seed: 1, Stories: 101}},
	} {
		if _, err := Follow(last, c.ed, c.o); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
