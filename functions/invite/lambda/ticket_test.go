package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"cssa/events/awsevents"
	"cssa/functions/invite"
	"cssa/functions/invite/ticket"
	"cssa/infra/laptop/objects"
	"cssa/shared/archive/s3"
	"cssa/shared/checklist"
	"cssa/shared/ledger/sqlite"
	"cssa/shared/questionnaire"
	"cssa/shared/register"
)

type room struct {
	desk
	ledger  *sqlite.Ledger
	samples string
	log     bytes.Buffer
	now     time.Time
	call    func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)
}

// newRoom is the desk before a real object store and a real ledger. The round is open; S-0137 belongs to it, S-0138 left
// before the reference date.
func newRoom(t *testing.T) *room {
	t.Helper()
	lib := questionnaire.NewLibrary(questionnaire.Builtin())
	ed, err := lib.Edition(t.Context(), "2023-securities")
	must(t, err)
	r := &room{now: ed.Opens.UTC()}
	r.samples, err = filepath.Abs("../../../events/awsevents/samples") // a running object store has its own working directory
	must(t, err)
	srv, err := objects.Start(t.Context(), objects.Config{Dir: t.TempDir(), Now: func() time.Time { return r.now }, Buckets: []objects.Bucket{{Name: "inbox"}}})
	must(t, err)
	t.Cleanup(func() { must(t, srv.Close()) })
	r.ledger, err = sqlite.Open(filepath.Join(t.TempDir(), "ledger.sqlite"))
	must(t, err)
	t.Cleanup(func() { must(t, r.ledger.Close()) })
	from := checklist.Date{Year: 2010, Month: 4, Day: 1}
	must(t, r.ledger.PutRegister(t.Context(), register.Register{Firms: []register.Firm{
		{ID: "S-0137", RegistrationNumber: "1", Name: checklist.Text{JA: "架空", EN: "Invented"}, Sector: "securities", PeerGroup: "regional", SizeBand: "small", ValidFrom: from},
		{ID: "S-0138", RegistrationNumber: "2", Name: checklist.Text{JA: "架空二", EN: "Invented 2"}, Sector: "securities", PeerGroup: "regional", SizeBand: "small",
			ValidFrom: from, ValidTo: checklist.Date{Year: 2023, Month: 6, Day: 29}},
	}}))
	now := func() time.Time { return r.now }
	_, err = (&invite.Step{Editions: lib, Now: now}).Open(t.Context(), r.ledger, ed.ID, invite.Schedule{})
	must(t, err)
	step := &ticket.Step{Editions: lib, Ledger: r.ledger, Inbox: s3.New(srv.Client(), "inbox"), Now: now, Expires: time.Minute}
	r.desk = desk{step, r.ledger}
	r.call = awsevents.Serve(awsevents.Function{Name: "invite", Log: slog.New(slog.NewJSONHandler(&r.log, nil)), Out: &r.log, Now: time.Now}, r.ticket)
	return r
}

func (r *room) sample(t *testing.T, name string) events.APIGatewayV2HTTPRequest {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(r.samples, name+".json"))
	must(t, err)
	var in events.APIGatewayV2HTTPRequest
	must(t, json.Unmarshal(body, &in))
	return in
}

// Of the samples.
const (
	machine = "3n4b5urk1ft4fl3mg5e62d9ado"
	officer = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
)

