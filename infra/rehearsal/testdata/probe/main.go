// Command probe is a function that does what its event asks, for the tests of the rehearsal itself.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

type ask struct {
	Do, Key, To string
	Then        []ask
}

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	p := probe{s3.NewFromConfig(cfg), dynamodb.NewFromConfig(cfg), eventbridge.NewFromConfig(cfg), sesv2.NewFromConfig(cfg)}
	lambda.Start(p.handle)
}

type probe struct {
	s3  *s3.Client
	db  *dynamodb.Client
	bus *eventbridge.Client
	ses *sesv2.Client
}

func (p probe) handle(ctx context.Context, raw json.RawMessage) (any, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(raw, &batch); err == nil && len(batch.Records) > 0 {
		var out events.SQSEventResponse
		for _, r := range batch.Records {
			var e struct{ Detail ask }
			if err := json.Unmarshal([]byte(r.Body), &e); err != nil {
				return nil, err
			}
			if _, err := p.do(ctx, e.Detail); err != nil {
				out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
			}
		}
		return out, nil
	}
	var http events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &http); err == nil && http.RouteKey != "" {
		who := ""
		if iam := http.RequestContext.Authorizer.IAM; iam != nil {
			who = iam.UserARN
		} else {
			who = http.RequestContext.Authorizer.JWT.Claims["firm"]
		}
		return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: who + " " + http.PathParameters["edition"]}, nil
	}
	var a ask
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, err
	}
	return p.do(ctx, a)
}

func (p probe) do(ctx context.Context, a ask) (said string, err error) {
	bucket, table := aws.String(os.Getenv("ARCHIVE_BUCKET")), aws.String(os.Getenv("LEDGER_TABLE"))
	switch a.Do {
	case "put":
		_, err = p.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &a.Key, Body: strings.NewReader("body")})
	case "get":
		_, err = p.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &a.Key})
	case "delete":
		_, err = p.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: &a.Key})
	case "presign":
		r, e := s3.NewPresignClient(p.s3).PresignPutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &a.Key}, s3.WithPresignExpires(time.Minute))
		if e != nil {
			return "", e
		}
		return r.URL, nil
	case "item": // writes if absent; a repeat is no error
		_, err = p.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, ConditionExpression: aws.String("attribute_not_exists(pk)"),
			Item: map[string]dynamotypes.AttributeValue{
				"pk": &dynamotypes.AttributeValueMemberS{Value: a.Key}, "sk": &dynamotypes.AttributeValueMemberS{Value: "x"}}})
		if err != nil && strings.Contains(err.Error(), "ConditionalCheckFailed") {
			return "there", nil
		}
	case "tell":
		body, e := json.Marshal(map[string]string{"Do": a.To, "Key": a.Key})
		if e != nil {
			return "", e
		}
		out, e := p.bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{
			EventBusName: aws.String(os.Getenv("EVENT_BUS")), Source: aws.String("cssa"), DetailType: aws.String("Told"), Detail: aws.String(string(body)),
		}}})
		err = e
		if e == nil && out.FailedEntryCount > 0 {
			err = fmt.Errorf("%d entries failed", out.FailedEntryCount)
		}
	case "mail":
		var raw bytes.Buffer
		fmt.Fprintf(&raw, "From: cssa@example.jp\r\nTo: %s\r\nX-CSSA-Letter: %s\r\n\r\nhello\r\n", a.To, a.Key)
		_, err = p.ses.SendEmail(ctx, &sesv2.SendEmailInput{FromEmailAddress: aws.String("cssa@example.jp"),
			Destination: &sestypes.Destination{ToAddresses: []string{a.To}}, Content: &sestypes.EmailContent{Raw: &sestypes.RawMessage{Data: raw.Bytes()}}})
	case "fail":
		err = fmt.Errorf("as told")
	}
	for _, next := range a.Then {
		if err == nil {
			said, err = p.do(ctx, next)
		}
	}
	return said, err
}
