package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cssa/shared/checklist"
	"cssa/shared/register"
)

func (d *desk) firmsCommand() *cobra.Command {
	c := &cobra.Command{Use: "firms", Short: "The register (名簿) of firms and contacts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	c.AddCommand(&cobra.Command{
		Use: "import FIRMS.csv CONTACTS.csv", Short: "Replace the register by two CSV files, if both are without fault",
		Long: "Columns of FIRMS.csv: firm_id,registration_number,name_ja,name_en,sector,peer_group,size_band,corporate_group,\n" +
			"successor,valid_from,valid_to. Of CONTACTS.csv: firm_id,role,name,email,valid_from,valid_to; role is officer or desk.\n" +
			"FIRMS.csv may have further columns, which editions name under dimensions; blank means none. UTF-8 or CP932. Nothing is\n" +
			"imported while there is a problem; all of them are listed.",
		Example: "  cssa firms import firms.csv contacts.csv", Args: cobra.ExactArgs(2),
		RunE: d.founding(d.importFirms),
	}, &cobra.Command{
		Use: "erase-contacts FIRM", Short: "Erase a firm's contacts, which are personal data, from the register", Args: cobra.ExactArgs(1),
		Long: "Letters to the firm are refused from here on until contacts are imported again. Its answers and letters sent stay.\n" +
			"Erase them in the CSV files too: the next import would bring them back.",
		Example: "  cssa firms erase-contacts S-0137",
		RunE:    d.with(d.eraseContacts),
	})
	var firm string
	var withdraw bool
	client := &cobra.Command{
		Use: "client ID", Short: "Record which firm a program or officer of the ticket API belongs to, or withdraw it", Args: cobra.ExactArgs(1),
		Long: "ID is the client's in the stage's user pool; an officer's is the user's sub. A client is one firm's for good, and what is\n" +
			"withdrawn stays so.",
		Example: "  cssa --stage prod firms client 3n4b5urk1ft4fl3mg5e62d9ado --firm S-0137\n  cssa --stage prod firms client 3n4b5urk1ft4fl3mg5e62d9ado --withdraw",
	}
	client.Flags().StringVar(&firm, "firm", "", "firm id")
	client.Flags().BoolVar(&withdraw, "withdraw", false, "the client gets no tickets any more")
	client.RunE = d.with(func(ctx context.Context, l *deployment, args []string) error {
		return d.putClient(ctx, l, args[0], firm, withdraw)
	})
	c.AddCommand(client)
	return c
}

func (d *desk) putClient(ctx context.Context, l *deployment, client, firm string, withdraw bool) error {
	if (firm == "") != withdraw {
		return usage("want --firm FIRM or --withdraw")
	}
	if firm != "" {
		if _, err := checklist.ParseFirmID(firm); err != nil {
			return failure{exitUsage, err}
		}
	}
	if err := l.Ledger.PutClient(ctx, client, checklist.FirmID(firm)); err != nil {
		return err
	}
	return d.emit(map[string]any{"client": client, "firm": firm}, func() {
		if withdraw {
			d.say("%s gets no tickets any more.", client)
			return
		}
		d.say("Tickets of %s are %s's.", client, firm)
	})
}

