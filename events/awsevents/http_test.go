package awsevents

import (
	"encoding/json"
	"errors"
	"testing"

	"cssa/shared/checklist"
)

func TestWhoAsksForATicket(t *testing.T) {
	if got, want := TokenOf(call(t, "ticket-machine")), (Token{Caller: "3n4b5urk1ft4fl3mg5e62d9ado", Scopes: []string{"cssa/tickets"}}); !same(got, want) {
		t.Errorf("a machine: %+v, want %+v", got, want)
	}
	if got, want := TokenOf(call(t, "ticket-officer")), (Token{Caller: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", Scopes: []string{"cssa/tickets"}}); !same(got, want) {
		t.Errorf("an officer: %+v, want %+v", got, want)
	}
	id := call(t, "ticket-officer") // it says who somebody is, not what they may do
	id.RequestContext.Authorizer.JWT.Claims["token_use"] = "id"
	if got := TokenOf(id); !same(got, Token{}) {
		t.Errorf("an ID token: %+v, want nobody", got)
	}
	if got := TokenOf(call(t, "release-approve")); !same(got, Token{}) {
		t.Errorf("an IAM caller: %+v, want nobody", got)
	}
}

// One person is one name, whatever role or session the call comes through; what names nobody is refused.
func TestWhoReleases(t *testing.T) {
	if got, err := Person(call(t, "release-approve")); err != nil || got != "jiro@supervisor.example.jp" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Person(call(t, "ticket-officer")); !errors.Is(err, ErrNobody) {
		t.Errorf("a JWT on an IAM route: %v", err)
	}
	for arn, want := range map[string]string{
		"arn:aws:sts::123456789012:assumed-role/cssa-prod-supervisor/jiro":                      "jiro",
		"arn:aws:sts::123456789012:assumed-role/cssa-prod-releaser/jiro":                        "jiro",
		"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Release_0123456789abcdef/j@x.jp": "j@x.jp",
		"arn:aws:iam::123456789012:user/jiro":                                                   "jiro",
		"arn:aws:iam::123456789012:user/supervisors/tokyo/jiro":                                 "jiro",
		"arn:aws-cn:sts::123456789012:federated-user/jiro":                                      "jiro",
		"arn:aws:iam::123456789012:root":                                                        "",
		"arn:aws:sts::123456789012:assumed-role/cssa-prod-releaser":                             "",
		"arn:aws:sts::123456789012:assumed-role/cssa-prod-releaser/":                            "",
		"arn:aws:sts::123456789012:assumed-role/cssa-prod-releaser/botocore-session-1692609000": "",
		"arn:aws:sts::123456789012:assumed-role/cssa-prod-releaser/aws-go-sdk-1692609000":       "",
		"arn:aws:iam::123456789012:role/cssa-prod-releaser":                                     "",
		"jiro": "",
		"":     "",
	} {
		got, err := personOf(arn)
		if got != want || errors.Is(err, ErrNobody) != (want == "") {
			t.Errorf("%s: %q, %v; want %q", arn, got, err, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	got := Answer(201, map[string]string{"url": "https://x/?a=1&b=2"})
	if got.StatusCode != 201 || got.Body != `{"url":"https://x/?a=1&b=2"}`+"\n" || got.Headers["Cache-Control"] != "no-store" {
		t.Errorf("%+v", got)
	}
	inv := &Invocation{}
	got = inv.Problem(409, checklist.Text{JA: "受付中ではありません。", EN: "Not open."})
	want := `{"type":"about:blank","title":"Conflict","status":409,"message":"Not open.","message_ja":"受付中ではありません。"}` + "\n"
	if got.Body != want || got.StatusCode != 409 || got.Headers["Content-Type"] != "application/problem+json" || inv.Outcome != Refused || !json.Valid([]byte(got.Body)) {
		t.Errorf("%+v, outcome %s", got, inv.Outcome)
	}
	r := call(t, "ticket-officer")
	plain, err := Body(r)
	r.Body, r.IsBase64Encoded = "eyJhIjoxfQ==", true
	coded, err2 := Body(r)
	if string(plain) != sampleBody || string(coded) != `{"a":1}` || err != nil || err2 != nil {
		t.Errorf("%s, %s, %v, %v", plain, coded, err, err2)
	}
}

const sampleBody = `{"sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "size": 4}`
