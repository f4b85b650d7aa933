package remote

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestWithoutCredentialsItIsSaidHowToGetThem(t *testing.T) {
	startWire(t)
	profile := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(profile, []byte(`[profile operator]
region = ap-northeast-1
source_profile = sato
role_arn = arn:aws:iam::111122223333:role/cssa-test-operator
mfa_serial = arn:aws:iam::111122223333:mfa/sato
role_session_name = sato

[profile sato]
region = ap-northeast-1
aws_access_key_id = AKIAINVENTED
aws_secret_access_key = invented
`), 0o600); err != nil {
		t.Fatal(err)
	}
	const (
		key    = "AKIAINVENTED"
		region = "ap-northeast-1"
	)
	for what, c := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"nothing at all": {map[string]string{"AWS_REGION": region}, []string{"stage test: no credentials for AWS", "AWS_PROFILE=NAME", "export-credentials"}},
		"no region":      {map[string]string{"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "invented"}, []string{"no region", "AWS_REGION"}},
		"no such profile": {map[string]string{"AWS_REGION": region, "AWS_PROFILE": "nobody", "AWS_CONFIG_FILE": profile},
			[]string{"no credentials for AWS", "nobody", "AWS_PROFILE=NAME"}},
		"a profile with a second factor": {map[string]string{"AWS_PROFILE": "operator", "AWS_CONFIG_FILE": profile},
			[]string{"no credentials for AWS", `eval "$(aws configure export-credentials --profile NAME --format env)"`}},
	} {
		t.Run(what, func(t *testing.T) {
			setenv(t, c.env)
			_, err := Open(t.Context(), "test", time.Now)
			says(t, err, c.want...)
		})
	}
}

// What AWS refuses says what to do about it, whichever service it was.
func TestWhatAWSRefusesSaysHowToMendIt(t *testing.T) {
	refusal := func(code, message string) answer {
		return answer{status: 400, header: map[string]string{"Content-Type": "application/x-amz-json-1.1"}, body: `{"__type":"com.amazon.coral.service#` + code + `","message":"` + message + `"}`}
	}
	const denied = "User: arn:aws:sts::111122223333:assumed-role/cssa-test-analyst/ito is not authorized to perform: athena:StartQueryExecution"
	for code, want := range map[string]string{
		"AccessDeniedException": "take the role that may", "ExpiredTokenException": "the credentials have ended", "UnrecognizedClientException": "none of this account",
	} {
		w := startWire(t)
		d, _ := w.stage()
		w.answers["StartQueryExecution"] = []answer{refusal(code, denied)}
		_, _, err := d.Query.Ask(t.Context(), "select 1", false, 10)
		says(t, err, "cssa-test-restricted", code, "athena:StartQueryExecution", want)
		w.answers["GetItem"] = []answer{refusal(code, denied)}
		_, err = d.Ledger.Round(t.Context(), edition)
		says(t, err, code, want)
		w.answers["DescribeStacks"] = []answer{{status: 403, body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User is not authorized to perform: cloudformation:DescribeStacks</Message></Error></ErrorResponse>`}}
		_, err = Open(t.Context(), "test", time.Now)
		says(t, err, "cloudformation:DescribeStacks", "take the role that may")
	}
}
