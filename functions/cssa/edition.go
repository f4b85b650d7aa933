package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"cssa/functions/invite"
	"cssa/shared/checklist"
	"cssa/shared/ledger"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

func (d *desk) editionCommand() *cobra.Command {
	c := &cobra.Command{Use: "edition", Short: "Make, edit, lint, preview, open, close and freeze an edition (実施回)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var deadline, closing string
	open := &cobra.Command{
		Use: "open", Short: "Open the round for uploads and send every firm its checklist", Args: cobra.NoArgs,
		Long: "Opens the round with the edition's deadline and closing, or with others given here, and writes each firm's\n" +
			"invitation with its workbook to the outbox. On an open round it moves the times and sends what is missing.",
		Example: "  cssa edition open --deadline 2027-01-15T17:00 --closing 2027-01-31T17:00",
	}
	open.Flags().StringVar(&deadline, "deadline", "", "deadline (提出期限) in the edition's time zone, e.g. 2027-01-15T17:00")
	open.Flags().StringVar(&closing, "closing", "", "closing (受付終了) in the edition's time zone")
	open.RunE = d.with(func(ctx context.Context, l *deployment, _ []string) error {
		return d.openEdition(ctx, l, deadline, closing)
	})
	definition := false
	freeze := &cobra.Command{Use: "freeze", Short: "Freeze the round (確定): the last run; nothing enters any more", Args: cobra.NoArgs,
		Long: "Freezes the round. With --definition it freezes the files of an own edition instead, before its round is opened: any later\n" +
			"change to them is a finding.",
		Example: "  cssa edition freeze\n  cssa edition freeze --definition --edition 2025-securities"}
	freeze.Flags().BoolVar(&definition, "definition", false, "freeze the edition's files instead of the round")
	round := d.with(func(ctx context.Context, l *deployment, _ []string) error { return d.freezeEdition(ctx, l) })
	freeze.RunE = func(cmd *cobra.Command, args []string) error {
		if definition {
			return d.freezeDefinition()
		}
		return round(cmd, args)
	}
	c.AddCommand(d.editionFileCommands()...)
	c.AddCommand(
		&cobra.Command{Use: "show", Short: "Show an edition's questions and times", Args: cobra.NoArgs, Example: "  cssa edition show --lang ja",
			RunE: d.with(func(ctx context.Context, l *deployment, _ []string) error { return d.showEdition(ctx, l) })},
		d.disclosureCommand(),
		open,
		&cobra.Command{Use: "close", Short: "Shut the doors now (受付終了)", Args: cobra.NoArgs, Example: "  cssa edition close",
			RunE: d.with(func(ctx context.Context, l *deployment, _ []string) error { return d.closeEdition(ctx, l) })},
		freeze,
	)
	return c
}

func (d *desk) showEdition(ctx context.Context, l *deployment) error {
	ed, err := l.Editions.Edition(ctx, d.editionID())
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	type question struct {
		ID     checklist.QuestionID `json:"id"`
		Number string               `json:"number"`
		Kind   checklist.Kind       `json:"kind"`
		Title  string               `json:"title"`
		Places int                  `json:"places"`
		When   string               `json:"when,omitempty"`
	}
	var qs []question
	for _, q := range ed.Questions() {
		row := question{q.ID, q.Number, q.Kind, q.Title.In(d.lang), len(q.Refs()), ""}
		if q.When != nil {
			row.When = questionnaire.Sentence(ed, q.When).In(d.lang)
		}
		qs = append(qs, row)
	}
	at := func(t time.Time) string { return t.In(ed.Location).Format("2006-01-02 15:04 MST") }
	v := map[string]any{
		"edition": ed.ID, "title": ed.Title.In(d.lang), "reference_date": ed.ReferenceDate.String(), "fiscal_year": ed.FiscalYear,
		"deadline": ed.Deadline, "closing": ed.Closing, "threshold": ed.Threshold, "checksum": ed.Checksum, "questions": qs,
	}
	return d.emit(v, func() {
		d.say("%s   %s", ed.ID, ed.Title.In(d.lang))
		d.say("  reference date %s   opens %s   deadline %s   closes %s", ed.ReferenceDate, at(ed.Opens), at(ed.Deadline), at(ed.Closing))
		d.say("  threshold %d   figures %d   checksum %.12s\n", ed.Threshold, len(ed.Figures), ed.Checksum)
		for _, q := range qs {
			d.say("  %s %s %3d  %s", pad(q.Number, 6), pad(string(q.Kind), 9), q.Places, q.Title)
			if q.When != "" {
				d.say("  %s %s", pad("", 20), q.When)
			}
		}
	})
}

func (d *desk) openEdition(ctx context.Context, l *deployment, deadline, closing string) error {
	ed, err := l.Editions.Edition(ctx, d.editionID())
	if err != nil {
		return failure{exitSomeFailed, err}
	}
	firms, err := l.Ledger.Firms(ctx)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	if len(firms.At(ed.ReferenceDate)) == 0 {
		return someFailed("no firm is in the register on %s; first: cssa firms import FIRMS.csv CONTACTS.csv", ed.ReferenceDate)
	}
	if strange := strangers(ed, firms); len(strange) > 0 {
		for _, line := range strange[:min(len(strange), 20)] {
			d.say("FAIL  %s", line)
		}
		return someFailed("%d firms of the register are in groups that %s does not name; mend the register or the edition", len(strange), ed.ID)
	}
	var sch invite.Schedule
	if sch.Deadline, err = localTime(deadline, ed.Location); err != nil {
		return err
	}
	if sch.Closing, err = localTime(closing, ed.Location); err != nil {
		return err
	}
	before, err := l.Ledger.Round(ctx, ed.ID)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	round, err := l.Invite.Open(ctx, l.Ledger, ed.ID, sch)
	if err != nil {
		return err
	}
	if !round.Takes(l.Now()) && !round.OpenedAt.After(l.Now()) {
		d.say("warn  %s closed %s: uploads will be answered, not accepted. Move it: --deadline and --closing", ed.ID, round.Shut().In(ed.Location).Format("2006-01-02 15:04 MST"))
	}
	if moved := !before.Deadline.Equal(round.Deadline) || !before.Closing.Equal(round.Closing); moved && before.State == ledger.Open {
		d.say("warn  the workbooks that firms were sent name the earlier times: tell the firms. Reminders and new workbooks name the new ones")
	}
	n, err := d.invite(ctx, l, ed.ID)
	if err != nil {
		return err
	}
	return d.emit(map[string]any{"edition": ed.ID, "state": round.State, "deadline": round.Deadline, "closing": round.Closing, "invited": n, "outbox": l.outbox}, func() {
		d.say("%s is open until %s; deadline %s.", ed.ID, round.Shut().In(ed.Location).Format("2006-01-02 15:04 MST"), round.Deadline.In(ed.Location).Format("2006-01-02 15:04 MST"))
		d.say("%d invitations, each with the firm's workbook, are %s", n, l.letters())
		d.say("Next: cssa status     cssa submit FILE --firm FIRM")
	})
}

// strangers lists the firms of the population with a sector, peer group, size band or other attribute that the edition does
// not name: they would be groups of their own in every table. An attribute may be blank.
func strangers(ed *checklist.Edition, firms register.Firms) []string {
	named := map[checklist.Group]bool{}
	for _, g := range ed.Groups {
		named[checklist.Group{Dimension: g.Dimension, ID: g.ID}] = true
	}
	var lines []string
	for _, f := range firms.At(ed.ReferenceDate) {
		for i, by := range ed.Dimensions()[1:] {
			g := checklist.Group{Dimension: by, ID: f.Group(by)}
			if blank := i > 2 && g.ID == ""; !named[g] && !blank {
				lines = append(lines, fmt.Sprintf("%s: %s %q", f.ID, g.Dimension, g.ID))
			}
		}
	}
	return lines
}

// invite makes the workbooks and the letters, with a bar for each.
func (d *desk) invite(ctx context.Context, l *deployment, id checklist.EditionID) (int, error) {
	p := d.phase("checklist workbooks", 0)
	n, err := l.Invite.Invite(ctx, id, p.set)
	if err != nil {
		return 0, err
	}
	p.end("")
	p = d.phase("invitations", 0)
	if err := l.Drain(ctx); err != nil {
		return 0, err
	}
	if l.outbox == "" {
		p.end("handed over to be mailed")
	} else {
		p.end("written to a folder, nothing was sent")
	}
	return n, nil
}

func (d *desk) closeEdition(ctx context.Context, l *deployment) error {
	if err := l.Drain(ctx); err != nil {
		return err
	}
	round, err := l.Invite.Close(ctx, l.Ledger, d.editionID())
	if err != nil {
		return err
	}
	return d.emit(map[string]any{"edition": round.Edition, "state": round.State, "closed_at": round.ClosedAt}, func() {
		d.say("%s is %s. Next: cssa edition freeze", round.Edition, round.State)
	})
}

func (d *desk) freezeEdition(ctx context.Context, l *deployment) error {
	if err := l.Drain(ctx); err != nil {
		return err
	}
	if err := noUploadStuck(ctx, l); err != nil {
		return err
	}
	r, err := l.Runs.Freeze(ctx, d.editionID())
	if err != nil {
		return err
	}
	return d.emit(runView(r), func() {
		d.say("%s is frozen: run %s, %d of %d firms. Nothing enters any more.", r.Edition, r.ID, r.Replied, r.Population)
		d.say("Next: cssa release propose%s     then, by another person: cssa release approve%s", l.by(), l.by())
	})
}

// localTime reads a time in loc; "" is the zero time.
func localTime(s string, loc *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02 15:04", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("time %q: want e.g. 2027-01-15T17:00", s)
}

func runView(r ledger.Run) map[string]any {
	return map[string]any{"run": r.ID, "edition": r.Edition, "kind": r.Kind, "state": r.State, "population": r.Population, "replied": r.Replied, "answers": r.Answers, "started_at": r.StartedAt, "finished_at": r.FinishedAt, "why": r.Why}
}
