package laptop

import (
	"context"
	"time"

	"cssa/functions/aggregate"
	"cssa/functions/dispatch"
	"cssa/functions/feedback"
	"cssa/functions/intake"
	"cssa/functions/invite"
	"cssa/functions/release"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/settings"
)

const (
	grantTime   = 10 * time.Minute // how long a ticket's grant is good
	letterLease = time.Minute      // how long a letter's claim holds
	owner       = "laptop"         // who claims letters: the folder has one process at a time, which may take up what a killed one left
)

// wire hands every step its doors.
func (d *Deployment) wire(ctx context.Context) {
	d.Invite = &invite.Step{
		Editions: d.Editions, Ledger: d.Ledger, Inbox: d.Inbox, Archive: d.Archive, Publisher: d.Queue, Now: d.Now, Expires: grantTime,
	}
	d.Intake = &intake.Step{
		Editions: d.Editions, Ledger: d.Ledger, Archive: d.Archive, Inbox: InboxBucket, Publisher: d.Queue, Now: d.Now,
	}
	d.Aggregate = &aggregate.Step{Editions: d.Editions, Ledger: d.Ledger, Lake: d.Lake, Past: d.Lake, Now: d.Now, Program: settings.Program}
	d.Release = &release.Step{
		Editions: d.Editions, Ledger: d.Ledger, Lake: d.Lake, Open: d.OpenLake, Publisher: d.Queue, Now: d.Now,
	}
	d.Feedback = &feedback.Step{
		Editions: d.Editions, Ledger: d.Ledger, Counted: lake.Counted{Source: d.Lake}, Tables: lake.Released{Source: d.OpenLake}, Archive: d.Archive, Publisher: d.Queue,
	}
	d.Dispatch = &dispatch.Step{
		Editions: d.Editions, Ledger: d.Ledger, Archive: d.Archive, Sender: d.outbox, Identify: dispatch.Identify,
		Office: d.office(ctx), Owner: owner, Lease: letterLease, Now: d.Now,
	}
}

// office returns the secretariat that notices of no edition go to: that of the newest edition.
func (d *Deployment) office(ctx context.Context) checklist.Office {
	ids, err := d.Editions.IDs()
	if err != nil {
		return checklist.Office{} // the notice will be refused for want of an address, and say so
	}
	for i := len(ids) - 1; i >= 0; i-- {
		if ed, err := d.Editions.Edition(ctx, ids[i]); err == nil {
			return ed.Office
		}
	}
	return checklist.Office{}
}
