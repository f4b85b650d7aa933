// Program invite is the ticket API (案内): POST /editions/{edition}/tickets mints a ticket for the caller's firm.
package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cssa/events/awsevents"
	"cssa/functions/invite/ticket"
	bucket "cssa/shared/archive/s3"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/questionnaire"
	"cssa/shared/settings"
)

func main() {
	log := settings.Logger(os.Stdout, os.Getenv("LOG_LEVEL"))
	if err := start(awsevents.Function{Name: "invite", Log: log, Out: os.Stdout, Now: time.Now}); err != nil {
		log.Error("cannot start", slog.Any("error", err))
		os.Exit(1)
	}
}

func start(f awsevents.Function) error {
	var set settings.Invite
	if err := settings.Load(&set, os.LookupEnv); err != nil {
		return err
	}
	cfg, err := awsevents.Config()
	if err != nil {
		return err
	}
	book := dynamo.New(dynamodb.NewFromConfig(cfg), set.LedgerTable)
	step := &ticket.Step{
		Editions: questionnaire.NewLibrary(questionnaire.Builtin()), Ledger: book,
		Inbox: bucket.New(s3.NewFromConfig(cfg), set.InboxBucket),
		Now:   f.Now, Expires: time.Duration(set.GrantMinutes) * time.Minute,
	}
	lambda.Start(awsevents.Serve(f, desk{step, book}.ticket))
	return nil
}
