package ses_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"cssa/shared/mail"
	"cssa/shared/mail/ses"
)

// An office is SES's side of the wire. It answers with the codes it is given, then takes what comes.
type office struct {
	codes []string
	paths []string
	taken []request
}

type request struct {
	ConfigurationSetName string
	FromEmailAddress     string
	Destination          struct{ ToAddresses, CcAddresses, BccAddresses []string }
	Content              struct{ Raw struct{ Data []byte } }
	EmailTags            []struct{ Name, Value string }
}

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	o.paths = append(o.paths, r.Method+" "+r.URL.Path)
	if len(o.codes) > 0 {
		w.Header().Set("X-Amzn-ErrorType", o.codes[0])
		w.WriteHeader(cmp.Or(map[string]int{"TooManyRequestsException": 429, "NotFoundException": 404}[o.codes[0]], 400))
		_, _ = w.Write([]byte(`{"message":"Email address is not verified: ciso@sakura.example"}`))
		o.codes = o.codes[1:]
		return
	}
	var in request
	_ = json.Unmarshal(body, &in)
	o.taken = append(o.taken, in)
	_, _ = w.Write([]byte(`{"MessageId":"0106018a15f3c6a2"}`))
}

func newSender(t *testing.T, codes ...string) (*office, *ses.Sender) {
	o := &office{codes: codes}
	srv := httptest.NewServer(o)
	t.Cleanup(srv.Close)
	return o, &ses.Sender{From: "cssa@cssa.example.jp", ConfigurationSet: "cssa-dev", Client: sesv2.New(sesv2.Options{
		Region: "ap-northeast-1", BaseEndpoint: aws.String(srv.URL), Credentials: credentials.NewStaticCredentialsProvider("invented", "invented", ""),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond }),
	})}
}

func message(to ...string) mail.Message {
	m := mail.Message{ID: "2023-securities-S-0137-accepted-2", From: mail.Address{Name: "CSSA事務局", Email: "office@supervisor.example.jp"},
		Subject: "受理", Text: "受理しました。\n", Date: time.Date(2023, 8, 21, 18, 12, 44, 0, time.FixedZone("JST", 9*60*60))}
	for _, a := range to {
		m.To = append(m.To, mail.Address{Name: "架空", Email: a})
	}
	return m
}

func TestALetterGoesOutAsItWasRendered(t *testing.T) {
	o, s := newSender(t)
	if err := s.Send(t.Context(), message("ciso@sakura.example", "desk@sakura.example")); err != nil {
		t.Fatal(err)
	}
	if len(o.taken) != 1 || o.paths[0] != "POST /v2/email/outbound-emails" {
		t.Fatalf("%d taken at %v", len(o.taken), o.paths)
	}
	in := o.taken[0]
	if in.ConfigurationSetName != "cssa-dev" || in.FromEmailAddress != "cssa@cssa.example.jp" ||
		strings.Join(in.Destination.ToAddresses, " ") != "ciso@sakura.example desk@sakura.example" || in.Destination.BccAddresses != nil {
		t.Errorf("sent %+v", in)
	}
	if len(in.EmailTags) != 1 || in.EmailTags[0].Name != "letter" || in.EmailTags[0].Value != "2023-securities-S-0137-accepted-2" {
		t.Errorf("tagged %+v", in.EmailTags)
	}
	m, err := netmail.ReadMessage(bytes.NewReader(in.Content.Raw.Data))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{"From": "cssa@cssa.example.jp", "Reply-To": "office@supervisor.example.jp",
		"X-CSSA-Letter": "2023-securities-S-0137-accepted-2", "Message-ID": "2023-securities-S-0137-accepted-2@cssa.example.jp"} {
		if got := m.Header.Get(header); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", header, got, want)
		}
	}
}

// SES refuses a message whose tag has other characters than it allows: such a letter goes out without.
func TestALetterWhoseIdIsNoTagGoesOutWithout(t *testing.T) {
	o, s := newSender(t)
	m := message("ciso@sakura.example")
	m.ID = "stray-2023-securities-0001.xlsx"
	if err := s.Send(t.Context(), m); err != nil || len(o.taken) != 1 || len(o.taken[0].EmailTags) != 0 {
		t.Errorf("%v, taken %+v", err, o.taken)
	}
}

func TestWhatSESRefusesIsRefusedAndNamesNoAddress(t *testing.T) {
	for code, refused := range map[string]bool{
		"MessageRejected": true, "BadRequestException": true,
		"AccountSuspendedException": false, "SendingPausedException": false, "MailFromDomainNotVerifiedException": false,
		"NotFoundException": false, "LimitExceededException": false,
	} {
		o, s := newSender(t, code, code, code, code)
		err := s.Send(t.Context(), message("ciso@sakura.example"))
		if err == nil || errors.Is(err, mail.ErrRefused) != refused {
			t.Errorf("%s: %v, want refused %t", code, err, refused)
		}
		if err != nil && (strings.Contains(err.Error(), "sakura") || !strings.Contains(err.Error(), code)) {
			t.Errorf("%s is told as %q", code, err)
		}
		if again := code == "LimitExceededException"; len(o.taken) > 0 || len(o.paths) > 1 != again { // the client takes that one for throttling
			t.Errorf("%s: tried %d times", code, len(o.paths))
		}
	}
}

func TestThrottlingIsTriedAgain(t *testing.T) {
	o, s := newSender(t, "TooManyRequestsException", "TooManyRequestsException")
	if err := s.Send(t.Context(), message("ciso@sakura.example")); err != nil || len(o.taken) != 1 || len(o.paths) != 3 {
		t.Errorf("%v, %d taken of %d tries", err, len(o.taken), len(o.paths))
	}
}

func TestInTheSandboxMailStaysInTheStagesOwnDomain(t *testing.T) {
	for _, c := range []struct {
		to   []string
		sent int
	}{
		{[]string{"hana@cssa.example.jp"}, 1},
		{[]string{"hana@CSSA.example.jp"}, 1},
		{[]string{"ciso@sakura.example"}, 0},
		{[]string{"hana@cssa.example.jp", "ciso@sakura.example"}, 0},
		{[]string{"ciso@evil-cssa.example.jp"}, 0},
		{[]string{"ciso@sub.cssa.example.jp"}, 0},
	} {
		o, s := newSender(t)
		s.Sandbox = true
		err := s.Send(t.Context(), message(c.to...))
		if len(o.taken) != c.sent || errors.Is(err, mail.ErrRefused) != (c.sent == 0) {
			t.Errorf("%v: %d sent, %v", c.to, len(o.taken), err)
		}
	}
}
