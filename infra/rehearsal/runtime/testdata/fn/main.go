// Command fn is a function for the test of the runtime: what it is told to do is in the event.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct{ Do string }

func main() {
	if os.Getenv("MUST") == "" {
		fmt.Fprintln(os.Stderr, "MUST is missing")
		os.Exit(1)
	}
	lambda.Start(func(ctx context.Context, e event) (map[string]string, error) {
		switch e.Do {
		case "fail":
			return nil, errors.New("as told")
		case "panic":
			panic("as told")
		case "sleep":
			time.Sleep(time.Minute)
		case "exit":
			os.Exit(3)
		}
		lc, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		return map[string]string{
			"id": lc.AwsRequestID, "arn": lc.InvokedFunctionArn, "left": time.Until(deadline).Round(time.Second).String(),
			"pid": fmt.Sprint(os.Getpid()), "leaked": os.Getenv("LEAK"),
		}, nil
	})
}
