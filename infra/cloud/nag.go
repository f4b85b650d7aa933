package cloud

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// The beginnings of the rule packs' names, and reasons that are given more than once.
const (
	solutions, nist = "AwsSolutions-", "NIST.800.53.R5-"
	oneRegion       = "versions, Object Lock and backups guard against loss; a second region costs, and is the operator's decision"
	inlinePolicy    = "a policy inside its role: it serves that role only, and the role never exists without it"
)

// nag holds every stack of the app to two rule packs.
func nag(app awscdk.App) {
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: b(true)}), nil)
	awscdk.Aspects_Of(app).Add(cdknag.NewNIST80053R5Checks(&cdknag.NagPackProps{Reports: b(true)}), nil)
}

// accept says that a finding of the rule packs is as meant, and why. A finding of one of several things has the form
// "RULE[thing]", as the report prints it.
func accept(at constructs.IConstruct, why string, findings ...string) {
	var accepted []*cdknag.NagPackSuppression
	for _, finding := range findings {
		rule, thing, of := strings.Cut(strings.TrimSuffix(finding, "]"), "[")
		sup := &cdknag.NagPackSuppression{Id: s(rule), Reason: s(why)}
		if of {
			sup.AppliesTo = &[]any{s(thing)}
		}
		accepted = append(accepted, sup)
	}
	if resource := at.Node().DefaultChild(); resource != nil {
		at = resource // and not its policy, its clients …
	}
	cdknag.NagSuppressions_AddResourceSuppressions(at, &accepted, b(false))
}

// acknowledge lists what the rule packs find and is as meant. What is not listed fails, and so does what is listed and not
// found.
func acknowledge(stack awscdk.Stack, f *Foundation, st Stage) {
	for _, bucket := range []constructs.IConstruct{f.Logs, f.Inbox, f.Archive, f.Restricted, f.Open} {
		accept(bucket, oneRegion, nist+"S3BucketReplicationEnabled")
	}
	accept(f.Logs, "S3 delivers access logs to buckets with its own encryption only", nist+"S3DefaultEncryptionKMS")
	accept(f.Nightly, "it is itself the queue of dead letters, of the schedule and of the function's invocations", solutions+"SQS3")
	accept(f.Officers, "its threat protection costs per user and month; a second factor is required of everybody, and nobody signs up by themselves",
		solutions+"COG8")

	for _, name := range FunctionNames() {
		fn := f.Functions[name]
		accept(fn.Lambda, "it calls AWS only, by TLS and with a role of its own; a VPC would add a way out and its cost", nist+"LambdaInsideVPC")
		accept(fn.Lambda, "what fails goes to the dead letters of the queue or schedule before it; a caller of the API is told at once", nist+"LambdaDLQ")
		if name != "aggregate" {
			accept(fn.Lambda, "bounded by the queue's MaximumConcurrency or the API's throttle; reserving takes from an account that may have ten in all",
				nist+"LambdaConcurrency")
		}
		accept(fn.Role, "X-Ray's two actions know no resources", solutions+"IAM5[Resource::*]")
	}
	for _, id := range []string{"InviteRole", "IntakeRole", "AggregateRole", "ReleaseRole", "FeedbackRole", "DispatchRole", "NightlyRole"} {
		accept(stack.Node().FindChild(s(id)), inlinePolicy, nist+"IAMNoInlinePolicy")
	}
	objectKeys := func(role string, things ...string) {
		for i := range things {
			things[i] = solutions + "IAM5[Resource::" + things[i] + "]"
		}
		accept(stack.Node().FindChild(s(role)), "keys under the prefix are made of editions, firms, tickets and runs, which are many", things...)
	}
	objectKeys("InviteRole", objectsOf(f.Inbox)+"*")
	objectKeys("IntakeRole", objectsOf(f.Inbox)+"*", objectsOf(f.Archive)+"originals/*", objectsOf(f.Archive)+"marked/*", objectsOf(f.Archive)+"strays/*")
	objectKeys("AggregateRole", objectsOf(f.Restricted)+"*")
	objectKeys("ReleaseRole", objectsOf(f.Restricted)+"answers/*", objectsOf(f.Restricted)+"distributions/*", objectsOf(f.Restricted)+"firms/*", objectsOf(f.Restricted)+"runs/*", objectsOf(f.Open)+"*")
	objectKeys("FeedbackRole", objectsOf(f.Restricted)+"firms/*", objectsOf(f.Restricted)+"submissions/*", objectsOf(f.Open)+"*", objectsOf(f.Archive)+"reports/*")
	objectKeys("DispatchRole", objectsOf(f.Archive)+"workbooks/*", objectsOf(f.Archive)+"reports/*", objectsOf(f.Archive)+"marked/*")

	tables := "all tables of one database of the lake: a run has partitions in each"
	accept(f.Functions["aggregate"].Role, tables, anyOf(st, "glue", "table/"+st.RestrictedDatabase()+"/*"))
	accept(f.Functions["release"].Role, tables, anyOf(st, "glue", "table/"+st.OpenDatabase()+"/*"))
	if !st.RealMail {
		accept(f.Functions["dispatch"].Role, "in its sandbox SES asks for the right to the addressee's identity too; the sender's address is fixed",
			anyOf(st, "ses", "identity/*"))
	}
	if st.ScanUploads {
		scan := stack.Node().FindChild(s("ScanRole"))
		accept(scan, inlinePolicy, nist+"IAMNoInlinePolicy")
		accept(scan, "GuardDuty names its rule itself, with this beginning", anyOf(st, "events", "rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"))
		accept(scan, "it scans every object of the inbox", solutions+"IAM5[Resource::"+objectsOf(f.Inbox)+"*]")
	}
	acknowledgePeople(stack, f, st)
	acknowledgeSafeguards(stack, f, st)
}

