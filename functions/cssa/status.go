package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cssa/shared/checklist"
	"cssa/shared/ledger"
)

func (d *desk) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show how far the round has come, and what needs you", Args: cobra.NoArgs, Example: "  cssa status --json",
		RunE: d.with(func(ctx context.Context, l *deployment, _ []string) error { return d.status(ctx, l) }),
	}
}

// A tallyOfRound counts firms and uploads of a round. Firms are counted once, by where they stand now.
type tallyOfRound struct {
	Population  int `json:"population"`  // 対象先数
	Accepted    int `json:"accepted"`    // firms whose answers count now
	InReturn    int `json:"in_return"`   // firms whose every upload was returned
	Withdrawn   int `json:"withdrawn"`   // firms that took their answers back
	Missing     int `json:"missing"`     // firms from which nothing came
	Late        int `json:"late"`        // of the accepted, those whose first upload came after the deadline
	Uploads     int `json:"uploads"`     // uploads received
	Returns     int `json:"returns"`     // uploads returned
	Resubmitted int `json:"resubmitted"` // firms accepted after a return
	Corrected   int `json:"corrected"`   // firms with more than one accepted version
	Withdrawals int `json:"withdrawals"`
	Sent        int `json:"letters_sent"`
	Refused     int `json:"letters_refused"`
	DeadLetters int `json:"messages_stuck"` // messages that could not be handled
}

func countRound(ctx context.Context, l *deployment, ed *checklist.Edition, round ledger.Round, population int) (tallyOfRound, error) {
	n := tallyOfRound{Population: population}
	accepted, returned := map[checklist.FirmID]int{}, map[checklist.FirmID]bool{}
	for s, err := range l.Ledger.AllSubmissions(ctx, ed.ID) {
		if err != nil {
			return n, err
		}
		switch s.Status {
		case checklist.Accepted:
			n.Uploads++
			if accepted[s.Firm]++; accepted[s.Firm] == 1 && returned[s.Firm] {
				n.Resubmitted++
			}
			if accepted[s.Firm] == 2 {
				n.Corrected++
			}
		case checklist.Returned:
			n.Uploads++
			n.Returns++
			returned[s.Firm] = true
		case checklist.Withdrawn:
			n.Withdrawals++
		}
	}
	came := 0
	for c, err := range l.Ledger.Currents(ctx, ed.ID) {
		if err != nil {
			return n, err
		}
		came++
		switch c.Submission.Status {
		case checklist.Accepted:
			n.Accepted++
			if round.Late(c.FirstReceived) {
				n.Late++
			}
		case checklist.Withdrawn:
			n.Withdrawn++
		default:
			n.InReturn++
		}
	}
	n.Missing = population - came
	letters, err := l.Ledger.Letters(ctx, ed.ID)
	if err != nil {
		return n, err
	}
	for _, letter := range letters {
		switch letter.State {
		case ledger.Sent:
			n.Sent++
		case ledger.Refused:
			n.Refused++
		}
	}
	n.DeadLetters, err = l.Stuck(ctx)
	return n, err
}

