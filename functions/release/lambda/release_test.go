package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	awslambda "github.com/aws/aws-lambda-go/events"

	"cssa/events"
	"cssa/events/awsevents"
	"cssa/functions/aggregate"
	"cssa/functions/release"
	"cssa/infra/laptop/objects"
	"cssa/shared/archive/s3"
	"cssa/shared/checklist"
	"cssa/shared/lake"
	"cssa/shared/ledger"
	"cssa/shared/ledger/sqlite"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

type told []events.Event

func (t *told) Publish(_ context.Context, es ...events.Event) error {
	*t = append(*t, es...)
	return nil
}

// A catalog writes down what was current when it was told of a run.
type catalog struct {
	lake lake.Source
	seen []string
}

func (c *catalog) AddPartitions(ctx context.Context, id checklist.EditionID, run string) error {
	_, err := lake.Current(ctx, c.lake, id)
	c.seen = append(c.seen, fmt.Sprintf("%s, current before: %t", run, err == nil))
	return nil
}

// One call after the other, as two people make them: each answer and what it left behind.
func TestARoundIsReleasedByTwoPeople(t *testing.T) {
	samples, err := filepath.Abs("../../../events/awsevents/samples/release-approve.json") // a running object store has its own working directory
	must(t, err)
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ed, err := lib.Edition(t.Context(), "2023-securities")
	must(t, err)
	now := ed.Closing.UTC()
	clock := func() time.Time { return now }
	srv, err := objects.Start(t.Context(), objects.Config{Dir: t.TempDir(), Now: clock, Buckets: []objects.Bucket{{Name: "lake"}, {Name: "open"}}})
	must(t, err)
	t.Cleanup(func() { must(t, srv.Close()) })
	restricted, open := s3.New(srv.Client(), "lake"), s3.New(srv.Client(), "open")
	book, err := sqlite.Open(filepath.Join(t.TempDir(), "ledger.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, book.Close()) })
	must(t, book.OpenRound(t.Context(), ledger.Round{Edition: ed.ID, State: ledger.Open, Checksum: ed.Checksum,
		OpenedAt: ed.Opens.UTC(), Deadline: ed.Deadline.UTC(), Closing: ed.Closing.UTC()}))
	must(t, book.PutRegister(t.Context(), register.Register{}))
	var out told
	nightly, opened := &catalog{lake: restricted}, &catalog{lake: open}
	night := &aggregate.Step{Editions: lib, Ledger: book, Lake: restricted, Past: restricted, Catalog: nightly, Now: clock}
	step := &release.Step{Editions: lib, Ledger: book, Lake: restricted, Open: open, Catalog: opened, Publisher: &out, Now: clock}
	serve := awsevents.Serve(awsevents.Function{Name: "release", Log: slog.New(slog.DiscardHandler), Out: io.Discard, Now: clock}, desk{step}.release)

	call := func(story, who, verb, edition string, want int) string {
		t.Helper()
		body, err := os.ReadFile(samples)
		must(t, err)
		var in awslambda.APIGatewayV2HTTPRequest
		must(t, json.Unmarshal(body, &in))
		in.RequestContext.Authorizer.IAM.UserARN = "arn:aws:" + who
		in.RawPath = "/editions/" + edition + "/release/" + verb
		in.PathParameters["edition"] = edition
		in.Body = `{"by":"somebody else"}` // what the caller says of itself means nothing
		res, err := serve(t.Context(), in)
		if err != nil || res.StatusCode != want {
			t.Fatalf("%s: %d %s, %v; want %d", story, res.StatusCode, res.Body, err, want)
		}
		return res.Body
	}
	const (
		hana      = "sts::123456789012:assumed-role/cssa-dev-supervisor/hana"
		hanaAgain = "sts::123456789012:assumed-role/cssa-dev-releaser/hana"
		jiro      = "sts::123456789012:assumed-role/cssa-dev-releaser/jiro"
	)
	call("before the freeze", hana, "propose", "2023-securities", 409)
	run, err := night.Freeze(t.Context(), ed.ID)
	must(t, err)
	call("nothing proposed", jiro, "approve", "2023-securities", 404)
	call("no such edition", hana, "propose", "2029-securities", 404)
	call("no such verb", hana, "destroy", "2023-securities", 404)
	call("nobody", "sts::123456789012:assumed-role/cssa-dev-supervisor/botocore-session-1692609000", "propose", "2023-securities", 403)
	if got := call("proposed", hana, "propose", "2023-securities", 200); !strings.Contains(got, `"proposed_by":"hana"`) || strings.Contains(got, "approved") {
		t.Errorf("proposed: %s", got)
	}
	call("the same person through another role", hanaAgain, "approve", "2023-securities", 409)
	if len(out) > 0 || len(opened.seen) > 0 {
		t.Fatalf("issued by one person: %v", out)
	}
	for range 2 {
		if got := call("approved", jiro, "approve", "2023-securities", 200); !strings.Contains(got, `"approved_by":"jiro"`) {
			t.Errorf("approved: %s", got)
		}
	}
	if len(out) != 2 || out[0] != (events.Released{Edition: ed.ID, Run: run.ID}) {
		t.Errorf("told %v", out)
	}
	if want := run.ID + ", current before: false"; len(nightly.seen) != 1 || nightly.seen[0] != want || opened.seen[0] != want {
		t.Errorf("the catalogues saw %v and %v", nightly.seen, opened.seen)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
