// Program aggregate is the count (集計): every night by the scheduler, and when the operator freezes a round.
package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cssa/events/awsevents"
	"cssa/functions/aggregate"
	bucket "cssa/shared/archive/s3"
	"cssa/shared/lake/athena"
	"cssa/shared/ledger"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/questionnaire"
	"cssa/shared/settings"
)

func main() {
	log := settings.Logger(os.Stdout, os.Getenv("LOG_LEVEL"))
	if err := start(awsevents.Function{Name: "aggregate", Log: log, Out: os.Stdout, Now: time.Now}); err != nil {
		log.Error("cannot start", slog.Any("error", err))
		os.Exit(1)
	}
}

func start(f awsevents.Function) error {
	var set settings.Aggregate
	if err := settings.Load(&set, os.LookupEnv); err != nil {
		return err
	}
	cfg, err := awsevents.Config()
	if err != nil {
		return err
	}
	restricted := bucket.New(s3.NewFromConfig(cfg), set.RestrictedBucket)
	step := &aggregate.Step{
		Editions: questionnaire.NewLibrary(questionnaire.Builtin()), Ledger: dynamo.New(dynamodb.NewFromConfig(cfg), set.LedgerTable),
		Lake: restricted, Past: restricted,
		Catalog: athena.New(glue.NewFromConfig(cfg), athena.Door{Database: set.RestrictedDatabase, Bucket: set.RestrictedBucket}),
		Now:     f.Now,
		Program: settings.Program,
	}
	lambda.Start(awsevents.Serve(f, func(ctx context.Context, inv *awsevents.Invocation, night awsevents.Night) (ledger.Run, error) {
		var made ledger.Run
		var err error
		step := *step
		step.Told = func(ctx context.Context, r aggregate.Reading) {
			inv.Counts["Reused"], inv.Counts["Read"] = r.Reused, r.Read
			if r.Why != "" {
				inv.Log.InfoContext(ctx, "everything was read", slog.String("why", r.Why))
			}
		}
		switch {
		case night.Freeze:
			made, err = step.Freeze(ctx, night.Edition)
		case night.Due.IsZero():
			made, err = step.Nightly(ctx, night.Edition)
		default:
			made, err = step.Night(ctx, night.Edition, night.Due)
		}
		if !night.Freeze && (errors.Is(err, aggregate.ErrNotOpen) || errors.Is(err, ledger.ErrFrozen)) {
			inv.Log.InfoContext(ctx, "no run tonight", slog.Any("why", err))
			return ledger.Run{}, nil
		}
		inv.Counts["Runs"], inv.Counts["Replied"], inv.Counts["Answers"] = 1, made.Replied, made.Answers
		return made, err
	}))
	return nil
}