func (d *desk) status(ctx context.Context, l *deployment) error {
	ed, round, firms, err := d.round(ctx, l)
	if err != nil {
		return err
	}
	if err := l.Drain(ctx); err != nil {
		return err
	}
	n, err := countRound(ctx, l, ed, round, len(firms.At(ed.ReferenceDate)))
	if err != nil {
		return err
	}
	runs, err := l.Ledger.Runs(ctx, ed.ID)
	if err != nil {
		return err
	}
	released := false
	if round.FrozenRun != "" {
		r, err := l.Ledger.Release(ctx, ed.ID, round.FrozenRun)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return err
		}
		released = r.ApprovedBy != ""
	}
	v := map[string]any{"edition": ed.ID, "state": round.State, "deadline": round.Deadline, "closing": round.Shut(), "firms": n, "released": released}
	if len(runs) > 0 {
		v["last_run"] = runView(runs[len(runs)-1])
	}
	return d.emit(v, func() {
		at := func(t time.Time) string { return t.In(ed.Location).Format("2006-01-02 15:04") }
		closes := "closes"
		if !round.Shut().After(l.Now()) {
			closes = "closed"
		}
		d.say("%s   %s   deadline %s   %s %s", ed.ID, round.State, at(round.Deadline), closes, at(round.Shut()))
		share := 0
		if n.Population > 0 {
			share = 100 * n.Accepted / n.Population
		}
		d.say("  accepted %d/%d (%d %%)   late %d   in return %d   withdrawn %d   nothing yet %d", n.Accepted, n.Population, share, n.Late, n.InReturn, n.Withdrawn, n.Missing)
		d.say("  uploads %d   returned %d   resubmitted %d   corrected %d", n.Uploads, n.Returns, n.Resubmitted, n.Corrected)
		if l.outbox == "" {
			d.say("  letters %d sent   refused %d", n.Sent, n.Refused)
		} else {
			d.say("  letters %d in %s   refused %d", n.Sent, l.outbox, n.Refused)
		}
		if len(runs) > 0 {
			r := runs[len(runs)-1]
			d.say("  last run %s   %s   %d of %d firms", r.ID, r.State, r.Replied, r.Population)
		}
		if n.DeadLetters > 0 {
			d.say("  FAIL  %d messages could not be handled: cssa messages", n.DeadLetters)
		}
		d.say("Next: %s", l.next(round, n, len(runs), released))
	})
}

// next says what the supervisor does next.
func (p place) next(round ledger.Round, n tallyOfRound, runs int, released bool) string {
	switch {
	case released:
		return "the round is released: cssa tab 1-1     cssa query --open \"select * from open_figures limit 5\""
	case round.State == ledger.Frozen:
		return "cssa release propose" + p.by() + ", then cssa release approve" + p.by()
	case round.State == ledger.Closed:
		return "cssa edition freeze"
	case n.Missing > 0 && n.Accepted > 0:
		return "cssa remind     cssa aggregate"
	case runs == 0:
		return "cssa aggregate"
	}
	return "cssa tab 1-1     cssa edition close"
}

func (d *desk) aggregateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "aggregate", Short: "Recompute all tables now, as every night (集計)", Args: cobra.NoArgs, Example: "  cssa aggregate",
		RunE: d.with(func(ctx context.Context, l *deployment, _ []string) error {
			if _, _, _, err := d.round(ctx, l); err != nil {
				return err
			}
			if err := l.Drain(ctx); err != nil {
				return err
			}
			r, err := l.Runs.Nightly(ctx, d.editionID())
			if err != nil {
				return err
			}
			return d.emit(runView(r), func() {
				d.say("Run %s: %d of %d firms, %d rows of answers in %s", r.ID, r.Replied, r.Population, r.Answers, l.restricted)
				d.say("Not issued: this is for the supervisor only. Next: cssa tab 1-2 --by group     cssa query --by NAME --why REASON \"select * from figures limit 5\"")
			})
		}),
	}
}

