// Package remote is a deployed stage as its operator reaches it: the same steps as on the laptop, on the stage's own ledger
// (DynamoDB), buckets (S3) and bus (EventBridge), with the operator's own credentials.
//
// What is done here and what is handed over:
//
//   - opening and closing a round, invitations, reminders, tickets, receipts and withdrawals are done here, by the steps;
//   - runs are made by the stage's function aggregate, releases by its function release behind the API, so that AWS, not the
//     caller, says who proposed and who approved;
//   - what the steps tell goes to the bus; the stage's functions read, answer and mail on their own, some seconds later.
//
// Where the stage's things are is read from the outputs of its stack, and what time it is from that answer. Credentials and region come from where the AWS
// command line takes them, but for a second factor, which is not asked for here: it would be for every verb anew.
// AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> are honoured, and mean a server of one's own.
//
// Who does what, as the roles of the stage allow it (infra/cloud): the operator all verbs but these; the supervisor tables and
// queries, and proposing a release; the releaser approving it; the analyst queries of the open door. What the operator's verbs
// call: cloudformation DescribeStacks; dynamodb GetItem, PutItem, Query and BatchWriteItem on the table; s3 PutObject and HeadObject
// in the inbox and under workbooks/ of the archive; events PutEvents; lambda Invoke of aggregate; sqs GetQueueAttributes of
// the queues of dead letters.
package remote

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"cssa/functions/intake"
	"cssa/functions/invite"
	"cssa/shared/archive/s3"
	busaws "cssa/shared/bus/aws"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/questionnaire"
)

// grantTime is how long the grant of a ticket that is minted here is good.
const grantTime = 10 * time.Minute

// A Deployment is a stage, open. Nothing runs here between calls, so there is nothing to close.
type Deployment struct {
	Stage     string
	Outputs   Outputs
	Now       func() time.Time
	Editions  *questionnaire.Library
	Ledger    *dynamo.Ledger
	Inbox     *s3.Bucket
	Archive   *s3.Bucket
	Lake      *s3.Bucket // restricted
	OpenLake  *s3.Bucket
	Invite    *invite.Step
	Intake    *intake.Step // its withdrawals and receipts: uploads are handled by the stage's function
	Aggregate *Aggregate
	Release   *Release
	Query     *Query

	queues *sqs.Client
}

// Open reads where the stage's things are and wires the steps to them. Their time is AWS's, should now be off.
func Open(ctx context.Context, stage string, now func() time.Time) (*Deployment, error) {
	if err := checkStage(stage); err != nil {
		return nil, err
	}
	cfg, err := open(ctx)
	if err != nil {
		return nil, fmt.Errorf("stage %s: %w", stage, err)
	}
	out, answered, err := readOutputs(ctx, cloudformation.NewFromConfig(cfg), stage)
	if err != nil {
		return nil, err
	}
	return wire(cfg, stage, out, clock(now, answered)), nil
}

func wire(cfg aws.Config, stage string, out Outputs, now func() time.Time) *Deployment {
	objects := awss3.NewFromConfig(cfg, func(o *awss3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // a server of one's own has no name for every bucket
		o.DisableLogOutputChecksumValidationSkipped = true
	})
	d := &Deployment{
		Stage: stage, Outputs: out, Now: now, Editions: questionnaire.NewLibrary(questionnaire.Builtin()),
		Ledger: dynamo.New(dynamodb.NewFromConfig(cfg), out.LedgerTable),
		Inbox:  s3.New(objects, out.InboxBucket), Archive: s3.New(objects, out.ArchiveBucket), Lake: s3.New(objects, out.RestrictedBucket), OpenLake: s3.New(objects, out.OpenBucket),
	}
	bus := busaws.New(eventbridge.NewFromConfig(cfg), out.EventBus)
	d.Invite = &invite.Step{
		Editions: d.Editions, Ledger: d.Ledger, Inbox: d.Inbox, Archive: d.Archive, Publisher: bus, Now: now, Expires: grantTime,
	}
	d.Intake = &intake.Step{
		Editions: d.Editions, Ledger: d.Ledger, Archive: d.Archive, Inbox: out.InboxBucket, Publisher: bus, Now: now,
	}
	d.Aggregate = &Aggregate{client: lambda.NewFromConfig(cfg, onlyOnce), function: out.AggregateFunction, ledger: d.Ledger}
	d.Release = &Release{config: cfg, url: out.ApiURL, ledger: d.Ledger, now: now, pause: sleep}
	d.queues = sqs.NewFromConfig(cfg)
	d.Query = &Query{client: athena.NewFromConfig(cfg), outputs: out}
	return d
}

// onlyOnce keeps the SDK from asking again for a run that may be at work: the caller sees what became of it.
func onlyOnce(o *lambda.Options) { o.RetryMaxAttempts = 1 }
