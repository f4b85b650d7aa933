package remote

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"cssa/events"
)

// maxEntries is how many entries EventBridge takes at a time.
const maxEntries = 10

// A bus tells the stage's functions.
type bus struct {
	client *eventbridge.Client
	name   string
}

func publisher(cfg aws.Config, name string) *bus {
	return &bus{eventbridge.NewFromConfig(cfg), name}
}

func (b *bus) Publish(ctx context.Context, told ...events.Event) error {
	for len(told) > 0 {
		batch := told[:min(len(told), maxEntries)]
		told = told[len(batch):]
		entries := make([]types.PutEventsRequestEntry, len(batch))
		for i, e := range batch {
			detail, err := json.Marshal(e)
			if err != nil {
				return err
			}
			entries[i] = types.PutEventsRequestEntry{
				EventBusName: &b.name, Source: aws.String("cssa"), DetailType: aws.String(e.Name()), Detail: aws.String(string(detail)),
			}
		}
		out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err != nil {
			return fmt.Errorf("put events: %w", err)
		}
		if out.FailedEntryCount > 0 {
			return fmt.Errorf("put events: %d of %d were not taken", out.FailedEntryCount, len(entries))
		}
	}
	return nil
}
