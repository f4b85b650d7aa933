package cloud

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/constructs-go/constructs/v10"

	"cssa/shared/questionnaire"
)

// newNightly adds a schedule for every edition that is counted at night, in the edition's own time zone. A run that could
// not be started is tried for six hours; after that, as after two failed runs, it is a dead letter, and the next night
// counts everything anyway. Scheduler names each night to the run, so that one that is started twice is made once.
func newNightly(scope constructs.Construct, f *Foundation, st Stage) error {
	aggregate := f.Functions["aggregate"].Lambda
	awslambda.NewCfnEventInvokeConfig(scope, s("AggregateRetries"), &awslambda.CfnEventInvokeConfigProps{
		FunctionName: aggregate.FunctionName(), Qualifier: s("$LATEST"),
		MaximumRetryAttempts: n(2), MaximumEventAgeInSeconds: n(6 * 60 * 60),
		DestinationConfig: &awslambda.CfnEventInvokeConfig_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventInvokeConfig_OnFailureProperty{Destination: f.Nightly.QueueArn()},
		},
	})
	role := newRole(scope, "NightlyRole", "cssa "+st.Name+": starts the nightly run", service(scope, "scheduler.amazonaws.com"),
		append(f.bury(f.Nightly.QueueArn()), permission{[]string{"lambda:InvokeFunction"}, []*string{aggregate.FunctionArn()}, nil})...)
	editions := questionnaire.NewLibrary(questionnaire.Builtin())
	for _, id := range st.Editions {
		ed, err := editions.Edition(context.Background(), id)
		if err != nil {
			return fmt.Errorf("stage %s: nightly run: %w", st.Name, err)
		}
		when, err := nightly(st.Nightly)
		if err != nil {
			return fmt.Errorf("stage %s: %w", st.Name, err)
		}
		// Scheduler puts the time in, between these very brackets, which json.Marshal would escape.
		input := fmt.Sprintf(`{"edition":%q,"due":"<aws.scheduler.scheduled-time>"}`, id)
		awsscheduler.NewCfnSchedule(scope, s("Nightly"+strings.ReplaceAll(title(string(id)), "-", "")), &awsscheduler.CfnScheduleProps{
			Name: s(st.named("nightly-" + string(id))), Description: s("cssa " + st.Name + ": counts " + string(id) + " every night"),
			ScheduleExpression: s(when), ScheduleExpressionTimezone: s(ed.Location.String()),
			FlexibleTimeWindow: &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: s("FLEXIBLE"), MaximumWindowInMinutes: n(15)},
			Target: &awsscheduler.CfnSchedule_TargetProperty{
				Arn: aggregate.FunctionArn(), RoleArn: role.RoleArn(), Input: s(input),
				RetryPolicy:      &awsscheduler.CfnSchedule_RetryPolicyProperty{MaximumEventAgeInSeconds: n(6 * 60 * 60), MaximumRetryAttempts: n(20)},
				DeadLetterConfig: &awsscheduler.CfnSchedule_DeadLetterConfigProperty{Arn: f.Nightly.QueueArn()},
			},
		})
	}
	return nil
}

// nightly turns "02:05" into a schedule expression.
func nightly(at string) (string, error) {
	var hour, minute int
	if _, err := fmt.Sscanf(at, "%d:%d", &hour, &minute); err != nil || fmt.Sprintf("%02d:%02d", hour, minute) != at || hour > 23 || minute > 59 {
		return "", fmt.Errorf("nightly run at %q: want hh:mm", at)
	}
	return fmt.Sprintf("cron(%d %d * * ? *)", minute, hour), nil
}
