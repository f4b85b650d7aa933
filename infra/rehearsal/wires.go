package rehearsal

import (
	"context"
	"crypto/md5" //nolint:gosec // SQS names bodies by it
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"cssa/infra/rehearsal/iam"
	"cssa/infra/rehearsal/template"
)

// A rule is one rule of the template.
type rule struct {
	arn, bus string
	pattern  map[string]any
	targets  []string // ARNs
}

// A queue is one queue of the template, with its messages in memory.
type queue struct {
	arn, name string
	key       string // ARN of its KMS key, "" for SQS's own
	dead      string // ARN of its dead letter queue
	receives  int    // after so many a message is dead; 0: never
	mu        sync.Mutex
	messages  []*message
	next      int
}

type message struct {
	id       string
	body     string
	received int
	sent     time.Time
}

// A source is an event source mapping: which function a queue's messages go to.
type source struct {
	queue    *queue
	function string
	batch    int
	partial  bool // the function says which messages failed
}

func (q *queue) add(body string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.next++
	q.messages = append(q.messages, &message{id: fmt.Sprintf("%s-%d", q.name, q.next), body: body, sent: time.Now()})
}

// route gives an event to every rule of the bus that it matches. Where the queue does not let the rule in, the event goes
// nowhere and the world remembers it: EventBridge would say so in a metric only.
func (w *World) route(bus string, event map[string]any) {
	body, err := json.Marshal(event)
	if err != nil {
		w.note("an event cannot be written: %v", err)
		return
	}
	taken := false
	for _, r := range w.rules {
		if r.bus != bus {
			continue
		}
		ok, err := matches(r.pattern, event)
		if err != nil {
			w.note("rule %s: %v", r.arn, err)
			continue
		}
		if !ok {
			continue
		}
		taken = true
		for _, target := range r.targets {
			w.deliver(r, target, string(body))
		}
	}
	if !taken {
		w.note("no rule takes %v from %v", event["detail-type"], event["source"])
	}
}

func (w *World) deliver(r rule, target, body string) {
	q, ok := w.queues[target]
	if !ok {
		w.note("rule %s: its target %s is no queue of the template", r.arn, target)
		return
	}
	context := iam.Good()
	context["aws:sourcearn"] = []string{r.arn}
	needs := []Need{{"sqs:SendMessage", target, context}}
	if q.key != "" {
		needs = append(needs, Need{"kms:GenerateDataKey", q.key, context}, Need{"kms:Decrypt", q.key, context})
	}
	for _, n := range needs {
		if d := w.allowed("events.amazonaws.com", n); !d.Allowed {
			w.note("rule %s may not %s on %s: %s", r.arn, n.Action, n.Resource, d.Why)
			return
		}
	}
	q.add(body)
	if w.Twice {
		q.add(body)
	}
}

// Drain delivers messages until every queue that a function reads is empty. A message that came back is delivered again
// after the others: the time that SQS hides it is not waited for.
func (w *World) Drain(ctx context.Context) error {
	for {
		moved := false
		for i := range w.sources {
			n, err := w.poll(ctx, &w.sources[i])
			if err != nil {
				return err
			}
			moved = moved || n > 0
		}
		if !moved {
			return nil
		}
	}
}

// poll delivers one batch and returns how many messages were in it.
func (w *World) poll(ctx context.Context, s *source) (int, error) {
	f := w.functions[s.function]
	context := iam.Good()
	for _, action := range []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"} {
		if d := w.allowed(f.role, Need{action, s.queue.arn, context}); !d.Allowed {
			return 0, fmt.Errorf("%s may not %s on %s: %s", f.role, action, s.queue.arn, d.Why)
		}
	}
	if s.queue.key != "" {
		via := iam.Good()
		via["kms:viaservice"] = []string{"sqs." + template.Region + ".amazonaws.com"}
		via["kms:encryptioncontext:aws:sqs:arn"] = []string{s.queue.arn}
		if d := w.allowed(f.role, Need{"kms:Decrypt", s.queue.key, via}); !d.Allowed {
			return 0, fmt.Errorf("%s may not kms:Decrypt with the key of %s: %s", f.role, s.queue.arn, d.Why)
		}
	}
	batch := s.queue.take(s.batch, w.order())
	if len(batch) == 0 {
		return 0, nil
	}
	body, err := json.Marshal(map[string]any{"Records": records(s.queue, batch)})
	if err != nil {
		return 0, err
	}
	answer, err := f.instance.Invoke(ctx, body)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	failed, err := failures(answer, err, s.partial)
	if err != nil {
		w.note("%s: %v", f.Name, err)
	}
	w.giveBack(s.queue, batch, failed)
	return len(batch), nil
}

