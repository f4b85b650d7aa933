package rehearsal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"cssa/infra/laptop/objects"
	"cssa/infra/rehearsal/iam"
	"cssa/infra/rehearsal/runtime"
	"cssa/infra/rehearsal/template"
)

// Config says what to rehearse.
type Config struct {
	App      *template.App
	Programs string           // folder with <function>/bootstrap
	Runner   []string         // runs the programs where this machine cannot: an emulator and its arguments
	Dir      string           // for what S3 keeps; empty or new
	Dynalite string           // dynalite's cli.js
	Now      func() time.Time // the services' time: of receipt, of their answers, and what signatures are held against
	Verdict  func(key string) string
}

// A World is the deployment, as far as it is played here.
type World struct {
	Twice   bool       // every message comes twice
	Shuffle *rand.Rand // messages come in any order; nil: as sent
	// OnCall, if not nil, is asked about every allowed request and may make something happen to it.
	OnCall func(service, operation, function string, body []byte) Fault
	// FailEntry, if not nil, says whether EventBridge fails an entry of PutEvents.
	FailEntry func(detailType string) bool

	Functions map[string]*Function // by the word of the contract: invite, intake …
	Outputs   map[string]string
	Objects   *objects.Server
	Dynamo    *dynamodb.Client

	c          Config
	policies   *iam.Policies
	functions  map[string]*Function // by ARN
	roleOf     map[string]string    // access key → role
	rules      []rule
	queues     map[string]*queue // by ARN
	sources    []source
	schedules  []schedule
	api        api
	bucketKeys map[string]bucketKey
	tableKeys  map[string]string
	identities map[string]bool
	glueTables map[string]bool
	scanned    bool // the template has GuardDuty scan the inbox
	inbox      string

	played  played
	mu      sync.Mutex
	calls   map[Call]int
	notes   []string
	servers []*http.Server
	stops   []func() error
	secret  aws.Credentials
	wires   *http.Transport
	doors   map[string]string // service → address
}

type bucketKey struct {
	arn       string
	bucketKey bool
}

// A Function is one function of the template and the sandbox it runs in.
type Function struct {
	Name     string // the word of the contract
	ARN      string
	Settings map[string]string // what the template gives it
	MemoryMB int
	Timeout  time.Duration

	role     string
	instance *runtime.Instance
	run      runtime.Function
}

// names are the functions of the contract. A template may have fewer, in a test.
var names = []string{"invite", "intake", "aggregate", "release", "feedback", "dispatch"}

// Open starts the services and prepares the functions. Close ends them.
func Open(ctx context.Context, c Config) (*World, error) {
	w := &World{
		c: c, functions: map[string]*Function{}, Functions: map[string]*Function{}, roleOf: map[string]string{}, queues: map[string]*queue{},
		bucketKeys: map[string]bucketKey{}, tableKeys: map[string]string{}, identities: map[string]bool{}, glueTables: map[string]bool{},
		calls: map[Call]int{}, doors: map[string]string{}, wires: &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: 10 * time.Second},
	}
	w.played = played{partitions: map[string]string{}, refuse: map[string]bool{}}
	var err error
	if w.policies, err = iam.FromTemplate(c.App); err != nil {
		return nil, err
	}
	if w.Outputs, err = c.App.Outputs(); err != nil {
		return nil, err
	}
	for _, part := range []func(context.Context) error{w.read, w.openStores, w.openDoors, w.openFunctions} {
		if err := part(ctx); err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}
	return w, nil
}

