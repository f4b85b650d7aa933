package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cssa/functions/intake"
	"cssa/functions/invite"
	"cssa/infra/laptop"
	"cssa/infra/remote"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/questionnaire"
)

// A deployment is what the verbs work on, wherever it runs: the same ledger, lake and rooms. What differs by place stands
// in the interfaces and in place.
type deployment struct {
	Now      func() time.Time
	Editions *questionnaire.Library
	Ledger   *ledger.Book
	Lake     lake.Source // the restricted door's
	Open     lake.Source // the open door's
	Inbox    intake.Inbox
	Invite   *invite.Step
	Intake   *intake.Step
	Runs     runs
	Releases releases
	Queries  queries
	messages
	place
}

// runs makes runs: aggregate's doors.
type runs interface {
	Nightly(context.Context, checklist.EditionID) (ledger.Run, error)
	Freeze(context.Context, checklist.EditionID) (ledger.Run, error)
}

// releases proposes and approves. By is the person's name; a stage knows who it is and takes none.
type releases interface {
	Propose(ctx context.Context, e checklist.EditionID, by string) (ledger.Release, error)
	Approve(ctx context.Context, e checklist.EditionID, by string) (ledger.Release, error)
}

// messages are those between the rooms. Drain has every pending one handled where verbs do that themselves; Stuck counts
// those that could not be handled.
type messages interface {
	Drain(context.Context) error
	Stuck(context.Context) (int, error)
}

// A place says where things lie, in words, and how long something handed over may take.
type place struct {
	outbox           string // the folder of letters; "": they are mailed
	restricted, open string // the lake's two doors
	archive          string // the folder or address of the archive
	patience         time.Duration
}

// letters says where letters are, as the end of a sentence that names them in the plural.
func (p place) letters() string {
	if p.outbox == "" {
		return "being mailed; what became of one: cssa show FIRM."
	}
	return "in " + p.outbox + ". Nothing was sent."
}

// marked says where a workbook lies that goes back to its firm with its findings marked; "" if there is none.
func (p place) marked(key string) string {
	if key == "" {
		return ""
	}
	return p.archive + "/" + key
}

// by says how the person who releases is named: on a stage not at all.
func (p place) by() string {
	if p.outbox == "" {
		return ""
	}
	return " --by NAME"
}

// onLaptop returns the deployment of a folder.
func onLaptop(l *laptop.Deployment) *deployment {
	return &deployment{
		Now: l.Now, Editions: l.Editions, Ledger: l.Ledger.Book, Lake: l.Lake, Open: l.OpenLake, Inbox: l.Inbox, Invite: l.Invite, Intake: l.Intake,
		Runs: l.Aggregate, Releases: l.Release, Queries: folderQueries{l}, messages: laptopMessages{l},
		place: place{outbox: l.OutboxDir(), restricted: l.RestrictedDir(), open: l.OpenDir(), archive: l.ArchiveDir()},
	}
}

type laptopMessages struct{ *laptop.Deployment }

func (m laptopMessages) Stuck(ctx context.Context) (int, error) {
	dead, err := m.Queue.DeadLetters(ctx)
	return len(dead), err
}

// onStage returns the deployment of a stage in the cloud.
func onStage(r *remote.Deployment) *deployment {
	return &deployment{
		Now: r.Now, Editions: r.Editions, Ledger: r.Ledger.Book, Lake: r.Lake, Open: r.OpenLake, Inbox: r.Inbox, Invite: r.Invite, Intake: r.Intake,
		Runs: r.Aggregate, Releases: stageReleases{r.Release}, Queries: stageQueries{r.Query}, messages: r,
		place: place{restricted: "s3://" + r.Outputs.RestrictedBucket, open: "s3://" + r.Outputs.OpenBucket, archive: "s3://" + r.Outputs.ArchiveBucket, patience: time.Minute},
	}
}

type stageReleases struct{ *remote.Release }

func (s stageReleases) Propose(ctx context.Context, e checklist.EditionID, by string) (ledger.Release, error) {
	if by != "" {
		return ledger.Release{}, refuseBy()
	}
	return s.Release.Propose(ctx, e)
}

func (s stageReleases) Approve(ctx context.Context, e checklist.EditionID, by string) (ledger.Release, error) {
	if by != "" {
		return ledger.Release{}, refuseBy()
	}
	return s.Release.Approve(ctx, e)
}

func refuseBy() error {
	return usage("--by: on a stage AWS says who you are, by your credentials; leave it out")
}

// outcome returns what became of an upload. It waits for it where the stage's functions take it in; ok is false if that takes
// longer, or if it could not be handled.
func (l *deployment) outcome(ctx context.Context, e checklist.EditionID, f checklist.FirmID, n checklist.TicketNumber) (s checklist.Submission, ok bool, err error) {
	if err := l.Drain(ctx); err != nil {
		return s, false, err
	}
	ctx, cancel := context.WithTimeout(ctx, max(l.patience, time.Minute))
	defer cancel()
	for waited := time.Duration(0); ; waited += pause {
		s, err = l.Ledger.Submission(ctx, e, f, n)
		if err == nil {
			return s, true, nil
		}
		if !errors.Is(err, ledger.ErrNotFound) {
			return s, false, err
		}
		if waited >= l.patience {
			return s, false, nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return s, false, ctx.Err()
		}
	}
}

// pause is how long to wait between two looks at the ledger.
const pause = 500 * time.Millisecond

// notYet says why there is no outcome.
func (l *deployment) notYet(f checklist.FirmID) string {
	if l.outbox == "" {
		return fmt.Sprintf("it was handed over and is not taken in yet; see: cssa show %s", f)
	}
	return "it was received but could not be handled; see: cssa status"
}
