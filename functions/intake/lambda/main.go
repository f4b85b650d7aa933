// Program intake is the reader of uploads (受付): results of the scan, or uploads themselves where nothing is scanned, from the queue uploads.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cssa/events/awsevents"
	"cssa/functions/intake"
	bucket "cssa/shared/archive/s3"
	bus "cssa/shared/bus/aws"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/questionnaire"
	"cssa/shared/settings"
)

func main() {
	log := settings.Logger(os.Stdout, os.Getenv("LOG_LEVEL"))
	if err := start(awsevents.Function{Name: "intake", Log: log, Out: os.Stdout, Now: time.Now}); err != nil {
		log.Error("cannot start", slog.Any("error", err))
		os.Exit(1)
	}
}

func start(f awsevents.Function) error {
	var set settings.Intake
	if err := settings.Load(&set, os.LookupEnv); err != nil {
		return err
	}
	cfg, err := awsevents.Config()
	if err != nil {
		return err
	}
	objects := s3.NewFromConfig(cfg)
	inbox := bucket.New(objects, set.InboxBucket)
	step := &intake.Step{
		Editions: questionnaire.NewLibrary(questionnaire.Builtin()), Ledger: dynamo.New(dynamodb.NewFromConfig(cfg), set.LedgerTable),
		Archive: bucket.New(objects, set.ArchiveBucket), Inbox: set.InboxBucket,
		Publisher: bus.New(eventbridge.NewFromConfig(cfg), set.EventBus), Now: f.Now,
	}
	lambda.Start(awsevents.Batch(f, func(ctx context.Context, _ *awsevents.Invocation, e awsevents.Envelope) error {
		up, err := e.Upload()
		if err == nil && up.Bucket != set.InboxBucket {
			err = fmt.Errorf("%w: an upload to %s", awsevents.ErrForeign, up.Bucket)
		}
		if err != nil {
			return err
		}
		return step.Scanned(ctx, inbox, up.Object, up.VersionID, up.Verdict)
	}))
	return nil
}
