package awsevents

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"cssa/shared/checklist"
)

// ErrNobody is returned for a caller who cannot be told apart from others.
var ErrNobody = errors.New("the caller is no person")

// A Token says who calls the ticket API. The API has verified it. The ledger knows whose firm the caller's is.
type Token struct {
	Caller string   // a machine client's id, or an officer's subject in the user pool
	Scopes []string // what the caller may do
}

// TokenOf returns the caller of a JWT-authorised route; a call that is not gives the zero Token, and so does an ID token: it
// carries no scope, so the ticket route turns it away before. A token speaks for no firm, whatever it claims.
func TokenOf(r events.APIGatewayV2HTTPRequest) Token {
	if r.RequestContext.Authorizer == nil || r.RequestContext.Authorizer.JWT == nil {
		return Token{}
	}
	claims := r.RequestContext.Authorizer.JWT.Claims
	if claims["token_use"] != "access" {
		return Token{}
	}
	return Token{Caller: claims["sub"], Scopes: strings.Fields(claims["scope"])} // the subject of a machine is its client id
}

// generated are session names that a program made up: they differ each time and name nobody.
var generated = regexp.MustCompile(`^(botocore-session-|aws-go-sdk-|aws-sdk-|AWSCLI-Session|AssumeRoleSession|default_session)`)

// Person returns the person who calls an IAM-authorised route, from the ARN that the API verified. However many sessions
// and roles a person has, the name is one: that of the session of an assumed role, or of the user. So the trust policies of
// the roles must fix the session name to the person's.
func Person(r events.APIGatewayV2HTTPRequest) (string, error) {
	if r.RequestContext.Authorizer == nil || r.RequestContext.Authorizer.IAM == nil {
		return "", fmt.Errorf("%w: not authorised by IAM", ErrNobody)
	}
	return personOf(r.RequestContext.Authorizer.IAM.UserARN)
}

func personOf(arn string) (string, error) {
	parts := strings.SplitN(arn, ":", 6) // arn:partition:service:region:account:resource
	if len(parts) != 6 || parts[0] != "arn" {
		return "", ErrNobody
	}
	words := strings.Split(parts[5], "/")
	name := words[len(words)-1]
	switch kind := parts[2] + " " + words[0]; {
	case kind == "sts assumed-role" && len(words) == 3:
	case kind == "sts federated-user" && len(words) == 2:
	case kind == "iam user" && len(words) >= 2: // between them may be a path
	default:
		return "", fmt.Errorf("%w: %s", ErrNobody, words[0])
	}
	if name == "" || generated.MatchString(name) {
		return "", fmt.Errorf("%w: the session has a generated name; give it the person's", ErrNobody)
	}
	return name, nil
}

// Body returns the body of a call.
func Body(r events.APIGatewayV2HTTPRequest) ([]byte, error) {
	if !r.IsBase64Encoded {
		return []byte(r.Body), nil
	}
	return base64.StdEncoding.DecodeString(r.Body)
}

// Answer is v as JSON. Nobody on the way may keep it.
func Answer(status int, v any) events.APIGatewayV2HTTPResponse {
	return answer(status, "application/json", v)
}

// Problem is a mistake of the caller, told in both languages (RFC 9457), and makes the outcome [Refused].
func (inv *Invocation) Problem(status int, message checklist.Text) events.APIGatewayV2HTTPResponse {
	inv.Outcome = Refused
	return answer(status, "application/problem+json", struct {
		Type      string `json:"type"`
		Title     string `json:"title"`
		Status    int    `json:"status"`
		Message   string `json:"message"`
		MessageJA string `json:"message_ja"`
	}{"about:blank", http.StatusText(status), status, message.EN, message.JA})
}

func answer(status int, contentType string, v any) events.APIGatewayV2HTTPResponse {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // a URL stays as it is
	if err := enc.Encode(v); err != nil {
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusInternalServerError}
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: status, Body: out.String(),
		Headers: map[string]string{"Content-Type": contentType, "Cache-Control": "no-store"}}
}