// openStores starts S3 with the template's buckets and DynamoDB with its table.
func (w *World) openStores(ctx context.Context) error {
	all, err := w.c.App.Resources("AWS::S3::Bucket", "AWS::DynamoDB::Table")
	if err != nil {
		return err
	}
	var buckets []objects.Bucket
	var tables []string
	for _, r := range all {
		if r.Type == "AWS::DynamoDB::Table" {
			tables = append(tables, r.Name)
			continue
		}
		buckets = append(buckets, objects.Bucket{
			Name: r.Name, Versioned: at(r.Properties, "VersioningConfiguration", "Status") == "Enabled", Notify: r.Name == w.inbox,
		})
	}
	w.Objects, err = objects.Start(ctx, objects.Config{
		Dir: filepath.Join(w.c.Dir, "s3"), Now: w.c.Now, Buckets: buckets, OnCommit: w.committed, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	w.stops = append(w.stops, w.Objects.Close)
	if w.secret, err = w.Objects.Client().Options().Credentials.Retrieve(ctx); err != nil {
		return err
	}
	return w.openDynamo(ctx, tables)
}

// openDoors puts a door before every service.
func (w *World) openDoors(context.Context) error {
	s3wire, err := w.wire(w.Objects.Endpoint())
	if err != nil {
		return err
	}
	dynamoWire, err := w.wire(*w.Dynamo.Options().BaseEndpoint)
	if err != nil {
		return err
	}
	nobody := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, d := range []*door{
		{w, "S3", func(r *http.Request, _ []byte) ([]Need, error) { return w.s3Needs(r) }, s3wire},
		{w, "DYNAMODB", func(r *http.Request, body []byte) ([]Need, error) { return w.dynamoNeeds(operation(r), body) }, dynamoWire},
		{w, "EVENTBRIDGE", func(r *http.Request, body []byte) ([]Need, error) {
			in, err := decodeBody[putEvents](body)
			if err == nil && operation(r) != "PutEvents" {
				err = fmt.Errorf("%s is not played", operation(r))
			}
			return eventNeeds(in), err
		}, http.HandlerFunc(w.servePutEvents)},
		{w, "SESV2", func(r *http.Request, body []byte) ([]Need, error) {
			if operation(r) != "POST /v2/email/outbound-emails" {
				return nil, fmt.Errorf("%s is not played", operation(r))
			}
			in, err := decodeBody[sendEmail](body)
			if err != nil {
				return nil, err
			}
			from, err := in.fromAddress()
			return w.mailNeeds(in, from), err
		}, http.HandlerFunc(w.serveMail)},
		{w, "GLUE", func(r *http.Request, body []byte) ([]Need, error) {
			in, err := decodeBody[gluePartitions](body)
			return glueNeeds(operation(r), in), err
		}, http.HandlerFunc(w.servePartitions)},
		{w, "", func(r *http.Request, _ []byte) ([]Need, error) {
			return nil, fmt.Errorf("%s: no function should call this service", operation(r))
		}, nobody},
	} {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &http.Server{Handler: d, ReadHeaderTimeout: 10 * time.Second}
		w.doors[d.service] = "http://" + l.Addr().String()
		w.servers = append(w.servers, server)
		go func() { _ = server.Serve(l) }() // ends with Close
	}
	return nil
}

// openFunctions prepares a sandbox for every function, with the template's settings and the credentials of its role.
func (w *World) openFunctions(context.Context) error {
	for name, f := range w.Functions {
		env := w.credentialsOf(f.role)
		for k, v := range f.Settings {
			env[k] = v
		}
		f.run = runtime.Function{
			Name: name, ARN: f.ARN, Program: append(slices.Clone(w.c.Runner), filepath.Join(w.c.Programs, name, "bootstrap")),
			Env: env, Timeout: f.Timeout, Memory: f.MemoryMB,
		}
		var err error
		if f.instance, err = runtime.New(f.run); err != nil {
			return err
		}
		w.stops = append(w.stops, f.instance.Close)
	}
	return nil
}

// credentialsOf is the environment that lets a process act as a role (sign.go).
func (w *World) credentialsOf(role string) map[string]string {
	sum := sha256.Sum256([]byte(role))
	key := "ASIA" + strings.ToUpper(hex.EncodeToString(sum[:8]))
	w.mu.Lock()
	w.roleOf[key] = role
	w.mu.Unlock()
	env := map[string]string{
		"AWS_REGION": template.Region, "AWS_DEFAULT_REGION": template.Region, "AWS_ACCESS_KEY_ID": key,
		"AWS_SECRET_ACCESS_KEY": w.secret.SecretAccessKey, "AWS_ENDPOINT_URL": w.doors[""],
	}
	for service, address := range w.doors {
		if service != "" {
			env["AWS_ENDPOINT_URL_"+service] = address
		}
	}
	return env
}

func (w *World) caller(key string) (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	role, ok := w.roleOf[key]
	return role, ok
}

// Clients are S3 and DynamoDB as a role reaches them.
func (w *World) Clients(role string) (*awss3.Client, *dynamodb.Client) {
	env := w.credentialsOf(role)
	creds := credentials.NewStaticCredentialsProvider(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], "")
	return awss3.New(awss3.Options{
			Region: template.Region, BaseEndpoint: aws.String(w.doors["S3"]), UsePathStyle: true, Credentials: creds,
			DisableLogOutputChecksumValidationSkipped: true,
		}), dynamodb.New(dynamodb.Options{
			Region: template.Region, BaseEndpoint: aws.String(w.doors["DYNAMODB"]), Credentials: creds,
		})
}

// Another starts a second sandbox of a function, as Lambda does for two events at once.
func (w *World) Another(name string) (*runtime.Instance, error) {
	i, err := runtime.New(w.Functions[name].run)
	if err == nil {
		w.stops = append(w.stops, i.Close)
	}
	return i, err
}

// Invoke sends an event to a function, as its event source does, without asking whose right that is.
func (w *World) Invoke(ctx context.Context, name string, event []byte) ([]byte, error) {
	return w.Functions[name].instance.Invoke(ctx, event)
}

// Kill ends a function's process at once.
func (w *World) Kill(name string) { w.Functions[name].instance.Kill() }

// Measures returns what was measured of a function.
func (w *World) Measures(name string) runtime.Measures { return w.Functions[name].instance.Measures() }

// Log returns what a function printed.
func (w *World) Log(name string) string { return w.Functions[name].instance.Log() }

// desk is the caller that nothing is refused: the test itself, where it stands for people whose rights are not rehearsed.
const desk = "desk"

func (w *World) allowed(role string, n Need) iam.Decision {
	if role == desk {
		return iam.Decision{Allowed: true, Why: "the desk"}
	}
	return w.policies.Decide(iam.Request{Caller: role, Action: n.Action, Resource: n.Resource, Context: n.Context})
}

func (w *World) listing(string) map[string][]string { return iam.Good() }

func (w *World) record(c Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[c]++
}

// Refused returns the calls that were refused, as lines, sorted.
func (w *World) Refused() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for c, n := range w.calls {
		if c.Refused != "" {
			out = append(out, fmt.Sprintf("%d× %s %s %s: %s", n, c.Role[strings.LastIndex(c.Role, "/")+1:], c.Action, c.Resource, c.Refused))
		}
	}
	slices.Sort(out)
	return out
}