// anyOf is the finding that a role's resource in this account and region ends in a pattern.
func anyOf(st Stage, service, rest string) string {
	account := st.Account
	if account == "" {
		account = "<AWS::AccountId>"
	}
	return fmt.Sprintf("%sIAM5[Resource::arn:aws:%s:%s:%s:%s]", solutions, service, st.Region, account, rest)
}

// acknowledgePeople is acknowledge for the roles of people.
func acknowledgePeople(stack awscdk.Stack, f *Foundation, st Stage) {
	open, restricted := objectsOf(f.Open), objectsOf(f.Restricted)
	doors := map[string][]string{
		"AnalystRole":    {open + "*", open + "athena/*"},
		"SupervisorRole": {open + "*", open + "athena/*", restricted + "*", restricted + "athena/*"},
		"OperatorRole":   {objectsOf(f.Archive) + "workbooks/*", objectsOf(f.Inbox) + "*"},
		"ReleaserRole":   nil,
	}
	for _, id := range slices.Sorted(maps.Keys(doors)) {
		things := doors[id]
		role := stack.Node().FindChild(s(id))
		accept(role, inlinePolicy, nist+"IAMNoInlinePolicy")
		for _, thing := range things {
			accept(role, "keys under the prefix are made of editions, runs and queries, which are many", solutions+"IAM5[Resource::"+thing+"]")
		}
		accept(role, "the stage's own stack, whose id ends in a number of its making", anyOf(st, "cloudformation", "stack/"+st.named("system")+"/*"))
	}
	of := func(id string) constructs.IConstruct { return stack.Node().FindChild(s(id)) }
	behind := "all tables and views behind the door that the role is for"
	accept(of("AnalystRole"), behind, anyOf(st, "glue", "table/"+st.OpenDatabase()+"/*"))
	accept(of("SupervisorRole"), behind, anyOf(st, "glue", "table/"+st.OpenDatabase()+"/*"), anyOf(st, "glue", "table/"+st.RestrictedDatabase()+"/*"))
	editions := "one route of the API, of every edition"
	route := "<" + logicalID(f.API) + ">/$default/POST/editions/*/release/"
	accept(of("SupervisorRole"), editions, anyOf(st, "execute-api", route+"propose"))
	accept(of("ReleaserRole"), editions, anyOf(st, "execute-api", route+"approve"))
	accept(of("OperatorRole"), "all alarms of the stage, and of no other", anyOf(st, "cloudwatch", "alarm:"+st.named("*")))
}

