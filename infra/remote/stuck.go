package remote

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Drain does nothing: the stage's functions handle messages as they come.
func (d *Deployment) Drain(context.Context) error { return nil }

// Stuck counts the messages in the stage's queues of dead letters, about: SQS counts loosely.
func (d *Deployment) Stuck(ctx context.Context) (int, error) {
	const name = types.QueueAttributeNameApproximateNumberOfMessages
	n := 0
	for url := range strings.SplitSeq(d.Outputs.DeadLetters, ",") {
		got, err := d.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{name}})
		if err != nil {
			return 0, fmt.Errorf("dead letters in %s: %w", url, err)
		}
		count, err := strconv.Atoi(got.Attributes[string(name)])
		if err != nil {
			return 0, fmt.Errorf("dead letters in %s: no count: %w", url, err)
		}
		n += count
	}
	return n, nil
}
