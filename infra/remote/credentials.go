package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// How to mend what the credentials lack, for the end of an error.
const (
	whoMay   = "the operator runs rounds, the supervisor asks and proposes, the releaser approves, the analyst asks the open door: take the role that may (AWS_PROFILE)"
	signIn   = `name a profile (AWS_PROFILE=NAME), and where it asks for a second factor take its session first: eval "$(aws configure export-credentials --profile NAME --format env)"`
	noRegion = "no region: set AWS_REGION, or region in the profile, to where the stage is"
)

// open reads credentials and region from where the AWS command line takes them, and says at once what is missing.
func open(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return cfg, noCredentials(err)
	}
	if cfg.Region == "" {
		return cfg, errors.New(noRegion)
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return cfg, noCredentials(err)
	}
	cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("HowToMend", howToMend), middleware.After)
	})
	return cfg, nil
}

func noCredentials(err error) error {
	return fmt.Errorf("no credentials for AWS: %w; %s", err, signIn)
}

// howToMend adds to what AWS refuses for the caller's sake what the caller can do about it.
func howToMend(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	out, about, err := next.HandleInitialize(ctx, in)
	var said smithy.APIError
	if !errors.As(err, &said) {
		return out, about, err
	}
	switch code := said.ErrorCode(); {
	case slices.Contains([]string{"AccessDenied", "AccessDeniedException", "AuthorizationError"}, code):
		err = fmt.Errorf("%w; %s", err, whoMay)
	case slices.Contains([]string{
		"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId",
		"SignatureDoesNotMatch", "InvalidSignatureException",
	}, code):
		err = fmt.Errorf("%w; the credentials have ended or are none of this account: %s", err, signIn)
	}
	return out, about, err
}
