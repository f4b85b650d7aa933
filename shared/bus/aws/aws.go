// Package aws publishes messages on an EventBridge bus. Rules of the deployment route them by their name to the queues of
// the rooms; reading them from there is awsevents' part.
package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"cssa/events"
)

// Source stands in every envelope of ours. Rules match it.
const Source = "cssa"

const (
	batch = 10                    // entries that EventBridge takes at once; ours are well under 1 KB each
	tries = 5                     // of an entry
	first = 50 * time.Millisecond // before the second try; then twice as long each time
)

// A Bus is one bus. It is safe for concurrent use.
type Bus struct {
	client *eventbridge.Client
	name   string
}

// New returns the bus of that name.
func New(client *eventbridge.Client, name string) *Bus { return &Bus{client, name} }

// Publish tells the other rooms what happened. EventBridge takes or leaves each message of a request by itself: those it
// left are sent again, and if some are left in the end the error says how many. Those it took are told all the same.
func (b *Bus) Publish(ctx context.Context, told ...events.Event) error {
	entries := make([]types.PutEventsRequestEntry, len(told))
	for i, e := range told {
		detail, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("publish %s: %w", e.Name(), err)
		}
		entries[i] = types.PutEventsRequestEntry{
			EventBusName: &b.name, Source: aws.String(Source), DetailType: aws.String(e.Name()), Detail: aws.String(string(detail)),
		}
	}
	for len(entries) > 0 {
		n := min(batch, len(entries))
		if err := b.put(ctx, entries[:n]); err != nil {
			return fmt.Errorf("publish on %s: %w", b.name, err)
		}
		entries = entries[n:]
	}
	return nil
}

func (b *Bus) put(ctx context.Context, entries []types.PutEventsRequestEntry) error {
	for try := range tries {
		out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err != nil {
			return err
		}
		if len(out.Entries) != len(entries) {
			return fmt.Errorf("%d messages sent, %d answered", len(entries), len(out.Entries))
		}
		var left []types.PutEventsRequestEntry
		why := ""
		for i, r := range out.Entries {
			if r.ErrorCode != nil {
				left, why = append(left, entries[i]), *r.ErrorCode
			}
		}
		if len(left) == 0 {
			return nil
		}
		entries = left
		if try == tries-1 {
			return fmt.Errorf("%d messages not taken after %d tries: %s", len(left), tries, why)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d messages not taken: %w", len(left), ctx.Err())
		case <-time.After(first << try):
		}
	}
	return nil
}
