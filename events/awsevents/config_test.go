package awsevents

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestClientsGoWhereTheEnvironmentSays(t *testing.T) {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} {
		t.Setenv(name, "")
	}
	if _, err := Config(); err == nil {
		t.Error("without region and credentials there is no error")
	}
	t.Setenv("AWS_REGION", "ap-northeast-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "invented")
	t.Setenv("AWS_SESSION_TOKEN", "session")
	reach := func() (table, bucket string) {
		cfg, err := Config()
		if err != nil {
			t.Fatal(err)
		}
		who, err := cfg.Credentials.Retrieve(t.Context())
		if err != nil || who.AccessKeyID != "ASIAEXAMPLE" || who.SessionToken != "session" || cfg.Region != "ap-northeast-1" {
			t.Errorf("%s with session %s in %s, %v", who.AccessKeyID, who.SessionToken, cfg.Region, err)
		}
		if e := dynamodb.NewFromConfig(cfg).Options().BaseEndpoint; e != nil {
			table = *e
		}
		if e := s3.NewFromConfig(cfg).Options().BaseEndpoint; e != nil {
			bucket = *e
		}
		return table, bucket
	}
	if table, bucket := reach(); table != "" || bucket != "" {
		t.Errorf("AWS itself: %q, %q", table, bucket)
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
	t.Setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9600")
	if table, bucket := reach(); table != "http://127.0.0.1:4566" || bucket != "http://127.0.0.1:9600" {
		t.Errorf("named endpoints: %q, %q", table, bucket)
	}
}
