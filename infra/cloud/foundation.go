package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
)

// A Foundation is what the concerns of a stage share. Each fills in its own part, in the order of newStage.
type Foundation struct {
	Answers awskms.Key // encrypts what firms wrote: inbox, archive, restricted lake, ledger
	Service awskms.Key // encrypts the rest: open lake, queues, logs, alarms

	Inbox, Archive   awss3.Bucket
	Restricted, Open awss3.Bucket // the lake's two doors
	Logs             awss3.Bucket // access logs of the other buckets
	Ledger           awsdynamodb.Table
	Bus              awsevents.EventBus

	Uploads, Released, Letters, MailEvents Queue
	Nightly                                awssqs.Queue // dead letters of the nightly run, which has no queue before it

	MailIdentity     awsses.EmailIdentity
	ConfigurationSet awsses.ConfigurationSet
	Functions        map[string]Function // by name; go through FunctionNames for an order
	API              awsapigatewayv2.HttpApi
	APIStage         awsapigatewayv2.HttpStage
	APILogs          awslogs.LogGroup
	Officers         awscognito.UserPool
}

// A Queue is a queue and where its messages end that could not be handled.
type Queue struct {
	Name        string
	Queue, Dead awssqs.Queue
}

// A Function is a step's Lambda function with its own role and log.
type Function struct {
	Name   string
	Lambda awslambda.Function
	Role   awsiam.Role
	Log    awslogs.LogGroup
}

// FunctionNames are the steps in the order of the corridor.
func FunctionNames() []string {
	return []string{"invite", "intake", "aggregate", "release", "feedback", "dispatch"}
}

// Queues returns every queue that has dead letters, in the order of the corridor.
func (f *Foundation) Queues() []Queue {
	return []Queue{f.Uploads, f.Released, f.Letters, f.MailEvents}
}
