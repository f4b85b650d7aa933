package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"cssa/events"
	"cssa/functions/aggregate"
	"cssa/functions/dispatch"
	"cssa/functions/feedback"
	"cssa/functions/intake"
	"cssa/functions/release"
	"cssa/infra/laptop/objects"
	"cssa/shared/archive"
	"cssa/shared/archive/s3"
	"cssa/shared/bus/inproc"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger/dynamo"
	"cssa/shared/mail/outbox"
	"cssa/shared/questionnaire"
)

// A playedStage is a stage on loopback. S3 and DynamoDB are spoken to over the wire, with servers of their own; the rest of
// AWS (CloudFormation, EventBridge, Lambda, the API, Athena, SQS) is played by one server, which holds every request's
// signature against the secret of the person it names. The functions are the steps themselves.
type playedStage struct {
	t        *testing.T
	people   map[string]string // secrets by access key id
	names    map[string]string // the people's ARNs
	queue    *inproc.Queue
	outputs  map[string]string
	run      *aggregate.Step
	release  *release.Step
	intake   *intake.Step
	feedback *feedback.Step
	dispatch *dispatch.Step
	inbox    *s3.Bucket
	dir      string
	dead     map[string]int // messages in the queues of dead letters

	mu    sync.Mutex
	asked []string // what was asked of the played services
}

const (
	playedAPI     = "/api"
	functionError = -1 // Lambda answers 200 and a header where the function returned an error
)

