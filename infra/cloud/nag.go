package cloud

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
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
	const rulePrefix, solutions = "NIST.800.53.R5-", "AwsSolutions-"
	for _, bucket := range []constructs.IConstruct{f.Logs, f.Inbox, f.Archive, f.Restricted, f.Open} {
		accept(bucket, "one region by law and cost: versions, Object Lock and backups guard against loss; a second region is the operator's decision",
			rulePrefix+"S3BucketReplicationEnabled")
	}
	accept(f.Logs, "S3 delivers access logs to buckets with its own encryption only", rulePrefix+"S3DefaultEncryptionKMS")
	accept(f.Nightly, "it is itself the queue of dead letters, of the schedule and of the function's invocations", solutions+"SQS3")
	accept(f.Officers, "its threat protection costs per user and month; a second factor is required of everybody, and nobody signs up by themselves",
		solutions+"COG8")

	for _, name := range FunctionNames() {
		fn := f.Functions[name]
		accept(fn.Lambda, "it calls AWS only, by TLS and with a role of its own; a VPC would add a way out and its cost", rulePrefix+"LambdaInsideVPC")
		accept(fn.Lambda, "what fails goes to the dead letters of the queue or schedule before it; a caller of the API is told at once", rulePrefix+"LambdaDLQ")
		if name != "aggregate" {
			accept(fn.Lambda, "bounded by the queue's MaximumConcurrency or the API's throttle; reserving takes from an account that may have ten in all",
				rulePrefix+"LambdaConcurrency")
		}
		accept(fn.Role, "X-Ray's two actions know no resources", solutions+"IAM5[Resource::*]")
	}
	inline := "a policy inside its role: it serves that role only, and the role never exists without it"
	for _, id := range []string{"InviteRole", "IntakeRole", "AggregateRole", "ReleaseRole", "FeedbackRole", "DispatchRole", "NightlyRole"} {
		accept(stack.Node().FindChild(s(id)), inline, rulePrefix+"IAMNoInlinePolicy")
	}
	objectKeys := func(role string, things ...string) {
		for i := range things {
			things[i] = solutions + "IAM5[Resource::" + things[i] + "]"
		}
		accept(stack.Node().FindChild(s(role)), "keys under the prefix are made of editions, firms, tickets and runs, which are many", things...)
	}
	lake := func(of constructs.IConstruct) string { return "<" + logicalID(of) + ".Arn>/" }
	objectKeys("InviteRole", lake(f.Inbox)+"*")
	objectKeys("IntakeRole", lake(f.Inbox)+"*", lake(f.Archive)+"originals/*", lake(f.Archive)+"strays/*")
	objectKeys("AggregateRole", lake(f.Restricted)+"*")
	objectKeys("ReleaseRole", lake(f.Restricted)+"distributions/*", lake(f.Restricted)+"runs/*", lake(f.Open)+"*")
	objectKeys("FeedbackRole", lake(f.Open)+"*", lake(f.Archive)+"reports/*")
	objectKeys("DispatchRole", lake(f.Archive)+"workbooks/*", lake(f.Archive)+"reports/*")

	account := st.Account
	if account == "" {
		account = "<AWS::AccountId>"
	}
	arn := func(service, rest string) string {
		return fmt.Sprintf("%sIAM5[Resource::arn:aws:%s:%s:%s:%s]", solutions, service, st.Region, account, rest)
	}
	tables := "all tables of one database of the lake: a run has partitions in each"
	accept(f.Functions["aggregate"].Role, tables, arn("glue", "table/"+st.RestrictedDatabase()+"/*"))
	accept(f.Functions["release"].Role, tables, arn("glue", "table/"+st.OpenDatabase()+"/*"))
	if !st.RealMail {
		accept(f.Functions["dispatch"].Role, "in its sandbox SES asks for the right to the addressee's identity too; the sender's address is fixed",
			arn("ses", "identity/*"))
	}
	if st.ScanUploads {
		scan := stack.Node().FindChild(s("ScanRole"))
		accept(scan, inline, rulePrefix+"IAMNoInlinePolicy")
		accept(scan, "GuardDuty names its rule itself, with this beginning", arn("events", "rule/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"))
		accept(scan, "it scans every object of the inbox", solutions+"IAM5[Resource::"+lake(f.Inbox)+"*]")
	}
}

// logicalID is the name of a bucket in the template.
func logicalID(bucket constructs.IConstruct) string {
	return *awscdk.Stack_Of(bucket).GetLogicalId(bucket.Node().DefaultChild().(awscdk.CfnElement))
}

// findings returns what the rule packs and the CDK found in the templates that were written to outdir and nobody accepted.
func findings(outdir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(outdir, "*.metadata.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("findings of %s: nothing was written there: %w", outdir, err)
	}
	var found []string
	for _, file := range files {
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
	slices.Sort(found)
	return found, nil
}
