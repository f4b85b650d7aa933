package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"cssa/infra/laptop/objects"
	"cssa/infra/rehearsal/iam"
	"cssa/infra/rehearsal/template"
)

// The verdicts that GuardDuty can give.
const (
	Clean       = "NO_THREATS_FOUND"
	Infected    = "THREATS_FOUND"
	Unsupported = "UNSUPPORTED"
)

// committed plays what tells of an object of the inbox: GuardDuty's verdict where the template has it scan, else S3 itself.
func (w *World) committed(_ context.Context, c objects.Commit) error {
	version := map[string]any{}
	if c.VersionID != "" {
		version["versionId"] = c.VersionID
	}
	bus := busARN("default")
	if !w.scanned {
		object := map[string]any{"key": c.Key, "size": c.Size, "etag": "00000000000000000000000000000000", "sequencer": "0"}
		if c.VersionID != "" {
			object["version-id"] = c.VersionID
		}
		w.route(bus, envelope(w.eventID(), "aws.s3", "Object Created", mustJSON(map[string]any{
			"version": "0", "bucket": map[string]any{"name": c.Bucket}, "object": object, "reason": "PutObject", "requester": template.Account,
		})))
		return nil
	}
	verdict := Clean
	if w.c.Verdict != nil {
		verdict = w.c.Verdict(c.Key)
	}
	object := map[string]any{"bucketName": c.Bucket, "objectKey": c.Key, "eTag": "00000000000000000000000000000000", "s3Throttled": false}
	for k, v := range version {
		object[k] = v
	}
	result := map[string]any{"scanResultStatus": verdict, "threats": nil, "statusReasons": nil}
	status := "COMPLETED"
	switch verdict {
	case Infected:
		result["threats"] = []any{map[string]any{"name": "EICAR-Test-File (not a virus)"}}
	case Unsupported:
		status = "SKIPPED"
		result["statusReasons"] = []string{"PASSWORD_PROTECTED"}
	}
	w.route(bus, envelope(w.eventID(), "aws.guardduty", "GuardDuty Malware Protection Object Scan Result", mustJSON(map[string]any{
		"schemaVersion": "1.0", "scanStatus": status, "resourceType": "S3_OBJECT", "s3ObjectDetails": object, "scanResultDetails": result,
	})))
	return nil
}

type schedule struct{ name, arn, role, target, input string }

// Fire has Scheduler start every schedule of the template once, as if the time due had come, and returns the answers. Asked
// again with the same time it is a repeat of the same night.
func (w *World) Fire(ctx context.Context, due time.Time) ([][]byte, error) {
	if len(w.schedules) == 0 {
		return nil, errors.New("the template has no schedule")
	}
	var answers [][]byte
	for _, s := range w.schedules {
		f, ok := w.functions[s.target]
		if !ok {
			return nil, fmt.Errorf("schedule %s: its target %s is no function of the template", s.name, s.target)
		}
		if d := w.allowed(s.role, Need{"lambda:InvokeFunction", s.target, iam.Good()}); !d.Allowed {
			return nil, fmt.Errorf("schedule %s: %s may not invoke %s: %s", s.name, s.role, s.target, d.Why)
		}
		input := strings.ReplaceAll(s.input, "<aws.scheduler.scheduled-time>", due.UTC().Format(time.RFC3339))
		a, err := f.instance.Invoke(ctx, []byte(input))
		if err != nil {
			return answers, fmt.Errorf("schedule %s: %w", s.name, err)
		}
		answers = append(answers, a)
	}
	return answers, nil
}

type api struct {
	id           string
	routes       []route
	integrations map[string]string // id → function ARN
}

type route struct {
	key, auth, integration string
	scopes                 []string
}

// A Caller is who calls the HTTP API: the holder of a token, or a person in a role.
type Caller struct {
	Claims map[string]string // of the token; its scopes are in "scope"
	Role   string            // ARN, for routes that ask IAM
	Person string            // name of the session
}