// playStage starts a stage named test and points the SDK at it, as the person sato.
func playStage(t *testing.T) *playedStage {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	p := &playedStage{t: t, dir: t.TempDir(), names: map[string]string{}, people: map[string]string{}}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	tables := startDynalite(t) // before the object store, which changes the working directory
	var err error
	p.queue, err = inproc.Open(filepath.Join(p.dir, "queue.sqlite"), inproc.Options{Now: time.Now})
	ok(err)
	t.Cleanup(func() { ok(p.queue.Close()) })
	srv, err := objects.Start(ctx, objects.Config{
		Dir: filepath.Join(p.dir, "s3"), Now: time.Now, OnCommit: p.uploaded,
		Buckets: []objects.Bucket{
			{Name: "cssa-test-inbox", Notify: true}, {Name: "cssa-test-archive", Versioned: true},
			{Name: "cssa-test-restricted"}, {Name: "cssa-test-open"},
		},
	})
	ok(err)
	t.Cleanup(func() { ok(srv.Close()) })
	who, err := srv.Client().Options().Credentials.Retrieve(ctx)
	ok(err)
	p.people[who.AccessKeyID], p.names[who.AccessKeyID] = who.SecretAccessKey, "arn:aws:iam::111122223333:user/sato"
	p.people["AKIASUZUKI"], p.names["AKIASUZUKI"] = "secret of suzuki", "arn:aws:iam::111122223333:user/suzuki"

	client := dynamodb.New(dynamodb.Options{Region: objects.Region, BaseEndpoint: &tables, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")})
	ok(dynamo.Create(ctx, client, "cssa-test-ledger"))
	ledger := dynamo.New(client, "cssa-test-ledger")
	editions := questionnaire.NewLibrary(questionnaire.Builtin())
	p.inbox = s3.New(srv.Client(), "cssa-test-inbox")
	kept, restricted, open := s3.New(srv.Client(), "cssa-test-archive"), s3.New(srv.Client(), "cssa-test-restricted"), s3.New(srv.Client(), "cssa-test-open")
	letters, err := outbox.Open(filepath.Join(p.dir, "outbox"))
	ok(err)
	p.intake = &intake.Step{Editions: editions, Ledger: ledger, Archive: kept, Inbox: "cssa-test-inbox", Publisher: p.queue, Now: time.Now}
	p.run = &aggregate.Step{Editions: editions, Ledger: ledger, Lake: restricted, Past: restricted, Now: time.Now}
	p.release = &release.Step{Editions: editions, Ledger: ledger, Lake: restricted, Open: open, Publisher: p.queue, Now: time.Now}
	p.feedback = &feedback.Step{Editions: editions, Ledger: ledger, Counted: lake.Counted{Source: restricted}, Tables: lake.Released{Source: open}, Archive: kept, Publisher: p.queue}
	p.dispatch = &dispatch.Step{Editions: editions, Ledger: ledger, Archive: kept, Sender: letters, Identify: dispatch.Identify, Owner: "played", Lease: time.Minute, Now: time.Now}

	work, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- p.queue.Run(work, p.handle) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	api := httptest.NewServer(p)
	t.Cleanup(api.Close)
	p.outputs = map[string]string{
		"LedgerTable": "cssa-test-ledger", "InboxBucket": "cssa-test-inbox", "ArchiveBucket": "cssa-test-archive",
		"RestrictedBucket": "cssa-test-restricted", "OpenBucket": "cssa-test-open", "EventBus": "cssa-test", "ApiUrl": api.URL + playedAPI,
		"AggregateFunction": "cssa-test-aggregate", "RestrictedDatabase": "cssa_test_restricted", "OpenDatabase": "cssa_test_open",
		"RestrictedWorkgroup": "cssa-test-restricted", "OpenWorkgroup": "cssa-test-open", "DeadLetters": "https://sqs/1/cssa-test-uploads-dead,https://sqs/1/cssa-test-letters-dead", "ScanUploads": "false: uploads are read unscanned",
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": api.URL, "AWS_ENDPOINT_URL_S3": srv.Endpoint(), "AWS_ENDPOINT_URL_DYNAMODB": tables,
		"AWS_REGION": objects.Region, "AWS_ACCESS_KEY_ID": who.AccessKeyID, "AWS_SECRET_ACCESS_KEY": who.SecretAccessKey,
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	return p
}

// as lets another person give the commands.
func (p *playedStage) as(id string) {
	p.t.Setenv("AWS_ACCESS_KEY_ID", id)
	p.t.Setenv("AWS_SECRET_ACCESS_KEY", p.people[id])
}

func (p *playedStage) uploaded(ctx context.Context, c objects.Commit) error {
	e, f, n, err := archive.ParseInboxKey(c.Key)
	if err != nil {
		return err
	}
	return p.queue.Publish(ctx, events.Uploaded{Edition: e, Firm: f, Ticket: n, Object: c.Key, ObjectID: c.VersionID, ReceivedAt: c.ReceivedAt, Size: c.Size})
}

// handle does a function's work.
func (p *playedStage) handle(ctx context.Context, e events.Event) error {
	switch e := e.(type) {
	case events.Uploaded:
		if err := p.intake.Handle(ctx, e); err != nil {
			return err
		}
		return p.inbox.Delete(ctx, e.Object)
	case events.Released:
		return p.feedback.Handle(ctx, e)
	}
	return p.dispatch.Handle(ctx, e)
}

// settle waits until the functions have nothing to do.
func (p *playedStage) settle() {
	for range 1200 {
		if p.queue.Pending() == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatal("the played functions are still at work after a minute")
}

// ServeHTTP plays AWS.
func (p *playedStage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Error(err)
	}
	id, err := p.signer(r, body)
	if err != nil {
		p.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		w.WriteHeader(http.StatusForbidden)
		return
	}
	what := r.Header.Get("X-Amz-Target")
	if what == "" {
		what = r.Method + " " + r.URL.Path
	}
	p.mu.Lock()
	p.asked = append(p.asked, what)
	p.mu.Unlock()
	var in map[string]any
	_ = json.Unmarshal(body, &in) // CloudFormation's is a form
	status, out := p.answer(r.Context(), what, id, in, string(body))
	if status == functionError {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		status = http.StatusOK
	}
	w.WriteHeader(status)
	if _, err := io.WriteString(w, out); err != nil {
		p.t.Error(err)
	}
}

func (p *playedStage) answer(ctx context.Context, what, id string, in map[string]any, body string) (int, string) {
	switch what {
	case "POST /":
		if !strings.Contains(body, "Action=DescribeStacks") || !strings.Contains(body, "StackName=cssa-test-system") {
			return http.StatusBadRequest, `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>`
		}
		var b strings.Builder
		for name, value := range p.outputs {
			fmt.Fprintf(&b, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", name, value)
		}
		return http.StatusOK, "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>cssa-test-system</StackName><Outputs>" + b.String() + "</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
	case "AWSEvents.PutEvents":
		return p.putEvents(ctx, in)
	case "AmazonSQS.GetQueueAttributes":
		return http.StatusOK, fmt.Sprintf(`{"Attributes":{"ApproximateNumberOfMessages":"%d"}}`, p.dead[in["QueueUrl"].(string)])
	case "POST /2015-03-31/functions/cssa-test-aggregate/invocations":
		var err error
		if in["freeze"] == true {
			_, err = p.run.Freeze(ctx, checklist.EditionID(in["edition"].(string)))
		} else {
			_, err = p.run.Nightly(ctx, checklist.EditionID(in["edition"].(string)))
		}
		if err != nil {
			body, _ := json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": "wrapError"})
			return functionError, string(body)
		}
		return http.StatusOK, `{}`
	case "POST " + playedAPI + "/editions/2023-securities/release/propose":
		_, err := p.release.Propose(ctx, "2023-securities", p.names[id])
		return answered(err)
	case "POST " + playedAPI + "/editions/2023-securities/release/approve":
		_, err := p.release.Approve(ctx, "2023-securities", p.names[id])
		return answered(err)
	case "AmazonAthena.StartQueryExecution":
		door := "open"
		if strings.HasPrefix(fmt.Sprint(in["QueryString"]), "-- why: a check\n") {
			door = "restricted" // which is asked with a reason, on one line
		}
		if in["WorkGroup"] != "cssa-test-"+door || fmt.Sprint(in["QueryExecutionContext"]) != "map[Database:cssa_test_"+door+"]" {
			p.t.Errorf("a query of the %s door goes to %v, %v", door, in["WorkGroup"], in["QueryExecutionContext"])
		}
		return http.StatusOK, `{"QueryExecutionId":"q1"}`
	case "AmazonAthena.GetQueryExecution":
		return http.StatusOK, `{"QueryExecution":{"QueryExecutionId":"q1","Status":{"State":"SUCCEEDED"}}}`
	case "AmazonAthena.GetQueryResults":
		return http.StatusOK, `{"ResultSet":{"ResultSetMetadata":{"ColumnInfo":[{"Name":"item","Type":"varchar"},{"Name":"share","Type":"double"}]},
			"Rows":[{"Data":[{"VarCharValue":"item"},{"VarCharValue":"share"}]},{"Data":[{"VarCharValue":"計画"},{"VarCharValue":"77.2"}]},{"Data":[{"VarCharValue":"none"},{}]}]}}`
	}
	p.t.Errorf("asked for %s", what)
	return http.StatusNotFound, `{}`
}

func answered(err error) (int, string) {
	if err != nil {
		body, _ := json.Marshal(map[string]string{"message": err.Error()})
		return http.StatusConflict, string(body)
	}
	return http.StatusOK, `{}`
}

func (p *playedStage) putEvents(ctx context.Context, in map[string]any) (int, string) {
	entries, _ := in["Entries"].([]any)
	if len(entries) == 0 || len(entries) > 10 {
		p.t.Errorf("%d entries put at once", len(entries))
	}
	var ids []string
	for _, x := range entries {
		entry := x.(map[string]any)
		if entry["EventBusName"] != "cssa-test" || entry["Source"] != "cssa" {
			p.t.Errorf("put to %v by %v", entry["EventBusName"], entry["Source"])
		}
		e, err := events.Decode(entry["DetailType"].(string), []byte(entry["Detail"].(string)))
		if err == nil {
			err = p.queue.Publish(ctx, e)
		}
		if err != nil {
			p.t.Error(err)
		}
		ids = append(ids, `{"EventId":"1"}`)
	}
	return http.StatusOK, `{"FailedEntryCount":0,"Entries":[` + strings.Join(ids, ",") + `]}`
}

// signer returns the access key id of who signed the request, once the same request signed anew bears the same signature.
func (p *playedStage) signer(r *http.Request, body []byte) (string, error) {
	given := r.Header.Get("Authorization")
	var credential, signed string
	for part := range strings.SplitSeq(strings.TrimPrefix(given, "AWS4-HMAC-SHA256 "), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			credential = value
		case "SignedHeaders":
			signed = value
		}
	}
	scope := strings.Split(credential, "/")
	if len(scope) != 5 || p.people[scope[0]] == "" {
		return "", fmt.Errorf("signed by nobody known: %q", credential)
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		return "", err
	}
	again, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+r.Host+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	again.ContentLength = 0
	for name := range strings.SplitSeq(signed, ";") {
		switch name {
		case "host":
		case "content-length":
			again.ContentLength = r.ContentLength
		default:
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	sum := sha256.Sum256(body)
	who := aws.Credentials{AccessKeyID: scope[0], SecretAccessKey: p.people[scope[0]]}
	if err := v4.NewSigner().SignHTTP(r.Context(), who, again, hex.EncodeToString(sum[:]), scope[3], scope[2], at); err != nil {
		return "", err
	}
	if again.Header.Get("Authorization") != given {
		return "", fmt.Errorf("the signature is not that of %s", scope[0])
	}
	return scope[0], nil
}

// startDynalite starts a DynamoDB on loopback and returns its URL.
func startDynalite(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	l.Close()
	cli, err := filepath.Abs("../../infra/node_modules/dynalite/cli.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(cli); err != nil {
		t.Fatalf("dynalite is not installed: run `npm ci --prefix infra` (or make test, which does): %v", err)
	}
	cmd := exec.Command("node", cli, "--host", "127.0.0.1", "--port", port, "--createTableMs", "0")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 300 {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			conn.Close()
			return "http://" + addr
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("dynalite did not listen within 30 seconds")
	return ""
}
