//go:build conformance

package rehearsal

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cssa/infra/rehearsal/runtime"
)

// Every sample of a message and of an AWS envelope drives its function's own program: it is answered or refused cleanly, and the process
// lives on.
func TestSamplesDriveTheirFunctions(t *testing.T) {
	rehearses(t, "every sample of a message drives its function")
	w := deployed(t, nil)
	target := func(name string) string {
		switch {
		case strings.HasPrefix(name, "ticket-"):
			return "invite"
		case strings.HasPrefix(name, "release-"):
			return "release"
		case name == "schedule.json" || name == "freeze.json":
			return "aggregate"
		case strings.HasPrefix(name, "scan-"), name == "object-created.json":
			return "intake"
		}
		return "dispatch"
	}
	for _, f := range glob(t, "events/awsevents/samples/*.json") {
		body, err := os.ReadFile(f)
		check(t, err)
		name := target(filepath.Base(f))
		if !bytes.Contains(body, []byte(`"Records"`)) && (name == "intake" || name == "dispatch") {
			body = batchOf(string(body))
		}
		tryOn(t, w, filepath.Base(f), name, body)
	}
	for _, f := range glob(t, "events/samples/*.json") {
		body, err := os.ReadFile(f)
		check(t, err)
		kind := strings.TrimSuffix(filepath.Base(f), ".json")
		name := "dispatch"
		switch kind {
		case "Released":
			name = "feedback"
		case "Uploaded": // it comes as the scanner's or S3's event, which is among the others
			continue
		}
		event, err := json.Marshal(envelope("sample", "cssa", kind, body))
		check(t, err)
		tryOn(t, w, filepath.Base(f), name, batchOf(string(event)))
	}
}

// tryOn sends an event and says what came of it. That a batch's message failed, since the ledger is empty, is clean.
func tryOn(t *testing.T, w *World, sample, function string, event []byte) {
	t.Helper()
	answer, err := w.Invoke(t.Context(), function, event)
	t.Logf("%-22s %-9s %.120s %v", sample, function, answer, err)
	var own *runtime.FunctionError
	if err != nil && (!errors.As(err, &own) || strings.Contains(own.Type, "runtime.") || errors.Is(err, runtime.ErrInit)) {
		t.Errorf("%s: %v\n%s", sample, err, tail(w.Log(function)))
	}
}

// batchOf is an SQS batch of one message.
func batchOf(body string) []byte {
	q := &queue{arn: "arn:aws:sqs:ap-northeast-1:111122223333:sample"}
	return mustJSON(map[string]any{"Records": records(q, []*message{{id: "m1", body: body, received: 1, sent: time.Now()}})})
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(repo, pattern))
	check(t, err)
	if len(files) == 0 {
		t.Fatalf("no samples in %s", pattern)
	}
	return files
}

// repo is the root of the module, absolute: a running object store has its own working directory.
var repo = func() string {
	dir, err := filepath.Abs("../..")
	if err != nil {
		panic(err)
	}
	return dir
}()
