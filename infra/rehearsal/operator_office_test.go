//go:build conformance

package rehearsal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"cssa/infra/rehearsal/iam"
	"cssa/infra/rehearsal/runtime"
	"cssa/infra/rehearsal/template"
)

// A person works in one of the people's roles of the template, under a name.
type person struct{ name, job string }

// An office is where people reach the rehearsed stage: the doors of the services that cssa --stage calls beside those of the
// functions. Played: CloudFormation, Lambda's Invoke, SQS's counts, API Gateway and Athena (operator_athena_test.go). Who calls
// is known by the access key; the services' own checks of signatures are not played, but for S3's.
type office struct {
	t    *testing.T
	w    *World
	mu   sync.Mutex
	key  map[string]person // by access key
	lost map[string]int    // by path of the API: how many answers get lost after the function has given them
	athena
}

func openOffice(t *testing.T, w *World) *office {
	t.Helper()
	o := &office{t: t, w: w, key: map[string]person{}, lost: map[string]int{}, athena: athena{asked: map[string]*question{}}}
	serve := func(h http.Handler) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server.URL
	}
	w.Outputs["ApiUrl"] = serve(http.HandlerFunc(o.serveAPI))
	w.doors["CLOUDFORMATION"] = serve(http.HandlerFunc(o.serveStacks))
	w.doors["LAMBDA"] = serve(&door{w, "LAMBDA", invokeNeeds, http.HandlerFunc(o.serveInvoke)})
	w.doors["SQS"] = serve(&door{w, "SQS", queueNeeds, http.HandlerFunc(o.serveQueues)})
	w.doors["ATHENA"] = serve(&door{w, "ATHENA", o.athenaNeeds, http.HandlerFunc(o.serveAthena)})
	return o
}

func (o *office) role(p person) string {
	arn := "arn:aws:iam::" + template.Account + ":role/cssa-prod-" + p.job
	if !slices.Contains(o.w.policies.Roles(), arn) {
		o.t.Errorf("the template has no role %s", arn)
	}
	return arn
}

// environment is that of a person's shell: the session of a role, and nothing of this machine's.
func (o *office) environment(p person) []string {
	env := o.w.credentialsOf(o.role(p))
	sum := sha256.Sum256([]byte(p.job + "/" + p.name))
	key := "ASIA" + strings.ToUpper(hex.EncodeToString(sum[:8]))
	o.w.mu.Lock()
	o.w.roleOf[key] = o.role(p)
	o.w.mu.Unlock()
	o.mu.Lock()
	o.key[key] = p
	o.mu.Unlock()
	env["AWS_ACCESS_KEY_ID"] = key
	list := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.DevNull, "LANG=C", "CSSA_STAGE=prod",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	}
	for k, v := range env {
		list = append(list, k+"="+v)
	}
	return list
}

func (o *office) caller(r *http.Request) person {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.key[accessKey(r)]
}

// serveStacks plays DescribeStacks, in the query protocol.
func (o *office) serveStacks(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	form, err2 := url.ParseQuery(string(body))
	if errors.Join(err, err2) != nil || form.Get("Action") != "DescribeStacks" {
		o.t.Errorf("CloudFormation was asked for %q", body)
	}
	d := &door{w: o.w, service: "CLOUDFORMATION", needs: func(*http.Request, []byte) ([]Need, error) {
		arn := fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/6f87d04b", template.Region, template.Account, form.Get("StackName"))
		return []Need{{"cloudformation:DescribeStacks", arn, iam.Good()}}, nil
	}}
	rw.Header().Set("Content-Type", "text/xml")
	if _, refused := d.decide(r, body); refused != "" {
		rw.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(rw, "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>%s</Message></Error></ErrorResponse>", refused)
		return
	}
	var members strings.Builder
	for k, v := range o.w.Outputs {
		fmt.Fprintf(&members, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", k, v)
	}
	fmt.Fprintf(rw, "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>%s</StackName><Outputs>%s</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
		form.Get("StackName"), &members)
}

func functionARN(r *http.Request) string {
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/2015-03-31/functions/"), "/invocations")
	return fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", template.Region, template.Account, name)
}

func invokeNeeds(r *http.Request, _ []byte) ([]Need, error) {
	if r.Method != http.MethodPost || path.Base(r.URL.Path) != "invocations" {
		return nil, fmt.Errorf("%s is not played", operation(r))
	}
	return []Need{{"lambda:InvokeFunction", functionARN(r), iam.Good()}}, nil
}

func (o *office) serveInvoke(rw http.ResponseWriter, r *http.Request) {
	f, ok := o.w.functions[functionARN(r)]
	body, err := io.ReadAll(r.Body)
	if err != nil || !ok {
		o.t.Errorf("invoke %s: %v", r.URL.Path, err)
		return
	}
	answer, err := f.instance.Invoke(r.Context(), body)
	var own *runtime.FunctionError
	if errors.As(err, &own) {
		rw.Header().Set("X-Amz-Function-Error", "Unhandled")
		answer = mustJSON(own)
	} else if err != nil {
		o.t.Errorf("%s: %v", f.Name, err)
	}
	_, _ = rw.Write(answer) // the caller sees a broken answer
}

type queueRequest struct{ QueueUrl string }

func queueNeeds(r *http.Request, body []byte) ([]Need, error) {
	in, err := decodeBody[queueRequest](body)
	if err == nil && operation(r) != "GetQueueAttributes" {
		err = fmt.Errorf("%s is not played", operation(r))
	}
	arn := fmt.Sprintf("arn:aws:sqs:%s:%s:%s", template.Region, template.Account, path.Base(in.QueueUrl))
	return []Need{{"sqs:GetQueueAttributes", arn, iam.Good()}}, err
}

func (o *office) serveQueues(rw http.ResponseWriter, r *http.Request) {
	var in queueRequest
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		o.t.Error(err)
	}
	n := len(o.w.Dead()[path.Base(in.QueueUrl)])
	writeJSON(rw, http.StatusOK, map[string]any{"Attributes": map[string]string{"ApproximateNumberOfMessages": fmt.Sprint(n)}})
}

// serveAPI is the front of the HTTP API for people: whom IAM lets in, the function hears of.
func (o *office) serveAPI(rw http.ResponseWriter, r *http.Request) {
	p := o.caller(r)
	call := Call{Role: o.role(p), Action: "execute-api:Invoke", Resource: r.Method + " " + r.URL.Path}
	status, body, err := o.w.Post(r.Context(), r.URL.Path, Caller{Role: o.role(p), Person: p.name}, nil)
	if err != nil {
		o.t.Errorf("%s: %v", call.Resource, err)
	}
	var said struct{ Type string }
	_ = json.Unmarshal(body, &said) // the gateway's own words are none
	problem := said.Type == "about:blank"
	if status == http.StatusForbidden && !problem {
		call.Refused = string(body)
		body = []byte(`{"message":"Forbidden"}`)
	}
	o.w.record(call)
	o.mu.Lock()
	lost := o.lost[r.URL.Path] > 0 && status < http.StatusBadRequest
	if lost {
		o.lost[r.URL.Path]--
	}
	o.mu.Unlock()
	if lost {
		status, body = http.StatusServiceUnavailable, []byte(`{"message":"Service Unavailable"}`)
	}
	rw.Header().Set("Content-Type", "application/json")
	if problem {
		rw.Header().Set("Content-Type", "application/problem+json")
	}
	rw.WriteHeader(status)
	_, _ = rw.Write(body) // the caller sees a broken answer
}
