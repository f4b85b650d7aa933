//go:build conformance

package rehearsal

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cssa/functions/cssa/synthesise"
	"cssa/functions/invite"
	"cssa/infra/rehearsal/template"
	"cssa/shared/checklist"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

// The stage that is rehearsed, as `make rehearse` synthesised it.
const (
	assembly = "../../build/rehearsal.out"
	programs = "../../build/lambda-host"
	edition  = checklist.EditionID("2023-securities")
)

// deployed opens the world of the real template with the real functions.
func deployed(t *testing.T, verdict func(string) string) *World {
	t.Helper()
	return world(t, Config{Programs: programs, Verdict: verdict})
}

// world opens the world of the real template with what c says besides.
func world(t *testing.T, c Config) *World {
	t.Helper()
	var err error
	c.App, err = template.ReadDir(assembly)
	check(t, err)
	c.Programs, err = filepath.Abs(c.Programs)
	check(t, err)
	w := open(t, c)
	for _, name := range names {
		if w.Functions[name] == nil {
			t.Fatalf("the template has no function %s", name)
		}
	}
	return w
}

// A stage is where a round is played: the deployment that is rehearsed, or the laptop.
type stage interface {
	open(t *testing.T, r *synthesise.Round)
	upload(t *testing.T, f checklist.FirmID, body []byte) func() // mints; the returned func sends
	withdraw(t *testing.T, f checklist.FirmID)
	settle(t *testing.T)
	deadline(t *testing.T)
	close(t *testing.T)
	issue(t *testing.T) // nightly, freeze, release, feedback, letters
	published(t *testing.T) tables
	letters(t *testing.T) []string
}

// play plays the round in the order of its plan, in the machine's own time: the deadline is moved to where the late ones
// begin. What comes after closing was minted before.
func play(t *testing.T, s stage, r *synthesise.Round) {
	t.Helper()
	s.open(t, r)
	withdrawals := slices.Clone(r.Withdrawals)
	pending := map[checklist.FirmID]bool{}
	var afterwards []func()
	late := false
	for i := range r.Uploads {
		u := &r.Uploads[i]
		for len(withdrawals) > 0 && withdrawals[0].At.Before(u.At) {
			s.settle(t)
			s.withdraw(t, withdrawals[0].Firm)
			withdrawals = withdrawals[1:]
		}
		if !late && u.At.After(r.Edition.Deadline) {
			s.settle(t)
			s.deadline(t)
			late = true
		}
		if pending[u.Firm] {
			s.settle(t)
			clear(pending)
		}
		pending[u.Firm] = true
		send := s.upload(t, u.Firm, workbookOf(t, r, u))
		if u.At.After(r.Edition.Closing) {
			afterwards = append(afterwards, send)
		} else {
			send()
		}
	}
	s.settle(t)
	s.close(t)
	for _, send := range afterwards {
		send()
	}
	s.settle(t)
	s.issue(t)
}

func plan(t *testing.T) *synthesise.Round {
	t.Helper()
	ed, err := questionnaire.NewLibrary(questionnaire.Builtin()).Edition(t.Context(), edition)
	if err != nil {
		t.Fatal(err)
	}
	r, err := synthesise.Plan(ed, synthesise.Options{Seed: 7, Firms: 40, Stories: 50})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func register40(r *synthesise.Round) register.Register {
	return register.Register{Firms: r.Register.Firms, Contacts: r.Register.Contacts}
}

// openRound opens the round at the desk's time: the edition's own deadline and closing are of another year.
func openRound(t *testing.T, s *invite.Step, rounds invite.Rounds) {
	t.Helper()
	now := s.Now()
	_, err := s.Open(t.Context(), rounds, edition, invite.Schedule{Deadline: now.Add(24 * time.Hour), Closing: now.Add(48 * time.Hour)})
	check(t, err)
}

// moveDeadline brings the deadline to just before now.
func moveDeadline(t *testing.T, s *invite.Step, rounds invite.Rounds) {
	t.Helper()
	time.Sleep(2100 * time.Millisecond) // times of receipt are whole seconds
	round, err := rounds.Round(t.Context(), edition)
	check(t, err)
	round.Deadline = s.Now().UTC().Add(-time.Second).Truncate(time.Second)
	check(t, rounds.AdvanceRound(t.Context(), round))
	time.Sleep(1100 * time.Millisecond)
}

func workbookOf(t *testing.T, r *synthesise.Round, u *synthesise.Upload) []byte {
	t.Helper()
	var file bytes.Buffer
	check(t, r.WriteWorkbook(&file, u))
	return file.Bytes()
}
