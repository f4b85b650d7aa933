// Package ledgertest states what every ledger does, whatever keeps it.
package ledgertest

import (
	"context"
	"iter"
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
	Current(context.Context, checklist.EditionID, checklist.FirmID) (checklist.Current, error)
	Currents(context.Context, checklist.EditionID) iter.Seq2[checklist.Current, error]

	OpenRound(context.Context, ledger.Round) error
	AdvanceRound(context.Context, ledger.Round) error
	Round(context.Context, checklist.EditionID) (ledger.Round, error)
	Rounds(context.Context) ([]ledger.Round, error)

	StartRun(context.Context, ledger.Run) error
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

	PutRegister(context.Context, register.Register) error
	Register(context.Context) (register.Register, error)
	EraseContacts(context.Context, checklist.FirmID) error
}
