package ledgertest

import (
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

func round() ledger.Round {
	return ledger.Round{Edition: edition, State: ledger.Open, Checksum: "c1", OpenedAt: noon,
		Deadline: noon.AddDate(0, 1, 0), Closing: noon.AddDate(0, 2, 0)}
}

func run(id string, at time.Time) ledger.Run {
	return ledger.Run{ID: id, Edition: edition, Kind: ledger.Nightly, State: ledger.Running, StartedAt: at, LeaseUntil: at.Add(time.Hour)}
}

func finished(r ledger.Run) ledger.Run {
	r.State, r.FinishedAt, r.Population, r.Replied, r.Answers = ledger.Done, r.StartedAt.Add(time.Minute), 272, 250, 60000
	return r
}

var roundBehaviours = map[string]func(*testing.T, Ledger){
	"a round opens once, moves forward, and its times can be moved": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		r := round()
		want(t, l.AdvanceRound(ctx, r), ledger.ErrNotFound)
		notOpen := r
		notOpen.State = ledger.Closed
		want(t, l.OpenRound(ctx, notOpen), ledger.ErrConflict)
		must(t, l.OpenRound(ctx, r))
		must(t, l.OpenRound(ctx, r))
		changed := r
		changed.Checksum = "c2"
		want(t, l.OpenRound(ctx, changed), ledger.ErrConflict)
		want(t, l.AdvanceRound(ctx, changed), ledger.ErrConflict)
		step := func(change func(*ledger.Round)) error {
			next, err := l.Round(ctx, edition)
			must(t, err)
			change(&next)
			err = l.AdvanceRound(ctx, next)
			if err == nil {
				must(t, l.AdvanceRound(ctx, next)) // twice is as good as once
				got, err := l.Round(ctx, edition)
				must(t, err)
				same(t, "round", got, next)
			}
			return err
		}
		must(t, step(func(r *ledger.Round) { r.Deadline, r.Closing = r.Deadline.AddDate(0, 0, 7), r.Closing.AddDate(0, 0, 7) }))
		want(t, step(func(r *ledger.Round) { r.OpenedAt = r.OpenedAt.Add(time.Hour) }), ledger.ErrConflict)
		must(t, step(func(r *ledger.Round) { r.State, r.ClosedAt = ledger.Closed, r.Closing }))
		want(t, l.OpenRound(ctx, r), ledger.ErrConflict)
		want(t, step(func(r *ledger.Round) { r.State = ledger.Open }), ledger.ErrConflict)
		want(t, step(func(r *ledger.Round) { r.ClosedAt = r.ClosedAt.Add(time.Hour) }), ledger.ErrConflict)
		want(t, step(func(r *ledger.Round) { r.State = "thawed" }), ledger.ErrConflict)
		must(t, step(func(r *ledger.Round) {
			r.State, r.FrozenAt, r.FrozenRun = ledger.Frozen, r.Closing.Add(time.Hour), "r9"
		}))
		want(t, step(func(r *ledger.Round) { r.State = ledger.Closed }), ledger.ErrConflict)
		want(t, step(func(r *ledger.Round) { r.Deadline = r.Deadline.Add(time.Hour) }), ledger.ErrConflict)
		want(t, step(func(r *ledger.Round) { r.FrozenRun = "r10" }), ledger.ErrConflict)
		first := round()
		first.Edition = "2022-securities"
		must(t, l.OpenRound(ctx, first))
		rounds, err := l.Rounds(ctx)
		must(t, err)
		if len(rounds) != 2 || rounds[0].Edition != "2022-securities" || rounds[1].FrozenRun != "r9" {
			t.Fatalf("rounds: %+v", rounds)
		}
	},
	"every field of a round, a run and a release comes back": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		r := full[ledger.Round](t)
		r.State = ledger.Open
		must(t, l.OpenRound(ctx, r))
		got, err := l.Round(ctx, r.Edition)
		must(t, err)
		same(t, "round", got, r)
		a := full[ledger.Run](t)
		a.State = ledger.Running
		must(t, l.StartRun(ctx, a))
		gotA, err := l.Run(ctx, a.Edition, a.ID)
		must(t, err)
		same(t, "run", gotA, a)
		rel := full[ledger.Release](t)
		proposal := rel
		proposal.ApprovedBy, proposal.ApprovedAt = "", time.Time{}
		must(t, l.ProposeRelease(ctx, proposal))
		must(t, l.ApproveRelease(ctx, rel.Edition, rel.Run, rel.ApprovedBy, rel.ApprovedAt))
		gotR, err := l.Release(ctx, rel.Edition, rel.Run)
		must(t, err)
		same(t, "release", gotR, rel)
	},
	"one run of an edition at a time, until its lease lapses": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		a := run("r1", noon)
		must(t, l.StartRun(ctx, a))
		must(t, l.StartRun(ctx, a)) // the answer was lost, say
		b := run("r2", noon.Add(59*time.Minute))
		want(t, l.StartRun(ctx, b), ledger.ErrHeld)
		elsewhere := b
		elsewhere.Edition = other
		must(t, l.StartRun(ctx, elsewhere))
		b = run("r2", noon.Add(time.Hour)) // the lease's end is no longer held
		must(t, l.StartRun(ctx, b))
		want(t, l.FinishRun(ctx, finished(a)), ledger.ErrHeld)
		got, err := l.Run(ctx, edition, "r1")
		must(t, err)
		if got.State != ledger.Failed || got.Why == "" || !got.FinishedAt.IsZero() {
			t.Fatalf("the lapsed run: %+v", got)
		}
		must(t, l.FinishRun(ctx, finished(b)))
		must(t, l.FinishRun(ctx, finished(b)))
		changed := finished(b)
		changed.Replied++
		want(t, l.FinishRun(ctx, changed), ledger.ErrConflict)
		want(t, l.StartRun(ctx, b), ledger.ErrConflict)
		want(t, l.FinishRun(ctx, finished(run("r9", noon))), ledger.ErrNotFound)
		c := run("r0", noon.Add(2*time.Hour))
		must(t, l.StartRun(ctx, c))
		again := run("r0", noon.Add(4*time.Hour)) // lapsed, and started again under its own id
		must(t, l.StartRun(ctx, again))
		want(t, l.FinishRun(ctx, finished(c)), ledger.ErrHeld)
		failed := again
		failed.State, failed.FinishedAt, failed.Why = ledger.Failed, again.StartedAt.Add(time.Second), "no space"
		must(t, l.FinishRun(ctx, failed))
		runs, err := l.Runs(ctx, edition)
		must(t, err)
		same(t, "runs", runs, []ledger.Run{failed, got, finished(b)})
	},
	"a lapsed lease that nobody took over still finishes": func(t *testing.T, l Ledger) {
		a := run("r1", noon)
		must(t, l.StartRun(t.Context(), a))
		late := finished(a)
		late.FinishedAt = noon.Add(9 * time.Hour)
		must(t, l.FinishRun(t.Context(), late))
	},
	"a run that is at work renews its lease, one that was taken over cannot": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		a := run("r1", noon)
		want(t, l.RenewRun(ctx, a, noon.Add(2*time.Hour)), ledger.ErrNotFound)
		must(t, l.StartRun(ctx, a))
		must(t, l.RenewRun(ctx, a, noon.Add(2*time.Hour)))
		must(t, l.RenewRun(ctx, a, noon.Add(90*time.Minute))) // an older call that comes late shortens nothing
		got, err := l.Run(ctx, edition, "r1")
		must(t, err)
		a.LeaseUntil = noon.Add(2 * time.Hour)
		same(t, "renewed", got, a)
		want(t, l.StartRun(ctx, run("r2", noon.Add(119*time.Minute))), ledger.ErrHeld)
		want(t, l.RenewRun(ctx, run("r9", noon), noon.Add(2*time.Hour)), ledger.ErrNotFound)
		must(t, l.RenewRun(ctx, a, noon.Add(3*time.Hour)))
		again := run("r1", noon.Add(3*time.Hour)) // the same run, taken over by a repeat of itself
		must(t, l.StartRun(ctx, again))
		want(t, l.RenewRun(ctx, a, noon.Add(9*time.Hour)), ledger.ErrHeld)
		must(t, l.RenewRun(ctx, again, noon.Add(5*time.Hour)))
		must(t, l.FinishRun(ctx, finished(again)))
		want(t, l.RenewRun(ctx, again, noon.Add(9*time.Hour)), ledger.ErrHeld)
	},
	"a release needs two people": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		want(t, l.ApproveRelease(ctx, edition, "r1", "yamada", noon), ledger.ErrNotFound)
		p := ledger.Release{Edition: edition, Run: "r1", ProposedBy: "suzuki", ProposedAt: noon}
		must(t, l.ProposeRelease(ctx, p))
		again := p
		again.ProposedAt = noon.Add(time.Hour)
		must(t, l.ProposeRelease(ctx, again))
		rival := p
		rival.ProposedBy = "tanaka"
		want(t, l.ProposeRelease(ctx, rival), ledger.ErrConflict)
		approved := p
		approved.Run, approved.ApprovedBy = "r2", "suzuki"
		if err := l.ProposeRelease(ctx, approved); err == nil {
			t.Fatal("a proposal came approved")
		}
		want(t, l.ApproveRelease(ctx, edition, "r1", "suzuki", noon), ledger.ErrConflict)
		got, err := l.Release(ctx, edition, "r1")
		must(t, err)
		same(t, "proposed", got, p)
		must(t, l.ApproveRelease(ctx, edition, "r1", "yamada", noon.Add(time.Hour)))
		must(t, l.ApproveRelease(ctx, edition, "r1", "yamada", noon.Add(2*time.Hour)))
		want(t, l.ApproveRelease(ctx, edition, "r1", "tanaka", noon), ledger.ErrConflict)
		must(t, l.ProposeRelease(ctx, p)) // a late repeat undoes nothing
		p.ApprovedBy, p.ApprovedAt = "yamada", noon.Add(time.Hour)
		early := ledger.Release{Edition: edition, Run: "r0", ProposedBy: "suzuki", ProposedAt: noon}
		must(t, l.ProposeRelease(ctx, early))
		all, err := l.Releases(ctx, edition)
		must(t, err)
		same(t, "releases", all, []ledger.Release{early, p})
	},
}

