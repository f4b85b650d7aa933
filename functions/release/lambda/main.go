// Program release is the release (公表): POST /editions/{edition}/release/propose and …/approve, by two people.
package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cssa/events/awsevents"
	"cssa/functions/release"
	bucket "cssa/shared/archive/s3"
	bus "cssa/shared/bus/aws"
	"cssa/shared/lake/athena"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/questionnaire"
	"cssa/shared/settings"
)

func main() {
	log := settings.Logger(os.Stdout, os.Getenv("LOG_LEVEL"))
	if err := start(awsevents.Function{Name: "release", Log: log, Out: os.Stdout, Now: time.Now}); err != nil {
		log.Error("cannot start", slog.Any("error", err))
		os.Exit(1)
	}
}

func start(f awsevents.Function) error {
	var set settings.Release
	if err := settings.Load(&set, os.LookupEnv); err != nil {
		return err
	}
	cfg, err := awsevents.Config()
	if err != nil {
		return err
	}
	objects := s3.NewFromConfig(cfg)
	step := &release.Step{
		Editions: questionnaire.NewLibrary(questionnaire.Builtin()), Ledger: dynamo.New(dynamodb.NewFromConfig(cfg), set.LedgerTable),
		Lake: bucket.New(objects, set.RestrictedBucket), Open: bucket.New(objects, set.OpenBucket),
		Catalog:   athena.New(glue.NewFromConfig(cfg), athena.Door{Database: set.OpenDatabase, Bucket: set.OpenBucket, Open: true}),
		Publisher: bus.New(eventbridge.NewFromConfig(cfg), set.EventBus), Now: f.Now,
	}
	lambda.Start(awsevents.Serve(f, desk{step}.release))
	return nil
}
