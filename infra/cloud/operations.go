package cloud

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsbudgets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"

	"cssa/shared/settings"
)

// A Watch says from when on alarms ring.
type Watch struct {
	Errors, Throttles int     // of one function within five minutes
	OldestMinutes     int     // that a message has waited
	NightlyHours      int     // without a nightly run that ended well
	BouncePercent     float64 // of letters; AWS reviews an account at 5 and stops it at 10
	ComplaintPercent  float64 // of letters; AWS reviews an account at 0.1 and stops it at 0.5
}

// fiveMinutes is how often metrics are looked at, in seconds; anHour for those that move slowly.
const (
	fiveMinutes = 300
	anHour      = 3600
)

// newOperations adds what tells the operator how the stage is: alarms and where they ring, one dashboard, the budget, the
// trail of who read what, and backups.
func newOperations(scope constructs.Construct, f *Foundation, st Stage) {
	topic := newTopic(scope, f, st)
	for _, a := range f.alarms(st) {
		newAlarm(scope, st, topic, a)
	}
	newDashboard(scope, f, st)
	newBudget(scope, st)
	if st.Trail {
		newTrail(scope, f, st)
	}
	if st.BackupDays > 0 {
		newBackups(scope, f, st)
	}
	acceptOperations(awscdk.Stack_Of(scope), f, st)
}

// newTopic adds where alarms ring: a mail to the operator, who must confirm it once.
func newTopic(scope constructs.Construct, f *Foundation, st Stage) awssns.Topic {
	alarms := awsiam.NewServicePrincipal(s("cloudwatch.amazonaws.com"), nil)
	here := map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(scope).Account()}}
	topic := awssns.NewTopic(scope, s("Alarms"), &awssns.TopicProps{
		TopicName: s(st.named("alarms")), DisplayName: s("cssa " + st.Name), MasterKey: f.Service, EnforceSSL: b(true),
	})
	topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(s(st.AlarmEmail), nil))
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{alarms}, Actions: list("sns:Publish"), Resources: &[]*string{topic.TopicArn()}, Conditions: &here,
	}))
	f.Service.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{alarms}, Actions: list("kms:Decrypt", "kms:GenerateDataKey"), Resources: list("*"), Conditions: &here,
	}), nil)
	return topic
}

// An alarm is one metric and from when on it rings. What is missing is nothing that happened, except where silence is the
// trouble.
type alarm struct {
	name, says        string
	namespace, metric string
	of                map[string]*string // dimensions
	statistic         string
	period, periods   int
	below             bool // rings below the threshold; otherwise at it and above
	threshold         float64
	silenceRings      bool
}

// alarms returns every alarm of the stage.
func (f *Foundation) alarms(st Stage) []alarm {
	w := st.Watch
	var all []alarm
	dead := func(name string, queue *string) {
		all = append(all, alarm{
			name: "dead-" + name, says: "messages were given up in " + st.named(name+"-dead") + ": read them, mend the cause, redrive them",
			namespace: "AWS/SQS", metric: "ApproximateNumberOfMessagesVisible", of: map[string]*string{"QueueName": queue},
			statistic: "Maximum", period: fiveMinutes, periods: 1, threshold: 1,
		})
	}
	for _, q := range f.Queues() {
		dead(q.Name, q.Dead.QueueName())
		all = append(all, alarm{
			name: "age-" + q.Name, says: fmt.Sprintf("a message waits in %s for more than %d minutes", st.named(q.Name), w.OldestMinutes),
			namespace: "AWS/SQS", metric: "ApproximateAgeOfOldestMessage", of: map[string]*string{"QueueName": q.Queue.QueueName()},
			statistic: "Maximum", period: fiveMinutes, periods: 1, threshold: float64(60 * w.OldestMinutes),
		})
	}
	dead("nightly", f.Nightly.QueueName())
	for _, name := range FunctionNames() {
		of := map[string]*string{"FunctionName": f.Functions[name].Lambda.FunctionName()}
		all = append(all, alarm{
			name: "errors-" + name, says: "the function " + name + " ended in errors: see its log",
			namespace: "AWS/Lambda", metric: "Errors", of: of, statistic: "Sum", period: fiveMinutes, periods: 1, threshold: float64(w.Errors),
		}, alarm{
			name: "throttles-" + name, says: "the function " + name + " was not let run: too many at a time",
			namespace: "AWS/Lambda", metric: "Throttles", of: of, statistic: "Sum", period: fiveMinutes, periods: 1, threshold: float64(w.Throttles),
		})
	}
	return append(all, alarm{
		name: "nightly-missed", says: fmt.Sprintf("no nightly run has ended well for %d hours", w.NightlyHours),
		namespace: settings.Namespace, metric: settings.MetricInvocations,
		of:        map[string]*string{settings.DimensionFunction: s("aggregate"), settings.DimensionOutcome: s("ok")},
		statistic: "Sum", period: anHour, periods: w.NightlyHours, below: true, threshold: 1, silenceRings: true,
	}, alarm{
		name: "bounces", says: "too many letters come back; SES stops accounts at 10 %",
		namespace: "AWS/SES", metric: "Reputation.BounceRate", statistic: "Average", period: anHour, periods: 1, threshold: w.BouncePercent / 100,
	}, alarm{
		name: "complaints", says: "too many addressees call letters spam; SES stops accounts at 0.5 %",
		namespace: "AWS/SES", metric: "Reputation.ComplaintRate", statistic: "Average", period: anHour, periods: 1, threshold: w.ComplaintPercent / 100,
	})
}