func (d *desk) releaseCommand() *cobra.Command {
	c := &cobra.Command{Use: "release", Short: "Release the frozen run: one person proposes, another approves (還元・公表)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var by string
	propose := &cobra.Command{Use: "propose", Short: "Propose the frozen run for release", Args: cobra.NoArgs, Example: "  cssa release propose --by 'Sato Hanako'"}
	approve := &cobra.Command{Use: "approve", Short: "Approve the proposed release, as another person, and issue it", Args: cobra.NoArgs, Example: "  cssa release approve --by 'Suzuki Taro'"}
	for _, sub := range []*cobra.Command{propose, approve} {
		sub.Flags().StringVar(&by, "by", "", "name of the person; required on a laptop, refused on a stage, where AWS says who you are")
	}
	propose.RunE = d.with(func(ctx context.Context, l *deployment, _ []string) error {
		if strings.TrimSpace(by) == "" && l.by() != "" {
			return usage("--by NAME is required")
		}
		r, err := l.Releases.Propose(ctx, d.editionID(), by)
		if err != nil {
			return err
		}
		return d.emit(map[string]any{"edition": r.Edition, "run": r.Run, "proposed_by": r.ProposedBy, "audit": auditOf(r.Audit)}, func() {
			d.say("The auditor found nothing: %d cells, of which %d are withheld, attacked by %d readers.", r.Audit.Cells, r.Audit.Withheld, r.Audit.Readers)
			d.say("%s proposed run %s for release. Next, by another person: cssa release approve%s", r.ProposedBy, r.Run, l.by())
		})
	})
	approve.RunE = d.with(func(ctx context.Context, l *deployment, _ []string) error {
		if strings.TrimSpace(by) == "" && l.by() != "" {
			return usage("--by NAME is required")
		}
		r, err := l.Releases.Approve(ctx, d.editionID(), by)
		if err != nil {
			return err
		}
		p := d.phase("feedback reports, letters", 0)
		if err := l.Drain(ctx); err != nil {
			return err
		}
		if l.outbox == "" {
			p.end("handed over")
		} else {
			p.end("")
		}
		return d.emit(map[string]any{"edition": r.Edition, "run": r.Run, "proposed_by": r.ProposedBy, "approved_by": r.ApprovedBy, "audit": auditOf(r.Audit), "open_lake": l.open}, func() {
			d.say("Released run %s: proposed by %s, approved by %s.", r.Run, r.ProposedBy, r.ApprovedBy)
			d.say("Open tables are in %s; the feedback letters are %s", l.open, l.letters())
			d.say("Next: cssa query --open \"select * from open_figures limit 5\"")
		})
	})
	c.AddCommand(propose, approve)
	return c
}

func auditOf(v ledger.Verdict) map[string]any {
	return map[string]any{"at": v.At, "readers": v.Readers, "cells": v.Cells, "withheld": v.Withheld, "content": v.Content}
}

func (d *desk) showCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show FIRM", Short: "Show one firm: its entry, its versions, its letters", Args: cobra.ExactArgs(1), Example: "  cssa show S-0137",
		RunE: d.with(d.show),
	}
}

// A confirmedView is a warning that a firm confirmed with a reason.
type confirmedView struct {
	Code   checklist.FaultCode `json:"code"`
	Place  string              `json:"place,omitempty"`
	Where  string              `json:"-"` // the question's number, or the cover
	Rule   string              `json:"rule,omitempty"`
	Reason string              `json:"reason"`
}

func confirmedViews(ed *checklist.Edition, confirmed []checklist.Confirmation) []confirmedView {
	views := []confirmedView{}
	for _, c := range confirmed {
		where := "cover"
		if q, ok := ed.Question(string(c.Ref.Question)); ok {
			where = q.Number
		}
		views = append(views, confirmedView{c.Code, c.Ref.String(), where, c.Rule, strings.Join(strings.Fields(c.Reason), " ")})
	}
	return views
}

// byNumber compares what letters are about by the number it ends with: 2 comes before 10, and a run's -v2 before its -v10.
func byNumber(a, b string) int {
	const digits = "0123456789"
	head, head2 := strings.TrimRight(a, digits), strings.TrimRight(b, digits)
	n, n2 := strings.TrimLeft(a[len(head):], "0"), strings.TrimLeft(b[len(head2):], "0")
	return cmp.Or(cmp.Compare(head, head2), cmp.Compare(len(n), len(n2)), cmp.Compare(n, n2))
}

