package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cssa/shared/checklist"
	"cssa/shared/ledger/sqlite"
)

const edition = checklist.EditionID("2023-securities")

// A played stage is AWS's side of the wire on loopback: each operation answers what its test gives it, one answer after the other
// and the last again and again.
type played struct {
	t       *testing.T
	url     string
	answers map[string][]answer
	outputs map[string]string

	mu    sync.Mutex
	asked []asked
}

type answer struct {
	status int // 0: 200
	header map[string]string
	body   string
	do     func() // before it is sent
}

type asked struct {
	what, body, signature string
}

// startWire points the SDK at a stage named test on loopback, as somebody whose credentials are in the environment.
func startWire(t *testing.T) *played {
	t.Helper()
	w := &played{t: t, answers: map[string][]answer{}}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.outputs = map[string]string{
		"LedgerTable": "cssa-test-ledger", "InboxBucket": "cssa-test-inbox", "ArchiveBucket": "cssa-test-archive",
		"RestrictedBucket": "cssa-test-restricted", "OpenBucket": "cssa-test-open", "EventBus": "cssa-test", "ApiUrl": server.URL + "/api/",
		"AggregateFunction": "cssa-test-aggregate", "RestrictedDatabase": "cssa_test_restricted", "OpenDatabase": "cssa_test_open",
		"RestrictedWorkgroup": "cssa-test-restricted", "OpenWorkgroup": "cssa-test-open",
		"DeadLetters": "https://sqs/1/cssa-test-uploads-dead,https://sqs/1/cssa-test-letters-dead", "ScanUploads": "true",
	}
	setenv(t, map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "ap-northeast-1", "AWS_ACCESS_KEY_ID": "AKIAINVENTED", "AWS_SECRET_ACCESS_KEY": "invented"})
	return w
}

// setenv sets all that the SDK looks at: what is not named is not there.
func setenv(t *testing.T, env map[string]string) {
	t.Helper()
	all := map[string]string{
		"AWS_ENDPOINT_URL": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "",
		"AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_ROLE_ARN": "",
	}
	maps.Copy(all, env)
	for name, value := range all {
		t.Setenv(name, value)
	}
}

func (w *played) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Error(err)
	}
	what := r.Header.Get("X-Amz-Target")
	if what = what[strings.LastIndex(what, ".")+1:]; what == "" {
		what = r.Method + " " + r.URL.Path
	}
	if form, err := url.ParseQuery(string(body)); err == nil && what == "POST /" {
		what = form.Get("Action")
	}
	w.mu.Lock()
	w.asked = append(w.asked, asked{what, string(body), r.Header.Get("Authorization")})
	var a answer
	switch left := w.answers[what]; {
	case len(left) > 0:
		if a = left[0]; len(left) > 1 {
			w.answers[what] = left[1:]
		}
	case what == "DescribeStacks":
		a.body = w.stacks()
	default:
		w.t.Errorf("asked for %s", what)
	}
	w.mu.Unlock()
	if a.do != nil {
		a.do()
	}
	for name, value := range a.header {
		rw.Header().Set(name, value)
	}
	rw.Header().Set("X-Amz-Crc32", fmt.Sprint(crc32.ChecksumIEEE([]byte(a.body)))) // as DynamoDB does
	if a.status != 0 {
		rw.WriteHeader(a.status)
	}
	if _, err := io.WriteString(rw, a.body); err != nil {
		w.t.Error(err)
	}
}

func (w *played) stacks() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(w.outputs)) {
		fmt.Fprintf(&b, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", name, w.outputs[name])
	}
	return "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>cssa-test-system</StackName><Outputs>" + b.String() +
		"</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
}

// count returns how often an operation was asked for.
func (w *played) count(what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, a := range w.asked {
		if a.what == what {
			n++
		}
	}
	return n
}