// newAlarm adds an alarm. It rings when it begins and when it is over.
func newAlarm(scope constructs.Construct, st Stage, topic awssns.Topic, a alarm) {
	props := &awscloudwatch.CfnAlarmProps{
		AlarmName: s(st.named(a.name)), AlarmDescription: s(a.says),
		Namespace: s(a.namespace), MetricName: s(a.metric), Statistic: s(a.statistic),
		Period: n(a.period), EvaluationPeriods: n(a.periods), Threshold: n(a.threshold),
		ComparisonOperator: s("GreaterThanOrEqualToThreshold"), TreatMissingData: s("notBreaching"),
		AlarmActions: &[]any{topic.TopicArn()}, OkActions: &[]any{topic.TopicArn()},
	}
	if a.below {
		props.ComparisonOperator = s("LessThanThreshold")
	}
	if a.silenceRings {
		props.TreatMissingData = s("breaching")
	}
	var dimensions []any
	for _, name := range []string{"QueueName", "FunctionName", settings.DimensionFunction, settings.DimensionOutcome} {
		if value, ok := a.of[name]; ok {
			dimensions = append(dimensions, &awscloudwatch.CfnAlarm_DimensionProperty{Name: s(name), Value: value})
		}
	}
	if dimensions != nil {
		props.Dimensions = dimensions
	}
	awscloudwatch.NewCfnAlarm(scope, s(title("alarm-"+a.name)), props)
}

// A widget is one picture of the dashboard.
type widget struct {
	title   string
	stat    string
	metrics [][]any
}

// newDashboard adds the one dashboard. It names things by their physical names, which are the stage's.
func newDashboard(scope constructs.Construct, f *Foundation, st Stage) {
	errors, times := widget{title: "Errors and throttles", stat: "Sum"}, widget{title: "Time of the slowest (ms)", stat: "Maximum"}
	for _, name := range FunctionNames() {
		errors.metrics = append(errors.metrics, []any{"AWS/Lambda", "Errors", "FunctionName", st.named(name)}, []any{"AWS/Lambda", "Throttles", "FunctionName", st.named(name)})
		times.metrics = append(times.metrics, []any{"AWS/Lambda", "Duration", "FunctionName", st.named(name)})
	}
	dead, age := widget{title: "Dead letters", stat: "Maximum"}, widget{title: "Oldest message (s)", stat: "Maximum"}
	for _, q := range f.Queues() {
		dead.metrics = append(dead.metrics, []any{"AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", st.named(q.Name + "-dead")})
		age.metrics = append(age.metrics, []any{"AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", st.named(q.Name)})
	}
	dead.metrics = append(dead.metrics, []any{"AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", st.named("nightly-dead")})
	runs := widget{title: "Nightly runs that ended well", stat: "Sum", metrics: [][]any{
		{settings.Namespace, settings.MetricInvocations, settings.DimensionFunction, "aggregate", settings.DimensionOutcome, "ok"},
	}}
	mail := widget{title: "Letters: share that bounced, share called spam", stat: "Average", metrics: [][]any{
		{"AWS/SES", "Reputation.BounceRate"}, {"AWS/SES", "Reputation.ComplaintRate"},
	}}
	var widgets []any
	for i, w := range []widget{errors, times, dead, age, runs, mail} {
		widgets = append(widgets, map[string]any{
			"type": "metric", "x": 12 * (i % 2), "y": 6 * (i / 2), "width": 12, "height": 6,
			"properties": map[string]any{"title": w.title, "region": st.Region, "stat": w.stat, "period": fiveMinutes, "metrics": w.metrics},
		})
	}
	body, err := json.Marshal(map[string]any{"widgets": widgets})
	if err != nil {
		panic(err) // strings and numbers always can be written
	}
	awscloudwatch.NewCfnDashboard(scope, s("Dashboard"), &awscloudwatch.CfnDashboardProps{
		DashboardName: s(st.named("overview")), DashboardBody: s(string(body)),
	})
}

// newBudget adds a warning by mail when the account's month costs, or will cost, more than is meant. It counts the whole
// account: tags count only in accounts where somebody has made them count, and a budget that sees nothing never warns.
func newBudget(scope constructs.Construct, st Stage) {
	tell := func(kind string, percent int) any {
		return &awsbudgets.CfnBudget_NotificationWithSubscribersProperty{
			Notification: &awsbudgets.CfnBudget_NotificationProperty{
				NotificationType: s(kind), ComparisonOperator: s("GREATER_THAN"), Threshold: n(percent), ThresholdType: s("PERCENTAGE"),
			},
			Subscribers: []any{&awsbudgets.CfnBudget_SubscriberProperty{SubscriptionType: s("EMAIL"), Address: s(st.AlarmEmail)}},
		}
	}
	awsbudgets.NewCfnBudget(scope, s("Budget"), &awsbudgets.CfnBudgetProps{
		Budget: &awsbudgets.CfnBudget_BudgetDataProperty{
			BudgetName: s(st.named("month")), BudgetType: s("COST"), TimeUnit: s("MONTHLY"),
			BudgetLimit: &awsbudgets.CfnBudget_SpendProperty{Amount: n(st.BudgetUSD), Unit: s("USD")},
		},
		NotificationsWithSubscribers: []any{tell("ACTUAL", 80), tell("FORECASTED", 100)},
	})
}
