package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
)

// receives is how often a message is handed out before it is a dead letter.
const receives = 5

// newMessages adds the bus of our own events and the queues before the functions.
func newMessages(scope constructs.Construct, f *Foundation, st Stage) {
	f.Bus = awsevents.NewEventBus(scope, s("Bus"), &awsevents.EventBusProps{
		EventBusName: s(st.named("events")), Description: s("cssa " + st.Name + ": messages between the steps"),
	})
	// A message that is being handled is hidden for six times the function's time, as Lambda advises for its own retries;
	// the long one of a whole round's reports for little more than one, so that a killed one is soon taken up again.
	f.Uploads = newQueue(scope, f, st, "Uploads", "uploads", 6*intakeSeconds)
	f.Released = newQueue(scope, f, st, "Released", "released", feedbackSeconds+300)
	f.Letters = newQueue(scope, f, st, "Letters", "letters", 6*dispatchSeconds)
	f.MailEvents = newQueue(scope, f, st, "MailEvents", "mail-events", 6*dispatchSeconds)
	f.Nightly = newDeadLetters(scope, f, st, "Nightly", "nightly")

	route(scope, st, "ReleasedRule", "released", f.Bus.EventBusName(), f.Released, map[string]any{
		"source": []string{"cssa"}, "detail-type": []string{"Released"},
	})
	route(scope, st, "LettersRule", "letters", f.Bus.EventBusName(), f.Letters, map[string]any{
		"source":      []string{"cssa"},
		"detail-type": []string{"Accepted", "Returned", "Withdrawn", "Invited", "Reminder", "FeedbackReady", "Stray", "Infected"},
	})
}

// newQueue adds a queue whose messages are hidden for so many seconds while they are handled, and its dead letters.
func newQueue(scope constructs.Construct, f *Foundation, st Stage, id, name string, hidden int) Queue {
	q := Queue{Name: name, Dead: newDeadLetters(scope, f, st, id, name)}
	q.Queue = awssqs.NewQueue(scope, s(id), &awssqs.QueueProps{
		QueueName:  s(st.named(name)),
		Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: f.Service, DataKeyReuse: seconds(3600),
		EnforceSSL:        b(true),
		RetentionPeriod:   days(4), // a dead letter's age counts from here, so it has ten more
		VisibilityTimeout: seconds(hidden),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: q.Dead, MaxReceiveCount: n(receives)},
	})
	return q
}

func newDeadLetters(scope constructs.Construct, f *Foundation, st Stage, id, name string) awssqs.Queue {
	return awssqs.NewQueue(scope, s(id+"Dead"), &awssqs.QueueProps{
		QueueName:  s(st.named(name + "-dead")),
		Encryption: awssqs.QueueEncryption_KMS, EncryptionMasterKey: f.Service, DataKeyReuse: seconds(3600),
		EnforceSSL: b(true), RetentionPeriod: days(14),
	})
}

// route adds a rule that sends the events of a bus that match a pattern to a queue, and what it could not send within a
// day to the queue's dead letters. That queue's policy lets this rule in and nothing else.
func route(scope constructs.Construct, st Stage, id, name string, bus *string, to Queue, pattern map[string]any) {
	rule := awsevents.NewCfnRule(scope, s(id), &awsevents.CfnRuleProps{
		Name: s(st.named(name)), Description: s("cssa " + st.Name + ": to the queue " + to.Name),
		EventBusName: bus, EventPattern: &pattern, State: s("ENABLED"),
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id: s("queue"), Arn: to.Queue.QueueArn(),
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: to.Dead.QueueArn()},
			RetryPolicy: &awsevents.CfnRule_RetryPolicyProperty{
				MaximumEventAgeInSeconds: n(24 * 60 * 60), MaximumRetryAttempts: n(185),
			},
		}},
	})
	for _, q := range []awssqs.Queue{to.Queue, to.Dead} {
		q.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(s("events.amazonaws.com"), nil)},
			Actions:    list("sqs:SendMessage"),
			Resources:  &[]*string{q.QueueArn()},
			Conditions: &map[string]any{
				"ArnEquals":    map[string]any{"aws:SourceArn": rule.AttrArn()},
				"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(scope).Account()},
			},
		}))
	}
}