func (d *desk) show(ctx context.Context, l *deployment, args []string) error {
	id, err := checklist.ParseFirmID(args[0])
	if err != nil {
		return failure{exitUsage, err}
	}
	ed, round, firms, err := d.round(ctx, l)
	if err != nil {
		return err
	}
	firm, err := firms.Firm(id, ed.ReferenceDate)
	if err != nil {
		return err
	}
	if err := l.Drain(ctx); err != nil {
		return err
	}
	subs, err := l.Ledger.Submissions(ctx, ed.ID, id)
	if err != nil {
		return err
	}
	cur, err := l.Ledger.Current(ctx, ed.ID, id)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	letters, err := l.Ledger.Letters(ctx, ed.ID)
	if err != nil {
		return err
	}
	type versionView struct {
		Version    checklist.TicketNumber `json:"version"`
		Status     checklist.Status       `json:"status"`
		ReceivedAt time.Time              `json:"received_at"`
		Answers    int                    `json:"answers"`
		Mend       int                    `json:"faults_mend"`
		Confirm    int                    `json:"faults_confirm"`
		Confirmed  []confirmedView        `json:"confirmed"` // those of faults_confirm that have a reason
		Current    bool                   `json:"current"`
		Via        string                 `json:"via,omitempty"`    // on behalf of the firm
		Marked     string                 `json:"marked,omitempty"` // the workbook that goes back with its faults marked
	}
	versions := []versionView{}
	for _, s := range subs {
		blocking := checklist.Blocking(s.Faults)
		versions = append(versions, versionView{s.Ticket, s.Status, s.ReceivedAt, len(s.Answers), blocking, len(s.Faults) - blocking, confirmedViews(ed, s.Confirmations), s.Ticket == cur.Submission.Ticket, s.Via, l.marked(s.Marked)})
	}
	type letterView struct {
		Kind  string             `json:"kind"`
		About string             `json:"about"`
		State ledger.LetterState `json:"state"`
		Why   string             `json:"why,omitempty"`
	}
	mine := []letterView{}
	for _, x := range letters {
		if x.Key.Firm == id {
			mine = append(mine, letterView{x.Key.Kind, x.Key.Subject, x.State, x.Why})
		}
	}
	slices.SortStableFunc(mine, func(a, b letterView) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), byNumber(a.About, b.About)) })
	late := !cur.FirstReceived.IsZero() && round.Late(cur.FirstReceived)
	v := map[string]any{
		"firm": id, "name": firm.Name.In(d.lang), "sector": firm.Sector, "peer_group": firm.PeerGroup, "size_band": firm.SizeBand,
		"edition": ed.ID, "late": late, "versions": versions, "letters": mine,
	}
	return d.emit(v, func() {
		d.say("%s  %s   group %s   size %s   edition %s", id, firm.Name.In(d.lang),
			ed.GroupName(checklist.ByGroup, firm.PeerGroup).In(d.lang), ed.GroupName(checklist.BySize, firm.SizeBand).In(d.lang), ed.ID)
		for _, s := range versions {
			mark := ""
			if s.Current {
				mark = "   <- counts"
			}
			if s.Via != "" {
				mark = "   on behalf, by " + s.Via + mark
			}
			d.say("  version %d  %s  %s   %d answers   %d to mend, %d to confirm%s", s.Version,
				s.ReceivedAt.In(ed.Location).Format("2006-01-02 15:04"), pad(string(s.Status), 9), s.Answers, s.Mend, s.Confirm, mark)
			for _, c := range s.Confirmed {
				d.say("             reason   %s %s  %s", c.Code, pad(c.Where, 8), c.Reason)
			}
			if s.Marked != "" {
				d.say("             marked   %s", s.Marked)
			}
		}
		if len(versions) == 0 {
			d.say("  nothing was received")
		}
		if late {
			d.say("  late: the first upload came after the deadline")
		}
		for _, x := range mine {
			d.say("  letter  %s %s  %s", pad(x.Kind, 10), pad(x.About, 26), x.State)
		}
	})
}
