package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cssa/infra/rehearsal/template"
)

// read takes from the template what is to be played.
func (w *World) read(context.Context) error {
	all, err := w.c.App.Resources()
	if err != nil {
		return err
	}
	for _, r := range all {
		if err := w.readOne(r); err != nil {
			return fmt.Errorf("%s %s.%s: %w", r.Type, r.Stack, r.ID, err)
		}
	}
	for _, r := range all {
		if r.Type == "AWS::Lambda::EventSourceMapping" {
			if err := w.readSource(r.Properties); err != nil {
				return fmt.Errorf("%s.%s: %w", r.Stack, r.ID, err)
			}
		}
	}
	if f := w.Functions["intake"]; f != nil {
		w.inbox = f.Settings["INBOX_BUCKET"]
	}
	if w.inbox == "" {
		return errors.New("the template gives intake no INBOX_BUCKET")
	}
	return nil
}

func (w *World) readOne(r template.Resource) error {
	p := r.Properties
	switch r.Type {
	case "AWS::Lambda::Function":
		return w.readFunction(r)
	case "AWS::S3::Bucket":
		w.readBucketKey(r)
	case "AWS::DynamoDB::Table":
		if key := at(p, "SSESpecification", "KMSMasterKeyId"); key != "" {
			w.tableKeys[r.ARN] = keyARN(key)
		}
	case "AWS::SQS::Queue":
		return w.readQueue(r)
	case "AWS::Events::Rule":
		return w.readRule(r)
	case "AWS::Scheduler::Schedule":
		w.schedules = append(w.schedules, schedule{
			name: r.Name, arn: r.ARN, role: at(p, "Target", "RoleArn"), target: at(p, "Target", "Arn"), input: at(p, "Target", "Input"),
		})
	case "AWS::GuardDuty::MalwareProtectionPlan":
		w.scanned = true
	case "AWS::SES::EmailIdentity":
		w.identities[at(p, "EmailIdentity")] = true
	case "AWS::Glue::Table":
		w.glueTables[at(p, "DatabaseName")+"/"+r.Name] = true
	case "AWS::ApiGatewayV2::Route":
		w.api.routes = append(w.api.routes, route{
			key: at(p, "RouteKey"), auth: at(p, "AuthorizationType"), integration: strings.TrimPrefix(at(p, "Target"), "integrations/"),
			scopes: texts(p["AuthorizationScopes"]),
		})
	case "AWS::ApiGatewayV2::Api":
		w.api.id = r.Name
	case "AWS::ApiGatewayV2::Integration":
		if w.api.integrations == nil {
			w.api.integrations = map[string]string{}
		}
		w.api.integrations[r.Name] = at(p, "IntegrationUri")
	}
	return nil
}

func (w *World) readFunction(r template.Resource) error {
	p := r.Properties
	name := r.Name[strings.LastIndex(r.Name, "-")+1:]
	if !slices.Contains(names, name) {
		return nil // a function of the CDK's own, if any: it is not ours to rehearse
	}
	memory, _ := p["MemorySize"].(float64)
	timeout, _ := p["Timeout"].(float64)
	f := &Function{
		Name: name, ARN: r.ARN, role: at(p, "Role"), MemoryMB: int(memory), Timeout: time.Duration(timeout) * time.Second, Settings: map[string]string{},
	}
	environment, _ := p["Environment"].(map[string]any)
	variables, _ := environment["Variables"].(map[string]any)
	for k, v := range variables {
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("variable %s is no text", k)
		}
		f.Settings[k] = text
	}
	w.functions[r.ARN], w.Functions[name] = f, f
	return nil
}

func (w *World) readBucketKey(r template.Resource) {
	encryption, _ := r.Properties["BucketEncryption"].(map[string]any)
	rules, _ := encryption["ServerSideEncryptionConfiguration"].([]any)
	for _, one := range rules {
		m, _ := one.(map[string]any)
		if key := at(m, "ServerSideEncryptionByDefault", "KMSMasterKeyID"); key != "" {
			enabled, _ := m["BucketKeyEnabled"].(bool)
			w.bucketKeys[r.Name] = bucketKey{keyARN(key), enabled}
		}
	}
}

// keyARN completes the id of a key.
func keyARN(key string) string {
	if strings.HasPrefix(key, "arn:") {
		return key
	}
	return fmt.Sprintf("arn:aws:kms:%s:%s:key/%s", template.Region, template.Account, key)
}

func (w *World) readQueue(r template.Resource) error {
	q := &queue{arn: r.ARN, name: r.ARN[strings.LastIndex(r.ARN, ":")+1:]}
	if key := at(r.Properties, "KmsMasterKeyId"); key != "" {
		q.key = keyARN(key)
	}
	redrive, _ := r.Properties["RedrivePolicy"].(map[string]any)
	q.dead = at(redrive, "deadLetterTargetArn")
	if n, ok := redrive["maxReceiveCount"].(float64); ok {
		q.receives = int(n)
	}
	w.queues[r.ARN] = q
	return nil
}

func (w *World) readRule(r template.Resource) error {
	p := r.Properties
	if at(p, "State") == "DISABLED" {
		return nil
	}
	pattern, ok := p["EventPattern"].(map[string]any)
	if !ok {
		return nil // it goes by the clock
	}
	one := rule{arn: r.ARN, bus: busARN(at(p, "EventBusName")), pattern: pattern}
	targets, _ := p["Targets"].([]any)
	for _, t := range targets {
		m, _ := t.(map[string]any)
		for _, not := range []string{"InputTransformer", "InputPath", "Input"} {
			if m[not] != nil {
				return fmt.Errorf("a target with %s is not played", not)
			}
		}
		if strings.Contains(at(m, "Arn"), ":sqs:") {
			one.targets = append(one.targets, at(m, "Arn"))
		}
	}
	// A rule whose targets are no queues (an alarm's topic) is not played.
	if len(one.targets) > 0 {
		w.rules = append(w.rules, one)
	}
	return nil
}

func (w *World) readSource(p map[string]any) error {
	q, ok := w.queues[at(p, "EventSourceArn")]
	if !ok {
		return fmt.Errorf("its queue %s is not in the template", at(p, "EventSourceArn"))
	}
	s := source{queue: q, function: at(p, "FunctionName"), batch: 10, partial: slices.Contains(texts(p["FunctionResponseTypes"]), "ReportBatchItemFailures")}
	if _, ok := w.functions[s.function]; !ok {
		for arn, f := range w.functions {
			if strings.HasSuffix(arn, ":"+s.function) {
				s.function = f.ARN
			}
		}
	}
	if _, ok := w.functions[s.function]; !ok {
		return fmt.Errorf("its function %s is not in the template", s.function)
	}
	if n, ok := p["BatchSize"].(float64); ok {
		s.batch = int(n)
	}
	w.sources = append(w.sources, s)
	return nil
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // values of this package's own, of texts and numbers
	}
	return b
}
