package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"cssa/events"
	"cssa/shared/bus/aws"
	"cssa/shared/checklist"
)

// A bridge is EventBridge's side of the wire: it records what came and takes what take says.
type bridge struct {
	requests []string
	told     []string
	take     func(detail string) bool
}

func (b *bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	b.requests = append(b.requests, r.Header.Get("X-Amz-Target")+" "+string(body))
	var in struct{ Entries []struct{ Detail string } }
	_ = json.Unmarshal(body, &in)
	var out struct {
		FailedEntryCount int
		Entries          []map[string]string
	}
	for i, e := range in.Entries {
		if b.take(e.Detail) {
			b.told = append(b.told, e.Detail)
			out.Entries = append(out.Entries, map[string]string{"EventId": fmt.Sprint(i)})
		} else {
			out.FailedEntryCount++
			out.Entries = append(out.Entries, map[string]string{"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"})
		}
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(out)
}

func newBus(t *testing.T, take func(string) bool) (*bridge, *aws.Bus) {
	b := &bridge{take: take}
	srv := httptest.NewServer(b)
	t.Cleanup(srv.Close)
	return b, aws.New(eventbridge.New(eventbridge.Options{
		Region: "ap-northeast-1", BaseEndpoint: sdk.String(srv.URL), Credentials: credentials.NewStaticCredentialsProvider("invented", "invented", ""),
	}), "cssa-dev")
}

func accepted(n int) []events.Event {
	var es []events.Event
	for i := range n {
		es = append(es, events.Accepted{Edition: "2023-securities", Firm: "S-0137", Ticket: checklist.TicketNumber(i + 1)})
	}
	return es
}

// The request was written down by hand from the reference of PutEvents.
func TestAMessageOnTheWire(t *testing.T) {
	b, bus := newBus(t, func(string) bool { return true })
	if err := bus.Publish(t.Context(), accepted(1)...); err != nil {
		t.Fatal(err)
	}
	want := `AWSEvents.PutEvents {"Entries":[{"Detail":"{\"edition\":\"2023-securities\",\"firm\":\"S-0137\",\"ticket\":1}",` +
		`"DetailType":"Accepted","EventBusName":"cssa-dev","Source":"cssa"}]}`
	if len(b.requests) != 1 || b.requests[0] != want {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(b.requests, "\n"), want)
	}
	if err := bus.Publish(t.Context()); err != nil || len(b.requests) != 1 {
		t.Errorf("nothing to tell: %v, %d requests", err, len(b.requests))
	}
}

func TestManyMessagesGoInTensAndWhatWasLeftIsSentAgain(t *testing.T) {
	left := map[string]bool{}
	b, bus := newBus(t, func(detail string) bool { // every third is throttled once
		if strings.Contains(detail, "3}") && !left[detail] {
			left[detail] = true
			return false
		}
		return true
	})
	if err := bus.Publish(t.Context(), accepted(23)...); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, d := range b.told {
		told[d] = true
	}
	if len(told) != 23 || len(b.told) != 23 || len(left) != 3 || len(b.requests) != 6 { // 3 batches, each with one that was left
		t.Errorf("%d told, %d of them different, %d left once, in %d requests", len(b.told), len(told), len(left), len(b.requests))
	}
}

func TestWhatIsNeverTakenIsAnErrorThatSaysHowMany(t *testing.T) {
	b, bus := newBus(t, func(detail string) bool { return !strings.Contains(detail, "2}") && !strings.Contains(detail, "3}") })
	err := bus.Publish(t.Context(), accepted(4)...)
	if err == nil || !strings.Contains(err.Error(), "2 messages not taken") || strings.Contains(err.Error(), "S-0137") {
		t.Errorf("error %v", err)
	}
	if len(b.told) != 2 {
		t.Errorf("%d told, want the other two", len(b.told))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := bus.Publish(ctx, accepted(1)...); err == nil {
		t.Error("published after the end")
	}
}
