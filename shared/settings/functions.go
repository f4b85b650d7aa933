package settings

import "time"

// Invite is what the ticket API (案内) gets.
type Invite struct {
	LedgerTable  string `env:"LEDGER_TABLE"`
	InboxBucket  string `env:"INBOX_BUCKET"`
	GrantMinutes int    `env:"GRANT_MINUTES"` // how long a ticket's grant is good
	LogLevel     string `env:"LOG_LEVEL,optional"`
}

// Intake is what the reader of uploads (受付) gets.
type Intake struct {
	LedgerTable   string `env:"LEDGER_TABLE"`
	InboxBucket   string `env:"INBOX_BUCKET"`
	ArchiveBucket string `env:"ARCHIVE_BUCKET"`
	EventBus      string `env:"EVENT_BUS"`
	LogLevel      string `env:"LOG_LEVEL,optional"`
}

// Aggregate is what the nightly count (集計) gets.
type Aggregate struct {
	LedgerTable        string `env:"LEDGER_TABLE"`
	RestrictedBucket   string `env:"RESTRICTED_BUCKET"`
	RestrictedDatabase string `env:"RESTRICTED_DATABASE"`
	LogLevel           string `env:"LOG_LEVEL,optional"`
}

// Release is what the two-person release (公表) gets.
type Release struct {
	LedgerTable      string `env:"LEDGER_TABLE"`
	RestrictedBucket string `env:"RESTRICTED_BUCKET"`
	OpenBucket       string `env:"OPEN_BUCKET"`
	OpenDatabase     string `env:"OPEN_DATABASE"`
	EventBus         string `env:"EVENT_BUS"`
	LogLevel         string `env:"LOG_LEVEL,optional"`
}

// Feedback is what the maker of reports (還元) gets.
type Feedback struct {
	LedgerTable      string `env:"LEDGER_TABLE"`
	RestrictedBucket string `env:"RESTRICTED_BUCKET"`
	OpenBucket       string `env:"OPEN_BUCKET"`
	ArchiveBucket    string `env:"ARCHIVE_BUCKET"`
	EventBus         string `env:"EVENT_BUS"`
	LogLevel         string `env:"LOG_LEVEL,optional"`
}

// Dispatch is what the sender of letters (送付) gets.
type Dispatch struct {
	LedgerTable          string        `env:"LEDGER_TABLE"`
	ArchiveBucket        string        `env:"ARCHIVE_BUCKET"`
	MailFrom             string        `env:"MAIL_FROM"`
	MailConfigurationSet string        `env:"MAIL_CONFIGURATION_SET"`
	MailMode             string        `env:"MAIL_MODE" one:"sandbox real"` // sandbox: letters go to addresses of MAIL_FROM's own domain only
	DeskURL              string        `env:"DESK_URL"`
	LetterLease          time.Duration `env:"LETTER_LEASE"` // how long the claim on a letter holds
	LogLevel             string        `env:"LOG_LEVEL,optional"`
}

// Functions returns an empty struct of settings for every function, by the function's name.
func Functions() map[string]any {
	return map[string]any{
		"invite": Invite{}, "intake": Intake{}, "aggregate": Aggregate{}, "release": Release{}, "feedback": Feedback{}, "dispatch": Dispatch{},
	}
}
