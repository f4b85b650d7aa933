// Package ledgertest states what every ledger does, whatever keeps it.
package ledgertest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/register"
)

// A Ledger is every method of the ledger. Steps ask for the few they use; this list is for the suite and for wiring.
type Ledger interface {
	ledger.Submissions
	IssueTicket(context.Context, ledger.Ticket) (ledger.Ticket, error)
	Ticket(context.Context, checklist.EditionID, checklist.FirmID, checklist.TicketNumber) (ledger.Ticket, error)
	Submission(context.Context, checklist.EditionID, checklist.FirmID, checklist.TicketNumber) (checklist.Submission, error)
	Submissions(context.Context, checklist.EditionID, checklist.FirmID) ([]checklist.Submission, error)
	AllSubmissions(context.Context, checklist.EditionID) iter.Seq2[checklist.Submission, error]
	Marks(context.Context, checklist.EditionID) iter.Seq2[ledger.Mark, error]
	Current(context.Context, checklist.EditionID, checklist.FirmID) (checklist.Current, error)
	Currents(context.Context, checklist.EditionID) iter.Seq2[checklist.Current, error]

	OpenRound(context.Context, ledger.Round) error
	AdvanceRound(context.Context, ledger.Round) error
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Rounds(context.Context) ([]ledger.Round, error)
	Seal(context.Context, checklist.EditionID) error

	StartRun(context.Context, ledger.Run) error
	RenewRun(ctx context.Context, r ledger.Run, until time.Time) error
	FinishRun(context.Context, ledger.Run) error
	Run(context.Context, checklist.EditionID, string) (ledger.Run, error)
	Runs(context.Context, checklist.EditionID) ([]ledger.Run, error)

	ProposeRelease(context.Context, ledger.Release) error
	ApproveRelease(ctx context.Context, e checklist.EditionID, run, by string, at time.Time) error
	Release(ctx context.Context, e checklist.EditionID, run string) (ledger.Release, error)
	Releases(context.Context, checklist.EditionID) ([]ledger.Release, error)

	ClaimLetter(ctx context.Context, l ledger.Letter, now time.Time) (ledger.Letter, error)
	SettleLetter(context.Context, ledger.Letter) error
	Letters(context.Context, checklist.EditionID) ([]ledger.Letter, error)
	NoteDelivery(context.Context, ledger.Delivery) error
	Deliveries(context.Context, checklist.EditionID) ([]ledger.Delivery, error)

	PutClient(ctx context.Context, client string, f checklist.FirmID) error
	FirmOfClient(ctx context.Context, client string) (checklist.FirmID, error)

	PutRegister(context.Context, register.Register) error
	Register(context.Context) (register.Register, error)
	RegisterOf(context.Context, checklist.FirmID) (register.Register, error)
	Firms(context.Context) (register.Firms, error)
	EraseContacts(context.Context, checklist.FirmID) error
}

// Caps says what a store can vouch for, beyond what every store must do. An emulator that is not the real thing in some
// respect must not turn that respect green.
type Caps struct {
	// Races: of many writers at once exactly one wins. False for an emulator whose conditional writes are not atomic.
	Races bool
	// Sizes: the store itself refuses what DynamoDB refuses, so that the largest submission that fits here fits there.
	Sizes bool
}

// Run states the behaviours. Open returns an empty ledger and sees to its closing.
func Run(t *testing.T, open func(t *testing.T) Ledger, caps Caps) {
	behaviours := map[string]func(*testing.T, Ledger){}
	for _, part := range []map[string]func(*testing.T, Ledger){submissionBehaviours, orderBehaviours, roundBehaviours, freezeBehaviours, letterBehaviours, cloudBehaviours, registerBehaviours} {
		maps.Copy(behaviours, part)
	}
	if caps.Races {
		maps.Copy(behaviours, raceBehaviours)
	}
	if caps.Sizes {
		maps.Copy(behaviours, sizeBehaviours)
	}
	for _, name := range slices.Sorted(maps.Keys(behaviours)) {
		t.Run(name, func(t *testing.T) { behaviours[name](t, open(t)) })
	}
	t.Logf("vouched for: %+v", caps)
}

const (
	edition = checklist.EditionID("2023-securities")
	other   = checklist.EditionID("2024-securities")
)

// noon is an ordinary moment of the round, with a fraction that a store must keep.
var noon = time.Date(2023, 8, 10, 12, 0, 0, 123_000_000, time.UTC)

func submission(f checklist.FirmID, n checklist.TicketNumber, s checklist.Status, at time.Time) checklist.Submission {
	sub := checklist.Submission{Edition: edition, Firm: f, Ticket: n, Status: s, ReceivedAt: at, Channel: checklist.Upload,
		Object: fmt.Sprintf("%s/%s/%d", edition, f, n), ObjectID: "v1", SHA256: strings.Repeat("ab", 32), Size: 12345, Definition: "d1"}
	if s == checklist.Accepted {
		sub.Answers = checklist.Answers{
			{Question: "policy"}:                   {Choice: "documented"},
			{Question: "staff"}:                    {Number: int64(n)},
			{Question: "report", Item: "incident"}: {Choice: checklist.Yes},
		}
	}
	return sub
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, err, sentinel error) {
	t.Helper()
	if !errors.Is(err, sentinel) {
		t.Fatalf("got error %v, want %v", err, sentinel)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func all[V any](t *testing.T, seq iter.Seq2[V, error]) []V {
	t.Helper()
	var vs []V
	for v, err := range seq {
		must(t, err)
		vs = append(vs, v)
	}
	return vs
}
