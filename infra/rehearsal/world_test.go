package rehearsal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"cssa/infra/rehearsal/template"
)

// probeProgram builds the probe once and puts it where a world looks for the functions of small.json.
var probeProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "rehearsal")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "intake", "bootstrap")
	out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", path, "./testdata/probe").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	if err := os.Mkdir(filepath.Join(dir, "invite"), 0o700); err != nil {
		return "", err
	}
	return dir, os.Link(path, filepath.Join(dir, "invite", "bootstrap"))
})

// What a rehearsal says before and after its tests: nothing, where only the rehearsal itself is tested.
var before, after = func() {}, func(code int) {}

func TestMain(m *testing.M) {
	before()
	code := m.Run()
	after(code)
	if dir, err := probeProgram(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// small opens a world of testdata/small.json, changed as asked: from, to, from, to …
func small(t *testing.T, changes ...string) *World {
	t.Helper()
	return smallAt(t, time.Now, changes...)
}

// smallAt is small in a world where it is another time than on this machine.
func smallAt(t *testing.T, now func() time.Time, changes ...string) *World {
	t.Helper()
	programs, err := probeProgram()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/small.json")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(changes); i += 2 {
		if !bytes.Contains(text, []byte(changes[i])) {
			t.Fatalf("small.json has no %s", changes[i])
		}
		text = bytes.ReplaceAll(text, []byte(changes[i]), []byte(changes[i+1]))
	}
	app, err := template.Read(map[string][]byte{"Small": text})
	if err != nil {
		t.Fatal(err)
	}
	return open(t, Config{App: app, Programs: programs, Now: now})
}

func open(t *testing.T, c Config) *World {
	t.Helper()
	dynalite, err := filepath.Abs("../node_modules/dynalite/cli.js")
	if err != nil {
		t.Fatal(err)
	}
	c.Dynalite, c.Dir = dynalite, t.TempDir()
	if c.Now == nil {
		c.Now = time.Now
	}
	w, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return w
}

func do(t *testing.T, w *World, event string) (string, error) {
	t.Helper()
	out, err := w.Invoke(t.Context(), "intake", []byte(event))
	return strings.Trim(string(out), `"`), err
}

func must(t *testing.T, w *World, event string) string {
	t.Helper()
	out, err := do(t, w, event)
	if err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	return strings.ReplaceAll(out, `\u0026`, "&")
}

// What the role of small.json may do goes through to real services; everything else is refused and remembered.
func TestTheDoorRefusesWhatTheRoleMayNot(t *testing.T) {
	w := small(t)
	for _, allowed := range []string{
		`{"Do":"put","Key":"originals/a"}`, `{"Do":"get","Key":"originals/a"}`, `{"Do":"item","Key":"ticket#1"}`,
		`{"Do":"tell","Key":"k","To":"item"}`, `{"Do":"mail","Key":"l1","To":"a@firm.example"}`,
	} {
		if _, err := do(t, w, allowed); err != nil {
			t.Errorf("%s: %v", allowed, err)
		}
	}
	if r := w.Refused(); len(r) > 0 {
		t.Fatalf("refused: %s", strings.Join(r, "\n"))
	}
	for _, refused := range []struct{ event, action string }{
		{`{"Do":"put","Key":"elsewhere/a"}`, "s3:PutObject"},
		{`{"Do":"delete","Key":"originals/a"}`, "s3:DeleteObject"},
		{`{"Do":"item","Key":"letter#1"}`, "dynamodb:PutItem"}, // another kind of item
	} {
		_, err := do(t, w, refused.event)
		if err == nil || !strings.Contains(err.Error(), "AccessDenied") || !strings.Contains(err.Error(), refused.action) {
			t.Errorf("%s: %v", refused.event, err)
		}
	}
	if r := w.Refused(); len(r) != 3 {
		t.Errorf("%d refusals are remembered, want 3: %v", len(r), r)
	}
}

// Without s3:ListBucket Amazon S3 does not tell that a key is missing, and without the key's right it does not read.
func TestWhatS3HidesIsHidden(t *testing.T) {
	w := small(t)
	if _, err := do(t, w, `{"Do":"get","Key":"originals/none"}`); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a missing key, without the right to list: %v", err)
	}
	w.Close()
	w = small(t, `"s3:PutObject"`, `"s3:PutObject","s3:ListBucket"`)
	if _, err := do(t, w, `{"Do":"get","Key":"originals/none"}`); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a missing key, with the right to list: %v", err)
	}
	w.Close()
	w = small(t, `"kms:GenerateDataKey",`, ``)
	if _, err := do(t, w, `{"Do":"put","Key":"originals/a"}`); err == nil || !strings.Contains(err.Error(), "kms:GenerateDataKey") {
		t.Errorf("a write without the right to the bucket's key: %v", err)
	}
}

