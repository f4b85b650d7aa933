package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"cssa/functions/invite"
	"cssa/shared/checklist"
	"cssa/shared/workbook"
)

func (d *desk) ticketCommand() *cobra.Command {
	var firm, digest string
	var size int64
	c := &cobra.Command{
		Use: "ticket [FILE]", Short: "Mint a ticket (提出券) for the upload of one file", Args: cobra.MaximumNArgs(1),
		Long: "Prints the curl command that uploads the file. The ticket is good for exactly these bytes, once, for minutes.\n" +
			"It is a secret: whoever holds it may upload. On a laptop it needs a running `cssa serve`, which receives the upload.",
		Example: "  cssa ticket S-0137.xlsx --firm S-0137\n  cssa ticket --firm S-0137 --sha256 HEX --size BYTES --json",
	}
	c.Flags().StringVar(&firm, "firm", "", "firm id (required)")
	c.Flags().StringVar(&digest, "sha256", "", "SHA-256 of the file, if FILE is not given")
	c.Flags().Int64Var(&size, "size", -1, "size of the file in bytes, if FILE is not given")
	c.RunE = d.with(func(ctx context.Context, l *deployment, args []string) error {
		if d.held == nil && d.stage == "" {
			return someFailed("nothing would receive the upload; first, in another terminal: cssa serve --data %s", word(d.data))
		}
		return d.ticket(ctx, l, args, firm, digest, size)
	})
	return c
}

func (d *desk) ticket(ctx context.Context, l *deployment, args []string, firm, digest string, size int64) error {
	id, err := checklist.ParseFirmID(firm)
	if err != nil {
		return failure{exitUsage, err}
	}
	file := "FILE"
	if len(args) == 1 {
		body, err := os.ReadFile(d.path(args[0]))
		if err != nil {
			return usage("%v", err)
		}
		file, digest, size = args[0], sum(body), int64(len(body))
	}
	t, err := l.Invite.Ticket(ctx, invite.Request{Edition: d.editionID(), Firm: id, SHA256: digest, Size: size})
	if err != nil {
		return err
	}
	header := map[string]string{}
	for name := range t.Grant.Header {
		header[name] = t.Grant.Header.Get(name)
	}
	v := map[string]any{
		"edition": t.Ticket.Edition, "firm": t.Ticket.Firm, "version": t.Ticket.Number, "method": t.Grant.Method,
		"url": t.Grant.URL, "header": header, "expires": t.Grant.Expires,
	}
	return d.emit(v, func() { d.say("%s", curl(t, file)) })
}

