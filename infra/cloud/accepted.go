package cloud

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// acceptOperations lists what the rule packs find in the people's roles and in operations, and is as meant.
func acceptOperations(stack awscdk.Stack, f *Foundation, st Stage) {
	const nist, wide = "NIST.800.53.R5-", "AwsSolutions-IAM5[Resource::%s]"
	account := st.Account
	if account == "" {
		account = "<AWS::AccountId>"
	}
	arn := func(service, rest string) string {
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, st.Region, account, rest)
	}
	in := func(bucket constructs.IConstruct, keys string) string {
		return "<" + logicalID(bucket) + ".Arn>/" + keys
	}
	role := func(job string) constructs.IConstruct { return stack.Node().FindChild(s(title(job) + "Role")) }
	widely := func(at constructs.IConstruct, why string, things ...string) {
		for _, thing := range things {
			accept(at, why, fmt.Sprintf(wide, thing))
		}
	}
	for _, job := range []string{"supervisor", "releaser", "analyst", "operator"} {
		accept(role(job), "a policy inside its role: it serves that role only, and the role never exists without it", nist+"IAMNoInlinePolicy")
	}

	const door = "all of one door: its tables, their files, and the answers to its queries, whose names Athena chooses"
	glue := func(database string) string { return arn("glue", "table/"+database+"/*") }
	widely(role("analyst"), door, in(f.Open, "*"), in(f.Open, "athena/*"), glue(st.OpenDatabase()))
	widely(role("supervisor"), door, in(f.Open, "*"), in(f.Open, "athena/*"), glue(st.OpenDatabase()),
		in(f.Restricted, "*"), in(f.Restricted, "athena/*"), glue(st.RestrictedDatabase()))

	const outputs = "the stage's own stack, whose id ends in a number of its making; what is read there are names, no data"
	const route = "one route of the API, of every edition"
	api := *stack.GetLogicalId(f.API.Node().DefaultChild().(awscdk.CfnElement))
	invoke := func(path string) string {
		return arn("execute-api", "<"+api+">/$default/POST/editions/*/release/"+path)
	}
	for _, job := range []string{"supervisor", "releaser", "analyst", "operator"} {
		widely(role(job), outputs, arn("cloudformation", "stack/"+st.named("system")+"/*"))
	}
	widely(role("supervisor"), route, invoke("propose"))
	widely(role("releaser"), route, invoke("approve"))
	widely(role("operator"), "uploads on behalf of firms, and their checklists: keys are made of editions, firms and tickets, which are many",
		in(f.Inbox, "*"), in(f.Archive, "workbooks/*"))
	widely(role("operator"), "all alarms of this stage, and no other's", arn("cloudwatch", "alarm:"+st.named("*")))

	if !st.RotateKeys {
		for _, key := range []constructs.IConstruct{f.Answers, f.Service} {
			accept(key, "this stage does without new key material every year (RotateKeys false): it costs more than the key", nist+"KMSBackingKeyRotationEnabled", "AwsSolutions-KMS5")
		}
	}
	if !st.Rewind {
		accept(f.Ledger, "this stage does without point-in-time recovery (Rewind false): nothing that matters is in its ledger", nist+"DynamoDBPITREnabled", "AwsSolutions-DDB3")
	}
	if st.Trail {
		accept(stack.Node().FindChild(s("TrailLogs")), "one region by law and cost; the trail's files are chained by digests, so that a loss shows", nist+"S3BucketReplicationEnabled")
		accept(stack.Node().FindChild(s("Trail")), "kept in its own bucket, which Athena can read; a copy in CloudWatch Logs costs by the byte and nothing looks at it",
			nist+"CloudTrailCloudWatchLogsEnabled")
	}
	if st.BackupDays == 0 {
		accept(f.Ledger, "this stage makes no copies (BackupDays 0): it holds nothing that matters, and can be put back to any minute", nist+"DynamoDBInBackupPlan")
		return
	}
	backup := stack.Node().FindChild(s("BackupRole"))
	accept(backup, "a policy inside its role: it serves that role only, and the role never exists without it", nist+"IAMNoInlinePolicy")
	widely(backup, "what AWS Backup asks of every role it works under: these three actions know no resources, the rule and the copies have names it chooses",
		"*", arn("events", "rule/AwsBackupManagedRule*"), "<"+*stack.GetLogicalId(f.Ledger.Node().DefaultChild().(awscdk.CfnElement))+".Arn>/backup/*")
	widely(backup, "it copies every object of the archive", in(f.Archive, "*"))
}
