// Package iam decides what the roles of a template may do, as AWS would: it reads the policies of the template and
// evaluates a request against them. It knows identity policies, resource policies (buckets, queues, topics, buses, keys)
// and their conditions, in one account.
//
// The rules, from AWS's "policy evaluation logic":
//
//   - a matching Deny anywhere refuses, whatever else allows;
//   - else a matching Allow in the caller's own policies, or one in the resource's policy that names the caller, allows;
//   - a KMS key is different: its own policy must allow, either the caller by name or the account, in which case the
//     caller's policies must allow too;
//   - else it is refused.
//
// What is not understood (an operator, a managed policy whose text is not here) is an error when the policies are read,
// never a guess.
package iam

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cssa/infra/rehearsal/template"
)

// A Statement is one statement of a policy, with its one-or-many fields as lists.
type Statement struct {
	Allow                   bool
	Principals              []string // of a resource policy: ARNs, account ids, service names, "*"
	Actions, NotActions     []string
	Resources, NotResources []string
	Conditions              []Condition
	From                    string // where it stands, for people
}

// Policies are all policies of a template.
type Policies struct {
	identity map[string][]Statement // by the role's ARN
	resource map[string][]Statement // by the ARN of what they are attached to
	keys     map[string]bool        // ARNs of KMS keys
}

// FromTemplate collects the policies of all stacks.
func FromTemplate(app *template.App) (*Policies, error) {
	p := &Policies{identity: map[string][]Statement{}, resource: map[string][]Statement{}, keys: map[string]bool{}}
	all, err := app.Resources()
	if err != nil {
		return nil, err
	}
	roles := map[string]string{} // name → ARN
	for _, r := range all {
		if r.Type == "AWS::IAM::Role" {
			roles[r.Name], roles[r.ARN] = r.ARN, r.ARN
			p.identity[r.ARN] = nil
		}
	}
	byName := map[string]string{}
	for _, r := range all {
		byName[r.Name] = r.ARN
	}
	for _, r := range all {
		if err := p.read(r, roles, byName); err != nil {
			return nil, fmt.Errorf("policy of %s %s.%s: %w", r.Type, r.Stack, r.ID, err)
		}
	}
	return p, nil
}

func (p *Policies) read(r template.Resource, roles, byName map[string]string) error {
	switch r.Type {
	case "AWS::IAM::Role":
		return p.role(r)
	case "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy":
		names := list(r.Properties["Roles"])
		if n, ok := r.Properties["RoleName"].(string); ok {
			names = append(names, n)
		}
		for _, name := range names {
			if roles[name] == "" {
				return fmt.Errorf("role %s is not in the template", name)
			}
			if err := p.attach(p.identity, roles[name], r.Properties["PolicyDocument"], r.ID); err != nil {
				return err
			}
		}
	case "AWS::S3::BucketPolicy":
		name, _ := r.Properties["Bucket"].(string)
		return p.attach(p.resource, "arn:aws:s3:::"+name, r.Properties["PolicyDocument"], r.ID)
	case "AWS::SQS::QueuePolicy":
		for _, url := range list(r.Properties["Queues"]) {
			if err := p.attach(p.resource, byName[url], r.Properties["PolicyDocument"], r.ID); err != nil {
				return err
			}
		}
	case "AWS::SNS::TopicPolicy":
		for _, topic := range list(r.Properties["Topics"]) {
			if err := p.attach(p.resource, topic, r.Properties["PolicyDocument"], r.ID); err != nil {
				return err
			}
		}
	case "AWS::KMS::Key":
		p.keys[r.ARN] = true
		return p.attach(p.resource, r.ARN, r.Properties["KeyPolicy"], r.ID)
	case "AWS::Lambda::Permission":
		return p.permission(r, byName)
	}
	return nil
}