// acknowledgeSafeguards is acknowledge for the trail and the backups, where the stage has them.
func acknowledgeSafeguards(stack awscdk.Stack, f *Foundation, st Stage) {
	if st.Trail {
		accept(stack.Node().FindChild(s("Trail")), "its files are encrypted, chained and kept in a bucket; a second copy as a log would cost as much again",
			nist+"CloudTrailCloudWatchLogsEnabled")
		accept(stack.Node().FindChild(s("TrailLogs")), oneRegion, nist+"S3BucketReplicationEnabled")
	}
	if st.BackupDays == 0 {
		accept(f.Ledger, "a stage for trials: restored to any second of the last 35 days by point-in-time recovery, without copies in a vault",
			nist+"DynamoDBInBackupPlan")
		return
	}
	role := stack.Node().FindChild(s("BackupRole"))
	accept(role, inlinePolicy, nist+"IAMNoInlinePolicy")
	accept(role, "what AWS Backup's managed policies ask for, narrowed to the ledger and the archive: their copies, objects and its own rules; three actions know no resources",
		solutions+"IAM5[Resource::*]", solutions+"IAM5[Resource::"+objectsOf(f.Archive)+"*]",
		solutions+"IAM5[Resource::<"+logicalID(f.Ledger)+".Arn>/backup/*]", anyOf(st, "events", "rule/AwsBackupManagedRule*"))
}

// objectsOf is the beginning of a bucket's objects, as a finding names them.
func objectsOf(bucket constructs.IConstruct) string { return "<" + logicalID(bucket) + ".Arn>/" }

// logicalID is the name of a thing in the template.
func logicalID(of constructs.IConstruct) string {
	return *awscdk.Stack_Of(of).GetLogicalId(of.Node().DefaultChild().(awscdk.CfnElement))
}

// findings returns what the rule packs and the CDK found in the stages' templates in outdir and nobody accepted.
func findings(outdir string, stages []Stage) ([]string, error) {
	var found []string
	for _, st := range stages {
		file := filepath.Join(outdir, stackName(st)+".metadata.json")
		body, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("findings: %w", err)
		}
		var metadata map[string][]struct {
			Type string
			Data any
		}
		if err := json.Unmarshal(body, &metadata); err != nil {
			return nil, fmt.Errorf("findings of %s: %w", file, err)
		}
		for path, entries := range metadata {
			for _, e := range entries {
				if e.Type == "aws:cdk:error" || e.Type == "aws:cdk:warning" {
					found = append(found, fmt.Sprintf("%s: %v", path, e.Data))
				}
			}
		}
	}
	said, err := validated(outdir)
	if err != nil {
		return nil, err
	}
	found = append(found, said...)
	slices.Sort(found)
	return found, nil
}

// validated returns what the CDK's own validator says of the templates, warnings too. Its errors end the synthesis before.
func validated(outdir string) ([]string, error) {
	body, err := os.ReadFile(filepath.Join(outdir, "validation-report.json"))
	if err != nil {
		return nil, fmt.Errorf("the CDK's validator did not run, see validateAgainstDefaultRules in cdk.json: %w", err)
	}
	var report struct {
		PluginReports []struct {
			Violations []struct {
				RuleName, Description string
				ViolatingConstructs   []struct{ ConstructPath string }
			}
		}
	}
	if err := json.Unmarshal(body, &report); err != nil {
		return nil, fmt.Errorf("report of the CDK's validator: %w", err)
	}
	var found []string
	for _, plugin := range report.PluginReports {
		for _, v := range plugin.Violations {
			for _, at := range v.ViolatingConstructs {
				found = append(found, fmt.Sprintf("%s: %s: %s", at.ConstructPath, v.RuleName, v.Description))
			}
		}
	}
	return found, nil
}
