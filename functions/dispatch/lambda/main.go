// Program dispatch is the sender of letters (送付): what happened, from the queue letters, and what became of the mail, from the queue mail-events.
package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"cssa/events/awsevents"
	"cssa/functions/dispatch"
	bucket "cssa/shared/archive/s3"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/mail/ses"
	"cssa/shared/questionnaire"
	"cssa/shared/settings"
)

func main() {
	log := settings.Logger(os.Stdout, os.Getenv("LOG_LEVEL"))
	if err := start(context.Background(), awsevents.Function{Name: "dispatch", Log: log, Out: os.Stdout, Now: time.Now}); err != nil {
		log.Error("cannot start", slog.Any("error", err))
		os.Exit(1)
	}
}

func start(ctx context.Context, f awsevents.Function) error {
	var set settings.Dispatch
	if err := settings.Load(&set, os.LookupEnv); err != nil {
		return err
	}
	cfg, err := awsevents.Config()
	if err != nil {
		return err
	}
	library := questionnaire.NewLibrary(questionnaire.Builtin())
	newest, err := library.Newest(ctx)
	if err != nil {
		return err
	}
	book := dynamo.New(dynamodb.NewFromConfig(cfg), set.LedgerTable)
	step := &dispatch.Step{
		Editions: library, Ledger: book, Archive: bucket.New(s3.NewFromConfig(cfg), set.ArchiveBucket),
		Sender: &ses.Sender{Client: sesv2.NewFromConfig(cfg), From: set.MailFrom, ConfigurationSet: set.MailConfigurationSet,
			Sandbox: set.MailMode != "real"},
		Identify: dispatch.Identify, Office: newest.Office, Desk: set.DeskURL, Owner: rand.Text(), Lease: set.LetterLease, Now: f.Now,
	}
	lambda.Start(awsevents.Batch(f, func(ctx context.Context, _ *awsevents.Invocation, e awsevents.Envelope) error {
		if e.Source == awsevents.SourceSES {
			said, ours, err := e.Delivery()
			if err != nil || !ours {
				return err
			}
			return book.NoteDelivery(ctx, said)
		}
		ev, err := e.Event()
		if err != nil {
			return err
		}
		return step.Handle(ctx, ev)
	}))
	return nil
}