// Used returns role and action of the calls that were let through, sorted.
func (w *World) Used() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for c := range w.calls {
		line := c.Role[strings.LastIndex(c.Role, "/")+1:] + " " + c.Action
		if c.Refused == "" && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return out
}

func (w *World) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// Notes returns what went wrong in the played services: failed invocations, events that nobody took.
func (w *World) Notes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.notes)
}

func (w *World) fault(service, operation, role string, body []byte) Fault {
	if w.OnCall == nil {
		return NoFault
	}
	name := ""
	for _, f := range w.Functions {
		if f.role == role {
			name = f.Name
		}
	}
	return w.OnCall(service, operation, name, body)
}

func (w *World) killRole(role string) {
	for _, f := range w.Functions {
		if f.role == role {
			f.instance.Kill()
		}
	}
}

func (w *World) failEntry(_ int, detailType string) bool {
	return w.FailEntry != nil && w.FailEntry(detailType)
}

// RefuseMail makes SES refuse letters to an address.
func (w *World) RefuseMail(address string) {
	w.played.mu.Lock()
	defer w.played.mu.Unlock()
	w.played.refuse[address] = true
}

// Close ends the functions and services. Closing again does nothing.
func (w *World) Close() error {
	var errs []error
	for _, s := range w.servers {
		errs = append(errs, s.Close())
	}
	w.wires.CloseIdleConnections() // they would hold up the S3 server
	for i := len(w.stops) - 1; i >= 0; i-- {
		errs = append(errs, w.stops[i]())
	}
	w.servers, w.stops = nil, nil
	return errors.Join(errs...)
}

// at follows keys through resolved properties and returns the text there, or "".
func at(v any, path ...string) string {
	for _, k := range path {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	s, _ := v.(string)
	return s
}