func letter(owner string, lease time.Time) ledger.Letter {
	return ledger.Letter{Key: ledger.LetterKey{Edition: edition, Firm: "S-0001", Kind: "accepted", Subject: "1"}, Owner: owner, LeaseUntil: lease}
}

func settled(l ledger.Letter) ledger.Letter {
	l.State, l.SentAt = ledger.Sent, noon.Add(time.Second)
	return l
}

var letterBehaviours = map[string]func(*testing.T, Ledger){
	"every field of a letter comes back": func(t *testing.T, l Ledger) {
		a := full[ledger.Letter](t)
		a.State = ledger.Refused
		claimed, err := l.ClaimLetter(t.Context(), a, noon)
		must(t, err)
		same(t, "claimed", claimed, ledger.Letter{Key: a.Key, State: ledger.Claimed, Owner: a.Owner, LeaseUntil: a.LeaseUntil})
		must(t, l.SettleLetter(t.Context(), a))
		got, err := l.Letters(t.Context(), a.Key.Edition)
		must(t, err)
		same(t, "letters", got, []ledger.Letter{a})
	},
	"a letter is leased to one owner until the lease lapses": func(t *testing.T, l Ledger) {
		ctx := t.Context()
		want(t, l.SettleLetter(ctx, settled(letter("a", noon))), ledger.ErrNotFound)
		a := letter("a", noon.Add(time.Minute))
		_, err := l.ClaimLetter(ctx, a, noon)
		must(t, err)
		b := letter("b", noon.Add(3*time.Minute))
		_, err = l.ClaimLetter(ctx, b, noon.Add(59*time.Second))
		want(t, err, ledger.ErrHeld)
		longer := letter("a", noon.Add(2*time.Minute))
		got, err := l.ClaimLetter(ctx, longer, noon)
		must(t, err)
		same(t, "lease", got.LeaseUntil, longer.LeaseUntil)
		got, err = l.ClaimLetter(ctx, a, noon) // a late repeat shortens nothing
		must(t, err)
		same(t, "lease", got.LeaseUntil, longer.LeaseUntil)
		got, err = l.ClaimLetter(ctx, b, noon.Add(2*time.Minute))
		must(t, err)
		same(t, "owner", got.Owner, "b")
		want(t, l.SettleLetter(ctx, settled(a)), ledger.ErrHeld)
		must(t, l.SettleLetter(ctx, settled(b)))
		must(t, l.SettleLetter(ctx, settled(b)))
		want(t, l.SettleLetter(ctx, settled(a)), ledger.ErrHeld)
		refused := settled(b)
		refused.State = ledger.Refused
		want(t, l.SettleLetter(ctx, refused), ledger.ErrConflict)
		got, err = l.ClaimLetter(ctx, letter("c", noon.AddDate(1, 0, 0)), noon.AddDate(0, 6, 0))
		must(t, err)
		same(t, "a sent letter", got, settled(b))
	},
	"letters come by firm, the office's first": func(t *testing.T, l Ledger) {
		keys := []ledger.LetterKey{
			{Edition: edition, Kind: "stray", Subject: "x#y/z"},
			{Edition: edition, Firm: "S-0001", Kind: "accepted", Subject: "1"},
			{Edition: edition, Firm: "S-0001", Kind: "returned", Subject: "2"},
			{Edition: edition, Firm: "S-0002", Kind: "accepted", Subject: "1"},
		}
		for i := range keys {
			_, err := l.ClaimLetter(t.Context(), ledger.Letter{Key: keys[len(keys)-1-i], Owner: "a", LeaseUntil: noon}, noon)
			must(t, err)
		}
		ls, err := l.Letters(t.Context(), edition)
		must(t, err)
		var got []ledger.LetterKey
		for _, x := range ls {
			got = append(got, x.Key)
		}
		same(t, "keys", got, keys)
		none, err := l.Letters(t.Context(), checklist.EditionID("2023-sec"))
		must(t, err)
		same(t, "another edition's", len(none), 0)
	},
}
