package awsevents

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	awslambda "github.com/aws/aws-lambda-go/events"

	"cssa/events"
	"cssa/shared/ledger"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("samples", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func open(t *testing.T, name string) Envelope {
	t.Helper()
	e, err := Open(sample(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return e
}

const (
	inbox   = "cssa-dev-inbox"
	key     = "2023-securities/S-0137/0002.xlsx"
	scanned = "d41d8cd98f00b204e9800998eEXAMPLE"
	letter  = "2023-securities-S-0137-accepted-2"
)

func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2023-08-21T"+clock+"Z")
	if err != nil {
		panic(err)
	}
	return t
}

// What each sample of an envelope means, by hand. Every sample is here or in the tests of the calls below.
func TestSamplesOfEnvelopes(t *testing.T) {
	uploads := map[string]Upload{
		"scan-clean":       {inbox, key, scanned, events.Clean},
		"scan-malware":     {inbox, key, scanned, events.Malware},
		"scan-unsupported": {inbox, key, scanned, events.Unscannable},
		"object-created":   {inbox, key, "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e", events.Clean},
	}
	for name, want := range uploads {
		if got, err := open(t, name).Upload(); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
	}
	for _, name := range []string{"scan-failed", "scan-access-denied"} {
		if got, err := open(t, name).Upload(); !errors.Is(err, ErrNotScanned) {
			t.Errorf("%s: %+v, %v; want %v", name, got, err, ErrNotScanned)
		}
	}
	if got, err := open(t, "accepted").Event(); err != nil || got != (events.Accepted{Edition: "2023-securities", Firm: "S-0137", Ticket: 2}) {
		t.Errorf("accepted: %+v, %v", got, err)
	}
	deliveries := map[string]ledger.Delivery{
		"email-delivered":  {Letter: letter, State: ledger.Delivered, At: at("09:13:07.450")},
		"email-delayed":    {Letter: letter, State: ledger.Delayed, At: at("09:43:07"), Why: "MailboxFull"},
		"email-bounced":    {Letter: letter, State: ledger.Bounced, At: at("09:13:08"), Why: "Permanent General"},
		"email-rejected":   {Letter: letter, State: ledger.Bounced, At: at("09:13:05.120"), Why: "Rejected Bad content"},
		"email-complained": {Letter: letter, State: ledger.Complained, At: at("10:00:00"), Why: "abuse"},
	}
	for name, want := range deliveries {
		if got, ours, err := open(t, name).Delivery(); err != nil || !ours || got != want {
			t.Errorf("%s: %+v, %t, %v; want %+v", name, got, ours, err, want)
		}
	}
	if got, ours, err := open(t, "email-sent").Delivery(); err != nil || ours {
		t.Errorf("email-sent: %+v, %t, %v; it says nothing of a fate", got, ours, err)
	}
	for name, want := range map[string]Night{"schedule": {Edition: "2023-securities", Due: time.Date(2023, 7, 5, 17, 5, 0, 0, time.UTC)}, "freeze": {Edition: "2023-securities", Freeze: true}} {
		var got Night
		if err := json.Unmarshal(sample(t, name), &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestEverySampleIsTested(t *testing.T) {
	files, err := filepath.Glob("samples/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	for _, file := range []string{"awsevents_test.go", "function_test.go", "http_test.go"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(src)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".json"); !strings.Contains(tests.String(), `"`+name+`"`) {
			t.Errorf("no test decodes %s", file)
		}
	}
	if len(files) == 0 {
		t.Error("no samples")
	}
}

func TestAMessageForAnotherFunctionIsRefused(t *testing.T) {
	clean, ours, mail := open(t, "scan-clean"), open(t, "accepted"), open(t, "email-bounced")
	_, uploadOfOurs := ours.Upload()
	_, eventOfScan := clean.Event()
	_, _, deliveryOfScan := clean.Delivery()
	_, uploadOfMail := mail.Upload()
	for i, err := range []error{uploadOfOurs, eventOfScan, deliveryOfScan, uploadOfMail} {
		if !errors.Is(err, ErrForeign) {
			t.Errorf("%d: %v, want %v", i, err, ErrForeign)
		}
	}
	for _, body := range []string{"", "{}", "[]", `"x"`, `{"source":"cssa"}`, `{"source":"aws.s3","detail-type":"Object Created","detail":"x"}`} {
		e, err := Open([]byte(body))
		if err == nil {
			_, err = e.Upload()
		}
		if !errors.Is(err, ErrForeign) {
			t.Errorf("%q: %v, want %v", body, err, ErrForeign)
		}
	}
	if _, err := (Envelope{Source: SourceOurs, Kind: "Unheard", Detail: []byte("{}")}).Event(); err == nil {
		t.Error("an unheard message of ours was taken")
	}
}

// Mail that is not a letter, such as a sign-in code, is none of the ledger's business; a letter that cannot be told is.
func TestMailThatIsNoLetter(t *testing.T) {
	cut := func(truncated bool) Envelope {
		e := open(t, "email-bounced")
		e.Detail = []byte(strings.NewReplacer("X-CSSA-Letter", "X-Other", `"letter"`, `"other"`).Replace(string(e.Detail)))
		if truncated {
			e.Detail = []byte(strings.Replace(string(e.Detail), `"headersTruncated": false`, `"headersTruncated": true`, 1))
		}
		return e
	}
	if _, ours, err := cut(false).Delivery(); ours || err != nil {
		t.Errorf("mail of others: %t, %v", ours, err)
	}
	if _, _, err := cut(true).Delivery(); !errors.Is(err, ErrForeign) {
		t.Errorf("headers cut short: %v", err)
	}
	tagged := open(t, "email-bounced") // its headers cut short, its tag not
	tagged.Detail = []byte(strings.NewReplacer("X-CSSA-Letter", "X-Other", `"headersTruncated": false`, `"headersTruncated": true`).Replace(string(tagged.Detail)))
	if got, ours, err := tagged.Delivery(); err != nil || !ours || got.Letter != letter {
		t.Errorf("known by its tag: %+v, %t, %v", got, ours, err)
	}
}

func TestABucketWithoutVersionsHasNone(t *testing.T) {
	e := open(t, "scan-clean")
	e.Detail = []byte(strings.Replace(string(e.Detail), scanned, "null", 1))
	if got, err := e.Upload(); err != nil || got.VersionID != "" {
		t.Errorf("%+v, %v", got, err)
	}
}

// call decodes a sample of the HTTP API.
func call(t *testing.T, name string) awslambda.APIGatewayV2HTTPRequest {
	t.Helper()
	var r awslambda.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(sample(t, name), &r); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

func same(a, b Token) bool {
	return a.Caller == b.Caller && slices.Equal(a.Scopes, b.Scopes)
}