func (d *desk) importFirms(ctx context.Context, l *deployment, args []string) error {
	reg, problems, err := d.readRegister(args[0], args[1], l.attributes(ctx))
	if err != nil {
		return err
	}
	type problem struct {
		Where string `json:"where"`
		What  string `json:"what"`
		Mend  string `json:"mend"`
	}
	list := []problem{}
	for _, p := range problems {
		list = append(list, problem{strings.TrimSpace(fmt.Sprintf("%s:%d %s %s", p.File, p.Line, p.Column, p.Firm)), p.What.In(d.lang), p.Mend.In(d.lang)})
	}
	var left []leaver
	if len(list) == 0 {
		if left, err = d.leaving(ctx, l, reg); err != nil {
			return err
		}
	}
	for _, f := range left {
		list = append(list, problem{fmt.Sprintf("firms %s", f.firm),
			checklist.Text{
				JA: fmt.Sprintf("回答を受け付けた先が、%s の基準日（%s）の名簿からなくなります。", f.edition, f.day),
				EN: fmt.Sprintf("The firm has sent answers to %s and would not be in the register on its reference date, %s.", f.edition, f.day),
			}.In(d.lang),
			checklist.Text{
				JA: "行を残し、必要なら valid_to を記入してください。",
				EN: "Please keep its line, and give it a valid_to if it has ended since.",
			}.In(d.lang)})
	}
	if len(list) == 0 {
		if err := l.Ledger.PutRegister(ctx, reg); err != nil {
			return err
		}
	}
	firms := map[any]bool{}
	for _, f := range reg.Firms {
		firms[f.ID] = true
	}
	err = d.emit(map[string]any{"firms": len(firms), "contacts": len(reg.Contacts), "problems": list}, func() {
		for _, p := range list {
			d.say("FAIL  %s  %s\n      %s", p.Where, p.What, p.Mend)
		}
		if len(list) == 0 {
			d.say("Imported %d firms and %d contacts. Next: cssa edition open", len(firms), len(reg.Contacts))
		}
	})
	if err == nil && len(list) > 0 {
		return someFailed("%d problems; nothing was imported", len(list))
	}
	return err
}

// A leaver is a firm with answers that a new register would take out of a round's population.
type leaver struct {
	edition checklist.EditionID
	firm    checklist.FirmID
	day     checklist.Date
}

// leaving lists the leavers. The population is that of the reference date: without them no run of the round could be made.
func (d *desk) leaving(ctx context.Context, l *deployment, reg register.Register) ([]leaver, error) {
	rounds, err := l.Ledger.Rounds(ctx)
	if err != nil {
		return nil, err
	}
	var left []leaver
	for _, r := range rounds {
		ed, err := l.Editions.Edition(ctx, r.Edition)
		if err != nil {
			return nil, failure{exitSomeFailed, err}
		}
		for c, err := range l.Ledger.Currents(ctx, r.Edition) {
			if err != nil {
				return nil, err
			}
			if _, err := reg.Firm(c.Submission.Firm, ed.ReferenceDate); err != nil {
				left = append(left, leaver{r.Edition, c.Submission.Firm, ed.ReferenceDate})
			}
		}
	}
	return left, nil
}

func (d *desk) eraseContacts(ctx context.Context, l *deployment, args []string) error {
	id, err := checklist.ParseFirmID(args[0])
	if err != nil {
		return failure{exitUsage, err}
	}
	if err := l.Ledger.EraseContacts(ctx, id); err != nil {
		return err
	}
	return d.emit(map[string]any{"firm": id, "contacts": 0}, func() {
		d.say("%s has no contacts in the register any more. Erase them in the CSV files too, before the next: cssa firms import", id)
	})
}

// attributes returns the columns that the editions add to the register. One that cannot be read adds none.
func (l *deployment) attributes(ctx context.Context) []string {
	var columns []string
	ids, err := l.Editions.IDs()
	if err != nil {
		return nil
	}
	for _, id := range ids {
		ed, err := l.Editions.Edition(ctx, id)
		if err != nil {
			continue
		}
		for _, a := range ed.Attributes {
			if !slices.Contains(columns, string(a.Dimension)) {
				columns = append(columns, string(a.Dimension))
			}
		}
	}
	return columns
}

func (d *desk) readRegister(firmsPath, contactsPath string, attributes []string) (register.Register, []register.Problem, error) {
	var reg register.Register
	var problems []register.Problem
	firms, err := os.Open(d.path(firmsPath))
	if err != nil {
		return reg, nil, usage("%v", err)
	}
	defer firms.Close()
	contacts, err := os.Open(d.path(contactsPath))
	if err != nil {
		return reg, nil, usage("%v", err)
	}
	defer contacts.Close()
	reg, problems, err = register.Read(firms, contacts, attributes...)
	if err != nil {
		return reg, nil, fmt.Errorf("read the register: %w", err)
	}
	return reg, problems, nil
}
