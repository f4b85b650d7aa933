package cloud

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
)

// newPeople adds the roles of people. Each is taken with a second factor, for an hour, under the person's own user name, so
// that every log says who it was; and only by users whose tag cssa-STAGE names the role. A user has one value of a tag:
// whoever is tagged supervisor cannot be the releaser as well, nor the operator.
//
//	supervisor (監督担当)   asks of both doors' tables, behind the restricted one; proposes a release
//	releaser   (公表承認者) approves a release; sees rounds and releases, no answer and no table
//	analyst    (分析担当)   asks behind the open door
//	operator   (運用担当)   runs rounds by cssa --stage, counts, mends queues, reads logs; asks behind no door
func newPeople(scope constructs.Construct, f *Foundation, st Stage, restricted, open lakeDoor) {
	add := func(job string, may ...[]permission) {
		var all []permission
		for _, m := range may {
			all = append(all, m...)
		}
		role := newRole(scope, title(job)+"Role", "cssa "+st.Name+": the "+job, person(st, job), all...)
		role.Node().DefaultChild().(awsiam.CfnRole).SetRoleName(s(st.named(job)))
		output(scope, "Take"+title(job), "taken by users tagged cssa-"+st.Name+"="+job, role.RoleArn())
	}
	look := []permission{outputsOf(scope), f.readLedger("round", "runs", "release#*"), f.openLedger()}
	// Who may read restricted tables has no right in the open workgroup: an answer goes where the workgroup says, and what
	// lies in the open bucket analysts read.
	add("supervisor", look, asks(scope, st, restricted), reads(scope, open), f.calls(scope, "release/propose"))
	add("releaser", look, f.calls(scope, "release/approve"))
	add("analyst", append(asks(scope, st, open), outputsOf(scope)))
	add("operator", f.operates(scope, st))
}

// person is a user of this account who has the job.
func person(st Stage, job string) awsiam.IPrincipal {
	return awsiam.NewAccountRootPrincipal().WithConditions(&map[string]any{
		"Bool": map[string]any{"aws:MultiFactorAuthPresent": "true"},
		"StringEquals": map[string]any{
			"aws:PrincipalTag/cssa-" + st.Name: job,
			"sts:RoleSessionName":              "${aws:username}",
		},
	})
}

// asks allows asking behind a door: its workgroup, its tables, the files behind them, and the answers of its workgroup.
func asks(scope constructs.Construct, st Stage, d lakeDoor) []permission {
	return append(reads(scope, d),
		permission{[]string{
			"athena:BatchGetNamedQuery", "athena:BatchGetQueryExecution", "athena:GetNamedQuery", "athena:GetQueryExecution", "athena:GetQueryResults",
			"athena:GetQueryResultsStream", "athena:GetWorkGroup", "athena:ListNamedQueries", "athena:ListQueryExecutions",
			"athena:StartQueryExecution", "athena:StopQueryExecution",
		}, []*string{arnOf(scope, "athena", "workgroup/"+st.named(d.name))}, nil},
		permission{[]string{"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"}, objects(d.bucket, []string{answersPrefix}), nil},
		useKey(d.key, d.bucket, "kms:GenerateDataKey"),
	)
}

// reads allows reading a door's tables and the files behind them, from whichever workgroup.
func reads(scope constructs.Construct, d lakeDoor) []permission {
	return []permission{
		{[]string{"glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"},
			[]*string{arnOf(scope, "glue", "catalog"), arnOf(scope, "glue", "database/"+d.Database), arnOf(scope, "glue", "table/"+d.Database+"/*")}, nil},
		{[]string{"s3:GetBucketLocation", "s3:ListBucket"}, []*string{d.bucket.BucketArn()}, nil},
		{[]string{"s3:GetObject"}, objects(d.bucket, []string{""}), nil},
		useKey(d.key, d.bucket, "kms:Decrypt"),
	}
}