// send puts to a presigned URL and returns the answer's status.
func send(t *testing.T, url string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// A presigned URL carries the right of who signed it, is checked by the S3 server itself, and fits what was signed only.
func TestAPresignedURL(t *testing.T) {
	w := small(t)
	send := func(url string) int { return send(t, url) }
	good := must(t, w, `{"Do":"presign","Key":"originals/signed"}`)
	if s := send(good); s != http.StatusOK {
		t.Errorf("as signed: %d", s)
	}
	if s := send(strings.Replace(good, "originals/signed", "originals/other", 1)); s < 400 {
		t.Errorf("another key: %d", s)
	}
	if s := send(strings.Replace(good, "X-Amz-Signature=", "X-Amz-Signature=0", 1)); s < 400 {
		t.Errorf("another signature: %d", s)
	}
	if s := send(must(t, w, `{"Do":"presign","Key":"elsewhere/signed"}`)); s < 400 {
		t.Errorf("a key that the signer may not write: %d", s)
	}
}

// An event goes by its rule to its queue and from there to the function; one that always fails ends as a dead letter after
// as many deliveries as the template says, and the others are not held up.
func TestEventsFollowTheTemplate(t *testing.T) {
	w := small(t)
	must(t, w, `{"Do":"tell","Key":"ticket#1","To":"item"}`)
	must(t, w, `{"Do":"tell","Key":"poison","To":"fail"}`)
	must(t, w, `{"Do":"tell","Key":"ticket#2","To":"item"}`)
	if err := w.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := items(t, w); n != 2 {
		t.Errorf("%d items, want 2", n)
	}
	dead := w.Dead()
	if len(dead) != 1 || len(dead["small-dead"]) != 1 || !strings.Contains(dead["small-dead"][0], "poison") {
		t.Errorf("dead letters: %v", dead)
	}
	if n := w.Notes(); len(n) > 0 {
		t.Errorf("notes: %v", n)
	}
}

func items(t *testing.T, w *World) int {
	t.Helper()
	n := 0
	for _, q := range []string{"ticket#1", "ticket#2", "ticket#3"} {
		out, err := w.Dynamo.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("small-ledger"), ConsistentRead: aws.Bool(true),
			Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: q}, "sk": &types.AttributeValueMemberS{Value: "x"}}})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Item) > 0 {
			n++
		}
	}
	return n
}

// One deliberate defect of each kind in the template is seen.
func TestDefectsOfTheTemplateAreSeen(t *testing.T) {
	for _, c := range []struct{ what, from, to, want string }{
		{"a wrong detail type", `"detail-type":["Told"]`, `"detail-type":["Tolled"]`, "no rule takes Told"},
		{"a rule of another bus", `"EventBusName":{"Ref":"Bus"}`, `"EventBusName":"default"`, "no rule takes Told"},
		{"a queue that does not let the rule in", `"Fn::GetAtt":["Rule","Arn"]`, `"Fn::GetAtt":["Bus","Arn"]`, "may not sqs:SendMessage"},
		{"a target that is no queue of ours", `"Arn":{"Fn::GetAtt":["Queue","Arn"]}`, `"Arn":"arn:aws:sqs:ap-northeast-1:111122223333:other"`, "is no queue of the template"},
	} {
		w := small(t, c.from, c.to)
		must(t, w, `{"Do":"tell","Key":"ticket#1","To":"item"}`)
		if err := w.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := strings.Join(w.Notes(), "\n"); !strings.Contains(n, c.want) {
			t.Errorf("%s: notes %q, want one of %q", c.what, n, c.want)
		}
		w.Close()
	}
	w := small(t, `"sqs:ReceiveMessage",`, ``)
	must(t, w, `{"Do":"tell","Key":"ticket#1","To":"item"}`)
	if err := w.Drain(t.Context()); err == nil || !strings.Contains(err.Error(), "sqs:ReceiveMessage") {
		t.Errorf("a function that may not receive: %v", err)
	}
}

