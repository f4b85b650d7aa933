package remote

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// Outputs are what the stacks of a stage say of themselves.
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
		{"ScanUploads", &o.ScanUploads},
	}
}

var stageName = regexp.MustCompile(`^[a-z][a-z0-9]{0,19}$`)

// ReadOutputs collects the outputs of the stage's stacks, those whose name begins with cssa-STAGE-. All that are missing
// are named at once.
func ReadOutputs(ctx context.Context, client cloudformation.DescribeStacksAPIClient, stage string) (Outputs, error) {
	var out Outputs
	if !stageName.MatchString(stage) {
		return out, fmt.Errorf("stage %q: want a short word of small letters, e.g. prod", stage)
	}
	said, stacks := map[string]string{}, 0
	pages := cloudformation.NewDescribeStacksPaginator(client, &cloudformation.DescribeStacksInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return out, fmt.Errorf("outputs of the stage %s: %w", stage, err)
		}
		for _, stack := range page.Stacks {
			if !strings.HasPrefix(strings.ToLower(aws.ToString(stack.StackName)), "cssa-"+stage+"-") {
				continue
			}
			stacks++
			for _, o := range stack.Outputs {
				said[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
			}
		}
	}
	if stacks == 0 {
		return out, fmt.Errorf("no stack of the stage %s in this account and region; deploy it first: make deploy STAGE=%s", stage, stage)
	}
	var missing []string
	for _, f := range out.fields() {
		if *f.to = said[f.name]; *f.to == "" {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return out, fmt.Errorf("the stacks of the stage %s lack the outputs %s; deploy it again: make deploy STAGE=%s", stage, strings.Join(missing, ", "), stage)
	}
	return out, nil
}