func arnOf(scope constructs.Construct, service, resource string) *string {
	return awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{Service: s(service), Resource: s(resource)})
}

// calls allows calling one of the API's routes, of every edition. The API knows the caller by this role and session.
func (f *Foundation) calls(scope constructs.Construct, route string) []permission {
	return []permission{{[]string{"execute-api:Invoke"}, []*string{awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: s("execute-api"), Resource: f.API.ApiId(), ResourceName: s("$default/POST/editions/*/" + route),
	})}, nil}}
}

// outputsOf allows reading where the stage's things are.
func outputsOf(scope constructs.Construct) permission {
	return permission{[]string{"cloudformation:DescribeStacks"}, []*string{awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: s("cloudformation"), Resource: s("stack"), ResourceName: s(*awscdk.Stack_Of(scope).StackName() + "/*"),
	})}, nil}
}

// operates allows what cssa --stage does to a stage (package infra/remote), and what the runbook asks for: dead letters,
// logs, alarms. Letters and releases are not the operator's: those are written by functions.
func (f *Foundation) operates(scope constructs.Construct, st Stage) []permission {
	stack := awscdk.Stack_Of(scope)
	arn := func(service, resource, name string, sep awscdk.ArnFormat) *string {
		return stack.FormatArn(&awscdk.ArnComponents{Service: s(service), Resource: s(resource), ResourceName: s(name), ArnFormat: sep})
	}
	var dead, queues []*string
	for _, q := range f.Queues() {
		dead, queues = append(dead, q.Dead.QueueArn()), append(queues, q.Queue.QueueArn())
	}
	dead = append(dead, f.Nightly.QueueArn())
	var logs []*string
	for _, name := range FunctionNames() {
		logs = append(logs, f.Functions[name].Log.LogGroupArn())
	}
	logs = append(logs, f.APILogs.LogGroupArn())
	return []permission{
		outputsOf(scope),
		f.readLedger("client", "round", "runs", "register", "firm", "ticket#*", "submission#*", "current#*", "release#*", "letter#*", "delivery"),
		f.writeLedger("client", "round", "register", "ticket#*", "submission#*", "current#*"),
		f.listItems("contact"), // to find those of a firm or of an earlier register
		f.ledger([]string{"dynamodb:BatchWriteItem"}, []string{"firm", "contact"}), // the register's entries, and erasing them
		f.openLedger(),
		putObjects(f.Inbox, ""),
		useKey(f.Answers, f.Inbox, "kms:Decrypt", "kms:GenerateDataKey"),
		putObjects(f.Archive, "workbooks/"),
		missObjects(f.Archive),
		useKey(f.Answers, f.Archive, "kms:Decrypt", "kms:GenerateDataKey"),
		f.tell("Accepted", "Returned", "Withdrawn", "Invited", "Reminder", "Stray"),
		{[]string{"lambda:InvokeFunction"}, []*string{f.Functions["aggregate"].Lambda.FunctionArn()}, nil},
		{[]string{"sqs:CancelMessageMoveTask", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ListMessageMoveTasks", "sqs:ReceiveMessage", "sqs:StartMessageMoveTask"}, dead, nil},
		{[]string{"sqs:GetQueueAttributes", "sqs:SendMessage"}, queues, nil},
		{[]string{"kms:Decrypt", "kms:GenerateDataKey"}, []*string{f.Service.KeyArn()}, via(f.Service, "sqs", nil)},
		{[]string{"logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"}, logs, nil},
		{[]string{"cloudwatch:DescribeAlarms"}, []*string{arn("cloudwatch", "alarm", st.named("*"), awscdk.ArnFormat_COLON_RESOURCE_NAME)}, nil},
		{[]string{"cloudwatch:GetDashboard"}, []*string{s("arn:" + *stack.Partition() + ":cloudwatch::" + *stack.Account() + ":dashboard/" + st.named("overview"))}, nil},
	}
}
