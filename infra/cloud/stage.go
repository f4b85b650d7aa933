package cloud

import (
	"fmt"
	"slices"
	"strings"

	"cssa/shared/checklist"
)

// A Stage is one deployment of the system and all that two of them may differ in. There is no other place for settings.
type Stage struct {
	Name    string // part of every physical name
	Account string // 12 digits; "" is the account of whoever deploys, and lets the template be made without one
	Region  string

	// ScanUploads has GuardDuty scan every upload before anything reads it. Where it is off, or a region does not have it,
	// uploads go straight to intake and the output ScanUploads says so.
	ScanUploads bool
	// RealMail sends letters to firms. Where it is off dispatch stays in its sandbox mode.
	RealMail bool
	// Keep makes all that holds data outlive the stack and protects it against deletion. A stage without it is for trials.
	Keep bool
	// MachineClients are the firms whose programs obtain tickets by client credentials: a client each, which the ledger
	// must be told of too.
	MachineClients []checklist.FirmID

	Domain     string // the mail's domain, verified by DKIM
	MailFrom   string // the letters' sender, of Domain
	DeskURL    string // where a firm mints its ticket; letters carry it
	AlarmEmail string // who is told
	BudgetUSD  float64

	Editions       []checklist.EditionID // those counted every night
	Nightly        string                // when, "02:00", in the edition's time zone
	GrantMinutes   int                   // how long a ticket's grant is good
	RetentionYears int                   // how long Object Lock holds an original in governance mode; 0 is as long as somebody says of each
	LogDays        int                   // how long logs are kept: one of CloudWatch's values

	ScanLimitMB int   // how much an analyst's query may read before it is stopped; Athena is paid by it
	RotateKeys  bool  // new key material every year; each of a key's first two rotations costs as much as the key, for good
	Rewind      bool  // the ledger can be put back to any second of the last 35 days
	Trail       bool  // CloudTrail: who read an answer, who asked what of the lake and when
	BackupDays  int   // how long AWS Backup keeps a night's copy of ledger and archive; 0 makes none
	Watch       Watch // from when on alarms ring
}

// stages are all there are. An account of one's own is entered here.
func stages() []Stage {
	return []Stage{
		{
			Name: "dev", Region: "ap-northeast-1",
			ScanUploads: true, MachineClients: []checklist.FirmID{"S-0001"},
			Domain: "dev.cssa.example.jp", MailFrom: "cssa@dev.cssa.example.jp", DeskURL: "https://dev.cssa.example.jp/",
			AlarmEmail: "operator@cssa.example.jp", BudgetUSD: 10,
			Editions: []checklist.EditionID{"2023-securities"}, Nightly: "02:00", GrantMinutes: 10, RetentionYears: 0, LogDays: 30,
			ScanLimitMB: 1000, RotateKeys: true, Rewind: true, Trail: true,
			Watch: Watch{Errors: 3, Throttles: 10, OldestMinutes: 240, NightlyHours: 50, BouncePercent: 5, ComplaintPercent: 0.1},
		},
		{
			Name: "prod", Region: "ap-northeast-1",
			ScanUploads: true, RealMail: true, Keep: true,
			Domain: "cssa.example.jp", MailFrom: "cssa@cssa.example.jp", DeskURL: "https://cssa.example.jp/",
			AlarmEmail: "operator@cssa.example.jp", BudgetUSD: 30,
			Editions: []checklist.EditionID{"2023-securities"}, Nightly: "02:00", GrantMinutes: 10, RetentionYears: 7, LogDays: 365,
			ScanLimitMB: 10_000, RotateKeys: true, Rewind: true, Trail: true, BackupDays: 35,
			Watch: Watch{Errors: 1, Throttles: 1, OldestMinutes: 60, NightlyHours: 26, BouncePercent: 5, ComplaintPercent: 0.1},
		},
	}
}

// StageNamed returns a stage, or an error that names those there are.
func StageNamed(name string) (Stage, error) {
	all := stages()
	i := slices.IndexFunc(all, func(st Stage) bool { return st.Name == name })
	if i < 0 {
		var names []string
		for _, st := range all {
			names = append(names, st.Name)
		}
		return Stage{}, fmt.Errorf("no stage %q: choose one of %s by STAGE or -c stage=", name, strings.Join(names, ", "))
	}
	return all[i], nil
}

// named returns the physical name of a thing of the stage. Only what can be made again has one: buckets, the table and the
// keys outlive a stack, and their names would stand in the way of the next.
func (st Stage) named(thing string) string { return "cssa-" + st.Name + "-" + thing }

// RestrictedDatabase and OpenDatabase are the names of the lake's two Glue databases.
func (st Stage) RestrictedDatabase() string { return "cssa_" + st.Name + "_restricted" }

// OpenDatabase is the one of released tables.
func (st Stage) OpenDatabase() string { return "cssa_" + st.Name + "_open" }
