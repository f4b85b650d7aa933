package remote

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go/middleware"
)

// Outputs are what the stack of a stage says of itself.
type Outputs struct {
	LedgerTable         string
	InboxBucket         string
	ArchiveBucket       string
	RestrictedBucket    string
	OpenBucket          string
	EventBus            string
	ApiURL              string
	AggregateFunction   string
	RestrictedDatabase  string
	OpenDatabase        string
	RestrictedWorkgroup string
	OpenWorkgroup       string
	DeadLetters         string // the URLs of the queues, separated by commas
	ScanUploads         string
}

// fields are the outputs by their name in the template.
func (o *Outputs) fields() []struct {
	name string
	to   *string
} {
	return []struct {
		name string
		to   *string
	}{
		{"LedgerTable", &o.LedgerTable}, {"InboxBucket", &o.InboxBucket}, {"ArchiveBucket", &o.ArchiveBucket},
		{"RestrictedBucket", &o.RestrictedBucket}, {"OpenBucket", &o.OpenBucket}, {"EventBus", &o.EventBus},
		{"ApiUrl", &o.ApiURL}, {"AggregateFunction", &o.AggregateFunction}, {"RestrictedDatabase", &o.RestrictedDatabase},
		{"OpenDatabase", &o.OpenDatabase}, {"RestrictedWorkgroup", &o.RestrictedWorkgroup}, {"OpenWorkgroup", &o.OpenWorkgroup},
		{"DeadLetters", &o.DeadLetters}, {"ScanUploads", &o.ScanUploads},
	}
}

// checkStage refuses what is no name of a stage.
func checkStage(stage string) error {
	if !stageName.MatchString(stage) {
		return fmt.Errorf("stage %q: want a short word of small letters, e.g. prod", stage)
	}
	return nil
}

var stageName = regexp.MustCompile(`^[a-z][a-z0-9]{0,19}$`)

// Stacks is what is asked of CloudFormation.
type Stacks interface {
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
}

// readOutputs reads the outputs of the stage's stack, cssa-STAGE-system, and says what came with the answer. All that are
// missing are named at once.
func readOutputs(ctx context.Context, stacks Stacks, stage string) (Outputs, middleware.Metadata, error) {
	var out Outputs
	got, err := stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String("cssa-" + stage + "-system")})
	if err != nil {
		return out, middleware.Metadata{}, fmt.Errorf("is the stage %s deployed in this account and region? %w", stage, err)
	}
	said := map[string]string{}
	for _, stack := range got.Stacks {
		for _, o := range stack.Outputs {
			said[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	var missing []string
	for _, f := range out.fields() {
		if *f.to = said[f.name]; *f.to == "" {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return out, middleware.Metadata{}, fmt.Errorf("the stack cssa-%s-system lacks the outputs %s; deploy it again: make deploy STAGE=%s", stage, strings.Join(missing, ", "), stage)
	}
	return out, got.ResultMetadata, nil
}