// Throttled, answered with a lost answer, killed after the write: the SDK or the next delivery heals it, and nothing is
// written twice.
func TestFaults(t *testing.T) {
	for _, fault := range []Fault{Throttle, Lost, Killed} {
		w := small(t)
		must(t, w, `{"Do":"tell","Key":"ticket#1","To":"item"}`)
		var done atomic.Bool
		w.OnCall = func(service, _, _ string, _ []byte) Fault {
			if service == "DYNAMODB" && !done.Swap(true) {
				return fault
			}
			return NoFault
		}
		if err := w.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, dead := items(t, w), w.Dead(); n != 1 || len(dead) > 0 || !done.Load() {
			t.Errorf("fault %d: %d items, dead letters %v, happened: %t", fault, n, dead, done.Load())
		}
		w.Close()
	}
}

func TestTheGatewayAsksItsAuthorizers(t *testing.T) {
	w := small(t)
	role := "arn:aws:iam::111122223333:role/small-releaser"
	for _, c := range []struct {
		what   string
		path   string
		who    Caller
		status int
		body   string
	}{
		{"no token", "/editions/e1/tickets", Caller{}, 401, ""},
		{"a token without the scope", "/editions/e1/tickets", Caller{Claims: map[string]string{"firm": "S-0001"}}, 403, ""},
		{"a token", "/editions/e1/tickets", Caller{Claims: map[string]string{"firm": "S-0001", "scope": "cssa/tickets"}}, 200, "S-0001 e1"},
		{"a person in a role that may", "/editions/e1/release/approve", Caller{Role: role, Person: "hanako"}, 200,
			"arn:aws:sts::111122223333:assumed-role/small-releaser/hanako e1"},
		{"the same role, where it may not", "/editions/e1/release/propose", Caller{Role: role, Person: "hanako"}, 403, ""},
		{"a path of no route", "/editions/e1", Caller{Role: role}, 404, ""},
	} {
		status, body, err := w.Post(t.Context(), c.path, c.who, map[string]string{})
		if err != nil || status != c.status || c.body != "" && string(body) != c.body {
			t.Errorf("%s: %d %s %v, want %d %s", c.what, status, body, err, c.status, c.body)
		}
	}
}

func TestSESRefusesOneAddress(t *testing.T) {
	w := small(t)
	w.RefuseMail("gone@firm.example")
	if _, err := do(t, w, `{"Do":"mail","Key":"l1","To":"gone@firm.example"}`); err == nil || !strings.Contains(err.Error(), "MessageRejected") {
		t.Errorf("the refused address: %v", err)
	}
	must(t, w, `{"Do":"mail","Key":"l2","To":"here@firm.example"}`)
	if m := w.Mails(); len(m) != 1 || !slices.Equal(m[0].Recipients, []string{"here@firm.example"}) || !bytes.Contains(m[0].Raw, []byte("X-CSSA-Letter: l2")) {
		t.Errorf("mails: %v", m)
	}
}

func TestAVariableThatIsMissing(t *testing.T) {
	w := small(t, `"ARCHIVE_BUCKET":{"Ref":"Archive"},`, ``)
	if _, err := do(t, w, `{"Do":"put","Key":"originals/a"}`); err == nil {
		t.Error("the function worked without its bucket")
	}
}

// Patterns were written by hand from the examples of EventBridge's user guide.
func TestPatterns(t *testing.T) {
	event := map[string]any{"source": "s", "n": nil, "detail": map[string]any{"key": "originals/a.xlsx", "tags": []any{"x", "y"}}}
	for pattern, want := range map[string]bool{
		`{"source":["s"]}`: true, `{"source":["t","s"]}`: true, `{"source":["t"]}`: false, `{"other":["s"]}`: false,
		`{"detail":{"tags":["y"]}}`: true, `{"detail":{"tags":["z"]}}`: false,
		`{"detail":{"key":[{"prefix":"originals/"}]}}`: true, `{"detail":{"key":[{"suffix":".pdf"}]}}`: false,
		`{"detail":{"key":[{"anything-but":["a"]}]}}`: true, `{"detail":{"key":[{"wildcard":"orig*.xlsx"}]}}`: true,
		`{"detail":{"none":[{"exists":false}]}}`: true, `{"detail":{"key":[{"exists":false}]}}`: false,
	} {
		var p map[string]any
		if err := json.Unmarshal([]byte(pattern), &p); err != nil {
			t.Fatal(err)
		}
		if got, err := matches(p, event); err != nil || got != want {
			t.Errorf("%s: %t, %v", pattern, got, err)
		}
	}
	if _, err := matches(map[string]any{"source": []any{map[string]any{"cidr": "10.0.0.0/8"}}}, event); err == nil {
		t.Error("a filter that is not understood was taken")
	}
}
