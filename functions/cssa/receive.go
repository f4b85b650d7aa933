package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"cssa/functions/intake"
	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

func (d *desk) receiveCommand() *cobra.Command {
	var firm, via, received string
	c := &cobra.Command{
		Use: "receive FILE", Short: "Take in a workbook that came another way, on behalf of its firm (代理受付)", Args: cobra.ExactArgs(1),
		Long: "The file is kept, read, checked and answered by letter as the firm's own upload would be; the version says which way it\n" +
			"came. The time of receipt is that of --received, or now. Repeating it for the same file takes nothing in twice.",
		Example: "  cssa receive letter-0137.xlsx --firm S-0137 --via mail --received 2027-01-14T10:30",
	}
	c.Flags().StringVar(&firm, "for", "", "firm id (required)")
	c.Flags().StringVar(&via, "via", "", "which way it came, e.g. mail, courier, counter (required)")
	c.Flags().StringVar(&received, "received", "", "when it came, in the edition's time zone, e.g. 2027-01-14T10:30; default now")
	c.RunE = d.with(func(ctx context.Context, l *deployment, args []string) error {
		return d.receive(ctx, l, args[0], firm, via, received)
	})
	return c
}

func (d *desk) receive(ctx context.Context, l *deployment, file, firm, via, received string) error {
	id, err := checklist.ParseFirmID(firm)
	if err != nil {
		return failure{exitUsage, err}
	}
	if via == "" {
		return usage("--via is required: which way it came, e.g. mail, courier, counter")
	}
	ed, round, _, err := d.round(ctx, l)
	if err != nil {
		return err
	}
	at, err := localTime(received, ed.Location)
	if err != nil {
		return err
	}
	body, err := os.ReadFile(d.path(file))
	if err != nil {
		return usage("%v", err)
	}
	t, recorded, err := l.Intake.Receive(ctx, l.Inbox, l.Ledger, intake.Receipt{Edition: ed.ID, Firm: id, Via: via, At: at, Body: body})
	if err != nil {
		return err
	}
	s, ok, err := l.outcome(ctx, ed.ID, id, t.Number)
	if err != nil {
		return err
	}
	if !ok {
		return someFailed("%s: version %d of %s was received, but %s", file, t.Number, id, l.notYet(id))
	}
	cur, err := l.Ledger.Current(ctx, ed.ID, id)
	if err != nil {
		return err
	}
	late := round.Late(cur.FirstReceived)
	v := map[string]any{
		"edition": ed.ID, "firm": id, "version": t.Number, "via": s.Via, "received_at": s.ReceivedAt, "status": s.Status, "late": late,
		"answers": len(s.Answers), "faults": workbook.VerdictLines(s.Faults), "repeated": recorded,
	}
	err = d.emit(v, func() {
		when := s.ReceivedAt.In(ed.Location).Format("2006-01-02 15:04")
		if recorded {
			d.say("      %s was taken in before: this is the same version", file)
		}
		switch {
		case s.Status == checklist.Returned:
			d.say("FAIL  %s  %s version %d, by %s on %s, returned   %d to mend", file, id, t.Number, s.Via, when, checklist.Blocking(s.Faults))
			d.faultTable(s.Faults)
		default:
			note := ""
			if late {
				note = ", late"
			}
			d.say("ok    %s  %s version %d, by %s on %s, accepted%s   %d answers, %d to confirm", file, id, t.Number, s.Via, when, note, len(s.Answers), len(s.Faults))
		}
		d.say("Letters are %s Next: cssa show %s", l.letters(), id)
	})
	if err == nil && s.Status == checklist.Returned {
		return someFailed("%s was returned", file)
	}
	return err
}
