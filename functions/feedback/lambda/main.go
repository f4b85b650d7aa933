// Program feedback is the maker of reports (還元): released runs, from the queue released.
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

	"cssa/events"
	"cssa/events/awsevents"
	"cssa/functions/feedback"
	bucket "cssa/shared/archive/s3"
	bus "cssa/shared/bus/aws"
	"cssa/shared/lake"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/questionnaire"
	"cssa/shared/settings"
)

func main() {
	log := settings.Logger(os.Stdout, os.Getenv("LOG_LEVEL"))
	if err := start(awsevents.Function{Name: "feedback", Log: log, Out: os.Stdout, Now: time.Now}); err != nil {
		log.Error("cannot start", slog.Any("error", err))
		os.Exit(1)
	}
}

func start(f awsevents.Function) error {
	var set settings.Feedback
	if err := settings.Load(&set, os.LookupEnv); err != nil {
		return err
	}
	cfg, err := awsevents.Config()
	if err != nil {
		return err
	}
	objects := s3.NewFromConfig(cfg)
	step := &feedback.Step{
		Editions: questionnaire.NewLibrary(questionnaire.Builtin()), Ledger: dynamo.New(dynamodb.NewFromConfig(cfg), set.LedgerTable),
		Counted: lake.Counted{Source: bucket.New(objects, set.RestrictedBucket)}, Tables: lake.Released{Source: bucket.New(objects, set.OpenBucket)},
		Archive:   bucket.New(objects, set.ArchiveBucket),
		Publisher: bus.New(eventbridge.NewFromConfig(cfg), set.EventBus),
	}
	lambda.Start(awsevents.Batch(f, func(ctx context.Context, _ *awsevents.Invocation, e awsevents.Envelope) error {
		ev, err := e.Event()
		if err != nil {
			return err
		}
		released, ok := ev.(events.Released)
		if !ok {
			return fmt.Errorf("%w: %s", awsevents.ErrForeign, ev.Name())
		}
		return step.Handle(ctx, released)
	}))
	return nil
}
