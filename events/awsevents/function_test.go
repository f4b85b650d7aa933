package awsevents

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"cssa/shared/settings"
)

// A stage is a function with its log and metrics in sight and a clock that moves by hand.
type stage struct {
	Function
	log, out bytes.Buffer
	now      time.Time
}

func newStage() *stage {
	s := &stage{now: at("09:13:00")}
	s.Function = Function{Name: "intake", Log: settings.Logger(&s.log, ""), Out: &s.out, Now: func() time.Time { return s.now }}
	return s
}

func (s *stage) batch(t *testing.T, ctx context.Context, handle func(n int, e Envelope) error) []string {
	t.Helper()
	var in events.SQSEvent
	if err := json.Unmarshal(sample(t, "sqs-batch"), &in); err != nil || len(in.Records) != 3 {
		t.Fatalf("%d records, %v", len(in.Records), err)
	}
	n := 0
	out, err := Batch(s.Function, func(_ context.Context, _ *Invocation, e Envelope) error {
		n++
		return handle(n, e)
	})(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	var back []string
	for _, f := range out.BatchItemFailures {
		back = append(back, f.ItemIdentifier[len(f.ItemIdentifier)-2:])
	}
	return back
}

func TestOnlyWhatFailedOfABatchComesBack(t *testing.T) {
	for name, c := range map[string]struct {
		handle  func(int, Envelope) error
		back    []string
		outcome string
	}{
		"all handled":  {func(int, Envelope) error { return nil }, nil, OK},
		"one failed":   {func(n int, _ Envelope) error { return map[int]error{2: errors.New("no luck")}[n] }, []string{"02"}, Partial},
		"one panicked": {func(n int, _ Envelope) error { return []error{nil, nil}[n-1] }, []string{"03"}, Partial},
		"all failed":   {func(int, Envelope) error { return errors.New("no luck") }, []string{"01", "02", "03"}, Failed},
	} {
		s := newStage()
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "req-1"})
		if back := s.batch(t, ctx, c.handle); !slices.Equal(back, c.back) {
			t.Errorf("%s: %v come back, want %v", name, back, c.back)
		}
		var m map[string]any
		if err := json.Unmarshal(s.out.Bytes(), &m); err != nil || bytes.Count(s.out.Bytes(), []byte("\n")) != 1 {
			t.Fatalf("%s: no single line of metrics: %s", name, s.out.String())
		}
		if m["Outcome"] != c.outcome || m["Function"] != "intake" || m["Records"] != 3.0 || m["RecordsFailed"] != float64(len(c.back)) {
			t.Errorf("%s: metrics %v, want outcome %s", name, m, c.outcome)
		}
		if lines := strings.Count(s.log.String(), `"request":"req-1"`); lines != len(c.back) {
			t.Errorf("%s: %d lines with the request of %s", name, lines, s.log.String())
		}
	}
}

func TestWithTooLittleTimeLeftNothingNewIsBegun(t *testing.T) {
	s := newStage()
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Hour))
	defer cancel()
	deadline, _ := ctx.Deadline()
	s.now = deadline.Add(-Spare - 5*time.Second)
	begun := 0
	back := s.batch(t, ctx, func(int, Envelope) error {
		begun++
		s.now = s.now.Add(4 * time.Second)
		return nil
	})
	if begun != 2 || !slices.Equal(back, []string{"03"}) {
		t.Errorf("%d begun, %v come back; want 2 and the third", begun, back)
	}
}

func TestAPoisonedBodyComesBackAlone(t *testing.T) {
	s := newStage()
	out, err := Batch(s.Function, func(context.Context, *Invocation, Envelope) error { return nil })(t.Context(), events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "good", Body: string(sample(t, "scan-clean"))}, {MessageId: "bad", Body: "secret answers"}}})
	if err != nil || len(out.BatchItemFailures) != 1 || out.BatchItemFailures[0].ItemIdentifier != "bad" {
		t.Errorf("%+v, %v", out, err)
	}
	if strings.Contains(s.log.String(), "secret") {
		t.Errorf("the log quotes the body: %s", s.log.String())
	}
}

func TestAFailureIsLoggedMeasuredAndReturned(t *testing.T) {
	s := newStage()
	why := errors.New("no luck")
	_, err := Serve(s.Function, func(_ context.Context, inv *Invocation, _ Night) (struct{}, error) {
		inv.Outcome = Refused
		s.now = s.now.Add(1500 * time.Millisecond)
		return struct{}{}, why
	})(t.Context(), Night{})
	if !errors.Is(err, why) || !strings.Contains(s.log.String(), "no luck") ||
		!strings.Contains(s.out.String(), `"Outcome":"failed"`) || !strings.Contains(s.out.String(), `"Duration":1500`) {
		t.Errorf("%v\n%s%s", err, s.log.String(), s.out.String())
	}
}