// curl returns the command that uploads file with the ticket. Content-Length is curl's own to set.
func curl(t invite.Issued, file string) string {
	var names []string
	for name := range t.Grant.Header {
		if !strings.EqualFold(name, "Content-Length") && !strings.EqualFold(name, "Host") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var b strings.Builder
	fmt.Fprintf(&b, "curl --fail-with-body -sS -X %s --upload-file %s", t.Grant.Method, quote(file))
	for _, name := range names {
		fmt.Fprintf(&b, " -H %s", quote(name+": "+t.Grant.Header.Get(name)))
	}
	fmt.Fprintf(&b, " %s", quote(t.Grant.URL))
	return b.String()
}

// sum returns the SHA-256 of body in hex.
func sum(body []byte) string {
	digest := sha256.Sum256(body)
	return hex.EncodeToString(digest[:])
}

// word returns s as one word of a shell's command, quoted only where it must be.
func word(s string) string {
	for _, r := range s {
		if r <= ' ' || strings.ContainsRune("'\"`$&|;<>()[]{}*?!#~\\", r) || r == '\u3000' {
			return quote(s)
		}
	}
	return s
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// firmPrefix finds the firm id that a file's name begins with.
var firmPrefix = regexp.MustCompile(`^[A-Z]{1,4}-[0-9]{4,8}`)

func (d *desk) submitCommand() *cobra.Command {
	var firm string
	c := &cobra.Command{
		Use: "submit FILE...", Short: "Upload filled workbooks as their firms would, and say what became of them", Args: cobra.MinimumNArgs(1),
		Example: "  cssa submit S-0137.xlsx --firm S-0137\n  cssa submit incoming/*.xlsx",
	}
	c.Flags().StringVar(&firm, "firm", "", "firm id; default: the firm id that the file's name begins with, e.g. S-0137.xlsx, S-0137-2.xlsx")
	c.RunE = d.with(func(ctx context.Context, l *deployment, args []string) error {
		return d.submit(ctx, l, args, firm)
	})
	return c
}

// A submitted says what became of one file.
type submitted struct {
	File    string                 `json:"file"`
	Firm    checklist.FirmID       `json:"firm,omitempty"`
	Version checklist.TicketNumber `json:"version,omitempty"`
	Status  checklist.Status       `json:"status,omitempty"`
	Late    bool                   `json:"late"`
	Answers int                    `json:"answers"`
	Faults  []workbook.VerdictLine `json:"faults"`
	Marked  string                 `json:"marked,omitempty"` // the workbook that goes back with its faults marked
	Why     string                 `json:"why,omitempty"`
	raw     []checklist.Fault
}

func (d *desk) submit(ctx context.Context, l *deployment, files []string, firm string) error {
	_, round, _, err := d.round(ctx, l)
	if err != nil {
		return err
	}
	results := []submitted{}
	failed := 0
	for _, file := range files {
		r := d.submitOne(ctx, l, file, firm)
		if r.Status == checklist.Accepted {
			cur, err := l.Ledger.Current(ctx, round.Edition, r.Firm)
			if err != nil {
				return err
			}
			r.Late = round.Late(cur.FirstReceived)
		} else {
			failed++
		}
		results = append(results, r)
	}
	err = d.emit(results, func() {
		for _, r := range results {
			switch r.Status {
			case checklist.Accepted:
				note := ""
				if r.Late {
					note = ", late"
				}
				d.say("ok    %s  %s version %d accepted%s   %d answers, %d to confirm", r.File, r.Firm, r.Version, note, r.Answers, len(r.Faults))
				d.markedLine(r.Marked)
			case checklist.Returned:
				d.say("FAIL  %s  %s version %d returned   %d to mend", r.File, r.Firm, r.Version, checklist.Blocking(r.raw))
				d.faultTable(r.raw)
				d.markedLine(r.Marked)
			default:
				d.say("FAIL  %s  not uploaded: %s", r.File, r.Why)
			}
		}
		d.say("%d accepted, %d not. Letters are %s Next: cssa status", len(results)-failed, failed, l.letters())
	})
	if err == nil && failed > 0 {
		return someFailed("%d of %d files were not accepted", failed, len(files))
	}
	return err
}

func (d *desk) submitOne(ctx context.Context, l *deployment, file, firm string) submitted {
	r := submitted{File: file, Faults: []workbook.VerdictLine{}}
	if firm == "" {
		firm = firmPrefix.FindString(filepath.Base(file))
	}
	id, err := checklist.ParseFirmID(firm)
	if err != nil {
		r.Why = err.Error() + " (name the firm with --firm)"
		return r
	}
	r.Firm = id
	body, err := os.ReadFile(d.path(file))
	if err != nil {
		r.Why = err.Error()
		return r
	}
	number, err := put(ctx, l, d.editionID(), id, body)
	if err != nil {
		r.Why = err.Error()
		return r
	}
	r.Version = number
	sub, ok, err := l.outcome(ctx, d.editionID(), id, number)
	if err != nil {
		r.Why = err.Error()
		return r
	}
	if !ok {
		r.Why = l.notYet(id)
		return r
	}
	r.Status, r.Answers, r.raw, r.Faults = sub.Status, len(sub.Answers), sub.Faults, workbook.VerdictLines(sub.Faults)
	r.Marked = l.marked(sub.Marked)
	return r
}

// markedLine says where the workbook lies that goes back with its faults marked, if there is one.
func (d *desk) markedLine(at string) {
	if at != "" {
		d.say("      its workbook with the faults marked, attached to the letter: %s", at)
	}
}

// put uploads body as a firm would: it asks for a ticket for these bytes and sends them to its address.
func put(ctx context.Context, l *deployment, e checklist.EditionID, f checklist.FirmID, body []byte) (checklist.TicketNumber, error) {
	t, err := l.Invite.Ticket(ctx, invite.Request{Edition: e, Firm: f, SHA256: sum(body), Size: int64(len(body))})
	if err != nil {
		return 0, err
	}
	return t.Ticket.Number, send(ctx, t, body)
}

// send makes the presigned request. Its address is left out of errors.
func send(ctx context.Context, t invite.Issued, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, t.Grant.Method, t.Grant.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("upload: the ticket's address is not one")
	}
	for name, values := range t.Grant.Header {
		req.Header[name] = values
	}
	req.ContentLength = int64(len(body))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("upload of version %d: %w", t.Ticket.Number, errors.Unwrap(err))
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return fmt.Errorf("upload of version %d: %w", t.Ticket.Number, err)
	}
	// A key is written once, and it is this ticket's for these bytes: 412 says that they came, though the answer was lost.
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusPreconditionFailed {
		return fmt.Errorf("upload of version %d: the object store answers %s", t.Ticket.Number, res.Status)
	}
	return nil
}

func (d *desk) withdrawCommand() *cobra.Command {
	var firm string
	c := &cobra.Command{Use: "withdraw FIRM", Short: "Record that a firm takes its answers back (取下げ)", Args: cobra.MaximumNArgs(1), Example: "  cssa withdraw S-0137"}
	c.Flags().StringVar(&firm, "firm", "", "firm id, instead of FIRM")
	c.RunE = d.with(func(ctx context.Context, l *deployment, args []string) error {
		switch {
		case len(args) == 1 && firm == "":
			firm = args[0]
		case (len(args) == 1) == (firm != ""):
			return usage("want one firm, e.g. cssa withdraw S-0137")
		}
		id, err := checklist.ParseFirmID(firm)
		if err != nil {
			return failure{exitUsage, err}
		}
		sub, err := l.Intake.Withdraw(ctx, d.editionID(), id)
		if err != nil {
			return err
		}
		if err := l.Drain(ctx); err != nil {
			return err
		}
		return d.emit(map[string]any{"edition": sub.Edition, "firm": sub.Firm, "version": sub.Ticket, "status": sub.Status}, func() {
			d.say("%s: its answers no longer count (version %d). A new upload counts again. Next: cssa show %s", sub.Firm, sub.Ticket, sub.Firm)
		})
	})
	return c
}

func (d *desk) remindCommand() *cobra.Command {
	nth := 1
	c := &cobra.Command{Use: "remind", Short: "Write a reminder (提出のお願い) to every firm that has sent nothing", Args: cobra.NoArgs, Example: "  cssa remind --nth 1"}
	c.Flags().IntVar(&nth, "nth", 1, "which reminder of the round this is; each is written once")
	c.RunE = d.with(func(ctx context.Context, l *deployment, _ []string) error {
		if nth < 1 {
			return usage("--nth %d: want 1 or more", nth)
		}
		n, err := l.Invite.Remind(ctx, d.editionID(), nth)
		if err != nil {
			return err
		}
		if err := l.Drain(ctx); err != nil {
			return err
		}
		return d.emit(map[string]any{"edition": d.edition, "reminded": n, "nth": nth}, func() {
			d.say("%d reminders are %s", n, l.letters())
		})
	})
	return c
}
