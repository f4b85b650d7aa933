package cloud

import (
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// newStage adds the one stack of a stage: what holds data and what works on it are deployed together, and what must
// outlive the stack says so itself.
func newStage(app constructs.Construct, st Stage, code Code) error {
	env := &awscdk.Environment{Region: s(st.Region)}
	if st.Account != "" {
		env.Account = s(st.Account)
	}
	stack := awscdk.NewStack(app, s(stackName(st)), &awscdk.StackProps{
		Description: s("CSSA, stage " + st.Name + ": from checklist to feedback"), Env: env, TerminationProtection: b(st.Keep),
	})
	for k, v := range map[string]string{"project": "cssa", "stage": st.Name} {
		awscdk.Tags_Of(stack).Add(s(k), s(v), nil)
	}
	f := new(Foundation)
	newKeys(stack, f, st)
	newStorage(stack, f, st)
	newLedger(stack, f, st)
	newMessages(stack, f, st)
	newUploads(stack, f, st)
	newMail(stack, f, st)
	newFunctions(stack, f, st, code)
	newAPI(stack, f, st)
	if err := newNightly(stack, f, st); err != nil {
		return err
	}
	if err := newAnalysts(stack, f, st); err != nil {
		return err
	}
	newOperations(stack, f, st)
	newOutputs(stack, f, st)
	acknowledge(stack, f, st)
	return nil
}

// stackName begins with what `cssa --stage` looks for.
func stackName(st Stage) string { return st.named("system") }

// newOutputs adds what the cssa command reads of a deployment.
func newOutputs(stack awscdk.Stack, f *Foundation, st Stage) {
	output(stack, "LedgerTable", "the ledger", f.Ledger.TableName())
	output(stack, "InboxBucket", "where uploads land", f.Inbox.BucketName())
	output(stack, "ArchiveBucket", "originals, checklists and reports", f.Archive.BucketName())
	output(stack, "RestrictedBucket", "the lake's restricted door", f.Restricted.BucketName())
	output(stack, "OpenBucket", "the lake's open door", f.Open.BucketName())
	output(stack, "EventBus", "the bus of our own messages", f.Bus.EventBusName())
	output(stack, "ApiUrl", "tickets and releases", f.API.ApiEndpoint())
	output(stack, "AggregateFunction", "counts an edition", f.Functions["aggregate"].Lambda.FunctionName())
	var dead []*string
	for _, q := range f.Queues() {
		dead = append(dead, q.Dead.QueueUrl())
	}
	dead = append(dead, f.Nightly.QueueUrl())
	output(stack, "DeadLetters", "the queues of what could not be handled", awscdk.Fn_Join(s(","), &dead))
	scanned := "true: GuardDuty scans every upload before it is read"
	if !st.ScanUploads {
		scanned = "false: uploads are read unscanned"
	}
	output(stack, "ScanUploads", "whether uploads are scanned", s(scanned))
}

// output adds an output of that name; things of the stack may bear the same.
func output(scope constructs.Construct, name, what string, value *string) {
	out := awscdk.NewCfnOutput(scope, s("Output"+name), &awscdk.CfnOutputProps{Description: s(what), Value: value})
	out.OverrideLogicalId(s(name))
}

// title makes a construct's id of a name: "mail-events" is "MailEvents".
func title(name string) string {
	var id strings.Builder
	for _, word := range strings.Split(name, "-") {
		id.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return id.String()
}

func number(v int) *string { return s(strconv.Itoa(v)) }
