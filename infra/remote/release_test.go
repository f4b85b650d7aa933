package remote

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"cssa/shared/ledger"
	"cssa/shared/ledger/sqlite"
)

const (
	run     = "20231030T080000Z-freeze"
	propose = "POST /api/editions/2023-securities/release/propose"
	approve = "POST /api/editions/2023-securities/release/approve"
)

// frozen gives the ledger a round with a frozen run.
func frozen(t *testing.T, book *sqlite.Ledger) {
	t.Helper()
	now := time.Date(2023, 10, 30, 8, 0, 0, 0, time.UTC)
	round := ledger.Round{Edition: edition, State: ledger.Open, Deadline: now.Add(-3 * time.Hour), Closing: now.Add(-2 * time.Hour)}
	ok(t, book.OpenRound(t.Context(), round))
	round.State, round.ClosedAt = ledger.Closed, now.Add(-2*time.Hour)
	ok(t, book.AdvanceRound(t.Context(), round))
	round.State, round.FrozenRun = ledger.Frozen, run
	ok(t, book.AdvanceRound(t.Context(), round))
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What the function does to the ledger, each only once, however often it is called.
func proposes(t *testing.T, book *sqlite.Ledger) func() {
	return func() {
		if _, err := book.Release(t.Context(), edition, run); err == nil {
			return
		}
		if err := book.ProposeRelease(t.Context(), ledger.Release{Edition: edition, Run: run, ProposedBy: "sato", ProposedAt: time.Unix(1, 0).UTC()}); err != nil {
			t.Error(err)
		}
	}
}

func approves(t *testing.T, book *sqlite.Ledger) func() {
	return func() {
		if err := book.ApproveRelease(t.Context(), edition, run, "suzuki", time.Unix(2, 0).UTC()); err != nil {
			t.Error(err)
		}
	}
}

// A release is asked for again where it is not known what became of it, each time signed anew, and is there once.
func TestAReleaseIsAskedForAgainUntilItIsAnswered(t *testing.T) {
	w := startWire(t)
	d, book := w.stage()
	frozen(t, book)
	var waited []time.Duration
	d.Release.pause = func(_ context.Context, d time.Duration) error {
		waited = append(waited, d)
		return nil
	}
	clock := time.Date(2023, 10, 30, 9, 0, 0, 0, time.UTC)
	d.Release.now = func() time.Time { clock = clock.Add(time.Second); return clock }
	broken := answer{do: func() { panic(http.ErrAbortHandler) }} // the connection breaks
	w.answers[propose] = []answer{
		{status: 503, body: `{"message":"Service Unavailable"}`}, // before it did anything
		{status: 500, body: `{"message":"Internal Server Error"}`, do: proposes(t, book)},
		broken,
		{body: `{}`, do: proposes(t, book)},
	}
	got, err := d.Release.Propose(t.Context(), edition)
	if err != nil || got.ProposedBy != "sato" || got.Run != run {
		t.Fatalf("%+v, %v", got, err)
	}
	w.answers[approve] = []answer{{status: 429, body: `{"message":"Too Many Requests"}`}, {status: 504, do: approves(t, book)}, {body: `{}`, do: approves(t, book)}}
	got, err = d.Release.Approve(t.Context(), edition)
	if err != nil || got.ApprovedBy != "suzuki" || !got.ApprovedAt.Equal(time.Unix(2, 0)) {
		t.Fatalf("%+v, %v", got, err)
	}
	if all, err := book.Releases(t.Context(), edition); len(all) != 1 || err != nil {
		t.Errorf("%d releases, %v", len(all), err)
	}
	if len(waited) != 5 || waited[0] != pauses[0] || waited[2] != pauses[2] || waited[3] != pauses[0] {
		t.Errorf("waited %v", waited)
	}
	signatures := map[string]bool{}
	for _, a := range w.asked {
		if a.what == propose || a.what == approve {
			signatures[a.signature] = true
		}
	}
	if len(signatures) != 7 {
		t.Errorf("%d signatures of 7 calls", len(signatures))
	}
}

func TestAStageThatDoesNotAnswerAReleaseSaysSo(t *testing.T) {
	w := startWire(t)
	d, book := w.stage()
	frozen(t, book)
	w.answers[approve] = []answer{{status: 503, body: `{"message":"Service Unavailable"}`}}
	_, err := d.Release.Approve(t.Context(), edition)
	says(t, err, "approve the release of 2023-securities", "503 Service Unavailable", "4 times", "repeat it in a minute, nothing is done twice")
	if n := w.count(approve); n != 4 || errors.Is(err, ErrRefused) {
		t.Errorf("asked %d times, %v: it broke, it did not refuse", n, err)
	}

	ctx, stop := context.WithCancel(t.Context())
	d.Release.pause = func(context.Context, time.Duration) error { stop(); return ctx.Err() }
	if _, err = d.Release.Approve(ctx, edition); !errors.Is(err, context.Canceled) || w.count(approve) != 5 {
		t.Errorf("a person who gives up: %v after %d calls", err, w.count(approve)-4)
	}
}

func TestWhatAReleaseIsRefusedFor(t *testing.T) {
	problem := map[string]string{"Content-Type": "application/problem+json"}
	for what, c := range map[string]struct {
		answer answer
		want   []string
		not    string
	}{
		"the same person": {answer{status: 409, header: problem, body: `{"status":409,"message":"Who proposed cannot approve.","message_ja":"提案した人は承認できません。"}`},
			[]string{"409 Conflict: Who proposed cannot approve."}, "take the role"},
		"a person without a name": {answer{status: 403, header: problem, body: `{"message":"It cannot be told who you are."}`}, []string{"It cannot be told who you are."}, "take the role"},
		"a role that may not":     {answer{status: 403, body: `{"message":"Forbidden"}`}, []string{"403 Forbidden", "the releaser approves", "take the role that may"}, "2023-securities: Forbidden"},
		"no JSON":                 {answer{status: 400, body: "bad\xffrequest"}, []string{"400 Bad Request: badrequest"}, "\xff"},
	} {
		t.Run(what, func(t *testing.T) {
			w := startWire(t)
			d, _ := w.stage()
			w.answers[approve] = []answer{c.answer}
			_, err := d.Release.Approve(t.Context(), edition)
			says(t, err, c.want...)
			if n := w.count(approve); n != 1 || !errors.Is(err, ErrRefused) {
				t.Errorf("asked %d times, %v", n, err)
			}
			if c.not != "" && err != nil && strings.Contains(err.Error(), c.not) {
				t.Errorf("%v\nsays %q", err, c.not)
			}
		})
	}
}