func (p *Policies) role(r template.Resource) error {
	inline, _ := r.Properties["Policies"].([]any)
	for _, one := range inline {
		m, _ := one.(map[string]any)
		if err := p.attach(p.identity, r.ARN, m["PolicyDocument"], r.ID); err != nil {
			return err
		}
	}
	for _, arn := range list(r.Properties["ManagedPolicyArns"]) {
		if strings.HasPrefix(arn, "arn:aws:iam::"+template.Account+":policy/") {
			continue // a customer managed policy lists its roles or is read below
		}
		doc, ok := managed[arn]
		if !ok {
			return fmt.Errorf("the text of %s is not known here: write its statements by hand", arn)
		}
		var v any
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			return err
		}
		if err := p.attach(p.identity, r.ARN, v, arn); err != nil {
			return err
		}
	}
	return nil
}

// managed are the texts of AWS's managed policies that roles may use here, from its documentation.
var managed = map[string]string{
	"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole": `{"Statement":[{"Effect":"Allow",
		"Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`,
}

// permission reads the right to invoke a function that its own policy gives to a service.
func (p *Policies) permission(r template.Resource, byName map[string]string) error {
	name, _ := r.Properties["FunctionName"].(string)
	arn := name
	if a, ok := byName[name]; ok {
		arn = a
	}
	action, _ := r.Properties["Action"].(string)
	principal, _ := r.Properties["Principal"].(string)
	s := Statement{Allow: true, Actions: []string{action}, Resources: []string{arn}, Principals: []string{principal}, From: r.ID}
	if source, ok := r.Properties["SourceArn"].(string); ok {
		s.Conditions = append(s.Conditions, Condition{"ArnLike", "aws:sourcearn", []string{source}})
	}
	if account, ok := r.Properties["SourceAccount"].(string); ok {
		s.Conditions = append(s.Conditions, Condition{"StringEquals", "aws:sourceaccount", []string{account}})
	}
	p.resource[arn] = append(p.resource[arn], s)
	return nil
}

func (p *Policies) attach(to map[string][]Statement, arn string, document any, from string) error {
	if arn == "" {
		return fmt.Errorf("%s is attached to nothing that the template knows", from)
	}
	statements, err := Parse(document, from)
	to[arn] = append(to[arn], statements...)
	return err
}

// Parse reads a policy document whose references are resolved.
func Parse(document any, from string) ([]Statement, error) {
	doc, _ := document.(map[string]any)
	raw, ok := doc["Statement"].([]any)
	if one, single := doc["Statement"].(map[string]any); single {
		raw, ok = []any{one}, true
	}
	if !ok {
		return nil, fmt.Errorf("%s: no statements", from)
	}
	var out []Statement
	for i, r := range raw {
		m, _ := r.(map[string]any)
		s := Statement{
			Actions: list(m["Action"]), NotActions: list(m["NotAction"]),
			Resources: list(m["Resource"]), NotResources: list(m["NotResource"]), From: fmt.Sprintf("%s[%d]", from, i),
		}
		switch m["Effect"] {
		case "Allow":
			s.Allow = true
		case "Deny":
		default:
			return nil, fmt.Errorf("%s: effect %v", s.From, m["Effect"])
		}
		for k := range m {
			if !slices.Contains([]string{"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "Condition"}, k) {
				return nil, fmt.Errorf("%s: %s is not understood", s.From, k)
			}
		}
		switch pr := m["Principal"].(type) {
		case string:
			s.Principals = []string{pr}
		case map[string]any:
			for _, kind := range []string{"AWS", "Service", "Federated", "CanonicalUser"} {
				s.Principals = append(s.Principals, list(pr[kind])...)
			}
		}
		var err error
		if s.Conditions, err = conditions(m["Condition"]); err != nil {
			return nil, fmt.Errorf("%s: %w", s.From, err)
		}
		out = append(out, s)
	}
	return out, nil
}

// list reads a field that may be one text or several.
func list(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// Roles returns the ARNs of the template's roles, sorted.
func (p *Policies) Roles() []string {
	var all []string
	for r := range p.identity {
		all = append(all, r)
	}
	slices.Sort(all)
	return all
}

// Of returns the statements of a role's own policies.
func (p *Policies) Of(role string) []Statement { return p.identity[role] }

// On returns the statements of the policy attached to a resource.
func (p *Policies) On(arn string) []Statement { return p.resource[arn] }