// Post plays API Gateway: it finds the route, asks its authorizer, checks that it may invoke the function, and sends it the
// event of payload version 2.0. The status is the gateway's own where the call does not get through.
func (w *World) Post(ctx context.Context, path string, who Caller, body any) (int, []byte, error) {
	rt, parameters := w.api.find(http.MethodPost, path)
	if rt == nil {
		return http.StatusNotFound, nil, nil
	}
	requestContext := map[string]any{
		"accountId": template.Account, "apiId": w.api.id, "domainName": "api.example", "domainPrefix": "api", "requestId": w.eventID(),
		"routeKey": rt.key, "stage": "$default", "time": time.Now().UTC().Format("02/Jan/2006:15:04:05 +0000"), "timeEpoch": time.Now().UnixMilli(),
		"http": map[string]any{"method": http.MethodPost, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "rehearsal"},
	}
	execute := fmt.Sprintf("arn:aws:execute-api:%s:%s:%s/", template.Region, template.Account, w.api.id)
	switch rt.auth {
	case "JWT":
		if who.Claims == nil {
			return http.StatusUnauthorized, nil, nil
		}
		scopes := strings.Fields(who.Claims["scope"])
		if len(rt.scopes) > 0 && !slices.ContainsFunc(rt.scopes, func(s string) bool { return slices.Contains(scopes, s) }) {
			return http.StatusForbidden, nil, nil
		}
		requestContext["authorizer"] = map[string]any{"jwt": map[string]any{"claims": who.Claims, "scopes": scopes}}
	case "AWS_IAM":
		d := w.allowed(who.Role, Need{"execute-api:Invoke", execute + "$default/POST" + path, iam.Good()})
		if who.Role == "" || !d.Allowed {
			return http.StatusForbidden, []byte(d.Why), nil
		}
		role := who.Role[strings.LastIndex(who.Role, "/")+1:]
		arn := fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", template.Account, role, who.Person)
		requestContext["authorizer"] = map[string]any{"iam": map[string]any{
			"accessKey": "ASIAEXAMPLE", "accountId": template.Account, "callerId": "AROAEXAMPLE:" + who.Person, "principalOrgId": nil,
			"userArn": arn, "userId": "AROAEXAMPLE:" + who.Person, "cognitoIdentity": nil,
		}}
	default:
		return 0, nil, fmt.Errorf("route %s: authorization %q is not played", rt.key, rt.auth)
	}
	target := w.api.integrations[rt.integration]
	f, ok := w.functions[target]
	if !ok {
		return 0, nil, fmt.Errorf("route %s: its integration %q is no function of the template", rt.key, target)
	}
	source := iam.Good()
	_, pattern, _ := strings.Cut(rt.key, " ")
	source["aws:sourcearn"] = []string{execute + "$default/POST" + pattern}
	if d := w.allowed("apigateway.amazonaws.com", Need{"lambda:InvokeFunction", target, source}); !d.Allowed {
		return http.StatusInternalServerError, []byte(d.Why), nil
	}
	event := mustJSON(map[string]any{
		"version": "2.0", "routeKey": rt.key, "rawPath": path, "rawQueryString": "", "headers": map[string]string{"content-type": "application/json"},
		"requestContext": requestContext, "pathParameters": parameters, "body": string(mustJSON(body)), "isBase64Encoded": false,
	})
	answer, err := f.instance.Invoke(ctx, event)
	if err != nil {
		w.note("%s: %v", f.Name, err)
		return http.StatusInternalServerError, nil, nil // what the gateway makes of it
	}
	var out struct {
		StatusCode int    `json:"statusCode"`
		Body       string `json:"body"`
	}
	if err := json.Unmarshal(answer, &out); err != nil || out.StatusCode == 0 {
		return 0, answer, fmt.Errorf("%s answered no HTTP response: %w", f.Name, err)
	}
	return out.StatusCode, []byte(out.Body), nil
}

// find returns the route of a path and its parameters.
func (a api) find(method, path string) (*route, map[string]string) {
	have := strings.Split(path, "/")
	for i, r := range a.routes {
		m, pattern, _ := strings.Cut(r.key, " ")
		want := strings.Split(pattern, "/")
		if m != method || len(want) != len(have) {
			continue
		}
		parameters, ok := map[string]string{}, true
		for j := range want {
			if name, variable := strings.CutPrefix(want[j], "{"); variable {
				parameters[strings.TrimSuffix(name, "}")] = have[j]
			} else if want[j] != have[j] {
				ok = false
			}
		}
		if ok {
			return &a.routes[i], parameters
		}
	}
	return nil, nil
}