// order is the order of delivery: as sent, or drawn.
func (w *World) order() *rand.Rand { return w.Shuffle }

func (q *queue) take(n int, order *rand.Rand) []*message {
	q.mu.Lock()
	defer q.mu.Unlock()
	if order != nil {
		order.Shuffle(len(q.messages), func(i, j int) { q.messages[i], q.messages[j] = q.messages[j], q.messages[i] })
	}
	n = min(n, len(q.messages))
	batch := slices.Clone(q.messages[:n])
	q.messages = slices.Clone(q.messages[n:])
	for _, m := range batch {
		m.received++
	}
	return batch
}

// failures reads which messages of a batch failed: nil for none, or all of them as "*".
func failures(answer []byte, err error, partial bool) ([]string, error) {
	if err != nil {
		return []string{"*"}, err
	}
	if !partial {
		return nil, nil
	}
	var out struct {
		BatchItemFailures []struct{ ItemIdentifier string } `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return []string{"*"}, fmt.Errorf("the answer to a batch: %w", err)
	}
	var failed []string
	for _, f := range out.BatchItemFailures {
		if f.ItemIdentifier == "" {
			return []string{"*"}, errors.New("the answer to a batch names a failure without a message")
		}
		failed = append(failed, f.ItemIdentifier)
	}
	return failed, nil
}

// giveBack returns the failed messages to their queue, or to the dead letters if they were received too often.
func (w *World) giveBack(q *queue, batch []*message, failed []string) {
	for _, m := range batch {
		if !slices.Contains(failed, m.id) && !slices.Contains(failed, "*") {
			continue
		}
		if q.receives > 0 && m.received >= q.receives {
			if dead, ok := w.queues[q.dead]; ok {
				dead.add(m.body)
				continue
			}
			w.note("%s has no dead letter queue: a message is received for ever", q.arn)
			continue
		}
		q.mu.Lock()
		q.messages = append(q.messages, m)
		q.mu.Unlock()
	}
}

func records(q *queue, batch []*message) []any {
	var out []any
	for _, m := range batch {
		sum := md5.Sum([]byte(m.body)) //nolint:gosec // SQS names bodies by it
		out = append(out, map[string]any{
			"messageId": m.id, "receiptHandle": "handle-" + m.id, "body": m.body, "md5OfBody": hex.EncodeToString(sum[:]),
			"eventSource": "aws:sqs", "eventSourceARN": q.arn, "awsRegion": template.Region, "messageAttributes": map[string]any{},
			"attributes": map[string]string{
				"ApproximateReceiveCount": strconv.Itoa(m.received), "SentTimestamp": strconv.FormatInt(m.sent.UnixMilli(), 10),
				"SenderId": "AIDAEXAMPLE", "ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.sent.UnixMilli(), 10),
			},
		})
	}
	return out
}

// Dead returns the bodies of the dead letters, by the name of their queue.
func (w *World) Dead() map[string][]string {
	all := map[string][]string{}
	for _, q := range w.queues {
		if q.dead == "" && strings.Contains(q.name, "dead") {
			for _, m := range q.messages {
				all[q.name] = append(all[q.name], m.body)
			}
		}
	}
	return all
}

// Redrive gives every dead letter back to the queue it came from, with its count begun anew, as the operator does when the
// cause has passed.
func (w *World) Redrive() {
	for _, q := range w.queues {
		dead, ok := w.queues[q.dead]
		if !ok {
			continue
		}
		for _, m := range dead.messages {
			q.add(m.body)
		}
		dead.messages = nil
	}
}
