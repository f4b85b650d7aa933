package awsevents

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"cssa/shared/settings"
)

// The outcomes of an invocation, as its metrics name them.
const (
	OK      = "ok"
	Partial = "partial" // some messages of a batch were not handled
	Failed  = "failed"
	Refused = "refused" // a call that was answered with its caller's mistake
)

// Spare is how much of its time a function keeps back: with less left it begins nothing new.
const Spare = 10 * time.Second

// A Function is what every function has around its step.
type Function struct {
	Name string
	Log  *slog.Logger
	Out  io.Writer // where the line of metrics goes: the log of the function
	Now  func() time.Time
}

// An Invocation is one call of a function. Its handler may name the outcome and count.
type Invocation struct {
	Log     *slog.Logger   // knows the request
	Outcome string         // "": ok or failed, by the error
	Counts  map[string]int // metrics of the function's own
}

// Serve returns the handler of a function for lambda.Start: it gives handle a log that knows the request, and writes one
// line of metrics and, of a failure, one line of the log.
func Serve[In, Out any](f Function, handle func(context.Context, *Invocation, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		began := f.Now()
		inv := &Invocation{Log: f.Log.With(slog.String("function", f.Name)), Counts: map[string]int{}}
		if lc, ok := lambdacontext.FromContext(ctx); ok {
			inv.Log = inv.Log.With(slog.String("request", lc.AwsRequestID))
		}
		out, err := handle(ctx, inv, in)
		if err != nil {
			inv.Outcome = Failed
			inv.Log.ErrorContext(ctx, "failed", slog.Any("error", err))
		}
		if inv.Outcome == "" {
			inv.Outcome = OK
		}
		m := settings.Measure{Function: f.Name, Outcome: inv.Outcome, Took: f.Now().Sub(began), Counts: inv.Counts}
		if told := settings.WriteMeasure(f.Out, f.Now(), m); told != nil {
			inv.Log.WarnContext(ctx, "metrics not written", slog.Any("error", told))
		}
		return out, err
	}
}

// Batch returns the handler of a function behind queues. Messages are handled one after the other; one that fails, panics
// or is not begun for want of time (see [Spare]) is given back alone and comes again, until its queue dead-letters it.
func Batch(f Function, handle func(context.Context, *Invocation, Envelope) error) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return Serve(f, func(ctx context.Context, inv *Invocation, batch events.SQSEvent) (events.SQSEventResponse, error) {
		var back events.SQSEventResponse
		for _, m := range batch.Records {
			log := inv.Log.With(slog.String("message", m.MessageId))
			err := context.DeadlineExceeded
			if deadline, ok := ctx.Deadline(); !ok || deadline.Sub(f.Now()) >= Spare {
				err = one(ctx, inv, m, handle)
			}
			if err != nil {
				log.ErrorContext(ctx, "message not handled", slog.String("tries", m.Attributes["ApproximateReceiveCount"]), slog.Any("error", err))
				back.BatchItemFailures = append(back.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
			}
		}
		inv.Counts["Records"], inv.Counts["RecordsFailed"] = len(batch.Records), len(back.BatchItemFailures)
		switch len(back.BatchItemFailures) {
		case 0:
		case len(batch.Records):
			inv.Outcome = Failed
		default:
			inv.Outcome = Partial
		}
		return back, nil
	})
}

func one(ctx context.Context, inv *Invocation, m events.SQSMessage, handle func(context.Context, *Invocation, Envelope) error) (err error) {
	defer func() {
		if p := recover(); p != nil { // one poisoned message must not take the others along
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	e, err := Open([]byte(m.Body))
	if err != nil {
		return err
	}
	return handle(ctx, inv, e)
}