// stage opens the stage as cssa does; its ledger is one of a folder, empty.
func (w *played) stage() (*Deployment, *sqlite.Ledger) {
	w.t.Helper()
	d, err := Open(w.t.Context(), "test", time.Now)
	if err != nil {
		w.t.Fatal(err)
	}
	book, err := sqlite.Open(w.t.TempDir() + "/ledger.sqlite")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := book.Close(); err != nil {
			w.t.Error(err)
		}
	})
	d.Aggregate.ledger, d.Release.ledger = book, book
	d.Release.pause = func(context.Context, time.Duration) error { return nil }
	return d, book
}

// says fails the test unless the error says every word.
func says(t *testing.T, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%v\nsays nothing of %q", err, word)
		}
	}
}

// text is v as JSON.
func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOutputsThatAreMissingAreNamedAtOnce(t *testing.T) {
	w := startWire(t)
	delete(w.outputs, "EventBus")
	delete(w.outputs, "ApiUrl")
	w.outputs["OpenWorkgroup"] = ""
	_, err := Open(t.Context(), "test", time.Now)
	says(t, err, "cssa-test-system lacks the outputs EventBus, ApiUrl, OpenWorkgroup", "make deploy STAGE=test")
}

func TestAStageThatIsNotThere(t *testing.T) {
	w := startWire(t)
	w.answers["DescribeStacks"] = []answer{{status: 400, body: `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id cssa-test-system does not exist</Message></Error></ErrorResponse>`}}
	_, err := Open(t.Context(), "test", time.Now)
	says(t, err, "is the stage test deployed in this account and region?", "Stack with id cssa-test-system does not exist")
	_, err = Open(t.Context(), "Prod; rm -rf", time.Now)
	says(t, err, `stage "Prod; rm -rf"`, "e.g. prod")
	if n := w.count("DescribeStacks"); n != 1 {
		t.Errorf("AWS was asked %d times, want once: what is no name is not sent", n)
	}
}

// A round is opened, closed and given tickets by AWS's time, whatever this machine's clock shows.
func TestTheTimeIsTheStages(t *testing.T) {
	theirs := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	for _, off := range []time.Duration{0, -4 * time.Second, 4 * time.Second, -time.Hour, 20 * time.Minute, 26 * time.Hour} {
		w := startWire(t)
		w.answers["DescribeStacks"] = []answer{{header: map[string]string{"Date": theirs.Format(http.TimeFormat)}, body: w.stacks()}}
		mine := theirs.Add(off)
		d, err := Open(t.Context(), "test", func() time.Time { return mine })
		if err != nil {
			t.Fatal(err)
		}
		want := theirs
		if off.Abs() < 5*time.Second {
			want = mine
		}
		for what, now := range map[string]func() time.Time{"deployment": d.Now, "invite": d.Invite.Now, "intake": d.Intake.Now, "release": d.Release.now} {
			if got := now(); !got.Equal(want) {
				t.Errorf("a clock off by %s: the time of %s is %s, want %s", off, what, got, want)
			}
		}
		mine = mine.Add(time.Minute)
		if got := d.Now(); !got.Equal(want.Add(time.Minute)) {
			t.Errorf("a clock off by %s: a minute later it is %s", off, got)
		}
	}
}

func TestDeadLettersAreCountedOverTheQueues(t *testing.T) {
	w := startWire(t)
	d, _ := w.stage()
	w.answers["GetQueueAttributes"] = []answer{
		{body: `{"Attributes":{"ApproximateNumberOfMessages":"2"}}`}, {body: `{"Attributes":{"ApproximateNumberOfMessages":"1"}}`},
	}
	if n, err := d.Stuck(t.Context()); n != 3 || err != nil {
		t.Errorf("%d, %v; want 3", n, err)
	}
	w.answers["GetQueueAttributes"] = []answer{{body: `{}`}}
	_, err := d.Stuck(t.Context())
	says(t, err, "cssa-test-uploads-dead", "no count")
}