func TestAMachineAndAnOfficerObtainTicketsThatUpload(t *testing.T) {
	r := newRoom(t)
	must(t, r.ledger.PutClient(t.Context(), machine, "S-0137"))
	must(t, r.ledger.PutClient(t.Context(), officer, "S-0137"))
	for _, name := range []string{"ticket-machine", "ticket-officer"} {
		out, err := r.call(t.Context(), r.sample(t, name))
		must(t, err)
		var got struct {
			Version int               `json:"version"`
			URL     string            `json:"url"`
			Header  map[string]string `json:"header"`
			Expires time.Time         `json:"expires"`
		}
		must(t, json.Unmarshal([]byte(out.Body), &got))
		if out.StatusCode != 201 || got.Version != 1 || !strings.Contains(got.URL, "/2023-securities/S-0137/0001.xlsx?") || got.Expires.IsZero() {
			t.Fatalf("%s: %d, version %d, expires %s", name, out.StatusCode, got.Version, got.Expires)
		}
		if strings.Contains(r.log.String(), "X-Amz") || strings.Contains(r.log.String(), "http") {
			t.Errorf("%s: the log holds the URL", name)
		}
		if name == "ticket-officer" { // the same file again is the same ticket; its grant is good once
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, got.URL, strings.NewReader("test"))
			must(t, err)
			for k, v := range got.Header {
				req.Header.Set(k, v)
			}
			res, err := http.DefaultClient.Do(req)
			must(t, err)
			res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Errorf("the upload: %s", res.Status)
			}
		}
	}
}

func TestWhoIsTurnedAwayAndHow(t *testing.T) {
	r := newRoom(t)
	must(t, r.ledger.PutClient(t.Context(), machine, "S-0137"))
	must(t, r.ledger.PutClient(t.Context(), "left", "S-0138"))
	must(t, r.ledger.PutClient(t.Context(), "withdrawn", ""))
	claim := func(name, value string) func(*events.APIGatewayV2HTTPRequest) {
		return func(in *events.APIGatewayV2HTTPRequest) { in.RequestContext.Authorizer.JWT.Claims[name] = value }
	}
	for story, c := range map[string]struct {
		change func(*events.APIGatewayV2HTTPRequest)
		want   int
	}{
		"nothing wrong":      {func(*events.APIGatewayV2HTTPRequest) {}, 201},
		"nobody's client":    {claim("sub", "unheard"), 403},
		"a withdrawn client": {claim("sub", "withdrawn"), 403},
		"without the scope":  {claim("scope", "cssa/other"), 403},
		"an ID token":        {claim("token_use", "id"), 403},
		"a claimed firm": {func(in *events.APIGatewayV2HTTPRequest) {
			claim("sub", "unheard")(in)
			claim("custom:firm", "S-0137")(in)
		}, 403},
		"no token":                  {func(in *events.APIGatewayV2HTTPRequest) { in.RequestContext.Authorizer = nil }, 403},
		"a firm outside the round":  {claim("sub", "left"), 403},
		"no such edition":           {func(in *events.APIGatewayV2HTTPRequest) { in.PathParameters["edition"] = "2029-securities" }, 404},
		"no edition at all":         {func(in *events.APIGatewayV2HTTPRequest) { in.PathParameters["edition"] = "../../etc" }, 404},
		"no JSON":                   {func(in *events.APIGatewayV2HTTPRequest) { in.Body = "sha256=…" }, 400},
		"half a digest":             {func(in *events.APIGatewayV2HTTPRequest) { in.Body = `{"sha256":"9f86","size":4}` }, 400},
		"a film":                    {func(in *events.APIGatewayV2HTTPRequest) { in.Body = strings.Replace(in.Body, "4}", "4000000000}", 1) }, 400},
		"a body that is no base64":  {func(in *events.APIGatewayV2HTTPRequest) { in.IsBase64Encoded = true }, 400},
		"when the doors are closed": {func(*events.APIGatewayV2HTTPRequest) { r.now = r.now.AddDate(1, 0, 0) }, 409},
	} {
		was := r.now
		in := r.sample(t, "ticket-machine")
		c.change(&in)
		out, err := r.call(t.Context(), in)
		r.now = was
		if err != nil || out.StatusCode != c.want {
			t.Errorf("%s: %d, %v; want %d", story, out.StatusCode, err, c.want)
			continue
		}
		if c.want == 201 {
			continue
		}
		var p map[string]any
		must(t, json.Unmarshal([]byte(out.Body), &p))
		if p["message"] == "" || p["message_ja"] == "" || out.Headers["Content-Type"] != "application/problem+json" {
			t.Errorf("%s: %s", story, out.Body)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
