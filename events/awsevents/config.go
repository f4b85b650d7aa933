package awsevents

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Config returns how the SDK's clients reach AWS from within a function: by what the runtime puts into the environment, the
// credentials of the function's role and its region, and the endpoints that AWS_ENDPOINT_URL and its like name. The SDK's
// own search for credentials in files and on the network is left out: a function has none there, and it would be a third of
// a small function.
func Config() (aws.Config, error) {
	env, err := config.NewEnvConfig()
	if err != nil {
		return aws.Config{}, fmt.Errorf("environment: %w", err)
	}
	if env.Region == "" || !env.Credentials.HasKeys() {
		return aws.Config{}, fmt.Errorf("environment: no region or no credentials: this runs as a Lambda function")
	}
	cfg := aws.Config{
		Region: env.Region, Credentials: credentials.StaticCredentialsProvider{Value: env.Credentials},
		ConfigSources: []any{env}, // clients look their endpoints up in it
	}
	if env.BaseEndpoint != "" {
		cfg.BaseEndpoint = &env.BaseEndpoint
	}
	return cfg, nil
}
